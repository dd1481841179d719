//! The reference's way back of a card payment: refunds and disputes.

use domain::topup::TopUpState;
use domain::topup::facts::{DisputeState, RefundState};

use super::cards::Told;
use super::model::{Model, PROMO, SPENDABLE};
use super::step::Number;

/// A disputed charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dispute {
    pub(super) state: DisputeState,
    pub(super) units: i64,
    pub(super) held: i64,
    pub(super) withdrawn: i64,
}

impl Dispute {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, DisputeState::Open | DisputeState::Withdrawn)
    }

    fn is_with_bank(&self) -> bool {
        matches!(self.state, DisputeState::Withdrawn | DisputeState::Lost)
    }

    fn missing(&self) -> i64 {
        match self.state {
            DisputeState::Won => 0,
            _ => (self.units - self.withdrawn - self.held).max(0),
        }
    }
}

fn share(units: i64, part: i64, whole: i64) -> i64 {
    if part >= whole {
        units
    } else {
        i64::try_from(i128::from(units) * i128::from(part) / i128::from(whole)).unwrap()
    }
}

impl Model {
    /// Brings a credited top-up to where its payment stands: what was taken
    /// too much comes back first, then what is missing goes.
    pub(super) fn reverse(&mut self, place: Number, told: &Told) {
        let before = self.top_ups[place].clone();
        let (all, user) = (before.credited, before.user);
        let asked = before.refunds.iter().filter(|(_, state)| *state != RefundState::Failed);
        let asked: i64 = asked.map(|(units, _)| *units).sum();
        let refunded = share(all, told.refunded_cents, before.cents).max(asked).min(all);
        let withdrawn: i64 = before.disputes.iter().map(|dispute| dispute.withdrawn).sum();
        let refunded_before = (before.reversed - withdrawn).max(0);
        let disputes = self.as_told(place, told, all - refunded);
        let holds_more = disputes.iter().any(|dispute| {
            dispute.state == DisputeState::Open
                && dispute.held < dispute.units
                && self.users[user].buckets[SPENDABLE] > 0
        });
        if disputes == before.disputes && refunded == refunded_before && !holds_more {
            return;
        }
        self.top_ups[place].disputes = disputes;
        let starts_over = refunded != refunded_before || self.top_ups[place].disputes.len() > 1;
        self.give_again(place, starts_over);
        self.send_back(place, refunded - refunded_before);
        self.keep_back(place);
        self.lose(place);
        let taken: i64 = self.top_ups[place].disputes.iter().map(|dispute| dispute.withdrawn).sum();
        self.top_ups[place].reversed = (refunded + taken).min(all);
        self.settle_bonus(place);
        let top_up = &mut self.top_ups[place];
        top_up.state = if top_up.reversed == all { TopUpState::Reversed } else { TopUpState::Credited };
    }

    fn as_told(&self, place: Number, told: &Told, mut left: i64) -> Vec<Dispute> {
        let top_up = &self.top_ups[place];
        let mut disputes = top_up.disputes.clone();
        for (number, (cents, state)) in told.disputes.iter().enumerate() {
            if number == disputes.len() {
                disputes.push(Dispute { state: *state, units: 0, held: 0, withdrawn: 0 });
            }
            let units = share(top_up.credited, *cents, top_up.cents).min(left);
            disputes[number].state = *state;
            disputes[number].units = if *state == DisputeState::Won { 0 } else { units };
            left -= disputes[number].units;
        }
        disputes
    }

    fn give_again(&mut self, place: Number, starts_over: bool) {
        let (user, supply) = (self.top_ups[place].user, self.top_ups[place].supply());
        for number in 0..self.top_ups[place].disputes.len() {
            let dispute = &mut self.top_ups[place].disputes[number];
            let freed = if starts_over || dispute.held > dispute.units { dispute.held } else { 0 };
            dispute.held -= freed;
            let stays = if dispute.is_with_bank() { dispute.units } else { 0 };
            let back = (dispute.withdrawn - stays).max(0);
            dispute.withdrawn -= back;
            self.users[user].disputed -= freed;
            self.receive(user, SPENDABLE, freed);
            self.issue(supply, user, back);
        }
    }

    fn send_back(&mut self, place: Number, more: i64) {
        let (user, supply) = (self.top_ups[place].user, self.top_ups[place].supply());
        match more {
            ..0 => self.issue(supply, user, -more),
            _ => self.take_or_owe(user, more, 63),
        }
    }

    /// What is there goes, the rest is owed.
    pub(super) fn take_or_owe(&mut self, user: Number, units: i64, to: i16) {
        let there = self.users[user].buckets[SPENDABLE].min(units);
        self.users[user].buckets[SPENDABLE] -= there;
        self.users[user].debt += units - there;
        self.book(to, units);
    }

    fn keep_back(&mut self, place: Number) {
        let user = self.top_ups[place].user;
        let wanted: i64 = self.top_ups[place].disputes.iter().map(Dispute::missing).sum();
        for order in (0..self.orders.len()).rev() {
            let found = &self.orders[order];
            if found.buyer == user && found.state == 1 && self.users[user].buckets[SPENDABLE] < wanted {
                self.void(order);
            }
        }
        for dispute in &mut self.top_ups[place].disputes {
            let part = dispute.missing().min(self.users[user].buckets[SPENDABLE]);
            self.users[user].buckets[SPENDABLE] -= part;
            self.users[user].disputed += part;
            dispute.held += part;
        }
    }

    fn lose(&mut self, place: Number) {
        let user = self.top_ups[place].user;
        let mut lost = 0;
        for dispute in self.top_ups[place].disputes.iter_mut().filter(|dispute| dispute.is_with_bank()) {
            let missing = (dispute.units - dispute.withdrawn).max(0);
            let part = dispute.held.min(missing);
            dispute.held -= part;
            dispute.withdrawn = dispute.units;
            self.users[user].disputed -= part;
            self.users[user].debt += missing - part;
            lost += missing;
        }
        self.book(62, lost);
    }

    /// The bonus goes in proportion, as far as it is there.
    fn settle_bonus(&mut self, place: Number) {
        let top_up = &self.top_ups[place];
        let (user, taken) = (top_up.user, top_up.bonus_reversed);
        let target = share(top_up.bonus, top_up.reversed, top_up.credited.max(1));
        if target < taken {
            self.restore_promo(user, taken - target);
            self.top_ups[place].bonus_reversed = target;
            return;
        }
        let more = (target - taken).min(self.users[user].buckets[PROMO]);
        self.users[user].buckets[PROMO] -= more;
        self.book(63, more);
        self.top_ups[place].bonus_reversed += more;
    }
}
