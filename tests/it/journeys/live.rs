//! What is heard while it happens: over WebSockets, by server-sent events,
//! and in front of somebody's eyes.

use serde_json::{Value, json};
use tests::api::Api;
use tests::browser::{Browser, Script};
use tests::live::{Events, Heard, Socket};
use tests::program::Program;

use super::vendor::{grant, staff};

const WALLET: &str = "subscription { walletChanged { balance spendable } }";

fn token(user: &Api) -> &str {
    user.token().expect("who opened an account has a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_heard_over_a_websocket() {
    let program = Program::fresh();
    let (vendor, user) = (staff(&program).await, Api::opens_account(&program).await);
    let mut socket = Socket::signed_in(&program, token(&user)).await;
    socket.subscribes("1", WALLET).await;
    // Operations run beside each other.
    socket.subscribes("2", "{ me { handle } }").await;
    let me = socket.gets("next", "2").await;
    assert_eq!(me["data"]["me"]["handle"], user.handle);
    socket.gets("complete", "2").await;
    grant(&vendor, &user.handle, "12.5").await;
    let told = socket.gets("next", "1").await;
    assert_eq!(told["data"], json!({ "walletChanged": { "balance": "62.5", "spendable": "12.5" } }));
    // An id is free again once its operation is over.
    socket.says(&json!({ "type": "complete", "id": "1" })).await;
    socket.subscribes("1", "subscription { walletChanged(now: true) { balance } }").await;
    let now = socket.gets("next", "1").await;
    assert_eq!(now["data"]["walletChanged"]["balance"], "62.5");
    grant(&vendor, &user.handle, "1").await;
    assert_eq!(socket.gets("next", "1").await["data"]["walletChanged"]["balance"], "63.5");
    // What cannot be run is an error; strangers' wallets are nobody's.
    socket.subscribes("3", "subscription { nothing }").await;
    assert!(socket.gets("error", "3").await[0]["message"].is_string());
    let mut stranger = Socket::open(&program).await;
    stranger.says(&json!({ "type": "connection_init" })).await;
    assert_eq!(stranger.hears().await, Heard::Message(json!({ "type": "connection_ack" })));
    stranger.subscribes("1", WALLET).await;
    let refused = stranger.gets("next", "1").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_SIGNED_IN", "{refused}");
    stranger.gets("complete", "1").await;
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_against_the_protocol_closes_the_connection() {
    let program = Program::fresh();
    let user = Api::opens_account(&program).await;
    let init = json!({ "type": "connection_init" });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": WALLET } });
    let bad_token = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nonsense" } });
    // What a client says, one after the other, and how it ends.
    let table: [(&[&Value], u16); 8] = [
        (&[&subscribe], 4401),
        (&[&bad_token], 4403),
        (&[&init, &init], 4429),
        (&[&json!({ "type": "nonsense" })], 4400),
        (&[&init, &json!([1])], 4400),
        (&[&init, &json!({ "type": "subscribe", "id": "1", "payload": { "query": 7 } })], 4400),
        (&[&init, &json!({ "type": "subscribe", "payload": { "query": WALLET } })], 4400),
        (&[&init, &json!({ "type": "complete" })], 4400),
    ];
    for (messages, code) in table {
        let mut socket = Socket::open(&program).await;
        for message in messages {
            socket.says(message).await;
        }
        let mut heard = socket.hears().await;
        if heard == Heard::Message(json!({ "type": "connection_ack" })) {
            heard = socket.hears().await;
        }
        assert_eq!(heard, Heard::Closed(code), "{messages:?}");
    }
    let mut twice = Socket::signed_in(&program, token(&user)).await;
    twice.subscribes("1", WALLET).await;
    twice.subscribes("1", WALLET).await;
    assert_eq!(twice.hears().await, Heard::Closed(4409));
    let mut silent = Socket::open(&program).await;
    assert_eq!(silent.hears().await, Heard::Closed(4408), "nobody waits for ever to hear who asks");
    let mut other = Socket::try_open(&program, &[]).await.expect("it is told by a code");
    assert_eq!(other.hears().await, Heard::Closed(4406));
    let mut lively = Socket::open(&program).await;
    lively.says(&json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(lively.hears().await, Heard::Message(json!({ "type": "pong", "payload": { "a": 1 } })));
    program.close();
}

/// Many people may share an address, but not without end: each line that is
/// held open costs memory.
#[tokio::test(flavor = "multi_thread")]
async fn one_address_holds_a_hundred_lines_open() {
    let program = Program::with(&[]);
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let mut lines = Vec::new();
    for _ in 0..100 {
        let mut socket = Socket::open(&program).await;
        socket.says(&json!({ "type": "connection_init" })).await;
        lines.push(socket);
    }
    for _ in 0..2 {
        assert_eq!(Socket::try_open(&program, &protocol).await.err(), Some(429));
    }
    // Events count with them; pages and the API are not in the way.
    let user = Api::opens_account(&program).await;
    let events = json!({ "query": WALLET });
    let told = user.request().header("accept", "text/event-stream").json(&events).send().await;
    assert_eq!(told.expect("the API answers").status(), 429);
    assert_eq!(user.balance().await, "50");
    // Whoever hangs up makes room.
    drop(lines.pop());
    let again = async { while Socket::try_open(&program, &protocol).await.is_err() {} };
    tokio::time::timeout(std::time::Duration::from_secs(30), again).await.expect("there is room again");
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn listening_ends_with_the_session_and_has_limits() {
    let program = Program::with(&[]);
    let user = Api::opens_account(&program).await;
    let mut socket = Socket::signed_in(&program, token(&user)).await;
    for number in 0..20 {
        socket.subscribes(&number.to_string(), WALLET).await;
    }
    socket.subscribes("20", WALLET).await;
    assert_eq!(socket.gets("error", "20").await[0]["extensions"]["code"], "TOO_MANY");
    let mut others = Vec::new();
    for _ in 0..19 {
        others.push(Socket::signed_in(&program, token(&user)).await);
    }
    let mut one_more = Socket::open(&program).await;
    let payload = json!({ "authorization": format!("Bearer {}", token(&user)) });
    one_more.says(&json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(one_more.hears().await, Heard::Closed(4429));
    drop(others);
    user.ask("mutation { signOut { userErrors { code } } }", json!({})).await;
    socket.says(&json!({ "type": "complete", "id": "0" })).await;
    socket.subscribes("0", "{ me { handle } }").await;
    loop {
        match socket.hears().await {
            Heard::Closed(code) => break assert_eq!(code, 4403),
            Heard::Message(message) => assert_eq!(message["type"], "complete", "{message}"),
        }
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_counts_only_from_the_sites_own_pages() {
    let program = Program::fresh();
    let user = Api::opens_account(&program).await;
    let cookie = format!("farthing_session={}", token(&user));
    let host = program.address().to_string();
    for (origin, is_known) in [
        (format!("http://{host}"), true),
        ("https://evil.example".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        let headers = [
            ("sec-websocket-protocol", "graphql-transport-ws"),
            ("cookie", cookie.as_str()),
            ("origin", origin.as_str()),
        ];
        let mut socket = Socket::try_open(&program, &headers).await.expect("it is taken");
        socket.says(&json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hears().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket.subscribes("1", "{ me { handle } }").await;
        let me = socket.gets("next", "1").await["data"]["me"].clone();
        assert_eq!(!me.is_null(), is_known, "{origin}: {me}");
    }
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_heard_by_server_sent_events() {
    let program = Program::fresh();
    let (vendor, user) = (staff(&program).await, Api::opens_account(&program).await);
    let mut events = Events::of(&user, "subscription { walletChanged(now: true) { balance } }").await;
    let text = events.reads_to("\n\n").await;
    assert!(
        text.starts_with("event: next\ndata: {\"data\":{\"walletChanged\":{\"balance\":\"50\"}}"),
        "{text}"
    );
    grant(&vendor, &user.handle, "0.0001").await;
    let text = events.reads_to("\n\n").await;
    assert!(text.contains("\"balance\":\"50.0001\""), "{text}");
    let mut once = Events::of(&user, "{ me { handle } }").await;
    let text = once.reads_to("event: complete").await;
    assert!(text.contains(&user.handle), "{text}");
    let mut bad = Events::of(&user, "subscription { nothing }").await;
    let text = bad.reads_to("event: complete").await;
    assert!(text.contains("\"errors\""), "{text}");
    // Without asking for events, there is only one answer: none.
    let told = user.tell(WALLET, json!({})).await.expect("it is answered");
    assert_eq!(told.status, 400);
    program.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_balance_rises_in_front_of_ones_eyes() {
    let program = Program::fresh();
    let vendor = staff(&program).await;
    let user = Browser::open(&program, Script::On).await;
    user.goes_to("/open-account").await;
    user.clicks("Open my account").await;
    user.clicks("I have kept it").await;
    user.goes_to("/account").await;
    let handle =
        user.sees("#handle").await.prop("value").await.expect("the browser tells").expect("a handle");
    user.goes_to("/wallet").await;
    assert_eq!(user.balance().await, "50");
    grant(&vendor, &handle, "1234.5").await;
    user.sees("[data-balance] data[value=\"1284.5\"]").await;
    user.sees(".purse data[value=\"1284.5\"]").await;
    user.reads("Granted by the vendor: Opening day").await;
    user.sees("[role=\"status\"]").await;
    assert_eq!(user.path().await, "/wallet", "the page stays");
    user.close().await;
    program.close();
}
