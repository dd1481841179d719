//! Drawings that stand where nobody has put a picture: calm patterns in the
//! site's colours, the same for the same id for ever.
//!
//! A drawing is a picture of its own, so it cannot use the style sheet; its
//! colours are middle tones that sit well on paper and in the dark.

mod motif;

use std::fmt::Write as _;

use domain::id::{ListingId, UserId};

use motif::MOTIFS;

/// Colours of one drawing: the ground, two tones and an accent.
struct Inks {
    ground: &'static str,
    tones: [&'static str; 2],
    accent: &'static str,
}

const INKS: [Inks; 6] = [
    // Copper on sand.
    Inks { ground: "#e9d7c3", tones: ["#d9b996", "#c58e63"], accent: "#9a5a34" },
    // Verdigris, the green that copper grows.
    Inks { ground: "#d5e0d6", tones: ["#a9c4b4", "#7ba394"], accent: "#3f7468" },
    // Ochre and straw.
    Inks { ground: "#efe2bd", tones: ["#dfc683", "#c9a34f"], accent: "#8f6a1f" },
    // Slate at dusk.
    Inks { ground: "#d8dce2", tones: ["#b0bac6", "#8493a5"], accent: "#4d6078" },
    // Heather.
    Inks { ground: "#e4d8df", tones: ["#c7adbc", "#a37f94"], accent: "#6f4a62" },
    // Wren brown.
    Inks { ground: "#e3d9ce", tones: ["#bfa78f", "#94775c"], accent: "#5d4330" },
];

/// A stream of small numbers that only depends on the id.
struct Dice(blake3::OutputReader);

impl Dice {
    fn of(id: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(id);
        Self(hasher.finalize_xof())
    }

    /// A number from 0 to below `end`, which is at most 65,535.
    fn below(&mut self, end: u16) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) % u32::from(end.max(1))
    }

    /// One of `items`.
    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let end = u16::try_from(items.len()).unwrap_or(u16::MAX);
        let index = usize::try_from(self.below(end)).unwrap_or(0);
        items.get(index).unwrap_or(&items[0])
    }
}

/// The drawing for a listing, 640 by 480.
#[must_use]
pub fn listing(id: ListingId) -> String {
    let mut dice = Dice::of(id.uuid().as_bytes());
    let inks = dice.pick(&INKS);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480"><path fill="{}" d="M0 0h640v480H0z"/>"#,
        inks.ground
    );
    let draw = dice.pick(&MOTIFS);
    draw(&mut svg, inks, &mut dice);
    svg.push_str("</svg>");
    svg
}

/// The drawing for a user: a coin with a rosette, 120 by 120.
#[must_use]
pub fn portrait(id: UserId) -> String {
    let mut dice = Dice::of(id.uuid().as_bytes());
    let inks = dice.pick(&INKS);
    let petals = 5 + dice.below(5);
    let (length, breadth) = (16 + dice.below(8), 6 + dice.below(6));
    let mut svg = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" viewBox="0 0 120 120">"#,
            r#"<circle cx="60" cy="60" r="60" fill="{tone}"/>"#,
            r#"<circle cx="60" cy="60" r="52" fill="{ground}"/>"#,
            r#"<circle cx="60" cy="60" r="56" fill="none" stroke="{ground}" stroke-width="3" stroke-linecap="round" stroke-dasharray="0 7.03"/>"#,
        ),
        tone = inks.tones[1],
        ground = inks.ground,
    );
    for petal in 0..petals {
        let angle = 3600 * petal / petals;
        let tone = inks.tones[usize::from(petal % 2 == 1)];
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            r#"<ellipse cx="60" cy="{}" rx="{breadth}" ry="{length}" fill="{tone}" transform="rotate({}.{} 60 60)"/>"#,
            60 - length - 4,
            angle / 10,
            angle % 10
        );
    }
    let _ = write!(svg, r#"<circle cx="60" cy="60" r="9" fill="{}"/></svg>"#, inks.accent);
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    #[test]
    fn a_drawing_depends_on_the_id_and_on_nothing_else() {
        let all: Vec<_> = (0..200).map(|n| listing(ListingId::new(Uuid::from_u128(n)))).collect();
        let again: Vec<_> = (0..200).map(|n| listing(ListingId::new(Uuid::from_u128(n)))).collect();
        assert_eq!(all, again);
        let distinct: BTreeSet<_> = all.iter().collect();
        assert!(distinct.len() > 190, "only {} distinct drawings", distinct.len());
    }

    #[test]
    fn drawings_are_small_and_closed() {
        for n in 0..200 {
            for svg in
                [listing(ListingId::new(Uuid::from_u128(n))), portrait(UserId::new(Uuid::from_u128(n)))]
            {
                assert!(svg.len() < 12_000, "{} bytes", svg.len());
                assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
                assert!(!svg.contains("style") && !svg.contains("-<"), "{svg}");
            }
        }
    }
}
