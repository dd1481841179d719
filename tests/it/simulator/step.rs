//! What may happen in a step, and how steps are drawn: about half of them
//! cannot succeed, some repeat an earlier one, some take its key for
//! something else.

use domain::listing::ListingKind;
use tests::chance::Chance;

use super::cards::Card;
use super::desk::Desk;
use super::model::Model;
use super::redeeming::Redeem;
use super::software::Soft;
use super::vouchers::Slip;

/// Somebody, something or a pending gift by its number in the order in which
/// they came to be. One past the end stands for one that does not exist.
pub(super) type Number = usize;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Open { handle: String },
    Grant { by: Number, to: String, units: i64, key: String },
    List { by: Number, kind: ListingKind, tokens: i64, quantity: Option<u32>, publish: bool },
    Reprice { by: Number, listing: Number, tokens: i64 },
    Withdraw { by: Number, listing: Number },
    AddToCart { by: Number, listing: Number, quantity: u32 },
    Checkout { by: Number, is_total_right: bool, key: String },
    Buy { by: Number, listing: Number, quantity: u32, is_price_right: bool, key: String },
    Confirm { by: Number, order: Number },
    Cancel { by: Number, order: Number },
    Give { by: Number, to: String, units: i64, key: String },
    MakeLink { by: Number, units: i64, key: String },
    Claim { by: Number, gift: Number, key: String },
    TakeBack { by: Number, gift: Number },
    SetFees { by: Number, fees: Fees },
    ReleaseDue,
    ReturnDue,
    Card(Card),
    Desk(Desk),
    Slip(Slip),
    Redeem(Redeem),
    Soft(Soft),
}

/// The vendor's cut in the simulation: one for a seller, one for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    pub(super) seller: Number,
    pub(super) sellers_points: u16,
    pub(super) sellers_fixed_units: i64,
    pub(super) points: u16,
    pub(super) least_units: i64,
}

/// A step and how much time passes before it.
#[derive(Clone, Debug)]
pub(super) struct Timed {
    pub(super) millis: i64,
    pub(super) step: Step,
}

/// The names that accounts are opened under; there are fewer than tries.
const HANDLES: [&str; 7] = ["wren", "finch", "robin", "heron", "crane", "swift", "plover"];

/// How many of a hundred steps are about redemptions, how many of the others
/// about software, and how many of the rest about the desk: each seed has much
/// to do with one of them, or with none. And before how many some days pass, and
/// how many days.
#[derive(Clone, Copy, Debug)]
struct Mix {
    redeem: usize,
    soft: usize,
    desk: usize,
    days: usize,
    leap_days: i64,
}

/// Draws steps.
pub(super) struct Steps {
    pub(super) chance: Chance,
    mix: Mix,
    keyed: Vec<Step>,
    keys: u32,
    payments: u32,
}

impl Steps {
    /// The steps of `seed`, in one of the mixes.
    pub(super) const fn new(seed: u64) -> Self {
        let mix = match seed % 4 {
            0 => Mix { redeem: 2, soft: 65, desk: 10, days: 3, leap_days: 1 },
            1 => Mix { redeem: 78, soft: 20, desk: 10, days: 12, leap_days: 1 },
            2 => Mix { redeem: 2, soft: 10, desk: 20, days: 3, leap_days: 1 },
            _ => Mix { redeem: 2, soft: 3, desk: 50, days: 12, leap_days: 7 },
        };
        Self { chance: Chance::new(seed), mix, keyed: Vec::new(), keys: 0, payments: 0 }
    }

    /// The next step.
    pub(super) fn next(&mut self, model: &Model) -> Timed {
        let millis = match self.chance.below(40) {
            0 => 15 * 86_400_000,
            1 => 31 * 86_400_000,
            _ if self.chance.is_within_percent(self.mix.days) => self.mix.leap_days * 86_400_000,
            // At least one: identities then come in the order of the steps.
            _ => 1 + i64::try_from(self.chance.below(5_000)).expect("a small number fits"),
        };
        let step = match self.chance.below(100) {
            0..8 if !self.keyed.is_empty() => self.chance.pick(&self.keyed).clone(),
            _ => self.fresh(model),
        };
        if step.key().is_some() {
            self.keyed.push(step.clone());
        }
        Timed { millis, step }
    }

    fn fresh(&mut self, model: &Model) -> Step {
        if model.users.len() < 5 {
            return Step::Open { handle: self.handle() };
        }
        let by = self.user(model);
        if self.chance.is_within_percent(self.mix.redeem) {
            return self.redeem_step(model, by);
        }
        if self.chance.is_within_percent(self.mix.soft) {
            return self.soft_step(model, by);
        }
        if self.chance.is_within_percent(self.mix.desk) {
            return self.desk_step(model, by);
        }
        match self.chance.below(100) {
            0..33 => self.card_step(model, by),
            33..42 => self.slip_step(model, by),
            _ => self.trade_step(model, by),
        }
    }

    fn trade_step(&mut self, model: &Model, by: Number) -> Step {
        match self.chance.below(100) {
            0..3 => Step::Open { handle: self.handle() },
            3..11 => self.grant(model),
            11..22 => self.list(by),
            22..26 => {
                let listing = self.one_of(model.listings.len());
                let by = self.mostly(model.listings.get(listing).map(|found| found.seller), by);
                Step::Reprice { by, listing, tokens: self.price() }
            }
            26..28 => {
                let listing = self.one_of(model.listings.len());
                let by = self.mostly(model.listings.get(listing).map(|found| found.seller), by);
                Step::Withdraw { by, listing }
            }
            28..38 => Step::AddToCart { by, listing: self.wanted(model, by), quantity: self.quantity() },
            38..43 => {
                let with_cart = model.carts.keys().min().copied();
                let is_total_right = !self.chance.is_within_percent(15);
                Step::Checkout { by: self.mostly(with_cart, by), is_total_right, key: self.key() }
            }
            43..60 => {
                let (listing, quantity) = (self.wanted(model, by), self.quantity());
                let is_price_right = !self.chance.is_within_percent(8);
                Step::Buy { by, listing, quantity, is_price_right, key: self.key() }
            }
            60..68 => {
                let order = self.one_of(model.orders.len());
                Step::Confirm { by: self.mostly(model.orders.get(order).map(|found| found.buyer), by), order }
            }
            68..73 => {
                let order = self.one_of(model.orders.len());
                Step::Cancel { by: self.mostly(model.orders.get(order).map(|found| found.seller), by), order }
            }
            73..80 => Step::Give { by, to: self.recipient(model), units: self.units(), key: self.key() },
            80..86 => Step::MakeLink { by, units: self.units(), key: self.key() },
            86..91 => Step::Claim { by, gift: self.waiting(model), key: self.key() },
            91..94 => {
                let gift = self.one_of(model.gifts.len());
                Step::TakeBack { by: self.mostly(model.gifts.get(gift).map(|found| found.giver), by), gift }
            }
            94..96 => self.set_fees(model),
            96..98 => Step::ReleaseDue,
            _ => Step::ReturnDue,
        }
    }

    fn user(&mut self, model: &Model) -> Number {
        self.chance.below(model.users.len())
    }

    /// One that exists, or, now and then, one that does not.
    pub(super) fn one_of(&mut self, count: usize) -> Number {
        // Recent ones more often: something is still to be done with them.
        let recent = count.saturating_sub(1 + self.chance.below(6.min(count.max(1))));
        match self.chance.below(20) {
            0 => count,
            1..8 => self.chance.below(count.max(1)),
            _ => recent,
        }
    }

    /// Who may do it, or, now and then, anybody.
    pub(super) fn mostly(&mut self, who: Option<Number>, otherwise: Number) -> Number {
        who.filter(|_| self.chance.is_within_percent(80)).unwrap_or(otherwise)
    }

    /// A listing that can be bought, or, now and then, any.
    pub(super) fn wanted(&mut self, model: &Model, by: Number) -> Number {
        let is_good = |place: &Number| {
            let found = &model.listings[*place];
            found.state == 2 && found.seller != by && found.left != Some(0) && found.price < 1_000_000
        };
        let good: Vec<Number> = (0..model.listings.len()).filter(is_good).collect();
        match good.is_empty() || self.chance.is_within_percent(25) {
            true => self.one_of(model.listings.len()),
            false => *self.chance.pick(&good),
        }
    }

    /// A gift that waits to be claimed, or, now and then, any.
    fn waiting(&mut self, model: &Model) -> Number {
        let good: Vec<Number> =
            (0..model.gifts.len()).filter(|place| model.gifts[*place].state == 2).collect();
        match good.is_empty() || self.chance.is_within_percent(30) {
            true => self.one_of(model.gifts.len()),
            false => *self.chance.pick(&good),
        }
    }

    fn handle(&mut self) -> String {
        (*self.chance.pick(&HANDLES)).to_owned()
    }

    pub(super) fn recipient(&mut self, model: &Model) -> String {
        match self.chance.below(16) {
            0 => "nobody".to_owned(),
            1 => "no handle!".to_owned(),
            _ => self.chance.pick(&model.users).handle.clone(),
        }
    }

    pub(super) fn units(&mut self) -> i64 {
        *self.chance.pick(&[
            0,
            1,
            9_999,
            10_000,
            25_000,
            40_000,
            123_456,
            300_000,
            1_000_000,
            10_000_000_000_001,
        ])
    }

    fn price(&mut self) -> i64 {
        *self.chance.pick(&[0, 1, 2, 3, 3, 5, 5, 7, 10, 20, 45, 99, 1_000_000_000])
    }

    pub(super) fn quantity(&mut self) -> u32 {
        *self.chance.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 5, 1_000_001])
    }

    /// A fresh key, or one that was used for something else.
    pub(super) fn key(&mut self) -> String {
        if self.chance.is_within_percent(6) && self.keys > 0 {
            let number = self.chance.below(usize::try_from(self.keys).unwrap_or(1));
            return format!("key-{number}");
        }
        self.keys += 1;
        format!("key-{}", self.keys)
    }

    /// A fresh name of a payment, or one that came before.
    pub(super) fn payment_name(&mut self) -> u32 {
        if !self.chance.is_within_percent(10) {
            self.payments += 1;
        }
        self.payments
    }

    fn grant(&mut self, model: &Model) -> Step {
        // The first user is the vendor's staff; others try.
        let by = if self.chance.is_within_percent(85) { 0 } else { self.user(model) };
        Step::Grant { by, to: self.recipient(model), units: self.units(), key: self.key() }
    }

    fn list(&mut self, by: Number) -> Step {
        let (kind, quantity) = match self.chance.below(10) {
            0..5 => (ListingKind::Goods, Some(*self.chance.pick(&[0, 1, 2, 3, 8]))),
            5..8 => (ListingKind::File, None),
            8 => (ListingKind::Service, Some(3)),
            _ => (ListingKind::Service, None),
        };
        Step::List { by, kind, tokens: self.price(), quantity, publish: self.chance.is_within_percent(85) }
    }

    fn set_fees(&mut self, model: &Model) -> Step {
        let fees = Fees {
            seller: self.user(model),
            sellers_points: *self.chance.pick(&[0, 100, 10_000]),
            sellers_fixed_units: *self.chance.pick(&[0, 5_000]),
            points: *self.chance.pick(&[0, 1, 250, 500, 3_333, 10_000]),
            least_units: *self.chance.pick(&[0, 20_000]),
        };
        Step::SetFees { by: if self.chance.is_within_percent(80) { 0 } else { self.user(model) }, fees }
    }
}

impl Step {
    /// The key of a step that has one, and who asks.
    pub(super) fn key(&self) -> Option<(Number, &str)> {
        match self {
            Self::Grant { by, key, .. }
            | Self::Checkout { by, key, .. }
            | Self::Buy { by, key, .. }
            | Self::Give { by, key, .. }
            | Self::MakeLink { by, key, .. }
            | Self::Claim { by, key, .. }
            | Self::Card(Card::Ask { by, key, .. }) => Some((*by, key)),
            Self::Desk(step) => step.key(),
            Self::Slip(step) => step.key(),
            Self::Redeem(step) => step.key(),
            Self::Soft(step) => step.key(),
            _ => None,
        }
    }

    /// Whether the step only moves tokens, and names nothing that is still to
    /// be made: such steps may be asked together.
    pub(super) fn is_for_together(&self, model: &Model) -> bool {
        match self {
            Self::Grant { .. } | Self::Checkout { .. } | Self::Give { .. } | Self::MakeLink { .. } => true,
            Self::Buy { listing, .. } => *listing < model.listings.len(),
            Self::Confirm { order, .. } | Self::Cancel { order, .. } => *order < model.orders.len(),
            Self::Claim { gift, .. } | Self::TakeBack { gift, .. } => *gift < model.gifts.len(),
            Self::Card(Card::Refund { top_up, .. }) => *top_up < model.top_ups.len(),
            Self::Desk(step) => step.is_for_together(model),
            Self::Slip(step) => step.is_for_together(model),
            Self::Redeem(step) => step.is_for_together(model),
            Self::Soft(step) => step.is_for_together(model),
            _ => false,
        }
    }
}
