//! Tells by its first bytes what a file is. Names and declared types are
//! never believed.

use image::ImageFormat;

/// The formats that the press reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    Jpeg,
    Png,
    WebP,
}

impl Picture {
    /// The decoder's name for it.
    pub(super) const fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// What other files begin with, and what people call them.
const OTHERS: [(&[u8], &str); 15] = [
    (b"GIF8", "a GIF"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"BM", "a BMP"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"\xFF\x0A", "a JPEG XL"),
    (b"\0\0\0\x0CJXL ", "a JPEG XL"),
    (b"\0\0\0\x0CjP  ", "a JPEG 2000"),
    (b"\0\0\x01\0", "an icon (ICO)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\x7FELF", "a program"),
    (b"MZ", "a program"),
    (b"qoif", "a QOI"),
];

/// The format of `bytes`, or what they seem to be instead.
pub(super) fn picture(bytes: &[u8]) -> Result<Picture, &'static str> {
    if bytes.is_empty() {
        return Err("an empty file");
    }
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(Picture::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Ok(Picture::Png);
    }
    if bytes.starts_with(b"RIFF") {
        return if bytes.get(8..12) == Some(b"WEBP") {
            Ok(Picture::WebP)
        } else {
            Err("a sound or film (RIFF)")
        };
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(film_or_photo(bytes.get(8..12).unwrap_or_default()));
    }
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(name);
    }
    Err(text(bytes))
}

/// The relatives of MP4, told apart by their brand.
fn film_or_photo(brand: &[u8]) -> &'static str {
    match brand {
        b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => "a HEIC photo",
        b"avif" | b"avis" => "an AVIF",
        _ => "a film",
    }
}

/// Files of text, of which SVG is one.
fn text(bytes: &[u8]) -> &'static str {
    let head = bytes.get(..1_024).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with("<svg") || (head.starts_with("<?xml") && head.contains("<svg")) {
        "an SVG drawing"
    } else if head.starts_with("<!doctype html") || head.starts_with("<html") {
        "a web page"
    } else {
        "no picture that we know"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let table: [(&[u8], Result<Picture, &str>); 16] = [
            (b"\xFF\xD8\xFF\xE0rest", Ok(Picture::Jpeg)),
            (b"\x89PNG\r\n\x1A\nrest", Ok(Picture::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Ok(Picture::WebP)),
            (b"RIFF\x10\0\0\0WAVEfmt ", Err("a sound or film (RIFF)")),
            (b"RIFF", Err("a sound or film (RIFF)")),
            (b"GIF89a", Err("a GIF")),
            (b"II*\0\x08\0\0\0", Err("a TIFF")),
            (b"%PDF-1.7", Err("a PDF")),
            (b"\0\0\0\x18ftypheic", Err("a HEIC photo")),
            (b"\0\0\0\x18ftypavif", Err("an AVIF")),
            (b"\0\0\0\x18ftypisom", Err("a film")),
            (b"\xEF\xBB\xBF  <svg xmlns=''>", Err("an SVG drawing")),
            (b"<?xml version='1.0'?><svg>", Err("an SVG drawing")),
            (b"<!DOCTYPE html><p>", Err("a web page")),
            (b"", Err("an empty file")),
            (b"\x89PN", Err("no picture that we know")),
        ];
        for (bytes, expected) in table {
            assert_eq!(picture(bytes), expected, "{bytes:?}");
        }
    }
}
