//! Who trades in the demo.

/// The passphrase of everybody in the demo. It is printed, so it is no
/// secret: a demo is for looking around.
pub(super) const PASSPHRASE: &str = "a wren for a farthing";

/// Who works for the vendor.
pub(super) const STAFF: &str = "market-office";

/// Somebody with an account.
pub(super) struct Person {
    pub(super) handle: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// When the account was opened, in days after the market.
    pub(super) day: u32,
    /// What is bought at the counter on that day, in tokens.
    pub(super) purse: u32,
}

const fn person(
    handle: &'static str,
    name: &'static str,
    (day, purse): (u32, u32),
    about: &'static str,
) -> Person {
    Person { handle, name, about, day, purse }
}

/// Everybody, in the order in which they came.
pub(super) const PEOPLE: [Person; 15] = [
    person(
        "kiln-and-thistle",
        "Kiln & Thistle",
        (0, 9_000),
        "I throw pots in what used to be a bakery; the oven was already there. Everything is made to be used, \
         and chips are mended with gold for the price of a cup of tea.",
    ),
    person(
        "old-orrery",
        "The Old Orrery",
        (0, 14_000),
        "Second-hand books, clocks, and things with too many small drawers. Open when the lamp is lit. \
         I describe every fault I can find, and I look for them.",
    ),
    person(
        "woolgather",
        "Woolgather",
        (1, 6_500),
        "Nineteen sheep, two dye pots, one good chair. I knit slowly and answer letters quickly.",
    ),
    person(
        "bram-bakes",
        "Bram bakes",
        (2, 7_500),
        "Up at three so that you need not be. Bread, cakes, jam, and lessons for those who want to know how.",
    ),
    person(
        "spoke-and-bell",
        "Spoke & Bell",
        (2, 12_000),
        "Bicycles that were given up on, and were wrong to be. Workshop in the old fire station; the pole still works.",
    ),
    person(
        "moss-and-marrow",
        "Moss & Marrow",
        (3, 5_500),
        "A market garden on a cold hill. Seeds, plants and plain advice. If it grows here it grows anywhere.",
    ),
    person(
        "tamsin-mends",
        "Tamsin mends",
        (4, 8_000),
        "Patchwork, leather, and the repair of things that people were about to throw away. Bring the button.",
    ),
    person(
        "juniper-joinery",
        "Juniper Joinery",
        (5, 10_000),
        "Chairs, stools and toys from trees I have met. No screws, no hurry.",
    ),
    person(
        "inkwell-ida",
        "Inkwell Ida",
        (6, 4_500),
        "Letters, lettering and ink. I write what you mean and cut what you like into lino.",
    ),
    person(
        "petrel-tunes",
        "Petrel Tunes",
        (7, 6_000),
        "Ukulele, kitchen recordings, lessons for beginners of any age. The kettle is on most of the records.",
    ),
    person(
        "far-and-slow",
        "Far & Slow",
        (8, 15_000),
        "Photographs from long walks, and now and then the gear that I carried too far.",
    ),
    person(
        "little-cron",
        "Little Cron",
        (9, 18_000),
        "Small programs that do dull work at night. I explain everything in ordinary words, or else I have not understood it.",
    ),
    person(
        "grid-and-gutter",
        "Grid & Gutter",
        (10, 11_000),
        "Signs, menus, patterns. I remove things until it works.",
    ),
    person(
        "attic-clearing",
        "Attic Clearing",
        (9, 3_500),
        "A family, a large attic, and the decision to see its floor again. We also clean windows.",
    ),
    person(
        "quiet-finch",
        "",
        (18, 26_000),
        "Mostly here to look. I read aloud, I collect magazines about walls, and I give more presents than I should.",
    ),
];
