//! Drawings of paper, music, machines and games.

use super::canvas::{Colour, Paint};
use super::path::Path;
use super::scene::{COPPER, INK, PAPER, Scene, Tones};

/// A sheet lying on a table, a little askew.
fn sheet(scene: &mut Scene, (x, y): (f32, f32), (wide, high): (f32, f32), lean: f32) -> Path {
    let page = Path::rounded(x, y, wide, high, 5.0).turned(lean, (480.0, 360.0));
    scene.paint(&page.clone().moved(10.0, 14.0), Paint::Thin(INK, 0.22));
    scene.fill(&page, PAPER.light(0.5));
    page
}

/// A letter, its envelope and a pen.
pub(super) fn letter(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, accent, .. } = scene.tones;
    let lean = 0.018;
    let at = |path: Path| path.turned(lean, (480.0, 360.0));
    sheet(scene, (260.0, 60.0), (430.0, 560.0), lean);
    for line in 0..13u8 {
        let y = 150.0 + f32::from(line) * 32.0;
        let end = if line % 5 == 4 {
            scene.chance.between(380.0, 520.0)
        } else {
            scene.chance.between(590.0, 640.0)
        };
        let mut words = Path::from(310.0, y);
        let mut x = 310.0;
        while x < end {
            let step = scene.chance.between(10.0, 20.0);
            words = words.bend((x + step * 0.5, y - scene.chance.between(6.0, 16.0)), (x + step, y));
            x += step;
        }
        scene.paint(&at(words.stroke(3.0)), Paint::Thin(Colour::hex(0x2B_3C_5A), 0.85));
    }
    let envelope = at(Path::rounded(90.0, 420.0, 330.0, 220.0, 8.0));
    scene.paint(&envelope.clone().moved(8.0, 12.0), Paint::Thin(INK, 0.22));
    scene.fill(&envelope, main.light(0.35));
    scene.fill(&at(Path::line(&[(92.0, 424.0), (255.0, 548.0), (418.0, 424.0)], 4.0)), main.dark(0.15));
    scene.fill(&at(Path::circle(255.0, 545.0, 34.0)), Colour::hex(0xA8_33_2E));
    scene.fill(&at(Path::ring(255.0, 545.0, 22.0, 4.0)), Colour::hex(0x7E_22_22));
    let pen = |path: Path| path.turned(0.1, (760.0, 420.0));
    scene
        .paint(&pen(Path::rounded(744.0, 190.0, 36.0, 330.0, 17.0)).moved(9.0, 10.0), Paint::Thin(INK, 0.25));
    scene.round(&pen(Path::rounded(744.0, 190.0, 36.0, 330.0, 17.0)), accent, (730.0, 840.0));
    scene.fill(&pen(Path::rect(744.0, 360.0, 36.0, 10.0)), Colour::hex(0xD9_B0_5A));
    scene.fill(
        &pen(Path::polygon(&[(748.0, 516.0), (776.0, 516.0), (762.0, 590.0)])),
        Colour::hex(0xD9_B0_5A),
    );
}

/// Sheet music.
pub(super) fn music(scene: &mut Scene) {
    scene.flat_lay();
    let accent = scene.tones.accent;
    let lean = scene.chance.between(-0.02, 0.02);
    let at = |path: Path| path.turned(lean, (480.0, 360.0));
    sheet(scene, (210.0, 50.0), (540.0, 640.0), lean);
    scene.fill(&at(Path::rounded(330.0, 90.0, 300.0, 14.0, 7.0)), INK);
    scene.fill(&at(Path::rounded(400.0, 118.0, 160.0, 8.0, 4.0)), INK.light(0.4));
    for staff in 0..5u8 {
        let top = 172.0 + f32::from(staff) * 98.0;
        for line in 0..5u8 {
            let y = top + f32::from(line) * 12.0;
            scene.fill(&at(Path::rect(246.0, y, 468.0, 1.6)), INK.light(0.3));
        }
        let clef = Path::from(262.0, top + 58.0)
            .curve((296.0, top + 60.0), (288.0, top + 4.0), (268.0, top + 26.0))
            .curve((250.0, top + 46.0), (276.0, top - 10.0), (272.0, top - 16.0))
            .stroke(4.0);
        scene.fill(&at(clef), INK);
        for note in 0..10u8 {
            let x = 308.0 + f32::from(note) * 40.0;
            let y = top + 6.0 * f32::from(u8::try_from(scene.chance.below(9)).unwrap_or(4));
            let tint = if scene.chance.happens(8) { accent } else { INK };
            scene.fill(&at(Path::ellipse(x, y, 8.6, 6.4).turned(-0.06, (x, y))), tint);
            let (stem, side) = if y > top + 24.0 { (y - 38.0, x + 7.6) } else { (y + 38.0, x - 7.6) };
            scene.fill(&at(Path::line(&[(side, y), (side, stem)], 2.6)), tint);
            if scene.chance.happens(35) {
                scene.fill(
                    &at(Path::line(&[(side, stem), (side + 12.0, stem + (y - stem) * 0.35)], 4.0)),
                    tint,
                );
            }
        }
    }
}

/// A page of figures, with bars and a line.
pub(super) fn chart(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, second, accent, .. } = scene.tones;
    let lean = scene.chance.between(-0.018, 0.018);
    let at = |path: Path| path.turned(lean, (480.0, 360.0));
    sheet(scene, (180.0, 70.0), (600.0, 580.0), lean);
    let tone = if main == PAPER { COPPER } else { main };
    scene.fill(&at(Path::rounded(220.0, 106.0, 240.0, 18.0, 9.0)), INK);
    scene.fill(&at(Path::rounded(220.0, 136.0, 150.0, 9.0, 4.0)), INK.light(0.5));
    for line in 0..5u8 {
        scene.fill(&at(Path::rect(220.0, 190.0 + f32::from(line) * 44.0, 520.0, 1.6)), INK.light(0.75));
    }
    let mut crest = Vec::new();
    for bar in 0..11u8 {
        let x = 232.0 + f32::from(bar) * 46.0;
        let high = 40.0 + f32::from(bar) * 8.0 + scene.chance.between(0.0, 60.0);
        let colour = if bar % 3 == 2 { accent } else { tone };
        scene.fill(&at(Path::rounded(x, 366.0 - high, 30.0, high, 5.0)), colour);
        crest.push((x + 15.0, 340.0 - high));
    }
    scene.fill(&at(Path::line(&crest, 5.0)), second.dark(0.25));
    for (x, y) in crest {
        scene.fill(&at(Path::circle(x, y, 8.0)), second.dark(0.25));
    }
    for row in 0..7u8 {
        let y = 402.0 + f32::from(row) * 32.0;
        if row % 2 == 0 {
            scene.fill(&at(Path::rect(220.0, y, 520.0, 32.0)), tone.light(0.85));
        }
        for column in 0..5u8 {
            let x = 236.0 + f32::from(column) * 102.0;
            let long = scene.chance.between(30.0, 74.0);
            let ink = if row == 0 { INK } else { INK.light(0.45) };
            scene.fill(&at(Path::rounded(x, y + 11.0, long, 9.0, 4.0)), ink);
        }
    }
}

/// A map with a route.
pub(super) fn map(scene: &mut Scene) {
    scene.flat_lay();
    let page = sheet(scene, (110.0, 60.0), (740.0, 590.0), 0.01);
    let Tones { accent, .. } = scene.tones;
    scene.inside(&page, &Path::rect(0.0, 0.0, 1_000.0, 800.0), Paint::Flat(Colour::hex(0xDD_E2_BF)));
    let lake = Path::from(150.0, 480.0)
        .curve((240.0, 380.0), (380.0, 440.0), (420.0, 520.0))
        .curve((450.0, 600.0), (260.0, 640.0), (190.0, 600.0))
        .curve((140.0, 570.0), (120.0, 520.0), (150.0, 480.0));
    scene.inside(&page, &lake, Paint::Flat(Colour::hex(0x8F_BE_C6)));
    let river = Path::from(410.0, 510.0)
        .curve((520.0, 440.0), (500.0, 300.0), (640.0, 240.0))
        .curve((720.0, 200.0), (740.0, 120.0), (800.0, 40.0))
        .stroke(15.0);
    scene.inside(&page, &river, Paint::Flat(Colour::hex(0x8F_BE_C6)));
    for ring in 0..5u8 {
        let size = 160.0 - f32::from(ring) * 30.0;
        let contour = Path::ellipse(300.0, 220.0, size * 1.25, size).turned(0.06, (300.0, 220.0)).stroke(2.4);
        scene.inside(&page, &contour, Paint::Thin(COPPER, 0.7));
    }
    for _ in 0..30 {
        let (x, y) = (scene.chance.between(560.0, 810.0), scene.chance.between(330.0, 600.0));
        scene.inside(
            &page,
            &Path::polygon(&[(x - 11.0, y), (x, y - 26.0), (x + 11.0, y)]),
            Paint::Flat(Colour::hex(0x72_93_5C)),
        );
    }
    let route = Path::from(200.0, 160.0).curve((340.0, 300.0), (420.0, 160.0), (520.0, 330.0)).curve(
        (580.0, 440.0),
        (480.0, 560.0),
        (690.0, 580.0),
    );
    let dots = route.contours.first().map(|(points, _)| points.clone()).unwrap_or_default();
    for (x, y) in dots {
        scene.inside(&page, &Path::circle(x, y, 6.0), Paint::Flat(Colour::hex(0xB8_3A_2C)));
    }
    for fold in [295.0, 480.0, 665.0] {
        scene.inside(&page, &Path::rect(fold, 40.0, 3.0, 640.0), Paint::Thin(INK, 0.22));
        scene.inside(&page, &Path::rect(fold, 40.0, 60.0, 640.0), Paint::Thin(INK, 0.05));
    }
    let pin = Path::from(690.0, 580.0).curve((640.0, 510.0), (650.0, 470.0), (690.0, 470.0)).curve(
        (730.0, 470.0),
        (740.0, 510.0),
        (690.0, 580.0),
    );
    scene.fill(&pin, accent.mixed(Colour::hex(0xB8_3A_2C), 0.5));
    scene.fill(&Path::circle(690.0, 508.0, 13.0), PAPER);
}

/// A laptop with some lines of code.
pub(super) fn laptop(scene: &mut Scene) {
    scene.room();
    let Tones { main, second, accent, .. } = scene.tones;
    scene.shadow((480.0, 640.0), 420.0, 24.0);
    let grey = Colour::hex(0xC9_C4_BA);
    scene.round(&Path::rounded(210.0, 170.0, 540.0, 390.0, 22.0), grey, (200.0, 800.0));
    let screen = Path::rounded(232.0, 192.0, 496.0, 340.0, 8.0);
    scene.paint(&screen, Paint::Down(Colour::hex(0x22_2D_3B), Colour::hex(0x2F_3D_4C), 190.0, 540.0));
    let words = [main.light(0.2), second.light(0.2), accent, PAPER];
    for line in 0..10u8 {
        let y = 222.0 + f32::from(line) * 29.0;
        let mut x = 262.0 + f32::from(u8::try_from(scene.chance.below(4)).unwrap_or(0)) * 26.0;
        scene.paint(&Path::rounded(242.0, y, 9.0, 10.0, 3.0), Paint::Thin(PAPER, 0.25));
        for _ in 0..scene.chance.within(2, 5) {
            let long = scene.chance.between(24.0, 92.0);
            let tint = scene.chance.pick(&words).copied().unwrap_or(PAPER);
            if x + long < 700.0 {
                scene.fill(&Path::rounded(x, y, long, 11.0, 5.0), tint);
            }
            x += long + 12.0;
        }
    }
    let base = Path::from(130.0, 572.0)
        .to(830.0, 572.0)
        .bend((830.0, 606.0), (780.0, 608.0))
        .to(180.0, 608.0)
        .bend((130.0, 606.0), (130.0, 572.0));
    scene.round(&base, grey.light(0.2), (130.0, 860.0));
    scene.fill(&Path::rounded(410.0, 572.0, 140.0, 13.0, 6.0), grey.dark(0.25));
}

/// A record and its sleeve.
pub(super) fn record(scene: &mut Scene) {
    scene.flat_lay();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    let disc = (600.0, 360.0);
    scene.paint(&Path::circle(610.0, 374.0, 250.0), Paint::Thin(INK, 0.25));
    scene.fill(&Path::circle(disc.0, disc.1, 250.0), Colour::hex(0x1E_1B_1D));
    for groove in 0..13u8 {
        let ring = Path::ring(disc.0, disc.1, 108.0 + f32::from(groove) * 10.5, 1.4);
        scene.paint(&ring, Paint::Thin(PAPER, 0.12));
    }
    for turn in [0.1, 0.6] {
        let shine = Path::polygon(&[(600.0, 360.0), (560.0, 112.0), (640.0, 112.0)]).turned(turn, disc);
        scene.paint(&shine, Paint::Thin(PAPER, 0.1));
    }
    scene.fill(&Path::circle(disc.0, disc.1, 86.0), accent);
    scene.fill(&Path::ring(disc.0, disc.1, 62.0, 4.0), INK);
    scene.fill(&Path::circle(disc.0, disc.1, 10.0), wall.light(0.3));
    let sleeve = Path::rounded(90.0, 130.0, 460.0, 460.0, 6.0);
    scene.paint(&sleeve.clone().moved(10.0, 12.0), Paint::Thin(INK, 0.25));
    scene.paint(&sleeve, Paint::Down(main, main.dark(0.2), 130.0, 590.0));
    for band in 0..5u8 {
        let size = 210.0 - f32::from(band) * 42.0;
        let tint = if band % 2 == 0 { second } else { accent };
        scene.inside(&sleeve, &Path::circle(320.0, 590.0, size * 1.3), Paint::Flat(tint));
    }
    scene.fill(&Path::rounded(130.0, 170.0, 250.0, 26.0, 13.0), PAPER);
    scene.fill(&Path::rounded(130.0, 212.0, 150.0, 14.0, 7.0), PAPER.dark(0.1));
}

/// A camera from the days of film.
pub(super) fn camera(scene: &mut Scene) {
    scene.room();
    let Tones { main, accent, .. } = scene.tones;
    let black = Colour::hex(0x34_30_31);
    let steel = Colour::hex(0xCB_C6_BC);
    scene.shadow((480.0, 628.0), 360.0, 30.0);
    scene.round(&Path::rounded(190.0, 250.0, 580.0, 120.0, 30.0), steel, (190.0, 820.0));
    scene.round(
        &Path::polygon(&[(390.0, 256.0), (424.0, 186.0), (536.0, 186.0), (570.0, 256.0)]),
        steel,
        (390.0, 600.0),
    );
    for (x, wide, tint) in
        [(236.0, 76.0, steel.dark(0.2)), (640.0, 64.0, steel.dark(0.2)), (716.0, 30.0, accent)]
    {
        scene.round(&Path::rounded(x, 222.0, wide, 36.0, 8.0), tint, (x, x + wide));
    }
    let leather = if main == PAPER { COPPER.dark(0.2) } else { main.dark(0.15) };
    scene.round(&Path::rounded(180.0, 320.0, 600.0, 250.0, 30.0), leather, (170.0, 840.0));
    scene.round(&Path::rounded(180.0, 552.0, 600.0, 66.0, 26.0), steel, (180.0, 820.0));
    for (size, colour) in [
        (176.0, steel),
        (160.0, black),
        (128.0, steel.dark(0.3)),
        (116.0, black),
        (88.0, Colour::hex(0x27_3B_52)),
        (54.0, Colour::hex(0x18_24_36)),
    ] {
        scene.round(&Path::circle(480.0, 446.0, size), colour, (480.0 - size, 480.0 + size));
    }
    scene.paint(&Path::circle(448.0, 410.0, 22.0), Paint::Thin(PAPER, 0.65));
    scene.paint(&Path::circle(512.0, 482.0, 11.0), Paint::Thin(accent, 0.6));
    for tick in 0..20u8 {
        let mark = Path::rect(478.5, 300.0, 3.0, 14.0).turned(f32::from(tick) / 20.0, (480.0, 446.0));
        scene.paint(&mark, Paint::Thin(PAPER, 0.8));
    }
}

/// A ukulele.
pub(super) fn ukulele(scene: &mut Scene) {
    scene.plain();
    let Tones { main, second, accent, wall, .. } = scene.tones;
    scene.fill(&Path::circle(480.0, 360.0, 306.0), wall.light(0.28));
    let wood = Colour::hex(0xC0_7E_45);
    let at = |path: Path| path.turned(0.09, (480.0, 380.0)).scaled(0.84, 0.84, (480.0, 340.0));
    scene.paint(&at(Path::ellipse(480.0, 560.0, 170.0, 130.0)).moved(16.0, 18.0), Paint::Thin(INK, 0.22));
    let body = Path::from(480.0, 300.0)
        .curve((590.0, 300.0), (600.0, 390.0), (574.0, 440.0))
        .curve((640.0, 490.0), (660.0, 680.0), (480.0, 680.0))
        .curve((300.0, 680.0), (320.0, 490.0), (386.0, 440.0))
        .curve((360.0, 390.0), (370.0, 300.0), (480.0, 300.0));
    let body = at(body);
    scene.fill(&body, wood.dark(0.3));
    scene.round(&body.clone().scaled(0.95, 0.96, (446.0, 470.0)), wood, (300.0, 660.0));
    scene.fill(&at(Path::circle(480.0, 470.0, 58.0)), accent);
    scene.fill(&at(Path::circle(480.0, 470.0, 48.0)), Colour::hex(0x3A_22_18));
    scene.round(&at(Path::rounded(452.0, 60.0, 56.0, 380.0, 8.0)), COPPER.dark(0.35), (430.0, 600.0));
    for fret in 0..11u8 {
        let y = 110.0 + f32::from(fret) * 28.0;
        scene.fill(&at(Path::rect(452.0, y, 56.0, 3.0)), Colour::hex(0xD8_C8_9A));
    }
    for fret in [152.0, 208.0, 264.0] {
        scene.fill(&at(Path::circle(480.0, fret, 6.0)), PAPER);
    }
    let head = Path::from(446.0, 76.0).to(430.0, -40.0).bend((480.0, -64.0), (530.0, -40.0)).to(514.0, 76.0);
    scene.round(&at(head), main.mixed(wood, 0.4), (430.0, 640.0));
    for (x, y) in [(424.0, -10.0), (424.0, 36.0), (536.0, -10.0), (536.0, 36.0)] {
        scene.fill(&at(Path::circle(x, y, 14.0)), second);
    }
    scene.fill(&at(Path::rounded(416.0, 586.0, 128.0, 24.0, 8.0)), Colour::hex(0x4A_2C_1E));
    for string in [462.0, 474.0, 486.0, 498.0] {
        scene.paint(&at(Path::line(&[(string, 20.0), (string, 596.0)], 2.4)), Paint::Thin(PAPER, 0.85));
    }
}
