//! Bytes to pixels, within limits that are checked before memory is asked for.

use std::io::Cursor;

use domain::refusal::Refusal;
use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::sniff::Picture;
use super::{PressLimits, refuse, unreadable};

/// A larger colour profile is no profile but freight, and is ignored.
const PROFILE_BYTES_MAX: usize = 1_024 * 1_024;

/// A picture as it was sent, with what is needed to show it as it was meant.
pub(super) struct Decoded {
    pub(super) image: DynamicImage,
    pub(super) orientation: Orientation,
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes the first or only frame.
pub(super) fn decode(bytes: &[u8], picture: Picture, limits: &PressLimits) -> Result<Decoded, Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), picture.format());
    let mut guard = Limits::default();
    guard.max_image_width = Some(limits.side_pixels_max);
    guard.max_image_height = Some(limits.side_pixels_max);
    guard.max_alloc = Some(limits.decoded_bytes_max);
    reader.limits(guard);
    let mut decoder = reader.into_decoder().map_err(|error| explain(&error, limits))?;
    let progressive = picture == Picture::Jpeg && is_progressive(bytes);
    check_size(decoder.dimensions(), decoder.total_bytes(), picture, progressive, limits)?;
    // Broken metadata are no reason to refuse the picture that they describe.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|it| it.len() <= PROFILE_BYTES_MAX);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| explain(&error, limits))?;
    Ok(Decoded { image, orientation, profile })
}

/// Refuses what would need too much memory. The decoders' own limits cover
/// the result, but not all that they need on the way to it.
fn check_size(
    (width, height): (u32, u32),
    result_bytes: u64,
    picture: Picture,
    progressive: bool,
    limits: &PressLimits,
) -> Result<(), Refusal> {
    let area = u64::from(width) * u64::from(height);
    if area == 0 {
        return Err(unreadable());
    }
    let side = limits.side_pixels_max;
    if width > side || height > side {
        return Err(too_long(limits));
    }
    // All coefficients of a progressive JPEG are kept until the last pass; a
    // WebP without transparency is decoded beside its result.
    let beside = match picture {
        Picture::Jpeg if progressive => area.saturating_mul(6),
        Picture::WebP => area.saturating_mul(4),
        Picture::Jpeg | Picture::Png => 0,
    };
    let fits = area <= limits.area_pixels_max
        && result_bytes <= limits.decoded_bytes_max
        && result_bytes.saturating_add(beside) <= limits.decoded_bytes_max.saturating_mul(2);
    if fits {
        return Ok(());
    }
    Err(refuse(format!(
        "The picture has {width} × {height} pixels, which is too much to work on. Send it smaller: 4000 × 3000 is plenty"
    )))
}

/// The refusal for a side that is too long.
fn too_long(limits: &PressLimits) -> Refusal {
    refuse(format!(
        "The picture is wider or higher than {} pixels, the most that is taken",
        limits.side_pixels_max
    ))
}

/// A decoder's complaint, in words for the sender.
fn explain(error: &ImageError, limits: &PressLimits) -> Refusal {
    match error {
        ImageError::Limits(limit) if matches!(limit.kind(), LimitErrorKind::DimensionError) => {
            too_long(limits)
        }
        ImageError::Limits(_) => {
            refuse("The picture needs too much memory. Send it smaller: 4000 × 3000 is plenty".to_owned())
        }
        ImageError::Unsupported(_) => refuse(
            "The picture uses a variant of its format that cannot be read. Save it as a plain JPEG"
                .to_owned(),
        ),
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::IoError(_) => unreadable(),
    }
}

/// Whether a JPEG is of the progressive kind, by walking its segments up to
/// the frame header. What cannot be walked counts as progressive: the dearer.
fn is_progressive(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        let Some([0xFF, marker, high, low]) =
            bytes.get(at..at + 4).and_then(|it| <[u8; 4]>::try_from(it).ok())
        else {
            return true;
        };
        match marker {
            // Fill bytes before a marker.
            0xFF => at += 1,
            0xC0 | 0xC1 => return false,
            0xC2..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return true,
            // Markers that stand alone.
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_jpeg_is_read_from_its_frame_header() {
        let table: [(&[u8], bool); 6] = [
            (b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x0B", false),
            (b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC2\0\x0B", true),
            (b"\xFF\xD8\xFF\xFF\xC0\0\x0B", false),
            (b"\xFF\xD8\xFF\xE0\xFF\xFFcut off", true),
            (b"\xFF\xD8garbage", true),
            (b"\xFF\xD8", true),
        ];
        for (bytes, expected) in table {
            assert_eq!(is_progressive(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_needs_too_much_memory_is_refused_before_decoding() {
        let limits = PressLimits::default();
        let table = [
            ((4_000, 3_000), 3, Picture::Jpeg, false, true),
            ((8_160, 6_120), 3, Picture::Jpeg, false, true),
            ((8_160, 6_120), 3, Picture::Jpeg, true, false),
            ((6_000, 4_000), 3, Picture::Jpeg, true, true),
            ((12_000, 12_000), 1, Picture::Png, false, false),
            ((6_000, 6_000), 8, Picture::Png, false, false),
            ((12_001, 1), 3, Picture::WebP, false, false),
            ((0, 10), 3, Picture::Png, false, false),
            ((u32::MAX, u32::MAX), 1, Picture::WebP, false, false),
        ];
        for (size, depth, picture, progressive, fits) in table {
            let bytes = u64::from(size.0).saturating_mul(u64::from(size.1)).saturating_mul(depth);
            let answer = check_size(size, bytes, picture, progressive, &limits);
            assert_eq!(answer.is_ok(), fits, "{size:?} × {depth} {picture:?} {answer:?}");
        }
    }
}
