//! What is offered: things for homes, kitchens and gardens.

use domain::listing::Condition::{Broken, Good, LikeNew, New, Worn};

use super::item::Item;
use super::{motifs_clay, motifs_craft, motifs_home, motifs_play};

/// In no order.
pub(super) const SHELF: &[Item] = &[
    Item::goods(12, New)
        .of("kiln-and-thistle", "home-garden/kitchen", 1800)
        .called("Big-handled mug in copper glaze")
        .tagged("mug, stoneware, handmade, copper")
        .drawn(motifs_clay::mugs, 0, 3)
        .told(
            "Thrown in one pull from speckled stoneware, with a handle that four fingers fit through. The \
             glaze breaks to rust at the rim, and the foot is left bare so you can feel the clay. It \
             holds a proper amount of tea and keeps it warm while you finish the chapter. Dishwasher \
             safe, though it enjoys being washed by hand.",
        ),
    Item::goods(5, New)
        .of("kiln-and-thistle", "home-garden/kitchen", 4800)
        .called("Round teapot with a daisy chain")
        .tagged("teapot, stoneware, tea, gift")
        .drawn(motifs_clay::teapot, 3, 2)
        .told(
            "A two-cup teapot with a spout that does not drip. I tested eleven shapes before this one. \
             The flowers are painted with a brush made from my neighbour's dog, who did not mind. Comes \
             with a small cup for the cook.",
        ),
    Item::goods(3, New)
        .of("kiln-and-thistle", "home-garden/decoration", 3200)
        .called("Bottle vase with three painted bands")
        .tagged("vase, flowers, stoneware")
        .drawn(motifs_clay::vase, 2, 2)
        .told(
            "Heavy enough to hold branches, narrow enough that five stems look like a bouquet. The bands \
             are copper, ink and rose, put on while the pot spins and the potter holds her breath. No two \
             wobble in the same place.",
        ),
    Item::goods(2, New)
        .of("kiln-and-thistle", "art-craft/ceramics", 5400)
        .called("Three nesting bowls, thrown from one bag of clay")
        .tagged("bowls, ceramics, set, kitchen")
        .drawn(motifs_clay::bowls, 1, 1)
        .told(
            "A large one for dough, a middle one for salad and a small one for the olives. They sit \
             inside each other with a very satisfying sound. Food safe, oven safe up to 180 degrees, and \
             only slightly too beautiful for porridge.",
        ),
    Item::goods(4, New)
        .of("kiln-and-thistle", "art-craft/ceramics", 4600)
        .called("Wide fruit bowl, ash glaze")
        .tagged("bowl, ceramics, fruit")
        .drawn(motifs_clay::fruit_bowl, 6, 1)
        .told(
            "The glaze is made from the ashes of pear wood, so it seemed right to draw it with fruit in \
             it. Thirty-two centimetres across. Fruit is not included, because of the post.",
        ),
    Item::goods(6, New)
        .of("kiln-and-thistle", "clothing/jewellery", 2100)
        .called("Enamel earrings, poppy and wheat")
        .tagged("earrings, enamel, copper")
        .drawn(motifs_craft::earrings, 8, 1)
        .told(
            "Copper drops enamelled in the same small kiln that fires my test tiles. Light enough to \
             forget you are wearing them. The hooks are steel and free of nickel.",
        ),
    Item::goods(2, New)
        .of("juniper-joinery", "home-garden/furniture", 12500)
        .called("Spindle-back kitchen chair in oak")
        .tagged("chair, oak, handmade, kitchen")
        .drawn(motifs_home::chair, 9, 2)
        .told(
            "Five spindles, no screws, and joints that get tighter the longer you sit. The oak came down \
             in a storm two valleys away and dried for six years in my shed. The striped cushion is tied \
             on and can be washed. I deliver within a day's ride, and I carry it up the stairs.",
        ),
    Item::goods(4, New)
        .of("juniper-joinery", "home-garden/furniture", 6400)
        .called("Three-legged stool that stands still on any floor")
        .tagged("stool, ash, milking")
        .told(
            "Three legs never wobble: that is geometry, not boasting. Turned from ash, finished with \
             linseed oil and beeswax. Good for milking, for reaching the top shelf and for thinking.",
        ),
    Item::goods(6, New)
        .of("juniper-joinery", "hobby-sport/games-toys", 4200)
        .called("Wooden train with two wagons of blocks")
        .tagged("train, wooden, toy, children")
        .drawn(motifs_craft::toy, 8, 2)
        .told(
            "The engine pulls, the wagons unhook, and the blocks come out and never all go back in. \
             Painted with milk paint, which is safe for people who test things with their teeth. Every \
             wheel is turned from an offcut, so each train has its own sound.",
        ),
    Item::goods(7, New)
        .of("juniper-joinery", "art-craft/woodwork", 2600)
        .called("Beech bread board with a long handle")
        .tagged("board, beech, kitchen")
        .drawn(motifs_clay::bread, 0, 1)
        .told(
            "Planed, not sanded, so the surface stays smooth when it gets wet. The crumbs fall towards \
             the cook. Loaf by Bram, who was asked nicely and got a board for it.",
        ),
    Item::goods(1, Good)
        .of("attic-clearing", "home-garden/decoration", 3900)
        .called("Jointed desk lamp, rewired")
        .tagged("lamp, desk, vintage")
        .drawn(motifs_home::lamp, 7, 2)
        .told(
            "My aunt marked forty years of school essays under this lamp. It has a new cable and plug, \
             fitted by somebody who knows how, and the joints hold where you leave them. One dent in the \
             shade, which she would not want hidden.",
        ),
    Item::goods(1, LikeNew)
        .of("attic-clearing", "home-garden/decoration", 4400)
        .called("Table lamp that makes a corner look finished")
        .tagged("lamp, linen, table")
        .drawn(motifs_home::lamp, 2, 1)
        .told(
            "Clay foot, linen shade, warm light. It stood in a guest room where nobody ever stayed. Works \
             perfectly, smells faintly of lavender.",
        ),
    Item::goods(1, Worn)
        .of("old-orrery", "home-garden/decoration", 7800)
        .called("Mantel clock, walnut, keeps its own time")
        .tagged("clock, mantel, antique, walnut")
        .drawn(motifs_home::clock, 3, 3)
        .told(
            "It gains four minutes a week and has done so, by the notes inside its door, since 1911. I \
             cleaned the movement and did not try to change its mind. Strikes the hours softly. The key \
             is tied to the back with its original, very tired ribbon.",
        ),
    Item::goods(9, New)
        .of("moss-and-marrow", "food-plants/plants", 1500)
        .called("Leafy friend in a clay pot, hard to kill")
        .tagged("plant, houseplant, easy")
        .drawn(motifs_home::plant, 4, 2)
        .told(
            "Wants water on Sundays and otherwise to be left alone. Grown from a cutting of a cutting of \
             a plant that crossed the sea in a biscuit tin. About forty centimetres high now, and \
             ambitious.",
        ),
    Item::goods(7, New)
        .of("moss-and-marrow", "food-plants/plants", 900)
        .called("Three small cacti, sold as a family")
        .tagged("cactus, succulents, windowsill")
        .drawn(motifs_home::cacti, 4, 1)
        .told(
            "They have stood side by side since they were seeds, and I will not part them. Each in its \
             own pot, with gravel on top and a flower if you are lucky in May. They forgive everything \
             except wet feet.",
        ),
    Item::goods(40, New)
        .of("moss-and-marrow", "food-plants/seeds", 350)
        .called("Three packets for a first garden: sunflower, carrot, tomato")
        .tagged("seeds, vegetables, flowers, garden")
        .drawn(motifs_play::seeds, 9, 1)
        .told(
            "Saved by hand from plants that did well on a cold hill, so they will do well with you. The \
             packets say when to sow and, more usefully, when to stop worrying. Enough for six square \
             metres. Last year's test: 91 of 100 came up.",
        ),
    Item::goods(20, New)
        .of("moss-and-marrow", "home-garden/garden", 600)
        .called("Ten litres of two-year-old leaf mould")
        .tagged("compost, leaf mould, garden")
        .told(
            "Oak and beech, turned twice, sieved once. It smells like a walk in October. Seedlings love \
             it, and so does clay soil. Bring your own sack and pay half a smile less.",
        ),
    Item::goods(2, New)
        .of("moss-and-marrow", "home-garden/garden", 5200)
        .called("Wormery, three floors, residents included")
        .tagged("worms, compost")
        .draft()
        .told(
            "Still collecting photographs: the residents are shy.",
        ),
    Item::goods(1, Worn)
        .of("attic-clearing", "electronics/audio", 3300)
        .called("Kitchen radio that only knows good news")
        .tagged("radio, valve, kitchen, vintage")
        .drawn(motifs_home::radio, 6, 2)
        .told(
            "It receives two stations clearly and a third one when it rains. The left knob is the volume, \
             the right knob is hope. New cable, old soul. Has lived on top of a cupboard for fifty years \
             and would like to see the world.",
        ),
    Item::goods(1, Broken)
        .of("attic-clearing", "everything-else", 700)
        .called("A cigar box of forty-one keys that open nothing in this house any more, some very beautiful, one enormous, all of them looking for work")
        .tagged("keys, curious, collection, art")
        .told(
            "Found behind the boiler. We tried every door, three suitcases and the piano. Good for an \
             artist, a theatre, or somebody with more doors than keys. The enormous one is as long as my \
             hand.",
        ),
];
