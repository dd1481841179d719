//! Top-ups by card: asked for, told of by their provider, sent back. The
//! steps, how they are drawn, what the reference makes of them, and how the
//! real store is asked.

use domain::access::Actor;
use domain::money::{Currency, Money};
use domain::tariff;
use domain::topup::facts::{DisputeFacts, DisputeState, PaymentFacts, Progress, RefundState};
use domain::topup::{Method, Provider, TopUpState};
use store::Done;
use store::topups::TopUpAsked;

use super::drive::{Made, Real, units};
use super::intents::Intent;
use super::model::{Answer, MOST, Model, no};
use super::reversal::Dispute;
use super::step::{Number, Step, Steps};

/// Bundles on offer: tokens, bonus, and the price in cents; the last has
/// shares that do not come out even.
pub(super) const BUNDLES: [(i64, i64, i64); 3] = [(10, 2, 9), (300, 30, 270), (7, 3, 5)];

/// What somebody wants to buy; a bundle past the last is not on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Units(i64),
    Bundle(usize),
}

/// How a payment stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) progress: Progress,
    pub(super) refunded_cents: i64,
    pub(super) disputes: Vec<(i64, DisputeState)>,
    /// Whether it is about what was agreed.
    pub(super) fits: bool,
}

/// A step about a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Card {
    Ask { by: Number, wanted: Wanted, intent: Option<Intent>, key: String },
    Tell { top_up: Number, told: Told },
    Refund { by: Number, top_up: Number },
    EndRefund { top_up: Number, is_sent: bool },
}

/// A top-up, by card or over the desk.
#[derive(Clone, Debug)]
pub(super) struct TopUp {
    pub(super) user: Number,
    pub(super) method: Method,
    pub(super) state: TopUpState,
    pub(super) units: i64,
    pub(super) bonus: i64,
    pub(super) cents: i64,
    pub(super) credited: i64,
    pub(super) reversed: i64,
    pub(super) bonus_reversed: i64,
    pub(super) told: Told,
    pub(super) disputes: Vec<Dispute>,
    pub(super) refunds: Vec<(i64, RefundState)>,
    pub(super) intent: Option<Intent>,
    pub(super) intent_result: Option<String>,
}

impl TopUp {
    pub(super) fn new(
        user: Number,
        method: Method,
        state: TopUpState,
        (units, bonus, cents): (i64, i64, i64),
    ) -> Self {
        let told = Told { progress: Progress::Open, refunded_cents: 0, disputes: vec![], fits: true };
        let (credited, reversed, bonus_reversed) = (0, 0, 0);
        let (disputes, refunds) = (Vec::new(), Vec::new());
        Self {
            user,
            method,
            state,
            units,
            bonus,
            cents,
            credited,
            reversed,
            bonus_reversed,
            told,
            disputes,
            refunds,
            intent: None,
            intent_result: None,
        }
    }

    /// The supply that its tokens come from, by the account's number.
    pub(super) fn supply(&self) -> i16 {
        match self.method {
            Method::Card => 50,
            Method::Invoice => 52,
            _ => 51,
        }
    }
}

/// Tokens, bonus and price of what is wanted.
pub(super) fn quoted(wanted: Wanted) -> Result<(i64, i64, i64), String> {
    match wanted {
        Wanted::Bundle(place) => match BUNDLES.get(place) {
            Some((tokens, bonus, cents)) => Ok((tokens * 10_000, bonus * 10_000, *cents)),
            None => no("NOT_FOUND bundle"),
        },
        Wanted::Units(units) if !(10_000..=MOST).contains(&units) => no("INVALID_INPUT tokens"),
        // A token costs a cent.
        Wanted::Units(units) => Ok((units, 0, ((units + 5_000) / 10_000).max(1))),
    }
}

impl Model {
    pub(super) fn card(&mut self, step: &Card) -> Answer {
        match step {
            Card::Ask { by, wanted, intent, .. } => {
                let agreed = quoted(*wanted)?;
                let intent = intent.as_ref().map(|intent| intent.as_asked(self));
                let new = TopUp::new(*by, Method::Card, TopUpState::Submitted, agreed);
                Ok(self.make_top_up(TopUp { intent, ..new }))
            }
            Card::Tell { top_up, told } => self.tell(*top_up, told),
            Card::Refund { by, top_up } => self.refund(*by, *top_up),
            Card::EndRefund { top_up, is_sent } => self.end_refund(*top_up, *is_sent),
        }
    }

    pub(super) fn make_top_up(&mut self, top_up: TopUp) -> String {
        self.top_ups.push(top_up);
        format!("top-up {}", self.top_ups.len() - 1)
    }

    /// Nobody spends or gives whose payment is disputed.
    pub(super) fn check_free(&self, user: Number) -> Result<(), String> {
        let is_disputed =
            |top_up: &TopUp| top_up.user == user && top_up.disputes.iter().any(Dispute::is_open);
        if self.top_ups.iter().any(is_disputed) { no("ACCOUNT_FROZEN") } else { Ok(()) }
    }

    /// Tokens and bonus come, from whichever supply.
    pub(super) fn credit_top_up(&mut self, place: Number, state: TopUpState) {
        let TopUp { user, units, bonus, .. } = self.top_ups[place];
        self.issue(self.top_ups[place].supply(), user, units);
        self.issue_promo(user, bonus, None);
        let top_up = &mut self.top_ups[place];
        (top_up.credited, top_up.state) = (units, state);
    }

    fn tell(&mut self, place: Number, told: &Told) -> Answer {
        let Some(top_up) = self.top_ups.get_mut(place) else { return no("NOT_FOUND top-up") };
        top_up.told = told.clone();
        let is_credited = top_up.credited > 0;
        match told.progress {
            Progress::Open | Progress::Pending => {}
            _ if !told.fits && is_credited => {}
            _ if !told.fits => top_up.state = TopUpState::Review,
            Progress::Failed | Progress::Expired if top_up.state != TopUpState::Submitted => {}
            Progress::Failed => top_up.state = TopUpState::Rejected,
            Progress::Expired => top_up.state = TopUpState::Expired,
            Progress::Paid if top_up.state == TopUpState::Review => {}
            Progress::Paid => {
                if !is_credited {
                    self.credit_top_up(place, TopUpState::Credited);
                }
                self.reverse(place, told);
            }
        }
        self.finish_intent(place);
        Ok(format!("top-up {place}"))
    }

    fn refund(&mut self, by: Number, place: Number) -> Answer {
        let Some(found) = self.top_ups.get(place).filter(|found| found.user == by) else {
            return no("NOT_FOUND top-up");
        };
        if found.refunds.iter().any(|(_, state)| *state != RefundState::Failed) {
            return Ok(format!("top-up {place}"));
        }
        self.check_free(by)?;
        if found.method != Method::Card || found.state != TopUpState::Credited || found.reversed > 0 {
            return no("WRONG_STATE");
        }
        let (units, bonus) = (found.credited, found.bonus);
        let [promo, spendable, _] = self.users[by].buckets;
        for (there, asked) in [(spendable, units), (promo, bonus)] {
            if there < asked {
                return no(format!("INSUFFICIENT_TOKENS {there} {}", asked - there));
            }
        }
        self.users[by].buckets[0] -= bonus;
        self.users[by].buckets[1] -= units;
        self.book(63, units + bonus);
        let top_up = &mut self.top_ups[place];
        top_up.refunds.push((units, RefundState::Asked));
        (top_up.state, top_up.reversed, top_up.bonus_reversed) = (TopUpState::Reversed, units, bonus);
        Ok(format!("top-up {place}"))
    }

    fn end_refund(&mut self, place: Number, is_sent: bool) -> Answer {
        let top_up = &mut self.top_ups[place];
        let (units, state) = top_up.refunds.last_mut().expect("a refund that was asked for");
        let units = *units;
        if *state != RefundState::Asked {
            return Ok("ended".to_owned());
        }
        *state = if is_sent { RefundState::Done } else { RefundState::Failed };
        if !is_sent {
            let (user, supply, bonus) = (top_up.user, top_up.supply(), top_up.bonus_reversed);
            top_up.state = TopUpState::Credited;
            (top_up.reversed, top_up.bonus_reversed) = (top_up.reversed - units, 0);
            self.issue(supply, user, units);
            self.restore_promo(user, bonus);
        }
        Ok("ended".to_owned())
    }
}

impl Steps {
    pub(super) fn wanted_tokens(&mut self) -> Wanted {
        match self.chance.below(10) {
            0..4 => Wanted::Bundle(self.chance.below(BUNDLES.len() + 1)),
            _ => Wanted::Units(*self.chance.pick(&[0, 9_999, 10_000, 123_456, 500_000, 2_000_000, MOST + 1])),
        }
    }

    pub(super) fn card_step(&mut self, model: &Model, by: Number) -> Step {
        let by_card = |place: &Number| model.top_ups[*place].method == Method::Card;
        let cards: Vec<Number> = (0..model.top_ups.len()).filter(by_card).collect();
        if let Some(step) = self.goes_on_with_intent(model) {
            return step;
        }
        let draw = self.chance.below(100);
        if cards.is_empty() || draw < 30 {
            return self.ask_by_card(model, by);
        }
        let is_asked = |place: &&Number| {
            model.top_ups[**place].refunds.last().is_some_and(|(_, state)| *state == RefundState::Asked)
        };
        if let Some(asked) = cards.iter().find(is_asked)
            && self.chance.is_within_percent(25)
        {
            let is_sent = self.chance.is_within_percent(50);
            return Step::Card(Card::EndRefund { top_up: *asked, is_sent });
        }
        let top_up = cards[cards.len() - 1 - self.chance.below(cards.len().min(5))];
        let found = &model.top_ups[top_up];
        Step::Card(match draw {
            30..32 => Card::Tell { top_up: model.top_ups.len(), told: found.told.clone() },
            32..85 => Card::Tell { top_up, told: self.goes_on(found) },
            85..95 => {
                let is_whole = |place: &&Number| {
                    let found = &model.top_ups[**place];
                    let there = model.users[found.user].buckets[1];
                    found.state == TopUpState::Credited && found.reversed == 0 && there >= found.credited
                };
                let whole = cards.iter().rev().find(is_whole).copied();
                let any = self.one_of(model.top_ups.len());
                let top_up = whole.filter(|_| self.chance.is_within_percent(80)).unwrap_or(any);
                let user = model.top_ups.get(top_up).map(|found| found.user);
                Card::Refund { by: self.mostly(user, by), top_up }
            }
            _ => match (0..model.top_ups.len()).rev().find(|place| !model.top_ups[*place].refunds.is_empty())
            {
                Some(top_up) => Card::EndRefund { top_up, is_sent: self.chance.is_within_percent(50) },
                None => Card::Refund { by, top_up },
            },
        })
    }

    /// What the provider may say next; now and then what does not fit.
    pub(super) fn goes_on(&mut self, top_up: &TopUp) -> Told {
        let mut told = Told { fits: !self.chance.is_within_percent(6), ..top_up.told.clone() };
        if told.progress != Progress::Paid {
            let all = [
                Progress::Open,
                Progress::Pending,
                Progress::Paid,
                Progress::Paid,
                Progress::Paid,
                Progress::Paid,
                Progress::Failed,
                Progress::Expired,
            ];
            told.progress = *self.chance.pick(&all);
            return told;
        }
        match self.chance.below(10) {
            0..2 => {
                let parts = [0, 1, top_up.cents / 3, top_up.cents / 2, top_up.cents];
                told.refunded_cents = *self.chance.pick(&parts);
            }
            2..6 if told.disputes.len() < 2 => {
                let cents = *self.chance.pick(&[top_up.cents, top_up.cents, (top_up.cents / 2).max(1)]);
                let first = [DisputeState::Open, DisputeState::Open, DisputeState::Withdrawn];
                told.disputes.push((cents, *self.chance.pick(&first)));
            }
            _ if told.disputes.is_empty() => {}
            _ => {
                let place = self.chance.below(told.disputes.len());
                let next: &[DisputeState] = match told.disputes[place].1 {
                    DisputeState::Open => &[
                        DisputeState::Withdrawn,
                        DisputeState::Withdrawn,
                        DisputeState::Won,
                        DisputeState::Lost,
                    ],
                    DisputeState::Withdrawn => &[DisputeState::Won, DisputeState::Lost],
                    DisputeState::Won => &[DisputeState::Won],
                    DisputeState::Lost => &[DisputeState::Lost, DisputeState::Lost, DisputeState::Won],
                };
                told.disputes[place].1 = *self.chance.pick(next);
            }
        }
        told
    }
}

impl Real {
    pub(super) fn wants(&self, wanted: Wanted) -> tariff::Wanted {
        match wanted {
            Wanted::Units(amount) => tariff::Wanted::Tokens(units(amount)),
            Wanted::Bundle(place) => tariff::Wanted::Bundle(
                self.bundles.get(place).copied().unwrap_or(domain::id::BundleId::new(uuid::Uuid::max())),
            ),
        }
    }

    /// What cannot be asked together with other steps.
    pub(super) async fn pay_by_card(&mut self, step: &Card) -> Done<String> {
        let store = self.market.store.clone();
        match step {
            Card::Ask { by, wanted, intent, key } => {
                let intent = intent.as_ref().map(|intent| self.intends(intent));
                let asked = TopUpAsked { wanted: self.wants(*wanted), return_to: None, intent, key };
                let id = store.top_up_by_card(&self.actor(*by), asked).await?.id;
                let told = self.told_top_up(id);
                let session = format!("session of {told}");
                store.begin_payment(&Actor::System, id, Provider::Sandbox, &session).await?;
                Ok(told)
            }
            Card::Tell { top_up, told } => {
                let id = self.top_up(*top_up);
                let cents = store.payable(id).await?.agreed.due.minor();
                let facts = facts(*top_up, told, cents);
                let settled = store.settle_top_up(&Actor::System, id, facts, false).await?;
                if settled.intent.is_some() {
                    self.learn_of_orders(settled.user).await?;
                }
                Ok(self.told_top_up(settled.id))
            }
            Card::EndRefund { top_up, is_sent } => {
                let state = if *is_sent { RefundState::Done } else { RefundState::Failed };
                let refund = self.refunds[&self.top_up(*top_up)].clone();
                store.end_refund(&Actor::System, &refund, state).await?;
                Ok("ended".to_owned())
            }
            Card::Refund { .. } => panic!("a refund is asked for like what moves tokens at once"),
        }
    }

    pub(super) async fn ask_refund(&self, by: Number, top_up: Number) -> Done<Made> {
        let store = &self.market.store;
        let id = store.refund_top_up(&self.actor(by), self.top_up(top_up)).await?.id;
        let mut due = store.refunds_due(10_000).await?.into_iter().map(|(refund, _)| refund);
        Ok(Made::Refund(id, due.rfind(|refund| refund.top_up == id)))
    }
}

/// The payment of a top-up in the provider's words.
fn facts(place: Number, told: &Told, cents: i64) -> PaymentFacts {
    let money = |minor| Money::new(minor, Currency::USD).expect("no amount here is negative");
    let dispute = |(number, (minor, state)): (usize, &(i64, DisputeState))| DisputeFacts {
        reference: format!("dispute {place}.{number}"),
        amount: money(*minor),
        state: *state,
        answer_by: None,
    };
    PaymentFacts {
        provider: Provider::Sandbox,
        session: format!("session of top-up {place}"),
        is_live: false,
        progress: told.progress,
        payment: Some(format!("payment {place}")),
        asked: money(if told.fits { cents } else { cents + 1 }),
        refunded: money(told.refunded_cents),
        disputes: told.disputes.iter().enumerate().map(dispute).collect(),
    }
}
