//! Samples of the pages of software.

use domain::id::{ArtifactId, OfferId, ReleaseId};
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::view::wares::{
    Newest, OfferForm, ProgramForm, ProgramRow, ReleaseForm, ReleaseRow, ReleaseView, SoftwareView, Way,
};

fn way(number: u128, sentence: &str, cost: &str, is_purchase: bool) -> Way {
    let notes = [
        "It ends 7 days after you get it",
        "On up to 3 devices at a time",
        "You can extend it whenever you like",
    ];
    Way {
        id: OfferId::new(Uuid::from_u128(number)),
        sentence: sentence.to_owned(),
        price: price(cost),
        is_purchase,
        notes: notes.map(str::to_owned).to_vec(),
    }
}

pub(super) fn ways() -> Vec<Way> {
    vec![
        way(1, "To keep, with all later versions", "240", true),
        way(2, "For 7 days", "12", false),
        way(3, "For 5 times export-pdf within 30 days", "4.5", false),
    ]
}

pub(super) fn newest() -> Newest {
    Newest {
        version: "1.4.0".to_owned(),
        at: at(-2_000),
        computers: vec!["Linux, 64-bit Intel and AMD".to_owned(), "macOS, 64-bit ARM".to_owned()],
        notes: vec!["Exports to PDF in half the time.".to_owned(), HOSTILE.to_owned()],
        product: "inkwell".to_owned(),
    }
}

fn release(number: u128, version: &str, state: &'static str) -> ReleaseRow {
    let id = ReleaseId::new(Uuid::from_u128(number));
    ReleaseRow { id, version: version.to_owned(), channel: "stable".to_owned(), state, at: at(-3_000) }
}

impl Samples for SoftwareView {
    const TEMPLATE: &'static str = "software";

    fn samples() -> Vec<(&'static str, Self)> {
        let usual = Self {
            page: user("Inkwell: offers and releases", "/sell/1/software", "1250"),
            id: listing(1),
            title: "Inkwell".to_owned(),
            state: "On sale".to_owned(),
            on_sale: true,
            missing: vec![],
            offers: ways(),
            offer: OfferForm::default(),
            releases: vec![
                release(3, "2.0.0-beta.1", "draft"),
                release(2, "1.4.0", "published"),
                release(1, "1.3.0", "yanked"),
            ],
            release: ReleaseForm::default(),
            product: Some("inkwell".to_owned()),
            key: Some(format!("k4.public.{}", "Ab3_".repeat(10))),
        };
        let empty = Self {
            state: "A draft that only you see".to_owned(),
            on_sale: false,
            missing: vec!["an offer: add one below".to_owned(), "a published release".to_owned()],
            offers: vec![],
            releases: vec![],
            product: None,
            key: None,
            ..usual.clone()
        };
        let ready =
            Self { missing: vec![], on_sale: false, state: "Not on sale".to_owned(), ..usual.clone() };
        let mut refused = Self {
            page: extreme(LONG, "/sell/1/software"),
            title: format!("{LONG} {HOSTILE}"),
            offers: vec![way(9, HOSTILE, "123456789.0125", true)],
            ..usual.clone()
        };
        refused.offer.meter.value = HOSTILE.to_owned();
        spoil(&mut refused.page, &mut refused.offer);
        vec![("usual", usual), ("empty", empty), ("ready", ready), ("refused", refused)]
    }
}

fn program(number: u128, sha256: Option<String>) -> ProgramRow {
    ProgramRow {
        id: ArtifactId::new(Uuid::from_u128(number)),
        computer: "Linux, 64-bit Intel and AMD".to_owned(),
        name: "inkwell-linux.tar.gz".to_owned(),
        size: "4.2 MB".to_owned(),
        contents: "12 files, runs bin/inkwell".to_owned(),
        sha256,
    }
}

impl Samples for ReleaseView {
    const TEMPLATE: &'static str = "release";

    fn samples() -> Vec<(&'static str, Self)> {
        let mut form = ReleaseForm::default();
        form.notes.value = "Exports to PDF in half the time.".to_owned();
        form.rules.value = "path_exists | ${OPT}/inkwell/inkwell | 1.4.0".to_owned();
        let draft = Self {
            page: user("Inkwell 1.4.0", "/release/1", "1250"),
            id: ReleaseId::new(Uuid::from_u128(1)),
            listing: listing(1),
            title: "Inkwell".to_owned(),
            version: "1.4.0".to_owned(),
            state: "Draft",
            is_draft: true,
            is_published: false,
            published_at: None,
            form,
            programs: vec![program(1, Some("0a1b".repeat(16))), program(2, None)],
            program: ProgramForm::default(),
            systems: vec![chosen("linux", "Linux", None), choice("macos", "macOS", None)],
            processors: vec![chosen("x86_64", "64-bit Intel and AMD", None)],
            largest: "512 MB".to_owned(),
        };
        let empty = Self { programs: vec![], ..draft.clone() };
        let published = Self {
            state: "Published",
            is_draft: false,
            is_published: true,
            published_at: Some(at(-500)),
            ..draft.clone()
        };
        let yanked = Self { state: "Yanked", is_published: false, ..published.clone() };
        let mut refused =
            Self { page: extreme(LONG, "/release/1"), title: HOSTILE.to_owned(), ..draft.clone() };
        refused.form.rules.value = format!("</textarea>{HOSTILE}");
        spoil(&mut refused.page, &mut refused.program);
        vec![
            ("draft", draft),
            ("empty", empty),
            ("published", published),
            ("yanked", yanked),
            ("refused", refused),
        ]
    }
}
