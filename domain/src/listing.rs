//! Listings: what is offered, in which state, and what a seller may say of it.

pub mod category;

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, ListingId, UserId};
use crate::refusal::Refusal;
use crate::text::{Description, Title};
use crate::tokens::Tokens;

/// What sort of thing is offered. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ListingKind {
    /// A thing that is handed over; has a quantity.
    Goods,
    /// Something done for the buyer.
    Service,
    /// A download, delivered at once.
    File,
    /// A program, bought or rented by one of its offers.
    Software,
}

impl ListingKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Goods, Self::Service, Self::File, Self::Software];

    /// The kind's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Goods => 1,
            Self::Service => 2,
            Self::File => 3,
            Self::Software => 4,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind's name in paths, filters and the index.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Service => "service",
            Self::File => "file",
            Self::Software => "software",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a purchase is delivered, and so released, at once.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::File | Self::Software)
    }

    /// Checks whether a listing of this kind may be offered to everybody.
    ///
    /// # Errors
    /// `InvalidInput` on `offers` for software without one, on `release` for
    /// software that nobody could install, on `file` for a file listing
    /// without its file.
    pub fn check_publishable(self, ready: Ready) -> Result<(), Refusal> {
        match self {
            Self::Software if !ready.has_offer => Err(Refusal::invalid(
                "offers",
                "software is put on sale once it has an offer to buy or to rent it: save a draft first",
            )),
            Self::Software if !ready.has_release => {
                Err(Refusal::invalid("release", "software is put on sale once it has a published release"))
            }
            Self::File if !ready.has_file => Err(Refusal::invalid(
                "file",
                "a file listing is published once its file is attached: save a draft first",
            )),
            Self::File | Self::Goods | Self::Service | Self::Software => Ok(()),
        }
    }

    /// Checks how many pieces a listing of this kind offers.
    ///
    /// # Errors
    /// `InvalidInput` on `quantity`.
    pub fn check_pieces(self, quantity: Option<u32>) -> Result<(), Refusal> {
        match (self, quantity) {
            (Self::Goods, None) => Err(Refusal::invalid("quantity", "goods need a number of pieces")),
            (Self::File | Self::Software, Some(_)) => {
                Err(Refusal::invalid("quantity", "a download never runs out: leave the quantity empty"))
            }
            (_, Some(quantity)) if quantity > QUANTITY_MAX => {
                Err(Refusal::invalid("quantity", format!("at most {QUANTITY_MAX} pieces are allowed")))
            }
            (_, None | Some(_)) => Ok(()),
        }
    }

    /// Checks whether a listing of this kind may tell its condition.
    ///
    /// # Errors
    /// `InvalidInput` on `condition`.
    pub fn check_condition(self, condition: Option<Condition>) -> Result<(), Refusal> {
        match condition {
            Some(_) if self != Self::Goods => {
                Err(Refusal::invalid("condition", "only goods have a condition"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// What a listing has beside its details.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// The file that is sold is attached.
    pub has_file: bool,
    /// At least one offer holds.
    pub has_offer: bool,
    /// At least one release is published.
    pub has_release: bool,
}

/// Where a listing stands. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ListingState {
    /// Only its seller sees it.
    Draft,
    /// Everybody finds it; buyable while some are left.
    Published,
    /// No longer offered; orders made keep referring to it.
    Withdrawn,
}

impl ListingState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Withdrawn];

    /// The state's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Draft => 1,
            Self::Published => 2,
            Self::Withdrawn => 3,
        }
    }

    /// The state with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// How worn a thing is. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// Never used.
    New,
    /// Used, no marks.
    LikeNew,
    /// Used, with small marks.
    Good,
    /// Well used, works.
    Worn,
    /// For parts or repair.
    Broken,
}

impl Condition {
    /// All conditions, best first.
    pub const ALL: [Self; 5] = [Self::New, Self::LikeNew, Self::Good, Self::Worn, Self::Broken];

    /// The condition's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::New => 1,
            Self::LikeNew => 2,
            Self::Good => 3,
            Self::Worn => 4,
            Self::Broken => 5,
        }
    }

    /// The condition with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.number() == number)
    }

    /// The name in forms and for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::LikeNew => "like new",
            Self::Good => "good",
            Self::Worn => "worn",
            Self::Broken => "for parts",
        }
    }

    /// The condition of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name() == name)
    }
}

/// The most pictures that a listing carries.
pub const IMAGES_MAX: usize = 10;

/// The most pieces that a listing offers or one purchase takes.
pub const QUANTITY_MAX: u32 = 1_000_000;

/// What a seller says of a listing, checked by [`Details::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What it is called.
    pub title: Title,
    /// What it is.
    pub description: Description,
    /// Where it hangs in the tree.
    pub category: CategoryId,
    /// What sort of thing.
    pub kind: ListingKind,
    /// The price of one unit.
    pub price: Tokens,
    /// How many are left; `None` if there is no end of them.
    pub quantity: Option<u32>,
    /// How worn; goods only.
    pub condition: Option<Condition>,
    /// Words to find it by, parsed by [`crate::text::parse_tags`].
    pub tags: Vec<String>,
}

impl Details {
    /// Checks what the fields' own types cannot know. Precedence: price,
    /// quantity, condition.
    ///
    /// # Errors
    /// `InvalidInput` on the first field that breaks a rule.
    pub fn check(&self, price_step: Tokens) -> Result<(), Refusal> {
        check_price(self.price, price_step)?;
        self.kind.check_pieces(self.quantity)?;
        self.kind.check_condition(self.condition)
    }
}

/// Checks a price: at least one step, whole steps, at most what one command
/// may move.
///
/// # Errors
/// `InvalidInput` on `price`.
pub fn check_price(price: Tokens, step: Tokens) -> Result<(), Refusal> {
    let whole_steps = step.units() > 0 && price.units() % step.units() == 0;
    if price.is_zero() || !whole_steps {
        return Err(Refusal::invalid(
            "price",
            format!("a price is at least {step} tokens, in steps of {step}"),
        ));
    }
    if price > Tokens::MAX_MOVED {
        return Err(Refusal::invalid("price", format!("a price is at most {} tokens", Tokens::MAX_MOVED)));
    }
    Ok(())
}

/// What a purchase has to know of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Which listing.
    pub id: ListingId,
    /// Who sells it.
    pub seller: UserId,
    /// What sort of thing.
    pub kind: ListingKind,
    /// Where it stands.
    pub state: ListingState,
    /// Where it hangs in the tree.
    pub category: CategoryId,
    /// What it is called, for the order to remember.
    pub title: String,
    /// The price of one unit.
    pub price: Tokens,
    /// How many are left; `None` if there is no end of them.
    pub quantity: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        Details {
            title: Title::parse("A wren").unwrap(),
            description: Description::parse("").unwrap(),
            category: CategoryId::new(1),
            kind: ListingKind::Goods,
            price: Tokens::whole(3),
            quantity: Some(1),
            condition: Some(Condition::Good),
            tags: vec![],
        }
    }

    #[test]
    fn what_can_be_delivered_may_be_published() {
        let none = Ready::default();
        let offered = Ready { has_offer: true, ..none };
        let table = [
            (ListingKind::Goods, none, None),
            (ListingKind::Service, none, None),
            (ListingKind::File, none, Some("file")),
            (ListingKind::File, Ready { has_file: true, ..none }, None),
            (ListingKind::Software, Ready { has_file: true, ..none }, Some("offers")),
            (ListingKind::Software, offered, Some("release")),
            (ListingKind::Software, Ready { has_release: true, ..offered }, None),
        ];
        for (kind, ready, field) in table {
            let refusal = kind.check_publishable(ready).err();
            assert_eq!(refusal.as_ref().and_then(Refusal::field), field, "{kind:?} {ready:?}");
        }
    }

    #[test]
    fn what_a_seller_says_is_checked() {
        let bare = Details { quantity: None, condition: None, ..details() };
        let table = [
            (details(), None),
            (Details { price: Tokens::ZERO, ..details() }, Some("price")),
            (Details { price: Tokens::parse("1.5").unwrap(), ..details() }, Some("price")),
            (Details { price: Tokens::from_units(i64::MAX).unwrap(), ..details() }, Some("price")),
            (Details { quantity: None, ..details() }, Some("quantity")),
            (Details { quantity: Some(0), ..details() }, None),
            (Details { quantity: Some(1_000_001), ..details() }, Some("quantity")),
            (Details { kind: ListingKind::Service, ..details() }, Some("condition")),
            (Details { kind: ListingKind::Service, ..bare.clone() }, None),
            (Details { kind: ListingKind::File, ..bare.clone() }, None),
            (Details { kind: ListingKind::File, quantity: Some(2), ..bare }, Some("quantity")),
        ];
        for (details, field) in table {
            let refusal = details.check(Tokens::whole(1)).err();
            assert_eq!(refusal.as_ref().and_then(Refusal::field), field, "{details:?}");
        }
    }
}
