//! The settings: documented defaults inside the program, a file, the
//! environment and the command line, in this order of increasing weight.
//!
//! `config.default.toml` is the one list of what can be set; a key that is
//! not in it is an error. Every value is parsed here into a type that cannot
//! be wrong, and every problem is found at once and told with its source, the
//! key, what is wrong and what is allowed. Nothing outside reads an
//! environment variable or a settings file.

mod explain;
mod layer;
mod mail;
mod nearest;
mod payments;
mod problem;
mod reader;
mod redemption;
mod sections;
mod software;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use layer::{Origin, Values};
pub use mail::{MailSettings, Security, Sender};
pub use payments::PaymentSettings;
pub use problem::BadConfig;
use problem::Problem;
use reader::Reader;
use sections::read_desk;
pub use sections::{
    Database, DatabaseUrl, FileLimits, Images, LimitSettings, Log, LogFormat, Metrics, Money, PublicUrl,
    Search, Secret, Server, Vendor,
};
pub use software::SoftwareSettings;

/// All defaults, documented; `farthing config check` and the manual show it.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// The settings file that is looked for in the data folder.
const FILE_NAME: &str = "farthing.toml";

/// Where settings come from besides the defaults. The environment is passed
/// in, so that tests have their own.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`: this file instead of `farthing.toml` in the data folder.
    pub file: Option<PathBuf>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// Names and values, as `std::env::vars_os` gives them.
    pub environment: Vec<(OsString, OsString)>,
}

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Names.
    pub vendor: Vendor,
    /// Prices, the cut and the times of tokens.
    pub money: Money,
    /// Under which terms the desk works.
    pub desk: domain::desk::DeskTerms,
    /// From how many tokens that users owe on the staff is warned.
    pub debt_warning: domain::tokens::Tokens,
    /// Under which terms earned tokens become money again.
    pub redemption: domain::redemption::RedemptionTerms,
    /// The network and the data folder.
    pub server: Server,
    /// Where the tables are.
    pub database: Database,
    /// Who takes card payments.
    pub payments: PaymentSettings,
    /// How often somebody may ask.
    pub limits: LimitSettings,
    /// How the index follows.
    pub search: Search,
    /// What pictures are taken.
    pub images: Images,
    /// What files are taken.
    pub files: FileLimits,
    /// Under which name and terms software is sold.
    pub software: SoftwareSettings,
    /// How letters are sent; nothing if none are.
    pub mail: Option<MailSettings>,
    /// Who may read the measurements.
    pub metrics: Metrics,
    /// What is logged, and how.
    pub log: Log,
    values: Values,
}

impl Config {
    /// Reads all sources and checks every value.
    ///
    /// # Errors
    /// All problems that were found, in the order of the sources.
    pub fn load(sources: &Sources) -> Result<Self, BadConfig> {
        let mut problems = Vec::new();
        let mut values = Values::defaults(DEFAULTS)?;
        let from_outside = layer::from_environment(&sources.environment, &values, &mut problems);
        let file = match &sources.file {
            Some(file) => file.clone(),
            None => data_folder(sources, &from_outside, &values).join(FILE_NAME),
        };
        if let Some(text) = read_file(&file, sources.file.is_some(), &mut problems) {
            let layer = layer::from_file(&file, &text, &values, &mut problems);
            if sources.file.is_none()
                && let Some((_, origin)) = layer.get("server.data")
            {
                let why = "is decided before this file is read";
                problems.push(Problem::new(
                    origin,
                    "server.data",
                    why,
                    "set it with --data or FARTHING_SERVER__DATA",
                ));
            }
            values.put_over(layer);
        }
        values.put_over(from_outside);
        values.put_over(layer::from_arguments(sources));
        Self::read(values, problems)
    }

    fn read(values: Values, problems: Vec<Problem>) -> Result<Self, BadConfig> {
        let mut reader = Reader::new(&values, problems);
        let vendor = Vendor::read(&mut reader)?;
        let money = Money::read(&mut reader)?;
        let desk = read_desk(&mut reader)?;
        let debt_warning = redemption::read_debt_warning(&mut reader)?;
        let redemption = redemption::read(&mut reader, vendor.currency, &desk)?;
        let server = Server::read(&mut reader)?;
        let database = Database::read(&mut reader, &server.data)?;
        let payments = PaymentSettings::read(&mut reader, &server.public_url)?;
        let limits = LimitSettings::read(&mut reader)?;
        let search = Search::read(&mut reader)?;
        let images = Images::read(&mut reader)?;
        let files = FileLimits::read(&mut reader)?;
        let software = SoftwareSettings::read(&mut reader, &server.data)?;
        let mail = MailSettings::read(&mut reader)?;
        let metrics = Metrics::read(&mut reader)?;
        let log = Log::read(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            vendor,
            money,
            desk,
            debt_warning,
            redemption,
            server,
            database,
            payments,
            limits,
            search,
            images,
            files,
            software,
            mail,
            metrics,
            log,
            values,
        })
    }

    /// The lines of `farthing config check`: each value that is in force and
    /// where it comes from, as a settings file that would do the same.
    /// Secrets are masked.
    #[must_use]
    pub fn explain(&self) -> String {
        explain::explain(self, &self.values)
    }
}

/// The data folder as far as it is known before any file is read.
fn data_folder(sources: &Sources, environment: &layer::Layer, defaults: &Values) -> PathBuf {
    let from_environment =
        || environment.get("server.data").and_then(|(value, _)| value.text().map(PathBuf::from));
    let from_defaults = || PathBuf::from(defaults.text("server.data"));
    sources.data.clone().or_else(from_environment).unwrap_or_else(from_defaults)
}

/// The text of the settings file. Not being there is a problem only for a
/// file that was asked for by name.
fn read_file(path: &Path, must_exist: bool, problems: &mut Vec<Problem>) -> Option<String> {
    match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => None,
        Err(error) => {
            let origin = Origin::File { path: path.to_owned(), line: 0 };
            problems.push(Problem::new(
                &origin,
                "",
                &format!("cannot be read: {error}"),
                "a readable file of TOML",
            ));
            None
        }
    }
}
