//! The desk: top-ups that are not paid by card.

mod mutation;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::desk::Deed;
use domain::id::UserId;
use domain::topup::Channel;
use store::desk::{DeskFilter, DeskPayment, DeskView};
use store::topups::TopUpView;

use crate::context::Ask;
use crate::error::answer;
use crate::listing::twin;
use crate::scalars::DateTime;
use crate::topup::{TopUpMethod, TopUpOrder, TopUpState};
use crate::user::User;

pub(crate) use mutation::DeskMutation;

twin! {
    /// How a top-up reached the vendor.
    TopUpChannel of "Channel" {
        /// On the site or by the API.
        Web,
        /// By telephone.
        Phone,
        /// By fax.
        Fax,
        /// By letter.
        Mail,
        /// By e-mail.
        Email,
        /// Over the counter.
        Counter,
    }
}

twin! {
    /// What was done to an order at the desk.
    DeskDeed of "Deed" {
        /// It was entered.
        Entered,
        /// Somebody agreed.
        Approved,
        /// Somebody declined.
        Rejected,
        /// The user called it off.
        Cancelled,
        /// Money came.
        Paid,
        /// The money should have come.
        FellDue,
        /// The money will never come.
        WrittenOff,
    }
}

/// Which orders at the desk are wanted; all if nothing is said.
#[derive(InputObject)]
pub(crate) struct TopUpDeskFilter {
    /// Only those that stand so.
    state: Option<TopUpState>,
    /// Only those paid so.
    method: Option<TopUpMethod>,
}

impl From<TopUpDeskFilter> for DeskFilter {
    fn from(filter: TopUpDeskFilter) -> Self {
        Self { state: filter.state.map(Into::into), method: filter.method.map(Into::into) }
    }
}

impl From<DeskView> for TopUpOrder {
    fn from(view: DeskView) -> Self {
        Self(TopUpView { top_up: view.top_up, intent_result: None })
    }
}

/// What the desk knows of a top-up.
pub(crate) struct DeskOrder(pub(crate) DeskView);

/// What the desk knows of a top-up, for its user and the vendor's staff.
#[Object]
impl DeskOrder {
    /// Who gets the tokens.
    async fn user(&self) -> User {
        User::named(self.0.top_up.user, &self.0.handle)
    }

    /// How it reached the vendor.
    async fn channel(&self) -> TopUpChannel {
        self.0.top_up.channel.into()
    }

    /// The customer's own number of the order; null if there is none.
    async fn po_number(&self) -> Option<&str> {
        self.0.details.po_number.as_ref().map(|number| number.as_str())
    }

    /// Who phoned, wrote or came; null if unknown, and for everybody but the
    /// staff.
    async fn taken_from(&self, ctx: &Context<'_>) -> Option<&str> {
        ctx.actor().staff().ok()?;
        self.0.details.taken_from.as_ref().map(|who| who.as_str())
    }

    /// What the staff wants to remember; null for everybody else.
    async fn notes(&self, ctx: &Context<'_>) -> Option<&str> {
        ctx.actor().staff().ok()?;
        self.0.details.notes.as_ref().map(|notes| notes.as_str())
    }

    /// How many of the staff have to agree, beside whoever entered it.
    async fn approvals_needed(&self) -> u32 {
        self.0.needs
    }

    /// How many have agreed.
    async fn approvals(&self) -> u32 {
        self.0.approvals
    }

    /// What was paid so far, as a decimal string.
    async fn paid(&self) -> String {
        self.0.paid.decimal()
    }

    /// The number of its invoice; null before there is one.
    async fn invoice_number(&self) -> Option<String> {
        self.0.invoice_number.map(|number| number.to_string())
    }

    /// Until when an invoice on credit is to be paid; null otherwise.
    async fn due_at(&self) -> Option<DateTime> {
        self.0.due_at.map(Into::into)
    }

    /// What was done to it, oldest first; for the staff.
    async fn history(&self, ctx: &Context<'_>) -> Result<Option<Vec<DeskEvent>>> {
        let events = answer(ctx, ctx.store().desk_events(ctx.actor(), self.0.top_up.id).await)?;
        let event = |event: store::desk::DeskEvent| DeskEvent {
            deed: event.deed.into(),
            by: event.by_handle,
            at: event.at.into(),
            state: event.state.into(),
            detail: event.detail,
        };
        Ok(Some(events.into_iter().map(event).collect()))
    }

    /// The money that came, oldest first; for the staff.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Option<Vec<Payment>>> {
        let payments = answer(ctx, ctx.store().desk_payments(ctx.actor(), self.0.top_up.id).await)?;
        Ok(Some(payments.into_iter().map(Into::into).collect()))
    }
}

/// A line of an order's history.
#[derive(SimpleObject)]
pub(crate) struct DeskEvent {
    /// What was done.
    deed: DeskDeed,
    /// The handle of who did it; null for the program itself.
    by: Option<String>,
    /// When.
    at: DateTime,
    /// How the order stood then.
    state: TopUpState,
    /// What there is to say about it.
    detail: String,
}

/// Money that came for an order.
#[derive(SimpleObject)]
pub(crate) struct Payment {
    /// How much, as a decimal string.
    amount: String,
    /// The currency's ISO 4217 code.
    currency: String,
    /// On which day it counts.
    value_date: DateTime,
    /// What the bank or the till calls it.
    bank_reference: String,
    /// Who recorded it.
    entered_by: async_graphql::ID,
    /// When it was recorded.
    at: DateTime,
}

impl From<DeskPayment> for Payment {
    fn from(payment: DeskPayment) -> Self {
        Self {
            amount: payment.amount.decimal(),
            currency: payment.amount.currency().to_string(),
            value_date: payment.value_date.into(),
            bank_reference: payment.bank_reference,
            entered_by: crate::id::global::<UserId>(payment.entered_by),
            at: payment.at.into(),
        }
    }
}
