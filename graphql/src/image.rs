//! Pictures: uploading them and where they are served.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use store::images::{Cover as CoverRow, Image as Row};
use store::{Done, Fault};

use crate::context::{Ask, Link};
use crate::error::payload;
use crate::id::global;
use crate::upload::Upload;

/// Larger pictures are refused before they are read.
const IMAGE_BYTES_MAX: u64 = 20 * 1_024 * 1_024;

/// One width of a picture.
#[derive(SimpleObject)]
pub(crate) struct Rendition {
    /// At most so many pixels wide.
    width: u32,
    /// Where it is served, as WebP; it never changes.
    url: String,
}

/// An uploaded picture.
pub(crate) struct Image(pub(crate) Row);

impl From<Row> for Image {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

/// A picture that was uploaded, turned upright and stripped of everything but
/// its pixels.
#[Object]
impl Image {
    /// The global id; give it as one of a listing's `imageIds`.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What every picture has, also the first one of a listing.
    #[graphql(flatten)]
    async fn rendered(&self) -> Cover {
        Cover(self.0.cover())
    }
}

/// The first picture of a listing.
pub(crate) struct Cover(pub(crate) CoverRow);

/// The first picture of a listing; costs no look-up of its own.
#[Object]
impl Cover {
    /// The width in pixels.
    async fn width(&self) -> u32 {
        self.0.width
    }

    /// The height in pixels.
    async fn height(&self) -> u32 {
        self.0.height
    }

    /// Where the picture is served, as WebP: the narrowest rendition that is
    /// wide enough, or else the widest.
    async fn url(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 640, desc = "How wide it is shown, in pixels.")] width: i32,
    ) -> Option<String> {
        let wanted = u32::try_from(width).unwrap_or(0);
        let widths = &self.0.widths;
        let width = *widths.iter().find(|width| **width >= wanted).or(widths.last())?;
        Some(ctx.link(Link::Picture { hash: &self.0.hash, width }))
    }

    /// All widths that are kept, smallest first.
    async fn renditions(&self, ctx: &Context<'_>) -> Vec<Rendition> {
        let hash = self.0.hash.as_str();
        let at = |width: u32| Rendition { width, url: ctx.link(Link::Picture { hash, width }) };
        self.0.widths.iter().copied().map(at).collect()
    }
}

/// A picture to upload.
#[derive(InputObject)]
pub(crate) struct UploadImageInput {
    /// A JPEG, PNG or WebP of at most 20 MB.
    file: Upload,
}

payload! {
    /// What came of uploading a picture.
    UploadImagePayload {
        /// The picture; hang it on a listing by its id.
        image: Image
    }
}

async fn upload(ctx: &Context<'_>, input: UploadImageInput) -> Done<Row> {
    ctx.actor().signed_in()?;
    let file = input.file.take(ctx)?;
    if file.size_bytes > IMAGE_BYTES_MAX {
        return Err(Refusal::invalid("file", "a picture has at most 20 MB").into());
    }
    let bytes = tokio::fs::read(&file.path).await.map_err(|_| Fault::unavailable("read an upload"))?;
    ctx.store().upload_image(ctx.actor(), bytes).await
}

/// Mutations of pictures.
#[derive(Default)]
pub(crate) struct ImageMutation;

#[Object]
impl ImageMutation {
    /// Uploads a picture, to be hung on a listing. It is turned upright and
    /// stripped of all but its pixels. Needs a signed-in user.
    async fn upload_image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The picture.")] input: UploadImageInput,
    ) -> Result<UploadImagePayload> {
        UploadImagePayload::of(ctx, upload(ctx, input).await)
    }
}
