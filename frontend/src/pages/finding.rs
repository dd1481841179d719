//! A payment that does not agree with the provider's account, and marking it
//! as seen, for the staff.

use axum::extract::Path;
use domain::money::Money;
use domain::refusal::Refusal;
use domain::topup::comparison::finding::FindingName;
use store::Error;
use store::comparisons::findings::Found;

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::posted::Posted;
use crate::routes;
use crate::trouble::Trouble;
use crate::view::desk_order::EventRow;
use crate::view::trouble::{FindingRow, FindingView, NoteForm};

pub(super) fn row(found: Found) -> FindingRow {
    let money = |money: Option<Money>| money.map_or_else(|| "nothing".to_owned(), |money| money.to_string());
    FindingRow {
        name: found.name,
        day: found.name.day.text(),
        reference: found.reference.map(|reference| reference.to_string()),
        payment: found.payment.unwrap_or_else(|| "no payment known".to_owned()),
        what: found.difference.kind.name(),
        here: money(found.difference.here),
        there: money(found.difference.there),
        seen: found.seen.map(|seen| EventRow {
            at: seen.at,
            what: "seen".to_owned(),
            by: seen.by,
            detail: seen.note,
        }),
    }
}

fn read(name: &str) -> Result<FindingName, Refusal> {
    FindingName::parse(name).ok_or(Refusal::missing("finding"))
}

/// `GET /vendor/cards/findings/{name}`
pub(super) async fn one(ask: Ask, Path(name): Path<String>) -> Answer {
    ask.actor.staff()?;
    show(&view(&ask, read(&name)?, NoteForm::default()).await?)
}

async fn view(ask: &Ask, name: FindingName, form: NoteForm) -> Result<FindingView, Trouble> {
    let row = row(ask.site.store.comparison_finding(&ask.actor, name).await?);
    let mut page = ask.own_page("A payment that does not agree").await?;
    page.path = routes::VendorFinding::to(name).to_string();
    page.problems = form.problems();
    Ok(FindingView { page, provider: name.provider.name(), row, form })
}

/// `POST /vendor/cards/findings/{name}`
pub(super) async fn mark(ask: Ask, Path(name): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let name = read(&name)?;
    match ask.site.store.mark_finding_seen(&ask.actor, name, pairs.get("note")).await {
        Ok(_) => Ok(ask.go_saying(routes::VendorCards, Tone::Good, "Marked as seen. It stays in the list.")),
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            // What is not there at all is said first.
            let mut form = NoteForm::default();
            form.fill(pairs.iter());
            form.refuse(&refusal);
            show_refused(&view(&ask, name, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}
