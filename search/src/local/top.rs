//! Keeps the best of many hits without sorting all.

/// What orders hits: larger is better. The id makes the order total, so that
/// it does not depend on how the index is cut into segments.
pub(super) type Rank = (u64, u64, u64);

/// A hit that may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Its place in the order.
    pub rank: Rank,
    /// In which segment it is.
    pub segment: u32,
    /// Which document of the segment it is.
    pub document: u32,
}

/// The best so far.
#[derive(Debug)]
pub(super) struct Top {
    take: usize,
    kept: Vec<Candidate>,
    /// What a newcomer has to beat; none while there is room.
    floor: Option<Rank>,
}

impl Top {
    /// Keeps the best `take`.
    pub(super) fn new(take: usize) -> Self {
        Self { take, kept: Vec::new(), floor: None }
    }

    /// Whether something with that first key could still enter; a cheap
    /// question before its id is looked up.
    #[inline]
    pub(super) fn may_enter(&self, first: u64) -> bool {
        self.take > 0 && self.floor.is_none_or(|floor| first >= floor.0)
    }

    /// Offers a hit.
    #[inline]
    pub(super) fn push(&mut self, candidate: Candidate) {
        if self.take == 0 || self.floor.is_some_and(|floor| candidate.rank <= floor) {
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() >= self.take * 2 + 16 {
            self.shrink();
        }
    }

    /// Drops all but the best.
    fn shrink(&mut self) {
        if self.kept.len() <= self.take || self.take == 0 {
            return;
        }
        self.kept.select_nth_unstable_by(self.take - 1, |one, other| other.rank.cmp(&one.rank));
        self.kept.truncate(self.take);
        self.floor = self.kept.last().map(|candidate| candidate.rank);
    }

    /// Takes in the best of another.
    pub(super) fn absorb(&mut self, other: Self) {
        for candidate in other.kept {
            self.push(candidate);
        }
    }

    /// The best, the very best first.
    pub(super) fn sorted(mut self) -> Vec<Candidate> {
        self.kept.sort_unstable_by_key(|candidate| std::cmp::Reverse(candidate.rank));
        self.kept.truncate(self.take);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_kept_in_order(ranks in proptest::collection::vec((0u64..50, 0u64..1_000), 0..300), take in 0usize..40) {
            let (mut top, mut other) = (Top::new(take), Top::new(take));
            for (at, &(first, id)) in ranks.iter().enumerate() {
                let side = if at % 3 == 0 { &mut other } else { &mut top };
                if side.may_enter(first) {
                    side.push(Candidate { rank: (first, id, 0), segment: 0, document: 0 });
                }
            }
            top.absorb(other);
            let kept: Vec<Rank> = top.sorted().iter().map(|candidate| candidate.rank).collect();
            let mut expected: Vec<Rank> = ranks.iter().map(|&(first, id)| (first, id, 0)).collect();
            expected.sort_unstable_by(|one, other| other.cmp(one));
            // Equal ranks do not occur outside: ids differ.
            expected.dedup();
            let mut unique = kept.clone();
            unique.dedup();
            prop_assert!(kept.len() <= take);
            prop_assert_eq!(&expected[..unique.len()], &unique[..]);
        }
    }
}
