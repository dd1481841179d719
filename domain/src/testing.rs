//! A small market for tests of the rules: people and listings with names, and
//! balances and answers as short texts, so that a test is a table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::access::Role;
use crate::book::{Book, Change};
use crate::command::{Answer, Command, Fingerprint, KeyId, Outcome, Request};
use crate::fees::{FeeRule, FeeRules, FeeScope};
use crate::gift::{ClaimHash, GiftLink, Giving};
use crate::id::{CategoryId, FeeRuleId, GiftId, ListingId, Mint, OrderId, TopUpId, UserId};
use crate::ledger::account::{AccountId, AccountKind, Sums};
use crate::ledger::audit::{Audit, Finding, Totals};
use crate::ledger::chain::Seal;
use crate::listing::category::CategoryTree;
use crate::listing::{ListingKind, ListingState, Offered};
use crate::money::{Currency, TokenPrice};
use crate::order::purchase::{Basket, Terms, Wanted};
use crate::redemption::RedemptionChange;
use crate::refusal::Refusal;
use crate::text::{GiftMessage, Handle, IdempotencyKey, RuleName};
use crate::time::{Seconds, Timestamp};
use crate::tokens::{BasisPoints, Tokens};
use crate::topup::{Agreed, Channel, Method, Reference, TopUp, TopUpState};
use crate::user::{Grant, HandleChoice, Opening};

/// The people, each known by the place of the name.
pub(crate) const PEOPLE: [&str; 4] = ["wren", "finch", "robin", "heron"];

/// Name, seller, kind, state, price, pieces left.
type Offer = (&'static str, &'static str, ListingKind, ListingState, &'static str, Option<u32>);

/// What is on offer.
const OFFERS: [Offer; 9] = [
    ("chair", "wren", ListingKind::Goods, ListingState::Published, "20", Some(3)),
    ("lamp", "wren", ListingKind::Goods, ListingState::Published, "8", Some(1)),
    ("lesson", "wren", ListingKind::Service, ListingState::Published, "10", None),
    ("song", "robin", ListingKind::File, ListingState::Published, "5", None),
    ("poem", "heron", ListingKind::File, ListingState::Published, "4", None),
    ("draft", "wren", ListingKind::Goods, ListingState::Draft, "1", Some(1)),
    ("gone", "wren", ListingKind::Goods, ListingState::Withdrawn, "1", Some(1)),
    ("program", "wren", ListingKind::Software, ListingState::Published, "1", None),
    ("palace", "wren", ListingKind::Service, ListingState::Published, "1000000000", None),
];

/// When every scene begins.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_000_000);

pub(crate) fn user(name: &str) -> UserId {
    let place = PEOPLE.iter().position(|known| *known == name).expect("a person of the scene");
    UserId::new(Uuid::from_u128(u128::try_from(place + 1).unwrap()))
}

pub(crate) fn listing(name: &str) -> ListingId {
    let place = OFFERS.iter().position(|offer| offer.0 == name).expect("an offer of the scene");
    ListingId::new(Uuid::from_u128(u128::try_from(place + 100).unwrap()))
}

pub(crate) fn tokens(text: &str) -> Tokens {
    Tokens::parse(text).unwrap()
}

pub(crate) fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
}

/// A rule for everything, or for the person named.
pub(crate) fn rule(points: u16, seller: Option<&str>) -> FeeRule {
    FeeRule {
        id: FeeRuleId::new(Uuid::from_u128(u128::from(points))),
        name: RuleName::parse("Cut").unwrap(),
        scope: seller.map_or(FeeScope::Everything, |name| FeeScope::Seller(user(name))),
        basis_points: BasisPoints::new(points).unwrap(),
        fixed: Tokens::ZERO,
        minimum: None,
        maximum: None,
    }
}

/// A market on a Book, with its time.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) book: Book,
    pub(crate) now: Timestamp,
    requests: u8,
}

impl Scene {
    /// Everybody and everything on offer; 5 % for the vendor, 10 % of what
    /// robin sells, all of what heron sells.
    pub(crate) fn new() -> Self {
        let rules = vec![rule(1_000, Some("robin")), rule(10_000, Some("heron")), rule(500, None)];
        let mut book = Book::new(FeeRules::new(rules).unwrap(), Arc::new(CategoryTree::default()));
        for name in PEOPLE {
            book.load_user(handle(name), user(name));
        }
        for (name, seller, kind, state, price, quantity) in OFFERS {
            book.load_listing(Offered {
                id: listing(name),
                seller: user(seller),
                kind,
                state,
                category: CategoryId::new(1),
                title: name.to_owned(),
                price: tokens(price),
                quantity,
            });
        }
        Self { book, now: BEGINNING, requests: 0 }
    }

    /// A scene in which people hold this: "finch promo 50, finch earned 3".
    pub(crate) fn with(balances: &str) -> Self {
        let mut scene = Self::new();
        for part in balances.split(", ").filter(|part| !part.is_empty()) {
            let (account, amount) = part.rsplit_once(' ').unwrap();
            let (name, kind) = account.split_once(' ').unwrap();
            let kind = AccountKind::ALL.into_iter().find(|known| known.name() == kind).expect(kind);
            let sums = Sums { debits: Tokens::ZERO, credits: tokens(amount) };
            let id = if name == "vendor" { AccountId::vendor(kind) } else { AccountId::of(user(name), kind) };
            scene.book.balances.load(id, sums);
        }
        scene
    }

    /// All that anybody holds, in the order of people and accounts; the
    /// supply is left out.
    pub(crate) fn balances(&self) -> String {
        let people =
            PEOPLE.into_iter().map(|name| (name, user(name).uuid())).chain([("vendor", Uuid::nil())]);
        let mut parts = Vec::new();
        for (name, owner) in people {
            for kind in AccountKind::ALL.into_iter().filter(|kind| !kind.name().contains(':')) {
                let balance = self.book.balances.balance(AccountId { owner, kind });
                if !balance.is_zero() {
                    parts.push(format!("{name} {} {balance}", kind.name()));
                }
            }
        }
        parts.join(", ")
    }

    fn mint(&mut self) -> Mint {
        self.requests += 1;
        Mint::new(self.now, [self.requests; 16])
    }

    /// Asks without a key.
    pub(crate) fn ask(&mut self, actor: Uuid, command: Command) -> Answer {
        let request = Request { command, actor, mint: self.mint(), key: None };
        self.book.execute(&request)
    }

    /// Asks under a key, as what was asked under it.
    pub(crate) fn ask_under(&mut self, key: &str, asked: &str, actor: UserId, command: Command) -> Answer {
        let key = KeyId::of(actor.uuid(), &IdempotencyKey::parse(key).unwrap());
        let key = Some((key, Fingerprint::of("test", &[asked])));
        let request = Request { command, actor: actor.uuid(), mint: self.mint(), key };
        self.book.execute(&request)
    }

    /// Buys "2 chair" at the price shown.
    pub(crate) fn buy(&mut self, buyer: &str, quantity: u32, what: &str, shown: Option<&str>) -> Answer {
        let command = buying(buyer, quantity, what, shown);
        self.ask(user(buyer).uuid(), command)
    }

    /// Puts "2 chair, 1 song" into a cart.
    pub(crate) fn fill_cart(&mut self, owner: &str, lines: &str) {
        let wanted = lines.split(", ").filter(|line| !line.is_empty()).map(|line| {
            let (quantity, what) = line.split_once(' ').unwrap();
            Wanted { listing: listing(what), quantity: quantity.parse().unwrap(), shown: None }
        });
        self.book.load_cart(user(owner), wanted.collect());
    }

    /// Buys the cart whose total was shown.
    pub(crate) fn checkout(&mut self, buyer: &str, shown: &str) -> Answer {
        let (buyer, basket) = (user(buyer), Basket::Cart { shown_total: tokens(shown) });
        self.ask(buyer.uuid(), Command::Purchase { buyer, basket, terms: terms() })
    }

    pub(crate) fn give(&mut self, giver: &str, to: &str, amount: Tokens) -> Answer {
        let giving = Giving { to: handle(to), amount, message: GiftMessage::parse("").unwrap() };
        self.ask(user(giver).uuid(), Command::Give { giver: user(giver), giving })
    }

    pub(crate) fn link(&mut self, giver: &str, amount: Tokens, code: u8) -> Answer {
        let (message, lasts) = (GiftMessage::parse("").unwrap(), Seconds::new(60));
        let link = GiftLink { amount, message, claim: ClaimHash([code; 32]), lasts };
        self.ask(user(giver).uuid(), Command::CreateGiftLink { giver: user(giver), link })
    }

    pub(crate) fn claim(&mut self, by: &str, code: u8) -> Answer {
        self.ask(user(by).uuid(), Command::ClaimGift { by: user(by), claim: ClaimHash([code; 32]) })
    }

    pub(crate) fn grant(&mut self, to: &str, amount: Tokens) -> Answer {
        let reason = crate::text::GrantReason::parse("why").unwrap();
        self.ask(Uuid::from_u128(999), Command::Grant(Grant { to: handle(to), amount, reason }))
    }

    pub(crate) fn open(&mut self, choice: HandleChoice, welcome: &str) -> Answer {
        let opening = Opening {
            handle: choice,
            account_key_hash: [1; 32],
            passphrase_hash: None,
            role: Role::User,
            welcome: tokens(welcome),
            welcome_lasts: Some(Seconds::new(1_000)),
            session: None,
            handover: None,
        };
        self.ask(Uuid::nil(), Command::OpenAccount(opening))
    }

    /// How many pieces of a listing are left.
    pub(crate) fn left(&self, what: &str) -> Option<u32> {
        self.book.listing(listing(what)).unwrap().quantity
    }

    /// What the audit says of all that was written since the scene began;
    /// only for scenes that began without balances.
    pub(crate) fn audit(&self) -> Result<Totals, Finding> {
        let mut audit = Audit::default();
        let (mut seal, mut touched) = (Seal::GENESIS, BTreeSet::new());
        for (sequence, transaction) in (1..).zip(&self.book.written.transactions) {
            seal = seal.next(sequence, transaction);
            audit.transaction(sequence, transaction, seal)?;
            touched
                .extend(transaction.transfers.iter().flat_map(|transfer| [transfer.debit, transfer.credit]));
        }
        touched.extend(AccountKind::ALL.into_iter().filter(|kind| !kind.is_users()).map(AccountId::vendor));
        for account in touched {
            audit.account(account, self.book.balances.sums(account))?;
        }
        let (mut orders, mut gifts): (BTreeMap<OrderId, _>, BTreeMap<GiftId, _>) = Default::default();
        let (mut batches, mut redemptions) = (BTreeMap::new(), BTreeMap::new());
        for change in &self.book.written.changes {
            match change {
                Change::LotMade(lot) => audit.lot(lot)?,
                Change::OrderMade(order) => {
                    let is_held = order.state == crate::order::OrderState::Held;
                    orders.insert(order.id, (!is_held).then_some(order.at));
                }
                Change::GiftMade(gift) => _ = gifts.insert(gift.id, None),
                Change::OrderClosed { order, at, .. } => _ = orders.insert(*order, Some(*at)),
                Change::GiftClosed { gift, at, .. } => _ = gifts.insert(*gift, Some(*at)),
                Change::VouchersIssued { batch, vouchers } => {
                    let all = vouchers.iter().map(|voucher| (*voucher, None));
                    batches.insert(batch.id, (batch.clone(), all.collect::<Vec<_>>()));
                }
                Change::VoucherClosed { voucher, state, at } => {
                    let all = batches.values_mut().flat_map(|(_, vouchers)| vouchers);
                    let mut closed = all.filter(|(known, _)| known.id == *voucher);
                    let (known, closed_at) = closed.next().expect("a voucher that was issued");
                    (known.state, *closed_at) = (*state, Some(*at));
                }
                Change::Redemption(change) => match change.as_ref() {
                    RedemptionChange::Asked { redemption, .. } => {
                        redemptions.insert(redemption.id, None);
                    }
                    RedemptionChange::Moved { redemption, at, .. } => {
                        redemptions.insert(redemption.id, (!redemption.state.is_open()).then_some(*at));
                    }
                    RedemptionChange::Agreed { .. } => {}
                },
                _ => {}
            }
        }
        for (order, closed_at) in orders {
            audit.order(self.book.order(order).unwrap(), closed_at)?;
        }
        for (gift, closed_at) in gifts {
            audit.gift(self.book.gift(gift).unwrap(), closed_at)?;
        }
        for (batch, vouchers) in batches.values() {
            audit.vouchers(batch, vouchers)?;
        }
        for (redemption, closed_at) in redemptions {
            audit.redemption(self.book.redemptions.get(redemption).unwrap(), closed_at)?;
        }
        audit.finish()
    }
}

/// A card top-up that nobody has paid yet; one token costs a cent.
pub(crate) fn top_up(who: &str, amount: &str, bonus: &str) -> TopUp {
    let price = TokenPrice::from_micros(10_000).unwrap();
    let amount = tokens(amount);
    let due = price.due(amount, Currency::USD).unwrap();
    TopUp {
        id: TopUpId::new(Uuid::from_u128(7_000)),
        reference: Reference::draw(1),
        user: user(who),
        channel: Channel::Web,
        method: Method::Card,
        state: TopUpState::Submitted,
        agreed: Agreed { tokens: amount, bonus: tokens(bonus), due, price, bundle: None },
        card: None,
        credited: Tokens::ZERO,
        reversed: Tokens::ZERO,
        bonus_reversed: Tokens::ZERO,
        return_to: None,
        intent: None,
        created_by: user(who).uuid(),
        at: BEGINNING,
        expires_at: None,
        closed_at: None,
    }
}

pub(crate) fn terms() -> Terms {
    Terms { hold: Seconds::new(100) }
}

pub(crate) fn buying(buyer: &str, quantity: u32, what: &str, shown: Option<&str>) -> Command {
    let wanted = Wanted { listing: listing(what), quantity, shown: shown.map(tokens) };
    Command::Purchase { buyer: user(buyer), basket: Basket::One(wanted), terms: terms() }
}

/// An answer as a short text: "2 orders", "gift", "OUT_OF_STOCK 1".
pub(crate) fn told(answer: &Answer) -> String {
    let refusal = match answer {
        Ok(Outcome { top_up: Some(_), .. }) => return "top-up".to_owned(),
        Ok(Outcome { gift: Some(_), .. }) => return "gift".to_owned(),
        Ok(Outcome { voucher: Some(_), .. }) => return "voucher".to_owned(),
        Ok(Outcome { batch: Some(_), .. }) => return "batch".to_owned(),
        Ok(Outcome { redemption: Some(_), .. }) => return "redemption".to_owned(),
        Ok(Outcome { redemption_batch: Some(_), .. }) => return "redemptions".to_owned(),
        Ok(Outcome { user: Some(_), .. }) => return "user".to_owned(),
        Ok(Outcome { orders, .. }) => return format!("{} orders", orders.len()),
        Err(refusal) => refusal,
    };
    let code = refusal.code();
    match refusal {
        Refusal::InvalidInput { field, .. } => format!("{code} {field}"),
        Refusal::NotFound { what } => format!("{code} {what}"),
        Refusal::InsufficientTokens { balance, shortfall } => format!("{code} {balance} + {shortfall}"),
        Refusal::PriceChanged { now } => format!("{code} {now}"),
        Refusal::OutOfStock { left, .. } => format!("{code} {left}"),
        _ => code.to_owned(),
    }
}
