//! Orders, the receipt after buying, and the library.

use std::collections::HashMap;

use axum::extract::Path;
use domain::id::{ListingId, OrderId};
use domain::ledger::transfer::TransactionKind;
use domain::listing::ListingKind;
use domain::order::OrderState;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use store::Error;
use store::listings::Listing;
use store::orders::{OrderView as Row, Side as Asked};

use crate::ask::{Answer, Ask, show};
use crate::page::Tone;
use crate::parts::{Picture, Stage, Step, Timeline};
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::cart::{OrderLine, ReceiptOrder, ReceiptView};
use crate::view::library::{FileRow, LibraryView};
use crate::view::order::{FeeSlip, OrderRow, OrderStep, OrderView, OrdersView, Proof, Side};
use crate::worth::grouped;
use crate::{routes, show};

/// The most orders that one receipt shows: as many as one cart has lines.
const RECEIPT_ORDERS_MAX: usize = 50;

fn lines(ask: &Ask, row: &Row) -> Vec<OrderLine> {
    let line = |line: &domain::order::OrderLine| OrderLine {
        listing: line.listing,
        title: line.title.clone(),
        quantity: line.quantity,
        price: ask.price(line.unit_price),
        subtotal: ask.price(line.total),
        download: line.kind == ListingKind::File,
    };
    row.order.lines.iter().map(line).collect()
}

/// `GET /receipt`
pub(super) async fn receipt(ask: Ask, query: Pairs) -> Answer {
    let user = ask.user()?;
    let mut rows = Vec::new();
    for text in query.all("order").take(RECEIPT_ORDERS_MAX) {
        let row = ask.site.store.order(&ask.actor, super::id(text, OrderId::new, "order")?).await?;
        if row.order.buyer == user.id {
            rows.push(row);
        }
    }
    let first = rows.first().ok_or(Refusal::missing("receipt"))?;
    let total = Tokens::checked_sum(rows.iter().map(|row| row.order.money.total));
    let balance = ask.site.store.wallet(user.id).await?.balance();
    show(&ReceiptView {
        page: ask.own_page("Bought. Thank you.").await?,
        at: first.order.at,
        total: ask.price(total.unwrap_or_default()),
        balance: ask.price(balance),
        orders: rows.iter().map(|row| receipt_order(&ask, row)).collect(),
    })
}

fn receipt_order(ask: &Ask, row: &Row) -> ReceiptOrder {
    let (next, releases_at) = match row.order.state {
        OrderState::Held => (
            "The seller delivers now. When all is well, confirm it on the order’s page, and the seller is paid.",
            Some(row.order.money.release_at),
        ),
        OrderState::Released => ("It is yours: download it here or, at any time, from your library.", None),
        OrderState::Cancelled => (show::state_for_buyer(OrderState::Cancelled), None),
    };
    ReceiptOrder {
        id: row.order.id,
        seller: row.seller_handle.clone(),
        lines: lines(ask, row),
        total: ask.price(row.order.money.total),
        next: next.to_owned(),
        releases_at,
    }
}

/// `GET /orders`
pub(super) async fn bought(ask: Ask, query: Pairs) -> Answer {
    list(&ask, Side::Buyer, &query).await
}

/// `GET /sales`
pub(super) async fn sold(ask: Ask, query: Pairs) -> Answer {
    list(&ask, Side::Seller, &query).await
}

async fn list(ask: &Ask, side: Side, query: &Pairs) -> Answer {
    let (asked, title, path) = match side {
        Side::Buyer => (Asked::Bought, "Orders", routes::Orders.to_string()),
        Side::Seller => (Asked::Sold, "Sales", routes::Sales.to_string()),
    };
    let page = ask.site.store.orders(&ask.actor, asked, super::window(query)).await?;
    let firsts: Vec<ListingId> =
        page.items.iter().filter_map(|row| row.order.lines.first()).map(|line| line.listing).collect();
    let listings: HashMap<ListingId, Listing> =
        ask.site.store.listings(&firsts).await?.into_iter().map(|found| (found.id, found)).collect();
    show(&OrdersView {
        page: ask.own_page(title).await?,
        side,
        rows: page.items.iter().map(|row| order_row(ask, side, row, &listings)).collect(),
        pager: show::pager(&page, &path, |row| row.order.id.uuid()),
    })
}

fn order_row(ask: &Ask, side: Side, row: &Row, listings: &HashMap<ListingId, Listing>) -> OrderRow {
    let first = row.order.lines.first();
    let title = match (first, row.order.lines.len()) {
        (Some(line), 0 | 1) => line.title.clone(),
        (Some(line), many) => format!("{} and {} more", line.title, many - 1),
        (None, _) => "An order".to_owned(),
    };
    let listing = first.and_then(|line| listings.get(&line.listing));
    let drawn = || Picture::drawn(ListingId::new(row.order.id.uuid()));
    let (with, state) = sides(side, row);
    OrderRow {
        id: row.order.id,
        title,
        picture: listing.map_or_else(drawn, |listing| show::cover(listing, Picture::CARD)),
        with,
        at: row.order.at,
        total: ask.price(row.order.money.total),
        state: state.to_owned(),
        waiting: row.order.state == OrderState::Held,
    }
}

/// The other side's handle, and how the order stands seen from this one.
fn sides(side: Side, row: &Row) -> (String, &'static str) {
    match side {
        Side::Buyer => (row.seller_handle.clone(), show::state_for_buyer(row.order.state)),
        Side::Seller => (row.buyer_handle.clone(), show::state_for_seller(row.order.state)),
    }
}

/// `GET /order/{id}`
pub(super) async fn order(ask: Ask, Path(id): Path<String>) -> Answer {
    let user = ask.user()?;
    let row = ask.site.store.order(&ask.actor, super::id(&id, OrderId::new, "order")?).await?;
    let side = if row.order.buyer == user.id { Side::Buyer } else { Side::Seller };
    let (with, state) = sides(side, &row);
    let entries = ask.site.store.entries(row.order.id.uuid()).await?;
    let proof = |entry: &store::orders::Entry| Proof {
        what: match entry.kind {
            TransactionKind::Release => "Seller paid".to_owned(),
            TransactionKind::Void => "Called off".to_owned(),
            TransactionKind::LicenceRefund => "Unused, given back".to_owned(),
            _ => "Payment".to_owned(),
        },
        transaction: u64::try_from(entry.sequence).unwrap_or_default(),
        seal: entry.seal.to_string(),
    };
    show(&OrderView {
        page: ask.own_page("Order").await?,
        id: row.order.id,
        side,
        with,
        at: row.order.at,
        state: state.to_owned(),
        lines: lines(&ask, &row),
        total: ask.price(row.order.money.total),
        timeline: timeline(side, &row),
        step: match (row.order.state, side) {
            (OrderState::Held, Side::Buyer) => OrderStep::Confirm,
            (OrderState::Held, Side::Seller) => OrderStep::Cancel,
            _ => OrderStep::Wait,
        },
        fee: (side == Side::Seller && row.order.state != OrderState::Cancelled).then(|| fee_slip(&ask, &row)),
        is_refundable: side == Side::Seller
            && row.order.lines.iter().any(|line| line.kind == ListingKind::Software)
            && !entries.iter().any(|entry| entry.kind == TransactionKind::LicenceRefund),
        proofs: entries.iter().map(proof).collect(),
    })
}

fn fee_slip(ask: &Ask, row: &Row) -> FeeSlip {
    let rule = |line: &domain::order::OrderLine| format!("{}: {}.", line.title, line.fee_explanation);
    FeeSlip {
        fee: ask.price(row.order.money.fee),
        rule: row.order.lines.iter().map(rule).collect::<Vec<_>>().join(" "),
        receive: ask.price(row.income()),
        paid: row.order.state == OrderState::Released,
    }
}

/// What happened to an order and what will.
fn timeline(side: Side, row: &Row) -> Timeline {
    let money = &row.order.money;
    let (paid, order) = (grouped(money.total), &row.order);
    let step = |stage, title: &str, at, text: String| Step { stage, title: title.to_owned(), at, text };
    let mut steps = vec![step(Stage::Done, "Paid", Some(order.at), format!("{paid} tokens."))];
    match order.state {
        OrderState::Held => {
            let text = match side {
                Side::Buyer => "The seller has been told. When all is well, confirm it above.",
                Side::Seller => "It is your turn. The buyer confirms when all is well.",
            };
            steps.push(step(Stage::Now, "On its way", None, text.to_owned()));
            let text = "When the buyer confirms, or by itself at this time.".to_owned();
            steps.push(step(Stage::Ahead, "Seller is paid", Some(money.release_at), text));
        }
        OrderState::Released => {
            let at = row.closed_at.or(Some(order.at));
            steps.push(step(Stage::Done, "Seller is paid", at, String::new()));
        }
        OrderState::Cancelled => {
            let text = "The held tokens went back to the buyer.".to_owned();
            steps.push(step(Stage::Stopped, "Called off by the seller", row.closed_at, text));
        }
    }
    Timeline { steps }
}

/// `POST /order/{id}/confirm`
pub(super) async fn confirm(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, OrderId::new, "order")?;
    let done = ask.site.store.confirm_receipt(&ask.actor, id).await;
    after(&ask, id, done, "Confirmed. The seller has been paid.")
}

/// `POST /order/{id}/cancel`
pub(super) async fn cancel(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, OrderId::new, "order")?;
    let done = ask.site.store.cancel_order(&ask.actor, id).await;
    after(&ask, id, done, "Called off. The buyer has the held tokens back.")
}

fn after(ask: &Ask, id: OrderId, done: Result<OrderId, Error>, said: &str) -> Answer {
    match done {
        Ok(_) => Ok(ask.go_saying(routes::Order::to(id), Tone::Good, said)),
        Err(Error::Refused(refusal @ Refusal::WrongState { .. })) => {
            Ok(ask.go_saying(routes::Order::to(id), Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(Trouble::from(error)),
    }
}

/// `GET /library`
pub(super) async fn library(ask: Ask, query: Pairs) -> Answer {
    let page = ask.site.store.library(&ask.actor, super::window(&query)).await?;
    let row = |owned: &store::orders::Owned| FileRow {
        listing: owned.listing.id,
        title: owned.listing.title.clone(),
        picture: show::cover(&owned.listing, Picture::CARD),
        file: owned.listing.file.as_ref().map(|file| file.name.clone()).unwrap_or_default(),
        size: owned.listing.file.as_ref().map(|file| show::bytes(file.size)).unwrap_or_default(),
        at: owned.at,
        order: owned.order,
        seller: owned.listing.seller_handle.clone(),
    };
    // The first page has the software, however many files follow.
    let software = store::page::Window::first(100, None);
    let software = ask.site.store.licences(&ask.actor, software).await?;
    let now = ask.site.store.world().now();
    let is_first = !page.has_previous;
    let licences =
        software.items.iter().filter(|_| is_first).map(|row| super::licence::library_row(row, now));
    show(&LibraryView {
        page: ask.own_page("Library").await?,
        licences: licences.collect(),
        files: page.items.iter().map(row).collect(),
        pager: show::pager(&page, &routes::Library.to_string(), |owned| owned.place),
    })
}
