//! The desk: top-ups that are not paid by card.

mod attachments;
mod audit;
mod book;
pub(crate) mod letterheads;
mod papers;
mod reads;
mod returns;
mod rows;
mod timers;

use domain::access::Actor;
use domain::command::{Command, Fingerprint, KeyId};
use domain::desk::{DeskCommand, Details, Maker, Payment, check_limit_setter};
use domain::id::{TopUpId, UserId};
use domain::money::{Currency, Money};
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::text::{BankReference, BillTo, DeskNote, Handle, PoNumber, TakenFrom};
use domain::time::Timestamp;
use domain::topup::open::Opening;
use domain::topup::{Channel, Method, TopUpState};

use crate::Store;
use crate::error::{Done, Fault};
use crate::orders::keyed;

pub use attachments::Attachment;
pub(crate) use audit::check;
pub(crate) use book::load;
pub use papers::{PaperPayment, PaperView};
pub use reads::{DeskEvent, DeskFilter, DeskPayment, DeskView};
pub use returns::NewMove;
pub(crate) use rows::write;

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
    /// To whom papers are written; may be empty.
    pub bill_to: String,
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

/// What is wanted, as a key remembers it.
pub(crate) fn told(wanted: Wanted) -> String {
    match wanted {
        Wanted::Bundle(id) => format!("bundle {id}"),
        Wanted::Tokens(tokens) => format!("tokens {tokens}"),
    }
}

/// Why something is done, as it is typed.
fn reason_of(text: &str) -> Result<DeskNote, Refusal> {
    DeskNote::parse(text).map_err(|refusal| match refusal {
        Refusal::InvalidInput { problem, .. } => Refusal::InvalidInput { field: "reason".into(), problem },
        other => other,
    })
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

impl Store {
    /// Asks to be billed, for a pro-forma invoice, or to pay by bank or in
    /// cash. Precedence: key, method, whom to bill, quote, then as for the desk's entering.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn request_invoice(
        &self,
        actor: &Actor,
        method: Method,
        wanted: Wanted,
        bill_to: &str,
        key: &str,
    ) -> Done<DeskView> {
        let user = actor.signed_in()?.id;
        let key = keyed(user, key, "requestInvoice", &[method.name(), &told(wanted), bill_to])?;
        if method == Method::PurchaseOrder {
            return Err(Refusal::invalid("method", "a purchase order is submitted with its number").into());
        }
        let bill_to = filled(bill_to).map(BillTo::parse).transpose()?;
        let details = Details { bill_to, ..Details::default() };
        self.enter(user, user, Maker::User, (Channel::Web, method, wanted), details, key).await
    }

    /// Submits a purchase order. Precedence: key, whom to bill, number, quote, then as for
    /// the desk's entering.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn submit_purchase_order(
        &self,
        actor: &Actor,
        wanted: Wanted,
        po_number: &str,
        bill_to: &str,
        key: &str,
    ) -> Done<DeskView> {
        let user = actor.signed_in()?.id;
        let key = keyed(user, key, "submitPurchaseOrder", &[&told(wanted), po_number, bill_to])?;
        let bill_to = filled(bill_to).map(BillTo::parse).transpose()?;
        let po_number = Some(PoNumber::parse(po_number)?);
        let details = Details { po_number, bill_to, ..Details::default() };
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
        let NewDeskOrder { handle, channel, method, wanted, po_number, taken_from, notes, bill_to } = new;
        let (wanted_text, how) = (told(wanted), [channel.name(), method.name()].join(" "));
        let inputs = [&handle, &how, wanted_text.as_str(), &po_number, &taken_from, &notes, &bill_to];
        let key = keyed(staff, key, "enterTopUpOrder", &inputs)?;
        let handle = Handle::parse(&handle).map_err(|_| Refusal::missing("user"))?;
        let user = self.user_by_handle(&handle).await?.ok_or(Refusal::missing("user"))?;
        let details = Details {
            po_number: filled(&po_number).map(PoNumber::parse).transpose()?,
            taken_from: filled(&taken_from).map(TakenFrom::parse).transpose()?,
            notes: filled(&notes).map(DeskNote::parse).transpose()?,
            bill_to: filled(&bill_to).map(BillTo::parse).transpose()?,
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
        let reason = reason_of(reason)?;
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
}
