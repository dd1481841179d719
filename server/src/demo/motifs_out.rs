//! Drawings of the world outside.

use super::canvas::{Colour, Paint};
use super::path::{Path, Point};
use super::scene::{COPPER, INK, PAPER, Scene, Tones};

/// A line of hills from edge to edge.
fn ridge(scene: &mut Scene, height: f32, rough: f32) -> Path {
    let (one, two) = (scene.chance.between(0.0, 6.0), scene.chance.between(0.0, 6.0));
    let mut points: Vec<Point> = vec![(-80.0, 900.0)];
    for step in 0..=112u8 {
        let x = f32::from(step) * 10.0 - 80.0;
        let wave = (x / 150.0 + one).sin() + 0.5 * (x / 61.0 + two).sin() + 0.18 * (x / 23.0 + one).sin();
        points.push((x, height - wave * rough));
    }
    points.push((1_040.0, 900.0));
    Path::polygon(&points)
}

fn fir(scene: &mut Scene, x: f32, y: f32, size: f32, colour: Colour) {
    for level in 0..4u8 {
        let up = f32::from(level) * size * 0.5;
        let wide = size * (0.62 - f32::from(level) * 0.12);
        scene.fill(
            &Path::polygon(&[(x - wide, y - up), (x, y - up - size * 0.95), (x + wide, y - up)]),
            colour,
        );
    }
    scene.fill(&Path::rect(x - size * 0.07, y, size * 0.14, size * 0.3), colour.dark(0.4));
}

fn birds(scene: &mut Scene, colour: Colour) {
    for _ in 0..5 {
        let (x, y, size) = (
            scene.chance.between(180.0, 800.0),
            scene.chance.between(90.0, 260.0),
            scene.chance.between(10.0, 22.0),
        );
        let wings = Path::from(x - size, y - size * 0.3)
            .bend((x - size * 0.4, y - size * 0.7), (x, y))
            .bend((x + size * 0.4, y - size * 0.7), (x + size, y - size * 0.3));
        scene.fill(&wings.stroke(3.5), colour);
    }
}

/// Hills behind hills, with a low sun.
pub(super) fn hills(scene: &mut Scene) {
    let Tones { wall, main, second, accent, .. } = scene.tones;
    let sky = Path::rect(-600.0, -600.0, 2_200.0, 2_000.0);
    scene.paint(&sky, Paint::Down(wall.mixed(second, 0.25), accent.light(0.45), 0.0, 480.0));
    let sun = (scene.chance.between(260.0, 700.0), scene.chance.between(190.0, 300.0));
    scene.glow(accent.light(0.6), 0.8, sun, 300.0);
    scene.fill(&Path::circle(sun.0, sun.1, 66.0), accent.light(0.72));
    birds(scene, INK.light(0.1));
    let far = wall.mixed(second, 0.6).light(0.25);
    for layer in 0..5u8 {
        let share = f32::from(layer) / 4.0;
        let hill = ridge(scene, 360.0 + share * 230.0, 62.0 - share * 22.0);
        let tint = far.mixed(second.dark(0.5), share).mixed(main, 0.12);
        scene.paint(&hill, Paint::Down(tint, tint.light(0.16), 300.0 + share * 230.0, 560.0 + share * 200.0));
        if layer >= 2 {
            for _ in 0..7 {
                let (x, lift) = (scene.chance.between(-20.0, 980.0), scene.chance.between(20.0, 70.0));
                fir(scene, x, 372.0 + share * 230.0 + lift, 26.0 + share * 44.0, tint.dark(0.3));
            }
        }
    }
}

/// A tent below the stars.
pub(super) fn tent(scene: &mut Scene) {
    let night = Colour::hex(0x1E_2C_47);
    let Tones { main, accent, .. } = scene.tones;
    scene.paint(
        &Path::rect(-600.0, -600.0, 2_200.0, 2_000.0),
        Paint::Down(night, Colour::hex(0x5B_6E_83), 0.0, 560.0),
    );
    for _ in 0..120 {
        let (x, y, size) = (
            scene.chance.between(0.0, 960.0),
            scene.chance.between(0.0, 400.0),
            scene.chance.between(0.8, 2.8),
        );
        scene.paint(&Path::circle(x, y, size), Paint::Thin(PAPER, 0.85));
    }
    let moon = Path::circle(780.0, 130.0, 58.0);
    scene.glow(PAPER, 0.4, (780.0, 130.0), 170.0);
    scene.fill(&moon, Colour::hex(0xF7_E7_BE));
    for layer in 0..3u8 {
        let share = f32::from(layer) / 2.0;
        let hill = ridge(scene, 430.0 + share * 120.0, 40.0);
        let tint = Colour::hex(0x3A_52_5E).mixed(Colour::hex(0x14_1F_2A), share);
        scene.fill(&hill, tint);
        for _ in 0..6 {
            let x = scene.chance.between(0.0, 960.0);
            fir(scene, x, 470.0 + share * 110.0, 40.0 + share * 34.0, tint.dark(0.15));
        }
    }
    scene.fill(&Path::rect(-100.0, 610.0, 1_200.0, 300.0), Colour::hex(0x18_24_2A));
    scene.glow(Colour::hex(0xFF_C8_6A), 0.55, (450.0, 560.0), 330.0);
    let side = Path::polygon(&[(450.0, 380.0), (640.0, 640.0), (760.0, 610.0), (540.0, 372.0)]);
    scene.fill(&side, main.dark(0.2));
    let front = Path::polygon(&[(450.0, 380.0), (260.0, 640.0), (640.0, 640.0)]);
    scene.paint(&front, Paint::Down(main, Colour::hex(0xFF_C8_6A), 380.0, 660.0));
    let door = Path::from(450.0, 410.0)
        .bend((440.0, 560.0), (380.0, 640.0))
        .to(520.0, 640.0)
        .bend((460.0, 560.0), (450.0, 410.0));
    scene.fill(&door, Colour::hex(0xFF_E7_A8));
    scene.fill(&Path::line(&[(260.0, 640.0), (180.0, 664.0)], 3.0), accent);
    scene.fill(&Path::line(&[(760.0, 610.0), (830.0, 640.0)], 3.0), accent);
}

/// A small boat on a wide sea.
pub(super) fn sea(scene: &mut Scene) {
    let Tones { wall, main, second, accent, .. } = scene.tones;
    scene.paint(
        &Path::rect(-600.0, -600.0, 2_200.0, 2_000.0),
        Paint::Down(wall.light(0.2), accent.light(0.6), 0.0, 400.0),
    );
    scene.glow(accent.light(0.5), 0.8, (300.0, 330.0), 260.0);
    scene.fill(&Path::circle(300.0, 330.0, 76.0), accent.light(0.3));
    birds(scene, INK);
    let water = second.mixed(Colour::hex(0x2F_5D_6B), 0.6);
    scene.paint(
        &Path::rect(-100.0, 400.0, 1_200.0, 500.0),
        Paint::Down(water.light(0.35), water.dark(0.35), 400.0, 720.0),
    );
    for _ in 0..34 {
        let y = scene.chance.between(412.0, 716.0);
        let near = (y - 400.0) / 320.0;
        let (x, long) = (scene.chance.between(-40.0, 960.0), scene.chance.between(30.0, 90.0) * (0.4 + near));
        scene.paint(&Path::line(&[(x, y), (x + long, y)], 2.0 + near * 4.0), Paint::Thin(PAPER, 0.34));
    }
    for step in 0..9u8 {
        let y = 414.0 + f32::from(step) * 17.0;
        let half = 60.0 - f32::from(step) * 4.0;
        scene.paint(
            &Path::line(&[(300.0 - half, y), (300.0 + half, y)], 5.0),
            Paint::Thin(accent.light(0.4), 0.5),
        );
    }
    scene.fill(&Path::line(&[(620.0, 560.0), (620.0, 190.0)], 9.0), COPPER.dark(0.3));
    let sail = Path::from(632.0, 200.0).bend((790.0, 400.0), (800.0, 520.0)).to(632.0, 520.0);
    scene.round(&sail, PAPER, (620.0, 820.0));
    scene.inside(&sail, &Path::rect(600.0, 400.0, 240.0, 36.0), Paint::Thin(main, 0.85));
    let jib = Path::from(608.0, 220.0).bend((540.0, 420.0), (500.0, 520.0)).to(608.0, 520.0);
    scene.round(&jib, main, (490.0, 620.0));
    let hull = Path::from(470.0, 548.0)
        .to(830.0, 548.0)
        .bend((800.0, 640.0), (700.0, 640.0))
        .to(560.0, 640.0)
        .bend((490.0, 630.0), (470.0, 548.0));
    scene.round(&hull, COPPER, (470.0, 830.0));
    scene.inside(&hull, &Path::rect(460.0, 548.0, 400.0, 18.0), Paint::Flat(PAPER));
    scene.paint(&Path::ellipse(650.0, 644.0, 220.0, 14.0), Paint::Thin(INK, 0.25));
}

/// A wren, or another small bird, on a twig.
pub(super) fn bird(scene: &mut Scene) {
    scene.plain();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    scene.fill(&Path::circle(480.0, 350.0, 300.0), wall.light(0.32));
    let bark = Colour::hex(0x6B_4A_36);
    let twig = Path::from(60.0, 590.0).curve((300.0, 520.0), (560.0, 600.0), (920.0, 500.0)).stroke(18.0);
    scene.fill(&twig, bark);
    for (x, y, lean) in [
        (180.0, 556.0, -0.08),
        (720.0, 548.0, 0.05),
        (840.0, 526.0, -0.05),
        (300.0, 552.0, 0.1),
        (130.0, 566.0, 0.52),
    ] {
        let leaf = Path::from(x, y).curve((x - 44.0, y - 40.0), (x - 20.0, y - 100.0), (x, y - 124.0)).curve(
            (x + 30.0, y - 90.0),
            (x + 40.0, y - 40.0),
            (x, y),
        );
        scene.round(&leaf.turned(lean, (x, y)), Colour::hex(0x74_8C_56), (x - 50.0, x + 50.0));
    }
    for foot in [446.0, 500.0] {
        scene.fill(&Path::line(&[(foot, 510.0), (foot - 4.0, 566.0)], 8.0), bark.dark(0.3));
    }
    let back = if main == PAPER { COPPER } else { main };
    let tail = Path::from(590.0, 400.0).to(730.0, 220.0).to(776.0, 250.0).to(640.0, 460.0);
    scene.round(&tail, back.dark(0.12), (590.0, 780.0));
    for bar in 0..4u8 {
        let (x, y) = (632.0 + f32::from(bar) * 28.0, 372.0 - f32::from(bar) * 38.0);
        scene.inside(
            &tail,
            &Path::line(&[(x - 40.0, y - 34.0), (x + 60.0, y + 50.0)], 7.0),
            Paint::Thin(INK, 0.35),
        );
    }
    let body = Path::from(300.0, 330.0)
        .curve((290.0, 210.0), (430.0, 190.0), (480.0, 270.0))
        .curve((540.0, 330.0), (650.0, 330.0), (650.0, 410.0))
        .curve((650.0, 520.0), (480.0, 560.0), (400.0, 520.0))
        .curve((320.0, 480.0), (306.0, 420.0), (300.0, 330.0));
    scene.round(&body, back, (280.0, 700.0));
    let belly = Path::from(280.0, 380.0)
        .curve((380.0, 380.0), (420.0, 500.0), (560.0, 500.0))
        .to(500.0, 600.0)
        .to(300.0, 560.0);
    scene.inside(&body, &belly, Paint::Flat(second.light(0.55)));
    let wing = Path::from(450.0, 360.0).curve((520.0, 330.0), (610.0, 380.0), (690.0, 440.0)).curve(
        (600.0, 500.0),
        (480.0, 490.0),
        (450.0, 360.0),
    );
    scene.round(&wing, back.dark(0.22), (440.0, 720.0));
    for line in 0..4u8 {
        let down = f32::from(line) * 26.0;
        let feather = Path::from(480.0, 386.0 + down)
            .bend((560.0, 400.0 + down), (660.0, 440.0 + down * 0.3))
            .stroke(5.0);
        scene.inside(&wing, &feather, Paint::Thin(PAPER, 0.4));
    }
    let brow = Path::from(322.0, 288.0).bend((380.0, 250.0), (450.0, 286.0)).stroke(11.0);
    scene.fill(&brow, second.light(0.6));
    scene.fill(&Path::circle(370.0, 300.0, 19.0), INK);
    scene.fill(&Path::circle(364.0, 293.0, 6.5), PAPER);
    let beak = Path::polygon(&[(306.0, 300.0), (214.0, 316.0), (304.0, 336.0)]);
    scene.fill(&beak, accent.dark(0.1));
}

fn wheel(scene: &mut Scene, x: f32, y: f32, size: f32, rim: Colour) {
    scene.fill(&Path::ring(x, y, size, 15.0), INK);
    scene.fill(&Path::ring(x, y, size - 13.0, 6.0), rim);
    for spoke in 0..18u8 {
        let line = Path::line(&[(x, y), (x, y - size + 12.0)], 1.8).turned(f32::from(spoke) / 18.0, (x, y));
        scene.paint(&line, Paint::Thin(INK.light(0.5), 0.9));
    }
    scene.fill(&Path::circle(x, y, 13.0), INK);
}

/// A bicycle against a wall.
pub(super) fn bicycle(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    let frame = if scene.chance.happens(50) { main } else { accent };
    scene.shadow((480.0, 648.0), 430.0, 26.0);
    let (back, front, crank) = ((270.0, 500.0), (700.0, 500.0), (450.0, 510.0));
    wheel(scene, back.0, back.1, 142.0, second.light(0.3));
    wheel(scene, front.0, front.1, 142.0, second.light(0.3));
    let (saddle, head) = ((390.0, 270.0), (622.0, 258.0));
    for (from, to) in [(back, crank), (back, (402.0, 306.0))] {
        scene.fill(&Path::line(&[from, to], 11.0), frame.dark(0.16));
    }
    for (from, to) in [(crank, saddle), ((404.0, 310.0), (630.0, 290.0)), (crank, (640.0, 322.0))] {
        scene.fill(&Path::line(&[from, to], 16.0), frame);
    }
    let fork = Path::from(head.0, head.1).to(648.0, 360.0).bend((664.0, 440.0), front).stroke(14.0);
    scene.fill(&fork, frame.dark(0.1));
    scene.fill(&Path::line(&[head, (612.0, 214.0)], 11.0), Colour::hex(0xB9_B2_A4));
    let bar = Path::from(612.0, 214.0)
        .curve((660.0, 200.0), (720.0, 200.0), (716.0, 250.0))
        .bend((710.0, 280.0), (672.0, 278.0))
        .stroke(13.0);
    scene.fill(&bar, COPPER.dark(0.2));
    scene.fill(&Path::line(&[saddle, (384.0, 236.0)], 10.0), Colour::hex(0xB9_B2_A4));
    let seat = Path::from(316.0, 216.0)
        .curve((330.0, 200.0), (390.0, 212.0), (460.0, 222.0))
        .curve((470.0, 236.0), (400.0, 244.0), (344.0, 248.0))
        .curve((318.0, 250.0), (304.0, 232.0), (316.0, 216.0));
    scene.round(&seat, COPPER.dark(0.25), (310.0, 470.0));
    scene.fill(&Path::ring(crank.0, crank.1, 38.0, 9.0), INK);
    scene.fill(&Path::line(&[crank, (486.0, 576.0)], 9.0), INK.light(0.3));
    scene.fill(&Path::rounded(462.0, 572.0, 52.0, 14.0, 6.0), INK);
    for y in [-36.0, 36.0] {
        scene.fill(&Path::line(&[(back.0, back.1 + y * 0.5), (crank.0, crank.1 + y)], 4.0), INK);
    }
    // A basket for the market.
    let basket = Path::polygon(&[(676.0, 292.0), (816.0, 292.0), (796.0, 384.0), (696.0, 384.0)]);
    for (x, tint) in [(712.0, 0xC9_4F_3A), (752.0, 0x76_8F_4E), (788.0, 0xE2_A2_3B)] {
        scene.fill(&Path::circle(x, 284.0, 26.0), Colour::hex(tint));
    }
    scene.fill(&basket, Colour::hex(0xC6_94_58));
    for weave in 0..5u8 {
        let y = 304.0 + f32::from(weave) * 17.0;
        scene.inside(&basket, &Path::rect(660.0, y, 180.0, 6.0), Paint::Thin(COPPER.dark(0.3), 0.55));
        scene.inside(
            &basket,
            &Path::rect(690.0 + f32::from(weave) * 24.0, 280.0, 5.0, 120.0),
            Paint::Thin(COPPER.dark(0.3), 0.45),
        );
    }
}
