//! The command line, parsed. What each command does is composed elsewhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::text::Handle;

use crate::config::Sources;

/// A marketplace that a vendor runs on its own machine.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(name = "farthing", version, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// The folder of everything that is kept [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// A settings file instead of farthing.toml in the data folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What the program can do.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run the marketplace
    Serve(Listen),
    /// Fill a lively market and run it, to look around
    Demo(Listen),
    /// Make or update the tables, then stop
    Migrate,
    /// Prove from the transfers alone that no token is lost or made up
    Audit(Audit),
    /// Compare card payments with the provider's own account of the money, day
    /// by day; shows what did not agree
    Compare,
    /// Build the search index anew, while the old one serves
    Reindex,
    /// Take in data from files
    #[command(subcommand)]
    Import(Import),
    /// Manage users
    #[command(subcommand)]
    User(User),
    /// Manage the keys that sign codes for software
    #[command(subcommand)]
    Keys(Keys),
    /// Look at the settings
    #[command(subcommand)]
    Config(Config),
}

/// Where to serve.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Listen {
    /// The address and port to serve on [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
}

/// What to prove.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Audit {
    /// Also compare the search index with the tables
    #[arg(long)]
    pub search: bool,
}

/// What can be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Import {
    /// Listings, one JSON object a line, plain or gzipped
    ///
    /// An import that was stopped goes on where it stopped. Bad lines are
    /// reported with their number and reason; good ones are kept.
    Listings(ImportListings),
}

/// Which listings to take in, and how.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct ImportListings {
    /// The file to read
    pub file: PathBuf,
    /// Give all listings to this user instead of the sellers in the file
    #[arg(long, value_name = "HANDLE", value_parser = handle)]
    pub seller: Option<Handle>,
    /// Begin with the first line, even if an earlier import was stopped
    #[arg(long)]
    pub from_start: bool,
}

/// What can be done with users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum User {
    /// Make an account of the vendor's staff; prints its account key as the
    /// last word.
    AddVendor(AddVendor),
}

/// Who joins the vendor's staff.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct AddVendor {
    /// The handle of the account
    #[arg(long, value_name = "NAME", value_parser = handle)]
    pub handle: Handle,
}

/// What can be done with keys.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Keys {
    /// Make the root and the first keys, if there are none
    Init,
    /// Replace the keys that sign; what the old ones signed still holds
    Rotate(Rotate),
    /// Put a new root into the place of the old one; both sign that, so that
    /// programs built with the old one follow
    ChangeRoot(ChangeRoot),
    /// List the keys, and the root that programs are built with
    Show,
}

/// How to replace keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Rotate {
    /// The file of the root, if it is not in the folder of keys
    #[arg(long, value_name = "FILE")]
    pub root: Option<PathBuf>,
    /// Take the old keys out of use at once: what they signed holds no more
    #[arg(long)]
    pub drop_old: bool,
}

/// How to change the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ChangeRoot {
    /// The file of the old root, if it is not in the folder of keys
    #[arg(long, value_name = "FILE")]
    pub root: Option<PathBuf>,
    /// The file of the new root, made if there is none; by default it takes
    /// the place of the old one, which is kept as old-root.key
    #[arg(long, value_name = "FILE")]
    pub new: Option<PathBuf>,
    /// Take the old keys out of use at once: what they signed holds no more
    #[arg(long)]
    pub drop_old: bool,
}

/// What can be done with the settings.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Config {
    /// Check all settings; print what is in force and from where
    Check(Listen),
}

impl Arguments {
    /// Where the settings come from, with this environment.
    #[must_use]
    pub fn sources(&self, environment: Vec<(std::ffi::OsString, std::ffi::OsString)>) -> Sources {
        let listen = match &self.command {
            Command::Serve(it) | Command::Demo(it) | Command::Config(Config::Check(it)) => it.listen.clone(),
            Command::Migrate
            | Command::Audit(_)
            | Command::Compare
            | Command::Reindex
            | Command::Import(_)
            | Command::Keys(_)
            | Command::User(_) => None,
        };
        Sources { file: self.config.clone(), data: self.data.clone(), listen, environment }
    }
}

/// Parses a handle for clap, which wants an error that prints itself.
fn handle(text: &str) -> Result<Handle, String> {
    Handle::parse(text).map_err(|refusal| refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_documented_line_is_understood() {
        let none = Listen::default();
        let at = Listen { listen: Some("127.0.0.1:0".to_owned()) };
        let listings = ImportListings { file: "a.jsonl.gz".into(), seller: None, from_start: false };
        let wren = Handle::parse("wren").unwrap();
        let table = [
            ("farthing serve", Command::Serve(none.clone())),
            ("farthing serve --data d --listen 127.0.0.1:0", Command::Serve(at.clone())),
            ("farthing demo --data d --listen 127.0.0.1:0", Command::Demo(at)),
            ("farthing migrate", Command::Migrate),
            ("farthing compare", Command::Compare),
            ("farthing audit --data d", Command::Audit(Audit { search: false })),
            ("farthing audit --search", Command::Audit(Audit { search: true })),
            ("farthing reindex --data d", Command::Reindex),
            ("farthing import listings a.jsonl.gz", Command::Import(Import::Listings(listings.clone()))),
            (
                "farthing import listings a.jsonl.gz --seller @Wren --from-start",
                Command::Import(Import::Listings(ImportListings {
                    seller: Some(wren.clone()),
                    from_start: true,
                    ..listings
                })),
            ),
            (
                "farthing user add-vendor --handle wren",
                Command::User(User::AddVendor(AddVendor { handle: wren })),
            ),
            ("farthing keys init", Command::Keys(Keys::Init)),
            ("farthing keys show", Command::Keys(Keys::Show)),
            (
                "farthing keys rotate --root r.key --drop-old",
                Command::Keys(Keys::Rotate(Rotate { root: Some("r.key".into()), drop_old: true })),
            ),
            (
                "farthing keys change-root --new n.key",
                Command::Keys(Keys::ChangeRoot(ChangeRoot {
                    new: Some("n.key".into()),
                    ..Default::default()
                })),
            ),
            ("farthing config check", Command::Config(Config::Check(none))),
        ];
        for (line, expected) in table {
            let arguments = parse(line).unwrap();
            assert_eq!(arguments.command, expected, "{line}");
            assert_eq!(arguments.data.is_some(), line.contains("--data d"), "{line}");
        }
    }

    #[test]
    fn global_options_stand_anywhere_and_reach_the_settings() {
        for line in
            ["farthing --data d --config c serve --listen l", "farthing serve --listen l --config c --data d"]
        {
            let sources = parse(line).unwrap().sources(Vec::new());
            assert_eq!((sources.data, sources.file), (Some("d".into()), Some("c".into())));
            assert_eq!(sources.listen.as_deref(), Some("l"));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "farthing",
            "farthing sell",
            "farthing serve --port 1",
            "farthing import",
            "farthing import listings",
            "farthing import listings a --seller x",
            "farthing user add-vendor",
            "farthing user add-vendor --handle -",
            "farthing audit --listen 127.0.0.1:0",
            "farthing serve extra",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
