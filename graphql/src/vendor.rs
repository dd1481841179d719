//! The vendor: what everybody may know, and what its staff sees.

pub(crate) mod fees;
mod mutation;
mod outbox;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::refusal::Refusal;
use domain::time::Timestamp;
use store::vendor::{Glance as GlanceRow, KindTotal, UserRow};

use crate::context::Ask;
use crate::desk::TopUpDeskFilter;
use crate::error::{answer, fault, refused};
use crate::licence::{Licence, VendorLicence, licence_for_staff, licences_of};
use crate::order::Order;
use crate::paging::{Asked, Connection, count_up_to, cursor};
use crate::redemption::{RedemptionState, RedemptionTerms, TokenRedemption, all_redemptions};
use crate::review::CardTrouble;
use crate::scalars::{DateTime, Tokens};
use crate::topup::{SetPrice, TopUpOrder};
use crate::user::User;
use crate::voucher::VoucherBatch;
use fees::FeeRule;

use outbox::Outbox;

pub(crate) use mutation::VendorMutation;
pub(crate) use outbox::{DeadLetter, OutboxMutation};

/// A glance that names no time looks back so far.
const DAY_MILLIS: i64 = 86_400_000;

/// Who runs this market, and on which terms.
pub(crate) struct Vendor;

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self::named(row.id, row.handle.as_str())
    }
}

/// Who runs this market, and on which terms.
#[Object]
impl Vendor {
    /// What the market is called.
    async fn name<'a>(&self, ctx: &Context<'a>) -> &'a str {
        &market(ctx).name
    }

    /// What its tokens are called, in the plural.
    async fn token_name<'a>(&self, ctx: &Context<'a>) -> &'a str {
        &market(ctx).token_name
    }

    /// The price of one token in the vendor's currency, as a decimal string:
    /// "0.01".
    async fn token_price(&self, ctx: &Context<'_>) -> String {
        ctx.store().tariff().token_price()
    }

    /// All prices of a token that were ever set, oldest first. For the
    /// vendor's staff.
    async fn token_prices(&self, ctx: &Context<'_>) -> Result<Vec<SetPrice>> {
        let history = answer(ctx, ctx.store().price_history(ctx.actor()).await)?;
        Ok(history.into_iter().map(SetPrice).collect())
    }

    /// The currency's ISO 4217 code.
    async fn currency(&self, ctx: &Context<'_>) -> String {
        ctx.store().tariff().currency.to_string()
    }

    /// The vendor's cut where no other rule applies, in ten-thousandths of the
    /// price: 500 is 5 %.
    async fn fee_basis_points(&self, ctx: &Context<'_>) -> Result<u16> {
        let rules = ctx.store().fee_rules().await.map_err(|failed| fault(ctx, failed))?;
        Ok(rules.default_rule().map_or(0, |rule| rule.basis_points.get()))
    }

    /// All rules of the vendor's cut in their order; the first that matches a
    /// listing sets its fee.
    async fn fee_rules(&self, ctx: &Context<'_>) -> Result<Vec<FeeRule>> {
        let rules = ctx.store().fee_rules().await.map_err(|failed| fault(ctx, failed))?;
        Ok(rules.as_slice().iter().cloned().map(FeeRule).collect())
    }

    /// What a new account gets to try the market, in tokens.
    async fn welcome_tokens(&self, ctx: &Context<'_>) -> Tokens {
        market(ctx).welcome.into()
    }

    /// The step in which prices are set, in tokens.
    async fn price_step(&self, ctx: &Context<'_>) -> Tokens {
        market(ctx).price_step.into()
    }

    /// How long tokens are held when a buyer does not confirm, in seconds.
    async fn hold_seconds(&self, ctx: &Context<'_>) -> u32 {
        market(ctx).hold.get()
    }

    /// How long a gift waits behind its link, in seconds.
    async fn gift_link_seconds(&self, ctx: &Context<'_>) -> u32 {
        market(ctx).gift_link.get()
    }

    /// The market at a glance. For the vendor's staff.
    async fn glance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Orders since when are counted; the last 24 hours if left out.")] since: Option<
            DateTime,
        >,
    ) -> Result<Option<Glance>> {
        let day_ago = || Timestamp::from_millis(ctx.store().world().now().millis() - DAY_MILLIS);
        let since = since.map_or_else(day_ago, |since| since.0);
        answer(ctx, ctx.store().glance(ctx.actor(), since).await).map(|glance| Some(glance.into()))
    }

    /// The outbox of letters at a glance. For the vendor's staff.
    async fn outbox(&self, ctx: &Context<'_>) -> Result<Option<Outbox>> {
        answer(ctx, ctx.store().outbox_glance(ctx.actor()).await).map(|glance| Some(glance.into()))
    }

    /// Letters that could not be delivered, newest first. For the vendor's
    /// staff.
    async fn dead_letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<DeadLetter>>> {
        let window = Asked { first, after, last, before }.window().map_err(|refusal| refused(&refusal))?;
        let page = answer(ctx, ctx.store().dead_letters(ctx.actor(), window).await)?;
        Ok(Some(Connection::of(page, |row| cursor(row.id.uuid()))))
    }

    /// The newest orders of the market, newest first. For the vendor's staff.
    async fn latest_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 10, desc = "How many; 1 to 100.")] first: i32,
    ) -> Result<Option<Vec<Order>>> {
        let count = count_up_to(first).map_err(|refusal| refused(&refusal))?;
        let orders = answer(ctx, ctx.store().latest_orders(ctx.actor(), count).await)?;
        Ok(Some(orders.into_iter().map(Order).collect()))
    }

    /// The seal of a transaction, or the last one; null if there is no such
    /// transaction. For the vendor's staff.
    async fn seal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transaction's number; the last one if left out.")] transaction: Option<String>,
    ) -> Result<Option<Sealed>> {
        let sequence = transaction.map(|text| text.parse::<i64>()).transpose();
        let sequence = sequence.map_err(|_| {
            refused(&Refusal::invalid("transaction", "a transaction is a whole number, such as 17"))
        })?;
        let found = answer(ctx, ctx.store().sealed(ctx.actor(), sequence).await)?;
        Ok(found.map(|found| Sealed {
            transaction: found.sequence.to_string(),
            at: found.at.into(),
            seal: found.seal.to_string(),
        }))
    }

    /// Users whose handle begins so, newest first. For the vendor's staff.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "How the handle begins; everybody if left out.")] prefix: String,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<User>>> {
        let window = Asked { first, after, last, before }.window().map_err(|refusal| refused(&refusal))?;
        let page = answer(ctx, ctx.store().find_users(ctx.actor(), &prefix, window).await)?;
        Ok(Some(Connection::of(page, |row| cursor(row.id.uuid()))))
    }

    /// A user's software, newest first. For the vendor's staff.
    async fn licences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, by their handle.")] handle: String,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Licence>>> {
        licences_of(ctx, &handle, Asked { first, after, last, before }).await.map(Some)
    }

    /// Anybody's licence, with the times that it was suspended; null if there
    /// is none. For the vendor's staff.
    async fn licence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id, or the number that codes carry.")] id: ID,
    ) -> Result<Option<VendorLicence>> {
        licence_for_staff(ctx, &id).await
    }

    /// Orders at the desk, newest first. For the vendor's staff.
    async fn top_up_desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which orders; all if left out.")] filter: Option<TopUpDeskFilter>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<TopUpOrder>>> {
        let window = Asked { first, after, last, before }.window().map_err(|refusal| refused(&refusal))?;
        let filter = filter.map(Into::into).unwrap_or_default();
        let page = answer(ctx, ctx.store().top_up_desk(ctx.actor(), filter, window).await)?;
        Ok(Some(Connection::of(page, |view| cursor(view.top_up.id.uuid()))))
    }

    /// Card payments in trouble. For the vendor's staff.
    async fn card_trouble(&self) -> CardTrouble {
        CardTrouble
    }

    /// Under which terms earned tokens become money again; null if they do
    /// not.
    async fn redemption_terms(&self, ctx: &Context<'_>) -> Option<RedemptionTerms> {
        let terms = ctx.store().redemption_terms();
        terms.is_on.then_some(RedemptionTerms(terms))
    }

    /// Redemptions, newest first. For the vendor's staff.
    async fn redemptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand so; all if left out.")] state: Option<RedemptionState>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<TokenRedemption>>> {
        all_redemptions(ctx, state, Asked { first, after, last, before }).await.map(Some)
    }

    /// Batches of vouchers, newest first. For the vendor's staff.
    async fn voucher_batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest, or after `after`; 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many up to the oldest, or before `before`; 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<VoucherBatch>>> {
        let window = Asked { first, after, last, before }.window().map_err(|refusal| refused(&refusal))?;
        let page = answer(ctx, ctx.store().voucher_batches(ctx.actor(), window).await)?;
        Ok(Some(Connection::of(page, |view| cursor(view.batch.id.uuid()))))
    }
}

fn market<'a>(ctx: &Context<'a>) -> &'a domain::market::Market {
    ctx.data_unchecked::<crate::context::Options>().store.market()
}

/// The market at a glance.
#[derive(SimpleObject)]
pub(crate) struct Glance {
    /// How many users there are.
    users: u32,
    /// How many listings everybody sees.
    listings: u32,
    /// How many orders were made since `since`.
    orders: u32,
    /// What they cost together, in tokens.
    turnover: Tokens,
    /// Since when orders are counted.
    since: DateTime,
    /// The ledger by kinds of account.
    totals: Vec<AccountTotal>,
}

/// A transaction's place in the sealed chain.
#[derive(SimpleObject)]
pub(crate) struct Sealed {
    /// Its number, as a decimal string.
    transaction: String,
    /// When it was sealed.
    at: DateTime,
    /// The seal over it and all before it, in hexadecimal.
    seal: String,
}

/// The balances of one kind of account together.
#[derive(SimpleObject)]
pub(crate) struct AccountTotal {
    /// The kind: `spendable`, `fees`, `issued:grant` …
    kind: String,
    /// The sum in tokens.
    balance: Tokens,
}

impl From<KindTotal> for AccountTotal {
    fn from(total: KindTotal) -> Self {
        Self { kind: total.kind.name().to_owned(), balance: total.balance.into() }
    }
}

impl From<GlanceRow> for Glance {
    fn from(glance: GlanceRow) -> Self {
        Self {
            users: glance.users,
            listings: glance.listings,
            orders: glance.orders,
            turnover: glance.turnover.into(),
            since: glance.since.into(),
            totals: glance.totals.into_iter().map(Into::into).collect(),
        }
    }
}

/// Queries about the vendor.
#[derive(Default)]
pub(crate) struct VendorQuery;

#[Object]
impl VendorQuery {
    /// Who runs this market, and on which terms. Everybody may ask.
    async fn vendor(&self) -> Vendor {
        Vendor
    }
}
