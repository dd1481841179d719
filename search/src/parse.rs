//! What a person typed, taken apart: words, `"phrases"` and `-unwanted` ones.
//!
//! There is no wrong text: every sign that means nothing here is passed over.

use crate::text::{fold, runs};

/// Words that one query may hold; further ones are left out, and said so.
pub(crate) const WORDS_MAX: usize = 12;

/// A query's text, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What a listing should hold.
    pub wanted: Vec<Item>,
    /// What it must not hold.
    pub unwanted: Vec<Item>,
    /// Whether the last wanted word may still be being typed.
    pub unfinished: bool,
    /// How many words beyond [`WORDS_MAX`] were left out.
    pub left_out: usize,
}

/// A thing asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A word, also in other forms and spellings.
    Word(Word),
    /// These words exactly, one after the other.
    Phrase(Vec<String>),
}

/// A word, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// As typed.
    pub shown: String,
    /// Its parts: `wi`, `fi`; of a plain word just itself.
    pub parts: Vec<String>,
    /// The whole: `wifi`, `c++`. None where only the parts in a row mean it.
    pub whole: Option<String>,
}

impl Asked {
    /// Takes `text` apart.
    pub(crate) fn parse(text: &str) -> Self {
        let mut asked = Self::default();
        let mut room = WORDS_MAX;
        let mut rest = text.trim_start();
        let mut last_is_word = false;
        while !rest.is_empty() {
            let (unwanted, body) = match rest.strip_prefix('-') {
                Some(body) if starts_item(body) => (true, body),
                _ => (false, rest),
            };
            let (items, words, after) = match body.strip_prefix('"') {
                Some(quoted) => phrase(quoted),
                None => words(body),
            };
            if words > room {
                asked.left_out += words;
                last_is_word = false;
            } else {
                room -= words;
                last_is_word = !unwanted && matches!(items.last(), Some(Item::Word(_)));
                let side = if unwanted { &mut asked.unwanted } else { &mut asked.wanted };
                side.extend(items);
            }
            rest = after.trim_start();
        }
        asked.unfinished = last_is_word && text.chars().next_back().is_some_and(char::is_alphanumeric);
        asked
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// The same with every word by itself: no phrases, no joined words.
    pub(crate) fn loosened(&self) -> Self {
        let alone = |word: &String| {
            Item::Word(Word { shown: word.clone(), parts: vec![word.clone()], whole: Some(word.clone()) })
        };
        let mut loose = self.clone();
        loose.wanted = self
            .wanted
            .iter()
            .flat_map(|item| match item {
                Item::Word(word) if word.parts.len() == 1 => vec![item.clone()],
                Item::Word(Word { parts, .. }) | Item::Phrase(parts) => parts.iter().map(alone).collect(),
            })
            .collect();
        loose
    }

    /// The text again, with `spell` deciding how each wanted word is written.
    pub(crate) fn respelled(&self, spell: impl Fn(&Word) -> String) -> String {
        let write = |item: &Item, spell: &dyn Fn(&Word) -> String| match item {
            Item::Word(word) => spell(word),
            Item::Phrase(words) => format!("\"{}\"", words.join(" ")),
        };
        let wanted = self.wanted.iter().map(|item| write(item, &spell));
        let unwanted =
            self.unwanted.iter().map(|item| format!("-{}", write(item, &|word| word.shown.clone())));
        wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a minus before `text` would mean it.
fn starts_item(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first == '"' || first.is_alphanumeric())
}

/// The phrase up to the closing quote, or up to the end without one; how many
/// words it has, and what follows.
fn phrase(text: &str) -> (Vec<Item>, usize, &str) {
    let (inside, after) = text.split_once('"').unwrap_or((text, ""));
    let words: Vec<String> = runs(inside)
        .into_iter()
        .flat_map(|run| run.parts)
        .map(|part| fold(inside.get(part).unwrap_or_default()))
        .filter(|word| !word.is_empty())
        .collect();
    let count = words.len();
    let items = if words.is_empty() { Vec::new() } else { vec![Item::Phrase(words)] };
    (items, count, after)
}

/// The words up to the next space or quote, how many, and what follows.
fn words(text: &str) -> (Vec<Item>, usize, &str) {
    let end = text.find(|letter: char| letter.is_whitespace() || letter == '"').unwrap_or(text.len());
    let (chunk, after) = text.split_at(end);
    let read = |range| fold(chunk.get(range).unwrap_or_default());
    let items: Vec<Item> = runs(chunk)
        .into_iter()
        .filter_map(|run| {
            let (first, last) = (run.parts.first()?.start, run.parts.last()?.end);
            let shown_end = run.whole.as_ref().map_or(last, |whole| whole.end);
            let parts: Vec<String> =
                run.parts.into_iter().map(read).filter(|part| !part.is_empty()).collect();
            let shown = chunk.get(first..shown_end)?.to_owned();
            (!parts.is_empty()).then(|| Item::Word(Word { shown, parts, whole: run.whole.map(read) }))
        })
        .collect();
    let count = items.len();
    (items, count, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes what was understood in a compact form: words as they are,
    /// phrases in brackets, unwanted after a minus, `~` for unfinished.
    fn understood(text: &str) -> String {
        let asked = Asked::parse(text);
        let write = |item: &Item| match item {
            Item::Word(word) => match &word.whole {
                Some(whole) if word.parts.len() == 1 => whole.clone(),
                Some(whole) => format!("{whole}={}", word.parts.join("·")),
                None => word.parts.join("·"),
            },
            Item::Phrase(words) => format!("[{}]", words.join(" ")),
        };
        let mut all: Vec<String> = asked.wanted.iter().map(write).collect();
        all.extend(asked.unwanted.iter().map(|item| format!("-{}", write(item))));
        if asked.left_out > 0 {
            all.push(format!("({} left out)", asked.left_out));
        }
        let end = if asked.unfinished { "~" } else { "" };
        format!("{}{end}", all.join(" "))
    }

    #[test]
    fn texts_are_understood_so() {
        let table = [
            ("red lamp", "red lamp~"),
            ("red lamp ", "red lamp"),
            ("  Red   LAMP! ", "red lamp"),
            ("\"red lamp\" desk", "[red lamp] desk~"),
            ("desk \"red lamp\"", "desk [red lamp]"),
            ("\"red lamp", "[red lamp]"),
            ("lamp -red", "lamp -red"),
            ("lamp -\"dark red\" -blue", "lamp -[dark red] -blue"),
            ("lamp - red", "lamp red~"),
            ("--lamp", "lamp~"),
            ("-", ""),
            ("\"\" \" \"", ""),
            ("c++ node.js wi-fi", "c++ nodejs=node·js wifi=wi·fi~"),
            ("non-stick", "nonstick=non·stick~"),
            ("a:b (c) [d] {e} ~f ^g *h ?i \\j", "a b c d e f g h i j~"),
            ("title:\"x\" AND OR NOT", "title [x] and or not~"),
            ("日本語", "日·本·語~"),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13 14", "1 2 3 4 5 6 7 8 9 10 11 12 (2 left out)"),
            ("\u{0}\u{1F525}", ""),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(understood(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_written_again_with_other_spellings() {
        let asked = Asked::parse("wirless \"red lamp\" hub -usb");
        let text = asked
            .respelled(|word| if word.shown == "wirless" { "wireless".into() } else { word.shown.clone() });
        assert_eq!(text, "wireless \"red lamp\" hub -usb");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_within_the_limit(text in "[-\"a-zé日+#. ]{0,120}|.{0,120}") {
            let asked = Asked::parse(&text);
            let count = |items: &[Item]| items.iter().map(|item| match item {
                Item::Word(_) => 1,
                Item::Phrase(words) => words.len(),
            }).sum::<usize>();
            prop_assert!(count(&asked.wanted) + count(&asked.unwanted) <= WORDS_MAX);
        }
    }
}
