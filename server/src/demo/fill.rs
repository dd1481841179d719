//! Filling a market with sixty days of life.
//!
//! Phases, each through the store's verbs, at its own time:
//! 1. the market office and the first sellers open their accounts;
//! 2. their pictures are drawn and uploaded, which is nearly all of the work;
//! 3. day by day things are listed, bought, confirmed, called off and given;
//! 4. the index catches up, and every session ends.

use std::sync::Arc;

use domain::tokens::Tokens;
use store::fees::FeeRuleInput;

use super::Trouble;
use super::chance::Chance;
use super::item::{self, Item};
use super::people::PEOPLE;
use super::publish::Software;
use super::stalls::{count_shots, hang_pictures, set_up};
use super::story::{FEES_DAY, OPENING_DAY};
use super::town::{DAYS, Town, may, must};
use super::trade::Trade;
use crate::house::House;
use crate::progress::Progress;
use crate::workers;

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// The most pictures.
    pub(super) pictures: usize,
}

impl Scale {
    /// Everything.
    pub(super) const FULL: Self = Self { pictures: usize::MAX };
}

/// How far the filling has come.
struct Bar {
    progress: Progress,
    done: u64,
}

impl Bar {
    fn step(&mut self) {
        self.done += 1;
        self.progress.reach(self.done);
    }
}

/// Fills an empty house, whose time stands at the market's beginning.
///
/// # Errors
/// If a verb fails.
pub(super) async fn fill(house: &House, scale: Scale) -> Result<(), Trouble> {
    let items = in_order();
    let shots = count_shots(&items, scale.pictures);
    let steps = u64::try_from(shots).unwrap_or(0) + u64::from(DAYS);
    let mut bar = Bar { progress: Progress::start("filling the market", Some(steps)), done: 0 };

    let mut town = Town::found(house.store.clone()).await?;
    for person in PEOPLE.iter().filter(|person| person.day < OPENING_DAY) {
        town.go(person.day, Chance::named(person.handle).within(500, 1_200));
        town.welcome(person).await?;
    }
    bar.progress.describe("drawing pictures");
    town.go(OPENING_DAY - 1, 1_300);
    // One more than the press takes, so that it never waits for a drawing.
    let pace = (scale.pictures, house.config.images.press.jobs + 1);
    let mut images = hang_pictures(&town, &items, pace, || bar.step()).await?.into_iter();

    let mut waiting = items.into_iter().map(|item| (item, images.next().unwrap_or_default())).peekable();
    let (mut trade, mut software) = (Trade::new(), Software::new());
    for day in 0..DAYS {
        bar.progress.describe(format!("day {day} of {DAYS}"));
        for person in PEOPLE.iter().filter(|person| person.day >= OPENING_DAY && person.day == day) {
            town.go(day, 300);
            town.welcome(person).await?;
        }
        let mut minute = 310;
        while let Some((item, images)) = waiting.next_if(|(item, _)| day_of(item) <= day) {
            town.go(day, minute);
            minute += 7;
            trade.stalls.push(set_up(&town, item, images).await?);
        }
        if day == FEES_DAY {
            town.go(day, 410);
            set_fees(&town, house).await?;
        }
        if day >= OPENING_DAY {
            software.day(&mut town, day).await?;
            trade.day(&mut town, day).await?;
        }
        bar.step();
    }
    leave_cart(&town, &trade).await?;
    town.close().await?;
    let behind = |error: workers::Behind| format!("the demo's index could not follow: {error}");
    while workers::catch_up(&house.store, &Arc::clone(&house.search)).await.map_err(behind)? {}
    bar.progress.finish("done");
    Ok(())
}

/// When an item is listed: after its seller has come, more in the first weeks
/// than later.
fn day_of(item: &Item) -> u32 {
    let come = PEOPLE.iter().find(|person| person.handle == item.seller).map_or(0, |person| person.day);
    let mut chance = Chance::named(item.title);
    let (one, other) = (chance.within(0, 46), chance.within(0, 46));
    let day = if chance.happens(55) { one.min(other) } else { one };
    // What is sold or withdrawn on a day of the story has to be there before.
    let latest =
        if item.sells_out || item.state == domain::listing::ListingState::Withdrawn { 20 } else { DAYS };
    (OPENING_DAY + day).min(latest).max(come + 1)
}

/// All items in the order in which they are listed.
fn in_order() -> Vec<&'static Item> {
    let mut items: Vec<&Item> = item::all().collect();
    items.sort_by_key(|item| (day_of(item), item.title));
    items
}

/// The vendor looks after its makers: orders from here on are under new fee
/// rules, those before keep theirs.
async fn set_fees(town: &Town, house: &House) -> Result<(), Trouble> {
    let category = |slugs: &[&str]| town.store.categories().by_slugs(slugs).map(|category| category.id);
    let rule = |name: &str, basis_points: u16| FeeRuleInput {
        name: name.to_owned(),
        category: None,
        seller: None,
        basis_points,
        fixed: Tokens::ZERO,
        minimum: None,
        maximum: None,
    };
    let rules = vec![
        FeeRuleInput { seller: Some("woolgather".to_owned()), ..rule("Thanks to our first knitter", 200) },
        FeeRuleInput { category: category(&["files"]), ..rule("Downloads", 300) },
        FeeRuleInput {
            category: category(&["art-craft"]),
            fixed: Tokens::whole(5),
            minimum: Some(Tokens::whole(60)),
            ..rule("Made by hand", 350)
        },
        FeeRuleInput {
            category: category(&["hobby-sport", "bicycles"]),
            maximum: Some(Tokens::whole(900)),
            ..rule("Bicycles", 500)
        },
        rule("Everything else", house.config.money.fee.get()),
    ];
    must(town.store.set_fee_rules(&town.staff(), rules).await, "set the fee rules").map(|_| ())
}

/// Somebody has not made up their mind yet.
async fn leave_cart(town: &Town, trade: &Trade) -> Result<(), Trouble> {
    let buyer = town.actor("quiet-finch")?;
    let titles = [
        "Big-handled mug in copper glaze",
        "Cross-stitch kit: a wren in a hoop",
        "Brass bell with a polite ring",
    ];
    for (minute, title) in (1_435..).zip(titles) {
        town.go(DAYS - 1, minute);
        if let Some(stall) = trade.stalls.iter().find(|stall| stall.item.title == title) {
            may(town.store.add_to_cart(&buyer, stall.id, 1).await, "fill a cart")?;
        }
    }
    Ok(())
}
