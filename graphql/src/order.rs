//! Orders: what one buyer bought from one seller in one checkout.

mod mutation;

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::access::Actor;
use domain::order::{OrderLine as LineRow, OrderState as State};
use store::orders::{Entry, OrderView, Side};

use crate::context::Ask;
use crate::error::{answer, fault, refused};
use crate::id::global;
use crate::listing::{Listing, ListingKind, twin};
use crate::loaders::Rows;
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};
use crate::user::User;
use crate::wallet::TransferKind;

pub(crate) use mutation::OrderMutation;

twin! {
    /// Where an order stands.
    OrderState of "State" {
        /// Paid; tokens are held until the buyer confirms or the time is over.
        Held,
        /// Done: the seller has the tokens.
        Released,
        /// Called off by the seller: the buyer has the held tokens back.
        Cancelled,
    }
}

/// An order, for its buyer and its seller only.
pub(crate) struct Order(pub(crate) OrderView);

impl From<OrderView> for Order {
    fn from(view: OrderView) -> Self {
        Self(view)
    }
}

/// One side of the asker's orders.
pub(crate) async fn orders(
    ctx: &Context<'_>,
    actor: &Actor,
    side: Side,
    asked: Asked,
) -> Result<Connection<Order>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().orders(actor, side, window).await)?;
    Ok(Connection::of(page, |view| cursor(view.order.id.uuid())))
}

/// What one buyer bought from one seller in one checkout. Its buyer and its
/// seller see it, nobody else.
#[Object]
impl Order {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.order.id)
    }

    /// Where it stands.
    async fn state(&self) -> OrderState {
        self.0.order.state.into()
    }

    /// Who bought.
    async fn buyer(&self) -> User {
        User::named(self.0.order.buyer, &self.0.buyer_handle)
    }

    /// Who sold.
    async fn seller(&self) -> User {
        User::named(self.0.order.seller, &self.0.seller_handle)
    }

    /// What was bought; at most 50.
    async fn lines(&self) -> Vec<OrderLine> {
        self.0.order.lines.iter().cloned().map(OrderLine).collect()
    }

    /// What the buyer paid, in tokens.
    async fn total(&self) -> Tokens {
        self.0.order.money.total.into()
    }

    /// The vendor's cut of it in tokens, frozen when it was bought. It falls
    /// due when tokens are released.
    async fn fee(&self) -> Tokens {
        self.0.order.money.fee.into()
    }

    /// What the seller gets, or would get, in tokens.
    async fn income(&self) -> Tokens {
        self.0.income().into()
    }

    /// Tokens that are held now.
    async fn held(&self) -> Tokens {
        self.0.held().into()
    }

    /// When held tokens go to the seller by themselves; null if none are held.
    async fn release_at(&self) -> Option<DateTime> {
        (self.0.order.state == State::Held).then(|| self.0.order.money.release_at.into())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.order.at.into()
    }

    /// When it was released or called off; null before.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(Into::into)
    }

    /// Its transactions in the vendor's sealed chain, oldest first: what you
    /// need to prove that it is there.
    async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<LedgerEntry>> {
        let entries = ctx.store().entries(self.0.order.id.uuid()).await;
        Ok(entries.map_err(|failed| fault(ctx, failed))?.into_iter().map(LedgerEntry::from).collect())
    }
}

/// A transaction in the vendor's sealed chain.
#[derive(SimpleObject)]
pub(crate) struct LedgerEntry {
    /// Its number in the chain, as a decimal string, since it may exceed an
    /// `Int`.
    sequence: String,
    /// What happened.
    kind: TransferKind,
    /// When.
    at: DateTime,
    /// Its seal: BLAKE3 over the transaction and the seal before it, in
    /// hexadecimal digits.
    seal: String,
}

impl From<Entry> for LedgerEntry {
    fn from(entry: Entry) -> Self {
        let seal = entry.seal.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { sequence: entry.sequence.to_string(), kind: entry.kind.into(), at: entry.at.into(), seal }
    }
}

/// One listing in an order.
pub(crate) struct OrderLine(LineRow);

/// One listing in an order, as it was when it was bought.
#[Object]
impl OrderLine {
    /// The listing as it is now.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let rows = ctx.data_unchecked::<DataLoader<Rows>>();
        let row = rows.load_one(self.0.listing).await.map_err(|failed| fault(ctx, failed))?;
        Ok(row.map(|row| Listing((*row).clone())))
    }

    /// What it was called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What sort of thing.
    async fn kind(&self) -> ListingKind {
        self.0.kind.into()
    }

    /// How many pieces.
    async fn quantity(&self) -> u32 {
        self.0.quantity
    }

    /// The price of one, in tokens.
    async fn unit_price(&self) -> Tokens {
        self.0.unit_price.into()
    }

    /// Price times quantity, in tokens.
    async fn total(&self) -> Tokens {
        self.0.total.into()
    }

    /// The vendor's cut of the total, in tokens.
    async fn fee(&self) -> Tokens {
        self.0.fee.into()
    }

    /// Why the fee of one unit is what it is.
    async fn fee_explanation(&self) -> &str {
        &self.0.fee_explanation
    }
}
