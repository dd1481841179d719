//! Charts, drawn on the server as SVG: bars side by side, without script.
//! What they show stands beside them in a table, for everybody who cannot see
//! them.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::worth::counted;

/// How high a chart is, in units of its own.
const HEIGHT: u64 = 200;

/// How far bars stand apart, from left edge to left edge.
const STEP: u64 = 10;

/// The lowest bar that is still seen.
const LOWEST: u64 = 3;

/// A row of bars.
#[derive(Template, Clone, Debug, PartialEq, Eq)]
#[template(path = "parts/chart.html", whitespace = "minimize")]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// All bars together, in words.
    pub total: String,
    /// What the highest bar stands for, in words.
    pub top: String,
    /// The bars that are not empty, from left to right.
    pub bars: Vec<Bar>,
    /// How wide it is, in units of its own.
    pub width: u64,
    /// What stands below its left end.
    pub first: String,
    /// What stands below its right end.
    pub last: String,
}

impl HtmlSafe for Chart {}

/// A bar of a [`Chart`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its left edge.
    pub left: u64,
    /// Its upper edge.
    pub top: u64,
    /// Its height.
    pub height: u64,
    /// What it stands for, in words.
    pub says: String,
}

impl Chart {
    /// The chart of these values, each with its name; `words` says a value.
    #[must_use]
    pub fn of(title: &str, values: &[(String, u64)], words: impl Fn(u64) -> String) -> Self {
        let most = values.iter().map(|(_, value)| *value).max().unwrap_or_default();
        let total = values.iter().fold(0_u64, |sum, (_, value)| sum.saturating_add(*value));
        let bar = |(place, (name, value)): (u64, &(String, u64))| {
            let height = height(*value, most);
            Bar {
                left: place * STEP + 1,
                top: HEIGHT - height,
                height,
                says: format!("{name}: {}", words(*value)),
            }
        };
        let name = |of: Option<&(String, u64)>| of.map(|(name, _)| name.clone()).unwrap_or_default();
        Self {
            title: title.to_owned(),
            total: words(total),
            top: counted(most),
            bars: (0..).zip(values).filter(|(_, (_, value))| *value > 0).map(bar).collect(),
            width: u64::try_from(values.len()).unwrap_or(1).max(1) * STEP,
            first: name(values.first()),
            last: name(values.last()),
        }
    }

    const fn height(&self) -> u64 {
        HEIGHT
    }

    const fn thickness(&self) -> u64 {
        STEP - 2
    }
}

/// How high a bar is, where `most` is as high as the chart.
fn height(value: u64, most: u64) -> u64 {
    let part = u128::from(value) * u128::from(HEIGHT) / u128::from(most.max(1));
    u64::try_from(part).unwrap_or(HEIGHT).clamp(LOWEST, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[u64]) -> Chart {
        let named: Vec<_> =
            (1..).zip(values).map(|(day, value): (u32, _)| (format!("day {day}"), *value)).collect();
        Chart::of("Sold", &named, |value| format!("{value} sold"))
    }

    #[test]
    fn bars_are_as_high_as_their_values() {
        let chart = chart(&[0, 5, 10, 1_000]);
        let bars: Vec<_> = chart.bars.iter().map(|bar| (bar.left, bar.top, bar.height)).collect();
        assert_eq!(
            bars,
            [(11, 197, 3), (21, 197, 3), (31, 0, 200)],
            "what is there is seen, what is not is not"
        );
        assert_eq!((chart.width, chart.total.as_str(), chart.top.as_str()), (40, "1015 sold", "1,000"));
        assert_eq!((chart.first.as_str(), chart.last.as_str()), ("day 1", "day 4"));
        assert_eq!(chart.bars[2].says, "day 4: 1000 sold");
    }

    #[test]
    fn nothing_and_very_much_can_be_drawn() {
        assert_eq!((chart(&[]).bars.len(), chart(&[]).width), (0, 10));
        assert_eq!(chart(&[0, 0]).bars, []);
        let most = chart(&[u64::MAX, u64::MAX / 2]);
        assert_eq!(most.bars.iter().map(|bar| bar.height).collect::<Vec<_>>(), [200, 99]);
    }
}
