//! Gifts: to a user, or behind a claim link.

mod mutation;

use async_graphql::{Context, ID, Object, Result};
use domain::access::Actor;
use domain::gift::GiftState as State;
use store::gifts::GiftView;

use crate::context::{Ask, Link};
use crate::error::{answer, find, refused};
use crate::id::global;
use crate::listing::twin;
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

pub(crate) use mutation::GiftMutation;

twin! {
    /// Where a gift stands.
    GiftState of "State" {
        /// Given to a user at once.
        Given,
        /// Behind a link that nobody has claimed.
        Pending,
        /// Claimed by whoever is the recipient now.
        Claimed,
        /// Taken back by the giver.
        Cancelled,
        /// Gone back to the giver because nobody claimed it.
        Expired,
    }
}

/// A gift, for its giver and its recipient, and whoever has the code.
pub(crate) struct Gift {
    view: GiftView,
    /// The code, right after the link was made.
    code: Option<String>,
}

impl From<GiftView> for Gift {
    fn from(view: GiftView) -> Self {
        Self { view, code: None }
    }
}

impl From<(GiftView, String)> for Gift {
    fn from((view, code): (GiftView, String)) -> Self {
        Self { view, code: Some(code) }
    }
}

/// The asker's gifts.
pub(crate) async fn gifts(ctx: &Context<'_>, actor: &Actor, asked: Asked) -> Result<Connection<Gift>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().gifts(actor, window).await)?;
    Ok(Connection::of(page, |view| cursor(view.gift.id.uuid())))
}

/// Tokens given to a user, or put behind a claim link. Its giver and its
/// recipient see it, and whoever has the code.
#[Object]
impl Gift {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.view.gift.id)
    }

    /// Where it stands.
    async fn state(&self) -> GiftState {
        self.view.gift.state.into()
    }

    /// How much, in tokens.
    async fn amount(&self) -> Tokens {
        self.view.amount().into()
    }

    /// What the giver wrote; may be empty.
    async fn message(&self) -> &str {
        self.view.gift.message.as_str()
    }

    /// Who gives.
    async fn giver(&self) -> User {
        User::named(self.view.gift.giver, &self.view.giver_handle)
    }

    /// Who has it; null while it is pending, and for everybody but giver and
    /// recipient.
    async fn recipient(&self, ctx: &Context<'_>) -> Option<User> {
        let gift = &self.view.gift;
        let asker = ctx.actor().user_id();
        let is_theirs = asker == Some(gift.giver) || (asker.is_some() && asker == gift.recipient);
        let (id, handle) = gift.recipient.zip(self.view.recipient_handle.as_deref())?;
        is_theirs.then(|| User::named(id, handle))
    }

    /// The code that claims it: whoever has it, has the tokens. Only in the
    /// answer to `createGiftLink`; it is not stored.
    async fn claim_code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The address of the page that claims it. Only in the answer to
    /// `createGiftLink`.
    async fn claim_url(&self, ctx: &Context<'_>) -> Option<String> {
        self.code.as_deref().map(|code| ctx.link(Link::Claim(code)))
    }

    /// When it was given.
    async fn created_at(&self) -> DateTime {
        self.view.gift.at.into()
    }

    /// When it goes back if nobody claims it; null for a gift to a user.
    async fn expires_at(&self) -> Option<DateTime> {
        self.view.gift.expires_at.map(Into::into)
    }

    /// When it was claimed, taken back or ran out; null before.
    async fn closed_at(&self) -> Option<DateTime> {
        self.view.closed_at.map(Into::into)
    }
}

/// Queries about gifts.
#[derive(Default)]
pub(crate) struct GiftQuery;

#[Object]
impl GiftQuery {
    /// What lies behind a claim code; null if there is no such gift. Whoever
    /// has the code may look; how often is limited.
    async fn gift_behind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code; case, spaces and hyphens make no difference.", secret)]
        claim_code: String,
    ) -> Result<Option<Gift>> {
        Ok(find(ctx, ctx.store().gift_behind(&claim_code).await)?.map(Gift::from))
    }
}
