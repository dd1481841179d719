//! Which media type an answer has, by the Accept header (RFC 9110, 12.5.1;
//! GraphQL over HTTP, "Accept").

use axum::http::header::{ACCEPT, GetAll};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// The media types that answers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells what happened.
    Response,
    /// `application/json`, for clients that know no better: whatever the
    /// document is worth, the status is 200.
    Json,
}

impl MediaType {
    const fn name(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// The whole header.
    pub(super) const fn header(self) -> HeaderValue {
        match self {
            Self::Response => HeaderValue::from_static("application/graphql-response+json; charset=utf-8"),
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }
}

/// A range of media types and how much it is wanted, in thousandths.
struct Range<'h> {
    range: &'h str,
    weight: u16,
}

/// What the client wants most of what there is; JSON if it does not say.
pub(super) fn chosen(headers: GetAll<'_, HeaderValue>) -> Option<MediaType> {
    let lines = headers.iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<Range<'_>> = lines.flat_map(|line| line.split(',')).filter_map(read).collect();
    if ranges.is_empty() {
        return Some(MediaType::Json);
    }
    let wanted = |media: MediaType| weight(&ranges, media.name());
    let (response, json) = (wanted(MediaType::Response), wanted(MediaType::Json));
    let is_named = ranges.iter().any(|range| range.range.eq_ignore_ascii_case(MediaType::Response.name()));
    match (response, json) {
        (0, 0) => None,
        // Between equals, the newer type only for clients that know of it.
        (response, json) if response > json || (response == json && is_named) => Some(MediaType::Response),
        _ => Some(MediaType::Json),
    }
}

fn read(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    Some(Range { range, weight: quality.map_or(1_000, thousandths) })
}

/// `0.25` as 250; what cannot be read does not count.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" => 1_000,
        "0" => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// How much `name` is wanted: the most specific range that holds it decides.
fn weight(ranges: &[Range<'_>], name: &str) -> u16 {
    let of = |wanted: &str| {
        ranges.iter().find(|range| range.range.eq_ignore_ascii_case(wanted)).map(|range| range.weight)
    };
    of(name).or_else(|| of("application/*")).or_else(|| of("*/*")).unwrap_or(0)
}

/// Whether a person looks on with a browser.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|line| line.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// There is no media type that the client would take.
pub(super) fn not_acceptable() -> Response {
    let text = "This is answered as application/graphql-response+json or application/json.\n";
    (StatusCode::NOT_ACCEPTABLE, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_type_is_chosen() {
        let (response, json) = (Some(MediaType::Response), Some(MediaType::Json));
        let table = [
            ("", json),
            ("*/*", json),
            ("application/*", json),
            ("application/json", json),
            ("application/json; charset=utf-8", json),
            ("application/graphql-response+json", response),
            ("Application/GraphQL-Response+JSON", response),
            ("application/graphql-response+json, application/json", response),
            ("application/json, application/graphql-response+json", response),
            ("application/graphql-response+json, application/json;q=0.9", response),
            ("application/graphql-response+json;q=0.5, application/json", json),
            ("application/graphql-response+json;q=0, */*", json),
            ("application/json;q=0, */*", response),
            ("text/html, */*;q=0.1", json),
            ("text/html", None),
            ("application/xml", None),
            ("application/json;q=0", None),
            ("application/json;q=2", None),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(chosen(headers.get_all(ACCEPT)), expected, "{accept}");
        }
    }
}
