//! Numbered papers: what the vendor hands out about an order for tokens. Each
//! kind has a series of its own without gaps; what is written down never
//! changes, and a mistake is put right by a credit note.

use uuid::Uuid;

use super::DeskChange;
use super::decide::desk;
use crate::book::{Book, Decision, Facts};
use crate::id::{PaperId, TopUpId};
use crate::money::Money;
use crate::time::Timestamp;
use crate::topup::{Method, TopUp};

/// A kind of paper. The numbers stand in the tables, the names in links and
/// forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaperKind {
    /// What is to be paid before the tokens come.
    ProForma,
    /// What is to be paid for tokens that have come.
    Invoice,
    /// Money that came.
    Receipt,
    /// What of an invoice is not asked for any more.
    CreditNote,
}

impl PaperKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::ProForma, Self::Invoice, Self::Receipt, Self::CreditNote];

    /// The kind's number in the tables.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::ProForma => 1,
            Self::Invoice => 2,
            Self::Receipt => 3,
            Self::CreditNote => 4,
        }
    }

    /// The kind with that number.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProForma => "pro-forma",
            Self::Invoice => "invoice",
            Self::Receipt => "receipt",
            Self::CreditNote => "credit-note",
        }
    }

    /// The name of its series in the tables.
    #[must_use]
    pub const fn series(self) -> &'static str {
        match self {
            Self::ProForma => "pro-formas",
            Self::Invoice => "invoices",
            Self::Receipt => "receipts",
            Self::CreditNote => "credit-notes",
        }
    }

    /// The kind whose numbers that series gives.
    #[must_use]
    pub fn of_series(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.series() == name)
    }

    /// What stands before its numbers, so that they are told apart.
    const fn letter(self) -> char {
        match self {
            Self::ProForma => 'P',
            Self::Invoice => 'I',
            Self::Receipt => 'R',
            Self::CreditNote => 'C',
        }
    }

    /// A number as people read it: "I-000012".
    #[must_use]
    pub fn label(self, number: i64) -> String {
        format!("{}-{number:06}", self.letter())
    }
}

/// A numbered paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Which paper.
    pub id: PaperId,
    /// What it is.
    pub kind: PaperKind,
    /// Its place in the series of its kind, from 1.
    pub number: i64,
    /// Which order it is about.
    pub top_up: TopUpId,
    /// What it was written for: the order, a payment, or what was done. Each
    /// gets one paper of a kind.
    pub about: Uuid,
    /// How much it says.
    pub amount: Money,
    /// Until when that is to be paid; nothing if that has no day.
    pub due_at: Option<Timestamp>,
    /// When it was written.
    pub at: Timestamp,
}

impl Paper {
    /// Its number as people read it: "I-000012".
    #[must_use]
    pub fn label(&self) -> String {
        self.kind.label(self.number)
    }
}

/// Writes a paper of a kind that this decision has none of yet. `about` is
/// the order itself if nothing else is said.
pub(crate) fn issue(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    (kind, amount): (PaperKind, Money),
    top_up: &TopUp,
    about: Option<Uuid>,
    due_at: Option<Timestamp>,
) {
    let paper = Paper {
        id: PaperId::new(facts.mint.uuid(20 + u32::from(kind.number().unsigned_abs()))),
        kind,
        number: book.desk.next_number(kind),
        top_up: top_up.id,
        about: about.unwrap_or(top_up.id.uuid()),
        amount,
        due_at,
        at: facts.mint.at(),
    };
    desk(decision, DeskChange::Issued(paper));
}

/// The paper of money that went back to a card, or came again since it could
/// not be sent: `about` tells it from others.
pub(crate) fn issue_card_correction(
    book: &Book,
    facts: &Facts<'_>,
    decision: &mut Decision,
    (kind, amount): (PaperKind, Money),
    top_up: &TopUp,
    about: Uuid,
) {
    if top_up.method == Method::Card && !amount.is_zero() {
        issue(book, facts, decision, (kind, amount), top_up, Some(about), None);
    }
}

/// The receipt of a top-up whose card was charged. At the desk each payment
/// has a receipt of its own.
pub(crate) fn issue_card_receipt(book: &Book, facts: &Facts<'_>, decision: &mut Decision, top_up: &TopUp) {
    if top_up.method == Method::Card {
        issue(book, facts, decision, (PaperKind::Receipt, top_up.agreed.due), top_up, None, None);
    }
}
