//! Software as its publisher sets it up and others see it: products, their
//! releases, and the programs in them. What was published never changes; only
//! its signature is renewed.

pub mod grants;
mod manifest;
pub mod releases;
mod signing;
pub mod uploads;

use domain::access::Actor;
use domain::id::{ArtifactId, ListingId, ReleaseId, UserId};
use domain::licence::offer::Coverage;
use domain::refusal::Refusal;
use domain::software::{Channel, Computer, Packing, ReleaseState, Slug, Version};
use domain::time::Timestamp;
use package::Rule;
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::{Columns, Link};

/// A piece of software, as programs know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its listing.
    pub listing: ListingId,
    /// Who publishes it.
    pub publisher: UserId,
    /// The publisher's handle.
    pub publisher_handle: String,
    /// Its name in addresses and folders.
    pub slug: Slug,
    /// The publisher's key that signs now, in its PASERK text; nothing before
    /// the first release.
    pub key: Option<String>,
    /// When the key took the place of another, if it did.
    pub key_changed_at: Option<Timestamp>,
}

/// A release, as its publisher sees it; others see only published ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Which.
    pub id: ReleaseId,
    /// Of which listing.
    pub listing: ListingId,
    /// Its version.
    pub version: Version,
    /// The channel that it goes down.
    pub channel: Channel,
    /// What is new in it.
    pub notes: String,
    /// How an installed copy is recognised, best first.
    pub rules: Vec<Rule>,
    /// Where it stands.
    pub state: ReleaseState,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Its number among all that the publisher signed for the product.
    pub seq: Option<u64>,
    /// The first moment at which what was signed is stale.
    pub expires_at: Option<Timestamp>,
}

impl Release {
    /// The rules of detection as publishers type them, one a line.
    #[must_use]
    pub fn rule_lines(&self) -> Vec<String> {
        self.rules.iter().map(Rule::line).collect()
    }
}

/// A release's program for one kind of computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Which.
    pub id: ArtifactId,
    /// Of which release.
    pub release: ReleaseId,
    /// For which kind of computer.
    pub computer: Computer,
    /// How it is packed.
    pub packing: Packing,
    /// What its file is called.
    pub name: String,
    /// The file to run.
    pub main: String,
    /// Its size in bytes; while it waits, the size that was announced.
    pub size: u64,
    /// Its SHA-256; while it waits, the one that was announced, if it was.
    pub sha256: Option<String>,
    /// What it holds, once it is uploaded.
    pub contents: Option<Contents>,
    /// When its upload was begun.
    pub begun_at: Timestamp,
}

/// What an uploaded program holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The bytes of all files together.
    pub unpacked_size: u64,
    /// The files, as the publisher signs them.
    pub files: Vec<package::FileClaim>,
    /// The address of what is kept: BLAKE3 in hexadecimal digits.
    pub file_hash: String,
}

const PRODUCT: &str = "SELECT p.listing_id, p.publisher_id, u.handle, p.slug, k.public_key, k.created_at, \
     (SELECT COUNT(*) FROM publisher_keys o WHERE o.publisher_id = p.publisher_id AND o.retired_at IS NOT NULL) \
     FROM products p JOIN users u ON u.id = p.publisher_id \
     LEFT JOIN publisher_keys k ON k.publisher_id = p.publisher_id AND k.retired_at IS NULL";

fn read_product(row: &mut Columns<'_>) -> Result<Product, Fault> {
    let (listing, publisher) = (row.id(ListingId::new)?, row.id(UserId::new)?);
    let publisher_handle = row.take()?;
    let slug = row.take_as("read a product's name", |text: String| Slug::parse(&text).ok())?;
    let (key, since) = (row.take()?, row.time_optional()?);
    let has_older = row.count()? > 0;
    Ok(Product {
        listing,
        publisher,
        publisher_handle,
        slug,
        key,
        key_changed_at: since.filter(|_| has_older),
    })
}

const RELEASE: &str = "SELECT r.id, r.listing_id, r.version, r.channel, r.notes, r.rules, r.state, \
     r.created_at, r.published_at, r.seq, r.expires_at FROM releases r";

fn read_release(row: &mut Columns<'_>) -> Result<Release, Fault> {
    Ok(Release {
        id: row.id(ReleaseId::new)?,
        listing: row.id(ListingId::new)?,
        version: row.take_as("read a version", |text: String| Version::parse(&text).ok())?,
        channel: row.take_as("read a channel", |text: String| Channel::parse(&text).ok())?,
        notes: row.take()?,
        rules: row.take_as("read rules", |text: String| serde_json::from_str(&text).ok())?,
        state: row.take_as("read a release's state", ReleaseState::from_number)?,
        created_at: row.time()?,
        published_at: row.time_optional()?,
        seq: row.take_optional("read a release's number", |seq: i64| u64::try_from(seq).ok())?,
        expires_at: row.time_optional()?,
    })
}

const ARTIFACT: &str = "SELECT a.id, a.release_id, a.os, a.arch, a.packing, a.name, a.main, a.size, a.sha256, \
     a.unpacked_size, a.files, a.file_hash, a.begun_at FROM artifacts a";

fn read_artifact(row: &mut Columns<'_>) -> Result<Artifact, Fault> {
    let (id, release) = (row.id(ArtifactId::new)?, row.id(ReleaseId::new)?);
    let (os, arch): (String, String) = (row.take()?, row.take()?);
    let bytes = |size: i64| u64::try_from(size).ok();
    Ok(Artifact {
        id,
        release,
        computer: Computer::parse(&os, &arch).map_err(|_| Fault::corrupt("read a kind of computer"))?,
        packing: row.take_as("read a packing", Packing::from_number)?,
        name: row.take()?,
        main: row.take()?,
        size: row.take_as("read a size", bytes)?,
        sha256: row.take()?,
        contents: {
            let unpacked = row.take_optional("read a size", bytes)?;
            let files =
                row.take_optional("read a list of files", |text: String| serde_json::from_str(&text).ok())?;
            let hash: Option<String> = row.take()?;
            unpacked.zip(files).zip(hash).map(|((unpacked_size, files), file_hash)| Contents {
                unpacked_size,
                files,
                file_hash,
            })
        },
        begun_at: row.time()?,
    })
}

async fn find_release(link: Link<'_>, id: ReleaseId) -> Result<Option<Release>, Fault> {
    link.row(format!("{RELEASE} WHERE r.id = $1"), vec![id.uuid().into()], read_release).await
}

/// The programs of a release, those that were dropped left out.
async fn artifacts_of(link: Link<'_>, release: ReleaseId) -> Result<Vec<Artifact>, Fault> {
    let sql = format!("{ARTIFACT} WHERE a.release_id = $1 AND a.state <> 3 ORDER BY a.os, a.arch");
    link.rows(sql, vec![release.uuid().into()], read_artifact).await
}

async fn product_of(link: Link<'_>, listing: ListingId) -> Result<Option<Product>, Fault> {
    link.row(format!("{PRODUCT} WHERE p.listing_id = $1"), vec![listing.uuid().into()], read_product).await
}

impl Store {
    /// The product of a listing, if there is one and the asker may see it.
    ///
    /// # Errors
    /// A fault only.
    pub async fn product(&self, actor: &Actor, listing: ListingId) -> Result<Option<Product>, Fault> {
        match self.find_listing(actor, listing).await? {
            Some(_) => product_of(self.read(), listing).await,
            None => Ok(None),
        }
    }

    /// The product of that name, if the asker may see its listing. Everybody
    /// may ask.
    ///
    /// # Errors
    /// A fault only.
    pub async fn product_named(&self, actor: &Actor, slug: &str) -> Result<Option<Product>, Fault> {
        let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
        let values = vec![Value::from(slug.as_str())];
        let found = self.read().row(format!("{PRODUCT} WHERE p.slug = $1"), values, read_product).await?;
        let Some(product) = found else { return Ok(None) };
        Ok(self.find_listing(actor, product.listing).await?.map(|_| product))
    }

    /// The releases of a listing, newest first: all for the publisher's own
    /// eyes, else those that are published.
    ///
    /// # Errors
    /// A fault only.
    pub async fn releases_of(&self, actor: &Actor, listing: ListingId) -> Result<Vec<Release>, Fault> {
        let Some(found) = self.find_listing(actor, listing).await? else { return Ok(Vec::new()) };
        let state = if actor.user_id() == Some(found.seller) { "" } else { " AND r.state = 2" };
        let sql = format!("{RELEASE} WHERE r.listing_id = $1{state} ORDER BY r.id DESC LIMIT 1000");
        self.read().rows(sql, vec![listing.uuid().into()], read_release).await
    }

    /// The newest published release of a channel. Whoever knows the listing
    /// may ask, also when it is no longer on sale: buyers keep what they have.
    ///
    /// # Errors
    /// A fault only.
    pub async fn newest_release(
        &self,
        listing: ListingId,
        channel: &Channel,
    ) -> Result<Option<Release>, Fault> {
        let sql = format!(
            "{RELEASE} WHERE r.listing_id = $1 AND r.channel = $2 AND r.state = 2 ORDER BY r.seq DESC LIMIT 1"
        );
        let values = vec![listing.uuid().into(), channel.as_str().into()];
        self.read().row(sql, values, read_release).await
    }

    /// The newest published release of a channel whose version is covered. As
    /// for [`Store::newest_release`].
    ///
    /// # Errors
    /// A fault only.
    pub async fn newest_covered(
        &self,
        listing: ListingId,
        channel: &Channel,
        covers: &Coverage,
    ) -> Result<Option<Release>, Fault> {
        // Most licences cover all, and then one row is enough.
        if *covers == Coverage::All {
            return self.newest_release(listing, channel).await;
        }
        let sql = "SELECT id, version FROM releases WHERE listing_id = $1 AND channel = $2 AND state = 2 \
                   ORDER BY seq DESC";
        let values = vec![listing.uuid().into(), channel.as_str().into()];
        let published = self.read().rows(sql, values, |row| {
            let id = row.id(ReleaseId::new)?;
            Ok((id, row.take_as("read a version", |text: String| Version::parse(&text).ok())?))
        });
        match published.await?.into_iter().find(|(_, version)| covers.covers(version)) {
            Some((id, _)) => find_release(self.read(), id).await,
            None => Ok(None),
        }
    }

    /// What the publisher signed about a release, as buyers' programs read
    /// it; nothing for a draft.
    ///
    /// # Errors
    /// A fault only.
    pub async fn manifest(&self, release: ReleaseId) -> Result<Option<String>, Fault> {
        let sql = "SELECT manifest FROM releases WHERE id = $1";
        let found = self.read().row(sql, vec![release.uuid().into()], |row| row.take::<Option<String>>());
        Ok(found.await?.flatten())
    }

    /// A release of the asker's own.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn own_release(&self, actor: &Actor, id: ReleaseId) -> Done<Release> {
        let user = actor.signed_in()?.id;
        let found = find_release(self.read(), id).await?.ok_or(Refusal::missing("release"))?;
        match product_of(self.read(), found.listing).await? {
            Some(product) if product.publisher == user => Ok(found),
            _ => Err(Refusal::missing("release").into()),
        }
    }

    /// The programs of a release that the asker was shown.
    ///
    /// # Errors
    /// A fault only.
    pub async fn artifacts(&self, release: &Release) -> Result<Vec<Artifact>, Fault> {
        artifacts_of(self.read(), release.id).await
    }
}
