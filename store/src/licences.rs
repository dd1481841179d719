//! Licences: what was bought or rented, how much of it is used, and on which
//! devices.

pub(crate) mod audit;
mod codes;
mod counting;
mod devices;
pub mod figures;
pub(crate) mod load;
mod reads;
mod sold;
mod suspensions;
mod trade;
pub(crate) mod write;

pub use devices::ClaimCode;
pub use reads::{LicenceView, Ways};
pub use sold::{RefundPreview, SoldGrant, SoldLicence};
pub use suspensions::{Suspension, SuspensionRecord};

use domain::id::LicenceId;
use domain::licence::device::ClientId;
use domain::licence::meter::MeterCode;
use domain::time::Timestamp;
use uuid::Uuid;

/// What an authorization code says, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The code's own name.
    pub id: Uuid,
    /// Of which licence.
    pub licence: LicenceId,
    /// The licence's generation.
    pub generation: u32,
    /// The product's name.
    pub product: String,
    /// The publisher's handle.
    pub publisher: String,
    /// Owned, or rented.
    pub is_owned: bool,
    /// For which device, by its key's name.
    pub device: String,
    /// When it is issued.
    pub at: Timestamp,
    /// From when on it holds.
    pub starts: Timestamp,
    /// Until when it holds; nothing if for good.
    pub expires: Option<Timestamp>,
    /// Until when was paid; nothing if without end.
    pub ends: Option<Timestamp>,
    /// Which versions it covers, as semantic versioning writes ranges.
    pub versions: String,
    /// The meters that are counted; none for what is owned, or rented by time
    /// alone.
    pub counted: Vec<MeterCode>,
    /// What is taken along.
    pub leases: Vec<LeasedUnits>,
    /// From when on a newer one should be asked for.
    pub refresh_after: Option<Timestamp>,
}

/// Units that a device takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedUnits {
    /// The lease's name, as its device made it.
    pub name: ClientId,
    /// Of which meter.
    pub meter: MeterCode,
    /// How many.
    pub units: u32,
    /// Until when.
    pub settle_by: Timestamp,
}

/// What was taken back, as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocations {
    /// The list's number; it only grows.
    pub version: u64,
    /// When it was made.
    pub at: Timestamp,
    /// When a newer one is to be expected.
    pub next: Timestamp,
    /// Licences, with the first generation that holds again.
    pub entries: Vec<(LicenceId, u32)>,
}
