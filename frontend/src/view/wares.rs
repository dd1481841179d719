//! Software: the ways to get it side by side, and for its publisher offers,
//! releases and programs.

use domain::id::{ArtifactId, OfferId, ReleaseId};

use super::prelude::*;
use super::sold::Desk;
use crate::form::Form as _;

/// One way to get a piece of software.
#[derive(Clone, Debug)]
pub struct Way {
    /// Which offer.
    pub id: OfferId,
    /// What it gives, in plain words.
    pub sentence: String,
    /// What it costs.
    pub price: Price,
    /// Whether it is a purchase.
    pub is_purchase: bool,
    /// What that means, line by line.
    pub notes: Vec<String>,
}

/// The newest release, for those who think of getting it.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Its version.
    pub version: String,
    /// When it came out.
    pub at: Timestamp,
    /// For which kinds of computers, in words.
    pub computers: Vec<String>,
    /// What is new, paragraph by paragraph.
    pub notes: Vec<String>,
    /// Its name for `farthing-get`.
    pub product: String,
}

/// A publisher's page for one piece of software.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/software.html", whitespace = "minimize")]
pub struct SoftwareView {
    /// The frame.
    pub page: Page,
    /// Its listing.
    pub id: ListingId,
    /// Its title.
    pub title: String,
    /// Where the listing stands, in words.
    pub state: String,
    /// Whether it is on sale.
    pub on_sale: bool,
    /// What is still missing before it can be, in words.
    pub missing: Vec<String>,
    /// The offers that hold.
    pub offers: Vec<Way>,
    /// Another offer.
    pub offer: OfferForm,
    /// The releases, newest first.
    pub releases: Vec<ReleaseRow>,
    /// Another release.
    pub release: ReleaseForm,
    /// The product's name, once there is a release.
    pub product: Option<String>,
    /// The publisher's key, once there is one.
    pub key: Option<String>,
}

impl SoftwareView {
    const DESK: Desk = Desk::Wares;
}

/// A release in a list.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// Which.
    pub id: ReleaseId,
    /// Its version.
    pub version: String,
    /// Its channel.
    pub channel: String,
    /// Where it stands, in a word.
    pub state: &'static str,
    /// Since when.
    pub at: Timestamp,
}

/// An offer as it is typed.
#[derive(Clone, Debug)]
pub struct OfferForm {
    /// To buy, to rent for a time, for uses, or for a task.
    pub kind: Field,
    /// What it costs.
    pub price: Field,
    /// How long, in the unit beside it.
    pub time: Field,
    /// Minutes, hours or days.
    pub time_unit: Field,
    /// How often.
    pub units: Field,
    /// What is counted; starts if empty.
    pub meter: Field,
    /// Which later versions a purchase covers.
    pub updates: Field,
    /// On how many devices.
    pub devices: Field,
    /// Whether it can be extended.
    pub extendable: Field,
    /// How much of the rent counts towards a purchase, in percent.
    pub convert_credit: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(OfferForm: kind, price, time, time_unit, units, meter, updates, devices, extendable, convert_credit);

impl Default for OfferForm {
    fn default() -> Self {
        Self {
            kind: Field::named("kind", "offer-kind").with("time"),
            price: Field::named("price", "offer-price"),
            time: Field::new("time"),
            time_unit: Field::new("time_unit").with("days"),
            units: Field::new("units"),
            meter: Field::new("meter"),
            updates: Field::new("updates").with("all"),
            devices: Field::new("devices").with("1"),
            extendable: Field::new("extendable").with("yes"),
            convert_credit: Field::new("convert_credit"),
            refusal: None,
        }
    }
}

impl OfferForm {
    /// A choice of `field`: what is sent and what is read.
    fn choices(field: &Field, all: &[(&str, &str)]) -> Vec<Choice> {
        let one = |(value, label): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            chosen: field.is(value),
            count: None,
        };
        all.iter().map(one).collect()
    }

    fn kinds(&self) -> Vec<Choice> {
        let all = [("buy", "To keep"), ("time", "To rent for a time"), ("units", "To rent by use or task")];
        Self::choices(&self.kind, &all)
    }

    fn time_units(&self) -> Vec<Choice> {
        Self::choices(&self.time_unit, &[("minutes", "minutes"), ("hours", "hours"), ("days", "days")])
    }

    fn coverages(&self) -> Vec<Choice> {
        let all = [
            ("all", "all later versions"),
            ("major", "later versions with the same first number"),
            ("time", "versions of the time above"),
        ];
        Self::choices(&self.updates, &all)
    }

    fn extensions(&self) -> Vec<Choice> {
        Self::choices(&self.extendable, &[("yes", "yes"), ("no", "no")])
    }
}

/// A release as it is typed.
#[derive(Clone, Debug)]
pub struct ReleaseForm {
    /// Its version.
    pub version: Field,
    /// Its channel.
    pub channel: Field,
    /// What is new.
    pub notes: Field,
    /// How an installed copy is recognised, one rule a line.
    pub rules: Field,
    /// With the first one: the product's name.
    pub product: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(ReleaseForm: version, channel, notes, rules, product);

impl Default for ReleaseForm {
    fn default() -> Self {
        Self {
            version: Field::new("version"),
            channel: Field::new("channel").with("stable"),
            notes: Field::new("notes"),
            rules: Field::new("rules"),
            product: Field::new("product"),
            refusal: None,
        }
    }
}

/// One release, for its publisher.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/release.html", whitespace = "minimize")]
pub struct ReleaseView {
    /// The frame.
    pub page: Page,
    /// Which.
    pub id: ReleaseId,
    /// Of which listing.
    pub listing: ListingId,
    /// What the listing is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Where it stands, in a word.
    pub state: &'static str,
    /// Whether it may still be changed.
    pub is_draft: bool,
    /// Whether it may be yanked.
    pub is_published: bool,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// What is said of it.
    pub form: ReleaseForm,
    /// Its programs.
    pub programs: Vec<ProgramRow>,
    /// Another program.
    pub program: ProgramForm,
    /// Operating systems.
    pub systems: Vec<Choice>,
    /// Processors.
    pub processors: Vec<Choice>,
    /// The largest file, in words.
    pub largest: String,
}

/// A program in a release.
#[derive(Clone, Debug)]
pub struct ProgramRow {
    /// Which.
    pub id: ArtifactId,
    /// For which kind of computer, in words.
    pub computer: String,
    /// What its file is called.
    pub name: String,
    /// Its size, in words.
    pub size: String,
    /// How many files it holds and which one runs, or how far it has come.
    pub contents: String,
    /// Its SHA-256, once it is uploaded.
    pub sha256: Option<String>,
}

/// A program as it is typed.
#[derive(Clone, Debug)]
pub struct ProgramForm {
    /// The operating system.
    pub os: Field,
    /// The processor.
    pub arch: Field,
    /// How it is packed; told from the name if empty.
    pub packing: Field,
    /// The file to run.
    pub main: Field,
    /// What is wrong with the file.
    pub file: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(ProgramForm: os, arch, packing, main, file);

impl Default for ProgramForm {
    fn default() -> Self {
        Self {
            os: Field::new("os"),
            arch: Field::new("arch"),
            packing: Field::hidden("packing"),
            main: Field::named("main", "program-main"),
            file: Field::named("file", "program-file"),
            refusal: None,
        }
    }
}
