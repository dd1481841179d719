//! The rules of the vendor's cut.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::fees::{FeeRule as Rule, FeeScope};
use domain::refusal::Refusal;
use store::fees::FeeRuleInput as Asked;

use crate::category::{Category, category};
use crate::id::{self, global};
use crate::scalars::Tokens;
use crate::user::{User, user};

/// One rule of the vendor's cut.
pub(crate) struct FeeRule(pub(crate) Rule);

/// One rule of the vendor's cut: a share of the price plus a fixed part, kept
/// between a minimum and a maximum, and never above the price.
#[Object]
impl FeeRule {
    /// The rule's id.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What the vendor calls it.
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// Only listings in this category or below it; null for no such bound.
    async fn category(&self, ctx: &Context<'_>) -> Option<Category> {
        match self.0.scope {
            FeeScope::Category(id) => category(ctx, id),
            FeeScope::Everything | FeeScope::Seller(_) => None,
        }
    }

    /// Only listings of this seller; null for no such bound.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.0.scope {
            FeeScope::Seller(id) => user(ctx, id).await,
            FeeScope::Everything | FeeScope::Category(_) => Ok(None),
        }
    }

    /// The share of the price in ten-thousandths: 500 is 5 %.
    async fn basis_points(&self) -> u16 {
        self.0.basis_points.get()
    }

    /// Added to the share, in tokens.
    async fn fixed(&self) -> Tokens {
        self.0.fixed.into()
    }

    /// The fee is at least this, in tokens; null for no such bound.
    async fn minimum(&self) -> Option<Tokens> {
        self.0.minimum.map(Into::into)
    }

    /// The fee is at most this, in tokens; null for no such bound.
    async fn maximum(&self) -> Option<Tokens> {
        self.0.maximum.map(Into::into)
    }
}

/// A rule of the vendor's cut. With neither category nor seller it is for
/// everything, and must be the last.
#[derive(InputObject)]
pub(crate) struct FeeRuleInput {
    /// What it is called; 1 to 80 characters.
    name: String,
    /// Only listings in the category with this global id, or below it.
    category_id: Option<ID>,
    /// Only listings of the seller with this handle.
    seller: Option<String>,
    /// The share of the price in ten-thousandths, 0 to 10,000.
    basis_points: i32,
    /// Added to the share, in tokens; nothing if left out.
    fixed: Option<Tokens>,
    /// The fee is at least this, in tokens.
    minimum: Option<Tokens>,
    /// The fee is at most this, in tokens.
    maximum: Option<Tokens>,
}

impl FeeRuleInput {
    /// The same for the verb.
    ///
    /// # Errors
    /// `InvalidInput` on `rules`, or `NotFound` for a category.
    pub(super) fn read(self) -> Result<Asked, Refusal> {
        let amount = |amount: Option<Tokens>| amount.map(|amount| amount.read("rules")).transpose();
        let points = u16::try_from(self.basis_points)
            .map_err(|_| Refusal::invalid("rules", "basis points reach from 0 to 10,000"))?;
        Ok(Asked {
            category: self.category_id.as_ref().map(id::read).transpose()?,
            basis_points: points,
            fixed: amount(self.fixed)?.unwrap_or_default(),
            minimum: amount(self.minimum)?,
            maximum: amount(self.maximum)?,
            name: self.name,
            seller: self.seller,
        })
    }
}
