//! The sections, parsed. What each key means stands in `config.default.toml`.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::desk::DeskTerms;
use domain::market::Letterhead;
use domain::money::{Currency, TokenPrice};
use domain::time::Seconds;
use domain::tokens::{BasisPoints, Tokens};

use super::problem::BadConfig;
use super::reader::Reader;
use crate::images::PressLimits;
use crate::limits::{Rates, TrustedProxies};

/// Bytes in a megabyte, as people count them here.
const MEGABYTE: u64 = 1_024 * 1_024;

/// A text that never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, only for the one use it has.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// `[vendor]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// What the marketplace is called.
    pub name: String,
    /// What its tokens are called, in the plural.
    pub token_name: String,
    /// What tokens are sold for.
    pub currency: Currency,
    /// What stands on invoices and receipts.
    pub letterhead: Letterhead,
}

impl Vendor {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let currency = |text: &str| {
            let fine = text.bytes().all(|it| it.is_ascii_uppercase());
            Currency::parse(text).ok().filter(|_| fine).ok_or("three capitals, such as \"USD\"")
        };
        Ok(Self {
            name: reader.text("vendor.name", |it| line(it, 60).ok_or("one line of 1 to 60 characters"))?,
            token_name: reader
                .text("vendor.token_name", |it| line(it, 30).ok_or("one line of 1 to 30 characters"))?,
            currency: reader.text("vendor.currency", currency)?,
            letterhead: read_letterhead(reader)?,
        })
    }
}

/// What stands on papers: at most so many lines of each.
fn read_letterhead(reader: &mut Reader<'_>) -> Result<Letterhead, BadConfig> {
    const LINE: &str = "lines of 1 to 80 characters";
    let mut lines = |key: &str| -> Result<Vec<String>, BadConfig> {
        let lines = reader.list(key, |it| line(it, 80).ok_or(LINE))?;
        if lines.len() > 8 {
            reader.reject(key, "has too many lines", "at most 8 lines");
        }
        Ok(lines)
    };
    let (address, bank, footer) =
        (lines("vendor.address")?, lines("vendor.bank")?, lines("vendor.paper_footer")?);
    let tax_id = |it: &str| match it.trim() {
        "" => Ok(String::new()),
        _ => line(it, 60).ok_or("empty, or one line of up to 60 characters"),
    };
    Ok(Letterhead { address, tax_id: reader.text("vendor.tax_id", tax_id)?, bank, footer })
}

/// One line of 1 to `most` characters.
fn line(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fine = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fine.then(|| text.to_owned())
}

/// `[money]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// What one token costs.
    pub token_price: TokenPrice,
    /// Prices are multiples of it; never zero.
    pub price_step: Tokens,
    /// What a new account may spend.
    pub welcome_tokens: Tokens,
    /// How long that lasts; for ever if nothing is said.
    pub welcome: Option<Seconds>,
    /// The vendor's cut where no rule says otherwise.
    pub fee: BasisPoints,
    /// After this the seller is paid.
    pub hold: Seconds,
    /// After this an unclaimed gift comes back.
    pub gift_link: Seconds,
}

impl Money {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        const AMOUNT: &str = "tokens as a decimal in quotes, such as \"1\" or \"0.5\"";
        let amount = |text: &str| Tokens::parse(text).map_err(|_| AMOUNT);
        let step = |text: &str| {
            amount(text).and_then(|it| if it.is_zero() { Err("more than \"0\"") } else { Ok(it) })
        };
        let welcome = |text: &str| {
            let most = Tokens::whole(1_000_000);
            amount(text).and_then(|it| if it > most { Err("at most \"1000000\"") } else { Ok(it) })
        };
        let price = |text: &str| {
            const SHAPE: &str =
                "a decimal above 0 and up to 1000000 with at most six places, such as \"0.01\"";
            TokenPrice::parse(text).map_err(|_| SHAPE)
        };
        let points: u16 = reader.number("money.fee_basis_points", 0..=10_000)?;
        Ok(Self {
            token_price: reader.text("money.token_price", price)?,
            price_step: reader.text("money.price_step", step)?,
            welcome_tokens: reader.text("money.welcome_tokens", welcome)?,
            welcome: Some(reader.number("money.welcome_days", 0..=3_650)?)
                .filter(|days| *days > 0)
                .map(Seconds::days),
            fee: BasisPoints::new(points).unwrap_or_default(),
            hold: Seconds::days(reader.number("money.hold_days", 1..=90)?),
            gift_link: Seconds::days(reader.number("money.gift_link_days", 1..=365)?),
        })
    }
}

/// How the world calls this server: scheme and host, without a slash at the
/// end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    fn parse(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str =
            "https:// or http:// and a host, without path, such as \"https://market.example\"";
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(SHAPE)?;
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(fine) { Err(SHAPE) } else { Ok(Self(text.to_owned())) }
    }

    /// Where a server is reached that listens on `address`, if nothing else
    /// is said.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// The whole of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers come over TLS: cookies are then for TLS only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

/// `[server]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where requests are taken.
    pub listen: SocketAddr,
    /// The folder of everything that is kept.
    pub data: PathBuf,
    /// How the world calls this server.
    pub public_url: PublicUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// How long requests may take to end at shutdown.
    pub drain: Duration,
}

impl Server {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        const LISTEN: &str = "an address and a port, such as \"127.0.0.1:8000\" or \"[::]:8000\"";
        let listen: SocketAddr = reader.text("server.listen", |it| it.parse().map_err(|_| LISTEN))?;
        let data =
            |text: &str| if text.is_empty() { Err("the path of a folder") } else { Ok(PathBuf::from(text)) };
        let own = format!("http://{listen}");
        let url =
            |text: &str| if text.is_empty() { Ok(PublicUrl(own.clone())) } else { PublicUrl::parse(text) };
        Ok(Self {
            listen,
            data: reader.text("server.data", data)?,
            public_url: reader.text("server.public_url", url)?,
            trusted_proxies: TrustedProxies::new(reader.list("server.trusted_proxies", str::parse)?),
            drain: Duration::from_secs(reader.number("server.drain_seconds", 1..=300)?),
        })
    }
}

/// Where the tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A server of PostgreSQL, with its password.
    Postgres(Secret),
}

/// `[database]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Where the tables are.
    pub url: DatabaseUrl,
    /// Connections that read.
    pub read_connections: u32,
    /// Commands that may wait.
    pub queue_commands: usize,
    /// Commands written at once.
    pub batch_commands: usize,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>, data: &Path) -> Result<Self, BadConfig> {
        let url = |text: &str| match text {
            "" => Ok(DatabaseUrl::Sqlite(data.join("farthing.sqlite"))),
            _ if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(DatabaseUrl::Postgres(Secret(text.to_owned())))
            }
            _ => Err("empty for SQLite in the data folder, or \"postgres://user:password@host/name\""),
        };
        Ok(Self {
            url: reader.text("database.url", url)?,
            read_connections: reader.number("database.read_connections", 1..=64)?,
            queue_commands: reader.number("database.queue_commands", 16..=65_536)?,
            batch_commands: reader.number("database.batch_commands", 1..=512)?,
        })
    }
}

/// `[desk]`
pub(super) fn read_desk(reader: &mut Reader<'_>) -> Result<DeskTerms, BadConfig> {
    const AMOUNT: &str = "tokens as a decimal in quotes, such as \"10000\"";
    let amount = |text: &str| Tokens::parse(text).map_err(|_| AMOUNT);
    Ok(DeskTerms {
        approve_from: reader.text("desk.approve_from_tokens", amount)?,
        two_from: reader.text("desk.two_from_tokens", amount)?,
        credit: Seconds::days(reader.number("desk.credit_days", 1..=365)?),
        waits: Seconds::days(reader.number("desk.waits_days", 1..=365)?),
        pays: Seconds::days(reader.number("desk.pays_days", 1..=365)?),
    })
}

/// `[limits]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// Whether anybody is limited.
    pub on: bool,
    /// The rate of each class.
    pub rates: Rates,
}

impl LimitSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let mut rate = |key: &str| reader.text(key, str::parse);
        let rates = Rates {
            open_account: rate("limits.open_account")?,
            sign_in: rate("limits.sign_in")?,
            sign_in_as: rate("limits.sign_in_as")?,
            claim: rate("limits.claim")?,
            redeem: rate("limits.redeem")?,
            upload: rate("limits.upload")?,
            write: rate("limits.write")?,
            read: rate("limits.read")?,
        };
        Ok(Self { on: reader.switch("limits.on")?, rates })
    }
}

/// `[search]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// How long changes are gathered.
    pub window: Duration,
    /// How many changes are not gathered any longer.
    pub window_changes: usize,
    /// Memory for writing, in bytes.
    pub memory_bytes: usize,
}

impl Search {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let memory = megabytes(reader, "search.memory_mb", 20, 1_000)?;
        Ok(Self {
            window: Duration::from_millis(reader.number("search.window_milliseconds", 50..=1_000)?),
            window_changes: reader.number("search.window_changes", 1..=10_000)?,
            memory_bytes: usize::try_from(memory).unwrap_or(usize::MAX),
        })
    }
}

/// `[images]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Images {
    /// For the press.
    pub press: PressLimits,
}

impl Images {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let upload = megabytes(reader, "images.upload_mb", 1, 100)?;
        let megapixels: u64 = reader.number("images.area_megapixels", 1..=200)?;
        Ok(Self {
            press: PressLimits {
                upload_bytes_max: usize::try_from(upload).unwrap_or(usize::MAX),
                side_pixels_max: reader.number("images.side_pixels", 1_000..=20_000)?,
                area_pixels_max: megapixels * 1_000_000,
                decoded_bytes_max: megabytes(reader, "images.decoded_mb", 16, 1_000)?,
                jobs: reader.number("images.jobs", 1..=16)?,
                quality: reader.number("images.quality", 30..=95)?,
            },
        })
    }
}

/// `[files]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// The largest file, in bytes.
    pub artifact_bytes_max: u64,
    /// All files of one seller, in bytes.
    pub seller_bytes_max: u64,
}

impl FileLimits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let limits = Self {
            artifact_bytes_max: megabytes(reader, "files.artifact_mb", 1, 100_000)?,
            seller_bytes_max: megabytes(reader, "files.seller_mb", 1, 1_000_000)?,
        };
        if limits.artifact_bytes_max > limits.seller_bytes_max {
            reader.reject(
                "files.artifact_mb",
                "is larger than files.seller_mb",
                "one file has to fit a seller's space",
            );
        }
        Ok(limits)
    }
}

/// A number of megabytes, in bytes.
fn megabytes(reader: &mut Reader<'_>, key: &str, least: i64, most: i64) -> Result<u64, BadConfig> {
    reader.number::<u64>(key, least..=most).map(|it| it * MEGABYTE)
}

/// `[metrics]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Opens `/metrics` to other machines.
    pub token: Option<Secret>,
}

impl Metrics {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let token = |text: &str| match text.len() {
            0 => Ok(None),
            16..=200 if text.bytes().all(|it| it.is_ascii_graphic()) => Ok(Some(Secret(text.to_owned()))),
            _ => Err("empty, or 16 to 200 visible ASCII characters"),
        };
        Ok(Self { token: reader.text("metrics.token", token)? })
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// One object a line.
    Json,
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// What is logged, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadConfig> {
        let format = |text: &str| match text {
            "auto" => Ok(LogFormat::Auto),
            "human" => Ok(LogFormat::Human),
            "json" => Ok(LogFormat::Json),
            _ => Err("\"auto\", \"human\" or \"json\""),
        };
        let filter = |text: &str| match tracing_subscriber::EnvFilter::builder().parse(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("levels, by module where wanted, such as \"info,server=debug\""),
        };
        Ok(Self { format: reader.text("log.format", format)?, filter: reader.text("log.filter", filter)? })
    }
}
