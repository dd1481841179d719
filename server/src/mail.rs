//! Sending letters: the outbox is emptied at least once, and a second copy of
//! a letter is known by its number.
//!
//! No line of the log names an address, nor does what is written down of a
//! failure.

mod post;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Actor;
use domain::event::Event;
use domain::mail::Undelivered;
use frontend::letter::{Occasion, write};
use futures_util::StreamExt as _;
use futures_util::stream;
use store::outbox::Letter;
use store::secrets::{mail_code, stop_token};
use store::{Error, Store};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

pub use post::{NoPost, Post};

/// Letters that are taken from the outbox at once, and delivered side by
/// side: few enough that all are done before they would be due again.
const LETTERS_AT_ONCE: u32 = 8;

/// How long the postman looks away when nothing rings: other programs on the
/// same database ring no bell here, and what failed falls due unheard.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long the postman gathers what comes together.
const WINDOW: Duration = Duration::from_millis(100);

/// Why an attempt failed: whether another may go well, and in words of our
/// own what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDelivered {
    /// Whether another attempt may go well.
    pub why: Undelivered,
    /// What happened; names no address.
    pub error: String,
}

impl NotDelivered {
    fn for_now(error: impl Into<String>) -> Self {
        Self { why: Undelivered::ForNow, error: error.into() }
    }
}

impl fmt::Display for NotDelivered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.error)
    }
}

/// Who empties the outbox.
pub struct Postman {
    store: Store,
    post: Post,
    origin: String,
}

impl Postman {
    /// A postman who takes letters from this store to this mail server.
    /// `origin` is scheme and host of the site, without a slash at the end.
    #[must_use]
    pub fn new(store: Store, post: Post, origin: &str) -> Self {
        Self { store, post, origin: origin.to_owned() }
    }

    /// Delivers some of the letters that are due; tells how many were taken.
    /// Safe to run twice or to be cut off: what was not recorded as sent is
    /// sent again under the same number.
    ///
    /// # Errors
    /// If the database fails. A letter that fails is tried again later.
    pub async fn round(&self) -> Result<usize, Error> {
        let letters = self.store.take_letters(&Actor::System, LETTERS_AT_ONCE).await?;
        let count = letters.len();
        if count == 0 {
            return Ok(0);
        }
        let others: Vec<_> = letters.iter().filter_map(|letter| letter.event.other()).collect();
        let others = self.store.users(&others).await?;
        let others: HashMap<_, _> =
            others.into_iter().map(|(id, user)| (id, user.handle.to_string())).collect();
        let others = Arc::new(others);
        let each = stream::iter(letters).map(|letter| {
            let other = letter.event.other().and_then(|id| others.get(&id).cloned());
            self.deliver(letter, other)
        });
        let done: Vec<Result<(), Error>> =
            each.buffer_unordered(usize::try_from(LETTERS_AT_ONCE).unwrap_or(1)).collect().await;
        done.into_iter().collect::<Result<(), Error>>().map(|()| count)
    }

    async fn deliver(&self, letter: Letter, other: Option<String>) -> Result<(), Error> {
        let sent = match self.put_into_words(&letter, other.as_deref()) {
            Ok(written) => {
                let at = self.store.world().now();
                self.post.send(letter.id, &letter.address, &written, at).await
            }
            Err(error) => Err(NotDelivered { why: Undelivered::ForGood, error: error.to_string() }),
        };
        match sent {
            Ok(()) => self.store.letter_sent(&Actor::System, letter.id).await,
            Err(failed) => {
                let (kind, attempt) = (letter.event.kind().name(), letter.attempt);
                tracing::warn!(letter = %letter.id, kind, attempt, %failed, "a letter was not delivered");
                let NotDelivered { why, error } = failed;
                self.store.letter_failed(&Actor::System, &letter, why, error).await
            }
        }
    }

    fn put_into_words(
        &self,
        letter: &Letter,
        other: Option<&str>,
    ) -> Result<frontend::letter::Written, impl fmt::Display> {
        let (secret, kind) = (self.store.secret(), letter.event.kind());
        let code = match letter.event {
            Event::AddressLeft => Some(mail_code(secret, letter.id)),
            _ => None,
        };
        let occasion = Occasion {
            market: self.store.market(),
            origin: &self.origin,
            handle: &letter.handle,
            other,
            code,
            stop: kind.can_be_stopped().then(|| stop_token(secret, letter.to, kind)),
        };
        write(&letter.event, &occasion)
    }

    /// Delivers what falls due until `stop` says so.
    pub async fn walk(self, mut stop: watch::Receiver<bool>) {
        let mut writes = self.store.writes();
        while !*stop.borrow() {
            match self.round().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(%error, "the outbox could not be emptied"),
            }
            tokio::select! {
                _ = timeout(LOOK_EVERY, writes.next()) => sleep(WINDOW).await,
                _ = stop.changed() => return,
            }
        }
    }
}
