//! What each command does.

use std::env;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use domain::access::Actor;
use store::media::NoMedia;
use store::world::World;

use crate::cli::{self, Arguments, Command};
use crate::config::Config;
use crate::house::{House, open_keys, open_store};
use crate::keys::root::Roots;
use crate::keys::{Old, ROOT_FILE};
use crate::progress::{Progress, Stop};
use crate::{comparing, demo, importing, serve, telemetry, workers};

/// A reason to end with a failure, for people.
type Trouble = String;

/// Says a line of a greeting. A server does not end because whoever started it
/// has stopped listening.
pub(crate) fn tell(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn say(error: impl Display) -> Trouble {
    error.to_string()
}

/// Runs the program; the exit code tells whether all went well.
#[must_use]
pub fn run() -> ExitCode {
    let mut arguments = Arguments::parse();
    if matches!(arguments.command, Command::Demo(_)) && arguments.data.is_none() {
        arguments.data = Some("demo-data".into());
    }
    let config = match Config::load(&arguments.sources(env::vars_os().collect())) {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(arguments.command, config)) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command, config: Config) -> Result<ExitCode, Trouble> {
    if matches!(command, Command::Serve(_) | Command::Demo(_)) {
        telemetry::start_log(&config.log).map_err(say)?;
    }
    match command {
        Command::Serve(_) => run_server(config).await,
        Command::Demo(_) => demo::run(config).await,
        Command::Migrate => migrate(config).await,
        Command::Audit(asked) => audit(config, asked).await,
        Command::Compare => comparing::run(config).await,
        Command::Reindex => reindex(config).await,
        Command::Import(cli::Import::Listings(asked)) => importing::run(config, asked).await,
        Command::User(cli::User::AddVendor(asked)) => add_vendor(config, &asked).await,
        Command::Keys(asked) => keys(&config, asked),
        Command::Config(cli::Config::Check(_)) => {
            println!("{}", config.explain());
            Ok(ExitCode::SUCCESS)
        }
    }
}

pub(crate) async fn run_server(config: Config) -> Result<ExitCode, Trouble> {
    let house = House::open(config, World::system()).await.map_err(say)?;
    let link = serve::first_link(&house, house.config.server.listen).await;
    let greet = |house: &House, address| {
        // The one that people are told may be another machine's.
        tracing::info!(%address, "listening");
        tell(format_args!("{} is open at {}", house.config.vendor.name, serve::public_base(house, address)));
        if let Some(link) = link {
            tell(format_args!(
                "Nobody works for the vendor yet. This link makes the first account, once:\n  {link}"
            ));
        }
    };
    serve::serve(house, greet).await.map_err(|error| format!("could not serve: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(config: Config) -> Result<ExitCode, Trouble> {
    let store = open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    store.close().await;
    println!("The tables are up to date.");
    Ok(ExitCode::SUCCESS)
}

async fn audit(config: Config, asked: cli::Audit) -> Result<ExitCode, Trouble> {
    let store = open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    let mut progress: Option<Progress> = None;
    let found = store.audit(|reached| {
        let total = u64::try_from(reached.all).ok();
        let bar = progress.get_or_insert_with(|| Progress::start("audit", total));
        bar.reach(u64::try_from(reached.done).unwrap_or(0));
    });
    let found = found.await.map_err(say)?;
    if let Some(bar) = progress {
        bar.finish("all transactions read");
    }
    let totals = match found {
        Ok(totals) => totals,
        Err(finding) => {
            println!("The books are wrong. {finding}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let tokens = |units: i128| {
        let (whole, rest) = (units / 10_000, units % 10_000);
        if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:04}") }
    };
    println!("The books are right: {} transactions, {} transfers.", totals.transactions, totals.transfers);
    println!("  issued {} + debt {}", tokens(totals.issued), tokens(totals.debt));
    println!("  = held {} + retired {}", tokens(totals.held), tokens(totals.retired));
    println!("  of which in escrow {}", tokens(totals.escrow));
    if asked.search {
        return compare_index(config, &store).await;
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Compares the index with the tables: each published listing once, nothing
/// else.
async fn compare_index(config: Config, store: &store::Store) -> Result<ExitCode, Trouble> {
    let index =
        search::Search::open(&config.server.data.join("search"), search::Options::default()).map_err(say)?;
    let mut indexed = index.listings().map_err(say)?;
    indexed.sort_unstable();
    let (mut from, mut wrong, mut seen) = (None, 0usize, 0usize);
    loop {
        let listings = store.published_after(from, 2_000).await.map_err(say)?;
        let Some(last) = listings.last() else { break };
        from = Some(last.id);
        seen += listings.len();
        let is_missing = |listing: &&store::listings::Listing| indexed.binary_search(&listing.id).is_err();
        for listing in listings.iter().filter(is_missing) {
            wrong += 1;
            if wrong <= 10 {
                println!("The index lacks listing {}.", listing.id);
            }
        }
    }
    store.close().await;
    if wrong > 0 || indexed.len() != seen {
        println!(
            "The index holds {} listings, the tables {seen}. `farthing reindex` repairs it.",
            indexed.len()
        );
        return Ok(ExitCode::FAILURE);
    }
    println!("The index is right: {seen} listings.");
    Ok(ExitCode::SUCCESS)
}

async fn reindex(config: Config) -> Result<ExitCode, Trouble> {
    let data = config.server.data.join("search");
    let store = open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    let search = Arc::new(search::Search::open(&data, search::Options::default()).map_err(say)?);
    let total = store.count_published().await.map_err(say)?;
    let mut bar = Progress::start("reindex", Some(u64::from(total)));
    let stop = Stop::at_ctrl_c();
    let done = workers::rebuild(&store, &search, |done| {
        bar.reach(done);
        !stop.is_asked()
    });
    let done = done.await.map_err(say)?;
    store.close().await;
    if stop.is_asked() {
        bar.finish("stopped; the old index stays");
        return Ok(ExitCode::FAILURE);
    }
    bar.finish(&format!("{done} listings can be found"));
    Ok(ExitCode::SUCCESS)
}

fn keys(config: &Config, asked: cli::Keys) -> Result<ExitCode, Trouble> {
    let keys = open_keys(config, World::system()).map_err(say)?;
    match asked {
        cli::Keys::Init | cli::Keys::Show => {}
        cli::Keys::Rotate(how) => {
            let root = how.root.unwrap_or_else(|| keys.folder().join(ROOT_FILE));
            keys.rotate(&root, if how.drop_old { Old::Dropped } else { Old::Kept }).map_err(say)?;
        }
        cli::Keys::ChangeRoot(how) => {
            let old_keys = if how.drop_old { Old::Dropped } else { Old::Kept };
            keys.change_root(&Roots { old: how.root, new: how.new }, old_keys).map_err(say)?;
        }
    }
    let (trust, shown) = keys.show();
    println!(
        "The store {} signs under this root, which programs are built with:\n  {}",
        trust.store, trust.root
    );
    for key in shown {
        let now = if key.is_current { ", signs now" } else { "" };
        println!("{} for {}, from {} until {}{now}", key.kid, key.role.name(), key.from, key.until);
    }
    let root = keys.folder().join(ROOT_FILE);
    if root.exists() {
        println!("The root lies in {}. Keep a copy; without it nothing can be rotated.", root.display());
        println!("Move it to another machine to keep it off-line, and give it with --root.");
    }
    Ok(ExitCode::SUCCESS)
}

async fn add_vendor(config: Config, asked: &cli::AddVendor) -> Result<ExitCode, Trouble> {
    let store = open_store(&config, World::system(), Arc::new(NoMedia)).await.map_err(say)?;
    let opened = store.add_vendor(&Actor::System, asked.handle.as_str()).await;
    store.close().await;
    let opened = opened.map_err(say)?;
    println!("{} works for the vendor now. This key signs in; it is shown only once:", opened.user.handle);
    println!("{}", opened.account_key);
    Ok(ExitCode::SUCCESS)
}
