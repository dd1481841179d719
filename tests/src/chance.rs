//! Chance that can be repeated: the same seed draws the same numbers on every
//! machine, so a failing seed can be run again.

/// A stream of numbers that follow from a seed (Steele, Lea and Flood's
/// SplitMix64). Never for secrets.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is above zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.draw() % limit).unwrap_or(0)
    }

    /// True in `percent` of a hundred draws.
    pub fn is_within_percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `things`, which are not empty.
    pub fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        let place = self.below(things.len());
        things.get(place).expect("a place below the length is there")
    }
}
