//! Listings as people see them.

pub(crate) mod input;
mod mutation;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::tokens::Tokens as Amount;
use store::listings::Listing as Row;

use crate::category::{Category, category};
use crate::context::{Ask, Link};
use crate::error::{answer, fault, find, refused};
use crate::id::{self, global};
use crate::image::{Cover, Image};
use crate::paging::count_up_to;
use crate::scalars::{DateTime, Tokens};
use crate::software::Software;
use crate::user::User;

pub(crate) use mutation::ListingMutation;

macro_rules! twin {
    ($(#[doc = $doc:literal])* $name:ident of $original:literal { $($(#[doc = $about:literal])* $variant:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        #[graphql(remote = $original)]
        pub(crate) enum $name {
            $($(#[doc = $about])* $variant,)*
        }
    };
}
pub(crate) use twin;

twin! {
    /// What sort of thing is offered.
    ListingKind of "domain::listing::ListingKind" {
        /// A thing that is handed over; has a quantity.
        Goods,
        /// Something done for the buyer.
        Service,
        /// A download, delivered at once.
        File,
        /// A program, bought or rented by one of its offers; see `software`.
        Software,
    }
}

twin! {
    /// Where a listing stands.
    ListingState of "domain::listing::ListingState" {
        /// Only its seller sees it.
        Draft,
        /// Everybody finds it; it can be bought while some are left.
        Published,
        /// No longer offered.
        Withdrawn,
    }
}

twin! {
    /// How worn a thing is.
    Condition of "domain::listing::Condition" {
        /// Never used.
        New,
        /// Used, no marks.
        LikeNew,
        /// Used, with small marks.
        Good,
        /// Well used, works.
        Worn,
        /// For parts or repair.
        Broken,
    }
}

/// A file, as a listing or a library shows it.
#[derive(SimpleObject)]
pub(crate) struct FileInfo {
    /// What a download of it is called.
    name: String,
    /// Its size in bytes, as a decimal string, since it may exceed an `Int`.
    size_bytes: String,
    /// Where it is downloaded, with the same session; null for those who have
    /// not bought it.
    url: Option<String>,
}

/// What the vendor takes of a sale.
#[derive(SimpleObject)]
pub(crate) struct Fee {
    /// What the vendor takes of one unit, in tokens.
    per_unit: Tokens,
    /// What the seller gets for one unit, in tokens.
    income: Tokens,
    /// A sentence that explains the figure.
    explanation: String,
}

impl Fee {
    fn of(fee: domain::fees::Fee, price: Amount) -> Self {
        let income = price.saturating_sub(fee.per_unit).into();
        Self { per_unit: fee.per_unit.into(), income, explanation: fee.explanation }
    }
}

/// A listing.
pub(crate) struct Listing(pub(crate) Row);

impl From<Row> for Listing {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

impl Listing {
    fn is_askers(&self, ctx: &Context<'_>) -> bool {
        ctx.actor().user_id() == Some(self.0.seller)
    }
}

/// Something that a seller offers.
#[Object]
impl Listing {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is called; one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is; plain text of several lines.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// What sort of thing.
    async fn kind(&self) -> ListingKind {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn state(&self) -> ListingState {
        self.0.state.into()
    }

    /// The price of one unit in tokens; of software the price of its cheapest
    /// offer.
    async fn price(&self) -> Tokens {
        self.0.price.into()
    }

    /// What that is worth in the vendor's currency, about: "1.20 USD".
    async fn worth(&self, ctx: &Context<'_>) -> String {
        ctx.store().tariff().worth(self.0.price)
    }

    /// How many are left; null if there is no end of them.
    async fn quantity(&self) -> Option<u32> {
        self.0.quantity
    }

    /// Whether somebody may buy it now; software by one of its offers only.
    async fn is_buyable(&self) -> bool {
        self.0.is_buyable()
    }

    /// How worn; null for all but goods.
    async fn condition(&self) -> Option<Condition> {
        self.0.condition.map(Into::into)
    }

    /// Words to find it by.
    async fn tags(&self) -> &[String] {
        &self.0.tags
    }

    /// Where it hangs in the tree.
    async fn category(&self, ctx: &Context<'_>) -> Option<Category> {
        category(ctx, self.0.category)
    }

    /// Who sells it.
    async fn seller(&self) -> User {
        User::named(self.0.seller, &self.0.seller_handle)
    }

    /// The first picture; null without one.
    async fn cover(&self) -> Option<Cover> {
        self.0.cover.clone().map(Cover)
    }

    /// All pictures in their order, at most 10. Costs a look-up for each
    /// listing; for lists, `cover` comes for free.
    async fn images(&self, ctx: &Context<'_>) -> Result<Vec<Image>> {
        let rows = ctx.store().images_of(self.0.id).await.map_err(|failed| fault(ctx, failed))?;
        Ok(rows.into_iter().map(Image).collect())
    }

    /// The file that is sold, without its content; null for all but files.
    async fn file(&self, ctx: &Context<'_>) -> Result<Option<FileInfo>> {
        let Some(file) = &self.0.file else { return Ok(None) };
        let bought = find(ctx, ctx.store().download(ctx.actor(), self.0.id).await)?;
        let url = bought.map(|_| ctx.link(Link::Download(self.0.id)));
        Ok(Some(FileInfo { name: file.name.clone(), size_bytes: file.size.to_string(), url }))
    }

    /// What programs know of it, with its offers and releases; null for all
    /// but software, and before its first release.
    async fn software(&self, ctx: &Context<'_>) -> Result<Option<Software>> {
        if self.0.kind != domain::listing::ListingKind::Software {
            return Ok(None);
        }
        let found = ctx.store().product(ctx.actor(), self.0.id).await;
        Ok(found.map_err(|failed| fault(ctx, failed))?.map(Software))
    }

    /// How many pieces were sold.
    async fn sales(&self) -> u32 {
        self.0.sales
    }

    /// The mean rating in hundredths, 0 to 500; null before the first one.
    async fn rating_hundredths(&self) -> Option<u32> {
        self.0.rating.map(u32::from)
    }

    /// What the vendor takes of one unit if it is sold now. For its seller
    /// only; null for everybody else.
    async fn fee(&self, ctx: &Context<'_>) -> Result<Option<Fee>> {
        if !self.is_askers(ctx) {
            return Ok(None);
        }
        let fee = ctx.store().fee_preview(self.0.price, self.0.category, self.0.seller).await;
        fee.map(|fee| Some(Fee::of(fee, self.0.price))).map_err(|failed| fault(ctx, failed))
    }

    /// Whether it is your own.
    async fn is_mine(&self, ctx: &Context<'_>) -> bool {
        self.is_askers(ctx)
    }

    /// The address of its page.
    async fn url(&self, ctx: &Context<'_>) -> String {
        ctx.link(Link::Listing(self.0.id))
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was first published; null for a draft.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(Into::into)
    }
}

/// Queries about listings.
#[derive(Default)]
pub(crate) struct ListingQuery;

#[Object]
impl ListingQuery {
    /// A listing; null if there is none or you may not see it: drafts are for
    /// their seller only. Everybody may ask.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listing's global id.")] id: ID,
    ) -> Result<Option<Listing>> {
        let Some(id) = id::find(&id) else { return Ok(None) };
        let found = ctx.store().find_listing(ctx.actor(), id).await.map_err(|failed| fault(ctx, failed))?;
        Ok(found.map(Listing))
    }

    /// The listings that were published last, newest first. Everybody may ask.
    async fn newest_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 24, desc = "How many, 1 to 100.")] first: i32,
    ) -> Result<Vec<Listing>> {
        let count = count_up_to(first).map_err(|refusal| refused(&refusal))?;
        let rows = ctx.store().newest_listings(count).await.map_err(|failed| fault(ctx, failed))?;
        Ok(rows.into_iter().map(Listing).collect())
    }

    /// What the vendor would take of one unit that you sell at a price. For
    /// signed-in users.
    async fn fee_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The price of one unit in tokens.")] price: Tokens,
        #[graphql(desc = "The global id of the category it would hang in.")] category_id: ID,
    ) -> Result<Fee> {
        let asked = async {
            let seller = ctx.actor().signed_in()?.id;
            let (price, category) = (price.read("price")?, id::read_category(&category_id)?);
            Ok(Fee::of(ctx.store().fee_preview(price, category, seller).await?, price))
        };
        answer(ctx, asked.await)
    }
}
