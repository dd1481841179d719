//! What somebody meant who mistyped a key.

/// The candidate nearest to `typed`, if one is near enough to be meant.
pub(super) fn nearest<'a>(typed: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let section_forgotten = |candidate: &str| candidate.rsplit_once('.').is_some_and(|(_, key)| key == typed);
    let measured = candidates.map(|it| (if section_forgotten(it) { 0 } else { distance(typed, it) }, it));
    let (away, found) = measured.min_by_key(|(away, _)| *away)?;
    (away <= 2 + typed.len() / 5).then_some(found)
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(this: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, left) in this.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (place, right) in row.iter_mut().skip(1).zip(other.chars()) {
            let changed = diagonal + usize::from(left != right);
            diagonal = *place;
            before = changed.min(before + 1).min(*place + 1);
            *place = before;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (this, other, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("abc", "abc", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(this, other), expected, "{this} {other}");
        }
    }

    #[test]
    fn only_near_keys_are_proposed() {
        let keys = ["money.hold_days", "money.token_price", "server.listen", "limits.read"];
        for (typed, expected) in [
            ("money.hold_day", Some("money.hold_days")),
            ("mony.token_prise", Some("money.token_price")),
            ("listen", Some("server.listen")),
            ("weather.rain", None),
        ] {
            assert_eq!(nearest(typed, keys.into_iter()), expected, "{typed}");
        }
    }
}
