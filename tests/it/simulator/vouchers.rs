//! Vouchers, and promo tokens that expire. The steps, how they are drawn,
//! what the reference makes of them, and how the real store is asked.

use domain::access::Actor;
use domain::id::VoucherBatchId;
use domain::time::Timestamp;
use domain::voucher::Which;
use store::Done;
use store::vendor::NewPromotion;
use store::vouchers::NewBatch;
use uuid::Uuid;

use super::drive::{Made, Real, units};
use super::model::{Answer, MOST, Model, PROMO, STAFF, check_units, no};
use super::step::{Number, Step, Steps};

use super::DAY;

/// A step about vouchers or promo tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    Issue { by: Number, count: u32, units: i64, expires: Option<i64>, key: String },
    Redeem { by: Number, voucher: Number, key: String },
    Withdraw { by: Number, batch: Number, numbers: Option<Vec<u32>> },
    Promote { by: Number, to: Vec<String>, units: i64, expires: Option<i64>, key: String },
    ExpirePromo,
}

#[derive(Clone, Debug)]
pub(super) struct Voucher {
    batch: Number,
    number: u32,
    units: i64,
    expires: Option<i64>,
    /// 1 open, 2 redeemed, 3 withdrawn.
    pub(super) state: u8,
}

impl Slip {
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Issue { by, key, .. } | Self::Redeem { by, key, .. } | Self::Promote { by, key, .. } => {
                Some((*by, key))
            }
            Self::Withdraw { .. } | Self::ExpirePromo => None,
        }
    }

    /// Whether it asks the writer straight, of something that is there.
    pub(super) fn is_for_together(&self, model: &Model) -> bool {
        match self {
            Self::Redeem { voucher, .. } => *voucher < model.vouchers.len(),
            Self::Withdraw { batch, .. } => *batch < model.batches,
            Self::Promote { .. } => true,
            Self::Issue { .. } | Self::ExpirePromo => false,
        }
    }
}

impl Model {
    /// What is refused before anybody looks at the key.
    pub(super) fn check_slip_form(&self, step: &Slip) -> Result<(), String> {
        match step {
            Slip::Issue { by, .. } | Slip::Promote { by, .. } if *by >= STAFF => no("FORBIDDEN"),
            Slip::Issue { count, .. } if !(1..=1_000).contains(count) => no("INVALID_INPUT count"),
            Slip::Promote { to, .. } if to.iter().any(|handle| handle.contains('!')) => no("NOT_FOUND user"),
            _ => Ok(()),
        }
    }

    pub(super) fn slip(&mut self, step: &Slip) -> Answer {
        match step {
            Slip::Issue { count, units, expires, .. } => self.issue_vouchers(*count, *units, *expires),
            Slip::Redeem { by, voucher, .. } => self.redeem(*by, *voucher),
            Slip::Withdraw { by, batch, numbers } => self.withdraw_vouchers(*by, *batch, numbers.as_deref()),
            Slip::Promote { to, units, expires, .. } => self.promote(to, *units, *expires),
            Slip::ExpirePromo => Ok(format!("expired {}", self.expire_promo())),
        }
    }

    fn issue_vouchers(&mut self, count: u32, units: i64, expires: Option<i64>) -> Answer {
        if units == 0 || units > MOST {
            return no("INVALID_INPUT tokens");
        }
        if units * i64::from(count) > MOST {
            return no("INVALID_INPUT count");
        }
        if expires.is_some_and(|at| at <= self.now) {
            return no("INVALID_INPUT expiresAt");
        }
        let batch = self.batches;
        self.batches += 1;
        let one = |number| Voucher { batch, number, units, expires, state: 1 };
        self.vouchers.extend((1..=count).map(one));
        Ok(format!("batch {batch}"))
    }

    fn redeem(&mut self, by: Number, voucher: Number) -> Answer {
        let Some(found) = self.vouchers.get_mut(voucher) else { return no("NOT_FOUND code") };
        match found.state {
            1 => {}
            2 => return no("ALREADY_CLAIMED"),
            _ => return no("WRONG_STATE"),
        }
        if found.expires.is_some_and(|at| self.now >= at) {
            return no("EXPIRED");
        }
        found.state = 2;
        let units = found.units;
        self.issue(51, by, units);
        Ok(format!("voucher {voucher}"))
    }

    fn withdraw_vouchers(&mut self, by: Number, batch: Number, numbers: Option<&[u32]>) -> Answer {
        if by >= STAFF {
            return no("FORBIDDEN");
        }
        if batch >= self.batches {
            return no("NOT_FOUND batch");
        }
        let own = |voucher: &&mut Voucher| voucher.batch == batch;
        let count = self.vouchers.iter_mut().filter(own).count();
        let is_there = |number: &u32| *number > 0 && usize::try_from(*number).unwrap() <= count;
        if numbers.is_some_and(|numbers| !numbers.iter().all(is_there)) {
            return no("INVALID_INPUT numbers");
        }
        for voucher in self.vouchers.iter_mut().filter(own) {
            if voucher.state == 1 && numbers.is_none_or(|numbers| numbers.contains(&voucher.number)) {
                voucher.state = 3;
            }
        }
        Ok(format!("batch {batch}"))
    }

    fn promote(&mut self, to: &[String], units: i64, expires: Option<i64>) -> Answer {
        check_units(units)?;
        let mut to = to.to_vec();
        to.sort_unstable();
        to.dedup();
        let count = i64::try_from(to.len()).unwrap();
        if units * count > MOST {
            return no("INVALID_INPUT amount");
        }
        if expires.is_some_and(|at| at <= self.now) {
            return no("INVALID_INPUT expiresAt");
        }
        let users: Option<Vec<Number>> = to.iter().map(|handle| self.by_handle(handle)).collect();
        let Some(users) = users else { return no("NOT_FOUND user") };
        users.into_iter().for_each(|user| self.issue_promo(user, units, expires));
        Ok(format!("promoted {count}"))
    }

    fn expire_promo(&mut self) -> usize {
        let mut swept = 0;
        for user in 0..self.users.len() {
            let lots = &self.users[user].lots;
            let is_over = |expires: &Option<i64>| expires.is_some_and(|at| at <= self.now);
            if !lots.iter().any(|(_, expires)| is_over(expires)) {
                continue;
            }
            let lasting: i64 =
                lots.iter().filter(|(_, expires)| !is_over(expires)).map(|(units, _)| *units).sum();
            let over = (self.users[user].buckets[PROMO] - lasting).max(0);
            self.users[user].buckets[PROMO] -= over;
            self.book(61, over);
            swept += usize::from(over > 0);
        }
        swept
    }
}

impl Steps {
    pub(super) fn slip_step(&mut self, model: &Model, by: Number) -> Step {
        let staff = if self.chance.is_within_percent(90) { self.chance.below(STAFF) } else { by };
        let draw = self.chance.below(100);
        Step::Slip(match draw {
            _ if model.vouchers.is_empty() => self.issue_some(model, staff),
            0..15 => self.issue_some(model, staff),
            15..55 => Slip::Redeem { by, voucher: self.one_of(model.vouchers.len()), key: self.key() },
            55..65 => {
                let some = vec![1, 1 + u32::try_from(self.chance.below(4)).unwrap()];
                let numbers = if self.chance.is_within_percent(70) { Some(some) } else { None };
                Slip::Withdraw { by: staff, batch: self.one_of(model.batches), numbers }
            }
            65..85 => {
                let to = (0..1 + self.chance.below(3)).map(|_| self.recipient(model)).collect();
                let (units, expires) = (self.units(), self.expiry(model));
                Slip::Promote { by: staff, to, units, expires, key: self.key() }
            }
            _ => Slip::ExpirePromo,
        })
    }

    fn issue_some(&mut self, model: &Model, by: Number) -> Slip {
        let count = *self.chance.pick(&[0, 1, 2, 3, 4, 4, 1_001]);
        Slip::Issue { by, count, units: self.units(), expires: self.expiry(model), key: self.key() }
    }

    fn expiry(&mut self, model: &Model) -> Option<i64> {
        let lasts = *self.chance.pick(&[None, Some(0), Some(2 * DAY), Some(20 * DAY), Some(20 * DAY)]);
        lasts.map(|lasts| model.now + lasts)
    }
}

/// A voucher's code, or one that nobody was told.
fn code(codes: &[String], voucher: Number) -> String {
    codes.get(voucher).cloned().unwrap_or_else(|| domain::code::write(&[8; 15]))
}

impl Real {
    /// What cannot be asked together with other steps.
    pub(super) async fn print(&mut self, step: &Slip) -> Done<String> {
        let store = self.market.store.clone();
        match step {
            Slip::Issue { by, count, units: amount, expires, key } => {
                let new = NewBatch {
                    name: "A fair".to_owned(),
                    count: *count,
                    tokens: units(*amount),
                    expires_at: expires.map(Timestamp::from_millis),
                };
                let (view, codes) = store.issue_vouchers(&self.actor(*by), new, key).await?;
                let batch = view.batch.id;
                if !self.batches.contains(&batch) {
                    self.batches.push(batch);
                    self.codes.extend(codes);
                }
                Ok(self.told_batch(batch))
            }
            Slip::ExpirePromo => Ok(format!("expired {}", store.expire_promo(&Actor::System, 1_000).await?)),
            other => panic!("{other:?} is asked like what moves tokens at once"),
        }
    }

    pub(super) async fn ask_slip(&self, step: &Slip) -> Done<Made> {
        let store = &self.market.store;
        Ok(match step {
            Slip::Redeem { by, voucher, key } => {
                store.redeem_voucher(&self.actor(*by), &code(&self.codes, *voucher), key).await?;
                Made::Told(format!("voucher {voucher}"))
            }
            Slip::Withdraw { by, batch, numbers } => {
                let id = self.batches.get(*batch).copied().unwrap_or(VoucherBatchId::new(Uuid::max()));
                let which = numbers.clone().map_or(Which::All, Which::Numbers);
                let view = store.withdraw_vouchers(&self.actor(*by), id, which).await?;
                Made::Told(self.told_batch(view.batch.id))
            }
            Slip::Promote { by, to, units: amount, expires, key } => {
                let new = NewPromotion {
                    to: to.clone(),
                    amount: units(*amount),
                    reason: "a fair".to_owned(),
                    expires_at: expires.map(Timestamp::from_millis),
                };
                Made::Told(format!("promoted {}", store.grant_promo(&self.actor(*by), new, key).await?))
            }
            other => panic!("{other:?} is asked alone"),
        })
    }

    fn told_batch(&self, batch: VoucherBatchId) -> String {
        let place = self.batches.iter().position(|known| *known == batch);
        format!("batch {}", place.expect("a batch that was issued"))
    }
}
