//! The writer: one task that makes all changes, many in one commit.
//!
//! It drains what has come, with no lingering: the slower the disk, the
//! larger the batches. Commands that move tokens are loaded, decided and
//! written together; other changes follow, each in a savepoint of one shared
//! transaction. Callers hear nothing before the commit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use domain::command::{Answer, Request};
use domain::fees::FeeRules;
use domain::listing::category::CategoryTree;
use domain::refusal::Refusal;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::book::{load, write};
use crate::error::{Done, Error, Fault};
use crate::outbox::Mail;
use crate::tx::{Database, Link, Savepoint};

type Running<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// A change that moves no tokens: a short piece of work in a transaction.
trait Change: Send {
    fn run<'t>(&'t mut self, link: Link<'t>) -> Running<'t, Result<Fate, Fault>>;
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// Whether a change's work is kept.
enum Fate {
    Keep,
    Undo,
}

struct Work<F, T> {
    work: Option<F>,
    done: Option<Done<T>>,
    reply: oneshot::Sender<Done<T>>,
}

impl<F, T> Change for Work<F, T>
where
    F: for<'t> FnOnce(Link<'t>) -> Running<'t, Done<T>> + Send,
    T: Send,
{
    fn run<'t>(&'t mut self, link: Link<'t>) -> Running<'t, Result<Fate, Fault>> {
        Box::pin(async move {
            let work = self.work.take().ok_or(Fault::bug("run a change twice"))?;
            let done = work(link).await;
            let fate = if done.is_ok() { Fate::Keep } else { Fate::Undo };
            self.done = Some(done);
            Ok(fate)
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let done = match (committed, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(Fault::bug("run a change").into()),
            (Err(fault), _) => Err(fault.into()),
        };
        // Whoever asked may have gone; the change stands all the same.
        let _ = self.reply.send(done);
    }
}

enum Job {
    Command(Box<Request>, oneshot::Sender<Result<Answer, Fault>>),
    Change(Box<dyn Change>),
    Checkpoint,
}

/// What the writer has done so far, for metrics.
#[derive(Debug, Default)]
pub struct Counters {
    /// Commands answered.
    pub commands: AtomicU64,
    /// Batches committed.
    pub batches: AtomicU64,
    /// Commits that may have changed what somebody sees; counted before
    /// anybody hears of them.
    pub commits: AtomicU64,
    /// Batches that failed and were tried one by one.
    pub retried: AtomicU64,
    /// Jobs that wait now.
    pub waiting: AtomicUsize,
}

/// The handle to the writer task.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    pub(crate) counters: Arc<Counters>,
}

/// What the writer task needs.
pub(crate) struct Setup {
    pub(crate) database: Database,
    pub(crate) tree: Arc<CategoryTree>,
    pub(crate) standard: FeeRules,
    pub(crate) size: QueueSize,
    /// Rung after each commit, for those who follow what is written.
    pub(crate) bell: watch::Sender<()>,
    /// Whether anybody is told by mail.
    pub(crate) mail: Mail,
    /// Who writes papers: the number of the vendor's details as they are now.
    pub(crate) letterhead: Uuid,
}

/// How much waits, and how much is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueSize {
    /// Jobs that may wait before the answer is "busy".
    pub waiting: usize,
    /// Jobs that one commit takes; no more than 512, so that a batch of full
    /// carts stays below what a statement of the database may carry.
    pub batch: usize,
}

impl Default for QueueSize {
    fn default() -> Self {
        Self { waiting: 4_096, batch: 512 }
    }
}

impl Writer {
    /// Starts the writer. It ends, after all that waits is done, when the
    /// last handle is gone, and rings the second half of the pair.
    ///
    /// # Errors
    /// If the machine gives no thread.
    pub(crate) fn start(setup: Setup) -> Result<(Self, oneshot::Receiver<()>), Fault> {
        let (jobs, inbox) = mpsc::channel(setup.size.waiting.max(1));
        let counters = Arc::new(Counters::default());
        let (ended, end) = oneshot::channel();
        let is_sqlite = setup.database.is_sqlite();
        let work = serve(setup, inbox, Arc::clone(&counters));
        let work = async move {
            work.await;
            // Nobody may be waiting for the end.
            let _ = ended.send(());
        };
        match is_sqlite {
            true => run_alone(work)?,
            false => drop(tokio::spawn(work)),
        }
        Ok((Self { jobs, counters }, end))
    }

    fn submit(&self, job: Job) -> Done<()> {
        self.counters.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(job).map_err(|error| {
            self.counters.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                mpsc::error::TrySendError::Full(_) => Error::Refused(Refusal::Busy),
                mpsc::error::TrySendError::Closed(_) => Fault::unavailable("reach the writer").into(),
            }
        })
    }

    /// Has a command decided, and answers once it is committed.
    pub(crate) async fn command(self, request: Request) -> Done<domain::command::Outcome> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Command(Box::new(request), reply))?;
        let answer = answer.await.map_err(|_| Fault::unavailable("hear from the writer"))?;
        Ok(answer??)
    }

    /// Has a change made, and answers once it is committed. Work that ends in
    /// a refusal or a fault is undone.
    pub(crate) async fn change<F, T>(self, work: F) -> Done<T>
    where
        F: for<'t> FnOnce(Link<'t>) -> Running<'t, Done<T>> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, done) = oneshot::channel();
        self.submit(Job::Change(Box::new(Work { work: Some(work), done: None, reply })))?;
        done.await.map_err(|_| Error::from(Fault::unavailable("hear from the writer")))?
    }

    /// Asks for the write-ahead log to be folded into the database.
    pub(crate) fn checkpoint(&self) {
        // When the queue is full there are more urgent things to do.
        let _ = self.submit(Job::Checkpoint);
    }
}

/// Runs the writer on a thread of its own: with SQLite it waits for the disk
/// where it stands, and must not keep anybody else waiting.
fn run_alone(work: impl Future<Output = ()> + Send + 'static) -> Result<(), Fault> {
    let no_thread = |_| Fault::unavailable("start the writer");
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(no_thread)?;
    let thread = std::thread::Builder::new().name("writer".to_owned());
    thread.spawn(move || runtime.block_on(work)).map(drop).map_err(no_thread)
}

async fn serve(setup: Setup, mut inbox: mpsc::Receiver<Job>, counters: Arc<Counters>) {
    let batch = setup.size.batch.clamp(1, 512);
    let mut jobs = Vec::with_capacity(batch);
    while inbox.recv_many(&mut jobs, batch).await > 0 {
        counters.waiting.fetch_sub(jobs.len(), Ordering::Relaxed);
        let (mut requests, mut replies, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_checkpoint_due = false;
        for job in jobs.drain(..) {
            match job {
                Job::Command(request, reply) => {
                    requests.push(*request);
                    replies.push(reply);
                }
                Job::Change(change) => changes.push(change),
                Job::Checkpoint => is_checkpoint_due = true,
            }
        }
        let answers = settle(&setup, &requests, &counters).await;
        counters.commits.fetch_add(1, Ordering::Release);
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever asked may have gone; what was decided stands.
            let _ = reply.send(answer);
        }
        make_changes(&setup, changes, &counters).await;
        setup.bell.send_replace(());
        if is_checkpoint_due {
            checkpoint(&setup, "PASSIVE");
        }
    }
    checkpoint(&setup, "TRUNCATE");
}

/// Settles a batch; if that fails, each request by itself, so that one
/// poisonous request harms nobody else.
async fn settle(setup: &Setup, requests: &[Request], counters: &Counters) -> Vec<Result<Answer, Fault>> {
    if requests.is_empty() {
        return Vec::new();
    }
    counters.batches.fetch_add(1, Ordering::Relaxed);
    let count = u64::try_from(requests.len()).unwrap_or(u64::MAX);
    counters.commands.fetch_add(count, Ordering::Relaxed);
    let fault = match settle_together(setup, requests).await {
        Ok(answers) => return answers.into_iter().map(Ok).collect(),
        Err(fault) => fault,
    };
    tracing::warn!(%fault, requests = requests.len(), "a batch failed and is tried one by one");
    counters.retried.fetch_add(1, Ordering::Relaxed);
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = settle_together(setup, std::slice::from_ref(request)).await;
        answers.push(
            answer.and_then(|answers| answers.into_iter().next().ok_or(Fault::bug("answer a request"))),
        );
    }
    answers
}

/// Loads, decides, writes and commits.
async fn settle_together(setup: &Setup, requests: &[Request]) -> Result<Vec<Answer>, Fault> {
    let transaction = setup.database.begin().await?;
    let link = transaction.link();
    let loaded = load::load(link, requests, Arc::clone(&setup.tree), &setup.standard).await?;
    let mut book = loaded.book;
    if setup.mail == Mail::On {
        book.listen();
    }
    let answers: Vec<Answer> = requests.iter().map(|request| book.execute(request)).collect();
    if book.written.is_empty() {
        transaction.rollback().await?;
        return Ok(answers);
    }
    write::write(link, book.written, &loaded.accounts, setup.letterhead).await?;
    transaction.commit().await?;
    Ok(answers)
}

/// Makes changes, each in a savepoint. On SQLite all share one commit. On
/// PostgreSQL each has its own: together they would lock rows in the order of
/// their arrival, against other servers that lock them in another.
async fn make_changes(setup: &Setup, mut changes: Vec<Box<dyn Change>>, counters: &Counters) {
    while !changes.is_empty() {
        let count = if setup.database.is_sqlite() { changes.len() } else { 1 };
        let mut together: Vec<_> = changes.drain(..count).collect();
        let committed = make_together(setup, &mut together).await;
        if let Err(fault) = &committed {
            tracing::error!(%fault, "changes were not committed");
        }
        counters.commits.fetch_add(1, Ordering::Release);
        for change in together {
            change.answer(committed.clone());
        }
    }
}

async fn make_together(setup: &Setup, changes: &mut [Box<dyn Change>]) -> Result<(), Fault> {
    let transaction = setup.database.begin().await?;
    for change in changes {
        let savepoint = Savepoint::begin(&transaction).await?;
        match change.run(savepoint.link()).await? {
            Fate::Keep => savepoint.keep().await?,
            Fate::Undo => savepoint.undo().await?,
        }
    }
    transaction.commit().await
}

fn checkpoint(setup: &Setup, how: &str) {
    if let Err(fault) = setup.database.checkpoint(how) {
        tracing::warn!(%fault, "the write-ahead log was not folded in");
    }
}
