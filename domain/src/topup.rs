//! Top-ups: orders for tokens, by whichever way they are paid.
//!
//! One top-up has a *channel* (how it reached us), a *method* (how it is
//! paid) and a *state*. What was agreed, that is tokens, bonus, price and
//! amount, never changes; corrections are further facts beside it.

pub mod comparison;
pub mod credit;
pub mod facts;
pub mod open;
pub mod reference;
pub mod reversal;
pub mod review;
pub mod sandbox;
pub mod settle;
pub mod way;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{BundleId, ListingId, TopUpId, UserId};
use crate::ledger::account::AccountKind;
use crate::money::{Money, TokenPrice};
use crate::refusal::Refusal;
use crate::text::IdempotencyKey;
use crate::time::Timestamp;
use crate::tokens::Tokens;

pub use reference::Reference;
pub use way::{Channel, Method, Provider, TopUpState};

/// What buyer and vendor agreed on; never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// How many spendable tokens.
    pub tokens: Tokens,
    /// How many promo tokens come with them.
    pub bonus: Tokens,
    /// What has to be paid.
    pub due: Money,
    /// The price of one token when it was agreed.
    pub price: TokenPrice,
    /// The bundle that was chosen, if one was.
    pub bundle: Option<BundleId>,
}

/// A top-up as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Which top-up.
    pub id: TopUpId,
    /// What people say and write instead of the id, or of a name.
    pub reference: Reference,
    /// Who gets the tokens.
    pub user: UserId,
    /// How it reached us.
    pub channel: Channel,
    /// How it is paid.
    pub method: Method,
    /// Where it stands.
    pub state: TopUpState,
    /// What was agreed.
    pub agreed: Agreed,
    /// The card payment, if there is one.
    pub card: Option<Card>,
    /// Tokens that were credited, without the bonus: none or all.
    pub credited: Tokens,
    /// Tokens of these that were taken back since, by whatever way.
    pub reversed: Tokens,
    /// Bonus tokens that were taken back since.
    pub bonus_reversed: Tokens,
    /// Where the user wants to go afterwards.
    pub return_to: Option<ReturnPath>,
    /// What is to be finished once the tokens are there.
    pub intent: Option<Intent>,
    /// Who entered it: the user, or a member of the staff.
    pub created_by: Uuid,
    /// When it was made.
    pub at: Timestamp,
    /// Until when it can be paid, if that ends.
    pub expires_at: Option<Timestamp>,
    /// When it came to an end.
    pub closed_at: Option<Timestamp>,
}

impl TopUp {
    /// The facts as the ledger records them beside the transfers, so that the
    /// audit notices when the top-up's own columns are changed.
    #[must_use]
    pub fn detail(&self) -> String {
        let Agreed { tokens, bonus, due, price, bundle } = self.agreed;
        let bundle = bundle.map(|bundle| format!(";bundle={bundle}")).unwrap_or_default();
        format!(
            "reference={};user={};channel={};method={};tokens={tokens};bonus={bonus};due={due};price={price}{bundle}",
            self.reference,
            self.user,
            self.channel.name(),
            self.method.name(),
        )
    }

    /// Tokens of it that are still with the user, or were spent.
    #[must_use]
    pub fn standing(&self) -> Tokens {
        self.credited.saturating_sub(self.reversed)
    }

    /// Whether its user can still send it back: paid by card, credited, and
    /// nothing of it taken back since. That its tokens are unspent, the
    /// posting finds.
    #[must_use]
    pub fn is_refundable(&self) -> bool {
        self.method == Method::Card && self.state == TopUpState::Credited && self.reversed.is_zero()
    }

    /// From which supply its tokens come.
    #[must_use]
    pub const fn supply(&self) -> AccountKind {
        self.method.supply()
    }
}

/// A card payment at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Which provider.
    pub provider: Provider,
    /// The provider's name of the session in which the user pays.
    pub session: String,
    /// The provider's name of the payment, once it is known.
    pub payment: Option<String>,
}

/// Something that the user began and that the tokens were missing for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// To buy the cart at this total.
    Checkout {
        /// The total that was shown.
        expected_total: Tokens,
        /// The key of the purchase.
        key: IdempotencyKey,
    },
    /// To buy one listing at this price.
    Buy {
        /// Which.
        listing: ListingId,
        /// How many.
        quantity: u32,
        /// The price of one that was shown.
        expected_price: Tokens,
        /// The key of the purchase.
        key: IdempotencyKey,
    },
}

/// A path on this site to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

/// Signs of a path at most.
const PATH_MAX: usize = 500;

impl ReturnPath {
    /// Parses a path that begins with one slash and leads nowhere else.
    ///
    /// # Errors
    /// `InvalidInput` on `returnTo`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_fine = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>');
        let is_path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
        if is_path && text.len() <= PATH_MAX && text.bytes().all(is_fine) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::invalid("returnTo", "this is the path of a page here, such as /cart"))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
