//! Search results. The query string holds the whole state, so every page of
//! results can be kept, sent and come back to.

use super::prelude::*;

/// Search results.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/search.html", whitespace = "minimize")]
pub struct SearchView {
    /// The frame; its `query` is what was searched for.
    pub page: Page,
    /// How many listings were found.
    pub total: u64,
    /// What was found, one page of it.
    pub results: Vec<Card>,
    /// The pages beside this one.
    pub pager: Pager,
    /// The filters that are on, each with the way to take it off.
    pub chips: Vec<Chip>,
    /// The search without any filter.
    pub clear: String,
    /// The category chosen in the form; empty for all.
    pub category: String,
    /// Categories to go into.
    pub categories: Vec<Facet>,
    /// Kinds of listing.
    pub kinds: Vec<Choice>,
    /// Tags that are frequent among the results.
    pub tags: Vec<Choice>,
    /// The seller to whom the search is limited; empty for all.
    pub seller: String,
    /// The lowest price.
    pub price_min: Field,
    /// The highest price.
    pub price_max: Field,
    /// How prices are spread.
    pub histogram: Option<Histogram>,
    /// Whether only things in stock are shown.
    pub in_stock: bool,
    /// Orders of the results.
    pub sorts: Vec<Choice>,
    /// A spelling that finds more.
    pub did_you_mean: Option<Crumb>,
    /// Other things to look for, for a search that found nothing.
    pub suggestions: Vec<Crumb>,
}

/// A filter that is on.
#[derive(Clone, Debug)]
pub struct Chip {
    /// What it says, as in "Price from 10".
    pub label: String,
    /// The search without it.
    pub remove: String,
}

/// A category in the filters.
#[derive(Clone, Debug)]
pub struct Facet {
    /// Its name.
    pub label: String,
    /// How many of the results it holds, where that is known.
    pub count: Option<u64>,
    /// The search limited to it.
    pub href: String,
    /// Whether the search is limited to it.
    pub current: bool,
}

/// How prices are spread, as bars on a sheet 100 wide and 32 high.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// From cheap to dear.
    pub bars: Vec<Bar>,
    /// The same in words, for those who do not see the bars.
    pub summary: String,
}

/// One bar of a [`Histogram`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Thousandths of the sheet's width from its left edge.
    pub left: u32,
    /// Thousandths of the sheet's width.
    pub breadth: u32,
    /// Thousandths of the sheet's height.
    pub height: u32,
    /// Whether the price filter lets it through.
    pub inside: bool,
}

/// One step of prices and how many listings cost that much.
#[derive(Clone, Copy, Debug)]
pub struct PriceStep {
    /// The lowest price of the step.
    pub from: Tokens,
    /// How many listings.
    pub count: u64,
}

impl Histogram {
    /// The bars for `steps` in rising order; `inside` says which of them the
    /// price filter lets through. Nothing when there is nothing to compare.
    #[must_use]
    pub fn of(steps: &[PriceStep], inside: impl Fn(Tokens) -> bool) -> Option<Self> {
        let top = steps.iter().map(|step| step.count).max().filter(|top| *top > 0)?;
        let across = u32::try_from(steps.len()).ok().filter(|across| *across > 1)?;
        let bars = (0..across).zip(steps).map(|(index, step)| {
            let height = u32::try_from(u128::from(step.count) * 1_000 / u128::from(top)).unwrap_or(1_000);
            // A step that holds anything at all is to be seen.
            let height = if step.count > 0 { height.max(40) } else { 0 };
            let left = index * 1_000 / across;
            Bar { left, breadth: (index + 1) * 1_000 / across - left, height, inside: inside(step.from) }
        });
        let fullest = steps.iter().max_by_key(|step| step.count)?;
        let summary =
            format!("Most listings ({}) cost around {} tokens.", worth::counted(fullest.count), fullest.from);
        Some(Self { bars: bars.collect(), summary })
    }
}

impl Bar {
    /// Where its top edge is, from above.
    const fn top(self) -> u32 {
        1_000 - self.height
    }

    /// Its breadth without the gap to the next bar.
    const fn ink(self) -> u32 {
        self.breadth.saturating_sub(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_the_sheet_and_small_ones_can_be_seen() {
        let steps: Vec<_> = (0..7)
            .map(|n| PriceStep {
                from: Tokens::whole(n * 10),
                count: [0, 1, 10_000, 3, 0, 5_000, 1][usize::try_from(n).unwrap()],
            })
            .collect();
        let histogram = Histogram::of(&steps, |price| price >= Tokens::whole(20)).unwrap();
        assert_eq!(histogram.bars.iter().map(|bar| bar.breadth).sum::<u32>(), 1_000);
        assert_eq!(
            histogram.bars.iter().map(|bar| bar.height).collect::<Vec<_>>(),
            [0, 40, 1_000, 40, 0, 500, 40]
        );
        assert!(!histogram.bars[1].inside && histogram.bars[2].inside);
    }

    #[test]
    fn nothing_to_compare_draws_nothing() {
        assert!(Histogram::of(&[], |_| true).is_none());
        assert!(Histogram::of(&[PriceStep { from: Tokens::ZERO, count: 0 }; 4], |_| true).is_none());
    }
}
