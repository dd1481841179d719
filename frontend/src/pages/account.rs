//! The user's own settings.

use axum::extract::Path;
use domain::customer::Customer;
use domain::id::SessionId;
use domain::refusal::Refusal;
use store::Error;
use store::mail::MailSettings;
use store::users::User;

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::parts::Day;
use crate::posted::Posted;
use crate::routes;
use crate::trouble::Trouble;
use crate::view::account::{AccountView, HandleForm, PassphraseForm, ProfileForm, SessionRow};

/// `GET /account`
pub(super) async fn account(ask: Ask) -> Answer {
    show(&view(&ask).await?)
}

/// The page as things stand; a refused form is put in its place afterwards.
async fn view(ask: &Ask) -> Result<AccountView, Trouble> {
    let me = ask.user()?;
    let user = ask.site.store.user(me.id).await?.ok_or(Refusal::NotSignedIn)?;
    let sessions = ask.site.store.sessions(&ask.actor).await?;
    let mut page = ask.own_page("Account").await?;
    page.path = routes::Account.to_string();
    let mut view = AccountView {
        page,
        handle: HandleForm::default(),
        profile: ProfileForm::default(),
        passphrase: PassphraseForm::default(),
        passphrase_set: user.has_passphrase,
        sessions: sessions
            .iter()
            .map(|session| SessionRow {
                id: session.id,
                since: session.created_at,
                seen: session.used_at,
                current: session.id == me.session,
            })
            .collect(),
        known: known(&user, &ask.site.store.mail_settings(&ask.actor).await?),
        erasable: false,
    };
    if let Some(left) = ask.site.store.customer(&ask.actor, me.id).await? {
        view.known.extend(left_with_staff(left));
        view.erasable = true;
    }
    view.handle.handle.value = user.handle.as_str().to_owned();
    view.profile.display_name.value = user.display_name.unwrap_or_default();
    view.profile.about.value = user.about.unwrap_or_default();
    Ok(view)
}

/// What the user told the staff by phone, fax or letter.
fn left_with_staff(left: Customer) -> Vec<(String, String)> {
    let name = left.name.map(|text| text.into_string());
    let address = left.address.map(|text| text.into_string());
    let phone = left.phone.map(|text| text.into_string());
    let all = [("Name", name), ("Postal address", address), ("Telephone", phone)];
    all.into_iter().filter_map(|(label, text)| Some((label.to_owned(), text?))).collect()
}

fn known(user: &User, mail: &MailSettings) -> Vec<(String, String)> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let secret =
        if user.has_passphrase { "hashes of your key and your passphrase" } else { "a hash of your key" };
    let address = mail.address.as_ref();
    [
        ("Account number", user.id.to_string()),
        ("Handle", user.handle.as_str().to_owned()),
        ("Opened", Day(user.created_at).words()),
        ("Display name", or_none(&user.display_name)),
        ("About", or_none(&user.about)),
        ("Mail address", address.map_or("none", |left| left.address.reveal()).to_owned()),
        ("To let you in", secret.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// `POST /account/handle`
pub(super) async fn change_handle(ask: Ask, Posted(pairs): Posted) -> Answer {
    match ask.site.store.change_handle(&ask.actor, pairs.get("handle")).await {
        Ok(user) => Ok(done(&ask, &format!("You are {} now.", user.handle))),
        Err(error) => refused(&ask, error, |view| &mut view.handle, &pairs).await,
    }
}

/// `POST /account/profile`
pub(super) async fn revise_profile(ask: Ask, Posted(pairs): Posted) -> Answer {
    let (name, about) = (pairs.get("display_name"), pairs.get("about"));
    match ask.site.store.revise_profile(&ask.actor, name, about).await {
        Ok(_) => Ok(done(&ask, "Saved.")),
        Err(error) => refused(&ask, error, |view| &mut view.profile, &pairs).await,
    }
}

/// `POST /account/passphrase`
pub(super) async fn set_passphrase(ask: Ask, Posted(pairs): Posted) -> Answer {
    match ask.site.store.set_passphrase(&ask.actor, pairs.get("passphrase")).await {
        Ok(_) => Ok(done(&ask, "The passphrase is set. Your other sessions have ended.")),
        // A passphrase never travels back.
        Err(error) => {
            refused(&ask, error, |view| &mut view.passphrase, &crate::posted::Pairs::default()).await
        }
    }
}

/// `POST /account/sessions/{id}/end`
pub(super) async fn end_session(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, SessionId::new, "session")?;
    ask.site.store.end_session(&ask.actor, id).await?;
    Ok(done(&ask, "That session has ended."))
}

fn done(ask: &Ask, said: &str) -> axum::response::Response {
    ask.go_saying(routes::Account, Tone::Good, said)
}

/// The page with one of its forms refused.
async fn refused<F: Form>(
    ask: &Ask,
    error: Error,
    form: impl FnOnce(&mut AccountView) -> &mut F,
    pairs: &crate::posted::Pairs,
) -> Answer {
    match error {
        Error::Refused(Refusal::NotSignedIn) | Error::Failed(_) => Err(error.into()),
        Error::Refused(refusal) => {
            let mut view = view(ask).await?;
            let form = form(&mut view);
            form.fill(pairs.iter());
            form.refuse(&refusal);
            view.page.problems = form.problems();
            show_refused(&view)
        }
    }
}
