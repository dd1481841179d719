//! Orders: what was bought, what was sold, and one order for both sides.

use domain::id::OrderId;

use super::cart::OrderLine;
use super::prelude::*;

/// Which side of an order somebody is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Bought it.
    Buyer,
    /// Sold it.
    Seller,
}

/// What was bought, or what was sold.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/orders.html", whitespace = "minimize")]
pub struct OrdersView {
    /// The frame.
    pub page: Page,
    /// Bought or sold.
    pub side: Side,
    /// Orders, newest first.
    pub rows: Vec<OrderRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

/// An order in a list.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Which order.
    pub id: OrderId,
    /// What it is about: the first title, and how many more.
    pub title: String,
    /// The first listing's picture.
    pub picture: Picture,
    /// The other side's handle.
    pub with: String,
    /// When it was made.
    pub at: Timestamp,
    /// What it cost.
    pub total: Price,
    /// How it stands, in words.
    pub state: String,
    /// Whether it waits for the one who looks.
    pub waiting: bool,
}

/// One order.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/order.html", whitespace = "minimize")]
pub struct OrderView {
    /// The frame.
    pub page: Page,
    /// Which order.
    pub id: OrderId,
    /// Whether the one who looks bought or sold it.
    pub side: Side,
    /// The other side's handle.
    pub with: String,
    /// When it was made.
    pub at: Timestamp,
    /// How it stands, in words.
    pub state: String,
    /// What it is about.
    pub lines: Vec<OrderLine>,
    /// What it cost.
    pub total: Price,
    /// What happened and what will.
    pub timeline: Timeline,
    /// What the one who looks can do now.
    pub step: OrderStep,
    /// What the seller gets, for the seller only.
    pub fee: Option<FeeSlip>,
    /// Whether it gave software that its seller can take back for what is
    /// unused.
    pub is_refundable: bool,
    /// Where the payment stands in the ledger.
    pub proofs: Vec<Proof>,
}

/// What somebody can do with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStep {
    /// Confirm that everything has come.
    Confirm,
    /// Call it off and give everything back.
    Cancel,
    /// Nothing.
    Wait,
}

/// What the vendor takes of an order, and why.
#[derive(Clone, Debug)]
pub struct FeeSlip {
    /// What the vendor takes.
    pub fee: Price,
    /// The rule that says so, as a sentence.
    pub rule: String,
    /// What the seller receives.
    pub receive: Price,
    /// Whether that has happened.
    pub paid: bool,
}

/// Where a transaction stands in the chain.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What the transaction did, in a word or two.
    pub what: String,
    /// Its number.
    pub transaction: u64,
    /// Its seal, in hexadecimal.
    pub seal: String,
}
