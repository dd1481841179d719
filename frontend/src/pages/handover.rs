//! Accounts that the staff opens for somebody, and taking one over.

use domain::access::Actor;
use domain::refusal::Refusal;
use domain::user::Channel;
use store::Error;
use store::customers::NewCustomer;

use super::entry::begin;
use crate::ask::{Answer, Ask, show, show_once, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::posted::Posted;
use crate::routes;
use crate::trouble::Trouble;
use crate::view::entry::AccountKeyView;
use crate::view::handover::{HandoverView, OpenForForm, OpenForView, TakeOverForm, TakeOverView};

/// `GET /vendor/open-account`
pub(super) async fn open_for_form(ask: Ask) -> Answer {
    show(&open_for_view(&ask, OpenForForm::default()).await?)
}

async fn open_for_view(ask: &Ask, form: OpenForForm) -> Result<OpenForView, Trouble> {
    ask.actor.staff()?;
    let mut page = ask.own_page("Open an account for somebody").await?;
    page.problems = form.problems();
    Ok(OpenForView { page, form })
}

/// `POST /vendor/open-account`
pub(super) async fn open_for(ask: Ask, Posted(pairs): Posted) -> Answer {
    let text = |name: &str| pairs.get(name).to_owned();
    let handle = pairs.find("handle").filter(|typed| !typed.trim().is_empty()).map(str::to_owned);
    let new = NewCustomer { handle, name: text("name"), address: text("address"), phone: text("phone") };
    match ask.site.store.open_account_for(&ask.actor, new).await {
        Ok(opened) => show_once(&HandoverView {
            page: ask.own_page("The code to take it over").await?,
            handle: opened.user.handle.as_str().to_owned(),
            code: opened.claim_code,
            expires_at: opened.expires_at,
        }),
        Err(Error::Refused(refusal @ (Refusal::NotSignedIn | Refusal::Forbidden))) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            let mut form = OpenForForm::default();
            form.fill(pairs.iter());
            form.refuse(&refusal);
            show_refused(&open_for_view(&ask, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /take-over`
pub(super) async fn take_over_form(ask: Ask) -> Answer {
    show(&take_over_view(&ask, TakeOverForm::default()).await?)
}

async fn take_over_view(ask: &Ask, form: TakeOverForm) -> Result<TakeOverView, Trouble> {
    let mut page =
        ask.page("Take over your account", "Take over an account that was opened for you.").await?;
    page.problems = form.problems();
    Ok(TakeOverView { page, form })
}

/// `POST /take-over`
pub(super) async fn take_over(mut ask: Ask, Posted(pairs): Posted) -> Answer {
    let (code, passphrase) = (pairs.get("code"), pairs.get("passphrase"));
    match ask.site.store.take_over_account(&ask.actor, code, passphrase, Channel::Site).await {
        Ok(taken) => {
            let token = taken.session_token.unwrap_or_default();
            if let Some(user) = ask.site.store.authenticate(&token).await? {
                ask.actor = Actor::User(user);
                ask.visit.session_token = Some(token.clone());
            }
            let view = AccountKeyView {
                page: ask.own_page("Your account key").await?,
                handle: taken.user.handle.as_str().to_owned(),
                account_key: taken.account_key,
                welcome: ask.price(ask.site.store.market().welcome),
                back: routes::Wallet.to_string(),
            };
            let response = show_once(&view)?;
            begin(ask, &token, response).await
        }
        Err(Error::Refused(refusal)) => {
            let mut form = TakeOverForm::default();
            code.clone_into(&mut form.code.value);
            match refusal {
                Refusal::NotFound { .. } => {
                    let said = "This code opens no account: it was used, or its time is over.";
                    form.code.error = Some(said.to_owned());
                }
                refusal => form.refuse(&refusal),
            }
            show_refused(&take_over_view(&ask, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/customer/erase`
pub(super) async fn erase(ask: Ask, _: Posted) -> Answer {
    let user = ask.user()?;
    ask.site.store.erase_customer(&ask.actor, user.id).await?;
    Ok(ask.go_saying(routes::Account, Tone::Good, "Erased: name, address and telephone are gone."))
}
