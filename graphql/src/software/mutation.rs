//! Publishing, uploading, and setting offers.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use domain::software::Version;
use store::Done;
use store::software::releases::NewRelease;
use store::software::uploads::NewArtifact;
use store::software::{Artifact as ArtifactRow, Release as ReleaseRow};

use super::input::{
    FinishUploadInput, PublishReleaseInput, ReleaseStep, RemoveArtifactInput, SetOffersInput,
    UploadArtifactInput,
};
use super::{Artifact, Offer, Release};
use crate::context::Ask;
use crate::error::{UserError, payload, settle};
use crate::id::read;

payload! {
    /// What came of drafting, publishing or yanking a release.
    PublishReleasePayload {
        /// The release as it is now.
        release: Release
    }
}

payload! {
    /// What came of uploading a program, or of beginning to.
    UploadArtifactPayload {
        /// The program as it is now.
        artifact: Artifact
    }
}

payload! {
    /// What came of finishing an upload.
    FinishUploadPayload {
        /// The program as it is now.
        artifact: Artifact
    }
}

payload! {
    /// What came of taking a program out of a draft.
    RemoveArtifactPayload {
        /// The release as it is now.
        release: Release
    }
}

/// What came of setting offers.
#[derive(SimpleObject)]
pub(crate) struct SetOffersPayload {
    /// The offers as they hold now.
    offers: Option<Vec<Offer>>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

async fn publish(ctx: &Context<'_>, input: PublishReleaseInput) -> Done<ReleaseRow> {
    let (store, actor) = (ctx.store(), ctx.actor());
    actor.signed_in()?;
    let listing = read(&input.listing_id)?;
    let step = input.state;
    if step == ReleaseStep::Draft {
        return store.draft_release(actor, listing, input.details()).await;
    }
    let version = Version::parse(&input.version)?;
    let found = store.releases_of(actor, listing).await?;
    let found = found.into_iter().find(|release| release.version == version);
    let found = found.ok_or(Refusal::missing("release: save a draft and upload its programs first"))?;
    // Whose it is comes before what it says.
    let release = store.own_release(actor, found.id).await?;
    let release = match step == ReleaseStep::Published && input.has_details() {
        true => store.draft_release(actor, listing, NewRelease { ..input.details() }).await?,
        false => release,
    };
    match step {
        ReleaseStep::Published => store.publish_release(actor, release.id).await,
        ReleaseStep::Yanked | ReleaseStep::Draft => store.yank_release(actor, release.id).await,
    }
}

async fn upload(ctx: &Context<'_>, input: UploadArtifactInput) -> Done<ArtifactRow> {
    let (store, actor) = (ctx.store(), ctx.actor());
    actor.signed_in()?;
    let release = read(&input.release_id)?;
    let file = input.file.map(|file| file.take(ctx)).transpose()?;
    let name = input.name.or_else(|| file.as_ref().map(|file| file.name.clone()));
    let size = match (&input.size_bytes, &file) {
        (_, Some(file)) => file.size_bytes,
        (Some(size), None) => {
            size.parse().map_err(|_| Refusal::invalid("sizeBytes", "a number of bytes is needed"))?
        }
        (None, None) => return Err(Refusal::invalid("sizeBytes", "a number of bytes is needed").into()),
    };
    let new = NewArtifact {
        os: input.os,
        arch: input.arch,
        packing: input.packing,
        name: name.unwrap_or_else(|| "program".to_owned()),
        main: input.main,
        size,
        sha256: input.sha256,
    };
    match file {
        Some(file) => store.upload_whole(actor, release, new, file.path.clone()).await,
        None => store.begin_upload(actor, release, new).await,
    }
}

/// Mutations of software.
#[derive(Default)]
pub(crate) struct SoftwareMutation;

#[Object]
impl SoftwareMutation {
    /// Saves a draft of a release, publishes it, or yanks it. Publishing signs
    /// what it holds by the publisher's key; what is published never changes.
    /// Asking again for what is so already changes nothing. Only the
    /// listing's seller may.
    async fn publish_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which release, and what it shall be.")] input: PublishReleaseInput,
    ) -> Result<PublishReleasePayload> {
        PublishReleasePayload::of(ctx, publish(ctx, input).await)
    }

    /// Uploads a program for a draft, or begins to: without `file` its bytes
    /// are sent to `uploadUrl` in parts, which may be sent again, and
    /// `finishUpload` ends it. Beginning the same again goes on with it. Only
    /// the listing's seller may.
    async fn upload_artifact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which release and computer, and the program.")] input: UploadArtifactInput,
    ) -> Result<UploadArtifactPayload> {
        UploadArtifactPayload::of(ctx, upload(ctx, input).await)
    }

    /// Ends an upload: the program is looked through, and taken if buyers'
    /// programs would take it. Only the listing's seller may.
    async fn finish_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which program.")] input: FinishUploadInput,
    ) -> Result<FinishUploadPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().finish_upload(ctx.actor(), read(&input.artifact_id)?).await
        };
        FinishUploadPayload::of(ctx, done.await)
    }

    /// Takes a program out of a draft. Only the listing's seller may.
    async fn remove_artifact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which program.")] input: RemoveArtifactInput,
    ) -> Result<RemoveArtifactPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            ctx.store().drop_artifact(ctx.actor(), read(&input.artifact_id)?).await
        };
        RemoveArtifactPayload::of(ctx, done.await)
    }

    /// Sets the offers of a listing: what is new is added, what is left out is
    /// retired, what is the same stays. Licences keep the offer that they were
    /// bought by. Only the listing's seller may.
    async fn set_offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listing, and all its offers.")] input: SetOffersInput,
    ) -> Result<SetOffersPayload> {
        let done = async {
            ctx.actor().signed_in()?;
            let listing = read(&input.listing_id)?;
            let offers =
                input.offers.into_iter().map(super::input::OfferInput::read).collect::<Result<_, _>>()?;
            ctx.store().set_offers(ctx.actor(), listing, offers).await
        };
        let (done, user_errors) = settle(ctx, done.await)?;
        let offers = done.map(|offers| offers.into_iter().map(Offer).collect());
        Ok(SetOffersPayload { offers, user_errors })
    }
}
