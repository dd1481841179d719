use super::*;
use crate::command::Command;
use crate::order::settle::Releaser;
use crate::testing::{PEOPLE, Scene, tokens, user};
use crate::time::Seconds;

/// A notice as a short text: "wren: sold 2 chair, 40 - 2".
fn told(notice: &Notice) -> String {
    let place = PEOPLE.iter().find(|name| user(name) == notice.to).unwrap();
    let pieces = |pieces: &[Piece]| {
        let text: Vec<_> = pieces.iter().map(|piece| format!("{} {}", piece.quantity, piece.title)).collect();
        text.join(" + ")
    };
    let what = match &notice.event {
        Event::Sold { pieces: sold, total, fee, release_at, .. } => {
            let held = if release_at.is_some() { ", held" } else { "" };
            format!("sold {}, {total} - {fee}{held}", pieces(sold))
        }
        Event::Bought { pieces: bought, total, .. } => format!("bought {}, {total}", pieces(bought)),
        Event::Delivered { pieces: had, .. } => format!("delivered {}", pieces(had)),
        Event::Released { income, fee, .. } => format!("released {income}, fee {fee}"),
        Event::Cancelled { amount, .. } => format!("cancelled {amount}"),
        Event::GiftReceived { amount, .. } => format!("gift {amount}"),
        other => format!("{other:?}"),
    };
    format!("{place}: {what}")
}

fn heard(scene: &mut Scene) -> Vec<String> {
    let notices = std::mem::take(&mut scene.book.written.notices);
    notices.iter().map(told).collect()
}

fn scene() -> Scene {
    let mut scene = Scene::with("finch spendable 100");
    scene.book.listen();
    scene
}

#[test]
fn buying_is_told_to_both() {
    let table: [(u32, &str, &[&str]); 3] = [
        (2, "chair", &["wren: sold 2 chair, 40 - 2, held", "finch: bought 2 chair, 40"]),
        (1, "lesson", &["wren: sold 1 lesson, 10 - 0.5, held", "finch: bought 1 lesson, 10"]),
        (1, "song", &["robin: sold 1 song, 5 - 0.5", "finch: delivered 1 song"]),
    ];
    for (quantity, what, expected) in table {
        let mut scene = scene();
        scene.buy("finch", quantity, what, None).unwrap();
        assert_eq!(heard(&mut scene), expected, "{what}");
    }
}

#[test]
fn refusals_and_repetitions_are_not_told() {
    let mut scene = scene();
    scene.buy("finch", 9, "chair", None).unwrap_err();
    let once = || crate::testing::buying("finch", 1, "song", Some("5"));
    scene.ask_under("k", "a song", user("finch"), once()).unwrap();
    assert_eq!(heard(&mut scene).len(), 2);
    scene.ask_under("k", "a song", user("finch"), once()).unwrap();
    assert_eq!(heard(&mut scene), [""; 0]);
}

#[test]
fn the_end_of_an_order_is_told_to_whom_it_brings_tokens() {
    let mut scene = scene();
    let mut buy = |what| scene.buy("finch", 1, what, None).unwrap().orders[0];
    let (chair, lamp) = (buy("chair"), buy("lamp"));
    heard(&mut scene);
    let buyer = user("finch").uuid();
    let release = || Command::Release { order: chair, by: Releaser::Buyer(user("finch")) };
    scene.ask(buyer, release()).unwrap();
    assert_eq!(heard(&mut scene), ["wren: released 19, fee 1"]);
    scene.ask(buyer, release()).unwrap();
    assert_eq!(heard(&mut scene), [""; 0], "once");
    scene.ask(user("wren").uuid(), Command::Cancel { order: lamp, by: user("wren") }).unwrap();
    assert_eq!(heard(&mut scene), ["finch: cancelled 8"]);
}

#[test]
fn gifts_are_told_to_whom_they_reach() {
    let mut scene = scene();
    scene.give("finch", "robin", tokens("3")).unwrap();
    assert_eq!(heard(&mut scene), ["robin: gift 3"]);
    scene.link("finch", tokens("4"), 1).unwrap();
    scene.claim("robin", 1).unwrap();
    scene.now = scene.now.after(Seconds::new(1));
    assert_eq!(heard(&mut scene), [""; 0], "who claims it knows");
}

#[test]
fn where_nobody_listens_nothing_is_noted() {
    let mut scene = Scene::with("finch spendable 100");
    scene.buy("finch", 1, "chair", None).unwrap();
    assert_eq!(heard(&mut scene), [""; 0]);
}

#[test]
fn events_survive_the_outbox() {
    let mut scene = scene();
    scene.buy("finch", 2, "chair", None).unwrap();
    for Notice { event, .. } in &scene.book.written.notices {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), *event);
        assert!(event.matter().is_some());
    }
}
