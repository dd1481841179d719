//! `[mail]`: how letters are sent.

use std::net::IpAddr;
use std::path::PathBuf;

use domain::mail::MailAddress;

use super::problem::BadConfig;
use super::reader::Reader;
use super::sections::Secret;

/// How the way to the mail server is kept from others' eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Encrypted before anything is told.
    StartTls,
    /// Encrypted from the start.
    Tls,
    /// Not at all; only on this machine.
    None,
}

impl Security {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err("\"starttls\", \"tls\" or \"none\""),
        }
    }

    /// The port that mail servers take letters at.
    const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Whom letters are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name before the address, if there is one.
    pub name: Option<String>,
    /// The address.
    pub address: MailAddress,
}

impl Sender {
    /// Parses `market@example.org` or `The market <market@example.org>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |name: &str| !name.chars().any(|sign| sign.is_control() || "<>\"".contains(sign));
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(rest) => rest.split_once('<').filter(|(name, _)| is_plain(name))?,
            None => ("", text),
        };
        let name = Some(name.trim()).filter(|name| !name.is_empty()).map(str::to_owned);
        Some(Self { name, address: MailAddress::parse(address).ok()? })
    }

    /// The domain of the address: letters are numbered under it.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.reveal().rsplit('@').next().unwrap_or_default()
    }
}

/// `[mail]`, where a host is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept from others' eyes.
    pub security: Security,
    /// Name and password, where it asks for them.
    pub login: Option<(String, Secret)>,
    /// Whom letters are from.
    pub from: Sender,
    /// More certificates to trust.
    pub trust: Option<PathBuf>,
}

impl MailSettings {
    /// Reads the section; nothing if no host is named.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, BadConfig> {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
        let host = reader.text("mail.host", |text| match text.bytes().all(is_name) {
            true => Ok(filled(text)),
            false => Err("the name or address of a mail server, such as \"mail.example.org\""),
        })?;
        let port: u16 = reader.number("mail.port", 0..=65_535)?;
        let security = reader.text("mail.security", Security::parse)?;
        let user = reader.text("mail.user", |text| Ok(filled(text)))?;
        let password = reader.text("mail.password", |text| Ok(filled(text)))?;
        let from = reader.text("mail.from", |text| match text {
            "" => Ok(None),
            _ => {
                Sender::parse(text).map(Some).ok_or("an address, such as \"The market <market@example.org>\"")
            }
        })?;
        let trust = reader.text("mail.trust", |text| Ok(filled(text).map(PathBuf::from)))?;
        let Some(host) = host else { return Ok(None) };
        if security == Security::None && !is_here(&host) {
            let allowed =
                "\"starttls\" or \"tls\": only a server on this machine is told letters in the clear";
            reader.reject("mail.security", "is \"none\"", allowed);
        }
        let login = match (user, password) {
            (Some(user), Some(password)) => Some((user, Secret::from(password))),
            (None, None) => None,
            (Some(_), None) => {
                reader.reject("mail.password", "is empty", "mail.user goes with a password");
                None
            }
            (None, Some(_)) => {
                reader.reject("mail.user", "is empty", "mail.password goes with a user");
                None
            }
        };
        let Some(from) = from else {
            reader.reject("mail.from", "is empty", "letters need somebody they are from");
            return Ok(None);
        };
        let port = if port == 0 { security.port() } else { port };
        Ok(Some(Self { host, port, security, login, from, trust }))
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders() {
        let table = [
            ("market@example.org", Some((None, "market@example.org"))),
            ("The market <market@example.org>", Some((Some("The market"), "market@example.org"))),
            ("<market@example.org>", Some((None, "market@example.org"))),
            ("market", None),
            ("The market <market@example.org", None),
            ("A <b> <market@example.org>", None),
            ("A\nBcc: x <market@example.org>", None),
        ];
        for (text, expected) in table {
            let sender = Sender::parse(text);
            let found = sender.as_ref().map(|it| (it.name.as_deref(), it.address.reveal()));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
