//! What is in force and where it comes from, for `farthing config check`.

use std::fmt::Write;

use super::layer::{Value, Values};
use super::{Config, DatabaseUrl};

/// Where the remark after a value begins.
const REMARK_COLUMN: usize = 52;

/// Whether a value is never shown.
pub(super) fn is_secret(key: &str) -> bool {
    matches!(
        key,
        "metrics.token"
            | "mail.password"
            | "database.url"
            | "payments.stripe_secret_key"
            | "payments.stripe_webhook_secret"
    )
}

/// A settings file that would do the same, with the origin of each value.
pub(super) fn explain(config: &Config, values: &Values) -> String {
    let mut text = String::new();
    let mut open = "";
    for (key, value, origin) in values.iter() {
        let Some((section, name)) = key.split_once('.') else { continue };
        if section != open {
            let gap = if open.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{section}]");
            open = section;
        }
        let line = format!("{name} = {}", shown(key, value));
        let follows = derived(config, key, value).map_or_else(String::new, |it| format!(": {it}"));
        let _ = writeln!(text, "{line:<REMARK_COLUMN$} # {origin}{follows}");
    }
    text
}

/// The value, with secrets masked.
fn shown(key: &str, value: &Value) -> String {
    match (key, value) {
        ("database.url", Value::Text(url)) => format!("{:?}", without_password(url)),
        (_, Value::Text(text)) if is_secret(key) && !text.is_empty() => "\"********\"".to_owned(),
        _ => value.to_string(),
    }
}

/// What an empty value stands for.
fn derived(config: &Config, key: &str, value: &Value) -> Option<String> {
    if value.text() != Some("") {
        return None;
    }
    match key {
        "server.public_url" => Some(config.server.public_url.as_str().to_owned()),
        "database.url" => match &config.database.url {
            DatabaseUrl::Sqlite(path) => Some(format!("SQLite in {}", path.display())),
            DatabaseUrl::Postgres(_) => None,
        },
        _ => None,
    }
}

/// A database's address without its password and parameters, both of which
/// may hold secrets.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return "********".repeat(usize::from(!url.is_empty()));
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:********@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        for (url, expected) in [
            ("", ""),
            ("postgres://host/name", "postgres://host/name"),
            ("postgres://me:hush@host/name", "postgres://me:********@host/name"),
            ("postgres://me:hu@sh:x@host/name?password=hush", "postgres://me:********@host/name"),
            ("hush", "********"),
        ] {
            assert_eq!(without_password(url), expected, "{url}");
        }
    }
}
