//! `farthing compare`: card payments against the provider's own account.

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use domain::access::Actor;
use domain::money::Money;
use store::comparisons::findings::Found;
use store::media::NoMedia;
use store::world::World;

use crate::config::Config;
use crate::house::{open_store, take_payments};

fn say(error: impl Display) -> String {
    error.to_string()
}

/// Compares the days whose time has come, and shows what was found of late.
/// Fails if anything of that did not agree and nobody has looked at it.
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
    let open = found.iter().filter(|found| found.seen.is_none()).count();
    if open < found.len() {
        println!("{} of {} findings were seen by the staff.", found.len() - open, found.len());
    }
    Ok(if open == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A finding in a line.
fn line(found: &Found) -> String {
    let money = |money: Option<Money>| money.map_or("nothing".to_owned(), |money| money.to_string());
    let (difference, ours) = (&found.difference, found.reference.as_ref());
    let seen = found.seen.as_ref().map(|seen| {
        // A note may have several lines, and whatever else people paste.
        let note = seen.note.replace(char::is_control, " ");
        format!("; seen by {} on {}: {note}", seen.by, seen.at)
    });
    format!(
        "{} {}: {}; {} here, {} there (payment {}){}",
        found.name.day.text(),
        ours.map_or_else(|| format!("top-up {} that is not here", found.name.top_up), ToString::to_string),
        difference.kind.name(),
        money(difference.here),
        money(difference.there),
        found.payment.as_deref().unwrap_or("unknown"),
        seen.unwrap_or_default(),
    )
}
