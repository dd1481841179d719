//! What is offered: things that people do for each other.

use super::item::Item;
use super::{motifs_clay, motifs_craft, motifs_home, motifs_paper, motifs_play};

/// In no order.
pub(super) const SHELF: &[Item] = &[
    Item::service(None)
        .of("little-cron", "services/automation", 6500)
        .called("I turn your weekly spreadsheet chore into one button")
        .tagged("automation, spreadsheet, script")
        .drawn(motifs_paper::laptop, 1, 1)
        .told(
            "You show me what you do every Monday with the three tables, and by the next Monday you press \
             a button instead. Includes a page in plain words that says what the button does, so that you \
             are never stuck with it. If it cannot be done I say so and take nothing.",
        ),
    Item::service(None)
        .of("little-cron", "services/automation", 8000)
        .called("Backups that have actually been restored once")
        .tagged("backup, automation, computer")
        .told(
            "I set up copies of your photographs and papers in two places, and then, which is the point, \
             we delete something together and bring it back. You keep all keys. Takes one evening.",
        ),
    Item::service(None)
        .of("petrel-tunes", "services/teaching", 3500)
        .called("One hour of ukulele, for hands that have never held one")
        .tagged("lesson, ukulele, music, teaching")
        .drawn(motifs_paper::ukulele, 0, 1)
        .told(
            "By the end of the hour you play a song, slowly, with two chords and great dignity. In person \
             or by video. I lend an instrument. No reading of music, no tests, no talent needed.",
        ),
    Item::service(None)
        .of("inkwell-ida", "services/teaching", 2800)
        .called("Handwriting that your grandchildren can read")
        .tagged("handwriting, lesson, teaching")
        .drawn(motifs_paper::letter, 6, 1)
        .told(
            "Four short letters to and fro: you write, I answer with red ink and encouragement. After a \
             month your own hand looks like itself, only awake. For adults and left-handers too.",
        ),
    Item::service(None)
        .of("tamsin-mends", "services/repair", 1500)
        .called("Mending, visible or invisible, per hole")
        .tagged("mending, darning, clothes, repair")
        .drawn(motifs_play::sock, 9, 1)
        .told(
            "Send me the jumper, the elbow or the sad sock. I either make the hole vanish or make it the \
             best thing about the garment: your choice. Back within ten days, washed and pressed.",
        ),
    Item::service(None)
        .of("spoke-and-bell", "services/repair", 4500)
        .called("The yearly service for your bicycle, done at your door")
        .tagged("bicycle, repair, service")
        .drawn(motifs_craft::tools, 9, 2)
        .told(
            "Brakes, gears, bearings, chain, and the noise that you have stopped hearing. I come with a \
             trailer full of tools and leave with a cup of tea. Parts at cost. Takes about an hour and a \
             half.",
        ),
    Item::service(Some(6))
        .of("old-orrery", "services/repair", 5500)
        .called("Clocks cleaned, oiled and talked to")
        .tagged("clock, repair, antique")
        .drawn(motifs_home::clock, 5, 1)
        .told(
            "I take the movement apart on a white cloth and show you what was wrong. Most clocks only \
             need rest and a drop of oil in eleven places. Six places a month, since it cannot be \
             hurried.",
        ),
    Item::service(None)
        .of("inkwell-ida", "services/writing", 2200)
        .called("I write the letter you have been putting off")
        .tagged("writing, letter, speech")
        .drawn(motifs_paper::letter, 4, 1)
        .told(
            "Condolence, complaint, apology, resignation, love. We talk for twenty minutes, I send a \
             draft, and you change whatever does not sound like you. Nobody will ever know, least of all \
             me: I forget well.",
        ),
    Item::service(None)
        .of("grid-and-gutter", "services/design", 12000)
        .called("A mark for your small business, drawn by hand, with its whole little family")
        .tagged("design, logo, sign")
        .drawn(motifs_craft::tiles, 6, 2)
        .told(
            "A sign, a stamp, a letterhead and the tiny one for the browser tab. Three ideas, one choice, \
             two rounds of changes, all files yours. I work for bakers, beekeepers and one submarine \
             museum.",
        ),
    Item::service(None)
        .of("grid-and-gutter", "services/design", 6000)
        .called("Menus, price lists and timetables that people can actually read")
        .tagged("design, layout, menu, print")
        .drawn(motifs_paper::chart, 3, 1)
        .told(
            "Send me the one on the door with the seven typefaces. You get back one page, two sizes, no \
             borders, and customers who order faster. Print files and a plain one for changing the prices \
             yourself.",
        ),
    Item::service(Some(8))
        .of("attic-clearing", "services/household", 2400)
        .called("Windows cleaned until the birds complain")
        .tagged("cleaning, windows, household")
        .drawn(motifs_play::bucket, 1, 1)
        .told(
            "Inside, outside, frames and sills, up to ten windows. I bring the bucket and the good \
             cloths. Eight mornings a month. If it rains on the next day I come again.",
        ),
    Item::service(None)
        .of("moss-and-marrow", "services/household", 5200)
        .called("An afternoon in your garden, with the right tools")
        .tagged("garden, help, household")
        .drawn(motifs_home::plant, 2, 1)
        .told(
            "Pruning, planting, or standing together looking at a shrub and deciding. I take the cuttings \
             away and leave a list of what to do in spring. Four hours.",
        ),
    Item::service(None)
        .of("far-and-slow", "services/other", 7500)
        .called("Portraits on a walk, because nobody smiles at a wall")
        .tagged("photography, portrait, walk")
        .drawn(motifs_paper::camera, 9, 1)
        .told(
            "We walk for an hour where you feel at home, I carry the camera, and somewhere on the way you \
             forget it. You get ten pictures, two of them printed.",
        ),
    Item::service(Some(4))
        .of("bram-bakes", "services/teaching", 4000)
        .called("Your first loaf, in my kitchen, from flour to butter")
        .tagged("baking, course, bread, teaching")
        .drawn(motifs_clay::bread, 7, 1)
        .told(
            "Four people at one table on a Saturday. We knead, we wait, we eat what we made last week. \
             You take home dough, a jar of Gerald and flour in your eyebrows.",
        ),
    Item::service(None)
        .of("quiet-finch", "services/other", 900)
        .called("I read to you on the telephone, half an hour")
        .tagged("reading, company, telephone")
        .told(
            "Any book you like, any evening but Thursday. I do the voices if asked. Good for tired eyes, \
             long convalescence, or ironing.",
        ),
    Item::service(None)
        .of("grid-and-gutter", "services/design", 3000)
        .called("An hour of honest advice about your shop window")
        .tagged("design, consultation")
        .draft()
        .told("Not published yet: I am still deciding how honest."),
];
