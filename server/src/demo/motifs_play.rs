//! Drawings of gardens, games and small jobs.

use super::canvas::{Colour, Paint};
use super::path::Path;
use super::scene::{COPPER, INK, PAPER, Scene, Tones};

/// Packets of seeds.
pub(super) fn seeds(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, second, accent, .. } = scene.tones;
    for (place, colour) in [main, second, accent].into_iter().enumerate() {
        let (x, lean) =
            ([150.0, 370.0, 590.0].get(place).copied().unwrap_or(0.0), scene.chance.between(-0.02, 0.02));
        let at = |path: Path| path.turned(lean, (x + 110.0, 340.0));
        scene.paint(&at(Path::rounded(x, 150.0, 206.0, 330.0, 6.0)).moved(9.0, 12.0), Paint::Thin(INK, 0.25));
        scene.fill(&at(Path::rounded(x, 150.0, 206.0, 330.0, 6.0)), PAPER);
        scene.fill(&at(Path::rect(x, 150.0, 206.0, 62.0)), colour);
        scene.fill(
            &at(Path::rounded(x + 34.0, 172.0, 138.0, 16.0, 8.0)),
            if colour == PAPER { INK } else { PAPER },
        );
        let (cx, cy) = (x + 103.0, 330.0);
        match place {
            0 => {
                for petal in 0..12u8 {
                    let leaf =
                        Path::ellipse(cx, cy - 52.0, 14.0, 34.0).turned(f32::from(petal) / 12.0, (cx, cy));
                    scene.fill(&at(leaf), Colour::hex(0xE3_A6_35));
                }
                scene.fill(&at(Path::circle(cx, cy, 32.0)), Colour::hex(0x6A_41_28));
            }
            1 => {
                for side in [-1.0, 0.0, 1.0] {
                    let leaf = Path::ellipse(cx + side * 20.0, cy - 70.0, 9.0, 42.0)
                        .turned(side * 0.06, (cx, cy - 30.0));
                    scene.fill(&at(leaf), Colour::hex(0x66_86_4A));
                }
                let root = Path::from(cx - 44.0, cy - 30.0)
                    .curve((cx - 40.0, cy + 20.0), (cx - 6.0, cy + 60.0), (cx, cy + 100.0))
                    .curve((cx + 6.0, cy + 60.0), (cx + 40.0, cy + 20.0), (cx + 44.0, cy - 30.0))
                    .bend((cx, cy - 52.0), (cx - 44.0, cy - 30.0));
                scene.round(&at(root), Colour::hex(0xD8_74_33), (cx - 50.0, cx + 50.0));
            }
            _ => {
                scene.round(
                    &at(Path::circle(cx, cy + 10.0, 62.0)),
                    Colour::hex(0xC4_3F_33),
                    (cx - 64.0, cx + 64.0),
                );
                for sepal in 0..5u8 {
                    let leaf = Path::ellipse(cx, cy - 66.0, 7.0, 24.0)
                        .turned(f32::from(sepal) / 5.0, (cx, cy - 46.0));
                    scene.fill(&at(leaf), Colour::hex(0x5C_7D_46));
                }
            }
        }
    }
    for _ in 0..40 {
        let (x, y) = (scene.chance.between(200.0, 820.0), scene.chance.between(540.0, 680.0));
        let turn = scene.chance.between(0.0, 1.0);
        scene.fill(&Path::ellipse(x, y, 9.0, 4.6).turned(turn, (x, y)), Colour::hex(0x6B_4A_30));
    }
}

/// A chess board with a game that is not decided yet.
pub(super) fn chess(scene: &mut Scene) {
    scene.plain();
    let Tones { main, second, accent, .. } = scene.tones;
    let (light, dark) = (PAPER.dark(0.04), COPPER.dark(0.18));
    let corner = |column: f32, row: f32| (480.0 + (column - row) * 47.0, 176.0 + (column + row) * 27.0);
    scene.shadow((480.0, 480.0), 520.0, 260.0);
    let rim = Path::polygon(&[corner(-0.5, -0.5), corner(8.5, -0.5), corner(8.5, 8.5), corner(-0.5, 8.5)]);
    scene.fill(&rim.clone().moved(0.0, 24.0), COPPER.dark(0.55));
    scene.fill(&rim, COPPER.dark(0.3));
    for row in 0..8u8 {
        for column in 0..8u8 {
            let (c, r) = (f32::from(column), f32::from(row));
            let square = Path::polygon(&[
                corner(c, r),
                corner(c + 1.0, r),
                corner(c + 1.0, r + 1.0),
                corner(c, r + 1.0),
            ]);
            scene.fill(&square, if (row + column) % 2 == 0 { light } else { dark });
        }
    }
    let white = if main == PAPER { second } else { main };
    let pieces = [
        (1.0, 1.0, 0),
        (4.0, 1.0, 2),
        (6.0, 2.0, 0),
        (2.0, 3.0, 1),
        (5.0, 4.0, 0),
        (1.0, 5.0, 0),
        (4.0, 6.0, 2),
        (6.0, 6.0, 1),
        (3.0, 6.0, 0),
    ];
    for (place, (column, row, kind)) in pieces.into_iter().enumerate() {
        let (x, y) = corner(column + 0.5, row + 0.5);
        let colour = if place % 2 == 0 { white } else { accent };
        let high = [62.0, 92.0, 118.0].get(kind).copied().unwrap_or(60.0);
        scene.shadow((x + 8.0, y + 2.0), 40.0, 16.0);
        let body = Path::from(x - 27.0, y)
            .curve((x - 24.0, y - 16.0), (x - 10.0, y - high * 0.5), (x - 12.0, y - high * 0.75))
            .to(x + 12.0, y - high * 0.75)
            .curve((x + 10.0, y - high * 0.5), (x + 24.0, y - 16.0), (x + 27.0, y))
            .bend((x, y + 16.0), (x - 27.0, y));
        scene.round(&body, colour, (x - 28.0, x + 30.0));
        scene.round(&Path::circle(x, y - high * 0.82, 17.0), colour.light(0.06), (x - 17.0, x + 19.0));
        if kind == 2 {
            let crown = Path::polygon(&[
                (x - 18.0, y - high * 0.86),
                (x - 22.0, y - high * 1.08),
                (x - 8.0, y - high * 0.98),
                (x, y - high * 1.14),
                (x + 8.0, y - high * 0.98),
                (x + 22.0, y - high * 1.08),
                (x + 18.0, y - high * 0.86),
            ]);
            scene.round(&crown, colour, (x - 22.0, x + 24.0));
        }
    }
}

/// A wren in cross-stitch, in its hoop.
pub(super) fn stitches(scene: &mut Scene) {
    scene.plain();
    let Tones { main, accent, wall, .. } = scene.tones;
    scene.shadow((496.0, 384.0), 380.0, 360.0);
    scene.fill(&Path::circle(480.0, 360.0, 304.0), Colour::hex(0xC8_94_5A));
    scene.fill(&Path::ring(480.0, 360.0, 294.0, 5.0), Colour::hex(0x9A_66_38));
    let cloth = Path::circle(480.0, 360.0, 280.0);
    scene.fill(&cloth, PAPER);
    scene.round(&Path::rounded(452.0, 36.0, 56.0, 34.0, 8.0), Colour::hex(0xD9_B0_5A), (440.0, 520.0));
    let back = if main == PAPER { COPPER } else { main };
    for (row, line) in super::texts::WREN.lines().enumerate() {
        for (column, sign) in line.chars().enumerate() {
            let colour = match sign {
                '#' => back.dark(0.15),
                'o' => back.light(0.45),
                'x' => INK,
                '+' => accent,
                '|' => Colour::hex(0x66_7F_4C),
                _ => continue,
            };
            let at = |cells: usize| f32::from(u8::try_from(cells).unwrap_or(u8::MAX)) * 20.0;
            let (x, y) = (262.0 + at(column), 210.0 + at(row));
            scene.fill(&Path::line(&[(x + 4.0, y + 4.0), (x + 16.0, y + 16.0)], 6.6), colour);
            scene.fill(&Path::line(&[(x + 16.0, y + 4.0), (x + 4.0, y + 16.0)], 6.6), colour.light(0.14));
        }
    }
    for _ in 0..200 {
        let (x, y) = (scene.chance.between(210.0, 750.0), scene.chance.between(90.0, 630.0));
        scene.inside(&cloth, &Path::circle(x, y, 1.3), Paint::Thin(wall.dark(0.5), 0.35));
    }
}

/// A window that somebody has just cleaned, with a bucket.
pub(super) fn bucket(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((470.0, 632.0), 280.0, 30.0);
    let broom = Path::line(&[(760.0, 90.0), (640.0, 560.0)], 17.0);
    scene.fill(&broom, Colour::hex(0xB9_85_4E));
    let bristles = Path::polygon(&[(596.0, 520.0), (694.0, 546.0), (716.0, 664.0), (540.0, 620.0)]);
    scene.paint(&bristles, Paint::Down(Colour::hex(0xE2_BE_77), Colour::hex(0xA9_7E_3E), 520.0, 660.0));
    for strand in 0..8u8 {
        let share = f32::from(strand) / 7.0;
        let line = Path::line(
            &[(602.0 + 86.0 * share, 526.0 + 24.0 * share), (548.0 + 160.0 * share, 618.0 + 40.0 * share)],
            2.5,
        );
        scene.paint(&line, Paint::Thin(INK, 0.3));
    }
    scene.fill(&Path::line(&[(594.0, 522.0), (698.0, 550.0)], 13.0), accent);
    let handle = Path::from(280.0, 380.0).curve((270.0, 180.0), (610.0, 180.0), (600.0, 380.0)).stroke(8.0);
    scene.fill(&handle, INK.light(0.35));
    let body = Path::polygon(&[(266.0, 370.0), (614.0, 370.0), (570.0, 630.0), (310.0, 630.0)]);
    scene.round(&body, main, (260.0, 640.0));
    scene.inside(&body, &Path::rect(240.0, 440.0, 400.0, 26.0), Paint::Thin(second, 0.9));
    for (x, y, size) in [
        (300.0, 350.0, 38.0),
        (356.0, 326.0, 54.0),
        (430.0, 336.0, 48.0),
        (500.0, 322.0, 58.0),
        (566.0, 350.0, 40.0),
        (440.0, 286.0, 32.0),
        (540.0, 270.0, 20.0),
        (400.0, 240.0, 14.0),
    ] {
        scene.round(&Path::circle(x, y, size), Colour::hex(0xF1_F4_F2), (x - size * 2.0, x + size * 3.0));
        scene.paint(
            &Path::circle(x - size * 0.3, y - size * 0.3, size * 0.2),
            Paint::Thin(PAPER.light(1.0), 0.9),
        );
    }
    scene.fill(&Path::rounded(252.0, 366.0, 376.0, 24.0, 12.0), main.light(0.2));
}

/// A pair of mittens on their string.
pub(super) fn mittens(scene: &mut Scene) {
    scene.plain();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    scene.fill(&Path::circle(480.0, 360.0, 300.0), wall.light(0.3));
    let string = Path::from(282.0, 300.0).curve((210.0, 40.0), (750.0, 40.0), (678.0, 300.0)).stroke(9.0);
    scene.fill(&string, accent);
    for (side, lean) in [(false, -0.03), (true, 0.03)] {
        let at = |path: Path| match side {
            false => path.moved(-48.0, 0.0).turned(lean, (282.0, 300.0)),
            true => path.moved(-48.0, 0.0).scaled(-1.0, 1.0, (480.0, 0.0)).turned(lean, (678.0, 300.0)),
        };
        let (left, right) = if side { (560.0, 800.0) } else { (160.0, 400.0) };
        let thumb = Path::from(400.0, 410.0).curve((470.0, 420.0), (500.0, 500.0), (462.0, 530.0)).curve(
            (430.0, 550.0),
            (410.0, 520.0),
            (396.0, 500.0),
        );
        scene.round(&at(thumb), main.dark(0.08), (left, right));
        let hand = Path::from(258.0, 340.0)
            .to(402.0, 340.0)
            .curve((424.0, 440.0), (420.0, 640.0), (330.0, 640.0))
            .curve((240.0, 640.0), (236.0, 440.0), (258.0, 340.0));
        let hand = at(hand);
        scene.round(&hand, main, (left, right));
        for row in 0..3u8 {
            for stitch in 0..7u8 {
                let (x, y) = (262.0 + f32::from(stitch) * 23.0, 420.0 + f32::from(row) * 54.0);
                let star = Path::polygon(&[(x, y - 20.0), (x + 11.0, y), (x, y + 20.0), (x - 11.0, y)]);
                scene.inside(&hand, &at(star), Paint::Flat(if row == 1 { accent } else { second }));
            }
        }
        let cuff = at(Path::rounded(250.0, 290.0, 160.0, 64.0, 14.0));
        scene.round(&cuff, second, (left, right));
        for rib in 0..9u8 {
            let line = at(Path::rect(262.0 + f32::from(rib) * 17.0, 290.0, 3.0, 64.0));
            scene.inside(&cuff, &line, Paint::Thin(INK, 0.16));
        }
    }
}

/// A sock with a beautiful darn, and the needle that made it.
pub(super) fn sock(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, second, accent, .. } = scene.tones;
    let wool = if main == PAPER { COPPER } else { main };
    let shape = Path::from(330.0, 90.0)
        .to(530.0, 90.0)
        .to(530.0, 390.0)
        .curve((540.0, 450.0), (700.0, 450.0), (790.0, 500.0))
        .curve((860.0, 550.0), (830.0, 640.0), (740.0, 640.0))
        .to(470.0, 640.0)
        .curve((360.0, 640.0), (330.0, 560.0), (330.0, 470.0))
        .turned(-0.02, (480.0, 360.0));
    scene.paint(&shape.clone().moved(12.0, 14.0), Paint::Thin(INK, 0.25));
    scene.round(&shape, wool, (320.0, 860.0));
    for (y, tone) in [(90.0, second), (160.0, accent), (196.0, second)] {
        let high = if y < 100.0 { 54.0 } else { 16.0 };
        scene.inside(&shape, &Path::rect(300.0, y, 260.0, high), Paint::Flat(tone));
    }
    scene.inside(&shape, &Path::circle(372.0, 600.0, 96.0), Paint::Flat(second));
    scene.inside(&shape, &Path::circle(812.0, 590.0, 92.0), Paint::Flat(second));
    // The darn: threads over and under.
    for line in 0..11u8 {
        let along = f32::from(line) * 11.0;
        scene.fill(&Path::line(&[(540.0 + along, 486.0), (540.0 + along, 600.0)], 5.0), accent);
    }
    for line in 0..11u8 {
        for cross in 0..11u8 {
            let (x, y) = (534.0 + f32::from(cross) * 11.0, 490.0 + f32::from(line) * 10.4);
            if (line + cross) % 2 == 0 {
                scene.fill(&Path::rounded(x, y, 12.0, 5.4, 2.0), PAPER);
            }
        }
    }
    let thread = Path::from(652.0, 540.0).curve((760.0, 380.0), (640.0, 260.0), (760.0, 190.0)).stroke(4.0);
    scene.fill(&thread, accent);
    scene.paint(&Path::line(&[(748.0, 206.0), (850.0, 96.0)], 8.0).moved(6.0, 8.0), Paint::Thin(INK, 0.25));
    scene.fill(&Path::line(&[(748.0, 206.0), (850.0, 96.0)], 7.0), Colour::hex(0xC9_CC_CC));
    scene.round(&Path::ellipse(176.0, 250.0, 62.0, 62.0), accent, (114.0, 238.0));
    for hole in [(162.0, 236.0), (190.0, 236.0), (162.0, 264.0), (190.0, 264.0)] {
        scene.fill(&Path::circle(hole.0, hole.1, 7.0), accent.dark(0.6));
    }
}

/// A bottle of ink, and what came out of it.
pub(super) fn ink(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    let blue = Colour::hex(0x24_2C_4E);
    scene.shadow((400.0, 630.0), 230.0, 26.0);
    let glass = Path::from(330.0, 330.0)
        .to(470.0, 330.0)
        .to(470.0, 370.0)
        .curve((560.0, 390.0), (580.0, 430.0), (580.0, 480.0))
        .to(580.0, 600.0)
        .bend((580.0, 630.0), (550.0, 630.0))
        .to(250.0, 630.0)
        .bend((220.0, 630.0), (220.0, 600.0))
        .to(220.0, 480.0)
        .curve((220.0, 430.0), (240.0, 390.0), (330.0, 370.0));
    scene.round(&glass, blue.light(0.12), (210.0, 600.0));
    scene.inside(&glass, &Path::rect(200.0, 320.0, 400.0, 110.0), Paint::Thin(PAPER, 0.35));
    scene.paint(&Path::rounded(246.0, 450.0, 15.0, 140.0, 8.0), Paint::Thin(PAPER, 0.45));
    scene.fill(&Path::rounded(290.0, 470.0, 220.0, 118.0, 8.0), PAPER);
    scene.fill(&Path::rounded(304.0, 484.0, 192.0, 90.0, 5.0).stroke(3.0), COPPER);
    for (y, width) in [(512.0, 130.0), (536.0, 90.0), (554.0, 60.0)] {
        scene.fill(&Path::line(&[(400.0 - width / 2.0, y), (400.0 + width / 2.0, y)], 6.0), INK.light(0.2));
    }
    scene.round(&Path::rounded(318.0, 262.0, 164.0, 78.0, 12.0), COPPER, (310.0, 500.0));
    for groove in 0..9u8 {
        let x = 330.0 + f32::from(groove) * 17.0;
        scene.paint(&Path::rect(x, 268.0, 3.0, 66.0), Paint::Thin(INK, 0.25));
    }
    let card = Path::polygon(&[(560.0, 672.0), (640.0, 560.0), (930.0, 580.0), (890.0, 700.0)]);
    scene.fill(&card, PAPER.light(0.4));
    let flourish = Path::from(640.0, 640.0).curve((700.0, 560.0), (720.0, 680.0), (770.0, 620.0)).curve(
        (800.0, 590.0),
        (830.0, 660.0),
        (870.0, 610.0),
    );
    scene.fill(&flourish.stroke(5.0), blue);
    let feather = Path::from(560.0, 600.0).curve((600.0, 380.0), (700.0, 200.0), (860.0, 110.0)).curve(
        (850.0, 300.0),
        (720.0, 470.0),
        (600.0, 560.0),
    );
    let plume = if main == PAPER { second } else { main.light(0.2) };
    scene.round(&feather, plume, (540.0, 880.0));
    let shaft = Path::from(540.0, 656.0).curve((620.0, 420.0), (700.0, 280.0), (846.0, 128.0)).stroke(5.0);
    scene.fill(&shaft, PAPER);
    for barb in 0..7u8 {
        let share = f32::from(barb) / 7.0;
        let (x, y) = (640.0 + share * 150.0, 440.0 - share * 240.0);
        scene.inside(&feather, &Path::line(&[(x, y), (x + 90.0, y - 10.0)], 3.0), Paint::Thin(INK, 0.18));
    }
    scene.fill(&Path::circle(700.0, 690.0, 11.0), accent.mixed(blue, 0.9));
}
