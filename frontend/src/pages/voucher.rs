//! Vouchers: redeeming a code, and the vendor's batches.

use axum::extract::Path;
use domain::id::VoucherBatchId;
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use domain::tokens::Tokens;
use domain::voucher::Which;
use store::Error;
use store::vouchers::{BatchView, NewBatch};

use crate::ask::{Answer, Ask, local, show, show_once, show_refused};
use crate::form::{Field, Form};
use crate::page::Tone;
use crate::parts::Day;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::voucher::{BatchRow, IssueForm, RedeemForm, RedeemView, VouchersPrintView, VouchersView};
use crate::worth::grouped;
use crate::{routes, show};

/// `GET /redeem`
pub(super) async fn ask_code(ask: Ask, query: Pairs) -> Answer {
    let mut form = RedeemForm::default();
    form.fill(query.iter());
    show(&redeem_view(&ask, form, back_of(&query)).await?)
}

/// Where somebody goes on after redeeming; the wallet if they did not say.
fn back_of(pairs: &Pairs) -> String {
    match pairs.find("back") {
        Some(back) => local(Some(back)),
        None => routes::Wallet.to_string(),
    }
}

async fn redeem_view(ask: &Ask, mut form: RedeemForm, back: String) -> Result<RedeemView, Trouble> {
    // A refused key stays refused: the next attempt needs another.
    form.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.page("Redeem a code", "Turn a printed code into tokens. No name needed.").await?;
    page.problems = form.problems();
    Ok(RedeemView { page, form, back })
}

/// `POST /redeem`
pub(super) async fn redeem(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.user()?;
    let mut form = RedeemForm::default();
    form.fill(pairs.iter());
    let back = back_of(&pairs);
    match ask.site.store.redeem_voucher(&ask.actor, &form.code.value, pairs.get("idempotency_key")).await {
        Ok(redeemed) => {
            let said = format!("Redeemed: {} tokens are in your wallet.", grouped(redeemed.tokens));
            return Ok(ask.go_saying(back, Tone::Good, &said));
        }
        Err(Error::Refused(Refusal::NotSignedIn)) => return Err(Refusal::NotSignedIn.into()),
        Err(Error::Refused(refusal)) => {
            let is_about_key = matches!(refusal, Refusal::IdempotencyKeyReused | Refusal::Busy);
            let place = if is_about_key { &mut form.refusal } else { &mut form.code.error };
            *place = Some(sentence(&refusal));
        }
        Err(error) => return Err(error.into()),
    }
    let mut view = redeem_view(&ask, form, back).await?;
    view.page.path = routes::Redeem.to_string();
    show_refused(&view)
}

/// `GET /vendor/vouchers`
pub(super) async fn batches(ask: Ask, query: Pairs) -> Answer {
    show(&batches_view(&ask, IssueForm::default(), &query).await?)
}

async fn batches_view(ask: &Ask, mut form: IssueForm, query: &Pairs) -> Result<VouchersView, Trouble> {
    let page = ask.site.store.voucher_batches(&ask.actor, super::window(query)).await?;
    form.idempotency_key.value = ask.site.draw_key();
    let mut frame = ask.own_page("Vouchers").await?;
    frame.path = routes::VendorVouchers.to_string();
    frame.problems = form.problems();
    let now = ask.site.store.world().now();
    Ok(VouchersView {
        page: frame,
        form,
        batches: page.items.iter().map(|view| row(view, now)).collect(),
        pager: show::pager(&page, &routes::VendorVouchers.to_string(), |view| view.batch.id.uuid()),
    })
}

fn row(view: &BatchView, now: Timestamp) -> BatchRow {
    let batch = &view.batch;
    let ends = match batch.expires_at {
        None => "never ends".to_owned(),
        Some(at) if at <= now => format!("ended on {}", Day(at).words()),
        Some(at) => format!("ends on {at}"),
    };
    BatchRow {
        id: batch.id,
        name: batch.name.as_str().to_owned(),
        at: batch.at,
        by: view.issued_by_handle.clone().unwrap_or_default(),
        ends,
        each: batch.tokens,
        count: batch.count,
        redeemed: view.redeemed,
        withdrawn: view.withdrawn,
        open: view.open(),
    }
}

/// What was typed as a batch; if it cannot be read, the form says so.
fn new_batch(form: &mut IssueForm) -> Option<NewBatch> {
    let refuse = |field: &mut Field, problem: &str| {
        field.error = Some(sentence(&Refusal::invalid("x", problem.to_owned())));
    };
    let count = form.count.value.trim().replace([',', ' '], "").parse().ok();
    if count.is_none() {
        refuse(&mut form.count, "a whole number is needed");
    }
    let tokens = Tokens::parse(form.tokens.value.trim());
    if let Err(bad) = &tokens {
        refuse(&mut form.tokens, &bad.to_string());
    }
    let typed = form.expires_at.value.trim().to_owned();
    let expires_at = end_of_day(&typed);
    if expires_at.is_none() && !typed.is_empty() {
        refuse(&mut form.expires_at, "a date such as 2027-12-31 is needed");
        return None;
    }
    Some(NewBatch { name: form.name.value.clone(), count: count?, tokens: tokens.ok()?, expires_at })
}

/// The end of a day that a date field names.
pub(super) fn end_of_day(date: &str) -> Option<Timestamp> {
    let midnight = Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z"))?;
    Some(midnight.after(Seconds::days(1)))
}

/// `POST /vendor/vouchers`: the answer is the page to print.
pub(super) async fn issue(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let mut form = IssueForm::default();
    form.fill(pairs.iter());
    if let Some(new) = new_batch(&mut form) {
        match ask.site.store.issue_vouchers(&ask.actor, new, pairs.get("idempotency_key")).await {
            Ok((view, codes)) => {
                return show_once(&VouchersPrintView {
                    page: ask.own_page("Vouchers to print").await?,
                    name: view.batch.name.as_str().to_owned(),
                    each: ask.price(view.batch.tokens),
                    expires_at: view.batch.expires_at,
                    codes,
                });
            }
            Err(Error::Refused(refusal)) => form.refuse(&refusal),
            Err(error) => return Err(error.into()),
        }
    }
    show_refused(&batches_view(&ask, form, &Pairs::default()).await?)
}

/// `POST /vendor/vouchers/{id}/withdraw`
pub(super) async fn withdraw(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, VoucherBatchId::new, "batch")?;
    let typed = pairs.get("numbers");
    let signs = |sign: char| sign == ',' || sign == ';' || sign.is_whitespace();
    let numbers: Result<Vec<u32>, _> =
        typed.split(signs).filter(|part| !part.is_empty()).map(str::parse).collect();
    let which = match numbers {
        Ok(numbers) if numbers.is_empty() => Which::All,
        Ok(numbers) => Which::Numbers(numbers),
        Err(_) => return Ok(told(&ask, Tone::Bad, "Numbers such as 3, 7 are needed. Nothing was done.")),
    };
    match ask.site.store.withdraw_vouchers(&ask.actor, id, which).await {
        Ok(view) => {
            let said = format!("{} of {} vouchers can still be used.", view.open(), view.batch.count);
            Ok(told(&ask, Tone::Good, &said))
        }
        Err(Error::Refused(refusal @ Refusal::InvalidInput { .. })) => {
            Ok(told(&ask, Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

fn told(ask: &Ask, tone: Tone, said: &str) -> axum::response::Response {
    ask.go_saying(routes::VendorVouchers, tone, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_a_whole_day() {
        let end = end_of_day("2026-12-31").map(Timestamp::rfc3339);
        assert_eq!(end.as_deref(), Some("2027-01-01T00:00:00Z"));
        for nonsense in ["", "soon", "2026-02-30", "31.12.2026"] {
            assert_eq!(end_of_day(nonsense), None, "{nonsense}");
        }
    }
}
