//! Wallets: what a user holds, and every movement.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::access::Actor;
use domain::id::{GiftId, OrderId, UserId};
use domain::ledger::account::AccountKind;
use domain::ledger::transfer::{Subject, TransactionKind};
use store::wallet::{Direction, Movement, Wallet as Row};

use crate::context::Ask;
use crate::error::{answer, fault, refused};
use crate::id::global;
use crate::listing::twin;
use crate::paging::{Asked, Connection, place_cursor, read_place};
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

twin! {
    /// What happened in a transfer.
    TransferKind of "TransactionKind" {
        /// A new account got its welcome tokens.
        Welcome,
        /// The vendor granted tokens.
        Grant,
        /// A purchase was paid.
        Purchase,
        /// Held tokens went to the seller, the cut to the vendor.
        Release,
        /// Held tokens went back to the buyer.
        Void,
        /// A user gave tokens to another.
        Gift,
        /// A user put tokens behind a claim link.
        GiftLink,
        /// Somebody claimed a gift.
        GiftClaim,
        /// A gift was taken back or expired.
        GiftReturn,
        /// A top-up was credited.
        TopUp,
        /// Tokens were taken back, since their money goes back.
        Refund,
        /// The money did not go back after all.
        RefundUndone,
        /// Kept back while a card payment is disputed, or free again.
        DisputeHold,
        /// The bank reversed a card payment.
        ChargedBack,
        /// A dispute ended well: the tokens are given again.
        DisputeEnded,
        /// Promo tokens whose time is over.
        PromoExpiry,
        /// Tokens of an invoice that was never paid were taken back.
        WrittenOff,
        /// What is unused of a licence was paid back.
        LicenceRefund,
        /// Vouchers were printed; this moves nothing.
        VouchersIssued,
        /// A voucher became tokens.
        VoucherRedeemed,
        /// An unused voucher was taken back; this moves nothing.
        VoucherWithdrawn,
        /// Earned tokens on their way out, for money.
        RedemptionAsked,
        /// The vendor agreed to a redemption; this moves nothing.
        RedemptionAgreed,
        /// The bank was told of a redemption; this moves nothing.
        RedemptionSent,
        /// A redemption was paid.
        RedemptionPaid,
        /// A redemption came to nothing: the tokens are back.
        RedemptionReturned,
    }
}

twin! {
    /// Which way a transfer went.
    TransferDirection of "Direction" {
        /// Into the wallet.
        In,
        /// Out of the wallet.
        Out,
    }
}

/// Which part of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Bucket {
    /// Bought, granted or given: to spend and to give.
    Spendable,
    /// Income from sales: to spend and to give.
    Earned,
    /// To try the market: to spend only.
    Promo,
}

/// A user's wallet.
pub(crate) struct Wallet {
    row: Row,
    actor: Actor,
}

impl Wallet {
    /// A wallet that was read, of the user that `actor` is.
    pub(crate) const fn of(row: Row, actor: Actor) -> Self {
        Self { row, actor }
    }

    /// What `user` holds, asked for as `actor`, who is that user.
    pub(crate) async fn load(ctx: &Context<'_>, user: UserId, actor: Actor) -> Result<Self> {
        let row = ctx.store().wallet(user).await.map_err(|failed| fault(ctx, failed))?;
        Ok(Self { row, actor })
    }
}

/// What a user holds. Only the user sees it.
#[Object]
impl Wallet {
    /// Spendable, earned and promo less debt, in tokens.
    async fn balance(&self) -> Tokens {
        self.row.balance().into()
    }

    /// Tokens that were bought, granted or given: to spend and to give.
    async fn spendable(&self) -> Tokens {
        self.row.spendable.into()
    }

    /// Tokens from sales: to spend and to give.
    async fn earned(&self) -> Tokens {
        self.row.earned.into()
    }

    /// Tokens to try the market with: to spend, not to give.
    async fn promo(&self) -> Tokens {
        self.row.promo.into()
    }

    /// Tokens owed to the vendor.
    async fn debt(&self) -> Tokens {
        self.row.debt.into()
    }

    /// Tokens held for this user as a seller, until buyers confirm; not part
    /// of the balance.
    async fn held(&self) -> Tokens {
        self.row.held.into()
    }

    /// Tokens that a gift can use: spendable and earned.
    async fn to_give(&self) -> Tokens {
        self.row.to_give().into()
    }

    /// What the balance is worth in the vendor's currency, about: "1.20 USD".
    async fn worth(&self, ctx: &Context<'_>) -> String {
        ctx.store().tariff().worth(self.row.balance())
    }

    /// Every movement, newest first, each with the balance after it. What is
    /// held for a seller counts once it is released.
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Transfer>> {
        let asked = Asked { first, after, last, before };
        let window = asked.window_by(read_place).map_err(|refusal| refused(&refusal))?;
        let page = answer(ctx, ctx.store().statement(&self.actor, window).await)?;
        Ok(Connection::of(page, |movement| place_cursor(movement.place)))
    }
}

/// One movement in a wallet.
pub(crate) struct Transfer(Movement);

impl From<Movement> for Transfer {
    fn from(movement: Movement) -> Self {
        Self(movement)
    }
}

/// One movement in a wallet; never changed, never deleted.
#[Object]
impl Transfer {
    /// The number of its transaction in the vendor's sealed chain, as a
    /// decimal string, since it may exceed an `Int`.
    async fn sequence(&self) -> String {
        self.0.place.sequence.to_string()
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// What happened.
    async fn kind(&self) -> TransferKind {
        self.0.kind.into()
    }

    /// Which way.
    async fn direction(&self) -> TransferDirection {
        self.0.direction.into()
    }

    /// How much, in tokens; never negative.
    async fn amount(&self) -> Tokens {
        self.0.amount.into()
    }

    /// The part of the wallet that it went into or out of.
    async fn bucket(&self) -> Option<Bucket> {
        match self.0.bucket {
            AccountKind::Spendable => Some(Bucket::Spendable),
            AccountKind::Earned => Some(Bucket::Earned),
            AccountKind::Promo => Some(Bucket::Promo),
            _ => None,
        }
    }

    /// The user on the other side; null for the vendor and for gift links.
    async fn other(&self) -> Option<User> {
        let handle = self.0.other_handle.as_deref()?;
        Some(User::named(UserId::new(self.0.other.owner), handle))
    }

    /// The global id of the order it belongs to; null if to none.
    async fn order_id(&self) -> Option<ID> {
        (self.0.kind.subject() == Subject::Order).then(|| global(OrderId::new(self.0.reference)))
    }

    /// The global id of the gift it belongs to; null if to none.
    async fn gift_id(&self) -> Option<ID> {
        (self.0.kind.subject() == Subject::Gift).then(|| global(GiftId::new(self.0.reference)))
    }

    /// The vendor's reason, for a grant; null otherwise.
    async fn reason(&self) -> Option<&str> {
        (self.0.kind == TransactionKind::Grant).then_some(self.0.detail.as_str())
    }

    /// The balance in tokens right after it.
    async fn balance_after(&self) -> Tokens {
        self.0.balance_after.into()
    }
}
