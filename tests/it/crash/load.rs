//! Everybody asking at once, and what is compared once the program is back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::topup::Provider;
use tests::chance::Chance;
use tests::databases::Direct;
use tests::mailbox::{Mailbox, Mood, PATIENCE};
use tests::program::Program;
use tests::stripe::Double;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use super::asks::{AT_DESK, PRICE, RENT, SLIP, TOP_UP, Try, What};
use super::client::Client;
use super::house::House;
use super::town::{BEGINNING, CLIENTS, READERS, Town, WELCOME, opened, settles};

/// The lists of a client's own in which an id may be only once.
const LISTS: [&str; 3] = ["orders", "gifts", "topUpOrders"];

pub(super) struct Load {
    pub(super) program: Program,
    pub(super) town: Town,
    /// Who trades, and at last the desk.
    pub(super) clients: Vec<Client>,
    /// Away only while everybody trades.
    house: Option<House>,
    mailbox: Mailbox,
    url: String,
    chance: Chance,
}

impl Load {
    pub(super) async fn begin(database: Option<&str>, seed: u64) -> Self {
        println!("seed {seed}");
        let (double, mailbox) = (Arc::new(Double::open().await), Mailbox::open().await);
        let program = opened(&double, &mailbox, database);
        let file = format!("sqlite://{}", program.data().join("farthing.sqlite").display());
        let url = database.map_or(file, str::to_owned);
        let (town, clients, house) = settles(&program, double, &mailbox, seed).await;
        Self { program, town, clients, house: Some(house), mailbox, url, chance: Chance::new(seed) }
    }

    /// Everybody trades until `end` is called, after a number of answers that
    /// chance decides.
    pub(super) async fn trade_until(&mut self, end: impl FnOnce(&mut Program)) {
        // Then letters wait in the outbox when the end comes.
        let mood = if self.chance.is_within_percent(50) { Mood::IsBusy } else { Mood::Takes };
        self.mailbox.turns(mood);
        let (heard, mut answers) = unbounded_channel();
        let trades = self
            .clients
            .drain(..)
            .map(|client| tokio::spawn(client.trades(self.town.clone(), heard.clone())));
        let trades: Vec<_> = trades.collect();
        let house = self.house.take().expect("nobody trades yet");
        let house = tokio::spawn(house.goes_on(heard.clone()));
        drop(heard);
        for _ in 0..20 + self.chance.below(250) {
            if answers.recv().await.is_none() {
                break;
            }
        }
        // Not always right after an answer.
        for _ in 0..self.chance.below(3_000) {
            tokio::task::yield_now().await;
        }
        end(&mut self.program);
        for trade in trades {
            self.clients.push(trade.await.expect("no client panics"));
        }
        self.house = Some(house.await.expect("nobody in the house panics"));
    }

    /// While nothing runs: messages that were taken are on the disk. And the
    /// minutes pass for which letters are left to who took them.
    pub(super) async fn looks_at_the_disk(&self) {
        let direct = Direct::to(&self.url).await;
        let provider = Provider::Stripe.number();
        let sql = format!("SELECT event_ref FROM inbox_events WHERE provider = {provider}");
        let kept: BTreeSet<String> = direct.texts(&sql).await.into_iter().flatten().flatten().collect();
        for one in self.clients.iter().flat_map(|client| &client.tries) {
            if let (What::Pay { .. }, Some(done)) = (&one.what, one.done()) {
                let taken = done["events"].as_array().expect("a list");
                let is_kept = taken.iter().all(|event| kept.contains(event.as_str().expect("an id")));
                assert!(is_kept, "messages that were taken are lost: {taken:?}");
            }
        }
        direct.must("UPDATE outbox SET due_at = 0 WHERE done_at IS NULL AND dead_at IS NULL").await;
        direct.close().await;
    }

    pub(super) fn starts_again(&mut self) {
        self.mailbox.turns(Mood::Takes);
        self.program.start();
        self.town.url = self.program.url("");
        let program = &self.program;
        self.house.iter_mut().for_each(|house| house.moves(program));
        for client in &mut self.clients {
            client.hands.api = client.hands.api.at(&self.program);
            client.hands.colleague = client.hands.colleague.take().map(|api| api.at(&self.program));
        }
    }

    pub(super) fn house(&mut self) -> &mut House {
        self.house.as_mut().expect("nobody trades now")
    }

    fn traders(&self) -> &[Client] {
        &self.clients[..CLIENTS]
    }

    fn desk(&self) -> &[Try] {
        &self.clients[CLIENTS].tries
    }

    /// What was acknowledged is there, once; gives the number of orders, gifts
    /// and top-ups that nobody has heard of.
    pub(super) async fn count_unheard(&self) -> usize {
        let mut unheard = 0;
        for client in self.traders() {
            for list in LISTS {
                let (listed, done) = (client.listed(list).await, client.done(list));
                let lost: Vec<_> = done.difference(&listed).collect();
                assert!(
                    lost.is_empty(),
                    "acknowledged {list} of client {} are lost: {lost:?}",
                    client.number
                );
                let known = done.len() + client.beside(list, self.desk());
                assert!(known <= listed.len(), "{list} of client {} are lost", client.number);
                unheard += listed.len() - known;
            }
        }
        unheard
    }

    /// Asks again, with the same keys, for what was never answered.
    pub(super) async fn ask_again(&mut self) -> usize {
        let mut lost = 0;
        for client in &mut self.clients {
            lost += client.asks_again(&self.town).await;
        }
        lost
    }

    /// What everybody has by the answers, in whole tokens.
    fn expected(&self) -> [i64; CLIENTS] {
        let mut expected = [BEGINNING + WELCOME; CLIENTS];
        for client in &self.clients {
            let mut own = 0;
            for one in &client.tries {
                match (&one.what, &one.answer) {
                    // It may have been asked for before the money was seen.
                    (What::SendBack { .. }, Some(Err(_))) => {}
                    (_, Some(Ok(_))) => match one.what {
                        What::Buy => own -= PRICE,
                        What::Rent => own -= RENT,
                        What::Redeem(_) => own += SLIP,
                        What::Pay { .. } => own += TOP_UP,
                        What::SendBack { .. } => own -= TOP_UP,
                        What::Give(to, amount) => {
                            own -= amount;
                            expected[to] += amount;
                        }
                        What::Record { to, .. } => expected[to] += AT_DESK,
                        What::Consume
                        | What::Begin
                        | What::Commit(_)
                        | What::Take
                        | What::Settle { .. }
                        | What::TopUp
                        | What::Visit { .. }
                        | What::Enter(_)
                        | What::Approve { .. } => {}
                    },
                    _ => panic!("{one:?} was refused"),
                }
            }
            if let Some(theirs) = expected.get_mut(client.number) {
                *theirs += own;
            }
        }
        expected
    }

    /// Everybody has what follows from the answers, to the token, as soon as
    /// the messages that were taken are worked on.
    pub(super) async fn compare_balances(&self) {
        let expected = self.expected();
        for client in self.traders() {
            client.compare_uses().await;
            let mut has = String::new();
            let settled = async {
                loop {
                    has = client.hands.api.balance().await;
                    if has == expected[client.number].to_string() {
                        return;
                    }
                }
            };
            let in_time = timeout(Duration::from_secs(30), settled).await;
            assert!(in_time.is_ok(), "client {} has {has}, not {}", client.number, expected[client.number]);
        }
    }

    /// Whatever was done is answered alike when it is asked once more, and
    /// changes nothing.
    pub(super) async fn ask_all_twice(&self) {
        for client in &self.clients {
            client.asks_all_twice(&self.town).await;
        }
        assert_eq!(self.count_unheard().await, 0, "what was asked twice is there once");
        self.compare_balances().await;
    }

    /// Money that was sent back went once, and nobody paid in two places.
    pub(super) async fn compare_money(&self) {
        let visited: usize =
            self.traders().iter().map(|client| client.count(|it| matches!(it, What::Visit { .. }))).sum();
        assert_eq!(self.town.double.sessions(), visited, "one place to pay for each top-up");
        let mut back = BTreeMap::new();
        for client in self.traders() {
            for (place, one) in client.tries.iter().enumerate() {
                let paid = client.tries.get(place + 2);
                let (What::TopUp, Some(Try { what: What::Pay { session }, .. })) = (&one.what, paid) else {
                    continue;
                };
                let id = &one.done().expect("it was paid")["id"];
                let is_back = |it: &What| matches!(it, What::SendBack { top_up } if id == top_up);
                back.insert(session.clone(), if client.count(is_back) > 0 { TOP_UP } else { 0 });
            }
        }
        let sent = async {
            while back.iter().any(|(session, cents)| self.town.double.sent_back(session) < *cents) {
                let _ = self.clients[0].hands.api.balance().await;
            }
        };
        timeout(PATIENCE, sent).await.expect("money that was asked back is sent");
        for (session, cents) in back {
            assert_eq!(self.town.double.sent_back(&session), cents, "{session}");
        }
    }

    /// Each of them was written about everything, once under each number.
    pub(super) async fn compare_letters(&self) {
        for (address, subject, count) in self.letters_due() {
            let what = format!("{count} letters “{subject}” to {address}");
            let mut came = 0;
            let wait = self.mailbox.waits_until(&what, |letters| {
                let is_it =
                    |it: &&tests::letter::Letter| it.recipient == address && it.subject().contains(subject);
                let numbers: BTreeSet<String> =
                    letters.iter().filter(is_it).map(tests::letter::Letter::message_id).collect();
                came = numbers.len();
                came >= count
            });
            wait.await;
            assert_eq!(came, count, "letters “{subject}” to {address}");
        }
    }

    fn letters_due(&self) -> Vec<(String, &'static str, usize)> {
        let all = |is_it: fn(&What) -> bool| -> usize {
            self.traders().iter().map(|client| client.count(is_it)).sum()
        };
        let sold = all(|what| matches!(what, What::Buy | What::Rent));
        let mut due = vec![("seller@post.example".to_owned(), "You sold to", sold)];
        for client in &self.traders()[..READERS] {
            let to_them = |what: &What| match what {
                What::Give(to, _) | What::Record { to, .. } => *to == client.number,
                _ => false,
            };
            let given: usize = self.traders().iter().map(|client| client.count(to_them)).sum();
            let paid = client.count(|what| matches!(what, What::Pay { .. }));
            let counts = [
                ("A gift from", given),
                ("for your wallet", paid + self.clients[CLIENTS].count(to_them)),
                ("You bought from", client.count(|what| matches!(what, What::Buy))),
                ("It is there", client.count(|what| matches!(what, What::Rent))),
            ];
            let address = format!("client-{}@post.example", client.number);
            due.extend(counts.map(|(subject, count)| (address.clone(), subject, count)));
        }
        due
    }
}
