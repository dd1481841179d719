//! Parses values section by section and gathers what is wrong.

use std::ops::RangeInclusive;

use super::layer::{Origin, Value, Values};
use super::problem::{BadConfig, Problem};

/// Reads values that are in force. A wrong one is noted, and the default
/// stands in for it until the end, so that one run finds all problems.
pub(super) struct Reader<'a> {
    values: &'a Values,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(values: &'a Values, problems: Vec<Problem>) -> Self {
        Self { values, problems }
    }

    /// All is well, or all problems.
    pub(super) fn finish(self) -> Result<(), BadConfig> {
        BadConfig::unless_empty(self.problems)
    }

    /// A text that `parse` understands; `Err` says what is allowed.
    pub(super) fn text<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<T, BadConfig> {
        self.value(key, |value| match value {
            Value::Text(text) => parse(text).map_err(str::to_owned),
            other => Err(other.kind().to_owned()),
        })
    }

    /// A whole number within bounds.
    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &str,
        bounds: RangeInclusive<i64>,
    ) -> Result<T, BadConfig> {
        let allowed = || format!("a whole number from {} to {}", bounds.start(), bounds.end());
        self.value(key, |value| match value {
            Value::Number(number) if bounds.contains(number) => T::try_from(*number).map_err(|_| allowed()),
            _ => Err(allowed()),
        })
    }

    /// True or false.
    pub(super) fn switch(&mut self, key: &str) -> Result<bool, BadConfig> {
        self.value(key, |value| match value {
            Value::Switch(switch) => Ok(*switch),
            other => Err(other.kind().to_owned()),
        })
    }

    /// A list of texts that `parse` understands, each.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, BadConfig> {
        self.value(key, |value| match value {
            Value::List(members) => members.iter().map(|it| parse(it).map_err(str::to_owned)).collect(),
            other => Err(other.kind().to_owned()),
        })
    }

    /// Notes a problem that shows only when a key is held against others.
    pub(super) fn reject(&mut self, key: &str, wrong: &str, allowed: &str) {
        let origin = self.values.get(key).map_or(Origin::Default, |(_, origin)| origin.clone());
        self.problems.push(Problem::new(&origin, key, wrong, allowed));
    }

    fn value<T>(&mut self, key: &str, parse: impl Fn(&Value) -> Result<T, String>) -> Result<T, BadConfig> {
        let Some((value, origin)) = self.values.get(key) else {
            self.reject(key, "is missing from the defaults", "this is a mistake in the program");
            return self.give_up();
        };
        let allowed = match parse(value) {
            Ok(parsed) => return Ok(parsed),
            Err(allowed) => allowed,
        };
        let shown =
            if super::explain::is_secret(key) { "set to something".to_owned() } else { value.to_string() };
        self.problems.push(Problem::new(origin, key, &format!("is {shown}"), &format!("allowed: {allowed}")));
        match self.values.default_of(key).map(parse) {
            Some(Ok(parsed)) => Ok(parsed),
            Some(Err(_)) | None => self.give_up(),
        }
    }

    /// Ends reading where no default can stand in.
    fn give_up<T>(&mut self) -> Result<T, BadConfig> {
        Err(BadConfig::new(std::mem::take(&mut self.problems)))
    }
}
