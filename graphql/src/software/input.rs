//! What publishers ask for.

use async_graphql::{Enum, ID, InputObject};
use domain::licence::meter::MeterCode;
use domain::licence::offer::{OfferKind as Gives, Updates};
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::tokens::BasisPoints;
use store::offers::NewOffer;
use store::software::releases::NewRelease;

use super::{OfferKind, UpdatesCovered};
use crate::scalars::Tokens;
use crate::upload::Upload;

/// What a release shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ReleaseStep {
    /// Saved, or changed while it is a draft.
    Draft,
    /// Out for everybody who has a licence.
    Published,
    /// Taken off.
    Yanked,
}

/// A release, by its listing and version.
#[derive(InputObject)]
pub(crate) struct PublishReleaseInput {
    /// The global id of your software listing.
    pub(super) listing_id: ID,
    /// The semantic version, as 1.4.0 or 2.0.0-beta.1.
    pub(super) version: String,
    /// The channel, such as `stable` or `beta`; `stable` for a new release if
    /// left out.
    channel: Option<String>,
    /// What is new; up to 10,000 characters.
    notes: Option<String>,
    /// How an installed copy is recognised, best first, at most 32; each as
    /// `path_exists | ${OPT}/inkwell/inkwell | 1.4.0`.
    rules: Option<Vec<String>>,
    /// With the first release: the name of the software in addresses and
    /// folders. Made from the title if left out; never changed afterwards.
    product: Option<String>,
    /// What it shall be. A draft first: programs are uploaded for it, then it
    /// is published. Details are for drafts only.
    #[graphql(default_with = "ReleaseStep::Published")]
    pub(super) state: ReleaseStep,
}

impl PublishReleaseInput {
    /// Whether anything is said of the release beside its state.
    pub(super) fn has_details(&self) -> bool {
        self.channel.is_some() || self.notes.is_some() || self.rules.is_some() || self.product.is_some()
    }

    /// The details for the verb.
    pub(super) fn details(self) -> NewRelease {
        let Self { version, channel, notes, rules, product, .. } = self;
        NewRelease { version, channel, notes, rules, product }
    }
}

/// A program for one kind of computer.
#[derive(InputObject)]
pub(crate) struct UploadArtifactInput {
    /// The global id of your draft.
    pub(super) release_id: ID,
    /// The operating system: linux, macos, windows or freebsd.
    pub(super) os: String,
    /// The processor: x86_64, aarch64, x86, arm or riscv64.
    pub(super) arch: String,
    /// How it is packed: zip, tar.gz or binary.
    pub(super) packing: String,
    /// The file to run inside it; for a binary the name that it gets.
    pub(super) main: String,
    /// What its file is called.
    pub(super) name: Option<String>,
    /// How many bytes will come, as a decimal string; with `file`, as many as
    /// that has.
    pub(super) size_bytes: Option<String>,
    /// Their SHA-256 in hexadecimal; what comes then has to be that.
    pub(super) sha256: Option<String>,
    /// The program itself, to send all of it at once. Left out, its bytes are
    /// sent in parts to `uploadUrl`, and `finishUpload` ends that.
    pub(super) file: Option<Upload>,
}

/// An upload of which all bytes were sent.
#[derive(InputObject)]
pub(crate) struct FinishUploadInput {
    /// The global id of the program.
    pub(super) artifact_id: ID,
}

/// A program to take out of a draft.
#[derive(InputObject)]
pub(crate) struct RemoveArtifactInput {
    /// The global id of the program.
    pub(super) artifact_id: ID,
}

/// The offers of a listing, all of them.
#[derive(InputObject)]
pub(crate) struct SetOffersInput {
    /// The global id of your software listing.
    pub(super) listing_id: ID,
    /// The offers in their order; at most 20.
    pub(super) offers: Vec<OfferInput>,
}

/// One way to get a piece of software.
#[derive(InputObject)]
pub(crate) struct OfferInput {
    /// What it gives.
    kind: OfferKind,
    /// The price in tokens, in whole price steps.
    price: Tokens,
    /// How long a rental lasts, in seconds, 60 and more; for `RENT_UNITS` it
    /// may be left out.
    seconds: Option<i32>,
    /// For `RENT_UNITS` what is counted: `use` (the default) for starts, else
    /// the name of a task, such as `export-pdf`.
    meter: Option<String>,
    /// For `RENT_UNITS` how often, 1 to 1,000,000.
    units: Option<i32>,
    /// For `PURCHASE` which later versions it covers; all if left out.
    updates: Option<UpdatesCovered>,
    /// With `FOR_TIME` for how long, in seconds.
    updates_seconds: Option<i32>,
    /// On how many devices at once, 1 to 100.
    #[graphql(default = 1)]
    devices_max: i32,
    /// Whether a licence by it may be extended.
    #[graphql(default = true)]
    is_extendable: bool,
    /// For rentals how much of the rent paid counts towards a purchase, in
    /// hundredths of a percent; left out, it cannot be converted.
    credit_basis_points: Option<i32>,
}

fn length(field: &'static str, seconds: Option<i32>) -> Result<Seconds, Refusal> {
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    seconds.map(Seconds::new).ok_or(Refusal::invalid(field, "a length of time in seconds is needed"))
}

impl OfferInput {
    /// The same for the verb.
    ///
    /// # Errors
    /// `InvalidInput`; precedence: price, what it gives, devices, credit.
    pub(super) fn read(self) -> Result<NewOffer, Refusal> {
        let price = self.price.read("price")?;
        let kind = match self.kind {
            OfferKind::Purchase => Gives::Purchase {
                updates: match self.updates {
                    None | Some(UpdatesCovered::All) => Updates::All,
                    Some(UpdatesCovered::Major) => Updates::Major,
                    Some(UpdatesCovered::ForTime) => {
                        Updates::For(length("updatesSeconds", self.updates_seconds)?)
                    }
                },
            },
            OfferKind::RentTime => Gives::RentTime(length("seconds", self.seconds)?),
            OfferKind::RentUnits => Gives::RentUnits {
                meter: self.meter.as_deref().map_or(Ok(MeterCode::uses()), MeterCode::parse)?,
                // What is below nothing is refused like nothing.
                units: self.units.and_then(|units| u32::try_from(units).ok()).unwrap_or(0),
                within: match self.seconds {
                    None => None,
                    seconds => Some(length("seconds", seconds)?),
                },
            },
        };
        let points = |points: i32| u16::try_from(points).ok().and_then(BasisPoints::new);
        let credit = match self.credit_basis_points {
            None => None,
            Some(share) => Some(points(share).ok_or(Refusal::invalid(
                "convertCredit",
                "a share of the rent is from 0 to 10000 hundredths of a percent",
            ))?),
        };
        let devices_max = u16::try_from(self.devices_max).unwrap_or(0);
        Ok(NewOffer { kind, price, devices_max, is_extendable: self.is_extendable, credit })
    }
}
