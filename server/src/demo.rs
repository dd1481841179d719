//! `farthing demo`: a lively market to look around in. It is filled at the
//! first start, by people who do things through the store's verbs, and served
//! like any other; a later start finds it and only serves.
//!
//! Never touches a market that somebody else has made.

mod artifacts;
mod canvas;
mod chance;
mod fill;
mod folder;
mod item;
mod motifs_clay;
mod motifs_craft;
mod motifs_home;
mod motifs_out;
mod motifs_paper;
mod motifs_play;
mod path;
mod people;
mod publish;
mod scene;
mod shelf_craft;
mod shelf_files;
mod shelf_home;
mod shelf_leisure;
mod shelf_programs;
mod shelf_services;
mod stalls;
mod story;
#[cfg(test)]
mod tests;
mod texts;
mod town;
mod trade;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use store::media::NoMedia;
use store::world::World;

use crate::config::{Config, DatabaseUrl};
use crate::house::{House, open_store};
use crate::run::tell;
use crate::serve;
use fill::Scale;
use folder::Found;
use people::{PASSPHRASE, PEOPLE, STAFF};

/// A reason to end with a failure, for people.
type Trouble = String;

fn say(error: impl std::fmt::Display) -> Trouble {
    error.to_string()
}

/// Fills the data folder if there is no market in it yet, then serves it
/// until the program is told to stop. A demo always lives in its data folder:
/// another database that the settings name is left alone.
///
/// # Errors
/// If the folder cannot be used or filled, or the address is taken.
pub async fn run(mut config: Config) -> Result<ExitCode, Trouble> {
    config.database.url = DatabaseUrl::Sqlite(config.server.data.join(folder::DATABASE));
    prepare(&config, Scale::FULL).await?;
    let house = House::open(config, World::system()).await.map_err(say)?;
    let is_demo = town::is_demo(&house.store).await;
    let link = serve::first_link(&house, house.config.server.listen).await;
    let greet = |house: &House, address| greet(house, address, is_demo, link.as_deref());
    serve::serve(house, greet).await.map_err(|error| format!("could not serve: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Fills the data folder if there is no market in it; tells whether it did.
async fn prepare(config: &Config, scale: Scale) -> Result<bool, Trouble> {
    let is_empty = has_nobody(config).await?;
    let filling = match folder::look(&config.server.data, is_empty)? {
        Found::Market => return Ok(false),
        Found::Nothing(filling) => filling,
    };
    let start = town::beginning(World::system().now());
    let house = House::open(config.clone(), World::past(start)).await.map_err(say)?;
    let filled = fill::fill(&house, scale).await;
    house.store.close().await;
    drop(house);
    filled?;
    filling.finish()?;
    Ok(true)
}

/// Whether there is a database in which nobody has done anything: one that
/// another command has made.
async fn has_nobody(config: &Config) -> Result<bool, Trouble> {
    let data = &config.server.data;
    if folder::is_unfinished(data) || !data.join(folder::DATABASE).exists() {
        return Ok(false);
    }
    let store = open_store(config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    let has_staff = store.has_staff().await.map_err(say)?;
    let totals = store.audit(|_| ()).await.map_err(say)?;
    store.close().await;
    // Every account begins with welcome tokens, so without a transaction there
    // is none; where the settings give none, nothing can be concluded.
    let is_untouched = totals.is_ok_and(|totals| totals.transactions == 0);
    Ok(!has_staff && is_untouched && !config.money.welcome_tokens.is_zero())
}

fn greet(house: &House, address: SocketAddr, is_demo: bool, link: Option<&str>) {
    tell(format_args!("{} is open at {}", house.config.vendor.name, serve::public_base(house, address)));
    if is_demo {
        tell(format_args!("\nSign in with one of these handles and the passphrase \"{PASSPHRASE}\":"));
        tell(format_args!("  {STAFF} (works for the vendor: grants tokens, sets the fees)"));
        for people in PEOPLE.chunks(4) {
            let handles: Vec<&str> = people.iter().map(|person| person.handle).collect();
            tell(format_args!("  {}", handles.join(", ")));
        }
        tell(format_args!("\nThis is for looking around: everybody knows the passphrase. Ctrl-C stops it."));
    } else {
        tell(format_args!(
            "This folder holds a market that was not made by the demo; it is served as it is."
        ));
    }
    if let Some(link) = link {
        tell(format_args!(
            "Nobody works for the vendor yet. This link makes the first account, once:\n  {link}"
        ));
    }
}
