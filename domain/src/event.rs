//! What happened, for those outside who want to hear of it: mail now, other
//! listeners later.
//!
//! An event is worth telling for as long as it lies in the outbox, so it
//! carries what it tells: amounts and titles as they were. People are named
//! by their ids, since handles change.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::book::{Book, Change};
use crate::desk::{Deed, DeskChange, PaperKind};
use crate::gift::Gift;
use crate::id::{GiftId, OrderId, RedemptionId, SessionId, TopUpId, UserId};
use crate::ledger::account::AccountKind;
use crate::mail::MailKind;
use crate::money::Money;
use crate::order::{Order, OrderLine, OrderState};
use crate::redemption::{RedemptionChange, RedemptionState};
use crate::time::Timestamp;
use crate::tokens::Tokens;
use crate::topup::{Agreed, TopUp};

/// So many pieces (or titles of an order) of a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// How many.
    pub quantity: u32,
    /// What it was called.
    pub title: String,
}

impl From<&OrderLine> for Piece {
    fn from(line: &OrderLine) -> Self {
        Self { quantity: line.quantity, title: line.title.clone() }
    }
}

/// Something that happened to one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The user left an address; the code that proves it follows from the
    /// letter's own number.
    AddressLeft,
    /// The user has proven an address for the first time.
    AddressConfirmed {
        /// Whose account it is.
        user: UserId,
    },
    /// Somebody signed in from a browser or program not seen before.
    NewDevice {
        /// The session that began.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// A top-up was credited.
    TopUpCredited {
        /// The top-up's id.
        top_up: TopUpId,
        /// Its reference, as people read it.
        reference: String,
        /// What can be spent and given.
        tokens: Tokens,
        /// What came on top, to spend only.
        bonus: Tokens,
        /// What was paid, with its currency: "10.00 USD"; nothing if nothing
        /// has been paid yet.
        paid: Option<String>,
    },
    /// An invoice was issued.
    InvoiceIssued {
        /// The invoice's id.
        invoice: Uuid,
        /// Its number.
        number: String,
        /// The reference to pay with.
        reference: String,
        /// What is due, with its currency.
        amount: String,
        /// Until when; nothing if before anything is credited.
        due_at: Option<Timestamp>,
    },
    /// An invoice was not paid in time.
    Overdue {
        /// The invoice's id.
        invoice: Uuid,
        /// Its number.
        number: String,
        /// The reference to pay with.
        reference: String,
        /// What is still due, with its currency.
        amount: String,
        /// Until when it was due.
        due_at: Timestamp,
        /// Which reminder it is, from 1.
        reminder: u16,
    },
    /// Somebody gave tokens.
    GiftReceived {
        /// Which gift.
        gift: GiftId,
        /// Who gave.
        giver: UserId,
        /// How much.
        amount: Tokens,
        /// What the giver wrote.
        message: String,
    },
    /// Somebody bought from the user.
    Sold {
        /// Which order.
        order: OrderId,
        /// Who bought.
        buyer: UserId,
        /// What was bought.
        pieces: Vec<Piece>,
        /// What the buyer paid.
        total: Tokens,
        /// The vendor's cut of it.
        fee: Tokens,
        /// When what is held is released by itself; nothing if the tokens are
        /// the seller's already.
        release_at: Option<Timestamp>,
    },
    /// The user bought something that is handed over later.
    Bought {
        /// Which order.
        order: OrderId,
        /// Who sold.
        seller: UserId,
        /// What was bought.
        pieces: Vec<Piece>,
        /// What was paid for the whole order.
        total: Tokens,
        /// When the seller is paid by itself.
        release_at: Timestamp,
    },
    /// What the user bought is there.
    Delivered {
        /// Which order.
        order: OrderId,
        /// Who sold.
        seller: UserId,
        /// What can be had now.
        pieces: Vec<Piece>,
        /// What was paid for the whole order.
        total: Tokens,
    },
    /// The tokens of a sale are the user's.
    Released {
        /// Which order.
        order: OrderId,
        /// Who bought.
        buyer: UserId,
        /// What the seller has.
        income: Tokens,
        /// The vendor's cut.
        fee: Tokens,
    },
    /// The seller called an order off, and the tokens are back.
    Cancelled {
        /// Which order.
        order: OrderId,
        /// Who sold.
        seller: UserId,
        /// What came back.
        amount: Tokens,
    },
    /// It was decided, or tried, to pay for tokens.
    Redeemed {
        /// Which redemption.
        redemption: RedemptionId,
        /// Where it stands now.
        state: RedemptionState,
        /// How many tokens.
        tokens: Tokens,
        /// What is paid for them, with its currency.
        money: String,
        /// Why it came to nothing, if somebody said so.
        why: Option<String>,
    },
    /// Nobody agreed to an order for tokens in time, or nobody paid it.
    OrderExpired {
        /// The top-up's id.
        top_up: TopUpId,
        /// Its reference, as people read it.
        reference: String,
        /// How many tokens were asked for.
        tokens: Tokens,
        /// What would have been paid, with its currency.
        amount: String,
    },
    /// A credit note was written.
    CreditNote {
        /// The credit note's id.
        paper: Uuid,
        /// The top-up that it corrects.
        top_up: TopUpId,
        /// Its number.
        number: String,
        /// The reference of the top-up.
        reference: String,
        /// How much it takes back, with its currency.
        amount: String,
    },
}

impl Event {
    /// The kind of letter that tells it.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::AddressLeft => MailKind::AddressConfirmation,
            Self::AddressConfirmed { .. } => MailKind::Welcome,
            Self::NewDevice { .. } => MailKind::NewDevice,
            Self::TopUpCredited { .. } => MailKind::TopUpCredited,
            Self::InvoiceIssued { .. } => MailKind::Invoice,
            Self::Overdue { .. } => MailKind::Overdue,
            Self::GiftReceived { .. } => MailKind::GiftReceived,
            Self::Sold { .. } => MailKind::Sold,
            Self::Bought { .. } => MailKind::Bought,
            Self::Delivered { .. } => MailKind::Delivered,
            Self::Released { .. } => MailKind::Released,
            Self::Cancelled { .. } => MailKind::Cancelled,
            Self::Redeemed { .. } => MailKind::Redemption,
            Self::OrderExpired { .. } => MailKind::OrderExpired,
            Self::CreditNote { .. } => MailKind::CreditNote,
        }
    }

    /// The other user whom it names, if it names one.
    #[must_use]
    pub const fn other(&self) -> Option<UserId> {
        match self {
            Self::GiftReceived { giver: other, .. }
            | Self::Sold { buyer: other, .. }
            | Self::Released { buyer: other, .. }
            | Self::Bought { seller: other, .. }
            | Self::Delivered { seller: other, .. }
            | Self::Cancelled { seller: other, .. } => Some(*other),
            Self::AddressLeft
            | Self::AddressConfirmed { .. }
            | Self::NewDevice { .. }
            | Self::TopUpCredited { .. }
            | Self::InvoiceIssued { .. }
            | Self::Overdue { .. }
            | Self::Redeemed { .. }
            | Self::OrderExpired { .. }
            | Self::CreditNote { .. } => None,
        }
    }

    /// What tells this event from others of its kind to the same user: the
    /// same kind about the same matter is told once. Nothing where each is
    /// new.
    #[must_use]
    pub fn matter(&self) -> Option<Vec<u8>> {
        let id = |id: Uuid| Some(id.as_bytes().to_vec());
        match self {
            Self::AddressLeft => None,
            Self::AddressConfirmed { user } => id(user.uuid()),
            Self::NewDevice { session, .. } => id(session.uuid()),
            Self::TopUpCredited { top_up, .. } | Self::OrderExpired { top_up, .. } => id(top_up.uuid()),
            Self::InvoiceIssued { invoice: paper, .. } | Self::CreditNote { paper, .. } => id(*paper),
            Self::Overdue { invoice, reminder, .. } => {
                Some([invoice.as_bytes().as_slice(), &reminder.to_be_bytes()].concat())
            }
            Self::GiftReceived { gift, .. } => id(gift.uuid()),
            Self::Sold { order, .. }
            | Self::Bought { order, .. }
            | Self::Delivered { order, .. }
            | Self::Released { order, .. }
            | Self::Cancelled { order, .. } => id(order.uuid()),
            Self::Redeemed { redemption, state, .. } => {
                Some([redemption.uuid().as_bytes().as_slice(), &state.number().to_be_bytes()].concat())
            }
        }
    }
}

/// An event and whom it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Who hears of it.
    pub to: UserId,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Timestamp,
}

/// What a change means to whom; the Book stands as it was before it.
#[must_use]
pub fn notices(book: &Book, change: &Change) -> Vec<Notice> {
    match change {
        Change::OrderMade(order) => order_made(order),
        Change::OrderClosed { order, state, at } => {
            book.order(*order).and_then(|order| order_closed(order, *state, *at)).into_iter().collect()
        }
        Change::GiftMade(gift) => gift_made(gift).into_iter().collect(),
        Change::TopUpMoved(top_up) => {
            let before = book.top_up(top_up.id).map_or(Tokens::ZERO, |before| before.credited);
            top_up_moved(before, top_up).into_iter().collect()
        }
        Change::Desk(change) => desk_changed(book, change).into_iter().collect(),
        Change::Redemption(change) => redeemed(change).into_iter().collect(),
        // Who claims a gift or voucher, opens an account, begins a top-up or
        // empties a cart sees what comes of it; stock is nobody's business.
        Change::AccountOpened(_)
        | Change::TopUpMade(_)
        | Change::Sold { .. }
        | Change::Returned { .. }
        | Change::CartEmptied(_)
        | Change::LotMade(_)
        | Change::Licence(_)
        | Change::Review(_)
        | Change::VouchersIssued { .. }
        | Change::VoucherClosed { .. }
        | Change::DisputeStands(_)
        | Change::RefundStands(_)
        | Change::GiftClosed { .. } => Vec::new(),
    }
}

/// What others decided of a redemption, and what the bank made of it; who asks
/// and thinks better of it knows.
fn redeemed(change: &RedemptionChange) -> Option<Notice> {
    use RedemptionState::{Approved, Asked, Cancelled, Failed, Paid, Rejected, Sent};
    let RedemptionChange::Moved { redemption, at, note, .. } = change else { return None };
    let why = match redemption.state {
        Asked | Sent | Cancelled => return None,
        Approved | Paid => None,
        Failed | Rejected => note.as_ref().map(|note| note.as_str().to_owned()),
    };
    let event = Event::Redeemed {
        redemption: redemption.id,
        state: redemption.state,
        tokens: redemption.tokens,
        money: redemption.money.to_string(),
        why,
    };
    Some(Notice { to: redemption.user, event, at: *at })
}

/// The desk tells what is to be paid, what should have been, and what is not
/// any more.
fn desk_changed(book: &Book, change: &DeskChange) -> Option<Notice> {
    let top_up = book.top_up(change.top_up()?)?;
    let (to, reference) = (top_up.user, top_up.reference.to_string());
    match change {
        DeskChange::Issued(paper) if matches!(paper.kind, PaperKind::Invoice | PaperKind::ProForma) => {
            let event = Event::InvoiceIssued {
                invoice: paper.id.uuid(),
                number: paper.label(),
                reference,
                amount: paper.amount.to_string(),
                // What is paid in advance is not owed.
                due_at: paper.due_at.filter(|_| paper.kind == PaperKind::Invoice),
            };
            Some(Notice { to, event, at: paper.at })
        }
        DeskChange::Issued(paper) if paper.kind == PaperKind::CreditNote => {
            let (number, amount) = (paper.label(), paper.amount.to_string());
            let (paper, at) = (paper.id.uuid(), paper.at);
            let event = Event::CreditNote { paper, top_up: top_up.id, number, reference, amount };
            Some(Notice { to, event, at })
        }
        DeskChange::Noted { deed: Deed::Expired, at, .. } => {
            let Agreed { tokens, due, .. } = top_up.agreed;
            let event = Event::OrderExpired { top_up: top_up.id, reference, tokens, amount: due.to_string() };
            Some(Notice { to, event, at: *at })
        }
        DeskChange::Reminded { top_up: id, reminder, at } => {
            let order = book.desk.order(*id)?;
            let billed = order.billed?;
            let amount = Money::new(order.open_minor(top_up), top_up.agreed.due.currency())?;
            let event = Event::Overdue {
                invoice: billed.paper.uuid(),
                number: PaperKind::Invoice.label(billed.number),
                reference,
                amount: amount.to_string(),
                due_at: billed.due_at,
                reminder: *reminder,
            };
            Some(Notice { to, event, at: *at })
        }
        // Tokens that come or go are told by the top-up itself; what else the
        // desk does is between the staff.
        _ => None,
    }
}

fn order_made(order: &Order) -> Vec<Notice> {
    let Order { id, buyer, seller, money, .. } = *order;
    let pieces = |wanted: fn(&&OrderLine) -> bool| -> Vec<Piece> {
        order.lines.iter().filter(wanted).map(Into::into).collect()
    };
    let is_held = order.state == OrderState::Held;
    let sold = Event::Sold {
        order: id,
        buyer,
        pieces: pieces(|_| true),
        total: money.total,
        fee: money.fee,
        release_at: is_held.then_some(money.release_at),
    };
    let mut told = vec![Notice { to: seller, event: sold, at: order.at }];
    let (at_once, later) = (pieces(|line| line.kind.is_instant()), pieces(|line| !line.kind.is_instant()));
    if !later.is_empty() {
        let event = Event::Bought {
            order: id,
            seller,
            pieces: later,
            total: money.total,
            release_at: money.release_at,
        };
        told.push(Notice { to: buyer, event, at: order.at });
    }
    if !at_once.is_empty() {
        let event = Event::Delivered { order: id, seller, pieces: at_once, total: money.total };
        told.push(Notice { to: buyer, event, at: order.at });
    }
    told
}

fn order_closed(order: &Order, state: OrderState, at: Timestamp) -> Option<Notice> {
    let held = order.money.held.total().unwrap_or_default();
    let fee = order.money.held_fee;
    match state {
        OrderState::Held => None,
        OrderState::Released => {
            let income = held.saturating_sub(fee);
            let event = Event::Released { order: order.id, buyer: order.buyer, income, fee };
            Some(Notice { to: order.seller, event, at })
        }
        OrderState::Cancelled => {
            let event = Event::Cancelled { order: order.id, seller: order.seller, amount: held };
            Some(Notice { to: order.buyer, event, at })
        }
    }
}

fn gift_made(gift: &Gift) -> Option<Notice> {
    let event = Event::GiftReceived {
        gift: gift.id,
        giver: gift.giver,
        amount: gift.split.total().unwrap_or_default(),
        message: gift.message.as_str().to_owned(),
    };
    gift.recipient.map(|to| Notice { to, event, at: gift.at })
}

/// A top-up is told when its tokens come; what was paid is told only where
/// paying comes before crediting.
fn top_up_moved(credited_before: Tokens, top_up: &TopUp) -> Option<Notice> {
    if !credited_before.is_zero() || top_up.credited.is_zero() {
        return None;
    }
    let is_on_credit = top_up.supply() == AccountKind::IssuedInvoice;
    let event = Event::TopUpCredited {
        top_up: top_up.id,
        reference: top_up.reference.to_string(),
        tokens: top_up.agreed.tokens,
        bonus: top_up.agreed.bonus,
        paid: (!is_on_credit).then(|| top_up.agreed.due.to_string()),
    };
    Some(Notice { to: top_up.user, event, at: top_up.closed_at.unwrap_or(top_up.at) })
}

#[cfg(test)]
mod tests;
