//! Scalars of our own: amounts, points in time, files.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::tokens;

/// An amount of tokens as it came or as it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens(String);

impl From<tokens::Tokens> for Tokens {
    fn from(amount: tokens::Tokens) -> Self {
        Self(amount.to_string())
    }
}

impl Tokens {
    /// The amount that an input's `field` names. A text that is none is an
    /// ordinary slip, so it is refused like every other one, not by the type.
    ///
    /// # Errors
    /// `InvalidInput` on `field`.
    pub(crate) fn read(&self, field: &'static str) -> Result<tokens::Tokens, Refusal> {
        tokens::Tokens::parse(&self.0).map_err(|bad| Refusal::invalid(field, bad.to_string()))
    }
}

/// An amount of tokens, as a decimal string with at most four places and
/// neither sign nor exponent: `"9.5025"`. Never a number, since numbers lose
/// digits on their way.
#[Scalar]
impl ScalarType for Tokens {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::custom("an amount of tokens is a string, such as \"9.5\"")),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) Timestamp);

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// A point in time in UTC, as RFC 3339 writes it: `"2026-11-23T08:50:00Z"`.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        let at = Timestamp::parse_rfc3339(text);
        at.map(Self).ok_or(InputValueError::custom("a point in time is written as in RFC 3339"))
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(text) if Timestamp::parse_rfc3339(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.rfc3339())
    }
}
