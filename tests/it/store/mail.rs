//! Letters as the store keeps them: who is told what, once, and how an
//! address comes and goes.

use domain::access::Actor;
use domain::event::Event;
use domain::mail::{MailKind, Undelivered, wait_after};
use domain::refusal::Refusal;
use domain::user::Channel;
use store::Store;
use store::outbox::{Letter, Mail};
use store::page::Window;
use store::secrets::{mail_code, stop_token};
use store::users::Credentials;
use tests::databases::on_each_database;
use tests::people::{Market, Person, refused, tokens};

use super::tamper::columns_of_all_tables;

/// Takes what is due.
async fn due(store: &Store) -> Vec<Letter> {
    store.take_letters(&Actor::System, 100).await.unwrap()
}

/// Takes what is due and has it sent.
async fn sent(store: &Store) -> Vec<(String, MailKind)> {
    let letters = due(store).await;
    for letter in &letters {
        store.letter_sent(&Actor::System, letter.id).await.unwrap();
    }
    letters.into_iter().map(|letter| (letter.handle, letter.event.kind())).collect()
}

/// Leaves an address and proves it.
pub(super) async fn reached(market: &Market, person: &Person) {
    let store = &market.store;
    let address = format!("{}@post.example", person.handle);
    store.leave_mail_address(&person.actor, &address).await.unwrap();
    let letter = due(store).await.pop().unwrap();
    assert_eq!((letter.address.reveal(), &letter.event), (address.as_str(), &Event::AddressLeft));
    store.letter_sent(&Actor::System, letter.id).await.unwrap();
    let code = mail_code(store.secret(), letter.id);
    store.confirm_mail_address(&person.actor, &code, None).await.unwrap();
    assert_eq!(sent(store).await, [(person.handle.clone(), MailKind::Welcome)]);
}

#[test]
fn whoever_left_no_proven_address_is_told_nothing() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        market.store.leave_mail_address(&wren.actor, "wren@post.example").await.unwrap();
        assert_eq!(sent(&market.store).await, [("wren".to_owned(), MailKind::AddressConfirmation)]);
        let chair = wren.lists_goods("A chair", 20, 5).await;
        finch.buys(chair, 1, "one").await.unwrap();
        assert_eq!(sent(&market.store).await, []);
        market.store.close().await;

        let silent = tests::people::open(&market.base, Default::default(), market.world.clone()).await;
        let (wren, store) = (wren.at(&silent), &silent);
        assert_eq!(store.mail(), Mail::Off);
        let asked = store.leave_mail_address(&wren.actor, "wren@post.example").await;
        assert_eq!(refused(asked).code(), "WRONG_STATE");
        store.remove_mail_address(&wren.actor).await.unwrap();
        store.close().await;
    });
}

#[test]
fn what_happens_is_told_once_in_the_transaction_of_the_change() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        reached(&market, &wren).await;
        reached(&market, &finch).await;
        let (chair, song) = (wren.lists_goods("A chair", 20, 5).await, wren.lists_file("A song", 3).await);
        let store = &market.store;
        let told = |pairs: &[(&str, MailKind)]| -> Vec<(String, MailKind)> {
            pairs.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
        };
        let sorted = async || {
            let mut letters = sent(store).await;
            letters.sort();
            letters
        };
        let order = finch.buys(chair, 2, "one").await.unwrap();
        finch.buys(chair, 2, "one").await.unwrap();
        assert_eq!(sorted().await, told(&[("finch", MailKind::Bought), ("wren", MailKind::Sold)]));
        assert!(refused(finch.buys(chair, 9, "nine").await).code() == "OUT_OF_STOCK");
        store.confirm_receipt(&finch.actor, order).await.unwrap();
        assert_eq!(sorted().await, told(&[("wren", MailKind::Released)]));
        finch.buys(song, 1, "song").await.unwrap();
        assert_eq!(sorted().await, told(&[("finch", MailKind::Delivered), ("wren", MailKind::Sold)]));
        store.give_tokens(&finch.actor, "wren", tokens("1"), "for you", "gift").await.unwrap();
        assert_eq!(sorted().await, told(&[("wren", MailKind::GiftReceived)]));
        assert_eq!(sorted().await, []);
        let direct = market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM outbox WHERE detail <> ''").await, 0);
        market.clean().await;
        store.close().await;
    });
}

#[test]
fn a_letter_is_tried_again_later_and_later_until_it_is_dead() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let wren = market.person("wren").await;
        let staff = market.staff("keeper").await;
        reached(&market, &wren).await;
        market.grant(&staff, 10).await;
        let store = &market.store;
        store.give_tokens(&staff.actor, "wren", tokens("1"), "", "gift").await.unwrap();
        let letter = due(store).await.pop().unwrap();
        assert_eq!(due(store).await, [], "it is left to whoever took it");
        market.pass(300);
        let again = due(store).await.pop().unwrap();
        assert_eq!((again.id, again.attempt), (letter.id, 2), "who took it was never heard of again");
        let mut taken = Letter { attempt: 1, ..again };
        while let Some(wait) = wait_after(taken.attempt, Undelivered::ForNow) {
            let failed = store.letter_failed(&Actor::System, &taken, Undelivered::ForNow, "busy".to_owned());
            failed.await.unwrap();
            market.pass(wait.get() - 1);
            assert_eq!(due(store).await, []);
            market.pass(1);
            let next = due(store).await.pop().unwrap();
            assert_eq!(next.id, letter.id);
            taken = Letter { attempt: taken.attempt + 1, ..next };
        }
        let failed = store.letter_failed(&Actor::System, &taken, Undelivered::ForNow, "busy".to_owned());
        failed.await.unwrap();
        market.pass(40 * 86_400);
        assert_eq!(due(store).await, []);
        let dead = store.dead_letters(&staff.actor, Window::first(5, None)).await.unwrap().items;
        assert_eq!((dead.len(), dead[0].handle.as_str(), dead[0].error.as_str()), (1, "wren", "busy"));
        assert_eq!(store.outbox_glance(&staff.actor).await.unwrap().dead, 1);
        store.try_letter_again(&staff.actor, letter.id).await.unwrap();
        let asked = store.try_letter_again(&staff.actor, letter.id).await;
        assert_eq!(refused(asked), Refusal::missing("dead letter"));
        assert_eq!(due(store).await.pop().map(|found| (found.id, found.attempt)), Some((letter.id, 1)));
        store.letter_sent(&Actor::System, letter.id).await.unwrap();
        market.pass(31 * 86_400);
        assert!(store.forget_letters().await.unwrap() > 0);
        let direct = market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM outbox").await, 0);
        store.close().await;
    });
}

#[test]
fn a_letter_that_cannot_be_read_holds_up_no_other() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        reached(&market, &wren).await;
        for key in ["a", "b"] {
            market.store.give_tokens(&finch.actor, "wren", tokens("1"), "", key).await.unwrap();
        }
        let direct = market.base.connect().await;
        let first = "SELECT MIN(CAST(id AS TEXT)) FROM outbox WHERE done_at IS NULL";
        direct.must(&format!("UPDATE outbox SET detail = '?' WHERE CAST(id AS TEXT) = ({first})")).await;
        assert_eq!(sent(&market.store).await.len(), 1);
        assert_eq!(direct.number("SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL").await, 1);
        market.store.close().await;
    });
}

#[test]
fn codes_are_few_and_tried_a_few_times() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let wren = market.person("wren").await;
        let store = &market.store;
        let code = async || mail_code(store.secret(), due(store).await.pop().unwrap().id);
        let asked = store.confirm_mail_address(&wren.actor, &domain::code::write(&[0; 5]), None).await;
        assert_eq!(refused(asked).code(), "NOT_FOUND");
        store.leave_mail_address(&wren.actor, "wren@post.example").await.unwrap();
        let first = code().await;
        let wrong = domain::code::write(&[9; 5]);
        for _ in 0..10 {
            let asked = store.confirm_mail_address(&wren.actor, &wrong, None).await;
            assert_eq!(refused(asked).field(), Some("code"));
        }
        let asked = store.confirm_mail_address(&wren.actor, &first, None).await;
        assert_eq!(refused(asked).code(), "WRONG_STATE");

        store.leave_mail_address(&wren.actor, "wren@post.example").await.unwrap();
        let second = code().await;
        market.pass(86_400);
        let asked = store.confirm_mail_address(&wren.actor, &second, None).await;
        assert_eq!(refused(asked).code(), "WRONG_STATE");
        for _ in 0..5 {
            store.remove_mail_address(&wren.actor).await.unwrap();
            store.leave_mail_address(&wren.actor, "stranger@post.example").await.unwrap();
            sent(store).await;
        }
        let asked = store.leave_mail_address(&wren.actor, "stranger@post.example").await;
        assert_eq!(refused(asked), Refusal::TooMany { what: "codes a day".into(), limit: 5 });
        market.pass(86_401);
        store.leave_mail_address(&wren.actor, "wren@post.example").await.unwrap();
        let last = code().await;
        let (settings, _) = store.confirm_mail_address(&wren.actor, &last, None).await.unwrap();
        assert!(settings.address.unwrap().confirmed_at.is_some());
        store.confirm_mail_address(&wren.actor, &last, None).await.unwrap();
        store.close().await;
    });
}

#[test]
fn kinds_are_stopped_by_choice_and_by_the_link_in_a_letter() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        reached(&market, &wren).await;
        let store = &market.store;
        let give = async |key: &str| {
            store.give_tokens(&finch.actor, "wren", tokens("1"), "", key).await.unwrap();
        };
        give("a").await;
        store.choose_mail(&wren.actor, &[MailKind::GiftReceived, MailKind::GiftReceived]).await.unwrap();
        assert_eq!(sent(store).await, [], "also what waits is stopped");
        give("b").await;
        assert_eq!(sent(store).await, []);
        store.choose_mail(&wren.actor, &[]).await.unwrap();
        give("c").await;
        assert_eq!(sent(store).await.len(), 1);
        let asked = store.choose_mail(&wren.actor, &[MailKind::Welcome]).await;
        assert_eq!(refused(asked).code(), "INVALID_INPUT");

        let token = stop_token(store.secret(), wren.id, MailKind::GiftReceived);
        assert_eq!(store.mail_behind(&token), Ok(MailKind::GiftReceived));
        let nobody = Actor::Visitor(None);
        for _ in 0..2 {
            assert_eq!(store.stop_mail(&nobody, &token).await.unwrap(), MailKind::GiftReceived);
        }
        assert_eq!(store.mail_settings(&wren.actor).await.unwrap().stopped, [MailKind::GiftReceived]);
        let other = store::secrets::Secret::new([8; 32]);
        let forged = stop_token(&other, wren.id, MailKind::Sold);
        let fixed = stop_token(store.secret(), wren.id, MailKind::Welcome);
        for bad in [forged.as_str(), fixed.as_str(), "", "x", &token[..20], &"A".repeat(10_000)] {
            assert_eq!(refused(store.stop_mail(&nobody, bad).await), Refusal::missing("letter"));
        }
        store.close().await;
    });
}

#[test]
fn a_sign_in_from_a_new_device_is_told_and_from_a_known_one_is_not() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, store) = (market.person("wren").await, &market.store);
        let sign_in = async |device: Option<&str>| {
            let key = Credentials::AccountKey(wren.account_key.clone());
            store.sign_in(&Actor::Visitor(None), key, Channel::Site, device).await.unwrap().device_token
        };
        assert_eq!(sign_in(None).await, None, "who left no address is not followed");
        reached(&market, &wren).await;
        let kept = sign_in(None).await.unwrap();
        assert_eq!(sent(store).await, [("wren".to_owned(), MailKind::NewDevice)]);
        assert_eq!(sign_in(Some(&kept)).await.as_ref(), Some(&kept));
        assert_eq!(sent(store).await, []);
        let made_up = sign_in(Some("made up")).await.unwrap();
        assert_ne!(made_up, "made up");
        assert_eq!(sent(store).await.len(), 1);
        let direct = market.base.connect().await;
        assert_eq!(direct.number("SELECT COUNT(*) FROM known_devices").await, 3);
        store.close().await;
    });
}

#[test]
fn nothing_is_left_of_an_address_that_was_taken_away() {
    on_each_database(async |base| {
        let market = Market::with_mail(base).await;
        let (wren, finch) = (market.person("wren").await, market.person_with("finch", 100).await);
        reached(&market, &wren).await;
        let store = &market.store;
        store.give_tokens(&finch.actor, "wren", tokens("1"), "", "gift").await.unwrap();
        store.choose_mail(&wren.actor, &[MailKind::Sold]).await.unwrap();
        store.leave_mail_address(&wren.actor, "elsewhere@post.example").await.unwrap();
        assert_eq!(due(store).await.len(), 1, "what was under way to the old one is not for the new one");
        let settings = store.remove_mail_address(&wren.actor).await.unwrap();
        assert_eq!((settings.address, settings.stopped), (None, vec![]));
        let direct = market.base.connect().await;
        for (table, column, kind) in columns_of_all_tables(&direct).await {
            if kind != "text" {
                continue;
            }
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
            let values = direct.texts(&sql).await;
            let holds = values.iter().flatten().flatten().any(|value| value.contains("post.example"));
            assert!(!holds, "{table}.{column} holds the address");
        }
        for table in ["mail_addresses", "mail_opt_outs", "known_devices"] {
            assert_eq!(direct.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        assert_eq!(sent(store).await, []);
        store.close().await;
    });
}
