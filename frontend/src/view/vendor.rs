//! The vendor's console.

use super::prelude::*;

/// The pages of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Today at a glance.
    Today,
    /// The vendor's cut.
    Fees,
    /// What tokens cost.
    Tokens,
    /// Orders that are not paid by card.
    Orders,
    /// Card payments in trouble.
    Cards,
    /// Users.
    Users,
    /// Licences that may be suspended.
    Licences,
    /// Granting tokens.
    Grant,
    /// Letters that did not arrive.
    Mail,
    /// Printed codes.
    Vouchers,
    /// Totals of the ledger.
    Ledger,
}

/// Today at a glance.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_today.html", whitespace = "minimize")]
pub struct TodayView {
    /// The frame.
    pub page: Page,
    /// Counts of today, such as orders.
    pub counts: Vec<Count>,
    /// Amounts, such as what was sold.
    pub sums: Vec<Total>,
    /// The newest orders of the market, newest first.
    pub orders: Vec<LatestOrder>,
}

/// An order as the vendor sees one: what, between whom, and how it stands.
#[derive(Clone, Debug)]
pub struct LatestOrder {
    /// The first thing that was bought.
    pub title: String,
    /// How many other things, in words.
    pub more: Option<String>,
    /// The buyer's handle.
    pub buyer: String,
    /// The seller's handle.
    pub seller: String,
    /// When.
    pub at: Timestamp,
    /// How it stands, in a word.
    pub state: &'static str,
    /// What it cost.
    pub total: Price,
}

impl TodayView {
    const TAB: Tab = Tab::Today;
}

/// A number with a name.
#[derive(Clone, Debug)]
pub struct Count {
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// An amount with a name.
#[derive(Clone, Debug)]
pub struct Total {
    /// What is summed.
    pub label: String,
    /// How much.
    pub price: Price,
    /// What it means, in a sentence; may be empty.
    pub meaning: String,
}

/// The vendor's cut: rules in order, first match wins.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_fees.html", whitespace = "minimize")]
pub struct FeesView {
    /// The frame.
    pub page: Page,
    /// The rules; the last is the default and always there.
    pub rules: Vec<RuleRow>,
    /// Categories for a rule.
    pub categories: Vec<Choice>,
    /// Trying a price out.
    pub trial: TrialForm,
    /// What the trial says.
    pub verdict: Option<super::sell::FeePreview>,
}

impl FeesView {
    const TAB: Tab = Tab::Fees;
}

/// One rule, as it stands in the form. Fields are sent as lists, one value a
/// rule, in the order of the page.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its place, from 1.
    pub number: usize,
    /// What the vendor calls it.
    pub name: String,
    /// `default`, `category` or `seller`.
    pub scope: String,
    /// The category's number for a rule of that scope, else empty.
    pub category: String,
    /// The seller's handle for a rule of that scope, else empty.
    pub seller: String,
    /// Ten-thousandths of the price.
    pub basis_points: String,
    /// Tokens on top, or empty.
    pub fixed: String,
    /// The least in tokens, or empty.
    pub least: String,
    /// The most in tokens, or empty.
    pub most: String,
    /// The rule as a sentence, when it is one.
    pub sentence: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl RuleRow {
    fn is_default(&self) -> bool {
        self.scope == "default"
    }
}

/// Trying a price out.
#[derive(Clone, Debug)]
pub struct TrialForm {
    /// The price.
    pub price: Field,
    /// The category.
    pub category_id: Field,
    /// The seller's handle, or empty.
    pub seller: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(TrialForm: price, category_id, seller);

impl Default for TrialForm {
    fn default() -> Self {
        Self {
            price: Field::named("price", "trial-price"),
            category_id: Field::named("category_id", "trial-category"),
            seller: Field::named("seller", "trial-seller"),
            refusal: None,
        }
    }
}

/// Users, searched by handle.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_users.html", whitespace = "minimize")]
pub struct UsersView {
    /// The frame.
    pub page: Page,
    /// What the handle starts with.
    pub search: String,
    /// Users, newest first.
    pub users: Vec<UserRow>,
    /// The pages beside this one.
    pub pager: Pager,
}

impl UsersView {
    const TAB: Tab = Tab::Users;
}

/// A user as the vendor sees one.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The handle.
    pub handle: String,
    /// When the account was opened.
    pub since: Timestamp,
    /// Whether the account works for the vendor.
    pub staff: bool,
    /// What the account can spend.
    pub balance: Price,
    /// Where tokens are granted to them.
    pub grant: String,
}

/// Granting tokens.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_grant.html", whitespace = "minimize")]
pub struct GrantView {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: GrantForm,
    /// What was typed for a promotion.
    pub promo: PromoForm,
}

impl GrantView {
    const TAB: Tab = Tab::Grant;
}

/// Granting tokens.
#[derive(Clone, Debug)]
pub struct GrantForm {
    /// To whom.
    pub to: Field,
    /// How much.
    pub amount: Field,
    /// Why, for the ledger.
    pub reason: Field,
    /// Sent back, so that a second press grants nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(GrantForm: to, amount, reason, idempotency_key);

impl Default for GrantForm {
    fn default() -> Self {
        Self {
            to: Field::new("to"),
            amount: Field::new("amount"),
            reason: Field::new("reason"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// Giving promo tokens to some users.
#[derive(Clone, Debug)]
pub struct PromoForm {
    /// To whom: handles between spaces, commas or line ends.
    pub to: Field,
    /// How much each gets.
    pub amount: Field,
    /// What it is called.
    pub reason: Field,
    /// The last day; may stay empty.
    pub expires_at: Field,
    /// Sent back, so that a second press gives nothing twice.
    pub idempotency_key: Field,
    /// What is wrong as a whole.
    pub refusal: Option<String>,
}

form!(PromoForm: to, amount, reason, expires_at, idempotency_key);

impl Default for PromoForm {
    fn default() -> Self {
        Self {
            to: Field::named("to", "promo-to"),
            amount: Field::named("amount", "promo-amount"),
            reason: Field::named("reason", "promo-reason"),
            expires_at: Field::named("expires_at", "promo-expires-at"),
            idempotency_key: Field::hidden("idempotency_key"),
            refusal: None,
        }
    }
}

/// Totals of the ledger.
#[derive(Template, Clone, Debug)]
#[template(path = "pages/vendor_ledger.html", whitespace = "minimize")]
pub struct LedgerView {
    /// The frame.
    pub page: Page,
    /// Where tokens came from.
    pub sources: Vec<Total>,
    /// Where they are.
    pub places: Vec<Total>,
    /// The sum of the sources.
    pub issued: Price,
    /// The sum of the places.
    pub held: Price,
    /// The newest link of the chain; none before the first movement.
    pub last: Option<SealRow>,
    /// The transaction that was looked up, as typed.
    pub sought: String,
    /// Its seal, if there is such a one.
    pub found: Option<SealRow>,
}

/// A link of the chain.
#[derive(Clone, Debug)]
pub struct SealRow {
    /// Its number.
    pub sequence: i64,
    /// When it was sealed.
    pub at: Timestamp,
    /// The seal over it and all before it.
    pub seal: String,
}

impl LedgerView {
    const TAB: Tab = Tab::Ledger;

    fn balanced(&self) -> bool {
        self.issued.tokens == self.held.tokens
    }
}
