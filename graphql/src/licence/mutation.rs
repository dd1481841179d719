//! Renting, extending, converting; devices; codes.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use store::licences::LicenceView;
use store::{Done, Fault};

use super::{Licence, device, read_licence};
use crate::context::{Ask, Link};
use crate::error::{UserError, payload, settle};
use crate::id::read;
use crate::order::Order;
use crate::scalars::{DateTime, Tokens};
use crate::session::begun;
use crate::software::{Release, newest_covered};
use crate::user::User;

/// What to rent.
#[derive(InputObject)]
pub(crate) struct RentInput {
    /// The global id of an offer to rent.
    offer_id: ID,
    /// The price in tokens, as you were shown it.
    expected_price: Tokens,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// How to extend a licence.
#[derive(InputObject)]
pub(crate) struct ExtendLicenceInput {
    /// The global id of a licence of yours, or the number that codes carry.
    licence_id: ID,
    /// The global id of one of its `extensions`.
    offer_id: ID,
    /// The price in tokens, as you were shown it.
    expected_price: Tokens,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// How to convert a licence.
#[derive(InputObject)]
pub(crate) struct ConvertLicenceInput {
    /// The global id of a licence of yours, or the number that codes carry.
    licence_id: ID,
    /// The global id of one of its `conversions`.
    offer_id: ID,
    /// The price in tokens, as you were shown it.
    expected_price: Tokens,
    /// Your name for this attempt, 1 to 255 visible ASCII characters. The same
    /// key with the same input has one effect and the same answer, however
    /// often it is sent.
    idempotency_key: String,
}

/// A device to make a licence active on.
#[derive(InputObject)]
pub(crate) struct ActivateDeviceInput {
    /// The global id of a licence of yours, or the number that codes carry.
    licence_id: ID,
    /// The device's public key, `k4.public.…`: the one whose proof comes with
    /// this request.
    device: String,
    /// What you call it; up to 60 characters. Nothing has to be said.
    label: Option<String>,
}

/// A device to give free.
#[derive(InputObject)]
pub(crate) struct DeactivateDeviceInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// The name of the device's key, `k4.pid.…`.
    device: String,
}

/// What is wanted of an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Want {
    /// A code alone: the program is there already.
    Code,
    /// A code and the way to the program.
    CodeAndDownload,
}

/// What to authorize.
#[derive(InputObject)]
pub(crate) struct AuthorizeInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// The name of the device's key, `k4.pid.…`.
    device: String,
    /// Whether the program is wanted too.
    want: Want,
    /// The SHA-256 of the program that is wanted, in hexadecimal, as the
    /// release's manifest lists it.
    artifact: Option<String>,
    /// The channel of `release` in the answer.
    #[graphql(default_with = "\"stable\".to_owned()")]
    channel: String,
}

/// A code to sign in by.
#[derive(InputObject)]
pub(crate) struct SignInByCodeInput {
    /// The code; case, spaces and hyphens make no difference.
    #[graphql(secret)]
    code: String,
}

/// An order of software to take back.
#[derive(InputObject)]
pub(crate) struct RefundGrantInput {
    /// The global id of an order of software.
    order_id: ID,
}

payload! {
    /// What came of renting.
    RentPayload {
        /// The licence: a new one, or the one that was added to.
        licence: Licence
    }
}

payload! {
    /// What came of extending.
    ExtendLicencePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

payload! {
    /// What came of converting.
    ConvertLicencePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

payload! {
    /// What came of activating.
    ActivateDevicePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

payload! {
    /// What came of giving a device free.
    DeactivateDevicePayload {
        /// The licence as it is now.
        licence: Licence
    }
}

payload! {
    /// What came of taking an order of software back.
    RefundGrantPayload {
        /// The order.
        order: Order
    }
}

/// The way to a program.
#[derive(SimpleObject)]
pub(crate) struct Download {
    /// The address; it holds a quarter of an hour, for parts as well.
    url: String,
    /// The size in bytes, as a decimal string.
    size: String,
    /// The SHA-256 in hexadecimal.
    sha256: String,
}

/// What came of authorizing.
#[derive(SimpleObject)]
pub(crate) struct AuthorizePayload {
    /// The code: the JSON text of a signed message with certificates.
    code: Option<String>,
    /// The way to the program; null unless it was wanted.
    download: Option<Download>,
    /// The newest published release that the licence covers, where its
    /// program was wanted: also where the one that was named is of a version
    /// that it does not cover. Null if there is none.
    release: Option<Release>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// What came of making a code to sign in by.
#[derive(SimpleObject)]
pub(crate) struct CreateClaimCodePayload {
    /// The code, for `farthing-get sign-in`; it is shown this once.
    code: Option<String>,
    /// Until when it holds.
    expires_at: Option<DateTime>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// What came of signing in by a code.
#[derive(SimpleObject)]
pub(crate) struct SignInByCodePayload {
    /// Who has signed in.
    user: Option<User>,
    /// The session's token: send it as `Authorization: Bearer …`. Keep it
    /// secret; it is shown this once.
    session_token: Option<String>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn rent(ctx: &Context<'_>, input: RentInput) -> Done<LicenceView> {
    ctx.actor().signed_in()?;
    let (offer, price) = (read(&input.offer_id)?, input.expected_price.read("expectedPrice")?);
    ctx.store().rent(ctx.actor(), offer, price, &input.idempotency_key).await
}

async fn extend(ctx: &Context<'_>, input: ExtendLicenceInput) -> Done<LicenceView> {
    ctx.actor().signed_in()?;
    let (licence, offer) = (read_licence(&input.licence_id)?, read(&input.offer_id)?);
    let price = input.expected_price.read("expectedPrice")?;
    ctx.store().extend_licence(ctx.actor(), licence, (offer, price), &input.idempotency_key).await
}

async fn convert(ctx: &Context<'_>, input: ConvertLicenceInput) -> Done<LicenceView> {
    ctx.actor().signed_in()?;
    let (licence, offer) = (read_licence(&input.licence_id)?, read(&input.offer_id)?);
    let price = input.expected_price.read("expectedPrice")?;
    ctx.store().convert_licence(ctx.actor(), licence, (offer, price), &input.idempotency_key).await
}

async fn activate(ctx: &Context<'_>, input: ActivateDeviceInput) -> Done<LicenceView> {
    ctx.actor().signed_in()?;
    let proven = device(ctx).filter(|device| device.public() == input.device);
    let licence = read_licence(&input.licence_id)?;
    ctx.store().activate_device(ctx.actor(), proven, licence, input.label.as_deref()).await
}

async fn deactivate(ctx: &Context<'_>, input: DeactivateDeviceInput) -> Done<LicenceView> {
    let licence = read_licence(&input.licence_id)?;
    ctx.store().deactivate_device(ctx.actor(), device(ctx), licence, &input.device).await
}

/// Signs a code for a device.
pub(super) async fn code(ctx: &Context<'_>, licence: &ID, kid: &str) -> Done<String> {
    let (code, _) = code_and_view(ctx, licence, kid).await?;
    Ok(code)
}

async fn code_and_view(ctx: &Context<'_>, licence: &ID, kid: &str) -> Done<(String, LicenceView)> {
    let licence = read_licence(licence)?;
    let (says, view) = ctx.store().authorization(ctx.actor(), device(ctx), licence, kid).await?;
    let signed = ctx.keys().authorize(&says);
    let code = signed.map_err(|error| {
        tracing::error!(%error, "a code could not be signed");
        Fault::unavailable("sign a code")
    })?;
    Ok((code, view))
}

/// Leave to fetch a program, for a licence that a code was given for.
async fn download(ctx: &Context<'_>, view: &LicenceView, artifact: Option<&str>) -> Done<Download> {
    let sha256 =
        artifact.ok_or(Refusal::invalid("artifact", "say which program is wanted, by its SHA-256"))?;
    let granted = ctx.store().authorize_download(view, sha256).await?;
    let url = ctx.link(Link::Granted(&granted.token));
    Ok(Download { url, size: granted.size.to_string(), sha256: granted.sha256 })
}

async fn authorize(ctx: &Context<'_>, input: AuthorizeInput) -> Result<AuthorizePayload> {
    let (done, user_errors) = settle(ctx, code_and_view(ctx, &input.licence_id, &input.device).await)?;
    let Some((code, view)) = done else {
        return Ok(AuthorizePayload { code: None, download: None, release: None, user_errors });
    };
    if input.want == Want::Code {
        return Ok(AuthorizePayload { code: Some(code), download: None, release: None, user_errors });
    }
    let release = newest_covered(ctx, view.holding.licence.listing, &input.channel, &view.covers).await?;
    let (download, user_errors) = settle(ctx, download(ctx, &view, input.artifact.as_deref()).await)?;
    let code = download.is_some().then_some(code);
    Ok(AuthorizePayload { code, download, release, user_errors })
}

async fn sign_in(ctx: &Context<'_>, input: SignInByCodeInput) -> Done<(User, String)> {
    let (row, token) = ctx.store().sign_in_by_code(&input.code).await?;
    Ok((begun(ctx, row, &token).await?, token))
}

async fn refund(ctx: &Context<'_>, input: RefundGrantInput) -> Done<store::orders::OrderView> {
    ctx.actor().signed_in()?;
    let order = read(&input.order_id)?;
    ctx.store().refund_grant(ctx.actor(), order).await?;
    let found = ctx.store().orders_by_ids(&[order]).await?.into_iter().next();
    Ok(found.ok_or(Refusal::missing("order"))?)
}

/// Mutations of licences.
#[derive(Default)]
pub(crate) struct LicenceMutation;

#[Object]
impl LicenceMutation {
    /// Rents software by an offer, or adds to what you rent already in the
    /// same way; the licence comes with the tokens' movement. Needs a
    /// signed-in user.
    async fn rent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, at which price, and a key.")] input: RentInput,
    ) -> Result<RentPayload> {
        RentPayload::of(ctx, rent(ctx, input).await)
    }

    /// Adds to a rental: before its end to the end, after it from now on.
    /// Needs the licence's owner.
    async fn extend_licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence, by which offer, at which price, and a key.")]
        input: ExtendLicenceInput,
    ) -> Result<ExtendLicencePayload> {
        ExtendLicencePayload::of(ctx, extend(ctx, input).await)
    }

    /// Turns a rental into a purchase, for its price less the rent that
    /// counts. Needs the licence's owner.
    async fn convert_licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence, by which offer, at which price, and a key.")]
        input: ConvertLicenceInput,
    ) -> Result<ConvertLicencePayload> {
        ConvertLicencePayload::of(ctx, convert(ctx, input).await)
    }

    /// Takes back what one order of software gave, and pays its buyer the
    /// unused share. Only the order's seller may, and the vendor's staff.
    async fn refund_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] input: RefundGrantInput,
    ) -> Result<RefundGrantPayload> {
        RefundGrantPayload::of(ctx, refund(ctx, input).await)
    }

    /// Makes a licence active on a device, where it stays until it is given
    /// free; again changes nothing. Needs the licence's owner, and a proof of
    /// the device's key.
    async fn activate_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence, on which device.")] input: ActivateDeviceInput,
    ) -> Result<ActivateDevicePayload> {
        ActivateDevicePayload::of(ctx, activate(ctx, input).await)
    }

    /// Gives a device free. A device may always do so itself, with its proof;
    /// the licence's owner three times in thirty days.
    async fn deactivate_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which licence, which device.")] input: DeactivateDeviceInput,
    ) -> Result<DeactivateDevicePayload> {
        DeactivateDevicePayload::of(ctx, deactivate(ctx, input).await)
    }

    /// Makes a code for a device on which a licence is active, and the way to
    /// the program if that is wanted. Needs the licence's owner, or the
    /// device's proof.
    async fn authorize(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which licence, for which device, and what is wanted.")] input: AuthorizeInput,
    ) -> Result<AuthorizePayload> {
        authorize(ctx, input).await
    }

    /// Makes a code by which a program signs in, once and within a quarter of
    /// an hour: `farthing-get sign-in CODE`. Needs a signed-in user.
    async fn create_claim_code(&self, ctx: &Context<'_>) -> Result<CreateClaimCodePayload> {
        let (done, user_errors) = settle(ctx, ctx.store().create_claim_code(ctx.actor()).await)?;
        let (code, expires_at) =
            done.map_or((None, None), |made| (Some(made.code), Some(made.expires_at.into())));
        Ok(CreateClaimCodePayload { code, expires_at, user_errors })
    }

    /// Begins a session by a code, which is used up. Whatever is wrong, the
    /// answer is the same. Anybody may try; how often is limited.
    async fn sign_in_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: SignInByCodeInput,
    ) -> Result<SignInByCodePayload> {
        let (done, user_errors) = settle(ctx, sign_in(ctx, input).await)?;
        let (user, session_token) = done.map_or((None, None), |(user, token)| (Some(user), Some(token)));
        Ok(SignInByCodePayload { user, session_token, user_errors })
    }
}
