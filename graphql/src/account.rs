//! Accounts: opening one, and what users say of themselves.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use domain::user::Channel;
use store::users::{NewAccount, User as Row};
use store::{Done, Fault};

use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::session::begun;
use crate::user::User;

/// What a new account is asked for: nothing is needed.
#[derive(InputObject)]
pub(crate) struct OpenAccountInput {
    /// A handle of 3 to 30 small letters, digits and hyphens; a random one if
    /// it is left out.
    handle: Option<String>,
    /// A passphrase of 10 to 200 characters, to sign in with beside the
    /// account key.
    #[graphql(secret)]
    passphrase: Option<String>,
    /// The one-time token that makes a member of the vendor's staff.
    #[graphql(secret)]
    invitation: Option<String>,
}

/// What came of opening an account.
#[derive(SimpleObject)]
pub(crate) struct OpenAccountPayload {
    /// The new user.
    user: Option<User>,
    /// The secret to sign in with. It is shown this once and cannot be
    /// recovered: keep it.
    account_key: Option<String>,
    /// The token of the session that began: send it as
    /// `Authorization: Bearer …`.
    session_token: Option<String>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn open(ctx: &Context<'_>, input: OpenAccountInput) -> Done<(User, String, String)> {
    let OpenAccountInput { handle, passphrase, invitation } = input;
    let new = NewAccount { handle, passphrase, invitation };
    let opened = ctx.store().open_account(ctx.actor(), new, Some(Channel::Api)).await?;
    let token = opened.session_token.ok_or(Fault::bug("begin a session"))?;
    Ok((begun(ctx, opened.user, &token).await?, opened.account_key, token))
}

/// Another handle.
#[derive(InputObject)]
pub(crate) struct ChangeHandleInput {
    /// 3 to 30 small letters, digits and hyphens.
    handle: String,
}

/// What you say of yourself. What is left out stays; null or an empty text
/// erases.
#[derive(InputObject)]
pub(crate) struct ReviseProfileInput {
    /// What you want to be called; up to 60 characters.
    display_name: MaybeUndefined<String>,
    /// What you tell about yourself; up to 2,000 characters.
    about: MaybeUndefined<String>,
}

/// A passphrase to sign in with.
#[derive(InputObject)]
pub(crate) struct SetPassphraseInput {
    /// 10 to 200 characters of any kind.
    #[graphql(secret)]
    passphrase: String,
}

payload! {
    /// What came of changing a handle.
    ChangeHandlePayload {
        /// You, as you are now.
        user: User
    }
}

payload! {
    /// What came of revising a profile.
    ReviseProfilePayload {
        /// You, as you are now.
        user: User
    }
}

payload! {
    /// What came of setting a passphrase.
    SetPassphrasePayload {
        /// You, as you are now.
        user: User
    }
}

fn text(asked: MaybeUndefined<String>, now: Option<String>) -> String {
    match asked {
        MaybeUndefined::Undefined => now.unwrap_or_default(),
        MaybeUndefined::Null => String::new(),
        MaybeUndefined::Value(text) => text,
    }
}

async fn revise(ctx: &Context<'_>, input: ReviseProfileInput) -> Done<Row> {
    let id = ctx.actor().signed_in()?.id;
    let now = ctx.store().user(id).await?.ok_or(Fault::corrupt("find one's own account"))?;
    let (name, about) = (text(input.display_name, now.display_name), text(input.about, now.about));
    ctx.store().revise_profile(ctx.actor(), &name, &about).await
}

/// Mutations of accounts.
#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Opens an account with its welcome tokens and begins a session. Nothing
    /// about you is asked for. Anybody may; how often is limited.
    async fn open_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All of it optional.")] input: OpenAccountInput,
    ) -> Result<OpenAccountPayload> {
        let (done, user_errors) = settle(ctx, open(ctx, input).await)?;
        Ok(match done {
            Some((user, key, token)) => OpenAccountPayload {
                user: Some(user),
                account_key: Some(key),
                session_token: Some(token),
                user_errors,
            },
            None => OpenAccountPayload { user: None, account_key: None, session_token: None, user_errors },
        })
    }

    /// Changes your handle. Links to the old one end.
    async fn change_handle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new handle.")] input: ChangeHandleInput,
    ) -> Result<ChangeHandlePayload> {
        ChangeHandlePayload::of(ctx, ctx.store().change_handle(ctx.actor(), &input.handle).await)
    }

    /// Sets what you say of yourself. Everybody can read it; nothing is needed.
    async fn revise_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ReviseProfileInput,
    ) -> Result<ReviseProfilePayload> {
        ReviseProfilePayload::of(ctx, revise(ctx, input).await)
    }

    /// Sets a passphrase to sign in with beside the account key, and ends all
    /// your other sessions.
    async fn set_passphrase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new passphrase.")] input: SetPassphraseInput,
    ) -> Result<SetPassphrasePayload> {
        SetPassphrasePayload::of(ctx, ctx.store().set_passphrase(ctx.actor(), &input.passphrase).await)
    }
}
