//! How text falls into words: the one place that decides it, for what is
//! indexed, what is asked and what is highlighted.
//!
//! - A word is a run of letters and digits; an apostrophe inside vanishes
//!   (`don't` is `dont`).
//! - Words joined by one of `- . _ & /` without a space count as their parts and as
//!   the whole (`wi-fi`: `wi`, `fi`, `wifi`), so that all spellings meet.
//! - `c++`, `c#` and the like are words beside their bare letter.
//! - Han and kana letters are words each, since they come without spaces.

use std::ops::Range;

use tantivy::tokenizer::{AsciiFoldingFilter, Language, RawTokenizer, Stemmer, TextAnalyzer};

/// Letters that a word has at most; the rest of a longer one is cut off.
const LETTERS_MAX: usize = 40;

/// Parts that are also taken as one whole; more make a path, not a word.
const JOINED_PARTS_MAX: usize = 4;

/// A run of text without a gap: a word, or several joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The byte ranges of its parts; never empty.
    pub parts: Vec<Range<usize>>,
    /// The byte range of the whole, unless the parts stand only for themselves.
    pub whole: Option<Range<usize>>,
}

/// The runs of `text` in order.
pub(crate) fn runs(text: &str) -> Vec<Run> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&(_, letter)) = letters.get(at) {
        if is_ideograph(letter) {
            at = ideographs(&letters, at, text.len(), &mut found);
        } else if is_word(letter) {
            at = joined_words(&letters, at, text.len(), &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Takes a run of ideographs starting at letter `at`; returns where it ends.
fn ideographs(letters: &[(usize, char)], at: usize, length: usize, found: &mut Vec<Run>) -> usize {
    let mut end = at;
    let mut parts = Vec::new();
    while letters.get(end).is_some_and(|&(_, letter)| is_ideograph(letter)) {
        parts.push(byte(letters, end, length)..byte(letters, end + 1, length));
        end += 1;
    }
    let whole = if parts.len() == 1 { parts.first().cloned() } else { None };
    found.push(Run { parts, whole });
    end
}

/// Takes a run of words and connectors starting at letter `at`; returns where
/// it ends.
fn joined_words(letters: &[(usize, char)], at: usize, length: usize, found: &mut Vec<Run>) -> usize {
    let mut parts = Vec::new();
    let mut start = at;
    loop {
        let end = word_end(letters, start);
        parts.push(byte(letters, start, length)..byte(letters, end, length));
        let signs_end = signs_end(letters, start, end);
        let next_is_word =
            letters.get(end + 1).is_some_and(|&(_, next)| is_word(next) && !is_ideograph(next));
        if signs_end == end && next_is_word && letters.get(end).is_some_and(|&(_, sign)| is_connector(sign)) {
            start = end + 1;
            continue;
        }
        let from = byte(letters, at, length);
        let whole = (parts.len() <= JOINED_PARTS_MAX).then(|| from..byte(letters, signs_end, length));
        found.push(Run { parts, whole });
        return signs_end;
    }
}

/// Where the word that starts at letter `at` ends.
fn word_end(letters: &[(usize, char)], at: usize) -> usize {
    let mut end = at;
    while let Some(&(_, letter)) = letters.get(end) {
        let next_is_word = || letters.get(end + 1).is_some_and(|&(_, next)| is_word(next));
        let inside = is_word(letter) && !is_ideograph(letter)
            || is_combining(letter)
            || is_apostrophe(letter) && next_is_word();
        if !inside {
            break;
        }
        end += 1;
    }
    end
}

/// Where the `++` or `#` that belongs to the word `start..end` ends; `end` if
/// there is none.
fn signs_end(letters: &[(usize, char)], start: usize, end: usize) -> usize {
    let sign = |at: usize| letters.get(at).map(|&(_, letter)| letter);
    let after = match (sign(end), sign(end + 1)) {
        (Some('+'), Some('+')) => end + 2,
        (Some('#' | '+'), _) if end == start + 1 => end + 1,
        _ => return end,
    };
    if sign(after).is_some_and(is_word) { end } else { after }
}

/// The byte at which letter number `at` starts.
fn byte(letters: &[(usize, char)], at: usize, length: usize) -> usize {
    letters.get(at).map_or(length, |&(byte, _)| byte)
}

/// What a word becomes in the index: small letters, without accents,
/// apostrophes and connectors.
pub(crate) fn fold(word: &str) -> String {
    let kept: String = word
        .chars()
        .filter(|&letter| is_word(letter) || matches!(letter, '+' | '#'))
        .flat_map(char::to_lowercase)
        .filter(|&letter| !is_combining(letter))
        .take(LETTERS_MAX)
        .collect();
    if kept.is_ascii() {
        return kept;
    }
    through(TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build(), &kept)
}

/// What all forms of a folded English word share.
pub(crate) fn stem(folded: &str) -> String {
    let stemmer = Stemmer::new(Language::English);
    through(TextAnalyzer::builder(RawTokenizer::default()).filter(stemmer).build(), folded)
}

/// The only token that `analyzer` makes of `word`.
fn through(mut analyzer: TextAnalyzer, word: &str) -> String {
    let mut stream = analyzer.token_stream(word);
    if stream.advance() { stream.token().text.clone() } else { String::new() }
}

/// Whether a typo may be looked for in it: numbers and codes mean what they say.
pub(crate) fn is_spelled(folded: &str) -> bool {
    folded.chars().all(char::is_alphabetic)
}

/// Words so common that a listing need not hold them.
pub(crate) fn is_filler(folded: &str) -> bool {
    const FILLERS: [&str; 28] = [
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "i", "in", "is", "it", "my",
        "of", "on", "or", "that", "the", "this", "to", "was", "what", "where", "with", "your",
    ];
    FILLERS.binary_search(&folded).is_ok()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric()
}

fn is_connector(letter: char) -> bool {
    matches!(letter, '-' | '.' | '_' | '&' | '/' | '\u{2010}' | '\u{2011}')
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{02BC}')
}

/// Accents written apart from their letter.
fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{0300}'..='\u{036F}')
}

/// Han, hiragana and katakana.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}')
        && is_word(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The parts and the whole of a run.
    type Expected<'a> = (&'a [&'a str], Option<&'a str>);

    #[test]
    fn text_falls_into_runs_with_parts_and_wholes() {
        let table: [(&str, &[Expected<'_>]); 14] = [
            ("Red lamp", &[(&["red"], Some("red")), (&["lamp"], Some("lamp"))]),
            ("wi-fi", &[(&["wi", "fi"], Some("wifi"))]),
            ("node.js!", &[(&["node", "js"], Some("nodejs"))]),
            ("a,b", &[(&["a"], Some("a")), (&["b"], Some("b"))]),
            ("C++ & C#", &[(&["c"], Some("c++")), (&["c"], Some("c#"))]),
            ("notepad++", &[(&["notepad"], Some("notepad++"))]),
            ("1+1", &[(&["1"], Some("1")), (&["1"], Some("1"))]),
            ("Don't women\u{2019}s", &[(&["dont"], Some("dont")), (&["womens"], Some("womens"))]),
            ("Crème re\u{301}sume", &[(&["creme"], Some("creme")), (&["resume"], Some("resume"))]),
            ("日本 x", &[(&["日", "本"], None), (&["x"], Some("x"))]),
            ("a.b.c.d.e", &[(&["a", "b", "c", "d", "e"], None)]),
            ("end-", &[(&["end"], Some("end"))]),
            ("...", &[]),
            ("", &[]),
        ];
        for (text, expected) in table {
            let slice = |range: &Range<usize>| fold(&text[range.clone()]);
            let found: Vec<(Vec<String>, Option<String>)> = runs(text)
                .iter()
                .map(|run| (run.parts.iter().map(slice).collect(), run.whole.as_ref().map(slice)))
                .collect();
            let expected: Vec<(Vec<String>, Option<String>)> = expected
                .iter()
                .map(|(parts, whole)| {
                    (parts.iter().map(ToString::to_string).collect(), whole.map(str::to_owned))
                })
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for (one, other) in
            [("lamps", "lamp"), ("running", "runs"), ("batteries", "battery"), ("womens", "women")]
        {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("lamp"), stem("lame"));
    }

    #[test]
    fn fillers_are_sorted_so_that_they_are_found() {
        assert!(is_filler("a") && is_filler("your") && is_filler("the") && !is_filler("lamp"));
    }

    proptest! {
        #[test]
        fn any_text_falls_into_ordered_ranges(text in ".{0,80}") {
            let mut end = 0;
            for run in runs(&text) {
                for part in &run.parts {
                    prop_assert!(part.start >= end && part.end > part.start);
                    end = part.end;
                    prop_assert!(text.get(part.clone()).is_some());
                }
                if let Some(whole) = run.whole {
                    prop_assert!(text.get(whole.clone()).is_some() && whole.end >= end);
                    end = whole.end;
                }
            }
        }
    }
}
