//! Remembers the last pages until the index changes: everybody asks for the
//! same first ones, and some of those look at every listing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::page::Page;
use crate::query::{Checked, Stretch};

/// Pages that are remembered; each takes about ten kilobytes.
const PAGES_MAX: usize = 64;

/// Pages with what they answer, the oldest first.
#[derive(Default)]
pub(super) struct Recent {
    pages: Mutex<VecDeque<(Key, Arc<Page>)>>,
}

/// What a page answers, in which state of the index.
#[derive(PartialEq, Eq)]
struct Key {
    state: u64,
    identity: String,
    stretch: Stretch,
    now_hours: u32,
    facets: bool,
    explain: bool,
}

impl Key {
    fn matches(&self, state: u64, asked: &Checked) -> bool {
        let Self { state: known, identity, stretch, now_hours, facets, explain } = self;
        *known == state
            && *stretch == asked.stretch
            && *now_hours == asked.now_hours
            && *facets == asked.facets
            && *explain == asked.explain
            && *identity == asked.identity
    }
}

impl Recent {
    /// The page that was found for `asked` in this state of the index.
    pub(super) fn get(&self, state: u64, asked: &Checked) -> Option<Page> {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let found = pages.iter().find(|(key, _)| key.matches(state, asked)).map(|(_, page)| Arc::clone(page));
        drop(pages);
        found.map(|page| Page::clone(&page))
    }

    /// Remembers a page.
    pub(super) fn keep(&self, state: u64, asked: &Checked, page: &Page) {
        let key = Key {
            state,
            identity: asked.identity.clone(),
            stretch: asked.stretch,
            now_hours: asked.now_hours,
            facets: asked.facets,
            explain: asked.explain,
        };
        let page = Arc::new(page.clone());
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|(key, _)| key.state == state);
        if pages.len() >= PAGES_MAX {
            pages.pop_front();
        }
        pages.push_back((key, page));
    }
}
