//! A store as this computer knows it: its address, its root as it was first
//! seen, and who is signed in.

use std::path::{Path, PathBuf};

use client::app::{App, StoreKeys};
use client::code::PublicKey;
use client::http::{Address, Http};
use client::install::Home;
use client::link::{Link, Who};
use client::session::Program;
use client::stop::{No, Stop};
use client::world::World;
use client::{keep, places};
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::args::Common;
use crate::say::Voice;
use crate::wire::{Connection, LICENCE, Licence, OFFER, Software};

/// How many licences are asked for at a time.
const PART: u32 = 50;

/// The most parts that are asked for.
const PARTS_MAX: u32 = 100;

/// A store as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    address: String,
    /// Its name in all that it signs.
    store: String,
    /// Its root as it was first seen, `k4.public.…`.
    root: String,
}

/// Which store was signed in to last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    store: String,
}

/// A session as it is kept, for its owner's eyes only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    token: String,
    handle: String,
}

/// A store.
pub(crate) struct Shop {
    home: PathBuf,
    folder: PathBuf,
    known: Known,
    session: Option<Session>,
    pub(crate) voice: Voice,
    pub(crate) http: Http,
    pub(crate) link: Link,
}

impl Shop {
    /// The store that is meant; the first time, its root is shown and kept.
    pub(crate) fn open(common: &Common, voice: Voice) -> Result<Self, Stop> {
        let home = common.home.clone().or_else(places::home);
        let home = home.ok_or_else(|| Stop::refused("there is no home folder; give --home"))?;
        let last: Option<Last> = keep::read(&home.join("last.json"))?;
        let address = match (&common.store, last) {
            (Some(text), _) => text.clone(),
            (None, Some(last)) => last.store,
            (None, None) => return Err(Stop::refused("which store? give --store https://…")),
        };
        let address = Address::parse(&address).map_err(Stop::refused)?;
        let folder = places::store(&home, address.host());
        let http = Http::new(address.clone());
        let link = Link::new(Box::new(http.clone()));
        let known = match keep::read::<Known>(&folder.join("store.json"))? {
            Some(known) => known,
            None => meet(&folder, &address, &link, common, voice)?,
        };
        if let Some(root) = &common.root {
            same_root(root, &known.root)?;
        }
        if known.address != address.to_string() && !address.is_loopback() {
            return Err(Stop::refused(format!("this store is known as {}", known.address)));
        }
        let session = keep::read(&folder.join("session.json"))?;
        Ok(Self { home, folder, known, session, voice, http, link })
    }

    /// The store's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of all stores.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The store's name in all that it signs.
    pub(crate) fn name(&self) -> &str {
        &self.known.store
    }

    /// The store's root as it was first seen.
    pub(crate) fn root(&self) -> Result<PublicKey, Stop> {
        Ok(PublicKey::parse(&self.known.root)?)
    }

    /// Where programs of this store are installed.
    pub(crate) fn installs(&self) -> Home {
        Home::new(self.folder.clone())
    }

    /// Keeps a session, and the store as the one meant from now on.
    pub(crate) fn keep_session(&mut self, token: String, handle: String) -> Result<(), Stop> {
        let session = Session { token, handle };
        keep::write(&self.folder.join("session.json"), &session)?;
        keep::write(&self.home.join("last.json"), &Last { store: self.known.address.clone() })?;
        self.session = Some(session);
        Ok(())
    }

    /// Who is signed in here.
    pub(crate) fn handle(&self) -> &str {
        self.session.as_ref().map_or("nobody", |session| &session.handle)
    }

    /// The session that asks.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN`, with the way out.
    pub(crate) fn who(&self) -> Result<Who<'_>, Stop> {
        match &self.session {
            Some(session) => Ok(Who::session(&session.token)),
            None => Err(Stop::Store(No {
                code: "NOT_SIGNED_IN".to_owned(),
                message: format!(
                    "nobody is signed in: make a code under Library at {} and type farthing-get sign-in CODE",
                    self.known.address
                ),
                verdict: None,
                now: None,
                shortfall: None,
            })),
        }
    }

    /// The session that asks, and a program's device that vouches for it.
    pub(crate) fn who_with<'a>(&'a self, app: &'a App) -> Result<Who<'a>, Stop> {
        Ok(Who { device: Some((app.device(), self.name(), app.now())), ..self.who()? })
    }

    /// A program of this store on this device.
    pub(crate) fn app(&self, product: &str, version: Version) -> Result<App, Stop> {
        let (store, root) = (self.known.store.clone(), self.root()?);
        let program = Program { store, root, product: product.to_owned(), version };
        let folder = places::state(&self.home, &self.known.store, product);
        App::open(&folder, program, World::system(), Some(Box::new(self.http.clone())))
    }

    /// A program as the store sells it, with its newest release in a channel;
    /// of those in a range of versions, if one is given.
    pub(crate) fn software(
        &self,
        slug: &str,
        channel: &str,
        covers: Option<&VersionReq>,
    ) -> Result<Software, Stop> {
        #[derive(Serialize)]
        struct Asked<'a> {
            slug: &'a str,
            channel: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            covers: Option<&'a VersionReq>,
        }
        #[derive(Deserialize)]
        struct Told {
            software: Option<Software>,
        }
        let (declared, said) = match covers {
            Some(_) => (", $covers: String", ", covers: $covers"),
            None => ("", ""),
        };
        let query = format!(
            "query($slug: String!, $channel: String!{declared}) {{ software(slug: $slug) {{ publisherKey \
             listing {{ title seller {{ handle }} }} offers {{ {OFFER} }} \
             release(channel: $channel{said}) {{ version manifest }} }} }}"
        );
        let told: Told = self.link.ask(&query, &Asked { slug, channel, covers }, Who::NOBODY)?;
        told.software.ok_or_else(|| not_found(&format!("there is no program {slug} in this store")))
    }

    /// All licences of who is signed in, part by part.
    pub(crate) fn licences(&self) -> Result<Vec<Licence>, Stop> {
        let (mut all, mut after) = (Vec::new(), None);
        for _ in 0..PARTS_MAX {
            let part = self.licences_after(after.as_deref())?;
            after = part.next();
            all.extend(part.nodes());
            if after.is_none() {
                break;
            }
        }
        Ok(all)
    }

    fn licences_after(&self, after: Option<&str>) -> Result<Connection<Licence>, Stop> {
        #[derive(Serialize)]
        struct Asked<'a> {
            after: Option<&'a str>,
        }
        #[derive(Deserialize)]
        struct Me {
            licences: Option<Connection<Licence>>,
        }
        #[derive(Deserialize)]
        struct Told {
            me: Option<Me>,
        }
        let query = format!(
            "query($after: String) {{ me {{ licences(first: {PART}, after: $after) {{ \
             edges {{ node {{ {LICENCE} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        );
        let told: Told = self.link.ask(&query, &Asked { after }, self.who()?)?;
        let over = || {
            Stop::Store(No {
                code: "NOT_SIGNED_IN".to_owned(),
                message: "your session is over: sign in with a new code".to_owned(),
                verdict: None,
                now: None,
                shortfall: None,
            })
        };
        told.me.and_then(|me| me.licences).ok_or_else(over)
    }

    /// The licence of a program: one that holds before those that do not.
    pub(crate) fn licence(&self, product: &str) -> Result<Licence, Stop> {
        let mut of_it: Vec<_> =
            self.licences()?.into_iter().filter(|it| it.product.as_deref() == Some(product)).collect();
        of_it.sort_by_key(|it| it.verdict.exit_code() != 0);
        let none = || not_found(&format!("you have no licence of {product}: buy or rent it first"));
        of_it.into_iter().next().ok_or_else(none)
    }
}

pub(crate) fn not_found(message: &str) -> Stop {
    Stop::Store(No {
        code: "NOT_FOUND".to_owned(),
        message: message.to_owned(),
        verdict: None,
        now: None,
        shortfall: None,
    })
}

/// The first contact: the store's root is shown, agreed to, and kept.
fn meet(folder: &Path, address: &Address, link: &Link, common: &Common, voice: Voice) -> Result<Known, Stop> {
    let told = StoreKeys::of(link)?;
    let root = PublicKey::parse(&told.root)?;
    // Whoever answers under this address cannot speak for another store.
    if told.store != address.host() {
        return Err(Stop::refused(format!("the store calls itself {}", told.store)));
    }
    match &common.root {
        Some(expected) => same_root(expected, &told.root)?,
        None => voice.confirm(&format!(
            "This is the first contact with {}. Its root key is\n  {}\nTrust it?",
            address.host(),
            root.kid()
        ))?,
    }
    let known = Known { address: address.to_string(), store: told.store, root: told.root };
    keep::write(&folder.join("store.json"), &known)?;
    Ok(known)
}

fn same_root(given: &str, known: &str) -> Result<(), Stop> {
    match PublicKey::parse(given)? == PublicKey::parse(known)? {
        true => Ok(()),
        false => Err(Stop::refused("the store has another root key than the one given")),
    }
}
