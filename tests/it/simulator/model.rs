//! The reference: a market in plain maps and loops, written apart from the
//! rules in `domain`, with no ledger, no batches and no database. It says
//! what every step must answer and what everybody must hold afterwards.

use std::collections::{BTreeMap, HashMap};

use domain::listing::ListingKind;

use super::cards::{Card, TopUp, quoted};
use super::income::Income;
use super::licences::{Licence, Program};
use super::redeeming::Redemption;
use super::software::Soft;
use super::step::{Fees, Number, Step};
use super::vouchers::{Slip, Voucher};
use super::{DAY, desk};

/// What a step answers, as text: "order 3", "refused OWN_LISTING".
pub(super) type Answer = Result<String, String>;

/// A bucket of a user, in the order in which purchases take from them.
pub(super) const PROMO: usize = 0;
pub(super) const SPENDABLE: usize = 1;
pub(super) const EARNED: usize = 2;

/// The first so many users work for the vendor.
pub(super) const STAFF: usize = 3;

/// What everybody gets to begin with, and for how long.
pub(super) const WELCOME: i64 = 500_000;
pub(super) const WELCOME_DAYS: u16 = 40;

/// The vendor's accounts, by their numbers.
pub(super) const FEES: i16 = 20;
pub(super) const GIFTS: i16 = 22;
const GRANTS: i16 = 53;
const PROMOTIONS: i16 = 54;

/// The most units that move at once: a billion tokens.
pub(super) const MOST: i64 = 10_000_000_000_000;

#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub(super) handle: String,
    pub(super) buckets: [i64; 3],
    pub(super) held: i64,
    pub(super) disputed: i64,
    pub(super) debt: i64,
    /// Promo tokens as they came, each with when its time is over.
    pub(super) lots: Vec<(i64, Option<i64>)>,
    pub(super) income: Income,
}

#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) seller: Number,
    pub(super) kind: ListingKind,
    /// 1 draft, 2 published, 3 withdrawn.
    pub(super) state: u8,
    pub(super) price: i64,
    pub(super) left: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) buyer: Number,
    pub(super) seller: Number,
    /// 1 held, 2 released, 3 cancelled.
    pub(super) state: u8,
    pub(super) held: [i64; 3],
    pub(super) held_fee: i64,
    pub(super) due: i64,
    pub(super) returns: Vec<(Number, u32)>,
}

#[derive(Clone, Debug)]
pub(super) struct Gift {
    pub(super) giver: Number,
    /// 1 given, 2 pending, 3 claimed, 4 cancelled, 5 expired.
    pub(super) state: u8,
    pub(super) parts: [i64; 3],
    pub(super) due: i64,
}

/// The market.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) users: Vec<User>,
    pub(super) listings: Vec<Listing>,
    pub(super) orders: Vec<Order>,
    pub(super) gifts: Vec<Gift>,
    pub(super) carts: HashMap<Number, Vec<(Number, u32)>>,
    pub(super) fees: Option<Fees>,
    /// The vendor's accounts: credits less debits, so supply is negative.
    pub(super) vendor: BTreeMap<i16, i64>,
    pub(super) top_ups: Vec<TopUp>,
    pub(super) orders_at_desk: BTreeMap<Number, desk::Order>,
    /// The top-ups of the invoices, in the order of their numbers.
    pub(super) invoices: Vec<Number>,
    /// Those of the pro-forma invoices.
    pub(super) pro_formas: Vec<Number>,
    pub(super) payments: Vec<u32>,
    pub(super) limits: HashMap<Number, i64>,
    pub(super) vouchers: Vec<Voucher>,
    pub(super) batches: usize,
    pub(super) redemptions: Vec<Redemption>,
    pub(super) programs: Vec<Program>,
    pub(super) licences: Vec<Licence>,
    pub(super) keys: HashMap<(Number, String), (String, Answer)>,
    /// What has happened that is worth knowing to have happened.
    pub(super) seen: BTreeMap<String, u32>,
}

pub(super) fn no<T>(what: impl Into<String>) -> Result<T, String> {
    Err(what.into())
}

impl Model {
    /// What the step answers; the market is as it is afterwards. `shown` is
    /// the price or total that the asker names.
    pub(super) fn take(&mut self, step: &Step, shown: i64) -> Answer {
        let Some((by, key)) = step.key() else { return self.decide(step, shown) };
        // What cannot be parsed never reaches the key.
        self.check_form(step)?;
        let asked = format!("{:?} {shown}", self.as_asked(step));
        if let Some((known, answer)) = self.keys.get(&(by, key.to_owned())) {
            return if *known == asked { answer.clone() } else { no("IDEMPOTENCY_KEY_REUSED") };
        }
        self.check_quote(step)?;
        let answer = self.decide(step, shown);
        self.keys.insert((by, key.to_owned()), (asked, answer.clone()));
        answer
    }

    fn check_form(&self, step: &Step) -> Result<(), String> {
        match step {
            Step::Grant { by, .. } if *by >= STAFF => no("FORBIDDEN"),
            Step::Grant { to, .. } | Step::Give { to, .. } if to.contains('!') => no("NOT_FOUND user"),
            Step::Desk(step) => self.check_desk_form(step),
            Step::Slip(step) => self.check_slip_form(step),
            Step::Redeem(step) => self.check_redeem_form(step),
            Step::Soft(Soft::Acquire { offer, .. } | Soft::Convert { offer, .. })
                if !self.is_offer(*offer) =>
            {
                no("NOT_FOUND offer")
            }
            _ => Ok(()),
        }
    }

    /// What is looked up before the key is: refused, it is not remembered.
    fn check_quote(&self, step: &Step) -> Result<(), String> {
        match step {
            Step::Card(Card::Ask { wanted, .. })
            | Step::Desk(
                desk::Desk::Enter { wanted, .. }
                | desk::Desk::AskInvoice { wanted, .. }
                | desk::Desk::SubmitOrder { wanted, .. },
            ) => quoted(*wanted).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// A step as its key remembers it: what the asker named, not why. Things
    /// that do not exist, or not yet, are all named alike.
    fn as_asked(&self, step: &Step) -> Step {
        let mut step = step.clone();
        match &mut step {
            Step::Checkout { is_total_right, .. } => *is_total_right = true,
            Step::Buy { is_price_right, listing, .. } => {
                *is_price_right = true;
                if *listing >= self.listings.len() {
                    *listing = Number::MAX;
                }
            }
            Step::Claim { gift, .. } if self.gifts.get(*gift).is_none_or(|found| found.state == 1) => {
                *gift = Number::MAX;
            }
            Step::Slip(Slip::Redeem { voucher, .. }) if *voucher >= self.vouchers.len() => {
                *voucher = Number::MAX;
            }
            Step::Card(Card::Ask { intent: Some(intent), .. }) => *intent = intent.as_asked(self),
            Step::Soft(step) => step.as_asked(self),
            Step::Redeem(step) => step.as_asked(self),
            Step::Desk(
                desk::Desk::Pay { top_up, .. } | desk::Desk::Back(super::returns::Back::Move { top_up, .. }),
            ) if *top_up >= self.top_ups.len() => {
                *top_up = Number::MAX;
            }
            _ => {}
        }
        step
    }

    fn decide(&mut self, step: &Step, shown: i64) -> Answer {
        match step {
            Step::Open { handle } => self.open(handle),
            Step::Grant { to, units, .. } => self.grant(to, *units),
            Step::List { by, kind, tokens, quantity, publish } => {
                self.list(*by, *kind, *tokens, *quantity, *publish)
            }
            Step::Reprice { by, listing, tokens } => self.reprice(*by, *listing, *tokens),
            Step::Withdraw { by, listing } => self.withdraw(*by, *listing),
            Step::AddToCart { by, listing, quantity } => self.add_to_cart(*by, *listing, *quantity),
            Step::Checkout { by, .. } => self.checkout(*by, shown),
            Step::Buy { by, listing, quantity, .. } => self.buy(*by, *listing, *quantity, shown),
            Step::Confirm { by, order } => self.confirm(*by, *order),
            Step::Cancel { by, order } => self.cancel(*by, *order),
            Step::Give { by, to, units, .. } => self.give(*by, to, *units),
            Step::MakeLink { by, units, .. } => self.make_link(*by, *units),
            Step::Claim { by, gift, .. } => self.claim(*by, *gift),
            Step::TakeBack { by, gift } => self.take_back(*by, *gift),
            Step::SetFees { by, .. } if *by >= STAFF => no("FORBIDDEN"),
            Step::SetFees { fees, .. } => {
                self.fees = Some(*fees);
                Ok("set".to_owned())
            }
            Step::ReleaseDue => Ok(format!("released {}", self.release_due())),
            Step::ReturnDue => Ok(format!("returned {}", self.return_due())),
            Step::Card(step) => self.card(step),
            Step::Desk(step) => self.desk(step),
            Step::Slip(step) => self.slip(step),
            Step::Redeem(step) => self.redemption(step),
            Step::Soft(step) => self.soft(step, shown),
        }
    }

    pub(super) fn saw_if(&mut self, is_so: bool, what: &str) {
        *self.seen.entry(what.to_owned()).or_default() += u32::from(is_so);
    }

    pub(super) fn by_handle(&self, handle: &str) -> Option<Number> {
        self.users.iter().position(|user| user.handle == handle)
    }

    fn open(&mut self, handle: &str) -> Answer {
        if self.by_handle(handle).is_some() {
            return no("HANDLE_TAKEN");
        }
        self.users.push(User { handle: handle.to_owned(), ..User::default() });
        let ends = self.now + i64::from(WELCOME_DAYS) * DAY;
        self.issue_promo(self.users.len() - 1, WELCOME, Some(ends));
        Ok(format!("user {}", self.users.len() - 1))
    }

    fn grant(&mut self, to: &str, units: i64) -> Answer {
        check_units(units)?;
        let Some(user) = self.by_handle(to) else { return no("NOT_FOUND user") };
        self.issue(GRANTS, user, units);
        Ok(format!("user {user}"))
    }

    fn list(
        &mut self,
        by: Number,
        kind: ListingKind,
        tokens: i64,
        quantity: Option<u32>,
        publish: bool,
    ) -> Answer {
        if tokens == 0 {
            return no("INVALID_INPUT price");
        }
        let state = if publish { 2 } else { 1 };
        self.listings.push(Listing { seller: by, kind, state, price: tokens * 10_000, left: quantity });
        Ok(format!("listing {}", self.listings.len() - 1))
    }

    /// The listing, if the asker sells it and can see it.
    fn own(&mut self, by: Number, listing: Number) -> Result<&mut Listing, String> {
        let found = self.listings.get_mut(listing).filter(|found| found.seller == by);
        found.ok_or_else(|| "NOT_FOUND listing".to_owned())
    }

    fn reprice(&mut self, by: Number, listing: Number, tokens: i64) -> Answer {
        let found = self.own(by, listing)?;
        if tokens == 0 {
            return no("INVALID_INPUT price");
        }
        found.price = tokens * 10_000;
        Ok(format!("listing {listing}"))
    }

    fn withdraw(&mut self, by: Number, listing: Number) -> Answer {
        self.own(by, listing)?.state = 3;
        Ok(format!("listing {listing}"))
    }

    /// All tokens that anybody holds, for the law of conservation.
    pub(super) fn held_by_all(&self) -> i64 {
        let of_one = |user: &User| user.buckets.iter().sum::<i64>() + user.held + user.disputed;
        let of_users: i64 = self.users.iter().map(of_one).sum();
        of_users + self.vendor.range(..50).map(|(_, units)| units).sum::<i64>()
    }

    /// All that users owe.
    pub(super) fn owed_by_all(&self) -> i64 {
        self.users.iter().map(|user| user.debt).sum()
    }

    /// All tokens that were ever issued, and those that were taken out.
    pub(super) fn supply(&self) -> (i64, i64) {
        let sum = |from: i16| -> i64 { self.vendor.range(from..from + 10).map(|(_, units)| units).sum() };
        (-sum(50), sum(60))
    }

    /// The vendor's account of that number gets so much.
    pub(super) fn book(&mut self, account: i16, units: i64) {
        *self.vendor.entry(account).or_default() += units;
    }

    /// A user gets what somebody had; what they owe is paid off first. Tells
    /// how much of it went there.
    pub(super) fn receive(&mut self, user: Number, bucket: usize, units: i64) -> i64 {
        let user = &mut self.users[user];
        let paid_off = if bucket == PROMO { 0 } else { user.debt.min(units) };
        user.debt -= paid_off;
        user.buckets[bucket] += units - paid_off;
        paid_off
    }

    /// New spendable tokens from a supply.
    pub(super) fn issue(&mut self, supply: i16, user: Number, units: i64) {
        self.book(supply, -units);
        self.receive(user, SPENDABLE, units);
    }

    /// New promo tokens, with a lot of their own.
    pub(super) fn issue_promo(&mut self, user: Number, units: i64, expires: Option<i64>) {
        if units > 0 {
            self.users[user].lots.push((units, expires));
        }
        self.restore_promo(user, units);
    }

    /// Promo tokens that come again: their lot is there still.
    pub(super) fn restore_promo(&mut self, user: Number, units: i64) {
        self.book(PROMOTIONS, -units);
        self.receive(user, PROMO, units);
    }
}

pub(super) fn check_units(units: i64) -> Result<(), String> {
    if units == 0 || units > MOST { no("INVALID_INPUT amount") } else { Ok(()) }
}
