//! Outlines of shapes for the painter: closed contours of points.

use std::f32::consts::{PI, TAU};

/// A place on the picture.
pub(super) type Point = (f32, f32);

/// How far a flattened curve may leave its true course is decided by this
/// many pieces a curve; pictures are small.
const PIECES: u8 = 20;

/// A shape. Overlapping contours are one shape; holes are cut on purpose.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// Contours with their points; true for holes.
    pub(super) contours: Vec<(Vec<Point>, bool)>,
}

fn blend(from: Point, to: Point, share: f32) -> Point {
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

impl Path {
    /// A contour that begins at a point.
    pub(super) fn from(x: f32, y: f32) -> Self {
        Self { contours: vec![(vec![(x, y)], false)] }
    }

    fn push(&mut self, point: Point) {
        if let Some((points, _)) = self.contours.last_mut() {
            points.push(point);
        }
    }

    fn last(&self) -> Point {
        self.contours.last().and_then(|(points, _)| points.last()).copied().unwrap_or_default()
    }

    /// Goes straight to a point.
    pub(super) fn to(mut self, x: f32, y: f32) -> Self {
        self.push((x, y));
        self
    }

    /// Goes to `end` on a curve that is drawn towards `pull`.
    pub(super) fn bend(self, pull: Point, end: Point) -> Self {
        let from = self.last();
        self.curve(blend(from, pull, 2.0 / 3.0), blend(end, pull, 2.0 / 3.0), end)
    }

    /// Goes to `end` on a curve that leaves towards `first` and comes from
    /// `second`.
    pub(super) fn curve(mut self, first: Point, second: Point, end: Point) -> Self {
        let from = self.last();
        for piece in 1..=PIECES {
            let share = f32::from(piece) / f32::from(PIECES);
            let (a, b, c) =
                (blend(from, first, share), blend(first, second, share), blend(second, end, share));
            self.push(blend(blend(a, b, share), blend(b, c, share), share));
        }
        self
    }

    /// Straight lines from point to point.
    pub(super) fn polygon(points: &[Point]) -> Self {
        Self { contours: vec![(points.to_vec(), false)] }
    }

    /// An ellipse about a centre.
    pub(super) fn ellipse(x: f32, y: f32, wide: f32, high: f32) -> Self {
        let points = (0..72u8).map(|step| {
            let angle = f32::from(step) / 72.0 * TAU;
            (x + wide * angle.cos(), y + high * angle.sin())
        });
        Self { contours: vec![(points.collect(), false)] }
    }

    /// A circle about a centre.
    pub(super) fn circle(x: f32, y: f32, radius: f32) -> Self {
        Self::ellipse(x, y, radius, radius)
    }

    /// A rectangle from its upper left corner.
    pub(super) fn rect(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::polygon(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    /// A rectangle with round corners.
    pub(super) fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Self {
        let r = radius.min(width / 2.0).min(height / 2.0);
        let mut points = Vec::with_capacity(40);
        let corners = [
            (x + width - r, y + r, -PI / 2.0),
            (x + width - r, y + height - r, 0.0),
            (x + r, y + height - r, PI / 2.0),
            (x + r, y + r, PI),
        ];
        for (cx, cy, start) in corners {
            for step in 0..=8u8 {
                let angle = start + f32::from(step) / 8.0 * PI / 2.0;
                points.push((cx + r * angle.cos(), cy + r * angle.sin()));
            }
        }
        Self { contours: vec![(points, false)] }
    }

    /// A line of some width along points, with round ends.
    pub(super) fn line(points: &[Point], width: f32) -> Self {
        let half = width / 2.0;
        let mut path = Self::default();
        for pair in points.windows(2) {
            let &[(ax, ay), (bx, by)] = pair else { continue };
            let length = (bx - ax).hypot(by - ay);
            if length > 0.0 {
                let (nx, ny) = ((by - ay) / length * half, (ax - bx) / length * half);
                let corners =
                    [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)];
                path = path.and(Self::polygon(&corners));
            }
        }
        points.iter().fold(path, |path, &(x, y)| path.and(Self::circle(x, y, half)))
    }

    /// This outline as a line of some width; the contours stay open.
    pub(super) fn stroke(&self, width: f32) -> Self {
        let lines = self.contours.iter().map(|(points, _)| Self::line(points, width));
        lines.fold(Self::default(), Self::and)
    }

    /// A part of a circle's line; angles in turns, clockwise from the right.
    pub(super) fn arc((x, y): Point, radius: f32, (from, to): (f32, f32), width: f32) -> Self {
        let points: Vec<Point> = (0..=40u8)
            .map(|step| {
                let angle = (from + (to - from) * f32::from(step) / 40.0) * TAU;
                (x + radius * angle.cos(), y + radius * angle.sin())
            })
            .collect();
        Self::line(&points, width)
    }

    /// A ring: a circle with a smaller one cut out.
    pub(super) fn ring(x: f32, y: f32, radius: f32, width: f32) -> Self {
        Self::circle(x, y, radius + width / 2.0).without(Self::circle(x, y, radius - width / 2.0))
    }

    /// Both shapes.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.contours.extend(other.contours);
        self
    }

    /// This shape with the other one cut out; the hole has to lie within one
    /// contour.
    pub(super) fn without(mut self, hole: Self) -> Self {
        self.contours.extend(hole.contours.into_iter().map(|(points, is_hole)| (points, !is_hole)));
        self
    }

    fn map(mut self, change: impl Fn(Point) -> Point) -> Self {
        for point in self.contours.iter_mut().flat_map(|(points, _)| points) {
            *point = change(*point);
        }
        self
    }

    /// Moved.
    pub(super) fn moved(self, right: f32, down: f32) -> Self {
        self.map(|(x, y)| (x + right, y + down))
    }

    /// Turned clockwise about a point; the angle in turns.
    pub(super) fn turned(self, turns: f32, (cx, cy): Point) -> Self {
        let (sin, cos) = (turns * TAU).sin_cos();
        self.map(|(x, y)| (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos))
    }

    /// Grown or shrunk about a point.
    pub(super) fn scaled(self, wide: f32, high: f32, (cx, cy): Point) -> Self {
        self.map(|(x, y)| (cx + (x - cx) * wide, cy + (y - cy) * high))
    }
}
