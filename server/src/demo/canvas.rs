//! The painter's canvas: fills outlines with smooth edges.
//!
//! An edge adds to each pixel row how much of the row lies to its right;
//! summed from left to right that is how much of each pixel is covered.

use image::{Rgb, RgbImage};

use super::path::{Path, Point};

/// A colour, without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

impl Colour {
    /// The colour that web pages write as `#rrggbb`.
    pub(super) const fn hex(code: u32) -> Self {
        let [_, red, green, blue] = code.to_be_bytes();
        Self([red, green, blue])
    }

    /// This colour with a share of another mixed in.
    pub(super) fn mixed(self, other: Self, share: f32) -> Self {
        let mut mixed = [0; 3];
        for (place, (own, others)) in mixed.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *place = byte(f32::from(own) + (f32::from(others) - f32::from(own)) * share);
        }
        Self(mixed)
    }

    /// Darker, by mixing in ink.
    pub(super) fn dark(self, share: f32) -> Self {
        self.mixed(Self::hex(0x2A_20_1C), share)
    }

    /// Lighter, by mixing in paper.
    pub(super) fn light(self, share: f32) -> Self {
        self.mixed(Self::hex(0xFF_F8_EA), share)
    }
}

/// The nearest byte. Adding a half is far quicker than rounding.
#[expect(clippy::as_conversions, reason = "floats convert to integers in no other way; this one saturates")]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// The whole part of a place on the canvas; zero for what lies before it.
#[expect(clippy::as_conversions, reason = "floats convert to integers in no other way; this one saturates")]
fn cell(value: f32) -> usize {
    value as usize
}

/// A place on the canvas as a number to reckon with.
fn number(place: usize) -> f32 {
    u16::try_from(place).map_or(f32::from(u16::MAX), f32::from)
}

/// What a shape is filled with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Paint {
    /// One colour.
    Flat(Colour),
    /// One colour, through which a part of what lies below is seen.
    Thin(Colour, f32),
    /// From one colour to another, from one height to a lower one.
    Down(Colour, Colour, f32, f32),
    /// From one colour to another, from the left to the right.
    Across(Colour, Colour, f32, f32),
    /// Strongest in the middle, nothing at the rim: light and shadow. Colour,
    /// strength, middle, and the rim's distance across and down.
    Glow(Colour, f32, Point, (f32, f32)),
}

impl Paint {
    /// The colour and its strength at a place.
    fn at(&self, (x, y): Point) -> (Colour, f32) {
        match *self {
            Self::Flat(colour) => (colour, 1.0),
            Self::Thin(colour, strength) => (colour, strength),
            Self::Down(from, to, top, bottom) => {
                (from.mixed(to, ((y - top) / (bottom - top)).clamp(0.0, 1.0)), 1.0)
            }
            Self::Across(from, to, left, right) => {
                (from.mixed(to, ((x - left) / (right - left)).clamp(0.0, 1.0)), 1.0)
            }
            Self::Glow(colour, strength, (cx, cy), (wide, high)) => {
                let (across, down) = ((x - cx) / wide, (y - cy) / high);
                let inside = (1.0 - across * across - down * down).max(0.0);
                (colour, strength * inside * inside)
            }
        }
    }
}

/// How drawings, made for 960 by 720, lie on the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// How much larger.
    pub(super) zoom: f32,
    /// What lies in the middle of the canvas.
    pub(super) middle: Point,
}

/// A picture that is being painted.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    view: View,
    pixels: Vec<Colour>,
}

/// How much of each pixel a shape covers, in the box that it fills.
struct Cover {
    left: usize,
    top: usize,
    width: usize,
    rows: Vec<f32>,
}

impl Cover {
    /// How much of a pixel of the canvas is covered.
    fn at(&self, column: usize, row: usize) -> f32 {
        let (Some(x), Some(y)) = (column.checked_sub(self.left), row.checked_sub(self.top)) else {
            return 0.0;
        };
        if x >= self.width {
            return 0.0;
        }
        self.rows.get(y * self.width + x).copied().unwrap_or(0.0)
    }
}

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: u16, height: u16, ground: Colour) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        let view = View { zoom: 1.0, middle: (480.0, 360.0) };
        Self { width, height, view, pixels: vec![ground; width * height] }
    }

    /// Looks at what is painted from now on in another way.
    pub(super) fn look(&mut self, view: View) {
        self.view = view;
    }

    fn place(&self, (x, y): Point) -> Point {
        let View { zoom, middle } = self.view;
        let (cx, cy) = (number(self.width) / 2.0, number(self.height) / 2.0);
        ((x - middle.0) * zoom + cx, (y - middle.1) * zoom + cy)
    }

    fn place_back(&self, column: usize, row: usize) -> Point {
        let View { zoom, middle } = self.view;
        let (cx, cy) = (number(self.width) / 2.0, number(self.height) / 2.0);
        ((number(column) + 0.5 - cx) / zoom + middle.0, (number(row) + 0.5 - cy) / zoom + middle.1)
    }

    fn cover(&self, path: &Path) -> Option<Cover> {
        let placed: Vec<(Vec<Point>, bool)> = path
            .contours
            .iter()
            .map(|(points, hole)| (points.iter().map(|point| self.place(*point)).collect(), *hole))
            .collect();
        let (mut least, mut most) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
        for (x, y) in placed.iter().flat_map(|(points, _)| points) {
            least = (least.0.min(*x), least.1.min(*y));
            most = (most.0.max(*x), most.1.max(*y));
        }
        let (left, right) = (cell(least.0).min(self.width), cell(most.0.ceil()).min(self.width));
        let (top, bottom) = (cell(least.1).min(self.height), cell(most.1.ceil()).min(self.height));
        if bottom <= top || right <= left {
            return None;
        }
        let width = right - left;
        let mut rows = vec![0.0; (bottom - top) * width];
        let mut edges = Edges { left: number(left), top, bottom, width, rows: &mut rows };
        for (points, is_hole) in &placed {
            edges.contour(points, *is_hole);
        }
        for row in rows.chunks_mut(width) {
            let mut sum = 0.0;
            for place in row {
                sum += *place;
                *place = f32::abs(sum).min(1.0);
            }
        }
        Some(Cover { left, top, width, rows })
    }

    fn lay(&mut self, cover: &Cover, paint: &Paint) {
        for (index, covered) in cover.rows.iter().enumerate().filter(|(_, covered)| **covered > 0.002) {
            let (column, row) = (cover.left + index % cover.width, cover.top + index / cover.width);
            let (colour, strength) = paint.at(self.place_back(column, row));
            if let Some(pixel) = self.pixels.get_mut(row * self.width + column) {
                *pixel = pixel.mixed(colour, strength * covered);
            }
        }
    }

    /// Fills a shape.
    pub(super) fn fill(&mut self, path: &Path, paint: Paint) {
        if let Some(cover) = self.cover(path) {
            self.lay(&cover, &paint);
        }
    }

    /// Fills the part of a shape that lies within another.
    pub(super) fn fill_within(&mut self, frame: &Path, path: &Path, paint: Paint) {
        let (Some(frame), Some(mut cover)) = (self.cover(frame), self.cover(path)) else { return };
        let Cover { left, top, width, .. } = cover;
        for (index, covered) in cover.rows.iter_mut().enumerate().filter(|(_, covered)| **covered > 0.0) {
            *covered *= frame.at(left + index % width, top + index / width);
        }
        self.lay(&cover, &paint);
    }

    /// The finished picture, with the faint grain of paper.
    pub(super) fn finish(self) -> RgbImage {
        let (width, height) =
            (u32::try_from(self.width).unwrap_or(0), u32::try_from(self.height).unwrap_or(0));
        let mut picture = RgbImage::new(width, height);
        for (index, (pixel, colour)) in picture.pixels_mut().zip(&self.pixels).enumerate() {
            let grain = grain(index % self.width, index / self.width);
            *pixel = Rgb(colour.0.map(|part| byte(f32::from(part) + grain)));
        }
        picture
    }
}

/// A faint unevenness, in soft spots of a few pixels.
fn grain(column: usize, row: usize) -> f32 {
    let mixed = (column / 3).wrapping_mul(0x9E37_79B1) ^ (row / 3).wrapping_mul(0x85EB_CA77);
    let spread = mixed.wrapping_mul(0x2C1B_3C6D) >> 13;
    (number(spread % 256) / 255.0 - 0.5) * 2.6
}

/// Sums up edges, row by row.
struct Edges<'r> {
    left: f32,
    top: usize,
    bottom: usize,
    width: usize,
    rows: &'r mut [f32],
}

impl Edges<'_> {
    /// All contours run the same way round, so that those that overlap add
    /// up; holes run the other way.
    fn contour(&mut self, points: &[Point], is_hole: bool) {
        let pairs = || points.iter().zip(points.iter().cycle().skip(1));
        let area: f32 = pairs().map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        let way = if (area < 0.0) == is_hole { 1.0 } else { -1.0 };
        for (a, b) in pairs() {
            match a.1 < b.1 {
                true => self.edge(*a, *b, way),
                false => self.edge(*b, *a, -way),
            }
        }
    }

    fn edge(&mut self, upper: Point, lower: Point, way: f32) {
        if lower.1 - upper.1 <= f32::EPSILON {
            return;
        }
        let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
        let first = cell(upper.1).max(self.top);
        let last = cell(lower.1.ceil()).min(self.bottom);
        for row in first..last {
            let from = upper.1.max(number(row));
            let to = lower.1.min(number(row + 1));
            if to <= from {
                continue;
            }
            let at = |y: f32| upper.0 + (y - upper.1) * slope - self.left;
            let (one, other) = (at(from), at(to));
            let start = (row - self.top) * self.width;
            self.cross(start, (one.min(other), one.max(other)), (to - from) * way);
        }
    }

    /// An edge crosses one row between two columns and covers `height` of it
    /// to its right.
    fn cross(&mut self, start: usize, (left, right): (f32, f32), height: f32) {
        let end = number(self.width);
        let (left, right) = (left.clamp(0.0, end), right.clamp(0.0, end));
        let (first, last) = (cell(left), cell(right));
        let mut given = 0.0;
        for column in first..=last {
            if column >= self.width {
                return;
            }
            // The share of the row's height that is covered in this pixel,
            // counting all that begins in it or before.
            let edge = number(column + 1);
            let covered = match right - left < 1e-4 {
                true => edge - left,
                false => {
                    let upto = edge.min(right);
                    let ramp = (upto - left) * (upto - left) / (2.0 * (right - left));
                    let before = (number(column) - left).max(0.0);
                    let ramp_before = before * before / (2.0 * (right - left));
                    ramp - ramp_before + (edge - upto)
                }
            };
            if let Some(place) = self.rows.get_mut(start + column) {
                *place += (covered - given) * height;
            }
            given = covered;
        }
        if let Some(place) = self.rows.get_mut(start + last + 1)
            && last + 1 < self.width
        {
            *place += (1.0 - given) * height;
        }
    }
}
