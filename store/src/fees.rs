//! The vendor's fee rules: read by everybody, set by the staff.

use domain::access::Actor;
use domain::fees::{Fee, FeeRule, FeeRules, FeeScope};
use domain::id::{CategoryId, FeeRuleId, UserId};
use domain::refusal::Refusal;
use domain::text::{Handle, RuleName};
use domain::tokens::{BasisPoints, Tokens};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::{Link, insert};

/// The rule of a vendor who has set none: the standard cut of everything.
pub(crate) fn standard(cut: BasisPoints) -> Result<FeeRules, Fault> {
    let rule = FeeRule {
        id: FeeRuleId::new(Uuid::nil()),
        name: RuleName::parse("Standard cut").map_err(|_| Fault::bug("name the standard cut"))?,
        scope: FeeScope::Everything,
        basis_points: cut,
        fixed: Tokens::ZERO,
        minimum: None,
        maximum: None,
    };
    FeeRules::new(vec![rule]).map_err(|_| Fault::bug("make the standard fee rules"))
}

/// The rules in force, if any were set.
pub(crate) async fn load_rules(link: Link<'_>) -> Result<Option<FeeRules>, Fault> {
    let sql = "SELECT id, name, category_id, seller_id, basis_points, fixed, minimum, maximum \
               FROM fee_rules WHERE ended_at IS NULL ORDER BY place";
    let rules = link
        .rows(sql, vec![], |row| {
            let id = row.id(FeeRuleId::new)?;
            let name = row.take_as("read a rule's name", |text: String| RuleName::parse(&text).ok())?;
            let category: Option<i32> = row.take()?;
            let seller = row.id_optional(UserId::new)?;
            let points = row.take_as("read a rate", |points: i16| u16::try_from(points).ok())?;
            Ok(FeeRule {
                id,
                name,
                scope: match (category, seller) {
                    (Some(category), _) => FeeScope::Category(CategoryId::new(category)),
                    (None, Some(seller)) => FeeScope::Seller(seller),
                    (None, None) => FeeScope::Everything,
                },
                basis_points: BasisPoints::new(points).ok_or(Fault::corrupt("read a rate"))?,
                fixed: row.tokens()?,
                minimum: row.tokens_optional()?,
                maximum: row.tokens_optional()?,
            })
        })
        .await?;
    if rules.is_empty() {
        return Ok(None);
    }
    FeeRules::new(rules).map(Some).map_err(|_| Fault::corrupt("read the fee rules"))
}

/// A fee rule as the vendor asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeRuleInput {
    /// What it is called.
    pub name: String,
    /// Only listings in this category or below it.
    pub category: Option<CategoryId>,
    /// Only listings of the seller with this handle.
    pub seller: Option<String>,
    /// The share of the price in ten-thousandths.
    pub basis_points: u16,
    /// Added to the share.
    pub fixed: Tokens,
    /// The fee is at least this.
    pub minimum: Option<Tokens>,
    /// The fee is at most this.
    pub maximum: Option<Tokens>,
}

impl Store {
    /// The fee rules in force, in their order.
    ///
    /// # Errors
    /// A fault only.
    pub async fn fee_rules(&self) -> Result<FeeRules, Fault> {
        Ok(load_rules(self.read()).await?.unwrap_or_else(|| self.0.standard.clone()))
    }

    /// What the vendor would take of one unit.
    ///
    /// # Errors
    /// A fault only.
    pub async fn fee_preview(
        &self,
        price: Tokens,
        category: CategoryId,
        seller: UserId,
    ) -> Result<Fee, Fault> {
        let rules = self.fee_rules().await?;
        rules.fee_for(price, category, seller, &self.0.tree).ok_or(Fault::corrupt("find a fee rule"))
    }

    /// Replaces all fee rules. Orders made before keep theirs. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then `NotFound` for an unknown seller or
    /// category, then what [`FeeRules::new`] refuses.
    pub async fn set_fee_rules(&self, actor: &Actor, inputs: Vec<FeeRuleInput>) -> Done<FeeRules> {
        let staff = actor.staff()?;
        let mint = self.0.world.mint();
        let mut rules = Vec::with_capacity(inputs.len().min(domain::fees::FEE_RULES_MAX));
        for (index, input) in (0u32..).zip(inputs.into_iter().take(domain::fees::FEE_RULES_MAX + 1)) {
            rules.push(self.parse_rule(FeeRuleId::new(mint.uuid(index)), input).await?);
        }
        let rules = FeeRules::new(rules)?;
        let (kept, at) = (rules.clone(), mint.at().millis());
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    link.change("UPDATE fee_rules SET ended_at = $1 WHERE ended_at IS NULL", vec![at.into()])
                        .await?;
                    let mut values: Vec<Value> = Vec::new();
                    for (place, rule) in (0i16..).zip(rules.as_slice()) {
                        values.extend(rule_values(place, rule)?);
                        values.extend([Value::from(at), staff.id.uuid().into()]);
                    }
                    let columns = "fee_rules (id, place, name, category_id, seller_id, basis_points, fixed, \
                                   minimum, maximum, set_at, set_by)";
                    Ok(insert(link, columns, 11, values).await?)
                })
            })
            .await?;
        Ok(kept)
    }

    async fn parse_rule(&self, id: FeeRuleId, input: FeeRuleInput) -> Done<FeeRule> {
        let scope = match (input.category, input.seller) {
            (Some(_), Some(_)) => {
                return Err(
                    Refusal::invalid("rules", "a rule is for a category or a seller, not both").into()
                );
            }
            (Some(category), None) => {
                self.0.tree.find(category).ok_or(Refusal::missing("category"))?;
                FeeScope::Category(category)
            }
            (None, Some(handle)) => {
                let seller = self.user_by_handle(&Handle::parse(&handle)?).await?;
                FeeScope::Seller(seller.ok_or(Refusal::missing("user"))?.id)
            }
            (None, None) => FeeScope::Everything,
        };
        let basis_points = BasisPoints::new(input.basis_points)
            .ok_or(Refusal::invalid("rules", "basis points reach from 0 to 10,000"))?;
        let name = RuleName::parse(&input.name)?;
        let (fixed, minimum, maximum) = (input.fixed, input.minimum, input.maximum);
        Ok(FeeRule { id, name, scope, basis_points, fixed, minimum, maximum })
    }
}

fn rule_values(place: i16, rule: &FeeRule) -> Result<[Value; 9], Fault> {
    let (category, seller) = match rule.scope {
        FeeScope::Everything => (None, None),
        FeeScope::Category(category) => (Some(category.get()), None),
        FeeScope::Seller(seller) => (None, Some(seller.uuid())),
    };
    let points = i16::try_from(rule.basis_points.get()).map_err(|_| Fault::bug("write a rate"))?;
    Ok([
        rule.id.uuid().into(),
        place.into(),
        rule.name.as_str().into(),
        category.into(),
        seller.into(),
        points.into(),
        rule.fixed.units().into(),
        rule.minimum.map(Tokens::units).into(),
        rule.maximum.map(Tokens::units).into(),
    ])
}
