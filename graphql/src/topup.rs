//! Getting tokens: what they cost, and top-ups.

mod mutation;

use async_graphql::{Context, ID, Object, Result};
use domain::access::Actor;
use domain::tariff::Bundle;
use domain::topup::{Method as Way, TopUpState as State};
use store::topups::TopUpView;

use crate::context::{Ask, Link};
use crate::desk::{DeskOrder, Document};
use crate::error::{answer, fault, find, refused};
use crate::id::global;
use crate::listing::twin;
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};

pub(crate) use mutation::TopUpMutation;

twin! {
    /// How a top-up is paid.
    TopUpMethod of "Way" {
        /// By card, at the payment provider's page.
        Card,
        /// On a purchase order of the customer's.
        PurchaseOrder,
        /// In advance, on a pro-forma invoice.
        ProForma,
        /// On credit, by invoice.
        Invoice,
        /// By cheque.
        Cheque,
        /// By bank transfer.
        Wire,
        /// In cash.
        Cash,
        /// With a voucher that was bought before.
        Voucher,
    }
}

twin! {
    /// Where a top-up stands.
    TopUpState of "State" {
        /// Begun by the vendor's staff, not complete.
        Draft,
        /// Asked for; a card payment waits for its money.
        Submitted,
        /// A second member of the staff has to agree.
        AwaitingApproval,
        /// Agreed to; tokens come with the payment.
        Approved,
        /// The tokens are there.
        Credited,
        /// A part of the money came.
        PartPaid,
        /// All of the money came, and the tokens are there.
        Paid,
        /// The money should have come by now.
        Overdue,
        /// The money will never come.
        WrittenOff,
        /// Declined, or the payment failed.
        Rejected,
        /// Called off before anything was credited.
        Cancelled,
        /// Nobody paid in time.
        Expired,
        /// All that was credited was taken back.
        Reversed,
        /// The payment does not fit; a person has to look.
        Review,
    }
}

/// What one token costs now.
pub(crate) struct TokenPrice(pub(crate) domain::tariff::Tariff);

/// What one token costs now.
#[Object]
impl TokenPrice {
    /// The price of one token, as a decimal string: "0.01".
    async fn amount(&self) -> String {
        self.0.token_price()
    }

    /// The same in millionths of the currency, as a decimal string.
    async fn micros(&self) -> String {
        self.0.price.micros().to_string()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.currency.to_string()
    }
}

/// A price of the history.
pub(crate) struct SetPrice(pub(crate) domain::tariff::Priced);

/// A price of a token, and from when it holds.
#[Object]
impl SetPrice {
    /// The price.
    async fn price(&self) -> TokenPrice {
        TokenPrice(self.0.tariff)
    }

    /// From when it holds.
    async fn holds_from(&self) -> DateTime {
        self.0.holds_from.into()
    }
}

/// Tokens that are sold together.
pub(crate) struct TokenBundle(pub(crate) Bundle);

/// Tokens that are sold together at a price of their own.
#[Object]
impl TokenBundle {
    /// The bundle's id, for `topUp`.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// How many spendable tokens.
    async fn tokens(&self) -> Tokens {
        self.0.tokens.into()
    }

    /// How many promo tokens come with them: to spend, not to give away.
    async fn bonus(&self) -> Tokens {
        self.0.bonus.into()
    }

    /// What it costs, as a decimal string.
    async fn amount(&self) -> String {
        self.0.cost.decimal()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.cost.currency().to_string()
    }
}

/// An order for tokens.
pub(crate) struct TopUpOrder(pub(crate) TopUpView);

impl From<TopUpView> for TopUpOrder {
    fn from(view: TopUpView) -> Self {
        Self(view)
    }
}

/// An order for tokens, for its user and the vendor's staff.
#[Object]
impl TopUpOrder {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.top_up.id)
    }

    /// The code by which people name it: "FT-7K3M-Q2XD".
    async fn reference(&self) -> String {
        self.0.top_up.reference.to_string()
    }

    /// Where it stands.
    async fn state(&self) -> TopUpState {
        self.0.top_up.state.into()
    }

    /// How it is paid.
    async fn method(&self) -> TopUpMethod {
        self.0.top_up.method.into()
    }

    /// How many spendable tokens.
    async fn tokens(&self) -> Tokens {
        self.0.top_up.agreed.tokens.into()
    }

    /// How many promo tokens come with them.
    async fn bonus(&self) -> Tokens {
        self.0.top_up.agreed.bonus.into()
    }

    /// What has to be paid, as a decimal string; agreed on, so it never
    /// changes.
    async fn amount(&self) -> String {
        self.0.top_up.agreed.due.decimal()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.top_up.agreed.due.currency().to_string()
    }

    /// Tokens of it that were taken back since.
    async fn reversed(&self) -> Tokens {
        self.0.top_up.reversed.into()
    }

    /// The address where it is paid by card; null if there is nothing to pay.
    /// Whoever has the address may pay.
    async fn pay_url(&self, ctx: &Context<'_>) -> Option<String> {
        let top_up = &self.0.top_up;
        let is_payable = top_up.method == Way::Card && top_up.state == State::Submitted;
        is_payable.then(|| ctx.link(Link::Pay(top_up.id)))
    }

    /// What the desk knows of it; null if it is paid by card.
    async fn desk(&self, ctx: &Context<'_>) -> Result<Option<DeskOrder>> {
        match self.0.top_up.method {
            Way::Card | Way::Voucher => Ok(None),
            _ => Ok(find(ctx, ctx.store().desk_order(ctx.actor(), self.0.top_up.id).await)?.map(DeskOrder)),
        }
    }

    /// Its numbered papers, oldest first: invoices, receipts, credit notes.
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<Document>> {
        let papers = find(ctx, ctx.store().papers(ctx.actor(), self.0.top_up.id).await)?;
        Ok(papers.unwrap_or_default().into_iter().map(Document).collect())
    }

    /// What came of what was to be bought by itself: `DONE`, or the code of
    /// the refusal; null before that, and if nothing was wished.
    async fn purchase_result(&self) -> Option<String> {
        self.0.intent_result.as_deref().map(str::to_ascii_uppercase)
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        self.0.top_up.at.into()
    }

    /// Until when it can be paid; null if that does not end.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.top_up.expires_at.map(Into::into)
    }

    /// When it came to an end; null before.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.top_up.closed_at.map(Into::into)
    }
}

/// The asker's top-ups.
pub(crate) async fn top_ups(
    ctx: &Context<'_>,
    actor: &Actor,
    asked: Asked,
) -> Result<Connection<TopUpOrder>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().top_ups(actor, window).await)?;
    Ok(Connection::of(page, |view| cursor(view.top_up.id.uuid())))
}

/// Queries about what tokens cost.
#[derive(Default)]
pub(crate) struct TopUpQuery;

#[Object]
impl TopUpQuery {
    /// What one token costs now. Everybody may ask.
    async fn token_price(&self, ctx: &Context<'_>) -> TokenPrice {
        TokenPrice(ctx.store().tariff())
    }

    /// The bundles on offer now, in the vendor's order. Everybody may ask.
    async fn token_bundles(&self, ctx: &Context<'_>) -> Result<Vec<TokenBundle>> {
        let bundles = ctx.store().bundles().await.map_err(|failed| fault(ctx, failed))?;
        Ok(bundles.into_iter().map(TokenBundle).collect())
    }
}
