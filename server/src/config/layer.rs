//! Values as they come from a source, not yet parsed, each with its origin.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Sources;
use super::nearest::nearest;
use super::problem::{BadConfig, Problem};

/// A value of one of the kinds that settings have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<String>),
}

impl Value {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text in quotes",
            Self::Number(_) => "a whole number",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list of texts",
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The value that `text` spells, of the same kind as this one.
    fn of_same_kind(&self, text: &str) -> Option<Self> {
        match self {
            Self::Text(_) => Some(Self::Text(text.to_owned())),
            Self::Number(_) => text.trim().parse().ok().map(Self::Number),
            Self::Switch(_) => switch(text).map(Self::Switch),
            Self::List(_) => {
                let members = text.split(',').map(str::trim).filter(|it| !it.is_empty());
                Some(Self::List(members.map(str::to_owned).collect()))
            }
        }
    }

    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.to_string())),
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(Self::Number)
            }
            DeValue::Boolean(switch) => Some(Self::Switch(*switch)),
            DeValue::Array(members) => {
                let texts = members.iter().map(|it| it.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Self::List)
            }
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
        }
    }
}

impl fmt::Display for Value {
    /// As TOML.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Switch(switch) => write!(out, "{switch}"),
            Self::List(members) => write!(out, "{members:?}"),
        }
    }
}

/// A switch as people write it in an environment.
fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment { name: String },
    Argument { name: &'static str },
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File { path, line: 0 } => write!(out, "{}", path.display()),
            Self::File { path, line } => write!(out, "{} line {line}", path.display()),
            Self::Environment { name } => write!(out, "environment {name}"),
            Self::Argument { name } => write!(out, "command line {name}"),
        }
    }
}

/// What one source sets, by dotted key.
pub(super) type Layer = BTreeMap<String, (Value, Origin)>;

/// What is in force: the defaults, with other layers put over them.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// The known keys in the order of the documented file.
    order: Vec<String>,
    defaults: Layer,
    in_force: Layer,
}

impl Values {
    /// The built-in defaults, which also say which keys are known and of what
    /// kind they are.
    pub(super) fn defaults(text: &str) -> Result<Self, BadConfig> {
        let mut problems = Vec::new();
        let mut order = Vec::new();
        let mut defaults = Layer::new();
        for (key, line, value) in entries(Path::new("config.default.toml"), text, &mut problems) {
            match value {
                Some(value) => defaults.insert(key.clone(), (value, Origin::Default)),
                None => {
                    let origin = Origin::File { path: "config.default.toml".into(), line };
                    problems.push(Problem::new(
                        &origin,
                        &key,
                        "is of no kind that settings have",
                        "a text or number",
                    ));
                    None
                }
            };
            order.push(key);
        }
        BadConfig::unless_empty(problems)?;
        Ok(Self { order, in_force: defaults.clone(), defaults })
    }

    /// Puts the values of `layer` over what is there.
    pub(super) fn put_over(&mut self, layer: Layer) {
        self.in_force.extend(layer);
    }

    pub(super) fn get(&self, key: &str) -> Option<&(Value, Origin)> {
        self.in_force.get(key)
    }

    pub(super) fn default_of(&self, key: &str) -> Option<&Value> {
        self.defaults.get(key).map(|(value, _)| value)
    }

    /// A text that is in force; empty if there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.get(key).and_then(|(value, _)| value.text()).unwrap_or_default()
    }

    /// All keys with their values, in the documented order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value, &Origin)> {
        self.order.iter().filter_map(|key| self.get(key).map(|(value, origin)| (key.as_str(), value, origin)))
    }

    /// Checks that a key is known and its value of the right kind.
    fn admit(&self, key: &str, value: Option<Value>, origin: &Origin) -> Result<Value, Problem> {
        let Some(default) = self.default_of(key) else {
            let allowed = match nearest(key, self.order.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "farthing config check lists all keys".to_owned(),
            };
            return Err(Problem::new(origin, key, "is not known", &allowed));
        };
        let same_kind = |it: &Value| std::mem::discriminant(it) == std::mem::discriminant(default);
        value.filter(same_kind).ok_or_else(|| {
            let allowed = format!("{}, such as {default}", default.kind());
            Problem::new(origin, key, "is of the wrong kind", &allowed)
        })
    }
}

/// The values of a settings file.
pub(super) fn from_file(path: &Path, text: &str, known: &Values, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    for (key, line, value) in entries(path, text, problems) {
        let origin = Origin::File { path: path.to_owned(), line };
        match known.admit(&key, value, &origin) {
            Ok(value) => drop(layer.insert(key, (value, origin))),
            Err(problem) => problems.push(problem),
        }
    }
    layer
}

/// The values of variables named `FARTHING_SECTION__KEY`, and the switch
/// `FARTHING_LIMITS`. Other variables are none of our business.
pub(super) fn from_environment(
    variables: &[(OsString, OsString)],
    known: &Values,
    problems: &mut Vec<Problem>,
) -> Layer {
    let mut layer = Layer::new();
    for (name, text) in variables {
        let Some(name) = name.to_str() else { continue };
        let key = match name.strip_prefix("FARTHING_") {
            Some("LIMITS") => "limits.on".to_owned(),
            Some(rest) if rest.contains("__") => rest.replacen("__", ".", 1).to_ascii_lowercase(),
            Some(_) | None => continue,
        };
        let origin = Origin::Environment { name: name.to_owned() };
        let value = match (known.default_of(&key), text.to_str()) {
            (Some(default), Some(text)) => default.of_same_kind(text),
            _ => None,
        };
        match known.admit(&key, value, &origin) {
            Ok(value) => drop(layer.insert(key, (value, origin))),
            Err(problem) => problems.push(problem),
        }
    }
    layer
}

/// The values of the command line.
pub(super) fn from_arguments(sources: &Sources) -> Layer {
    let mut layer = Layer::new();
    let mut put = |key: &str, text: String, name| {
        layer.insert(key.to_owned(), (Value::Text(text), Origin::Argument { name }));
    };
    if let Some(data) = &sources.data {
        put("server.data", data.to_string_lossy().into_owned(), "--data");
    }
    if let Some(listen) = &sources.listen {
        put("server.listen", listen.clone(), "--listen");
    }
    layer
}

/// All `section.key` of a TOML text with their lines, in the order of the
/// text. A value of a kind that settings do not have is none.
fn entries(path: &Path, text: &str, problems: &mut Vec<Problem>) -> Vec<(String, usize, Option<Value>)> {
    let (document, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    if !errors.is_empty() {
        for error in errors {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            let origin = Origin::File { path: path.to_owned(), line };
            problems.push(Problem::new(
                &origin,
                "",
                &format!("is not TOML: {}", error.message()),
                "[section], key = value",
            ));
        }
        return Vec::new();
    }
    let mut found = Vec::new();
    for (section, value) in document.get_ref() {
        match value.get_ref() {
            DeValue::Table(table) => {
                let named = |key: &Spanned<_>| format!("{}.{}", section.get_ref(), key.get_ref());
                found.extend(
                    table.iter().map(|(key, value)| {
                        (key.span().start, named(key), Value::from_toml(value.get_ref()))
                    }),
                );
            }
            other => {
                found.push((section.span().start, section.get_ref().to_string(), Value::from_toml(other)))
            }
        }
    }
    found.sort_by_key(|(start, _, _)| *start);
    found.into_iter().map(|(start, key, value)| (key, line_of(text, start), value)).collect()
}

/// The number of the line in which byte `at` stands.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
