//! What is offered: things made of cloth, wool, wood, paper and metal.

use domain::listing::Condition::{Good, New};

use super::item::Item;
use super::{motifs_craft, motifs_out, motifs_play};

/// In no order.
pub(super) const SHELF: &[Item] = &[
    Item::goods(1, New)
        .of("woolgather", "clothing/women", 9800)
        .called("Yoke jumper in plum and oat, size M")
        .tagged("jumper, wool, handknit, yoke")
        .drawn(motifs_craft::jumper, 3, 3)
        .told(
            "Knitted in one piece from the neck down, so there is not a seam in it to come undone. The \
             wool is from a flock of nineteen, and I can tell you their names. Takes three weeks of \
             evenings, and I am sorry to see each one go. Wash it cold and dry it flat, and it will \
             outlive us both.",
        ),
    Item::goods(2, New)
        .of("woolgather", "clothing/men", 9200)
        .called("Harbour jumper, ink blue, size L")
        .tagged("jumper, wool, handknit")
        .drawn(motifs_craft::jumper, 4, 1)
        .told(
            "Close-knit against the wind, with a pattern round the yoke that is half waves and half \
             gossip. A bit stiff at first. It gives in after a week, like most good company.",
        ),
    Item::goods(24, New)
        .of("woolgather", "art-craft/supplies", 1450)
        .called("Hand-dyed wool, three balls, needles lent for free")
        .tagged("yarn, wool, hand-dyed, supplies")
        .drawn(motifs_craft::yarn, 2, 2)
        .told(
            "Dyed with madder, walnut husk and things from the hedge that I have promised not to name. \
             Two hundred grams in all, double knitting weight. The needles in the picture come along and \
             go back in the post when you are done.",
        ),
    Item::goods(8, New)
        .of("woolgather", "clothing/children", 1300)
        .called("Mittens on a string, for people who lose mittens")
        .tagged("mittens, children, wool")
        .drawn(motifs_play::mittens, 3, 1)
        .told(
            "The string goes through the coat and round the neck, as it always has. Double-knit palms for \
             snowballs. Sizes from two to seven years: say which in the order.",
        ),
    Item::goods(1, New)
        .of("tamsin-mends", "art-craft/textiles", 18500)
        .called("Quilt for a double bed, made of shirts with a past")
        .tagged("quilt, patchwork, cotton, bed")
        .drawn(motifs_craft::quilt, 0, 2)
        .told(
            "Sixty-four squares, each from a shirt that somebody loved to pieces. There is a wedding in \
             it, two farewells and a great many Mondays. Quilted by hand through cotton wadding. Machine \
             washable, gently.",
        ),
    Item::goods(5, New)
        .of("tamsin-mends", "art-craft/textiles", 2600)
        .called("Patchwork cushion, triangles all the way down")
        .tagged("cushion, patchwork, cotton")
        .drawn(motifs_craft::quilt, 8, 1)
        .told(
            "Leftovers of the big quilts, too good to throw away. Forty by forty, with a button closure \
             from the button jar. Each one differs: you get the one that looks at you.",
        ),
    Item::goods(2, New)
        .of("tamsin-mends", "clothing/shoes-bags", 7400)
        .called("Handbag in blue leather, two buckles, one secret pocket")
        .tagged("bag, leather, handbag")
        .drawn(motifs_craft::bag, 6, 2)
        .told(
            "Cut from a sofa that had been sat in by three generations, which is why the leather is so \
             soft. Lined with ticking. The secret pocket holds a letter, a key, or emergency chocolate.",
        ),
    Item::goods(3, Good)
        .of("tamsin-mends", "clothing/shoes-bags", 5200)
        .called("Copper-brown satchel, mended and better for it")
        .tagged("satchel, canvas, school")
        .drawn(motifs_craft::bag, 0, 1)
        .told(
            "It came to me with a torn flap and left its troubles here. New stitching, new strap, old \
             brass. Takes a laptop or two loaves.",
        ),
    Item::goods(1, Good)
        .of("old-orrery", "clothing/jewellery", 8600)
        .called("Ring with a green stone and an inscription nobody can read")
        .tagged("ring, antique, gold")
        .drawn(motifs_craft::ring, 7, 2)
        .sold_out()
        .told(
            "Found in the drawer of a writing desk, with a dance card from 1926. The inscription inside \
             is either a name or the word for perhaps. Rose gold, tested. Size 54.",
        ),
    Item::goods(25, New)
        .of("far-and-slow", "art-craft/paintings-prints", 2800)
        .called("Print: five ridges before breakfast")
        .tagged("print, landscape, hills, wall")
        .drawn(motifs_out::hills, 7, 2)
        .told(
            "I sat on a wet stone from four until the sun came over the second ridge, and it was worth \
             it. Printed on cotton paper, thirty by forty centimetres, signed in pencil. Ships rolled, in \
             a tube that was itself once a print.",
        ),
    Item::goods(18, New)
        .of("far-and-slow", "art-craft/paintings-prints", 2800)
        .called("Print: the last boat home")
        .tagged("print, sea, boat, wall")
        .drawn(motifs_out::sea, 0, 1)
        .told(
            "The skipper waved and I nearly missed the picture by waving back. Cotton paper, thirty by \
             forty, signed. Looks best where you can see it from the table.",
        ),
    Item::goods(30, New)
        .of("inkwell-ida", "art-craft/paintings-prints", 2200)
        .called("Linocut: a wren, considering")
        .tagged("print, bird, wren, linocut")
        .drawn(motifs_out::bird, 8, 2)
        .told(
            "A wren weighs as much as a coin and has the opinions of something far larger. Cut in lino \
             and printed by hand with a wooden spoon. Edition of fifty; yours will have its number in the \
             corner.",
        ),
    Item::goods(14, New)
        .of("tamsin-mends", "art-craft/textiles", 1900)
        .called("Cross-stitch kit: a wren in a hoop")
        .tagged("cross-stitch, kit, wren, craft")
        .drawn(motifs_play::stitches, 0, 1)
        .told(
            "Everything in one box: cloth, thread, needle, hoop, and a chart large enough to read by \
             lamplight. About eight evenings, or one very long train journey. Beginners finish it. \
             Experts hide a second bird in it.",
        ),
    Item::goods(1, Good)
        .of("attic-clearing", "clothing/children", 1600)
        .called("Bundle for a four-year-old who climbs things")
        .tagged("children, bundle, clothes")
        .told(
            "Five trousers with good knees, three jumpers, one raincoat in the colour of a fire engine. \
             All washed, one pocket still had a snail shell in it, which is included.",
        ),
    Item::goods(9, New)
        .of("juniper-joinery", "art-craft/woodwork", 1700)
        .called("Set of three cherry spoons")
        .tagged("spoons, wood, carving, kitchen")
        .told(
            "One to stir, one to taste, one to point with while telling a story. Carved green and dried \
             slowly. Oil them once a year, on a day you will remember.",
        ),
    Item::goods(16, New)
        .of("inkwell-ida", "art-craft/supplies", 1250)
        .called("Iron gall ink, brewed in the kitchen, 30 ml")
        .tagged("ink, writing, pen, supplies")
        .drawn(motifs_play::ink, 0, 1)
        .told(
            "It goes on pale and turns black while you watch, which is most of the fun. Made from oak \
             galls, by a recipe older than the printing press. For dip pens only: it would eat a fountain \
             pen for supper.",
        ),
];
