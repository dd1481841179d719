//! What the vendor has set: names, the token's price, and the defaults that
//! commands are decided under.

use serde::{Deserialize, Serialize};

use crate::desk::DeskTerms;
use crate::licence::terms::SoftwareTerms;
use crate::money::{Currency, TokenPrice};
use crate::order::purchase::Terms;
use crate::redemption::RedemptionTerms;
use crate::tariff::Tariff;
use crate::time::Seconds;
use crate::tokens::{BasisPoints, Tokens};

/// What stands on the vendor's papers beside the name; all of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// Where the vendor is, line by line.
    pub address: Vec<String>,
    /// The vendor's number at the tax office, with its name: "VAT 12 34".
    pub tax_id: String,
    /// Where money is sent, line by line.
    pub bank: Vec<String>,
    /// What stands at the foot of each paper, line by line.
    pub footer: Vec<String>,
}

/// Who writes a paper: the vendor as it was at that time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// What the market is called.
    pub name: String,
    /// What stands beside the name.
    pub letterhead: Letterhead,
}

/// The vendor's settings, as they are while the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// What the market is called.
    pub name: String,
    /// Under which name it and its publishers sign: the host of its address.
    pub store: String,
    /// What its tokens are called, in the plural.
    pub token_name: String,
    /// What a token costs until the staff sets a price.
    pub tariff: Tariff,
    /// The vendor's cut where no fee rule was set.
    pub fee: BasisPoints,
    /// What a new account gets to try the market.
    pub welcome: Tokens,
    /// How long that lasts; for ever if nothing is said.
    pub welcome_lasts: Option<Seconds>,
    /// The step in which prices are set.
    pub price_step: Tokens,
    /// How long tokens are held when a buyer does not confirm.
    pub hold: Seconds,
    /// How long a gift waits behind its link.
    pub gift_link: Seconds,
    /// How long a session lasts without being used.
    pub session: Seconds,
    /// Under which terms the desk works.
    pub desk: DeskTerms,
    /// Under which terms software is used.
    pub software: SoftwareTerms,
    /// From how many tokens that users owe on the staff is warned.
    pub debt_warning: Tokens,
    /// Under which terms earned tokens become money again.
    pub redemption: RedemptionTerms,
    /// What stands on papers.
    pub letterhead: Letterhead,
}

impl Default for Market {
    fn default() -> Self {
        Self {
            name: "Farthing".to_owned(),
            store: "market.example".to_owned(),
            token_name: "tokens".to_owned(),
            tariff: Tariff { price: TokenPrice::CENT, currency: Currency::USD },
            fee: BasisPoints::new(500).unwrap_or_default(),
            welcome: Tokens::whole(50),
            welcome_lasts: None,
            price_step: Tokens::whole(1),
            hold: Seconds::days(14),
            gift_link: Seconds::days(30),
            session: Seconds::days(60),
            desk: DeskTerms::default(),
            software: SoftwareTerms::default(),
            debt_warning: Tokens::whole(10_000),
            redemption: RedemptionTerms::default(),
            letterhead: Letterhead::default(),
        }
    }
}

impl Market {
    /// Who writes papers now.
    #[must_use]
    pub fn issuer(&self) -> Issuer {
        Issuer { name: self.name.clone(), letterhead: self.letterhead.clone() }
    }

    /// The terms of purchases.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms { hold: self.hold }
    }
}
