//! What the reference knows of an income: each part that was earned, by which
//! sale, when, and whether promo tokens paid it; and what of it is away, and
//! for what. What may be redeemed is counted from these two lists alone.
//!
//! The rule: promo-paid income is never redeemable, other income once it is
//! old enough. What leaves, leaves from promo-paid income first and else from
//! the oldest; only a redemption never takes promo-paid income, and a sale
//! that is given back takes its own income first. What comes back is what it
//! was.

use super::DAY;
use super::model::{EARNED, Model, PROMO};
use super::step::Number;

/// How old income has to be.
pub(super) const MATURITY_DAYS: u16 = 1;

/// What income left for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Order(Number),
    Gift(Number),
    Redemption(Number),
}

/// What one sale brought at one time, less what was given back of it.
#[derive(Clone, Debug)]
struct Part {
    order: Number,
    at: i64,
    is_promo: bool,
    units: i64,
}

#[derive(Clone, Debug)]
struct Away {
    what: What,
    is_promo: bool,
    units: i64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Income {
    parts: Vec<Part>,
    away: Vec<Away>,
}

impl Income {
    fn earned(&mut self, order: Number, at: i64, is_promo: bool, units: i64) {
        self.parts.push(Part { order, at, is_promo, units });
    }

    /// Whether anything was ever earned.
    pub(super) const fn is_known(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Whether a sale has brought something clean at another time.
    fn has_other_age(&self, order: Number, at: i64) -> bool {
        self.parts.iter().any(|part| part.order == order && !part.is_promo && part.units > 0 && part.at != at)
    }

    /// The promo-paid income that is there.
    pub(super) fn promo(&self) -> i64 {
        let earned = self.parts.iter().filter(|part| part.is_promo).map(|part| part.units);
        let away = self.away.iter().filter(|away| away.is_promo).map(|away| away.units);
        earned.sum::<i64>() - away.sum::<i64>()
    }

    /// It is spent or given.
    pub(super) fn leave(&mut self, what: What, units: i64) {
        let promo = self.promo().min(units);
        self.away.push(Away { what, is_promo: true, units: promo });
        self.away.push(Away { what, is_promo: false, units: units - promo });
    }

    /// It is asked for as money.
    pub(super) fn redeem(&mut self, what: What, units: i64) {
        self.away.push(Away { what, is_promo: false, units });
    }

    /// Of what left for this, so much is there again.
    fn back(&mut self, what: What, units: i64) {
        let mut rest = units;
        for is_promo in [true, false] {
            let those = |away: &&mut Away| away.what == what && away.is_promo == is_promo;
            for away in self.away.iter_mut().filter(those) {
                let part = away.units.min(rest);
                away.units -= part;
                rest -= part;
            }
        }
        assert_eq!(rest, 0, "no more comes back than left");
    }

    /// A sale is given back, or what it brought pays off a debt at once. Tells
    /// how much of that was clean, promo-paid, and not its own.
    fn give_back(&mut self, order: Number, units: i64) -> [i64; 3] {
        let (mut rest, mut own_clean) = (units, 0);
        for is_promo in [false, true] {
            // What was given away already cannot be given back.
            let mut there = if is_promo { self.promo() } else { i64::MAX };
            let own = |part: &&mut Part| part.order == order && part.is_promo == is_promo;
            for part in self.parts.iter_mut().rev().filter(own) {
                let units = part.units.min(rest).min(there);
                part.units -= units;
                rest -= units;
                there -= units;
                own_clean += if is_promo { 0 } else { units };
            }
        }
        self.leave(What::Order(order), rest);
        [own_clean, units - rest - own_clean, rest]
    }

    /// What is left of the old income when all that is away was the oldest.
    fn ripe(&self, now: i64) -> i64 {
        let away: i64 = self.away.iter().filter(|away| !away.is_promo).map(|away| away.units).sum();
        let is_old = |part: &&Part| !part.is_promo && part.at + i64::from(MATURITY_DAYS) * DAY <= now;
        let old: i64 = self.parts.iter().filter(is_old).map(|part| part.units).sum();
        (old - away).max(0)
    }
}

impl Model {
    /// What a user could redeem now.
    pub(super) fn redeemable(&self, user: Number) -> i64 {
        self.users[user].income.ripe(self.now)
    }

    /// Who has ever earned, and what they could redeem.
    pub(super) fn redeemable_by_earners(&self) -> Vec<(Number, i64)> {
        let earns = |user: &Number| self.users[*user].income.is_known();
        (0..self.users.len()).filter(earns).map(|user| (user, self.redeemable(user))).collect()
    }

    /// A sale brings income, `promo` of it from promo tokens.
    pub(super) fn earn(&mut self, seller: Number, order: Number, clean: i64, promo: i64) {
        let now = self.now;
        let paid_off = self.receive(seller, EARNED, clean + promo);
        let income = &mut self.users[seller].income;
        let is_second = clean > 0 && income.has_other_age(order, now);
        income.earned(order, now, true, promo);
        income.earned(order, now, false, clean);
        self.saw_if(is_second, "a sale that pays at two times");
        self.saw_if(promo > 0, "promo-paid income");
        self.saw_if(promo > 0 && clean > 0, "income that is promo-paid in part");
        self.saw_if(paid_off > 0, "income that pays off a debt");
        self.give_income_back(seller, order, paid_off);
    }

    /// A sale is given back as far as income pays for that.
    pub(super) fn give_income_back(&mut self, seller: Number, order: Number, units: i64) {
        let [clean, promo, rest] = self.users[seller].income.give_back(order, units);
        self.saw_if(clean > 0, "clean income given back");
        self.saw_if(promo > 0, "promo-paid income given back");
        self.saw_if(rest > 0, "more given back than the sale's own income");
    }

    /// A sale brings income straight from these buckets of the buyer.
    pub(super) fn earn_from(&mut self, seller: Number, order: Number, paid: [i64; 3]) {
        for (bucket, part) in paid.into_iter().enumerate() {
            let (clean, promo) = if bucket == PROMO { (0, part) } else { (part, 0) };
            self.earn(seller, order, clean, promo);
        }
    }

    /// A user gets again what left a bucket for something.
    pub(super) fn come_back(&mut self, user: Number, bucket: usize, units: i64, what: What) {
        let paid_off = self.receive(user, bucket, units);
        if bucket == EARNED {
            self.users[user].income.back(what, units);
            self.users[user].income.leave(what, paid_off);
            self.saw_if(units > 0, "income that comes back");
            self.saw_if(paid_off > 0, "income that comes back and pays off a debt");
        }
    }
}
