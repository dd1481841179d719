use domain::event::Piece;
use domain::id::{GiftId, OrderId, RedemptionId, SessionId, TopUpId, UserId};
use domain::redemption::RedemptionState;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use uuid::Uuid;

use super::*;

const HOSTILE: &str = "<img src=x onerror=alert(1)> & \"Söhne\"";

/// An event of each kind; the compiler knows when one is missing, since each
/// letter is written from a whole match.
fn events() -> Vec<Event> {
    let order = OrderId::new(Uuid::from_u128(7));
    let (user, top_up, invoice) = (UserId::new(Uuid::nil()), TopUpId::new(Uuid::nil()), Uuid::nil());
    let at = Timestamp::from_millis(1_795_435_200_000);
    let pieces = |count: u32| -> Vec<Piece> {
        (1..=count).map(|quantity| Piece { quantity, title: HOSTILE.to_owned() }).collect()
    };
    let tokens = Tokens::whole;
    let (number, reference) = ("2026-0001".to_owned(), "FT-7K3M-Q2XD".to_owned());
    let amount = "12.50 USD".to_owned();
    vec![
        Event::AddressLeft,
        Event::AddressConfirmed { user },
        Event::NewDevice { session: SessionId::new(Uuid::nil()), at },
        Event::TopUpCredited {
            top_up,
            reference: reference.clone(),
            tokens: tokens(1_000),
            bonus: tokens(50),
            paid: Some(amount.clone()),
        },
        Event::InvoiceIssued {
            invoice,
            number: number.clone(),
            reference: reference.clone(),
            amount: amount.clone(),
            due_at: Some(at),
        },
        Event::Overdue { invoice, number, reference, amount, due_at: at, reminder: 1 },
        Event::GiftReceived {
            gift: GiftId::new(Uuid::nil()),
            giver: user,
            amount: tokens(3),
            message: HOSTILE.to_owned(),
        },
        Event::Sold {
            order,
            buyer: user,
            pieces: pieces(30),
            total: tokens(40),
            fee: tokens(2),
            release_at: Some(at),
        },
        Event::Bought { order, seller: user, pieces: pieces(1), total: tokens(40), release_at: at },
        Event::Delivered { order, seller: user, pieces: pieces(2), total: tokens(40) },
        Event::Released { order, buyer: user, income: tokens(38), fee: tokens(2) },
        Event::Cancelled { order, seller: user, amount: tokens(1) },
        Event::Redeemed {
            redemption: RedemptionId::new(Uuid::nil()),
            state: RedemptionState::Failed,
            tokens: tokens(60),
            money: "0.60 USD".to_owned(),
            why: Some(HOSTILE.to_owned()),
        },
        Event::OrderExpired {
            top_up,
            reference: "FT-7K3M-Q2XD".to_owned(),
            tokens: tokens(1_000),
            amount: "12.50 USD".to_owned(),
        },
        Event::CreditNote {
            paper: invoice,
            top_up,
            number: "C-000001".to_owned(),
            reference: "FT-7K3M-Q2XD".to_owned(),
            amount: "12.50 USD".to_owned(),
        },
    ]
}

fn letter(event: &Event) -> Written {
    let market = Market::default();
    let occasion = Occasion {
        market: &market,
        origin: "https://market.example",
        handle: "quiet-wren-4821",
        other: Some("finch"),
        code: (*event == Event::AddressLeft).then(|| "ABCDE-FGHJ".to_owned()),
        stop: event.kind().can_be_stopped().then(|| "STOP-ME".to_owned()),
    };
    write(event, &occasion).unwrap()
}

#[test]
fn every_kind_says_the_same_in_both_forms() {
    let events = events();
    assert_eq!(events.len(), domain::mail::MailKind::ALL.len());
    for event in &events {
        let kind = event.kind().name();
        let Written { subject, html, text, stop } = letter(event);
        assert!(!subject.is_empty() && subject.lines().count() == 1, "{kind}");
        assert!(text.starts_with(&subject) && html.contains("<h1"), "{kind}");
        assert!(text.contains("Hello quiet-wren-4821,") && html.contains("Hello quiet-wren-4821,"), "{kind}");
        assert_eq!(stop.is_some(), event.kind().can_be_stopped(), "{kind}");
        for part in [&html, &text] {
            assert!(part.contains("https://market.example/account/mail"), "{kind}: who may change it");
            assert_eq!(part.contains("/mail/stop/STOP-ME"), stop.is_some(), "{kind}");
            assert!(!part.contains("{{") && !part.contains("letter."), "{kind}");
        }
        let links = text.split("https://").count();
        assert!(links >= 3, "{kind}: a way on");
        assert!(!text.contains("\n\n\n\n"), "{kind}: {text}");
    }
    write_out(&events);
}

#[test]
fn nothing_comes_from_elsewhere_and_no_text_becomes_an_element() {
    for event in &events() {
        let html = letter(event).html;
        for sign in ["<img", "<script", "<link", " src=\"", "url(", "http://", "class="] {
            assert!(!html.contains(sign), "{}: {sign}", event.kind().name());
        }
        let is_ours = |link: &str| link.starts_with("market.example");
        assert!(html.split("https://").skip(1).all(is_ours), "{}", event.kind().name());
    }
}

#[test]
fn the_code_stands_in_the_letter_and_in_its_link() {
    let Written { html, text, .. } = letter(&Event::AddressLeft);
    assert!(html.contains(">ABCDE-FGHJ<") && text.contains("    ABCDE-FGHJ\n"));
    assert!(text.contains("https://market.example/account/mail?code=ABCDE-FGHJ"));
}

/// Writes the letters where the environment asks for them.
fn write_out(events: &[Event]) {
    let Ok(folder) = std::env::var("FARTHING_SAMPLES_OUT") else { return };
    for event in events {
        let (written, name) = (letter(event), event.kind().name());
        let folder = std::path::Path::new(&folder);
        std::fs::write(folder.join(format!("mail-{name}.html")), written.html).unwrap();
        std::fs::write(folder.join(format!("mail-{name}.txt")), written.text).unwrap();
    }
}
