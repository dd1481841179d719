//! Letters by mail: an address that may be left, and what is not wanted.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::mail::MailKind as Kind;
use store::Done;
use store::mail::MailSettings as Settings;
use store::outbox::Mail;

use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::listing::twin;
use crate::scalars::DateTime;

twin! {
    /// A kind of letter.
    MailKind of "Kind" {
        /// The code that proves an address. It cannot be stopped.
        AddressConfirmation,
        /// The first letter to a proven address. It cannot be stopped.
        Welcome,
        /// Somebody signed in from a browser or program not seen before.
        NewDevice,
        /// A top-up was credited.
        TopUpCredited,
        /// An invoice.
        Invoice,
        /// An invoice was not paid in time.
        Overdue,
        /// Somebody gave you tokens.
        GiftReceived,
        /// Somebody bought from you.
        Sold,
        /// You bought something that is handed over later.
        Bought,
        /// What you bought is there.
        Delivered,
        /// The tokens of a sale are yours.
        Released,
        /// The seller called an order off.
        Cancelled,
        /// What became of tokens that you want money for.
        Redemption,
        /// An order for tokens ended, since nobody agreed to it or paid it.
        OrderExpired,
        /// A credit note.
        CreditNote,
    }
}

/// Where a user gets letters, and which.
#[derive(SimpleObject)]
pub(crate) struct MailSettings {
    /// Whether this market sends letters at all.
    is_sent: bool,
    /// The address; null if none was left. Nobody else sees it.
    address: Option<String>,
    /// Whether the address was proven. Nothing but the code is sent before.
    is_confirmed: bool,
    /// When the address was left.
    left_at: Option<DateTime>,
    /// The kinds that are not wanted.
    stopped: Vec<MailKind>,
}

impl From<Settings> for MailSettings {
    fn from(settings: Settings) -> Self {
        let address = settings.address.as_ref();
        Self {
            is_sent: settings.mail == Mail::On,
            address: address.map(|left| left.address.reveal().to_owned()),
            is_confirmed: address.is_some_and(|left| left.confirmed_at.is_some()),
            left_at: address.map(|left| left.left_at.into()),
            stopped: settings.stopped.into_iter().map(Into::into).collect(),
        }
    }
}

/// An address to leave.
#[derive(InputObject)]
pub(crate) struct LeaveMailAddressInput {
    /// The address, such as `wren@example.org`.
    #[graphql(secret)]
    address: String,
}

/// The code that was sent.
#[derive(InputObject)]
pub(crate) struct ConfirmMailAddressInput {
    /// The code in the letter; case, hyphens and spaces make no difference.
    #[graphql(secret)]
    code: String,
    /// The `deviceToken` that this program was given before, if it was.
    #[graphql(secret)]
    device_token: Option<String>,
}

/// What is not wanted.
#[derive(InputObject)]
pub(crate) struct ChooseMailInput {
    /// The kinds that are not wanted; all others are.
    stopped: Vec<MailKind>,
}

/// A link of a letter.
#[derive(InputObject)]
pub(crate) struct StopMailInput {
    /// The token at the end of the link that stops letters of a kind.
    #[graphql(secret)]
    token: String,
}

payload! {
    /// What came of leaving an address.
    LeaveMailAddressPayload {
        /// Your letters, as they are now.
        mail: MailSettings
    }
}

payload! {
    /// What came of taking an address away.
    RemoveMailAddressPayload {
        /// Your letters, as they are now.
        mail: MailSettings
    }
}

payload! {
    /// What came of choosing letters.
    ChooseMailPayload {
        /// Your letters, as they are now.
        mail: MailSettings
    }
}

payload! {
    /// What came of stopping letters.
    StopMailPayload {
        /// The kind that is not sent any more.
        kind: MailKind
    }
}

/// What came of proving an address.
#[derive(SimpleObject)]
pub(crate) struct ConfirmMailAddressPayload {
    /// Your letters, as they are now.
    mail: Option<MailSettings>,
    /// Keep this and send it with the next sign-in, so that it is not told by
    /// mail as one from a new device.
    device_token: Option<String>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn confirm(ctx: &Context<'_>, input: ConfirmMailAddressInput) -> Done<(Settings, String)> {
    ctx.store().confirm_mail_address(ctx.actor(), &input.code, input.device_token.as_deref()).await
}

async fn choose(ctx: &Context<'_>, input: ChooseMailInput) -> Done<Settings> {
    let stopped: Vec<Kind> = input.stopped.into_iter().map(Into::into).collect();
    ctx.store().choose_mail(ctx.actor(), &stopped).await
}

/// Mutations of letters.
#[derive(Default)]
pub(crate) struct MailMutation;

#[Object]
impl MailMutation {
    /// Leaves a mail address in place of the one before. A code that proves it
    /// is sent there, at most five a day; nothing else is before.
    async fn leave_mail_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: LeaveMailAddressInput,
    ) -> Result<LeaveMailAddressPayload> {
        let done = ctx.store().leave_mail_address(ctx.actor(), &input.address).await;
        LeaveMailAddressPayload::of(ctx, done)
    }

    /// Proves your address by the code that was sent there.
    async fn confirm_mail_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ConfirmMailAddressInput,
    ) -> Result<ConfirmMailAddressPayload> {
        let (done, user_errors) = settle(ctx, confirm(ctx, input).await)?;
        let (mail, device_token) = done.unzip();
        Ok(ConfirmMailAddressPayload { mail: mail.map(Into::into), device_token, user_errors })
    }

    /// Takes your address away, with all that is kept for letters.
    async fn remove_mail_address(&self, ctx: &Context<'_>) -> Result<RemoveMailAddressPayload> {
        RemoveMailAddressPayload::of(ctx, ctx.store().remove_mail_address(ctx.actor()).await)
    }

    /// Sets which kinds of letters you do not want.
    async fn choose_mail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is not wanted.")] input: ChooseMailInput,
    ) -> Result<ChooseMailPayload> {
        ChooseMailPayload::of(ctx, choose(ctx, input).await)
    }

    /// Stops letters of a kind by the link in one of them. Whoever has the
    /// letter may.
    async fn stop_mail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token.")] input: StopMailInput,
    ) -> Result<StopMailPayload> {
        StopMailPayload::of(ctx, ctx.store().stop_mail(ctx.actor(), &input.token).await)
    }
}
