//! One line to one listing, or to the reason why not.

use domain::refusal::Refusal;
use domain::text::{Description, Handle, Title, parse_tags};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::ImportLine;

/// The longest identity, in bytes.
const ID_BYTES_MAX: usize = 200;
/// The deepest category.
const LEVELS_MAX: usize = 8;
/// The longest name of a category, in characters.
const CATEGORY_CHARS_MAX: usize = 60;
/// The end of the year 2099, in seconds since 1970.
const CREATED_MAX: i64 = 4_102_444_799;
/// The longest reason, in characters: parsers may quote what they read.
const REASON_CHARS_MAX: usize = 160;

/// The fields as they stand in the file.
#[derive(Deserialize)]
struct Fields {
    id: Option<Value>,
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    category: Option<String>,
    #[serde(default)]
    tags: Option<Vec<String>>,
    price_tokens: Option<Value>,
    seller: Option<String>,
    created: Option<i64>,
    sales: Option<u32>,
    rating: Option<Number>,
}

/// Parses a line.
pub(super) fn parse(line: &[u8]) -> Result<ImportLine, String> {
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8".to_owned())?;
    if !text.trim_start().starts_with('{') {
        return Err("is not a JSON object".to_owned());
    }
    let fields: Fields = serde_json::from_str(text).map_err(|error| shortened(&unusable(&error)))?;
    let title = needed("title", fields.title)?;
    let category = needed("category", fields.category)?;
    let seller = needed("seller", fields.seller)?;
    let tags = fields.tags.unwrap_or_default();
    Ok(ImportLine {
        external_id: identity(&needed("id", fields.id)?)?,
        title: Title::parse(&title).map_err(|it| broken("title", &it))?,
        description: Description::parse(&fields.description.unwrap_or_default())
            .map_err(|it| broken("description", &it))?,
        category: levels(&category)?,
        tags: parse_tags(tags.iter().map(String::as_str)).map_err(|it| broken("tags", &it))?,
        price: price(&needed("price_tokens", fields.price_tokens)?)?,
        seller: Handle::parse(&seller).map_err(|it| broken("seller", &it))?,
        created_at: fields.created.map(created).transpose()?,
        sales: fields.sales.unwrap_or(0),
        rating_tenths: fields.rating.as_ref().map(rating).transpose()?,
    })
}

fn needed<T>(name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{name} is missing"))
}

/// A rule of the marketplace that a field breaks.
fn broken(name: &str, refusal: &Refusal) -> String {
    match refusal {
        Refusal::InvalidInput { problem, .. } => format!("{name}: {problem}"),
        Refusal::HandleTaken => format!("{name}: this handle is reserved"),
        other => format!("{name}: {other}"),
    }
}

/// What the parser says, told apart by whether the line is JSON at all.
fn unusable(error: &serde_json::Error) -> String {
    if error.is_data() { format!("has an unfit field: {error}") } else { format!("is not JSON: {error}") }
}

/// Bounded and on one line, without anything that could act on a terminal.
fn shortened(reason: &str) -> String {
    reason.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(REASON_CHARS_MAX).collect()
}

/// A number or a text; either names the listing for ever.
fn identity(value: &Value) -> Result<String, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return Err("id is neither a text nor a whole number".to_owned()),
    };
    let fine = !text.is_empty() && text.len() <= ID_BYTES_MAX && !text.chars().any(char::is_control);
    if fine { Ok(text) } else { Err(format!("id has to have 1 to {ID_BYTES_MAX} bytes")) }
}

/// Names between slashes.
fn levels(path: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = path.split('/').map(|it| it.trim().to_owned()).collect();
    let fine = |name: &String| {
        (1..=CATEGORY_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    };
    if names.len() <= LEVELS_MAX && names.iter().all(fine) {
        return Ok(names);
    }
    Err(format!(
        "category has to be 1 to {LEVELS_MAX} names of up to {CATEGORY_CHARS_MAX} characters, between slashes"
    ))
}

/// A whole number, or a decimal in quotes: a bare decimal would have passed
/// through a float.
fn price(value: &Value) -> Result<Tokens, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return Err("price_tokens has to be a whole number, or a decimal in quotes".to_owned()),
    };
    let price = Tokens::parse(&text).map_err(|wrong| format!("price_tokens: {wrong}"))?;
    if price.is_zero() {
        return Err("price_tokens has to be above 0".to_owned());
    }
    if price > Tokens::MAX_MOVED {
        return Err(format!("price_tokens is more than {}", Tokens::MAX_MOVED));
    }
    Ok(price)
}

fn created(seconds: i64) -> Result<Timestamp, String> {
    if (0..=CREATED_MAX).contains(&seconds) {
        Ok(Timestamp::from_millis(seconds * 1_000))
    } else {
        Err("created has to be in seconds since 1970".to_owned())
    }
}

/// Tenths, read from the digits; more places are cut.
fn rating(number: &Number) -> Result<u8, String> {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let tenths: Option<u8> = fraction.get(..1).and_then(|it| it.parse().ok());
    let tenths = whole
        .parse::<u8>()
        .ok()
        .zip(tenths)
        .and_then(|(whole, tenth)| whole.checked_mul(10)?.checked_add(tenth));
    tenths.filter(|it| *it <= 50).ok_or_else(|| "rating has to be from 0 to 5".to_owned())
}
