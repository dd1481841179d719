//! Vouchers: redeeming a code, and for the vendor printing batches of them.

use domain::id::VoucherBatchId;

use super::prelude::*;
use super::vendor::Tab;

/// Redeeming a printed code.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/redeem.html", whitespace = "minimize")]
pub struct RedeemView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: RedeemForm,
    /// Where to go afterwards: a path of this site.
    pub back: String,
}

/// A printed code.
#[derive(Clone, Debug)]
pub struct RedeemForm {
    /// The code.
    pub code: Field,
    /// Sent back, so that a second press changes nothing.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(RedeemForm: code, idempotency_key);

impl Default for RedeemForm {
    fn default() -> Self {
        Self { code: Field::new("code"), idempotency_key: Field::hidden("idempotency_key"), refusal: None }
    }
}

/// The vendor's batches of vouchers.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_vouchers.html", whitespace = "minimize")]
pub struct VouchersView {
    /// The frame.
    pub page: Page,
    /// A batch to issue.
    pub form: IssueForm,
    /// The batches, newest first.
    pub batches: Vec<BatchRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl VouchersView {
    const TAB: Tab = Tab::Vouchers;
}

/// A batch to issue.
#[derive(Clone, Debug)]
pub struct IssueForm {
    /// What the vendor calls it.
    pub name: Field,
    /// How many.
    pub count: Field,
    /// What each is worth.
    pub tokens: Field,
    /// The last day on which one can be redeemed, or empty.
    pub expires_at: Field,
    /// Sent back, so that a second press prints nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(IssueForm: name, count, tokens, expires_at, idempotency_key);

impl Default for IssueForm {
    fn default() -> Self {
        Self {
            name: Field::new("name"),
            count: Field::new("count"),
            tokens: Field::new("tokens"),
            expires_at: Field::new("expires_at"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// A batch in the list.
#[derive(Clone, Debug)]
pub struct BatchRow {
    /// Which batch.
    pub id: VoucherBatchId,
    /// What the vendor calls it.
    pub name: String,
    /// When it was issued.
    pub at: Timestamp,
    /// Who issued it.
    pub by: String,
    /// When it ends, in words.
    pub ends: String,
    /// What each is worth.
    pub each: Tokens,
    /// How many there are.
    pub count: u32,
    /// How many were used.
    pub redeemed: u32,
    /// How many were taken back.
    pub withdrawn: u32,
    /// How many can still be used.
    pub open: u32,
}

/// A batch right after its issue: the only time its codes are shown.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vouchers_print.html", whitespace = "minimize")]
pub struct VouchersPrintView {
    /// The frame.
    pub page: Page,
    /// What the vendor calls the batch.
    pub name: String,
    /// What each is worth.
    pub each: Price,
    /// When they end.
    pub expires_at: Option<Timestamp>,
    /// The codes, in the order of their numbers.
    pub codes: Vec<String>,
}

impl VouchersPrintView {
    fn count(&self) -> u64 {
        u64::try_from(self.codes.len()).unwrap_or(u64::MAX)
    }
}
