//! The patterns, one function each. Integer geometry on a 640 by 480 sheet.

use std::fmt::Write as _;

use super::{Dice, Inks};

/// Draws onto a sheet that already has its ground.
pub(super) type Motif = fn(&mut String, &Inks, &mut Dice);

/// Every pattern.
pub(super) const MOTIFS: [Motif; 6] = [ripples, hills, tiles, leaves, coins, weave];

/// Rings from two places, as when two coins fall into water.
fn ripples(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    let places = [(dice.below(260), 80 + dice.below(320)), (380 + dice.below(260), 80 + dice.below(320))];
    for ((x, y), tone) in places.into_iter().zip(inks.tones) {
        let _ = write!(svg, r#"<g fill="none" stroke="{tone}" stroke-width="7">"#);
        for ring in 1..12 {
            let _ = write!(svg, r#"<circle cx="{x}" cy="{y}" r="{}"/>"#, ring * 34);
        }
        let _ = write!(svg, r#"</g><circle cx="{x}" cy="{y}" r="16" fill="{}"/>"#, inks.accent);
    }
}

/// A low coin of a sun over rolling fields.
fn hills(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    let (x, y) = (120 + dice.below(400), 110 + dice.below(80));
    let _ = write!(svg, r#"<circle cx="{x}" cy="{y}" r="58" fill="{}"/>"#, inks.accent);
    let _ = write!(
        svg,
        r#"<circle cx="{x}" cy="{y}" r="48" fill="none" stroke="{}" stroke-width="3" stroke-linecap="round" stroke-dasharray="0 9"/>"#,
        inks.ground
    );
    let fills = [inks.tones[0], inks.tones[1], inks.tones[0], inks.accent];
    for (row, fill) in (0..).zip(fills) {
        let top: u32 = 200 + row * 70;
        let rise = 20 + dice.below(60);
        let side = dice.below(2) == 0;
        let (left, right) = if side { (top - rise, top + rise) } else { (top + rise, top - rise) };
        let _ = write!(
            svg,
            r#"<path fill="{fill}" d="M0 {top}C160 {left} 220 {left} 330 {top}S520 {right} 640 {}V480H0z"/>"#,
            top - rise / 2
        );
    }
}

/// Quarter discs on a grid, each turned its own way.
fn tiles(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    const SIDE: u32 = 80;
    let fills = [inks.tones[0], inks.tones[1], inks.tones[0], inks.accent];
    for row in 0..6 {
        for column in 0..8 {
            let (x, y) = (column * SIDE, row * SIDE);
            let fill = dice.pick(&fills);
            let shape = match dice.below(5) {
                0 => format!("M{x} {y}h{SIDE}a{SIDE} {SIDE} 0 0 1-{SIDE} {SIDE}z"),
                1 => format!("M{} {y}v{SIDE}a{SIDE} {SIDE} 0 0 1-{SIDE}-{SIDE}z", x + SIDE),
                2 => format!("M{} {}h-{SIDE}a{SIDE} {SIDE} 0 0 1 {SIDE}-{SIDE}z", x + SIDE, y + SIDE),
                3 => format!("M{x} {}v-{SIDE}a{SIDE} {SIDE} 0 0 1 {SIDE} {SIDE}z", y + SIDE),
                _ => continue,
            };
            let _ = write!(svg, r#"<path fill="{fill}" d="{shape}"/>"#);
        }
    }
}

/// A hedge: leaves in rows, leaning.
fn leaves(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    let fills = [inks.tones[0], inks.tones[0], inks.tones[1], inks.accent];
    let lean = 20 + dice.below(50);
    for row in 0..6 {
        for column in 0..9 {
            let x = column * 80 + (row % 2) * 40;
            let y = 40 + row * 80;
            let angle = if (row + column) % 2 == 0 { lean } else { 180 - lean };
            let fill = dice.pick(&fills);
            let _ = write!(
                svg,
                r#"<path fill="{fill}" transform="translate({x} {y}) rotate({angle})" d="M-44 0Q0-34 44 0 0 34-44 0z"/>"#
            );
        }
    }
}

/// Coins laid out on a counter, some of them already spent.
fn coins(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    let fills = [inks.tones[0], inks.tones[1], inks.tones[1], inks.accent];
    for row in 0..5 {
        for column in 0..7 {
            let (x, y) = (column * 106 + (row % 2) * 53, 24 + row * 108);
            if dice.below(6) == 0 {
                let _ = write!(
                    svg,
                    r#"<circle cx="{x}" cy="{y}" r="40" fill="none" stroke="{}" stroke-width="3" stroke-linecap="round" stroke-dasharray="0 10"/>"#,
                    inks.tones[1]
                );
                continue;
            }
            let fill = dice.pick(&fills);
            let _ = write!(
                svg,
                r#"<circle cx="{x}" cy="{y}" r="44" fill="{fill}"/><circle cx="{x}" cy="{y}" r="34" fill="none" stroke="{}" stroke-width="3"/>"#,
                inks.ground
            );
        }
    }
}

/// Strips of cloth, over and under.
fn weave(svg: &mut String, inks: &Inks, dice: &mut Dice) {
    let fills = [inks.tones[0], inks.tones[1], inks.accent];
    let _ = write!(svg, r#"<g stroke-width="26" stroke-linecap="round">"#);
    for row in 0..12 {
        let y = 20 + row * 40;
        let mut x = dice.below(60);
        while x < 640 {
            let length = 40 + dice.below(180);
            let stroke = dice.pick(&fills);
            let _ = write!(svg, r#"<path stroke="{stroke}" d="M{x} {y}h{length}"/>"#);
            x += length + 50;
        }
    }
    svg.push_str("</g>");
}
