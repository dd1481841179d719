//! Colours as they were meant: pixels in a wider or odd colour space are
//! converted to sRGB, so that renditions need no profile. (Carrying it over
//! would cost up to half a megabyte a size and could tell one camera from
//! another.)

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts `image` (8 bits a channel) from `profile` to sRGB. A profile that
/// is broken, or is for ink or grey, changes nothing: the decoder has made
/// plain RGB of those already.
pub(super) fn to_srgb(image: &mut DynamicImage, profile: &[u8]) {
    let Ok(source) = ColorProfile::new_from_slice(profile) else { return };
    if source.color_space != DataColorSpace::Rgb {
        return;
    }
    let (layout, channels): (Layout, &mut [u8]) = match image {
        DynamicImage::ImageRgb8(pixels) => (Layout::Rgb, pixels),
        DynamicImage::ImageRgba8(pixels) => (Layout::Rgba, pixels),
        _ => return,
    };
    let target = ColorProfile::new_srgb();
    let Ok(conversion) = source.create_transform_8bit(layout, &target, layout, TransformOptions::default())
    else {
        return;
    };
    let mut converted = vec![0; channels.len()];
    if conversion.transform(channels, &mut converted).is_ok() {
        channels.copy_from_slice(&converted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn one_colour(colour: [u8; 3]) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(4, 4, Rgb(colour)))
    }

    fn converted(colour: [u8; 3], profile: &[u8]) -> [u8; 3] {
        let mut image = one_colour(colour);
        to_srgb(&mut image, profile);
        image.to_rgb8().get_pixel(1, 1).0
    }

    #[test]
    fn a_wide_profile_moves_colours_and_srgb_leaves_them() {
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        let plain = ColorProfile::new_srgb().encode().unwrap();
        let [red, green, blue] = converted([200, 100, 50], &wide);
        assert!(red > 205 && green < 100 && blue < 50, "{red} {green} {blue}");
        for (was, is) in [200, 100, 50].into_iter().zip(converted([200, 100, 50], &plain)) {
            assert!(is.abs_diff(was) <= 1, "{was} became {is}");
        }
    }

    #[test]
    fn broken_profiles_change_nothing() {
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        for profile in [&b""[..], b"no profile", &wide[..200], &[0xFF; 4_096]] {
            assert_eq!(converted([1, 2, 3], profile), [1, 2, 3]);
        }
    }
}
