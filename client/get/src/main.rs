//! `farthing-get`: get software of a store, run it, and keep it.
//!
//! `main` parses and composes; `shop` is the store as this computer knows it,
//! `trade` moves tokens, `bring` installs, `tend` uses and removes, `say`
//! speaks. All rules are the library's.

mod args;
mod bring;
mod doctor;
mod launch;
mod say;
mod shop;
mod steps;
mod tend;
mod trade;
mod wire;

use std::process::ExitCode;

use args::{Arguments, Command, Install, Only};
use bring::Older;
use clap::Parser;
use client::link::Who;
use client::stop::Stop;
use say::{Report, Voice};
use serde::{Deserialize, Serialize};
use shop::Shop;
use trade::Deal;
use wire::Connection;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let common = &arguments.common;
    let voice = Voice { is_json: common.json, is_yes: common.yes };
    let told = Shop::open(common, voice).and_then(|mut shop| carry_out(&mut shop, &arguments.command));
    ExitCode::from(voice.tell(&told))
}

fn carry_out(shop: &mut Shop, command: &Command) -> Result<Report, Stop> {
    match command {
        Command::SignIn { code } => sign_in(shop, code),
        Command::Search { words } => search(shop, &words.join(" ")),
        Command::Buy(trade) => trade::deal(shop, Deal::Buy, trade),
        Command::Rent(trade) => trade::deal(shop, Deal::Rent, trade),
        Command::Extend(trade) => trade::deal(shop, Deal::Extend, trade),
        Command::Convert(trade) => trade::deal(shop, Deal::Convert, trade),
        Command::Install(install) => {
            let older = if install.keep { Older::Keep } else { Older::Ask };
            bring::install(shop, install, older)
        }
        Command::Update(only) => bring::install(shop, &stable(only), Older::Update),
        Command::Run { product, arguments } => tend::run(shop, product, arguments),
        Command::Consume { product, meter, units } => tend::consume(shop, product, meter, *units),
        Command::Status { product } => tend::status(shop, product.as_deref()),
        Command::Take { product, meter, units } => tend::take(shop, product, meter, *units),
        Command::Release { product, device: true, .. } => tend::leave(shop, product),
        Command::Release { product, meter, .. } => tend::release(shop, product, meter.as_deref()),
        Command::Rollback(only) => tend::roll_back(shop, &only.product),
        Command::Uninstall { product, purge } => tend::uninstall(shop, product, *purge),
        Command::Doctor => doctor::look(shop),
    }
}

fn stable(only: &Only) -> Install {
    Install { product: only.product.clone(), channel: "stable".to_owned(), keep: false, publisher_key: None }
}

/// Swaps a one-time code for a session of this computer's own.
fn sign_in(shop: &mut Shop, code: &str) -> Result<Report, Stop> {
    #[derive(Serialize)]
    struct Input<'a> {
        code: &'a str,
    }
    #[derive(Deserialize)]
    struct User {
        handle: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Done {
        session_token: String,
        user: User,
    }
    let fields = "sessionToken user { handle }";
    let done: Done = shop.link.change("signInByCode", fields, &Input { code }, Who::NOBODY)?;
    let handle = done.user.handle;
    shop.keep_session(done.session_token, handle.clone())?;
    let said = format!("Signed in as {handle}. You find and end this session under Sessions on the site.");
    Ok(Report::default().line(said).fact("handle", handle))
}

/// Finds programs by words.
fn search(shop: &Shop, words: &str) -> Result<Report, Stop> {
    #[derive(Serialize)]
    struct Asked<'a> {
        words: &'a str,
    }
    #[derive(Deserialize)]
    struct Slug {
        slug: String,
    }
    #[derive(Deserialize)]
    struct Listing {
        title: String,
        price: String,
        software: Option<Slug>,
    }
    #[derive(Deserialize)]
    struct Told {
        search: Connection<Listing>,
    }
    let query = "query($words: String!) { search(query: $words, filter: { kinds: [SOFTWARE] }, first: 20) \
        { totalCount edges { node { title price software { slug } } } } }";
    let told: Told = shop.link.ask(query, &Asked { words }, Who::NOBODY)?;
    let total = told.search.total_count;
    let (mut report, mut facts) = (Report::default(), Vec::new());
    for listing in told.search.nodes() {
        let Some(Slug { slug }) = listing.software else { continue };
        report = report.line(format!("{slug}: {} (from {} tokens)", listing.title, listing.price));
        facts.push(serde_json::json!({"product": slug, "title": listing.title, "from": listing.price}));
    }
    if facts.is_empty() {
        report = report.line("Nothing was found.");
    }
    let shown = u64::try_from(facts.len()).unwrap_or(u64::MAX);
    if let Some(total) = total.filter(|total| *total > shown) {
        report = report.line(format!("{shown} of {total} are shown: more words find fewer."));
    }
    Ok(report.fact("found", facts).fact("total", total))
}
