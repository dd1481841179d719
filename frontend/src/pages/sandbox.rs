//! The sandbox's page: it plays a payment processor, and no money moves.

use axum::extract::Path;
use domain::access::Actor;
use domain::refusal::Refusal;
use domain::topup::facts::{DisputeState, Progress};
use domain::topup::sandbox::{Act, SandboxPayment, TestCard};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Problem;
use crate::page::Tone;
use crate::posted::Posted;
use crate::routes;
use crate::site::Cards;
use crate::trouble::{Trouble, sentence};
use crate::view::topup::{SandboxChoice, SandboxView};

async fn find(ask: &Ask, session: &str) -> Result<SandboxPayment, Trouble> {
    let missing = || Trouble::from(Refusal::missing("payment"));
    if ask.site.cards != Cards::Sandbox {
        return Err(missing());
    }
    ask.site.store.sandbox_payment(session).await?.ok_or_else(missing)
}

/// `GET /sandbox/{session}`
pub(super) async fn page(ask: Ask, Path(session): Path<String>) -> Answer {
    let payment = find(&ask, &session).await?;
    show(&view(&ask, &payment).await?)
}

async fn view(ask: &Ask, payment: &SandboxPayment) -> Result<SandboxView, Trouble> {
    let is_fresh = payment.progress == Progress::Open && !payment.is_asking();
    let cards = TestCard::ALL.iter().filter(|_| is_fresh).map(|card| {
        let (label, meaning) = card_words(*card);
        SandboxChoice { value: card.name().to_owned(), label: label.to_owned(), meaning: meaning.to_owned() }
    });
    let acts = payment.acts().into_iter().map(|act| {
        let (label, meaning) = act_words(act);
        SandboxChoice { value: act.name().to_owned(), label: label.to_owned(), meaning: meaning.to_owned() }
    });
    Ok(SandboxView {
        page: ask.own_page("Sandbox payment").await?,
        session: payment.session.clone(),
        amount: payment.asked.to_string(),
        state: state_words(payment).to_owned(),
        cards: cards.collect(),
        acts: acts.collect(),
        back: payment.success_path.clone(),
    })
}

const fn card_words(card: TestCard) -> (&'static str, &'static str) {
    match card {
        TestCard::Succeeds => ("4242 4242 4242 4242", "Pays at once."),
        TestCard::Declined => ("4000 0000 0000 0002", "Is declined."),
        TestCard::SecondStep => ("4000 0025 0000 3155", "Its bank asks once more."),
        TestCard::SettlesLate => ("4000 0000 0000 3220", "Its money takes a minute to come."),
        TestCard::RefundedLater => ("4000 0000 0000 5126", "Pays, and is refunded a minute later."),
        TestCard::ChargedBackLater => ("4000 0000 0000 0259", "Pays, and is disputed a minute later."),
    }
}

const fn act_words(act: Act) -> (&'static str, &'static str) {
    match act {
        Act::Confirm => ("Yes, it is me", "The bank lets the payment pass."),
        Act::Cancel => ("Go back without paying", "The session ends."),
        Act::Settle => ("Let the money arrive", "Without waiting for it."),
        Act::Fail => ("Let the payment fail", "The money never arrives."),
        Act::Refund => ("Refund", "The processor sends all of the money back."),
        Act::Dispute => ("Dispute", "The card holder goes to the bank."),
        Act::Withdraw => ("Bank takes the money", "It may still give it back."),
        Act::Win => ("Dispute won", "The money stays, or comes back."),
        Act::Lose => ("Dispute lost", "The bank keeps the money."),
    }
}

fn state_words(payment: &SandboxPayment) -> &'static str {
    match (payment.progress, payment.dispute.as_ref().map(|(_, state)| *state)) {
        (Progress::Open, _) if payment.is_asking() => "Your bank asks: is it you who pays?",
        (Progress::Open, _) => "Choose a card",
        (Progress::Pending, _) => "Paid; the money is on its way",
        (Progress::Failed, _) => "The payment failed",
        (Progress::Expired, _) => "Called off",
        (Progress::Paid, Some(DisputeState::Open)) => "Paid, and disputed",
        (Progress::Paid, Some(DisputeState::Withdrawn)) => "Disputed; the bank has the money",
        (Progress::Paid, Some(DisputeState::Won)) => "The dispute was won",
        (Progress::Paid, Some(DisputeState::Lost)) => "The dispute was lost",
        (Progress::Paid, None) if payment.refunded == payment.asked => "Refunded",
        (Progress::Paid, None) => "Paid",
    }
}

/// `POST /sandbox/{session}`
pub(super) async fn act(ask: Ask, Path(session): Path<String>, Posted(form): Posted) -> Answer {
    let payment = find(&ask, &session).await?;
    let mint = ask.site.store.world().mint();
    let asked = match (TestCard::from_name(form.get("card")), Act::from_name(form.get("act"))) {
        (Some(card), _) => payment.pay(card, mint.at(), mint.uuid(0)).map(|next| (next, "paid")),
        (None, Some(act)) => payment.after(act, mint.uuid(0)).map(|next| (next, act.name())),
        (None, None) => Err(Refusal::invalid("card", "choose a card")),
    };
    let (next, kind) = match asked {
        Ok(asked) => asked,
        Err(refusal) => {
            let mut view = view(&ask, &payment).await?;
            view.page.problems = vec![Problem { id: None, message: sentence(&refusal) }];
            return show_refused(&view);
        }
    };
    // The processor's own books, not the market's: the market looks them up.
    let is_moved = ask.site.store.move_sandbox_payment(&Actor::System, &payment, next.clone(), kind).await?;
    let own = routes::Sandbox::to(payment.session.clone());
    if !is_moved {
        return Ok(ask.go_saying(own, Tone::Bad, "Somebody was quicker: look again."));
    }
    match (payment.progress, next.progress) {
        (Progress::Open, Progress::Paid | Progress::Pending) => Ok(ask.go(&next.success_path)),
        (Progress::Open, Progress::Expired) => Ok(ask.go(&next.cancel_path)),
        _ => Ok(ask.go(own)),
    }
}
