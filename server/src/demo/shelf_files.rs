//! What is offered: things that are downloaded.

use super::artifacts::Artifact;
use super::item::Item;
use super::{motifs_clay, motifs_craft, motifs_out, motifs_paper, motifs_play};

/// In no order.
pub(super) const SHELF: &[Item] = &[
    Item::file(Artifact::Tiles, "Tiles.svg")
        .of("grid-and-gutter", "files/patterns", 450)
        .called("Seamless tile pattern \"Courtyard\", as SVG")
        .tagged("pattern, svg, tiles, seamless")
        .drawn(motifs_craft::tiles, 4, 2)
        .told(
            "Sixteen turning tiles that repeat without a seam, in clean vectors and five colours that are \
             named, so that you can change each in one place. Use it for cloth, paper, walls or web \
             pages. Private and commercial use both fine.",
        ),
    Item::file(Artifact::Mittens, "mittens.txt")
        .of("woolgather", "files/patterns", 350)
        .called("Knitting pattern: mittens on a string, three sizes")
        .tagged("knitting, pattern, mittens")
        .drawn(motifs_play::mittens, 9, 1)
        .told(
            "The pattern of the mittens that I sell, written out in whole sentences and then again in \
             short form. Needs one ball of wool and an afternoon with bad weather. Includes how to make \
             the string.",
        ),
    Item::file(Artifact::Wren, "wren-chart.svg")
        .of("tamsin-mends", "files/patterns", 45)
        .called("Cross-stitch chart: the wren, large print")
        .tagged("cross-stitch, chart, wren, svg")
        .drawn(motifs_play::stitches, 4, 1)
        .told(
            "The chart from my kit as a drawing that stays sharp at any size. Twenty-one by fifteen \
             stitches, five colours. Print it as large as your eyes would like.",
        ),
    Item::file(Artifact::Recipes, "bram-bakes-five-recipes.txt")
        .of("bram-bakes", "files/documents", 250)
        .called("Five recipes from a small bakery, a very short book")
        .tagged("recipes, baking, book")
        .drawn(motifs_clay::cake, 8, 1)
        .told(
            "The everyday loaf, the Sunday buns, oat biscuits, the plum cake and the jam that goes with \
             all of them. Weighed in grams, tested in an oven with a mind of its own. Plain text, so that \
             it opens anywhere, even on the old kitchen tablet.",
        ),
    Item::file(Artifact::Sowing, "sowing-calendar.csv")
        .of("moss-and-marrow", "files/documents", 25)
        .called("Sowing calendar for cold hills, as a table")
        .tagged("garden, calendar, seeds, csv")
        .drawn(motifs_play::seeds, 4, 1)
        .told(
            "Thirty vegetables, herbs and flowers: when to sow, where, how deep, how far apart, and when \
             you may expect to eat. Opens in every spreadsheet. Based on eleven years of being wrong and \
             writing it down.",
        ),
    Item::file(Artifact::Budget, "household-budget.csv")
        .of("little-cron", "files/templates", 300)
        .called("Household budget that fits on one page")
        .tagged("budget, spreadsheet, template, household")
        .drawn(motifs_paper::chart, 0, 1)
        .told(
            "Twelve months, eighteen lines, sums at the bottom, nothing hidden. The formulas are ordinary \
             ones and work in any spreadsheet. The line called \"surprises\" is the most important one: do \
             not delete it.",
        ),
    Item::file(Artifact::Letters, "letters-nobody-likes-to-write.txt")
        .of("inkwell-ida", "files/templates", 320)
        .called("Six letters nobody likes to write, ready to copy")
        .tagged("letters, template, writing")
        .drawn(motifs_paper::letter, 8, 1)
        .told(
            "To a landlord, to a neighbour with a drum, to somebody who is grieving, to a club that you \
             are leaving, to a friend you owe money, and to one who owes you. Short, warm and firm. \
             Change the words in brackets and sign.",
        ),
    Item::file(Artifact::Chimes, "six-small-chimes.wav")
        .of("petrel-tunes", "files/music", 400)
        .called("Six small chimes for phones, doors and timers")
        .tagged("sound, chimes, ringtone, wav")
        .drawn(motifs_paper::music, 1, 1)
        .told(
            "Made of sine waves and patience, in a key that does not startle the cat. One file with six \
             chimes one after another, each with silence around it for cutting. Yours to use wherever \
             something has to ring.",
        ),
    Item::file(Artifact::Tune, "the-kettle-comes-in-early.abc")
        .of("petrel-tunes", "books-music/sheet-music", 20)
        .called("\"The Kettle Comes in Early\", a jig, as sheet music")
        .tagged("sheet music, folk, tune, jig")
        .drawn(motifs_paper::music, 9, 1)
        .told(
            "Thirty-two bars in D, from side two of our record. In ABC notation, which any number of free \
             programs turn into a printed sheet, and which can be read off a screen with a little \
             practice.",
        ),
    Item::file(Artifact::Wallpaper, "five-ridges.jpg")
        .of("far-and-slow", "files/photos", 350)
        .called("Five ridges, as a picture for your screen")
        .tagged("photo, wallpaper, landscape")
        .drawn(motifs_out::hills, 4, 1)
        .told(
            "The same morning as the print, for people without a free wall. 1600 by 1200, quiet at the \
             top so that your icons have room.",
        ),
    Item::file(Artifact::Numerals, "honest-numerals.bdf")
        .of("inkwell-ida", "files/fonts", 500)
        .called("Honest Numerals, a pixel font with ten digits")
        .tagged("font, pixel, numerals, bitmap")
        .drawn(motifs_paper::chart, 7, 1)
        .told(
            "Drawn on squared paper for a kitchen clock: every digit as wide as the next, and the seven \
             crossed so that it is not mistaken for a one. BDF format, five by seven pixels. For clocks, \
             scales, small screens and other truthful machines.",
        ),
    Item::file(Artifact::Route, "slow-loop.gpx")
        .of("spoke-and-bell", "files/documents", 30)
        .called("The slow loop: a cycling route with five benches")
        .tagged("cycling, route, gpx, map")
        .drawn(motifs_paper::map, 3, 1)
        .told(
            "Twenty-three kilometres, one hill, one ferry that you ring for, and five benches marked as \
             waypoints because that is what matters. GPX, for any device. Best ridden clockwise, best \
             begun late.",
        ),
    Item::software()
        .of("little-cron", "software/developer-tools", 2500)
        .called("tidy-inbox: a small program that files your downloads")
        .tagged("command line, tool, automation")
        .drawn(motifs_paper::laptop, 5, 1)
        .draft()
        .told(
            "It works on my machine, which is a sentence I do not sell. To be published when it works on \
             three.",
        ),
];
