//! How steps about redemptions are drawn: somebody earns, gets into trouble,
//! asks for money, and the staff does its part.

use domain::listing::ListingKind;
use domain::topup::facts::Progress;
use domain::topup::{Method, TopUpState};

use super::super::cards::{Card, Told, Wanted};
use super::super::licences::Offer;
use super::super::model::{EARNED, Model, PROMO, SPENDABLE, STAFF};
use super::super::software::{OFFERS, Soft};
use super::super::step::{Number, Step, Steps};
use super::{Redeem, State};

/// The least that anybody asks for who knows better.
const A_TOKEN: i64 = 10_000;

impl Steps {
    pub(in super::super) fn redeem_step(&mut self, model: &Model, by: Number) -> Step {
        let is_ripe = (0..model.users.len()).any(|user| model.redeemable(user) >= A_TOKEN);
        match self.chance.below(100) {
            0..16 => self.bring_income(model, by),
            16..24 => self.bring_trouble(model, by),
            24..30 => self.part_with_income(model, by),
            30..36 => self.give_back_a_sale(model, by),
            36..75 if !is_ripe => self.bring_income(model, by),
            75..98 if !is_ripe && model.redemptions.is_empty() => self.bring_income(model, by),
            _ => Step::Redeem(self.about_redemptions(model, by, is_ripe)),
        }
    }

    fn about_redemptions(&mut self, model: &Model, by: Number, is_ripe: bool) -> Redeem {
        let staff = if self.chance.is_within_percent(86) { self.chance.below(STAFF) } else { by };
        let waits = model.redemptions.iter().any(|it| it.state == State::Approved);
        let reason = if self.chance.is_within_percent(85) { "no such account" } else { "" };
        match self.chance.below(100) {
            _ if model.redemptions.is_empty() => self.ask_some(model, by),
            0..33 if is_ripe || self.chance.is_within_percent(20) => self.ask_some(model, by),
            33..39 => {
                let redemption = self.standing(model, &[State::Asked, State::Approved]);
                let own = model.redemptions.get(redemption).map(|found| found.user);
                Redeem::Cancel { by: self.mostly(own, by), redemption }
            }
            0..63 => {
                let redemption = self.standing(model, &[State::Asked]);
                let may = |by: &Number| {
                    let found = model.redemptions.get(redemption);
                    found.is_some_and(|found| found.user != *by && !found.agreed.contains(by))
                };
                Redeem::Approve { by: self.mostly((0..STAFF).find(may), staff), redemption }
            }
            63..69 => {
                let redemption = self.standing(model, &[State::Asked, State::Approved]);
                Redeem::Reject { by: staff, redemption, reason }
            }
            69..78 if waits || self.chance.is_within_percent(40) => {
                Redeem::Send { by: staff, key: self.key() }
            }
            69..87 => {
                let redemption = self.standing(model, &[State::Approved, State::Sent]);
                let name = if self.chance.is_within_percent(6) { 0 } else { self.payment_name() };
                Redeem::Paid { by: staff, redemption, name, key: self.key() }
            }
            87..96 => {
                let redemption = self.standing(model, &[State::Approved, State::Sent]);
                Redeem::Failed { by: staff, redemption, reason }
            }
            _ => Redeem::ErasePayees { by: if self.chance.is_within_percent(90) { None } else { Some(by) } },
        }
    }

    /// Mostly somebody with ripe income asks, for all of it, for a part, or
    /// for a little too much.
    fn ask_some(&mut self, model: &Model, by: Number) -> Redeem {
        let users = 0..model.users.len();
        let ripe: Vec<Number> = users.filter(|user| model.redeemable(*user) >= A_TOKEN).collect();
        let by = match ripe.is_empty() || self.chance.is_within_percent(15) {
            true => by,
            false if self.chance.is_within_percent(50) => {
                let open = |user: &Number| {
                    model.redemptions.iter().filter(|it| it.user == *user && it.is_open()).count()
                };
                ripe.iter().copied().max_by_key(open).unwrap_or(by)
            }
            false => *self.chance.pick(&ripe),
        };
        let there = model.redeemable(by);
        let units = match self.chance.below(10) {
            0..6 if there < A_TOKEN => *self.chance.pick(&[A_TOKEN, 40_000]),
            0 => there,
            1 => there + 1,
            2..4 => there / 2,
            4..9 => *self.chance.pick(&[A_TOKEN, A_TOKEN, A_TOKEN, 12_345, 40_000, 9_999]),
            _ => self.units(),
        };
        let pay_to = if self.chance.is_within_percent(95) { "Wren, IBAN 1" } else { "bank" };
        Redeem::Ask { by, units, pay_to, key: self.key() }
    }

    /// One that stands so, or, now and then, any.
    fn standing(&mut self, model: &Model, states: &[State]) -> Number {
        let all = &model.redemptions;
        let good: Vec<Number> = (0..all.len()).filter(|place| states.contains(&all[*place].state)).collect();
        match good.is_empty() || self.chance.is_within_percent(20) {
            true => self.one_of(all.len()),
            false => *self.chance.pick(&good),
        }
    }

    /// Somebody sells something, or what has to come before that.
    fn bring_income(&mut self, model: &Model, by: Number) -> Step {
        // What is paid with promo tokens is of no use for this.
        let has_none = |user: &Number| model.users[*user].buckets[PROMO] == 0;
        let clean: Vec<Number> = (0..model.users.len()).filter(has_none).collect();
        let by = match clean.is_empty() || self.chance.is_within_percent(35) {
            true => by,
            false => *self.chance.pick(&clean),
        };
        let held: Vec<Number> =
            (0..model.orders.len()).filter(|order| model.orders[*order].state == 1).collect();
        match self.chance.below(10) {
            0..3 if !held.is_empty() => {
                let order = *self.chance.pick(&held);
                Step::Confirm { by: model.orders[order].buyer, order }
            }
            0..6 => self.buy_twice_paid(model, by),
            6..8 => self.rent_a_program(model, by),
            _ => self.buy_a_file(model, by),
        }
    }

    fn rent_a_program(&mut self, model: &Model, by: Number) -> Step {
        if model.programs.len() < 2 {
            return Step::Soft(Soft::Publish { by });
        }
        let offer = Offer { program: self.chance.below(model.programs.len()), place: 1 };
        let pays = Soft::Acquire { by, offer, buys: false, is_price_right: true, key: self.key() };
        self.rich_enough(model, by, OFFERS[1].price).unwrap_or(Step::Soft(pays))
    }

    /// Mostly one that was not given back yet.
    fn give_back_a_sale(&mut self, model: &Model, by: Number) -> Step {
        let grants = model.licences.iter().flat_map(|licence| &licence.grants);
        let standing: Vec<Number> =
            grants.filter(|grant| grant.back.is_none()).map(|grant| grant.order).collect();
        if standing.is_empty() {
            return self.rent_a_program(model, by);
        }
        // Its own income may be gone, and the seller has to pay otherwise.
        let is_gone = |order: &&Number| {
            let seller = &model.users[model.orders[**order].seller];
            seller.income.promo() == 0 && seller.buckets[EARNED] > 0
        };
        let gone = standing.iter().find(is_gone).copied().filter(|_| self.chance.is_within_percent(70));
        let order = gone.unwrap_or(*self.chance.pick(&standing));
        Step::Soft(Soft::Refund { by: self.mostly(Some(model.orders[order].seller), 0), order })
    }

    /// Somebody gives income away, by a link that they may take back.
    fn part_with_income(&mut self, model: &Model, by: Number) -> Step {
        let earns = |user: &Number| model.users[*user].buckets[EARNED] > 0;
        let mut earners: Vec<Number> = (0..model.users.len()).filter(earns).collect();
        // Mostly those who may have to give back what they sold.
        let sells = |user: &Number| model.programs.iter().any(|program| program.seller == *user);
        if earners.iter().any(sells) && self.chance.is_within_percent(70) {
            earners.retain(sells);
        }
        let by = if earners.is_empty() { by } else { *self.chance.pick(&earners) };
        let own = |gift: &Number| model.gifts[*gift].giver == by && model.gifts[*gift].state == 2;
        if let Some(gift) = (0..model.gifts.len()).rev().find(own)
            && self.chance.is_within_percent(40)
        {
            return Step::TakeBack { by, gift };
        }
        let [_, spendable, earned] = model.users[by].buckets;
        let promo = model.users[by].income.promo();
        let units = spendable + *self.chance.pick(&[1, earned / 2, promo, promo, promo, earned]);
        match self.chance.is_within_percent(30) {
            true => Step::Give { by, to: self.recipient(model), units, key: self.key() },
            false => Step::MakeLink { by, units, key: self.key() },
        }
    }

    /// A file and goods in one order: it pays at once and again later.
    fn buy_twice_paid(&mut self, model: &Model, by: Number) -> Step {
        let cart = model.carts.get(&by).map(Vec::as_slice).unwrap_or_default();
        let goods = self.on_offer(model, by, ListingKind::Goods);
        let pair = goods.iter().find_map(|goods| {
            let files = self.on_offer(model, by, ListingKind::File);
            let is_same = |file: &Number| model.listings[*file].seller == model.listings[*goods].seller;
            files.into_iter().rev().find(is_same).map(|file| [file, *goods])
        });
        let Some(pair) = pair else { return self.sell_more(model, by) };
        let is_missing = |listing: &&Number| !cart.iter().any(|(there, _)| there == *listing);
        if let Some(listing) = pair.iter().find(is_missing) {
            return Step::AddToCart { by, listing: *listing, quantity: 1 };
        }
        let total = model.cart_total(by);
        let pays = Step::Checkout { by, is_total_right: true, key: self.key() };
        self.rich_enough(model, by, total).unwrap_or(pays)
    }

    fn buy_a_file(&mut self, model: &Model, by: Number) -> Step {
        let files = self.on_offer(model, by, ListingKind::File);
        if files.is_empty() {
            return self.sell_more(model, by);
        }
        let owes = |listing: &&Number| model.users[model.listings[**listing].seller].debt > 0;
        let of_debtor = files.iter().find(owes).copied().filter(|_| self.chance.is_within_percent(70));
        let listing = of_debtor.unwrap_or(*self.chance.pick(&files));
        let pays = Step::Buy { by, listing, quantity: 1, is_price_right: true, key: self.key() };
        self.rich_enough(model, by, model.listings[listing].price).unwrap_or(pays)
    }

    /// Somebody else offers what they do not offer yet.
    fn sell_more(&mut self, model: &Model, by: Number) -> Step {
        let seller = (by + 1 + self.chance.below(model.users.len() - 1)) % model.users.len();
        let has = |kind| {
            let own = |found: &super::super::model::Listing| found.seller == seller && found.state == 2;
            model.listings.iter().any(|found| own(found) && found.kind == kind && found.left != Some(0))
        };
        let (kind, quantity) = match has(ListingKind::File) {
            true => (ListingKind::Goods, Some(8)),
            false => (ListingKind::File, None),
        };
        Step::List { by: seller, kind, tokens: *self.chance.pick(&[5, 20, 45]), quantity, publish: true }
    }

    /// What of that kind `by` could buy.
    fn on_offer(&self, model: &Model, by: Number, kind: ListingKind) -> Vec<Number> {
        let is_it = |place: &Number| {
            let found = &model.listings[*place];
            let is_there = found.state == 2 && found.left != Some(0) && found.price < 1_000_000;
            found.kind == kind && found.seller != by && is_there
        };
        (0..model.listings.len()).filter(is_it).collect()
    }

    /// Tokens for whoever has too few.
    fn rich_enough(&mut self, model: &Model, by: Number, price: i64) -> Option<Step> {
        let to = model.users[by].handle.clone();
        let is_rich = model.users[by].buckets.iter().sum::<i64>() >= price;
        (!is_rich).then(|| Step::Grant { by: 0, to, units: 1_000_000, key: self.key() })
    }

    /// Somebody who earns, or whose redemption is under way, tops up by card,
    /// spends it, and the bank takes the money back.
    fn bring_trouble(&mut self, model: &Model, by: Number) -> Step {
        let earns = |place: &Number| {
            let user = model.top_ups[*place].user;
            let asks = model.redemptions.iter().any(|it| it.user == user && it.is_open());
            asks || model.users[user].income.is_known()
        };
        let by_card = |place: &Number| model.top_ups[*place].method == Method::Card;
        let cards: Vec<Number> = (0..model.top_ups.len()).filter(by_card).filter(earns).collect();
        if cards.is_empty() || self.chance.is_within_percent(25) {
            let earners: Vec<Number> =
                (0..model.users.len()).filter(|user| model.users[*user].income.is_known()).collect();
            let by = if earners.is_empty() { by } else { *self.chance.pick(&earners) };
            return Step::Card(Card::Ask {
                by,
                wanted: Wanted::Units(500_000),
                intent: None,
                key: self.key(),
            });
        }
        let top_up = cards[cards.len() - 1 - self.chance.below(cards.len().min(3))];
        let found = &model.top_ups[top_up];
        let there = model.users[found.user].buckets[SPENDABLE];
        if found.state == TopUpState::Submitted {
            let told = Told { progress: Progress::Paid, ..found.told.clone() };
            return Step::Card(Card::Tell { top_up, told });
        }
        let is_free = found.disputes.is_empty() && found.reversed == 0;
        if there > 0 && is_free && self.chance.is_within_percent(70) {
            let to = self.recipient(model);
            return Step::Give { by: found.user, to, units: there, key: self.key() };
        }
        let told = match is_free && self.chance.is_within_percent(50) {
            true => Told { refunded_cents: found.cents, ..found.told.clone() },
            false => self.goes_on(found),
        };
        Step::Card(Card::Tell { top_up, told })
    }
}
