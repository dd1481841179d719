//! A market whose card payments go through the double: what its pages and
//! workers do, a hand at a time.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::tariff::Wanted;
use domain::time::{Seconds, Timestamp};
use domain::topup::facts::RefundState;
use domain::topup::{Provider, TopUp};
use server::config::Secret;
use server::stripe::{Asked, Disbelief, Stripe, StripeKeys};
use store::inbox::Event;
use store::topups::TopUpAsked;
use tests::databases::{Base, Kind};
use tests::people::{Market, Person, tokens};
use tests::stripe::{Delivery, Double, SECRET_KEY, WEBHOOK_SECRET};

/// The market and its Stripe.
pub(crate) struct Hand {
    pub(crate) market: Market,
    pub(crate) double: Double,
    pub(crate) stripe: Stripe,
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
        let market = Market::on(Base::fresh(Kind::Sqlite).await).await;
        let double = Double::open().await;
        let secret = |text: &str| Secret::from(text.to_owned());
        let keys = StripeKeys {
            secret_key: secret(SECRET_KEY),
            webhook_secret: secret(WEBHOOK_SECRET),
            api: double.url(),
        };
        Self { market, stripe: Stripe::new(keys).unwrap(), double }
    }

    /// Seconds of the market's clock.
    pub(crate) fn now(&self) -> i64 {
        self.market.world.now().millis() / 1_000
    }

    /// Somebody new asks for a thousand tokens and is shown Stripe's page.
    pub(crate) async fn begins(&self, handle: &str) -> Begun {
        let who = self.market.person(handle).await;
        let store = &self.market.store;
        let asked =
            TopUpAsked { wanted: Wanted::Tokens(tokens("1000")), return_to: None, intent: None, key: "k" };
        let top_up = store.top_up_by_card(&who.actor, asked).await.unwrap();
        let asked = Asked {
            top_up: top_up.id,
            reference: top_up.reference.to_string(),
            what: "1,000 tokens".to_owned(),
            due: top_up.agreed.due,
            success_url: "https://market.example/paid".to_owned(),
            cancel_url: "https://market.example/cart".to_owned(),
            expires_at: Timestamp::from_millis(self.market.world.now().millis() + 3_600_000),
        };
        let session = self.stripe.open_session(&asked).await.unwrap().session;
        store.begin_payment(&Actor::System, top_up.id, Provider::Stripe, &session).await.unwrap();
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
        let store = &self.market.store;
        loop {
            let due = store.events_due(500).await.unwrap();
            if due.is_empty() {
                return;
            }
            for (event, _) in due {
                if let Some(id) = self.meant_by(&event).await {
                    self.looks(id).await;
                }
                store.close_event(&Actor::System, &event, None).await.unwrap();
            }
        }
    }

    /// The top-up that a message is about, also before we know the payment's
    /// name.
    async fn meant_by(&self, event: &Event) -> Option<TopUpId> {
        let store = &self.market.store;
        let found = store.top_up_paid_by(Provider::Stripe, &event.subject).await.unwrap();
        if found.is_some() || !event.subject.starts_with("pi_") {
            return found;
        }
        let session = self.stripe.session_of(&event.subject).await.unwrap()?;
        store.top_up_paid_by(Provider::Stripe, &session).await.unwrap()
    }

    /// Looks a payment up and settles its top-up by that.
    pub(crate) async fn looks(&self, id: TopUpId) -> TopUp {
        let store = &self.market.store;
        let card = store.payable(id).await.unwrap().card.unwrap();
        let facts = self.stripe.look(&card.session).await.unwrap();
        store.settle_top_up(&Actor::System, id, facts, self.stripe.is_live()).await.unwrap()
    }

    /// What was missed is asked for, and what waits too long is looked up.
    pub(crate) async fn sweeps(&self) {
        let store = &self.market.store;
        for event in self.stripe.missed().await.unwrap() {
            store.receive_event(&Actor::System, event).await.unwrap();
        }
        self.works().await;
        for id in store.waiting_payments(Seconds::new(120), 500).await.unwrap() {
            self.looks(id).await;
        }
    }

    /// Refunds that were asked for are sent.
    pub(crate) async fn sends_refunds(&self) {
        let store = &self.market.store;
        for (refund, _) in store.refunds_due(500).await.unwrap() {
            let payment = store.payable(refund.top_up).await.unwrap().card.unwrap().payment.unwrap();
            let state = self.stripe.refund(refund.id, &payment, refund.money).await;
            store.end_refund(&Actor::System, &refund, state.unwrap_or(RefundState::Failed)).await.unwrap();
        }
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
