//! Samples of the pages about letters.

use domain::id::LetterId;
use domain::time::Timestamp;
use uuid::Uuid;

use super::Samples;
use super::world::*;
use crate::parts::{Choice, Pager};
use crate::view::mail::*;
use crate::view::vendor::Count;

fn kinds() -> Vec<Choice> {
    vec![chosen("sold", "Somebody bought from me", None), choice("bought", "I bought something", None)]
}

impl Samples for AccountMailView {
    const TEMPLATE: &'static str = "account_mail";

    fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            page: user("Letters by mail", "/account/mail", "50"),
            sends: true,
            left: None,
            address: AddressForm::default(),
            code: CodeForm::default(),
            kinds: kinds(),
        };
        let left = |confirmed| {
            Some(Left { address: "a-long-name-of-a-wren@hedgerow.example".to_owned(), confirmed })
        };
        let waiting = Self { left: left(false), ..empty.clone() };
        let confirmed = Self { left: left(true), ..empty.clone() };
        let silent = Self { sends: false, ..empty.clone() };
        let mut refused = waiting.clone();
        refused.code.code.value = "ABCDE-<b>".to_owned();
        refused.code.code.error = Some("This was mistyped: compare it sign by sign.".to_owned());
        vec![
            ("empty", empty),
            ("waiting", waiting),
            ("confirmed", confirmed),
            ("silent", silent),
            ("refused", refused),
        ]
    }
}

impl Samples for MailStopView {
    const TEMPLATE: &'static str = "mail_stop";

    fn samples() -> Vec<(&'static str, Self)> {
        let asked = Self {
            page: visitor("No more letters of this kind", "/mail/stop/x"),
            token: "ABCDE-FGHJK".to_owned(),
            kind: "Somebody bought from me".to_owned(),
            stopped: false,
        };
        let done = Self { stopped: true, ..asked.clone() };
        vec![("asked", asked), ("done", done)]
    }
}

impl Samples for VendorMailView {
    const TEMPLATE: &'static str = "vendor_mail";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |number: u128, handle: &str| DeadRow {
            id: LetterId::new(Uuid::from_u128(number)),
            kind: "Somebody bought from me".to_owned(),
            handle: handle.to_owned(),
            error: "the mail server answered 451".to_owned(),
            attempts: 9,
            at: Timestamp::from_millis(1_795_435_200_000),
        };
        let count = |label: &str, count| Count { label: label.to_owned(), count };
        let full = Self {
            page: staff("Letters", "/vendor/mail"),
            sends: true,
            counts: vec![count("Waiting", 3), count("Sent in thirty days", 10_000), count("Given up", 2)],
            dead: vec![row(1, "quiet-wren-4821"), row(2, "a-very-long-handle-of-a-finch")],
            pager: Pager::default(),
        };
        let empty = Self { sends: false, dead: vec![], ..full.clone() };
        vec![("full", full), ("empty", empty)]
    }
}
