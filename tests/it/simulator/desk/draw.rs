//! How steps at the desk are drawn.

use domain::topup::{Method, TopUpState};

use super::super::model::{Model, STAFF};
use super::super::step::{Number, Step, Steps};
use super::{Desk, Order};

impl Steps {
    pub(in super::super) fn desk_step(&mut self, model: &Model, by: Number) -> Step {
        let staff = if self.chance.is_within_percent(90) { self.chance.below(STAFF) } else { by };
        let draw = self.chance.below(100);
        if model.limits.len() < 3 && draw < 40 {
            let to = self.recipient(model);
            return Step::Desk(Desk::Limit { by: staff, to, cents: *self.chance.pick(&[700, 100_000]) });
        }
        if model.orders_at_desk.is_empty() || draw < 30 {
            return Step::Desk(self.order_tokens(model, by, staff));
        }
        if let Some(back) = self.goes_back_now(model) {
            return Step::Desk(Desk::Back(back));
        }
        let waits_long = |place: &&Number| {
            let (state, order) = (model.top_ups[**place].state, &model.orders_at_desk[*place]);
            let waits = matches!(state, TopUpState::Submitted | TopUpState::AwaitingApproval);
            waits && order.is_old(model.now) && model.now < order.expires
        };
        if let Some(top_up) = model.orders_at_desk.keys().find(waits_long).copied()
            && self.chance.is_within_percent(60)
        {
            let (order, user) = (&model.orders_at_desk[&top_up], model.top_ups[top_up].user);
            let may = |by: &Number| *by != order.maker && *by != user && !order.approvals.contains(by);
            return Step::Desk(Desk::Approve { by: (0..STAFF).find(may).unwrap_or(staff), top_up });
        }
        let is_due = |order: &Order| order.due.is_some_and(|due| due <= model.now);
        if model.orders_at_desk.values().any(is_due) && self.chance.is_within_percent(25) {
            return Step::Desk(Desk::FallDue);
        }
        let is_late = |place: &&Number| model.top_ups[**place].state == TopUpState::Overdue;
        if let Some(late) = model.orders_at_desk.keys().find(is_late)
            && self.chance.is_within_percent(40)
        {
            return Step::Desk(Desk::WriteOff { by: staff, top_up: *late });
        }
        // Mostly one that waits for something, now and then any.
        let waits = |place: &&Number| {
            use TopUpState::{Cancelled, Paid, Rejected, WrittenOff};
            !matches!(model.top_ups[**place].state, Cancelled | Paid | Rejected | WrittenOff)
        };
        let waiting: Vec<Number> = model.orders_at_desk.keys().filter(waits).copied().collect();
        let top_up = match waiting.is_empty() || self.chance.is_within_percent(15) {
            true => self.one_of(model.top_ups.len()),
            false => *self.chance.pick(&waiting),
        };
        let user = model.top_ups.get(top_up).map(|found| found.user);
        Step::Desk(match draw {
            _ if self.chance.is_within_percent(18) => Desk::Back(self.goes_back(model, by, staff)),
            30..64 => Desk::Approve { by: staff, top_up },
            64..66 => Desk::Reject { by: staff, top_up },
            66..69 => Desk::Cancel { by: self.mostly(user, by), top_up },
            69..87 => {
                let all = model.top_ups.get(top_up).map_or(100, |found| found.cents);
                let cents = *self.chance.pick(&[0, 1, all / 2, all / 2 + 1, all, all + 3, all + 3, all + 9]);
                let currency = if self.chance.is_within_percent(5) { "EUR" } else { "USD" };
                let name = self.payment_name();
                Desk::Pay { by: staff, top_up, cents, currency, name, key: self.key() }
            }
            87..90 => Desk::WriteOff { by: staff, top_up },
            90..92 => Desk::Limit {
                by: staff,
                to: self.recipient(model),
                cents: *self.chance.pick(&[0, 60, 700, 100_000]),
            },
            _ => Desk::FallDue,
        })
    }

    fn order_tokens(&mut self, model: &Model, by: Number, staff: Number) -> Desk {
        let methods = [
            Method::Invoice,
            Method::Invoice,
            Method::Invoice,
            Method::Invoice,
            Method::Invoice,
            Method::PurchaseOrder,
            Method::ProForma,
            Method::Cheque,
            Method::Wire,
            Method::Cash,
            Method::Card,
            Method::Voucher,
        ];
        let (method, wanted) = (*self.chance.pick(&methods), self.wanted_tokens());
        let po = if self.chance.is_within_percent(40) {
            1 + u32::try_from(self.chance.below(30)).unwrap()
        } else {
            0
        };
        match self.chance.below(10) {
            0..6 => Desk::Enter { by: staff, to: self.recipient(model), method, wanted, po, key: self.key() },
            6..8 => Desk::AskInvoice { by, method, wanted, key: self.key() },
            _ => Desk::SubmitOrder { by, wanted, po, key: self.key() },
        }
    }
}
