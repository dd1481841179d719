//! What happens in the demo on certain days, besides ordinary trade.

/// A gift.
pub(super) struct Present {
    pub(super) day: u32,
    pub(super) from: &'static str,
    pub(super) tokens: u32,
    pub(super) message: &'static str,
    pub(super) way: Way,
}

/// How a gift reaches somebody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Straight to somebody.
    To(&'static str),
    /// By a link that somebody claims some days later.
    ClaimedBy(&'static str, u32),
    /// By a link that the giver takes back some days later.
    TakenBack(u32),
    /// By a link that waits.
    Waiting,
}

const fn present(day: u32, from: &'static str, tokens: u32, way: Way, message: &'static str) -> Present {
    Present { day, from, tokens, message, way }
}

/// All gifts, by day.
pub(super) const PRESENTS: [Present; 17] = [
    present(13, "spoke-and-bell", 400, Way::Waiting, "For whoever left the nice note on the bicycle stand."),
    present(15, "bram-bakes", 300, Way::To("kiln-and-thistle"), "For the mug that survived my floor. Twice."),
    present(
        19,
        "quiet-finch",
        500,
        Way::To("inkwell-ida"),
        "The letter worked. He wrote back within the week!",
    ),
    present(
        22,
        "far-and-slow",
        800,
        Way::ClaimedBy("petrel-tunes", 2),
        "Happy birthday, wherever the tour bus is tonight.",
    ),
    present(
        24,
        "woolgather",
        250,
        Way::To("moss-and-marrow"),
        "For the madder roots. The red is the best I ever had.",
    ),
    present(27, "little-cron", 1_000, Way::TakenBack(1), "Oops, this was meant for my sister."),
    present(
        28,
        "little-cron",
        1_000,
        Way::ClaimedBy("tamsin-mends", 1),
        "Now for the right sister: buy yourself good thread.",
    ),
    present(
        31,
        "quiet-finch",
        350,
        Way::To("petrel-tunes"),
        "I can play two chords now. My neighbours know, too.",
    ),
    present(
        34,
        "old-orrery",
        600,
        Way::To("spoke-and-bell"),
        "For carrying the grandfather clock up on a bicycle.",
    ),
    present(
        38,
        "kiln-and-thistle",
        450,
        Way::ClaimedBy("quiet-finch", 5),
        "A cup of tea from the potters, with thanks for all the parcels.",
    ),
    present(
        41,
        "attic-clearing",
        200,
        Way::To("bram-bakes"),
        "The children say the cake was better than the party.",
    ),
    present(
        44,
        "grid-and-gutter",
        700,
        Way::To("far-and-slow"),
        "Your five ridges hang above my desk. I look up more often.",
    ),
    present(47, "quiet-finch", 900, Way::To("attic-clearing"), "For the snail shell. It made my day."),
    present(
        51,
        "juniper-joinery",
        500,
        Way::Waiting,
        "A little something for the new house. The stool follows.",
    ),
    present(54, "inkwell-ida", 300, Way::Waiting, "Buy ink. Write to your grandmother."),
    present(56, "moss-and-marrow", 150, Way::To("woolgather"), "Thank the sheep from me."),
    present(
        58,
        "quiet-finch",
        1_200,
        Way::Waiting,
        "For the reading circle: choose something with a storm in it.",
    ),
];

/// On this day the vendor sets fee rules of its own.
pub(super) const FEES_DAY: u32 = 34;

/// On this day the last piece of what sells out is sold, to somebody who has
/// wanted it for a while.
pub(super) const LAST_PIECE: (u32, &str) = (46, "far-and-slow");

/// On the last day somebody buys these, so that there is something to
/// confirm.
pub(super) const LAST_CART: (&str, [&str; 2]) =
    ("quiet-finch", ["Set of three cherry spoons", "Linocut: a wren, considering"]);

/// On this day what is withdrawn is withdrawn.
pub(super) const WITHDRAWAL_DAY: u32 = 53;

/// On this day the first listings appear; everybody but the latecomers has
/// come by then.
pub(super) const OPENING_DAY: u32 = 11;

/// Reasons for tokens that the counter sells later on.
pub(super) const TOP_UPS: [&str; 4] = [
    "Bought at the counter, paid in cash",
    "Bought at the counter, paid by card",
    "Paid by bank transfer",
    "Bought at the Saturday stall",
];
