//! Asking to be billed, and the staff's work at the desk.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use store::Done;
use store::desk::{DeskView, NewDeskOrder, NewPayment};

use super::TopUpChannel;
use crate::context::Ask;
use crate::error::payload;
use crate::id::read;
use crate::scalars::{DateTime, Tokens};
use crate::topup::{TopUpMethod, TopUpOrder};

/// Tokens to be billed for: either a bundle or a number of tokens.
#[derive(InputObject)]
pub(crate) struct RequestInvoiceInput {
    /// The id of a bundle on offer.
    bundle_id: Option<ID>,
    /// So many tokens at the price of one; at least 1.
    tokens: Option<Tokens>,
    /// How it is to be paid: INVOICE (on credit), PRO_FORMA, CHEQUE, WIRE or
    /// CASH.
    #[graphql(default_with = "TopUpMethod::Invoice")]
    method: TopUpMethod,
    /// To whom papers are written, on several lines; up to 400 characters.
    /// Nobody is named if you leave it out.
    bill_to: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A purchase order: either a bundle or a number of tokens.
#[derive(InputObject)]
pub(crate) struct SubmitPurchaseOrderInput {
    /// The id of a bundle on offer.
    bundle_id: Option<ID>,
    /// So many tokens at the price of one; at least 1.
    tokens: Option<Tokens>,
    /// Your own number of the order, 1 to 60 characters; used once.
    po_number: String,
    /// To whom papers are written, on several lines; up to 400 characters.
    /// Nobody is named if you leave it out.
    bill_to: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// An order that came off-line: either a bundle or a number of tokens.
#[derive(InputObject)]
pub(crate) struct EnterTopUpOrderInput {
    /// The handle of who gets the tokens.
    to: String,
    /// How the order came.
    channel: TopUpChannel,
    /// How it is to be paid; not by card or voucher.
    method: TopUpMethod,
    /// The id of a bundle on offer.
    bundle_id: Option<ID>,
    /// So many tokens at the price of one; at least 1.
    tokens: Option<Tokens>,
    /// The customer's own number of the order; a purchase order has one.
    po_number: Option<String>,
    /// Who phoned, wrote or came; up to 120 characters.
    taken_from: Option<String>,
    /// What you want to remember; up to 1,000 characters.
    notes: Option<String>,
    /// To whom papers are written, on several lines; up to 400 characters.
    /// Nobody is named if you leave it out.
    bill_to: Option<String>,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// An order to call off.
#[derive(InputObject)]
pub(crate) struct CancelTopUpOrderInput {
    /// The global id of the order.
    top_up_id: ID,
}

/// An order to agree to.
#[derive(InputObject)]
pub(crate) struct ApproveTopUpOrderInput {
    /// The global id of the order.
    top_up_id: ID,
}

/// An overdue order to write off.
#[derive(InputObject)]
pub(crate) struct WriteOffTopUpOrderInput {
    /// The global id of the order.
    top_up_id: ID,
}

/// An order to decline.
#[derive(InputObject)]
pub(crate) struct RejectTopUpOrderInput {
    /// The global id of the order.
    top_up_id: ID,
    /// Why; 1 to 1,000 characters.
    reason: String,
}

/// Money that came.
#[derive(InputObject)]
pub(crate) struct RecordPaymentInput {
    /// The global id of the order.
    top_up_id: ID,
    /// How much, as a decimal string.
    amount: String,
    /// The currency's ISO 4217 code.
    currency: String,
    /// On which day it counts.
    value_date: DateTime,
    /// What the bank or the till calls it, 1 to 80 characters; recorded once.
    bank_reference: String,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// How much a user may owe.
#[derive(InputObject)]
pub(crate) struct SetCreditLimitInput {
    /// The user's handle.
    to: String,
    /// In the vendor's currency, as a decimal string.
    amount: String,
}

payload! {
    /// What came of asking to be billed.
    RequestInvoicePayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of submitting a purchase order.
    SubmitPurchaseOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of calling an order off.
    CancelTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of entering an order.
    EnterTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of agreeing to an order.
    ApproveTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of declining an order.
    RejectTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of recording a payment.
    RecordPaymentPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of writing an order off.
    WriteOffTopUpOrderPayload {
        /// The order as it is now.
        top_up_order: TopUpOrder
    }
}

payload! {
    /// What came of setting a credit limit.
    SetCreditLimitPayload {
        /// What the user may owe now, as a decimal string.
        amount: String
    }
}

fn wanted(bundle: Option<&ID>, tokens: Option<&Tokens>) -> Result<Wanted, Refusal> {
    match (bundle, tokens) {
        (Some(id), None) => Ok(Wanted::Bundle(read(id)?)),
        (None, Some(tokens)) => Ok(Wanted::Tokens(tokens.read("tokens")?)),
        _ => Err(Refusal::invalid("bundleId", "either a bundle or a number of tokens is needed")),
    }
}

async fn request(ctx: &Context<'_>, input: RequestInvoiceInput) -> Done<DeskView> {
    ctx.actor().signed_in()?;
    let wanted = wanted(input.bundle_id.as_ref(), input.tokens.as_ref())?;
    let bill_to = input.bill_to.unwrap_or_default();
    let key = &input.idempotency_key;
    ctx.store().request_invoice(ctx.actor(), input.method.into(), wanted, &bill_to, key).await
}

async fn submit(ctx: &Context<'_>, input: SubmitPurchaseOrderInput) -> Done<DeskView> {
    ctx.actor().signed_in()?;
    let wanted = wanted(input.bundle_id.as_ref(), input.tokens.as_ref())?;
    let (key, bill_to) = (&input.idempotency_key, input.bill_to.unwrap_or_default());
    ctx.store().submit_purchase_order(ctx.actor(), wanted, &input.po_number, &bill_to, key).await
}

async fn enter(ctx: &Context<'_>, input: EnterTopUpOrderInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    let new = NewDeskOrder {
        handle: input.to,
        channel: input.channel.into(),
        method: input.method.into(),
        wanted: wanted(input.bundle_id.as_ref(), input.tokens.as_ref())?,
        po_number: input.po_number.unwrap_or_default(),
        taken_from: input.taken_from.unwrap_or_default(),
        notes: input.notes.unwrap_or_default(),
        bill_to: input.bill_to.unwrap_or_default(),
    };
    ctx.store().enter_top_up_order(ctx.actor(), new, &input.idempotency_key).await
}

async fn reject(ctx: &Context<'_>, input: RejectTopUpOrderInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    ctx.store().reject_top_up_order(ctx.actor(), read(&input.top_up_id)?, &input.reason).await
}

async fn record(ctx: &Context<'_>, input: RecordPaymentInput) -> Done<DeskView> {
    ctx.actor().staff()?;
    let new = NewPayment {
        amount: input.amount,
        currency: input.currency,
        value_date: input.value_date.0,
        bank_reference: input.bank_reference,
    };
    ctx.store().record_payment(ctx.actor(), read(&input.top_up_id)?, new, &input.idempotency_key).await
}

/// Mutations of orders at the desk.
#[derive(Default)]
pub(crate) struct DeskMutation;

#[Object]
impl DeskMutation {
    /// Asks for tokens that are paid by invoice, cheque, bank or in cash; the
    /// vendor's staff has to agree. Needs a signed-in user.
    async fn request_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to buy, how, and a key.")] input: RequestInvoiceInput,
    ) -> Result<RequestInvoicePayload> {
        RequestInvoicePayload::of(ctx, request(ctx, input).await)
    }

    /// Submits a purchase order; the vendor's staff has to agree. Needs a
    /// signed-in user.
    async fn submit_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to buy, its number, and a key.")] input: SubmitPurchaseOrderInput,
    ) -> Result<SubmitPurchaseOrderPayload> {
        SubmitPurchaseOrderPayload::of(ctx, submit(ctx, input).await)
    }

    /// Calls an order at the desk off, as long as no money came. Only its user
    /// may.
    async fn cancel_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: CancelTopUpOrderInput,
    ) -> Result<CancelTopUpOrderPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().cancel_top_up_order(ctx.actor(), read(&input.top_up_id)?).await
        };
        CancelTopUpOrderPayload::of(ctx, done.await)
    }

    /// Enters an order that came off-line. For the vendor's staff.
    async fn enter_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came, from whom, how, and a key.")] input: EnterTopUpOrderInput,
    ) -> Result<EnterTopUpOrderPayload> {
        EnterTopUpOrderPayload::of(ctx, enter(ctx, input).await)
    }

    /// Agrees to an order; whoever entered it, or gets its tokens, cannot. For
    /// the vendor's staff.
    async fn approve_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: ApproveTopUpOrderInput,
    ) -> Result<ApproveTopUpOrderPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().approve_top_up_order(ctx.actor(), read(&input.top_up_id)?).await
        };
        ApproveTopUpOrderPayload::of(ctx, done.await)
    }

    /// Declines an order. For the vendor's staff.
    async fn reject_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order, and why.")] input: RejectTopUpOrderInput,
    ) -> Result<RejectTopUpOrderPayload> {
        RejectTopUpOrderPayload::of(ctx, reject(ctx, input).await)
    }

    /// Records money that came; tokens paid in advance come with the last of
    /// it. For the vendor's staff.
    async fn record_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which order, how much, its name, and a key.")] input: RecordPaymentInput,
    ) -> Result<RecordPaymentPayload> {
        RecordPaymentPayload::of(ctx, record(ctx, input).await)
    }

    /// Writes an overdue invoice off: unspent tokens are taken back, the rest
    /// is owed. For the vendor's staff, and not for whoever entered it.
    async fn write_off_top_up_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: WriteOffTopUpOrderInput,
    ) -> Result<WriteOffTopUpOrderPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().write_off_top_up_order(ctx.actor(), read(&input.top_up_id)?).await
        };
        WriteOffTopUpOrderPayload::of(ctx, done.await)
    }

    /// Sets how much a user may owe on invoices; nothing before. For the
    /// vendor's staff, and not for themselves.
    async fn set_credit_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and how much.")] input: SetCreditLimitInput,
    ) -> Result<SetCreditLimitPayload> {
        let done = ctx.store().set_credit_limit(ctx.actor(), &input.to, &input.amount).await;
        SetCreditLimitPayload::of(ctx, done.map(|limit| limit.decimal()))
    }
}
