//! What goes on behind the pages: the index follows the market, held tokens
//! are released, old things are forgotten. Each step is safe to run late, or
//! twice, or to be cut off in the middle.

use std::sync::Arc;
use std::time::Duration;

use domain::access::Actor;
use search::{Advance, Applied, Change, Document, Rebuild, Search};
use store::listings::Listing;
use store::{Error, Fault, Store, Writes};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::payments::Payments;
use crate::telemetry::Metrics;

/// How long the index looks away from the feed when nothing rings: other
/// programs on the same database ring no bell here.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// Changes that are applied at once.
const CHANGES_MAX: u32 = 1_000;

/// After so long without a change the index lets go of its memory.
const REST_AFTER: Duration = Duration::from_secs(20);

/// Changes that the feed keeps for an index that was away.
const FEED_KEEPS: i64 = 200_000;

/// A listing as the index wants it.
#[must_use]
pub fn document(store: &Store, listing: Listing) -> Document {
    let path = store.categories().path(listing.category);
    Document {
        id: listing.id,
        in_stock: listing.is_buyable(),
        category: path.into_iter().map(|category| category.slug.clone()).collect(),
        kind: listing.kind.name().to_owned(),
        title: listing.title,
        description: listing.description,
        tags: listing.tags,
        price: listing.price,
        seller: listing.seller,
        seller_handle: listing.seller_handle,
        created_at: listing.published_at.unwrap_or(listing.created_at),
        sales: listing.sales,
        rating: listing.rating,
    }
}

/// Why the index could not follow.
#[derive(Debug)]
pub enum Behind {
    /// The database.
    Store(Fault),
    /// The index.
    Search(search::Fault),
}

impl std::fmt::Display for Behind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(out),
            Self::Search(fault) => fault.fmt(out),
        }
    }
}

impl std::error::Error for Behind {}

impl From<Fault> for Behind {
    fn from(fault: Fault) -> Self {
        Self::Store(fault)
    }
}

impl From<search::Fault> for Behind {
    fn from(fault: search::Fault) -> Self {
        Self::Search(fault)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, search::Fault> + Send + 'static,
) -> Result<T, Behind> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Fault::bug("work on the search index"))??)
}

/// Builds the index anew from the tables while the old one serves. `tell` is
/// called with the number of listings done.
///
/// # Errors
/// If the database or the index fails; the old index stays.
pub async fn rebuild(
    store: &Store,
    search: &Arc<Search>,
    mut tell: impl FnMut(u64) -> bool,
) -> Result<u64, Behind> {
    // What changes from here on is replayed from the feed afterwards.
    let (cursor, _) = store.changes_span().await?;
    let index = Arc::clone(search);
    let mut rebuild = blocking(move || Rebuild::start(&index)).await?;
    let (mut from, mut done) = (None, 0u64);
    loop {
        let listings = store.published_after(from, 2_000).await?;
        let Some(last) = listings.last() else { break };
        from = Some(last.id);
        done += u64::try_from(listings.len()).unwrap_or(0);
        let documents: Vec<Document> = listings.into_iter().map(|listing| document(store, listing)).collect();
        rebuild = blocking(move || rebuild.add(&documents).map(|()| rebuild)).await?;
        if !tell(done) {
            return Ok(done);
        }
    }
    blocking(move || rebuild.finish(cursor)).await?;
    Ok(done)
}

/// Applies what has changed since the index last looked; tells whether there
/// may be more. An index that is too far behind, or ahead of a database that
/// was restored, is built anew.
///
/// # Errors
/// If the database or the index fails.
pub async fn catch_up(store: &Store, search: &Arc<Search>) -> Result<bool, Behind> {
    let from = search.cursor();
    let (newest, oldest) = store.changes_span().await?;
    if from == newest {
        return Ok(false);
    }
    if from > newest || (from + 1 < oldest) || (from == 0 && newest > FEED_KEEPS / 10) {
        tracing::info!("the search index is built anew");
        rebuild(store, search, |_| true).await?;
        return Ok(true);
    }
    let changes = store.changes_after(from, CHANGES_MAX).await?;
    let put = changes.found.into_iter().map(|listing| Change::Put(Box::new(document(store, listing))));
    let all: Vec<Change> = put.chain(changes.gone.into_iter().map(Change::Remove)).collect();
    let advance = Advance { from, to: changes.cursor };
    let index = Arc::clone(search);
    match blocking(move || index.apply(&all, advance)).await? {
        Applied::Done => Ok(changes.has_more),
        Applied::StandsAt(_) => Ok(true),
    }
}

/// Applies all that has changed; for the end, when nothing changes any more.
///
/// # Errors
/// If the database or the index fails.
pub async fn catch_up_wholly(store: &Store, search: &Arc<Search>) -> Result<(), Behind> {
    while catch_up(store, search).await? {}
    Ok(())
}

/// Keeps the index up to date until `stop` says so. After the first change it
/// waits for `window`, so that changes that come together are one commit.
pub async fn follow(
    store: Store,
    search: Arc<Search>,
    metrics: Arc<Metrics>,
    window: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let (mut writes, mut idle) = (store.writes(), Duration::ZERO);
    while !*stop.borrow() {
        match catch_up(&store, &search).await {
            Ok(true) => {
                metrics.set_search_waiting(i64::from(CHANGES_MAX));
                idle = Duration::ZERO;
                continue;
            }
            Ok(false) => metrics.set_search_waiting(0),
            Err(fault) => {
                tracing::error!(%fault, "the search index could not follow");
                wait(&mut stop, Duration::from_secs(2)).await;
            }
        }
        let has_rung = tokio::select! {
            rung = timeout(LOOK_EVERY, writes.next()) => rung.is_ok(),
            _ = stop.changed() => return,
        };
        if has_rung {
            idle = Duration::ZERO;
            wait(&mut stop, window).await;
        } else if idle < REST_AFTER {
            idle += LOOK_EVERY;
            if idle >= REST_AFTER {
                let index = Arc::clone(&search);
                if let Err(fault) = blocking(move || index.rest()).await {
                    tracing::warn!(%fault, "the search index could not rest");
                }
            }
        }
    }
}

async fn wait(stop: &mut watch::Receiver<bool>, length: Duration) {
    tokio::select! {
        () = sleep(length) => {}
        _ = stop.changed() => {}
    }
}

/// Keeps card payments going until `stop` says so: whatever is written may be
/// a message or a refund that waits.
pub async fn take_payments(payments: Arc<Payments>, mut writes: Writes, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = payments.round().await {
            tracing::error!(%error, "card payments were not worked on");
        }
        wait(&mut stop, PAYMENTS_REST).await;
        tokio::select! {
            _ = timeout(PAYMENTS_EVERY, writes.next()) => {}
            _ = stop.changed() => return,
        }
    }
}

/// How long card payments are left alone when nothing is written.
const PAYMENTS_EVERY: Duration = Duration::from_secs(5);

/// So long the worker rests after each round, so that a busy market is not
/// asked again after each purchase. A message that comes to a quiet one is
/// worked on at once.
const PAYMENTS_REST: Duration = Duration::from_millis(100);

/// Orders and gifts whose time has come, looked for this often.
const TIMERS_EVERY: Duration = Duration::from_secs(15);

/// Releases orders and returns gifts whose time has come.
///
/// # Errors
/// If the database fails.
pub async fn run_timers(store: &Store) -> Result<u32, Error> {
    let released = store.release_due(&Actor::System, 500).await?;
    let returned = store.return_due(&Actor::System, 500).await?;
    let expired = store.expire_promo(&Actor::System, 500).await?;
    let due = store.fall_due(&Actor::System, 500).await?;
    let renewed = store.renew_releases(&Actor::System, 50).await?;
    let swept = store.sweep_uploads(&Actor::System, 50).await?;
    let given_up = store.expire_desk_orders(&Actor::System, 500).await?;
    store.erase_payees(&Actor::System, 500).await?;
    let ended = store.end_due(&Actor::System, 500).await?;
    store.refresh_tariff().await?;
    Ok(released + returned + expired + due + renewed + swept + given_up + ended)
}

/// Runs the timers and tidies up until `stop` says so.
pub async fn keep_time(store: Store, search: Arc<Search>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(TIMERS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rounds = 0u32;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = run_timers(&store).await {
            tracing::error!(%error, "orders or gifts whose time has come were not settled");
        }
        store.checkpoint();
        if rounds.is_multiple_of(240) {
            tidy(&store, &search).await;
        }
        rounds = rounds.wrapping_add(1);
    }
}

async fn tidy(store: &Store, search: &Search) {
    let forgotten = async {
        store.forget_sessions().await?;
        store.forget_carts().await?;
        store.forget_letters().await?;
        store.forget_changes(search.cursor(), FEED_KEEPS).await
    };
    if let Err(error) = forgotten.await {
        tracing::warn!(%error, "old things were not forgotten");
    }
}
