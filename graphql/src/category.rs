//! Categories: the vendor's tree that listings hang in.

use async_graphql::{Context, ID, Object};
use domain::id::CategoryId;
use domain::listing::category::Category as Branch;

use crate::context::Ask;
use crate::id::global;

/// A category.
pub(crate) struct Category(pub(crate) Branch);

impl From<&Branch> for Category {
    fn from(branch: &Branch) -> Self {
        Self(branch.clone())
    }
}

/// The category with that number, if there is one.
pub(crate) fn category(ctx: &Context<'_>, id: CategoryId) -> Option<Category> {
    ctx.store().categories().find(id).map(Category::from)
}

/// A branch of the vendor's tree of categories.
#[Object]
impl Category {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The name in paths: small letters, digits and hyphens. Unique among its
    /// siblings.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The slugs from the root down to this one.
    async fn path(&self, ctx: &Context<'_>) -> Vec<String> {
        ctx.store().categories().path(self.0.id).into_iter().map(|branch| branch.slug.clone()).collect()
    }

    /// The category it hangs on; null for a root.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Category> {
        self.0.parent.and_then(|parent| category(ctx, parent))
    }

    /// The categories that hang on it, in the vendor's order.
    async fn children(&self, ctx: &Context<'_>) -> Vec<Category> {
        ctx.store().categories().children(Some(self.0.id)).map(Category::from).collect()
    }
}

/// Queries about categories.
#[derive(Default)]
pub(crate) struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// The categories that hang on no other, in the vendor's order; the others
    /// are their `children`. Everybody may ask.
    async fn categories(&self, ctx: &Context<'_>) -> Vec<Category> {
        ctx.store().categories().children(None).map(Category::from).collect()
    }
}
