//! `farthing compare`: card payments against the provider's own account.

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use domain::access::Actor;
use domain::money::Money;
use store::comparisons::Found;
use store::media::NoMedia;
use store::world::World;

use crate::config::Config;
use crate::house::{open_store, take_payments};

fn say(error: impl Display) -> String {
    error.to_string()
}

/// Compares the days whose time has come, and shows what was found of late.
/// Fails if anything of that did not agree.
pub(crate) async fn run(config: Config) -> Result<ExitCode, String> {
    let store = open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    let payments = take_payments(&config, &store).map_err(say)?;
    let done = payments.compare().await;
    let days = store.compared_days(&Actor::System).await.map_err(say)?;
    let found = store.comparison_findings(&Actor::System).await.map_err(say)?;
    store.close().await;
    for day in days.iter().rev() {
        let differing = match day.differing {
            0 => "all agree".to_owned(),
            count => format!("{count} do not agree"),
        };
        println!("{} {}: {} top-ups, {differing}", day.day.text(), day.provider.name(), day.top_ups);
    }
    for found in &found {
        println!("{}", line(found));
    }
    let compared = done.map_err(|error| format!("could not compare all days: {error}"))?;
    println!("Compared {compared} more days.");
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A finding in a line.
fn line(found: &Found) -> String {
    let money = |money: Option<Money>| money.map_or("nothing".to_owned(), |money| money.to_string());
    let (difference, ours) = (&found.difference, found.reference.as_ref());
    format!(
        "{} {}: {}; {} here, {} there (payment {})",
        found.day.text(),
        ours.map_or_else(|| format!("top-up {} that is not here", found.top_up), ToString::to_string),
        difference.kind.name(),
        money(difference.here),
        money(difference.there),
        found.payment.as_deref().unwrap_or("unknown"),
    )
}
