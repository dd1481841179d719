//! Sessions: signing in and out, and the list of sign-ins.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::access::Actor;
use domain::refusal::Refusal;
use domain::user::Channel as Through;
use store::sessions::Session as Row;
use store::users::{Credentials, User as UserRow};
use store::{Done, Fault};

use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::{find, global};
use crate::listing::twin;
use crate::scalars::DateTime;
use crate::user::User;

twin! {
    /// What a session is used through.
    Channel of "Through" {
        /// The web site, by cookie.
        Site,
        /// The API, by bearer token.
        Api,
    }
}

/// A sign-in that has not ended.
pub(crate) struct Session {
    row: Row,
    is_current: bool,
}

/// The asker's sessions.
pub(crate) async fn sessions(ctx: &Context<'_>, actor: &Actor) -> Done<Vec<Session>> {
    let current = actor.signed_in()?.session;
    let rows = ctx.store().sessions(actor).await?;
    Ok(rows.into_iter().map(|row| Session { is_current: row.id == current, row }).collect())
}

/// A sign-in that has not ended.
#[Object]
impl Session {
    /// The global id, for `endSession`.
    async fn id(&self) -> ID {
        global(self.row.id)
    }

    /// What it is used through.
    async fn channel(&self) -> Channel {
        self.row.channel.into()
    }

    /// Whether it is the one that asks.
    async fn is_current(&self) -> bool {
        self.is_current
    }

    /// When it began.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// When it was last used, to the hour.
    async fn used_at(&self) -> DateTime {
        self.row.used_at.into()
    }

    /// When it ends if it is not used.
    async fn expires_at(&self) -> DateTime {
        self.row.expires_at.into()
    }
}

/// What somebody signs in with: the account key, or handle and passphrase.
#[derive(InputObject)]
pub(crate) struct SignInInput {
    /// The account key, shown once when the account was opened.
    #[graphql(secret)]
    account_key: Option<String>,
    /// The handle; goes with the passphrase.
    handle: Option<String>,
    /// The passphrase; goes with the handle.
    #[graphql(secret)]
    passphrase: Option<String>,
    /// The `deviceToken` that signing in gave before: it says that this is no
    /// new device. Only users who left a mail address are told of new ones.
    #[graphql(secret)]
    device_token: Option<String>,
}

impl SignInInput {
    fn read(self) -> Result<Credentials, Refusal> {
        match (self.account_key, self.handle, self.passphrase) {
            (Some(key), _, _) => Ok(Credentials::AccountKey(key)),
            (None, Some(handle), Some(passphrase)) => Ok(Credentials::Passphrase { handle, passphrase }),
            (None, Some(_), None) => Err(Refusal::invalid("passphrase", "a handle goes with its passphrase")),
            (None, None, _) => {
                Err(Refusal::invalid("accountKey", "give the account key, or handle and passphrase"))
            }
        }
    }
}

/// What came of signing in.
#[derive(SimpleObject)]
pub(crate) struct SignInPayload {
    /// Who has signed in.
    user: Option<User>,
    /// The session's token: send it as `Authorization: Bearer …`. Keep it
    /// secret; it is shown this once.
    session_token: Option<String>,
    /// Keep this and send it with the next sign-in, so that it is not told by
    /// mail as one from a new device; null if you are not told by mail.
    device_token: Option<String>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// The user whose session has just begun, with the cart they filled before.
pub(crate) async fn begun(ctx: &Context<'_>, row: UserRow, token: &str) -> Done<User> {
    let signed_in = ctx.store().authenticate(token).await?.ok_or(Fault::bug("find a session that began"))?;
    let actor = Actor::User(signed_in);
    if let Actor::Visitor(Some(visitor)) = ctx.actor() {
        ctx.store().join_cart(&actor, *visitor).await?;
    }
    Ok(User::signed_in(row, Some(actor)))
}

/// Who has signed in, the session's token, and the device's.
type SignedIn = (User, String, Option<String>);

async fn sign_in(ctx: &Context<'_>, mut input: SignInInput) -> Done<SignedIn> {
    let device = input.device_token.take();
    let entered = ctx.store().sign_in(ctx.actor(), input.read()?, Through::Api, device.as_deref()).await?;
    let user = begun(ctx, entered.user, &entered.session_token).await?;
    Ok((user, entered.session_token, entered.device_token))
}

/// How to sign out.
#[derive(Default, InputObject)]
pub(crate) struct SignOutInput {
    /// Whether all your other sessions end too.
    everywhere: Option<bool>,
}

/// What came of signing out.
#[derive(SimpleObject)]
pub(crate) struct SignOutPayload {
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn sign_out(ctx: &Context<'_>, input: SignOutInput) -> Done<()> {
    if input.everywhere.unwrap_or_default() {
        ctx.store().end_other_sessions(ctx.actor()).await?;
    }
    ctx.store().sign_out(ctx.actor()).await
}

/// A session to end.
#[derive(InputObject)]
pub(crate) struct EndSessionInput {
    /// The global id of one of your sessions.
    session_id: ID,
}

payload! {
    /// What came of ending a session.
    EndSessionPayload {
        /// Your sessions that have not ended.
        sessions: Vec<Session>
    }
}

payload! {
    /// What came of ending all other sessions.
    EndOtherSessionsPayload {
        /// Your sessions that have not ended.
        sessions: Vec<Session>
    }
}

async fn end_session(ctx: &Context<'_>, input: EndSessionInput) -> Done<Vec<Session>> {
    ctx.actor().signed_in()?;
    // An unknown session is as good as ended.
    if let Some(session) = find(&input.session_id) {
        ctx.store().end_session(ctx.actor(), session).await?;
    }
    sessions(ctx, ctx.actor()).await
}

/// Mutations of sessions.
#[derive(Default)]
pub(crate) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Begins a session. Whatever is wrong, the answer is the same. Anybody
    /// may try; how often is limited.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to sign in with.")] input: SignInInput,
    ) -> Result<SignInPayload> {
        let (done, user_errors) = settle(ctx, sign_in(ctx, input).await)?;
        Ok(match done {
            Some((user, token, device_token)) => {
                SignInPayload { user: Some(user), session_token: Some(token), device_token, user_errors }
            }
            None => SignInPayload { user: None, session_token: None, device_token: None, user_errors },
        })
    }

    /// Ends the session that asks. Needs a signed-in user.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to sign out.")] input: Option<SignOutInput>,
    ) -> Result<SignOutPayload> {
        let (_, user_errors) = settle(ctx, sign_out(ctx, input.unwrap_or_default()).await)?;
        Ok(SignOutPayload { user_errors })
    }

    /// Ends one of your sessions.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: EndSessionInput,
    ) -> Result<EndSessionPayload> {
        EndSessionPayload::of(ctx, end_session(ctx, input).await)
    }

    /// Ends all your sessions but the one that asks.
    async fn end_other_sessions(&self, ctx: &Context<'_>) -> Result<EndOtherSessionsPayload> {
        let done = async {
            ctx.store().end_other_sessions(ctx.actor()).await?;
            sessions(ctx, ctx.actor()).await
        };
        EndOtherSessionsPayload::of(ctx, done.await)
    }
}
