//! The opaque name of a place in the results of one query.

use super::{Filter, Sort};

/// From which end of the results a rank counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// From the first hit.
    Front,
    /// From the last hit: so the end of many results is as near as their start.
    Back,
}

/// A place in the results of one query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// From which side `rank` counts.
    pub side: Side,
    /// How many hits lie before it, seen from that side.
    pub rank: u32,
    /// The hour that freshness was judged by, since 1970.
    pub now_hours: u32,
    /// Which query it belongs to.
    pub fingerprint: u64,
}

impl Cursor {
    /// The cursor as callers see it.
    pub(crate) fn text(self) -> String {
        let side = match self.side {
            Side::Front => 'f',
            Side::Back => 'b',
        };
        format!("{side}{:08x}{:08x}{:016x}", self.rank, self.now_hours, self.fingerprint)
    }

    /// The cursor that [`Self::text`] wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != 33 || !text.is_ascii() || text.contains('+') {
            return None;
        }
        let side = match text.get(..1)? {
            "f" => Side::Front,
            "b" => Side::Back,
            _ => return None,
        };
        Some(Self {
            side,
            rank: u32::from_str_radix(text.get(1..9)?, 16).ok()?,
            now_hours: u32::from_str_radix(text.get(9..17)?, 16).ok()?,
            fingerprint: u64::from_str_radix(text.get(17..)?, 16).ok()?,
        })
    }
}

/// A text that differs between queries with different results.
pub(crate) fn identity(text: &str, filter: &Filter, sort: Sort) -> String {
    let Filter { category, price_min, price_max, kinds, seller, tags, in_stock } = filter;
    format!(
        "{text:?}{category:?}{:?}{:?}{kinds:?}{:?}{tags:?}{in_stock}{sort:?}",
        price_min.map(domain::tokens::Tokens::units),
        price_max.map(domain::tokens::Tokens::units),
        seller.map(|seller| seller.uuid().as_u128()),
    )
}

/// A number for an identity. Forging a cursor gains nothing, so FNV-1a is
/// enough.
pub(crate) fn fingerprint(identity: &str) -> u64 {
    identity.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
