//! Card payments through Stripe, with the program as an operator runs it and
//! a Stripe of the test's own: paid, told, told again, sent back, disputed.
//! Messages that nobody should believe are refused, and nothing is lost.

use reqwest::{Client, redirect};
use serde_json::{Value, json};
use tests::api::Api;
use tests::live::Socket;
use tests::program::Program;
use tests::stripe::{Delivery, Double, SECRET_KEY, WEBHOOK_SECRET};

const WALLET: &str = "subscription { walletChanged(now: true) { balance debt } }";

/// The program with its Stripe.
struct Shop {
    program: Program,
    double: Double,
    client: Client,
}

/// Somebody who pays by card, and listens to their wallet.
struct Payer {
    api: Api,
    socket: Socket,
    session: String,
}

impl Shop {
    async fn open() -> Self {
        let double = Double::open().await;
        let program = Program::with(&[
            ("FARTHING_LIMITS", "off"),
            ("FARTHING_PAYMENTS__STRIPE_SECRET_KEY", SECRET_KEY),
            ("FARTHING_PAYMENTS__STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("FARTHING_PAYMENTS__STRIPE_API", &double.url()),
        ]);
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build();
        Self { program, double, client: client.expect("a client builds") }
    }

    /// Somebody new asks for a thousand tokens and is led to Stripe.
    async fn payer(&self) -> Payer {
        let api = Api::opens_account(&self.program).await;
        let input = json!({ "tokens": "1000", "idempotencyKey": "k" });
        let done = api.must("topUp", input, "topUpOrder { payUrl }").await;
        let url = done["topUpOrder"]["payUrl"].as_str().expect("an address to pay at");
        let path = url.find("/pay/").map(|place| &url[place..]).expect("it leads over the market");
        let mut sessions = Vec::new();
        for _ in 0..2 {
            let answer = self.client.get(self.program.url(path)).send().await.expect("the market answers");
            assert_eq!(answer.status(), 303);
            let to = answer.headers()["location"].to_str().expect("an address").to_owned();
            sessions.push(to.strip_prefix("https://pay.example/").expect("Stripe's page").to_owned());
        }
        assert_eq!(sessions[0], sessions[1], "one session, however often it is looked at");
        let token = api.token().expect("who opened an account has a token").to_owned();
        let mut socket = Socket::signed_in(&self.program, &token).await;
        socket.subscribes("1", WALLET).await;
        Payer { api, socket, session: sessions.remove(0) }
    }

    async fn tell(&self, delivery: &Delivery) -> u16 {
        let request = self.client.post(self.program.url("/payments/stripe"));
        let request = request.header("stripe-signature", &delivery.signature).body(delivery.body.clone());
        request.send().await.expect("the market answers").status().as_u16()
    }

    /// All that Stripe has to say of a session, as it would deliver it now.
    fn messages(&self, session: &str) -> Vec<Delivery> {
        self.double.events_of(session).iter().map(|event| Double::delivers(event, now())).collect()
    }

    async fn tell_all(&self, session: &str) {
        for message in self.messages(session) {
            assert_eq!(self.tell(&message).await, 200);
        }
    }
}

impl Payer {
    /// Waits until the wallet says so.
    async fn hears(&mut self, balance: &str, debt: &str) {
        loop {
            let told = self.socket.gets("next", "1").await["data"]["walletChanged"].clone();
            if told == json!({ "balance": balance, "debt": debt }) {
                return;
            }
        }
    }

    /// Asks until the top-up stands so.
    async fn stands(&self, state: &str) {
        let ask = "{ me { topUpOrders(first: 1) { edges { node { state } } } } }";
        let wait = async {
            loop {
                let data = self.api.ask(ask, json!({})).await;
                if data["me"]["topUpOrders"]["edges"][0]["node"]["state"] == state {
                    return;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.expect(state);
    }
}

/// Seconds of the machine's clock, which the program runs by.
fn now() -> i64 {
    store::world::World::system().now().millis() / 1_000
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_told_twice_sent_back_disputed_and_lost() {
    let shop = Shop::open().await;
    let mut payer = shop.payer().await;
    payer.hears("50", "0").await;
    shop.double.is_paid(&payer.session);
    shop.tell_all(&payer.session).await;
    payer.hears("1050", "0").await;
    shop.tell_all(&payer.session).await;
    shop.double.sends_back(&payer.session, 250);
    shop.tell_all(&payer.session).await;
    payer.hears("800", "0").await;
    let other = Api::opens_account(&shop.program).await;
    let given = payer.api.gives(&other.handle, "600", "g").await.expect("the API answers");
    given.expect("what is there can be given");
    payer.hears("200", "0").await;
    shop.double.is_disputed(&payer.session);
    shop.tell_all(&payer.session).await;
    payer.hears("50", "0").await;
    let frozen = payer.api.gives(&other.handle, "1", "h").await.expect("the API answers");
    assert_eq!(frozen.expect_err("a disputed account is frozen").code, "ACCOUNT_FROZEN");
    shop.double.is_withdrawn(&payer.session);
    shop.double.loses(&payer.session);
    shop.tell_all(&payer.session).await;
    payer.hears("0", "600").await;
    payer.stands("REVERSED").await;
    shop.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_never_told_is_found_by_coming_back() {
    let shop = Shop::open().await;
    let mut payer = shop.payer().await;
    payer.hears("50", "0").await;
    shop.double.is_paid(&payer.session);
    // The browser comes back, and is not believed: Stripe is asked.
    let success = shop.double.asked(&payer.session, "success_url").expect("Stripe was told where to go");
    let path = success.find("/pay/").map(|place| &success[place..]).expect("it leads back over the market");
    let answer = shop.client.get(shop.program.url(path)).send().await.expect("the market answers");
    assert_eq!(answer.status(), 303);
    payer.hears("1050", "0").await;
    shop.program.close();
}

/// Messages that are changed in one way each, and what the door answers.
fn hostile(good: &Delivery, event: &Value) -> Vec<(&'static str, Delivery, u16)> {
    let changed = |change: fn(&mut Value)| {
        let mut event = event.clone();
        change(&mut event);
        Double::delivers(&event, now())
    };
    vec![
        ("forged", Double::signs(&good.body, "whsec_of_another_account", now()), 400),
        ("stale", Double::delivers(event, now() - 301), 400),
        ("from the future", Double::delivers(event, now() + 400), 400),
        ("unsigned", Delivery { signature: String::new(), ..good.clone() }, 400),
        ("half a signature", Delivery { signature: "t=1,v1=".to_owned(), ..good.clone() }, 400),
        ("altered", Delivery { body: format!("{} ", good.body), ..good.clone() }, 400),
        ("nonsense", Double::signs("nonsense", WEBHOOK_SECRET, now()), 400),
        ("of real money", changed(|event| event["livemode"] = true.into()), 400),
        ("another account's", changed(|event| event["account"] = "acct_other".into()), 400),
        ("too long", Double::signs(&"x".repeat(300_000), WEBHOOK_SECRET, now()), 413),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_messages_give_nothing_and_lose_nothing() {
    let shop = Shop::open().await;
    let mut payer = shop.payer().await;
    payer.hears("50", "0").await;
    shop.double.is_paid(&payer.session);
    let event = shop.double.events_of(&payer.session).remove(0);
    for (what, message, status) in hostile(&Double::delivers(&event, now()), &event) {
        assert_eq!(shop.tell(&message).await, status, "{what}");
    }
    payer.stands("SUBMITTED").await;
    // Somebody else's session, whose words name this one's top-up.
    let mut words = event.clone();
    words["id"] = "evt_made_up".into();
    words["data"]["object"]["id"] = "cs_made_up".into();
    assert_eq!(shop.tell(&Double::delivers(&words, now())).await, 200, "not ours: taken, and nothing done");
    assert_eq!(payer.api.balance().await, "50");
    // The real one, replayed at once and later, counts once.
    let good = Double::delivers(&event, now());
    let told = tokio::join!(shop.tell(&good), shop.tell(&good), shop.tell(&good));
    assert_eq!(told, (200, 200, 200));
    payer.hears("1050", "0").await;
    assert_eq!(shop.tell(&good).await, 200);
    assert_eq!(payer.api.balance().await, "1050");
    shop.program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_that_do_not_fit_wait_for_a_person() {
    let mut shop = Shop::open().await;
    for (amount, currency) in [(1, "usd"), (100_000, "usd"), (1_000, "jpy")] {
        let payer = shop.payer().await;
        shop.double.asks_otherwise(&payer.session, amount, currency);
        shop.double.is_paid(&payer.session);
        shop.tell_all(&payer.session).await;
        payer.stands("REVIEW").await;
        assert_eq!(payer.api.balance().await, "50", "{amount} {currency}");
    }
    // The operator is told by the log, once for each.
    let told = shop.program.log().matches("does not fit its top-up").count();
    assert_eq!(told, 3);
    shop.program.stop();
    shop.program.audit();
    shop.program.start();
    let staff = Api::staff(&shop.program, "office").await;
    let asked = "{ vendor { cardTrouble { misfits { why } comparedDays { day comparedAt topUps differing } \
                 comparisonFindings { day reference payment difference here there } disputes { answerBy } } } }";
    let trouble = staff.ask(asked, json!({})).await["vendor"]["cardTrouble"].clone();
    assert_eq!(trouble["misfits"].as_array().map(Vec::len), Some(3));
    assert_eq!((&trouble["comparedDays"], &trouble["comparisonFindings"]), (&json!([]), &json!([])));
    shop.program.stop();
    let compared = shop.program.run(&["compare"]);
    let said = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert!(compared.status.success() && said.contains("Compared 0 more days."), "no day is over: {said}");
}
