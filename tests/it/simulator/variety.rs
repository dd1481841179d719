//! What has happened in a simulation. One in which little happens proves
//! little: each answer, state and turn listed here has to come up so often.

use std::collections::BTreeMap;

use domain::topup::TopUpState;

use super::model::{Answer, Model};
use super::step::Step;

/// How often each thing has happened, by its name.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, u32>);

/// The refusals that each must come up, and what was done.
const ANSWERS: [&str; 42] = [
    "no ACCOUNT_FROZEN",
    "no ALREADY_CLAIMED",
    "no ALREADY_OWNED",
    "no DENIED",
    "no EMPTY_CART",
    "no EXPIRED",
    "no FORBIDDEN",
    "no HANDLE_TAKEN",
    "no ID_REUSED",
    "no IDEMPOTENCY_KEY_REUSED",
    "no INSUFFICIENT_TOKENS",
    "no INVALID_INPUT",
    "no NOT_FOR_SALE",
    "no NOT_FOUND",
    "no OUT_OF_STOCK",
    "no OWN_LISTING",
    "no PRICE_CHANGED",
    "no TOO_MANY",
    "no WRONG_STATE",
    "back",
    "batch",
    "cart",
    "due",
    "ended",
    "expired",
    "gift",
    "given",
    "lease",
    "licence",
    "limit",
    "listing",
    "order",
    "overdue",
    "promoted",
    "released",
    "returned",
    "set",
    "task",
    "top-up",
    "used",
    "user",
    "voucher",
];

/// What redemptions must have answered, and how often.
const REDEMPTIONS: [(&str, u32); 26] = [
    ("ask: asked", 50),
    ("ask: no ACCOUNT_FROZEN", 2),
    ("ask: no IDEMPOTENCY_KEY_REUSED", 1),
    ("ask: no INSUFFICIENT_TOKENS", 10),
    ("ask: no INVALID_INPUT payTo", 2),
    ("ask: no INVALID_INPUT tokens", 5),
    ("ask: no TOO_MANY", 1),
    ("ask: no WRONG_STATE", 1),
    ("call off: called-off", 5),
    ("call off: no NOT_FOUND redemption", 1),
    ("call off: no WRONG_STATE", 1),
    ("agree: agreed", 30),
    ("agree: no NOT_FOUND redemption", 1),
    ("agree: no WRONG_STATE", 10),
    ("decline: declined", 5),
    ("decline: no INVALID_INPUT reason", 1),
    ("decline: no WRONG_STATE", 2),
    ("send: sent", 5),
    ("send: no WRONG_STATE", 2),
    ("pay: paid", 5),
    ("pay: no INVALID_INPUT bankReference", 1),
    ("pay: no WRONG_STATE", 5),
    ("fail: failed", 3),
    ("fail: no INVALID_INPUT reason", 2),
    ("fail: no WRONG_STATE", 5),
    ("erase: erased", 5),
];

/// Turns of the reference that must have been taken, and how often.
const TURNS: [(&str, u32); 20] = [
    ("a sale that pays at two times", 5),
    ("promo-paid income", 20),
    ("income that is promo-paid in part", 3),
    ("income that pays off a debt", 5),
    ("income that comes back", 10),
    ("clean income given back", 5),
    ("promo-paid income given back", 3),
    ("more given back than the sale's own income", 1),
    ("a bonus that goes at a reversal", 3),
    ("a remainder that was moved", 5),
    ("a remainder that is no more there", 3),
    ("an agreed order that nobody paid", 3),
    ("an old order that was agreed to of late", 1),
    ("an intent that ran out", 8),
    ("an intent: done", 8),
    ("an intent: a cart", 1),
    ("an intent: done before by hand", 1),
    ("an intent: INSUFFICIENT_TOKENS", 1),
    ("an intent: OUT_OF_STOCK", 1),
    ("an intent: PRICE_CHANGED", 1),
];

/// The words of an answer before its numbers.
fn kind(answer: &Answer) -> String {
    let text = answer.as_ref().map_or_else(|no| format!("no {no}"), Clone::clone);
    let is_word = |word: &&str| !word.starts_with(|first: char| first.is_ascii_digit());
    text.split(' ').take_while(is_word).collect::<Vec<_>>().join(" ")
}

impl Seen {
    /// Notes what a step was answered.
    pub(super) fn note(&mut self, step: &Step, answer: &Answer) {
        let kind = kind(answer);
        if let Step::Redeem(step) = step {
            *self.0.entry(format!("{}: {kind}", step.verb())).or_default() += 1;
        }
        let words = if kind.starts_with("no ") { 2 } else { 1 };
        let kind: Vec<&str> = kind.split([' ', ',']).take(words).collect();
        *self.0.entry(kind.join(" ")).or_default() += 1;
    }

    /// Notes where top-ups stand.
    pub(super) fn note_states(&mut self, model: &Model) {
        let stands = model.top_ups.iter().map(|top_up| format!("stands {:?}", top_up.state));
        self.0.extend(stands.map(|kind| (kind, 1)));
    }

    /// Notes which turns the reference has taken.
    pub(super) fn note_turns(&mut self, model: &Model) {
        for (what, count) in &model.seen {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// Enough of everything.
    pub(super) fn check(&self) {
        let steps = || self.0.iter().filter(|(kind, _)| ANSWERS.contains(&kind.as_str()));
        let all: u32 = steps().map(|(_, count)| count).sum();
        let refused: u32 = steps().filter(|(kind, _)| kind.starts_with("no ")).map(|(_, count)| count).sum();
        assert!((all / 5..all * 2 / 3).contains(&refused), "{refused} of {all} steps were refused");
        // Drafts are never stored: the desk enters an order whole.
        let states = TopUpState::ALL.iter().filter(|state| **state != TopUpState::Draft);
        let states: Vec<String> = states.map(|state| format!("stands {state:?}")).collect();
        let once = ANSWERS.into_iter().chain(states.iter().map(String::as_str)).map(|kind| (kind, 1));
        let wanted = once.chain(REDEMPTIONS).chain(TURNS);
        let rare: Vec<_> = wanted.filter(|(kind, least)| self.0.get(*kind).unwrap_or(&0) < least).collect();
        assert!(rare.is_empty(), "too rare, with how often it should have happened: {rare:?}");
    }
}
