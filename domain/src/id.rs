//! Identities: one type a noun, so that none is taken for another.
//!
//! All are UUID version 7 (RFC 9562): in time order, so that new rows go to
//! the end of an index. Outside they are opaque.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The identity that `uuid` stands for.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare number, for tables and opaque outer ids.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    )*};
}

ids! {
    /// Anyone with an account.
    UserId;
    /// Something offered by a seller.
    ListingId;
    /// What one buyer bought from one seller in one checkout.
    OrderId;
    /// Tokens given to a user or put behind a claim link.
    GiftId;
    /// A sign-in that has not ended.
    SessionId;
    /// An uploaded picture.
    ImageId;
    /// A line of a cart.
    CartLineId;
    /// A rule that sets the vendor's cut.
    FeeRuleId;
    /// An order for tokens.
    TopUpId;
    /// A bundle of tokens that the vendor sells at a price of its own.
    BundleId;
    /// A price of tokens, or a set of bundles, from when it holds.
    TariffId;
    /// A charge that a card holder disputes at the bank.
    DisputeId;
    /// Money on its way back to who paid a top-up.
    RefundId;
    /// A numbered paper about a top-up.
    PaperId;
    /// Money that came over the desk.
    PaymentId;
    /// A scan beside a top-up.
    ScanId;
    /// Promo tokens that may expire.
    LotId;
    /// A letter in the outbox.
    LetterId;
    /// A printed code that becomes tokens.
    VoucherId;
    /// Vouchers that were issued together.
    VoucherBatchId;
    /// Earned tokens on their way back into money.
    RedemptionId;
    /// Redemptions that the bank was told of together.
    RedemptionBatchId;
    /// One way to get a piece of software.
    OfferId;
    /// A version of a piece of software.
    ReleaseId;
    /// A release's program for one kind of computer.
    ArtifactId;
    /// A user's right to use a piece of software.
    LicenceId;
    /// A visitor without an account, known only by a random cookie.
    VisitorId;
}

/// A category's number; the tree is small and kept by the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryId(i32);

impl CategoryId {
    /// The category with that number.
    #[must_use]
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The bare number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

/// The source of a command's new identities: a time and a random seed, both
/// passed in, so that the same command decides the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    at: Timestamp,
    seed: [u8; 16],
}

impl Mint {
    /// A source for one command at `at`; `seed` must be fresh and secret.
    #[must_use]
    pub const fn new(at: Timestamp, seed: [u8; 16]) -> Self {
        Self { at, seed }
    }

    /// When the command was asked.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The identity number `index` of this command.
    #[must_use]
    pub fn uuid(&self, index: u32) -> Uuid {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed);
        hasher.update(&index.to_le_bytes());
        let mut random = [0; 10];
        hasher.finalize_xof().fill(&mut random);
        let millis = u64::try_from(self.at.millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
