//! Proposes another spelling when little was found.

use std::collections::HashMap;

use super::lexicon::{Lexicon, typos_forgiven};
use super::plan::FAMILIAR;
use crate::parse::{Asked, Item, Word};
use crate::text::{is_filler, stem};

/// How many times more frequent a word must be to be what was meant.
const CLEARLY_MORE: u64 = 10;
/// A nearer spelling is preferred unless it is that many times rarer than a
/// farther one: then it is probably a misspelling itself.
const HARDLY_KNOWN: u64 = 50;

/// What was asked with rare words replaced by frequent ones that are spelled
/// almost alike; none if there are no such.
pub(super) fn did_you_mean(lexicon: &Lexicon<'_>, asked: &Asked) -> tantivy::Result<Option<String>> {
    let mut better: HashMap<&str, String> = HashMap::new();
    for item in &asked.wanted {
        if let Item::Word(word) = item
            && let Some(spelling) = better_spelling(lexicon, word)?
        {
            better.insert(&word.shown, spelling);
        }
    }
    if better.is_empty() {
        return Ok(None);
    }
    Ok(Some(asked.respelled(|word| better.get(word.shown.as_str()).unwrap_or(&word.shown).clone())))
}

fn better_spelling(lexicon: &Lexicon<'_>, word: &Word) -> tantivy::Result<Option<String>> {
    let Some(whole) = word.whole.as_deref().filter(|whole| !is_filler(whole) && typos_forgiven(whole) > 0)
    else {
        return Ok(None);
    };
    let known = lexicon.frequency(lexicon.fields.stems, &stem(whole))?;
    if known >= FAMILIAR {
        return Ok(None);
    }
    let similar = lexicon.similar(lexicon.fields.words, whole, false)?;
    let most = similar.iter().map(|similar| similar.known.frequency).max().unwrap_or(0);
    let best =
        similar.into_iter().find(|similar| similar.known.frequency.saturating_mul(HARDLY_KNOWN) >= most);
    Ok(best
        .filter(|best| best.known.frequency > known.saturating_mul(CLEARLY_MORE))
        .map(|best| best.known.word))
}
