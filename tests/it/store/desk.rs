//! The desk: orders that are not paid by card, from the call to the last cent.

use domain::access::Actor;
use domain::desk::Deed;
use domain::id::TopUpId;
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::topup::{Channel, Method, TopUpState};
use store::desk::{DeskFilter, DeskView, NewDeskOrder, NewPayment};
use store::page::Window;
use tests::databases::on_each_database;
use tests::people::{Market, Person, refused, tokens};

/// What came by phone: so many whole tokens for somebody, paid so.
pub(super) fn phoned(to: &Person, method: Method, whole: u32, po_number: &str) -> NewDeskOrder {
    NewDeskOrder {
        handle: to.handle.clone(),
        channel: Channel::Phone,
        method,
        wanted: Wanted::Tokens(domain::tokens::Tokens::whole(whole)),
        po_number: po_number.to_owned(),
        taken_from: "Mrs Marsh".to_owned(),
        notes: "calls again on Friday".to_owned(),
        bill_to: String::new(),
    }
}

pub(super) fn came(market: &Market, amount: &str, name: &str) -> NewPayment {
    NewPayment {
        amount: amount.to_owned(),
        currency: "USD".to_owned(),
        value_date: market.world.now(),
        bank_reference: name.to_owned(),
    }
}

/// A market with two of the staff and a customer.
pub(super) async fn desk(base: tests::databases::Base) -> (Market, Person, Person, Person) {
    let market = Market::on(base).await;
    let (keeper, heron) = (market.staff("keeper").await, market.staff("heron").await);
    let finch = market.person("finch").await;
    (market, keeper, heron, finch)
}

pub(super) fn stands(view: &DeskView, state: TopUpState, paid: &str) {
    assert_eq!((view.top_up.state, view.paid.decimal().as_str()), (state, paid));
}

#[test]
fn a_phone_order_is_agreed_to_paid_in_two_parts_and_credited_once() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        let new = phoned(&finch, Method::PurchaseOrder, 500, "PO 1/26");
        let entered = store.enter_top_up_order(&keeper.actor, new.clone(), "k").await.unwrap();
        stands(&entered, TopUpState::AwaitingApproval, "0.00");
        let again = store.enter_top_up_order(&keeper.actor, new.clone(), "k").await.unwrap();
        assert_eq!(again.top_up.id, entered.top_up.id);
        let twice = store.enter_top_up_order(&keeper.actor, new, "another").await;
        assert_eq!(refused(twice).field(), Some("poNumber"));
        let id = entered.top_up.id;
        let own = store.approve_top_up_order(&keeper.actor, id).await;
        assert_eq!(refused(own).code(), "WRONG_STATE");
        let early = store.record_payment(&heron.actor, id, came(&market, "1", "B0"), "p0").await;
        assert_eq!(refused(early).code(), "WRONG_STATE");
        market.pass(60);
        let agreed = store.approve_top_up_order(&heron.actor, id).await.unwrap();
        market.pass(60);
        stands(&agreed, TopUpState::Approved, "0.00");
        assert_eq!((agreed.approvals, agreed.invoice_number), (1, Some("P-000001".to_owned())));
        assert_eq!(finch.wallet().await.spendable, tokens("0"));
        let part = store.record_payment(&keeper.actor, id, came(&market, "2", "B1"), "p1").await.unwrap();
        stands(&part, TopUpState::PartPaid, "2.00");
        market.pass(60);
        let all = store.record_payment(&keeper.actor, id, came(&market, "3.50", "B2"), "p2").await.unwrap();
        stands(&all, TopUpState::Paid, "5.50");
        let same = store.record_payment(&keeper.actor, id, came(&market, "3.50", "B2"), "p2").await.unwrap();
        stands(&same, TopUpState::Paid, "5.50");
        let other = store.record_payment(&keeper.actor, id, came(&market, "3.50", "B2"), "p3").await;
        assert_eq!(refused(other).field(), Some("bankReference"));
        assert_eq!(finch.wallet().await.spendable, tokens("500"));
        let deeds: Vec<Deed> =
            store.desk_events(&heron.actor, id).await.unwrap().iter().map(|event| event.deed).collect();
        assert_eq!(deeds, [Deed::Entered, Deed::Approved, Deed::Paid, Deed::Paid]);
        assert_eq!(store.desk_payments(&heron.actor, id).await.unwrap().len(), 2);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn credit_is_given_within_the_limit_falls_due_and_is_written_off() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        store.set_credit_limit(&keeper.actor, "finch", "5").await.unwrap();
        let bill = Wanted::Tokens(tokens("400"));
        let first = store.request_invoice(&finch.actor, Method::Invoice, bill, "", "a").await.unwrap();
        let second = store.request_invoice(&finch.actor, Method::Invoice, bill, "", "b").await.unwrap();
        stands(&first, TopUpState::Submitted, "0.00");
        let agreed = store.approve_top_up_order(&heron.actor, first.top_up.id).await.unwrap();
        stands(&agreed, TopUpState::Credited, "0.00");
        let beyond = store.approve_top_up_order(&heron.actor, second.top_up.id).await;
        assert_eq!(refused(beyond).code(), "WRONG_STATE");
        assert_eq!(finch.wallet().await.spendable, tokens("400"));
        let called_off = store.cancel_top_up_order(&finch.actor, second.top_up.id).await.unwrap();
        stands(&called_off, TopUpState::Cancelled, "0.00");
        assert_eq!(store.fall_due(&Actor::System, 10).await.unwrap(), 0);
        market.pass(30 * 86_400);
        assert_eq!(store.fall_due(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(store.fall_due(&Actor::System, 10).await.unwrap(), 0);
        let id = first.top_up.id;
        store.record_payment(&keeper.actor, id, came(&market, "1", "B1"), "p").await.unwrap();
        store.give_tokens(&finch.actor, "heron", tokens("350"), "", "g").await.unwrap();
        let lost = store.write_off_top_up_order(&keeper.actor, id).await.unwrap();
        stands(&lost, TopUpState::WrittenOff, "1.00");
        // Three quarters were not paid: 300, of which 50 are still there.
        let wallet = finch.wallet().await;
        assert_eq!((wallet.spendable, wallet.debt), (tokens("0"), tokens("250")));
        market.clean().await;
        market.store.close().await;
    });
}

/// Each verb, asked by somebody who may not.
async fn refusals(market: &Market, actor: &Actor, to: &Person, id: TopUpId) -> Vec<Refusal> {
    let store = &market.store;
    let window = Window::first(1, None);
    vec![
        refused(store.enter_top_up_order(actor, phoned(to, Method::Wire, 9, ""), "k").await),
        refused(store.approve_top_up_order(actor, id).await),
        refused(store.reject_top_up_order(actor, id, "no").await),
        refused(store.record_payment(actor, id, came(market, "1", "B"), "k").await),
        refused(store.write_off_top_up_order(actor, id).await),
        refused(store.set_credit_limit(actor, &to.handle, "1").await),
        refused(store.top_up_desk(actor, DeskFilter::default(), window).await),
        refused(store.desk_events(actor, id).await),
        refused(store.desk_payments(actor, id).await),
    ]
}

#[test]
fn the_desk_is_the_staffs_and_orders_are_their_users() {
    on_each_database(async |base| {
        let (market, keeper, _, finch) = desk(base).await;
        let wren = market.person("wren").await;
        let store = &market.store;
        let asked =
            store.submit_purchase_order(&finch.actor, Wanted::Tokens(tokens("100")), "PO-1", "", "a").await;
        let id = asked.unwrap().top_up.id;
        for (actor, answer) in
            [(&finch.actor, Refusal::Forbidden), (&Actor::Visitor(None), Refusal::NotSignedIn)]
        {
            let all = refusals(&market, actor, &finch, id).await;
            assert!(all.iter().all(|refusal| *refusal == answer), "{all:?}");
        }
        assert_eq!(refused(store.desk_order(&wren.actor, id).await), Refusal::missing("top-up"));
        assert_eq!(refused(store.cancel_top_up_order(&wren.actor, id).await), Refusal::missing("top-up"));
        assert!(store.desk_order(&finch.actor, id).await.is_ok());
        let filter = DeskFilter { state: Some(TopUpState::Submitted), method: Some(Method::PurchaseOrder) };
        let page = store.top_up_desk(&keeper.actor, filter, Window::first(5, None)).await.unwrap();
        assert_eq!(page.items.iter().map(|view| view.top_up.id).collect::<Vec<_>>(), [id]);
        let filter = DeskFilter { state: Some(TopUpState::Paid), method: None };
        let page = store.top_up_desk(&keeper.actor, filter, Window::first(5, None)).await.unwrap();
        assert!(page.items.is_empty());
        assert_eq!(refused(store.fall_due(&keeper.actor, 1).await), Refusal::Forbidden);
        market.store.close().await;
    });
}

/// Many agree to different orders at once: the numbers have no gap, also
/// where somebody was refused in between.
#[test]
fn numbers_of_invoices_have_no_gap() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let mut ids = Vec::new();
        for number in 0..24 {
            let new = phoned(&finch, Method::ProForma, 100, &format!("PO-{number}"));
            let entered = market.store.enter_top_up_order(&keeper.actor, new, &format!("k{number}")).await;
            ids.push(entered.unwrap().top_up.id);
        }
        let asking =
            ids.iter().flat_map(|id| [(*id, heron.actor), (*id, keeper.actor)]).map(|(id, actor)| {
                let store = market.store.clone();
                tokio::spawn(async move { store.approve_top_up_order(&actor, id).await.is_ok() })
            });
        let mut done = 0;
        for asked in asking.collect::<Vec<_>>() {
            done += usize::from(asked.await.unwrap());
        }
        assert_eq!(done, ids.len());
        let page =
            market.store.top_up_desk(&keeper.actor, DeskFilter::default(), Window::first(50, None)).await;
        let mut numbers: Vec<String> =
            page.unwrap().items.into_iter().filter_map(|view| view.invoice_number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=24).map(|number| format!("P-{number:06}")).collect::<Vec<_>>());
        market.clean().await;
        market.store.close().await;
    });
}

const ATTACKS: [(&str, &str); 11] = [
    ("INSERT INTO desk_approvals SELECT top_up_id, maker, maker, 1 FROM desk_orders", "desk_approvals_other"),
    ("INSERT INTO desk_approvals SELECT top_up_id, maker, top_up_id, 1 FROM desk_orders", ""),
    ("UPDATE desk_orders SET maker = user_id WHERE maker <> user_id", "never changes"),
    ("UPDATE desk_orders SET needs = 0", "never changes"),
    ("UPDATE desk_orders SET notes = 'another'", "never changes"),
    ("DELETE FROM desk_orders", "never changes"),
    (
        "INSERT INTO papers SELECT top_up_id, 2, 1, top_up_id, top_up_id, 'USD', 1, NULL, 1, NULL FROM desk_orders",
        "too few others",
    ),
    (
        "INSERT INTO desk_payments SELECT top_up_id, top_up_id, 'USD', 1, 1, 'B', maker, 1 FROM desk_orders",
        "too few others",
    ),
    ("UPDATE desk_series SET last = -1", "numbers only go on"),
    ("UPDATE desk_events SET detail = 'x'", "never changes"),
    ("DELETE FROM desk_events", "never changes"),
];

#[test]
fn the_database_holds_two_pairs_of_eyes_open() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let new = phoned(&finch, Method::Wire, 100, "");
        let id = market.store.enter_top_up_order(&keeper.actor, new, "k").await.unwrap().top_up.id;
        let direct = market.base.connect().await;
        for (sql, said) in ATTACKS {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains(said), "{sql}\n{error}");
        }
        market.clean().await;
        // Whoever forges the state alone is found by the audit.
        direct.run("UPDATE top_ups SET state = 4 WHERE state = 3").await.unwrap();
        let finding = market.audit().await.unwrap_err();
        assert_eq!(finding.problem, "it went on although too few others have agreed");
        direct.run("UPDATE top_ups SET state = 3 WHERE state = 4").await.unwrap();
        direct.run("UPDATE desk_series SET last = 1").await.unwrap();
        assert!(market.audit().await.unwrap_err().row.starts_with("numbers of "));
        market.store.reject_top_up_order(&heron.actor, id, "a mistake").await.unwrap();
        market.store.close().await;
    });
}
