//! Redemptions: a seller asks for money; the staff agrees, tells the bank and
//! records what the bank says.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use domain::id::{RedemptionBatchId, RedemptionId};
use domain::redemption::RedemptionState;
use domain::redemption::earnings::PromoIncome;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::page::Page as Rows;
use store::redemptions::{RedemptionEvent, RedemptionView as Row};
use store::{Done, Error};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::csv;
use crate::form::Form;
use crate::page::Tone;
use crate::parts::Choice;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::desk_order::EventRow;
use crate::view::redemption::{
    BankForm, RedemptionForm, RedemptionQueueView, RedemptionRow, RedemptionView, RedemptionsView,
};
use crate::{routes, show};

/// The last signs of an id, which people can read to each other.
fn reference(id: RedemptionId) -> String {
    let text = id.to_string();
    format!("R-{}", text.get(text.len().saturating_sub(8)..).unwrap_or_default().to_uppercase())
}

fn row(view: &Row) -> RedemptionRow {
    let redemption = &view.redemption;
    RedemptionRow {
        id: redemption.id,
        reference: reference(redemption.id),
        handle: view.handle.clone(),
        at: redemption.at,
        tokens: redemption.tokens,
        money: redemption.money.to_string(),
        state: redemption.state.name(),
        is_cancellable: matches!(redemption.state, RedemptionState::Asked | RedemptionState::Approved),
        payee: view.payee.clone(),
    }
}

fn rows(page: &Rows<Row>) -> Vec<RedemptionRow> {
    page.items.iter().map(row).collect()
}

/// `GET /wallet/redemptions`
pub(super) async fn own(ask: Ask, query: Pairs) -> Answer {
    ask.user()?;
    show(&own_view(&ask, RedemptionForm::default(), &query).await?)
}

async fn own_view(ask: &Ask, mut form: RedemptionForm, query: &Pairs) -> Result<RedemptionsView, Trouble> {
    let (store, user) = (&ask.site.store, ask.user()?);
    let terms = store.redemption_terms();
    let redeemable = store.redeemable(&ask.actor).await?;
    let all = store.own_redemptions(&ask.actor, super::window(query)).await?;
    // A refused key stays refused: the next attempt needs another.
    form.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page("Turn earnings into money").await?;
    page.path = routes::Redemptions.to_string();
    page.problems = form.problems();
    Ok(RedemptionsView {
        page,
        form,
        redeemable: ask.price(redeemable),
        earned: store.wallet(user.id).await?.earned,
        token_price: format!("{} {}", terms.price, terms.currency),
        at_most: terms
            .price
            .paid(redeemable, terms.currency)
            .map(|money| money.to_string())
            .unwrap_or_default(),
        minimum: terms.minimum,
        days: terms.maturity.get() / 86_400,
        promo_counts: terms.promo == PromoIncome::Counts,
        kept_days: terms.payee_kept.get() / 86_400,
        rows: rows(&all),
        pager: show::pager(&all, &routes::Redemptions.to_string(), |view| view.redemption.id.uuid()),
    })
}

async fn ask_for_money(ask: &Ask, form: &Pairs) -> Done<Row> {
    let tokens = Tokens::parse(form.get("tokens").trim());
    let tokens = tokens.map_err(|bad| Refusal::invalid("tokens", bad.to_string()))?;
    let key = form.get("idempotency_key");
    ask.site.store.request_redemption(&ask.actor, tokens, form.get("pay_to"), key).await
}

/// `POST /wallet/redemptions`
pub(super) async fn request(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.user()?;
    if !ask.site.store.redemption_terms().is_on {
        return Err(Refusal::RedemptionOff.into());
    }
    match ask_for_money(&ask, &pairs).await {
        Ok(view) => {
            let said = format!(
                "We have your request {}. A person looks at it; until the bank is told you can call it off.",
                reference(view.redemption.id)
            );
            Ok(ask.go_saying(routes::Redemptions, Tone::Good, &said))
        }
        Err(Error::Refused(refusal)) => {
            let mut form = RedemptionForm::default();
            form.fill(pairs.iter());
            match &refusal {
                Refusal::InsufficientTokens { .. } => form.tokens.error = Some(sentence(&refusal)),
                refusal => form.refuse(refusal),
            }
            show_refused(&own_view(&ask, form, &Pairs::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /wallet/redemptions/{id}/cancel`
pub(super) async fn cancel(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.user()?;
    let id = super::id(&id, RedemptionId::new, "redemption")?;
    let (tone, said) = match ask.site.store.cancel_redemption(&ask.actor, id).await {
        Ok(_) => (Tone::Good, "Called off: the tokens are with your earnings again.".to_owned()),
        Err(Error::Refused(refusal @ Refusal::WrongState { .. })) => (Tone::Bad, sentence(&refusal)),
        Err(error) => return Err(error.into()),
    };
    Ok(ask.go_saying(routes::Redemptions, tone, &said))
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen, count: None }
}

/// `GET /vendor/redemptions`
pub(super) async fn queue(ask: Ask, query: Pairs) -> Answer {
    ask.actor.staff()?;
    let state = RedemptionState::from_name(query.get("state"));
    let chosen = state.map_or("", RedemptionState::name);
    let page = ask.site.store.redemptions(&ask.actor, state, super::window(&query)).await?;
    let all = std::iter::once(choice("", "all of them", chosen));
    let states = RedemptionState::ALL.iter().map(|state| choice(state.name(), state.name(), chosen));
    let here = match state {
        None => routes::VendorRedemptions.to_string(),
        Some(state) => format!("{}?state={}", routes::VendorRedemptions, routes::Encoded(state.name())),
    };
    show(&RedemptionQueueView {
        page: ask.own_page("Redemptions").await?,
        states: all.chain(states).collect(),
        rows: rows(&page),
        idempotency_key: ask.site.draw_key(),
        pager: show::pager(&page, &here, |view| view.redemption.id.uuid()),
    })
}

/// `POST /vendor/redemptions`: makes the next file for the bank.
pub(super) async fn send(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    match ask.site.store.send_redemptions(&ask.actor, pairs.get("idempotency_key")).await {
        Ok(batch) => Ok(ask.go(routes::RedemptionBatch::to(batch))),
        Err(Error::Refused(refusal)) => {
            Ok(ask.go_saying(routes::VendorRedemptions, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /vendor/redemptions/batch/{id}`: the file, as often as it is wanted.
pub(super) async fn batch(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, RedemptionBatchId::new, "batch")?;
    let views = ask.site.store.redemption_batch(&ask.actor, id).await?;
    let mut file = "reference,handle,pay to,amount,currency,tokens,asked\r\n".to_owned();
    views.iter().for_each(|view| file.push_str(&line(view)));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"redemptions-{id}.csv\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

fn line(view: &Row) -> String {
    let redemption = &view.redemption;
    let payee = view.payee.as_deref().unwrap_or("(erased)");
    format!(
        "{},{},{},{},{},{},{}\r\n",
        csv::text(&reference(redemption.id)),
        csv::text(&view.handle),
        csv::text(payee),
        redemption.money.decimal(),
        redemption.money.currency(),
        redemption.tokens,
        redemption.at.rfc3339(),
    )
}

/// `GET /vendor/redemptions/{id}`
pub(super) async fn one(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, RedemptionId::new, "redemption")?;
    show(&one_view(&ask, id, BankForm::default()).await?)
}

async fn one_view(ask: &Ask, id: RedemptionId, mut form: BankForm) -> Result<RedemptionView, Trouble> {
    let store = &ask.site.store;
    let view = store.redemption(&ask.actor, id).await?;
    let history = store.redemption_events(&ask.actor, id).await?;
    form.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page(&format!("Redemption {}", reference(id))).await?;
    page.path = routes::VendorRedemption::to(id).to_string();
    page.problems = form.problems();
    let (redemption, me) = (&view.redemption, ask.actor.user_id());
    let is_other = me != Some(redemption.user);
    let has_agreed = me.is_some_and(|me| redemption.approvals.contains(&me));
    let (is_asked, is_sent) =
        (redemption.state == RedemptionState::Asked, redemption.state == RedemptionState::Sent);
    let is_agreed = redemption.state == RedemptionState::Approved;
    Ok(RedemptionView {
        page,
        row: row(&view),
        agreed: format!("{} of {}", redemption.approvals.len(), redemption.needs),
        bank_reference: redemption.bank_reference.as_ref().map(|name| name.as_str().to_owned()),
        batch: redemption.batch,
        history: history.into_iter().map(event).collect(),
        can_agree: is_asked && is_other && !has_agreed,
        can_reject: is_asked || is_agreed,
        can_end: (is_agreed || is_sent) && is_other,
        form,
    })
}

fn event(event: RedemptionEvent) -> EventRow {
    EventRow {
        at: event.at,
        what: match event.state {
            RedemptionState::Asked => "Asked for, or agreed to by one of two",
            RedemptionState::Approved => "Agreed",
            RedemptionState::Sent => "The bank was told",
            RedemptionState::Paid => "Paid",
            RedemptionState::Failed => "The bank could not pay",
            RedemptionState::Rejected => "Declined",
            RedemptionState::Cancelled => "Called off",
        }
        .to_owned(),
        by: event.by_handle.unwrap_or_else(|| "the market itself".to_owned()),
        detail: event.note,
    }
}

async fn act(ask: &Ask, id: RedemptionId, form: &Pairs) -> Done<&'static str> {
    let (store, actor) = (&ask.site.store, &ask.actor);
    match form.get("act") {
        "approve" => store.approve_redemption(actor, id).await.map(|_| "You have agreed."),
        "reject" => store
            .reject_redemption(actor, id, form.get("reason"))
            .await
            .map(|_| "Declined: the tokens are back."),
        "failed" => {
            let done = store.record_redemption_failed(actor, id, form.get("reason")).await;
            done.map(|_| "Recorded: the tokens are back.")
        }
        "paid" => {
            let (name, key) = (form.get("bank_reference"), form.get("idempotency_key"));
            store.record_redemption_paid(actor, id, name, key).await.map(|_| "Recorded as paid.")
        }
        _ => Err(Refusal::invalid("act", "choose what to do").into()),
    }
}

/// `POST /vendor/redemptions/{id}`
pub(super) async fn work(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, RedemptionId::new, "redemption")?;
    match act(&ask, id, &pairs).await {
        Ok(said) => Ok(ask.go_saying(routes::VendorRedemption::to(id), Tone::Good, said)),
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            let mut form = BankForm::default();
            form.fill(pairs.iter());
            form.refuse(&refusal);
            show_refused(&one_view(&ask, id, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}
