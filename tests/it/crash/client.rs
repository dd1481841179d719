//! A client that asks for one thing after the other, and knows from the
//! answers how everything must stand.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::chance::Chance;
use tokio::sync::mpsc::UnboundedSender;

use super::asks::{Hands, Heard, Try, USES, What, millis};
use super::town::{CLIENTS, Town};

/// A client and all that it ever asked for.
pub(super) struct Client {
    pub(super) hands: Hands,
    /// Its place among those who trade; the desk comes after them.
    pub(super) number: usize,
    pub(super) chance: Chance,
    pub(super) tries: Vec<Try>,
    pub(super) slips: Vec<String>,
}

impl Client {
    /// Asks one thing after the other until an answer is lost.
    pub(super) async fn trades(mut self, town: Town, heard: UnboundedSender<()>) -> Self {
        loop {
            let what = self.next();
            let key = format!("client-{}-{}", self.number, self.tries.len());
            let answer = self.hands.send(&town, &what, &key, &self.licence()).await;
            let is_lost = answer.is_none();
            self.tries.push(Try { key, what, answer });
            if is_lost {
                return self;
            }
            // Whoever counts may have stopped counting.
            let _ = heard.send(());
        }
    }

    /// The licence that was rented; null before.
    fn licence(&self) -> Value {
        let rented = self.tries.iter().find(|one| matches!(one.what, What::Rent) && one.done().is_some());
        rented.and_then(Try::done).cloned().unwrap_or_default()
    }

    fn next(&mut self) -> What {
        if let Some(next) = self.tries.last().and_then(|last| self.goes_on(last)) {
            return next;
        }
        if self.hands.colleague.is_some() {
            return What::Enter(self.chance.below(CLIENTS));
        }
        let (granted, gone) = self.uses();
        let left = granted - gone;
        match self.chance.below(100) {
            0..25 => What::Buy,
            25..45 => {
                let others: Vec<usize> = (0..CLIENTS).filter(|other| *other != self.number).collect();
                let amount = 1 + i64::try_from(self.chance.below(9)).expect("below nine");
                What::Give(*self.chance.pick(&others), amount)
            }
            45..55 => self.slips.pop().map_or(What::Buy, What::Redeem),
            55..60 => What::TopUp,
            60..65 => self.whole_top_up().map_or(What::TopUp, |top_up| What::SendBack { top_up }),
            65..80 if left > 0 => What::Consume,
            80..88 if left > 0 => What::Begin,
            88..96 if left >= 3 => What::Take,
            _ => What::Rent,
        }
    }

    /// What follows from the last answer.
    fn goes_on(&self, last: &Try) -> Option<What> {
        let done = last.done()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match &last.what {
            What::Begin => Some(What::Commit(last.key.clone())),
            What::Take => {
                let spent = u32::try_from(last.key.len() % 4).expect("a small number");
                Some(What::Settle { lease: last.key.clone(), settle_by: millis(done), spent })
            }
            What::TopUp => {
                let url = done["payUrl"].as_str()?;
                Some(What::Visit { path: url[url.find("/pay/")?..].to_owned() })
            }
            What::Visit { .. } => Some(What::Pay { session: text(done)? }),
            What::Enter(to) => Some(What::Approve { top_up: text(done)?, to: *to }),
            What::Approve { top_up, to } => Some(What::Record { top_up: top_up.clone(), to: *to }),
            _ => None,
        }
    }

    /// A top-up that was paid and not asked back.
    fn whole_top_up(&self) -> Option<String> {
        let is_back = |id: &Value| {
            self.tries.iter().any(|one| matches!(&one.what, What::SendBack { top_up } if id == top_up))
        };
        let paid = |place: &usize| {
            self.tries
                .get(place + 2)
                .is_some_and(|one| matches!(one.what, What::Pay { .. }) && one.done().is_some())
        };
        let mut all = (0..self.tries.len()).filter(|place| matches!(self.tries[*place].what, What::TopUp));
        all.find_map(|place| {
            let id = &self.tries[place].done()?["id"];
            (paid(&place) && !is_back(id)).then(|| id.as_str().map(str::to_owned))?
        })
    }

    /// How many uses were granted, and how many are gone or set aside, if all
    /// was done that was asked.
    pub(super) fn uses(&self) -> (u32, u32) {
        let (mut granted, mut gone) = (0, 0);
        for one in &self.tries {
            match &one.what {
                What::Rent => granted += USES,
                What::Consume | What::Begin => gone += 1,
                What::Take => gone += 3,
                What::Settle { spent, .. } => gone -= 3 - spent,
                _ => {}
            }
        }
        (granted, gone)
    }

    pub(super) fn count(&self, is_it: impl Fn(&What) -> bool) -> usize {
        self.tries.iter().filter(|one| is_it(&one.what) && one.done().is_some()).count()
    }

    /// The ids of what was done and stands in one of the client's lists.
    pub(super) fn done(&self, list: &str) -> BTreeSet<String> {
        let id = |one: &Try| {
            let done = one.done()?;
            let id = match (&one.what, list) {
                (What::Buy, "orders") | (What::Give(..), "gifts") => done,
                (What::TopUp, "topUpOrders") => &done["id"],
                _ => return None,
            };
            id.as_str().map(str::to_owned)
        };
        self.tries.iter().filter_map(id).collect()
    }

    /// How many more stand in that list without being told of there.
    pub(super) fn beside(&self, list: &str, desk: &[Try]) -> usize {
        match list {
            "orders" => self.count(|what| matches!(what, What::Rent)),
            "topUpOrders" => {
                let is_theirs = |one: &&Try| matches!(one.what, What::Enter(to) if to == self.number);
                desk.iter().filter(is_theirs).filter(|one| one.done().is_some()).count()
            }
            _ => 0,
        }
    }

    /// Every id in a list of the client's own; none may be there twice.
    pub(super) async fn listed(&self, list: &str) -> BTreeSet<String> {
        let ask = format!(
            "query($after: String) {{ me {{ {list}(first: 100, after: $after) {{ edges {{ node {{ id {} }} }} \
             pageInfo {{ hasNextPage endCursor }} }} }} }}",
            if list == "gifts" { "giver { handle }" } else { "" }
        );
        let (mut all, mut after) = (BTreeSet::new(), json!(null));
        loop {
            let data = self.hands.api.ask(&ask, json!({ "after": after })).await;
            let page = &data["me"][list];
            for edge in page["edges"].as_array().expect("a list") {
                let is_theirs = list != "gifts" || edge["node"]["giver"]["handle"] == self.hands.api.handle;
                let id = edge["node"]["id"].as_str().expect("an id").to_owned();
                assert!(!is_theirs || all.insert(id), "an id is listed twice");
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Asks again for what was never answered, under the same keys.
    pub(super) async fn asks_again(&mut self, town: &Town) -> usize {
        let mut lost = 0;
        for place in 0..self.tries.len() {
            let Try { key, what, answer } = self.tries[place].clone();
            if answer.is_none() {
                let licence = self.licence();
                let answer = self.hands.send(town, &what, &key, &licence).await;
                self.tries[place].answer = Some(answer.expect("a program that runs answers"));
                lost += 1;
            }
        }
        lost
    }

    /// Whatever was done, asked once more, is answered alike.
    pub(super) async fn asks_all_twice(&self, town: &Town) {
        for one in self.tries.iter().rev().take(20) {
            // Without keys: looking at a page, a provider's messages, a
            // colleague; and what was refused before may be done by now.
            match (&one.what, &one.answer) {
                (What::Visit { .. } | What::Pay { .. } | What::Approve { .. }, _) => continue,
                (What::SendBack { .. }, Some(Err(_))) => continue,
                _ => {}
            }
            let again: Option<Heard> = self.hands.send(town, &one.what, &one.key, &self.licence()).await;
            match (&one.what, &one.answer, &again) {
                // These count what is left now, not what was left then.
                (What::Begin | What::Commit(_), Some(Ok(_)), Some(Ok(_))) => {}
                (What::TopUp, Some(Ok(one)), Some(Ok(again))) => assert_eq!(one["id"], again["id"]),
                (_, one_answer, again) => assert_eq!(one_answer, again, "{one:?}"),
            }
        }
    }

    /// The licence's meter is what follows from the answers.
    pub(super) async fn compare_uses(&self) {
        let licence = self.licence();
        if licence.is_null() {
            return;
        }
        let ask = "query($id: ID!) { licence(id: $id) { meters { granted consumed reserved left } } }";
        let data = self.hands.api.ask(ask, json!({ "id": licence })).await;
        let (granted, gone) = self.uses();
        // A task that was begun is still to be ended, and a lease to be told of.
        let open = match self.tries.last().map(|last| &last.what) {
            Some(What::Begin) => 1,
            Some(What::Take) => 3,
            _ => 0,
        };
        let expected = json!([{
            "granted": granted, "consumed": gone - open, "reserved": open, "left": granted - gone,
        }]);
        assert_eq!(data["licence"]["meters"], expected, "client {}", self.number);
    }
}
