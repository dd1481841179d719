//! The reference: a market in plain maps and loops, written apart from the
//! rules in `domain`, with no ledger, no batches and no database. It says
//! what every step must answer and what everybody must hold afterwards.

use std::collections::HashMap;

use domain::listing::ListingKind;

use super::step::{Fees, Number, Step};

/// What a step answers, as text: "order 3", "refused OWN_LISTING".
pub(super) type Answer = Result<String, String>;

/// A bucket of a user, in the order in which purchases take from them.
pub(super) const PROMO: usize = 0;
pub(super) const SPENDABLE: usize = 1;
pub(super) const EARNED: usize = 2;

/// The most units that move at once: a billion tokens.
pub(super) const MOST: i64 = 10_000_000_000_000;

#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub(super) handle: String,
    pub(super) buckets: [i64; 3],
    pub(super) held: i64,
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
    pub(super) vendor: i64,
    pub(super) pending: i64,
    pub(super) issued_promo: i64,
    pub(super) issued_grant: i64,
    pub(super) keys: HashMap<(Number, String), (String, Answer)>,
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
        let answer = self.decide(step, shown);
        self.keys.insert((by, key.to_owned()), (asked, answer.clone()));
        answer
    }

    fn check_form(&self, step: &Step) -> Result<(), String> {
        match step {
            Step::Grant { by, .. } if *by != 0 => no("FORBIDDEN"),
            Step::Grant { to, .. } | Step::Give { to, .. } if to.contains('!') => no("NOT_FOUND user"),
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
            Step::SetFees { by, .. } if *by != 0 => no("FORBIDDEN"),
            Step::SetFees { fees, .. } => {
                self.fees = Some(*fees);
                Ok("set".to_owned())
            }
            Step::ReleaseDue => Ok(format!("released {}", self.release_due())),
            Step::ReturnDue => Ok(format!("returned {}", self.return_due())),
        }
    }

    pub(super) fn by_handle(&self, handle: &str) -> Option<Number> {
        self.users.iter().position(|user| user.handle == handle)
    }

    fn open(&mut self, handle: &str) -> Answer {
        if self.by_handle(handle).is_some() {
            return no("HANDLE_TAKEN");
        }
        self.users.push(User { handle: handle.to_owned(), buckets: [500_000, 0, 0], held: 0 });
        self.issued_promo += 500_000;
        Ok(format!("user {}", self.users.len() - 1))
    }

    fn grant(&mut self, to: &str, units: i64) -> Answer {
        check_units(units)?;
        let Some(user) = self.by_handle(to) else { return no("NOT_FOUND user") };
        self.users[user].buckets[SPENDABLE] += units;
        self.issued_grant += units;
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
        let of_users: i64 = self.users.iter().map(|user| user.buckets.iter().sum::<i64>() + user.held).sum();
        of_users + self.vendor + self.pending
    }
}

pub(super) fn check_units(units: i64) -> Result<(), String> {
    if units == 0 || units > MOST { no("INVALID_INPUT amount") } else { Ok(()) }
}
