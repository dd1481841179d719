//! Drawings of what stands about in a home.

use super::canvas::{Colour, Paint};
use super::path::Path;
use super::scene::{COPPER, INK, PAPER, Scene, Tones};

/// A lamp that is lit.
pub(super) fn lamp(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, .. } = scene.tones;
    let light = Colour::hex(0xFF_DC_8C);
    scene.shadow((500.0, 632.0), 200.0, 26.0);
    let foot = Path::ellipse(480.0, 624.0, 110.0, 20.0).and(Path::rounded(370.0, 604.0, 220.0, 20.0, 10.0));
    scene.round(&foot, COPPER, (370.0, 590.0));
    if scene.chance.happens(50) {
        // A turned foot of glazed clay under a shade of linen.
        let body = Path::from(462.0, 380.0)
            .to(498.0, 380.0)
            .curve((500.0, 430.0), (590.0, 460.0), (580.0, 530.0))
            .curve((574.0, 580.0), (530.0, 600.0), (520.0, 612.0))
            .to(440.0, 612.0)
            .curve((430.0, 600.0), (386.0, 580.0), (380.0, 530.0))
            .curve((370.0, 460.0), (460.0, 430.0), (462.0, 380.0));
        scene.round(&body, main, (380.0, 580.0));
        scene.paint(&Path::ellipse(424.0, 520.0, 11.0, 38.0), Paint::Thin(PAPER, 0.4));
        scene.glow(light, 0.75, (480.0, 280.0), 380.0);
        let shade =
            Path::from(390.0, 130.0).to(570.0, 130.0).to(660.0, 390.0).bend((480.0, 430.0), (300.0, 390.0));
        scene.paint(&shade, Paint::Down(light, second.mixed(light, 0.45), 130.0, 410.0));
        for pleat in 0..9u8 {
            let share = (f32::from(pleat) + 0.5) / 9.0;
            let line = Path::line(&[(390.0 + 180.0 * share, 132.0), (300.0 + 360.0 * share, 400.0)], 2.5);
            scene.inside(&shade, &line, Paint::Thin(COPPER, 0.35));
        }
        scene.fill(&Path::ellipse(480.0, 130.0, 90.0, 10.0), light.light(0.5));
        return;
    }
    // A jointed arm with a metal shade, over an open notebook.
    let arm = Path::line(&[(480.0, 612.0), (360.0, 400.0), (560.0, 230.0)], 17.0);
    scene.fill(&arm, second.dark(0.2));
    for (x, y) in [(480.0, 606.0), (360.0, 400.0), (560.0, 230.0)] {
        scene.round(&Path::circle(x, y, 19.0), COPPER, (x - 19.0, x + 19.0));
    }
    scene.glow(light, 0.8, (690.0, 420.0), 300.0);
    let beam = Path::polygon(&[(580.0, 300.0), (720.0, 220.0), (960.0, 600.0), (560.0, 640.0)]);
    scene.paint(&beam, Paint::Thin(light, 0.2));
    let head = Path::from(540.0, 190.0)
        .bend((600.0, 140.0), (650.0, 180.0))
        .to(744.0, 250.0)
        .bend((640.0, 290.0), (574.0, 350.0))
        .to(540.0, 190.0);
    scene.round(&head, main, (530.0, 760.0));
    let mouth = Path::ellipse(658.0, 302.0, 98.0, 24.0).turned(-0.085, (658.0, 302.0));
    scene.fill(&mouth, light.light(0.3));
    let book = Path::polygon(&[
        (620.0, 628.0),
        (760.0, 604.0),
        (900.0, 628.0),
        (900.0, 650.0),
        (760.0, 630.0),
        (620.0, 650.0),
    ]);
    scene.fill(&book, PAPER);
}

/// A chair or a stool by a wall.
pub(super) fn chair(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, .. } = scene.tones;
    let wood = Colour::hex(0xA8_6B_3C);
    scene.shadow((490.0, 650.0), 260.0, 34.0);
    for (top, foot, tint) in [(400.0, 372.0, 0.3), (560.0, 590.0, 0.3)] {
        scene.fill(&Path::line(&[(top, 450.0), (foot, 618.0)], 17.0), wood.dark(tint));
    }
    if scene.chance.happens(60) {
        for x in [378.0, 430.0, 480.0, 530.0, 582.0] {
            let lean = (x - 480.0) * 0.12;
            scene.fill(&Path::line(&[(x, 440.0), (x + lean, 170.0)], 11.0), wood.dark(0.06));
        }
        let rail = Path::from(340.0, 150.0)
            .bend((480.0, 100.0), (620.0, 150.0))
            .to(612.0, 206.0)
            .bend((480.0, 160.0), (348.0, 206.0));
        scene.round(&rail, wood, (340.0, 620.0));
    }
    for (top, foot) in [(352.0, 316.0), (610.0, 648.0)] {
        scene.fill(&Path::line(&[(top, 450.0), (foot, 646.0)], 21.0), wood);
    }
    scene.fill(&Path::line(&[(340.0, 560.0), (622.0, 560.0)], 13.0), wood.dark(0.15));
    let seat = Path::rounded(310.0, 424.0, 340.0, 42.0, 20.0);
    scene.round(&seat, wood.light(0.1), (310.0, 650.0));
    let cushion = Path::from(330.0, 428.0)
        .curve((320.0, 386.0), (400.0, 384.0), (480.0, 384.0))
        .curve((560.0, 384.0), (640.0, 386.0), (630.0, 428.0))
        .bend((480.0, 440.0), (330.0, 428.0));
    scene.round(&cushion, main, (320.0, 640.0));
    for stripe in [382.0, 436.0, 490.0, 544.0, 598.0] {
        scene.inside(&cushion, &Path::rect(stripe - 18.0, 370.0, 11.0, 80.0), Paint::Thin(second, 0.9));
    }
}

/// A clock that has stood on a few mantelpieces.
pub(super) fn clock(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((480.0, 634.0), 300.0, 30.0);
    let case = Path::from(300.0, 620.0)
        .to(300.0, 330.0)
        .curve((300.0, 90.0), (660.0, 90.0), (660.0, 330.0))
        .to(660.0, 620.0);
    scene.round(&case, Colour::hex(0x7E_47_2B), (280.0, 690.0));
    scene.fill(&Path::rounded(262.0, 604.0, 436.0, 34.0, 8.0), Colour::hex(0x5F_34_20));
    let inlay = Path::from(322.0, 596.0)
        .to(322.0, 336.0)
        .curve((322.0, 120.0), (638.0, 120.0), (638.0, 336.0))
        .to(638.0, 596.0)
        .stroke(5.0);
    scene.fill(&inlay, accent);
    scene.fill(&Path::circle(480.0, 330.0, 138.0), COPPER);
    scene.fill(&Path::circle(480.0, 330.0, 124.0), PAPER);
    for hour in 0..12u8 {
        let long = if hour % 3 == 0 { 24.0 } else { 12.0 };
        let mark = Path::rect(477.0, 214.0, 6.0, long).turned(f32::from(hour) / 12.0, (480.0, 330.0));
        scene.fill(&mark, INK);
    }
    let (hour, minute) = (scene.chance.between(0.0, 1.0), scene.chance.between(0.0, 1.0));
    scene.fill(&Path::line(&[(480.0, 330.0), (480.0, 262.0)], 10.0).turned(hour, (480.0, 330.0)), INK);
    scene.fill(&Path::line(&[(480.0, 346.0), (480.0, 232.0)], 6.0).turned(minute, (480.0, 330.0)), INK);
    scene.fill(&Path::circle(480.0, 330.0, 11.0), main);
    let window = Path::rounded(420.0, 500.0, 120.0, 76.0, 38.0);
    scene.fill(&window, INK);
    scene.fill(&Path::line(&[(480.0, 470.0), (500.0, 540.0)], 5.0), COPPER);
    scene.round(&Path::circle(500.0, 540.0, 22.0), second.light(0.2).mixed(accent, 0.5), (478.0, 522.0));
}

fn pot(scene: &mut Scene, x: f32, y: f32, wide: f32, colour: Colour) {
    let high = wide * 1.5;
    scene.shadow((x + 14.0, y), wide * 1.5, 24.0);
    let body = Path::polygon(&[
        (x - wide, y - high),
        (x + wide, y - high),
        (x + wide * 0.76, y),
        (x - wide * 0.76, y),
    ]);
    scene.round(&body, colour, (x - wide, x + wide));
    let rim = Path::rounded(x - wide * 1.1, y - high - 8.0, wide * 2.2, wide * 0.42, 8.0);
    scene.round(&rim, colour.light(0.08), (x - wide, x + wide));
}

/// A plant in its pot.
pub(super) fn plant(scene: &mut Scene) {
    scene.room();
    let Tones { main, .. } = scene.tones;
    let green = [0x5E_7D_4A, 0x3F_6B_55, 0x7A_8F_45].map(Colour::hex);
    let kind = scene.chance.below(3);
    for leaf in 0..11u8 {
        let lean = (f32::from(leaf) - 5.0) / 5.0;
        let tint = green.get(usize::from(leaf) % 3).copied().unwrap_or(INK);
        let high = scene.chance.between(240.0, 350.0) * (1.0 - lean.abs() * 0.35);
        match kind {
            0 => {
                let (x, y) = (480.0 + lean * 270.0, 440.0 - high * 0.8);
                let stalk = Path::from(480.0, 460.0).bend((480.0 + lean * 60.0, 300.0), (x, y)).stroke(6.0);
                scene.fill(&stalk, tint.dark(0.2));
                let blade = Path::from(x, y + 62.0)
                    .curve((x - 74.0, y + 20.0), (x - 50.0, y - 62.0), (x, y - 74.0))
                    .curve((x + 50.0, y - 62.0), (x + 74.0, y + 20.0), (x, y + 62.0));
                let blade = blade.turned(lean * 0.2, (x, y));
                scene.round(&blade, tint, (x - 70.0, x + 70.0));
                let vein = Path::line(&[(x, y + 56.0), (x, y - 60.0)], 3.0).turned(lean * 0.2, (x, y));
                scene.paint(&vein, Paint::Thin(PAPER, 0.4));
            }
            1 => {
                let blade = Path::from(462.0, 470.0)
                    .curve((440.0, 300.0), (470.0, 470.0 - high), (480.0, 440.0 - high))
                    .curve((490.0, 470.0 - high), (520.0, 300.0), (498.0, 470.0));
                let blade = blade.turned(lean * 0.11, (480.0, 480.0)).moved(lean * 40.0, 0.0);
                scene.round(&blade, tint, (400.0, 580.0));
                let edge = Path::line(&[(480.0, 450.0), (480.0, 470.0 - high)], 4.0)
                    .turned(lean * 0.11, (480.0, 480.0))
                    .moved(lean * 40.0, 0.0);
                scene.paint(&edge, Paint::Thin(Colour::hex(0xE6_D8_86), 0.6));
            }
            _ => {
                let end = (480.0 + lean * 330.0, 300.0 + lean.abs() * 230.0);
                let frond = Path::from(480.0, 460.0).bend((480.0 + lean * 120.0, 120.0), end);
                let spine = frond.contours.first().map(|(points, _)| points.clone()).unwrap_or_default();
                scene.fill(&frond.stroke(4.0), tint.dark(0.25));
                for (x, y) in spine.into_iter().skip(4) {
                    for side in [-0.09, 0.09] {
                        let leaflet =
                            Path::ellipse(x, y + 22.0, 7.0, 24.0).turned(side * 1.6 + lean * 0.05, (x, y));
                        scene.fill(&leaflet, tint);
                    }
                }
            }
        }
    }
    pot(scene, 480.0, 640.0, 118.0, if kind == 1 { main } else { Colour::hex(0xBE_6A_42) });
}

/// Three small things with thorns.
pub(super) fn cacti(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    for (x, wide, colour) in [(290.0, 70.0, main), (490.0, 84.0, second), (690.0, 66.0, accent)] {
        let green = Colour::hex(0x5B_80_58);
        let top = 616.0 - wide * 1.5;
        let high = scene.chance.between(120.0, 230.0);
        let body = Path::rounded(x - wide * 0.6, top - high, wide * 1.2, high + 30.0, wide * 0.6);
        scene.round(&body, green, (x - wide * 0.6, x + wide * 0.6));
        if wide > 80.0 {
            let arm =
                Path::from(x, top - 40.0).to(x + 92.0, top - 40.0).to(x + 92.0, top - 120.0).stroke(38.0);
            scene.round(&arm, green, (x, x + 110.0));
        }
        for rib in [-0.3, 0.0, 0.3] {
            let line = Path::line(&[(x + wide * rib, top - high + 30.0), (x + wide * rib, top)], 3.0);
            scene.inside(&body, &line, Paint::Thin(PAPER, 0.4));
        }
        for petal in 0..6u8 {
            let bloom = Path::ellipse(x, top - high - 12.0, 8.0, 16.0)
                .turned(f32::from(petal) / 6.0, (x, top - high + 2.0));
            scene.fill(&bloom, Colour::hex(0xE0_6E_74));
        }
        pot(scene, x, 630.0, wide, colour);
    }
}

/// Books, standing and lying.
pub(super) fn books(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    let covers =
        [main, second, accent, COPPER, Colour::hex(0x3B_4C_63), wall.dark(0.45), Colour::hex(0x6F_7F_55)];
    scene.shadow((480.0, 636.0), 400.0, 26.0);
    let mut x = 190.0;
    for book in 0..7usize {
        let (wide, high) = (scene.chance.between(46.0, 78.0), scene.chance.between(250.0, 390.0));
        let colour = covers.get(book).copied().unwrap_or(main);
        let lean = if book == 6 { 0.035 } else { 0.0 };
        let at = (x, 632.0);
        let spine = Path::rounded(x, 632.0 - high, wide, high, 5.0).turned(lean, at);
        scene.round(&spine, colour, (x, x + wide));
        let gilt = if book % 2 == 0 { Colour::hex(0xE9_C9_7C) } else { PAPER };
        for y in [0.12, 0.16, 0.84] {
            let band = Path::rect(x + 4.0, 632.0 - high * (1.0 - y), wide - 8.0, 5.0).turned(lean, at);
            scene.paint(&band, Paint::Thin(gilt, 0.85));
        }
        let title = Path::rounded(x + wide * 0.38, 632.0 - high * 0.72, wide * 0.24, high * 0.4, 4.0)
            .turned(lean, at);
        scene.paint(&title, Paint::Thin(gilt, 0.7));
        x += wide + 3.0;
    }
    for (place, colour) in [(0.0, second), (48.0, accent)] {
        let lying = Path::rounded(x + 50.0, 586.0 - place, 200.0, 46.0, 6.0);
        scene.round(&lying, colour, (x, x + 260.0));
        scene.fill(&Path::rect(x + 62.0, 594.0 - place, 188.0, 30.0), PAPER.dark(0.08));
        scene.fill(&Path::rounded(x + 46.0, 586.0 - place, 26.0, 46.0, 10.0), colour.dark(0.15));
    }
}

/// A radio from the kitchen shelf.
pub(super) fn radio(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((480.0, 622.0), 340.0, 30.0);
    scene.fill(&Path::line(&[(640.0, 290.0), (760.0, 90.0)], 6.0), Colour::hex(0xC9_C2_B4));
    scene.fill(&Path::circle(760.0, 90.0, 9.0), COPPER);
    for x in [270.0, 690.0] {
        scene.fill(&Path::rounded(x - 18.0, 596.0, 36.0, 26.0, 8.0), INK);
    }
    let case = Path::rounded(200.0, 280.0, 560.0, 326.0, 56.0);
    scene.round(&case, main, (190.0, 800.0));
    scene.fill(&Path::rounded(226.0, 306.0, 508.0, 274.0, 36.0), main.light(0.35));
    let cloth = Path::circle(364.0, 442.0, 112.0);
    scene.fill(&cloth, second.dark(0.25));
    for row in 0..17u8 {
        for column in 0..17u8 {
            let (x, y) = (252.0 + f32::from(column) * 14.0, 330.0 + f32::from(row) * 14.0);
            scene.inside(&cloth, &Path::circle(x, y, 3.4), Paint::Thin(PAPER, 0.55));
        }
    }
    scene.fill(&Path::ring(364.0, 442.0, 114.0, 9.0), COPPER);
    let dial = Path::rounded(506.0, 340.0, 204.0, 76.0, 12.0);
    scene.fill(&dial, Colour::hex(0xFB_E7_B6));
    for mark in 0..13u8 {
        let x = 520.0 + f32::from(mark) * 14.6;
        let long = if mark % 4 == 0 { 26.0 } else { 14.0 };
        scene.fill(&Path::rect(x, 352.0, 3.0, long), INK);
    }
    let needle = scene.chance.between(530.0, 690.0);
    scene.fill(&Path::rect(needle, 344.0, 4.0, 68.0), Colour::hex(0xC4_3D_2E));
    for (x, size) in [(546.0, 40.0), (664.0, 40.0)] {
        scene.round(&Path::circle(x, 502.0, size), accent, (x - size, x + size));
        scene.fill(&Path::line(&[(x, 502.0), (x + 16.0, 478.0)], 6.0), INK);
    }
}
