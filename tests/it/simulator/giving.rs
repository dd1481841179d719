//! The reference's gifts.

use super::income::What;
use super::model::{Answer, EARNED, GIFTS, Gift, Model, SPENDABLE, check_units, no};
use super::step::Number;

const THIRTY_DAYS: i64 = 30 * 86_400_000;

impl Model {
    /// Takes bought and granted tokens first, then income; never promo.
    fn part_with(&mut self, giver: Number, units: i64) -> Result<[i64; 3], String> {
        let buckets = &mut self.users[giver].buckets;
        let there = buckets[SPENDABLE] + buckets[EARNED];
        if there < units {
            return no(format!("INSUFFICIENT_TOKENS {there} {}", units - there));
        }
        let first = buckets[SPENDABLE].min(units);
        let parts = [0, first, units - first];
        buckets[SPENDABLE] -= first;
        buckets[EARNED] -= units - first;
        let gift = What::Gift(self.gifts.len());
        self.users[giver].income.leave(gift, units - first);
        Ok(parts)
    }

    pub(super) fn give(&mut self, by: Number, to: &str, units: i64) -> Answer {
        self.check_free(by)?;
        check_units(units)?;
        let Some(recipient) = self.by_handle(to) else { return no("NOT_FOUND user") };
        if recipient == by {
            return no("INVALID_INPUT to");
        }
        let parts = self.part_with(by, units)?;
        self.receive(recipient, SPENDABLE, units);
        self.gifts.push(Gift { giver: by, state: 1, parts, due: i64::MAX });
        Ok(format!("gift {}", self.gifts.len() - 1))
    }

    pub(super) fn make_link(&mut self, by: Number, units: i64) -> Answer {
        self.check_free(by)?;
        check_units(units)?;
        let parts = self.part_with(by, units)?;
        self.book(GIFTS, units);
        self.gifts.push(Gift { giver: by, state: 2, parts, due: self.now + THIRTY_DAYS });
        Ok(format!("gift {}", self.gifts.len() - 1))
    }

    pub(super) fn claim(&mut self, by: Number, gift: Number) -> Answer {
        // A gift to a user has no code: whoever asks names one that is none.
        let Some(found) = self.gifts.get(gift).filter(|found| found.state != 1) else {
            return no("NOT_FOUND gift");
        };
        match found.state {
            3 => return no("ALREADY_CLAIMED"),
            4 | 5 => return no("EXPIRED"),
            _ => {}
        }
        if self.now >= found.due {
            return no("EXPIRED");
        }
        if found.giver == by {
            return no("INVALID_INPUT claimCode");
        }
        let units: i64 = found.parts.iter().sum();
        self.book(GIFTS, -units);
        self.receive(by, SPENDABLE, units);
        self.gifts[gift].state = 3;
        Ok(format!("gift {gift}"))
    }

    pub(super) fn take_back(&mut self, by: Number, gift: Number) -> Answer {
        let Some(found) = self.gifts.get(gift).filter(|found| found.giver == by) else {
            return no("NOT_FOUND gift");
        };
        match found.state {
            1 => return no("WRONG_STATE"),
            2 => self.give_back(gift, 4),
            3 => return no("ALREADY_CLAIMED"),
            _ => {}
        }
        Ok(format!("gift {gift}"))
    }

    fn give_back(&mut self, gift: Number, state: u8) {
        let Gift { giver, parts, .. } = self.gifts[gift];
        for (bucket, part) in parts.into_iter().enumerate() {
            self.come_back(giver, bucket, part, What::Gift(gift));
            self.book(GIFTS, -part);
        }
        self.gifts[gift].state = state;
    }

    pub(super) fn return_due(&mut self) -> usize {
        let is_due = |gift: &Gift| gift.state == 2 && gift.due <= self.now;
        let due: Vec<Number> = (0..self.gifts.len()).filter(|place| is_due(&self.gifts[*place])).collect();
        due.iter().for_each(|gift| self.give_back(*gift, 5));
        due.len()
    }
}
