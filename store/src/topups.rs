//! Top-ups: asking for tokens, and what becomes of it.

use domain::access::Actor;
use domain::book::Remembered;
use domain::command::{Command, Fingerprint, KeyId};
use domain::id::{OrderId, TopUpId, UserId};
use domain::refusal::Refusal;
use domain::tariff::{self, Wanted};
use domain::time::Seconds;
use domain::topup::facts::PaymentFacts;
use domain::topup::open::{Opening, check_waiting};
use domain::topup::settle::Settling;
use domain::topup::{Agreed, Channel, Intent, Method, Provider, Reference, ReturnPath, TopUp, TopUpState};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::desk::told;
use crate::error::{Done, Error, Fault};
use crate::orders::keyed;
use crate::page::{Page, Window};
use crate::tx::{ids, marks};

/// How long a card top-up can be paid.
const CARD_LASTS: Seconds = Seconds::days(1);

/// What a user asks for.
#[derive(Clone, Debug)]
pub struct TopUpAsked<'a> {
    /// A bundle, or so many tokens.
    pub wanted: Wanted,
    /// Where to go afterwards: a path on this site.
    pub return_to: Option<&'a str>,
    /// What is to be finished once the tokens are there.
    pub intent: Option<Intent>,
    /// The client's name for this attempt.
    pub key: &'a str,
}

/// A top-up with what came of its intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUpView {
    /// The top-up.
    pub top_up: TopUp,
    /// `done`, or the code of the refusal; nothing while nothing was tried.
    pub intent_result: Option<String>,
}

impl Store {
    /// Asks for tokens that are paid by card. Precedence: key, path, then as
    /// for [`quote`](domain::tariff::quote), then too many that wait.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn top_up_by_card(&self, actor: &Actor, asked: TopUpAsked<'_>) -> Done<TopUp> {
        let user = actor.signed_in()?.id;
        let wanted = told(asked.wanted);
        let intent = serde_json::to_string(&asked.intent).map_err(|_| Fault::bug("read an intent"))?;
        let inputs = [&wanted, "card", asked.return_to.unwrap_or_default(), &intent];
        let key = keyed(user, asked.key, "topUp", &inputs)?;
        let return_to = asked.return_to.map(ReturnPath::parse).transpose()?;
        let agreed = match self.agree(user, asked.wanted).await {
            Ok(agreed) => agreed,
            // What was allowed when the key was first used may not be now.
            Err(error) => return self.answered(key).await?.ok_or(error),
        };
        let opening = Opening {
            user,
            reference: self.draw_reference().await?,
            channel: Channel::Web,
            method: Method::Card,
            state: TopUpState::Submitted,
            agreed,
            return_to,
            intent: asked.intent,
            lasts: Some(CARD_LASTS),
        };
        let outcome = self.command(Some(user), Command::OpenTopUp(Box::new(opening)), key).await?;
        self.load_top_up(outcome.top_up.ok_or(Fault::bug("open a top-up"))?).await
    }

    /// What would be agreed on now.
    ///
    /// # Errors
    /// As for [`quote`](domain::tariff::quote).
    pub async fn quote(&self, wanted: Wanted) -> Done<Agreed> {
        Ok(tariff::quote(self.tariff(), &self.bundles().await?, wanted)?)
    }

    /// The top-up that was opened under a key, if one was.
    pub(crate) async fn answered(&self, key: Option<(KeyId, Fingerprint)>) -> Done<Option<TopUp>> {
        let Some((id, fingerprint)) = key else { return Ok(None) };
        let sql = "SELECT fingerprint, answer FROM idempotency_keys WHERE id = $1";
        let known = self.read().row(sql, vec![id.uuid().into()], |row| {
            let fingerprint = Fingerprint::from_bytes(row.hash()?);
            let answer =
                row.take_as("read a stored answer", |text: String| serde_json::from_str(&text).ok())?;
            Ok(Remembered { fingerprint, answer })
        });
        match known.await? {
            Some(known) if known.fingerprint != fingerprint => Err(Refusal::IdempotencyKeyReused.into()),
            Some(Remembered { answer: Ok(outcome), .. }) => match outcome.top_up {
                Some(id) => self.load_top_up(id).await.map(Some),
                None => Ok(None),
            },
            Some(Remembered { answer: Err(refusal), .. }) => Err(refusal.into()),
            None => Ok(None),
        }
    }

    async fn agree(&self, user: UserId, wanted: Wanted) -> Done<Agreed> {
        let agreed = self.quote(wanted).await?;
        // What was never shown a place to pay in waits only as long as it lasts.
        let sql = "SELECT COUNT(*) FROM top_ups WHERE user_id = $1 AND method = 1 AND state = 2 \
                   AND (session_ref IS NOT NULL OR expires_at > $2)";
        let values = vec![user.uuid().into(), self.0.world.now().millis().into()];
        let waiting = self.read().row(sql, values, |row| row.count()).await?;
        check_waiting(waiting.unwrap_or(0))?;
        Ok(agreed)
    }

    /// A code that no top-up has yet.
    pub(crate) async fn draw_reference(&self) -> Result<Reference, Fault> {
        for _ in 0..8 {
            let drawn = Reference::draw(u64::from_be_bytes(self.0.world.random()));
            let sql = "SELECT 1 FROM top_ups WHERE reference = $1";
            if self.read().row(sql, vec![drawn.as_str().into()], |_| Ok(())).await?.is_none() {
                return Ok(drawn);
            }
        }
        Err(Fault::bug("draw a code that is free"))
    }

    /// A top-up, for its user and for the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn top_up(&self, actor: &Actor, id: TopUpId) -> Done<TopUpView> {
        let user = actor.signed_in()?;
        let found = self.read_top_ups("WHERE id = $1", vec![id.uuid().into()]).await?.into_iter().next();
        let own = found.filter(|view| view.top_up.user == user.id || actor.staff().is_ok());
        Ok(own.ok_or(Refusal::missing("top-up"))?)
    }

    /// The asker's top-ups, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn top_ups(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<TopUpView>> {
        let user = actor.signed_in()?.id;
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("id", &mut values);
        Ok(window.page(self.read_top_ups(&format!("WHERE user_id = $1{clause}"), values).await?))
    }

    /// A top-up for whoever knows its number: to pay it, not to see whose it
    /// is.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn payable(&self, id: TopUpId) -> Done<TopUp> {
        self.load_top_up(id).await
    }

    pub(crate) async fn load_top_up(&self, id: TopUpId) -> Done<TopUp> {
        let found = self.read_top_ups("WHERE id = $1", vec![id.uuid().into()]).await?.into_iter().next();
        Ok(found.map(|view| view.top_up).ok_or(Refusal::missing("top-up"))?)
    }

    pub(crate) async fn read_top_ups(&self, tail: &str, values: Vec<Value>) -> Result<Vec<TopUpView>, Fault> {
        let sql = format!("SELECT {TOP_UP_COLUMNS}, intent_result FROM top_ups {tail}");
        let read = |row: &mut crate::tx::Columns<'_>| {
            Ok(TopUpView { top_up: read_top_up(row)?, intent_result: row.take()? })
        };
        self.read().rows(sql, values, read).await
    }

    /// Records in which session a top-up is paid; the first one stays. Only
    /// the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn begin_payment(
        &self,
        actor: &Actor,
        id: TopUpId,
        provider: Provider,
        session: &str,
    ) -> Done<TopUp> {
        actor.system()?;
        let values = vec![id.uuid().into(), provider.number().into(), Value::from(session.to_owned())];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE top_ups SET provider = $2, session_ref = $3 \
                               WHERE id = $1 AND session_ref IS NULL AND method = 1";
                    link.change(sql, values).await?;
                    Ok(())
                })
            })
            .await?;
        self.load_top_up(id).await
    }

    /// The top-up that is paid in this session or by this payment.
    ///
    /// # Errors
    /// A fault only.
    pub async fn top_up_paid_by(
        &self,
        provider: Provider,
        reference: &str,
    ) -> Result<Option<TopUpId>, Fault> {
        for column in ["session_ref", "payment_ref"] {
            let sql = format!("SELECT id FROM top_ups WHERE provider = $1 AND {column} = $2");
            let values = vec![provider.number().into(), Value::from(reference.to_owned())];
            if let Some(id) = self.read().row(sql, values, |row| row.id(TopUpId::new)).await? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Settles a card top-up by what its provider says now, and finishes what
    /// the user wanted with it. Only the program itself does this; it may do
    /// so as often as it likes.
    ///
    /// # Errors
    /// `Forbidden` for everybody else, then as for
    /// [`decide_settle`](domain::topup::settle::decide_settle).
    pub async fn settle_top_up(
        &self,
        actor: &Actor,
        id: TopUpId,
        payment: PaymentFacts,
        is_live: bool,
    ) -> Done<TopUp> {
        actor.system()?;
        let top_up = self.load_top_up(id).await?;
        let orders = match payment.disputes.is_empty() {
            true => Vec::new(),
            false => self.held_orders(top_up.user).await?,
        };
        self.keep_deadlines(&payment).await?;
        let settling = Settling { top_up: id, payment, is_live, orders };
        self.command(None, Command::SettleTopUp(Box::new(settling)), None).await?;
        self.finish_intent(id).await?;
        self.load_top_up(id).await
    }

    /// Keeps until when evidence is taken in disputes, as the provider says
    /// now. No token depends on it.
    async fn keep_deadlines(&self, payment: &PaymentFacts) -> Done<()> {
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for dispute in &payment.disputes {
            let Some(answer_by) = dispute.answer_by else { continue };
            let provider = payment.provider.number();
            let known = "SELECT answer_by FROM dispute_deadlines WHERE provider = $1 AND provider_ref = $2";
            let key = vec![provider.into(), Value::from(dispute.reference.clone())];
            if self.read().row(known, key.clone(), |row| row.time()).await? != Some(answer_by) {
                rows.push([key, vec![answer_by.millis().into()]].concat());
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "INSERT INTO dispute_deadlines (provider, provider_ref, answer_by) VALUES ($1, $2, $3) \
                               ON CONFLICT (provider, provider_ref) DO UPDATE SET answer_by = excluded.answer_by";
                    for row in rows {
                        link.change(sql, row).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Orders of a buyer whose tokens are still held, the newest first.
    async fn held_orders(&self, buyer: UserId) -> Result<Vec<OrderId>, Fault> {
        let sql = "SELECT id FROM orders WHERE buyer_id = $1 AND state = 1 ORDER BY id DESC LIMIT 200";
        self.read().rows(sql, vec![buyer.uuid().into()], |row| row.id(OrderId::new)).await
    }

    /// Buys what the user wanted with a credited top-up, if they said that it
    /// should happen by itself. The key of the purchase makes it happen once.
    async fn finish_intent(&self, id: TopUpId) -> Done<()> {
        let view = self.read_top_ups("WHERE id = $1", vec![id.uuid().into()]).await?.into_iter().next();
        let Some(TopUpView { top_up, intent_result: None }) = view else { return Ok(()) };
        let (Some(intent), TopUpState::Credited) = (&top_up.intent, top_up.state) else { return Ok(()) };
        let result = match self.buy_intended(top_up.user, intent).await {
            Ok(()) => "done".to_owned(),
            Err(Error::Refused(Refusal::Busy)) => return Ok(()),
            Err(Error::Refused(refusal)) => refusal.code().to_owned(),
            Err(error) => return Err(error),
        };
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE top_ups SET intent_result = $2 WHERE id = $1 AND intent_result IS NULL";
                    link.change(sql, vec![id.uuid().into(), result.into()]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Through the same doors as when the user does it: their own press of the
    /// button and this one are the same purchase.
    async fn buy_intended(&self, buyer: UserId, intent: &Intent) -> Done<()> {
        match intent {
            Intent::Checkout { expected_total, key } => {
                self.checkout_for(buyer, *expected_total, key.as_str()).await.map(drop)
            }
            Intent::Buy { listing, quantity, expected_price, key } => {
                self.buy_for(buyer, *listing, *quantity, *expected_price, key.as_str()).await.map(drop)
            }
        }
    }

    /// Card top-ups whose provider should be asked how they stand: those that
    /// wait for their money for more than `older` seconds, the longest waiting
    /// first. Nothing may get lost with a message.
    ///
    /// # Errors
    /// A fault only.
    pub async fn waiting_payments(&self, older: Seconds, limit: u32) -> Result<Vec<TopUpId>, Fault> {
        let sql = format!(
            "SELECT id FROM top_ups WHERE method = 1 AND session_ref IS NOT NULL AND created_at <= $1 \
             AND (state = 2 OR (state = 5 AND intent IS NOT NULL AND intent_result IS NULL)) \
             ORDER BY created_at LIMIT {limit}"
        );
        let before = self.0.world.now().millis() - i64::from(older.get()) * 1_000;
        self.read().rows(sql, vec![before.into()], |row| row.id(TopUpId::new)).await
    }

    /// Lets promo tokens expire whose time is over, of at most `limit` users.
    /// Safe to run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn expire_promo(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let sql = format!(
            "SELECT a.owner FROM accounts a WHERE a.kind = 3 AND a.credits > a.debits \
             AND a.owner IN (SELECT user_id FROM promo_lots WHERE expires_at <= $1) \
             AND a.credits - a.debits > (SELECT COALESCE(SUM(l.amount), 0) FROM promo_lots l \
             WHERE l.user_id = a.owner AND (l.expires_at IS NULL OR l.expires_at > $1)) ORDER BY a.owner LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        let due = self.read().rows(sql, vec![now.into()], |row| row.id(UserId::new)).await?;
        let mut done = 0;
        for user in due {
            self.command(None, Command::ExpirePromo(user), None).await?;
            done += 1;
        }
        Ok(done)
    }

    /// These top-ups, in this order; for those who may see them.
    ///
    /// # Errors
    /// A fault only.
    pub async fn top_ups_by_ids(&self, wanted: &[TopUpId]) -> Result<Vec<TopUpView>, Fault> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let values = ids(wanted.iter().map(|id| id.uuid()));
        let mut found =
            self.read_top_ups(&format!("WHERE id IN ({})", marks(0, values.len())), values).await?;
        found.sort_by_key(|view| wanted.iter().position(|id| *id == view.top_up.id));
        Ok(found)
    }
}
