//! What somebody wanted to buy when tokens were missing: bought by itself once
//! the top-up by card is credited, once, at the price that was shown, and
//! under the same key as the buyer's own press of the button.

use domain::id::{OrderId, UserId};
use domain::text::IdempotencyKey;
use domain::topup::facts::Progress;
use domain::topup::{Intent as Asked, TopUpState};
use store::Done;
use store::orders::Side;
use store::page::Window;

use super::cards::{Card, Told, TopUp};
use super::drive::{Real, units};
use super::model::Model;
use super::step::{Number, Step, Steps};

/// What is wanted; `shown` is the price or total that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Checkout { shown: i64, key: String },
    Buy { listing: Number, quantity: u32, shown: i64, key: String },
}

impl Intent {
    /// As it is remembered: things that are not there are all named alike.
    pub(super) fn as_asked(&self, model: &Model) -> Self {
        let mut asked = self.clone();
        if let Self::Buy { listing, .. } = &mut asked
            && *listing >= model.listings.len()
        {
            *listing = Number::MAX;
        }
        asked
    }

    const fn shown(&self) -> i64 {
        match self {
            Self::Checkout { shown, .. } | Self::Buy { shown, .. } => *shown,
        }
    }

    /// The buyer's own press of the button, and what they name.
    pub(super) fn press(&self, by: Number) -> (Step, i64) {
        match self.clone() {
            Self::Checkout { shown, key } => (Step::Checkout { by, is_total_right: true, key }, shown),
            Self::Buy { listing, quantity, shown, key } => {
                (Step::Buy { by, listing, quantity, is_price_right: true, key }, shown)
            }
        }
    }
}

impl TopUp {
    /// Whether something still waits for its tokens.
    fn is_waited_for(&self) -> bool {
        self.intent.is_some() && self.intent_result.is_none() && self.state == TopUpState::Submitted
    }
}

impl Model {
    /// Buys what was wanted, if the tokens are there and nobody tried yet.
    pub(super) fn finish_intent(&mut self, place: Number) {
        let top_up = self.top_ups[place].clone();
        let Some(intent) = top_up.intent else { return };
        if top_up.state != TopUpState::Credited || top_up.intent_result.is_some() {
            let ran_out = matches!(top_up.state, TopUpState::Expired | TopUpState::Rejected);
            return self.saw_if(ran_out, "an intent that ran out");
        }
        let (step, shown) = intent.press(top_up.user);
        let was_pressed = step.key().is_some_and(|(by, key)| self.keys.contains_key(&(by, key.to_owned())));
        let answer = self.take(&step, shown);
        let result = match &answer {
            Ok(_) => "done",
            Err(no) => no.split(' ').next().expect("a refusal has a code"),
        };
        self.saw_if(was_pressed && answer.is_ok(), "an intent: done before by hand");
        self.saw_if(
            !was_pressed && matches!(step, Step::Checkout { .. }) && answer.is_ok(),
            "an intent: a cart",
        );
        self.saw_if(true, &format!("an intent: {result}"));
        self.top_ups[place].intent_result = Some(result.to_owned());
    }
}

impl Steps {
    /// Somebody asks for tokens by card, mostly for something.
    pub(super) fn ask_by_card(&mut self, model: &Model, by: Number) -> Step {
        let is_whole = |by: &&Number| model.cart_is_whole(**by);
        let with_cart = model.carts.keys().filter(is_whole).min().copied();
        let by = with_cart.filter(|_| self.chance.is_within_percent(40)).unwrap_or(by);
        let intent = self.intent(model, by);
        Step::Card(Card::Ask { by, wanted: self.wanted_tokens(), intent, key: self.key() })
    }

    fn intent(&mut self, model: &Model, by: Number) -> Option<Intent> {
        let draw = self.chance.below(100);
        let wrong = if self.chance.is_within_percent(8) { 10_000 } else { 0 };
        match draw {
            0..35 => None,
            35..80 if model.carts.contains_key(&by) => {
                Some(Intent::Checkout { shown: model.cart_total(by) + wrong, key: self.key() })
            }
            _ => {
                let listing = self.wanted(model, by);
                let quantity = if self.chance.is_within_percent(75) { 1 } else { self.quantity() };
                if listing >= model.listings.len() && self.chance.is_within_percent(70) {
                    return None;
                }
                let shown = model.listings.get(listing).map_or(10_000, |found| found.price) + wrong;
                Some(Intent::Buy { listing, quantity, shown, key: self.key() })
            }
        }
    }

    /// What may happen to something that waits for its tokens, if there is.
    pub(super) fn goes_on_with_intent(&mut self, model: &Model) -> Option<Step> {
        let waits = |place: &Number| model.top_ups[*place].is_waited_for();
        let waiting: Vec<Number> = (0..model.top_ups.len()).filter(waits).collect();
        if waiting.is_empty() || !self.chance.is_within_percent(40) {
            return None;
        }
        let top_up = *self.chance.pick(&waiting);
        let found = &model.top_ups[top_up];
        let intent = found.intent.clone().expect("it waits for something");
        let draw = self.chance.below(100);
        let is_rich = model.users[found.user].buckets.iter().sum::<i64>() >= intent.shown();
        match (draw, &intent) {
            (0..4, _) => Some(intent.press(found.user).0),
            (4..34, _) if is_rich => Some(intent.press(found.user).0),
            (34..60, Intent::Buy { listing, .. }) if *listing < model.listings.len() => {
                Some(self.hinder(model, found.user, *listing))
            }
            _ => {
                let ends = *self.chance.pick(&[
                    Progress::Paid,
                    Progress::Paid,
                    Progress::Paid,
                    Progress::Paid,
                    Progress::Failed,
                    Progress::Expired,
                ]);
                let told = Told { progress: ends, ..found.told.clone() };
                Some(Step::Card(Card::Tell { top_up, told }))
            }
        }
    }

    /// The price changes, the thing goes, or the buyer's tokens do.
    fn hinder(&mut self, model: &Model, buyer: Number, listing: Number) -> Step {
        let found = &model.listings[listing];
        match (self.chance.below(4), found.left) {
            (0, _) => Step::Withdraw { by: found.seller, listing },
            (1, Some(left)) if (1..1_000).contains(&left) => {
                let by = (0..model.users.len()).find(|by| *by != buyer && *by != found.seller);
                let by = by.unwrap_or(buyer);
                Step::Buy { by, listing, quantity: left, is_price_right: true, key: self.key() }
            }
            (2, _) => {
                let [_, spendable, earned] = model.users[buyer].buckets;
                let to = model.users[found.seller].handle.clone();
                Step::Give { by: buyer, to, units: spendable + earned, key: self.key() }
            }
            _ => Step::Reprice { by: found.seller, listing, tokens: 1 + found.price / 10_000 },
        }
    }
}

impl Real {
    pub(super) fn intends(&self, intent: &Intent) -> Asked {
        let key = |key: &String| IdempotencyKey::parse(key).expect("the keys here are good ones");
        match intent {
            Intent::Checkout { shown, key: name } => {
                Asked::Checkout { expected_total: units(*shown), key: key(name) }
            }
            Intent::Buy { listing, quantity, shown, key: name } => Asked::Buy {
                listing: self.listing(*listing),
                quantity: *quantity,
                expected_price: units(*shown),
                key: key(name),
            },
        }
    }

    /// Learns of what was bought by itself.
    pub(super) async fn learn_of_orders(&mut self, buyer: UserId) -> Done<()> {
        let newest = Window::first(100, None);
        let by = self.place_of(buyer);
        let page = self.market.store.orders(&self.actor(by), Side::Bought, newest).await?;
        let mut orders: Vec<OrderId> = page.items.iter().map(|view| view.order.id).collect();
        orders.sort_unstable_by_key(|order| order.uuid());
        self.told_orders(orders);
        Ok(())
    }
}
