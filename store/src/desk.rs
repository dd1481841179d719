//! The desk: top-ups that are not paid by card.

mod audit;
mod book;
mod reads;

use domain::access::Actor;
use domain::command::{Command, Fingerprint, KeyId};
use domain::desk::{DeskCommand, Details, Maker, Payment, check_limit_setter};
use domain::id::{TopUpId, UserId};
use domain::money::{Currency, Money};
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::text::{BankReference, DeskNote, Handle, PoNumber, TakenFrom};
use domain::time::Timestamp;
use domain::topup::open::Opening;
use domain::topup::{Channel, Method, TopUpState};

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::orders::keyed;

pub(crate) use audit::check;
pub(crate) use book::{load, write};
pub use reads::{DeskEvent, DeskFilter, DeskPayment, DeskView};

/// An order that the staff enters.
#[derive(Clone, Debug)]
pub struct NewDeskOrder {
    /// Who gets the tokens.
    pub handle: String,
    /// How the order came.
    pub channel: Channel,
    /// How it is to be paid.
    pub method: Method,
    /// A bundle, or so many tokens.
    pub wanted: Wanted,
    /// The customer's own number of it; may be empty.
    pub po_number: String,
    /// Who phoned, wrote or came; may be empty.
    pub taken_from: String,
    /// What the staff wants to remember; may be empty.
    pub notes: String,
}

/// Money that came, as it is typed.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// How much, as a decimal.
    pub amount: String,
    /// In which currency.
    pub currency: String,
    /// On which day it counts.
    pub value_date: Timestamp,
    /// What the bank or the till calls it.
    pub bank_reference: String,
}

fn told(wanted: Wanted) -> String {
    match wanted {
        Wanted::Bundle(id) => format!("bundle {id}"),
        Wanted::Tokens(tokens) => format!("tokens {tokens}"),
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

impl Store {
    /// Asks to be billed, for a pro-forma invoice, or to pay by bank or in
    /// cash. Precedence: key, quote, then as for the desk's entering.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn request_invoice(
        &self,
        actor: &Actor,
        method: Method,
        wanted: Wanted,
        key: &str,
    ) -> Done<DeskView> {
        let user = actor.signed_in()?.id;
        let key = keyed(user, key, "requestInvoice", &[method.name(), &told(wanted)])?;
        if method == Method::PurchaseOrder {
            return Err(Refusal::invalid("method", "a purchase order is submitted with its number").into());
        }
        self.enter(user, user, Maker::User, (Channel::Web, method, wanted), Details::default(), key).await
    }

    /// Submits a purchase order. Precedence: key, number, quote, then as for
    /// the desk's entering.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn submit_purchase_order(
        &self,
        actor: &Actor,
        wanted: Wanted,
        po_number: &str,
        key: &str,
    ) -> Done<DeskView> {
        let user = actor.signed_in()?.id;
        let key = keyed(user, key, "submitPurchaseOrder", &[&told(wanted), po_number])?;
        let details = Details { po_number: Some(PoNumber::parse(po_number)?), ..Details::default() };
        let how = (Channel::Web, Method::PurchaseOrder, wanted);
        self.enter(user, user, Maker::User, how, details, key).await
    }

    /// Enters what came by phone, fax, letter, e-mail or over the counter.
    /// Staff only. Precedence: key, user, details, quote, then as for the
    /// desk's entering.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn enter_top_up_order(&self, actor: &Actor, new: NewDeskOrder, key: &str) -> Done<DeskView> {
        let staff = actor.staff()?.id;
        let NewDeskOrder { handle, channel, method, wanted, po_number, taken_from, notes } = new;
        let wanted_text = told(wanted);
        let inputs = [&handle, channel.name(), method.name(), &wanted_text, &po_number, &taken_from, &notes];
        let key = keyed(staff, key, "enterTopUpOrder", &inputs)?;
        let handle = Handle::parse(&handle).map_err(|_| Refusal::missing("user"))?;
        let user = self.user_by_handle(&handle).await?.ok_or(Refusal::missing("user"))?;
        let details = Details {
            po_number: filled(&po_number).map(PoNumber::parse).transpose()?,
            taken_from: filled(&taken_from).map(TakenFrom::parse).transpose()?,
            notes: filled(&notes).map(DeskNote::parse).transpose()?,
        };
        self.enter(staff, user.id, Maker::Staff, (channel, method, wanted), details, key).await
    }

    async fn enter(
        &self,
        by: UserId,
        user: UserId,
        maker: Maker,
        (channel, method, wanted): (Channel, Method, Wanted),
        details: Details,
        key: Option<(KeyId, Fingerprint)>,
    ) -> Done<DeskView> {
        let agreed = match self.quote(wanted).await {
            Ok(agreed) => agreed,
            // What was on offer when the key was first used may be gone.
            Err(error) => {
                let known = self.answered(key).await?.ok_or(error)?;
                return self.desk_view(known.id).await;
            }
        };
        let terms = self.0.market.desk;
        let opening = Box::new(Opening {
            user,
            reference: self.draw_reference().await?,
            channel,
            method,
            state: TopUpState::Draft,
            agreed,
            return_to: None,
            intent: None,
            lasts: Some(terms.waits),
        });
        self.at_desk(by, DeskCommand::Enter { opening, details, maker, terms }, key).await
    }

    async fn at_desk(
        &self,
        by: UserId,
        command: DeskCommand,
        key: Option<(KeyId, Fingerprint)>,
    ) -> Done<DeskView> {
        let outcome = self.command(Some(by), Command::Desk(Box::new(command)), key).await?;
        self.desk_view(outcome.top_up.ok_or(Fault::bug("work at the desk"))?).await
    }

    /// Agrees to an order; whoever entered it cannot. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then as the desk decides.
    pub async fn approve_top_up_order(&self, actor: &Actor, top_up: TopUpId) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let terms = self.0.market.desk;
        self.at_desk(by, DeskCommand::Approve { top_up, by, terms }, None).await
    }

    /// Declines an order. Staff only. Precedence: reason, then as the desk
    /// decides.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn reject_top_up_order(&self, actor: &Actor, top_up: TopUpId, reason: &str) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let reason = DeskNote::parse(reason).map_err(|refusal| match refusal {
            Refusal::InvalidInput { problem, .. } => {
                Refusal::InvalidInput { field: "reason".into(), problem }
            }
            other => other,
        })?;
        self.at_desk(by, DeskCommand::Reject { top_up, reason }, None).await
    }

    /// Calls an order off. Only its user may.
    ///
    /// # Errors
    /// `NotSignedIn`, then as the desk decides.
    pub async fn cancel_top_up_order(&self, actor: &Actor, top_up: TopUpId) -> Done<DeskView> {
        let by = actor.signed_in()?.id;
        self.at_desk(by, DeskCommand::Cancel { top_up, by }, None).await
    }

    /// Records money that came. Staff only. Precedence: key, currency, amount,
    /// name, then as the desk decides.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn record_payment(
        &self,
        actor: &Actor,
        top_up: TopUpId,
        new: NewPayment,
        key: &str,
    ) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let (id, day) = (top_up.to_string(), new.value_date.millis().to_string());
        let inputs = [id.as_str(), &new.amount, &new.currency, &day, &new.bank_reference];
        let key = keyed(by, key, "recordPayment", &inputs)?;
        let currency = Currency::parse(&new.currency)?;
        let payment = Payment {
            amount: Money::parse("amount", &new.amount, currency)?,
            value_date: new.value_date,
            bank_reference: BankReference::parse(&new.bank_reference)?,
        };
        self.at_desk(by, DeskCommand::Pay { top_up, payment }, key).await
    }

    /// Writes off what is overdue: unspent tokens are taken back, the rest is
    /// owed. Staff only, and not who entered it.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then as the desk decides.
    pub async fn write_off_top_up_order(&self, actor: &Actor, top_up: TopUpId) -> Done<DeskView> {
        let by = actor.staff()?.id;
        self.at_desk(by, DeskCommand::WriteOff { top_up, by }, None).await
    }

    /// Sets how much a user may owe on invoices; nothing by default. Staff
    /// only. Precedence: user, amount.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn set_credit_limit(&self, actor: &Actor, handle: &str, amount: &str) -> Done<Money> {
        let staff = actor.staff()?.id;
        let handle = Handle::parse(handle).map_err(|_| Refusal::missing("user"))?;
        let user = self.user_by_handle(&handle).await?.ok_or(Refusal::missing("user"))?.id;
        let limit = Money::parse("amount", amount, self.tariff().currency)?;
        check_limit_setter(user, staff)?;
        let now = self.0.world.now().millis();
        let set = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "INSERT INTO credit_limits (user_id, currency, amount_minor, set_by, set_at) \
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET \
                           currency = excluded.currency, amount_minor = excluded.amount_minor, \
                           set_by = excluded.set_by, set_at = excluded.set_at";
                let values = vec![
                    user.uuid().into(),
                    limit.currency().as_str().into(),
                    limit.minor().into(),
                    staff.uuid().into(),
                    now.into(),
                ];
                Ok(link.change(sql, values).await?)
            })
        });
        set.await?;
        Ok(limit)
    }

    /// Marks invoices whose money should have come by now, at most `limit`.
    /// Safe to run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn fall_due(&self, actor: &Actor, limit: u32) -> Done<u32> {
        if *actor != Actor::System {
            return Err(Refusal::Forbidden.into());
        }
        let sql = format!(
            "SELECT t.id FROM top_ups t JOIN desk_invoices i ON i.top_up_id = t.id \
             WHERE t.state IN (5, 6) AND t.credited > 0 AND i.due_at <= $1 ORDER BY i.due_at LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        let due = self.read().rows(sql, vec![now.into()], |row| row.id(TopUpId::new)).await?;
        let mut marked = 0;
        for top_up in due {
            let command = Command::Desk(Box::new(DeskCommand::FallDue { top_up }));
            match self.command(None, command, None).await {
                Ok(_) => marked += 1,
                // It was paid a moment ago.
                Err(Error::Refused(Refusal::WrongState { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(marked)
    }
}
