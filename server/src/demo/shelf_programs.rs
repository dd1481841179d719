//! What is offered: programs to own or to rent. Each is a shell script and
//! what belongs to it, so that it runs wherever there is a shell.

use domain::licence::meter::MeterCode;
use domain::licence::offer::{OfferKind, Updates};
use domain::time::Seconds;

/// A piece of software.
pub(super) struct Program {
    pub(super) seller: &'static str,
    pub(super) category: &'static str,
    /// Its name for folders and commands; the file that runs is `bin/NAME`.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) tags: &'static str,
    pub(super) text: &'static str,
    /// Its releases, oldest first.
    pub(super) versions: &'static [Version],
    /// The ways to get it.
    pub(super) offers: &'static [Way],
}

/// A release.
pub(super) struct Version {
    /// On which day of the market it comes out.
    pub(super) day: u32,
    pub(super) number: &'static str,
    pub(super) notes: &'static str,
    /// The script.
    pub(super) script: &'static str,
    /// What else is in the archive, by its path.
    pub(super) beside: &'static [(&'static str, &'static str)],
}

/// What one offer gives.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    /// The use for good, with these updates.
    Good(Updates),
    /// So many days.
    Days(u16),
    /// So many uses, within so many days.
    Uses(u32, u16),
    /// So many times a task, whenever.
    Tasks(&'static str, u32),
}

impl Gives {
    /// The same in the words of offers; nothing if a task has no proper name.
    pub(super) fn kind(self) -> Option<OfferKind> {
        let uses = |units, days| OfferKind::RentUnits {
            meter: MeterCode::uses(),
            units,
            within: Some(Seconds::days(days)),
        };
        match self {
            Self::Good(updates) => Some(OfferKind::Purchase { updates }),
            Self::Days(days) => Some(OfferKind::RentTime(Seconds::days(days))),
            Self::Uses(units, days) => Some(uses(units, days)),
            Self::Tasks(task, units) => {
                let meter = MeterCode::parse(task).ok()?;
                Some(OfferKind::RentUnits { meter, units, within: None })
            }
        }
    }
}

/// An offer.
pub(super) struct Way {
    pub(super) gives: Gives,
    pub(super) price_tokens: u32,
    pub(super) devices: u16,
    /// How much of the rent counts towards a purchase, in percent.
    pub(super) credit_percent: Option<u16>,
}

const fn way(gives: Gives, price_tokens: u32, devices: u16, credit_percent: Option<u16>) -> Way {
    Way { gives, price_tokens, devices, credit_percent }
}

/// All programs, in the order in which they come.
pub(super) const PROGRAMS: [Program; 3] = [
    Program {
        seller: "little-cron",
        category: "software/developer-tools",
        name: "kettle",
        title: "kettle: a timer for the command line",
        tags: "command line, timer, shell",
        text: "Tell it how many seconds and what for, and it tells you when the tea is ready. It counts down \
               in one line, rings once, and goes away. Twenty lines of shell that you may read before you \
               trust them. Works off-line, as tea does.",
        versions: &[
            Version {
                day: 14,
                number: "1.0.0",
                notes: "It counts, and it rings.",
                script: KETTLE_FIRST,
                beside: &[("share/README", "kettle SECONDS [WHAT FOR]\n")],
            },
            Version {
                day: 40,
                number: "1.1.0",
                notes: "It says how long it has been boiling.\n\nCtrl-C no longer leaves half a line behind.",
                script: KETTLE,
                beside: &[("share/README", "kettle SECONDS [WHAT FOR]\n\nStop it with Ctrl-C.\n")],
            },
        ],
        offers: &[
            way(Gives::Good(Updates::All), 900, 3, None),
            way(Gives::Days(7), 60, 1, Some(50)),
            way(Gives::Days(30), 180, 2, Some(50)),
        ],
    },
    Program {
        seller: "inkwell-ida",
        category: "software/office",
        name: "postmark",
        title: "postmark: letters nobody likes to write, filled in for you",
        tags: "letters, writing, templates",
        text: "My six letters as a program: it asks whom you write to and what it is about, and prints a letter \
               that is short, warm and firm. Rent it by the letter if you seldom have to, or keep it if you \
               are a landlord. Nothing you type leaves your computer.",
        versions: &[Version {
            day: 16,
            number: "2.0.0",
            notes: "All six letters, and a seventh to somebody who has moved.",
            script: POSTMARK,
            beside: &[(
                "share/closings.txt",
                "With kind regards,\nYours, still friendly,\nUntil the matter is settled,\n",
            )],
        }],
        offers: &[
            way(Gives::Good(Updates::Major), 1_500, 2, None),
            way(Gives::Tasks("letter", 5), 50, 2, Some(100)),
            way(Gives::Tasks("letter", 40), 320, 2, Some(100)),
        ],
    },
    Program {
        seller: "far-and-slow",
        category: "software/games-fun",
        name: "ridgeline",
        title: "ridgeline: a walk along five hills in your terminal",
        tags: "game, terminal, walking",
        text: "Draws a ridge you have not walked yet, each time another one, and leaves you alone with it. Nobody \
               wins. Rent a handful of walks for a rainy month, or have the hills for good with what I \
               draw within a year.",
        versions: &[
            Version {
                day: 18,
                number: "0.9.0",
                notes: "Five hills, no weather.",
                script: RIDGELINE_FIRST,
                beside: &[],
            },
            Version {
                day: 33,
                number: "1.0.0",
                notes: "There is a moon now.",
                script: RIDGELINE,
                beside: &[("share/moons.txt", "new\nwaxing\nfull\nwaning\n")],
            },
        ],
        offers: &[
            way(Gives::Good(Updates::For(Seconds::days(365))), 600, 5, None),
            way(Gives::Uses(12, 30), 45, 1, Some(50)),
            way(Gives::Days(1), 15, 1, None),
        ],
    },
];

/// Who uses what regularly: from which day on, by which of its offers, and how
/// often in a hundred days.
pub(super) const REGULARS: [(u32, &str, &str, usize, u32); 5] = [
    (20, "quiet-finch", "postmark", 1, 45),
    (22, "bram-bakes", "kettle", 1, 0),
    (24, "attic-clearing", "postmark", 2, 70),
    (26, "quiet-finch", "ridgeline", 1, 60),
    (31, "petrel-tunes", "ridgeline", 1, 50),
];

/// Who buys what for good, on which day; those who rent it by then turn their
/// rental into a purchase.
pub(super) const KEEPERS: [(u32, &str, &str); 4] = [
    (25, "tamsin-mends", "kettle"),
    (29, "bram-bakes", "kettle"),
    (36, "juniper-joinery", "ridgeline"),
    (47, "attic-clearing", "postmark"),
];

/// Who gets the rest of a rental back on the day after, and on which day.
pub(super) const RETURNED: (u32, &str, &str, usize) = (52, "moss-and-marrow", "kettle", 2);

const KETTLE_FIRST: &str = r##"#!/bin/sh
# kettle SECONDS [WHAT FOR]
seconds=${1:-180}
shift 2>/dev/null
while [ "$seconds" -gt 0 ]; do
    printf '\r%4d s ' "$seconds"
    sleep 1
    seconds=$((seconds - 1))
done
printf '\r\a%s is ready.\n' "${*:-Tea}"
"##;

const KETTLE: &str = r##"#!/bin/sh
# kettle SECONDS [WHAT FOR]
case ${1:-180} in
    *[!0-9]*) echo "kettle: how many seconds? Such as: kettle 180 tea" >&2; exit 2 ;;
esac
left=${1:-180}
whole=$left
shift 2>/dev/null
trap 'printf "\n"; exit 130' INT
while [ "$left" -gt 0 ]; do
    printf '\r%4d s left, %4d s on the fire ' "$left" "$((whole - left))"
    sleep 1
    left=$((left - 1))
done
printf '\r\a%s is ready.                    \n' "${*:-Tea}"
"##;

const POSTMARK: &str = r##"#!/bin/sh
# postmark [TO] [ABOUT]
# A letter is counted when it is written, unless the program is yours for good.
to=${1:-}
about=${2:-}
[ -n "$to" ] || { printf 'To whom? '; read -r to; }
[ -n "$about" ] || { printf 'About what? '; read -r about; }
"${FARTHING_GET:-farthing-get}" consume postmark letter >/dev/null || exit
closing=$(sed -n 1p "$(dirname "$0")/../share/closings.txt")
cat <<LETTER

Dear $to,

I write to you about $about, which has waited long enough. I would like us
to settle it this week, and I am sure that you would, too.

Tell me which day suits you.

$closing

LETTER
"##;

const RIDGELINE_FIRST: &str = r##"#!/bin/sh
# ridgeline
"${FARTHING_GET:-farthing-get}" consume ridgeline >/dev/null || exit
awk 'BEGIN { srand(); for (y = 8; y > 0; y--) { line = "";
    for (x = 0; x < 64; x++) { if (y == 8) h[x] = 3 + 2 * sin(x / 5 + rand() / 4) + 2 * sin(x / 11);
        line = line (h[x] >= y ? "#" : " ") } print line } }'
"##;

const RIDGELINE: &str = r##"#!/bin/sh
# ridgeline
# A walk is counted, unless the hills are yours, for the day or for good.
"${FARTHING_GET:-farthing-get}" consume ridgeline >/dev/null || exit
moons="$(dirname "$0")/../share/moons.txt"
moon=$(awk 'BEGIN { srand() } { all[NR] = $0 } END { print all[int(rand() * NR) + 1] }' "$moons")
awk -v moon="$moon" 'BEGIN { srand(); for (x = 0; x < 64; x++)
        h[x] = 3 + 2 * sin(x / 5 + rand() / 4) + 2 * sin(x / 11);
    for (y = 9; y > 0; y--) { line = "";
        for (x = 0; x < 64; x++) line = line (h[x] >= y ? "#" : (y == 9 && x == 50 && moon != "new" ? "o" : " "));
        print line } print "The moon is " moon "." }'
"##;
