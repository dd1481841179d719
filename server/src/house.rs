//! Opening everything that a data folder holds.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::market::Market;
use domain::tariff::Tariff;
use domain::time::Seconds;
use search::Search;
use store::outbox::Mail;
use store::secrets::Secret;
use store::world::World;
use store::{Fault, Options, QueueSize, Store};
use tokio::sync::watch;

use crate::config::{Config, DatabaseUrl, PublicUrl};
use crate::images::Press;
use crate::keys::Keyring;
use crate::media::{House as MediaHouse, MediaFault};
use crate::payments::Payments;
use crate::payments::stripe::{Stripe, StripeFault, StripeKeys};

/// Everything that the program works with, open.
pub struct House {
    /// The settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The search index.
    pub search: Arc<Search>,
    /// Pictures and files.
    pub media: Arc<MediaHouse>,
    /// Card payments.
    pub payments: Arc<Payments>,
    /// The keys that sign codes for software.
    pub keys: Arc<Keyring>,
    /// Where the settings leave the port to the system: the port that it
    /// gave, taken already, so that links can name it.
    pub(crate) listener: Option<TcpListener>,
    /// Set to true when the program stops: answers without an end then end.
    pub(crate) closing: watch::Sender<bool>,
}

/// Why the house could not be opened.
#[derive(Debug)]
pub enum NotOpened {
    /// The data folder or a file in it.
    Folder(PathBuf, io::Error),
    /// A free port.
    Port(io::Error),
    /// The folders of uploads.
    Media(MediaFault),
    /// The database.
    Store(Fault),
    /// The search index.
    Search(search::Fault),
    /// The payment provider.
    Payments(StripeFault),
}

impl fmt::Display for NotOpened {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path, error) => write!(out, "could not open {}: {error}", path.display()),
            Self::Port(error) => write!(out, "could not listen on a free port: {error}"),
            Self::Media(fault) => fault.fmt(out),
            Self::Store(fault) => write!(out, "could not open the database: {fault}"),
            Self::Search(fault) => write!(out, "could not open the search index: {fault}"),
            Self::Payments(fault) => fault.fmt(out),
        }
    }
}

impl std::error::Error for NotOpened {}

impl House {
    /// Opens the data folder, making it if it is not there.
    ///
    /// # Errors
    /// When a part of it cannot be opened; the message names it.
    pub async fn open(mut config: Config, world: World) -> Result<Self, NotOpened> {
        let listener = take_free_port(&mut config).map_err(NotOpened::Port)?;
        let data = config.server.data.clone();
        fs::create_dir_all(&data).map_err(|error| NotOpened::Folder(data.clone(), error))?;
        let press = Press::new(config.images.press);
        let media = MediaHouse::open(&data, press, config.files, world.clone()).map_err(NotOpened::Media)?;
        let media = Arc::new(media);
        let keys = Arc::new(open_keys(&config, world.clone())?);
        let store = open_store(&config, world, media.clone()).await?;
        let options = search::Options { writer_heap_bytes: config.search.memory_bytes, ..Default::default() };
        let index = data.join("search");
        let search = tokio::task::spawn_blocking(move || Search::open(&index, options)).await;
        let search = search.map_err(|_| NotOpened::Store(Fault::bug("open the search index")))?;
        let search = Arc::new(search.map_err(NotOpened::Search)?);
        let payments = Arc::new(take_payments(&config, &store)?);
        let closing = watch::Sender::new(false);
        Ok(Self { config, store, search, media, payments, keys, listener, closing })
    }
}

/// Card payments through whoever the settings name.
pub(crate) fn take_payments(config: &Config, store: &Store) -> Result<Payments, NotOpened> {
    let Some(keys) = &config.payments.stripe else {
        return Ok(match config.payments.is_sandbox {
            true => Payments::sandbox(store.clone()),
            false => Payments::none(store.clone()),
        });
    };
    // A port that the system gave is known only now.
    let origin = config.server.public_url.as_str().to_owned();
    let stripe = Stripe::new(StripeKeys { origin, ..keys.clone() }).map_err(NotOpened::Payments)?;
    Ok(Payments::through(store.clone(), Arc::new(stripe)))
}

/// Takes a port where the settings ask for any free one. The settings then
/// name it, unless they say how the world calls this server.
fn take_free_port(config: &mut Config) -> io::Result<Option<TcpListener>> {
    let server = &mut config.server;
    if server.listen.port() != 0 {
        return Ok(None);
    }
    let unknown = PublicUrl::of(server.listen);
    let listener = TcpListener::bind(server.listen)?;
    listener.set_nonblocking(true)?;
    server.listen = listener.local_addr()?;
    if server.public_url == unknown {
        server.public_url = PublicUrl::of(server.listen);
    }
    Ok(Some(listener))
}

/// Opens the keys that sign codes, making them if there are none.
///
/// # Errors
/// When they cannot be read or made.
pub fn open_keys(config: &Config, world: World) -> Result<Keyring, NotOpened> {
    let folder = &config.software.keys;
    let store = config.software.store(&config.server.public_url);
    Keyring::open(folder, &store, world).map_err(|error| NotOpened::Folder(folder.clone(), error))
}

/// Opens only the database, for commands that need no more.
///
/// # Errors
/// When the folder, the secret or the database cannot be opened.
pub async fn open_store(
    config: &Config,
    world: World,
    media: Arc<dyn store::media::Media>,
) -> Result<Store, NotOpened> {
    let data = &config.server.data;
    fs::create_dir_all(data).map_err(|error| NotOpened::Folder(data.clone(), error))?;
    let secret = read_secret(&data.join("secret"), &world)?;
    let url = match &config.database.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DatabaseUrl::Postgres(url) => url.reveal().to_owned(),
    };
    let queue = QueueSize { waiting: config.database.queue_commands, batch: config.database.batch_commands };
    let readers = config.database.read_connections;
    let mail = if config.mail.is_some() { Mail::On } else { Mail::Off };
    let options = Options { url, market: market(config), secret, world, media, readers, queue, mail };
    Store::open(options).await.map_err(NotOpened::Store)
}

/// The vendor's settings, as the rules want them.
#[must_use]
pub fn market(config: &Config) -> Market {
    let money = &config.money;
    Market {
        name: config.vendor.name.clone(),
        store: config.software.store(&config.server.public_url),
        token_name: config.vendor.token_name.clone(),
        tariff: Tariff { price: money.token_price, currency: config.vendor.currency },
        fee: money.fee,
        welcome: money.welcome_tokens,
        welcome_lasts: money.welcome,
        price_step: money.price_step,
        hold: money.hold,
        gift_link: money.gift_link,
        session: Seconds::days(60),
        desk: config.desk,
        software: config.software.terms,
        debt_warning: config.debt_warning,
        redemption: config.redemption,
        letterhead: config.vendor.letterhead.clone(),
    }
}

/// Reads the server's own secret, or draws one at the first start. Only its
/// owner may read the file.
fn read_secret(path: &Path, world: &World) -> Result<Secret, NotOpened> {
    let failed = |error| NotOpened::Folder(path.to_owned(), error);
    match fs::read(path) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes) {
            Ok(bytes) => Ok(Secret::new(bytes)),
            Err(_) => Err(failed(io::Error::other("it does not hold 32 bytes"))),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = world.random::<32>();
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
            file.write_all(&bytes).map_err(failed)?;
            file.as_file().sync_all().map_err(failed)?;
            match file.persist_noclobber(path) {
                Ok(_) => Ok(Secret::new(bytes)),
                // Another process was quicker: its secret counts.
                Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => read_secret(path, world),
                Err(lost) => Err(failed(lost.error)),
            }
        }
        Err(error) => Err(failed(error)),
    }
}
