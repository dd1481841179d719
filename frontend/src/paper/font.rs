//! The letters of PDFs: Latin, Greek and Cyrillic of Noto Sans (SIL Open Font
//! License 1.1, see `font/OFL.txt`).
//!
//! What the font cannot draw is neither dropped nor left blank: it is drawn
//! as its number, as in `[U+1F426]`, and the file says beside it which
//! character that stands for, so that copying and reading aloud work.

use std::collections::BTreeMap;

use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization;

/// The font's file.
pub(super) const FILE: &[u8] = include_bytes!("../../font/NotoSans-subset.ttf");

/// Letters that are drawn one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// The numbers of the glyphs.
    pub(super) glyphs: Vec<u16>,
    /// The width in thousandths of the size.
    pub(super) width: u32,
    /// The character that they stand for, where they only spell its number.
    pub(super) stands_for: Option<char>,
}

/// A font that is ready to set lines.
pub(super) struct Font {
    face: Face<'static>,
    /// Glyphs that were used, with what each draws and its width.
    pub(super) used: BTreeMap<u16, (char, u16)>,
}

impl Font {
    /// The font; nothing if its file is broken, which a test rules out.
    pub(super) fn open() -> Option<Self> {
        Some(Self { face: Face::parse(FILE, 0).ok()?, used: BTreeMap::new() })
    }

    /// Ascent, descent and the height of capitals.
    pub(super) fn heights(&self) -> (i16, i16, i16) {
        (self.face.ascender(), self.face.descender(), self.face.capital_height().unwrap_or(700))
    }

    /// The glyph of a character and its width, if the font has it.
    fn glyph(&mut self, sign: char) -> Option<(u16, u16)> {
        let GlyphId(glyph) = self.face.glyph_index(sign).filter(|id| id.0 != 0)?;
        let width = self.face.glyph_hor_advance(GlyphId(glyph))?;
        self.used.entry(glyph).or_insert((sign, width));
        Some((glyph, width))
    }

    /// The letters of a word, one run a character, so that a word that is too
    /// long can be broken anywhere.
    pub(super) fn runs(&mut self, word: &str) -> Vec<Run> {
        word.nfc().map(|sign| self.run(sign)).collect()
    }

    fn run(&mut self, sign: char) -> Run {
        if let Some((glyph, width)) = self.glyph(sign) {
            return Run { glyphs: vec![glyph], width: u32::from(width), stands_for: None };
        }
        let mut run = Run { stands_for: Some(sign), ..Run::default() };
        for letter in format!("[U+{:04X}]", u32::from(sign)).chars() {
            if let Some((glyph, width)) = self.glyph(letter) {
                run.glyphs.push(glyph);
                run.width += u32::from(width);
            }
        }
        run
    }
}
