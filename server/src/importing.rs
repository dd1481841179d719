//! `farthing import listings`: the reading side meets the store.

use std::process::ExitCode;
use std::sync::Arc;

use domain::access::Actor;
use domain::listing::ListingKind;
use domain::tokens::Tokens;
use store::Store;
use store::importing::Imported;
use store::media::NoMedia;
use store::world::World;

use crate::cli::ImportListings;
use crate::config::Config;
use crate::house::open_store;
use crate::import::{Checkpoint, Entry, ImportLine, ListingReader};
use crate::progress::{Progress, Stop};

/// Listings that are written in one commit.
const BATCH: usize = 500;

/// Bad lines that are told one by one; the others are only counted.
const TOLD_MAX: u64 = 20;

/// Takes in a file. Good lines are kept, bad ones told with their number.
///
/// # Errors
/// When the file or the database cannot be used.
pub async fn run(config: Config, asked: ImportListings) -> Result<ExitCode, String> {
    let store =
        open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(|error| error.to_string())?;
    let done = import(&config, &asked, &store).await;
    store.close().await;
    done
}

async fn import(config: &Config, asked: &ImportListings, store: &Store) -> Result<ExitCode, String> {
    let cannot = |error: &dyn std::fmt::Display| format!("could not read {}: {error}", asked.file.display());
    let mut checkpoint =
        Checkpoint::find(&config.server.data, &asked.file).map_err(|error| cannot(&error))?;
    let mut reader = ListingReader::open(&asked.file).map_err(|error| cannot(&error))?;
    let start = if asked.from_start { 0 } else { checkpoint.line() };
    reader.skip_to(start).map_err(|error| cannot(&error))?;
    let mut bar = Progress::start("import", Some(reader.bytes_total()));
    if start > 0 {
        bar.remark(&format!("going on after line {start}"));
    }
    let stop = Stop::at_ctrl_c();
    let (mut batch, mut taken, mut bad, mut line) = (Vec::with_capacity(BATCH), 0u64, 0u64, start);
    while let Some(entry) = reader.next_entry().map_err(|error| cannot(&error))? {
        line = entry.number;
        match parse(store, entry, asked) {
            Ok(listing) => batch.push(listing),
            Err(reason) => {
                bad += 1;
                if bad <= TOLD_MAX {
                    bar.remark(&format!("line {line}: {reason}"));
                }
            }
        }
        if batch.len() == BATCH {
            taken += write(store, &mut batch).await?;
            checkpoint.save(line).map_err(|error| error.to_string())?;
            bar.reach(reader.bytes_read());
            if stop.is_asked() {
                bar.finish(&format!("stopped after line {line}; the same command goes on from there"));
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    taken += write(store, &mut batch).await?;
    checkpoint.clear().map_err(|error| error.to_string())?;
    bar.finish(&format!("{taken} listings taken in, {bad} bad lines"));
    println!("{taken} listings taken in, {bad} bad lines, {line} lines read.");
    Ok(ExitCode::SUCCESS)
}

async fn write(store: &Store, batch: &mut Vec<Imported>) -> Result<u64, String> {
    let batch = std::mem::take(batch);
    store.import_listings(&Actor::System, batch).await.map_err(|error| error.to_string())
}

/// A line as the store takes it. Listings whose kind the file does not say
/// are services: they never run out, and the seller delivers them.
fn parse(store: &Store, entry: Entry, asked: &ImportListings) -> Result<Imported, String> {
    let line: ImportLine = entry.listing?;
    let tree = store.categories();
    let category = tree.nearest(&line.category).or_else(|| tree.nearest(&["Everything else"]));
    let imported = Imported {
        category: category.ok_or("there is no category for it")?.id,
        external_id: line.external_id,
        title: line.title,
        description: line.description,
        kind: ListingKind::Service,
        price: whole_steps(line.price, store.market().price_step),
        quantity: None,
        tags: line.tags,
        seller: asked.seller.clone().unwrap_or(line.seller),
        created_at: line.created_at.unwrap_or_else(|| store.world().now()),
        sales: line.sales,
        rating: line.rating_tenths.map(|tenths| u16::from(tenths) * 10),
    };
    imported.check(store.market().price_step).map_err(|refusal| refusal.to_string())?;
    Ok(imported)
}

/// Prices from elsewhere are rounded down to whole steps, but to one at least.
fn whole_steps(price: Tokens, step: Tokens) -> Tokens {
    let whole = price.units() - price.units() % step.units().max(1);
    Tokens::from_units(whole).unwrap_or(step).max(step)
}
