//! Pixels to renditions: shrunk, upright, in sRGB, as lossy WebP.

use bytes::Bytes;
use domain::refusal::Refusal;
use fast_image_resize::{FilterType, MulDiv, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;
use image::metadata::Orientation;
use webp::{Encoder, WebPConfig};

use super::decode::Decoded;
use super::{SLOTS, colour, refuse};

/// The encoder's effort, 0 to 6. At 2 a picture takes less than half the time
/// of the usual 4, for files 2 % larger.
const EFFORT: i32 = 2;

/// One encoded size.
pub(super) struct Rendered {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Bytes,
}

/// All sizes of a picture with their slots, narrowest first.
pub(super) fn render(decoded: Decoded, quality: u8) -> Result<Vec<(u32, Rendered)>, Refusal> {
    let Decoded { image, orientation, profile } = decoded;
    let lying = turns_on_its_side(orientation);
    let upright = if lying { (image.height(), image.width()) } else { (image.width(), image.height()) };
    let sizes = sizes(upright);
    let mut resizer = Resizer::new();
    let mut made = Vec::with_capacity(sizes.len());
    let mut smaller: Option<DynamicImage> = None;
    let mut original = Some(image);
    for (slot, (width, height)) in sizes.into_iter().rev() {
        let next = match (original.take(), &smaller) {
            (Some(image), _) => {
                let size = if lying { (height, width) } else { (width, height) };
                let mut first = eight_bit(shrink_original(&mut resizer, image, size)?);
                first.apply_orientation(orientation);
                if let Some(profile) = &profile {
                    colour::to_srgb(&mut first, profile);
                }
                first
            }
            (None, Some(before)) => shrink(&mut resizer, before, (width, height), true)?,
            (None, None) => break,
        };
        made.push((slot, encode(&next, quality)?));
        smaller = Some(next);
    }
    made.reverse();
    Ok(made)
}

/// The slots that a picture of this size fills, and its size in each,
/// narrowest first: up to and including the first slot as wide as itself.
fn sizes(original: (u32, u32)) -> Vec<(u32, (u32, u32))> {
    let mut sizes = Vec::with_capacity(SLOTS.len());
    for slot in SLOTS {
        let size = fit(original, slot);
        sizes.push((slot, size));
        if size == original {
            break;
        }
    }
    sizes
}

/// The largest size of the same shape that is at most `slot` wide and twice
/// as high: a strip does not become a giant. Never larger than the original,
/// never without pixels.
fn fit((width, height): (u32, u32), slot: u32) -> (u32, u32) {
    let scaled = |side: u32, by: u32, of: u32| {
        let (side, by, of) = (u64::from(side), u64::from(by), u64::from(of));
        u32::try_from((side * by + of / 2) / of).unwrap_or(u32::MAX).max(1)
    };
    let high = slot * 2;
    if width <= slot && height <= high {
        (width, height)
    } else if u64::from(width) * u64::from(high) >= u64::from(height) * u64::from(slot) {
        (slot, scaled(height, slot, width))
    } else {
        (scaled(width, high, height), high)
    }
}

/// Whether turning swaps width and height.
const fn turns_on_its_side(orientation: Orientation) -> bool {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => true,
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => false,
    }
}

/// Shrinks the picture as it was sent. Transparency is multiplied in place,
/// since a second copy of it at full size would double the memory.
fn shrink_original(
    resizer: &mut Resizer,
    mut image: DynamicImage,
    size: (u32, u32),
) -> Result<DynamicImage, Refusal> {
    if (image.width(), image.height()) == size {
        return Ok(image);
    }
    if !image.color().has_alpha() {
        return shrink(resizer, &image, size, false);
    }
    let alpha = MulDiv::new();
    let failed = |_| unusable();
    alpha.multiply_alpha_inplace(&mut image).map_err(failed)?;
    let mut small = shrink(resizer, &image, size, false)?;
    drop(image);
    alpha.divide_alpha_inplace(&mut small).map_err(failed)?;
    Ok(small)
}

/// Shrinks with Lanczos3.
fn shrink(
    resizer: &mut Resizer,
    image: &DynamicImage,
    (width, height): (u32, u32),
    use_alpha: bool,
) -> Result<DynamicImage, Refusal> {
    let mut small = DynamicImage::new(width, height, image.color());
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(use_alpha);
    resizer.resize(image, &mut small, &options).map_err(|_| unusable())?;
    Ok(small)
}

/// The same picture with eight bits a channel, in RGB or RGBA.
fn eight_bit(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    }
}

/// Lossy WebP, with transparency where there is some.
fn encode(image: &DynamicImage, quality: u8) -> Result<Rendered, Refusal> {
    let (width, height) = (image.width(), image.height());
    let mut settings = WebPConfig::new().map_err(|()| unusable())?;
    settings.quality = f32::from(quality);
    settings.method = EFFORT;
    let encoder = if image.color().has_alpha() {
        Encoder::from_rgba(image.as_bytes(), width, height)
    } else {
        Encoder::from_rgb(image.as_bytes(), width, height)
    };
    let encoded = encoder.encode_advanced(&settings).map_err(|_| unusable())?;
    Ok(Rendered { width, height, bytes: Bytes::copy_from_slice(&encoded) })
}

/// The refusal for pixels in a layout that none of the tools takes.
fn unusable() -> Refusal {
    refuse("The picture uses a variant of its format that cannot be used. Save it as a plain JPEG".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_fill_the_slots_and_never_grow() {
        type Size = (u32, u32);
        let table: [(Size, &[(u32, Size)]); 8] = [
            ((4_000, 3_000), &[(320, (320, 240)), (640, (640, 480)), (1_280, (1_280, 960))]),
            ((1_280, 960), &[(320, (320, 240)), (640, (640, 480)), (1_280, (1_280, 960))]),
            ((800, 600), &[(320, (320, 240)), (640, (640, 480)), (1_280, (800, 600))]),
            ((640, 400), &[(320, (320, 200)), (640, (640, 400))]),
            ((200, 100), &[(320, (200, 100))]),
            ((1, 1), &[(320, (1, 1))]),
            ((12_000, 2), &[(320, (320, 1)), (640, (640, 1)), (1_280, (1_280, 1))]),
            ((100, 12_000), &[(320, (5, 640)), (640, (11, 1_280)), (1_280, (21, 2_560))]),
        ];
        for (original, expected) in table {
            assert_eq!(sizes(original), expected, "{original:?}");
        }
    }

    proptest! {
        #[test]
        fn every_size_is_within_its_slot(width in 1u32..=12_000, height in 1u32..=12_000) {
            let mut before = 0;
            for (slot, (w, h)) in sizes((width, height)) {
                prop_assert!(w >= 1 && h >= 1 && w <= slot && h <= slot * 2);
                prop_assert!(w <= width && h <= height && w >= before);
                before = w;
            }
        }
    }
}
