//! The rows a batch works on, in memory, and what the batch did to them.
//!
//! A batch of requests is decided one after the other on one Book, in the
//! order of arrival: each sees what those before it changed. A refusal
//! changes nothing. Loading the rows and writing the changes is the store's
//! work; the Book never knows a database.

mod rows;
mod written;

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::command::{Answer, Fingerprint, KeyId, Outcome, Request};
use crate::desk::{DeskChange, Tray};
use crate::event;
use crate::fees::{Fee, FeeRules};
use crate::gift::{ClaimHash, Gift, GiftState};
use crate::id::{
    DisputeId, GiftId, LicenceId, ListingId, Mint, OrderId, RedemptionBatchId, RedemptionId, TopUpId, UserId,
    VoucherBatchId, VoucherId,
};
use crate::ledger::posting::Balances;
use crate::ledger::transfer::Transaction;
use crate::licence::command::{Counted, LicenceChange};
use crate::licence::holding::Holdings;
use crate::listing::Offered;
use crate::listing::category::CategoryTree;
use crate::order::purchase::Wanted;
use crate::order::{Order, OrderState};
use crate::promo::Lot;
use crate::redemption::{RedemptionChange, Redemptions};
use crate::refusal::Refusal;
use crate::text::Handle;
use crate::time::Timestamp;
use crate::topup::TopUp;
use crate::topup::reversal::{Dispute, Refund};
use crate::topup::review::{ReviewChange, Reviews};
use crate::user::NewUser;
use crate::voucher::{Voucher, VoucherBatch, VoucherState, Vouchers};

pub use written::Written;

/// What a decision may look at besides the Book.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'request> {
    /// When it is, and where new identities come from.
    pub mint: &'request Mint,
    /// Who asks; nil for the program itself.
    pub actor: Uuid,
}

/// What changes, once nothing can be refused any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What the ledger records.
    pub transactions: Vec<Transaction>,
    /// What else is written.
    pub changes: Vec<Change>,
    /// The orders that the answer names.
    pub orders: Vec<OrderId>,
    /// The gift that the answer names.
    pub gift: Option<GiftId>,
    /// The user that the answer names.
    pub user: Option<UserId>,
    /// The top-up that the answer names.
    pub top_up: Option<TopUpId>,
    /// The voucher that the answer names.
    pub voucher: Option<VoucherId>,
    /// The licence that the answer names.
    pub licence: Option<LicenceId>,
    /// What the answer counts.
    pub counted: Option<Counted>,
    /// The batch of vouchers that the answer names.
    pub batch: Option<VoucherBatchId>,
    /// The redemption that the answer names.
    pub redemption: Option<RedemptionId>,
    /// The batch of redemptions that the answer names.
    pub redemption_batch: Option<RedemptionBatchId>,
}

impl Decision {
    /// Nothing changes: the order stands already as it was asked to.
    #[must_use]
    pub fn unchanged(order: OrderId) -> Self {
        Self { orders: vec![order], ..Self::default() }
    }
}

/// One thing that is written beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A user and perhaps a session.
    AccountOpened(NewUser),
    /// An order with its lines.
    OrderMade(Order),
    /// An order has ended.
    OrderClosed {
        /// Which.
        order: OrderId,
        /// How.
        state: OrderState,
        /// When.
        at: Timestamp,
    },
    /// Pieces of a listing were sold.
    Sold {
        /// Which listing.
        listing: ListingId,
        /// How many.
        quantity: u32,
    },
    /// Pieces of a listing are on offer again.
    Returned {
        /// Which listing.
        listing: ListingId,
        /// How many.
        quantity: u32,
    },
    /// A cart was bought.
    CartEmptied(UserId),
    /// A gift.
    GiftMade(Gift),
    /// A pending gift has ended.
    GiftClosed {
        /// Which.
        gift: GiftId,
        /// How.
        state: GiftState,
        /// Who has it now, if somebody claimed it.
        recipient: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// A top-up was opened.
    TopUpMade(TopUp),
    /// A top-up has moved on: its state, what was credited or taken back,
    /// its payment, and when it closed. What was agreed stays.
    TopUpMoved(TopUp),
    /// Somebody got promo tokens.
    LotMade(Lot),
    /// Something about a licence.
    Licence(Box<LicenceChange>),
    /// Something at the desk.
    Desk(Box<DeskChange>),
    /// Vouchers, in the order of their numbers.
    VouchersIssued {
        /// What they have in common.
        batch: VoucherBatch,
        /// Each of them.
        vouchers: Vec<Voucher>,
    },
    /// A voucher has ended.
    VoucherClosed {
        /// Which.
        voucher: VoucherId,
        /// How.
        state: VoucherState,
        /// When.
        at: Timestamp,
    },
    /// How a dispute stands now; new, or moved on.
    DisputeStands(Dispute),
    /// How a refund stands now; new, or at its end.
    RefundStands(Refund),
    /// Something about a redemption.
    Redemption(Box<RedemptionChange>),
    /// Something about a payment that does not fit.
    Review(Box<ReviewChange>),
}

/// An idempotency key and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// What was asked.
    pub fingerprint: Fingerprint,
    /// What was answered.
    pub answer: Answer,
}

/// The rows a batch works on.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Book {
    /// The accounts.
    pub balances: Balances,
    /// What the batch did.
    pub written: Written,
    /// The vouchers.
    pub vouchers: Vouchers,
    /// The licences and offers.
    pub holdings: Holdings,
    /// The orders at the desk.
    pub desk: Tray,
    /// The redemptions.
    pub redemptions: Redemptions,
    /// What was said of payments that do not fit.
    pub reviews: Reviews,
    rules: FeeRules,
    is_heard: bool,
    tree: Arc<CategoryTree>,
    users: HashMap<Handle, UserId>,
    listings: HashMap<ListingId, Offered>,
    orders: HashMap<OrderId, Order>,
    gifts: HashMap<GiftId, Gift>,
    top_ups: HashMap<TopUpId, TopUp>,
    claims: HashMap<ClaimHash, GiftId>,
    carts: HashMap<UserId, Vec<Wanted>>,
    lots: HashMap<UserId, Vec<Lot>>,
    /// Disputes that go on, and whose accounts they freeze.
    frozen: HashMap<DisputeId, UserId>,
    disputes: HashMap<TopUpId, Vec<Dispute>>,
    refunds: HashMap<TopUpId, Vec<Refund>>,
    keys: HashMap<KeyId, Remembered>,
}

impl Book {
    /// An empty Book under these fee rules.
    #[must_use]
    pub fn new(rules: FeeRules, tree: Arc<CategoryTree>) -> Self {
        Self {
            balances: Balances::default(),
            written: Written::default(),
            vouchers: Vouchers::default(),
            holdings: Holdings::default(),
            desk: Tray::default(),
            redemptions: Redemptions::default(),
            reviews: Reviews::default(),
            rules,
            is_heard: false,
            tree,
            users: HashMap::new(),
            listings: HashMap::new(),
            orders: HashMap::new(),
            gifts: HashMap::new(),
            top_ups: HashMap::new(),
            claims: HashMap::new(),
            carts: HashMap::new(),
            lots: HashMap::new(),
            frozen: HashMap::new(),
            disputes: HashMap::new(),
            refunds: HashMap::new(),
            keys: HashMap::new(),
        }
    }

    /// From here on, what happens is noted for those outside.
    pub fn listen(&mut self) {
        self.is_heard = true;
    }

    /// Records who has a handle.
    pub fn load_user(&mut self, handle: Handle, id: UserId) {
        self.users.insert(handle, id);
    }

    /// Records a listing's row.
    pub fn load_listing(&mut self, offered: Offered) {
        self.listings.insert(offered.id, offered);
    }

    /// Records an order's row.
    pub fn load_order(&mut self, order: Order) {
        self.orders.insert(order.id, order);
    }

    /// Records a gift's row.
    pub fn load_gift(&mut self, gift: Gift) {
        if let Some(claim) = gift.claim {
            self.claims.insert(claim, gift.id);
        }
        self.gifts.insert(gift.id, gift);
    }

    /// Records a top-up's row.
    pub fn load_top_up(&mut self, top_up: TopUp) {
        self.top_ups.insert(top_up.id, top_up);
    }

    /// Records the lines of a cart, in their order.
    pub fn load_cart(&mut self, user: UserId, lines: Vec<Wanted>) {
        self.carts.insert(user, lines);
    }

    /// Records a lot of promo tokens.
    pub fn load_lot(&mut self, lot: Lot) {
        self.lots.entry(lot.user).or_default().push(lot);
    }

    /// Records how a dispute stands.
    pub fn load_dispute(&mut self, dispute: Dispute) {
        match dispute.closed_at {
            None => self.frozen.insert(dispute.id, dispute.user),
            Some(_) => self.frozen.remove(&dispute.id),
        };
        let all = self.disputes.entry(dispute.top_up).or_default();
        match all.iter_mut().find(|known| known.id == dispute.id) {
            Some(known) => *known = dispute,
            None => all.push(dispute),
        }
    }

    /// Records how a refund stands.
    pub fn load_refund(&mut self, refund: Refund) {
        let all = self.refunds.entry(refund.top_up).or_default();
        match all.iter_mut().find(|known| known.id == refund.id) {
            Some(known) => *known = refund,
            None => all.push(refund),
        }
    }

    /// Records that a card payment of this user is disputed.
    pub fn load_frozen(&mut self, dispute: DisputeId, user: UserId) {
        self.frozen.insert(dispute, user);
    }

    /// Records what a key stands for.
    pub fn load_key(&mut self, key: KeyId, remembered: Remembered) {
        self.keys.insert(key, remembered);
    }

    /// Who has a handle.
    #[must_use]
    pub fn user(&self, handle: &Handle) -> Option<UserId> {
        self.users.get(handle).copied()
    }

    /// A listing.
    #[must_use]
    pub fn listing(&self, id: ListingId) -> Option<&Offered> {
        self.listings.get(&id)
    }

    /// An order.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// A gift.
    #[must_use]
    pub fn gift(&self, id: GiftId) -> Option<&Gift> {
        self.gifts.get(&id)
    }

    /// Refuses what a user with a disputed card payment may not do.
    ///
    /// # Errors
    /// `AccountFrozen`.
    pub fn check_free(&self, user: UserId) -> Result<(), Refusal> {
        if self.frozen.values().any(|frozen| *frozen == user) { Err(Refusal::AccountFrozen) } else { Ok(()) }
    }

    /// The lines of a cart.
    #[must_use]
    pub fn cart(&self, user: UserId) -> Vec<Wanted> {
        self.carts.get(&user).cloned().unwrap_or_default()
    }

    /// The vendor's cut of one unit of a listing.
    #[must_use]
    pub fn fee_for(&self, offered: &Offered) -> Option<Fee> {
        self.rules.fee_for(offered.price, offered.category, offered.seller, &self.tree)
    }

    /// Answers one request and remembers what it changed.
    ///
    /// A key that was used before gets the stored answer, also a refusal; used
    /// for something else, it is refused and nothing is stored.
    pub fn execute(&mut self, request: &Request) -> Answer {
        if let Some((key, fingerprint)) = request.key
            && let Some(known) = self.keys.get(&key)
        {
            return match known.fingerprint == fingerprint {
                true => known.answer.clone(),
                false => Err(Refusal::IdempotencyKeyReused),
            };
        }
        let facts = Facts { mint: &request.mint, actor: request.actor };
        let answer = request.command.decide(self, &facts).map(|decision| self.apply(decision));
        if let Some((key, fingerprint)) = request.key {
            let remembered = Remembered { fingerprint, answer: answer.clone() };
            self.keys.insert(key, remembered.clone());
            self.written.keys.push((key, remembered, request.mint.at()));
        }
        answer
    }

    pub(crate) fn apply(&mut self, mut decision: Decision) -> Outcome {
        for transaction in &decision.transactions {
            self.balances.apply(&transaction.transfers);
        }
        self.written.transactions.append(&mut decision.transactions);
        for change in std::mem::take(&mut decision.changes) {
            if self.is_heard {
                let notices = event::notices(self, &change);
                self.written.notices.extend(notices);
            }
            self.apply_change(&change);
            self.written.changes.push(change);
        }
        let Decision { orders, gift, user, top_up, voucher, batch, redemption, redemption_batch, .. } =
            decision;
        let (licence, counted) = (decision.licence, decision.counted);
        Outcome { orders, gift, user, top_up, voucher, licence, counted, batch, redemption, redemption_batch }
    }

    fn apply_change(&mut self, change: &Change) {
        match change {
            Change::AccountOpened(user) => {
                self.users.insert(user.handle.clone(), user.id);
            }
            Change::OrderMade(order) => {
                self.orders.insert(order.id, order.clone());
            }
            Change::OrderClosed { order, state, .. } => {
                if let Some(order) = self.orders.get_mut(order) {
                    order.state = *state;
                }
            }
            Change::Sold { listing, quantity } => {
                self.restock(*listing, |left| left.saturating_sub(*quantity))
            }
            Change::Returned { listing, quantity } => {
                self.restock(*listing, |left| left.saturating_add(*quantity))
            }
            Change::CartEmptied(user) => {
                self.carts.remove(user);
            }
            Change::GiftMade(gift) => self.load_gift(gift.clone()),
            Change::GiftClosed { gift, state, recipient, .. } => {
                if let Some(gift) = self.gifts.get_mut(gift) {
                    gift.state = *state;
                    gift.recipient = *recipient;
                }
            }
            Change::LotMade(lot) => self.load_lot(*lot),
            Change::DisputeStands(dispute) => self.load_dispute(dispute.clone()),
            Change::RefundStands(refund) => self.load_refund(refund.clone()),
            Change::TopUpMade(top_up) | Change::TopUpMoved(top_up) => {
                self.owing(top_up.id, |book| book.load_top_up(top_up.clone()));
            }
            Change::Licence(change) => self.apply_licence(change),
            Change::Desk(change) => self.apply_desk(change),
            Change::Redemption(change) => self.apply_redemption(change),
            Change::Review(change) => self.reviews.apply(change),
            Change::VouchersIssued { vouchers, .. } => {
                vouchers.iter().for_each(|voucher| self.vouchers.load(*voucher));
            }
            Change::VoucherClosed { voucher, state, .. } => self.vouchers.close(*voucher, *state),
        }
    }

    fn restock(&mut self, listing: ListingId, change: impl Fn(u32) -> u32) {
        if let Some(offered) = self.listings.get_mut(&listing) {
            offered.quantity = offered.quantity.map(change);
        }
        self.written.listings.insert(listing);
    }
}

#[cfg(test)]
mod tests;
