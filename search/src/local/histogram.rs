//! Counts prices as they come, then shows them in a few ranges with round
//! bounds. The bounds are not known before all prices are: so prices are first
//! counted by their three leading digits, which no round bound cuts through.

use domain::tokens::Tokens;

use crate::page::{PriceBucket, Prices};

/// Ranges that are shown at most.
const BUCKETS_MAX: usize = 12;
/// From this ratio of highest to lowest on, bounds grow by 1-2-5 instead of
/// by a fixed step.
const WIDE_RATIO: i64 = 20;

/// Prices counted by their three leading digits.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Vec<u32>,
    lowest: i64,
    highest: i64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Vec::new(), lowest: i64::MAX, highest: -1 }
    }
}

impl Histogram {
    /// Counts a price in units.
    #[inline]
    pub(super) fn add(&mut self, units: u64) {
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        self.lowest = self.lowest.min(units);
        self.highest = self.highest.max(units);
        let cell = cell(units);
        if cell >= self.counts.len() {
            self.counts.resize(cell + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(cell) {
            *count += 1;
        }
    }

    /// Takes in what another has counted.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
    }

    /// The ranges to show; none if nothing was counted.
    pub(super) fn prices(&self) -> Option<Prices> {
        if self.highest < 0 {
            return None;
        }
        let bounds = bounds(self.lowest, self.highest);
        let mut buckets: Vec<PriceBucket> = bounds
            .windows(2)
            .filter_map(|pair| {
                let &[from, to] = pair else { return None };
                Some(PriceBucket { from: tokens(from), to: tokens(to), count: 0 })
            })
            .collect();
        for (cell, &count) in self.counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let start = tokens(cell_start(cell));
            if let Some(bucket) = buckets.iter_mut().rev().find(|bucket| bucket.from <= start) {
                bucket.count += count;
            }
        }
        Some(Prices { lowest: tokens(self.lowest), highest: tokens(self.highest), buckets })
    }
}

/// Bounds from at most `lowest` to above `highest`, between which there are at
/// most [`BUCKETS_MAX`] ranges.
fn bounds(lowest: i64, highest: i64) -> Vec<i64> {
    if highest / WIDE_RATIO >= lowest.max(1) { rising(lowest, highest) } else { even(lowest, highest) }
}

/// Multiples of the smallest round step that needs few enough ranges.
fn even(lowest: i64, highest: i64) -> Vec<i64> {
    // Below this step a bound could cut through a cell.
    let finest = cell_width(highest);
    let step = round_numbers().filter(|&step| step >= finest).find(|&step| {
        let ranges = highest / step - lowest / step + 1;
        usize::try_from(ranges).is_ok_and(|ranges| ranges <= BUCKETS_MAX)
    });
    let step = step.unwrap_or(i64::MAX);
    let mut bounds = vec![lowest / step * step];
    while let Some(&last) = bounds.last()
        && last <= highest
        && last < i64::MAX
    {
        bounds.push(last.saturating_add(step));
    }
    bounds
}

/// Round numbers around all prices; every second or more is left out if there
/// would be too many ranges.
fn rising(lowest: i64, highest: i64) -> Vec<i64> {
    let all: Vec<i64> = std::iter::once(0).chain(round_numbers()).collect();
    let first = all.partition_point(|&bound| bound <= lowest).saturating_sub(1);
    let last = all.partition_point(|&bound| bound <= highest);
    let needed: Vec<i64> = all.get(first..=last.min(all.len() - 1)).unwrap_or_default().to_vec();
    let stride = (needed.len() - 1).div_ceil(BUCKETS_MAX).max(1);
    let mut bounds: Vec<i64> = needed.iter().copied().step_by(stride).collect();
    if bounds.last() != needed.last() {
        bounds.extend(needed.last());
    }
    bounds
}

/// 1, 2, 5, 10, 20, 50, … as far as units go, and then their end.
fn round_numbers() -> impl Iterator<Item = i64> {
    let powers = (0..=18u32).map(|power| 10i64.pow(power));
    powers
        .flat_map(|power| [Some(power), power.checked_mul(2), power.checked_mul(5)])
        .flatten()
        .chain([i64::MAX])
}

/// How wide the cell of a price is.
fn cell_width(units: i64) -> i64 {
    10i64.pow(units.max(1).ilog10().saturating_sub(2))
}

/// The cell of a price: its number below 1,000, then 900 cells a decade.
#[inline]
fn cell(units: i64) -> usize {
    let width = cell_width(units);
    let decade = units.max(1).ilog10().saturating_sub(2);
    // Within 0..1,000 in the first decade, 100..1,000 in each later one.
    let digits = usize::try_from(units / width).unwrap_or(0);
    usize::try_from(decade).map_or(digits, |decade| decade * 900 + digits)
}

/// The lowest price of a cell.
fn cell_start(cell: usize) -> i64 {
    let decade = cell.saturating_sub(100) / 900;
    let digits = i64::try_from(cell - decade * 900).unwrap_or(0);
    u32::try_from(decade)
        .ok()
        .and_then(|decade| 10i64.checked_pow(decade))
        .map_or(i64::MAX, |width| digits.saturating_mul(width))
}

fn tokens(units: i64) -> Tokens {
    Tokens::from_units(units).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(prices: &[i64]) -> String {
        let mut histogram = Histogram::default();
        prices.iter().for_each(|&price| histogram.add((price * 10_000).unsigned_abs()));
        let Some(prices) = histogram.prices() else { return "none".into() };
        let buckets: Vec<String> = prices
            .buckets
            .iter()
            .map(|bucket| format!("{}–{}:{}", bucket.from, bucket.to, bucket.count))
            .collect();
        buckets.join(" ")
    }

    #[test]
    fn prices_fall_into_ranges_with_round_bounds() {
        let table: [(&[i64], &str); 5] = [
            (&[], "none"),
            (&[7], "7–7.01:1"),
            (&[10, 12, 19, 25], "10–12:1 12–14:1 14–16:0 16–18:0 18–20:1 20–22:0 22–24:0 24–26:1"),
            (
                &[95, 100, 104],
                "95–96:1 96–97:0 97–98:0 98–99:0 99–100:0 100–101:1 101–102:0 102–103:0 103–104:0 104–105:1",
            ),
            (&[3, 4, 30, 450, 900], "2–5:2 5–10:0 10–20:0 20–50:1 50–100:0 100–200:0 200–500:1 500–1000:1"),
        ];
        for (prices, expected) in table {
            assert_eq!(shown(prices), expected, "{prices:?}");
        }
        // Free things beside dear ones: the first range starts at nothing.
        assert!(shown(&[0, 0, 4]).starts_with("0–"), "{}", shown(&[0, 0, 4]));
    }

    proptest! {
        #[test]
        fn each_price_is_counted_in_the_range_that_holds_it(prices in proptest::collection::vec(prop_oneof![0i64..2_000, 0..=i64::MAX, 90_000i64..2_000_000], 1..60)) {
            let mut histogram = Histogram::default();
            let (left, right) = prices.split_at(prices.len() / 2);
            left.iter().for_each(|&price| histogram.add(price.unsigned_abs()));
            let mut other = Histogram::default();
            right.iter().for_each(|&price| other.add(price.unsigned_abs()));
            histogram.absorb(&other);
            let shown = histogram.prices();
            prop_assert!(shown.is_some());
            let shown = shown.unwrap();
            prop_assert!(shown.buckets.len() <= BUCKETS_MAX);
            for bucket in &shown.buckets {
                let last = bucket.to == tokens(i64::MAX);
                let inside = |&&price: &&i64| tokens(price) >= bucket.from && (tokens(price) < bucket.to || last);
                prop_assert_eq!(usize::try_from(bucket.count).unwrap(), prices.iter().filter(inside).count(), "{:?}", bucket);
            }
            for pair in shown.buckets.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from);
            }
        }
    }
}
