//! All SQL of Farthing: the verbs, the reads and the batch writer.
//!
//! Every public function of [`Store`] that changes something is a *verb*: it
//! takes an [`Actor`](domain::access::Actor), parses what was asked, and
//! hands it to the writer. The others are *reads* and use a pool of their
//! own. No rule lives here: rules are in `domain`.
#![deny(missing_docs, clippy::float_arithmetic)]

pub mod audit;
mod book;
pub mod cart;
pub mod changes;
pub mod comparisons;
pub mod customers;
pub mod desk;
pub mod devices;
pub mod error;
mod feed;
pub mod fees;
pub mod gifts;
pub mod images;
pub mod importing;
pub mod inbox;
pub mod indexing;
pub mod licences;
pub mod listings;
pub mod mail;
pub mod media;
pub mod offers;
pub mod orders;
pub mod outbox;
pub mod page;
pub mod redemptions;
pub mod refunds;
pub mod reviews;
mod row;
pub mod sandbox;
pub mod secrets;
pub mod sessions;
pub mod shelves;
pub mod software;
pub mod tariff;
pub mod topups;
mod tx;
pub mod users;
pub mod vendor;
pub mod vouchers;
pub mod wallet;
pub mod world;
mod writer;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::fees::FeeRules;
use domain::listing::category::{Category, CategoryTree};
use domain::market::Market;
use domain::tariff::Priced;

pub use error::{Done, Error, Fault, FaultKind};
pub use writer::{Counters, QueueSize};

use media::Media;
use outbox::Mail;
use secrets::{Hashing, Secret};
use tokio::sync::{oneshot, watch};
use tx::{Database, Link, Ways};
use world::World;
use writer::{Setup, Writer};

/// How a store is opened.
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// The vendor's settings.
    pub market: Market,
    /// From which claim codes and form tokens are derived; kept outside the
    /// database.
    pub secret: Secret,
    /// Time and randomness.
    pub world: World,
    /// Keeps pictures and files.
    pub media: Arc<dyn Media>,
    /// Connections for reading at once.
    pub readers: u32,
    /// How much waits for the writer, and how much it does at once.
    pub queue: QueueSize,
    /// Whether letters are sent; if not, nothing about them is written.
    pub mail: Mail,
}

/// The database, open. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    read: Database,
    writer: Mutex<Option<Writer>>,
    end: Mutex<Option<oneshot::Receiver<()>>>,
    counters: Arc<Counters>,
    market: Market,
    prices: RwLock<Vec<Priced>>,
    standard: FeeRules,
    tree: Arc<CategoryTree>,
    secret: Secret,
    hashing: Hashing,
    bell: watch::Sender<()>,
    told: changes::Told,
    world: World,
    media: Arc<dyn Media>,
    mail: Mail,
}

/// Tells of the writer's commits. Those by other programs are not heard; look
/// from time to time.
#[derive(Clone, Debug)]
pub struct Writes(watch::Receiver<()>);

impl Writes {
    /// Ends once something was committed after this was made, or since it last
    /// ended: what is written while nobody waits is not missed.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone, and nothing is written any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Store {
    /// Opens the database, makes it if it is not there, and brings its shape
    /// up to date.
    ///
    /// # Errors
    /// If the database cannot be reached or was made by a newer program.
    pub async fn open(options: Options) -> Result<Self, Fault> {
        let Ways { write, read } = tx::open(&options.url, options.readers).await?;
        let tree = Arc::new(load_tree(read.link()).await?);
        let prices = tariff::load_prices(read.link()).await?;
        let standard = fees::standard(options.market.fee)?;
        let issuer = options.market.issuer();
        let letterhead = desk::letterheads::keep(write.link(), &issuer, options.world.now()).await?;
        let bell = watch::Sender::new(());
        let setup = Setup {
            database: write,
            tree: Arc::clone(&tree),
            standard: standard.clone(),
            size: options.queue,
            bell: bell.clone(),
            mail: options.mail,
            letterhead,
        };
        let (writer, end) = Writer::start(setup)?;
        Ok(Self(Arc::new(Inner {
            read,
            counters: Arc::clone(&writer.counters),
            writer: Mutex::new(Some(writer)),
            end: Mutex::new(Some(end)),
            market: options.market,
            prices: RwLock::new(prices),
            standard,
            tree,
            secret: options.secret,
            hashing: Hashing::default(),
            bell,
            told: changes::Told::default(),
            world: options.world,
            media: options.media,
            mail: options.mail,
        })))
    }

    /// Takes no more work, finishes what waits, and folds the log into the
    /// database. What was acknowledged is on the disk already.
    pub async fn close(&self) {
        drop(self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        let end = self.0.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(end) = end
            && end.await.is_err()
        {
            tracing::error!("the writer ended badly");
        }
    }

    /// The vendor's settings.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.0.market
    }

    /// The categories.
    #[must_use]
    pub fn categories(&self) -> &CategoryTree {
        &self.0.tree
    }

    /// The time and randomness that this store works with.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// From which form tokens are derived.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// A fresh path to write an upload to, for [`Store::attach_file`].
    #[must_use]
    pub fn spool(&self) -> std::path::PathBuf {
        self.0.media.spool()
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// The writer's commits from now on: for workers that go on when
    /// something was written.
    #[must_use]
    pub fn writes(&self) -> Writes {
        Writes(self.0.bell.subscribe())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.read().row("SELECT 1", vec![], |_| Ok(())).await.map(|_| ())
    }

    /// Folds SQLite's write-ahead log into the database, when the writer gets
    /// to it.
    pub fn checkpoint(&self) {
        if let Ok(writer) = self.writer() {
            writer.checkpoint();
        }
    }

    fn read(&self) -> Link<'_> {
        self.0.read.link()
    }

    fn writer(&self) -> Result<Writer, Fault> {
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.clone().ok_or(Fault::unavailable("write while shutting down"))
    }
}

async fn load_tree(link: Link<'_>) -> Result<CategoryTree, Fault> {
    // Roots first, then branches, each in the vendor's order.
    let sql = "SELECT id, parent_id, slug, name FROM categories ORDER BY COALESCE(parent_id, 0), place";
    let rows = link.rows(sql, vec![], |row| {
        let (id, parent): (i32, Option<i32>) = (row.take()?, row.take()?);
        let (slug, name): (String, String) = (row.take()?, row.take()?);
        Ok(Category::new(id, parent, &slug, &name))
    });
    Ok(CategoryTree::new(rows.await?))
}
