//! The wallet and its statement.

use axum::http::header;
use axum::response::IntoResponse;
use domain::id::UserId;
use domain::ledger::transfer::{Subject, TransactionKind, TransferCode};
use store::page::Window;
use store::wallet::{Direction as Way, Movement, Place};

use crate::ask::{Answer, Ask, show};
use crate::parts::{Change, Crumb, Direction};
use crate::posted::Pairs;
use crate::view::wallet::{Entry, Pocket, WalletView};
use crate::{csv, routes, show};

/// How many movements a page shows.
const ENTRIES: u32 = 25;

/// The most movements of one file: some 10 MB.
const CSV_ENTRIES_MAX: usize = 100_000;

/// `GET /wallet`
pub(super) async fn wallet(ask: Ask, query: Pairs) -> Answer {
    let user = ask.user()?;
    let wallet = ask.site.store.wallet(user.id).await?;
    let place = |name: &str| query.find(name).and_then(read_place);
    let window = match place("before") {
        Some(edge) => Window::last(ENTRIES, Some(edge)),
        None => Window::first(ENTRIES, place("after")),
    };
    let page = ask.site.store.statement(&ask.actor, window).await?;
    let pocket = |label: &str, tokens, meaning: &str| Pocket {
        label: label.to_owned(),
        tokens,
        meaning: meaning.to_owned(),
    };
    let mut pockets = vec![
        pocket("Spendable", wallet.spendable, "Spend it or give it away."),
        pocket("Earned", wallet.earned, "From your sales. Spend it or give it away."),
        pocket("Welcome", wallet.promo, "To try the market: spend it; it cannot be given away."),
        pocket(
            "Held for you",
            wallet.held,
            "Comes to you, less the cut, when buyers confirm. Not in the balance yet.",
        ),
    ];
    if !wallet.debt.is_zero() {
        pockets.push(pocket("Owed", wallet.debt, "Owed to the vendor; taken off the balance."));
    }
    show(&WalletView {
        page: ask.own_page("Wallet").await?,
        balance: ask.price(wallet.balance()),
        has_redemption: ask.site.store.redemption_terms().is_on,
        pockets,
        entries: page.items.iter().map(|movement| entry(movement, user.id)).collect(),
        pager: show::pager(&page, &routes::Wallet.to_string(), |movement| {
            format!("{}.{}", movement.place.sequence, movement.place.leg)
        }),
    })
}

fn read_place(text: &str) -> Option<Place> {
    let (sequence, leg) = text.split_once('.')?;
    Some(Place { sequence: sequence.parse().ok()?, leg: leg.parse().ok()? })
}

fn entry(movement: &Movement, me: UserId) -> Entry {
    let direction = match movement.direction {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
    };
    Entry {
        at: movement.at,
        what: what(movement, me),
        with: other(movement, me).map(|handle| show::link(handle.clone(), routes::Storefront::to(handle))),
        reference: reference(movement),
        change: Change { direction, tokens: movement.amount },
        balance: movement.balance_after,
    }
}

/// The other side, if it is somebody else: what was held for a seller comes
/// from an account of their own.
fn other(movement: &Movement, me: UserId) -> Option<&String> {
    movement.other_handle.as_ref().filter(|_| movement.other.owner != me.uuid())
}

/// What happened, in words that a handle may follow.
fn what(movement: &Movement, me: UserId) -> String {
    let known = other(movement, me).is_some();
    let text = match (movement.kind, movement.direction) {
        _ if movement.code == TransferCode::Recovery => "Paid off what was owed",
        (TransactionKind::Welcome, _) => "Welcome tokens",
        (TransactionKind::Grant, _) if movement.detail.is_empty() => "Granted by the vendor",
        (TransactionKind::Grant, _) => return format!("Granted by the vendor: {}", movement.detail),
        (TransactionKind::Purchase, Way::Out) => match movement.code {
            TransferCode::Fee => "Bought (the vendor’s cut of it)",
            _ if known => "Bought from",
            _ => "Bought",
        },
        (TransactionKind::Purchase, Way::In) => "Sold to",
        (TransactionKind::Release, Way::In) => "Sale released",
        (TransactionKind::Release, Way::Out) => "The vendor’s cut",
        (TransactionKind::Void, _) if known => "Given back, called off by",
        (TransactionKind::Void, _) => "Order called off, given back",
        (TransactionKind::Gift, Way::In) => "Gift from",
        (TransactionKind::Gift, Way::Out) => "Gift to",
        (TransactionKind::GiftLink, _) => "Put behind a gift link",
        (TransactionKind::GiftClaim, _) => "Gift claimed",
        (TransactionKind::GiftReturn, _) => "Gift came back",
        (TransactionKind::TopUp, _) if movement.code == TransferCode::Bonus => "Bonus to a top-up",
        (TransactionKind::TopUp, _) => "Topped up",
        (TransactionKind::Refund, _) => "Top-up refunded",
        (TransactionKind::RefundUndone, _) => "Refund failed, given back",
        (TransactionKind::DisputeHold, Way::Out) => "Kept back: a card payment is disputed",
        (TransactionKind::DisputeHold, Way::In) => "Free again",
        (TransactionKind::ChargedBack, _) => "Taken back: the bank reversed a card payment",
        (TransactionKind::DisputeEnded, _) => "Given back: a dispute has ended",
        (TransactionKind::PromoExpiry, _) => "Expired",
        (TransactionKind::WrittenOff, _) => "Taken back: an invoice was never paid",
        (TransactionKind::LicenceRefund, Way::In) => "Unused, given back by",
        (TransactionKind::LicenceRefund, Way::Out) => "Unused, given back to",
        (TransactionKind::VoucherRedeemed, _) => "Code redeemed",
        (TransactionKind::RedemptionAsked, _) => "To be turned into money",
        (TransactionKind::RedemptionReturned, _) => "Not turned into money, given back",
        // These move nothing of a wallet, and so never stand in a statement.
        (TransactionKind::VouchersIssued | TransactionKind::VoucherWithdrawn, _) => "Vouchers",
        (
            TransactionKind::RedemptionAgreed
            | TransactionKind::RedemptionSent
            | TransactionKind::RedemptionPaid,
            _,
        ) => "Turned into money",
    };
    // Nobody is named after a word that waits for a name.
    if known {
        text.to_owned()
    } else {
        text.trim_end_matches(" from").trim_end_matches(" to").trim_end_matches(" by").to_owned()
    }
}

/// The page of what a movement is about.
fn reference(movement: &Movement) -> Option<Crumb> {
    match movement.kind.subject() {
        Subject::Order => {
            let order = domain::id::OrderId::new(movement.reference);
            Some(show::link("the order", routes::Order::to(order)))
        }
        Subject::Gift => Some(show::link("all gifts", routes::Gifts)),
        Subject::TopUp => {
            let top_up = domain::id::TopUpId::new(movement.reference);
            Some(show::link("the top-up", routes::TopUpOrder::to(top_up)))
        }
        Subject::Redemption => Some(show::link("all requests", routes::Redemptions)),
        Subject::User | Subject::Voucher | Subject::VoucherBatch => None,
    }
}

/// `GET /wallet/statement.csv`
pub(super) async fn statement(ask: Ask) -> Answer {
    let me = ask.user()?.id;
    let mut csv = "time,what,with,amount,balance,transaction,reference\r\n".to_owned();
    let (mut after, mut rows) = (None, 0);
    loop {
        let window = Window::first(store::page::PAGE_MAX, after);
        let page = ask.site.store.statement(&ask.actor, window).await?;
        for movement in &page.items {
            csv.push_str(&csv_line(movement, me));
        }
        rows += page.items.len();
        after = page.items.last().map(|movement| movement.place);
        if !page.has_next || rows >= CSV_ENTRIES_MAX {
            break;
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"statement.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, csv).into_response())
}

fn csv_line(movement: &Movement, me: UserId) -> String {
    let sign = if movement.direction == Way::Out { "-" } else { "" };
    format!(
        "{},{},{},{sign}{},{},{},{}\r\n",
        movement.at.rfc3339(),
        csv::text(&what(movement, me)),
        csv::text(other(movement, me).map_or("", String::as_str)),
        movement.amount,
        movement.balance_after,
        movement.place.sequence,
        movement.reference,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        assert_eq!(read_place("12.3"), Some(Place { sequence: 12, leg: 3 }));
        assert_eq!(read_place("12"), None);
        assert_eq!(read_place("a.b"), None);
    }
}
