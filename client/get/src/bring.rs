//! Bringing a program here: what the publisher signed, what is here already,
//! and only then what has to come. Whether it is here is found out on this
//! computer and told to nobody: a program that is here costs the store a code
//! and not one byte of the program.

use std::fs::File;
use std::path::Path;

use client::app::App;
use client::code::{Bundle, PublicKey};
use client::detect::{self, Action, Covered, Found, Places, State};
use client::http::Fetch;
use client::install::download::{self, Wanted};
use client::install::{Held, Receipt};
use client::keep;
use client::link::Who;
use client::package::Artifact;
use client::release::{Expected, Release};
use client::stop::Stop;
use client::verdict::{Denied, Verdict};
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::args::Install;
use crate::launch;
use crate::say::Report;
use crate::shop::Shop;
use crate::wire;

/// What is wanted of a program that is here and older than the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Older {
    Ask,
    Keep,
    Update,
}

/// The publisher's key as it was first seen.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Activate<'a> {
    licence_id: &'a str,
    device: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Authorize<'a> {
    licence_id: &'a str,
    device: &'a str,
    want: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact: Option<&'a str>,
}

#[derive(Deserialize)]
struct Download {
    url: String,
}

#[derive(Deserialize)]
struct Authorized {
    code: String,
    download: Option<Download>,
}

/// One bringing.
struct Bringing<'a> {
    shop: &'a Shop,
    held: Held,
    app: App,
    licence: String,
    covers: VersionReq,
    release: Release,
    /// The newest version, if the licence does not cover it.
    newer: Option<Version>,
}

/// Installs, or finds that nothing has to come.
pub(crate) fn install(shop: &Shop, asked: &Install, older: Older) -> Result<Report, Stop> {
    let mut bringing = begin(shop, asked)?;
    let state = detect::detect(&bringing.held, &bringing.release.detect, &places())?;
    let present = match &state {
        State::Present(_, version) => version.clone(),
        State::Modified(version) => Some(version.clone()),
        State::Absent | State::Broken => None,
    };
    let covers = |version: &Version| client::code::claims::covers(&bringing.covers, version);
    let covered = Covered::of(present.as_ref(), &bringing.release.version, covers);
    let action = detect::decide(&state, covered);
    let comes = match action {
        Action::Install => true,
        Action::CodeOnly => false,
        Action::AskToUpdate => bringing.wants_update(older, present.as_ref())?,
        Action::OfferRepair => {
            let question = format!("The installed {} was changed. Fetch it again?", asked.product);
            older == Older::Update || shop.voice.agrees(&question)?
        }
        Action::OfferCovered => {
            let question = format!(
                "Your licence does not cover the installed version. Put {} beside it?",
                bringing.release.version
            );
            if !shop.voice.agrees(&question)? {
                return Err(
                    Denied::new(Verdict::VersionNotCovered, "the licence is for other versions").into()
                );
            }
            true
        }
    };
    let newer = bringing.newer.as_ref().map(ToString::to_string);
    let report = Report::default().fact("product", asked.product.as_str()).fact("downloaded", comes);
    let report = report.fact("notCovered", newer);
    match comes {
        true => Ok(report.and(bringing.bring()?).and(launcher(shop, &asked.product))),
        false => {
            bringing.authorize(None)?;
            // What is not ours gets no launcher of ours.
            let report = match state {
                State::Present(Found::Receipt, _) => report.and(launcher(shop, &asked.product)),
                State::Present(Found::Rule, _) | State::Modified(_) | State::Absent | State::Broken => report,
            };
            let version = present.map_or_else(|| "a copy".to_owned(), |version| version.to_string());
            Ok(report
                .line(format!("{} {version} is here already; only its code was fetched.", asked.product))
                .fact("version", version))
        }
    }
}

/// Makes the program's launcher. A program without one is installed all the
/// same.
fn launcher(shop: &Shop, product: &str) -> Report {
    match launch::put(shop, product) {
        Ok(path) => Report::default()
            .line(format!("By its name it is run from {}.", path.display()))
            .fact("launcher", path.display().to_string()),
        Err(stop) => {
            Report::default().line(format!("It has no launcher: {stop}")).fact("launcher", None::<String>)
        }
    }
}

/// Everything before what is here is looked at.
fn begin<'a>(shop: &'a Shop, asked: &Install) -> Result<Bringing<'a>, Stop> {
    let product = asked.product.as_str();
    let software = shop.software(product, &asked.channel, None)?;
    let held = shop.installs().hold(product)?;
    let none = || crate::shop::not_found("it has no release in this channel");
    let (told, newest) = software.publisher_key.zip(software.release).ok_or_else(none)?;
    let key = publisher_key(shop, &held, &told, asked.publisher_key.as_deref())?;
    let mut app = shop.app(product, newest.version.clone())?;
    app.hear()?;
    let expected = Expected { store: shop.name(), product, key: &key, seen: None, now: app.now() };
    let release = as_told(&newest, held.accept(&newest.manifest, expected)?, asked)?;
    // A licence known here needs no session.
    let (licence, covers) = match app.known() {
        Ok(code) => (code.claims().ent.clone(), code.claims().ver.clone()),
        Err(_) => {
            let licence = shop.licence(product)?;
            (licence.id, licence.covers)
        }
    };
    let mut bringing = Bringing { shop, held, app, licence, covers, release, newer: None };
    if !client::code::claims::covers(&bringing.covers, &bringing.release.version) {
        bringing.go_back(asked, expected)?;
    }
    Ok(bringing)
}

/// A release that the store calls as its publisher does.
fn as_told(told: &wire::Release, read: Release, asked: &Install) -> Result<Release, Stop> {
    match read.version == told.version && read.channel == asked.channel {
        true => Ok(read),
        false => Err(Stop::refused("the store calls the release otherwise than its publisher")),
    }
}

/// The publisher's key: the one that was seen first, unless its change was
/// agreed to.
fn publisher_key(shop: &Shop, held: &Held, told: &str, agreed: Option<&str>) -> Result<PublicKey, Stop> {
    let path = held.apps().join("publisher.json");
    let key = PublicKey::parse(told)?;
    match keep::read::<Publisher>(&path)? {
        Some(known) if PublicKey::parse(&known.key)? == key => return Ok(key),
        Some(_) if agreed == Some(key.kid()) => {}
        Some(_) => {
            return Err(Stop::refused(format!(
                "the publisher's key is now {}; if the publisher says so too, add --publisher-key {}",
                key.kid(),
                key.kid()
            )));
        }
        None => shop.voice.remark(&format!("The publisher signs with {}.", key.kid())),
    }
    keep::write(&path, &Publisher { key: told.to_owned() })?;
    Ok(key)
}

impl Bringing<'_> {
    /// Takes the newest release that the licence covers in place of the newest
    /// of all, if there is one.
    fn go_back(&mut self, asked: &Install, expected: Expected<'_>) -> Result<(), Stop> {
        let software = self.shop.software(&asked.product, &asked.channel, Some(&self.covers))?;
        let Some(covered) = software.release else { return Ok(()) };
        let read = self.held.accept_within(&covered.manifest, &self.covers, expected)?;
        let read = as_told(&covered, read, asked)?;
        self.app.be_version(read.version.clone());
        let newer = std::mem::replace(&mut self.release, read).version;
        self.shop.voice.remark(&format!(
            "{} {newer} is out; your licence covers {} and goes up to {}.",
            asked.product, self.covers, self.release.version
        ));
        self.newer = Some(newer);
        Ok(())
    }

    fn wants_update(&self, older: Older, present: Option<&Version>) -> Result<bool, Stop> {
        if !client::code::claims::covers(&self.covers, &self.release.version) {
            return Ok(false);
        }
        match older {
            Older::Keep => Ok(false),
            Older::Update => Ok(true),
            Older::Ask => {
                let from = present.map_or_else(String::new, |version| format!(" from {version}"));
                self.shop
                    .voice
                    .agrees(&format!("Update {}{from} to {}?", self.release.prod, self.release.version))
            }
        }
    }

    /// Asks for a code and, with an artifact, for where it can be fetched.
    fn authorize(&mut self, artifact: Option<&str>) -> Result<Option<String>, Stop> {
        let is_known = self.app.known().is_ok();
        let device = self.app.device();
        let (public, id) = (device.public().text(), device.id().to_owned());
        if !is_known {
            let input = Activate { licence_id: &self.licence, device: &public };
            let who = self.shop.who_with(&self.app)?;
            let _done: serde_json::Value =
                self.shop.link.change("activateDevice", "licence { id }", &input, who)?;
        }
        let want = if artifact.is_some() { "CODE_AND_DOWNLOAD" } else { "CODE" };
        let input = Authorize { licence_id: &self.licence, device: &id, want, artifact };
        let who =
            Who { device: Some((self.app.device(), self.shop.name(), self.app.now())), ..self.or_nobody() };
        let told: Authorized = self.shop.link.change("authorize", "code download { url }", &input, who)?;
        self.app.adopt(Bundle::parse(&told.code)?)?;
        Ok(told.download.map(|download| download.url))
    }

    /// The session, if there is one: a device that is known needs none.
    fn or_nobody(&self) -> Who<'_> {
        self.shop.who().unwrap_or(Who::NOBODY)
    }

    fn artifact(&self) -> Result<Artifact, Stop> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let found = self.release.artifact(os, arch).cloned();
        found.ok_or_else(|| Stop::refused(format!("there is no version for {os} on {arch}")))
    }

    /// Fetches and installs the release.
    fn bring(&mut self) -> Result<Report, Stop> {
        if !client::code::claims::covers(&self.covers, &self.release.version) {
            return Err(Denied::new(Verdict::VersionNotCovered, "the licence is for other versions").into());
        }
        let artifact = self.artifact()?;
        let mut first = Some(self.authorize(Some(&artifact.sha256))?.ok_or_else(no_download)?);
        let bar = self.shop.voice.bar(&self.release.prod, artifact.size);
        let (downloads, http) = (self.shop.installs().downloads(), &self.shop.http.clone());
        let renew = Box::new(|| match first.take() {
            Some(url) => Ok(url),
            None => {
                let url = self.authorize(Some(&artifact.sha256)).and_then(|url| url.ok_or_else(no_download));
                url.map_err(|stop| std::io::Error::other(stop.to_string()))
            }
        });
        let wanted = Wanted { sha256: &artifact.sha256, size: artifact.size };
        let archive = download::bring(&downloads, wanted, &mut Fetch::new(http, renew), |there| {
            bar.set_position(there)
        })?;
        bar.finish_and_clear();
        let mut file = File::open(&archive)?;
        let receipt =
            self.held.install(&self.release, &artifact, &mut file, self.app.now(), crate::steps::done)?;
        // It is unpacked and its hash is in the receipt.
        keep::remove(&archive)?;
        Ok(self.installed(&receipt))
    }

    fn installed(&self, receipt: &Receipt) -> Report {
        let main = self.held.apps().join("current").join(&receipt.main);
        Report::default()
            .line(format!("{} {} is installed: {}", receipt.product, receipt.version, main.display()))
            .line(format!("Run it with: farthing-get run {}", receipt.product))
            .fact("version", receipt.version.to_string())
            .fact("main", main.display().to_string())
    }
}

fn no_download() -> Stop {
    Stop::refused("the store gives no download")
}

/// The beginnings of the places that publishers' rules may look at.
fn places() -> Places {
    let home = std::env::var_os("HOME").unwrap_or_default();
    Places::linux(Path::new("/"), Path::new(&home))
}
