//! Drawings of what potters, bakers and cooks make.

use super::canvas::{Colour, Paint};
use super::path::Path;
use super::scene::{INK, PAPER, Scene, Tones};

fn steam(scene: &mut Scene, x: f32, y: f32) {
    for (shift, height) in [(-26.0, 92.0), (4.0, 128.0), (32.0, 84.0)] {
        let wisp = Path::from(x + shift, y)
            .curve(
                (x + shift - 26.0, y - height * 0.4),
                (x + shift + 30.0, y - height * 0.6),
                (x + shift + 2.0, y - height),
            )
            .stroke(7.0);
        scene.paint(&wisp, Paint::Thin(PAPER, 0.38));
    }
}

fn one_mug(scene: &mut Scene, x: f32, y: f32, size: f32, glaze: Colour) {
    let (wide, high) = (92.0 * size, 176.0 * size);
    scene.shadow((x + 26.0 * size, y), wide * 1.7, 26.0 * size);
    let handle = Path::ring(x + wide + 14.0 * size, y - high * 0.52, 46.0 * size, 22.0 * size);
    scene.round(&handle, glaze.dark(0.1), (x + wide - 20.0, x + wide + 70.0 * size));
    let body = Path::from(x - wide, y - high)
        .to(x + wide, y - high)
        .to(x + wide * 0.94, y - 22.0 * size)
        .bend((x + wide * 0.9, y + 8.0 * size), (x + wide * 0.6, y + 8.0 * size))
        .to(x - wide * 0.6, y + 8.0 * size)
        .bend((x - wide * 0.9, y + 8.0 * size), (x - wide * 0.94, y - 22.0 * size));
    let body = body.and(Path::ellipse(x, y - high, wide, 20.0 * size));
    scene.round(&body, glaze, (x - wide, x + wide));
    // The bare clay below the glaze, with its wavy edge.
    let clay = Path::from(x - wide * 1.2, y - 46.0 * size)
        .curve(
            (x - wide * 0.4, y - 76.0 * size),
            (x + wide * 0.3, y - 20.0 * size),
            (x + wide * 1.2, y - 52.0 * size),
        )
        .to(x + wide * 1.2, y + 30.0 * size)
        .to(x - wide * 1.2, y + 30.0 * size);
    let bare = Colour::hex(0xC9_8C_62);
    scene.inside(&body, &clay, Paint::Across(bare.light(0.25), bare.dark(0.25), x - wide, x + wide));
    for _ in 0..26 {
        let (dx, dy) = (scene.chance.between(-0.9, 0.9), scene.chance.between(0.35, 0.95));
        let fleck = Path::circle(x + dx * wide, y - dy * high + 10.0, 1.8 * size + 0.6);
        scene.inside(&body, &fleck, Paint::Thin(glaze.dark(0.75), 0.5));
    }
    let shine = Path::rounded(x - wide * 0.74, y - high * 0.86, 15.0 * size, high * 0.52, 8.0);
    scene.paint(&shine, Paint::Thin(PAPER, 0.42));
    scene.fill(&Path::ellipse(x, y - high, wide, 20.0 * size), glaze.light(0.35));
    scene.fill(&Path::ellipse(x, y - high + 2.0, wide * 0.91, 15.5 * size), glaze.dark(0.45));
    scene.fill(&Path::ellipse(x, y - high + 5.0 * size, wide * 0.84, 11.5 * size), Colour::hex(0x5A_34_22));
}

/// A mug or two, with something hot.
pub(super) fn mugs(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, .. } = scene.tones;
    if scene.chance.happens(60) {
        one_mug(scene, 660.0, 580.0, 1.25, second);
        steam(scene, 360.0, 322.0);
        one_mug(scene, 360.0, 624.0, 1.65, main);
    } else {
        steam(scene, 450.0, 268.0);
        one_mug(scene, 450.0, 624.0, 2.0, main);
    }
}

fn bowl_back(scene: &mut Scene, x: f32, y: f32, wide: f32, glaze: Colour) {
    let rim = y - wide * 0.62;
    scene.fill(&Path::ellipse(x, rim, wide, wide * 0.15), glaze.light(0.3));
    scene.fill(&Path::ellipse(x, rim + 3.0, wide * 0.93, wide * 0.115), glaze.dark(0.3));
}

fn bowl_front(scene: &mut Scene, x: f32, y: f32, wide: f32, (glaze, band): (Colour, Colour)) {
    let high = wide * 0.62;
    let body = Path::from(x - wide, y - high)
        .curve(
            (x - wide * 0.86, y - high + wide * 0.18),
            (x + wide * 0.86, y - high + wide * 0.18),
            (x + wide, y - high),
        )
        .curve((x + wide * 0.96, y - high * 0.3), (x + wide * 0.6, y), (x + wide * 0.34, y))
        .to(x - wide * 0.34, y)
        .curve((x - wide * 0.6, y), (x - wide * 0.96, y - high * 0.3), (x - wide, y - high));
    scene.round(&body, glaze, (x - wide, x + wide));
    let ribbon = Path::from(x - wide, y - high * 0.84)
        .bend((x, y - high * 0.44), (x + wide, y - high * 0.84))
        .to(x + wide, y - high * 0.7)
        .bend((x, y - high * 0.3), (x - wide, y - high * 0.7));
    scene.inside(&body, &ribbon, Paint::Across(band.light(0.1), band.dark(0.2), x - wide, x + wide));
    for step in 0..13u8 {
        let along = (f32::from(step) - 6.0) / 6.5;
        let dot = Path::circle(x + wide * along, y - high * (0.36 + 0.2 * along * along), wide * 0.026);
        scene.inside(&body, &dot, Paint::Flat(band));
    }
    let foot = Path::rounded(x - wide * 0.34, y - 6.0, wide * 0.68, 14.0, 5.0);
    scene.round(&foot, glaze.dark(0.2), (x - wide * 0.4, x + wide * 0.4));
}

fn fruit(scene: &mut Scene, x: f32, y: f32, size: f32, skin: Colour) {
    scene.round(&Path::circle(x, y, size), skin, (x - size, x + size * 1.2));
    let shine = Path::ellipse(x - size * 0.35, y - size * 0.4, size * 0.2, size * 0.13);
    scene.paint(&shine, Paint::Thin(PAPER, 0.6));
    scene
        .fill(&Path::line(&[(x, y - size * 0.85), (x + 8.0, y - size * 1.15)], 6.0), Colour::hex(0x5A_45_2C));
    let leaf = Path::from(x + 6.0, y - size)
        .bend((x + 34.0, y - size - 32.0), (x + 56.0, y - size - 8.0))
        .bend((x + 30.0, y - size + 8.0), (x + 6.0, y - size));
    scene.fill(&leaf, Colour::hex(0x6F_8A_4E));
}

/// Bowls, stacked.
pub(super) fn bowls(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((490.0, 612.0), 290.0, 34.0);
    let stack =
        [(610.0, 210.0, (main, accent)), (520.0, 184.0, (second, main)), (442.0, 160.0, (accent, second))];
    for (y, wide, glaze) in stack {
        bowl_back(scene, 480.0, y, wide, glaze.0);
        bowl_front(scene, 480.0, y, wide, glaze);
    }
}

/// A bowl of fruit.
pub(super) fn fruit_bowl(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, .. } = scene.tones;
    scene.shadow((490.0, 612.0), 290.0, 34.0);
    bowl_back(scene, 480.0, 610.0, 250.0, main);
    let fruits = [
        (478.0, 372.0, 74.0),
        (370.0, 410.0, 66.0),
        (590.0, 412.0, 64.0),
        (430.0, 436.0, 60.0),
        (530.0, 440.0, 62.0),
    ];
    for (index, (x, y, size)) in fruits.into_iter().enumerate() {
        let skin = if index % 2 == 0 { Colour::hex(0xE2_8A_3B) } else { Colour::hex(0xC9_4F_3A) };
        fruit(scene, x, y, size, skin);
    }
    bowl_front(scene, 480.0, 610.0, 250.0, (main, second));
}

/// A vase with stems.
pub(super) fn vase(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((500.0, 622.0), 220.0, 30.0);
    for stem in 0..9u8 {
        let lean = (f32::from(stem) - 4.0) / 4.0 + scene.chance.between(-0.1, 0.1);
        let height = scene.chance.between(190.0, 290.0);
        let (tip_x, tip_y) = (480.0 + lean * 190.0, 350.0 - height + lean * lean * 60.0);
        let pull = (480.0 + lean * 30.0, 260.0);
        let line = Path::from(480.0 + lean * 20.0, 366.0).bend(pull, (tip_x, tip_y)).stroke(4.5);
        scene.fill(&line, Colour::hex(0x58_6B_42));
        let kind = stem % 3;
        for petal in 0..8u8 {
            let turn = f32::from(petal) / 8.0;
            let shape = match kind {
                0 => Path::ellipse(tip_x, tip_y - 20.0, 9.0, 21.0),
                1 => Path::ellipse(tip_x, tip_y - 13.0, 10.0, 13.0),
                _ => Path::ellipse(tip_x, tip_y - 17.0, 5.0, 19.0),
            };
            let tint = [accent, second.light(0.3), PAPER].get(usize::from(kind)).copied().unwrap_or(PAPER);
            scene.fill(&shape.turned(turn, (tip_x, tip_y)), tint.mixed(INK, 0.04 * f32::from(petal % 2)));
        }
        scene.fill(&Path::circle(tip_x, tip_y, 9.0), Colour::hex(0xD9_A0_3C));
    }
    let body = Path::from(444.0, 350.0)
        .to(516.0, 350.0)
        .curve((512.0, 420.0), (608.0, 430.0), (602.0, 520.0))
        .curve((598.0, 590.0), (552.0, 622.0), (536.0, 624.0))
        .to(424.0, 624.0)
        .curve((408.0, 622.0), (362.0, 590.0), (358.0, 520.0))
        .curve((352.0, 430.0), (448.0, 420.0), (444.0, 350.0));
    scene.round(&body, main, (358.0, 602.0));
    for (y, tone) in [(470.0, second), (492.0, accent), (514.0, second)] {
        let band = Path::rect(340.0, y, 280.0, 11.0);
        scene.inside(&body, &band, Paint::Across(tone.light(0.1), tone.dark(0.25), 358.0, 602.0));
    }
    scene.fill(&Path::ellipse(480.0, 350.0, 40.0, 9.0), main.dark(0.45));
    scene.paint(&Path::ellipse(410.0, 520.0, 12.0, 50.0), Paint::Thin(PAPER, 0.35));
}

/// A teapot with its cup.
pub(super) fn teapot(scene: &mut Scene) {
    scene.stage();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((440.0, 614.0), 270.0, 32.0);
    let handle = Path::from(300.0, 420.0).curve((150.0, 400.0), (170.0, 570.0), (310.0, 556.0)).stroke(26.0);
    scene.fill(&handle, main.dark(0.12));
    let spout = Path::from(560.0, 540.0)
        .curve((650.0, 520.0), (630.0, 410.0), (704.0, 372.0))
        .to(736.0, 396.0)
        .curve((690.0, 440.0), (690.0, 560.0), (580.0, 592.0));
    scene.round(&spout, main, (540.0, 740.0));
    let body = Path::ellipse(440.0, 500.0, 176.0, 116.0);
    scene.round(&body, main, (264.0, 630.0));
    for step in 0..7u8 {
        let x = 320.0 + f32::from(step) * 40.0;
        for (dx, dy) in [(0.0, -13.0), (13.0, 0.0), (0.0, 13.0), (-13.0, 0.0)] {
            scene.inside(&body, &Path::circle(x + dx, 506.0 + dy, 8.0), Paint::Flat(second));
        }
        scene.inside(&body, &Path::circle(x, 506.0, 6.0), Paint::Flat(accent));
    }
    let lid =
        Path::from(350.0, 410.0).bend((440.0, 340.0), (530.0, 410.0)).bend((440.0, 436.0), (350.0, 410.0));
    scene.round(&lid, main.light(0.12), (350.0, 530.0));
    scene.round(&Path::circle(440.0, 358.0, 22.0), accent, (418.0, 462.0));
    scene.paint(
        &Path::ellipse(350.0, 470.0, 14.0, 46.0).turned(0.06, (350.0, 470.0)),
        Paint::Thin(PAPER, 0.4),
    );
    one_mug(scene, 720.0, 628.0, 0.62, second);
    steam(scene, 720.0, 500.0);
}

/// A loaf on its board.
pub(super) fn bread(scene: &mut Scene) {
    scene.room();
    let Tones { second, accent, .. } = scene.tones;
    scene.shadow((480.0, 640.0), 400.0, 34.0);
    let board =
        Path::rounded(130.0, 594.0, 640.0, 36.0, 14.0).and(Path::rounded(740.0, 600.0, 120.0, 22.0, 11.0));
    scene.paint(&board, Paint::Down(Colour::hex(0xC7_93_5E), Colour::hex(0x8E_5D_38), 590.0, 634.0));
    let crust = Colour::hex(0xB9_6F_35);
    let loaf = Path::from(200.0, 596.0).curve((150.0, 420.0), (330.0, 350.0), (450.0, 352.0)).curve(
        (600.0, 350.0),
        (740.0, 430.0),
        (700.0, 596.0),
    );
    scene.paint(&loaf, Paint::Down(crust.light(0.3), crust.dark(0.35), 350.0, 600.0));
    for cut in 0..4u8 {
        let x = 292.0 + f32::from(cut) * 106.0;
        let gash = Path::from(x - 40.0, 510.0)
            .bend((x - 14.0, 420.0), (x + 44.0, 392.0))
            .bend((x + 14.0, 440.0), (x - 40.0, 510.0));
        scene.inside(&loaf, &gash, Paint::Flat(Colour::hex(0xF0_D6_A4)));
    }
    for _ in 0..70 {
        let (x, y) = (scene.chance.between(210.0, 690.0), scene.chance.between(370.0, 570.0));
        scene.inside(&loaf, &Path::ellipse(x, y, 6.0, 2.6).turned(0.1, (x, y)), Paint::Thin(PAPER, 0.5));
    }
    for (x, y) in [(780.0, 640.0), (826.0, 652.0), (850.0, 630.0)] {
        scene.fill(&Path::ellipse(x, y, 9.0, 5.0), crust.light(0.3));
    }
    let towel = Path::from(60.0, 660.0).to(300.0, 640.0).to(340.0, 720.0).to(40.0, 760.0);
    scene.fill(&towel, second.light(0.4));
    scene.fill(&Path::polygon(&[(110.0, 656.0), (130.0, 654.0), (150.0, 760.0), (128.0, 760.0)]), accent);
}

/// Jars of something sweet.
pub(super) fn jars(scene: &mut Scene) {
    scene.room();
    let fills = [0xB73A32, 0xE0_92_2E, 0x6E_2E_4A, 0x8A_9A_3C, 0xD9_6A_3A].map(Colour::hex);
    let first = usize::try_from(scene.chance.below(3)).unwrap_or(0);
    let Tones { accent, second, .. } = scene.tones;
    for (index, (x, high)) in [(270.0, 230.0), (480.0, 270.0), (690.0, 230.0)].into_iter().enumerate() {
        let jam = fills.get(first + index).copied().unwrap_or(accent);
        let (y, wide) = (620.0, 86.0);
        scene.shadow((x + 16.0, y), 140.0, 24.0);
        let glass = Path::rounded(x - wide, y - high, wide * 2.0, high, 30.0);
        scene.round(&glass, jam, (x - wide, x + wide));
        scene.inside(&glass, &Path::rect(x - wide, y - high, wide * 2.0, 34.0), Paint::Thin(PAPER, 0.55));
        for _ in 0..14 {
            let (dx, dy) = (scene.chance.between(-70.0, 70.0), scene.chance.between(20.0, high - 50.0));
            scene.paint(&Path::circle(x + dx, y - dy, 5.0), Paint::Thin(jam.dark(0.4), 0.4));
        }
        let label = Path::rounded(x - 58.0, y - high * 0.62, 116.0, 88.0, 6.0);
        scene.fill(&label, PAPER);
        for (line, width) in [(22.0, 70.0), (44.0, 86.0), (62.0, 50.0)] {
            scene.fill(
                &Path::line(
                    &[(x - width / 2.0, y - high * 0.62 + line), (x + width / 2.0, y - high * 0.62 + line)],
                    5.0,
                ),
                INK.light(0.35),
            );
        }
        scene.paint(
            &Path::rounded(x - 76.0, y - high + 44.0, 12.0, high - 90.0, 6.0),
            Paint::Thin(PAPER, 0.5),
        );
        let cap = Path::from(x - 74.0, y - high + 8.0)
            .bend((x - 96.0, y - high + 26.0), (x - 104.0, y - high + 48.0))
            .bend((x, y - high + 18.0), (x + 104.0, y - high + 48.0))
            .bend((x + 96.0, y - high + 26.0), (x + 74.0, y - high + 8.0))
            .bend((x, y - high - 52.0), (x - 74.0, y - high + 8.0));
        let cloth = if index == 1 { accent } else { second };
        scene.round(&cap, cloth, (x - 100.0, x + 100.0));
        scene.fill(&Path::rounded(x - 78.0, y - high + 2.0, 156.0, 12.0, 6.0), Colour::hex(0x8A_4A_2C));
    }
}

/// A cake with a slice taken.
pub(super) fn cake(scene: &mut Scene) {
    scene.stage();
    let Tones { main, accent, second, .. } = scene.tones;
    scene.shadow((480.0, 630.0), 320.0, 30.0);
    scene.round(
        &Path::from(420.0, 520.0).to(540.0, 520.0).to(580.0, 626.0).to(380.0, 626.0),
        second.light(0.2),
        (380.0, 580.0),
    );
    scene.round(&Path::ellipse(480.0, 516.0, 290.0, 34.0), second.light(0.45), (190.0, 770.0));
    let crumb = Colour::hex(0xA8_6A_3E);
    let side = Path::rect(260.0, 330.0, 440.0, 170.0).and(Path::ellipse(480.0, 500.0, 220.0, 24.0));
    scene.round(&side, crumb, (260.0, 700.0));
    for y in [378.0, 436.0] {
        scene.round(&Path::rect(260.0, y, 440.0, 14.0), PAPER, (240.0, 760.0));
    }
    let icing = if main == PAPER { accent } else { main.light(0.2) };
    let top = Path::ellipse(480.0, 330.0, 222.0, 34.0);
    scene.round(&top, icing, (260.0, 700.0));
    for drip in 0..11u8 {
        let x = 274.0 + f32::from(drip) * 41.0;
        let length = scene.chance.between(24.0, 76.0);
        scene.round(&Path::rounded(x - 18.0, 322.0, 36.0, length, 18.0), icing, (260.0, 700.0));
    }
    for berry in 0..9u8 {
        let turn = f32::from(berry) / 9.0 * std::f32::consts::TAU;
        let (x, y) = (480.0 + 172.0 * turn.cos(), 314.0 + 22.0 * turn.sin());
        scene.round(&Path::circle(x, y, 21.0), Colour::hex(0xB0_2F_38), (x - 20.0, x + 24.0));
        scene.paint(&Path::circle(x - 6.0, y - 7.0, 5.0), Paint::Thin(PAPER, 0.6));
    }
    scene.fill(&Path::line(&[(480.0, 310.0), (480.0, 226.0)], 14.0), accent.light(0.3));
    scene.glow(Colour::hex(0xFF_E2_92), 0.9, (480.0, 200.0), 84.0);
    let flame = Path::from(480.0, 160.0).curve((506.0, 194.0), (498.0, 220.0), (480.0, 222.0)).curve(
        (462.0, 220.0),
        (454.0, 194.0),
        (480.0, 160.0),
    );
    scene.fill(&flame, Colour::hex(0xF4_A2_3A));
}
