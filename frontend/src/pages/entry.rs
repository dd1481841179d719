//! Signing in and out, and opening an account.

use axum::extract::Path;
use axum::http::header;
use axum::response::Response;
use domain::access::Actor;
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::user::Channel;
use store::Error;
use store::devices::DEVICE_LASTS;
use store::users::{Credentials, NewAccount};

use crate::ask::{Answer, Ask, local, show, show_once, show_refused};
use crate::form::Form;
use crate::page::{Indexing, Page, Tone};
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::entry::{AccountKeyView, OpenAccountForm, OpenAccountView, SignInForm, SignInView};
use crate::{cookies, routes};

/// `GET /sign-in`
pub(super) async fn sign_in_form(ask: Ask, query: Pairs) -> Answer {
    let back = local(query.find("back"));
    if ask.actor.user_id().is_some() {
        return Ok(ask.go(back));
    }
    show(&sign_in_view(&ask, SignInForm::default(), back).await?)
}

async fn sign_in_view(ask: &Ask, form: SignInForm, back: String) -> Result<SignInView, Trouble> {
    let page = ask.page("Sign in", "Sign in with your account key, or with handle and passphrase.").await?;
    let path = routes::SignIn.to_string();
    Ok(SignInView { page: Page { problems: form.problems(), path, ..page }, form, back })
}

/// `POST /sign-in`
pub(super) async fn sign_in(ask: Ask, Posted(pairs): Posted) -> Answer {
    let text = |name: &str| pairs.get(name).to_owned();
    let with_key = pairs.get("with") != "passphrase";
    let credentials = if with_key {
        Credentials::AccountKey(text("account_key"))
    } else {
        Credentials::Passphrase { handle: text("handle"), passphrase: text("passphrase") }
    };
    let back = local(pairs.find("back"));
    let device = ask.visit.device_token.as_deref();
    match ask.site.store.sign_in(&ask.actor, credentials, Channel::Site, device).await {
        Ok(entered) => {
            let mut response = ask.go(back);
            if let Some(device) = &entered.device_token {
                keep_device(&ask, device, &mut response);
            }
            begin(ask, &entered.session_token, response).await
        }
        Err(Error::Refused(refusal)) => {
            let mut form = SignInForm::default();
            form.handle.value = text("handle");
            let field = if with_key { &mut form.account_key } else { &mut form.passphrase };
            field.error = Some(sentence(&refusal));
            show_refused(&sign_in_view(&ask, form, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Has the browser keep what tells it from a new one.
pub(super) fn keep_device(ask: &Ask, device: &str, response: &mut Response) {
    let cookie = cookies::set(cookies::DEVICE, device, DEVICE_LASTS, ask.site.is_secure());
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

/// Lets a session begin: its cookie is set, and the visitor's cart joins it.
pub(super) async fn begin(ask: Ask, token: &str, mut response: Response) -> Answer {
    let site = &ask.site;
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, site.session_cookie(token));
    if let Some(visitor) = &ask.visit.visitor_token {
        if let Some(user) = site.store.authenticate(token).await? {
            let visitor = cookies::visitor_id(&site.store, visitor);
            site.store.join_cart(&Actor::User(user), visitor).await?;
        }
        headers.append(header::SET_COOKIE, cookies::clear(cookies::VISITOR, site.is_secure()));
    }
    Ok(response)
}

/// `GET /open-account`
pub(super) async fn open_form(ask: Ask, query: Pairs) -> Answer {
    let back = local(query.find("back"));
    if ask.actor.user_id().is_some() {
        return Ok(ask.go(back));
    }
    show(&open_view(&ask, OpenAccountForm::default(), None, back).await?)
}

/// `GET /vendor/start/{code}`
pub(super) async fn vendor_start(ask: Ask, Path(code): Path<String>) -> Answer {
    if !ask.site.store.is_invitation_open(&code).await? {
        return Err(Refusal::Expired.into());
    }
    let back = routes::Vendor.to_string();
    let mut view = open_view(&ask, OpenAccountForm::default(), Some(code), back).await?;
    view.page.indexing = Indexing::Unlisted;
    show_once(&view)
}

async fn open_view(
    ask: &Ask,
    form: OpenAccountForm,
    invitation: Option<String>,
    back: String,
) -> Result<OpenAccountView, Trouble> {
    let page = ask
        .page("Open an account", "Open an account with one press: no name, no e-mail, no phone number.")
        .await?;
    let path = routes::OpenAccount.to_string();
    Ok(OpenAccountView {
        page: Page { problems: form.problems(), path, ..page },
        form,
        welcome: ask.price(ask.site.store.market().welcome),
        invitation,
        back,
    })
}

/// `POST /open-account`
pub(super) async fn open(mut ask: Ask, Posted(pairs): Posted) -> Answer {
    let filled = |name: &str| pairs.find(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let new = NewAccount {
        handle: filled("handle"),
        passphrase: filled("passphrase"),
        invitation: filled("invitation"),
    };
    let back = local(pairs.find("back"));
    match ask.site.store.open_account(&ask.actor, new, Some(Channel::Site)).await {
        Ok(opened) => {
            let token = opened.session_token.unwrap_or_default();
            if let Some(user) = ask.site.store.authenticate(&token).await? {
                ask.actor = Actor::User(user);
                ask.visit.session_token = Some(token.clone());
            }
            let view = AccountKeyView {
                page: ask.own_page("Your account key").await?,
                handle: opened.user.handle.as_str().to_owned(),
                account_key: opened.account_key,
                welcome: ask.price(ask.site.store.market().welcome),
                back,
            };
            let response = show_once(&view)?;
            begin(ask, &token, response).await
        }
        Err(Error::Refused(refusal)) => {
            let mut form = OpenAccountForm::default();
            form.fill(pairs.iter());
            form.refuse(&refusal);
            // A passphrase never travels back.
            form.passphrase.value.clear();
            show_refused(&open_view(&ask, form, filled("invitation"), back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /sign-out`
pub(super) async fn sign_out(ask: Ask, _: Posted) -> Answer {
    ask.site.store.sign_out(&ask.actor).await?;
    Ok(leave(&ask, "You are signed out."))
}

/// `POST /sign-out/everywhere`
pub(super) async fn sign_out_everywhere(ask: Ask, _: Posted) -> Answer {
    ask.site.store.end_other_sessions(&ask.actor).await?;
    ask.site.store.sign_out(&ask.actor).await?;
    Ok(leave(&ask, "You are signed out everywhere."))
}

fn leave(ask: &Ask, said: &str) -> Response {
    let mut response = ask.go_saying(routes::Home, Tone::Good, said);
    let cookie = cookies::set(cookies::SESSION, "", Seconds::new(0), ask.site.is_secure());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
