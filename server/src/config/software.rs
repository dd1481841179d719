//! `[software]`

use std::path::{Path, PathBuf};

use domain::licence::terms::SoftwareTerms;
use domain::time::Seconds;

use super::problem::BadConfig;
use super::reader::Reader;
use super::sections::PublicUrl;

/// `[software]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftwareSettings {
    /// The name under which codes are signed, if not the public host.
    name: Option<String>,
    /// The folder of the keys.
    pub keys: PathBuf,
    /// Under which terms software is used.
    pub terms: SoftwareTerms,
}

impl SoftwareSettings {
    pub(super) fn read(reader: &mut Reader<'_>, data: &Path) -> Result<Self, BadConfig> {
        let name = |text: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
            match text {
                "" => Ok(None),
                _ if text.len() <= 100 && text.bytes().all(is_plain) => Ok(Some(text.to_owned())),
                _ => Err("1 to 100 letters, digits and -_.:"),
            }
        };
        let folder = |text: &str| match text {
            "" => Ok(data.join("keys")),
            _ => Ok(PathBuf::from(text)),
        };
        let terms = |offline, refund| SoftwareTerms {
            offline: Seconds::days(offline),
            refund: Seconds::days(refund),
        };
        Ok(Self {
            name: reader.text("software.store", name)?,
            keys: reader.text("software.keys", folder)?,
            terms: terms(
                reader.number("software.offline_days", 1..=60)?,
                reader.number("software.refund_days", 0..=60)?,
            ),
        })
    }

    /// The store's name: as it is set, or the host that the world knows.
    #[must_use]
    pub fn store(&self, url: &PublicUrl) -> String {
        let host = || {
            let host = url.as_str().split_once("://").map_or(url.as_str(), |(_, host)| host);
            // A port says nothing about who somebody is.
            host.rsplit_once(':')
                .filter(|(host, _)| !host.ends_with(':'))
                .map_or(host, |(host, _)| host)
                .to_owned()
        };
        self.name.clone().unwrap_or_else(host)
    }
}
