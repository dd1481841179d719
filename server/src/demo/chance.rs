//! Choices that look like chance and are the same each time: a market that
//! is filled twice looks the same. Never for secrets.

/// A stream of choices that follows from its name.
pub(super) struct Chance(blake3::OutputReader);

impl Chance {
    /// The stream called `name`.
    pub(super) fn named(name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"farthing demo ");
        hasher.update(name.as_bytes());
        Self(hasher.finalize_xof())
    }

    fn next(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// A number below `end`, or zero when there is none.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        // The product's upper half is evenly spread, and never reaches `end`.
        let product = u64::from(self.next()) * u64::from(end);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn within(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from).saturating_add(1))
    }

    /// Whether something happens that does so `times` in a hundred.
    pub(super) fn happens(&mut self, times: u32) -> bool {
        self.below(100) < times
    }

    /// One of `choices`, if there is any.
    pub(super) fn pick<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        let end = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices.get(usize::try_from(self.below(end)).unwrap_or(0))
    }

    /// A number from `from` up to `to`, for drawing.
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        let [high, low, ..] = self.next().to_le_bytes();
        from + (to - from) * f32::from(u16::from_le_bytes([high, low])) / 65_535.0
    }
}
