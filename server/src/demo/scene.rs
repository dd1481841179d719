//! What the drawings share: colours that go together, walls, tables, light
//! and shadow.

use super::canvas::{Canvas, Colour, Paint, View};
use super::chance::Chance;
use super::path::{Path, Point};

/// Colours that go together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tones {
    /// Behind everything.
    pub(super) wall: Colour,
    /// What things stand on.
    pub(super) table: Colour,
    /// The thing itself.
    pub(super) main: Colour,
    /// Its second colour.
    pub(super) second: Colour,
    /// The touch that wakes it up.
    pub(super) accent: Colour,
}

/// Ink, for lines.
pub(super) const INK: Colour = Colour::hex(0x2B_25_27);
/// Paper, for what is white.
pub(super) const PAPER: Colour = Colour::hex(0xF8_F0_E0);
/// Copper, the house's own colour.
pub(super) const COPPER: Colour = Colour::hex(0xB8_69_3A);

const fn tones(wall: u32, table: u32, main: u32, second: u32, accent: u32) -> Tones {
    Tones {
        wall: Colour::hex(wall),
        table: Colour::hex(table),
        main: Colour::hex(main),
        second: Colour::hex(second),
        accent: Colour::hex(accent),
    }
}

/// Ten moods, from morning to night.
const MOODS: [Tones; 10] = [
    tones(0xF2_E2_C6, 0xC4_8B_5C, 0xB4_60_38, 0x3E_6A_6A, 0xE0_A8_3E),
    tones(0x2F_4C_55, 0x8F_5C_3E, 0xE5_B6_62, 0xCB_62_40, 0xF3_E1_BC),
    tones(0xC6_D0_B2, 0xAB_78_4E, 0xF5_EC_DA, 0x5C_78_54, 0xC8_5A_3B),
    tones(0xEC_CB_B9, 0x93_53_45, 0x7C_40_4B, 0xF5_E6_CC, 0xDB_9C_50),
    tones(0xE9_BA_60, 0x7D_4C_35, 0x26_4A_5E, 0xF7_EB_D3, 0xBA_48_31),
    tones(0x29_3A_54, 0x6A_4B_39, 0xDB_8C_4D, 0xA9_C1_BE, 0xF2_DB_A3),
    tones(0xD6_E3_DF, 0xD4_B0_86, 0x3C_6E_8A, 0xE5_9D_5D, 0xB7_42_3B),
    tones(0x5E_43_55, 0xC8_8E_65, 0xEC_CB_A3, 0x90_A6_8C, 0xEB_7A_5C),
    tones(0xDC_8F_67, 0x6E_3D_2F, 0xF5_E6_CE, 0x2F_58_58, 0xF3_BA_4E),
    tones(0x9F_B9_A9, 0x61_49_39, 0xEA_DE_C4, 0xC6_58_3B, 0xF2_C5_6E),
];

/// A drawing under way.
pub(super) struct Scene {
    canvas: Canvas,
    /// What varies between drawings of the same thing.
    pub(super) chance: Chance,
    /// Its colours.
    pub(super) tones: Tones,
}

impl Scene {
    /// An empty sheet of `width` by `height`. The same `name` draws the same;
    /// `mood` chooses the colours.
    pub(super) fn new(name: &str, mood: usize, (width, height): (u16, u16)) -> Self {
        let [first, ..] = MOODS;
        let tones = MOODS.get(mood % MOODS.len()).copied().unwrap_or(first);
        Self { canvas: Canvas::new(width, height, tones.wall), chance: Chance::named(name), tones }
    }

    /// Looks closer, or elsewhere, from now on.
    pub(super) fn look(&mut self, zoom: f32, middle: Point) {
        self.canvas.look(View { zoom, middle });
    }

    /// Puts the thing into the room of another mood; its own colours stay.
    pub(super) fn move_to(&mut self, mood: usize) {
        if let Some(other) = MOODS.get(mood % MOODS.len()) {
            (self.tones.wall, self.tones.table) = (other.wall, other.table);
        }
    }

    /// The finished picture.
    pub(super) fn finish(self) -> image::RgbImage {
        self.canvas.finish()
    }

    /// Fills with one colour.
    pub(super) fn fill(&mut self, path: &Path, colour: Colour) {
        self.canvas.fill(path, Paint::Flat(colour));
    }

    /// Fills with any paint.
    pub(super) fn paint(&mut self, path: &Path, paint: Paint) {
        self.canvas.fill(path, paint);
    }

    /// Fills what lies within a frame.
    pub(super) fn inside(&mut self, frame: &Path, path: &Path, paint: Paint) {
        self.canvas.fill_within(frame, path, paint);
    }

    /// Fills as something round that is lit from the left.
    pub(super) fn round(&mut self, path: &Path, colour: Colour, (left, right): (f32, f32)) {
        self.canvas.fill(path, Paint::Across(colour.light(0.16), colour.dark(0.24), left, right));
    }

    /// A soft shadow.
    pub(super) fn shadow(&mut self, middle: Point, wide: f32, high: f32) {
        let ground = Path::ellipse(middle.0, middle.1, wide, high);
        self.canvas.fill(&ground, Paint::Glow(Colour::hex(0x241A16), 0.5, middle, (wide, high)));
    }

    /// A soft light.
    pub(super) fn glow(&mut self, colour: Colour, strength: f32, middle: Point, radius: f32) {
        let light = Path::circle(middle.0, middle.1, radius);
        self.canvas.fill(&light, Paint::Glow(colour, strength, middle, (radius, radius)));
    }

    /// A wall in the light of a window, and a table.
    pub(super) fn room(&mut self) {
        let wall = self.tones.wall;
        let all = Path::rect(-600.0, -600.0, 2_200.0, 2_000.0);
        self.paint(&all, Paint::Down(wall.light(0.22), wall.dark(0.06), 0.0, 560.0));
        let shift = self.chance.between(-160.0, 160.0);
        for pane in [0.0, 132.0] {
            for row in [0.0, 156.0] {
                let (x, y) = (300.0 + shift + pane - row * 0.28, 40.0 + row + pane * 0.1);
                let light = [(x, y), (x + 118.0, y + 12.0), (x + 78.0, y + 156.0), (x - 40.0, y + 144.0)];
                self.paint(&Path::polygon(&light), Paint::Thin(wall.light(0.75), 0.3));
            }
        }
        self.table();
    }

    /// A plain wall with a large round behind the thing, and a table.
    pub(super) fn stage(&mut self) {
        let wall = self.tones.wall;
        self.plain();
        self.fill(&Path::circle(480.0, 340.0, 292.0), wall.light(0.28));
        self.table();
    }

    /// A plain wall.
    pub(super) fn plain(&mut self) {
        let wall = self.tones.wall;
        let all = Path::rect(-600.0, -600.0, 2_200.0, 2_000.0);
        self.paint(&all, Paint::Down(wall.light(0.1), wall.dark(0.08), 0.0, 720.0));
    }

    fn table(&mut self) {
        let table = self.tones.table;
        let top = Path::rect(-600.0, 528.0, 2_200.0, 900.0);
        self.paint(&top, Paint::Down(table.light(0.2), table.dark(0.18), 528.0, 720.0));
        self.paint(&Path::rect(-600.0, 528.0, 2_200.0, 5.0), Paint::Thin(PAPER, 0.35));
        for grain in 0..7u8 {
            let y = 548.0 + f32::from(grain) * 27.0 + self.chance.between(-6.0, 6.0);
            let x = self.chance.between(-100.0, 800.0);
            let length = self.chance.between(120.0, 420.0);
            self.paint(&Path::line(&[(x, y), (x + length, y)], 2.5), Paint::Thin(table.dark(0.5), 0.22));
        }
    }

    /// A table seen from above, with a cloth.
    pub(super) fn flat_lay(&mut self) {
        let Tones { wall, second, .. } = self.tones;
        self.plain();
        let ground = Path::rect(-600.0, -600.0, 2_200.0, 2_000.0);
        self.paint(&ground, Paint::Thin(wall.dark(0.4), 0.12));
        for board in 0..7u8 {
            let x = -60.0 + f32::from(board) * 168.0;
            self.paint(&Path::rect(x, -600.0, 3.0, 2_000.0), Paint::Thin(wall.dark(0.7), 0.25));
        }
        let turn = self.chance.between(-0.03, 0.03);
        let cloth = Path::rect(90.0, 470.0, 960.0, 500.0).turned(turn - 0.03, (480.0, 600.0));
        self.paint(&cloth.clone().moved(6.0, -6.0), Paint::Thin(INK, 0.12));
        self.fill(&cloth, second.light(0.35));
        for stripe in [20.0, 44.0] {
            let line = Path::rect(90.0, 470.0 + stripe, 960.0, 8.0).turned(turn - 0.03, (480.0, 600.0));
            self.fill(&line, second.light(0.75));
        }
    }
}
