//! Vouchers: printed codes that become tokens.

mod mutation;

use async_graphql::{ID, Object, SimpleObject};
use store::vouchers::{BatchView, Redeemed};

use crate::id::global;
use crate::scalars::{DateTime, Tokens};
use crate::user::User;

pub(crate) use mutation::VoucherMutation;

/// A voucher that became tokens.
#[derive(SimpleObject)]
pub(crate) struct Redemption {
    /// What the voucher was worth, in tokens.
    tokens: Tokens,
    /// When it was redeemed.
    at: DateTime,
}

impl From<Redeemed> for Redemption {
    fn from(redeemed: Redeemed) -> Self {
        Self { tokens: redeemed.tokens.into(), at: redeemed.at.into() }
    }
}

/// A batch of vouchers, for the vendor's staff.
pub(crate) struct VoucherBatch {
    view: BatchView,
}

impl From<BatchView> for VoucherBatch {
    fn from(view: BatchView) -> Self {
        Self { view }
    }
}

/// Vouchers that were printed together. For the vendor's staff.
#[Object]
impl VoucherBatch {
    /// The batch's id.
    async fn id(&self) -> ID {
        global(self.view.batch.id)
    }

    /// What the vendor calls it.
    async fn name(&self) -> &str {
        self.view.batch.name.as_str()
    }

    /// How many vouchers there are.
    async fn count(&self) -> u32 {
        self.view.batch.count
    }

    /// What each is worth, in tokens.
    async fn tokens(&self) -> Tokens {
        self.view.batch.tokens.into()
    }

    /// When what is unused by then ends; null for never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.view.batch.expires_at.map(Into::into)
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime {
        self.view.batch.at.into()
    }

    /// Which member of the staff issued it.
    async fn issued_by(&self) -> Option<User> {
        let handle = self.view.issued_by_handle.as_deref()?;
        Some(User::named(self.view.batch.issued_by, handle))
    }

    /// How many became tokens.
    async fn redeemed(&self) -> u32 {
        self.view.redeemed
    }

    /// How many were taken back.
    async fn withdrawn(&self) -> u32 {
        self.view.withdrawn
    }

    /// How many nobody has used, nor the vendor taken back.
    async fn open(&self) -> u32 {
        self.view.open()
    }
}
