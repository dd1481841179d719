//! Money that comes back to the desk or goes elsewhere: cheques that bounce,
//! orders that are taken back, what was paid too much, and orders that nobody
//! agreed to in time.

use domain::access::Actor;
use domain::id::PaymentId;
use domain::topup::{Method, TopUpState};
use store::Done;
use store::desk::NewMove;
use uuid::Uuid;

use super::DAY;
use super::desk::check_staff;
use super::drive::Real;
use super::model::{Answer, Model, PROMO, SPENDABLE, STAFF, no};
use super::step::{Number, Steps};

/// A payment for an order at the desk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payment {
    pub(super) cents: i64,
    pub(super) by: Number,
    pub(super) is_bounced: bool,
    pub(super) is_moved: bool,
}

/// A step about them. Payments are numbered in each order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Back {
    Bounce {
        by: Number,
        top_up: Number,
        payment: usize,
    },
    Reverse {
        by: Number,
        top_up: Number,
    },
    /// To another order, or to the customer under a name.
    Move {
        by: Number,
        top_up: Number,
        cents: i64,
        to: Option<Number>,
        name: u32,
        key: String,
    },
    Expire,
}

impl Back {
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Move { by, key, .. } => Some((*by, key)),
            _ => None,
        }
    }
}

impl Model {
    pub(super) fn take_back_at_desk(&mut self, step: &Back) -> Answer {
        match step {
            Back::Bounce { by, top_up, payment } => self.bounce(*by, *top_up, *payment),
            Back::Reverse { by, top_up } => self.take_whole_back(*by, *top_up),
            Back::Move { by, top_up, cents, to, name, .. } => {
                self.move_remainder(*by, *top_up, *cents, *to, *name)
            }
            Back::Expire => Ok(format!("given up {}", self.give_up())),
        }
    }

    /// The part of an amount for which no money is there, rounded down.
    fn unpaid(&self, place: Number, amount: i64, paid: i64) -> i64 {
        let cents = self.top_ups[place].cents;
        let part = i128::from(amount) * i128::from((cents - paid).clamp(0, cents)) / i128::from(cents);
        i64::try_from(part).expect("a part of an amount")
    }

    /// Takes what nobody paid for; of the bonus only what is there.
    pub(super) fn take_unpaid(&mut self, place: Number, paid: i64) {
        let found = self.top_ups[place].clone();
        let unpaid = (self.unpaid(place, found.credited, paid) - found.reversed).max(0);
        self.take_or_owe(found.user, unpaid, 64);
        let given = if found.credited == 0 { 0 } else { found.bonus };
        let bonus = (self.unpaid(place, given, paid) - found.bonus_reversed).max(0);
        let bonus = bonus.min(self.users[found.user].buckets[PROMO]);
        self.users[found.user].buckets[PROMO] -= bonus;
        self.book(64, bonus);
        let top_up = &mut self.top_ups[place];
        (top_up.reversed, top_up.bonus_reversed) = (found.reversed + unpaid, found.bonus_reversed + bonus);
    }

    /// Who pays in advance has tokens for what is paid, on credit all of them.
    pub(super) fn follow_money(&mut self, place: Number, paid: i64) {
        let found = &self.top_ups[place];
        if found.method == Method::Invoice && found.state != TopUpState::WrittenOff {
            return;
        }
        self.take_unpaid(place, paid);
        let found = self.top_ups[place].clone();
        let back = (found.reversed - self.unpaid(place, found.credited, paid)).max(0);
        let bonus = (found.bonus_reversed - self.unpaid(place, found.bonus, paid)).max(0);
        self.issue(found.supply(), found.user, back);
        self.restore_promo(found.user, bonus);
        let top_up = &mut self.top_ups[place];
        (top_up.reversed, top_up.bonus_reversed) = (found.reversed - back, found.bonus_reversed - bonus);
    }

    fn bounce(&mut self, by: Number, place: Number, payment: usize) -> Answer {
        check_staff(by)?;
        let Some(order) = self.orders_at_desk.get_mut(&place) else { return no("NOT_FOUND top-up") };
        let Some(found) = order.payments.get_mut(payment) else { return no("NOT_FOUND payment") };
        let top_up = &mut self.top_ups[place];
        let is_over = found.is_bounced || found.is_moved || top_up.state == TopUpState::Reversed;
        if is_over || found.by == by || top_up.user == by {
            return no("WRONG_STATE");
        }
        found.is_bounced = true;
        order.touched = self.now;
        order.paid_cents -= found.cents;
        let paid = order.paid_cents;
        use TopUpState::{Approved, Credited, Overdue, Paid, PartPaid, WrittenOff};
        top_up.state = match top_up.state {
            WrittenOff => WrittenOff,
            _ if paid >= top_up.cents => Paid,
            _ if order.reminded > 0 => Overdue,
            _ if paid > 0 => PartPaid,
            _ if top_up.method == Method::Invoice => Credited,
            _ => Approved,
        };
        self.follow_money(place, paid);
        Ok(format!("top-up {place}"))
    }

    fn take_whole_back(&mut self, by: Number, place: Number) -> Answer {
        check_staff(by)?;
        let Some(order) = self.orders_at_desk.get(&place) else { return no("NOT_FOUND top-up") };
        let found = self.top_ups[place].clone();
        use TopUpState::{Credited, Overdue, Paid, PartPaid};
        let stands = matches!(found.state, Credited | PartPaid | Paid | Overdue);
        let standing = found.credited - found.reversed;
        let [promo, spendable, _] = self.users[found.user].buckets;
        if !stands || order.maker == by || found.user == by || spendable < standing {
            return no("WRONG_STATE");
        }
        let given = if found.credited == 0 { 0 } else { found.bonus };
        let bonus = (given - found.bonus_reversed).max(0).min(promo);
        self.users[found.user].buckets[SPENDABLE] -= standing;
        self.users[found.user].buckets[PROMO] -= bonus;
        self.book(63, standing + bonus);
        self.saw_if(bonus > 0, "a bonus that goes at a reversal");
        let top_up = &mut self.top_ups[place];
        (top_up.state, top_up.reversed) = (TopUpState::Reversed, found.credited);
        top_up.bonus_reversed += bonus;
        Ok(format!("top-up {place}"))
    }

    /// Whether some of what was paid went elsewhere.
    fn was_moved(&self, place: Number) -> bool {
        let order = &self.orders_at_desk[&place];
        let paid = order.payments.iter().filter(|payment| !payment.is_bounced);
        paid.map(|payment| payment.cents).sum::<i64>() > order.paid_cents
    }

    /// What was paid beyond what is asked for.
    fn remainder(&self, place: Number) -> i64 {
        use TopUpState::{Cancelled, Expired, Rejected, Reversed};
        let top_up = &self.top_ups[place];
        let is_off = matches!(top_up.state, Reversed | Rejected | Cancelled | Expired);
        (self.orders_at_desk[&place].paid_cents - if is_off { 0 } else { top_up.cents }).max(0)
    }

    fn move_remainder(
        &mut self,
        by: Number,
        place: Number,
        cents: i64,
        to: Option<Number>,
        name: u32,
    ) -> Answer {
        let Some(order) = self.orders_at_desk.get(&place) else { return no("NOT_FOUND top-up") };
        if cents == 0 {
            return no("INVALID_INPUT amount");
        }
        let user = self.top_ups[place].user;
        let last = order.payments.iter().rev().find(|payment| !payment.is_bounced);
        let remainder = self.remainder(place);
        let was_moved = remainder == 0 && self.was_moved(place);
        let is_own = last.is_some_and(|payment| payment.by == by) || user == by;
        self.saw_if(was_moved && !is_own, "a remainder that is no more there");
        if remainder == 0 || is_own {
            return no("WRONG_STATE");
        }
        if cents > remainder {
            return no("INVALID_INPUT amount");
        }
        match to {
            Some(other) => {
                let target = &self.top_ups[other];
                if target.user != user {
                    return no("NOT_FOUND order");
                }
                if other == place {
                    return no("INVALID_INPUT order");
                }
                use TopUpState::{Approved, Credited, Overdue, Paid, PartPaid};
                if !matches!(target.state, Approved | Credited | PartPaid | Overdue | Paid) {
                    return no("WRONG_STATE");
                }
                let open = (target.cents - self.orders_at_desk[&other].paid_cents).max(0);
                if cents > open {
                    return no("INVALID_INPUT amount");
                }
                let payment = Payment { cents, by, is_bounced: false, is_moved: true };
                self.orders_at_desk.get_mut(&other).expect("it was just found").payments.push(payment);
                self.money_came(other, cents);
            }
            None if self.payments.contains(&name) => return no("INVALID_INPUT bankReference"),
            None => self.payments.push(name),
        }
        let order = self.orders_at_desk.get_mut(&place).expect("it was found");
        order.paid_cents -= cents;
        order.touched = self.now;
        self.saw_if(true, "a remainder that was moved");
        Ok(format!("top-up {place}"))
    }

    /// Marks what should have been paid by now.
    pub(super) fn fall_due(&mut self) -> usize {
        let mut marked = 0;
        for (place, order) in &mut self.orders_at_desk {
            let top_up = &mut self.top_ups[*place];
            use TopUpState::{Credited, Overdue, PartPaid};
            let is_owed = matches!(top_up.state, Credited | PartPaid | Overdue);
            let Some(due) = order.due.filter(|_| is_owed) else { continue };
            let reminder = [0, 7, 14, 30].iter().filter(|days| due + *days * DAY <= self.now).count();
            if reminder > order.reminded {
                order.reminded = reminder;
                top_up.state = Overdue;
                marked += 1;
            }
        }
        marked
    }

    /// Ends what nobody agreed to in time, and what was agreed to and nobody
    /// did anything to since, least of all pay.
    fn give_up(&mut self) -> usize {
        let (mut given_up, mut unpaid, mut touched) = (0, 0, 0);
        for (place, order) in &self.orders_at_desk {
            let top_up = &mut self.top_ups[*place];
            let waits = matches!(top_up.state, TopUpState::Submitted | TopUpState::AwaitingApproval);
            let has_money = order.payments.iter().any(|payment| !payment.is_bounced);
            let is_bare = !has_money && top_up.credited <= top_up.reversed;
            let is_open = top_up.state == TopUpState::Approved && is_bare;
            let is_unpaid = is_open && order.pays_until() <= self.now;
            touched += usize::from(is_open && order.is_old(self.now) && !is_unpaid);
            if is_unpaid || (waits && order.expires <= self.now) {
                top_up.state = TopUpState::Expired;
                given_up += 1;
                unpaid += usize::from(is_unpaid);
            }
        }
        self.saw_if(unpaid > 0, "an agreed order that nobody paid");
        self.saw_if(touched > 0, "an old order that was agreed to of late");
        given_up
    }
}

impl Steps {
    /// What is due, or can be done but seldom.
    pub(super) fn goes_back_now(&mut self, model: &Model) -> Option<Back> {
        let orders: Vec<Number> = model.orders_at_desk.keys().copied().collect();
        let any_staff = |not: Number, user: Number| (0..STAFF).find(|by| *by != not && *by != user);
        let is_due = |place: &Number| {
            let (state, order) = (model.top_ups[*place].state, &model.orders_at_desk[place]);
            state == TopUpState::Approved && order.payments.is_empty() && order.is_old(model.now)
        };
        if orders.iter().any(is_due) && self.chance.is_within_percent(50) {
            return Some(Back::Expire);
        }
        let with_rest = |place: &Number| model.remainder(*place) > 0 || model.was_moved(*place);
        let with_rest: Vec<Number> = orders.iter().copied().filter(with_rest).collect();
        if !with_rest.is_empty() && self.chance.is_within_percent(30) {
            let top_up = *self.chance.pick(&with_rest);
            let last = model.orders_at_desk[&top_up].payments.last().map_or(0, |payment| payment.by);
            let by = any_staff(last, model.top_ups[top_up].user)?;
            let rest = model.remainder(top_up).max(1);
            let cents = *self.chance.pick(&[1, rest, rest]);
            let name = self.payment_name();
            return Some(Back::Move { by, top_up, cents, to: None, name, key: self.key() });
        }
        let with_bonus = |place: &Number| {
            let found = &model.top_ups[*place];
            let [promo, spendable, _] = model.users[found.user].buckets;
            let stands = found.credited > found.reversed && spendable >= found.credited - found.reversed;
            stands && found.bonus > found.bonus_reversed && promo > 0
        };
        let with_bonus: Vec<Number> = orders.into_iter().filter(with_bonus).collect();
        if !with_bonus.is_empty() && self.chance.is_within_percent(15) {
            let top_up = *self.chance.pick(&with_bonus);
            let by = any_staff(model.orders_at_desk[&top_up].maker, model.top_ups[top_up].user)?;
            return Some(Back::Reverse { by, top_up });
        }
        None
    }

    pub(super) fn goes_back(&mut self, model: &Model, by: Number, staff: Number) -> Back {
        let orders: Vec<Number> = model.orders_at_desk.keys().copied().collect();
        let paid = |place: &Number| !model.orders_at_desk[place].payments.is_empty();
        let paid: Vec<Number> = orders.iter().copied().filter(paid).collect();
        let rich: Vec<Number> = orders.iter().copied().filter(|place| model.remainder(*place) > 0).collect();
        let any = self.one_of(model.top_ups.len());
        let by = if self.chance.is_within_percent(92) { staff } else { by };
        let of = |steps: &mut Self, all: &[Number]| match all.is_empty() || steps.chance.is_within_percent(8)
        {
            true => any,
            false => *steps.chance.pick(all),
        };
        match self.chance.below(10) {
            0..4 => Back::Bounce { by, top_up: of(self, &paid), payment: self.chance.below(3) },
            4..6 => Back::Reverse { by, top_up: of(self, &orders) },
            6..9 => {
                let top_up = of(self, &rich);
                let rest = if rich.contains(&top_up) { model.remainder(top_up) } else { 5 };
                let cents = *self.chance.pick(&[0, 1, rest, rest, rest + 1, (rest / 2).max(1)]);
                let to = Some(of(self, &orders)).filter(|place| model.orders_at_desk.contains_key(place));
                let to = to.filter(|_| self.chance.is_within_percent(60));
                Back::Move { by, top_up, cents, to, name: self.payment_name(), key: self.key() }
            }
            _ => Back::Expire,
        }
    }
}

impl Real {
    pub(super) async fn go_back(&mut self, step: &Back) -> Done<String> {
        let store = self.market.store.clone();
        let view = match step {
            Back::Bounce { by, top_up, payment } => {
                let id = self.top_up(*top_up);
                let known = store.desk_payments(&self.actor(0), id).await.unwrap_or_default();
                let payment = known.get(*payment).map_or(PaymentId::new(Uuid::max()), |payment| payment.id);
                store.bounce_payment(&self.actor(*by), id, payment, "not covered").await?
            }
            Back::Reverse { by, top_up } => {
                store.reverse_top_up_order(&self.actor(*by), self.top_up(*top_up), "a mistake").await?
            }
            Back::Move { by, top_up, cents, to, name, key } => {
                let to_order = match to {
                    Some(other) => store.payable(self.top_up(*other)).await?.reference.to_string(),
                    None => String::new(),
                };
                let new = NewMove {
                    amount: format!("{}.{:02}", cents / 100, cents % 100),
                    currency: "USD".to_owned(),
                    to_order,
                    bank_reference: format!("BANK {name}"),
                };
                store.move_remainder(&self.actor(*by), self.top_up(*top_up), new, key).await?
            }
            Back::Expire => {
                return Ok(format!("given up {}", store.expire_desk_orders(&Actor::System, 1_000).await?));
            }
        };
        Ok(self.told_top_up(view.top_up.id))
    }
}
