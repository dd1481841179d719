//! Licences: software that somebody bought or rented.
//!
//! Who speaks for a licence is its owner, signed in, or a device on which it
//! is active. A device has no session: it proves itself by its key. It sends
//! two headers along with a JSON body: `Farthing-Device`, its public key as
//! PASERK (`k4.public.…`), and `Farthing-Proof`, a PASETO `v4.public` message
//! signed by that key, with the footer `{"kid":"k4.pid.…"}`, the implicit
//! assertion `STORE/proof/v1`, and the fields `v` (1), `typ` (`proof`),
//! `method` (`POST`), `path` (`/graphql`), `body` (SHA-256 of the body in
//! hexadecimal), `nonce` (from `deviceNonce`, or the header `Farthing-Nonce`
//! of the last answer) and `iat`. A nonce holds five minutes, for any number
//! of requests; repeating one does no harm, since each has a name of its own.

mod counting;
mod keys;
mod mutation;
mod sold;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::LicenceState as State;
use domain::licence::device::{Activation, DeviceKey};
use domain::licence::grant::Basis;
use domain::licence::meter::Meter as MeterRow;
use domain::refusal::Refusal;
use domain::tokens::Tokens as Amount;
use store::licences::LicenceView;
use uuid::Uuid;

use crate::context::Ask;
use crate::error::{answer, fault, find, refused};
use crate::id::{self, global};
use crate::listing::{Listing, twin};
use crate::paging::{Asked, Connection, cursor};
use crate::scalars::{DateTime, Tokens};
use crate::software::{Release, newest_covered};
use crate::user::User;

pub(crate) use counting::CountingMutation;
pub(crate) use keys::KeysQuery;
pub(crate) use mutation::LicenceMutation;
pub(crate) use sold::{
    SoftwareFigures, SoldLicence, SoldQuery, Suspension, SuspensionMutation, VendorLicence, figures,
    licence_for_staff, licences_of, licences_sold,
};

twin! {
    /// Whether a licence may be used at all.
    LicenceState of "State" {
        /// What was paid for decides.
        Active,
        /// Suspended by the vendor for now.
        Suspended,
        /// Taken back for good.
        Revoked,
    }
}

/// What a licence rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LicenceBasis {
    /// Owned for good.
    Purchase,
    /// Rented.
    Rental,
    /// Nothing: all of it was taken back.
    Nothing,
}

/// The device that a request comes from, if it has proven its key.
pub(crate) fn device<'c>(ctx: &Context<'c>) -> Option<&'c DeviceKey> {
    ctx.data_opt::<DeviceKey>()
}

/// The licence that an input names: by its global id, or by the number that
/// codes carry.
pub(crate) fn read_licence(id: &ID) -> Result<LicenceId, Refusal> {
    let plain = || Uuid::try_parse(id).ok().map(LicenceId::new);
    id::find(id).or_else(plain).ok_or(Refusal::missing("licence"))
}

/// A licence, for its owner and the devices on which it is active.
pub(crate) struct Licence(pub(crate) LicenceView);

impl From<LicenceView> for Licence {
    fn from(view: LicenceView) -> Self {
        Self(view)
    }
}

/// The asker's licences.
pub(crate) async fn licences(ctx: &Context<'_>, actor: &Actor, asked: Asked) -> Result<Connection<Licence>> {
    let window = asked.window().map_err(|refusal| refused(&refusal))?;
    let page = answer(ctx, ctx.store().licences(actor, window).await)?;
    Ok(Connection::of(page, |view| cursor(view.id().uuid())))
}

/// Software that you bought or rented.
#[Object]
impl Licence {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The product's name in folders and codes; null before its first release.
    async fn product(&self) -> Option<&str> {
        self.0.slug.as_deref()
    }

    /// What its listing is called now.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its listing; null if it is no longer shown to you.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let found = ctx.store().find_listing(ctx.actor(), self.0.holding.licence.listing).await;
        Ok(found.map_err(|failed| fault(ctx, failed))?.map(Listing))
    }

    /// Who publishes it.
    async fn publisher(&self) -> User {
        User::named(self.0.publisher, &self.0.publisher_handle)
    }

    /// Whether it may be used at all.
    async fn state(&self) -> LicenceState {
        self.0.holding.licence.state.into()
    }

    /// Whether it may be used now: `VALID`, or why not.
    async fn verdict(&self, ctx: &Context<'_>) -> &'static str {
        self.0.verdict(ctx.store().world().now()).code()
    }

    /// Why the vendor's staff suspended it; null if it did not.
    async fn suspended(&self) -> Option<Suspension> {
        self.0.suspension.as_ref().map(Into::into)
    }

    /// What it rests on.
    async fn basis(&self) -> LicenceBasis {
        match self.0.holding.licence.basis() {
            Basis::Owned => LicenceBasis::Purchase,
            Basis::Time | Basis::Units | Basis::UnitsInTime => LicenceBasis::Rental,
            Basis::Nothing => LicenceBasis::Nothing,
        }
    }

    /// Which versions it covers, as semantic versioning writes ranges: `*`,
    /// `^2` or `<=1.7.3`.
    async fn covers(&self) -> String {
        self.0.covers.to_string()
    }

    /// The newest published release that it covers, also where newer ones are
    /// out; null if there is none.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "\"stable\".to_owned()", desc = "The channel.")] channel: String,
    ) -> Result<Option<Release>> {
        newest_covered(ctx, self.0.holding.licence.listing, &channel, &self.0.covers).await
    }

    /// The first moment at which it may be used; null if all was taken back.
    async fn starts_at(&self) -> Option<DateTime> {
        self.0.holding.licence.term().map(|term| term.starts.into())
    }

    /// The first moment at which it may no longer be used; null if it has no
    /// end.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.holding.licence.term().and_then(|term| term.ends).map(Into::into)
    }

    /// Raised whenever something was taken away, so that codes handed out
    /// before can be told apart.
    async fn generation(&self) -> u32 {
        self.0.holding.licence.generation
    }

    /// What is counted; empty if nothing is.
    async fn meters(&self) -> Vec<Meter> {
        self.0.holding.licence.meters.iter().map(Meter::from).collect()
    }

    /// Where it is active; at most `devicesMax`.
    async fn devices(&self, ctx: &Context<'_>) -> Vec<Device> {
        let own = device(ctx).map(DeviceKey::kid);
        self.0.holding.devices.iter().map(|it| Device::of(it, own)).collect()
    }

    /// On how many devices it may be active at once.
    async fn devices_max(&self) -> u32 {
        u32::from(self.0.holding.licence.devices_max)
    }

    /// Offers that add to it now, for `extendLicence`.
    async fn extensions(&self, ctx: &Context<'_>) -> Result<Vec<LicenceWay>> {
        let ways = ctx.store().ways_on(&self.0).await.map_err(|failed| fault(ctx, failed))?;
        Ok(ways.extensions.iter().map(|offer| LicenceWay::of(offer, offer.price)).collect())
    }

    /// Offers that make it a purchase now, for `convertLicence`.
    async fn conversions(&self, ctx: &Context<'_>) -> Result<Vec<LicenceWay>> {
        let ways = ctx.store().ways_on(&self.0).await.map_err(|failed| fault(ctx, failed))?;
        Ok(ways.conversions.iter().map(|(offer, price)| LicenceWay::of(offer, *price)).collect())
    }
}

/// A way in which a licence can grow.
#[derive(SimpleObject)]
pub(crate) struct LicenceWay {
    /// The global id of the offer.
    offer_id: ID,
    /// What it gives, in plain words.
    sentence: String,
    /// What it costs you in tokens: give it as `expectedPrice`.
    price: Tokens,
    /// How much of the rent that you paid is taken off, in tokens.
    credit: Tokens,
}

impl LicenceWay {
    fn of(offer: &domain::licence::offer::Offer, price: Amount) -> Self {
        Self {
            offer_id: global(offer.id),
            sentence: offer.sentence(),
            price: price.into(),
            credit: offer.price.saturating_sub(price).into(),
        }
    }
}

/// A count of what may be used.
#[derive(SimpleObject)]
pub(crate) struct Meter {
    /// Of what: `use` for starts, or a task that the publisher names.
    code: String,
    /// How many units were granted.
    granted: u32,
    /// How many are used.
    consumed: u32,
    /// How many are set aside for tasks that have begun and for devices.
    reserved: u32,
    /// How many are free.
    left: u32,
}

impl From<&MeterRow> for Meter {
    fn from(row: &MeterRow) -> Self {
        Self {
            code: row.code.as_str().to_owned(),
            granted: row.granted(),
            consumed: row.consumed(),
            reserved: row.reserved(),
            left: row.left(),
        }
    }
}

/// A device on which a licence is active: a key made at random, nothing of
/// the computer.
#[derive(SimpleObject)]
pub(crate) struct Device {
    /// The name of its key, `k4.pid.…`.
    id: String,
    /// What you call it; null if nothing.
    label: Option<String>,
    /// Since when.
    activated_at: DateTime,
    /// Whether it is the one that asks.
    is_yours: bool,
    /// When its state turned out to have been copied or set back: it takes no
    /// more units along. Null if it did not.
    forked_at: Option<DateTime>,
}

impl Device {
    fn of(row: &Activation, own: Option<&str>) -> Self {
        Self {
            id: row.device.kid().to_owned(),
            label: row.label.as_ref().map(|label| label.as_str().to_owned()),
            activated_at: row.at.into(),
            is_yours: own == Some(row.device.kid()),
            forked_at: row.forked_at.map(Into::into),
        }
    }
}

/// Queries about licences.
#[derive(Default)]
pub(crate) struct LicenceQuery;

#[Object]
impl LicenceQuery {
    /// A licence of yours, or one that is active on the device that asks; null
    /// if there is none.
    async fn licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the number that codes carry.")] id: ID,
    ) -> Result<Option<Licence>> {
        let Ok(id) = read_licence(&id) else { return Ok(None) };
        Ok(find(ctx, ctx.store().licence(ctx.actor(), device(ctx), id).await)?.map(Licence))
    }
}
