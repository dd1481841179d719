use super::*;
use crate::testing::tokens;
use proptest::prelude::*;

const MATURITY: Seconds = Seconds::new(100);

fn at(seconds: u32) -> Timestamp {
    Timestamp::from_millis(0).after(Seconds::new(seconds))
}

/// "sale 5 from promo", in or out, about which number, at which second.
fn movement(what: &str, about: u128, second: u32) -> Movement {
    use TransferCode as Code;
    let mut words = what.split(' ');
    let (verb, amount, promo) = (words.next().unwrap(), tokens(words.next().unwrap()), words.next());
    let other = if promo.is_some() { AccountKind::Promo } else { AccountKind::Spendable };
    let (way, code, other) = match verb {
        "sale" => (Way::In, Code::Sale, other),
        "release" => (Way::In, Code::Release, AccountKind::Escrow),
        "back" => (Way::In, Code::Return, AccountKind::Gifts),
        "unredeemed" => (Way::In, Code::RedemptionReturn, AccountKind::Payouts),
        "redeemed" => (Way::Out, Code::Redemption, AccountKind::Payouts),
        "given" => (Way::Out, Code::Gift, AccountKind::Gifts),
        _ => (Way::Out, Code::Refund, AccountKind::Spendable),
    };
    let held_promo = if verb == "release" { promo.map(tokens).unwrap_or_default() } else { Tokens::ZERO };
    Movement { way, code, amount, other, held_promo, reference: Uuid::from_u128(about), at: at(second) }
}

fn fold(movements: &[(&str, u128, u32)], promo: PromoIncome) -> Earnings {
    let mut earnings = Earnings::default();
    for (what, about, second) in movements {
        earnings.take(&movement(what, *about, *second), promo);
    }
    earnings
}

/// What happened, and what may be redeemed at the two hundredth second.
#[test]
fn what_may_be_redeemed() {
    type Case = (&'static [(&'static str, u128, u32)], &'static str);
    let table: [Case; 25] = [
        (&[], "0"),
        (&[("sale 5", 1, 100)], "5"),
        (&[("sale 5", 1, 101)], "0"),
        (&[("sale 5 promo", 1, 0)], "0"),
        (&[("sale 5 promo", 1, 0), ("sale 7", 1, 0)], "7"),
        (&[("release 9", 1, 0)], "9"),
        (&[("release 9 4", 1, 0)], "5"),
        (&[("release 9 40", 1, 0)], "0"),
        // Spent: promo-paid first, then the oldest.
        (&[("sale 5", 1, 0), ("sale 3 promo", 2, 0), ("given 4", 3, 9)], "4"),
        (&[("sale 5", 1, 0), ("sale 5", 2, 150), ("given 4", 3, 160)], "1"),
        // What was spent before has nothing to do with what comes later.
        (&[("sale 5", 1, 0), ("given 5", 2, 1), ("sale 5 promo", 3, 2)], "0"),
        // What comes back is what it was.
        (&[("sale 5 promo", 1, 0), ("given 5", 2, 1), ("back 5", 2, 2)], "0"),
        (&[("sale 5", 1, 150), ("given 5", 2, 151), ("back 5", 2, 152)], "0"),
        (&[("sale 5", 1, 0), ("given 5", 2, 1), ("back 5", 2, 150)], "5"),
        // A sale that is given back takes its own income along.
        (&[("sale 5 promo", 1, 0), ("sale 5", 2, 0), ("refund 5", 2, 1)], "0"),
        (&[("sale 5", 1, 150), ("sale 5", 2, 0), ("refund 5", 1, 151)], "5"),
        // A file paid at once and goods paid later have each their own age,
        // and the younger one is given back first.
        (&[("sale 5", 1, 0), ("release 7", 1, 150)], "5"),
        (&[("sale 5", 1, 0), ("release 7", 1, 150), ("refund 7", 1, 151)], "5"),
        (&[("sale 5", 1, 0), ("release 7", 1, 150), ("refund 9", 1, 151)], "3"),
        // What is not there any more of a sale is spent like anything else.
        (&[("sale 2", 1, 0), ("sale 5 promo", 2, 0), ("sale 9", 3, 0), ("refund 4", 1, 1)], "9"),
        (&[("sale 5 promo", 1, 0), ("given 5", 2, 1), ("sale 7", 3, 2), ("refund 5", 1, 3)], "2"),
        (
            &[
                ("sale 5 promo", 1, 0),
                ("given 5", 2, 1),
                ("sale 7", 3, 2),
                ("refund 5", 1, 3),
                ("back 5", 2, 4),
            ],
            "2",
        ),
        // What is redeemed was never promo-paid, and may come back.
        (&[("sale 5 promo", 1, 0), ("sale 5", 2, 0), ("redeemed 5", 3, 199)], "0"),
        (&[("sale 5", 2, 0), ("redeemed 5", 3, 198), ("unredeemed 5", 3, 199)], "5"),
        (&[("sale 5", 2, 0), ("redeemed 2", 3, 198), ("given 2", 4, 199)], "1"),
    ];
    for (movements, expected) in table {
        let found = fold(movements, PromoIncome::Never).standing(at(200), MATURITY);
        assert_eq!(found.matured, tokens(expected), "{movements:?}");
    }
    let counted = fold(&[("sale 5 promo", 1, 0), ("release 5 5", 2, 0)], PromoIncome::Counts);
    assert_eq!(counted.standing(at(200), MATURITY).matured, tokens("10"));
}

#[test]
fn what_went_out_since_it_was_found_counts_against_it() {
    let standing = Standing { matured: tokens("10"), debits: tokens("7") };
    for (debits, left) in [("7", "10"), ("9", "8"), ("17", "0"), ("99", "0"), ("0", "10")] {
        assert_eq!(standing.now(tokens(debits)), tokens(left), "{debits}");
    }
}

/// The same told another way: every ten-thousandth has its own age and
/// colour. Nothing comes back here.
#[derive(Default)]
struct Units {
    promo: usize,
    clean: std::collections::VecDeque<Timestamp>,
}

impl Units {
    fn spend(&mut self, mut amount: usize) {
        let promo = amount.min(self.promo);
        self.promo -= promo;
        amount -= promo;
        self.clean.drain(..amount);
    }

    fn matured(&self, now: Timestamp) -> usize {
        self.clean.iter().filter(|at| at.after(MATURITY) <= now).count()
    }
}

fn moved(way: Way, code: TransferCode, units: usize, about: usize, second: usize) -> Movement {
    Movement {
        way,
        code,
        amount: Tokens::from_units(i64::try_from(units).unwrap()).unwrap(),
        other: AccountKind::Spendable,
        held_promo: Tokens::ZERO,
        reference: Uuid::from_u128(u128::try_from(about).unwrap()),
        at: at(u32::try_from(second).unwrap()),
    }
}

proptest! {
    #[test]
    fn the_fold_counts_as_units_with_ages_do(steps in prop::collection::vec((0..4_u8, 1..20_usize, 0..30_usize), 1..60)) {
        let (mut earnings, mut units, mut second) = (Earnings::default(), Units::default(), 0);
        for (about, (kind, amount, wait)) in steps.into_iter().enumerate() {
            second += wait;
            let now = at(u32::try_from(second).unwrap());
            let balance = units.promo + units.clean.len();
            let step = match kind {
                0 => {
                    units.clean.extend(std::iter::repeat_n(now, amount));
                    moved(Way::In, TransferCode::Sale, amount, about, second)
                }
                1 => {
                    units.promo += amount;
                    Movement { other: AccountKind::Promo, ..moved(Way::In, TransferCode::Sale, amount, about, second) }
                }
                2 if balance > 0 => {
                    units.spend(amount.min(balance));
                    moved(Way::Out, TransferCode::Gift, amount.min(balance), about, second)
                }
                _ => {
                    let amount = amount.min(units.matured(now));
                    units.clean.drain(..amount);
                    moved(Way::Out, TransferCode::Redemption, amount, about, second)
                }
            };
            earnings.take(&step, PromoIncome::Never);
            let found = earnings.standing(now, MATURITY).matured.units();
            prop_assert_eq!(usize::try_from(found).unwrap(), units.matured(now));
        }
    }

    /// Round trips through gifts, orders and failed redemptions never make
    /// more redeemable than there was, however they are mixed.
    #[test]
    fn no_way_round_makes_more(
        sales in prop::collection::vec((1..50_usize, any::<bool>(), 0..200_usize), 1..8),
        trips in prop::collection::vec((1..80_usize, any::<bool>()), 1..12),
    ) {
        let mut earnings = Earnings::default();
        let mut balance = 0;
        for (about, (amount, is_promo, second)) in sales.iter().enumerate() {
            let mut sale = moved(Way::In, TransferCode::Sale, *amount, about, *second);
            if *is_promo {
                sale.other = AccountKind::Promo;
            }
            balance += amount;
            earnings.take(&sale, PromoIncome::Never);
        }
        let before = earnings.standing(at(200), MATURITY).matured;
        let mut away = Vec::new();
        for (about, (amount, comes_last)) in trips.into_iter().enumerate() {
            let amount = amount.min(balance);
            balance -= amount;
            earnings.take(&moved(Way::Out, TransferCode::Gift, amount, 1_000 + about, 200), PromoIncome::Never);
            prop_assert!(earnings.standing(at(200), MATURITY).matured <= before);
            let back = moved(Way::In, TransferCode::Return, amount, 1_000 + about, 200);
            if comes_last {
                away.push(back);
            } else {
                earnings.take(&back, PromoIncome::Never);
                balance += amount;
            }
            prop_assert!(earnings.standing(at(200), MATURITY).matured <= before);
        }
        for back in away {
            earnings.take(&back, PromoIncome::Never);
            prop_assert!(earnings.standing(at(200), MATURITY).matured <= before);
        }
        prop_assert_eq!(earnings.standing(at(200), MATURITY).matured, before);
    }
}
