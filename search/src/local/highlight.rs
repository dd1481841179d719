//! Marks what matched, in texts that the caller has read from the database.
//! Gives runs of text, never HTML: escaping is the page's business.

use std::collections::HashSet;
use std::ops::Range;

use crate::text::{fold, runs, stem};

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The text as it was.
    pub text: String,
    /// Whether it is what was searched for.
    pub matched: bool,
}

/// Knows which words of a text matched a query.
#[derive(Clone, Debug, Default)]
pub struct Highlighter {
    /// Words in exactly this form.
    pub(super) words: HashSet<String>,
    /// Words in all their forms.
    pub(super) stems: HashSet<String>,
    /// Words that begin so.
    pub(super) beginnings: Vec<String>,
}

impl Highlighter {
    /// The whole of `text`, cut where something begins or ends to match.
    #[must_use]
    pub fn mark(&self, text: &str) -> Vec<Run> {
        self.cut(text, 0..text.len())
    }

    /// The stretch of `text` with the most matches, about `letters` long, with
    /// an ellipsis where something was left out. A shorter text comes whole.
    #[must_use]
    pub fn snippet(&self, text: &str, letters: usize) -> Vec<Run> {
        if text.chars().count() <= letters {
            return self.mark(text);
        }
        let matches = self.matches(text);
        let reach = |from: usize| -> usize {
            text.get(from..)
                .and_then(|rest| rest.char_indices().nth(letters))
                .map_or(text.len(), |(at, _)| from + at)
        };
        let held = |from: usize| {
            let to = reach(from);
            matches.iter().filter(|range| range.start >= from && range.end <= to).count()
        };
        let densest =
            matches.iter().map(|range| range.start).rev().max_by_key(|&start| held(start)).unwrap_or(0);
        let from = lead_in(text, densest, letters / 6);
        let to = word_boundary_before(text, reach(from), from);
        let mut marked = self.cut(text, from..to);
        if from > 0 {
            marked.insert(0, Run { text: "… ".to_owned(), matched: false });
        }
        if to < text.len() {
            marked.push(Run { text: " …".to_owned(), matched: false });
        }
        marked
    }

    /// The byte ranges of `text` that match.
    fn matches(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for run in runs(text) {
            let whole =
                run.whole.filter(|whole| self.matches_word(text.get(whole.clone()).unwrap_or_default()));
            match whole {
                Some(whole) => found.push(whole),
                None => found.extend(
                    run.parts
                        .into_iter()
                        .filter(|part| self.matches_word(text.get(part.clone()).unwrap_or_default())),
                ),
            }
        }
        found
    }

    fn matches_word(&self, written: &str) -> bool {
        let word = fold(written);
        self.words.contains(&word)
            || self.beginnings.iter().any(|beginning| word.starts_with(beginning.as_str()))
            || !self.stems.is_empty() && self.stems.contains(&stem(&word))
    }

    /// Cuts the `range` of `text` into runs.
    fn cut(&self, text: &str, range: Range<usize>) -> Vec<Run> {
        let Some(text) = text.get(range) else { return Vec::new() };
        let mut cut = Vec::new();
        let mut at = 0;
        let mut push = |range: Range<usize>, matched: bool| {
            if let Some(piece) = text.get(range)
                && !piece.is_empty()
            {
                cut.push(Run { text: piece.to_owned(), matched });
            }
        };
        for matched in self.matches(text) {
            push(at..matched.start, false);
            at = matched.end;
            push(matched, true);
        }
        push(at..text.len(), false);
        cut
    }
}

/// Where to begin so that up to `letters` before `start` are seen, at a word.
fn lead_in(text: &str, start: usize, letters: usize) -> usize {
    let Some(before) = text.get(..start) else { return 0 };
    let earliest = before.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
    if earliest == 0 {
        return 0;
    }
    before
        .get(earliest..)
        .and_then(|lead| lead.char_indices().find(|&(_, letter)| letter.is_whitespace()))
        .map_or(start, |(at, letter)| earliest + at + letter.len_utf8())
}

/// The last word's end at or before `end`, unless nothing would be left.
fn word_boundary_before(text: &str, end: usize, start: usize) -> usize {
    if end == text.len() {
        return end;
    }
    text.get(start..end).and_then(|kept| kept.rfind(char::is_whitespace)).map_or(end, |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn highlighter() -> Highlighter {
        Highlighter {
            words: ["wifi".to_owned()].into(),
            stems: ["lamp".to_owned(), "红".to_owned()].into(),
            beginnings: vec!["des".to_owned()],
        }
    }

    /// The runs as one text, matches in brackets.
    fn shown(runs: &[Run]) -> String {
        runs.iter()
            .map(|run| if run.matched { format!("[{}]", run.text) } else { run.text.clone() })
            .collect()
    }

    #[test]
    fn forms_and_beginnings_of_the_words_are_marked() {
        let table = [
            ("Two LAMPS, one lamp's shade", "Two [LAMPS], one [lamp's] shade"),
            ("Desk and design <b>lamp</b>", "[Desk] and [design] <b>[lamp]</b>"),
            ("Wi-Fi and wifis", "[Wi-Fi] and wifis"),
            ("a red-lamp", "a red-[lamp]"),
            ("红灯", "[红]灯"),
            ("nothing", "nothing"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(shown(&highlighter().mark(text)), expected);
        }
    }

    #[test]
    fn a_snippet_shows_where_most_matches_are() {
        let filler = "word ".repeat(60);
        let text = format!("lamp {filler}desk with lamp and lamps {filler}");
        let snippet = shown(&highlighter().snippet(&text, 60));
        assert!(snippet.starts_with("… word ") && snippet.ends_with(" word …"), "{snippet}");
        assert!(snippet.contains("[desk] with [lamp] and [lamps]"), "{snippet}");
        assert_eq!(shown(&highlighter().snippet("a lamp", 60)), "a [lamp]");
        let unmatched = shown(&Highlighter::default().snippet(&text, 20));
        assert_eq!(unmatched, "lamp word word word …");
    }

    proptest! {
        #[test]
        fn no_text_is_lost_or_made_up(text in "[lamp dé红<&-]{0,80}|.{0,80}", letters in 0usize..40) {
            let marked = highlighter().mark(&text);
            prop_assert_eq!(marked.iter().map(|run| run.text.as_str()).collect::<String>(), text.clone());
            let snippet: String = highlighter().snippet(&text, letters).into_iter().map(|run| run.text).collect();
            let inner = snippet.strip_prefix("… ").unwrap_or(&snippet);
            prop_assert!(text.contains(inner.strip_suffix(" …").unwrap_or(inner)) || text.contains(inner));
        }
    }
}
