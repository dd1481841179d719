//! Redemptions: asking for money for earned tokens; for the staff, the queue
//! and one of them with its history.

use domain::id::{RedemptionBatchId, RedemptionId};

use super::prelude::*;
use super::vendor::Tab;

/// Asking for money, and what was asked for before.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/redemptions.html", whitespace = "minimize")]
pub struct RedemptionsView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: RedemptionForm,
    /// What can be redeemed now.
    pub redeemable: Price,
    /// All that was earned and is still there.
    pub earned: Tokens,
    /// What is paid for one token.
    pub token_price: String,
    /// What would be paid for all that can be redeemed.
    pub at_most: String,
    /// The fewest tokens at once.
    pub minimum: Tokens,
    /// How many days old income has to be.
    pub days: u32,
    /// Whether income counts that was paid out of promo tokens.
    pub promo_counts: bool,
    /// After how many days it is forgotten where was paid.
    pub kept_days: u32,
    /// What was asked for, newest first.
    pub rows: Vec<RedemptionRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl RedemptionsView {
    fn tokens_hint(&self) -> String {
        let least = worth::grouped(self.minimum);
        format!("At least {least}. They leave your earnings at once, and come back if it comes to nothing.")
    }

    fn pay_to_hint(&self) -> String {
        format!(
            "As your bank needs it, such as an account number. Our staff and the bank read it; it is erased \
             {} days after the end.",
            self.kept_days
        )
    }
}

/// A redemption in a list.
#[derive(Clone, Debug)]
pub struct RedemptionRow {
    /// Which.
    pub id: RedemptionId,
    /// Its code.
    pub reference: String,
    /// Whose.
    pub handle: String,
    /// When it was asked for.
    pub at: Timestamp,
    /// How many tokens.
    pub tokens: Tokens,
    /// What is paid for them.
    pub money: String,
    /// Where it stands, in words.
    pub state: &'static str,
    /// Whether its user can call it off.
    pub is_cancellable: bool,
    /// Where to pay; nothing once it was erased.
    pub payee: Option<String>,
}

/// What a seller types to be paid.
#[derive(Clone, Debug)]
pub struct RedemptionForm {
    /// How many tokens.
    pub tokens: Field,
    /// Where to pay.
    pub pay_to: Field,
    /// Sent back, so that a second press asks nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(RedemptionForm: tokens, pay_to, idempotency_key);

impl Default for RedemptionForm {
    fn default() -> Self {
        Self {
            tokens: Field::new("tokens"),
            pay_to: Field::new("pay_to"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// The staff's queue.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_redemptions.html", whitespace = "minimize")]
pub struct RedemptionQueueView {
    /// The frame.
    pub page: Page,
    /// Which are shown.
    pub states: Vec<Choice>,
    /// The redemptions, newest first.
    pub rows: Vec<RedemptionRow>,
    /// Sent back, so that a second press makes no second file.
    pub idempotency_key: String,
    /// The pages beside this one.
    pub pager: Pager,
}

impl RedemptionQueueView {
    const TAB: Tab = Tab::Orders;
}

/// A redemption with all that was done about it.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_redemption.html", whitespace = "minimize")]
pub struct RedemptionView {
    /// The frame.
    pub page: Page,
    /// The redemption.
    pub row: RedemptionRow,
    /// How many have agreed, of how many.
    pub agreed: String,
    /// What the bank calls the payment.
    pub bank_reference: Option<String>,
    /// The file in which the bank was told.
    pub batch: Option<RedemptionBatchId>,
    /// What was done, oldest first.
    pub history: Vec<super::desk_order::EventRow>,
    /// Whether the reader can agree.
    pub can_agree: bool,
    /// Whether it can be declined.
    pub can_reject: bool,
    /// Whether what the bank says can be recorded.
    pub can_end: bool,
    /// What the bank says.
    pub form: BankForm,
}

impl RedemptionView {
    const TAB: Tab = Tab::Orders;
}

/// What the bank says of a payment.
#[derive(Clone, Debug)]
pub struct BankForm {
    /// What it calls the payment.
    pub bank_reference: Field,
    /// Why it was declined, or could not be paid.
    pub reason: Field,
    /// Sent back, so that a second press records nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(BankForm: bank_reference, reason, idempotency_key);

impl Default for BankForm {
    fn default() -> Self {
        Self {
            bank_reference: Field::new("bank_reference"),
            reason: Field::new("reason"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}
