//! A market whose card payments go through the double: what its pages and
//! workers do, a hand at a time.

use std::sync::Arc;

use domain::access::Actor;
use domain::id::TopUpId;
use domain::tariff::Wanted;
use domain::topup::TopUp;
use server::config::Secret;
use server::payments::stripe::{Disbelief, Stripe, StripeKeys};
use server::payments::{Door, Payments};
use store::topups::TopUpAsked;
use tests::databases::{Base, Kind};
use tests::people::{Market, Person, tokens};
use tests::stripe::{Delivery, Double, SECRET_KEY, WEBHOOK_SECRET};

/// The market and its Stripe.
pub(crate) struct Hand {
    pub(crate) market: Market,
    pub(crate) double: Double,
    pub(crate) stripe: Stripe,
    pub(crate) payments: Payments,
}

/// A card top-up that somebody began.
#[derive(Clone)]
pub(crate) struct Begun {
    pub(crate) who: Person,
    pub(crate) id: TopUpId,
    pub(crate) session: String,
}

impl Hand {
    pub(crate) async fn open() -> Self {
        Self::on(Base::fresh(Kind::Sqlite).await).await
    }

    pub(crate) async fn on(base: Base) -> Self {
        let market = Market::on(base).await;
        let double = Double::open().await;
        double.is_at(market.world.now().millis() / 1_000);
        let secret = |text: &str| Secret::from(text.to_owned());
        let keys = StripeKeys {
            secret_key: secret(SECRET_KEY),
            webhook_secret: secret(WEBHOOK_SECRET),
            api: double.url(),
            origin: "https://market.example".to_owned(),
        };
        let stripe = Stripe::new(keys).unwrap();
        let payments = Payments::through(market.store.clone(), Arc::new(stripe.clone()));
        Self { market, double, stripe, payments }
    }

    /// Whose top-up it is.
    pub(crate) async fn handle_of(&self, id: TopUpId) -> String {
        let user = self.market.store.payable(id).await.unwrap().user;
        self.market.store.user(user).await.unwrap().unwrap().handle.to_string()
    }

    /// Seconds of the market's clock.
    pub(crate) fn now(&self) -> i64 {
        self.market.world.now().millis() / 1_000
    }

    /// Somebody new asks for a thousand tokens and is shown Stripe's page.
    pub(crate) async fn begins(&self, handle: &str) -> Begun {
        self.begins_as(self.market.person(handle).await).await
    }

    /// The same for somebody who is here already.
    pub(crate) async fn begins_as(&self, who: Person) -> Begun {
        let store = &self.market.store;
        let asked =
            TopUpAsked { wanted: Wanted::Tokens(tokens("1000")), return_to: None, intent: None, key: "k" };
        let top_up = store.top_up_by_card(&who.actor, asked).await.unwrap();
        let page = self.payments.page_for(top_up.id).await.unwrap();
        let session = store.payable(top_up.id).await.unwrap().card.unwrap().session;
        assert_eq!(page, Door::Open(format!("https://pay.example/{session}")));
        Begun { who, id: top_up.id, session }
    }

    /// A message comes to the door; tells whether it was new.
    pub(crate) async fn receives(&self, delivery: &Delivery) -> Result<bool, Disbelief> {
        let now = self.market.world.now();
        let event = self.stripe.read_message(&delivery.signature, delivery.body.as_bytes(), now)?;
        Ok(match event {
            Some(event) => self.market.store.receive_event(&Actor::System, event).await.unwrap(),
            None => false,
        })
    }

    /// Everything in the inbox is worked on.
    pub(crate) async fn works(&self) {
        while self.payments.work_inbox().await.unwrap() > 0 {}
    }

    /// Looks a payment up and settles its top-up by that.
    pub(crate) async fn looks(&self, id: TopUpId) -> TopUp {
        self.payments.settle(id).await.unwrap()
    }

    /// What was missed is asked for, and what waits too long is looked up.
    pub(crate) async fn sweeps(&self) {
        self.payments.sweep().await.unwrap();
        self.works().await;
    }

    /// Refunds that were asked for are sent.
    pub(crate) async fn sends_refunds(&self) {
        self.payments.send_refunds().await.unwrap();
    }

    /// How somebody stands after all: what they hold, owe and have had taken
    /// back, in words.
    pub(crate) async fn stands(&self, begun: &Begun) -> String {
        let wallet = begun.who.wallet().await;
        let top_up = self.market.store.payable(begun.id).await.unwrap();
        format!(
            "{} spendable, {} promo, {} debt; {}, {} credited, {} reversed",
            wallet.spendable,
            wallet.promo,
            wallet.debt,
            top_up.state.name(),
            top_up.credited,
            top_up.reversed
        )
    }
}
