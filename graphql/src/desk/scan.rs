//! Laying a scan beside an order at the desk.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::desk::attachment::ATTACHMENT_BYTES_MAX;
use domain::refusal::Refusal;
use store::error::Fault;
use store::{Done, desk};

use super::Attachment;
use crate::context::Ask;
use crate::error::payload;
use crate::id::read;
use crate::upload::Upload;

/// A scan of what a customer sent.
#[derive(InputObject)]
pub(crate) struct AttachScanInput {
    /// The global id of the order.
    top_up_id: ID,
    /// A PDF, a PNG, JPEG or WebP picture, or plain text of at most 10 MB; its
    /// bytes say which.
    file: Upload,
}

payload! {
    /// What came of laying a scan beside an order.
    AttachScanPayload {
        /// The scan.
        attachment: Attachment
    }
}

async fn attach(ctx: &Context<'_>, input: AttachScanInput) -> Done<desk::Attachment> {
    ctx.actor().staff()?;
    let top_up = read(&input.top_up_id)?;
    let file = input.file.take(ctx)?;
    if file.size_bytes > ATTACHMENT_BYTES_MAX {
        return Err(Refusal::invalid("attachment", "a scan has at most 10 MB").into());
    }
    let bytes = tokio::fs::read(&file.path).await.map_err(|_| Fault::unavailable("read an upload"))?;
    ctx.store().attach_scan(ctx.actor(), top_up, &file.name, bytes).await
}

/// Mutations of scans.
#[derive(Default)]
pub(crate) struct ScanMutation;

#[Object]
impl ScanMutation {
    /// Lays a scan beside an order: a purchase order that came by fax. For the
    /// vendor's staff.
    async fn attach_scan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Beside which order, and the file.")] input: AttachScanInput,
    ) -> Result<AttachScanPayload> {
        AttachScanPayload::of(ctx, attach(ctx, input).await.map(Attachment))
    }
}
