//! Looking around: the front page and storefronts.

use axum::extract::Path;
use domain::id::UserId;
use domain::refusal::Refusal;
use domain::text::Handle;
use search::{Query, Sort, Window};
use store::listings::Listing;

use super::search::{find, in_order};
use super::state::SearchState;
use crate::ask::{Answer, Ask, show};
use crate::posted::Pairs;
use crate::trouble::Trouble;
use crate::view::home::{CategoryTile, HomeView};
use crate::view::storefront::StorefrontView;
use crate::{routes, show};

/// How many cards a section of the front page shows.
const SECTION: u32 = 10;

/// Everything on sale, the best first.
pub(super) fn everything(ask: &Ask, count: u32) -> Query {
    Query {
        text: String::new(),
        filter: search::Filter::default(),
        sort: Sort::Relevance,
        window: Window::First(count, None),
        now: ask.site.store.world().now(),
        facets: true,
        explain: false,
    }
}

/// `GET /`
pub(super) async fn home(ask: Ask) -> Answer {
    let store = &ask.site.store;
    let found = find(&ask.site, everything(&ask, SECTION)).await?;
    let newest = store.newest_listings(SECTION).await?;
    let popular = in_order(&ask.site, &found).await?;
    let facets = found.facets.unwrap_or_default();
    let count = |slug: &str| {
        let own =
            facets.categories.iter().find(|entry| matches!(entry.path.as_slice(), [only] if only == slug));
        own.map_or(0, |entry| u64::from(entry.count))
    };
    let tile = |category: &domain::listing::category::Category| CategoryTile {
        label: category.name.clone(),
        count: count(&category.slug),
        href: SearchState { category: vec![category.slug.clone()], ..SearchState::default() }.to_string(),
    };
    let welcome = store.market().welcome;
    let rate = ask.site.rate();
    let description = format!(
        "{}: a small market where people trade goods, services and files for tokens.",
        store.market().name
    );
    show(&HomeView {
        page: ask.page("", &description).await?,
        listings_total: u64::from(found.total_count),
        welcome: (!welcome.is_zero()).then_some(welcome),
        categories: store.categories().children(None).map(tile).collect(),
        newest: show::cards(&newest, &rate),
        popular: show::cards(&popular, &rate),
    })
}

/// `GET /u/{handle}`
pub(super) async fn storefront(ask: Ask, Path(handle): Path<String>, query: Pairs) -> Answer {
    let missing = || Trouble::from(Refusal::missing("user"));
    let handle = Handle::parse(&handle).map_err(|_| missing())?;
    let store = &ask.site.store;
    let user = store.user_by_handle(&handle).await?.ok_or_else(missing)?;
    let page =
        store.listings_of(&domain::access::Actor::Visitor(None), user.id, super::window(&query)).await?;
    let path = routes::Storefront::to(handle.as_str().to_owned()).to_string();
    let name = user.display_name.as_deref().unwrap_or(handle.as_str());
    let description = format!("What {name} sells on {}.", store.market().name);
    show(&StorefrontView {
        page: ask.page(name, &description).await?,
        seller: show::seller(&user, store.tally(user.id).await?),
        about: user.about.as_deref().map(show::paragraphs).unwrap_or_default(),
        listings: show::cards(&page.items, &ask.site.rate()),
        pager: show::pager(&page, &path, |listing: &Listing| listing.id.uuid()),
    })
}

/// Other things that a seller offers, for the foot of a listing's page.
pub(super) async fn more_from(ask: &Ask, seller: UserId, but: &Listing) -> Result<Vec<Listing>, Trouble> {
    let window = store::page::Window::first(6, None);
    let page = ask.site.store.listings_of(&domain::access::Actor::Visitor(None), seller, window).await?;
    Ok(page.items.into_iter().filter(|listing| listing.id != but.id).take(5).collect())
}
