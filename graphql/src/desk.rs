//! The desk: top-ups that are not paid by card.

mod mutation;
mod returns;
mod scan;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::desk::{Deed, Paper, PaperKind};
use domain::id::{PaymentId, UserId};
use domain::money::Money;
use domain::topup::Channel;
use store::desk::{DeskFilter, DeskPayment, DeskView};
use store::topups::TopUpView;

use crate::context::{Ask, Link};
use crate::error::{answer, find};
use crate::listing::twin;
use crate::scalars::DateTime;
use crate::topup::{TopUpMethod, TopUpOrder, TopUpState};
use crate::user::User;

pub(crate) use mutation::DeskMutation;
pub(crate) use returns::ReturnMutation;
pub(crate) use scan::ScanMutation;

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
        /// Nobody agreed in time.
        Expired,
        /// The customer was reminded once more.
        Reminded,
        /// A payment came back.
        Bounced,
        /// All of it was taken back.
        Reversed,
        /// What was paid too much went to another order.
        Moved,
        /// What was paid too much was paid back.
        PaidBack,
        /// A scan was laid beside it.
        Attached,
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

    /// The number of its invoice or pro-forma invoice; null before there is
    /// one.
    async fn invoice_number(&self) -> Option<&str> {
        self.0.invoice_number.as_deref()
    }

    /// To whom papers are written; null if nobody is named.
    async fn bill_to(&self) -> Option<&str> {
        self.0.details.bill_to.as_ref().map(|bill_to| bill_to.as_str())
    }

    /// What was paid beyond what is asked for, as a decimal string; for the
    /// staff.
    async fn remainder(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let id = self.0.top_up.id;
        let order = find(ctx, ctx.store().desk_standing(ctx.actor(), id).await)?;
        let currency = self.0.top_up.agreed.due.currency();
        let remainder = |order: domain::desk::DeskOrder| {
            Money::new(order.remainder_minor(&self.0.top_up), currency).map(|money| money.decimal())
        };
        Ok(order.and_then(remainder))
    }

    /// Scans of what the customer sent, oldest first.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let scans = answer(ctx, ctx.store().attachments(ctx.actor(), self.0.top_up.id).await)?;
        Ok(scans.into_iter().map(Attachment).collect())
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

/// A scan of what a customer sent.
pub(crate) struct Attachment(store::desk::Attachment);

/// A scan of what a customer sent.
#[Object]
impl Attachment {
    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is, by its bytes: PDF, PNG, JPEG, WebP or text.
    async fn kind(&self) -> &str {
        self.0.kind.name()
    }

    /// How many bytes, as a decimal string.
    async fn size_bytes(&self) -> String {
        self.0.size_bytes.to_string()
    }

    /// The SHA-256 of its bytes in hexadecimal.
    async fn sha256(&self) -> String {
        self.0.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The address where it is downloaded.
    async fn url(&self, ctx: &Context<'_>) -> String {
        ctx.link(Link::Scan(self.0.id))
    }

    /// When it was added.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

twin! {
    /// A kind of paper.
    DocumentKind of "PaperKind" {
        /// What is to be paid before the tokens come.
        ProForma,
        /// What is to be paid for tokens that have come.
        Invoice,
        /// Money that came.
        Receipt,
        /// What of an invoice is not asked for any more.
        CreditNote,
    }
}

/// A numbered paper about an order.
pub(crate) struct Document(pub(crate) Paper);

/// A numbered paper about an order.
#[Object]
impl Document {
    /// What it is.
    async fn kind(&self) -> DocumentKind {
        self.0.kind.into()
    }

    /// Its number: "I-000012"; each kind has a series of its own without gaps.
    async fn number(&self) -> String {
        self.0.label()
    }

    /// How much it says, as a decimal string.
    async fn amount(&self) -> String {
        self.0.amount.decimal()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.amount.currency().to_string()
    }

    /// When it was written.
    async fn issued_at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Until when it is to be paid; null if that has no day.
    async fn due_at(&self) -> Option<DateTime> {
        self.0.due_at.map(Into::into)
    }

    /// The address of its page.
    async fn url(&self, ctx: &Context<'_>) -> String {
        ctx.link(Link::Paper(self.0.id))
    }

    /// The address of the same as PDF.
    async fn pdf_url(&self, ctx: &Context<'_>) -> String {
        ctx.link(Link::PaperPdf(self.0.id))
    }
}

/// Money that came for an order.
#[derive(SimpleObject)]
pub(crate) struct Payment {
    /// The global id of the payment, for `bouncePayment`.
    id: async_graphql::ID,
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
    /// When it came back; null if it did not.
    bounced_at: Option<DateTime>,
}

impl From<DeskPayment> for Payment {
    fn from(payment: DeskPayment) -> Self {
        Self {
            id: crate::id::global::<PaymentId>(payment.id),
            amount: payment.amount.decimal(),
            currency: payment.amount.currency().to_string(),
            value_date: payment.value_date.into(),
            bank_reference: payment.bank_reference,
            entered_by: crate::id::global::<UserId>(payment.entered_by),
            at: payment.at.into(),
            bounced_at: payment.bounced_at.map(Into::into),
        }
    }
}
