//! Reading a request: from a JSON body, or from the query string.

use async_graphql::{Request as Asked, Variables};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Map, Value};

use super::reply::Problem;

/// The largest JSON body, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 1_024 * 1_024;

/// Whether a body is a form with files.
pub(super) fn is_form(content_type: Option<&HeaderValue>) -> bool {
    essence(content_type).is_some_and(|(essence, _)| essence.eq_ignore_ascii_case("multipart/form-data"))
}

/// The media type without its parameters, and these.
fn essence(content_type: Option<&HeaderValue>) -> Option<(&str, &str)> {
    let text = content_type?.to_str().ok()?;
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    Some((essence.trim(), parameters))
}

/// JSON is UTF-8; whoever says otherwise is not understood.
fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let is_utf8 = |parameters: &str| {
        let mut charsets = parameters.split(';').filter_map(|part| part.trim().split_once('='));
        charsets.all(|(name, value)| {
            !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    match essence(headers.get(CONTENT_TYPE)) {
        Some((essence, parameters))
            if essence.eq_ignore_ascii_case("application/json") && is_utf8(parameters) =>
        {
            Ok(())
        }
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send `Content-Type: application/json` in UTF-8, or `multipart/form-data` with files.",
        )),
    }
}

/// The bytes of a JSON body.
pub(super) async fn bytes_of(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    check_type(headers)?;
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("A request has at most {BODY_BYTES_MAX} bytes, and has to end."),
        )
    })
}

/// The request that `bytes` hold.
pub(super) fn from_json(bytes: &[u8]) -> Result<Asked, Problem> {
    let value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::bad(format!("The body is not JSON: {error}.")))?;
    from_value(value)
}

/// The request that a JSON value holds.
pub(super) fn from_value(value: Value) -> Result<Asked, Problem> {
    match value {
        Value::Object(map) => from_map(map),
        Value::Array(_) => Err(Problem::bad("Batches are not taken: send one request at a time.")),
        _ => Err(Problem::bad("A request is an object with a `query`.")),
    }
}

fn from_map(mut map: Map<String, Value>) -> Result<Asked, Problem> {
    let query = match map.remove("query") {
        Some(Value::String(query)) => query,
        _ => return Err(Problem::bad("`query` has to be a text.")),
    };
    let mut asked = Asked::new(query);
    match map.remove("operationName") {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) => asked = asked.operation_name(name),
        Some(_) => return Err(Problem::bad("`operationName` has to be a text or null.")),
    }
    match map.remove("variables") {
        None | Some(Value::Null) => {}
        Some(variables @ Value::Object(_)) => asked = asked.variables(Variables::from_json(variables)),
        Some(_) => return Err(Problem::bad("`variables` has to be an object or null.")),
    }
    match map.remove("extensions") {
        // None are known, and unknown ones are passed over.
        None | Some(Value::Null | Value::Object(_)) => Ok(asked),
        Some(_) => Err(Problem::bad("`extensions` has to be an object or null.")),
    }
}

/// The request in a query string.
pub(super) fn from_query(text: &str) -> Result<Asked, Problem> {
    let unreadable = |_| Problem::bad("The query string cannot be read.");
    let uri = Uri::builder()
        .path_and_query(format!("/?{text}"))
        .build()
        .map_err(|error| unreadable(error.to_string()))?;
    let Query(pairs) =
        Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|error| unreadable(error.to_string()))?;
    let mut map = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "query" | "operationName" => Value::String(text),
            "variables" | "extensions" => {
                serde_json::from_str(&text).map_err(|_| Problem::bad(format!("`{name}` is not JSON.")))?
            }
            _ => continue,
        };
        if map.insert(name, value).is_some() {
            return Err(Problem::bad("Each parameter may stand once."));
        }
    }
    from_map(map)
}
