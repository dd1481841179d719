//! Accounts that the staff opens for somebody, and what was left with it.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::customer::Customer as Left;
use domain::id::UserId;
use domain::user::Channel;
use store::customers::NewCustomer;
use store::{Done, Fault};

use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::read;
use crate::scalars::DateTime;
use crate::session::begun;
use crate::user::User;

/// What a user left with the vendor's staff by phone, fax or letter. Erased
/// when asked.
#[derive(SimpleObject)]
pub(crate) struct Customer {
    /// What the user is called; null if not left.
    name: Option<String>,
    /// Where letters reach the user; null if not left.
    address: Option<String>,
    /// Where the user can be called; null if not left.
    phone: Option<String>,
}

impl From<Left> for Customer {
    fn from(left: Left) -> Self {
        Self {
            name: left.name.map(|text| text.into_string()),
            address: left.address.map(|text| text.into_string()),
            phone: left.phone.map(|text| text.into_string()),
        }
    }
}

/// What somebody told the staff; all of it may be left out.
#[derive(InputObject)]
pub(crate) struct OpenAccountForInput {
    /// A handle of 3 to 30 small letters, digits and hyphens; a random one if
    /// it is left out.
    handle: Option<String>,
    /// What the user is called; up to 120 characters.
    name: Option<String>,
    /// Where letters reach the user; up to 400 characters.
    address: Option<String>,
    /// Where the user can be called; up to 40 characters.
    phone: Option<String>,
}

/// What came of opening an account for somebody.
#[derive(SimpleObject)]
pub(crate) struct OpenAccountForPayload {
    /// The new user.
    user: Option<User>,
    /// The code with which the user takes the account over. It is shown this
    /// once, and works once.
    claim_code: Option<String>,
    /// Until when the code works.
    expires_at: Option<DateTime>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// A code that the vendor's staff handed over.
#[derive(InputObject)]
pub(crate) struct TakeOverAccountInput {
    /// The code; case, spaces and hyphens make no difference.
    #[graphql(secret)]
    code: String,
    /// A passphrase of 10 to 200 characters, to sign in with beside the
    /// account key.
    #[graphql(secret)]
    passphrase: Option<String>,
}

/// What came of taking an account over.
#[derive(SimpleObject)]
pub(crate) struct TakeOverAccountPayload {
    /// The user.
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

/// Whose personal data is to be erased.
#[derive(InputObject)]
pub(crate) struct EraseCustomerInput {
    /// The user's global id; you if left out.
    user_id: Option<ID>,
}

payload! {
    /// What came of erasing what was left with the staff.
    EraseCustomerPayload {
        /// The user, whose account and books stay.
        user: User
    }
}

async fn take_over(ctx: &Context<'_>, input: TakeOverAccountInput) -> Done<(User, String, String)> {
    let passphrase = input.passphrase.unwrap_or_default();
    let taken = ctx.store().take_over_account(ctx.actor(), &input.code, &passphrase, Channel::Api).await?;
    let token = taken.session_token.ok_or(Fault::bug("begin a session"))?;
    Ok((begun(ctx, taken.user, &token).await?, taken.account_key, token))
}

async fn erase(ctx: &Context<'_>, input: EraseCustomerInput) -> Done<User> {
    let me = ctx.actor().signed_in()?.id;
    let id: UserId = input.user_id.as_ref().map(read).transpose()?.unwrap_or(me);
    ctx.store().erase_customer(ctx.actor(), id).await?;
    let user = ctx.store().user(id).await?;
    Ok(user.ok_or(domain::refusal::Refusal::missing("user"))?.into())
}

/// Mutations of accounts that the staff opens.
#[derive(Default)]
pub(crate) struct CustomerMutation;

#[Object]
impl CustomerMutation {
    /// Opens an account for somebody who phones, faxes or writes, with the
    /// personal data that they chose to leave, if any. For the vendor's staff.
    async fn open_account_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All of it optional.")] input: OpenAccountForInput,
    ) -> Result<OpenAccountForPayload> {
        let OpenAccountForInput { handle, name, address, phone } = input;
        let text = Option::unwrap_or_default;
        let new = NewCustomer { handle, name: text(name), address: text(address), phone: text(phone) };
        let (done, user_errors) = settle(ctx, ctx.store().open_account_for(ctx.actor(), new).await)?;
        Ok(match done {
            Some(opened) => OpenAccountForPayload {
                user: Some(opened.user.into()),
                claim_code: Some(opened.claim_code),
                expires_at: Some(opened.expires_at.into()),
                user_errors,
            },
            None => OpenAccountForPayload { user: None, claim_code: None, expires_at: None, user_errors },
        })
    }

    /// Takes over an account that the vendor's staff opened, with the code
    /// that was handed over. Anybody who has it may, once; how often one may
    /// try is limited.
    async fn take_over_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and a passphrase if you like.")] input: TakeOverAccountInput,
    ) -> Result<TakeOverAccountPayload> {
        let (done, user_errors) = settle(ctx, take_over(ctx, input).await)?;
        Ok(match done {
            Some((user, key, token)) => TakeOverAccountPayload {
                user: Some(user),
                account_key: Some(key),
                session_token: Some(token),
                user_errors,
            },
            None => {
                TakeOverAccountPayload { user: None, account_key: None, session_token: None, user_errors }
            }
        })
    }

    /// Erases what a user left with the staff: name, address, telephone. For
    /// the user, and for the vendor's staff.
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: EraseCustomerInput,
    ) -> Result<EraseCustomerPayload> {
        EraseCustomerPayload::of(ctx, erase(ctx, input).await)
    }
}
