//! Pictures are made here, in code; none is kept in the repository.

use std::io::{Cursor, Write};

use domain::refusal::Refusal;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures_util::FutureExt;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

const RED: [u8; 3] = [220, 20, 20];
const BLUE: [u8; 3] = [20, 20, 220];

/// A picture with a red upper left corner in blue.
fn corner(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb(if x < width / 2 && y < height / 2 { RED } else { BLUE }))
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(image).unwrap();
    bytes
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Puts an EXIF segment with an orientation and a place into a JPEG.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]);
    exif.extend(b"GPS 52.5200 N SECRET-PLACE");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

async fn pressed(upload: Vec<u8>) -> Result<Pressed, Refusal> {
    Press::new(PressLimits::default()).press(Bytes::from(upload)).await
}

fn decoded(rendition: &Rendition) -> DynamicImage {
    ImageReader::with_format(Cursor::new(&rendition.bytes), ImageFormat::WebP).decode().unwrap()
}

fn problem(answer: Result<Pressed, Refusal>) -> String {
    match answer {
        Err(Refusal::InvalidInput { field, problem }) if field == "file" => problem.into_owned(),
        other => panic!("expected a refusal of the file, got {other:?}"),
    }
}

#[tokio::test]
async fn a_photo_becomes_three_sizes_with_one_address() {
    let photo = jpeg(&corner(1_600, 1_200));
    let made = pressed(photo.clone()).await.unwrap();
    let sizes: Vec<_> = made.renditions.iter().map(|it| (it.slot, it.width, it.height)).collect();
    assert_eq!(sizes, [(320, 320, 240), (640, 640, 480), (1_280, 1_280, 960)]);
    assert_eq!((made.width, made.height), (1_280, 960));
    for rendition in &made.renditions {
        let image = decoded(rendition);
        assert_eq!((image.width(), image.height()), (rendition.width, rendition.height));
        assert_eq!(rendition.file_name, format!("{}-{}.webp", made.hash, rendition.slot));
    }
    assert_eq!(made.hash.len(), 64);
    assert_eq!(pressed(photo).await.unwrap(), made, "the same picture has the same address");
    let other = pressed(jpeg(&corner(1_600, 1_201))).await.unwrap();
    assert_ne!(other.hash, made.hash);
}

#[tokio::test]
async fn every_orientation_ends_upright_and_metadata_stay_behind() {
    // Where the red corner of a 400 × 200 picture lies afterwards.
    let table = [
        (1, false, (0, 0)),
        (2, false, (1, 0)),
        (3, false, (1, 1)),
        (4, false, (0, 1)),
        (5, true, (0, 0)),
        (6, true, (1, 0)),
        (7, true, (1, 1)),
        (8, true, (0, 1)),
        (9, false, (0, 0)),
    ];
    for (orientation, turned, (right, low)) in table {
        let upload = with_exif(&jpeg(&corner(400, 200)), orientation);
        let made = pressed(upload).await.unwrap();
        let widest = made.renditions.last().unwrap();
        let size = if turned { (200, 400) } else { (400, 200) };
        assert_eq!((widest.width, widest.height), size, "orientation {orientation}");
        let image = decoded(widest).to_rgb8();
        let at = |right: u32, low: u32| {
            image.get_pixel(size.0 / 4 + right * size.0 / 2, size.1 / 4 + low * size.1 / 2).0
        };
        assert!(at(right, low)[0] > 150, "orientation {orientation}: red is elsewhere");
        assert!(at(1 - right, 1 - low)[2] > 150, "orientation {orientation}: blue is elsewhere");
        for rendition in &made.renditions {
            for secret in [&b"SECRET"[..], b"Exif", b"EXIF", b"XMP ", b"ICCP"] {
                assert!(!rendition.bytes.windows(secret.len()).any(|it| it == secret));
            }
        }
    }
}

#[tokio::test]
async fn transparency_is_kept_and_does_not_bleed() {
    // Invisible green beside opaque red: no green may show at the edge.
    let image =
        RgbaImage::from_fn(800, 800, |x, _| Rgba(if x < 400 { [0, 255, 0, 0] } else { [255, 0, 0, 255] }));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let made = pressed(encoded(&DynamicImage::ImageRgba8(image.clone()), format)).await.unwrap();
        for rendition in &made.renditions {
            let small = decoded(rendition).to_rgba8();
            let (width, middle) = (rendition.width, rendition.height / 2);
            assert_eq!(small.get_pixel(width / 8, middle).0[3], 0);
            assert_eq!(small.get_pixel(width - width / 8, middle).0[3], 255);
            let edge = (width / 2 - 3..width / 2 + 3).map(|x| small.get_pixel(x, middle).0);
            for [_, green, _, alpha] in edge.filter(|it| it[3] > 40) {
                assert!(green < 90, "green {green} shows at alpha {alpha}");
            }
        }
    }
}

#[tokio::test]
async fn grey_deep_and_tiny_pictures_are_taken() {
    let deep = image::ImageBuffer::<Rgba<u16>, _>::from_pixel(700, 30, Rgba([65_535, 0, 0, 65_535]));
    let grey = image::ImageBuffer::<Luma<u8>, _>::from_pixel(1, 1, Luma([128]));
    let table = [
        (DynamicImage::ImageRgba16(deep), 3, [255, 0, 0]),
        (DynamicImage::ImageLuma8(grey), 1, [128, 128, 128]),
    ];
    for (image, slots, colour) in table {
        let made = pressed(encoded(&image, ImageFormat::Png)).await.unwrap();
        assert_eq!(made.renditions.len(), slots);
        let shown = decoded(&made.renditions[0]).to_rgb8().get_pixel(0, 0).0;
        for (seen, meant) in shown.into_iter().zip(colour) {
            assert!(seen.abs_diff(meant) <= 4, "{shown:?} for {colour:?}");
        }
    }
}

#[tokio::test]
async fn the_first_frame_of_an_animation_is_taken() {
    let settings = webp::WebPConfig::new().unwrap();
    let mut film = webp::AnimEncoder::new(64, 64, &settings);
    let frames = [RED, BLUE].map(|colour| RgbImage::from_pixel(64, 64, Rgb(colour)));
    for (frame, at) in frames.iter().zip([0, 100]) {
        film.add_frame(webp::AnimFrame::from_rgb(frame, 64, 64, at));
    }
    let made = pressed(film.encode().to_vec()).await.unwrap();
    let [red, _, blue] = decoded(&made.renditions[0]).to_rgb8().get_pixel(32, 32).0;
    assert!(red > 150 && blue < 100, "the second frame was taken");
}

/// A whole, valid, grey PNG of zeros: `side`² pixels of one bit each.
fn bomb(side: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        [&length[..], kind, data, &sum.sum().to_be_bytes()].concat()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    let line = vec![0; usize::try_from(side.div_ceil(8) + 1).unwrap()];
    for _ in 0..side {
        zlib.write_all(&line).unwrap();
    }
    let size = side.to_be_bytes();
    let header = [&size[..], &size, &[1, 0, 0, 0, 0]].concat();
    let body = zlib.finish().unwrap();
    [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &body), &chunk(b"IEND", b"")]
        .concat()
}

#[tokio::test]
async fn bombs_are_refused_by_their_size_alone() {
    let side = bomb(30_000);
    assert!(side.len() < 1_000_000, "a small file");
    assert!(problem(pressed(side).await).contains("12000 pixels"));
    assert!(problem(pressed(bomb(11_000)).await).contains("11000 × 11000"));
}

#[tokio::test]
async fn what_is_no_picture_is_refused_by_name() {
    let heavy = vec![0xFF; PressLimits::default().upload_bytes_max + 1];
    let cut_off = jpeg(&corner(400, 400))[..60].to_vec();
    let table = [
        (b"GIF89a...".to_vec(), "This is a GIF. Send a picture as JPEG, PNG or WebP"),
        (b"%PDF-1.7".to_vec(), "This is a PDF. Send a picture as JPEG, PNG or WebP"),
        (Vec::new(), "This is an empty file. Send a picture as JPEG, PNG or WebP"),
        (heavy, "The picture is larger than 20 MB, the most that can be sent"),
        (b"\x89PNG\r\n\x1A\n".to_vec(), "The picture cannot be read: it is damaged or cut off"),
        (b"\xFF\xD8\xFF\xE0".to_vec(), "The picture cannot be read: it is damaged or cut off"),
        (cut_off, "The picture cannot be read: it is damaged or cut off"),
    ];
    for (upload, expected) in table {
        assert_eq!(problem(pressed(upload).await), expected);
    }
}

#[tokio::test]
async fn a_full_queue_is_busy_at_once_and_frees_itself() {
    let press = Press::new(PressLimits { jobs: 1, ..PressLimits::default() });
    let photo = Bytes::from(jpeg(&corner(64, 64)));
    let held = Arc::clone(&press.places).acquire_owned().await.unwrap();
    let mut waiting: Vec<_> = (0..=WAITING_MAX).map(|_| Box::pin(press.press(photo.clone()))).collect();
    for job in &mut waiting {
        assert!(job.now_or_never().is_none());
    }
    assert_eq!(press.press(photo.clone()).await, Err(Refusal::Busy));
    drop(held);
    for job in waiting {
        assert!(job.await.is_ok());
    }
    assert!(press.press(photo).await.is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damaged_pictures_are_answered_and_never_crash(
        kind in 0usize..3,
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..12),
        kept in any::<Index>(),
        cut in any::<bool>(),
    ) {
        let image = corner(48, 32);
        let mut bytes = match kind {
            0 => with_exif(&jpeg(&image), 6),
            1 => encoded(&DynamicImage::ImageRgb8(image), ImageFormat::Png),
            _ => encoded(&DynamicImage::ImageRgb8(image), ImageFormat::WebP),
        };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut {
            bytes.truncate(kept.index(bytes.len()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(made) = runtime.block_on(pressed(bytes)) {
            prop_assert!(!made.renditions.is_empty());
        }
    }
}
