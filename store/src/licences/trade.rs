//! Buying, renting, extending, converting and refunding software.

use domain::access::Actor;
use domain::command::Command;
use domain::id::{LicenceId, OfferId, OrderId, UserId};
use domain::licence::command::{How, LicenceCommand, Refunder};
use domain::licence::offer::Offer;
use domain::refusal::Refusal;
use domain::tokens::Tokens;

use super::LicenceView;
use crate::Store;
use crate::error::{Done, Fault};
use crate::orders::keyed;

impl Store {
    async fn offered(&self, id: OfferId) -> Done<Offer> {
        Ok(self.offer(id).await?.ok_or(Refusal::missing("offer"))?)
    }

    async fn trade(
        &self,
        user: UserId,
        verb: &str,
        inputs: [String; 3],
        key: &str,
        command: LicenceCommand,
    ) -> Done<(LicenceView, OrderId)> {
        let key = keyed(user, key, verb, &inputs.each_ref().map(String::as_str))?;
        let outcome = self.command(Some(user), Command::Licence(Box::new(command)), key).await?;
        let made = outcome.licence.zip(outcome.orders.first().copied());
        let (licence, order) = made.ok_or(Fault::bug("make a licence"))?;
        Ok((self.licence_view(licence).await?, order))
    }

    /// Rents by an offer, or adds to what is rented already in the same way.
    /// Precedence: key, the offer, then as for
    /// [`trade`](domain::licence::trade).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence. The same key again gives the
    /// stored answer, also a refusal.
    pub async fn rent(
        &self,
        actor: &Actor,
        offer: OfferId,
        expected: Tokens,
        key: &str,
    ) -> Done<LicenceView> {
        Ok(self.acquire(actor, offer, expected, key, How::Rent).await?.0)
    }

    /// Buys by an offer, for good, and tells the order. As for
    /// [`Store::rent`].
    ///
    /// # Errors
    /// As for [`Store::rent`]; `AlreadyOwned` for who owns it.
    pub async fn buy_offer(
        &self,
        actor: &Actor,
        offer: OfferId,
        expected: Tokens,
        key: &str,
    ) -> Done<(LicenceView, OrderId)> {
        self.acquire(actor, offer, expected, key, How::Buy).await
    }

    async fn acquire(
        &self,
        actor: &Actor,
        offer: OfferId,
        shown: Tokens,
        key: &str,
        how: How,
    ) -> Done<(LicenceView, OrderId)> {
        let buyer = actor.signed_in()?.id;
        let listing = self.offered(offer).await?.listing;
        let verb = if how == How::Rent { "rent" } else { "buyOffer" };
        let inputs = [offer.to_string(), shown.to_string(), String::new()];
        let command = LicenceCommand::Acquire { buyer, offer, listing, shown, how };
        self.trade(buyer, verb, inputs, key, command).await
    }

    /// Adds to a rental of the asker's. Precedence: key, then as for
    /// [`trade`](domain::licence::trade).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn extend_licence(
        &self,
        actor: &Actor,
        licence: LicenceId,
        (offer, expected): (OfferId, Tokens),
        key: &str,
    ) -> Done<LicenceView> {
        let by = actor.signed_in()?.id;
        let inputs = [licence.to_string(), offer.to_string(), expected.to_string()];
        let command = LicenceCommand::Extend { licence, by, offer, shown: expected };
        Ok(self.trade(by, "extendLicence", inputs, key, command).await?.0)
    }

    /// Turns a rental of the asker's into a purchase, for the offer's price
    /// less the rent that counts. Precedence as for [`Store::rent`].
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence; `AlreadyOwned` the second time.
    pub async fn convert_licence(
        &self,
        actor: &Actor,
        licence: LicenceId,
        (offer, expected): (OfferId, Tokens),
        key: &str,
    ) -> Done<LicenceView> {
        let by = actor.signed_in()?.id;
        let listing = self.offered(offer).await?.listing;
        let inputs = [licence.to_string(), offer.to_string(), expected.to_string()];
        let command = LicenceCommand::Convert { licence, by, offer, listing, shown: expected };
        Ok(self.trade(by, "convertLicence", inputs, key, command).await?.0)
    }

    /// Takes back what one order gave, and gives its buyer the unused share.
    /// For the order's seller, and the vendor's staff.
    ///
    /// # Errors
    /// `NotSignedIn`, then as for [`refund`](domain::licence::refund).
    pub async fn refund_grant(&self, actor: &Actor, order: OrderId) -> Done<LicenceId> {
        let user = actor.signed_in()?.id;
        let by = match actor.staff() {
            Ok(_) => Refunder::Staff,
            Err(_) => Refunder::Seller(user),
        };
        let command = Command::Licence(Box::new(LicenceCommand::Refund { order, by }));
        let outcome = self.command(Some(user), command, None).await?;
        Ok(outcome.licence.ok_or(Fault::bug("refund a licence"))?)
    }
}
