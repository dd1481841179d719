//! Trade in the demo, day by day: orders, what becomes of them, and gifts.
//!
//! What happens on one day at different times is asked for together, in the
//! order of the times, so that the writer commits it at once. Each verb reads
//! the clock when it is first polled, which `join_all` does in order.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;

use domain::access::Actor;
use domain::id::{GiftId, ListingId, OrderId};
use domain::listing::{ListingKind, ListingState};
use domain::order::OrderState;
use domain::tokens::Tokens;
use futures_util::future::join_all;
use store::Store;

use super::Trouble;
use super::chance::Chance;
use super::people::PEOPLE;
use super::stalls::Stall;
use super::story::{LAST_CART, LAST_PIECE, PRESENTS, Present, TOP_UPS, WITHDRAWAL_DAY, Way};
use super::town::{DAYS, Town, may, must};

/// So many people, about, buy something on one day.
const BUYERS_A_DAY: (u32, u32) = (1, 3);

/// Below this many tokens people go to the counter.
const LOW_TOKENS: u32 = 5_000;

/// What somebody does later.
enum Later {
    Confirm { buyer: Actor, order: OrderId },
    Cancel { seller: Actor, order: OrderId },
    Claim { by: Actor, code: String },
    TakeBack { giver: Actor, gift: GiftId },
}

/// What came of something that was asked for.
enum Came {
    Ordered(Vec<OrderId>),
    Given(&'static Present, Option<(GiftId, String)>),
    Nothing,
}

type Act<'t> = Pin<Box<dyn Future<Output = Result<Came, Trouble>> + Send + 't>>;

/// The market's trade.
pub(super) struct Trade {
    chance: Chance,
    pub(super) stalls: Vec<Stall>,
    /// What is to be done, by day.
    diary: HashMap<u32, Vec<Later>>,
    /// Files that somebody has; nobody buys one twice.
    owned: HashSet<(&'static str, ListingId)>,
}

/// What somebody wants to buy on one day.
struct Wish {
    buyer: &'static str,
    lines: Vec<(ListingId, u32, Tokens)>,
}

impl Trade {
    pub(super) fn new() -> Self {
        Self {
            chance: Chance::named("trade"),
            stalls: Vec::new(),
            diary: HashMap::new(),
            owned: HashSet::new(),
        }
    }

    /// One day of trade.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn day(&mut self, town: &mut Town, day: u32) -> Result<(), Trouble> {
        town.go(day, 420);
        self.withdraw(town, day).await?;
        self.fill_purses(town, day).await?;
        let mut wishes = self.wishes(town, day).await?;
        wishes.extend(self.last_pieces(day));
        if day + 1 == DAYS && wishes.iter().all(|wish| wish.buyer != LAST_CART.0) {
            wishes.push(self.last_cart());
        }
        self.fill_carts(town, day, &wishes).await?;
        let mut keys = Vec::new();
        keys.resize_with(wishes.len() + PRESENTS.len() * 2, || town.key());
        let acts = self.acts(town, day, wishes, keys)?;
        let came = join_all(acts).await;
        for done in came {
            match done? {
                Came::Ordered(orders) => self.note_orders(town, day, &orders).await?,
                Came::Given(present, link) => self.note_present(town, present, link)?,
                Came::Nothing => {}
            }
        }
        town.go(day, 1_430);
        must(crate::workers::run_timers(&town.store).await, "run the timers").map(|_| ())
    }

    async fn withdraw(&self, town: &Town, day: u32) -> Result<(), Trouble> {
        let gone = |stall: &&Stall| stall.item.state == ListingState::Withdrawn;
        for stall in self.stalls.iter().filter(gone).filter(|_| day == WITHDRAWAL_DAY) {
            let seller = town.actor(stall.item.seller)?;
            must(town.store.withdraw_listing(&seller, stall.id).await, stall.item.title)?;
        }
        Ok(())
    }

    /// Whoever is short of tokens buys some, though not all on one day.
    async fn fill_purses(&mut self, town: &mut Town, day: u32) -> Result<(), Trouble> {
        for person in PEOPLE.iter().filter(|person| person.day < day) {
            let is_low = town.purse(person.handle).await? < Tokens::whole(LOW_TOKENS);
            if is_low && self.chance.happens(22) {
                let amount = self.chance.within(3, 9) * 1_500;
                let reason = self.chance.pick(&TOP_UPS).copied().unwrap_or("Bought at the counter");
                town.sell_tokens(person.handle, amount, reason).await?;
            }
        }
        Ok(())
    }

    /// Who buys what: something cheap more often than something dear.
    async fn wishes(&mut self, town: &Town, day: u32) -> Result<Vec<Wish>, Trouble> {
        let mut wishes: Vec<Wish> = Vec::new();
        for _ in 0..self.chance.within(BUYERS_A_DAY.0, BUYERS_A_DAY.1) {
            let here: Vec<_> = PEOPLE.iter().filter(|person| person.day < day).collect();
            let Some(buyer) = self.chance.pick(&here).map(|person| person.handle) else { continue };
            if wishes.iter().any(|wish| wish.buyer == buyer) {
                continue;
            }
            let purse = town.purse(buyer).await?;
            let lines_max = if self.chance.happens(35) { self.chance.within(2, 4) } else { 1 };
            let (mut lines, mut spent) = (Vec::new(), Tokens::ZERO);
            for _ in 0..lines_max {
                if let Some((id, quantity, price)) = self.choose(buyer, purse.saturating_sub(spent), &lines) {
                    let cost = price.checked_times(quantity).unwrap_or(Tokens::MAX_MOVED);
                    spent = spent.checked_add(cost).unwrap_or(Tokens::MAX_MOVED);
                    lines.push((id, quantity, price));
                }
            }
            if !lines.is_empty() {
                wishes.push(Wish { buyer, lines });
            }
        }
        Ok(wishes)
    }

    fn choose(
        &mut self,
        buyer: &'static str,
        purse: Tokens,
        lines: &[(ListingId, u32, Tokens)],
    ) -> Option<(ListingId, u32, Tokens)> {
        let owned = &self.owned;
        let is_wanted = |stall: &&mut Stall| {
            stall.item.state == ListingState::Published
                && !stall.item.sells_out
                && stall.item.seller != buyer
                && stall.spare != Some(0)
                && stall.price <= purse
                && !owned.contains(&(buyer, stall.id))
                && lines.iter().all(|(id, ..)| *id != stall.id)
        };
        let mut wanted: Vec<&mut Stall> = self.stalls.iter_mut().filter(is_wanted).collect();
        let count = u32::try_from(wanted.len()).ok().filter(|count| *count > 0)?;
        let (one, other) = (self.chance.below(count), self.chance.below(count));
        let price = |place: u32, stalls: &[&mut Stall]| {
            usize::try_from(place).ok().and_then(|place| stalls.get(place)).map(|stall| stall.price)
        };
        let is_dearer = price(one, &wanted) > price(other, &wanted);
        let place = if is_dearer == self.chance.happens(70) { other } else { one };
        let stall = wanted.get_mut(usize::try_from(place).ok()?)?;
        let several = stall.item.kind == ListingKind::Goods && stall.price < Tokens::whole(1_500);
        let most = if several { self.chance.within(1, 3) } else { 1 };
        let affordable = |count: u32| stall.price.checked_times(count).is_some_and(|cost| cost <= purse);
        let quantity = (1..=most)
            .rev()
            .find(|count| affordable(*count) && stall.spare.is_none_or(|left| left >= *count))?;
        stall.spare = stall.spare.map(|left| left.saturating_sub(quantity));
        if stall.item.kind == ListingKind::File {
            self.owned.insert((buyer, stall.id));
        }
        Some((stall.id, quantity, stall.price))
    }

    /// The last piece of what sells out.
    fn last_pieces(&self, day: u32) -> impl Iterator<Item = Wish> {
        let due = self.stalls.iter().filter(move |stall| stall.item.sells_out && day == LAST_PIECE.0);
        due.map(|stall| Wish { buyer: LAST_PIECE.1, lines: vec![(stall.id, 1, stall.price)] })
    }

    fn last_cart(&self) -> Wish {
        let (buyer, titles) = LAST_CART;
        let wanted = self.stalls.iter().filter(|stall| titles.contains(&stall.item.title));
        Wish { buyer, lines: wanted.map(|stall| (stall.id, 1, stall.price)).collect() }
    }

    /// Those who want several things put them into their carts first.
    async fn fill_carts(&self, town: &Town, day: u32, wishes: &[Wish]) -> Result<(), Trouble> {
        town.go(day, 540);
        let mut filling = Vec::new();
        for wish in wishes.iter().filter(|wish| wish.lines.len() > 1) {
            let buyer = town.actor(wish.buyer)?;
            filling.push(async move {
                for (listing, quantity, _) in &wish.lines {
                    may(town.store.add_to_cart(&buyer, *listing, *quantity).await, "fill a cart")?;
                }
                Ok::<_, Trouble>(())
            });
        }
        join_all(filling).await.into_iter().collect()
    }

    /// All that happens on a day, in the order of its times.
    fn acts<'t>(
        &mut self,
        town: &'t Town,
        day: u32,
        wishes: Vec<Wish>,
        keys: Vec<String>,
    ) -> Result<Vec<Act<'t>>, Trouble> {
        let mut keys = keys.into_iter();
        let mut planned: Vec<(u32, Act<'t>)> = Vec::new();
        for later in self.diary.remove(&day).unwrap_or_default() {
            let minute = self.chance.within(500, 1_380);
            let key = keys.next().unwrap_or_default();
            planned.push((minute, Box::pin(at(town, day, minute, do_later(&town.store, later, key)))));
        }
        for wish in wishes {
            let (minute, buyer) = (self.chance.within(560, 1_400), town.actor(wish.buyer)?);
            let key = keys.next().unwrap_or_default();
            planned.push((minute, Box::pin(at(town, day, minute, buy(&town.store, buyer, wish, key)))));
        }
        for present in PRESENTS.iter().filter(|present| present.day == day) {
            let (minute, giver) = (self.chance.within(500, 1_380), town.actor(present.from)?);
            let key = keys.next().unwrap_or_default();
            planned.push((minute, Box::pin(at(town, day, minute, give(&town.store, giver, present, key)))));
        }
        planned.sort_by_key(|(minute, _)| *minute);
        Ok(planned.into_iter().map(|(_, act)| act).collect())
    }

    /// Decides what becomes of new orders, and when.
    async fn note_orders(&mut self, town: &Town, day: u32, orders: &[OrderId]) -> Result<(), Trouble> {
        let views = town.store.orders_by_ids(orders).await.map_err(store::Error::from);
        let mut views = must(views, "look at orders")?;
        // The lines of a cart have no order that would be the same each time.
        views.sort_by(|one, other| one.seller_handle.cmp(&other.seller_handle));
        for view in views {
            let handles = (town.handle_of(view.order.buyer), town.handle_of(view.order.seller));
            let (Some(buyer), Some(seller)) = handles else { continue };
            if view.order.state != OrderState::Held {
                continue;
            }
            let order = view.order.id;
            let (buyer, seller) = (town.actor(buyer)?, town.actor(seller)?);
            let (soon, in_a_week) = (day + self.chance.within(1, 3), day + self.chance.within(2, 9));
            match self.chance.below(100) {
                0..9 => self.later(soon, Later::Cancel { seller, order }),
                9..66 => self.later(in_a_week, Later::Confirm { buyer, order }),
                // The rest waits for the timer.
                _ => {}
            }
        }
        Ok(())
    }

    fn note_present(
        &mut self,
        town: &Town,
        present: &'static Present,
        link: Option<(GiftId, String)>,
    ) -> Result<(), Trouble> {
        let Some((gift, code)) = link else { return Ok(()) };
        match present.way {
            Way::ClaimedBy(by, days) => {
                self.later(present.day + days, Later::Claim { by: town.actor(by)?, code });
            }
            Way::TakenBack(days) => {
                let giver = town.actor(present.from)?;
                self.later(present.day + days, Later::TakeBack { giver, gift });
            }
            Way::To(_) | Way::Waiting => {}
        }
        Ok(())
    }

    fn later(&mut self, day: u32, later: Later) {
        if day < DAYS {
            self.diary.entry(day).or_default().push(later);
        }
    }
}

/// Does something at its time.
async fn at<T>(town: &Town, day: u32, minute: u32, act: impl Future<Output = T>) -> T {
    town.go(day, minute);
    act.await
}

async fn buy(store: &Store, buyer: Actor, wish: Wish, key: String) -> Result<Came, Trouble> {
    let bought = match wish.lines.as_slice() {
        [(listing, quantity, price)] => {
            let bought = store.buy(&buyer, *listing, *quantity, *price, &key).await;
            may(bought, "buy")?.map(|order| vec![order])
        }
        lines => {
            let costs = lines.iter().filter_map(|(_, quantity, price)| price.checked_times(*quantity));
            let total = Tokens::checked_sum(costs).unwrap_or(Tokens::MAX_MOVED);
            may(store.checkout(&buyer, total, &key).await, "check out")?
        }
    };
    Ok(Came::Ordered(bought.unwrap_or_default()))
}

async fn give(store: &Store, giver: Actor, present: &'static Present, key: String) -> Result<Came, Trouble> {
    let amount = Tokens::whole(present.tokens);
    if let Way::To(to) = present.way {
        may(store.give_tokens(&giver, to, amount, present.message, &key).await, "give")?;
        return Ok(Came::Given(present, None));
    }
    let link = may(store.create_gift_link(&giver, amount, present.message, &key).await, "make a gift link")?;
    Ok(Came::Given(present, link.map(|(view, code)| (view.gift.id, code))))
}

async fn do_later(store: &Store, later: Later, key: String) -> Result<Came, Trouble> {
    match later {
        Later::Confirm { buyer, order } => {
            may(store.confirm_receipt(&buyer, order).await, "confirm").map(drop)?
        }
        Later::Cancel { seller, order } => {
            may(store.cancel_order(&seller, order).await, "cancel").map(drop)?
        }
        Later::Claim { by, code } => may(store.claim_gift(&by, &code, &key).await, "claim").map(drop)?,
        Later::TakeBack { giver, gift } => {
            may(store.cancel_gift(&giver, gift).await, "take back").map(drop)?
        }
    }
    Ok(Came::Nothing)
}
