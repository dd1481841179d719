//! One contact with the store: its keys, its time, what it took back, and a
//! fresh code.

use std::fs::File;

use serde::{Deserialize, Serialize};

use super::App;
use crate::code::{Bundle, Code};
use crate::disk;
use crate::link::{Link, Who};
use crate::session::Session;
use crate::stop::Stop;

/// Everything that is not about a licence, in one question.
const NEWS: &str = "query($nonce: String!) { signedTime(nonce: $nonce) deviceNonce \
    storeKeys { store root roots keys revoked } }";

/// What a store says about itself. Nothing of it is believed before its
/// signatures are checked against a root known before.
#[derive(Clone, Debug, Deserialize)]
pub struct StoreKeys {
    /// Its name, in all that it signs.
    pub store: String,
    /// Its first root, in its PASERK text.
    pub root: String,
    /// Changes of the root, oldest first.
    pub roots: Vec<[String; 2]>,
    /// The newest key set.
    pub keys: String,
    /// The newest list of codes taken back, a bundle's JSON.
    pub revoked: String,
}

#[derive(Serialize)]
struct Asked<'a> {
    nonce: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct News {
    signed_time: String,
    device_nonce: String,
    store_keys: StoreKeys,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Authorize<'a> {
    licence_id: &'a str,
    device: &'a str,
    want: &'static str,
}

#[derive(Deserialize)]
struct Authorized {
    code: String,
}

impl StoreKeys {
    /// Asks a store about itself, before anything is known of it.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub fn of(link: &Link) -> Result<Self, Stop> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Told {
            store_keys: StoreKeys,
        }
        let told: Told = link.ask("{ storeKeys { store root roots keys revoked } }", &(), Who::NOBODY)?;
        Ok(told.store_keys)
    }
}

/// Hears a store's news: roots, keys, time, what was taken back. The time
/// comes before what is judged by it; a list that does not fit the keys of
/// this moment is left for the next time.
///
/// # Errors
/// As [`Link::ask`], [`Session::accept_keys`] and [`Session::accept_time`].
pub fn hear(link: &Link, session: &mut Session) -> Result<(), Stop> {
    let question = session.ask_time()?;
    let news: News = link.ask(NEWS, &Asked { nonce: question.nonce() }, Who::NOBODY)?;
    link.note_nonce(news.device_nonce);
    session.follow_roots(&news.store_keys.roots)?;
    session.accept_keys(&news.store_keys.keys)?;
    session.accept_time(question, &Bundle::parse(&news.signed_time)?)?;
    session.accept_revoked(&Bundle::parse_list(&news.store_keys.revoked)?)
}

impl App {
    /// Hears the store's news, before there is a code.
    ///
    /// # Errors
    /// As [`hear`].
    pub fn hear(&mut self) -> Result<(), Stop> {
        let _held = self.hold()?;
        hear(self.link.as_ref().ok_or_else(no_line)?, &mut self.session)
    }

    /// Asks the store for its news and a fresh code, and tells it what was
    /// spent of leases meanwhile.
    ///
    /// # Errors
    /// The store's no; [`Stop::Lost`] if it does not answer; as
    /// [`Session::check`] for the fresh code.
    pub fn refresh(&mut self) -> Result<Code, Stop> {
        let licence = self.licence_or_none()?;
        let _held = self.hold()?;
        hear(self.link.as_ref().ok_or_else(no_line)?, &mut self.session)?;
        self.abort_orphans();
        self.settle_quietly();
        let device = self.session.device().id();
        let input = Authorize { licence_id: &licence, device, want: "CODE" };
        let told: Authorized = self.link()?.change("authorize", "code", &input, self.who())?;
        self.take_code(&told.code)?;
        self.session.check()
    }

    pub(super) fn take_code(&mut self, bundle: &str) -> Result<Code, Stop> {
        self.session.accept_code(Bundle::parse(bundle)?)
    }

    /// Programs that run at once speak with the store one after the other.
    fn hold(&self) -> Result<File, Stop> {
        let path = self.folder.join("contact.lock");
        let lock = disk::private().create(true).truncate(false).write(true).open(path)?;
        lock.lock()?;
        Ok(lock)
    }
}

fn no_line() -> Stop {
    Stop::Lost(std::io::Error::new(std::io::ErrorKind::NotConnected, "there is no line"))
}
