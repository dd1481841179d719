//! What tokens cost: the history of prices and bundles.

use std::sync::PoisonError;

use domain::access::Actor;
use domain::id::{BundleId, TariffId};
use domain::money::{Currency, Money, TokenPrice};
use domain::tariff::{self, Bundle, Priced, Tariff};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::{Link, insert};

/// A bundle as the vendor's staff asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleInput {
    /// How many spendable tokens.
    pub tokens: Tokens,
    /// How many promo tokens come with them.
    pub bonus: Tokens,
    /// What it costs, as a decimal in the vendor's currency.
    pub amount: String,
}

/// Bundles and from when they are on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleSet {
    /// From when.
    pub holds_from: Timestamp,
    /// The bundles in the vendor's order.
    pub bundles: Vec<Bundle>,
}

/// All prices that were set, in the order of their setting.
pub(crate) async fn load_prices(link: Link<'_>) -> Result<Vec<Priced>, Fault> {
    let sql = "SELECT currency, price_micros, holds_from FROM token_prices ORDER BY id";
    link.rows(sql, vec![], |row| {
        let currency = row.take_as("read a currency", |text: String| Currency::parse(&text).ok())?;
        let price = row.take_as("read a price", TokenPrice::from_micros)?;
        Ok(Priced { tariff: Tariff { price, currency }, holds_from: row.time()? })
    })
    .await
}

impl Store {
    /// What a token costs now; kept in memory, since every page shows it.
    #[must_use]
    pub fn tariff(&self) -> Tariff {
        let prices = self.0.prices.read().unwrap_or_else(PoisonError::into_inner);
        tariff::holding(&prices, self.0.world.now()).unwrap_or(self.0.market.tariff)
    }

    /// Looks up what other servers may have set.
    ///
    /// # Errors
    /// A fault only.
    pub async fn refresh_tariff(&self) -> Result<(), Fault> {
        let prices = load_prices(self.read()).await?;
        *self.0.prices.write().unwrap_or_else(PoisonError::into_inner) = prices;
        Ok(())
    }

    /// All prices that were ever set, oldest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn price_history(&self, actor: &Actor) -> Done<Vec<Priced>> {
        actor.staff()?;
        Ok(load_prices(self.read()).await?)
    }

    /// Sets what a token costs from `holds_from`, or from now on. Top-ups made
    /// before keep their price. Staff only. Precedence: price, currency, time.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn set_token_price(
        &self,
        actor: &Actor,
        price: &str,
        currency: Option<&str>,
        holds_from: Option<Timestamp>,
    ) -> Done<Priced> {
        let staff = actor.staff()?.id;
        let price = TokenPrice::parse(price)?;
        let currency = currency.map_or(Ok(self.tariff().currency), Currency::parse)?;
        let mint = self.0.world.mint();
        let holds_from = holds_from.unwrap_or(mint.at());
        tariff::check_holds_from(holds_from, mint.at())?;
        let values = vec![
            TariffId::new(mint.uuid(0)).uuid().into(),
            currency.as_str().into(),
            price.micros().into(),
            holds_from.millis().into(),
            staff.uuid().into(),
            mint.at().millis().into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let columns = "token_prices (id, currency, price_micros, holds_from, set_by, set_at)";
                    Ok(insert(link, columns, 6, values).await?)
                })
            })
            .await?;
        self.refresh_tariff().await?;
        Ok(Priced { tariff: Tariff { price, currency }, holds_from })
    }

    /// The bundles on offer now, in the vendor's order.
    ///
    /// # Errors
    /// A fault only.
    pub async fn bundles(&self) -> Result<Vec<Bundle>, Fault> {
        let sql = "SELECT b.id, b.tokens, b.bonus, b.currency, b.amount_minor FROM bundles b WHERE b.set_id = \
                   (SELECT s.id FROM bundle_sets s WHERE s.holds_from <= $1 \
                    ORDER BY s.holds_from DESC, s.id DESC LIMIT 1) ORDER BY b.place";
        let now = self.0.world.now().millis();
        let all = self.read().rows(sql, vec![now.into()], |row| {
            Ok(Bundle {
                id: row.id(BundleId::new)?,
                tokens: row.tokens()?,
                bonus: row.tokens()?,
                cost: row.money()?,
            })
        });
        // Bundles in a currency that is no longer the vendor's are not on offer.
        let currency = self.tariff().currency;
        Ok(all.await?.into_iter().filter(|bundle| bundle.cost.currency() == currency).collect())
    }

    /// Sets all bundles anew from `holds_from`, or from now on. Staff only.
    /// Precedence: amounts, then as for
    /// [`check_bundles`](domain::tariff::check_bundles), then time.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn set_bundles(
        &self,
        actor: &Actor,
        inputs: Vec<BundleInput>,
        holds_from: Option<Timestamp>,
    ) -> Done<BundleSet> {
        let staff = actor.staff()?.id;
        let mint = self.0.world.mint();
        let currency = self.tariff().currency;
        let mut bundles = Vec::new();
        for (index, input) in (1u32..).zip(inputs.into_iter().take(tariff::BUNDLES_MAX + 1)) {
            bundles.push(Bundle {
                id: BundleId::new(mint.uuid(index)),
                tokens: input.tokens,
                bonus: input.bonus,
                cost: Money::parse("amount", &input.amount, currency)?,
            });
        }
        tariff::check_bundles(&bundles, currency)?;
        let holds_from = holds_from.unwrap_or(mint.at());
        tariff::check_holds_from(holds_from, mint.at())?;
        let set = TariffId::new(mint.uuid(0)).uuid();
        let head: [Value; 4] =
            [set.into(), holds_from.millis().into(), staff.uuid().into(), mint.at().millis().into()];
        let rows = (0i16..).zip(&bundles).flat_map(|(place, bundle)| -> [Value; 7] {
            [
                bundle.id.uuid().into(),
                set.into(),
                place.into(),
                bundle.tokens.units().into(),
                bundle.bonus.units().into(),
                bundle.cost.currency().as_str().into(),
                bundle.cost.minor().into(),
            ]
        });
        let rows: Vec<Value> = rows.collect();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    insert(link, "bundle_sets (id, holds_from, set_by, set_at)", 4, head.to_vec()).await?;
                    let columns = "bundles (id, set_id, place, tokens, bonus, currency, amount_minor)";
                    Ok(insert(link, columns, 7, rows).await?)
                })
            })
            .await?;
        Ok(BundleSet { holds_from, bundles })
    }
}
