//! The publisher's rules of detection. Publishers are untrusted: what a rule
//! may name is a fixed list, and what it may do is look.

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize};

use crate::listing::is_hash;
use crate::name;

/// The most rules of a release.
pub const RULES_MAX: usize = 32;

/// The most bytes of a rule that is typed.
const LINE_BYTES_MAX: usize = 2_000;

/// The most characters of what a rule names beside places.
const NAME_CHARS_MAX: usize = 200;

/// How a copy is recognised. Kinds that are not in this list are refused with
/// the whole release; those that this system cannot prove find nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// A file or folder is there.
    PathExists {
        /// Where.
        path: Place,
        /// The version that this shows, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// A file is there and has this content.
    FileSha256 {
        /// Where.
        path: Place,
        /// Its SHA-256, in hexadecimal.
        sha256: String,
        /// The version that this shows, if it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// A Debian package is installed.
    Dpkg {
        /// Its name.
        package: String,
    },
    /// An entry of the Windows registry. Not proven on this system.
    RegistryValue {
        /// The key.
        key: String,
        /// The value's name.
        name: String,
    },
    /// A Windows Installer product by its upgrade code. Not proven here.
    MsiUpgradeCode {
        /// The code.
        code: String,
    },
    /// A macOS bundle. Not proven on this system.
    BundleId {
        /// Its name.
        id: String,
    },
}

/// A place: `${VARIABLE}/plain/parts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Place(String);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The beginnings of places.
const VARIABLES: [&str; 8] =
    ["HOME", "DATA", "BIN", "LOCAL_BIN", "OPT", "APPLICATIONS", "PROGRAM_FILES", "LOCAL_APP_DATA"];

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (variable, rest) = Self::split(text).ok_or("a place does not begin with a variable")?;
        if !VARIABLES.contains(&variable) {
            return Err("a place begins with an unknown variable");
        }
        if rest.contains("${") || rest.contains('$') || rest.contains('~') {
            return Err("a place has a variable within");
        }
        name::parse(rest.as_bytes())?;
        Ok(Self(text.to_owned()))
    }

    fn split(text: &str) -> Option<(&str, &str)> {
        text.strip_prefix("${")?.split_once("}/")
    }

    /// The beginning, such as `OPT`, and the plain rest.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, &str)> {
        Self::split(&self.0)
    }

    /// The place as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Rule {
    /// Reads a rule as publishers type it: its kind and what it names, parted
    /// by `|`, as `path_exists | ${OPT}/inkwell/inkwell | 1.4.0`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_line(line: &str) -> Result<Self, String> {
        if line.len() > LINE_BYTES_MAX {
            return Err("a rule is too long".to_owned());
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let version =
            |text: &str| Version::parse(text).map_err(|_| "a version has three numbers, as 1.4.0".to_owned());
        let place = |text: &str| Place::parse(text).map_err(str::to_owned);
        let rule = match *parts.as_slice() {
            ["path_exists", path] => Self::PathExists { path: place(path)?, version: None },
            ["path_exists", path, text] => {
                Self::PathExists { path: place(path)?, version: Some(version(text)?) }
            }
            ["file_sha256", path, hash] => {
                Self::FileSha256 { path: place(path)?, sha256: hash.to_owned(), version: None }
            }
            ["file_sha256", path, hash, text] => {
                let version = Some(version(text)?);
                Self::FileSha256 { path: place(path)?, sha256: hash.to_owned(), version }
            }
            ["dpkg", package] => Self::Dpkg { package: package.to_owned() },
            ["registry_value", key, name] => {
                Self::RegistryValue { key: key.to_owned(), name: name.to_owned() }
            }
            ["msi_upgrade_code", code] => Self::MsiUpgradeCode { code: code.to_owned() },
            ["bundle_id", id] => Self::BundleId { id: id.to_owned() },
            _ => {
                return Err("a rule is one of: path_exists | PLACE | VERSION; file_sha256 | PLACE | SHA-256 | VERSION; \
                            dpkg | PACKAGE; registry_value | KEY | NAME; msi_upgrade_code | CODE; bundle_id | NAME \
                            (versions may be left out)"
                    .to_owned());
            }
        };
        rule.check().map(|()| rule).map_err(str::to_owned)
    }

    /// Writes a rule as [`Rule::parse_line`] reads it.
    #[must_use]
    pub fn line(&self) -> String {
        let ending =
            |version: &Option<Version>| version.as_ref().map(|it| format!(" | {it}")).unwrap_or_default();
        match self {
            Self::PathExists { path, version } => {
                format!("path_exists | {}{}", path.as_str(), ending(version))
            }
            Self::FileSha256 { path, sha256, version } => {
                format!("file_sha256 | {} | {sha256}{}", path.as_str(), ending(version))
            }
            Self::Dpkg { package } => format!("dpkg | {package}"),
            Self::RegistryValue { key, name } => format!("registry_value | {key} | {name}"),
            Self::MsiUpgradeCode { code } => format!("msi_upgrade_code | {code}"),
            Self::BundleId { id } => format!("bundle_id | {id}"),
        }
    }

    /// Checks what reading a rule leaves open, so that a publisher hears of a
    /// rule that would never find anything.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_word = |text: &str, odd: &str| {
            let is_plain = |sign: char| sign.is_ascii_alphanumeric() || odd.contains(sign);
            !text.is_empty() && text.len() <= NAME_CHARS_MAX && text.chars().all(is_plain)
        };
        match self {
            Self::PathExists { .. } => Ok(()),
            Self::FileSha256 { sha256, .. } if is_hash(sha256) => Ok(()),
            Self::FileSha256 { .. } => Err("a SHA-256 has 64 digits, small letters"),
            Self::Dpkg { package } => {
                let is_small = !package.chars().any(|sign| sign.is_ascii_uppercase());
                let is_name = package.len() >= 2 && is_small && is_word(package, "+-.");
                is_name.then_some(()).ok_or("a Debian package has small letters, digits, +, - and .")
            }
            Self::RegistryValue { key, name } => {
                let is_rooted = ["HKLM\\", "HKCU\\"].iter().any(|root| key.starts_with(root));
                let is_named = is_rooted && is_word(key, "\\ ._-()") && is_word(name, " ._-()");
                is_named.then_some(()).ok_or("a registry key begins with HKLM\\ or HKCU\\ and is plain")
            }
            Self::MsiUpgradeCode { code } => {
                let groups: Vec<usize> = code.split('-').map(str::len).collect();
                let is_code = groups == [8, 4, 4, 4, 12]
                    && code.chars().all(|sign| sign.is_ascii_hexdigit() || sign == '-');
                is_code.then_some(()).ok_or("an upgrade code looks as 01234567-89AB-CDEF-0123-456789ABCDEF")
            }
            Self::BundleId { id } => {
                is_word(id, ".-").then_some(()).ok_or("a bundle is named as org.example.App")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let rule: Rule = serde_json::from_str(text).map_err(|error| error.to_string())?;
        rule.check().map_err(str::to_owned)
    }

    #[test]
    fn rules_that_could_find_something_are_taken() {
        let by_hash =
            format!(r#"{{"kind":"file_sha256","path":"${{OPT}}/a/b","sha256":"{}"}}"#, "0a".repeat(32));
        for text in [
            r#"{"kind":"path_exists","path":"${HOME}/.inkwell/inkwell","version":"1.2.3"}"#,
            &by_hash,
            r#"{"kind":"dpkg","package":"inkwell-gtk3"}"#,
            r#"{"kind":"registry_value","key":"HKLM\\Software\\Wren\\Inkwell","name":"Version"}"#,
            r#"{"kind":"msi_upgrade_code","code":"01234567-89AB-CDEF-0123-456789ABCDEF"}"#,
            r#"{"kind":"bundle_id","id":"org.example.Inkwell"}"#,
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn rules_are_typed_line_by_line() {
        let hash = "0a".repeat(32);
        let by_hash = format!("file_sha256 | ${{OPT}}/My App/app.bin | {hash} | 2.0.0-rc.1");
        for line in [
            "path_exists | ${HOME}/.inkwell/inkwell",
            "path_exists | ${HOME}/.inkwell/inkwell | 1.2.3",
            &by_hash,
            "dpkg | inkwell",
            "registry_value | HKCU\\Software\\Inkwell | Version",
            "msi_upgrade_code | 01234567-89AB-CDEF-0123-456789ABCDEF",
            "bundle_id | org.example.Inkwell",
        ] {
            let rule = Rule::parse_line(line).unwrap();
            assert_eq!(rule.line(), line);
            let json = serde_json::to_string(&rule).unwrap();
            assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
        }
        for line in [
            "",
            "path_exists",
            "path_exists | /etc",
            "dpkg | a | b",
            "run | rm",
            "path_exists | ${OPT}/a | 1",
        ] {
            assert!(Rule::parse_line(line).is_err(), "{line}");
        }
    }

    #[test]
    fn rules_that_want_more_than_to_look_are_refused() {
        for text in [
            r#"{"kind":"path_exists","path":"/etc/passwd"}"#,
            r#"{"kind":"path_exists","path":"${HOME}/../x"}"#,
            r#"{"kind":"path_exists","path":"${ROOT}/x"}"#,
            r#"{"kind":"path_exists","path":"${OPT}/x","version":"1"}"#,
            r#"{"kind":"path_exists","path":"${OPT}/x","run":"rm"}"#,
            r#"{"kind":"file_sha256","path":"${OPT}/x","sha256":"00"}"#,
            r#"{"kind":"dpkg","package":"a;rm -rf"}"#,
            r#"{"kind":"dpkg","package":"A"}"#,
            r#"{"kind":"registry_value","key":"\\\\host\\x","name":"y"}"#,
            r#"{"kind":"registry_value","key":"HKLM\\x","name":""}"#,
            r#"{"kind":"msi_upgrade_code","code":"{0}"}"#,
            r#"{"kind":"bundle_id","id":"a b"}"#,
            r#"{"kind":"command_version","path":"${BIN}/x"}"#,
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
