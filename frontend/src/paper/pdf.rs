//! A paper as PDF: A4, one column, as many pages as it takes.
//!
//! Positions are whole thousandths of a point, so that nothing depends on
//! rounding; only the writer is handed floats.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::Sheet;
use super::font::{FILE, Font, Run};

/// A4 and its margins, in thousandths of a point.
const WIDTH: i32 = 595_000;
const HEIGHT: i32 = 842_000;
const LEFT: i32 = 56_000;
const RIGHT: i32 = WIDTH - 56_000;
const TOP: i32 = HEIGHT - 64_000;
const BOTTOM: i32 = 64_000;

/// The most pages of one paper: its texts are bounded, so this is never
/// reached.
const PAGES_MAX: usize = 40;

const SMALL: i32 = 9;
const USUAL: i32 = 10;
const LARGE: i32 = 18;

/// Where a line begins and ends.
#[derive(Clone, Copy)]
struct Column {
    from: i32,
    to: i32,
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

const WHOLE: Column = Column { from: LEFT, to: RIGHT, side: Side::Left };
const LEFT_HALF: Column = Column { from: LEFT, to: 290_000, side: Side::Left };

const WHAT: Column = Column { from: LEFT, to: 330_000, side: Side::Left };
const EACH: Column = Column { from: 340_000, to: 430_000, side: Side::Right };
const AMOUNT: Column = Column { from: 440_000, to: RIGHT, side: Side::Right };
const WORD: Column = Column { from: LEFT, to: 170_000, side: Side::Left };
const SAID: Column = Column { from: 180_000, to: RIGHT, side: Side::Left };

/// The paper as a file; nothing only if the font is broken, which a test
/// rules out.
#[must_use]
pub fn write(sheet: &Sheet) -> Option<Vec<u8>> {
    let mut setter = Setter { font: Font::open()?, pages: vec![Content::new()], y: TOP };
    setter.sheet(sheet);
    let Setter { font, pages, .. } = setter;
    Some(assemble(sheet, &font, pages))
}

/// Sets lines from the top to the bottom.
struct Setter {
    font: Font,
    pages: Vec<Content>,
    y: i32,
}

impl Setter {
    fn sheet(&mut self, sheet: &Sheet) {
        let name = sheet.from.first().map(String::as_str).unwrap_or_default();
        let under = sheet.from.get(1..).unwrap_or_default();
        self.row(LARGE, &[(WHOLE, name)]);
        for line in under {
            self.row(SMALL, &[(WHOLE, line)]);
        }
        self.gap(24);
        self.block(LEFT_HALF, &sheet.to);
        self.gap(24);
        self.row(LARGE, &[(WHOLE, &sheet.title)]);
        self.gap(6);
        for (word, said) in &sheet.facts {
            self.row(USUAL, &[(WORD, word), (SAID, said)]);
        }
        self.gap(14);
        self.rule();
        for item in &sheet.items {
            self.row(USUAL, &[(WHAT, &item.what), (EACH, &item.each), (AMOUNT, &item.amount)]);
        }
        self.rule();
        self.row(USUAL + 2, &[(WHAT, &sheet.total.0), (AMOUNT, &sheet.total.1)]);
        self.gap(14);
        self.block(WHOLE, &sheet.notes);
        if !sheet.bank.is_empty() {
            self.gap(8);
            self.row(USUAL, &[(WHOLE, "Where to pay")]);
            self.block(WHOLE, &sheet.bank);
        }
        if !sheet.footer.is_empty() {
            self.gap(20);
            self.rule();
            for line in &sheet.footer {
                self.row(SMALL, &[(WHOLE, line)]);
            }
        }
    }

    fn block(&mut self, column: Column, lines: &[String]) {
        for line in lines {
            self.row(USUAL, &[(column, line)]);
        }
    }

    fn gap(&mut self, points: i32) {
        self.y -= points * 1_000;
    }

    /// Sets texts beside each other; each is broken within its column.
    fn row(&mut self, size: i32, cells: &[(Column, &str)]) {
        let leading = size * 1_400;
        let broken: Vec<(Column, Vec<Vec<Run>>)> =
            cells.iter().map(|(column, text)| (*column, self.lines(text, size, *column))).collect();
        let rows = broken.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
        for row in 0..rows {
            self.turn(leading);
            self.y -= leading;
            for (column, lines) in &broken {
                if let Some(line) = lines.get(row) {
                    self.line(size, *column, line);
                }
            }
        }
    }

    /// Goes to the next page if so much does not fit on this one.
    fn turn(&mut self, needed: i32) {
        if self.y - needed < BOTTOM && self.pages.len() < PAGES_MAX {
            self.pages.push(Content::new());
            self.y = TOP;
        }
    }

    /// Breaks a text into lines that fit: between words, and within a word
    /// that is longer than a line.
    fn lines(&mut self, text: &str, size: i32, column: Column) -> Vec<Vec<Run>> {
        let most = (column.to - column.from) / size;
        let mut lines = Vec::new();
        for part in text.split('\n') {
            let (mut line, mut width): (Vec<Run>, i32) = (Vec::new(), 0);
            for word in part.split_inclusive(' ') {
                let runs = self.font.runs(word);
                let all: i32 = runs.iter().map(wide).sum();
                if width > 0 && width + all > most {
                    lines.push(std::mem::take(&mut line));
                    width = 0;
                }
                for run in runs {
                    let letter = wide(&run);
                    if width > 0 && width + letter > most {
                        lines.push(std::mem::take(&mut line));
                        width = 0;
                    }
                    width += letter;
                    line.push(run);
                }
            }
            lines.push(line);
        }
        lines
    }

    fn line(&mut self, size: i32, column: Column, runs: &[Run]) {
        let width: i32 = runs.iter().map(wide).sum::<i32>() * size;
        let x = if column.side == Side::Right { column.to - width } else { column.from };
        let y = self.y;
        let Some(content) = self.pages.last_mut() else { return };
        content.begin_text().set_font(Name(b"F"), float(size * 1_000)).next_line(float(x), float(y));
        let mut plain = Vec::new();
        for run in runs {
            let bytes = run.glyphs.iter().flat_map(|glyph| glyph.to_be_bytes());
            let Some(sign) = run.stands_for else {
                plain.extend(bytes);
                continue;
            };
            show(content, &mut plain);
            let mut marked = content.begin_marked_content_with_properties(Name(b"Span"));
            marked.properties().actual_text(TextStr(&sign.to_string()));
            marked.finish();
            show(content, &mut bytes.collect());
            content.end_marked_content();
        }
        show(content, &mut plain);
        content.end_text();
    }

    fn rule(&mut self) {
        self.turn(12_000);
        self.gap(6);
        let y = float(self.y);
        if let Some(content) = self.pages.last_mut() {
            content.set_line_width(0.5).move_to(float(LEFT), y).line_to(float(RIGHT), y).stroke();
        }
        self.gap(4);
    }
}

fn show(content: &mut Content, bytes: &mut Vec<u8>) {
    if !bytes.is_empty() {
        content.show(Str(bytes));
        bytes.clear();
    }
}

/// The width of letters in thousandths of the size.
fn wide(run: &Run) -> i32 {
    i32::try_from(run.width).unwrap_or(i32::MAX / 1_000)
}

/// Thousandths of a point as the writer wants them. All of them are below
/// 2^24, which a float holds exactly.
fn float(thousandths: i32) -> f32 {
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    let small = |number: i32| f32::from(i16::try_from(number).unwrap_or(i16::MAX));
    small(whole) + small(rest) / 1_000.0
}

/// The numbers of the file's objects.
struct Objects;

impl Objects {
    const CATALOG: Ref = Ref::new(1);
    const PAGES: Ref = Ref::new(2);
    const FONT: Ref = Ref::new(3);
    const LETTERS: Ref = Ref::new(4);
    const DESCRIPTOR: Ref = Ref::new(5);
    const FILE: Ref = Ref::new(6);
    const UNICODE: Ref = Ref::new(7);
    const INFO: Ref = Ref::new(8);
    const FIRST_PAGE: i32 = 10;
}

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
const FONT_NAME: Name<'static> = Name(b"PAPERS+NotoSans");

fn assemble(sheet: &Sheet, font: &Font, pages: Vec<Content>) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.catalog(Objects::CATALOG).pages(Objects::PAGES).lang(TextStr("en"));
    pdf.document_info(Objects::INFO).title(TextStr(&sheet.title));
    let numbered: Vec<(Ref, Ref, Content)> = (Objects::FIRST_PAGE..)
        .step_by(2)
        .zip(pages)
        .map(|(number, content)| (Ref::new(number), Ref::new(number + 1), content))
        .collect();
    let count = i32::try_from(numbered.len()).unwrap_or(i32::MAX);
    pdf.pages(Objects::PAGES).kids(numbered.iter().map(|(page, ..)| *page)).count(count);
    for (id, stream, content) in numbered {
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, float(WIDTH), float(HEIGHT)));
        page.parent(Objects::PAGES).contents(stream);
        page.resources().fonts().pair(Name(b"F"), Objects::FONT);
        page.finish();
        let bytes = deflated(&content.finish());
        pdf.stream(stream, &bytes).filter(Filter::FlateDecode);
    }
    write_font(&mut pdf, font);
    pdf.finish()
}

fn write_font(pdf: &mut Pdf, font: &Font) {
    pdf.type0_font(Objects::FONT)
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(Objects::LETTERS)
        .to_unicode(Objects::UNICODE);
    let mut letters = pdf.cid_font(Objects::LETTERS);
    letters.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(SYSTEM);
    letters.font_descriptor(Objects::DESCRIPTOR).cid_to_gid_map_predefined(Name(b"Identity"));
    letters.default_width(0.0);
    let mut widths = letters.widths();
    for (glyph, (_, width)) in &font.used {
        widths.consecutive(*glyph, [f32::from(*width)]);
    }
    widths.finish();
    letters.finish();
    let (ascent, descent, capitals) = font.heights();
    pdf.font_descriptor(Objects::DESCRIPTOR)
        .name(FONT_NAME)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(-500.0, f32::from(descent), 2_000.0, f32::from(ascent)))
        .italic_angle(0.0)
        .ascent(f32::from(ascent))
        .descent(f32::from(descent))
        .cap_height(f32::from(capitals))
        .stem_v(80.0)
        .font_file2(Objects::FILE);
    let file = deflated(FILE);
    let mut stream = pdf.stream(Objects::FILE, &file);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), i32::try_from(FILE.len()).unwrap_or(i32::MAX));
    stream.finish();
    let mut unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    for (glyph, (sign, _)) in &font.used {
        unicode.pair(*glyph, *sign);
    }
    let unicode = deflated(unicode.finish().as_slice());
    pdf.stream(Objects::UNICODE, &unicode).filter(Filter::FlateDecode);
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
