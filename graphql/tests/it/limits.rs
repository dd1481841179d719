//! What one request may ask for.

use async_graphql::{Request, Variables};
use domain::access::Actor;
use graphql::{COST_MAX, Operation, weigh};
use serde_json::{Value, json};

use crate::house::House;

/// Doubles itself as often as there are fragments.
fn bomb(fragments: usize) -> String {
    let mut text = String::from("query { ...f0 }");
    for index in 0..fragments {
        let next = index + 1;
        text.push_str(&format!(" fragment f{index} on Query {{ ...f{next} ...f{next} }}"));
    }
    format!("{text} fragment f{fragments} on Query {{ __typename }}")
}

#[tokio::test]
async fn too_much_is_refused_before_it_runs() {
    let house = House::open().await;
    let repeat =
        |text: &str, times: usize| (0..times).map(|n| text.replace('#', &n.to_string())).collect::<String>();
    let deep = format!("{{ categories {} }}", repeat("{ children ", 16) + "{ id }" + &"}".repeat(16));
    let table = [
        ("fragments that double", bomb(30), "at most 2000 fields"),
        ("fragments in a circle", "{ ...a } fragment a on Query { ...a }".to_owned(), ""),
        ("aliases", format!("{{ vendor {{ {} }} }}", repeat("a#: name ", 51)), "at most 50 aliases"),
        ("aliases in fragments", format!("{{ {} }} fragment v on Query {{ vendor {{ {} }} }}", repeat("...v ", 6), repeat("a#: name ", 10)), "at most 50 aliases"),
        ("root fields", format!("{{ {} }}", repeat("v#: vendor { name } ", 26)), "at most 25 root fields"),
        ("mutations", format!("mutation {{ {} }}", repeat("s#: signOut { userErrors { code } } ", 11)), "at most 10 root fields"),
        ("directives", format!("{{ vendor {{ name {} }} }}", repeat("@include(if: true) ", 51)), "at most 50 directives"),
        ("depth", deep, "nested too deep"),
        ("cost", "{ search(first: 100) { edges { node { seller { listings(first: 100) { edges { node { id } } } } } } } }".to_owned(), "one request may cost 5000"),
        ("a hidden cost", "{ search(first: 2147483647) { edges { node { id } } } }".to_owned(), "one request may cost 5000"),
        ("length", format!("{{ vendor {{ name }} }} # {}", "x".repeat(70_000)), "at most 65536 bytes"),
        (
            "many operations",
            format!("{} fragment f on Query {{ vendor {{ {} }} }}", repeat("query q# { ...f } ", 200), repeat("name ", 100)),
            "at most 2000 fields",
        ),
        ("a mutation twice", "mutation { signOut { userErrors { code } } signOut { userErrors { message } } }".to_owned(), "asked for twice"),
        ("nesting", "{a".repeat(10_000), ""),
    ];
    for (what, query, expected) in table {
        let answer = house.ask(&Actor::Visitor(None), &query, json!({})).await;
        assert_eq!(answer.get("data"), None, "{what} was run");
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{what}: {message}");
    }
}

#[tokio::test]
async fn what_clients_really_send_fits() {
    let house = House::open().await;
    // As generators and editors ask: types nine levels deep.
    let of = (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let introspection = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} types {{ ...F }} \
         directives {{ name description locations args {{ ...I }} }} }} }} \
         fragment F on __Type {{ kind name description fields(includeDeprecated: true) {{ name description \
         args {{ ...I }} type {{ ...T }} isDeprecated deprecationReason }} inputFields {{ ...I }} interfaces {{ ...T }} \
         enumValues(includeDeprecated: true) {{ name }} possibleTypes {{ ...T }} }} \
         fragment I on __InputValue {{ name description type {{ ...T }} defaultValue }} \
         fragment T on __Type {{ {of} }}"
    );
    let page = "{ search(query: \"x\", first: 100) { totalCount pageInfo { hasNextPage } edges { cursor node { \
                id title description price quantity kind state condition tags worth isBuyable isMine url createdAt publishedAt \
                seller { id handle } category { slug name } cover { url width height } } } } }";
    for query in [introspection.as_str(), page] {
        let answer = house.ask(&Actor::Visitor(None), query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let cost = answer["extensions"]["cost"].as_u64().unwrap();
        assert!(cost > 50 && cost < u64::from(COST_MAX), "{cost}");
    }
}

#[tokio::test]
async fn variables_that_must_be_given_are_missed_before_anything_runs() {
    let house = House::open().await;
    let query = "query($id: ID!, $n: Int! = 3, $x: Int) { node(id: $id) { id } newestListings(first: $n) { id } suggest(prefix: \"x\", first: $x) }";
    let table = [
        (json!({ "id": "x" }), true),
        (json!({ "id": "x", "n": 1, "x": 2 }), true),
        (json!({}), false),
        (json!({ "id": null }), false),
        (json!({ "id": "x", "n": null }), false),
        (json!({ "id": "x", "n": "many" }), false),
    ];
    for (variables, runs) in table {
        let answer = house.ask(&Actor::Visitor(None), query, variables.clone()).await;
        assert_eq!(answer.get("data").is_some(), runs, "{variables}: {answer}");
    }
}

#[tokio::test]
async fn deep_nests_of_any_sort_are_survived() {
    let house = House::open().await;
    let nest = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(9_000), close.repeat(9_000))
    };
    let table = [
        format!("{{ suggest(prefix: {}) }}", nest("[", "", "]")),
        format!("{{ suggest(prefix: {}) }}", nest("{a:", "1", "}")),
        format!("query($x: {}) {{ me {{ id }} }}", nest("[", "Int", "]")),
        nest("{a", "", "}"),
        nest("{...", "me", "}"),
    ];
    for query in table {
        let answer = house.ask(&Actor::Visitor(None), &query, json!({})).await;
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.len() < 500, "{message}");
    }
}

#[test]
fn suggestions_are_not_made_to_strangers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        House::open().await.ask(&Actor::Visitor(None), "{ vendr { name } }", json!({})).await
    });
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(!message.contains("vendor") && !message.contains("Did you mean"), "{message}");
}

#[test]
fn requests_are_weighed_by_what_they_do() {
    let weigh = |query: &str, variables: Value| {
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        weigh(&mut request).unwrap()
    };
    let plain = weigh("{ vendor { name } }", json!({}));
    assert_eq!((plain.operation, plain.writes, plain.cost), (Operation::Query, 0, 2));
    let dear = weigh("query($n: Int) { search(first: $n) { edges { node { id } } } }", json!({ "n": 10 }));
    assert_eq!(dear.cost, 10 + 10 * 3);
    let usual = weigh("{ search { edges { node { id } } } }", json!({}));
    assert_eq!(usual.cost, 10 + 20 * 3);

    let all = weigh(
        "mutation M($in: SignInInput!, $h: String) { a: openAccount(input: {}) { accountKey } ...f \
         ... on Mutation { b: signIn(input: $in) { sessionToken } c: signIn(input: { handle: $h }) { sessionToken } } \
         uploadImage(input: { file: null }) { image { id } } attachFile(input: {}) { listing { id } } } \
         fragment f on Mutation { claimGift(input: {}) { gift { id } } }",
        json!({ "in": { "handle": "Ada", "passphrase": "x" }, "h": "ben" }),
    );
    assert_eq!(all.operation, Operation::Mutation);
    assert_eq!((all.opens, all.sign_ins, all.claims, all.writes), (1, 2, 1, 6));
    assert_eq!((all.pictures, all.files), (1, 1));
    assert_eq!(all.sign_in_handles, ["Ada", "ben"]);
    assert_eq!(weigh("{ giftBehind(claimCode: \"x\") { amount } }", json!({})).claims, 1);
}
