//! What is offered: things for leisure, and what there is to read, hear and eat.

use domain::listing::Condition::{Broken, Good, LikeNew, New, Worn};

use super::item::Item;
use super::{motifs_clay, motifs_home, motifs_out, motifs_paper, motifs_play};

/// In no order.
pub(super) const SHELF: &[Item] = &[
    Item::goods(1, LikeNew)
        .of("spoke-and-bell", "hobby-sport/bicycles", 24500)
        .called("Town bicycle with a market basket, rebuilt to the last bearing")
        .tagged("bicycle, city, basket, refurbished")
        .drawn(motifs_out::bicycle, 8, 3)
        .told(
            "Stripped, cleaned, greased and put together again by somebody who whistles while working. \
             New tyres, new cables, the old saddle because it is better. Eight gears, of which you will \
             use three. Frame for people between 160 and 178 centimetres.",
        ),
    Item::goods(1, Worn)
        .of("spoke-and-bell", "hobby-sport/bicycles", 16800)
        .called("Old roadster, scratched all over and perfectly happy")
        .tagged("bicycle, vintage, project")
        .drawn(motifs_out::bicycle, 4, 1)
        .told(
            "Made of steel and stubbornness. It will not win a race, but it will carry you, your shopping \
             and a small friend up any hill if you give it time. Freshly serviced. Comes with a pump that \
             fits the frame.",
        ),
    Item::goods(15, New)
        .of("spoke-and-bell", "hobby-sport/bicycles", 800)
        .called("Brass bell with a polite ring")
        .tagged("bell, brass, bicycle")
        .told(
            "It says excuse me rather than get out of the way. Solid brass, fits any handlebar, no tools \
             needed.",
        ),
    Item::goods(1, LikeNew)
        .of("far-and-slow", "hobby-sport/outdoor", 8900)
        .called("Two-person tent, slept in six times, rained on twice")
        .tagged("tent, camping, two people")
        .drawn(motifs_out::tent, 0, 2)
        .told(
            "It kept us dry both times. Three kilograms, goes up in four minutes, three if somebody is \
             hungry. All pegs are there, and two more. Selling because our knees have voted for beds.",
        ),
    Item::goods(2, New)
        .of("petrel-tunes", "hobby-sport/instruments", 6700)
        .called("Concert ukulele, set up and tuned, with a song thrown in")
        .tagged("ukulele, instrument, music, mahogany")
        .drawn(motifs_paper::ukulele, 7, 2)
        .told(
            "The action is low, the frets are dressed, and the strings are the ones I use. Comes with a \
             bag and a printed song that needs only two chords. If it does not make you smile within a \
             week, send it back.",
        ),
    Item::goods(1, Good)
        .of("old-orrery", "hobby-sport/games-toys", 5900)
        .called("Chess set from a railway waiting room")
        .tagged("chess, wood, board game")
        .drawn(motifs_play::chess, 0, 2)
        .told(
            "Boxwood and walnut, with one pawn from another family, as in all good sets. The board has a \
             map of the branch line burnt into the back. Whoever waited there played a very aggressive \
             bishop.",
        ),
    Item::goods(3, Good)
        .of("old-orrery", "books-music/fiction", 1900)
        .called("Sea novels by the half metre")
        .tagged("books, novels, sea")
        .drawn(motifs_home::books, 4, 1)
        .told(
            "Storms, mutinies, letters home and one very well described biscuit. I choose, you are \
             surprised, and if you have read one already I swap it. Bindings good, spines sunned, pages \
             smelling exactly as they should.",
        ),
    Item::goods(1, Worn)
        .of("old-orrery", "books-music/non-fiction", 1200)
        .called("A field guide to hedgerow birds, with somebody's sightings pencilled in")
        .tagged("book, birds, nature")
        .drawn(motifs_home::books, 5, 1)
        .withdrawn()
        .told(
            "The pencil notes run from 1934 to 1961, and they are the best part. Loose in the spine. \
             Withdrawn for the moment: I started reading it again.",
        ),
    Item::goods(6, Good)
        .of("old-orrery", "books-music/records", 950)
        .called("Dance records, the kind with one good side")
        .tagged("record, vinyl, dance")
        .drawn(motifs_paper::record, 5, 2)
        .told(
            "Six from a village hall that closed its doors. I played each one through. Light crackle, no \
             jumps, and on the third you can hear somebody laugh.",
        ),
    Item::goods(9, New)
        .of("petrel-tunes", "books-music/records", 1100)
        .called("Tunes for small rooms, our own record")
        .tagged("record, vinyl, folk, own pressing")
        .drawn(motifs_paper::record, 8, 1)
        .told(
            "Nine tunes, two ukuleles, one kitchen, one kettle that came in early on side two and was \
             kept. Pressed in an edition of two hundred. The cover was printed by Ida.",
        ),
    Item::goods(1, Good)
        .of("far-and-slow", "electronics/cameras", 11200)
        .called("Film camera, everything works, even the self-timer")
        .tagged("camera, film, analogue")
        .drawn(motifs_paper::camera, 6, 2)
        .told(
            "The shutter speeds are checked, the seals are new, the meter is honest. It has seen more \
             sunrises than most of us. Comes with one roll of film, so that you have no excuse.",
        ),
    Item::goods(1, Broken)
        .of("far-and-slow", "electronics/cameras", 1900)
        .called("Film camera that fell into a lake and was angry about it")
        .tagged("camera, film, parts")
        .drawn(motifs_paper::camera, 1, 1)
        .told(
            "For parts, for a shelf, or for somebody with patience and very small screwdrivers. The lens \
             is clear. The rest is a story.",
        ),
    Item::goods(2, Good)
        .of("little-cron", "electronics/computers", 14500)
        .called("Refurbished laptop, cleaned inside and out, no adverts, no nonsense")
        .tagged("laptop, refurbished, computer")
        .drawn(motifs_paper::laptop, 4, 2)
        .told(
            "New battery, new drive, free software, and a sticker where the old sticker was. Quick enough \
             for letters, pictures and forty open tabs, though I would ask you to reconsider the tabs. I \
             will answer questions for a year.",
        ),
    Item::goods(18, New)
        .of("little-cron", "electronics/parts", 650)
        .called("Bag of forty switches, buttons and knobs for people who build things")
        .tagged("switches, parts, electronics, maker")
        .told(
            "Toggle, rocker, rotary, and one big red one that you will find a reason for. Sorted out of \
             old machines, tested with a meter. All click beautifully.",
        ),
    Item::goods(1, Worn)
        .of("attic-clearing", "electronics/phones", 1200)
        .called("Telephone with real buttons and a battery that lasts a week")
        .tagged("phone, buttons, simple")
        .told(
            "No screen to speak of, no news, no maps, no nonsense. It rings, you answer. I kept it for \
             emergencies, and there were none.",
        ),
    Item::goods(1, Good)
        .of("quiet-finch", "books-music/magazines", 900)
        .called("Twelve issues of a quarterly about walls")
        .tagged("magazines, gardening, stories")
        .told(
            "Dry-stone, cob, brick and one long essay on hedges, which the letters page did not accept as \
             walls. Complete from the first issue to the last. I have read them all and would like to \
             talk about it.",
        ),
    Item::goods(1, Good)
        .of("old-orrery", "hobby-sport/collecting", 2100)
        .called("Sixty matchbox labels, mounted by a very careful child")
        .tagged("matchbox, labels, collecting, paper")
        .told(
            "Ships, swallows, lighthouses and a surprising number of elephants. The album is dated in \
             coloured pencil. Nothing is glued down that cannot be lifted.",
        ),
    Item::goods(36, New)
        .of("bram-bakes", "food-plants/preserves", 780)
        .called("Three small jars: plum, apricot, and the red one")
        .tagged("jam, preserves, plum, gooseberry")
        .drawn(motifs_clay::jars, 0, 2)
        .told(
            "The red one is currant and one other thing, and I will tell you which after you have \
             guessed. Little sugar, long stirring, copper pan. Keeps a year in the cupboard, in theory.",
        ),
    Item::goods(10, New)
        .of("bram-bakes", "food-plants/baking", 640)
        .called("Sourdough loaf, baked on the day it leaves")
        .tagged("bread, sourdough, baking")
        .drawn(motifs_clay::bread, 4, 1)
        .told(
            "Dark crust, open crumb, sesame on top. I bake on Tuesdays and Fridays, and the post takes a \
             day, so it arrives on the day it tastes best. Freezes well in slices.",
        ),
    Item::goods(3, New)
        .of("bram-bakes", "food-plants/baking", 3400)
        .called("Birthday cake with berries, candle included")
        .tagged("cake, birthday, baking")
        .drawn(motifs_clay::cake, 6, 2)
        .told(
            "Three layers, plenty of cream, blue icing or whatever colour your person likes. I need two \
             days' notice and the name. Collection in the village, or I bring it on the cargo bicycle, \
             slowly.",
        ),
    Item::goods(50, New)
        .of("bram-bakes", "food-plants/other", 300)
        .called("A spoonful of Gerald, my sourdough starter")
        .tagged("sourdough, starter, baking")
        .told(
            "Gerald is nineteen years old and has never missed a breakfast. He travels dried, in an \
             envelope, with a page of instructions and his regards. Feed him and name the offspring.",
        ),
];
