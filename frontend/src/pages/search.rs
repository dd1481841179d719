//! The search page: reads the address, asks the index, shows the rows.

use axum::http::StatusCode;
use domain::listing::ListingKind;
use domain::refusal::Refusal;
use domain::text::Handle;
use domain::tokens::Tokens;
use search::{BadQuery, Facets, Filter, Page as Found, Query, Window};
use store::listings::Listing;

use super::browse::everything;
use super::state::{SORTS, SearchState};
use crate::ask::{Answer, Ask, show};
use crate::form::Field;
use crate::page::Page;
use crate::parts::{Choice, Crumb, Pager};
use crate::posted::Pairs;
use crate::show;
use crate::site::Site;
use crate::trouble::{Trouble, sentence};
use crate::view::search::{Chip, Facet, Histogram, PriceStep, SearchView};

/// How many cards a page of results shows.
const RESULTS: u32 = 24;

/// How many letters of a description stand under a result.
const SNIPPET_LETTERS: usize = 140;

/// Asks the index, off the threads that serve.
pub(super) async fn find(site: &Site, query: Query) -> Result<Found, Trouble> {
    let checked = query.check().map_err(Refusal::from)?;
    let index = std::sync::Arc::clone(&site.search);
    let found = tokio::task::spawn_blocking(move || index.search(&checked)).await;
    let failed = |cause: &dyn std::fmt::Display| Trouble::Failed(format!("search: {cause}"));
    found.map_err(|error| failed(&error))?.map_err(|fault| failed(&fault))
}

/// The rows of what was found, in its order.
pub(super) async fn in_order(site: &Site, found: &Found) -> Result<Vec<Listing>, Trouble> {
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.listing).collect();
    Ok(site.store.listings(&ids).await?)
}

/// The typed prices, and what is wrong with them.
struct Prices {
    lowest: Field,
    highest: Field,
    range: (Option<Tokens>, Option<Tokens>),
}

impl Prices {
    fn read(state: &SearchState) -> Self {
        let read = |name, id, text: &str| {
            let field = Field::named(name, id).with(text);
            match text {
                "" => (field, None),
                _ => match Tokens::parse(text) {
                    Ok(tokens) => (field, Some(tokens)),
                    Err(bad) => (field.refused(sentence(&Refusal::invalid("min", bad.to_string()))), None),
                },
            }
        };
        let (lowest, from) = read("min", "price_min", &state.price_min);
        let (mut highest, to) = read("max", "price_max", &state.price_max);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            highest = highest.refused("This is below the lowest price.");
            return Self { lowest, highest, range: (from, None) };
        }
        Self { lowest, highest, range: (from, to) }
    }

    fn lets_through(&self, price: Tokens) -> bool {
        self.range.0.is_none_or(|from| price >= from) && self.range.1.is_none_or(|to| price <= to)
    }
}

/// `GET /search`
pub(super) async fn search(ask: Ask, query: Pairs) -> Answer {
    let mut state = SearchState::read(&query);
    // A form sends its empty fields too; the address is worth keeping without.
    if ask.path.ends_with('=') || ask.path.contains("=&") {
        return Ok(ask.go(state));
    }
    let prices = Prices::read(&state);
    let asked = asked(&ask, &state, &prices).await?;
    // A cursor that belongs to another search leads to the first page of this.
    if matches!(
        asked.clone().check(),
        Err(BadQuery::UnknownCursor | BadQuery::CursorOfAnotherQuery | BadQuery::TooDeep)
    ) {
        state = state.but(|_| ());
        return Ok(ask.go(state));
    }
    let found = find(&ask.site, asked).await?;
    let rows = in_order(&ask.site, &found).await?;
    let mut view = view(&ask, &state, prices, &found, &rows).await?;
    if found.total_count == 0 {
        view.suggestions = suggestions(&ask).await?;
    }
    let mut response = show(&view)?;
    if view.price_min.error.is_some() || view.price_max.error.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The address as a question to the index.
async fn asked(ask: &Ask, state: &SearchState, prices: &Prices) -> Result<Query, Trouble> {
    let seller = match Handle::parse(&state.seller) {
        Ok(handle) => ask.site.store.user_by_handle(&handle).await?.map(|user| user.id),
        Err(_) => None,
    };
    let window = match (&state.before, &state.after) {
        (Some(before), _) => Window::Last(RESULTS, Some(before.clone())),
        (None, after) => Window::First(RESULTS, after.clone()),
    };
    Ok(Query {
        text: state.text.chars().take(200).collect(),
        filter: Filter {
            category: state.category.clone(),
            price_min: prices.range.0,
            price_max: prices.range.1,
            kinds: state.kinds.iter().take(20).cloned().collect(),
            seller,
            tags: state.tags.iter().take(20).cloned().collect(),
            in_stock: state.in_stock,
        },
        sort: state.order(),
        window,
        now: ask.site.store.world().now(),
        facets: true,
        explain: false,
    })
}

async fn view(
    ask: &Ask,
    state: &SearchState,
    prices: Prices,
    found: &Found,
    rows: &[Listing],
) -> Result<SearchView, Trouble> {
    let rate = ask.site.rate();
    let marked = |listing: &Listing| {
        let mut card = show::card(listing, &rate);
        if !state.text.is_empty() {
            card.snippet = show::fragments(found.highlighter.snippet(&listing.description, SNIPPET_LETTERS));
        }
        card
    };
    let facets = found.facets.clone().unwrap_or_default();
    let before = found.hits.first().filter(|_| found.has_previous).map(|hit| hit.cursor.clone());
    let after = found.hits.last().filter(|_| found.has_next).map(|hit| hit.cursor.clone());
    let tree = ask.site.store.categories();
    let title =
        if state.text.is_empty() { "Everything on sale".to_owned() } else { format!("“{}”", state.text) };
    let page = ask.page(&title, &format!("{title}: found on {}.", ask.site.store.market().name)).await?;
    let histogram = facets.prices.as_ref().and_then(|spread| {
        let step =
            |bucket: &search::PriceBucket| PriceStep { from: bucket.from, count: u64::from(bucket.count) };
        Histogram::of(&spread.buckets.iter().map(step).collect::<Vec<_>>(), |price| {
            prices.lets_through(price)
        })
    });
    Ok(SearchView {
        page: Page { query: state.text.clone(), canonical: Some(plain(state).to_string()), ..page },
        total: u64::from(found.total_count),
        results: rows.iter().map(marked).collect(),
        pager: Pager {
            previous: before.map(|cursor| state.but(|other| other.before = Some(cursor)).to_string()),
            next: after.map(|cursor| state.but(|other| other.after = Some(cursor)).to_string()),
        },
        chips: chips(state, tree),
        clear: state.bare().to_string(),
        category: state.category.join("/"),
        categories: categories(state, tree, &facets),
        kinds: kinds(state, &facets),
        tags: tags(state, &facets),
        seller: state.seller.clone(),
        histogram,
        price_min: prices.lowest,
        price_max: prices.highest,
        in_stock: state.in_stock,
        sorts: SORTS.iter().map(|(name, label, _)| choice(name, label, *name == state.sort, None)).collect(),
        did_you_mean: found
            .did_you_mean
            .as_ref()
            .map(|text| show::link(text.clone(), state.but(|other| other.text.clone_from(text)))),
        suggestions: Vec::new(),
    })
}

/// The plain list that stands for a search and its endless variations.
fn plain(state: &SearchState) -> SearchState {
    SearchState { category: state.category.clone(), ..SearchState::default() }
}

fn choice(value: &str, label: &str, chosen: bool, count: Option<u32>) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen, count: count.map(u64::from) }
}

fn kinds(state: &SearchState, facets: &Facets) -> Vec<Choice> {
    let offered = [ListingKind::Goods, ListingKind::Service, ListingKind::File];
    let one = |kind: ListingKind| {
        let found = facets.kinds.iter().find(|entry| entry.value == kind.name());
        let chosen = state.kinds.iter().any(|name| name == kind.name());
        choice(kind.name(), show::kind(kind), chosen, Some(found.map_or(0, |entry| entry.count)))
    };
    offered.map(one).into_iter().collect()
}

/// The chosen tags, and the most frequent others.
fn tags(state: &SearchState, facets: &Facets) -> Vec<Choice> {
    let count = |tag: &str| facets.tags.iter().find(|entry| entry.value == tag).map(|entry| entry.count);
    let chosen = state.tags.iter().map(|tag| choice(tag, tag, true, count(tag)));
    let others = facets.tags.iter().filter(|entry| !state.tags.contains(&entry.value)).take(8);
    chosen.chain(others.map(|entry| choice(&entry.value, &entry.value, false, Some(entry.count)))).collect()
}

/// The way up, the category itself, and those right below it.
fn categories(
    state: &SearchState,
    tree: &domain::listing::category::CategoryTree,
    facets: &Facets,
) -> Vec<Facet> {
    let name = |path: &[String]| {
        let slugs: Vec<&str> = path.iter().map(String::as_str).collect();
        tree.by_slugs(&slugs).map(|category| category.name.clone())
    };
    let count = |path: &[String]| {
        facets.categories.iter().find(|entry| entry.path == path).map_or(0, |entry| entry.count)
    };
    let entry = |path: &[String], current: bool, count: u32| {
        let href = state.but(|other| other.category = path.to_vec()).to_string();
        Some(Facet { label: name(path)?, count: Some(u64::from(count)), href, current })
    };
    let mut list = Vec::new();
    if !state.category.is_empty() {
        let href = state.but(|other| other.category.clear()).to_string();
        list.push(Facet { label: "All categories".to_owned(), count: None, href, current: false });
    }
    for depth in 1..=state.category.len() {
        let path = state.category.get(..depth).unwrap_or_default();
        list.extend(entry(path, depth == state.category.len(), count(path)));
    }
    list.extend(facets.below(&state.category).filter_map(|found| entry(&found.path, false, found.count)));
    list
}

/// The filters that are on, each with the way to take it off.
fn chips(state: &SearchState, tree: &domain::listing::category::CategoryTree) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut put =
        |label: String, without: SearchState| chips.push(Chip { label, remove: without.to_string() });
    let slugs: Vec<&str> = state.category.iter().map(String::as_str).collect();
    if let Some(category) = tree.by_slugs(&slugs) {
        put(category.name.clone(), state.but(|other| other.category.clear()));
    }
    for kind in &state.kinds {
        let known = ListingKind::from_name(kind).map(|kind| show::kind(kind).to_owned());
        let label = known.unwrap_or_else(|| kind.clone());
        put(label, state.but(|other| other.kinds.retain(|name| name != kind)));
    }
    for tag in &state.tags {
        put(tag.clone(), state.but(|other| other.tags.retain(|name| name != tag)));
    }
    if !state.seller.is_empty() {
        put(format!("From {}", state.seller), state.but(|other| other.seller.clear()));
    }
    if !state.price_min.is_empty() {
        put(format!("From {} tokens", state.price_min), state.but(|other| other.price_min.clear()));
    }
    if !state.price_max.is_empty() {
        put(format!("Up to {} tokens", state.price_max), state.but(|other| other.price_max.clear()));
    }
    if state.in_stock {
        put("To be had now".to_owned(), state.but(|other| other.in_stock = false));
    }
    chips
}

/// What others look for, for those who found nothing: the frequent tags.
async fn suggestions(ask: &Ask) -> Result<Vec<Crumb>, Trouble> {
    let all = find(&ask.site, everything(ask, 1)).await?;
    let link = |tag: &search::ValueCount| {
        show::link(tag.value.clone(), SearchState { tags: vec![tag.value.clone()], ..SearchState::default() })
    };
    Ok(all.facets.unwrap_or_default().tags.iter().take(8).map(link).collect())
}
