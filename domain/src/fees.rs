//! The vendor's cut: rules, the one that applies, and why.
//!
//! Rules stand in an order; the first that matches a listing sets its fee.
//! A rule applies to one unit of a listing; a line's fee is that times its
//! quantity, so that ten cost exactly ten times one.

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, FeeRuleId, UserId};
use crate::listing::category::CategoryTree;
use crate::refusal::Refusal;
use crate::text::RuleName;
use crate::tokens::{BasisPoints, Tokens};

/// The most rules that a vendor may keep.
pub const FEE_RULES_MAX: usize = 200;

/// One rule of the vendor's cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRule {
    /// Which rule.
    pub id: FeeRuleId,
    /// What the vendor calls it.
    pub name: RuleName,
    /// Which listings it is for.
    pub scope: FeeScope,
    /// The share of the price.
    pub basis_points: BasisPoints,
    /// Added to the share.
    pub fixed: Tokens,
    /// The fee is at least this, though never above the price.
    pub minimum: Option<Tokens>,
    /// The fee is at most this.
    pub maximum: Option<Tokens>,
}

/// Which listings a fee rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeeScope {
    /// All; such a rule ends the list.
    Everything,
    /// Those in a category or below it.
    Category(CategoryId),
    /// Those of one seller.
    Seller(UserId),
}

/// A fee as it stands on a sale, with what set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What the vendor takes of one unit; never above its price.
    pub per_unit: Tokens,
    /// The rule that set it.
    pub rule: FeeRuleId,
    /// A sentence that explains the figure to the seller.
    pub explanation: String,
}

impl FeeRule {
    /// What the vendor takes of one unit that costs `price`: the share,
    /// rounded down, plus the fixed part, kept between minimum and maximum,
    /// and never above the price.
    #[must_use]
    pub fn fee_of(&self, price: Tokens) -> Tokens {
        // Saturating: the price is the ceiling anyway.
        let whole = price.share(self.basis_points).checked_add(self.fixed).unwrap_or(price);
        let lifted = self.minimum.map_or(whole, |minimum| whole.max(minimum));
        let capped = self.maximum.map_or(lifted, |maximum| lifted.min(maximum));
        capped.min(price)
    }

    fn matches(&self, category: CategoryId, seller: UserId, tree: &CategoryTree) -> bool {
        match self.scope {
            FeeScope::Everything => true,
            FeeScope::Category(wanted) => tree.is_within(category, wanted),
            FeeScope::Seller(wanted) => wanted == seller,
        }
    }

    /// A sentence such as "5 % of 120 tokens = 6 tokens (Standard cut)".
    #[must_use]
    pub fn explain(&self, price: Tokens) -> String {
        let fee = self.fee_of(price);
        let mut parts = vec![format!("{} of {price}", self.basis_points)];
        if !self.fixed.is_zero() {
            parts.push(format!("plus {}", self.fixed));
        }
        let plain = price.share(self.basis_points).checked_add(self.fixed).unwrap_or(price);
        if self.minimum.is_some_and(|minimum| plain < minimum) && fee > plain {
            parts.push(format!("raised to the least of {fee}"));
        } else if self.maximum.is_some_and(|maximum| plain > maximum) {
            parts.push(format!("cut to the most of {fee}"));
        } else if plain > price {
            parts.push("cut to the price".to_owned());
        }
        format!("{} = {fee} tokens ({})", parts.join(", "), self.name)
    }
}

/// The vendor's rules in their order; the last is for everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeRules(Vec<FeeRule>);

impl FeeRules {
    /// Checks an ordered list of rules.
    ///
    /// # Errors
    /// `InvalidInput` on `rules`: too many, none for everything at the end or
    /// one before the end, or a minimum above a maximum.
    pub fn new(rules: Vec<FeeRule>) -> Result<Self, Refusal> {
        let bad = |problem: String| Err(Refusal::invalid("rules", problem));
        if rules.len() > FEE_RULES_MAX {
            return bad(format!("at most {FEE_RULES_MAX} rules are allowed"));
        }
        let last = rules.len().saturating_sub(1);
        for (place, rule) in rules.iter().enumerate() {
            let name = &rule.name;
            if (rule.scope == FeeScope::Everything) != (place == last) {
                return bad(format!(
                    "the last rule, and only the last, is for everything; look at \"{name}\""
                ));
            }
            if rule.minimum.zip(rule.maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
                return bad(format!("the minimum of \"{name}\" is above its maximum"));
            }
            if rule.fixed > Tokens::MAX_MOVED {
                return bad(format!("the fixed part of \"{name}\" is too large"));
            }
        }
        if rules.is_empty() {
            return bad("at least one rule, for everything, is needed".to_owned());
        }
        Ok(Self(rules))
    }

    /// The rules in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[FeeRule] {
        &self.0
    }

    /// The rule for everything.
    #[must_use]
    pub fn default_rule(&self) -> Option<&FeeRule> {
        self.0.last()
    }

    /// The fee of one unit of a listing: the first rule that matches sets it.
    #[must_use]
    pub fn fee_for(
        &self,
        price: Tokens,
        category: CategoryId,
        seller: UserId,
        tree: &CategoryTree,
    ) -> Option<Fee> {
        let rule = self.0.iter().find(|rule| rule.matches(category, seller, tree))?;
        Some(Fee { per_unit: rule.fee_of(price), rule: rule.id, explanation: rule.explain(price) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::category::Category;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn rule(points: u16) -> FeeRule {
        FeeRule {
            id: FeeRuleId::new(Uuid::from_u128(1)),
            name: RuleName::parse("Standard cut").unwrap(),
            scope: FeeScope::Everything,
            basis_points: BasisPoints::new(points).unwrap(),
            fixed: Tokens::ZERO,
            minimum: None,
            maximum: None,
        }
    }

    fn tokens(text: &str) -> Tokens {
        Tokens::parse(text).unwrap()
    }

    #[test]
    fn fees_and_their_sentences() {
        let table = [
            (rule(500), "120", "6", "5 % of 120 = 6 tokens (Standard cut)"),
            (rule(500), "1", "0.05", "5 % of 1 = 0.05 tokens (Standard cut)"),
            (rule(0), "9", "0", "0 % of 9 = 0 tokens (Standard cut)"),
            (rule(10_000), "9", "9", "100 % of 9 = 9 tokens (Standard cut)"),
            (
                FeeRule { fixed: tokens("2"), ..rule(500) },
                "100",
                "7",
                "5 % of 100, plus 2 = 7 tokens (Standard cut)",
            ),
            (
                FeeRule { minimum: Some(tokens("3")), ..rule(500) },
                "10",
                "3",
                "5 % of 10, raised to the least of 3 = 3 tokens (Standard cut)",
            ),
            (
                FeeRule { maximum: Some(tokens("4")), ..rule(500) },
                "1000",
                "4",
                "5 % of 1000, cut to the most of 4 = 4 tokens (Standard cut)",
            ),
            (
                FeeRule { fixed: tokens("20"), ..rule(500) },
                "10",
                "10",
                "5 % of 10, plus 20, cut to the price = 10 tokens (Standard cut)",
            ),
        ];
        for (rule, price, fee, sentence) in table {
            assert_eq!(rule.fee_of(tokens(price)), tokens(fee), "{sentence}");
            assert_eq!(rule.explain(tokens(price)), sentence);
        }
    }

    #[test]
    fn the_first_matching_rule_sets_the_fee() {
        let tree = CategoryTree::new(vec![
            Category::new(1, None, "books", "Books"),
            Category::new(2, Some(1), "atlases", "Atlases"),
            Category::new(3, None, "tools", "Tools"),
        ]);
        let (wren, other) = (UserId::new(Uuid::from_u128(7)), UserId::new(Uuid::from_u128(8)));
        let rules = FeeRules::new(vec![
            FeeRule { scope: FeeScope::Seller(wren), ..rule(100) },
            FeeRule { scope: FeeScope::Category(CategoryId::new(1)), ..rule(200) },
            rule(500),
        ])
        .unwrap();
        for (category, seller, fee) in
            [(2, wren, "1"), (2, other, "2"), (1, other, "2"), (3, other, "5"), (3, wren, "1")]
        {
            let found = rules.fee_for(tokens("100"), CategoryId::new(category), seller, &tree).unwrap();
            assert_eq!(found.per_unit, tokens(fee), "category {category}");
        }
    }

    #[test]
    fn a_list_ends_in_one_rule_for_everything() {
        let seller = FeeRule { scope: FeeScope::Seller(UserId::new(Uuid::nil())), ..rule(1) };
        assert!(FeeRules::new(vec![]).is_err());
        assert!(FeeRules::new(vec![seller.clone()]).is_err());
        assert!(FeeRules::new(vec![rule(1), seller.clone()]).is_err());
        assert!(FeeRules::new(vec![rule(1), rule(2)]).is_err());
        assert!(FeeRules::new(vec![seller, rule(2)]).is_ok());
        let crossed = FeeRule { minimum: Some(tokens("2")), maximum: Some(tokens("1")), ..rule(1) };
        assert!(FeeRules::new(vec![crossed]).is_err());
    }

    /// Every rate with prices small, prime and huge: the legs sum to the
    /// price, the fee never exceeds it, and whole tokens leave no remainder.
    #[test]
    fn every_rate_is_exact_and_bounded() {
        let primes = [211u32, 499, 997, 7_919, 104_729, 1_299_709];
        let prices: Vec<Tokens> =
            (1..=200).chain(primes).map(Tokens::whole).chain([Tokens::MAX_MOVED]).collect();
        for points in 0..=10_000u16 {
            let rule = rule(points);
            let mut before = Tokens::ZERO;
            for price in &prices {
                let fee = rule.fee_of(*price);
                let net = price.checked_sub(fee).expect("the fee is never above the price");
                assert_eq!(net.checked_add(fee), Some(*price));
                assert_eq!(i128::from(fee.units()) * 10_000, i128::from(price.units()) * i128::from(points));
                assert!(fee >= before, "monotone in price");
                before = fee;
            }
        }
    }

    proptest! {
        #[test]
        fn any_rule_is_bounded_and_monotone(
            points in 0u16..=10_000,
            fixed in 0i64..1_000_000_000,
            bounds in prop::option::of((0i64..1_000_000_000, 0i64..1_000_000_000)),
            price in 1i64..1_000_000_000_000,
            more in 0i64..1_000_000_000,
        ) {
            let units = |number| Tokens::from_units(number).unwrap();
            let rule = FeeRule {
                fixed: units(fixed),
                minimum: bounds.map(|(a, b)| units(a.min(b))),
                maximum: bounds.map(|(a, b)| units(a.max(b))),
                ..rule(points)
            };
            let (low, high) = (rule.fee_of(units(price)), rule.fee_of(units(price + more)));
            prop_assert!(low <= units(price));
            prop_assert!(low <= high);
            let cheaper = FeeRule { basis_points: BasisPoints::new(points / 2).unwrap(), ..rule.clone() };
            prop_assert!(cheaper.fee_of(units(price)) <= low);
        }
    }
}
