//! Getting tokens: all ways side by side, by card, and what became of it.

use axum::extract::Path;
use domain::id::{BundleId, ListingId, TopUpId};
use domain::money::Money;
use domain::refusal::Refusal;
use domain::tariff::{self, Wanted};
use domain::text::IdempotencyKey;
use domain::tokens::Tokens;
use domain::topup::{Intent, Method, TopUp, TopUpState};
use store::Error;
use store::page::Window;
use store::topups::{TopUpAsked, TopUpView as Row};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::{Field, Problem};
use crate::page::Tone;
use crate::posted::{Pairs, Posted};
use crate::site::Cards;
use crate::trouble::{Trouble, sentence};
use crate::view::topup::{BundleChoice, CardForm, TopUpOrderView, TopUpRow, TopUpView, Way};
use crate::worth::grouped;
use crate::{routes, show};

/// So many top-ups stand below the ways to get tokens.
const RECENT: u32 = 10;

/// What somebody is about to buy and lacks tokens for.
pub(super) struct Short {
    /// How many tokens lack.
    pub missing: Tokens,
    /// Where to come back to.
    pub return_to: String,
    /// What may be finished by itself, and what that is, for people.
    pub finishes: Option<(Intent, String)>,
}

/// What can be paid by card; `short` says what is lacking, at the till.
pub(super) async fn card_form(ask: &Ask, short: Option<Short>) -> Result<CardForm, Trouble> {
    let bundles = ask.site.store.bundles().await?;
    let missing = short.as_ref().map(|short| short.missing);
    let ordered =
        missing.map_or_else(|| bundles.clone(), |missing| tariff::covering_first(&bundles, missing));
    let choice = |bundle: &tariff::Bundle| BundleChoice {
        id: bundle.id,
        tokens: bundle.tokens,
        bonus: bundle.bonus,
        cost: bundle.cost.to_string(),
        covers: missing.is_none_or(|missing| bundle.covers(missing)),
    };
    let tokens = missing.map(tariff::whole_covering).map(|tokens| tokens.to_string()).unwrap_or_default();
    let finishes = short.as_ref().and_then(|short| short.finishes.as_ref());
    let (intent, finishes) =
        finishes.map(|(intent, words)| (write_intent(intent), words.clone())).unwrap_or_default();
    Ok(CardForm {
        csrf: ask.csrf(),
        is_sandbox: ask.site.cards == Cards::Sandbox,
        missing: missing.map(|missing| ask.price(missing)),
        bundles: ordered.iter().map(choice).collect(),
        tokens: Field::new("tokens").with(tokens),
        return_to: short.as_ref().map(|short| short.return_to.clone()).unwrap_or_default(),
        intent,
        finishes,
        idempotency_key: ask.site.draw_key(),
    })
}

/// What is offered to somebody who is short at the till; nothing where cards
/// are not taken.
pub(super) async fn at_the_till(ask: &Ask, short: Option<Short>) -> Result<Option<CardForm>, Trouble> {
    match short {
        Some(short) if ask.site.cards != Cards::Off && ask.actor.user_id().is_some() => {
            card_form(ask, Some(short)).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// An intent as the form sends it back.
fn write_intent(intent: &Intent) -> String {
    match intent {
        Intent::Checkout { expected_total, key } => format!("checkout {expected_total} {}", key.as_str()),
        Intent::Buy { listing, quantity, expected_price, key } => {
            format!("buy {listing} {quantity} {expected_price} {}", key.as_str())
        }
    }
}

/// Reads what [`write_intent`] wrote.
fn read_intent(text: &str) -> Option<Intent> {
    let parts: Vec<&str> = text.split(' ').collect();
    let key = |text: &str| IdempotencyKey::parse(text).ok();
    match parts.as_slice() {
        ["checkout", total, name] => {
            Some(Intent::Checkout { expected_total: Tokens::parse(total).ok()?, key: key(name)? })
        }
        ["buy", listing, quantity, price, name] => Some(Intent::Buy {
            listing: uuid::Uuid::parse_str(listing).map(ListingId::new).ok()?,
            quantity: quantity.parse().ok()?,
            expected_price: Tokens::parse(price).ok()?,
            key: key(name)?,
        }),
        _ => None,
    }
}

/// `GET /top-up`
pub(super) async fn ways(ask: Ask) -> Answer {
    ask.user()?;
    show(&view(&ask).await?)
}

async fn view(ask: &Ask) -> Result<TopUpView, Trouble> {
    let tariff = ask.site.store.tariff();
    let recent = ask.site.store.top_ups(&ask.actor, Window::first(RECENT, None)).await?;
    Ok(TopUpView {
        page: ask.own_page("Get tokens").await?,
        token_price: format!("{} {}", tariff.token_price(), tariff.currency),
        card: card_form(ask, None).await?,
        is_card: ask.site.cards != Cards::Off,
        ways: other_ways(),
        recent: recent.items.iter().map(|row| row_of(&row.top_up)).collect(),
    })
}

/// The ways beside the card.
fn other_ways() -> Vec<Way> {
    let bill = Way {
        title: "By invoice, purchase order, bank, cheque or cash".to_owned(),
        asks: "No card and no name: you pay under the code of your order.".to_owned(),
        takes: "A person agrees first, mostly within a working day; then as long as your money takes."
            .to_owned(),
        link: Some(show::link("Ask for tokens", routes::TopUpBill)),
    };
    let voucher = Way {
        title: "A voucher".to_owned(),
        asks: "A printed code that you bought, such as over the counter.".to_owned(),
        takes: "The tokens are here at once.".to_owned(),
        link: Some(show::link("Redeem a voucher", routes::Redeem)),
    };
    let gift = Way {
        title: "A gift".to_owned(),
        asks: "Somebody sent you a link or a code.".to_owned(),
        takes: "The tokens are here at once.".to_owned(),
        link: Some(show::link("Redeem a gift", routes::ClaimCode)),
    };
    vec![bill, voucher, gift]
}

fn row_of(top_up: &TopUp) -> TopUpRow {
    TopUpRow {
        id: top_up.id,
        reference: top_up.reference.to_string(),
        at: top_up.at,
        tokens: top_up.agreed.tokens,
        due: top_up.agreed.due.to_string(),
        state: state_words(top_up).to_owned(),
    }
}

fn state_words(top_up: &TopUp) -> &'static str {
    match (top_up.method, top_up.state) {
        (Method::Card, TopUpState::Submitted) => "waits for the payment",
        (Method::Card, TopUpState::Credited) => "paid",
        (Method::Card, TopUpState::Rejected) => "the payment failed",
        (_, state) => super::desk::words::state_words(state),
    }
}

/// `POST /top-up/card`
pub(super) async fn by_card(ask: Ask, Posted(form): Posted) -> Answer {
    ask.user()?;
    match open(&ask, &form).await {
        Ok(top_up) => Ok(ask.go(routes::Pay::to(top_up.id))),
        Err(Error::Refused(Refusal::NotSignedIn)) => Err(Refusal::NotSignedIn.into()),
        Err(Error::Refused(refusal)) => {
            let mut view = view(&ask).await?;
            view.page.path = routes::TopUp.to_string();
            form.get("return_to").clone_into(&mut view.card.return_to);
            form.get("tokens").clone_into(&mut view.card.tokens.value);
            let is_tokens = refusal.field() == Some("tokens");
            if is_tokens {
                view.card.tokens.error = Some(sentence(&refusal));
            }
            let id = is_tokens.then_some("tokens");
            view.page.problems = vec![Problem { id, message: sentence(&refusal) }];
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}

async fn open(ask: &Ask, form: &Pairs) -> Result<TopUp, Error> {
    if ask.site.cards == Cards::Off {
        return Err(Refusal::wrong_state("cards are not taken here at the moment").into());
    }
    let wanted = match form.get("bundle") {
        "" => Wanted::Tokens(
            Tokens::parse(form.get("tokens").trim())
                .map_err(|bad| Refusal::invalid("tokens", bad.to_string()))?,
        ),
        bundle => {
            let id = uuid::Uuid::parse_str(bundle).map_err(|_| Refusal::missing("bundle"))?;
            Wanted::Bundle(BundleId::new(id))
        }
    };
    let is_to_finish = form.get("finish") == "yes";
    let asked = TopUpAsked {
        wanted,
        return_to: Some(form.get("return_to")).filter(|path| !path.is_empty()),
        intent: is_to_finish.then(|| read_intent(form.get("intent"))).flatten(),
        key: form.get("idempotency_key"),
    };
    ask.site.store.top_up_by_card(&ask.actor, asked).await
}

/// `GET /top-up/{id}`
pub(super) async fn order(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.user()?;
    let row = ask.site.store.top_up(&ask.actor, super::id(&id, TopUpId::new, "top-up")?).await?;
    show(&order_view(&ask, &row).await?)
}

async fn order_view(ask: &Ask, row: &Row) -> Result<TopUpOrderView, Trouble> {
    let top_up = &row.top_up;
    let is_waiting = top_up.method == Method::Card && top_up.state == TopUpState::Submitted;
    // What came at the desk; cards bring all or nothing.
    let came = match top_up.method {
        Method::Card | Method::Voucher => None,
        _ => Some(ask.site.store.desk_order(&ask.actor, top_up.id).await?.paid),
    };
    let (lead, next) = told(row, came);
    let is_bought = row.intent_result.as_deref() == Some("done");
    let back = top_up.return_to.as_ref().map(|path| path.as_str().to_owned());
    let onward = match (is_bought, back) {
        (true, _) => Some(show::link("What you bought", routes::Orders)),
        (false, Some(path)) => Some(show::link("Back to where you were", path)),
        (false, None) => Some(show::link("Your wallet", routes::Wallet)),
    };
    let is_own = ask.actor.user_id() == Some(top_up.user);
    Ok(TopUpOrderView {
        page: ask.own_page(&format!("Top-up {}", top_up.reference)).await?,
        row: row_of(top_up),
        method: super::desk::method_words(top_up.method).to_owned(),
        came: came.filter(|came| !came.is_zero()).map(|came| came.to_string()),
        lead,
        next,
        is_done: matches!(top_up.state, TopUpState::Credited | TopUpState::Paid),
        is_amiss: is_amiss(top_up.state),
        is_waiting: is_waiting && top_up.card.is_some(),
        pay: (is_waiting && is_own).then(|| routes::Pay::to(top_up.id).to_string()),
        onward,
        papers: super::paper::rows(&ask.site.store.papers(&ask.actor, top_up.id).await?),
        refundable: is_own && top_up.is_refundable(),
    })
}

const fn is_amiss(state: TopUpState) -> bool {
    match state {
        TopUpState::Expired
        | TopUpState::Review
        | TopUpState::Overdue
        | TopUpState::WrittenOff
        | TopUpState::Rejected => true,
        TopUpState::Draft
        | TopUpState::Submitted
        | TopUpState::AwaitingApproval
        | TopUpState::Approved
        | TopUpState::PartPaid
        | TopUpState::Credited
        | TopUpState::Paid
        | TopUpState::Reversed
        | TopUpState::Cancelled => false,
    }
}

/// What the user reads first, and what happens next.
fn told(row: &Row, came: Option<Money>) -> (String, String) {
    let top_up = &row.top_up;
    let tokens = grouped(top_up.agreed.tokens);
    let pair = |lead: &str, next: &str| (lead.to_owned(), next.to_owned());
    match top_up.state {
        TopUpState::Submitted if top_up.method == Method::Card => pair(
            "Waiting for your payment",
            "As soon as the payment provider tells us, the tokens are here. This page looks again by itself; if you have not paid yet, you can do so now.",
        ),
        TopUpState::Credited if !top_up.reversed.is_zero() => {
            pair("A part was taken back", "Money of this payment went back, and so did its tokens.")
        }
        TopUpState::Credited | TopUpState::Paid => {
            let lead = format!("{tokens} tokens are yours");
            (lead, intent_words(row))
        }
        TopUpState::Rejected if top_up.method == Method::Card => pair(
            "The payment failed",
            "Nothing was taken and nothing was credited. You can try again with another card.",
        ),
        TopUpState::Expired => pair(
            "Nobody paid",
            "Nothing was taken and nothing was credited. Whatever lay in your cart is still there.",
        ),
        TopUpState::Review => pair(
            "We have to look at this",
            "What was paid does not fit what was agreed. A person looks at it; write to us and name the code above.",
        ),
        TopUpState::Reversed => pair(
            "Sent back",
            "The tokens are gone from your wallet, and the money goes back the way it came.",
        ),
        TopUpState::Draft
        | TopUpState::Submitted
        | TopUpState::AwaitingApproval
        | TopUpState::Approved
        | TopUpState::PartPaid
        | TopUpState::Overdue
        | TopUpState::WrittenOff
        | TopUpState::Rejected
        | TopUpState::Cancelled => {
            let due = top_up.agreed.due;
            told_of_desk(top_up.state, came.and_then(|came| due.checked_sub(came)).unwrap_or(due))
        }
    }
}

/// The same for an order at the desk of which so much is to be paid still.
fn told_of_desk(state: TopUpState, rest: Money) -> (String, String) {
    let (lead, next) = match state {
        TopUpState::Approved => (
            "Waiting for your money",
            "Please pay {rest}, and name the code above; the tokens come with the last of the money.",
        ),
        TopUpState::PartPaid => {
            ("A part of the money has come", "Please pay the rest, {rest}, and name the code above.")
        }
        TopUpState::Overdue => (
            "Your payment is overdue",
            "Please pay {rest}, and name the code above. If you just did, it may still be on its way; nothing else is billed on credit until it is here.",
        ),
        TopUpState::WrittenOff => {
            ("This invoice was written off", "Tokens that were not paid for were taken back, or are owed.")
        }
        TopUpState::Rejected => {
            ("We could not agree to this order", "Nothing was billed. Write to us and name the code above.")
        }
        TopUpState::Cancelled => ("You called this order off", "Nothing was billed."),
        _ => ("A person looks at your order", "As soon as somebody has agreed, this page says how to go on."),
    };
    (lead.to_owned(), next.replace("{rest}", &rest.to_string()))
}

fn intent_words(row: &Row) -> String {
    match (row.intent_result.as_deref(), &row.top_up.intent) {
        (Some("done"), _) => "Your purchase was made with them, as you wished.".to_owned(),
        (Some("PRICE_CHANGED"), _) => {
            "Your purchase was not made: a price has changed meanwhile. Look at it and decide.".to_owned()
        }
        (Some(_), _) => {
            "Your purchase was not made: something has changed meanwhile. Look at it and decide.".to_owned()
        }
        (None, Some(_)) => "Your purchase is on its way.".to_owned(),
        (None, None) => "Go on where you were; everything is as you left it.".to_owned(),
    }
}

/// `POST /top-up/{id}/refund`
pub(super) async fn refund(ask: Ask, Path(id): Path<String>, Posted(_): Posted) -> Answer {
    ask.user()?;
    let id = super::id(&id, TopUpId::new, "top-up")?;
    match ask.site.store.refund_top_up(&ask.actor, id).await {
        Ok(_) => {
            let said = "Sent back. The money follows as soon as the provider sends it.";
            Ok(ask.go_saying(routes::TopUpOrder::to(id), Tone::Good, said))
        }
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            let row = ask.site.store.top_up(&ask.actor, id).await?;
            let mut view = order_view(&ask, &row).await?;
            view.page.path = routes::TopUpOrder::to(id).to_string();
            view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }];
            show_refused(&view)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_come_back_as_they_went() {
        let key = IdempotencyKey::parse("k-1").unwrap();
        let listing = ListingId::new(uuid::Uuid::from_u128(5));
        let all = [
            Intent::Checkout { expected_total: Tokens::whole(7), key: key.clone() },
            Intent::Buy { listing, quantity: 2, expected_price: Tokens::whole(3), key },
        ];
        for intent in all {
            assert_eq!(read_intent(&write_intent(&intent)), Some(intent));
        }
        for text in ["", "checkout", "checkout 1", "checkout x k", "buy 1 2 3 4", "buy a b c d e"] {
            assert_eq!(read_intent(text), None, "{text}");
        }
    }
}
