//! Under which terms earned tokens become money again.

use domain::desk::DeskTerms;
use domain::money::{Currency, TokenPrice};
use domain::redemption::RedemptionTerms;
use domain::redemption::earnings::PromoIncome;
use domain::time::Seconds;
use domain::tokens::Tokens;

use super::problem::BadConfig;
use super::reader::Reader;

/// From how many tokens that users owe on the console warns.
pub(super) fn read_debt_warning(reader: &mut Reader<'_>) -> Result<Tokens, BadConfig> {
    const AMOUNT: &str = "tokens as a decimal in quotes, such as \"10000\"";
    reader.text("desk.debt_warning_tokens", |text| Tokens::parse(text).map_err(|_| AMOUNT))
}

/// `[redemption]`; the second agreement is needed from where the desk needs
/// it.
pub(super) fn read(
    reader: &mut Reader<'_>,
    currency: Currency,
    desk: &DeskTerms,
) -> Result<RedemptionTerms, BadConfig> {
    const AMOUNT: &str = "tokens as a decimal in quotes, such as \"100\"";
    const PRICE: &str = "a decimal above 0 and up to 1000000 with at most six places, such as \"0.008\"";
    const CURRENCY: &str = "three capital letters, such as \"USD\", or nothing for the vendor's";
    let chosen = |text: &str| match text {
        "" => Ok(currency),
        text => Currency::parse(text).map_err(|_| CURRENCY),
    };
    let counts = reader.switch("redemption.promo_income")?;
    Ok(RedemptionTerms {
        is_on: reader.switch("redemption.enabled")?,
        maturity: Seconds::days(reader.number("redemption.maturity_days", 0..=365)?),
        minimum: reader.text("redemption.minimum_tokens", |text| Tokens::parse(text).map_err(|_| AMOUNT))?,
        price: reader.text("redemption.price", |text| TokenPrice::parse(text).map_err(|_| PRICE))?,
        currency: reader.text("redemption.currency", chosen)?,
        two_from: desk.two_from,
        promo: if counts { PromoIncome::Counts } else { PromoIncome::Never },
        payee_kept: Seconds::days(reader.number("redemption.payee_days", 0..=3_650)?),
    })
}
