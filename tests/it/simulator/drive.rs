//! Doing the steps to the real store, and telling its answers and its state
//! in the model's words.

use std::collections::HashMap;
use std::future::poll_fn;
use std::task::Poll;

use domain::access::{Actor, Role, SignedIn};
use domain::id::{
    BundleId, GiftId, LicenceId, ListingId, OfferId, OrderId, RedemptionBatchId, RedemptionId, SessionId,
    TopUpId, UserId, VoucherBatchId,
};
use domain::listing::ListingKind;
use domain::refusal::Refusal;
use domain::tokens::Tokens;
use domain::topup::reversal::Refund;
use store::Done;
use store::error::Error;
use store::fees::FeeRuleInput;
use store::listings::{NewListing, Revision};
use store::tariff::BundleInput;
use store::users::NewAccount;
use tests::people::{FURNITURE, Market};
use uuid::Uuid;

use super::cards::{BUNDLES, Card};
use super::model::{Answer, STAFF};
use super::software::{Counting, Soft};
use super::step::{Fees, Number, Step};
use super::vouchers::Slip;

/// The market and who and what is in it, by number.
pub(super) struct Real {
    pub(super) market: Market,
    users: Vec<(UserId, String)>,
    listings: Vec<ListingId>,
    orders: Vec<OrderId>,
    gifts: Vec<(GiftId, Option<String>)>,
    top_ups: Vec<TopUpId>,
    pub(super) refunds: HashMap<TopUpId, Refund>,
    pub(super) bundles: Vec<BundleId>,
    pub(super) batches: Vec<VoucherBatchId>,
    pub(super) codes: Vec<String>,
    /// The offers of each program.
    pub(super) offers: Vec<Vec<OfferId>>,
    pub(super) licences: Vec<LicenceId>,
    pub(super) redemptions: Vec<RedemptionId>,
    /// The batches that the bank was told of.
    pub(super) bank_files: Vec<RedemptionBatchId>,
}

/// What came of asking for something that moves tokens.
pub(super) enum Made {
    Orders(Vec<OrderId>),
    Gift(GiftId, Option<String>),
    User(UserId),
    TopUp(TopUpId),
    Refund(TopUpId, Option<Refund>),
    /// A grant of this licence was taken back.
    Back(LicenceId),
    /// What needs no number.
    Told(String),
}

pub(super) fn units(units: i64) -> Tokens {
    Tokens::from_units(units).expect("the model deals in amounts from nothing up")
}

/// A refusal in the model's words.
fn told(refusal: &Refusal) -> String {
    let code = refusal.code();
    match refusal {
        Refusal::InvalidInput { field, .. } => format!("{code} {field}"),
        Refusal::NotFound { what } => format!("{code} {what}"),
        Refusal::InsufficientTokens { balance, shortfall } => {
            format!("{code} {} {}", balance.units(), shortfall.units())
        }
        Refusal::PriceChanged { now } => format!("{code} {}", now.units()),
        Refusal::OutOfStock { left, .. } => format!("{code} {left}"),
        Refusal::Denied { verdict } => format!("{code} {}", verdict.code()),
        _ => code.to_owned(),
    }
}

impl Real {
    pub(super) fn new(market: Market) -> Self {
        let (users, listings, orders, gifts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (top_ups, refunds) = (Vec::new(), HashMap::new());
        let (bundles, batches, codes) = (Vec::new(), Vec::new(), Vec::new());
        let (offers, licences) = (Vec::new(), Vec::new());
        let (redemptions, bank_files) = (Vec::new(), Vec::new());
        Self {
            market,
            users,
            listings,
            orders,
            gifts,
            top_ups,
            refunds,
            bundles,
            batches,
            codes,
            offers,
            licences,
            redemptions,
            bank_files,
        }
    }

    /// The vendor puts bundles on offer before anything else happens.
    pub(super) async fn offer_bundles(&mut self) {
        let id = UserId::new(Uuid::from_u128(0x57AF));
        let vendor = Actor::User(SignedIn { id, role: Role::Staff, session: SessionId::new(Uuid::nil()) });
        let bundle = |(tokens, bonus, cents): (i64, i64, i64)| BundleInput {
            tokens: units(tokens * 10_000),
            bonus: units(bonus * 10_000),
            amount: format!("{}.{:02}", cents / 100, cents % 100),
        };
        let set = self.market.store.set_bundles(&vendor, BUNDLES.map(bundle).to_vec(), None).await;
        self.bundles = set.expect("the vendor may").bundles.iter().map(|bundle| bundle.id).collect();
    }

    /// Does a step; `shown` is the price or total that the asker names.
    pub(super) async fn take(&mut self, step: &Step, shown: i64) -> Answer {
        match self.done(step, shown).await {
            Ok(answer) => Ok(answer),
            Err(Error::Refused(refusal)) => Err(told(&refusal)),
            Err(Error::Failed(fault)) => panic!("{step:?}: {fault}"),
        }
    }

    pub(super) fn actor(&self, user: Number) -> Actor {
        let role = if user < STAFF { Role::Staff } else { Role::User };
        Actor::User(SignedIn { id: self.users[user].0, role, session: SessionId::new(Uuid::nil()) })
    }

    pub(super) fn listing(&self, number: Number) -> ListingId {
        self.listings.get(number).copied().unwrap_or(ListingId::new(Uuid::max()))
    }

    pub(super) fn order(&self, number: Number) -> OrderId {
        self.orders.get(number).copied().unwrap_or(OrderId::new(Uuid::max()))
    }

    pub(super) fn top_up(&self, number: Number) -> TopUpId {
        self.top_ups.get(number).copied().unwrap_or(TopUpId::new(Uuid::max()))
    }

    fn gift(&self, number: Number) -> GiftId {
        self.gifts.get(number).map_or(GiftId::new(Uuid::max()), |(id, _)| *id)
    }

    /// A gift's code, or one that nobody was told.
    fn code(&self, number: Number) -> String {
        let known = self.gifts.get(number).and_then(|(_, code)| code.clone());
        known.unwrap_or_else(|| domain::code::write(&[9; 15]))
    }

    pub(super) fn told_orders(&mut self, orders: Vec<OrderId>) -> String {
        let mut words = Vec::new();
        for order in orders {
            if !self.orders.contains(&order) {
                self.orders.push(order);
            }
            let place = self.orders.iter().position(|known| *known == order);
            words.push(format!("order {}", place.expect("it was just put there")));
        }
        words.join(", ")
    }

    fn told_gift(&mut self, gift: GiftId, code: Option<String>) -> String {
        if !self.gifts.iter().any(|(known, _)| *known == gift) {
            self.gifts.push((gift, code));
        }
        let place = self.gifts.iter().position(|(known, _)| *known == gift);
        format!("gift {}", place.expect("it was just put there"))
    }

    pub(super) fn place_of(&self, user: UserId) -> Number {
        let place = self.users.iter().position(|(known, _)| *known == user);
        place.expect("a user who was opened")
    }

    fn told_user(&self, user: UserId) -> String {
        format!("user {}", self.place_of(user))
    }

    /// A top-up by its number, which a new one gets.
    pub(super) fn told_top_up(&mut self, id: TopUpId) -> String {
        if !self.top_ups.contains(&id) {
            self.top_ups.push(id);
        }
        let place = self.top_ups.iter().position(|known| *known == id);
        format!("top-up {}", place.expect("it was just put there"))
    }

    async fn done(&mut self, step: &Step, shown: i64) -> Done<String> {
        let store = self.market.store.clone();
        Ok(match step {
            Step::Open { .. } | Step::List { .. } | Step::Reprice { .. } | Step::Withdraw { .. } => {
                self.list_and_open(step).await?
            }
            Step::AddToCart { by, listing, quantity } => {
                let cart = store.add_to_cart(&self.actor(*by), self.listing(*listing), *quantity).await?;
                format!("cart of {}", cart.lines.len())
            }
            Step::SetFees { by, fees } => {
                store.set_fee_rules(&self.actor(*by), self.rules(*fees)).await?;
                "set".to_owned()
            }
            Step::ReleaseDue => format!("released {}", store.release_due(&Actor::System, 1_000).await?),
            Step::ReturnDue => format!("returned {}", store.return_due(&Actor::System, 1_000).await?),
            Step::Card(step @ (Card::Ask { .. } | Card::Tell { .. } | Card::EndRefund { .. })) => {
                self.pay_by_card(step).await?
            }
            Step::Desk(step) if step.is_asked_alone() => self.order_at_desk(step).await?,
            Step::Redeem(step) if step.is_asked_alone() => self.ask_money(step).await?,
            Step::Slip(step @ (Slip::Issue { .. } | Slip::ExpirePromo)) => self.print(step).await?,
            Step::Soft(step) if !matches!(step, Soft::Refund { .. } | Soft::Count(Counting { .. })) => {
                self.sell(step, shown).await?
            }
            _ => {
                let made = self.ask(step, shown).await?;
                self.tell(made)
            }
        })
    }

    /// Asks for something that moves tokens; what comes of it is still to be
    /// told, so that many may ask at once.
    async fn ask(&self, step: &Step, shown: i64) -> Done<Made> {
        let store = &self.market.store;
        Ok(match step {
            Step::Checkout { by, key, .. } => {
                Made::Orders(store.checkout(&self.actor(*by), units(shown), key).await?)
            }
            Step::Buy { by, listing, quantity, key, .. } => {
                let (actor, listing) = (self.actor(*by), self.listing(*listing));
                Made::Orders(vec![store.buy(&actor, listing, *quantity, units(shown), key).await?])
            }
            Step::Confirm { by, order } => {
                Made::Orders(vec![store.confirm_receipt(&self.actor(*by), self.order(*order)).await?])
            }
            Step::Cancel { by, order } => {
                Made::Orders(vec![store.cancel_order(&self.actor(*by), self.order(*order)).await?])
            }
            Step::Grant { by, to, units: amount, key } => Made::User(
                store.grant_tokens(&self.actor(*by), to, units(*amount), "a reason", key).await?.id,
            ),
            Step::Card(Card::Refund { by, top_up }) => self.ask_refund(*by, *top_up).await?,
            Step::Desk(step) => self.ask_desk(step).await?,
            Step::Slip(step) => self.ask_slip(step).await?,
            Step::Redeem(step) => self.ask_redemption(step).await?,
            Step::Soft(step) => self.ask_soft(step).await?,
            _ => self.ask_for_gift(step).await?,
        })
    }

    /// Asks for many things at once; the writer gets them in this order.
    pub(super) async fn take_together(&mut self, steps: &[(Step, i64)]) -> Vec<Answer> {
        let mut asking: Vec<_> =
            steps.iter().map(|(step, shown)| Some(Box::pin(self.ask(step, *shown)))).collect();
        let mut made: Vec<Option<Done<Made>>> = steps.iter().map(|_| None).collect();
        poll_fn(|context| {
            for (asking, made) in asking.iter_mut().zip(&mut made) {
                let Some(call) = asking else { continue };
                if let Poll::Ready(done) = call.as_mut().poll(context) {
                    (*asking, *made) = (None, Some(done));
                }
            }
            if asking.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        drop(asking);
        let told = |done| match done {
            Ok(made) => Ok(self.tell(made)),
            Err(Error::Refused(refusal)) => Err(told(&refusal)),
            Err(Error::Failed(fault)) => panic!("{steps:?}: {fault}"),
        };
        made.into_iter().flatten().map(told).collect()
    }

    fn tell(&mut self, made: Made) -> String {
        match made {
            Made::Orders(orders) => self.told_orders(orders),
            Made::Gift(gift, code) => self.told_gift(gift, code),
            Made::User(user) => self.told_user(user),
            Made::TopUp(top_up) => self.told_top_up(top_up),
            Made::Refund(top_up, refund) => {
                self.refunds.extend(refund.map(|refund| (top_up, refund)));
                self.told_top_up(top_up)
            }
            Made::Back(licence) => format!("back on licence {}", self.told_licence(licence)),
            Made::Told(told) => told,
        }
    }

    async fn list_and_open(&mut self, step: &Step) -> Done<String> {
        let store = self.market.store.clone();
        Ok(match step {
            Step::Open { handle } => {
                let new = NewAccount { handle: Some(handle.clone()), ..NewAccount::default() };
                let opened = store.open_account(&Actor::Visitor(None), new, None).await?;
                self.users.push((opened.user.id, handle.clone()));
                self.told_user(opened.user.id)
            }
            Step::Reprice { by, listing, tokens } => {
                let revision = Revision { price: Some(units(tokens * 10_000)), ..Revision::default() };
                store.revise_listing(&self.actor(*by), self.listing(*listing), revision).await?;
                format!("listing {listing}")
            }
            Step::Withdraw { by, listing } => {
                store.withdraw_listing(&self.actor(*by), self.listing(*listing)).await?;
                format!("listing {listing}")
            }
            Step::List { by, kind, tokens, quantity, publish } => {
                let actor = self.actor(*by);
                let is_file = *kind == ListingKind::File;
                let new = NewListing {
                    title: format!("Thing {}", self.listings.len()),
                    description: String::new(),
                    category: FURNITURE,
                    kind: *kind,
                    price: units(tokens * 10_000),
                    quantity: *quantity,
                    condition: None,
                    tags: vec![],
                    images: vec![],
                    publish: *publish && !is_file,
                };
                let listing = store.list_item(&actor, new).await?.id;
                if is_file {
                    let path = store.spool();
                    std::fs::write(&path, "bytes").expect("the spool can be written");
                    store.attach_file(&actor, listing, "file", path).await?;
                }
                if is_file && *publish {
                    store.publish_listing(&actor, listing).await?;
                }
                self.listings.push(listing);
                format!("listing {}", self.listings.len() - 1)
            }
            other => panic!("{other:?} is no such step"),
        })
    }

    async fn ask_for_gift(&self, step: &Step) -> Done<Made> {
        let store = &self.market.store;
        Ok(match step {
            Step::Give { by, to, units: amount, key } => {
                let view = store.give_tokens(&self.actor(*by), to, units(*amount), "here", key).await?;
                Made::Gift(view.gift.id, None)
            }
            Step::MakeLink { by, units: amount, key } => {
                let (view, code) =
                    store.create_gift_link(&self.actor(*by), units(*amount), "come", key).await?;
                Made::Gift(view.gift.id, Some(code))
            }
            Step::Claim { by, gift, key } => {
                let view = store.claim_gift(&self.actor(*by), &self.code(*gift), key).await?;
                Made::Gift(view.gift.id, None)
            }
            Step::TakeBack { by, gift } => {
                Made::Gift(store.cancel_gift(&self.actor(*by), self.gift(*gift)).await?.gift.id, None)
            }
            other => panic!("{other:?} is no such step"),
        })
    }

    fn rules(&self, fees: Fees) -> Vec<FeeRuleInput> {
        let rule = |name: &str, seller, basis_points, fixed, least: i64| FeeRuleInput {
            name: name.to_owned(),
            category: None,
            seller,
            basis_points,
            fixed: units(fixed),
            minimum: (least > 0).then(|| units(least)),
            maximum: None,
        };
        let seller = Some(self.users[fees.seller].1.clone());
        vec![
            rule("One seller", seller, fees.sellers_points, fees.sellers_fixed_units, 0),
            rule("The rest", None, fees.points, 0, fees.least_units),
        ]
    }

    /// The orders, gifts and top-ups so far.
    pub(super) fn made(&self) -> [Vec<Uuid>; 3] {
        [
            self.orders.iter().map(|order| order.uuid()).collect(),
            self.gifts.iter().map(|(gift, _)| gift.uuid()).collect(),
            self.top_ups.iter().map(|top_up| top_up.uuid()).collect(),
        ]
    }
}
