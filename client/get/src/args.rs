//! The command line, parsed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};
use client::code::claims::LEASE_UNITS_MAX;

/// Get software of a store, run it, and keep it.
///
/// Exit codes: 0 done · 1 this computer failed · 2 misused · 3 refused, since
/// something is not what it should be · 4 the store does not answer · 5 the
/// store says no · 6 not signed in · 7 too few tokens · 8 another price ·
/// from 20 on a verdict about the licence, such as 22 expired, 25 uses
/// exhausted, 26 units taken along exhausted.
#[derive(Debug, Parser)]
#[command(name = "farthing-get", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// What goes with every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The store's address, such as https://shop.example [default: the one
    /// signed in to last]
    #[arg(long, global = true, env = "FARTHING_STORE", value_name = "URL")]
    pub(crate) store: Option<String>,

    /// The store's root key, k4.public.…, for the first contact
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) root: Option<String>,

    /// The folder of everything that is kept [default: by the rules of the
    /// system]
    #[arg(long, global = true, env = "FARTHING_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,

    /// Answer with one JSON object, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Say yes to what would be asked: prices, a new store, an update
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with a one-time code from your library page
    SignIn {
        /// The code; case, spaces and hyphens make no difference
        code: String,
    },
    /// Find programs
    Search {
        /// What to look for
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Buy a program for good
    Buy(Trade),
    /// Rent a program: by time, by uses or by tasks
    Rent(Trade),
    /// Bring a program here if it is not, and its code in any case
    Install(Install),
    /// Run an installed program
    Run {
        /// The program
        product: String,
        /// What is passed on to it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Spend units of a program that is counted: what a script without our
    /// library calls first. Nothing is spent of what is yours for good or
    /// rented by time
    Consume {
        /// The program
        product: String,
        /// The meter, such as use or export-pdf
        #[arg(default_value = "use")]
        meter: String,
        /// How many
        #[arg(default_value_t = 1, value_parser = value_parser!(u32).range(1..=i64::from(LEASE_UNITS_MAX)))]
        units: u32,
    },
    /// What you have, and what is left of it
    Status {
        /// Only that program
        product: Option<String>,
    },
    /// Add to a rental
    Extend(Trade),
    /// Turn a rental into a purchase
    Convert(Trade),
    /// Take units along, to be spent without a network
    Take {
        /// The program
        product: String,
        /// The meter, such as use or export-pdf
        meter: String,
        /// How many
        #[arg(value_parser = value_parser!(u32).range(1..=i64::from(LEASE_UNITS_MAX)))]
        units: u32,
    },
    /// Give back what was taken along, or this device's place
    Release {
        /// The program
        product: String,
        /// Only the units of that meter
        meter: Option<String>,
        /// The device's place as well: its code is forgotten
        #[arg(long, conflicts_with = "meter")]
        device: bool,
    },
    /// Bring the newest version that your licence covers
    Update(Only),
    /// Go back to the version before
    Rollback(Only),
    /// Remove a program's unchanged files, and free this device's place
    Uninstall {
        /// The program
        product: String,
        /// Also files that were changed
        #[arg(long)]
        purge: bool,
    },
    /// Look for what is amiss on this computer
    Doctor,
}

/// A program.
#[derive(Debug, Args)]
pub(crate) struct Only {
    /// The program, by its short name
    pub(crate) product: String,
}

/// What to pay for.
#[derive(Debug, Args)]
pub(crate) struct Trade {
    /// The program, by its short name
    pub(crate) product: String,
    /// Which offer, by its number or id [default: the only one]
    #[arg(long, value_name = "OFFER")]
    pub(crate) offer: Option<String>,
}

/// What to install, and how.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The program, by its short name
    pub(crate) product: String,
    /// The channel
    #[arg(long, default_value = "stable")]
    pub(crate) channel: String,
    /// Keep a version that is older than the newest
    #[arg(long)]
    pub(crate) keep: bool,
    /// Trust this new key of the publisher, k4.pid.…
    #[arg(long, value_name = "KEY")]
    pub(crate) publisher_key: Option<String>,
}
