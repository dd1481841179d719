//! Licences for the vendor's staff: looked up, suspended, reinstated.

use axum::extract::Path;
use domain::id::LicenceId;
use domain::licence::LicenceState;
use domain::refusal::Refusal;
use store::Error;
use store::licences::SuspensionRecord;

use super::licence::{library_row, stands};
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form as _;
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::suspensions::{
    SuspensionForm, SuspensionRow, SuspensionStep, VendorLicenceView, VendorLicencesView,
};
use crate::{routes, show};

/// `GET /vendor/licences`
pub(super) async fn licences(ask: Ask, query: Pairs) -> Answer {
    let search = query.get("handle").trim().to_owned();
    let page = ask.site.store.licences_of(&ask.actor, &search, super::window(&query)).await?;
    let path = format!("{}?handle={}", routes::VendorLicences, routes::Encoded(&search));
    let now = ask.site.store.world().now();
    show(&VendorLicencesView {
        page: ask.own_page("Licences").await?,
        search,
        licences: page.items.iter().map(|row| library_row(row, now)).collect(),
        pager: show::pager(&page, &path, |row| row.id().uuid()),
    })
}

async fn view(ask: &Ask, id: LicenceId, form: SuspensionForm) -> Result<VendorLicenceView, Trouble> {
    let (row, owner, records) = ask.site.store.licence_for_staff(&ask.actor, id).await?;
    let mut page = ask.own_page(&format!("{}, licence of {owner}", row.title)).await?;
    page.path = routes::VendorLicence::to(id).to_string();
    page.problems = form.problems();
    let told = |record: SuspensionRecord| SuspensionRow {
        reason: record.suspension.reason,
        by: record.by,
        at: record.suspension.at,
        lifted: record.lifted,
    };
    Ok(VendorLicenceView {
        page,
        id,
        title: row.title.clone(),
        listing: row.holding.licence.listing,
        publisher: row.publisher_handle.clone(),
        owner,
        stands: stands(&row, ask.site.store.world().now()),
        step: match row.holding.licence.state {
            LicenceState::Active => SuspensionStep::Suspend,
            LicenceState::Suspended => SuspensionStep::Reinstate,
            LicenceState::Revoked => SuspensionStep::Nothing,
        },
        form,
        suspensions: records.into_iter().map(told).collect(),
    })
}

/// `GET /vendor/licences/{id}`
pub(super) async fn licence(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, LicenceId::new, "licence")?;
    show(&view(&ask, id, SuspensionForm::default()).await?)
}

/// `POST /vendor/licences/{id}`
pub(super) async fn judge(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, LicenceId::new, "licence")?;
    let mut form = SuspensionForm::default();
    form.fill(pairs.iter());
    let store = &ask.site.store;
    let (done, said) = match pairs.get("intent") {
        "suspend" => {
            let done = store.suspend_licence(&ask.actor, id, &form.reason.value).await;
            (done, "Suspended. Its owner sees why in the library.")
        }
        "reinstate" => (store.reinstate_licence(&ask.actor, id).await, "Reinstated."),
        // Only a form that is not ours asks for anything else.
        _ => {
            let _known = store.licence_for_staff(&ask.actor, id).await?;
            return Err(Trouble::Unreadable);
        }
    };
    match done {
        Ok(_) => Ok(ask.go_saying(routes::VendorLicence::to(id), Tone::Good, said)),
        Err(Error::Refused(refusal @ Refusal::InvalidInput { .. })) => {
            form.refuse(&refusal);
            show_refused(&view(&ask, id, form).await?)
        }
        Err(Error::Refused(refusal @ Refusal::WrongState { .. })) => {
            Ok(ask.go_saying(routes::VendorLicence::to(id), Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}
