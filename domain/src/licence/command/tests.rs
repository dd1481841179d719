//! Licences in a small market: "program" is wren's; the vendor takes 5 %.

mod leases;
mod trading;

use uuid::Uuid;

use super::*;
use crate::command::{Answer, Command};
use crate::ledger::audit::Totals;
use crate::licence::holding::OnOffer;
use crate::licence::offer::{Offer, OfferKind, Updates};
use crate::licence::verdict::Verdict;
use crate::testing::{Scene, listing, tokens, told, user};
use crate::tokens::BasisPoints;

/// The offers, each known by its place: an hour, ten uses, five exports in a
/// day, for good.
const HOUR: u128 = 0;
const USES: u128 = 1;
const EXPORTS: u128 = 2;
const GOOD: u128 = 3;

fn offer(number: u128) -> OfferId {
    OfferId::new(Uuid::from_u128(900 + number))
}

fn offers() -> [Offer; 4] {
    let base = |number, kind, price| Offer {
        id: offer(number),
        listing: listing("program"),
        kind,
        price: tokens(price),
        devices_max: 2,
        is_extendable: true,
        credit: None,
    };
    let half = BasisPoints::new(5_000);
    let export = MeterCode::parse("export-pdf").unwrap();
    let exports = OfferKind::RentUnits { meter: export, units: 5, within: Some(Seconds::days(1)) };
    [
        Offer { credit: half, ..base(HOUR, OfferKind::RentTime(Seconds::new(3_600)), "4") },
        base(USES, OfferKind::RentUnits { meter: MeterCode::uses(), units: 10, within: None }, "6"),
        base(EXPORTS, exports, "5"),
        base(GOOD, OfferKind::Purchase { updates: Updates::All }, "20"),
    ]
}

/// A scene with finch, who holds so many tokens.
pub(super) struct Shop {
    pub(super) scene: Scene,
}

impl Shop {
    pub(super) fn with(balance: &str) -> Self {
        let mut scene = Scene::new();
        for offer in offers() {
            scene.book.holdings.load_offer(OnOffer { offer, is_current: true });
        }
        scene.grant("finch", tokens(balance)).unwrap();
        Self { scene }
    }

    pub(super) fn ask(&mut self, command: LicenceCommand) -> Answer {
        self.scene.ask(user("finch").uuid(), Command::Licence(Box::new(command)))
    }

    pub(super) fn get(&mut self, what: u128, shown: &str) -> Answer {
        let how = if what == GOOD { How::Buy } else { How::Rent };
        let (buyer, listing) = (user("finch"), listing("program"));
        self.ask(LicenceCommand::Acquire { buyer, offer: offer(what), listing, shown: tokens(shown), how })
    }

    pub(super) fn licence(&mut self, what: u128, shown: &str) -> LicenceId {
        self.get(what, shown).unwrap().licence.unwrap()
    }

    pub(super) fn convert(&mut self, licence: LicenceId, shown: &str) -> Answer {
        let (by, offer) = (user("finch"), offer(GOOD));
        let listing = listing("program");
        self.ask(LicenceCommand::Convert { licence, by, offer, listing, shown: tokens(shown) })
    }

    pub(super) fn extend(&mut self, licence: LicenceId, what: u128, shown: &str) -> Answer {
        let (by, offer) = (user("finch"), offer(what));
        self.ask(LicenceCommand::Extend { licence, by, offer, shown: tokens(shown) })
    }

    pub(super) fn refund(&mut self, order: OrderId, by: Refunder) -> Answer {
        self.ask(LicenceCommand::Refund { order, by })
    }

    pub(super) fn consume(&mut self, licence: LicenceId, id: &str, units: u32) -> Answer {
        let by = Speaker::Owner(user("finch"));
        let id = ClientId::parse("consumeId", id).unwrap();
        self.ask(LicenceCommand::Consume { licence, by, meter: MeterCode::uses(), units, id })
    }

    pub(super) fn activate(&mut self, licence: LicenceId, device: &str) -> Answer {
        let (by, device) = (user("finch"), device_key(device));
        self.ask(LicenceCommand::Activate { licence, by, device, label: None })
    }

    pub(super) fn holding(&self, licence: LicenceId) -> &Holding {
        self.scene.book.holdings.get(licence).unwrap()
    }

    /// Granted, consumed, reserved.
    pub(super) fn uses(&self, licence: LicenceId) -> (u32, u32, u32) {
        let meter = self.holding(licence).licence.meter(&MeterCode::uses()).unwrap();
        (meter.granted(), meter.consumed(), meter.reserved())
    }

    pub(super) fn verdict(&self, licence: LicenceId) -> Verdict {
        self.holding(licence).licence.verdict(self.scene.now)
    }

    pub(super) fn pass(&mut self, seconds: u32) {
        self.scene.now = self.scene.now.after(Seconds::new(seconds));
    }

    pub(super) fn clean(&self) -> Totals {
        self.scene.audit().unwrap()
    }
}

pub(super) fn device_key(name: &str) -> DeviceKey {
    DeviceKey::new(format!("k4.pid.{name}"), format!("k4.public.{name}"))
}

/// "left 3", "left 3 again", or the refusal with its verdict.
pub(super) fn heard(answer: &Answer) -> String {
    match answer {
        Ok(outcome) => match outcome.counted {
            Some(Counted { left, is_repeated }) => {
                let left = left.map_or("-".to_owned(), |left| left.to_string());
                format!("left {left}{}", if is_repeated { " again" } else { "" })
            }
            None => "done".to_owned(),
        },
        Err(Refusal::Denied { verdict }) => verdict.code().to_owned(),
        Err(_) => told(answer),
    }
}

#[test]
fn a_name_is_one_consumption() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(USES, "6");
    for (id, units, expected) in [
        ("a", 3, "left 7"),
        ("a", 3, "left 7 again"),
        ("a", 4, "ID_REUSED"),
        ("b", 0, "INVALID_INPUT units"),
        ("b", 1_000_001, "INVALID_INPUT units"),
        ("b", 8, "USES_EXHAUSTED"),
        ("b", 7, "left 0"),
        ("a", 3, "left 7 again"),
        ("c", 1, "USES_EXHAUSTED"),
    ] {
        assert_eq!(heard(&shop.consume(licence, id, units)), expected, "{id} {units}");
    }
    assert_eq!(shop.uses(licence), (10, 10, 0));
    assert_eq!(shop.verdict(licence), Verdict::UsesExhausted);
    shop.clean();
}

#[test]
fn a_rental_by_time_counts_nothing_and_ends_to_the_millisecond() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(HOUR, "4");
    assert_eq!(heard(&shop.consume(licence, "a", 3)), "left -");
    let begun = shop.scene.now;
    for (millis, id, expected) in
        [(3_599_999, "b", "left -"), (3_600_000, "c", "EXPIRED"), (3_600_001, "c", "EXPIRED")]
    {
        shop.scene.now = Timestamp::from_millis(begun.millis() + millis);
        assert_eq!(heard(&shop.consume(licence, id, 1)), expected, "{millis}");
    }
    assert_eq!(heard(&shop.consume(licence, "b", 1)), "left - again", "it was told before");
}

#[test]
fn tasks_are_begun_and_ended_once() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(EXPORTS, "5");
    let meter = MeterCode::parse("export-pdf").unwrap();
    let name = |id: &str| ClientId::parse("taskId", id).unwrap();
    let owner = || Speaker::Owner(user("finch"));
    let begin = |units, id| LicenceCommand::Begin {
        licence,
        by: owner(),
        meter: meter.clone(),
        units,
        task: name(id),
        lasts: Seconds::new(60),
    };
    let end = |by, id, is_done| LicenceCommand::End { licence, by, task: name(id), is_done };
    for (seconds, ask, expected) in [
        (0, begin(3, "a"), "left 2"),
        (0, begin(3, "a"), "left 2 again"),
        (0, begin(2, "a"), "ID_REUSED"),
        (0, begin(3, "b"), "USES_EXHAUSTED"),
        (0, begin(2, "b"), "left 0"),
        (1, end(Some(owner()), "a", true), "left 0"),
        (0, end(Some(owner()), "a", true), "left 0 again"),
        (0, end(Some(owner()), "a", false), "WRONG_STATE"),
        (0, end(Some(owner()), "b", false), "left 2"),
        (0, end(Some(owner()), "b", true), "WRONG_STATE"),
        (0, end(Some(owner()), "x", true), "NOT_FOUND task"),
        (0, begin(1, "c"), "left 1"),
        (0, end(None, "c", false), "WRONG_STATE"),
        (60, end(Some(owner()), "c", true), "EXPIRED"),
        (0, end(None, "c", false), "left 2"),
        (0, end(None, "c", false), "left 2 again"),
        (0, end(Some(owner()), "c", true), "EXPIRED"),
        (86_400, begin(1, "d"), "EXPIRED"),
    ] {
        shop.pass(seconds);
        assert_eq!(heard(&shop.ask(ask.clone())), expected, "{ask:?}");
    }
    shop.clean();
}

#[test]
fn a_task_that_began_in_time_may_end_after_it() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(EXPORTS, "5");
    shop.pass(86_399);
    let (by, task) = (Speaker::Owner(user("finch")), ClientId::parse("taskId", "a").unwrap());
    let meter = MeterCode::parse("export-pdf").unwrap();
    let lasts = Seconds::new(60);
    let begun = LicenceCommand::Begin { licence, by: by.clone(), meter, units: 1, task: task.clone(), lasts };
    shop.ask(begun).unwrap();
    shop.pass(30);
    assert_eq!(shop.verdict(licence), Verdict::Expired);
    let ended = shop.ask(LicenceCommand::End { licence, by: Some(by), task, is_done: true });
    assert_eq!(heard(&ended), "left 4");
}

#[test]
fn a_licence_is_active_on_so_many_devices() {
    let mut shop = Shop::with("100");
    let licence = shop.licence(USES, "6");
    for (device, expected) in [("a", "done"), ("a", "done"), ("b", "done"), ("c", "DEVICE_LIMIT")] {
        assert_eq!(heard(&shop.activate(licence, device)), expected, "{device}");
    }
    let away = |by, kid: &str| LicenceCommand::Deactivate { licence, by, kid: format!("k4.pid.{kid}") };
    let owner = || Speaker::Owner(user("finch"));
    let device = |name: &str| Speaker::Device(device_key(name));
    assert_eq!(heard(&shop.ask(away(device("a"), "b"))), "NOT_FOUND device");
    assert_eq!(heard(&shop.ask(away(device("c"), "c"))), "DEVICE_NOT_ACTIVATED");
    assert_eq!(heard(&shop.ask(away(Speaker::Owner(user("wren")), "a"))), "NOT_FOUND licence");
    for round in 0..3 {
        assert_eq!(heard(&shop.ask(away(owner(), "a"))), "done", "{round}");
        assert_eq!(heard(&shop.activate(licence, "a")), "done", "{round}");
    }
    assert_eq!(heard(&shop.ask(away(owner(), "a"))), "TOO_MANY");
    assert_eq!(heard(&shop.ask(away(device("a"), "a"))), "done", "a device may always go");
    shop.activate(licence, "a").unwrap();
    shop.pass(30 * 86_400);
    assert_eq!(heard(&shop.ask(away(owner(), "a"))), "done", "a month later");
}
