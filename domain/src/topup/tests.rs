use super::*;

#[test]
fn only_paths_of_this_site_lead_back() {
    for path in ["/", "/cart", "/listings/3?quantity=2#top", "/checkout?step=2&x=%20"] {
        assert_eq!(ReturnPath::parse(path).map(|path| path.as_str().to_owned()), Ok(path.to_owned()));
    }
    let long = format!("/{}", "a".repeat(PATH_MAX));
    let bad =
        ["", "cart", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\nb", "/ä"];
    for path in bad.into_iter().chain(["/\"", "/<b>", long.as_str()]) {
        assert!(ReturnPath::parse(path).is_err(), "{path}");
    }
}

#[test]
fn names_and_numbers_lead_back() {
    assert!(Channel::ALL.iter().all(|it| Channel::from_number(it.number()) == Some(*it)));
    assert!(Method::ALL.iter().all(|it| Method::from_name(it.name()) == Some(*it)));
    assert!(Method::ALL.iter().all(|it| Method::from_number(it.number()) == Some(*it)));
    assert!(TopUpState::ALL.iter().all(|it| TopUpState::from_number(it.number()) == Some(*it)));
    assert!(Provider::ALL.iter().all(|it| Provider::from_name(it.name()) == Some(*it)));
    assert_eq!(TopUpState::from_number(0), None);
}

#[test]
fn intents_keep_their_stored_form() {
    let key = IdempotencyKey::parse("key").unwrap();
    let intent = Intent::Checkout { expected_total: Tokens::whole(3), key };
    let text = serde_json::to_string(&intent).unwrap();
    assert_eq!(text, r#"{"Checkout":{"expected_total":"3","key":"key"}}"#);
    assert_eq!(serde_json::from_str::<Intent>(&text).unwrap(), intent);
}
