//! What the desk hands out and takes in: numbered papers, payments that come
//! back, what was paid too much, reminders, scans.

use domain::access::Actor;
use domain::desk::{Deed, PaperKind};
use domain::event::Event;
use domain::id::{PaperId, TopUpId};
use domain::mail::MailKind;
use domain::market::{Letterhead, Market as Rules};
use domain::money::{Currency, Money};
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::time::Seconds;
use domain::topup::facts::{PaymentFacts, Progress, RefundState};
use domain::topup::{Method, Provider, TopUpState};
use store::Store;
use store::desk::{NewDeskOrder, NewMove, PaperView};
use store::topups::TopUpAsked;
use tests::databases::on_each_database;
use tests::people::{Market, Person, open, refused, tokens};

use super::desk::{came, desk, phoned, stands};
use super::mail::reached;

/// An order that the staff has agreed to.
async fn agreed(
    market: &Market,
    [keeper, heron, finch]: [&Person; 3],
    method: Method,
    whole: u32,
) -> TopUpId {
    let key = format!("{method:?}-{whole}");
    let new = phoned(finch, method, whole, "");
    let new = NewDeskOrder { bill_to: "Ada Marsh\n7 Reed Row".to_owned(), ..new };
    let id = market.store.enter_top_up_order(&keeper.actor, new, &key).await.unwrap().top_up.id;
    market.store.approve_top_up_order(&heron.actor, id).await.unwrap();
    id
}

/// The papers of an order: "I-000001 4.00, C-000001 3.00".
async fn papers(market: &Market, who: &Person, id: TopUpId) -> String {
    let all = market.store.papers(&who.actor, id).await.unwrap();
    let one = |paper: &domain::desk::Paper| format!("{} {}", paper.label(), paper.amount.decimal());
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn given(amount: &str, to_order: &str, bank_reference: &str) -> NewMove {
    NewMove {
        amount: amount.to_owned(),
        currency: "USD".to_owned(),
        to_order: to_order.to_owned(),
        bank_reference: bank_reference.to_owned(),
    }
}

#[test]
fn papers_are_numbered_and_only_their_people_read_them() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let wren = market.person("wren").await;
        let store = &market.store;
        store.set_credit_limit(&keeper.actor, "finch", "100").await.unwrap();
        let bill = agreed(&market, [&keeper, &heron, &finch], Method::Invoice, 400).await;
        market.pass(1);
        store.record_payment(&keeper.actor, bill, came(&market, "1", "B1"), "p").await.unwrap();
        assert_eq!(papers(&market, &finch, bill).await, "I-000001 4.00, R-000001 1.00");
        let all = store.papers(&finch.actor, bill).await.unwrap();
        let view = store.paper(&finch.actor, all[1].id).await.unwrap();
        let PaperView { paper, details, invoice, payment, .. } = view;
        assert_eq!((paper.kind, invoice.as_deref()), (PaperKind::Receipt, Some("I-000001")));
        assert_eq!(payment.unwrap().bank_reference, "B1");
        assert_eq!(details.bill_to.unwrap().as_str(), "Ada Marsh\n7 Reed Row");
        assert!(store.paper(&keeper.actor, all[0].id).await.is_ok());
        assert_eq!(refused(store.paper(&wren.actor, all[0].id).await), Refusal::missing("paper"));
        assert_eq!(refused(store.papers(&wren.actor, bill).await), Refusal::missing("top-up"));
        assert_eq!(refused(store.paper(&Actor::Visitor(None), all[0].id).await), Refusal::NotSignedIn);
        let unknown = PaperId::new(uuid::Uuid::from_u128(1));
        assert_eq!(refused(store.paper(&keeper.actor, unknown).await), Refusal::missing("paper"));
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_cheque_bounces_and_what_was_paid_too_much_goes_on() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        let id = agreed(&market, [&keeper, &heron, &finch], Method::Cheque, 400).await;
        let paid = store.record_payment(&keeper.actor, id, came(&market, "5", "CHQ 1"), "p").await.unwrap();
        stands(&paid, TopUpState::Paid, "5.00");
        let standing = store.desk_standing(&heron.actor, id).await.unwrap();
        assert_eq!(standing.remainder_minor(&paid.top_up), 100);
        let own = store.move_remainder(&keeper.actor, id, given("1", "", "OUT"), "m0").await;
        assert_eq!(refused(own).code(), "WRONG_STATE");
        let moved = store.move_remainder(&heron.actor, id, given("0.30", "", "OUT"), "m1").await.unwrap();
        stands(&moved, TopUpState::Paid, "4.70");
        let again = store.move_remainder(&heron.actor, id, given("0.30", "", "OUT"), "m1").await.unwrap();
        stands(&again, TopUpState::Paid, "4.70");
        let other = agreed(&market, [&keeper, &heron, &finch], Method::Wire, 50).await;
        let code = store.desk_order(&heron.actor, other).await.unwrap().top_up.reference.to_string();
        let nobody = store.move_remainder(&heron.actor, id, given("0.50", "FT-0000-0000", ""), "m2").await;
        assert_eq!(refused(nobody).field(), Some("toOrder"));
        let moved = store.move_remainder(&heron.actor, id, given("0.50", &code, ""), "m3").await.unwrap();
        stands(&moved, TopUpState::Paid, "4.20");
        stands(&store.desk_order(&heron.actor, other).await.unwrap(), TopUpState::Paid, "0.50");
        assert_eq!(finch.wallet().await.spendable, tokens("450"));
        market.clean().await;

        let payment = store.desk_payments(&keeper.actor, id).await.unwrap()[0].id;
        let own = store.bounce_payment(&keeper.actor, id, payment, "not covered").await;
        assert_eq!(refused(own).code(), "WRONG_STATE");
        let elsewhere = store.bounce_payment(&heron.actor, other, payment, "not covered").await;
        assert_eq!(refused(elsewhere), Refusal::missing("payment"));
        let back = store.bounce_payment(&heron.actor, id, payment, "not covered").await.unwrap();
        assert_eq!(back.top_up.state, TopUpState::Approved);
        assert_eq!(finch.wallet().await.spendable, tokens("50"));
        let payments = store.desk_payments(&keeper.actor, id).await.unwrap();
        assert!(payments[0].bounced_at.is_some());
        let again = store.bounce_payment(&heron.actor, id, payment, "not covered").await;
        assert_eq!(refused(again).code(), "WRONG_STATE");
        let deeds = store.desk_events(&keeper.actor, id).await.unwrap();
        let deeds: Vec<Deed> = deeds.into_iter().map(|event| event.deed).collect();
        // All within one millisecond, and in the order in which they were done.
        use Deed::{Approved, Bounced, Entered, Moved, Paid, PaidBack};
        assert_eq!(deeds, [Entered, Approved, Paid, PaidBack, Moved, Bounced]);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn an_invoice_that_was_a_mistake_ends_in_a_credit_note() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        store.set_credit_limit(&keeper.actor, "finch", "100").await.unwrap();
        let id = agreed(&market, [&keeper, &heron, &finch], Method::Invoice, 400).await;
        store.record_payment(&keeper.actor, id, came(&market, "1", "B1"), "p").await.unwrap();
        assert_eq!(refused(store.reverse_top_up_order(&finch.actor, id, "x").await), Refusal::Forbidden);
        let empty = store.reverse_top_up_order(&heron.actor, id, " ").await;
        assert_eq!(refused(empty).field(), Some("reason"));
        let back = store.reverse_top_up_order(&heron.actor, id, "the wrong customer").await.unwrap();
        stands(&back, TopUpState::Reversed, "1.00");
        assert_eq!(papers(&market, &finch, id).await, "I-000001 4.00, R-000001 1.00, C-000001 4.00");
        assert_eq!(finch.wallet().await.spendable, tokens("0"));
        let out = store.move_remainder(&heron.actor, id, given("1", "", "BACK 1"), "m").await.unwrap();
        stands(&out, TopUpState::Reversed, "0.00");
        // Where nothing was billed, the credit note is over what was paid.
        let wire = agreed(&market, [&keeper, &heron, &finch], Method::Wire, 200).await;
        store.record_payment(&keeper.actor, wire, came(&market, "3", "B2"), "q").await.unwrap();
        let back = store.reverse_top_up_order(&heron.actor, wire, "ordered twice").await.unwrap();
        stands(&back, TopUpState::Reversed, "3.00");
        assert!(papers(&market, &finch, wire).await.ends_with("C-000002 3.00"));
        market.clean().await;
        market.store.close().await;
    });
}

/// The letters that wait, in words; they are delivered.
async fn told(store: &Store) -> Vec<String> {
    let letters = store.take_letters(&Actor::System, 100).await.unwrap();
    for letter in &letters {
        store.letter_sent(&Actor::System, letter.id).await.unwrap();
    }
    let words = |event| match event {
        Event::InvoiceIssued { number, amount, .. } => format!("{number} {amount}"),
        Event::Overdue { number, amount, reminder, .. } => format!("{number} {amount} late {reminder}"),
        Event::CreditNote { number, amount, .. } => format!("{number} {amount} takes back"),
        Event::OrderExpired { tokens, amount, .. } => format!("ended: {tokens} for {amount}"),
        other => format!("{:?}", other.kind()),
    };
    let mut told: Vec<String> = letters.into_iter().map(|letter| words(letter.event)).collect();
    told.sort();
    told
}

#[test]
fn letters_tell_of_orders_that_end_by_themselves() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (heron, finch) = (market.staff("heron").await, market.person("finch").await);
        reached(&market, &finch).await;
        let store = &market.store;
        let ask = async |key: &str| {
            let wanted = Wanted::Tokens(tokens("100"));
            store.request_invoice(&finch.actor, Method::Wire, wanted, "", key).await.unwrap().top_up.id
        };
        // One to which nobody agrees, one that nobody pays, one called off.
        let (_, unpaid, off) = (ask("a").await, ask("b").await, ask("c").await);
        store.approve_top_up_order(&heron.actor, unpaid).await.unwrap();
        store.cancel_top_up_order(&finch.actor, off).await.unwrap();
        let _ = told(store).await;
        for expected in [&["ended: 100 for 1.00 USD"; 2][..], &[]] {
            market.pass(60 * 86_400);
            store.expire_desk_orders(&Actor::System, 10).await.unwrap();
            assert_eq!(told(store).await, expected);
        }
        store.choose_mail(&finch.actor, &[MailKind::OrderExpired]).await.unwrap();
        ask("d").await;
        market.pass(60 * 86_400);
        assert_eq!(store.expire_desk_orders(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(told(store).await, [""; 0], "who does not want them gets none");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn letters_tell_of_invoices_and_of_late_ones_once_each() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (keeper, heron) = (market.staff("keeper").await, market.staff("heron").await);
        let finch = market.person("finch").await;
        reached(&market, &finch).await;
        let store = &market.store;
        store.set_credit_limit(&keeper.actor, "finch", "100").await.unwrap();
        let id = agreed(&market, [&keeper, &heron, &finch], Method::Invoice, 400).await;
        let told = async || told(store).await;
        assert_eq!(told().await, ["I-000001 4.00 USD", "TopUpCredited"]);
        store.record_payment(&keeper.actor, id, came(&market, "1", "B1"), "p").await.unwrap();
        let days: [(u32, &[&str]); 6] = [
            (29, &[]),
            (1, &["I-000001 3.00 USD late 1"]),
            (6, &[]),
            (1, &["I-000001 3.00 USD late 2"]),
            (40, &["I-000001 3.00 USD late 4"]),
            (40, &[]),
        ];
        for (passed, letters) in days {
            market.pass(passed * 86_400);
            for _ in 0..2 {
                store.fall_due(&Actor::System, 10).await.unwrap();
            }
            assert_eq!(told().await, letters, "{passed} days later");
        }
        let another = phoned(&finch, Method::Invoice, 10, "");
        let another = store.enter_top_up_order(&keeper.actor, another, "more").await.unwrap();
        let late = store.approve_top_up_order(&heron.actor, another.top_up.id).await;
        assert_eq!(refused(late).code(), "WRONG_STATE", "nothing new on credit");
        let lost = store.write_off_top_up_order(&heron.actor, id).await.unwrap();
        stands(&lost, TopUpState::WrittenOff, "1.00");
        assert!(papers(&market, &finch, id).await.ends_with("C-000001 3.00"));
        assert_eq!(told().await, ["C-000001 3.00 USD takes back"]);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn orders_that_nobody_agreed_to_in_time_end_by_themselves() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        let wanted = Wanted::Tokens(tokens("100"));
        let id = store.request_invoice(&finch.actor, Method::Wire, wanted, "", "a").await.unwrap().top_up.id;
        assert_eq!(store.expire_desk_orders(&Actor::System, 10).await.unwrap(), 0);
        market.pass(60 * 86_400);
        assert_eq!(refused(store.expire_desk_orders(&keeper.actor, 10).await), Refusal::Forbidden);
        assert_eq!(store.expire_desk_orders(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(store.expire_desk_orders(&Actor::System, 10).await.unwrap(), 0);
        let ended = store.desk_order(&finch.actor, id).await.unwrap();
        stands(&ended, TopUpState::Expired, "0.00");
        assert_eq!(refused(store.approve_top_up_order(&heron.actor, id).await).code(), "WRONG_STATE");
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn scans_are_known_by_their_bytes_and_erased_with_the_rest() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let wren = market.person("wren").await;
        let store = &market.store;
        let id = agreed(&market, [&keeper, &heron, &finch], Method::Wire, 400).await;
        let fax = b"%PDF-1.7 an order".to_vec();
        let names = ["../../etc/passwd", "a\u{202E}fdp.exe", "", "C:\\fax\\order 7.pdf"];
        let kept = ["passwd", "afdp.exe", "scan.pdf", "order 7.pdf"];
        for (number, (name, shown)) in names.iter().zip(kept).enumerate() {
            let bytes = [fax.clone(), vec![b'0' + u8::try_from(number).unwrap()]].concat();
            let scan = store.attach_scan(&keeper.actor, id, name, bytes.clone()).await.unwrap();
            assert_eq!((scan.name.as_str(), scan.kind.name()), (shown, "PDF"));
            let same = store.attach_scan(&keeper.actor, id, "again", bytes).await.unwrap();
            assert_eq!(same.id, scan.id);
        }
        let program = store.attach_scan(&keeper.actor, id, "a.pdf", b"MZ\x90\0".to_vec()).await;
        assert_eq!(refused(program).field(), Some("attachment"));
        let large = [b"%PDF-".to_vec(), vec![0; 10 << 20]].concat();
        assert_eq!(
            refused(store.attach_scan(&keeper.actor, id, "a", large).await).field(),
            Some("attachment")
        );
        assert_eq!(refused(store.attach_scan(&finch.actor, id, "a", fax.clone()).await), Refusal::Forbidden);
        let scans = store.attachments(&finch.actor, id).await.unwrap();
        assert_eq!(scans.len(), 4);
        assert!(store.attachment(&finch.actor, scans[0].id).await.is_ok());
        assert_eq!(refused(store.attachment(&wren.actor, scans[0].id).await), Refusal::missing("scan"));
        assert_eq!(refused(store.attachments(&wren.actor, id).await), Refusal::missing("top-up"));
        for number in 4..10_u8 {
            store.attach_scan(&keeper.actor, id, "a", vec![b'a', b'0' + number]).await.unwrap();
        }
        let eleventh = store.attach_scan(&keeper.actor, id, "a", b"more".to_vec()).await;
        assert_eq!(refused(eleventh).code(), "TOO_MANY");

        let on_disk = |file: &str| market.base.folder().join(file).exists();
        assert!(on_disk(&scans[0].file));
        store.erase_customer(&finch.actor, finch.id).await.unwrap();
        assert!(!on_disk(&scans[0].file), "the file is gone too");
        let view = store.desk_order(&keeper.actor, id).await.unwrap();
        assert_eq!(view.details, domain::desk::Details::default(), "nothing personal is left");
        assert_eq!(store.attachments(&keeper.actor, id).await.unwrap(), []);
        store.erase_customer(&finch.actor, finch.id).await.unwrap();
        market.clean().await;
        market.store.close().await;
    });
}

const ATTACKS: [(&str, &str); 7] = [
    ("UPDATE papers SET amount_minor = 1", "never changes"),
    ("DELETE FROM papers", "never changes"),
    ("UPDATE desk_bounces SET bounced_at = 1", "never changes"),
    ("DELETE FROM desk_moves", "never changes"),
    ("DELETE FROM desk_reminders", "never changes"),
    (
        "INSERT INTO desk_bounces SELECT id, top_up_id, entered_by, entered_by, 1 FROM desk_payments",
        "desk_bounces_other",
    ),
    ("INSERT INTO desk_bounces SELECT id, top_up_id, top_up_id, entered_by, 1 FROM desk_payments", ""),
];

#[test]
fn the_database_keeps_papers_and_returns_as_they_are() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let store = &market.store;
        store.set_credit_limit(&keeper.actor, "finch", "100").await.unwrap();
        let late = agreed(&market, [&keeper, &heron, &finch], Method::Invoice, 100).await;
        market.pass(31 * 86_400);
        store.fall_due(&Actor::System, 10).await.unwrap();
        store.record_payment(&keeper.actor, late, came(&market, "2", "B1"), "p").await.unwrap();
        store.move_remainder(&heron.actor, late, given("1", "", "OUT"), "m").await.unwrap();
        let payment = store.desk_payments(&keeper.actor, late).await.unwrap()[0].id;
        store.record_payment(&keeper.actor, late, came(&market, "1", "B2"), "q").await.unwrap();
        store.bounce_payment(&heron.actor, late, payment, "called back").await.unwrap();
        market.clean().await;
        let direct = market.base.connect().await;
        for (sql, said) in ATTACKS {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains(said), "{sql}\n{error}");
        }
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_paper_keeps_who_wrote_it() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let id = agreed(&market, [&keeper, &heron, &finch], Method::Wire, 400).await;
        market.store.close().await;
        let address = vec!["2 New Lane".to_owned()];
        let letterhead = Letterhead { address, ..Letterhead::default() };
        let rules = Rules { name: "Farthing & Daughters".to_owned(), letterhead, ..Rules::default() };
        for _ in 0..2 {
            // Opened twice with the same details, they stand once.
            open(&market.base, rules.clone(), market.world.clone()).await.close().await;
        }
        let store = open(&market.base, rules, market.world.clone()).await;
        store.record_payment(&keeper.actor, id, came(&market, "4", "B1"), "p").await.unwrap();
        let mut wrote = Vec::new();
        for paper in store.papers(&finch.actor, id).await.unwrap() {
            let issuer = store.paper(&finch.actor, paper.id).await.unwrap().issuer;
            wrote.push((paper.label(), issuer.name, issuer.letterhead.address.join(", ")));
        }
        let line =
            |label: &str, name: &str, address: &str| (label.to_owned(), name.to_owned(), address.to_owned());
        let expected =
            [line("P-000001", "Farthing", ""), line("R-000001", "Farthing & Daughters", "2 New Lane")];
        wrote.sort_unstable();
        assert_eq!(wrote, expected, "the older paper says what it said");
        let direct = market.base.connect().await;
        assert_eq!(direct.texts("SELECT issuer FROM letterheads").await.len(), 2);
        for forged in [
            "UPDATE letterheads SET issuer = '{}'",
            "DELETE FROM letterheads",
            "UPDATE papers SET letterhead_id = NULL",
        ] {
            assert!(direct.run(forged).await.is_err(), "{forged}");
        }
        store.close().await;
    });
}

#[test]
fn what_nobody_pays_in_advance_ends_by_itself() {
    on_each_database(async |base| {
        let (market, keeper, heron, finch) = desk(base).await;
        let (store, staff) = (&market.store, [&keeper, &heron, &finch]);
        store.set_credit_limit(&keeper.actor, "finch", "100").await.unwrap();
        let quiet = agreed(&market, staff, Method::ProForma, 400).await;
        let part = agreed(&market, staff, Method::Wire, 300).await;
        let bill = agreed(&market, staff, Method::Invoice, 200).await;
        let cheque = agreed(&market, staff, Method::Cheque, 100).await;
        let due = store.papers(&finch.actor, quiet).await.unwrap()[0].due_at;
        assert_eq!(due, Some(market.world.now().after(Seconds::days(45))), "the paper names the day");
        store.record_payment(&keeper.actor, part, came(&market, "1", "B1"), "p").await.unwrap();
        assert_eq!(refused(store.expire_desk_orders(&keeper.actor, 9).await), Refusal::Forbidden);
        market.pass(86_400);
        // A cheque that came back: its customer has as long again.
        store.record_payment(&keeper.actor, cheque, came(&market, "1", "C1"), "c").await.unwrap();
        let payment = store.desk_payments(&keeper.actor, cheque).await.unwrap()[0].id;
        store.bounce_payment(&heron.actor, cheque, payment, "not covered").await.unwrap();
        let state = async |id| store.desk_order(&keeper.actor, id).await.unwrap().top_up.state;
        for (seconds, ended) in [(44 * 86_400 - 1, 0), (1, 1), (0, 0), (86_400 - 1, 0), (1, 1), (86_400, 0)] {
            market.pass(seconds);
            assert_eq!(
                store.expire_desk_orders(&Actor::System, 9).await.unwrap(),
                ended,
                "{seconds} s later"
            );
        }
        use TopUpState::{Credited, Expired, PartPaid};
        let states = [state(quiet).await, state(cheque).await, state(part).await, state(bill).await];
        assert_eq!(states, [Expired, Expired, PartPaid, Credited]);
        let late = store.record_payment(&keeper.actor, quiet, came(&market, "4", "LATE"), "l").await;
        assert_eq!(refused(late).code(), "WRONG_STATE");
        assert_eq!(store.fall_due(&Actor::System, 9).await.unwrap(), 1, "only the invoice is reminded of");
        assert_eq!(state(bill).await, TopUpState::Overdue);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn money_that_goes_back_to_a_card_gets_a_credit_note() {
    on_each_database(async |base| {
        let (market, _, _, finch) = desk(base).await;
        let store = &market.store;
        let cents = |minor| Money::new(minor, Currency::USD).unwrap();
        let paid = async |session: &str, refunded: i64| {
            let asked = TopUpAsked {
                wanted: Wanted::Tokens(tokens("500")),
                return_to: None,
                intent: None,
                key: session,
            };
            let id = store.top_up_by_card(&finch.actor, asked).await.unwrap().id;
            store.begin_payment(&Actor::System, id, Provider::Stripe, session).await.unwrap();
            for refunded in [0, refunded, refunded] {
                let payment = PaymentFacts {
                    provider: Provider::Stripe,
                    session: session.to_owned(),
                    is_live: false,
                    progress: Progress::Paid,
                    payment: Some(format!("pi_{session}")),
                    asked: cents(500),
                    refunded: cents(refunded),
                    disputes: vec![],
                };
                store.settle_top_up(&Actor::System, id, payment, false).await.unwrap();
                market.pass(1);
            }
            id
        };
        let part = paid("s1", 200).await;
        assert_eq!(papers(&market, &finch, part).await, "R-000001 5.00, C-000001 2.00");
        let whole = paid("s2", 0).await;
        store.refund_top_up(&finch.actor, whole).await.unwrap();
        assert_eq!(papers(&market, &finch, whole).await, "R-000002 5.00", "the money is still to be sent");
        market.pass(1);
        for _ in 0..2 {
            for (refund, _) in store.refunds_due(9).await.unwrap() {
                store.end_refund(&Actor::System, &refund, RefundState::Done).await.unwrap();
            }
        }
        assert_eq!(papers(&market, &finch, whole).await, "R-000002 5.00, C-000002 5.00");
        market.clean().await;
        market.store.close().await;
    });
}
