//! Money that comes back, and what was paid too much.

use domain::access::Actor;
use domain::desk::{DeskCommand, MoveTo};
use domain::id::{PaymentId, TopUpId};
use domain::money::{Currency, Money};
use domain::refusal::Refusal;
use domain::text::{BankReference, DeskNote};
use domain::topup::Reference;

use super::{DeskView, reason_of};
use crate::Store;
use crate::error::Done;
use crate::orders::keyed;

/// What was paid too much, and where it goes; as it is typed.
#[derive(Clone, Debug)]
pub struct NewMove {
    /// How much of it, as a decimal.
    pub amount: String,
    /// In which currency.
    pub currency: String,
    /// The code of another order of the same customer; empty to pay it back.
    pub to_order: String,
    /// What the bank or the till calls it, if it is paid back.
    pub bank_reference: String,
}

impl Store {
    /// Records that a payment came back, as a cheque does that is not
    /// covered. Staff only, and not who recorded it. Precedence: reason, then
    /// as the desk decides.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn bounce_payment(
        &self,
        actor: &Actor,
        top_up: TopUpId,
        payment: PaymentId,
        reason: &str,
    ) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let reason: DeskNote = reason_of(reason)?;
        self.at_desk(by, DeskCommand::Bounce { top_up, payment, reason }, None).await
    }

    /// Takes all of an order back that was a mistake: its tokens go, a credit
    /// note is written, and what was paid stands as the customer's. Staff
    /// only, and not who entered it. Precedence: reason, then as the desk
    /// decides.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn reverse_top_up_order(&self, actor: &Actor, top_up: TopUpId, reason: &str) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let reason = reason_of(reason)?;
        self.at_desk(by, DeskCommand::Reverse { top_up, reason }, None).await
    }

    /// Gives what was paid too much to another order of the same customer, or
    /// records that it was paid back. Staff only, and not who recorded the
    /// payment. Precedence: key, currency, amount, the other order or the
    /// name, then as the desk decides.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn move_remainder(
        &self,
        actor: &Actor,
        top_up: TopUpId,
        new: NewMove,
        key: &str,
    ) -> Done<DeskView> {
        let by = actor.staff()?.id;
        let id = top_up.to_string();
        let inputs = [id.as_str(), &new.amount, &new.currency, &new.to_order, &new.bank_reference];
        let key = keyed(by, key, "moveRemainder", &inputs)?;
        let amount = Money::parse("amount", &new.amount, Currency::parse(&new.currency)?)?;
        let to = match new.to_order.trim() {
            "" => MoveTo::Customer(BankReference::parse(&new.bank_reference)?),
            code => MoveTo::Order(self.order_with_code(code).await?),
        };
        self.at_desk(by, DeskCommand::Move { top_up, amount, to }, key).await
    }

    async fn order_with_code(&self, code: &str) -> Done<TopUpId> {
        let unknown = || Refusal::invalid("toOrder", "no order at the desk has this code");
        let reference = Reference::parse(code).map_err(|_| unknown())?;
        let sql =
            "SELECT t.id FROM top_ups t JOIN desk_orders o ON o.top_up_id = t.id WHERE t.reference = $1";
        let found = self.read().row(sql, vec![reference.as_str().into()], |row| row.id(TopUpId::new)).await?;
        Ok(found.ok_or_else(unknown)?)
    }
}
