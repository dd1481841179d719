//! Drawings of what hands make: wool, cloth, leather, wood and metal.

use std::f32::consts::TAU;

use super::canvas::{Colour, Paint};
use super::path::{Path, Point};
use super::scene::{COPPER, INK, PAPER, Scene, Tones};

fn ball(scene: &mut Scene, (x, y): Point, size: f32, wool: Colour) {
    scene.shadow((x + 10.0, y + size), size * 1.2, size * 0.18);
    let round = Path::circle(x, y, size);
    scene.round(&round, wool, (x - size, x + size));
    for strand in 0..9u8 {
        let bow = (f32::from(strand) - 4.0) * size * 0.24;
        for turn in [0.08, 0.3] {
            let line = Path::from(x - size, y + bow)
                .bend((x, y + bow * 1.9), (x + size, y + bow))
                .stroke(size * 0.045);
            scene.inside(&round, &line.turned(turn, (x, y)), Paint::Thin(wool.dark(0.55), 0.4));
        }
    }
    let band =
        Path::from(x - size, y - 10.0).bend((x, y + size * 0.5), (x + size, y - 10.0)).stroke(size * 0.2);
    scene.inside(&round, &band.turned(-0.1, (x, y)), Paint::Thin(wool.light(0.35), 0.7));
}

/// Balls of wool and two needles.
pub(super) fn yarn(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    for (from, to) in [((300.0, 610.0), (640.0, 150.0)), ((660.0, 620.0), (360.0, 140.0))] {
        scene.fill(&Path::line(&[from, to], 11.0), Colour::hex(0xD2_A4_6C));
        scene.fill(&Path::circle(to.0, to.1, 16.0), accent);
    }
    ball(scene, (310.0, 500.0), 126.0, main);
    ball(scene, (660.0, 510.0), 116.0, second);
    ball(scene, (490.0, 556.0), 92.0, accent);
    let tail = Path::from(570.0, 590.0).curve((640.0, 680.0), (760.0, 600.0), (900.0, 676.0)).stroke(8.0);
    scene.fill(&tail, accent.dark(0.1));
}

/// A jumper with a patterned yoke, or its detail.
pub(super) fn jumper(scene: &mut Scene) {
    scene.plain();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    scene.fill(&Path::circle(480.0, 360.0, 306.0), wall.light(0.3));
    let knit = if main == PAPER { COPPER } else { main };
    let hook = Path::arc((480.0, 84.0), 24.0, (0.5, 1.2), 6.0);
    scene.fill(&hook, INK);
    scene.fill(&Path::line(&[(250.0, 212.0), (480.0, 110.0), (710.0, 212.0)], 12.0), Colour::hex(0xA8_72_44));
    let body = Path::from(392.0, 156.0)
        .bend((480.0, 190.0), (568.0, 156.0))
        .curve((640.0, 170.0), (690.0, 196.0), (712.0, 230.0))
        .to(806.0, 520.0)
        .to(716.0, 552.0)
        .to(650.0, 370.0)
        .to(650.0, 626.0)
        .to(310.0, 626.0)
        .to(310.0, 370.0)
        .to(244.0, 552.0)
        .to(154.0, 520.0)
        .to(248.0, 230.0)
        .curve((270.0, 196.0), (320.0, 170.0), (392.0, 156.0));
    scene.round(&body, knit, (150.0, 830.0));
    for (radius, tone) in [(150.0, second), (196.0, accent), (242.0, second)] {
        for step in 0..40u8 {
            let turn = f32::from(step) / 40.0 * TAU;
            let (x, y) = (480.0 + radius * turn.cos() * 1.05, 130.0 + radius * turn.sin() * 0.8);
            let stitch = Path::polygon(&[(x, y - 13.0), (x + 10.0, y), (x, y + 13.0), (x - 10.0, y)]);
            scene.inside(&body, &stitch, Paint::Flat(tone));
        }
    }
    for row in 0..24u8 {
        let y = 190.0 + f32::from(row) * 19.0;
        scene.inside(&body, &Path::line(&[(140.0, y), (820.0, y)], 1.6), Paint::Thin(INK, 0.13));
    }
    for (x, y, w, lean) in
        [(310.0, 592.0, 340.0, 0.0), (150.0, 506.0, 104.0, 0.052), (706.0, 506.0, 104.0, -0.052)]
    {
        let cuff = Path::rect(x, y, w, 40.0).turned(lean, (x + w / 2.0, y));
        scene.inside(&body, &cuff, Paint::Flat(second.mixed(knit, 0.25)));
    }
    let collar = Path::from(388.0, 150.0).bend((480.0, 200.0), (572.0, 150.0)).stroke(26.0);
    scene.fill(&collar, second);
}

/// A quilt of triangles and squares, edge to edge.
pub(super) fn quilt(scene: &mut Scene) {
    let Tones { wall, table, main, second, accent } = scene.tones;
    let cloth = [wall, main, second, accent, table, PAPER];
    let size = 120.0;
    let style = scene.chance.below(3);
    for row in 0..8u8 {
        for column in 0..10u8 {
            let (x, y) = (f32::from(column) * size - 120.0, f32::from(row) * size - 120.0);
            let mut pick = || scene.chance.pick(&cloth).copied().unwrap_or(main);
            let (ground, patch) = (pick(), pick());
            scene.fill(&Path::rect(x - 0.5, y - 0.5, size + 1.0, size + 1.0), ground);
            let shape = match style {
                0 => Path::polygon(&[(x, y), (x + size, y), (x, y + size)]),
                1 => Path::circle(x + size, y + size, size * 0.96).and(Path::circle(x, y, size * 0.3)),
                _ => Path::polygon(&[
                    (x + 60.0, y + 6.0),
                    (x + 114.0, y + 60.0),
                    (x + 60.0, y + 114.0),
                    (x + 6.0, y + 60.0),
                ]),
            };
            let turned = shape.turned(f32::from((row + column) % 4) / 4.0, (x + 60.0, y + 60.0));
            scene.inside(&Path::rect(x, y, size, size), &turned, Paint::Flat(patch));
            for inset in [9.0, 111.0] {
                for stitch in 0..8u8 {
                    let at = 6.0 + f32::from(stitch) * 14.6;
                    scene.paint(&Path::rect(x + at, y + inset, 8.0, 2.2), Paint::Thin(PAPER, 0.7));
                    scene.paint(&Path::rect(x + inset, y + at, 2.2, 8.0), Paint::Thin(PAPER, 0.7));
                }
            }
        }
    }
    let edge = Path::rect(-700.0, -700.0, 2_400.0, 2_200.0);
    scene.paint(&edge, Paint::Glow(PAPER, 0.22, (300.0, 200.0), (760.0, 620.0)));
}

/// Tiles with a turning pattern, edge to edge.
pub(super) fn tiles(scene: &mut Scene) {
    let Tones { wall, main, second, accent, .. } = scene.tones;
    scene.fill(&Path::rect(-600.0, -600.0, 2_200.0, 2_000.0), PAPER);
    let size = 160.0;
    let petals = scene.chance.within(3, 4) * 2;
    for row in 0..7u8 {
        for column in 0..9u8 {
            let (x, y) = (f32::from(column) * size - 80.0, f32::from(row) * size - 120.0);
            let tile = Path::rounded(x + 2.0, y + 2.0, size - 4.0, size - 4.0, 3.0);
            let shade = scene.chance.between(0.0, 0.08);
            scene.fill(
                &tile,
                if (row + column) % 2 == 0 { wall.light(0.5 + shade) } else { PAPER.dark(shade) },
            );
            let middle = (x + size / 2.0, y + size / 2.0);
            for corner in 0..4u8 {
                let turn = f32::from(corner) / 4.0;
                let quarter = Path::circle(x, y, 56.0).turned(turn, middle);
                scene.inside(&tile, &quarter, Paint::Flat(second));
                scene.inside(&tile, &Path::circle(x, y, 34.0).turned(turn, middle), Paint::Flat(accent));
            }
            for petal in 0..petals {
                let turn = f32::from(u8::try_from(petal).unwrap_or(0))
                    / f32::from(u8::try_from(petals).unwrap_or(1));
                let leaf = Path::from(middle.0, middle.1 - 8.0)
                    .bend((middle.0 - 24.0, middle.1 - 44.0), (middle.0, middle.1 - 72.0))
                    .bend((middle.0 + 24.0, middle.1 - 44.0), (middle.0, middle.1 - 8.0));
                scene.inside(&tile, &leaf.turned(turn, middle), Paint::Flat(main));
            }
            scene.fill(&Path::circle(middle.0, middle.1, 12.0), accent);
        }
    }
    let all = Path::rect(-700.0, -700.0, 2_400.0, 2_200.0);
    scene.paint(&all, Paint::Glow(PAPER, 0.3, (280.0, 160.0), (620.0, 560.0)));
}

/// A bag of leather or canvas.
pub(super) fn bag(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((480.0, 632.0), 300.0, 30.0);
    let strap = Path::from(300.0, 360.0).curve((300.0, 60.0), (660.0, 60.0), (660.0, 360.0)).stroke(22.0);
    scene.fill(&strap, COPPER.dark(0.25));
    let body = Path::rounded(240.0, 320.0, 480.0, 310.0, 44.0);
    scene.round(&body, main, (230.0, 760.0));
    let flap = Path::from(232.0, 350.0)
        .bend((236.0, 306.0), (280.0, 306.0))
        .to(680.0, 306.0)
        .bend((724.0, 306.0), (728.0, 350.0))
        .to(728.0, 430.0)
        .curve((720.0, 520.0), (560.0, 530.0), (480.0, 530.0))
        .curve((400.0, 530.0), (240.0, 520.0), (232.0, 430.0));
    scene.paint(&flap.clone().moved(0.0, 10.0), Paint::Thin(INK, 0.25));
    scene.round(&flap, main.light(0.12), (230.0, 740.0));
    for stitch in 0..30u8 {
        let share = f32::from(stitch) / 29.0;
        let (x, lift) = (262.0 + share * 436.0, (share * 2.0 - 1.0) * (share * 2.0 - 1.0));
        scene.fill(&Path::rounded(x - 5.0, 506.0 - lift * lift * 60.0, 10.0, 3.4, 1.6), accent.light(0.4));
    }
    for x in [350.0, 580.0] {
        scene.round(&Path::rounded(x, 440.0, 32.0, 150.0, 6.0), COPPER.dark(0.2), (x, x + 34.0));
        scene.fill(&Path::rounded(x - 8.0, 510.0, 48.0, 44.0, 6.0), Colour::hex(0xD9_B0_5A));
        scene.fill(&Path::rounded(x + 3.0, 520.0, 26.0, 24.0, 3.0), COPPER.dark(0.3));
    }
    scene.round(&Path::circle(480.0, 396.0, 30.0), second, (450.0, 510.0));
}

/// A stone to lay jewels on.
fn stone(scene: &mut Scene) {
    scene.plain();
    let wall = scene.tones.wall;
    scene.paint(
        &Path::rect(-600.0, 500.0, 2_200.0, 900.0),
        Paint::Down(wall.dark(0.12), wall.dark(0.3), 500.0, 720.0),
    );
    scene.shadow((490.0, 600.0), 340.0, 60.0);
    let stone = Path::from(180.0, 560.0)
        .curve((170.0, 440.0), (330.0, 430.0), (500.0, 424.0))
        .curve((700.0, 420.0), (800.0, 470.0), (790.0, 560.0))
        .curve((780.0, 640.0), (600.0, 650.0), (470.0, 650.0))
        .curve((300.0, 650.0), (190.0, 640.0), (180.0, 560.0));
    scene.round(&stone, Colour::hex(0xA9_A2_96), (150.0, 860.0));
    for _ in 0..60 {
        let (x, y) = (scene.chance.between(180.0, 780.0), scene.chance.between(430.0, 640.0));
        scene.inside(&stone, &Path::circle(x, y, 2.2), Paint::Thin(INK, 0.25));
    }
}

/// Gold or copper.
fn metal(scene: &mut Scene) -> Colour {
    if scene.chance.happens(50) { Colour::hex(0xD9_A6_4B) } else { Colour::hex(0xC8_7C_4E) }
}

/// A ring with a stone, on a stone.
pub(super) fn ring(scene: &mut Scene) {
    stone(scene);
    let (metal, second) = (metal(scene), scene.tones.second);
    scene.paint(&Path::ellipse(500.0, 500.0, 130.0, 16.0), Paint::Thin(INK, 0.3));
    scene.round(&Path::ring(480.0, 362.0, 134.0, 26.0), metal, (330.0, 640.0));
    scene.paint(&Path::arc((480.0, 362.0), 138.0, (0.52, 0.68), 5.0), Paint::Thin(PAPER, 0.8));
    let gem =
        Path::polygon(&[(420.0, 214.0), (448.0, 176.0), (512.0, 176.0), (540.0, 214.0), (480.0, 278.0)]);
    scene.fill(&gem, second);
    scene.fill(
        &Path::polygon(&[(448.0, 176.0), (512.0, 176.0), (504.0, 214.0), (456.0, 214.0)]),
        second.light(0.5),
    );
    scene.fill(&Path::polygon(&[(456.0, 214.0), (504.0, 214.0), (480.0, 278.0)]), second.light(0.25));
}

/// A pair of earrings.
pub(super) fn earrings(scene: &mut Scene) {
    stone(scene);
    let metal = metal(scene);
    let Tones { main, accent, .. } = scene.tones;
    for x in [370.0, 590.0] {
        scene.fill(&Path::arc((x, 150.0), 28.0, (0.45, 1.1), 6.0), metal);
        scene.round(&Path::circle(x, 210.0, 18.0), accent, (x - 18.0, x + 18.0));
        let drop = Path::from(x, 228.0).curve((x + 90.0, 330.0), (x + 70.0, 410.0), (x, 410.0)).curve(
            (x - 70.0, 410.0),
            (x - 90.0, 330.0),
            (x, 228.0),
        );
        scene.round(&drop, metal, (x - 70.0, x + 70.0));
        let enamel = drop.scaled(0.68, 0.68, (x, 340.0));
        scene.round(&enamel, main, (x - 60.0, x + 60.0));
        scene.fill(&Path::circle(x, 356.0, 13.0), accent);
        for dot in 0..6u8 {
            scene.fill(&Path::circle(x, 326.0, 5.0).turned(f32::from(dot) / 6.0, (x, 356.0)), PAPER);
        }
    }
}

/// A wooden train.
pub(super) fn toy(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((470.0, 642.0), 430.0, 24.0);
    let wood = Colour::hex(0xD9_A9_6C);
    for (x, colour, load) in [(90.0, accent, second), (340.0, second, main)] {
        scene.fill(&Path::line(&[(x + 190.0, 580.0), (x + 270.0, 580.0)], 11.0), INK);
        scene.round(&Path::rounded(x, 500.0, 200.0, 92.0, 14.0), colour, (x, x + 220.0));
        for block in 0..3u8 {
            let left = x + 16.0 + f32::from(block) * 58.0;
            let lean = scene.chance.between(-0.03, 0.03);
            let tint = if block == 1 { wood } else { load.light(0.15) };
            scene.round(
                &Path::rounded(left, 446.0, 52.0, 54.0, 6.0).turned(lean, (left, 500.0)),
                tint,
                (left, left + 60.0),
            );
        }
    }
    scene.round(&Path::rounded(590.0, 480.0, 300.0, 112.0, 18.0), main, (590.0, 900.0));
    scene.round(&Path::rounded(600.0, 330.0, 136.0, 190.0, 14.0), main.dark(0.12), (600.0, 760.0));
    scene.fill(&Path::rounded(628.0, 368.0, 80.0, 76.0, 12.0), Colour::hex(0xCF_E3_E6));
    scene.fill(&Path::rounded(584.0, 312.0, 168.0, 30.0, 15.0), accent);
    scene.round(&Path::rounded(800.0, 390.0, 50.0, 100.0, 10.0), accent, (800.0, 860.0));
    for (x, y, size) in [(836.0, 330.0, 30.0), (870.0, 276.0, 40.0), (830.0, 210.0, 52.0)] {
        scene.paint(&Path::circle(x, y, size), Paint::Thin(PAPER, 0.6));
    }
    for (x, size) in
        [(134.0, 36.0), (246.0, 36.0), (384.0, 36.0), (496.0, 36.0), (650.0, 48.0), (820.0, 48.0)]
    {
        let y = 640.0 - size;
        scene.round(&Path::circle(x, y, size), wood, (x - size, x + size));
        scene.fill(&Path::circle(x, y, size * 0.3), COPPER.dark(0.1));
    }
}

/// Tools on a bench, seen from above.
pub(super) fn tools(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, accent, .. } = scene.tones;
    let steel = Colour::hex(0xB9_BE_BF);
    let lay = |path: Path, lean: f32| path.turned(lean, (480.0, 360.0));
    let place = |scene: &mut Scene, path: Path, colour: Colour, (left, right): (f32, f32)| {
        scene.paint(&path.clone().moved(7.0, 9.0), Paint::Thin(INK, 0.2));
        scene.round(&path, colour, (left, right));
    };
    let blade = lay(
        Path::rounded(226.0, 110.0, 16.0, 240.0, 5.0).and(Path::rounded(218.0, 96.0, 32.0, 34.0, 4.0)),
        -0.03,
    );
    place(scene, blade, steel, (180.0, 260.0));
    place(scene, lay(Path::rounded(208.0, 340.0, 52.0, 210.0, 24.0), -0.03), accent, (180.0, 300.0));
    let spanner = Path::rounded(402.0, 180.0, 40.0, 340.0, 16.0)
        .and(Path::circle(422.0, 160.0, 62.0))
        .and(Path::circle(422.0, 540.0, 52.0));
    place(scene, lay(spanner, 0.02), steel.dark(0.12), (350.0, 480.0));
    let jaw = lay(Path::polygon(&[(398.0, 80.0), (446.0, 80.0), (442.0, 166.0), (402.0, 166.0)]), 0.02);
    let ground = scene.tones.wall.dark(0.06);
    scene.fill(&jaw, ground);
    scene.fill(&lay(Path::circle(422.0, 540.0, 24.0), 0.02), ground);
    place(
        scene,
        lay(Path::rounded(620.0, 250.0, 34.0, 340.0, 14.0), 0.05),
        Colour::hex(0xC0_86_4E),
        (600.0, 680.0),
    );
    let head = Path::from(540.0, 180.0).to(690.0, 170.0).to(760.0, 200.0).to(690.0, 262.0).to(540.0, 256.0);
    place(scene, lay(head, 0.05), steel.dark(0.3), (540.0, 760.0));
    for index in 0..7u8 {
        let turn = f32::from(index) / 7.0 * TAU;
        let (x, y) = (800.0 + 56.0 * turn.cos(), 470.0 + 56.0 * turn.sin());
        let nut = Path::polygon(&[
            (x - 15.0, y),
            (x - 7.0, y - 13.0),
            (x + 7.0, y - 13.0),
            (x + 15.0, y),
            (x + 7.0, y + 13.0),
            (x - 7.0, y + 13.0),
        ]);
        scene.fill(&nut.clone().moved(4.0, 5.0), ground.dark(0.3));
        scene.fill(&nut, if index % 3 == 0 { COPPER } else { main.mixed(steel, 0.6) });
        scene.fill(&Path::circle(x, y, 6.0), ground.dark(0.35));
    }
}
