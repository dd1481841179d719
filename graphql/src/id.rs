//! Global ids: opaque outside, a type and a number inside (base64url of
//! `Listing:018f…`).
//!
//! An id gives no right: whoever may not see a thing hears that it is not
//! there, and so does whoever sends nonsense or the id of another thing.

use async_graphql::ID;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::{
    ArtifactId, BundleId, CartLineId, CategoryId, FeeRuleId, GiftId, ImageId, LetterId, LicenceId, ListingId,
    OfferId, OrderId, PaymentId, RedemptionId, ReleaseId, SessionId, TopUpId, UserId, VoucherBatchId,
};
use domain::refusal::Refusal;
use domain::topup::comparison::finding::FindingName;
use uuid::Uuid;

/// Longer ids are not looked at.
const LENGTH_MAX: usize = 100;

/// An identity that has a global id.
pub(crate) trait Global: Sized {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// What people call it, in "There is no such …".
    const NOUN: &'static str;
    /// The number as text.
    fn key(&self) -> String;
    /// The identity with that number.
    fn from_key(key: &str) -> Option<Self>;
}

macro_rules! globals {
    ($($id:ident: $name:literal, $noun:literal;)*) => {$(
        impl Global for $id {
            const NAME: &'static str = $name;
            const NOUN: &'static str = $noun;

            fn key(&self) -> String {
                self.uuid().simple().to_string()
            }

            fn from_key(key: &str) -> Option<Self> {
                // One spelling each, so that ids can be compared as texts.
                let uuid = Uuid::try_parse(key).ok()?;
                (uuid.simple().to_string() == key).then(|| Self::new(uuid))
            }
        }
    )*};
}

globals! {
    UserId: "User", "user";
    ListingId: "Listing", "listing";
    OrderId: "Order", "order";
    GiftId: "Gift", "gift";
    SessionId: "Session", "session";
    ImageId: "Image", "image";
    CartLineId: "CartLine", "line in your cart";
    FeeRuleId: "FeeRule", "fee rule";
    LetterId: "DeadLetter", "dead letter";
    TopUpId: "TopUpOrder", "top-up";
    BundleId: "TokenBundle", "bundle";
    RedemptionId: "TokenRedemption", "redemption";
    PaymentId: "Payment", "payment";
    VoucherBatchId: "VoucherBatch", "batch";
    OfferId: "Offer", "offer";
    ReleaseId: "Release", "release";
    ArtifactId: "Artifact", "program";
    LicenceId: "Licence", "licence";
}

impl Global for CategoryId {
    const NAME: &'static str = "Category";
    const NOUN: &'static str = "category";

    fn key(&self) -> String {
        self.get().to_string()
    }

    fn from_key(key: &str) -> Option<Self> {
        let number: i32 = key.parse().ok()?;
        (number.to_string() == key).then(|| Self::new(number))
    }
}

impl Global for FindingName {
    const NAME: &'static str = "ComparisonFinding";
    const NOUN: &'static str = "finding";

    fn key(&self) -> String {
        self.to_string()
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::parse(key)
    }
}

/// The global id of something.
pub(crate) fn global<T: Global>(id: T) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{}:{}", T::NAME, id.key())))
}

/// Takes a global id apart into the type's name and the number.
fn take_apart(id: &ID) -> Option<(String, String)> {
    if id.len() > LENGTH_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(name, key)| (name.to_owned(), key.to_owned()))
}

/// The identity that a global id names, if it is one of this type.
pub(crate) fn find<T: Global>(id: &ID) -> Option<T> {
    let (name, key) = take_apart(id)?;
    (name == T::NAME).then(|| T::from_key(&key)).flatten()
}

/// The same for the input of a mutation.
///
/// # Errors
/// `NotFound`, as for a thing that does not exist.
pub(crate) fn read<T: Global>(id: &ID) -> Result<T, Refusal> {
    find(id).ok_or(Refusal::missing(T::NOUN))
}

/// The category that an input names.
///
/// # Errors
/// `InvalidInput` on `categoryId`, as for one that does not exist.
pub(crate) fn read_category(id: &ID) -> Result<CategoryId, Refusal> {
    find(id).ok_or(Refusal::invalid("categoryId", "there is no such category"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_and_only_to_their_own_type() {
        let uuid = Uuid::from_u128(0x0192_8374_6655_7443_8221_1000_ffee_ddcc);
        let id = global(ListingId::new(uuid));
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_eq!(find::<ListingId>(&id), Some(ListingId::new(uuid)));
        assert_eq!(find::<OrderId>(&id), None);
        assert_eq!(find::<CategoryId>(&global(CategoryId::new(12))), Some(CategoryId::new(12)));
    }

    #[test]
    fn nonsense_is_nothing() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let long = "A".repeat(10_000);
        let table = [
            String::new(),
            "42".to_owned(),
            "%%%".to_owned(),
            long,
            encode("Listing"),
            encode("Listing:"),
            encode("Listing:1"),
            encode("Listing:01928374-6655-7443-8221-1000ffeeddcc"),
            encode("Listing:01928374665574438221"),
            encode("Category:+1"),
            encode("Category:01"),
            encode("Category:99999999999"),
        ];
        for text in table {
            assert_eq!(find::<ListingId>(&ID(text.clone())), None, "{text}");
            assert_eq!(find::<CategoryId>(&ID(text.clone())), None, "{text}");
        }
    }
}
