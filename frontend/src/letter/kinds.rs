//! What each kind of letter says: what happened, the amounts, and what comes
//! next.

use domain::event::{Event, Piece};
use domain::redemption::RedemptionState;
use domain::time::Timestamp;
use domain::tokens::Tokens;

use super::{Letter, Occasion};
use crate::routes;
use crate::worth::grouped;

/// So many things are named; of more, their number is.
const PIECES_MAX: usize = 20;

/// The letter that tells `event`.
pub(super) fn letter(event: &Event, occasion: &Occasion<'_>) -> Letter {
    let other = occasion.other.unwrap_or("somebody");
    match event {
        Event::AddressLeft => address_left(occasion),
        Event::AddressConfirmed { .. } => welcome(occasion),
        Event::NewDevice { at, .. } => new_device(occasion, *at),
        Event::TopUpCredited { reference, tokens, bonus, paid, .. } => {
            top_up(occasion, reference, (*tokens, *bonus), paid.as_deref())
        }
        Event::InvoiceIssued { number, reference, amount, due_at, .. } => {
            invoice(occasion, number, reference, amount, *due_at)
        }
        Event::Overdue { number, reference, amount, due_at, .. } => {
            overdue(occasion, number, reference, amount, *due_at)
        }
        Event::GiftReceived { amount, message, .. } => gift(occasion, other, *amount, message),
        Event::Sold { order, pieces, total, fee, release_at, .. } => {
            let letter = sold(occasion, other, pieces, *total, *fee);
            held(letter, *release_at).way("See the sale", routes::Order::to(order))
        }
        Event::Bought { order, pieces, total, release_at, .. } => {
            let subject = format!("You bought from {other}");
            let lead = "Your order is paid. The tokens are held until you have what you bought.";
            listed(Letter::new(occasion, subject, lead), pieces)
                .fact("Paid", amount_of(*total))
                .way("See the order", routes::Order::to(order))
                .next(format!("When it is there, say so on the order’s page: then {other} is paid."))
                .next(format!("If you say nothing, {other} is paid on {release_at} (UTC)."))
        }
        Event::Delivered { order, pieces, total, .. } => {
            let lead = format!("What you bought from {other} is ready for you.");
            listed(Letter::new(occasion, "It is there", lead), pieces)
                .fact("Paid for the order", amount_of(*total))
                .way("To your library", routes::Library)
                .next(format!("The order is at {}{}.", occasion.origin, routes::Order::to(order)))
        }
        Event::Released { order, income, fee, .. } => {
            let lead = format!("The tokens for what {other} bought are yours now.");
            Letter::new(occasion, format!("{} are yours", amount_of(*income)), lead)
                .fact("Received", amount_of(*income))
                .fact("Our cut", amount_of(*fee))
                .way("See the sale", routes::Order::to(order))
        }
        Event::Cancelled { order, amount, .. } => {
            let lead = format!("{other} called the order off. What was held is back in your wallet.");
            Letter::new(occasion, format!("{other} called an order off"), lead)
                .fact("Back in your wallet", amount_of(*amount))
                .way("See the order", routes::Order::to(order))
        }
        Event::Redeemed { state, tokens, money, why, .. } => {
            redeemed(occasion, *state, (*tokens, money), why.as_deref())
        }
        Event::OrderExpired { top_up, reference, tokens, amount } => {
            let order = routes::TopUpOrder::to(top_up);
            expired(occasion, reference, (*tokens, amount)).way("See the order", order)
        }
        Event::CreditNote { top_up, number, reference, amount, .. } => {
            let order = routes::TopUpOrder::to(top_up);
            credit_note(occasion, number, reference, amount).way("See the papers", order)
        }
    }
}

fn expired(occasion: &Occasion<'_>, reference: &str, (tokens, amount): (Tokens, &str)) -> Letter {
    let lead = "Nobody agreed to your order in time, or no money came for it. Nothing is owed.";
    Letter::new(occasion, format!("Your order {reference} has ended"), lead)
        .fact("Tokens", amount_of(tokens))
        .fact("Would have cost", amount)
        .next("If you still want the tokens, ask again: it gets a new code and the price of that day.")
        .next("If you have paid just now, write to us and name the code: your money is not lost.")
}

fn credit_note(occasion: &Occasion<'_>, number: &str, reference: &str, amount: &str) -> Letter {
    let lead = "We have corrected what was billed or paid for your tokens.";
    Letter::new(occasion, format!("Credit note {number}"), lead)
        .fact("Taken back", amount)
        .fact("Reference", reference)
        .next("What you had not paid of it is not owed any more. What you had paid is sent back, or waits for you at our desk.")
}

fn redeemed(
    occasion: &Occasion<'_>,
    state: RedemptionState,
    (tokens, money): (Tokens, &str),
    why: Option<&str>,
) -> Letter {
    use RedemptionState::{Approved, Asked, Cancelled, Failed, Paid, Rejected, Sent};
    let (subject, lead, next) = match state {
        Paid => (format!("{money} were paid to you"), "The bank has paid for your tokens.", None),
        Failed => (
            "A payment to you did not go through".to_owned(),
            "The bank could not pay you. Your tokens are back in your income.",
            Some("Look at where you want to be paid, and ask again."),
        ),
        Rejected => (
            format!("{money} are not paid"),
            "We do not pay for these tokens. They are back in your income.",
            Some("Write to us if you think that this is a mistake."),
        ),
        Approved | Asked | Sent | Cancelled => (
            format!("{money} will be paid to you"),
            "We have agreed to pay for your tokens.",
            Some("The bank is told next; you hear from us when it has paid."),
        ),
    };
    let letter = Letter::new(occasion, subject, lead).fact("Tokens", amount_of(tokens)).fact("Money", money);
    let letter = match why {
        Some(why) => letter.fact("Why", why),
        None => letter,
    };
    let letter = letter.way("See what you asked for", routes::Redemptions);
    match next {
        Some(next) => letter.next(next),
        None => letter,
    }
}

/// An amount, in words: "1 token", "12.5 tokens".
fn amount_of(tokens: Tokens) -> String {
    let word = if tokens == Tokens::whole(1) { "token" } else { "tokens" };
    format!("{} {word}", grouped(tokens))
}

fn listed(mut letter: Letter, pieces: &[Piece]) -> Letter {
    let named = pieces.iter().take(PIECES_MAX).map(|piece| match piece.quantity {
        1 => piece.title.clone(),
        many => format!("{many} × {}", piece.title),
    });
    letter.pieces.extend(named);
    let more = pieces.len().saturating_sub(PIECES_MAX);
    if more > 0 {
        letter.pieces.push(format!("and {more} more"));
    }
    letter
}

fn address_left(occasion: &Occasion<'_>) -> Letter {
    let market = &occasion.market.name;
    let lead = format!("This code proves that letters from {market} reach you:");
    let mut letter = Letter::new(occasion, "Confirm your address", lead)
        .way("Confirm the address", routes::AccountMail)
        .next("Type the code on the page about your letters, within a day.")
        .next("If you did not ask for this, do nothing: no more letters come.");
    letter.code.clone_from(&occasion.code);
    if let (Some(code), Some(way)) = (&occasion.code, &mut letter.way) {
        way.href = format!("{}?code={}", way.href, routes::Encoded(code));
    }
    letter
}

fn welcome(occasion: &Occasion<'_>) -> Letter {
    let market = &occasion.market.name;
    Letter::new(
        occasion,
        format!("Letters from {market} reach you now"),
        "Your address is confirmed. A word on how not to lose your account:",
    )
    .next("Your account key is the only sure way back in. Keep it in a password manager, or on paper in a drawer.")
    .next("A passphrase on your account page gives you a second way in, by your handle.")
    .next("We cannot send you a new key to this address, and nobody else can ask for one: whoever writes to you for your key or passphrase is not us.")
    .way("To your account", routes::Account)
}

fn new_device(occasion: &Occasion<'_>, at: Timestamp) -> Letter {
    Letter::new(
        occasion,
        "A sign-in from a new device",
        "Somebody signed in to your account from a browser or program that we have not seen before. \
         If it was you, all is well.",
    )
    .fact("When", format!("{at} (UTC)"))
    .way("See where you are signed in", routes::Account)
    .next("If it was not you: sign out everywhere on that page, and set a new passphrase.")
    .next("We do not know which device it was or where: we keep no names or addresses of devices.")
}

fn top_up(
    occasion: &Occasion<'_>,
    reference: &str,
    (tokens, bonus): (Tokens, Tokens),
    paid: Option<&str>,
) -> Letter {
    let lead = "Your top-up is in your wallet.";
    let mut letter = Letter::new(occasion, format!("{} for your wallet", amount_of(tokens)), lead)
        .fact("Tokens", amount_of(tokens));
    if !bonus.is_zero() {
        letter = letter.fact("On top, to spend", amount_of(bonus));
    }
    if let Some(paid) = paid {
        letter = letter.fact("Paid", paid);
    }
    letter.fact("Reference", reference).way("To your wallet", routes::Wallet)
}

fn invoice(
    occasion: &Occasion<'_>,
    number: &str,
    reference: &str,
    amount: &str,
    due_at: Option<Timestamp>,
) -> Letter {
    let letter = Letter::new(occasion, format!("Invoice {number}"), "Here is your invoice for tokens.")
        .fact("Amount", amount)
        .fact("Reference to pay with", reference);
    let letter = match due_at {
        Some(due_at) => letter.fact("Due", format!("{due_at} (UTC)")),
        None => letter.next("The tokens are credited when the payment has arrived."),
    };
    letter
        .way("To your wallet", routes::Wallet)
        .next("Give the reference with the payment, so that we know whose it is. You need no name.")
}

fn overdue(
    occasion: &Occasion<'_>,
    number: &str,
    reference: &str,
    amount: &str,
    due_at: Timestamp,
) -> Letter {
    let lead = "We have not seen the payment for this invoice yet. If it is on its way, all is well.";
    Letter::new(occasion, format!("Invoice {number} is overdue"), lead)
        .fact("Still due", amount)
        .fact("Was due", format!("{due_at} (UTC)"))
        .fact("Reference to pay with", reference)
        .way("To your wallet", routes::Wallet)
        .next("If you cannot pay now, tell us: we would rather find a way than wait.")
}

fn gift(occasion: &Occasion<'_>, giver: &str, amount: Tokens, message: &str) -> Letter {
    let lead = format!("{giver} gave you {}. They are in your wallet already.", amount_of(amount));
    let mut letter = Letter::new(occasion, format!("A gift from {giver}"), lead)
        .fact("Received", amount_of(amount))
        .way("To your gifts", routes::Gifts);
    message.clone_into(&mut letter.quote);
    letter
}

fn sold(occasion: &Occasion<'_>, buyer: &str, pieces: &[Piece], total: Tokens, fee: Tokens) -> Letter {
    let lead = format!("{buyer} bought from you and has paid.");
    listed(Letter::new(occasion, format!("You sold to {buyer}"), lead), pieces)
        .fact("Paid", amount_of(total))
        .fact("Our cut", amount_of(fee))
        .fact("For you", amount_of(total.saturating_sub(fee)))
}

fn held(letter: Letter, release_at: Option<Timestamp>) -> Letter {
    match release_at {
        Some(at) => letter
            .next("Hand over what was bought. The tokens are yours when the buyer says that it is there.")
            .next(format!("If the buyer says nothing, they are yours on {at} (UTC).")),
        None => letter.next("There is nothing left to do: the tokens are yours."),
    }
}
