//! Pictures: uploading them and finding them again.

use std::fmt;

use domain::access::Actor;
use domain::id::{ImageId, ListingId, UserId};
use domain::refusal::Refusal;
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::{Columns, Link, ids, insert, marks};

/// The most pictures that one user keeps.
pub const IMAGES_OF_USER_MAX: u32 = 5_000;

/// A picture that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Which picture.
    pub id: ImageId,
    /// The content address of its files.
    pub hash: String,
    /// The width of the upright original in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The widths that are kept, smallest first.
    pub widths: Vec<u32>,
}

impl Image {
    /// What a listing remembers of its first picture.
    #[must_use]
    pub fn cover(&self) -> Cover {
        Cover { hash: self.hash.clone(), width: self.width, height: self.height, widths: self.widths.clone() }
    }
}

/// The first picture of a listing, kept with the listing so that a page of
/// cards needs no second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The content address of its files.
    pub hash: String,
    /// The width of the upright original in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The widths that are kept, smallest first.
    pub widths: Vec<u32>,
}

impl Cover {
    /// Reads `HASH WIDTH HEIGHT WIDTHS`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (hash, width, height) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            hash: hash.to_owned(),
            width: width.parse().ok()?,
            height: height.parse().ok()?,
            widths: parse_widths(parts.next()?)?,
        })
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {} {}", self.hash, self.width, self.height, write_widths(&self.widths))
    }
}

fn parse_widths(text: &str) -> Option<Vec<u32>> {
    text.split(',').map(|width| width.parse().ok()).collect()
}

fn write_widths(widths: &[u32]) -> String {
    widths.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

const IMAGE: &str = "i.id, i.hash, i.width, i.height, i.widths FROM images i";

fn read_image(row: &mut Columns<'_>) -> Result<Image, Fault> {
    let pixels = |pixels: i32| u32::try_from(pixels).ok();
    Ok(Image {
        id: row.id(ImageId::new)?,
        hash: row.take()?,
        width: row.take_as("read a picture's width", pixels)?,
        height: row.take_as("read a picture's height", pixels)?,
        widths: row.take_as("read a picture's widths", |text: String| parse_widths(&text))?,
    })
}

/// Those of `wanted` that belong to `owner`, in the same order.
pub(crate) async fn owned(link: Link<'_>, owner: UserId, wanted: &[ImageId]) -> Result<Vec<Image>, Fault> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![Value::from(owner.uuid())];
    values.extend(ids(wanted.iter().map(|id| id.uuid())));
    let sql = format!("SELECT {IMAGE} WHERE i.owner_id = $1 AND i.id IN ({})", marks(1, wanted.len()));
    let found = link.rows(sql, values, read_image).await?;
    Ok(wanted.iter().filter_map(|id| found.iter().find(|image| image.id == *id)).cloned().collect())
}

/// The pictures of a listing, in their order.
pub(crate) async fn of_listing(link: Link<'_>, listing: ListingId) -> Result<Vec<Image>, Fault> {
    let sql = format!(
        "SELECT {IMAGE} JOIN listing_images l ON l.image_id = i.id WHERE l.listing_id = $1 ORDER BY l.place"
    );
    link.rows(sql, vec![listing.uuid().into()], read_image).await
}

impl Store {
    /// Takes a picture: checks it, turns it upright, strips everything but
    /// the pixels, and keeps it in several widths.
    ///
    /// # Errors
    /// `NotSignedIn`, `TooMany`, then what is refused of the picture itself.
    pub async fn upload_image(&self, actor: &Actor, bytes: Vec<u8>) -> Done<Image> {
        let owner = actor.signed_in()?;
        let sql = "SELECT COUNT(*) FROM images WHERE owner_id = $1";
        let count = self.read().row(sql, vec![owner.id.uuid().into()], |row| row.count()).await?;
        if count.unwrap_or(0) >= IMAGES_OF_USER_MAX {
            return Err(Refusal::TooMany { what: "pictures".into(), limit: IMAGES_OF_USER_MAX }.into());
        }
        let pressed = self.0.media.press(bytes).await?;
        let mint = self.0.world.mint();
        let image = Image {
            id: ImageId::new(mint.uuid(0)),
            hash: pressed.hash,
            width: pressed.width,
            height: pressed.height,
            widths: pressed.widths,
        };
        let kept = image.clone();
        let pixels = |pixels: u32| i32::try_from(pixels).map_err(|_| Fault::bug("write a picture's size"));
        let (width, height) = (pixels(image.width)?, pixels(image.height)?);
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let values = vec![
                        Value::from(image.id.uuid()),
                        owner.id.uuid().into(),
                        image.hash.as_str().into(),
                        width.into(),
                        height.into(),
                        write_widths(&image.widths).into(),
                        mint.at().millis().into(),
                    ];
                    Ok(insert(
                        link,
                        "images (id, owner_id, hash, width, height, widths, created_at)",
                        7,
                        values,
                    )
                    .await?)
                })
            })
            .await?;
        Ok(kept)
    }

    /// The asker's own picture.
    ///
    /// # Errors
    /// A fault only.
    pub async fn image(&self, actor: &Actor, id: ImageId) -> Result<Option<Image>, Fault> {
        match actor.user_id() {
            Some(user) => Ok(owned(self.read(), user, &[id]).await?.into_iter().next()),
            None => Ok(None),
        }
    }
}
