//! Listings: listing, revising, withdrawing, and the reads of pages.

use std::collections::HashMap;
use std::path::PathBuf;

use domain::access::{Actor, SignedIn};
use domain::id::{CategoryId, ImageId, ListingId, UserId};
use domain::listing::{Condition, Details, IMAGES_MAX, ListingKind, ListingState, Offered, Ready};
use domain::refusal::Refusal;
use domain::text::{Description, FileName, Title, parse_tags};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::feed;
use crate::images::{Cover, Image};
use crate::media::Artifact;
use crate::offers::ready;
use crate::page::{Page, Window};
use crate::software::uploads::bytes_used;
use crate::tx::{Columns, Link, ids, insert, marks};

/// A listing as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Which listing.
    pub id: ListingId,
    /// Who sells it.
    pub seller: UserId,
    /// The seller's handle.
    pub seller_handle: String,
    /// What sort of thing.
    pub kind: ListingKind,
    /// Where it stands.
    pub state: ListingState,
    /// Where it hangs in the tree.
    pub category: CategoryId,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The price of one unit.
    pub price: Tokens,
    /// How many are left; `None` if there is no end of them.
    pub quantity: Option<u32>,
    /// How worn; goods only.
    pub condition: Option<Condition>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The first picture, if there is one.
    pub cover: Option<Cover>,
    /// The file that is sold, without its address, if one is attached.
    pub file: Option<Artifact>,
    /// How many pieces were sold.
    pub sales: u32,
    /// The mean rating in hundredths, once there are ratings.
    pub rating: Option<u16>,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
}

impl Listing {
    /// What a purchase has to know of it.
    #[must_use]
    pub fn offered(&self) -> Offered {
        Offered {
            id: self.id,
            seller: self.seller,
            kind: self.kind,
            state: self.state,
            category: self.category,
            title: self.title.clone(),
            price: self.price,
            quantity: self.quantity,
        }
    }

    /// Whether somebody may buy it now.
    #[must_use]
    pub fn is_buyable(&self) -> bool {
        self.state == ListingState::Published && self.quantity != Some(0)
    }
}

/// What a seller asks to list, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewListing {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Where it hangs in the tree.
    pub category: CategoryId,
    /// What sort of thing.
    pub kind: ListingKind,
    /// The price of one unit; of software its offers decide, and this is
    /// passed over.
    pub price: Tokens,
    /// How many there are.
    pub quantity: Option<u32>,
    /// How worn.
    pub condition: Option<Condition>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The asker's pictures, in their order.
    pub images: Vec<ImageId>,
    /// Whether everybody shall see it at once.
    pub publish: bool,
}

/// What a seller asks to change; `None` leaves things as they are. The kind
/// of a listing stays what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// What it is called.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Where it hangs in the tree.
    pub category: Option<CategoryId>,
    /// The price of one unit.
    pub price: Option<Tokens>,
    /// How many are left; `Some(None)` for no end of them.
    pub quantity: Option<Option<u32>>,
    /// How worn; `Some(None)` to say nothing of it.
    pub condition: Option<Option<Condition>>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
    /// The asker's pictures, in their order.
    pub images: Option<Vec<ImageId>>,
    /// Whether everybody shall see it from now on.
    pub publish: bool,
}

const LISTING: &str = "SELECT l.id, l.seller_id, u.handle, l.kind, l.state, l.category_id, l.title, l.description, \
     l.price, l.quantity, l.condition, l.tags, l.cover, l.file_hash, l.file_name, l.file_size, l.sales, l.rating, \
     l.created_at, l.published_at FROM listings l JOIN users u ON u.id = l.seller_id";

fn read_listing(row: &mut Columns<'_>) -> Result<Listing, Fault> {
    Ok(Listing {
        id: row.id(ListingId::new)?,
        seller: row.id(UserId::new)?,
        seller_handle: row.take()?,
        kind: row.take_as("read a listing's kind", ListingKind::from_number)?,
        state: row.take_as("read a listing's state", ListingState::from_number)?,
        category: CategoryId::new(row.take()?),
        title: row.take()?,
        description: row.take()?,
        price: row.tokens()?,
        quantity: row.count_optional()?,
        condition: row.take_optional("read a condition", Condition::from_number)?,
        tags: row.take_as("read tags", |text: String| serde_json::from_str(&text).ok())?,
        cover: row.take_optional("read a cover", |text: String| Cover::parse(&text))?,
        file: read_artifact(row)?,
        sales: row.take_as("read sales", |sales: i64| u32::try_from(sales.max(0)).ok())?,
        rating: row.take_optional("read a rating", |rating: i64| u16::try_from(rating).ok())?,
        created_at: row.time()?,
        published_at: row.time_optional()?,
    })
}

/// The listings that `tail` chooses.
pub(crate) async fn read_listings(
    link: Link<'_>,
    tail: &str,
    values: Vec<Value>,
) -> Result<Vec<Listing>, Fault> {
    link.rows(format!("{LISTING} {tail}"), values, read_listing).await
}

fn read_artifact(row: &mut Columns<'_>) -> Result<Option<Artifact>, Fault> {
    let (hash, name): (Option<String>, Option<String>) = (row.take()?, row.take()?);
    let size = row.take_optional("read a file's size", |size: i64| u64::try_from(size).ok())?;
    Ok(hash.zip(name).zip(size).map(|((hash, name), size)| Artifact { hash, name, size }))
}

/// A listing with its details parsed and checked.
struct Checked {
    details: Details,
    images: Vec<ImageId>,
}

impl Store {
    fn check(&self, details: Details, images: Vec<ImageId>) -> Result<Checked, Refusal> {
        let children = self.0.tree.find(details.category);
        children.ok_or(Refusal::invalid("categoryId", "there is no such category"))?;
        details.check(self.0.market.price_step)?;
        if images.len() > IMAGES_MAX {
            return Err(Refusal::TooMany { what: "pictures".into(), limit: 10 });
        }
        Ok(Checked { details, images })
    }

    /// Lists something, as a draft or for everybody. Precedence: title,
    /// description, tags, category, price, quantity, condition, pictures; for
    /// publishing, what [`Store::publish_listing`] refuses.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn list_item(&self, actor: &Actor, new: NewListing) -> Done<Listing> {
        let seller = actor.signed_in()?;
        let details = Details {
            title: Title::parse(&new.title)?,
            description: Description::parse(&new.description)?,
            tags: parse_tags(new.tags.iter().map(String::as_str))?,
            category: new.category,
            kind: new.kind,
            // The least there is, until there are offers.
            price: if new.kind == ListingKind::Software { self.0.market.price_step } else { new.price },
            quantity: new.quantity,
            condition: new.condition,
        };
        let checked = self.check(details, new.images)?;
        if new.publish {
            new.kind.check_publishable(Ready::default())?;
        }
        let mint = self.0.world.mint();
        let (id, now) = (ListingId::new(mint.uuid(0)), mint.at());
        let state = if new.publish { ListingState::Published } else { ListingState::Draft };
        let writer = self.writer()?;
        let listed = writer.change(move |link| {
            Box::pin(async move {
                let details = &checked.details;
                let mut values = detail_values(details)?;
                values.extend([
                    Value::from(id.uuid()),
                    seller.id.uuid().into(),
                    details.kind.number().into(),
                    state.number().into(),
                    0i64.into(),
                    now.millis().into(),
                    new.publish.then(|| now.millis()).into(),
                    now.millis().into(),
                ]);
                let columns = "listings (title, description, category_id, price, quantity, condition, tags, id, \
                               seller_id, kind, state, sales, created_at, published_at, revised_at)";
                insert(link, columns, 15, values).await?;
                hang_images(link, seller, id, &checked.images).await?;
                Ok(feed::record(link, [id].into_iter()).await?)
            })
        });
        listed.await?;
        self.own_listing(id).await
    }

    /// Changes a listing of the asker's, and publishes it if asked to. Orders
    /// made before keep what they were made for. Precedence: not there (or
    /// not the asker's), then as for [`Store::list_item`].
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn revise_listing(&self, actor: &Actor, id: ListingId, revision: Revision) -> Done<Listing> {
        let seller = actor.signed_in()?;
        let old = self.find_listing(actor, id).await?.filter(|old| old.seller == seller.id);
        let old = old.ok_or(Refusal::missing("listing"))?;
        let tags = revision.tags.unwrap_or(old.tags);
        let details = Details {
            title: Title::parse(revision.title.as_deref().unwrap_or(&old.title))?,
            description: Description::parse(revision.description.as_deref().unwrap_or(&old.description))?,
            tags: parse_tags(tags.iter().map(String::as_str))?,
            category: revision.category.unwrap_or(old.category),
            kind: old.kind,
            price: revision.price.unwrap_or(old.price),
            quantity: old.quantity,
            condition: revision.condition.unwrap_or(old.condition),
        };
        let details = Details { quantity: revision.quantity.unwrap_or(details.quantity), ..details };
        let has_images = revision.images.is_some();
        let checked = self.check(details, revision.images.unwrap_or_default())?;
        if revision.publish {
            old.kind.check_publishable(ready(self.read(), id, old.file.is_some()).await?)?;
        }
        if old.kind == ListingKind::Software && revision.price.is_some_and(|price| price != old.price) {
            let problem = "the price of software is that of its cheapest offer: change the offers";
            return Err(Refusal::invalid("price", problem).into());
        }
        let is_software = old.kind == ListingKind::Software;
        // A quantity that was not named is left to the purchases under way.
        let is_restocked = revision.quantity.is_some();
        let now = self.0.world.now();
        let revised = self.writer()?.change(move |link| {
            Box::pin(async move {
                let mut values = detail_values(&checked.details)?;
                let quantity = if is_restocked { "quantity = $5" } else { "quantity = COALESCE(quantity, $5)" };
                // Offers may have been set since; they alone move this price.
                let price = if is_software { "price = CASE WHEN kind = 4 THEN price ELSE $4 END" } else { "price = $4" };
                let publish = match revision.publish {
                    true => ", state = 2, published_at = COALESCE(published_at, $8)",
                    false => "",
                };
                values.extend([Value::from(now.millis()), id.uuid().into(), seller.id.uuid().into()]);
                let sql = format!(
                    "UPDATE listings SET title = $1, description = $2, category_id = $3, {price}, {quantity}, \
                     condition = $6, tags = $7, revised_at = $8{publish} WHERE id = $9 AND seller_id = $10"
                );
                link.change(sql, values).await?;
                if has_images {
                    link.change("DELETE FROM listing_images WHERE listing_id = $1", vec![id.uuid().into()]).await?;
                    hang_images(link, seller, id, &checked.images).await?;
                }
                Ok(feed::record(link, [id].into_iter()).await?)
            })
        });
        revised.await?;
        self.own_listing(id).await
    }

    /// Publishes a listing of the asker's; publishing it again changes
    /// nothing. Precedence: not there (or not the asker's), software without an
    /// offer or a release, a file listing without its file.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn publish_listing(&self, actor: &Actor, id: ListingId) -> Done<Listing> {
        self.revise_listing(actor, id, Revision { publish: true, ..Revision::default() }).await
    }

    /// Takes a listing of the asker's off the market; doing so again changes
    /// nothing. Buyers keep what they bought.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn withdraw_listing(&self, actor: &Actor, id: ListingId) -> Done<Listing> {
        let seller = actor.signed_in()?;
        let now = self.0.world.now().millis();
        let withdrawn = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "UPDATE listings SET state = 3, revised_at = $1 WHERE id = $2 AND seller_id = $3";
                match link.change(sql, vec![now.into(), id.uuid().into(), seller.id.uuid().into()]).await? {
                    1 => Ok(feed::record(link, [id].into_iter()).await?),
                    _ => Err(Error::from(Refusal::missing("listing"))),
                }
            })
        });
        withdrawn.await?;
        self.own_listing(id).await
    }

    /// Attaches the file that a file listing sells, in place of an older one;
    /// `spooled` is where it was written to. Who bought before gets the new
    /// one too. Precedence: not there (or not the asker's), not a file
    /// listing, name, what is refused of the file itself.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn attach_file(
        &self,
        actor: &Actor,
        id: ListingId,
        name: &str,
        spooled: PathBuf,
    ) -> Done<Listing> {
        let seller = actor.signed_in()?;
        let old = self.find_listing(actor, id).await?.filter(|old| old.seller == seller.id);
        let old = old.ok_or(Refusal::missing("listing"))?;
        let freed = old.file.map_or(0, |file| file.size);
        if old.kind != ListingKind::File {
            return Err(Refusal::invalid("file", "only file listings sell a file").into());
        }
        let name = FileName::parse(name)?;
        let used = bytes_used(self.read(), seller.id).await?.saturating_sub(freed);
        let (hash, size) = self.0.media.keep(spooled, used).await?;
        let size = i64::try_from(size).map_err(|_| Refusal::invalid("file", "the file is too large"))?;
        let attached = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "UPDATE listings SET file_hash = $1, file_name = $2, file_size = $3 WHERE id = $4";
                let values = vec![hash.into(), name.into_string().into(), size.into(), id.uuid().into()];
                Ok(link.change(sql, values).await?)
            })
        });
        attached.await?;
        self.own_listing(id).await
    }

    pub(crate) async fn own_listing(&self, id: ListingId) -> Done<Listing> {
        let listing = self.listings(&[id]).await?.into_iter().next();
        Ok(listing.ok_or(Fault::corrupt("find a listing that was written"))?)
    }

    /// A listing, if the asker may see it: drafts only their seller. Withdrawn
    /// ones stay where links and orders lead to, though nobody can buy them.
    ///
    /// # Errors
    /// A fault only.
    pub async fn find_listing(&self, actor: &Actor, id: ListingId) -> Result<Option<Listing>, Fault> {
        let found = self.listings(&[id]).await?.into_iter().next();
        Ok(found.filter(|listing| {
            listing.state != ListingState::Draft || actor.user_id() == Some(listing.seller)
        }))
    }

    /// These listings, in this order, in whatever state; unknown ones are
    /// left out.
    ///
    /// # Errors
    /// A fault only.
    pub async fn listings(&self, wanted: &[ListingId]) -> Result<Vec<Listing>, Fault> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let values = ids(wanted.iter().map(|id| id.uuid()));
        let sql = format!("{LISTING} WHERE l.id IN ({})", marks(0, values.len()));
        let rows = self.read().rows(sql, values, read_listing).await?;
        let mut found: HashMap<ListingId, Listing> = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(wanted.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The listings that were published last.
    ///
    /// # Errors
    /// A fault only.
    pub async fn newest_listings(&self, limit: u32) -> Result<Vec<Listing>, Fault> {
        let sql = format!(
            "{LISTING} WHERE l.state = 2 ORDER BY l.published_at DESC, l.id DESC LIMIT {}",
            limit.min(100)
        );
        self.read().rows(sql, vec![], read_listing).await
    }

    /// A seller's listings, newest first: all for the seller's own eyes, else
    /// those that are published.
    ///
    /// # Errors
    /// A fault only.
    pub async fn listings_of(
        &self,
        actor: &Actor,
        seller: UserId,
        window: Window<Uuid>,
    ) -> Result<Page<Listing>, Fault> {
        let state = if actor.user_id() == Some(seller) { "" } else { " AND l.state = 2" };
        let mut values = vec![seller.uuid().into()];
        let clause = window.clause("l.id", &mut values);
        let sql = format!("{LISTING} WHERE l.seller_id = $1{state}{clause}");
        Ok(window.page(self.read().rows(sql, values, read_listing).await?))
    }

    /// How many listings everybody can see.
    ///
    /// # Errors
    /// A fault only.
    pub async fn count_published(&self) -> Result<u32, Fault> {
        let count =
            self.read().row("SELECT COUNT(*) FROM listings WHERE state = 2", vec![], |row| row.count());
        Ok(count.await?.unwrap_or(0))
    }

    /// The pictures of a listing, in their order.
    ///
    /// # Errors
    /// A fault only.
    pub async fn images_of(&self, listing: ListingId) -> Result<Vec<Image>, Fault> {
        crate::images::of_listing(self.read(), listing).await
    }
}

/// Title to tags, in the order in which the statements name them.
fn detail_values(details: &Details) -> Result<Vec<Value>, Fault> {
    let tags = serde_json::to_string(&details.tags).map_err(|_| Fault::bug("write tags"))?;
    Ok(vec![
        details.title.as_str().into(),
        details.description.as_str().into(),
        details.category.get().into(),
        details.price.units().into(),
        details.quantity.map(i64::from).into(),
        details.condition.map(Condition::number).into(),
        tags.into(),
    ])
}

/// Hangs the seller's own pictures on a listing and makes the first its cover.
async fn hang_images(link: Link<'_>, seller: SignedIn, listing: ListingId, images: &[ImageId]) -> Done<()> {
    let found = crate::images::owned(link, seller.id, images).await?;
    if found.len() != images.len() {
        return Err(Refusal::missing("image").into());
    }
    let mut values: Vec<Value> = Vec::new();
    for (place, image) in (0i16..).zip(images) {
        values.extend([Value::from(listing.uuid()), place.into(), image.uuid().into()]);
    }
    insert(link, "listing_images (listing_id, place, image_id)", 3, values).await?;
    let cover = found.first().map(|image| image.cover().to_string());
    let sql = "UPDATE listings SET cover = $1 WHERE id = $2";
    link.change(sql, vec![cover.into(), listing.uuid().into()]).await?;
    Ok(())
}
