//! Steps about software: what they are, how they are drawn, and how the real
//! store is asked.

use domain::access::Actor;
use domain::id::{LicenceId, OfferId};
use domain::licence::device::DeviceKey;
use domain::licence::meter::MeterCode;
use domain::licence::offer::{OfferKind, Updates};
use domain::listing::ListingKind;
use domain::time::Seconds;
use domain::tokens::BasisPoints;
use store::Done;
use store::listings::NewListing;
use store::offers::NewOffer;
use tests::people::FURNITURE;
use uuid::Uuid;

use super::counting::{Taken, report};
use super::drive::{Made, Real, units};
use super::licences::{DEVICES, Licence, Offer};
use super::model::{Model, STAFF};
use super::step::{Number, Step, Steps};

/// What every program is offered for: price in units, time in seconds, units
/// of a meter, hundredths of a percent of the rent that count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) price: i64,
    pub(super) seconds: Option<i64>,
    pub(super) units: Option<(&'static str, u32)>,
    pub(super) credit: Option<i64>,
    pub(super) is_extendable: bool,
}

impl Terms {
    pub(super) const fn is_for_good(&self) -> bool {
        self.seconds.is_none() && self.units.is_none()
    }
}

const USE: &str = "use";
const EXPORT: &str = "export-pdf";

/// The offers of every program.
pub(super) const OFFERS: [Terms; 5] = [
    Terms { price: 10_000, seconds: Some(86_400), units: None, credit: Some(5_000), is_extendable: true },
    Terms { price: 20_000, seconds: None, units: Some((USE, 10)), credit: Some(3_333), is_extendable: true },
    Terms {
        price: 30_000,
        seconds: Some(172_800),
        units: Some((EXPORT, 5)),
        credit: None,
        is_extendable: false,
    },
    Terms { price: 60_000, seconds: None, units: None, credit: None, is_extendable: true },
    Terms { price: 10_000, seconds: None, units: Some((USE, 2)), credit: None, is_extendable: true },
];

/// A step about software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Soft {
    Publish { by: Number },
    Acquire { by: Number, offer: Offer, buys: bool, is_price_right: bool, key: String },
    Extend { by: Number, licence: Number, offer: Offer, is_price_right: bool, key: String },
    Convert { by: Number, licence: Number, offer: Offer, is_price_right: bool, key: String },
    Refund { by: Number, order: Number },
    Look { by: Number, licence: Number },
    Count(Counting),
}

/// Who speaks for a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    User(Number),
    Device(u32),
}

/// Something that is counted of a licence. Names are the client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counting {
    pub(super) by: Speaker,
    pub(super) licence: Number,
    pub(super) ask: Ask,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Activate {
        device: u32,
    },
    Deactivate,
    Consume {
        meter: &'static str,
        units: u32,
        name: u32,
    },
    Begin {
        meter: &'static str,
        units: u32,
        name: u32,
        lasts: i64,
    },
    End {
        name: u32,
        is_done: bool,
    },
    Take {
        meter: &'static str,
        units: u32,
        name: u32,
    },
    /// The journal's lines: names of single units, and "seal" at the end.
    Settle {
        name: u32,
        taken: Taken,
        lines: Vec<String>,
    },
    EndDue,
}

impl Soft {
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Acquire { by, key, .. } | Self::Extend { by, key, .. } | Self::Convert { by, key, .. } => {
                Some((*by, key))
            }
            _ => None,
        }
    }

    /// Whether the price that the asker names is the right one.
    pub(super) fn is_price_right(&self) -> bool {
        match self {
            Self::Acquire { is_price_right, .. }
            | Self::Extend { is_price_right, .. }
            | Self::Convert { is_price_right, .. } => *is_price_right,
            _ => true,
        }
    }

    /// As its key remembers it.
    pub(super) fn as_asked(&mut self, model: &Model) {
        let licences = model.licences.len();
        match self {
            Self::Extend { licence, offer, is_price_right, .. } => {
                *is_price_right = true;
                if *licence >= licences {
                    *licence = Number::MAX;
                }
                if !model.is_offer(*offer) {
                    *offer = Offer { program: Number::MAX, place: usize::MAX };
                }
            }
            Self::Convert { licence, is_price_right, .. } => {
                *is_price_right = true;
                if *licence >= licences {
                    *licence = Number::MAX;
                }
            }
            Self::Acquire { is_price_right, .. } => *is_price_right = true,
            _ => {}
        }
    }

    /// Whether it asks the writer straight, of something that is there.
    pub(super) fn is_for_together(&self, model: &Model) -> bool {
        match self {
            Self::Refund { order, .. } => *order < model.orders.len(),
            // What is due is looked up first.
            Self::Count(Counting { ask: Ask::EndDue, .. }) => false,
            Self::Count(Counting { licence, .. }) => *licence < model.licences.len(),
            _ => false,
        }
    }
}

impl Model {
    pub(super) fn is_offer(&self, offer: Offer) -> bool {
        offer.program < self.programs.len() && offer.place < OFFERS.len()
    }
}

impl Steps {
    pub(super) fn soft_step(&mut self, model: &Model, by: Number) -> Step {
        Step::Soft(self.soft(model, by))
    }

    fn soft(&mut self, model: &Model, by: Number) -> Soft {
        if model.programs.len() < 2 {
            return Soft::Publish { by };
        }
        let draw = self.chance.below(100);
        if model.licences.is_empty() || draw < 16 {
            let offer = self.offer(model);
            let is_right = self.chance.is_within_percent(92);
            let buys = OFFERS.get(offer.place).is_some_and(Terms::is_for_good) == is_right;
            let is_price_right = !self.chance.is_within_percent(8);
            return Soft::Acquire { by, offer, buys, is_price_right, key: self.key() };
        }
        let licence = self.useful(model);
        let found = model.licences.get(licence);
        let by = self.mostly(found.map(|found| found.user), by);
        match draw {
            16..24 => {
                let offer = self.fitting(model, found);
                let is_price_right = !self.chance.is_within_percent(8);
                Soft::Extend { by, licence, offer, is_price_right, key: self.key() }
            }
            24..30 => {
                let program = found.map_or(0, |found| found.program);
                let good = Offer { program, place: 3 };
                let offer = if self.chance.is_within_percent(80) { good } else { self.offer(model) };
                let is_price_right = !self.chance.is_within_percent(8);
                Soft::Convert { by, licence, offer, is_price_right, key: self.key() }
            }
            30..36 => {
                let orders: Vec<Number> =
                    model.licences.iter().flat_map(|it| it.grants.iter().map(|grant| grant.order)).collect();
                let any = self.one_of(model.orders.len());
                let order = if self.chance.is_within_percent(80) { *self.chance.pick(&orders) } else { any };
                let seller = model.orders.get(order).map(|order| order.seller);
                let staff = self.chance.below(STAFF);
                let by = if self.chance.is_within_percent(50) { seller.unwrap_or(by) } else { staff };
                Soft::Refund { by: self.mostly(Some(by), by), order }
            }
            36..42 => Soft::Look { by, licence },
            _ => self.counting(model, by, licence),
        }
    }

    fn offer(&mut self, model: &Model) -> Offer {
        let place = *self.chance.pick(&[0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 5]);
        Offer { program: self.chance.below(model.programs.len()), place }
    }

    /// An offer by which a licence may grow, or, now and then, any.
    fn fitting(&mut self, model: &Model, found: Option<&Licence>) -> Offer {
        let same = found.filter(|_| self.chance.is_within_percent(75)).map(|found| {
            let place = if found.meters.contains_key(USE) { 1 } else { 0 };
            Offer { program: found.program, place }
        });
        same.unwrap_or_else(|| self.offer(model))
    }

    /// A licence of which something is left, or, now and then, any.
    fn useful(&mut self, model: &Model) -> Number {
        let has_left = |place: &Number| model.licences[*place].meters.values().any(|count| count.left() > 0);
        let good: Vec<Number> = (0..model.licences.len()).filter(has_left).collect();
        match good.is_empty() || self.chance.is_within_percent(30) {
            true => self.one_of(model.licences.len()),
            false => *self.chance.pick(&good),
        }
    }

    fn counting(&mut self, model: &Model, by: Number, licence: Number) -> Soft {
        let due = |it: &Licence| it.has_due(model.now);
        if model.licences.iter().any(due) && self.chance.is_within_percent(20) {
            return Soft::Count(Counting { by: Speaker::User(by), licence, ask: Ask::EndDue });
        }
        let found = model.licences.get(licence);
        let device = u32::try_from(self.chance.below(DEVICES + 1)).unwrap();
        let known = found.and_then(|found| found.devices.keys().next().copied());
        if known.is_none() && self.chance.is_within_percent(40) {
            return Soft::Count(Counting { by: Speaker::User(by), licence, ask: Ask::Activate { device } });
        }
        let device = known.filter(|_| self.chance.is_within_percent(85)).unwrap_or(device);
        let user =
            if self.chance.is_within_percent(70) { Speaker::User(by) } else { Speaker::Device(device) };
        let first = found.and_then(|found| found.meters.keys().next().copied()).unwrap_or(USE);
        let meter = if self.chance.is_within_percent(93) { first } else { EXPORT };
        let name = u32::try_from(self.chance.below(9)).unwrap();
        let units = *self.chance.pick(&[0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 9]);
        let leases = found.map(|it| it.leases.iter().collect::<Vec<_>>()).unwrap_or_default();
        let has_tasks = found.is_some_and(|it| !it.tasks.is_empty());
        let (by, ask) = match self.chance.below(100) {
            0..5 => (Speaker::User(by), Ask::Activate { device }),
            5..8 => (Speaker::Device(device), Ask::Deactivate),
            8..26 => (user, Ask::Consume { meter, units, name }),
            26..44 => {
                let lasts = *self.chance.pick(&[0, 1, 60, 3_600, 3_600, 86_400, 604_801]);
                (user, Ask::Begin { meter, units, name, lasts })
            }
            44..60 if has_tasks => {
                let open = found.and_then(|it| it.tasks.iter().find(|(_, task)| task.state == 1));
                let name = open.map_or(name, |(name, _)| *name);
                (user, Ask::End { name, is_done: self.chance.is_within_percent(65) })
            }
            78..97 if !leases.is_empty() => {
                let (name, taken) = match self.chance.is_within_percent(4) {
                    true => (name, Taken { device, meter, units: 3, settle_by: 0 }),
                    false => {
                        let (name, lease) = *self.chance.pick(&leases);
                        (*name, lease.taken)
                    }
                };
                let lines = self.journal(taken);
                (self.either(user, Speaker::Device(taken.device)), Ask::Settle { name, taken, lines })
            }
            97..100 => (user, Ask::EndDue),
            _ => (Speaker::Device(device), Ask::Take { meter, units, name }),
        };
        Soft::Count(Counting { by, licence, ask })
    }

    fn either(&mut self, one: Speaker, other: Speaker) -> Speaker {
        if self.chance.is_within_percent(30) { one } else { other }
    }

    /// What a device may tell of a lease: mostly so much as was told before or
    /// more of it, now and then of a copy that went another way.
    fn journal(&mut self, taken: Taken) -> Vec<String> {
        let way = if self.chance.is_within_percent(15) { "copy" } else { "line" };
        let most = usize::try_from(taken.units).unwrap() + 2;
        let count = self.chance.below(most);
        let mut lines: Vec<String> = (0..count).map(|number| format!("{way}-{number}")).collect();
        if self.chance.is_within_percent(45) {
            lines.push("seal".to_owned());
        }
        lines
    }
}

/// A device; nobody checks its key here.
pub(super) fn device(number: u32) -> DeviceKey {
    DeviceKey::new(format!("k4.pid.{number}"), format!("k4.public.{number}"))
}

impl Real {
    fn offer(&self, offer: Offer) -> OfferId {
        let known = self.offers.get(offer.program).and_then(|offers| offers.get(offer.place));
        known.copied().unwrap_or(OfferId::new(Uuid::max()))
    }

    pub(super) fn licence(&self, number: Number) -> LicenceId {
        self.licences.get(number).copied().unwrap_or(LicenceId::new(Uuid::max()))
    }

    pub(super) fn told_licence(&mut self, licence: LicenceId) -> Number {
        if !self.licences.contains(&licence) {
            self.licences.push(licence);
        }
        self.licences.iter().position(|known| *known == licence).expect("it was just put there")
    }

    /// What cannot be asked together with other steps.
    pub(super) async fn sell(&mut self, step: &Soft, shown: i64) -> Done<String> {
        let store = self.market.store.clone();
        let view = match step {
            Soft::Publish { by } => return self.publish(*by).await,
            Soft::Acquire { by, offer, buys, key, .. } => {
                let (actor, offer) = (self.actor(*by), self.offer(*offer));
                match buys {
                    true => store.buy_offer(&actor, offer, units(shown), key).await?.0,
                    false => store.rent(&actor, offer, units(shown), key).await?,
                }
            }
            Soft::Extend { by, licence, offer, key, .. } => {
                let (actor, licence) = (self.actor(*by), self.licence(*licence));
                store.extend_licence(&actor, licence, (self.offer(*offer), units(shown)), key).await?
            }
            Soft::Convert { by, licence, offer, key, .. } => {
                let (actor, licence) = (self.actor(*by), self.licence(*licence));
                store.convert_licence(&actor, licence, (self.offer(*offer), units(shown)), key).await?
            }
            Soft::Look { by, licence } => {
                let view = store.licence(&self.actor(*by), None, self.licence(*licence)).await?;
                let verdict = view.verdict(self.market.world.now()).code();
                let end = view.holding.licence.term().and_then(|term| term.ends);
                let end = end.map_or("-".to_owned(), |end| end.millis().to_string());
                return Ok(format!("licence {licence} {verdict} {end}"));
            }
            other => panic!("{other:?} is asked like what moves tokens at once"),
        };
        for order in view.holding.acquired.iter().map(|acquired| acquired.order) {
            let _told = self.told_orders(vec![order]);
        }
        Ok(format!("licence {}", self.told_licence(view.id())))
    }

    async fn publish(&mut self, by: Number) -> Done<String> {
        let store = self.market.store.clone();
        let actor = self.actor(by);
        let number = self.offers.len();
        let new = NewListing {
            title: format!("Program {number}"),
            description: String::new(),
            category: FURNITURE,
            kind: ListingKind::Software,
            price: units(10_000),
            quantity: None,
            condition: None,
            tags: vec![],
            images: vec![],
            publish: false,
        };
        let listing = store.list_item(&actor, new).await?.id;
        let wanted = OFFERS.iter().map(new_offer).collect();
        let offers = store.set_offers(&actor, listing, wanted).await?;
        self.offers.push(offers.iter().map(|offer| offer.id).collect());
        // Releases are others' business: these rows are what they come to.
        let direct = self.market.base.connect().await;
        let is_it = format!("WHERE kind = 4 AND title = 'Program {number}'");
        for sql in [
            format!(
                "INSERT INTO products (listing_id, publisher_id, slug, created_at) \
                 SELECT id, seller_id, 'program-{number}', 0 FROM listings {is_it}"
            ),
            format!(
                "INSERT INTO releases (id, listing_id, version, channel, notes, rules, state, created_at, \
                 published_at, seq, kid, manifest, signed_at, expires_at) SELECT id, id, '1.2.0', 'stable', \
                 '', '', 2, 0, 0, 1, 'k', 'm', 0, 1 FROM listings {is_it}"
            ),
        ] {
            direct.must(&sql).await;
        }
        store.publish_listing(&actor, listing).await?;
        Ok(format!("program {number}"))
    }

    pub(super) async fn ask_soft(&self, step: &Soft) -> Done<Made> {
        let store = &self.market.store;
        let Counting { by, licence, ask } = match step {
            Soft::Refund { by, order } => {
                let licence = store.refund_grant(&self.actor(*by), self.order(*order)).await?;
                return Ok(Made::Back(licence));
            }
            Soft::Count(counting) => counting,
            other => panic!("{other:?} is asked alone"),
        };
        let (actor, key) = match by {
            Speaker::User(user) => (self.actor(*user), None),
            Speaker::Device(number) => (Actor::Visitor(None), Some(device(*number))),
        };
        let (number, id) = (licence, self.licence(*licence));
        let left = |left: Option<u32>| left.map_or("-".to_owned(), |left| left.to_string());
        Ok(Made::Told(match ask {
            Ask::Activate { device: other } => {
                store.activate_device(&actor, Some(&device(*other)), id, None).await?;
                format!("licence {number}")
            }
            Ask::Deactivate => {
                let kid = key.as_ref().map(|key| key.kid().to_owned()).unwrap_or_default();
                store.deactivate_device(&actor, key.as_ref(), id, &kid).await?;
                format!("licence {number}")
            }
            Ask::Consume { meter, units, name } => {
                let name = format!("use-{name}");
                let told = store.consume(&actor, key.as_ref(), id, (meter, *units, &name)).await?;
                format!("used {}", left(told.left))
            }
            Ask::Begin { meter, units, name, lasts } => {
                let lasts = Some(Seconds::new(u32::try_from(*lasts).unwrap()));
                let name = format!("task-{name}");
                let told = store.begin_task(&actor, key.as_ref(), id, (meter, *units, &name), lasts).await?;
                format!("task {}", left(told.1.left))
            }
            Ask::End { name, is_done } => {
                let name = format!("task-{name}");
                let told = store.end_task(&actor, key.as_ref(), id, &name, *is_done).await?;
                format!("task {}", left(told.1.left))
            }
            Ask::Take { meter, units, name } => {
                let name = format!("lease-{name}");
                let told = store.lease_units(&actor, key.as_ref(), id, (meter, *units, &name)).await?;
                format!("lease {}", left(told.1.left))
            }
            Ask::Settle { name, taken, lines } => {
                let report = report(id, *name, *taken, lines);
                let name = format!("lease-{name}");
                let told = store.settle_lease(&actor, key.as_ref(), id, &name, &report).await?;
                format!("lease {}", left(told.1.left))
            }
            Ask::EndDue => format!("due {}", store.end_due(&Actor::System, 1_000).await?),
        }))
    }
}

fn new_offer(terms: &Terms) -> NewOffer {
    let length = terms.seconds.map(|seconds| Seconds::new(u32::try_from(seconds).unwrap()));
    let kind = match (terms.units, length) {
        (Some((meter, units)), within) => {
            OfferKind::RentUnits { meter: MeterCode::parse(meter).unwrap(), units, within }
        }
        (None, Some(length)) => OfferKind::RentTime(length),
        (None, None) => OfferKind::Purchase { updates: Updates::All },
    };
    NewOffer {
        kind,
        price: units(terms.price),
        devices_max: u16::try_from(DEVICES).unwrap(),
        is_extendable: terms.is_extendable,
        credit: terms.credit.and_then(|points| BasisPoints::new(u16::try_from(points).unwrap())),
    }
}
