//! `[payments]`

use super::problem::BadConfig;
use super::reader::Reader;
use super::sections::PublicUrl;

/// `[payments]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSettings {
    /// Whether the sandbox takes card payments: no money moves.
    pub is_sandbox: bool,
}

impl PaymentSettings {
    /// Reads the section. Left alone, the sandbox is on where the market is
    /// tried out, and off where the world reaches it over TLS.
    pub(super) fn read(reader: &mut Reader<'_>, url: &PublicUrl) -> Result<Self, BadConfig> {
        let sandbox = |text: &str| match text {
            "auto" => Ok(!url.is_https()),
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err("\"auto\", \"on\" or \"off\""),
        };
        Ok(Self { is_sandbox: reader.text("payments.sandbox", sandbox)? })
    }
}
