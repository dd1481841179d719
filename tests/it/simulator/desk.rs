//! Orders over the desk: entered, agreed to, paid, overdue, written off. The
//! steps, how they are drawn, what the reference makes of them, and how the
//! real store is asked.

use domain::access::Actor;
use domain::desk::DeskTerms;
use domain::time::Seconds;
use domain::tokens::Tokens;
use domain::topup::{Channel, Method, TopUpState};
use store::Done;
use store::desk::{NewDeskOrder, NewPayment};
use tests::people::BEGINNING;

use super::cards::{TopUp, Wanted, quoted};
use super::drive::{Made, Real};
use super::model::{Answer, Model, STAFF, no};
use super::returns::{Back, Payment};
use super::step::Number;

use super::DAY;
const APPROVE_FROM: i64 = 1_000_000;
const TWO_FROM: i64 = 2_000_000;
const CREDIT_DAYS: u16 = 10;
const WAITS_DAYS: u16 = 20;
/// Less than the shorter of the long leaps in time.
const PAYS_DAYS: u16 = 12;

mod draw;

/// A step at the desk. A number of a customer's of zero is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Desk {
    Enter { by: Number, to: String, method: Method, wanted: Wanted, po: u32, key: String },
    AskInvoice { by: Number, method: Method, wanted: Wanted, key: String },
    SubmitOrder { by: Number, wanted: Wanted, po: u32, key: String },
    Approve { by: Number, top_up: Number },
    Reject { by: Number, top_up: Number },
    Cancel { by: Number, top_up: Number },
    Pay { by: Number, top_up: Number, cents: i64, currency: &'static str, name: u32, key: String },
    WriteOff { by: Number, top_up: Number },
    Limit { by: Number, to: String, cents: i64 },
    FallDue,
    Back(Back),
}

/// What the desk knows of a top-up.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) maker: Number,
    pub(super) needs: usize,
    pub(super) approvals: Vec<Number>,
    /// What came and neither came back nor went elsewhere.
    pub(super) paid_cents: i64,
    pub(super) payments: Vec<Payment>,
    pub(super) due: Option<i64>,
    /// The last reminder that was sent.
    pub(super) reminded: usize,
    pub(super) expires: i64,
    /// When anything was done to it last.
    pub(super) touched: i64,
    pub(super) po: u32,
}

impl Order {
    /// Until when somebody may pay in advance, counted from the last deed.
    pub(super) fn pays_until(&self) -> i64 {
        self.touched + i64::from(PAYS_DAYS) * DAY
    }

    /// Whether that would be over, were it counted from the beginning.
    pub(super) fn is_old(&self, now: i64) -> bool {
        self.expires + (i64::from(PAYS_DAYS) - i64::from(WAITS_DAYS)) * DAY <= now
    }
}

/// The terms of the simulation: small, so that all of them matter.
pub(super) fn terms() -> DeskTerms {
    DeskTerms {
        approve_from: Tokens::from_units(APPROVE_FROM).unwrap(),
        two_from: Tokens::from_units(TWO_FROM).unwrap(),
        credit: Seconds::days(CREDIT_DAYS),
        waits: Seconds::days(WAITS_DAYS),
        pays: Seconds::days(PAYS_DAYS),
    }
}

impl Desk {
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Enter { by, key, .. }
            | Self::AskInvoice { by, key, .. }
            | Self::SubmitOrder { by, key, .. }
            | Self::Pay { by, key, .. } => Some((*by, key)),
            Self::Back(back) => back.key(),
            _ => None,
        }
    }

    /// Whether something is looked up before the writer is asked.
    pub(super) const fn is_asked_alone(&self) -> bool {
        matches!(
            self,
            Self::Enter { .. }
                | Self::AskInvoice { .. }
                | Self::SubmitOrder { .. }
                | Self::Limit { .. }
                | Self::FallDue
                | Self::Back(_)
        )
    }

    /// Whether it asks the writer straight, of something that is there.
    pub(super) fn is_for_together(&self, model: &Model) -> bool {
        match self {
            Self::Approve { top_up, .. }
            | Self::Reject { top_up, .. }
            | Self::Cancel { top_up, .. }
            | Self::Pay { top_up, .. }
            | Self::WriteOff { top_up, .. } => *top_up < model.top_ups.len(),
            _ => false,
        }
    }
}

pub(super) fn check_staff(by: Number) -> Result<(), String> {
    if by < STAFF { Ok(()) } else { no("FORBIDDEN") }
}

impl Model {
    /// What is refused before anybody looks at the key.
    pub(super) fn check_desk_form(&self, step: &Desk) -> Result<(), String> {
        match step {
            Desk::Enter { by, to, .. } => {
                check_staff(*by)?;
                if self.by_handle(to).is_none() { no("NOT_FOUND user") } else { Ok(()) }
            }
            Desk::AskInvoice { method: Method::PurchaseOrder, .. } => no("INVALID_INPUT method"),
            Desk::SubmitOrder { po: 0, .. } => no("INVALID_INPUT poNumber"),
            Desk::Pay { by, .. } => check_staff(*by),
            Desk::Back(Back::Move { by, .. }) => check_staff(*by),
            _ => Ok(()),
        }
    }

    pub(super) fn desk(&mut self, step: &Desk) -> Answer {
        match step {
            Desk::Enter { by, to, method, wanted, po, .. } => {
                let user = self.by_handle(to).expect("it was looked up");
                self.enter(*by, user, *method, *wanted, *po, true)
            }
            Desk::AskInvoice { by, method, wanted, .. } => self.enter(*by, *by, *method, *wanted, 0, false),
            Desk::SubmitOrder { by, wanted, po, .. } => {
                self.enter(*by, *by, Method::PurchaseOrder, *wanted, *po, false)
            }
            Desk::Approve { by, top_up } => self.approve(*by, *top_up),
            Desk::Reject { by, top_up } => {
                check_staff(*by)?;
                self.end(*top_up, TopUpState::Rejected)
            }
            Desk::Cancel { by, top_up } => {
                if self.orders_at_desk.contains_key(top_up) && self.top_ups[*top_up].user != *by {
                    return no("NOT_FOUND top-up");
                }
                self.end(*top_up, TopUpState::Cancelled)
            }
            Desk::Pay { by, top_up, cents, currency, name, .. } => {
                self.take_payment(*by, *top_up, *cents, currency, *name)
            }
            Desk::WriteOff { by, top_up } => self.write_off(*by, *top_up),
            Desk::Limit { by, to, cents } => self.limit(*by, to, *cents),
            Desk::FallDue => Ok(format!("overdue {}", self.fall_due())),
            Desk::Back(back) => self.take_back_at_desk(back),
        }
    }

    fn enter(
        &mut self,
        by: Number,
        user: Number,
        method: Method,
        wanted: Wanted,
        po: u32,
        by_staff: bool,
    ) -> Answer {
        let agreed = quoted(wanted)?;
        if matches!(method, Method::Card | Method::Voucher) {
            return no("INVALID_INPUT method");
        }
        let is_used = |(place, order): (&Number, &Order)| self.top_ups[*place].user == user && order.po == po;
        if (po == 0 && method == Method::PurchaseOrder) || (po > 0 && self.orders_at_desk.iter().any(is_used))
        {
            return no("INVALID_INPUT poNumber");
        }
        let needs = match agreed.0 {
            TWO_FROM.. => 2,
            units if by_staff && user != by && units < APPROVE_FROM => 0,
            _ => 1,
        };
        if needs == 0 && method == Method::Invoice && !self.has_credit(user, agreed.2) {
            return no("WRONG_STATE");
        }
        let state = if by_staff { TopUpState::AwaitingApproval } else { TopUpState::Submitted };
        let told = self.make_top_up(TopUp::new(user, method, state, agreed));
        let place = self.top_ups.len() - 1;
        let expires = self.now + i64::from(WAITS_DAYS) * DAY;
        let (approvals, payments) = (Vec::new(), Vec::new());
        let (paid_cents, due, reminded) = (0, None, 0);
        let touched = self.now;
        let order =
            Order { maker: by, needs, approvals, paid_cents, payments, due, reminded, expires, touched, po };
        self.orders_at_desk.insert(place, order);
        if needs == 0 {
            self.agree(place);
        }
        Ok(told)
    }

    fn has_credit(&self, user: Number, cents: i64) -> bool {
        let is_late = |place: &Number| {
            let top_up = &self.top_ups[*place];
            top_up.user == user && top_up.method == Method::Invoice && top_up.state == TopUpState::Overdue
        };
        if self.orders_at_desk.keys().any(is_late) {
            return false;
        }
        let owes = |(place, order): (&Number, &Order)| {
            let top_up = &self.top_ups[*place];
            let is_owed =
                matches!(top_up.state, TopUpState::Credited | TopUpState::PartPaid | TopUpState::Overdue);
            let counts = top_up.user == user && top_up.method == Method::Invoice && is_owed;
            if counts { top_up.cents - order.paid_cents } else { 0 }
        };
        let owed: i64 = self.orders_at_desk.iter().map(owes).sum();
        owed + cents <= self.limits.get(&user).copied().unwrap_or(0)
    }

    fn agree(&mut self, place: Number) {
        let method = self.top_ups[place].method;
        if method == Method::Invoice {
            self.credit_top_up(place, TopUpState::Credited);
            let due = self.now + i64::from(CREDIT_DAYS) * DAY;
            self.orders_at_desk.get_mut(&place).expect("an order at the desk").due = Some(due);
        } else {
            self.top_ups[place].state = TopUpState::Approved;
        }
        match method {
            Method::Invoice => self.invoices.push(place),
            Method::ProForma | Method::PurchaseOrder | Method::Wire => self.pro_formas.push(place),
            _ => {}
        }
    }

    fn approve(&mut self, by: Number, place: Number) -> Answer {
        check_staff(by)?;
        let Some(order) = self.orders_at_desk.get(&place) else { return no("NOT_FOUND top-up") };
        let top_up = &self.top_ups[place];
        if !matches!(top_up.state, TopUpState::Submitted | TopUpState::AwaitingApproval) {
            return no("WRONG_STATE");
        }
        if self.now >= order.expires {
            return no("EXPIRED");
        }
        if order.maker == by || top_up.user == by || order.approvals.contains(&by) {
            return no("WRONG_STATE");
        }
        let is_enough = order.approvals.len() + 1 >= order.needs;
        if is_enough && top_up.method == Method::Invoice && !self.has_credit(top_up.user, top_up.cents) {
            return no("WRONG_STATE");
        }
        let order = self.orders_at_desk.get_mut(&place).expect("an order at the desk");
        order.approvals.push(by);
        order.touched = self.now;
        match is_enough {
            true => self.agree(place),
            false => self.top_ups[place].state = TopUpState::AwaitingApproval,
        }
        Ok(format!("top-up {place}"))
    }

    fn end(&mut self, place: Number, state: TopUpState) -> Answer {
        let Some(order) = self.orders_at_desk.get(&place) else { return no("NOT_FOUND top-up") };
        let top_up = &mut self.top_ups[place];
        let waits = [TopUpState::Submitted, TopUpState::AwaitingApproval, TopUpState::Approved];
        let has_money = order.payments.iter().any(|payment| !payment.is_bounced);
        let is_over = !waits.contains(&top_up.state) || has_money || top_up.credited > top_up.reversed;
        if top_up.state != state && is_over {
            return no("WRONG_STATE");
        }
        top_up.state = state;
        Ok(format!("top-up {place}"))
    }

    fn take_payment(&mut self, by: Number, place: Number, cents: i64, currency: &str, name: u32) -> Answer {
        let Some(order) = self.orders_at_desk.get_mut(&place) else { return no("NOT_FOUND top-up") };
        let top_up = &self.top_ups[place];
        if cents == 0 {
            return no("INVALID_INPUT amount");
        }
        if currency != "USD" {
            return no("INVALID_INPUT currency");
        }
        if self.payments.contains(&name) {
            return no("INVALID_INPUT bankReference");
        }
        let state = top_up.state;
        let takes = [
            TopUpState::Approved,
            TopUpState::Credited,
            TopUpState::PartPaid,
            TopUpState::Overdue,
            TopUpState::Paid,
        ];
        if !takes.contains(&state) || top_up.user == by {
            return no("WRONG_STATE");
        }
        self.payments.push(name);
        order.payments.push(Payment { cents, by, is_bounced: false, is_moved: false });
        self.money_came(place, cents);
        Ok(format!("top-up {place}"))
    }

    /// So much more is there for an order.
    pub(super) fn money_came(&mut self, place: Number, cents: i64) {
        let order = self.orders_at_desk.get_mut(&place).expect("an order at the desk");
        let top_up = &mut self.top_ups[place];
        order.paid_cents += cents;
        order.touched = self.now;
        if order.paid_cents < top_up.cents {
            let late = top_up.state == TopUpState::Overdue;
            top_up.state = if late { TopUpState::Overdue } else { TopUpState::PartPaid };
        } else if top_up.credited == 0 {
            self.credit_top_up(place, TopUpState::Paid);
        } else {
            top_up.state = TopUpState::Paid;
            let all = top_up.cents;
            self.follow_money(place, all);
        }
    }

    fn write_off(&mut self, by: Number, place: Number) -> Answer {
        check_staff(by)?;
        let Some(order) = self.orders_at_desk.get(&place) else { return no("NOT_FOUND top-up") };
        let top_up = &self.top_ups[place];
        if top_up.state != TopUpState::Overdue || order.maker == by || top_up.user == by {
            return no("WRONG_STATE");
        }
        let paid = order.paid_cents;
        self.take_unpaid(place, paid);
        self.top_ups[place].state = TopUpState::WrittenOff;
        Ok(format!("top-up {place}"))
    }

    fn limit(&mut self, by: Number, to: &str, cents: i64) -> Answer {
        check_staff(by)?;
        let Some(user) = self.by_handle(to) else { return no("NOT_FOUND user") };
        if user == by {
            return no("INVALID_INPUT handle");
        }
        self.limits.insert(user, cents);
        Ok(format!("limit {cents}"))
    }
}

fn po_text(po: u32) -> String {
    if po == 0 { String::new() } else { format!("PO-{po}") }
}

impl Real {
    /// What cannot be asked together with other steps.
    pub(super) async fn order_at_desk(&mut self, step: &Desk) -> Done<String> {
        let store = self.market.store.clone();
        let view = match step {
            Desk::Enter { by, to, method, wanted, po, .. } => {
                let new = NewDeskOrder {
                    handle: to.clone(),
                    channel: Channel::Phone,
                    method: *method,
                    wanted: self.wants(*wanted),
                    po_number: po_text(*po),
                    taken_from: "Mrs Marsh".to_owned(),
                    notes: String::new(),
                    bill_to: String::new(),
                };
                store.enter_top_up_order(&self.actor(*by), new, step.key().unwrap().1).await?
            }
            Desk::AskInvoice { by, method, wanted, key } => {
                store.request_invoice(&self.actor(*by), *method, self.wants(*wanted), "", key).await?
            }
            Desk::SubmitOrder { by, wanted, po, key } => {
                let (actor, wanted) = (self.actor(*by), self.wants(*wanted));
                store.submit_purchase_order(&actor, wanted, &po_text(*po), "", key).await?
            }
            Desk::Limit { by, to, cents } => {
                let amount = format!("{}.{:02}", cents / 100, cents % 100);
                let limit = store.set_credit_limit(&self.actor(*by), to, &amount).await?;
                return Ok(format!("limit {}", limit.minor()));
            }
            Desk::FallDue => return Ok(format!("overdue {}", store.fall_due(&Actor::System, 1_000).await?)),
            Desk::Back(back) => return self.go_back(back).await,
            other => panic!("{other:?} is asked like what moves tokens at once"),
        };
        Ok(self.told_top_up(view.top_up.id))
    }

    pub(super) async fn ask_desk(&self, step: &Desk) -> Done<Made> {
        let store = &self.market.store;
        let view = match step {
            Desk::Approve { by, top_up } => {
                store.approve_top_up_order(&self.actor(*by), self.top_up(*top_up)).await?
            }
            Desk::Reject { by, top_up } => {
                store.reject_top_up_order(&self.actor(*by), self.top_up(*top_up), "no").await?
            }
            Desk::Cancel { by, top_up } => {
                store.cancel_top_up_order(&self.actor(*by), self.top_up(*top_up)).await?
            }
            Desk::WriteOff { by, top_up } => {
                store.write_off_top_up_order(&self.actor(*by), self.top_up(*top_up)).await?
            }
            Desk::Pay { by, top_up, cents, currency, name, key } => {
                let new = NewPayment {
                    amount: format!("{}.{:02}", cents / 100, cents % 100),
                    currency: (*currency).to_owned(),
                    value_date: BEGINNING,
                    bank_reference: format!("BANK {name}"),
                };
                store.record_payment(&self.actor(*by), self.top_up(*top_up), new, key).await?
            }
            other => panic!("{other:?} is asked alone"),
        };
        Ok(Made::TopUp(view.top_up.id))
    }
}
