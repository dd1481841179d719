use super::*;
use crate::testing::{Scene, handle, tokens, told};

#[test]
fn accounts_open_under_a_free_handle_with_a_welcome_from_promo() {
    let random = |names: &[&str]| HandleChoice::Random(names.iter().map(|name| handle(name)).collect());
    let chosen = |name: &str| HandleChoice::Chosen(handle(name));
    let table = [
        (chosen("wren"), "50", "HANDLE_TAKEN", None),
        (chosen("plover"), "50", "user", Some("plover")),
        (chosen("plover"), "0", "user", Some("plover")),
        (random(&["wren", "finch"]), "50", "BUSY", None),
        (random(&["wren", "plover", "siskin"]), "50", "user", Some("plover")),
        (random(&[]), "50", "BUSY", None),
    ];
    for (choice, welcome, answer, name) in table {
        let mut scene = Scene::new();
        let asked = scene.open(choice.clone(), welcome);
        assert_eq!(told(&asked), answer, "{choice:?}");
        let id = asked.ok().and_then(|outcome| outcome.user);
        assert_eq!(name.and_then(|name| scene.book.user(&handle(name))), id, "{choice:?}");
        let Some(id) = id else { continue };
        assert_eq!(scene.book.balances.balance(AccountId::of(id, AccountKind::Promo)), tokens(welcome));
        let recorded = scene.book.written.transactions.len();
        assert_eq!(recorded, usize::from(welcome != "0"), "a welcome of nothing is no transaction");
        let issued = AccountId::vendor(AccountKind::IssuedPromo);
        assert_eq!(scene.book.balances.balance(issued), tokens(welcome));
    }
}

#[test]
fn two_in_one_batch_do_not_get_the_same_handle() {
    let mut scene = Scene::new();
    let choice = HandleChoice::Chosen(handle("plover"));
    assert!(scene.open(choice.clone(), "50").is_ok());
    assert_eq!(scene.open(choice, "50"), Err(Refusal::HandleTaken));
}

#[test]
fn grants_are_spendable_and_have_their_own_supply() {
    let table = [
        ("nobody", Tokens::ZERO, "INVALID_INPUT amount", ""),
        ("nobody", tokens("1000000000.0001"), "INVALID_INPUT amount", ""),
        ("nobody", tokens("1"), "NOT_FOUND user", ""),
        ("finch", tokens("0.0001"), "user", "finch spendable 0.0001"),
        ("finch", Tokens::MAX_MOVED, "user", "finch spendable 1000000000"),
    ];
    for (to, amount, answer, after) in table {
        let mut scene = Scene::new();
        let asked = scene.grant(to, amount);
        assert_eq!((told(&asked).as_str(), scene.balances().as_str()), (answer, after), "{amount} to {to}");
        let recorded = scene.book.written.transactions.first();
        assert_eq!(recorded.map(|transaction| transaction.detail.as_str()), asked.is_ok().then_some("why"));
    }
}

#[test]
fn an_account_that_can_take_no_more_refuses() {
    let mut scene = Scene::with("finch spendable 922337203685477.5807");
    assert_eq!(told(&scene.grant("finch", tokens("0.0001"))), "INVALID_INPUT amount");
    assert_eq!(scene.balances(), "finch spendable 922337203685477.5807");
}
