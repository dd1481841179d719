//! Redemptions: earned tokens back into money.

mod mutation;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::access::Actor;
use domain::redemption::{RedemptionState as State, RedemptionTerms as Terms};
use store::redemptions::RedemptionView;

use crate::context::Ask;
use crate::error::{answer, refused};
use crate::id::global;
use crate::listing::twin;
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

pub(crate) use mutation::RedemptionMutation;

twin! {
    /// Where a redemption stands.
    RedemptionState of "State" {
        /// Asked for; the vendor's staff has to agree.
        Asked,
        /// Agreed to; the bank has to be told.
        Approved,
        /// The bank was told.
        Sent,
        /// The money is there, and the tokens are gone.
        Paid,
        /// The money could not be paid; the tokens are back.
        Failed,
        /// The vendor declined; the tokens are back.
        Rejected,
        /// The user thought better of it; the tokens are back.
        Cancelled,
    }
}

/// Under which terms earned tokens become money again.
pub(crate) struct RedemptionTerms(pub(crate) Terms);

/// Under which terms earned tokens become money again.
#[Object]
impl RedemptionTerms {
    /// How many days old income has to be.
    async fn maturity_days(&self) -> u32 {
        self.0.maturity.get() / 86_400
    }

    /// The fewest tokens of one redemption.
    async fn minimum(&self) -> Tokens {
        self.0.minimum.into()
    }

    /// What is paid for one token, as a decimal string.
    async fn price(&self) -> String {
        self.0.price.to_string()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.currency.to_string()
    }
}

/// Earned tokens on their way back into money.
pub(crate) struct TokenRedemption(pub(crate) RedemptionView);

impl From<RedemptionView> for TokenRedemption {
    fn from(view: RedemptionView) -> Self {
        Self(view)
    }
}

/// Earned tokens on their way back into money, for their user and the
/// vendor's staff.
#[Object]
impl TokenRedemption {
    /// The global id.
    async fn id(&self) -> ID {
        global(self.0.redemption.id)
    }

    /// Whose tokens they are.
    async fn user(&self) -> User {
        User::named(self.0.redemption.user, &self.0.handle)
    }

    /// Where it stands.
    async fn state(&self) -> RedemptionState {
        self.0.redemption.state.into()
    }

    /// How many tokens.
    async fn tokens(&self) -> Tokens {
        self.0.redemption.tokens.into()
    }

    /// What is paid for them, as a decimal string.
    async fn amount(&self) -> String {
        self.0.redemption.money.decimal()
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self) -> String {
        self.0.redemption.money.currency().to_string()
    }

    /// Where to pay, as the user wrote it; null once that was erased.
    async fn pay_to(&self) -> Option<&str> {
        self.0.payee.as_deref()
    }

    /// How many of the staff have to agree.
    async fn approvals_needed(&self) -> u32 {
        self.0.redemption.needs.into()
    }

    /// How many have agreed.
    async fn approvals(&self) -> usize {
        self.0.redemption.approvals.len()
    }

    /// What the bank calls the payment; null before it was paid.
    async fn bank_reference(&self) -> Option<&str> {
        self.0.redemption.bank_reference.as_ref().map(|name| name.as_str())
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        self.0.redemption.at.into()
    }

    /// When it ended; null before.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(Into::into)
    }

    /// What was done about it, oldest first; for the staff.
    async fn history(&self, ctx: &Context<'_>) -> Result<Option<Vec<RedemptionEvent>>> {
        let events = answer(ctx, ctx.store().redemption_events(ctx.actor(), self.0.redemption.id).await)?;
        let event = |event: store::redemptions::RedemptionEvent| RedemptionEvent {
            state: event.state.into(),
            by: event.by_handle,
            at: event.at.into(),
            note: event.note,
        };
        Ok(Some(events.into_iter().map(event).collect()))
    }
}

/// A line of a redemption's history.
#[derive(SimpleObject)]
pub(crate) struct RedemptionEvent {
    /// How it stood then.
    state: RedemptionState,
    /// The handle of who did it; null for the program itself.
    by: Option<String>,
    /// When.
    at: DateTime,
    /// Why, if that was said.
    note: String,
}

/// The asker's redemptions.
pub(crate) async fn own_redemptions(
    ctx: &Context<'_>,
    actor: &Actor,
    asked: Asked,
) -> Result<Connection<TokenRedemption>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().own_redemptions(actor, window).await)?;
    Ok(Connection::of(page, |view| cursor(view.redemption.id.uuid())))
}

/// Everybody's redemptions, for the staff.
pub(crate) async fn all_redemptions(
    ctx: &Context<'_>,
    state: Option<RedemptionState>,
    asked: Asked,
) -> Result<Connection<TokenRedemption>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().redemptions(ctx.actor(), state.map(Into::into), window).await)?;
    Ok(Connection::of(page, |view| cursor(view.redemption.id.uuid())))
}
