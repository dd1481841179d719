//! Software: rented, bought, extended, converted, given back; used at once, by
//! tasks, and by what devices take along. What the reference makes of it; how
//! steps are drawn and the real store is asked stands in [`super::counting`]
//! and [`super::software`].

use std::collections::BTreeMap;

use super::counting::{Lease, Task};
use super::income::What;
use super::model::{Answer, EARNED, FEES, Model, Order, PROMO, SPENDABLE, STAFF, no};
use super::software::{OFFERS, Soft};
use super::step::Number;

/// On how many devices a licence may be active.
pub(super) const DEVICES: usize = 2;

/// A program on offer.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) seller: Number,
}

/// An offer: of which program, and which of [`OFFERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) program: Number,
    pub(super) place: usize,
}

/// What an order gave.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) order: Number,
    place: usize,
    paid: [i64; 3],
    fee: i64,
    pub(super) back: Option<i64>,
}

/// Units of a meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) granted: u32,
    pub(super) consumed: u32,
    pub(super) reserved: u32,
}

impl Count {
    pub(super) fn left(self) -> u32 {
        self.granted - self.consumed - self.reserved
    }
}

/// A licence; tasks, leases and devices by the names that clients gave them.
#[derive(Clone, Debug)]
pub(super) struct Licence {
    pub(super) user: Number,
    pub(super) program: Number,
    pub(super) generation: u32,
    pub(super) grants: Vec<Grant>,
    /// The running end of what was rented by time.
    pub(super) ends: i64,
    pub(super) meters: BTreeMap<&'static str, Count>,
    pub(super) used: BTreeMap<u32, (&'static str, u32, Option<u32>)>,
    pub(super) tasks: BTreeMap<u32, Task>,
    pub(super) leases: BTreeMap<u32, Lease>,
    /// Whether the journal of one that is active was copied.
    pub(super) devices: BTreeMap<u32, bool>,
}

impl Licence {
    fn stands(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| grant.back.is_none())
    }

    pub(super) fn is_owned(&self) -> bool {
        self.stands().any(|grant| OFFERS[grant.place].is_for_good())
    }

    /// The first moment at which it is over; nothing if it never is.
    pub(super) fn end(&self) -> Option<i64> {
        let is_timed = self.stands().any(|grant| OFFERS[grant.place].seconds.is_some());
        (is_timed && !self.is_owned()).then_some(self.ends)
    }

    pub(super) fn verdict(&self, now: i64) -> &'static str {
        if self.stands().next().is_none() {
            return "REVOKED";
        }
        if self.end().is_some_and(|end| end <= now) {
            return "EXPIRED";
        }
        let is_spent = !self.meters.is_empty() && self.meters.values().all(|it| it.left() + it.reserved == 0);
        if is_spent && !self.is_owned() { "USES_EXHAUSTED" } else { "VALID" }
    }

    /// What rent that was paid takes off a purchase.
    fn counts(&self) -> Option<i64> {
        let counts =
            self.stands().filter_map(|it| Some((it.paid.iter().sum::<i64>(), OFFERS[it.place].credit?)));
        let counts: Vec<i64> = counts.map(|(paid, points)| paid * points / 10_000).collect();
        (!counts.is_empty()).then(|| counts.into_iter().sum())
    }
}

impl Model {
    pub(super) fn soft(&mut self, step: &Soft, shown: i64) -> Answer {
        match step {
            Soft::Publish { by } => {
                self.programs.push(Program { seller: *by });
                Ok(format!("program {}", self.programs.len() - 1))
            }
            Soft::Acquire { by, offer, buys, .. } => self.acquire(*by, *offer, *buys, shown),
            Soft::Extend { by, licence, offer, .. } => self.extend(*by, *licence, *offer, shown),
            Soft::Convert { by, licence, offer, .. } => self.convert(*by, *licence, *offer, shown),
            Soft::Refund { by, order } => self.refund_grant(*by, *order),
            Soft::Look { by, licence } => {
                let found = self.licence_of(*by, *licence)?;
                let end = found.end().map_or("-".to_owned(), |end| end.to_string());
                Ok(format!("licence {licence} {} {end}", found.verdict(self.now)))
            }
            Soft::Count(count) => self.count(count),
        }
    }

    /// What an offer costs, or a conversion by it.
    pub(super) fn soft_price(&self, step: &Soft) -> i64 {
        match step {
            Soft::Acquire { offer, .. } | Soft::Extend { offer, .. } => {
                OFFERS.get(offer.place).map_or(0, |found| found.price)
            }
            Soft::Convert { offer, licence, .. } => {
                let price = OFFERS.get(offer.place).map_or(0, |found| found.price);
                let counts = self.licences.get(*licence).and_then(Licence::counts).unwrap_or(0);
                (price - counts).max(0)
            }
            _ => 0,
        }
    }

    /// A licence of somebody's own.
    pub(super) fn licence_of(&self, by: Number, licence: Number) -> Result<&Licence, String> {
        let found = self.licences.get(licence).filter(|found| found.user == by);
        found.ok_or_else(|| "NOT_FOUND licence".to_owned())
    }

    fn check_offer(&self, by: Number, offer: Offer) -> Result<(), String> {
        let found = self.programs.get(offer.program).filter(|_| offer.place < OFFERS.len());
        match found {
            None => no("NOT_FOUND offer"),
            Some(program) if program.seller == by => no("OWN_LISTING"),
            Some(_) => Ok(()),
        }
    }

    fn acquire(&mut self, by: Number, offer: Offer, buys: bool, shown: i64) -> Answer {
        self.check_free(by)?;
        self.check_offer(by, offer)?;
        if buys != OFFERS[offer.place].is_for_good() {
            return no("INVALID_INPUT offerId");
        }
        let theirs = |it: &&Licence| it.user == by && it.program == offer.program;
        if self.licences.iter().filter(theirs).any(Licence::is_owned) {
            return no("ALREADY_OWNED");
        }
        let fits = |place: &Number| {
            let it = &self.licences[*place];
            theirs(&it) && self.check_growth(*place, offer).is_ok()
        };
        let place = (0..self.licences.len()).find(fits).unwrap_or(self.licences.len());
        let paid = self.pay_for(by, offer, OFFERS[offer.place].price, shown)?;
        if place == self.licences.len() {
            self.licences.push(Licence {
                user: by,
                program: offer.program,
                generation: 0,
                grants: Vec::new(),
                ends: i64::MIN,
                meters: BTreeMap::new(),
                used: BTreeMap::new(),
                tasks: BTreeMap::new(),
                leases: BTreeMap::new(),
                devices: BTreeMap::new(),
            });
        }
        Ok(self.give_grant(place, offer, paid))
    }

    /// Whether a rental may grow by an offer.
    fn check_growth(&self, licence: Number, offer: Offer) -> Result<(), String> {
        let (found, more) = (&self.licences[licence], OFFERS[offer.place]);
        if found.program != offer.program || more.is_for_good() {
            return no("NOT_FOUND offer");
        }
        let sort = |place: usize| (OFFERS[place].seconds.is_some(), OFFERS[place].units.is_some());
        let is_same = found.stands().any(|it| sort(it.place) == sort(offer.place));
        if found.is_owned() || !is_same || !more.is_extendable { no("WRONG_STATE") } else { Ok(()) }
    }

    fn extend(&mut self, by: Number, licence: Number, offer: Offer, shown: i64) -> Answer {
        self.check_free(by)?;
        self.licence_of(by, licence)?;
        self.check_offer(by, offer)?;
        self.check_growth(licence, offer)?;
        let paid = self.pay_for(by, offer, OFFERS[offer.place].price, shown)?;
        Ok(self.give_grant(licence, offer, paid))
    }

    fn convert(&mut self, by: Number, licence: Number, offer: Offer, shown: i64) -> Answer {
        self.check_free(by)?;
        let found = self.licence_of(by, licence)?;
        self.check_offer(by, offer)?;
        if found.program != offer.program {
            return no("NOT_FOUND offer");
        }
        let theirs = |it: &&Licence| it.user == by && it.program == found.program;
        if self.licences.iter().filter(theirs).any(Licence::is_owned) {
            return no("ALREADY_OWNED");
        }
        if !OFFERS[offer.place].is_for_good() {
            return no("NOT_FOUND offer");
        }
        let Some(counts) = found.counts() else { return no("WRONG_STATE") };
        let paid = self.pay_for(by, offer, (OFFERS[offer.place].price - counts).max(0), shown)?;
        self.licences[licence].generation += 1;
        self.licences[licence].release_leases();
        Ok(self.give_grant(licence, offer, paid))
    }

    /// Pays for an offer: straight to the seller and the vendor.
    fn pay_for(
        &mut self,
        by: Number,
        offer: Offer,
        price: i64,
        shown: i64,
    ) -> Result<([i64; 3], i64), String> {
        if price != shown {
            return no(format!("PRICE_CHANGED {price}"));
        }
        let balance: i64 = self.users[by].buckets.iter().sum();
        if balance < price {
            return no(format!("INSUFFICIENT_TOKENS {balance} {}", price - balance));
        }
        let seller = self.programs[offer.program].seller;
        let fee = self.fee_of(price, seller);
        let mut paid = self.pay(by, price - fee);
        self.earn_from(seller, self.orders.len(), paid);
        for (part, more) in paid.iter_mut().zip(self.pay(by, fee)) {
            *part += more;
        }
        self.book(FEES, fee);
        let (held, returns) = ([0; 3], Vec::new());
        self.orders.push(Order { buyer: by, seller, state: 2, held, held_fee: 0, due: self.now, returns });
        Ok((paid, fee))
    }

    fn give_grant(&mut self, licence: Number, offer: Offer, (paid, fee): ([i64; 3], i64)) -> String {
        let (order, now) = (self.orders.len() - 1, self.now);
        let found = &mut self.licences[licence];
        let what = OFFERS[offer.place];
        if let Some(seconds) = what.seconds {
            found.ends = found.ends.max(now) + seconds * 1_000;
        }
        if let Some((meter, units)) = what.units {
            found.meters.entry(meter).or_default().granted += units;
        }
        found.grants.push(Grant { order, place: offer.place, paid, fee, back: None });
        format!("licence {licence}")
    }

    /// The unused share goes back; the licence loses what the order gave.
    fn refund_grant(&mut self, by: Number, order: Number) -> Answer {
        let has = |it: &Licence| it.grants.iter().any(|grant| grant.order == order);
        let Some(place) = self.licences.iter().position(has) else { return no("NOT_FOUND order") };
        let seller = self.orders[order].seller;
        if by >= STAFF && by != seller {
            return no("NOT_FOUND order");
        }
        let licence = &self.licences[place];
        let grant = licence.grants.iter().find(|grant| grant.order == order).expect("it was found").clone();
        if grant.back.is_some() {
            return Ok(format!("back on licence {place}"));
        }
        let what = OFFERS[grant.place];
        if licence.is_owned() && !what.is_for_good() && what.credit.is_some() {
            return no("WRONG_STATE");
        }
        let total: i64 = grant.paid.iter().sum();
        let part = |of: i64, whole: i64| total_part(total, of, whole);
        let mut refunded = total;
        if let Some(seconds) = what.seconds {
            let left = licence.end().map_or(0, |end| (end - self.now).clamp(0, seconds * 1_000));
            refunded = refunded.min(part(left, seconds * 1_000));
        }
        if let Some((meter, units)) = what.units {
            refunded =
                refunded.min(part(i64::from(licence.meters[meter].left().min(units)), i64::from(units)));
        }
        let fee = if total == 0 { 0 } else { total_part(grant.fee, refunded, total) };
        self.hand_back(order, grant.paid, refunded - fee, fee)?;
        let licence = &mut self.licences[place];
        licence.generation += 1;
        for grant in licence.grants.iter_mut().filter(|grant| grant.order == order) {
            grant.back = Some(refunded);
        }
        if let Some(seconds) = what.seconds {
            licence.ends -= seconds * 1_000;
        }
        if let Some((meter, units)) = what.units {
            let meter = licence.meters.get_mut(meter).expect("it was granted");
            meter.granted = (meter.granted - units).max(meter.consumed + meter.reserved);
        }
        Ok(format!("back on licence {place}"))
    }

    /// The vendor's part first, then the seller's income, then what else they
    /// have; to income first, then to what was bought, then to promo.
    fn hand_back(&mut self, order: Number, paid: [i64; 3], amount: i64, fee: i64) -> Result<(), String> {
        let (buyer, seller) = (self.orders[order].buyer, self.orders[order].seller);
        let [_, spendable, earned] = self.users[seller].buckets;
        if spendable + earned < amount {
            return no(format!("INSUFFICIENT_TOKENS {} {}", spendable + earned, amount - spendable - earned));
        }
        self.book(FEES, -fee);
        let from_earned = earned.min(amount);
        self.users[seller].buckets[EARNED] -= from_earned;
        self.give_income_back(seller, order, from_earned);
        self.users[seller].buckets[SPENDABLE] -= amount - from_earned;
        let mut rest = amount + fee;
        for bucket in [EARNED, SPENDABLE, PROMO] {
            let part = paid[bucket].min(rest);
            rest -= part;
            self.come_back(buyer, bucket, part, What::Order(order));
        }
        Ok(())
    }
}

/// A part of an amount, rounded down.
fn total_part(amount: i64, part: i64, whole: i64) -> i64 {
    let units = i128::from(amount) * i128::from(part) / i128::from(whole);
    i64::try_from(units).expect("a part of an amount")
}
