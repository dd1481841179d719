//! Setting the offers of a listing: what is new is added, what is no longer
//! offered is retired, what is the same stays what it is.

use crate::id::OfferId;
use crate::licence::offer::{OFFERS_MAX, Offer};
use crate::listing::{ListingState, check_price};
use crate::refusal::Refusal;
use crate::tokens::Tokens;

/// What has to be written so that a listing has the offers that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferChange {
    /// Offers that hold no longer.
    pub retired: Vec<OfferId>,
    /// Offers that stay, with their places.
    pub kept: Vec<(OfferId, i16)>,
    /// New offers, with their places.
    pub added: Vec<(Offer, i16)>,
    /// The cheapest of them all: the listing's price.
    pub price: Option<Tokens>,
}

/// Checks offers as a publisher typed them. Precedence: how many; then for
/// each in turn its price, [`Offer::check`], another that is just the same.
///
/// # Errors
/// `TooMany`, or `InvalidInput` on the first field that breaks a rule, which
/// is told with the number of its offer: `offers.0.price`.
pub fn check_offers(wanted: &[Offer], price_step: Tokens) -> Result<(), Refusal> {
    if !u32::try_from(wanted.len()).is_ok_and(|count| count <= OFFERS_MAX) {
        return Err(Refusal::TooMany { what: "offers of one listing".into(), limit: OFFERS_MAX });
    }
    for (index, offer) in wanted.iter().enumerate() {
        let numbered = |refusal| match refusal {
            Refusal::InvalidInput { field, problem } => {
                Refusal::InvalidInput { field: format!("offers.{index}.{field}").into(), problem }
            }
            other => other,
        };
        check_price(offer.price, price_step).and_then(|()| offer.check()).map_err(numbered)?;
        if wanted.iter().take(index).any(|earlier| is_same(earlier, offer)) {
            let problem = "two offers are the same: change one of them or leave it out";
            return Err(numbered(Refusal::invalid("kind", problem)));
        }
    }
    Ok(())
}

/// Decides what has to be written; `current` are the offers that hold now, in
/// their order, and `state` is that of the listing.
///
/// # Errors
/// `WrongState` if a published listing would be left without an offer.
pub fn decide_offers(
    current: &[Offer],
    wanted: Vec<Offer>,
    state: ListingState,
) -> Result<OfferChange, Refusal> {
    if wanted.is_empty() && state == ListingState::Published {
        return Err(Refusal::wrong_state(
            "software that is on sale keeps at least one offer: withdraw the listing first",
        ));
    }
    let mut change =
        OfferChange { price: wanted.iter().map(|offer| offer.price).min(), ..OfferChange::default() };
    for (place, offer) in (1_i16..).zip(wanted) {
        match current.iter().find(|known| is_same(known, &offer)) {
            Some(known) => change.kept.push((known.id, place)),
            None => change.added.push((offer, place)),
        }
    }
    let is_kept = |id: OfferId| change.kept.iter().any(|(kept, _)| *kept == id);
    change.retired = current.iter().map(|offer| offer.id).filter(|id| !is_kept(*id)).collect();
    Ok(change)
}

/// Whether two offers say the same, whatever their numbers.
fn is_same(one: &Offer, other: &Offer) -> bool {
    Offer { id: other.id, ..one.clone() } == *other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ListingId;
    use crate::licence::meter::MeterCode;
    use crate::licence::offer::{OfferKind, Updates};
    use crate::time::Seconds;
    use crate::tokens::BasisPoints;
    use uuid::Uuid;

    fn offer(number: u128, kind: OfferKind, price: u32) -> Offer {
        Offer {
            id: OfferId::new(Uuid::from_u128(number)),
            listing: ListingId::new(Uuid::nil()),
            kind,
            price: Tokens::whole(price),
            devices_max: 2,
            is_extendable: true,
            credit: None,
        }
    }

    fn day(number: u128, price: u32) -> Offer {
        offer(number, OfferKind::RentTime(Seconds::days(1)), price)
    }

    fn buy(number: u128, price: u32) -> Offer {
        offer(number, OfferKind::Purchase { updates: Updates::All }, price)
    }

    fn exports(number: u128, units: u32) -> Offer {
        let meter = MeterCode::parse("export-pdf").unwrap();
        offer(number, OfferKind::RentUnits { meter, units, within: None }, 3)
    }

    #[test]
    fn what_is_typed_is_checked_in_turn() {
        let credit = BasisPoints::new(5_000);
        let table = [
            (vec![], None),
            (vec![buy(1, 40), day(2, 3), exports(3, 10)], None),
            (vec![buy(1, 40), day(2, 0)], Some("offers.1.price")),
            (vec![day(1, 3), exports(2, 0)], Some("offers.1.units")),
            (
                vec![Offer { credit, ..day(1, 3) }, Offer { credit, ..buy(2, 9) }],
                Some("offers.1.convertCredit"),
            ),
            (vec![Offer { devices_max: 0, ..buy(1, 9) }], Some("offers.0.devices")),
            (vec![day(1, 3), buy(2, 9), day(3, 3)], Some("offers.2.kind")),
            (vec![day(1, 3), day(2, 4)], None),
        ];
        for (offers, field) in table {
            let refusal = check_offers(&offers, Tokens::whole(1)).err();
            assert_eq!(refusal.as_ref().and_then(Refusal::field), field, "{offers:?}");
        }
        let many = (0..21).map(|number| day(number, u32::try_from(number).unwrap() + 1)).collect::<Vec<_>>();
        assert_eq!(check_offers(&many, Tokens::whole(1)).unwrap_err().code(), "TOO_MANY");
    }

    #[test]
    fn what_is_the_same_stays() {
        let current = [buy(1, 40), day(2, 3), exports(3, 10)];
        let id = |number| OfferId::new(Uuid::from_u128(number));
        let wanted = vec![day(12, 3), buy(11, 45), exports(13, 10)];
        let change = decide_offers(&current, wanted, ListingState::Published).unwrap();
        assert_eq!(change.retired, [id(1)]);
        assert_eq!(change.kept, [(id(2), 1), (id(3), 3)]);
        assert_eq!(change.added, [(buy(11, 45), 2)]);
        assert_eq!(change.price, Some(Tokens::whole(3)));
        let again = decide_offers(&current, current.to_vec(), ListingState::Draft).unwrap();
        assert!(again.retired.is_empty() && again.added.is_empty() && again.kept.len() == 3);
    }

    #[test]
    fn what_is_on_sale_keeps_an_offer() {
        let current = [day(1, 3)];
        let refused = decide_offers(&current, vec![], ListingState::Published).unwrap_err();
        assert_eq!(refused.code(), "WRONG_STATE");
        let change = decide_offers(&current, vec![], ListingState::Withdrawn).unwrap();
        assert_eq!((change.retired.len(), change.price), (1, None));
    }
}
