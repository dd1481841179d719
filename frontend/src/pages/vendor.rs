//! The vendor's console: today, users, grants, ledger.

use domain::access::Role;
use domain::ledger::account::{AccountKind, Class};
use domain::order::OrderState;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use store::Error;
use store::orders::OrderView;
use store::vendor::{Glance, KindTotal, NewPromotion, Sealed};

use super::voucher::end_of_day;
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::vendor::{
    Count, GrantForm, GrantView, LatestOrder, LedgerView, PromoForm, SealRow, TodayView, Total, UserRow,
    UsersView,
};
use crate::worth::{counted, grouped};
use crate::{routes, show};

/// How many of the latest orders the first page shows.
const LATEST: u32 = 10;

/// A day in milliseconds.
const DAY_MILLIS: i64 = 86_400_000;

/// The market since midnight, by the calendar of UTC.
async fn today_so_far(ask: &Ask) -> Result<Glance, Trouble> {
    let now = ask.site.store.world().now().millis();
    let midnight = Timestamp::from_millis(now - now.rem_euclid(DAY_MILLIS));
    Ok(ask.site.store.glance(&ask.actor, midnight).await?)
}

/// `GET /vendor`
pub(super) async fn today(ask: Ask) -> Answer {
    let glance = today_so_far(&ask).await?;
    let orders = ask.site.store.latest_orders(&ask.actor, LATEST).await?;
    let count = |label: &str, count: u32| Count { label: label.to_owned(), count: u64::from(count) };
    let fees = glance.totals.iter().find(|total| total.kind == AccountKind::Fees);
    show(&TodayView {
        page: ask.own_page("Vendor’s console").await?,
        counts: vec![
            count("Orders today", glance.orders),
            count("Accounts in all", glance.users),
            count("Listings on sale", glance.listings),
        ],
        sums: vec![
            total(&ask, "Sold today", glance.turnover, ""),
            total(&ask, "Our cut so far", fees.map(|total| total.balance).unwrap_or_default(), ""),
        ],
        orders: orders.iter().map(|view| latest(&ask, view)).collect(),
    })
}

fn latest(ask: &Ask, view: &OrderView) -> LatestOrder {
    let order = &view.order;
    let title = order.lines.first().map(|line| line.title.clone()).unwrap_or_default();
    let more = order.lines.len().saturating_sub(1);
    LatestOrder {
        title,
        more: (more > 0).then(|| format!("and {more} more")),
        buyer: view.buyer_handle.clone(),
        seller: view.seller_handle.clone(),
        at: order.at,
        state: match order.state {
            OrderState::Held => "Held",
            OrderState::Released => "Done",
            OrderState::Cancelled => "Called off",
        },
        total: ask.price(order.money.total),
    }
}

fn total(ask: &Ask, label: &str, tokens: Tokens, meaning: &str) -> Total {
    Total { label: label.to_owned(), price: ask.price(tokens), meaning: meaning.to_owned() }
}

/// `GET /vendor/users`
pub(super) async fn users(ask: Ask, query: Pairs) -> Answer {
    let search = query.get("handle").trim().to_owned();
    let page = ask.site.store.find_users(&ask.actor, &search, super::window(&query)).await?;
    let path = format!("{}?handle={}", routes::VendorUsers, routes::Encoded(&search));
    let row = |user: &store::vendor::UserRow| UserRow {
        handle: user.handle.as_str().to_owned(),
        since: user.created_at,
        staff: user.role == Role::Staff,
        balance: ask.price(user.wallet.balance()),
        grant: format!("{}?to={}", routes::VendorGrant, user.handle),
    };
    show(&UsersView {
        page: ask.own_page("Users").await?,
        search,
        users: page.items.iter().map(row).collect(),
        pager: show::pager(&page, &path, |user| user.id.uuid()),
    })
}

/// `GET /vendor/grant`
pub(super) async fn grant_form(ask: Ask, query: Pairs) -> Answer {
    let mut form = GrantForm::default();
    query.get("to").clone_into(&mut form.to.value);
    show(&grant_view(&ask, form, PromoForm::default()).await?)
}

async fn grant_view(ask: &Ask, mut form: GrantForm, mut promo: PromoForm) -> Result<GrantView, Trouble> {
    ask.actor.staff()?;
    form.idempotency_key.value = ask.site.draw_key();
    promo.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page("Grant tokens").await?;
    page.path = routes::VendorGrant.to_string();
    page.problems = form.problems();
    page.problems.extend(promo.problems());
    Ok(GrantView { page, form, promo })
}

/// `POST /vendor/grant`
pub(super) async fn grant(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let mut form = GrantForm::default();
    form.fill(pairs.iter());
    match Tokens::parse(form.amount.value.trim()) {
        Err(bad) => form.amount.error = Some(sentence(&Refusal::invalid("amount", bad.to_string()))),
        Ok(amount) => {
            let (to, reason) = (form.to.value.trim(), form.reason.value.as_str());
            let key = pairs.get("idempotency_key");
            match ask.site.store.grant_tokens(&ask.actor, to, amount, reason, key).await {
                Ok(user) => {
                    let said = format!("Granted: {} has {} tokens more.", user.handle, grouped(amount));
                    return Ok(ask.go_saying(routes::VendorGrant, Tone::Good, &said));
                }
                Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => {
                    form.to.error = Some(sentence(&refusal))
                }
                Err(Error::Refused(refusal)) => form.refuse(&refusal),
                Err(error) => return Err(error.into()),
            }
        }
    }
    show_refused(&grant_view(&ask, form, PromoForm::default()).await?)
}

/// `POST /vendor/promo`
pub(super) async fn promote(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let mut form = PromoForm::default();
    form.fill(pairs.iter());
    if let Some(new) = new_promotion(&mut form) {
        let amount = grouped(new.amount);
        match ask.site.store.grant_promo(&ask.actor, new, pairs.get("idempotency_key")).await {
            Ok(reached) => {
                let users = if reached == 1 { "user" } else { "users" };
                let said = format!("Given: {amount} tokens each to {} {users}.", counted(u64::from(reached)));
                return Ok(ask.go_saying(routes::VendorGrant, Tone::Good, &said));
            }
            Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => {
                form.to.error = Some(sentence(&refusal));
            }
            Err(Error::Refused(refusal)) => form.refuse(&refusal),
            Err(error) => return Err(error.into()),
        }
    }
    show_refused(&grant_view(&ask, GrantForm::default(), form).await?)
}

/// What was typed as a promotion; if it cannot be read, the form says so.
fn new_promotion(form: &mut PromoForm) -> Option<NewPromotion> {
    let handles = form.to.value.split(|sign: char| sign.is_whitespace() || sign == ',');
    let to = handles.filter(|handle| !handle.is_empty()).map(str::to_owned).collect();
    let amount = Tokens::parse(form.amount.value.trim());
    if let Err(bad) = &amount {
        form.amount.error = Some(sentence(&Refusal::invalid("amount", bad.to_string())));
    }
    let typed = form.expires_at.value.trim().to_owned();
    let expires_at = end_of_day(&typed);
    if expires_at.is_none() && !typed.is_empty() {
        let problem = Refusal::invalid("expiresAt", "a date such as 2027-12-31 is needed");
        form.expires_at.error = Some(sentence(&problem));
        return None;
    }
    Some(NewPromotion { to, amount: amount.ok()?, reason: form.reason.value.clone(), expires_at })
}

/// `GET /vendor/ledger`
pub(super) async fn ledger(ask: Ask, query: Pairs) -> Answer {
    let glance = today_so_far(&ask).await?;
    let side = |classes: [Class; 2]| {
        let part: Vec<&KindTotal> =
            glance.totals.iter().filter(|total| classes.contains(&total.kind.class())).collect();
        let sum = Tokens::checked_sum(part.iter().map(|total| total.balance)).unwrap_or_default();
        let rows = part.iter().filter(|row| !row.balance.is_zero()).map(|row| {
            let (label, meaning) = words(row.kind);
            total(&ask, label, row.balance, meaning)
        });
        (rows.collect::<Vec<_>>(), sum)
    };
    let (sources, issued) = side([Class::Issued, Class::Debt]);
    let (places, held) = side([Class::Held, Class::Retired]);
    let sought = query.get("transaction").trim().to_owned();
    let found = match sought.parse() {
        Ok(sequence) => ask.site.store.sealed(&ask.actor, Some(sequence)).await?,
        Err(_) => None,
    };
    show(&LedgerView {
        page: ask.own_page("Ledger").await?,
        sources,
        places,
        issued: ask.price(issued),
        held: ask.price(held),
        last: ask.site.store.sealed(&ask.actor, None).await?.map(seal_row),
        sought,
        found: found.map(seal_row),
    })
}

fn seal_row(sealed: Sealed) -> SealRow {
    SealRow { sequence: sealed.sequence, at: sealed.at, seal: sealed.seal.to_string() }
}

/// A kind of account, for people.
const fn words(kind: AccountKind) -> (&'static str, &'static str) {
    match kind {
        AccountKind::Spendable => ("Users’ spendable tokens", "To spend and to give."),
        AccountKind::Earned => ("Users’ income", "From sales."),
        AccountKind::Promo => ("Users’ welcome tokens", "To spend only."),
        AccountKind::Escrow => ("Held for sellers", "Until buyers confirm."),
        AccountKind::Dispute => ("Kept back", "Over disputed charges."),
        AccountKind::Debt => ("Owed by users", ""),
        AccountKind::Fees => ("Our cut", ""),
        AccountKind::Guarantee => ("Reserve", "For making buyers whole."),
        AccountKind::Gifts => ("Gifts on their way", "Behind claim links."),
        AccountKind::Payouts => ("Payouts on their way", ""),
        AccountKind::IssuedCard => ("Sold by card", ""),
        AccountKind::IssuedOffline => ("Sold off-line", ""),
        AccountKind::IssuedInvoice => ("Sold on credit", ""),
        AccountKind::IssuedGrant => ("Granted", "By the vendor’s staff."),
        AccountKind::IssuedPromo => ("Given as a welcome", ""),
        AccountKind::RetiredRedeemed => ("Redeemed", "Paid out in money."),
        AccountKind::RetiredExpired => ("Expired", ""),
        AccountKind::RetiredChargeback => ("Charged back", ""),
        AccountKind::RetiredRefunded => ("Refunded", ""),
        AccountKind::RetiredUnpaid => ("Never paid", ""),
    }
}
