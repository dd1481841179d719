//! What the store answers, as far as it is used here.

use serde::Deserialize;

/// The fields of an [`Offer`].
pub(crate) const OFFER: &str = "id kind price sentence";

/// The fields of a [`Licence`].
pub(crate) const LICENCE: &str = "id product verdict covers endsAt \
    meters { code granted consumed reserved left } devices { id } devicesMax \
    extensions { offerId sentence price } conversions { offerId sentence price }";

/// What an offer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Kind {
    Purchase,
    RentTime,
    RentUnits,
}

/// An offer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) price: String,
    /// What it means, in plain words.
    pub(crate) sentence: String,
}

/// A release.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Release {
    pub(crate) version: semver::Version,
    /// What the publisher signed.
    pub(crate) manifest: String,
}

/// A publisher, by the name that users know.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Seller {
    pub(crate) handle: String,
}

/// The listing under which a program is sold.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Listing {
    pub(crate) title: String,
    pub(crate) seller: Seller,
}

/// A program.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Software {
    pub(crate) listing: Option<Listing>,
    pub(crate) publisher_key: Option<String>,
    #[serde(default)]
    pub(crate) offers: Vec<Offer>,
    pub(crate) release: Option<Release>,
}

/// What is left on a meter.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Meter {
    pub(crate) code: String,
    pub(crate) granted: u32,
    pub(crate) left: u32,
}

/// What an offer costs who asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Quote {
    pub(crate) offer_id: String,
    pub(crate) price: String,
    /// What it means, in plain words.
    pub(crate) sentence: String,
}

/// A list as the store gives it, in parts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<T> {
    edges: Vec<Edge<T>>,
    page_info: Option<PageInfo>,
    /// How many there are in all, if that was asked for.
    pub(crate) total_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Edge<T> {
    node: T,
}

impl<T> Connection<T> {
    /// Where the next part begins; nothing after the last.
    pub(crate) fn next(&self) -> Option<String> {
        self.page_info.as_ref().filter(|page| page.has_next_page)?.end_cursor.clone()
    }

    /// What it lists.
    pub(crate) fn nodes(self) -> impl Iterator<Item = T> {
        self.edges.into_iter().map(|edge| edge.node)
    }
}

/// A licence.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Licence {
    pub(crate) id: String,
    /// Nothing before its first release.
    pub(crate) product: Option<String>,
    pub(crate) verdict: client::verdict::Verdict,
    /// Which versions it covers.
    pub(crate) covers: semver::VersionReq,
    pub(crate) ends_at: Option<String>,
    pub(crate) meters: Vec<Meter>,
    pub(crate) devices: Vec<serde::de::IgnoredAny>,
    pub(crate) devices_max: u32,
    pub(crate) extensions: Vec<Quote>,
    pub(crate) conversions: Vec<Quote>,
}

impl Licence {
    /// What it is worth now, in a few words.
    pub(crate) fn sentence(&self) -> String {
        let mut words = vec![self.verdict.code().to_owned()];
        words.extend(self.ends_at.as_ref().map(|end| format!("until {end}")));
        let meters = self.meters.iter();
        words.extend(meters.map(|meter| format!("{}: {} of {} left", meter.code, meter.left, meter.granted)));
        words.push(format!("{} of {} devices", self.devices.len(), self.devices_max));
        words.join(", ")
    }
}
