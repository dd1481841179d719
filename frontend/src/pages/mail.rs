//! Letters by mail, as users and staff steer them.

use axum::extract::Path;
use domain::id::LetterId;
use domain::mail::MailKind;
use domain::refusal::Refusal;
use store::Error;
use store::mail::MailSettings;
use store::outbox::{DeadLetter, Mail};

use super::entry::keep_device;
use crate::ask::{Answer, Ask, show, show_once, show_refused};
use crate::form::Form;
use crate::page::{Indexing, Tone};
use crate::parts::Choice;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::mail::{
    AccountMailView, AddressForm, CodeForm, DeadRow, Left, MailStopView, VendorMailView,
};
use crate::view::vendor::Count;
use crate::{routes, show};

/// A kind of letter, for people.
const fn words(kind: MailKind) -> &'static str {
    match kind {
        MailKind::AddressConfirmation => "Confirming your address",
        MailKind::Welcome => "Welcome",
        MailKind::NewDevice => "A sign-in from a new device",
        MailKind::TopUpCredited => "A top-up is in my wallet",
        MailKind::Invoice => "Invoices",
        MailKind::Overdue => "Reminders of unpaid invoices",
        MailKind::GiftReceived => "Somebody gave me tokens",
        MailKind::Sold => "Somebody bought from me",
        MailKind::Bought => "I bought something",
        MailKind::Delivered => "What I bought is there",
        MailKind::Released => "The tokens of a sale are mine",
        MailKind::Cancelled => "An order was called off",
        MailKind::Redemption => "What becomes of tokens that I want money for",
        MailKind::OrderExpired => "An order for tokens ended unpaid",
        MailKind::CreditNote => "Credit notes",
    }
}

/// `GET /account/mail`: the link in a letter brings the code along.
pub(super) async fn settings(ask: Ask, query: Pairs) -> Answer {
    ask.user()?;
    let mut view = view(&ask).await?;
    query.get("code").trim().clone_into(&mut view.code.code.value);
    show_once(&view)
}

async fn view(ask: &Ask) -> Result<AccountMailView, Trouble> {
    let settings = ask.site.store.mail_settings(&ask.actor).await?;
    let mut page = ask.own_page("Letters by mail").await?;
    page.path = routes::AccountMail.to_string();
    Ok(AccountMailView {
        page,
        sends: settings.mail == Mail::On,
        left: settings.address.as_ref().map(|left| Left {
            address: left.address.reveal().to_owned(),
            confirmed: left.confirmed_at.is_some(),
        }),
        address: AddressForm::default(),
        code: CodeForm::default(),
        kinds: kinds(&settings),
    })
}

fn kinds(settings: &MailSettings) -> Vec<Choice> {
    let kinds = MailKind::ALL.into_iter().filter(|kind| kind.can_be_stopped());
    let choice = |kind: MailKind| Choice {
        value: kind.name().to_owned(),
        label: words(kind).to_owned(),
        count: None,
        chosen: !settings.stopped.contains(&kind),
    };
    kinds.map(choice).collect()
}

/// `POST /account/mail`
pub(super) async fn leave(ask: Ask, Posted(pairs): Posted) -> Answer {
    match ask.site.store.leave_mail_address(&ask.actor, pairs.get("address")).await {
        Ok(settings) if settings.address.as_ref().is_some_and(|left| left.confirmed_at.is_some()) => {
            Ok(done(&ask, "This address is confirmed already."))
        }
        Ok(_) => Ok(done(&ask, "A letter with a code is on its way. Type the code here.")),
        Err(error) => refused(&ask, error, |view| &mut view.address, &pairs).await,
    }
}

/// `POST /account/mail/confirm`
pub(super) async fn confirm(ask: Ask, Posted(pairs): Posted) -> Answer {
    let device = ask.visit.device_token.as_deref();
    match ask.site.store.confirm_mail_address(&ask.actor, pairs.get("code"), device).await {
        Ok((_, device)) => {
            let mut response = done(&ask, "Confirmed: letters reach you now.");
            keep_device(&ask, &device, &mut response);
            Ok(response)
        }
        Err(error) => refused(&ask, error, |view| &mut view.code, &pairs).await,
    }
}

/// `POST /account/mail/kinds`: the kinds that are sent with the form are
/// wanted, all others are not.
pub(super) async fn choose(ask: Ask, Posted(pairs): Posted) -> Answer {
    let is_wanted = |kind: &MailKind| pairs.all("kind").any(|name| name == kind.name());
    let stoppable = MailKind::ALL.into_iter().filter(|kind| kind.can_be_stopped());
    let stopped: Vec<MailKind> = stoppable.filter(|kind| !is_wanted(kind)).collect();
    ask.site.store.choose_mail(&ask.actor, &stopped).await?;
    Ok(done(&ask, "Saved."))
}

/// `POST /account/mail/remove`
pub(super) async fn remove(ask: Ask, _: Posted) -> Answer {
    ask.site.store.remove_mail_address(&ask.actor).await?;
    Ok(done(&ask, "Your address is gone, and all that was kept for letters."))
}

fn done(ask: &Ask, said: &str) -> axum::response::Response {
    ask.go_saying(routes::AccountMail, Tone::Good, said)
}

/// The page with one of its forms refused.
async fn refused<F: Form>(
    ask: &Ask,
    error: Error,
    form: impl FnOnce(&mut AccountMailView) -> &mut F,
    pairs: &Pairs,
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

/// `GET /mail/stop/{token}`
pub(super) async fn ask_stop(ask: Ask, Path(token): Path<String>) -> Answer {
    let kind = ask.site.store.mail_behind(&token)?;
    show_once(&stop_view(&ask, token, kind, false).await?)
}

async fn stop_view(ask: &Ask, token: String, kind: MailKind, stopped: bool) -> Result<MailStopView, Trouble> {
    let mut page = ask.own_page("No more letters of this kind").await?;
    page.path = routes::MailStop::to(token.clone()).to_string();
    page.indexing = Indexing::Unlisted;
    Ok(MailStopView { page, token, kind: words(kind).to_owned(), stopped })
}

/// `POST /mail/stop/{token}`: also sent by mail programs for their user
/// (RFC 8058), who know of no token against forgery and need none, since
/// nobody else knows the link. What they send with it is not looked at.
pub(super) async fn stop(ask: Ask, Path(token): Path<String>) -> Answer {
    let kind = ask.site.store.stop_mail(&ask.actor, &token).await?;
    show_once(&stop_view(&ask, token, kind, true).await?)
}

/// `GET /vendor/mail`
pub(super) async fn dead(ask: Ask, query: Pairs) -> Answer {
    let store = &ask.site.store;
    let page = store.dead_letters(&ask.actor, super::window(&query)).await?;
    let glance = store.outbox_glance(&ask.actor).await?;
    let count = |label: &str, count: u32| Count { label: label.to_owned(), count: u64::from(count) };
    let row = |letter: &DeadLetter| DeadRow {
        id: letter.id,
        kind: words(letter.kind).to_owned(),
        handle: letter.handle.clone(),
        error: letter.error.clone(),
        attempts: letter.attempts,
        at: letter.dead_at,
    };
    show(&VendorMailView {
        page: ask.own_page("Letters").await?,
        sends: store.mail() == Mail::On,
        counts: vec![
            count("Waiting", glance.waiting),
            count("Sent in thirty days", glance.sent),
            count("Given up", glance.dead),
        ],
        dead: page.items.iter().map(row).collect(),
        pager: show::pager(&page, &routes::VendorMail.to_string(), |letter| letter.id.uuid()),
    })
}

/// `POST /vendor/mail/{id}/again`
pub(super) async fn again(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, LetterId::new, "dead letter")?;
    match ask.site.store.try_letter_again(&ask.actor, id).await {
        Ok(()) => Ok(ask.go_saying(routes::VendorMail, Tone::Good, "The letter is tried again.")),
        // Somebody else was quicker.
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => {
            Ok(ask.go_saying(routes::VendorMail, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}
