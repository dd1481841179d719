//! Pictures made in code: good ones, and some that nobody should open.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{ImageFormat, Rgb, RgbImage};

/// A picture of a slope of colours, different for each `shade`.
///
/// # Panics
/// If it cannot be encoded.
#[must_use]
pub fn picture(width: u32, height: u32, shade: u8, format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let share = |place: u32, whole: u32| u8::try_from(place * 255 / whole.max(1)).unwrap_or(u8::MAX);
        Rgb([share(x, width), share(y, height), shade])
    };
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(width, height, pixel).write_to(&mut bytes, format).expect("a small picture is encoded");
    bytes.into_inner()
}

/// A PNG picture.
#[must_use]
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    picture(width, height, shade, ImageFormat::Png)
}

/// A small PNG that says it is a black picture of that size, and would be.
///
/// # Panics
/// If it cannot be compressed.
#[must_use]
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let row = usize::try_from(width).expect("32 bits fit") + 1;
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..height {
        rows.write_all(&vec![0; row]).expect("memory can be written");
    }
    let rows = rows.finish().expect("memory can be written");
    chunks(&[(b"IHDR", &header(width, height)), (b"IDAT", &rows), (b"IEND", &[])])
}

/// A small good PNG whose colour profile unpacks to so many megabytes.
///
/// # Panics
/// If it cannot be compressed.
#[must_use]
pub fn profile_bomb(megabytes: usize) -> Vec<u8> {
    let mut profile = ZlibEncoder::new(b"p\0\0".to_vec(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..megabytes {
        profile.write_all(&zeros).expect("memory can be written");
    }
    let profile = profile.finish().expect("memory can be written");
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    rows.write_all(&[0; 16 * 17]).expect("memory can be written");
    let rows = rows.finish().expect("memory can be written");
    chunks(&[(b"IHDR", &header(16, 16)), (b"iCCP", &profile), (b"IDAT", &rows), (b"IEND", &[])])
}

/// Width, height, and eight bits of grey.
fn header(width: u32, height: u32) -> Vec<u8> {
    [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat()
}

fn chunks(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, bytes) in chunks {
        let length = u32::try_from(bytes.len()).expect("a chunk is short");
        file.extend(length.to_be_bytes());
        let begin = file.len();
        file.extend(*name);
        file.extend(*bytes);
        let mut sum = flate2::Crc::new();
        sum.update(file.get(begin..).unwrap_or_default());
        file.extend(sum.sum().to_be_bytes());
    }
    file
}
