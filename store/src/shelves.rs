//! A seller's own listings by where they stand, and what others may know of
//! how much somebody sells.

use domain::access::Actor;
use domain::id::UserId;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::listings::{Listing, read_listings};
use crate::page::{Page, Window};

/// Where a seller's listings stand: each is on exactly one shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Published, and some are left.
    OnSale,
    /// Published, and none is left.
    SoldOut,
    /// Not shown to anybody yet.
    Drafts,
    /// Taken off the market.
    Withdrawn,
}

impl Shelf {
    /// All shelves, in the order of the page.
    pub const ALL: [Self; 4] = [Self::OnSale, Self::SoldOut, Self::Drafts, Self::Withdrawn];

    /// The shelf's name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnSale => "on-sale",
            Self::SoldOut => "sold-out",
            Self::Drafts => "drafts",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The shelf of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.name() == name)
    }

    /// What holds of its listings.
    const fn condition(self) -> &'static str {
        match self {
            Self::OnSale => "l.state = 2 AND (l.quantity IS NULL OR l.quantity > 0)",
            Self::SoldOut => "l.state = 2 AND l.quantity = 0",
            Self::Drafts => "l.state = 1",
            Self::Withdrawn => "l.state = 3",
        }
    }
}

/// How much somebody sells, as anybody may see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Listings on sale, counted up to [`Tally::MOST`].
    pub on_sale: u32,
    /// Orders that were not called off, counted up to [`Tally::MOST`].
    pub sales: u32,
}

impl Tally {
    /// Counting stops here: every page of a listing counts, and the largest
    /// sellers have a hundred thousand.
    pub const MOST: u32 = 1_000;
}

impl Store {
    /// The asker's own listings, newest first: those of one shelf, or all.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn own_listings(
        &self,
        actor: &Actor,
        shelf: Option<Shelf>,
        window: Window<Uuid>,
    ) -> Done<Page<Listing>> {
        let seller = actor.signed_in()?.id;
        let shelf = shelf.map_or(String::new(), |shelf| format!(" AND {}", shelf.condition()));
        let mut values = vec![seller.uuid().into()];
        let clause = window.clause("l.id", &mut values);
        let tail = format!("WHERE l.seller_id = $1{shelf}{clause}");
        Ok(window.page(read_listings(self.read(), &tail, values).await?))
    }

    /// How many of the asker's listings are on each shelf, in the order of
    /// [`Shelf::ALL`].
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn count_shelves(&self, actor: &Actor) -> Done<[u32; 4]> {
        let seller = actor.signed_in()?.id;
        let counts = Shelf::ALL.map(|shelf| format!("COUNT(CASE WHEN {} THEN 1 END)", shelf.condition()));
        let sql = format!("SELECT {} FROM listings l WHERE l.seller_id = $1", counts.join(", "));
        let counts = self.read().row(sql, vec![seller.uuid().into()], |row| {
            Ok([row.count()?, row.count()?, row.count()?, row.count()?])
        });
        Ok(counts.await?.unwrap_or_default())
    }

    /// How much somebody sells; anybody may know.
    ///
    /// # Errors
    /// A fault only.
    pub async fn tally(&self, seller: UserId) -> Result<Tally, Fault> {
        let (on_sale, most) = (Shelf::OnSale.condition(), Tally::MOST);
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM listings l WHERE l.seller_id = $1 AND {on_sale} \
             LIMIT {most}) AS l), (SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE o.seller_id = $1 \
             AND o.state <> 3 LIMIT {most}) AS o)"
        );
        let tally = self.read().row(sql, vec![seller.uuid().into()], |row| {
            Ok(Tally { on_sale: row.count()?, sales: row.count()? })
        });
        Ok(tally.await?.unwrap_or_default())
    }
}
