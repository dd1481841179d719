//! Values that templates pass on: askama lends every argument, sometimes
//! through several references, so functions for templates take any depth.

use domain::id::{
    CartLineId, GiftId, LetterId, LicenceId, ListingId, OfferId, OrderId, PaperId, RedemptionBatchId,
    RedemptionId, ReleaseId, ScanId, SessionId, TopUpId, UserId, VoucherBatchId,
};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::topup::comparison::finding::FindingName;

/// A `T`, or a reference to one, or a reference to that.
pub trait Lent<T> {
    /// The value itself.
    fn lent(&self) -> &T;
}

impl<T, U: Lent<T> + ?Sized> Lent<T> for &U {
    fn lent(&self) -> &T {
        (**self).lent()
    }
}

macro_rules! lent {
    ($($ty:ty),+) => {$(
        impl Lent<$ty> for $ty {
            fn lent(&self) -> &$ty {
                self
            }
        }
    )+};
}

lent!(
    CartLineId,
    FindingName,
    GiftId,
    LicenceId,
    LetterId,
    ListingId,
    OfferId,
    OrderId,
    RedemptionBatchId,
    RedemptionId,
    ReleaseId,
    PaperId,
    ScanId,
    SessionId,
    String,
    Timestamp,
    Tokens,
    TopUpId,
    UserId,
    VoucherBatchId,
    u64
);
