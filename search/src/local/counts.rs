//! Counts ordinals: in a short list while they are few, in a table later, so
//! that a search with ten hits does not clear a table of a hundred thousand.

use super::gather::index;

/// Ordinals are listed until there are this many for each value.
const LISTED_PER_VALUE: usize = 4;

/// How often each ordinal came.
#[derive(Debug)]
pub(super) enum Counts {
    /// Every one that came.
    Listed {
        /// In the order in which they came.
        ordinals: Vec<u64>,
        /// How many values there are.
        values: usize,
    },
    /// The count of each value.
    Table(Vec<u32>),
}

impl Counts {
    /// Counts ordinals below `values`.
    pub(super) fn new(values: usize) -> Self {
        if values <= 256 {
            Self::Table(vec![0; values])
        } else {
            Self::Listed { ordinals: Vec::new(), values }
        }
    }

    /// Counts one more.
    #[inline]
    pub(super) fn add(&mut self, ordinal: u64) {
        match self {
            Self::Table(table) => {
                if let Some(count) = table.get_mut(index(ordinal)) {
                    *count += 1;
                }
            }
            Self::Listed { ordinals, values } => {
                ordinals.push(ordinal);
                if ordinals.len() * LISTED_PER_VALUE > *values {
                    self.become_table();
                }
            }
        }
    }

    fn become_table(&mut self) {
        if let Self::Listed { ordinals, values } = self {
            let mut table = vec![0u32; *values];
            for &ordinal in ordinals.iter() {
                if let Some(count) = table.get_mut(index(ordinal)) {
                    *count += 1;
                }
            }
            *self = Self::Table(table);
        }
    }

    /// The `most` most frequent with their counts, in no order.
    pub(super) fn most_frequent(self, most: usize) -> Vec<(u64, u32)> {
        let mut counted: Vec<(u64, u32)> = match self {
            Self::Table(table) => (0..).zip(table).filter(|&(_, count)| count > 0).collect(),
            Self::Listed { mut ordinals, .. } => {
                ordinals.sort_unstable();
                let runs = ordinals.chunk_by(|one, other| one == other);
                runs.filter_map(|run| Some((*run.first()?, u32::try_from(run.len()).ok()?))).collect()
            }
        };
        if counted.len() > most && most > 0 {
            counted
                .select_nth_unstable_by(most - 1, |one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
            counted.truncate(most);
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn list_and_table_count_alike(ordinals in proptest::collection::vec(0u64..900, 0..600)) {
            let mut listed = Counts::new(900);
            let mut table = Counts::Table(vec![0; 900]);
            for &ordinal in &ordinals {
                listed.add(ordinal);
                table.add(ordinal);
            }
            let sorted = |counts: Counts| {
                let mut all = counts.most_frequent(usize::MAX);
                all.sort_unstable();
                all
            };
            prop_assert_eq!(sorted(listed), sorted(table));
        }
    }
}
