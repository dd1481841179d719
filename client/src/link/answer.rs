//! Reading answers: what was asked for, the store's no, or no answer at all.

use std::io;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::stop::{No, Stop};
use crate::transport::Answer;
use crate::verdict::Verdict;

/// An answer in its form.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Vec<Wrong>,
}

#[derive(Debug, Deserialize)]
struct Wrong {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    code: Option<String>,
    verdict: Option<Verdict>,
}

#[derive(Deserialize)]
struct UserError {
    code: String,
    message: String,
    #[serde(default)]
    verdict: Option<Verdict>,
    #[serde(default)]
    now: Option<Value>,
    #[serde(default)]
    shortfall: Option<Value>,
}

/// Codes of errors after which nobody knows what was done, or that pass.
const PASSING: [&str; 4] = ["INTERNAL", "BUSY", "RATE_LIMITED", "TIMEOUT"];

impl Told {
    pub(super) fn read(answer: &Answer) -> Result<Self, Stop> {
        let told = serde_json::from_slice::<Self>(&answer.body);
        match told {
            Ok(told) if !told.data.is_null() || !told.errors.is_empty() => Ok(told),
            _ => Err(lost(&format!("it answered with status {}, and nothing to read", answer.status))),
        }
    }

    /// The code of what went wrong with all of it.
    pub(super) fn code(&self) -> Option<&str> {
        self.errors.first()?.extensions.code.as_deref()
    }

    /// The data, unless there is an error.
    fn data(self) -> Result<Value, Stop> {
        let Some(wrong) = self.errors.into_iter().next() else { return Ok(self.data) };
        let code = wrong.extensions.code.unwrap_or_default();
        if PASSING.contains(&code.as_str()) {
            return Err(lost(&wrong.message));
        }
        let (message, verdict) = (wrong.message, wrong.extensions.verdict);
        Err(Stop::Store(No { code, message, verdict, now: None, shortfall: None }))
    }
}

/// The answer to a query.
pub(super) fn queried<T: DeserializeOwned>(told: Told) -> Result<T, Stop> {
    read(told.data()?)
}

/// The answer to one mutation under the name `done`.
pub(super) fn changed<T: DeserializeOwned>(told: Told) -> Result<T, Stop> {
    let mut data = told.data()?;
    let mut done = data.get_mut("done").map(Value::take).unwrap_or_default();
    let errors = done.get_mut("userErrors").map(Value::take).unwrap_or_default();
    let errors: Vec<UserError> = read(errors)?;
    match errors.into_iter().next() {
        Some(error) if PASSING.contains(&error.code.as_str()) => Err(lost(&error.message)),
        Some(error) => Err(Stop::Store(No {
            code: error.code,
            message: error.message,
            verdict: error.verdict,
            now: error.now.as_ref().map(text_of),
            shortfall: error.shortfall.as_ref().map(text_of),
        })),
        None => read(done),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Stop> {
    serde_json::from_value(value).map_err(|error| lost(&format!("its answer is not understood: {error}")))
}

fn lost(why: &str) -> Stop {
    Stop::Lost(io::Error::new(io::ErrorKind::InvalidData, why.to_owned()))
}
