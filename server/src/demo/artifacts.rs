//! The files that the demo sells, made here: each is what its listing says.

use std::f32::consts::TAU;
use std::fmt::Write as _;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

use super::scene::Scene;
use super::{motifs_out, texts};

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Artifact {
    /// A seamless pattern.
    Tiles,
    /// A knitting pattern.
    Mittens,
    /// A cross-stitch chart.
    Wren,
    /// A recipe book.
    Recipes,
    /// A table of when to sow.
    Sowing,
    /// A table with sums.
    Budget,
    /// Letters to copy.
    Letters,
    /// Sounds.
    Chimes,
    /// Sheet music.
    Tune,
    /// A picture.
    Wallpaper,
    /// A pixel font.
    Numerals,
    /// A route.
    Route,
}

impl Artifact {
    /// The file's content; the same each time.
    ///
    /// # Errors
    /// If the picture cannot be encoded.
    pub(super) fn make(self) -> Result<Vec<u8>, String> {
        Ok(match self {
            Self::Tiles => tiles().into_bytes(),
            Self::Mittens => texts::MITTENS.into(),
            Self::Wren => wren().into_bytes(),
            Self::Recipes => texts::RECIPES.into(),
            Self::Sowing => texts::SOWING.into(),
            Self::Budget => budget().into_bytes(),
            Self::Letters => texts::LETTERS.into(),
            Self::Chimes => chimes(),
            Self::Tune => texts::TUNE.into(),
            Self::Wallpaper => wallpaper()?,
            Self::Numerals => numerals().into_bytes(),
            Self::Route => route().into_bytes(),
        })
    }
}

/// A picture as JPEG.
///
/// # Errors
/// If it cannot be encoded.
pub(super) fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture);
    encoded.map_err(|error| format!("could not encode a drawing: {error}"))?;
    Ok(bytes)
}

fn wallpaper() -> Result<Vec<u8>, String> {
    let mut scene = Scene::new("five ridges", 4, (1_600, 1_200));
    scene.look(1_600.0 / 960.0, (480.0, 360.0));
    motifs_out::hills(&mut scene);
    jpeg(&scene.finish(), 90)
}

/// A text grows; writing to it cannot fail.
fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(line);
    text.push('\n');
}

fn tiles() -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\" width=\"400\" height=\"400\">\n\
         <title>Courtyard, a seamless pattern</title>\n\
         <style>.paper{fill:#f8f0e0}.copper{fill:#b8693a}.teal{fill:#3e6a6a}.honey{fill:#e0a83e}.ink{fill:#2b2527}\
         </style>\n<rect class=\"paper\" width=\"400\" height=\"400\"/>\n",
    );
    for row in 0..4 {
        for column in 0..4 {
            let (x, y) = (column * 100 + 50, row * 100 + 50);
            let turn = (row + column) % 2 * 45;
            add(&mut svg, format_args!("<g transform=\"translate({x} {y})\">"));
            for corner in [0, 90, 180, 270] {
                add(
                    &mut svg,
                    format_args!(
                        "<path class=\"teal\" transform=\"rotate({corner})\" d=\"M-50-50h34a34 34 0 0 1-34 34z\"/>\
                         <path class=\"copper\" transform=\"rotate({})\" d=\"M0-6q-15-18 0-38q15 20 0 38z\"/>\
                         <path class=\"honey\" transform=\"rotate({})\" d=\"M0-6q-8-12 0-26q8 14 0 26z\"/>",
                        corner + turn,
                        corner + turn + 45,
                    ),
                );
            }
            add(&mut svg, format_args!("<circle class=\"ink\" r=\"5\"/></g>"));
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn wren() -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 23 19\" width=\"920\" height=\"760\">\n\
         <title>A wren, 21 by 15 stitches</title>\n<rect x=\"-1\" y=\"-1\" width=\"23\" height=\"19\" fill=\"#fff\"/>\n",
    );
    for (row, line) in texts::WREN.lines().enumerate() {
        for (column, sign) in line.chars().enumerate() {
            let colour = match sign {
                '#' => "#8a4a28",
                'o' => "#f0d6a4",
                'x' => "#2b2527",
                '+' => "#e0a83e",
                '|' => "#667f4c",
                _ => continue,
            };
            add(
                &mut svg,
                format_args!("<rect x=\"{column}\" y=\"{row}\" width=\"1\" height=\"1\" fill=\"{colour}\"/>"),
            );
        }
    }
    svg.push_str("<g stroke=\"#999\" stroke-width=\".04\">\n");
    for line in 0..=21 {
        add(&mut svg, format_args!("<path d=\"M{line} 0V15\"/>"));
    }
    for line in 0..=15 {
        add(&mut svg, format_args!("<path d=\"M0 {line}H21\"/>"));
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn budget() -> String {
    const LINES: [&str; 18] = [
        "Wages",
        "Other income",
        "Rent",
        "Heating",
        "Electricity",
        "Water",
        "Telephone",
        "Insurance",
        "Food",
        "Bakery (honestly)",
        "Household",
        "Clothes",
        "Bicycle and trains",
        "Doctor and chemist",
        "Books and music",
        "Presents",
        "Savings",
        "Surprises",
    ];
    let months = "January,February,March,April,May,June,July,August,September,October,November,December";
    let mut table = format!("Household budget,{months},Year\n");
    for (row, line) in (2..).zip(LINES) {
        add(&mut table, format_args!("{line},,,,,,,,,,,,,=SUM(B{row}:M{row})"));
    }
    for (name, sum) in [("Income", "SUM(#2:#3)"), ("Spending", "SUM(#4:#19)"), ("Left over", "#20-#21")] {
        table.push_str(name);
        for column in 'B'..='N' {
            let _ = write!(table, ",={}", sum.replace('#', &column.to_string()));
        }
        table.push('\n');
    }
    table
}

const SAMPLES_A_SECOND: u32 = 22_050;

/// The nearest sample of a sound.
#[expect(clippy::as_conversions, reason = "floats convert to integers in no other way; this one saturates")]
fn sample(value: f32) -> i16 {
    (value * f32::from(i16::MAX)).round() as i16
}

/// Six chimes with silence between them, as WAV: one channel, 16 bits.
fn chimes() -> Vec<u8> {
    const CHIMES: [&[f32]; 6] = [
        &[587.33, 880.0],
        &[659.26, 587.33, 440.0],
        &[493.88, 659.26, 739.99, 987.77],
        &[880.0, 739.99],
        &[440.0, 554.37, 659.26],
        &[1_174.66, 880.0, 739.99, 587.33],
    ];
    let mut sound: Vec<u8> = Vec::new();
    for notes in CHIMES {
        // Two seconds each, a note every fifth of a second.
        for step in 0..u16::try_from(SAMPLES_A_SECOND * 2).unwrap_or(u16::MAX) {
            let at = f32::from(step) / 22_050.0;
            let mut value = 0.0;
            for (place, pitch) in (0u8..).zip(notes) {
                let since = at - f32::from(place) * 0.2;
                if since > 0.0 {
                    let fade = (-since * 4.2).exp() * (since * 400.0).min(1.0);
                    let tone = (since * pitch * TAU).sin()
                        + 0.35 * (since * pitch * 2.76 * TAU).sin() * (-since * 7.0).exp();
                    value += tone * fade * 0.26;
                }
            }
            // The last tenth fades, so that nothing clicks when cut.
            let end = ((2.0 - at) * 10.0).clamp(0.0, 1.0);
            sound.extend(sample(value * end).to_le_bytes());
        }
    }
    let size = u32::try_from(sound.len()).unwrap_or(0);
    let mut file = Vec::with_capacity(sound.len() + 44);
    file.extend(b"RIFF");
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1u16, 1].into_iter().flat_map(u16::to_le_bytes));
    file.extend([SAMPLES_A_SECOND, SAMPLES_A_SECOND * 2].into_iter().flat_map(u32::to_le_bytes));
    file.extend([2u16, 16].into_iter().flat_map(u16::to_le_bytes));
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(sound);
    file
}

/// Ten digits, five by seven, each row in the upper five bits.
const DIGITS: [[u8; 7]; 10] = [
    [0x70, 0x88, 0x98, 0xA8, 0xC8, 0x88, 0x70],
    [0x20, 0x60, 0x20, 0x20, 0x20, 0x20, 0x70],
    [0x70, 0x88, 0x08, 0x30, 0x40, 0x80, 0xF8],
    [0x70, 0x88, 0x08, 0x30, 0x08, 0x88, 0x70],
    [0x10, 0x30, 0x50, 0x90, 0xF8, 0x10, 0x10],
    [0xF8, 0x80, 0xF0, 0x08, 0x08, 0x88, 0x70],
    [0x30, 0x40, 0x80, 0xF0, 0x88, 0x88, 0x70],
    [0xF8, 0x08, 0x10, 0x70, 0x20, 0x40, 0x40],
    [0x70, 0x88, 0x88, 0x70, 0x88, 0x88, 0x70],
    [0x70, 0x88, 0x88, 0x78, 0x08, 0x10, 0x60],
];

fn numerals() -> String {
    let mut font = String::from(
        "STARTFONT 2.1\nFONT -inkwell-Honest Numerals-Medium-R-Normal--8-80-75-75-C-60-ISO10646-1\n\
         SIZE 8 75 75\nFONTBOUNDINGBOX 6 8 0 -1\nSTARTPROPERTIES 2\nFONT_ASCENT 7\nFONT_DESCENT 1\nENDPROPERTIES\n\
         CHARS 10\n",
    );
    for (digit, rows) in DIGITS.iter().enumerate() {
        add(
            &mut font,
            format_args!(
                "STARTCHAR U+{:04X}\nENCODING {}\nSWIDTH 750 0\nDWIDTH 6 0\nBBX 5 7 0 0\nBITMAP",
                48 + digit,
                48 + digit
            ),
        );
        for row in rows {
            add(&mut font, format_args!("{row:02X}"));
        }
        font.push_str("ENDCHAR\n");
    }
    font.push_str("ENDFONT\n");
    font
}

fn route() -> String {
    const BENCHES: [(u8, &str); 5] = [
        (4, "Bench below the two birches"),
        (17, "Bench at the ferry: ring the bell"),
        (29, "Bench with the view and the wasps"),
        (41, "Bench that somebody made in memory of a dog"),
        (54, "The last bench, beside the bakery"),
    ];
    let place = |step: u8| {
        let turn = f32::from(step) / 60.0 * TAU;
        let wave = 1.0 + 0.12 * (turn * 3.0).sin() + 0.05 * (turn * 7.0).cos();
        (57.35 + 0.031 * wave * turn.cos(), 9.12 + 0.058 * wave * turn.sin())
    };
    let mut gpx = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <gpx version=\"1.1\" creator=\"spoke-and-bell\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n",
    );
    for (step, name) in BENCHES {
        let (north, east) = place(step);
        add(&mut gpx, format_args!("<wpt lat=\"{north:.5}\" lon=\"{east:.5}\"><name>{name}</name></wpt>"));
    }
    gpx.push_str("<trk><name>The slow loop</name><trkseg>\n");
    for step in 0..=60 {
        let (north, east) = place(step);
        add(&mut gpx, format_args!("<trkpt lat=\"{north:.5}\" lon=\"{east:.5}\"/>"));
    }
    gpx.push_str("</trkseg></trk>\n</gpx>\n");
    gpx
}
