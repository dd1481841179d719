//! The part of a file that a `Range` header asks for.

/// What is to be sent of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// From the first to the last byte, both included.
    Of { first: u64, last: u64 },
    /// The file ends before what was asked for.
    Outside,
}

/// Reads a `Range` header for a file of `size` bytes. What is not understood,
/// or asks for several parts, is answered with the whole file.
pub(super) fn part(header: &str, size: u64) -> Part {
    let Some(("bytes", spec)) = header.split_once('=').map(|(unit, spec)| (unit.trim(), spec.trim())) else {
        return Part::Whole;
    };
    match spec.split_once('-') {
        Some(("", suffix)) => match number(suffix) {
            Some(0) => Part::Outside,
            Some(_) if size == 0 => Part::Outside,
            Some(length) => Part::Of { first: size.saturating_sub(length), last: size - 1 },
            None => Part::Whole,
        },
        Some((first, last)) => {
            let (Some(first), Some(last)) =
                (number(first), if last.is_empty() { Some(u64::MAX) } else { number(last) })
            else {
                return Part::Whole;
            };
            if first > last {
                Part::Whole
            } else if first >= size {
                Part::Outside
            } else {
                Part::Of { first, last: last.min(size - 1) }
            }
        }
        None => Part::Whole,
    }
}

/// Digits only: a sign or a space makes the whole header void. Numbers beyond
/// the type are as good as its end.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let of = |first, last| Part::Of { first, last };
        let table = [
            ("bytes=0-0", 1_000, of(0, 0)),
            ("bytes=0-499", 1_000, of(0, 499)),
            ("bytes=500-", 1_000, of(500, 999)),
            ("bytes=-500", 1_000, of(500, 999)),
            ("bytes=-5000", 1_000, of(0, 999)),
            ("bytes=999-", 1_000, of(999, 999)),
            ("bytes=0-99999999999999999999999", 1_000, of(0, 999)),
            ("bytes=1000-", 1_000, Part::Outside),
            ("bytes=99999999999999999999999-", 1_000, Part::Outside),
            ("bytes=-0", 1_000, Part::Outside),
            ("bytes=0-", 0, Part::Outside),
            ("bytes=-1", 0, Part::Outside),
            ("bytes=5-4", 1_000, Part::Whole),
            ("bytes=0-1,5-6", 1_000, Part::Whole),
            ("bytes=a-b", 1_000, Part::Whole),
            ("bytes=+1-2", 1_000, Part::Whole),
            ("bytes=--1", 1_000, Part::Whole),
            ("bytes=-", 1_000, Part::Whole),
            ("bytes=", 1_000, Part::Whole),
            ("bytes", 1_000, Part::Whole),
            ("items=0-1", 1_000, Part::Whole),
            ("", 1_000, Part::Whole),
        ];
        for (header, size, expected) in table {
            assert_eq!(part(header, size), expected, "{header:?} of {size}");
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_within(header in "(bytes=)?[-0-9,a =]{0,24}", size in any::<u64>()) {
            if let Part::Of { first, last } = part(&header, size) {
                prop_assert!(first <= last && last < size);
            }
        }
    }
}
