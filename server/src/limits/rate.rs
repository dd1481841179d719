//! A rate as the vendor writes it: `5 at once, then 10 an hour`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use governor::Quota;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    burst: NonZeroU32,
    count: NonZeroU32,
    span: Span,
}

/// The time in which `count` come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Second,
    Minute,
    Hour,
    Day,
}

impl Span {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    const fn text(self) -> &'static str {
        match self {
            Self::Second => "a second",
            Self::Minute => "a minute",
            Self::Hour => "an hour",
            Self::Day => "a day",
        }
    }

    const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        })
    }
}

/// The most that a rate may say: far above use, and still exact in
/// nanoseconds.
const COUNT_MAX: u32 = 1_000_000;

impl Rate {
    /// How many at once.
    pub(super) const fn burst(self) -> NonZeroU32 {
        self.burst
    }

    /// The same for `governor`.
    pub(super) fn quota(self) -> Quota {
        // At least a microsecond apart, since counts are bounded.
        let apart = self.span.duration() / self.count.get();
        Quota::with_period(apart).unwrap_or_else(|| Quota::per_second(self.count)).allow_burst(self.burst)
    }
}

impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str =
            "a rate such as \"5 at once, then 10 an hour\" (a second, a minute, an hour, a day)";
        const BOUNDS: &str = "numbers from 1 to 1000000";
        let (burst, rest) = text.trim().split_once(" at once, then ").ok_or(SHAPE)?;
        let (count, span) = rest.split_once(' ').ok_or(SHAPE)?;
        let span = Span::ALL.into_iter().find(|it| it.text() == span).ok_or(SHAPE)?;
        let number = |text: &str| {
            let number = text.parse::<NonZeroU32>().map_err(|_| BOUNDS)?;
            if number.get() > COUNT_MAX { Err(BOUNDS) } else { Ok(number) }
        };
        Ok(Self { burst: number(burst)?, count: number(count)?, span })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at once, then {} {}", self.burst, self.count, self.span.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_written_in_words() {
        for text in
            ["5 at once, then 10 an hour", "1 at once, then 1000000 a second", "60 at once, then 1 a day"]
        {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "5",
            "5 at once",
            "5 at once, then 10 a week",
            "0 at once, then 1 a day",
            "1 at once, then 0 a day",
            "-1 at once, then 1 a day",
            "1 at once, then 1000001 a second",
            "1.5 at once, then 1 a day",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }
}
