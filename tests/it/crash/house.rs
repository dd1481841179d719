//! Who earns, and turns that into money: a seller's house, the patron who
//! rents from it and gets the tokens back, and the staff who agree, tell the
//! bank and hear from it. One after the other, so that the answers tell how
//! each redemption stands, and what is left to whom.

use std::collections::BTreeMap;

use domain::tokens::Tokens;
use serde_json::{Value, json};
use tests::api::Api;
use tests::chance::Chance;
use tests::program::Program;
use tokio::sync::mpsc::UnboundedSender;

use super::asks::{Heard, RENT};
use super::town::publishes;

/// What the house is sold for in the beginning, in whole tokens.
const HOUSE: i64 = 100_000;

/// What a rent brings the seller: the vendor takes one in twenty.
const INCOME: i64 = RENT * 9_500;

/// Something that is done. Redemptions and orders by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Ask(i64),
    CallOff(String),
    Agree(String),
    Decline(String),
    Send(String),
    Pay(String),
    Fail(String),
    Rent,
    GiveBack(String),
}

impl Deed {
    /// Of which redemption it is, and how that stands afterwards.
    fn leads_to(&self) -> Option<(&str, &'static str)> {
        match self {
            Self::CallOff(id) => Some((id, "CANCELLED")),
            Self::Agree(id) => Some((id, "APPROVED")),
            Self::Decline(id) => Some((id, "REJECTED")),
            Self::Send(id) => Some((id, "SENT")),
            Self::Pay(id) => Some((id, "PAID")),
            Self::Fail(id) => Some((id, "FAILED")),
            Self::Ask(_) | Self::Rent | Self::GiveBack(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
struct Done {
    key: String,
    deed: Deed,
    answer: Option<Heard>,
}

/// How everything stands: redemptions with their units, and units of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    redemptions: BTreeMap<String, (String, i64)>,
    house: i64,
    patron: i64,
}

/// The house, and what was done in it.
pub(super) struct House {
    seller: Api,
    patron: Api,
    clerk: Api,
    bursar: Api,
    offer: Value,
    chance: Chance,
    done: Vec<Done>,
    beginning: Standing,
}

impl House {
    /// Somebody has sold a house to somebody rich, and publishes a program.
    pub(super) async fn opens(program: &Program, [clerk, bursar]: [&Api; 2], seed: u64) -> Self {
        let (seller, patron) = (Api::opens_account(program).await, Api::opens_account(program).await);
        clerk.grants(&patron.handle, &(2 * HOUSE).to_string()).await;
        let listing = seller.lists("A house", &HOUSE.to_string(), 1).await;
        let bought = patron.buys(&listing, &HOUSE.to_string(), "house").await;
        let order = bought.expect("the market answers").expect("somebody rich may buy");
        patron.must("confirmReceipt", json!({ "orderId": order }), "order { id }").await;
        let offer = publishes(program, &seller, "Wayside").await;
        let (house, patrons) = (units(&seller).await, units(&patron).await);
        let beginning = Standing { redemptions: BTreeMap::new(), house, patron: patrons };
        let (clerk, bursar, chance) = (clerk.clone(), bursar.clone(), Chance::new(seed));
        Self { seller, patron, clerk, bursar, offer, chance, done: Vec::new(), beginning }
    }

    /// The same at a program that was started again.
    pub(super) fn moves(&mut self, program: &Program) {
        for api in [&mut self.seller, &mut self.patron, &mut self.clerk, &mut self.bursar] {
            *api = api.at(program);
        }
    }

    /// Does one thing after the other until an answer is lost.
    pub(super) async fn goes_on(mut self, heard: UnboundedSender<()>) -> Self {
        loop {
            let deed = self.next();
            let key = format!("house-{}", self.done.len());
            let answer = self.send(&deed, &key).await;
            let is_lost = answer.is_none();
            self.done.push(Done { key, deed, answer });
            if is_lost {
                return self;
            }
            // Whoever counts may have stopped counting.
            let _ = heard.send(());
        }
    }

    fn next(&mut self) -> Deed {
        use Deed::{Agree, Ask, CallOff, Decline, Fail, GiveBack, Pay, Rent, Send};
        let draw = self.chance.below(100);
        let Some(last) = self.done.last() else { return Rent };
        let id = match (&last.deed, &last.answer) {
            (Ask(_) | Rent, Some(Ok(id))) => id.as_str().expect("an id").to_owned(),
            (deed, _) => deed.leads_to().map_or_else(String::new, |(id, _)| id.to_owned()),
        };
        match (&last.deed, draw) {
            (Ask(_), 0..15) => CallOff(id),
            (Ask(_), 15..25) => Decline(id),
            (Ask(_), _) => Agree(id),
            (Agree(_), 0..15) => CallOff(id),
            (Agree(_), 15..30) => Fail(id),
            (Agree(_), 30..50) | (Send(_), 35..) => Pay(id),
            (Agree(_), _) => Send(id),
            (Send(_), _) => Fail(id),
            (Rent, 0..75) => GiveBack(id),
            (_, 0..35) => Rent,
            _ => Ask(2 + i64::try_from(draw % 8).expect("below eight")),
        }
    }

    /// Asks; none if the answer is lost.
    async fn send(&self, deed: &Deed, key: &str) -> Option<Heard> {
        let state = "redemption { id }";
        let (api, name, input, fields) = match deed {
            Deed::Ask(tokens) => {
                let input = json!({ "tokens": tokens.to_string(), "payTo": "The house, IBAN 1", "idempotencyKey": key });
                (&self.seller, "requestRedemption", input, state)
            }
            Deed::CallOff(id) => (&self.seller, "cancelRedemption", json!({ "redemptionId": id }), state),
            Deed::Agree(id) => (&self.bursar, "approveRedemption", json!({ "redemptionId": id }), state),
            Deed::Decline(id) => {
                (&self.bursar, "rejectRedemption", json!({ "redemptionId": id, "reason": "no" }), state)
            }
            Deed::Send(_) => {
                (&self.clerk, "sendRedemptions", json!({ "idempotencyKey": key }), "redemptions { id }")
            }
            Deed::Pay(id) => {
                let input = json!({ "redemptionId": id, "bankReference": key, "idempotencyKey": key });
                (&self.clerk, "recordRedemptionPaid", input, state)
            }
            Deed::Fail(id) => {
                let input = json!({ "redemptionId": id, "reason": "no such account" });
                (&self.clerk, "recordRedemptionFailed", input, state)
            }
            Deed::Rent => {
                let price = RENT.to_string();
                let input = json!({ "offerId": self.offer, "expectedPrice": price, "idempotencyKey": key });
                (&self.patron, "rent", input, "licence { id }")
            }
            Deed::GiveBack(order) => {
                (&self.seller, "refundGrant", json!({ "orderId": order }), "order { id }")
            }
        };
        let done = api.try_to(name, input, fields).await.ok()?;
        Some(match (deed, done) {
            // It has no key: what was done before an answer was lost is there.
            (Deed::Agree(_), Err(no)) if no.code == "WRONG_STATE" => Ok(Value::Null),
            (Deed::Ask(_), done) => done.map(|done| done["redemption"]["id"].clone()),
            (Deed::Rent, Ok(_)) => Ok(self.newest_order().await?),
            (_, done) => done,
        })
    }

    /// The patron's newest order; none if that answer is lost.
    async fn newest_order(&self) -> Option<Value> {
        let ask = "{ me { orders(first: 1) { edges { node { id } } } } }";
        let told = self.patron.tell(ask, json!({})).await.ok()?;
        Some(told.body["data"]["me"]["orders"]["edges"][0]["node"]["id"].clone())
    }

    /// What follows from the answers to the first `count` deeds.
    fn expected(&self, count: usize) -> Standing {
        let mut all = self.beginning.clone();
        for Done { deed, answer, .. } in &self.done[..count] {
            let Some(Ok(done)) = answer else { panic!("{deed:?}: {answer:?}") };
            match deed {
                Deed::Ask(tokens) => {
                    let id = done.as_str().expect("an id").to_owned();
                    all.redemptions.insert(id, ("ASKED".to_owned(), tokens * 10_000));
                }
                Deed::Rent => (all.house, all.patron) = (all.house + INCOME, all.patron - RENT * 10_000),
                Deed::GiveBack(_) => {
                    (all.house, all.patron) = (all.house - INCOME, all.patron + RENT * 10_000)
                }
                other => {
                    let (id, state) = other.leads_to().expect("the rest are about redemptions");
                    all.redemptions.get_mut(id).expect("it was asked for").0 = state.to_owned();
                }
            }
        }
        let is_away = |state: &str| !matches!(state, "CANCELLED" | "REJECTED" | "FAILED");
        let away = all.redemptions.values().filter(|(state, _)| is_away(state));
        all.house -= away.map(|(_, units)| units).sum::<i64>();
        all
    }

    async fn found(&self) -> Standing {
        let ask = "query($after: String) { me { redemptions(first: 100, after: $after) { \
                   edges { node { id state tokens } } pageInfo { hasNextPage endCursor } } } }";
        let (mut redemptions, mut after) = (BTreeMap::new(), Value::Null);
        loop {
            let data = self.seller.ask(ask, json!({ "after": after })).await;
            let page = &data["me"]["redemptions"];
            for edge in page["edges"].as_array().expect("a list") {
                let text = |name: &str| edge["node"][name].as_str().expect("a text").to_owned();
                let stands = (text("state"), read(&text("tokens")));
                assert_eq!(redemptions.insert(text("id"), stands), None, "a redemption is listed twice");
            }
            if page["pageInfo"]["hasNextPage"] == false {
                let (house, patron) = (units(&self.seller).await, units(&self.patron).await);
                return Standing { redemptions, house, patron };
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// All that was answered stands, and what was not is done whole or not at
    /// all; it is asked again, and then it stands, once.
    pub(super) async fn compares(&mut self) {
        let found = self.found().await;
        if self.done.last().is_some_and(|last| last.answer.is_none()) {
            let before = self.expected(self.done.len() - 1);
            let last = self.done.last().expect("it was just looked at").clone();
            let answer = self.send(&last.deed, &last.key).await;
            self.done.last_mut().expect("it is there").answer = answer;
            let after = self.expected(self.done.len());
            assert!(found == before || found == after, "half of {last:?} was done: {found:?}");
        }
        assert_eq!(self.found().await, self.expected(self.done.len()));
    }

    /// Whatever was done, asked once more, is answered alike.
    pub(super) async fn asks_all_twice(&mut self) {
        for one in self.done.iter().rev().take(20) {
            let again = self.send(&one.deed, &one.key).await;
            let again = again.expect("a program that runs answers");
            match (&one.deed, &one.answer) {
                (Deed::Ask(_), Some(answer)) => assert_eq!(&again, answer, "{one:?}"),
                // What was answered then names what is gone by now.
                (Deed::Send(_) | Deed::Pay(_) | Deed::Rent, Some(_)) => {
                    assert!(again.is_ok(), "{one:?}: {again:?}")
                }
                // Without keys: what may be repeated only at its time.
                _ => {}
            }
        }
        self.compares().await;
    }

    /// How often each thing was done.
    pub(super) fn told(&self) -> BTreeMap<String, usize> {
        let mut told = BTreeMap::new();
        for one in &self.done {
            let words = format!("{:?}", one.deed);
            *told.entry(words.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        told
    }
}

fn read(text: &str) -> i64 {
    Tokens::parse(text).expect("a decimal text").units()
}

async fn units(api: &Api) -> i64 {
    read(&api.balance().await)
}
