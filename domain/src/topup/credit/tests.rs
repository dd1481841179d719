use super::*;
use crate::command::Answer;
use crate::id::TopUpId;
use crate::ledger::account::Class;
use crate::testing::{Scene, tokens, top_up, user};
use crate::topup::Method;

fn credited(scene: &mut Scene, top_up: &TopUp) -> Answer {
    let mint = crate::id::Mint::new(scene.now, [9; 16]);
    let facts = Facts { mint: &mint, actor: user("finch").uuid() };
    let decision = credit(&scene.book, &facts, top_up, TopUpState::Credited)?;
    Ok(scene.book.apply(decision))
}

/// Issued plus debt equals held plus retired.
fn adds_up(scene: &Scene) -> bool {
    let sum = |class: Class| -> i128 {
        let all = scene.book.balances.all().filter(|(account, _)| account.kind.class() == class);
        all.map(|(account, _)| i128::from(scene.book.balances.balance(account).units())).sum()
    };
    sum(Class::Issued) + sum(Class::Debt) == sum(Class::Held) + sum(Class::Retired)
}

/// Method, bonus, what finch owes before, and the balances afterwards.
#[test]
fn each_method_issues_from_its_own_supply() {
    let table = [
        (Method::Card, "0", "finch spendable 100", AccountKind::IssuedCard),
        (Method::Card, "5", "finch spendable 100, finch promo 5", AccountKind::IssuedCard),
        (Method::Wire, "0", "finch spendable 100", AccountKind::IssuedOffline),
        (Method::Cash, "0", "finch spendable 100", AccountKind::IssuedOffline),
        (Method::Voucher, "0", "finch spendable 100", AccountKind::IssuedOffline),
        (Method::Invoice, "0", "finch spendable 100", AccountKind::IssuedInvoice),
    ];
    for (method, bonus, after, supply) in table {
        let mut scene = Scene::new();
        let order = TopUp { method, ..top_up("finch", "100", bonus) };
        scene.book.load_top_up(order.clone());
        credited(&mut scene, &order).unwrap();
        assert_eq!(scene.balances(), after, "{}", method.name());
        assert_eq!(scene.book.balances.balance(AccountId::vendor(supply)), tokens("100"));
        assert_eq!(scene.book.balances.balance(AccountId::vendor(AccountKind::IssuedPromo)), tokens(bonus));
        assert!(adds_up(&scene));
        let again = scene.book.top_up(order.id).unwrap().clone();
        assert_eq!((again.state, again.credited), (TopUpState::Credited, tokens("100")));
        credited(&mut scene, &again).unwrap();
        assert_eq!(scene.balances(), after, "a second time changes nothing");
        let unknown = TopUp { id: TopUpId::new(uuid::Uuid::max()), ..again };
        assert_eq!(credited(&mut scene, &unknown).unwrap().top_up, Some(unknown.id));
        assert_eq!(scene.book.written.transactions.len(), 1);
    }
}

/// What is owed, and the balances after 100 tokens came.
#[test]
fn what_is_owed_is_paid_off_first() {
    let table = [("30", "finch spendable 70"), ("100", ""), ("130", "finch debt 30")];
    for (owed, after) in table {
        let mut scene = Scene::new();
        let debt = AccountId::of(user("finch"), AccountKind::Debt);
        let sums = crate::ledger::account::Sums { debits: tokens(owed), credits: Tokens::ZERO };
        scene.book.balances.load(debt, sums);
        let order = top_up("finch", "100", "0");
        scene.book.load_top_up(order.clone());
        credited(&mut scene, &order).unwrap();
        assert_eq!(scene.balances(), after, "{owed} owed");
    }
}

#[test]
fn income_pays_off_what_is_owed_in_orders_of_several_sellers_too() {
    let mut scene = Scene::with("finch spendable 100");
    for (who, owed) in [("robin", "2"), ("wren", "500")] {
        let debt = AccountId::of(user(who), AccountKind::Debt);
        let sums = crate::ledger::account::Sums { debits: tokens(owed), credits: Tokens::ZERO };
        scene.book.balances.load(debt, sums);
    }
    scene.fill_cart("finch", "1 song, 1 chair, 1 poem");
    let orders = scene.checkout("finch", "29").unwrap().orders;
    assert_eq!(
        scene.balances(),
        "wren escrow 20, wren debt 500, finch spendable 71, robin earned 2.5, vendor fees 4.5"
    );
    let per_order: Vec<usize> =
        scene.book.written.transactions.iter().map(|transaction| transaction.transfers.len()).collect();
    assert_eq!((orders.len(), per_order), (3, vec![3, 1, 1]), "income, what it pays off, and the cut");
    scene.book.load_top_up(top_up("finch", "1", "0"));
}
