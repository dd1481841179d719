//! Devices: keys made at random, one for each program on a computer. Nothing
//! of the computer or the person is in them.

use std::fmt;

use crate::refusal::Refusal;
use crate::time::{Seconds, Timestamp};

/// A device's key: its name, which follows from the key, and the key in its
/// text. Whoever makes one has checked that both fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey {
    kid: String,
    public: String,
}

impl DeviceKey {
    /// The key `public`, whose name is `kid`.
    #[must_use]
    pub const fn new(kid: String, public: String) -> Self {
        Self { kid, public }
    }

    /// Its name, `k4.pid.…`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public half, `k4.public.…`.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }
}

impl fmt::Display for DeviceKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.kid)
    }
}

/// A name that a client made: of a consumption, a task or a lease. The same
/// name is the same thing, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The most characters.
    pub const CHARS_MAX: usize = 100;

    /// Reads a name that an input's `field` gives.
    ///
    /// # Errors
    /// `InvalidInput` on `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        match (1..=Self::CHARS_MAX).contains(&text.len()) && text.bytes().all(is_plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(Refusal::invalid(
                field,
                format!("a name of your own: 1 to {} letters, digits and -_.:", Self::CHARS_MAX),
            )),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// So many devices of a licence may be given free by its owner…
pub const MOVES_MAX: usize = 3;

/// …within this time.
pub const MOVES_WITHIN: Seconds = Seconds::days(30);

/// What an owner calls a device, if they call it anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceLabel(String);

impl DeviceLabel {
    /// The most characters.
    pub const CHARS_MAX: usize = 60;

    /// Reads a label: one line.
    ///
    /// # Errors
    /// `InvalidInput` on `label`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let fits = (1..=Self::CHARS_MAX).contains(&text.chars().count());
        match fits && !text.chars().any(char::is_control) {
            true => Ok(Self(text.to_owned())),
            false => {
                Err(Refusal::invalid("label", format!("one line of 1 to {} characters", Self::CHARS_MAX)))
            }
        }
    }

    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A device on which a licence is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Which of the licence's places it takes, from 0.
    pub slot: u16,
    /// The device.
    pub device: DeviceKey,
    /// What its owner calls it.
    pub label: Option<DeviceLabel>,
    /// Since when.
    pub at: Timestamp,
    /// When its journal turned out to have been copied or set back: it takes
    /// no more units along.
    pub forked_at: Option<Timestamp>,
}
