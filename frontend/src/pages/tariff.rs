//! What tokens cost: the console's page for price and bundles.

use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use store::Error;
use store::tariff::BundleInput;

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::{Field, Problem};
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::routes;
use crate::trouble::{Trouble, sentence};
use crate::view::tariff::{BundleRow, PriceRow, TokensView};

/// Lines for bundles that the form offers.
const LINES: usize = 6;

/// `GET /vendor/tokens`
pub(super) async fn tokens(ask: Ask) -> Answer {
    show(&view(&ask).await?)
}

async fn view(ask: &Ask) -> Result<TokensView, Trouble> {
    ask.actor.staff()?;
    let store = &ask.site.store;
    let tariff = store.tariff();
    let history = store.price_history(&ask.actor).await?;
    let row = |priced: &domain::tariff::Priced| PriceRow {
        price: format!("{} {}", priced.tariff.token_price(), priced.tariff.currency),
        holds_from: priced.holds_from,
    };
    let bundles = store.bundles().await?;
    let known = bundles.iter().map(|bundle| BundleRow {
        number: 0,
        tokens: bundle.tokens.to_string(),
        bonus: if bundle.bonus.is_zero() { String::new() } else { bundle.bonus.to_string() },
        amount: bundle.cost.decimal(),
    });
    let lines = known.chain(std::iter::repeat_with(BundleRow::default)).take(LINES.max(bundles.len() + 1));
    let mut page = ask.own_page("Tokens").await?;
    page.path = routes::VendorTokens.to_string();
    Ok(TokensView {
        page,
        now: format!("{} {}", tariff.token_price(), tariff.currency),
        price: Field::new("price"),
        holds_from: Field::new("holds_from"),
        history: history.iter().rev().map(row).collect(),
        bundles: numbered(lines.collect()),
        currency: tariff.currency.to_string(),
    })
}

fn numbered(mut rows: Vec<BundleRow>) -> Vec<BundleRow> {
    for (number, row) in (1..).zip(&mut rows) {
        row.number = number;
    }
    rows
}

/// A time as people type it; the seconds and the zone may be left out.
fn read_time(text: &str) -> Result<Option<Timestamp>, Refusal> {
    let text = text.trim().replace(' ', "T");
    if text.is_empty() {
        return Ok(None);
    }
    let spellings = [text.clone(), format!("{text}Z"), format!("{text}:00Z")];
    let found = spellings.iter().find_map(|text| Timestamp::parse_rfc3339(text));
    found.map(Some).ok_or(Refusal::invalid("holdsFrom", "a time is written such as 2027-01-01T00:00"))
}

/// `POST /vendor/tokens`
pub(super) async fn set_price(ask: Ask, Posted(form): Posted) -> Answer {
    ask.actor.staff()?;
    let set = async {
        let holds_from = read_time(form.get("holds_from"))?;
        ask.site.store.set_token_price(&ask.actor, form.get("price"), None, holds_from).await
    };
    match set.await {
        Ok(priced) => {
            let said = format!(
                "A token costs {} {} from {} on.",
                priced.tariff.token_price(),
                priced.tariff.currency,
                priced.holds_from
            );
            Ok(ask.go_saying(routes::VendorTokens, Tone::Good, &said))
        }
        Err(Error::Refused(refusal)) => {
            let mut view = view(&ask).await?;
            form.get("price").clone_into(&mut view.price.value);
            form.get("holds_from").clone_into(&mut view.holds_from.value);
            let field = match refusal.field() {
                Some("holdsFrom") => Some(&mut view.holds_from),
                Some("price") => Some(&mut view.price),
                _ => None,
            };
            let id = field.map(|field| {
                field.error = Some(sentence(&refusal));
                field.id
            });
            view.page.problems = vec![Problem { id, message: sentence(&refusal) }];
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /vendor/tokens/bundles`
pub(super) async fn set_bundles(ask: Ask, Posted(form): Posted) -> Answer {
    ask.actor.staff()?;
    let set = async {
        let inputs = read_bundles(&form)?;
        ask.site.store.set_bundles(&ask.actor, inputs, None).await
    };
    match set.await {
        Ok(set) => {
            let said = format!("{} bundles are on offer.", set.bundles.len());
            Ok(ask.go_saying(routes::VendorTokens, Tone::Good, &said))
        }
        Err(Error::Refused(refusal)) => {
            let mut view = view(&ask).await?;
            view.bundles = numbered(rows(&form));
            view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }];
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}

/// The lines as they were typed.
fn rows(form: &Pairs) -> Vec<BundleRow> {
    let lines = form.all("tokens").zip(form.all("bonus")).zip(form.all("amount"));
    let row = |((tokens, bonus), amount): ((&str, &str), &str)| BundleRow {
        number: 0,
        tokens: tokens.to_owned(),
        bonus: bonus.to_owned(),
        amount: amount.to_owned(),
    };
    lines.map(row).take(domain::tariff::BUNDLES_MAX + 1).collect()
}

fn read_bundles(form: &Pairs) -> Result<Vec<BundleInput>, Refusal> {
    let is_used = |row: &BundleRow| !(row.tokens.trim().is_empty() && row.amount.trim().is_empty());
    let amount = |field, text: &str| match text.trim() {
        "" => Ok(Tokens::ZERO),
        text => Tokens::parse(text).map_err(|bad| Refusal::invalid(field, bad.to_string())),
    };
    let read = |row: BundleRow| {
        let (tokens, bonus) = (amount("tokens", &row.tokens)?, amount("bonus", &row.bonus)?);
        Ok(BundleInput { tokens, bonus, amount: row.amount })
    };
    rows(form).into_iter().filter(is_used).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        for text in ["2027-01-01T00:00", "2027-01-01 00:00", "2027-01-01T00:00:00", "2027-01-01T00:00:00Z"] {
            assert_eq!(read_time(text).unwrap().unwrap().rfc3339(), "2027-01-01T00:00:00Z", "{text}");
        }
        assert_eq!(read_time("  "), Ok(None));
        assert!(read_time("tomorrow").is_err());
    }
}
