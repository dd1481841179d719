//! Card payments in trouble, for the staff.

use axum::extract::Path;
use domain::id::TopUpId;
use domain::refusal::Refusal;
use domain::topup::TopUpState;
use domain::topup::facts::DisputeState;
use domain::topup::review::Ruling;
use store::Error;
use store::page::Window;
use store::reviews::{DisputeView, Misfit};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::trouble::Trouble;
use crate::view::desk_order::EventRow;
use crate::view::trouble::{ComparisonPart, DisputeRow, MisfitRow, MisfitView, NoteForm, TroubleView};
use crate::worth::grouped;
use crate::{routes, show};

/// Disputes on the page.
const DISPUTES: u32 = 50;

fn misfit_row(misfit: &Misfit) -> MisfitRow {
    let top_up = &misfit.top_up;
    MisfitRow {
        id: top_up.id,
        reference: top_up.reference.to_string(),
        handle: misfit.handle.clone(),
        at: top_up.at,
        tokens: top_up.agreed.tokens,
        due: top_up.agreed.due.to_string(),
        why: misfit.why.clone().unwrap_or_else(|| "not kept".to_owned()),
    }
}

fn dispute_row(dispute: &DisputeView) -> DisputeRow {
    let state = match dispute.state {
        DisputeState::Open => "open: the bank asks",
        DisputeState::Withdrawn => "open: the bank has the money",
        DisputeState::Won => "won",
        DisputeState::Lost => "lost",
    };
    DisputeRow {
        reference: dispute.reference.clone(),
        provider_reference: dispute.provider_reference.clone(),
        handle: dispute.handle.clone(),
        state,
        amount: dispute.amount.to_string(),
        tokens: dispute.tokens,
        tokens_are: format!("{} kept back, {} taken", grouped(dispute.held), grouped(dispute.withdrawn)),
        at: dispute.at,
        answer_by: dispute.answer_by.filter(|_| dispute.closed_at.is_none()),
        closed_at: dispute.closed_at,
    }
}

/// Days that are named.
const DAYS: usize = 7;

async fn comparison(ask: &Ask) -> Result<ComparisonPart, Trouble> {
    let (store, actor) = (&ask.site.store, &ask.actor);
    let days = store.compared_days(actor).await?;
    let findings = store.comparison_findings(actor).await?;
    Ok(ComparisonPart {
        days: days.iter().take(DAYS).map(|day| (day.day.text(), day.top_ups, day.differing)).collect(),
        open: findings.iter().filter(|found| found.seen.is_none()).count(),
        findings: findings.into_iter().map(super::finding::row).collect(),
    })
}

/// `GET /vendor/cards`
pub(super) async fn all(ask: Ask, query: Pairs) -> Answer {
    let (store, actor) = (&ask.site.store, &ask.actor);
    let debts = store.debts(actor).await?;
    let misfits = store.misfits(actor, super::window(&query)).await?;
    let disputes = store.disputes(actor, Window::first(DISPUTES, None)).await?;
    show(&TroubleView {
        page: ask.own_page("Cards").await?,
        debt: ask.price(debts.total),
        warn_from: debts.warn_from,
        is_too_much: debts.is_too_much(),
        owers: debts.most,
        misfits: misfits.items.iter().map(misfit_row).collect(),
        pager: show::pager(&misfits, &routes::VendorCards.to_string(), |misfit| misfit.top_up.id.uuid()),
        disputes: disputes.items.iter().map(dispute_row).collect(),
        comparison: comparison(&ask).await?,
    })
}

/// `GET /vendor/cards/{id}`
pub(super) async fn one(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, TopUpId::new, "top-up")?;
    show(&one_view(&ask, id, NoteForm::default()).await?)
}

async fn one_view(ask: &Ask, id: TopUpId, form: NoteForm) -> Result<MisfitView, Trouble> {
    let misfit = ask.site.store.misfit(&ask.actor, id).await?;
    let (top_up, me) = (&misfit.top_up, ask.actor.user_id());
    let mut page = ask.own_page(&format!("Top-up {}", top_up.reference)).await?;
    page.path = routes::VendorCard::to(id).to_string();
    page.problems = form.problems();
    let credits = || misfit.said.iter().filter(|said| said.ruling == Ruling::Credit);
    let is_open = top_up.state == TopUpState::Review && me != Some(top_up.user);
    let card = top_up.card.as_ref();
    let names = [
        ("Provider", card.map(|card| card.provider.name().to_owned())),
        ("Session", card.map(|card| card.session.clone())),
        ("Payment", card.and_then(|card| card.payment.clone())),
    ];
    let said = misfit.said.iter().map(|said| EventRow {
        at: said.at,
        what: said.ruling.name().to_owned(),
        by: said.by_handle.clone().unwrap_or_default(),
        detail: said.note.clone(),
    });
    Ok(MisfitView {
        page,
        row: misfit_row(&misfit),
        state: top_up.state.name(),
        provider: names.into_iter().filter_map(|(word, name)| Some((word.to_owned(), name?))).collect(),
        said: said.collect(),
        can_credit: is_open && !credits().any(|said| Some(said.by) == me),
        is_second: credits().next().is_some(),
        can_close: is_open,
        form,
    })
}

/// `POST /vendor/cards/{id}`
pub(super) async fn judge(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, TopUpId::new, "top-up")?;
    let ruling = match pairs.get("act") {
        "credit" => Ok(Ruling::Credit),
        "refunded" => Ok(Ruling::Refunded),
        "rejected" => Ok(Ruling::Rejected),
        _ => Err(Error::from(Refusal::invalid("act", "choose what to do"))),
    };
    let done = match ruling {
        Ok(ruling) => ask.site.store.review_top_up(&ask.actor, id, ruling, pairs.get("note")).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(misfit) => {
            let said = match misfit.top_up.state {
                TopUpState::Review => "Recorded. It is credited when somebody else says so too.",
                TopUpState::Credited => "Credited, as it was agreed.",
                _ => "Closed.",
            };
            Ok(ask.go_saying(routes::VendorCard::to(id), Tone::Good, said))
        }
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            // What is not there at all is said first.
            let mut form = NoteForm::default();
            form.fill(pairs.iter());
            form.refuse(&refusal);
            show_refused(&one_view(&ask, id, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}
