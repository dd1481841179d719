//! Software: products, releases, programs and offers.

mod input;
mod mutation;

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::ListingId;
use domain::licence::offer::{Coverage, Offer as OfferRow, OfferKind as Gives, Updates};
use domain::software::Channel;
use store::software::{Artifact as ArtifactRow, Product, Release as ReleaseRow};

use crate::context::{Ask, Link};
use crate::error::{fault, refused};
use crate::id::global;
use crate::licence::{SoftwareFigures, SoldLicence, figures, licences_sold};
use crate::listing::{Listing, twin};
use crate::paging::{Asked, Connection, count_up_to};
use crate::scalars::{DateTime, Tokens};

pub(crate) use mutation::SoftwareMutation;

twin! {
    /// Where a release stands.
    ReleaseState of "domain::software::ReleaseState" {
        /// Only its publisher sees it, and may still change it.
        Draft,
        /// Everybody who has a licence gets it; it never changes again.
        Published,
        /// Taken off: nobody gets it any more.
        Yanked,
    }
}

/// What an offer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OfferKind {
    /// The use without end.
    Purchase,
    /// So much time.
    RentTime,
    /// So many starts, or so many times a task.
    RentUnits,
}

/// Which later versions a purchase covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum UpdatesCovered {
    /// All of them.
    All,
    /// Those with the same major version.
    Major,
    /// Those released within a time after the purchase: see `updatesSeconds`.
    ForTime,
}

/// The newest published release of a channel whose version is covered.
pub(crate) async fn newest_covered(
    ctx: &Context<'_>,
    listing: ListingId,
    channel: &str,
    covers: &Coverage,
) -> Result<Option<Release>> {
    let Ok(channel) = Channel::parse(channel) else { return Ok(None) };
    let newest = ctx.store().newest_covered(listing, &channel, covers).await;
    Ok(newest.map_err(|failed| fault(ctx, failed))?.map(Release))
}

/// A piece of software, as programs know it.
pub(crate) struct Software(pub(crate) Product);

/// A piece of software, as programs know it.
#[Object]
impl Software {
    /// Its name in addresses and folders, unique in this market.
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// Its listing.
    async fn listing(&self, ctx: &Context<'_>) -> Result<Option<Listing>> {
        let found = ctx.store().find_listing(ctx.actor(), self.0.listing).await;
        Ok(found.map_err(|failed| fault(ctx, failed))?.map(Listing))
    }

    /// The publisher's name in what it signs: the handle.
    async fn publisher(&self) -> &str {
        &self.0.publisher_handle
    }

    /// The key that the publisher signs with now, `k4.public.…`; null before
    /// the first release.
    async fn publisher_key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// When that key took the place of another; null if it is the first.
    async fn publisher_key_changed(&self) -> Option<DateTime> {
        self.0.key_changed_at.map(Into::into)
    }

    /// The newest published release of a channel, among the versions that are
    /// asked for.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "\"stable\".to_owned()", desc = "The channel.")] channel: String,
        #[graphql(
            default_with = "\"*\".to_owned()",
            desc = "Versions as `covers` of a licence and `ver` of codes say them: `*`, `^2` or `<=1.7.3`. There is no release for any other range."
        )]
        covers: String,
    ) -> Result<Option<Release>> {
        let Some(covers) = Coverage::parse(&covers) else { return Ok(None) };
        newest_covered(ctx, self.0.listing, &channel, &covers).await
    }

    /// The releases, newest first: all for their publisher, else those that
    /// are published.
    async fn releases(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
    ) -> Result<Vec<Release>> {
        let count = count_up_to(first).map_err(|refusal| refused(&refusal))?;
        let rows = ctx.store().releases_of(ctx.actor(), self.0.listing).await;
        let rows = rows.map_err(|failed| fault(ctx, failed))?;
        Ok(rows.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)).map(Release).collect())
    }

    /// The licences that were sold of it, newest first. For its publisher and
    /// the vendor's staff.
    async fn licences_sold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<SoldLicence>>> {
        licences_sold(ctx, self.0.listing, Asked { first, after, last, before }).await.map(Some)
    }

    /// How it sells and how much it is used, day by day in UTC up to today.
    /// For its publisher and the vendor's staff.
    async fn figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 30, desc = "How many days, 1 to 366.")] days: i32,
    ) -> Result<Option<SoftwareFigures>> {
        figures(ctx, self.0.listing, days).await.map(Some)
    }

    /// The ways to get it that hold now, in their publisher's order.
    async fn offers(&self, ctx: &Context<'_>) -> Result<Vec<Offer>> {
        let rows = ctx.store().offers_of(ctx.actor(), self.0.listing).await;
        Ok(rows.map_err(|failed| fault(ctx, failed))?.into_iter().map(Offer).collect())
    }
}

/// A version of a piece of software.
pub(crate) struct Release(pub(crate) ReleaseRow);

impl From<ReleaseRow> for Release {
    fn from(row: ReleaseRow) -> Self {
        Self(row)
    }
}

/// A version of a piece of software.
#[Object]
impl Release {
    /// The global id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The semantic version.
    async fn version(&self) -> String {
        self.0.version.to_string()
    }

    /// The channel that it goes down.
    async fn channel(&self) -> &str {
        self.0.channel.as_str()
    }

    /// What is new in it; plain text of several lines.
    async fn notes(&self) -> &str {
        &self.0.notes
    }

    /// How an installed copy is recognised, one rule each, best first; as
    /// `path_exists | ${OPT}/inkwell/inkwell | 1.4.0`.
    async fn rules(&self) -> Vec<String> {
        self.0.rule_lines()
    }

    /// Where it stands.
    async fn state(&self) -> ReleaseState {
        self.0.state.into()
    }

    /// Its number among all that the publisher signed for the product, as a
    /// decimal string; null for a draft.
    async fn seq(&self) -> Option<String> {
        self.0.seq.map(|seq| seq.to_string())
    }

    /// What the publisher signed: a PASETO `v4.public` message that lists
    /// every program and file with its hash. Null for a draft.
    async fn manifest(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        ctx.store().manifest(self.0.id).await.map_err(|failed| fault(ctx, failed))
    }

    /// The programs, each for a kind of computer.
    async fn artifacts(&self, ctx: &Context<'_>) -> Result<Vec<Artifact>> {
        let rows = ctx.store().artifacts(&self.0).await.map_err(|failed| fault(ctx, failed))?;
        Ok(rows.into_iter().map(Artifact).collect())
    }

    /// When it was published; null for a draft.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(Into::into)
    }
}

/// A release's program for one kind of computer.
pub(crate) struct Artifact(pub(crate) ArtifactRow);

impl From<ArtifactRow> for Artifact {
    fn from(row: ArtifactRow) -> Self {
        Self(row)
    }
}

/// A release's program for one kind of computer.
#[Object]
impl Artifact {
    /// The global id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The operating system: linux, macos, windows or freebsd.
    async fn os(&self) -> &str {
        self.0.computer.os
    }

    /// The processor: x86_64, aarch64, x86, arm or riscv64.
    async fn arch(&self) -> &str {
        self.0.computer.arch
    }

    /// How it is packed: zip, tar.gz or binary.
    async fn packing(&self) -> &str {
        self.0.packing.name()
    }

    /// What its file is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The file to run.
    async fn main(&self) -> &str {
        &self.0.main
    }

    /// Its size in bytes, as a decimal string; while it waits, the size that
    /// was announced.
    async fn size_bytes(&self) -> String {
        self.0.size.to_string()
    }

    /// Its SHA-256 in hexadecimal; while it waits, the one announced.
    async fn sha256(&self) -> Option<&str> {
        self.0.sha256.as_deref()
    }

    /// Whether all of it was uploaded and looked through.
    async fn is_uploaded(&self) -> bool {
        self.0.contents.is_some()
    }

    /// Where its bytes are sent while it waits (tus.io, core protocol: `HEAD`
    /// tells `Upload-Offset`, `PATCH` sends more); null once it is uploaded.
    async fn upload_url(&self, ctx: &Context<'_>) -> Option<String> {
        self.0.contents.is_none().then(|| ctx.link(Link::Upload(self.0.id)))
    }

    /// How many files it holds; null while it waits.
    async fn file_count(&self) -> Option<usize> {
        self.0.contents.as_ref().map(|contents| contents.files.len())
    }
}

/// One way to get a piece of software.
pub(crate) struct Offer(pub(crate) OfferRow);

impl From<OfferRow> for Offer {
    fn from(row: OfferRow) -> Self {
        Self(row)
    }
}

/// One way to get a piece of software. It never changes; a change makes
/// another offer.
#[Object]
impl Offer {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it gives.
    async fn kind(&self) -> OfferKind {
        match self.0.kind {
            Gives::Purchase { .. } => OfferKind::Purchase,
            Gives::RentTime(_) => OfferKind::RentTime,
            Gives::RentUnits { .. } => OfferKind::RentUnits,
        }
    }

    /// The price in tokens.
    async fn price(&self) -> Tokens {
        self.0.price.into()
    }

    /// What that is worth in the vendor's currency, about: "1.20 USD".
    async fn worth(&self, ctx: &Context<'_>) -> String {
        ctx.store().tariff().worth(self.0.price)
    }

    /// How long a rental lasts, in seconds; null for a purchase and for units
    /// without a time.
    async fn seconds(&self) -> Option<u32> {
        match &self.0.kind {
            Gives::RentTime(length) => Some(length.get()),
            Gives::RentUnits { within, .. } => within.map(domain::time::Seconds::get),
            Gives::Purchase { .. } => None,
        }
    }

    /// What is counted: `use` for starts, else the publisher's task.
    async fn meter(&self) -> Option<&str> {
        match &self.0.kind {
            Gives::RentUnits { meter, .. } => Some(meter.as_str()),
            Gives::Purchase { .. } | Gives::RentTime(_) => None,
        }
    }

    /// How often.
    async fn units(&self) -> Option<u32> {
        match self.0.kind {
            Gives::RentUnits { units, .. } => Some(units),
            Gives::Purchase { .. } | Gives::RentTime(_) => None,
        }
    }

    /// Which later versions a purchase covers.
    async fn updates(&self) -> Option<UpdatesCovered> {
        match self.0.kind {
            Gives::Purchase { updates: Updates::All } => Some(UpdatesCovered::All),
            Gives::Purchase { updates: Updates::Major } => Some(UpdatesCovered::Major),
            Gives::Purchase { updates: Updates::For(_) } => Some(UpdatesCovered::ForTime),
            Gives::RentTime(_) | Gives::RentUnits { .. } => None,
        }
    }

    /// For how long after the purchase, in seconds, with `FOR_TIME`.
    async fn updates_seconds(&self) -> Option<u32> {
        match self.0.kind {
            Gives::Purchase { updates: Updates::For(length) } => Some(length.get()),
            _ => None,
        }
    }

    /// On how many devices at once.
    async fn devices_max(&self) -> u32 {
        self.0.devices_max.into()
    }

    /// Whether a licence by it may be extended.
    async fn is_extendable(&self) -> bool {
        self.0.is_extendable
    }

    /// How much of the rent paid counts towards a purchase, in hundredths of
    /// a percent; null if it cannot be converted.
    async fn credit_basis_points(&self) -> Option<u32> {
        self.0.credit.map(|credit| credit.get().into())
    }

    /// In plain words, as on its page.
    async fn sentence(&self) -> String {
        self.0.sentence()
    }
}

/// Queries about software.
#[derive(Default)]
pub(crate) struct SoftwareQuery;

#[Object]
impl SoftwareQuery {
    /// The software of that name; null if there is none or you may not see
    /// it. Everybody may ask.
    async fn software(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name in addresses and folders.")] slug: String,
    ) -> Result<Option<Software>> {
        let found = ctx.store().product_named(ctx.actor(), &slug).await;
        Ok(found.map_err(|failed| fault(ctx, failed))?.map(Software))
    }
}
