//! How good a listing is apart from the words: what was sold, how it was
//! rated, how young it is. Whole points, 0 to 1,000; floats only where the
//! engine's own score is blended in.

/// Most points of every kind.
pub(super) const POINTS_MAX: u32 = 1_000;

/// Sales from which more make no difference.
const SALES_FULL: u32 = 10_000;
/// Days after which a listing has half the points for freshness.
const FRESH_DAYS_HALF: u32 = 180;
/// A listing's mean rating is trusted as if that many more sales had ended
/// with [`RATING_USUAL`]: one enthusiast does not outweigh a hundred buyers.
const RATING_PRIOR_SALES: u32 = 5;
/// In hundredths.
const RATING_USUAL: u32 = 350;

/// Points for sales, on a logarithmic scale.
pub(super) fn sales_points(sales: u32) -> u32 {
    let scaled = |count: u32| log2_in_256ths(count.saturating_add(1));
    (POINTS_MAX * scaled(sales.min(SALES_FULL)) / scaled(SALES_FULL)).min(POINTS_MAX)
}

/// Points for the rating, drawn towards the usual one while sales are few.
pub(super) fn rating_points(sales: u32, rating: Option<u16>) -> u32 {
    let sales = sales.min(SALES_FULL);
    let rating = rating.map_or(RATING_USUAL, u32::from).min(500);
    let drawn =
        (RATING_USUAL * RATING_PRIOR_SALES + rating * sales.max(1)) / (RATING_PRIOR_SALES + sales.max(1));
    drawn * POINTS_MAX / 500
}

/// Points for sales and rating together; kept in the index.
pub(super) fn standing(sales: u32, rating: Option<u16>) -> u32 {
    (6 * sales_points(sales) + 4 * rating_points(sales, rating)) / 10
}

/// Points for youth at `now_hours`, both in hours since 1970.
pub(super) fn freshness(now_hours: u32, created_hours: u32) -> u32 {
    let days = now_hours.saturating_sub(created_hours) / 24;
    POINTS_MAX * FRESH_DAYS_HALF / FRESH_DAYS_HALF.saturating_add(days)
}

/// What the score of the words is multiplied with, in thousandths: 1,000 to
/// 1,600, and half of it for what cannot be bought now.
pub(super) fn factor(standing: u32, freshness: u32, in_stock: bool) -> u32 {
    let whole = 1_000 + (45 * standing + 15 * freshness) / 100;
    if in_stock { whole } else { whole / 2 }
}

/// The score that orders by relevance; never negative.
pub(super) fn blend(text_score: f32, factor: u32) -> f64 {
    let blended = f64::from(text_score) * f64::from(factor) / 1_000.0;
    if blended > 0.0 { blended } else { 0.0 }
}

/// The logarithm of a number above 0, straight between powers of two.
fn log2_in_256ths(number: u32) -> u32 {
    let whole = number.max(1).ilog2();
    let part = (u64::from(number.max(1)) << 8 >> whole) & 255;
    whole * 256 + u32::try_from(part).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_sales_better_ratings_and_youth_count_for_more() {
        let table = [
            ((0, None, 0), (0, None, 400)),
            ((10, Some(400), 0), (0, Some(400), 0)),
            ((10, Some(450), 0), (10, Some(350), 0)),
            ((200, Some(450), 0), (1, Some(500), 0)),
            ((500, Some(400), 365), (5, Some(400), 0)),
        ];
        let points = |(sales, rating, days): (u32, Option<u16>, u32)| {
            factor(standing(sales, rating), freshness(500_000, 500_000 - days * 24), true)
        };
        for (better, worse) in table {
            assert!(points(better) > points(worse), "{better:?} {worse:?}");
        }
    }

    proptest! {
        #[test]
        fn points_stay_within_their_bounds(sales: u32, rating in proptest::option::of(0u16..=500), now: u32, created: u32, stock: bool) {
            prop_assert!(standing(sales, rating) <= POINTS_MAX);
            prop_assert!(freshness(now, created) <= POINTS_MAX);
            let factor = factor(standing(sales, rating), freshness(now, created), stock);
            prop_assert!((500..=1_600).contains(&factor));
        }

        #[test]
        fn sales_never_harm(sales in 0u32..20_000) {
            prop_assert!(sales_points(sales + 1) >= sales_points(sales));
        }
    }
}
