//! Scans that are laid beside an order: what a customer sent by fax or
//! letter. What one is, its bytes say, never its name.

use crate::refusal::Refusal;

/// The most scans beside one order.
pub const ATTACHMENTS_MAX: u32 = 10;

/// The largest scan, in bytes.
pub const ATTACHMENT_BYTES_MAX: u64 = 10 * 1_024 * 1_024;

/// What a scan is. The numbers stand in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A PDF.
    Pdf,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A WebP picture.
    Webp,
    /// Text in UTF-8 without control characters.
    Text,
}

impl AttachmentKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Webp, Self::Text];

    /// The kind's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Pdf => 1,
            Self::Png => 2,
            Self::Jpeg => 3,
            Self::Webp => 4,
            Self::Text => 5,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
            Self::Text => "text",
        }
    }

    /// What these bytes are.
    ///
    /// # Errors
    /// `InvalidInput` on `attachment` if nothing of this.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        match bytes {
            _ if bytes.starts_with(b"%PDF-") => Ok(Self::Pdf),
            _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(Self::Png),
            _ if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) => Ok(Self::Jpeg),
            _ if is_webp => Ok(Self::Webp),
            _ if is_text(bytes) => Ok(Self::Text),
            _ => Err(Refusal::invalid(
                "attachment",
                "a PDF, a PNG, JPEG or WebP picture, or plain text is needed",
            )),
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let is_fine = |sign: char| !sign.is_control() || matches!(sign, '\n' | '\r' | '\t' | '\u{C}');
    std::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && text.chars().all(is_fine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_they_are() {
        let webp = [b"RIFF".as_slice(), &[1, 2, 3, 4], b"WEBPVP8 "].concat();
        let table: [(&[u8], Option<AttachmentKind>); 10] = [
            (b"%PDF-1.7\n\xff", Some(AttachmentKind::Pdf)),
            (b"\x89PNG\r\n\x1a\n\0", Some(AttachmentKind::Png)),
            (&[0xFF, 0xD8, 0xFF, 0xE0], Some(AttachmentKind::Jpeg)),
            (&webp, Some(AttachmentKind::Webp)),
            ("Dear wren,\r\n\tsend 5 t\u{f6}kens".as_bytes(), Some(AttachmentKind::Text)),
            (b"", None),
            (b"MZ\x90\0", None),
            (b"text with nul \0", None),
            (b"\x1b[2J", None),
            (b"PK\x03\x04", None),
        ];
        for (bytes, kind) in table {
            assert_eq!(AttachmentKind::of(bytes).ok(), kind, "{bytes:?}");
        }
        for kind in AttachmentKind::ALL {
            assert_eq!(AttachmentKind::from_number(kind.number()), Some(kind));
        }
    }
}
