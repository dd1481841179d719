//! Accounts that the staff opens for somebody by phone, fax or letter.

use domain::access::Actor;
use domain::refusal::Refusal;
use domain::user::Channel;
use store::customers::NewCustomer;
use store::users::Credentials;
use tests::databases::on_each_database;
use tests::people::{Market, refused, tokens};

fn ada() -> NewCustomer {
    let text = str::to_owned;
    NewCustomer { handle: None, name: text("Ada"), address: text("1 Mill Lane"), phone: text("555 0100") }
}

#[test]
fn an_account_is_handed_over_once_and_its_data_erased() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (keeper, wren) = (market.staff("keeper").await, market.person("wren").await);
        let store = &market.store;
        for (actor, no) in [(&wren.actor, Refusal::Forbidden), (&Actor::Visitor(None), Refusal::NotSignedIn)]
        {
            assert_eq!(refused(store.open_account_for(actor, ada()).await), no);
        }
        let opened = store.open_account_for(&keeper.actor, ada()).await.unwrap();
        let id = opened.user.id;
        assert_eq!(store.wallet(id).await.unwrap().promo, tokens("50"));

        let nobody = Actor::Visitor(None);
        let weak = store.take_over_account(&nobody, &opened.claim_code, "short", Channel::Site).await;
        assert_eq!(refused(weak).field(), Some("passphrase"));
        let wrong = domain::code::write(&[3; 15]);
        let asked = store.take_over_account(&nobody, &wrong, "", Channel::Site).await;
        assert_eq!(refused(asked), Refusal::missing("code"));
        let passphrase = "three calm herons";
        let taken =
            store.take_over_account(&nobody, &opened.claim_code, passphrase, Channel::Site).await.unwrap();
        assert_eq!(taken.user.id, id);
        let again = store.take_over_account(&nobody, &opened.claim_code, "", Channel::Site).await;
        assert_eq!(refused(again), Refusal::missing("code"), "a code works once");
        let handle = taken.user.handle.to_string();
        for credentials in [
            Credentials::AccountKey(taken.account_key),
            Credentials::Passphrase { handle, passphrase: passphrase.to_owned() },
        ] {
            assert!(store.sign_in(&nobody, credentials, Channel::Site, None).await.is_ok());
        }

        let own = Actor::User(store.authenticate(&taken.session_token.unwrap()).await.unwrap().unwrap());
        let left = store.customer(&own, id).await.unwrap().unwrap();
        assert_eq!(left.name.unwrap().as_str(), "Ada");
        assert_eq!(refused(store.customer(&wren.actor, id).await), Refusal::missing("user"));
        assert_eq!(refused(store.erase_customer(&wren.actor, id).await), Refusal::missing("user"));
        store.erase_customer(&own, id).await.unwrap();
        store.erase_customer(&keeper.actor, id).await.unwrap();
        assert_eq!(store.customer(&keeper.actor, id).await.unwrap(), None);
        market.clean().await;
        market.store.close().await;
    });
}

#[test]
fn a_code_that_nobody_used_runs_out() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let keeper = market.staff("keeper").await;
        let nothing = NewCustomer { handle: Some("heron".to_owned()), ..NewCustomer::default() };
        let opened = market.store.open_account_for(&keeper.actor, nothing.clone()).await.unwrap();
        let taken = market.store.open_account_for(&keeper.actor, nothing).await;
        assert_eq!(refused(taken), Refusal::HandleTaken);
        let left = market.store.customer(&keeper.actor, opened.user.id).await.unwrap();
        assert_eq!(left, None, "nothing was left, and nothing is stored");
        market.pass(30 * 86_400);
        let nobody = Actor::Visitor(None);
        let late = market.store.take_over_account(&nobody, &opened.claim_code, "", Channel::Site).await;
        assert_eq!(refused(late), Refusal::missing("code"));
        market.clean().await;
        market.store.close().await;
    });
}
