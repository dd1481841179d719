//! The words of `text` as tokens for the engine.

use std::vec::IntoIter;

use tantivy::tokenizer::{Language, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use crate::text::{fold, runs};

/// Words as they are written, folded.
pub(super) const WORDS: &str = "farthing_words";
/// The same without joined wholes, of which titles are full and which nobody
/// wants suggested.
pub(super) const PARTS: &str = "farthing_parts";
/// What the forms of each word share.
pub(super) const STEMS: &str = "farthing_stems";

/// All tokenizers that the schema names.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WORDS, TextAnalyzer::builder(Words::new(true)).build());
    manager.register(PARTS, TextAnalyzer::builder(Words::new(false)).build());
    manager.register(
        STEMS,
        TextAnalyzer::builder(Words::new(true)).filter(Stemmer::new(Language::English)).build(),
    );
    manager
}

/// Cuts text into words. Parts follow each other; a whole stands where its
/// first part stands, so that phrases of parts still meet.
#[derive(Clone)]
pub(super) struct Words {
    token: Token,
    joined: bool,
}

impl Words {
    fn new(joined: bool) -> Self {
        Self { token: Token::default(), joined }
    }
}

/// A word ready to become a token: text and position.
type Placed = (String, usize);

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { words: placed(text, self.joined).into_iter(), token: &mut self.token }
    }
}

fn placed(text: &str, joined: bool) -> Vec<Placed> {
    let mut words = Vec::new();
    let mut position = 0;
    let mut push = |word: String, position: usize| {
        if !word.is_empty() {
            words.push((word, position));
        }
    };
    for run in runs(text) {
        let several = run.parts.len() > 1;
        let whole = run.whole.filter(|whole| if several { joined } else { run.parts.first() != Some(whole) });
        let first = position;
        for part in run.parts {
            push(fold(text.get(part).unwrap_or_default()), position);
            position += 1;
        }
        if let Some(whole) = whole {
            push(fold(text.get(whole).unwrap_or_default()), first);
        }
    }
    words
}

/// The words of one text.
pub(super) struct WordStream<'a> {
    words: IntoIter<Placed>,
    token: &'a mut Token,
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((text, position)) = self.words.next() else { return false };
        self.token.text = text;
        self.token.position = position;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
