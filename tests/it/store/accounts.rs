//! Accounts, sign-in and sessions.

use domain::access::{Actor, Role, SignedIn};
use domain::id::SessionId;
use domain::refusal::Refusal;
use domain::user::Channel;
use store::Store;
use store::users::{Credentials, NewAccount};
use tests::databases::on_each_database;
use tests::people::{Market, Person, refused, tokens};

const NOBODY: Actor = Actor::Visitor(None);

async fn signed_in(store: &Store, token: &str) -> Option<SignedIn> {
    store.authenticate(token).await.unwrap()
}

fn key(text: &str) -> Credentials {
    Credentials::AccountKey(text.to_owned())
}

fn passphrase(handle: &str, passphrase: &str) -> Credentials {
    Credentials::Passphrase { handle: handle.to_owned(), passphrase: passphrase.to_owned() }
}

#[test]
fn an_account_opens_with_nothing_and_its_key_signs_in() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let opened = store.open_account(&NOBODY, NewAccount::default(), Some(Channel::Site)).await.unwrap();
        let first = signed_in(store, &opened.session_token.unwrap()).await.unwrap();
        assert_eq!((first.id, first.role), (opened.user.id, Role::User));
        assert_eq!(store.wallet(first.id).await.unwrap().promo, tokens("50"));
        let typed = opened.account_key.to_lowercase().replace('-', " ");
        let entered = store.sign_in(&NOBODY, key(&typed), Channel::Api, None).await.unwrap();
        assert_eq!((&entered.user, entered.device_token), (&opened.user, None));
        let found = signed_in(store, &entered.session_token).await;
        assert_eq!(found.map(|found| found.id), Some(opened.user.id));
        assert_eq!(signed_in(store, "no such token").await, None);
        let other = store.open_account(&NOBODY, NewAccount::default(), None).await.unwrap();
        assert_ne!(other.user.handle, opened.user.handle);
        assert!(other.session_token.is_none());
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn whatever_is_wrong_with_credentials_the_answer_is_the_same() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let new = NewAccount {
            handle: Some("Wren".to_owned()),
            passphrase: Some("a long secret".to_owned()),
            invitation: None,
        };
        store.open_account(&NOBODY, new.clone(), None).await.unwrap();
        assert_eq!(refused(store.open_account(&NOBODY, new, None).await), Refusal::HandleTaken);
        market.person("finch").await;
        store.sign_in(&NOBODY, passphrase("@wren", "a long secret"), Channel::Api, None).await.unwrap();
        let wrong = [
            passphrase("wren", "another secret"),
            passphrase("nobody", "a long secret"),
            passphrase("finch", "a long secret"),
            passphrase("<>", ""),
            key("AAAAA-AAAAA"),
            key(&domain::code::write(&[3; 20])),
        ];
        for credentials in wrong {
            let said = format!("{credentials:?}");
            assert_eq!(
                refused(store.sign_in(&NOBODY, credentials, Channel::Site, None).await),
                Refusal::WrongCredentials,
                "{said}"
            );
        }
        market.store.close().await;
    });
}

#[test]
fn sessions_end_by_themselves_by_hand_and_with_a_new_passphrase() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let wren = market.person("wren").await;
        let mut tokens = Vec::new();
        for _ in 0..4 {
            let entered = store.sign_in(&NOBODY, key(&wren.account_key), Channel::Site, None).await;
            tokens.push(entered.unwrap().session_token);
        }
        let at = async |place: usize| signed_in(store, &tokens[place]).await.map(Actor::User);
        let me = at(0).await.unwrap();
        assert_eq!(store.sessions(&me).await.unwrap().len(), 5);
        let SignedIn { session, .. } = at(1).await.unwrap().signed_in().unwrap();
        store.end_session(&me, session).await.unwrap();
        store.end_session(&me, SessionId::new(uuid::Uuid::nil())).await.unwrap();
        assert_eq!(at(1).await, None);
        let finch = market.person("finch").await;
        let SignedIn { session, .. } = at(2).await.unwrap().signed_in().unwrap();
        store.end_session(&finch.actor, session).await.unwrap();
        assert!(at(2).await.is_some(), "nobody ends another's session");
        store.set_passphrase(&me, "a new long secret").await.unwrap();
        assert_eq!((at(2).await, at(3).await), (None, None));
        store.sign_out(&me).await.unwrap();
        assert_eq!(at(0).await, None);

        let entered = store.sign_in(&NOBODY, key(&wren.account_key), Channel::Api, None).await.unwrap();
        let token = entered.session_token;
        market.pass(59 * 86_400);
        assert!(signed_in(store, &token).await.is_some(), "being used keeps it alive");
        market.pass(59 * 86_400);
        assert!(signed_in(store, &token).await.is_some());
        market.pass(60 * 86_400);
        assert_eq!(signed_in(store, &token).await, None);
        assert!(store.forget_sessions().await.unwrap() >= 1);
        market.store.close().await;
    });
}

#[test]
fn an_invitation_makes_one_member_of_the_staff() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let wren = market.person("wren").await;
        assert_eq!(refused(store.invite_vendor(&wren.actor).await), Refusal::Forbidden);
        assert!(!store.has_staff().await.unwrap());
        let old = store.invite_vendor(&Actor::System).await.unwrap();
        let token = store.invite_vendor(&Actor::System).await.unwrap();
        assert!(!store.is_invitation_open(&old).await.unwrap(), "a new one ends those before it");
        let with = |handle: &str, token: &str| NewAccount {
            handle: Some(handle.to_owned()),
            invitation: Some(token.to_owned()),
            ..NewAccount::default()
        };
        assert_eq!(refused(store.open_account(&NOBODY, with("keeper", &old), None).await), Refusal::Expired);
        assert_eq!(
            refused(store.open_account(&NOBODY, with("wren", &token), None).await),
            Refusal::HandleTaken
        );
        assert!(store.is_invitation_open(&token).await.unwrap(), "a refusal does not use it up");
        let opened = store.open_account(&NOBODY, with("keeper", &token), None).await.unwrap();
        assert_eq!(opened.user.role, Role::Staff);
        assert_eq!(refused(store.open_account(&NOBODY, with("other", &token), None).await), Refusal::Expired);
        assert!(store.has_staff().await.unwrap());
        market.store.close().await;
    });
}

#[test]
fn a_handle_changes_if_it_is_free() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let (wren, _) = (market.person("wren").await, market.person("finch").await);
        assert_eq!(refused(store.change_handle(&wren.actor, "Finch").await), Refusal::HandleTaken);
        assert_eq!(refused(store.change_handle(&wren.actor, "admin").await), Refusal::HandleTaken);
        assert_eq!(store.change_handle(&wren.actor, "wren").await.unwrap().handle.as_str(), "wren");
        assert_eq!(store.change_handle(&wren.actor, "Robin").await.unwrap().handle.as_str(), "robin");
        Person::open(store, "wren").await;
        let told = store.revise_profile(&wren.actor, " Robin R. ", "Chairs.").await.unwrap();
        assert_eq!(
            (told.display_name.as_deref(), told.about.as_deref()),
            (Some("Robin R."), Some("Chairs."))
        );
        let erased = store.revise_profile(&wren.actor, "", " ").await.unwrap();
        assert_eq!((erased.display_name, erased.about), (None, None));
        assert_eq!(refused(store.revise_profile(&NOBODY, "", "").await), Refusal::NotSignedIn);
        market.store.close().await;
    });
}

#[test]
fn a_session_that_is_used_lasts_anew_once_a_day() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let store = &market.store;
        let day = 86_400;
        let opened = store.open_account(&NOBODY, NewAccount::default(), Some(Channel::Site)).await.unwrap();
        let token = opened.session_token.unwrap();
        let recognised = async || store.recognise(&token).await.unwrap().expect("the session goes on");
        let user = recognised().await.user;
        let ends = async || store.sessions(&Actor::User(user)).await.unwrap()[0].expires_at;
        let first_end = ends().await;
        market.pass(day);
        assert!(!recognised().await.is_renewable, "a day is not over yet");
        market.pass(1);
        assert!(recognised().await.is_renewable);
        assert_eq!(ends().await, first_end, "looking does not make it longer");
        store.renew_session(&user).await;
        assert!(!recognised().await.is_renewable, "once a day is enough");
        assert_eq!(ends().await.millis(), first_end.millis() + 1_000 * i64::from(day + 1));
        // Who keeps coming stays signed in for good; who stays away does not.
        for _ in 0..3 {
            market.pass(59 * day);
            assert_eq!(signed_in(store, &token).await, Some(user));
        }
        market.pass(60 * day);
        assert_eq!(signed_in(store, &token).await, None);
        store.renew_session(&user).await;
        assert_eq!(signed_in(store, &token).await, None, "what has ended stays ended");
        market.store.close().await;
    });
}
