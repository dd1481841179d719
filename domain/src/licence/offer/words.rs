//! What an offer gives, in plain words.

use super::{Offer, OfferKind, Updates};
use crate::licence::meter::MeterCode;
use crate::time::Seconds;

/// A length of time in the largest unit that divides it.
#[must_use]
pub fn length(length: Seconds) -> String {
    let seconds = length.get();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (size, unit) =
        units.into_iter().find(|(size, _)| seconds.is_multiple_of(*size)).unwrap_or((1, "second"));
    let count = seconds / size;
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// So many units of a meter: "10 uses", "5 times export-pdf".
#[must_use]
pub fn units(meter: &MeterCode, units: u32) -> String {
    match (*meter == MeterCode::uses(), units) {
        (true, 1) => "1 use".to_owned(),
        (true, _) => format!("{units} uses"),
        (false, 1) => format!("once {meter}"),
        (false, _) => format!("{units} times {meter}"),
    }
}

impl Offer {
    /// What it gives, in plain words without a full stop: "For 7 days".
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.kind {
            OfferKind::Purchase { updates: Updates::All } => "To keep, with all later versions".to_owned(),
            OfferKind::Purchase { updates: Updates::Major } => {
                "To keep, with later versions of the same first number".to_owned()
            }
            OfferKind::Purchase { updates: Updates::For(until) } => {
                format!("To keep, with the versions of the next {}", length(*until))
            }
            OfferKind::RentTime(time) => format!("For {}", length(*time)),
            OfferKind::RentUnits { meter, units: count, within: None } => {
                format!("For {}", units(meter, *count))
            }
            OfferKind::RentUnits { meter, units: count, within: Some(within) } => {
                format!("For {} within {}", units(meter, *count), length(*within))
            }
        }
    }

    /// What that means, line by line, without full stops.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = match &self.kind {
            OfferKind::Purchase { .. } => vec!["Yours for good: it never runs out".to_owned()],
            OfferKind::RentTime(time) => vec![format!("It ends {} after you get it", length(*time))],
            OfferKind::RentUnits { meter, within, .. } => {
                let what = match *meter == MeterCode::uses() {
                    true => "Each start of the program counts as one use".to_owned(),
                    false => format!("Each time the program does “{meter}” counts"),
                };
                let end = match within {
                    Some(time) => format!("What is left after {} is gone", length(*time)),
                    None => "What you do not use stays yours".to_owned(),
                };
                vec![what, end]
            }
        };
        notes.push(match self.devices_max {
            1 => "On one device at a time".to_owned(),
            most => format!("On up to {most} devices at a time"),
        });
        if !self.is_purchase() {
            notes.push(match self.is_extendable {
                true => "You can extend it, before and after it is over".to_owned(),
                false => "It cannot be extended".to_owned(),
            });
        }
        if let Some(credit) = self.credit.filter(|credit| credit.get() > 0) {
            notes.push(format!("{credit} of the rent counts if you buy it later"));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_units_read_well() {
        for (seconds, words) in
            [(60, "1 minute"), (90, "90 seconds"), (7_200, "2 hours"), (86_400, "1 day"), (604_800, "7 days")]
        {
            assert_eq!(length(Seconds::new(seconds)), words);
        }
        let export = MeterCode::parse("export-pdf").unwrap();
        for (meter, count, words) in [
            (&MeterCode::uses(), 1, "1 use"),
            (&MeterCode::uses(), 10, "10 uses"),
            (&export, 1, "once export-pdf"),
            (&export, 5, "5 times export-pdf"),
        ] {
            assert_eq!(units(meter, count), words);
        }
    }
}
