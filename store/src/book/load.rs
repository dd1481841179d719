//! Loading a Book. On PostgreSQL rows are locked as they are read, always in
//! this order: carts, orders, gifts, top-ups, vouchers, redemptions, listings, accounts;
//! within a table by key.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use domain::book::{Book, Remembered};
use domain::command::{Command, Fingerprint, KeyId, Needs, Request};
use domain::fees::FeeRules;
use domain::gift::{ClaimHash, Gift, GiftState};
use domain::id::{CategoryId, FeeRuleId, GiftId, ListingId, OfferId, OrderId, UserId};
use domain::ledger::account::{AccountId, AccountKind, Sums};
use domain::listing::category::CategoryTree;
use domain::listing::{ListingKind, ListingState, Offered};
use domain::order::purchase::Wanted;
use domain::order::{Order, OrderLine, OrderMoney, OrderState};
use domain::text::{GiftMessage, Handle};
use sea_orm::Value;
use uuid::Uuid;

use crate::book::{disputes, lots, top_ups};
use crate::error::Fault;
use crate::licences::load;
use crate::tx::{Columns, Link, ids};
use crate::{desk, fees, redemptions, reviews, vouchers};

/// A Book with the rows that `requests` need, and the accounts that exist.
pub(crate) struct Loaded {
    pub(crate) book: Book,
    pub(crate) accounts: HashSet<AccountId>,
}

/// Loads what `requests` need. `standard` are the fee rules of a vendor who
/// has set none.
pub(crate) async fn load(
    link: Link<'_>,
    requests: &[Request],
    tree: Arc<CategoryTree>,
    standard: &FeeRules,
) -> Result<Loaded, Fault> {
    let mut needs = Needs::default();
    requests.iter().for_each(|request| needs.add(request));
    let has_purchase = requests.iter().any(|request| match &request.command {
        Command::Purchase { .. } => true,
        Command::Licence(asked) => asked.is_purchase(),
        _ => false,
    });
    let rules = match has_purchase {
        true => fees::load_rules(link).await?.unwrap_or_else(|| standard.clone()),
        false => standard.clone(),
    };
    let mut book = Book::new(rules, tree);
    load_keys(link, &mut book, &needs).await?;
    load_handles(link, &mut book, &needs).await?;
    load_carts(link, &mut book, &needs).await?;
    load_orders(link, &mut book, &needs).await?;
    load_gifts(link, &mut book, &needs).await?;
    top_ups::load(link, &mut book, &needs).await?;
    desk::load(link, &mut book, &needs).await?;
    vouchers::load(link, &needs).await?.into_iter().for_each(|voucher| book.vouchers.load(voucher));
    redemptions::load(link, &mut book, &needs).await?;
    load::load_offers(link, &mut book, &needs).await?;
    reviews::load(link, &mut book, &needs).await?;
    load_listings(link, &mut book, &needs).await?;
    let accounts = load_accounts(link, &mut book, &needs).await?;
    // After the accounts are locked: of two who rent at once for one account,
    // the second sees the first's licence.
    load::load(link, &mut book, &needs).await?;
    // After the accounts are locked: a dispute that another server opens
    // meanwhile waits for them too.
    disputes::load(link, &mut book, &needs).await?;
    lots::load(link, &mut book, &needs).await?;
    Ok(Loaded { book, accounts })
}

async fn load_keys(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = "SELECT id, fingerprint, answer FROM idempotency_keys WHERE id IN ({})";
    let keys = ids(needs.keys.iter().map(|key| key.uuid()));
    let rows = link.rows_in(sql, keys, |row| {
        let id = row.id(KeyId::from_uuid)?;
        let fingerprint = Fingerprint::from_bytes(row.hash()?);
        let answer = row.take_as("read a stored answer", |text: String| serde_json::from_str(&text).ok())?;
        Ok((id, Remembered { fingerprint, answer }))
    });
    rows.await?.into_iter().for_each(|(key, remembered)| book.load_key(key, remembered));
    Ok(())
}

async fn load_handles(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = "SELECT handle, id FROM users WHERE handle IN ({})";
    let keys = needs.handles.iter().map(|handle| Value::from(handle.as_str())).collect();
    let rows = link.rows_in(sql, keys, |row| Ok((handle(row)?, row.id(UserId::new)?)));
    rows.await?.into_iter().for_each(|(handle, id)| book.load_user(handle, id));
    Ok(())
}

/// A handle as it stands in the table. Reserved ones may stand there too: the
/// vendor gives them out.
pub(crate) fn handle(row: &mut Columns<'_>) -> Result<Handle, Fault> {
    row.take_as("read a handle", |text: String| serde_json::from_value(serde_json::Value::String(text)).ok())
}

async fn load_carts(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let lock = link.for_update();
    let sql = format!(
        "SELECT owner_id, listing_id, quantity FROM cart_lines WHERE owner_id IN ({{}}) ORDER BY owner_id, id{lock}"
    );
    let keys = ids(needs.carts.iter().map(|user| user.uuid()));
    let rows = link.rows_in(&sql, keys, |row| {
        let owner = row.id(UserId::new)?;
        Ok((owner, Wanted { listing: row.id(ListingId::new)?, quantity: row.count()?, shown: None }))
    });
    let mut carts: HashMap<UserId, Vec<Wanted>> = HashMap::new();
    for (owner, wanted) in rows.await? {
        carts.entry(owner).or_default().push(wanted);
    }
    carts.into_iter().for_each(|(owner, lines)| book.load_cart(owner, lines));
    Ok(())
}

/// The columns that [`read_order`] reads.
pub(crate) const ORDER_COLUMNS: &str = "id, buyer_id, seller_id, state, total, fee, held_promo, held_spendable, \
     held_earned, held_fee, release_at, created_at";

/// An order without its lines.
pub(crate) fn read_order(row: &mut Columns<'_>) -> Result<Order, Fault> {
    Ok(Order {
        id: row.id(OrderId::new)?,
        buyer: row.id(UserId::new)?,
        seller: row.id(UserId::new)?,
        state: row.take_as("read an order's state", OrderState::from_number)?,
        money: OrderMoney {
            total: row.tokens()?,
            fee: row.tokens()?,
            held: row.split()?,
            held_fee: row.tokens()?,
            release_at: row.time()?,
        },
        at: row.time()?,
        lines: Vec::new(),
    })
}

/// The lines of these orders, in their order.
pub(crate) async fn order_lines(
    link: Link<'_>,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<HashMap<OrderId, Vec<OrderLine>>, Fault> {
    let sql = "SELECT order_id, listing_id, title, kind, quantity, unit_price, total, fee, fee_rule_id, \
               fee_explanation, offer_id FROM order_lines WHERE order_id IN ({}) ORDER BY order_id, line";
    let rows = link.rows_in(sql, ids(orders.into_iter().map(OrderId::uuid)), |row| {
        let order = row.id(OrderId::new)?;
        let line = OrderLine {
            listing: row.id(ListingId::new)?,
            title: row.take()?,
            kind: row.take_as("read a listing's kind", ListingKind::from_number)?,
            quantity: row.count()?,
            unit_price: row.tokens()?,
            total: row.tokens()?,
            fee: row.tokens()?,
            fee_rule: row.id(FeeRuleId::new)?,
            fee_explanation: row.take()?,
            offer: row.id_optional(OfferId::new)?,
        };
        Ok((order, line))
    });
    let mut lines: HashMap<OrderId, Vec<OrderLine>> = HashMap::new();
    for (order, line) in rows.await? {
        lines.entry(order).or_default().push(line);
    }
    Ok(lines)
}

async fn load_orders(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let lock = link.for_update();
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE id IN ({{}}) ORDER BY id{lock}");
    let rows = link.rows_in(&sql, ids(needs.orders.iter().map(|id| id.uuid())), read_order).await?;
    let mut lines = order_lines(link, needs.orders.iter().copied()).await?;
    for mut order in rows {
        order.lines = lines.remove(&order.id).unwrap_or_default();
        book.load_order(order);
    }
    Ok(())
}

/// The columns that [`read_gift`] reads.
pub(crate) const GIFT_COLUMNS: &str = "id, giver_id, recipient_id, promo, spendable, earned, message, state, \
     claim_hash, created_at, expires_at";

/// A gift.
pub(crate) fn read_gift(row: &mut Columns<'_>) -> Result<Gift, Fault> {
    Ok(Gift {
        id: row.id(GiftId::new)?,
        giver: row.id(UserId::new)?,
        recipient: row.id_optional(UserId::new)?,
        split: row.split()?,
        message: row.take_as("read a message", |text: String| GiftMessage::parse(&text).ok())?,
        state: row.take_as("read a gift's state", GiftState::from_number)?,
        claim: row.hash_optional()?.map(ClaimHash),
        at: row.time()?,
        expires_at: row.time_optional()?,
    })
}

async fn load_gifts(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let lock = link.for_update();
    let by =
        |column: &str| format!("SELECT {GIFT_COLUMNS} FROM gifts WHERE {column} IN ({{}}) ORDER BY id{lock}");
    let by_id = ids(needs.gifts.iter().map(|id| id.uuid()));
    let by_code = needs.claims.iter().map(|claim| Value::from(claim.0.to_vec())).collect();
    for gift in link.rows_in(&by("id"), by_id, read_gift).await? {
        book.load_gift(gift);
    }
    for gift in link.rows_in(&by("claim_hash"), by_code, read_gift).await? {
        book.load_gift(gift);
    }
    Ok(())
}

async fn load_listings(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let in_orders = book.orders().flat_map(|order| order.lines.iter().map(|line| line.listing));
    let in_carts = book.carts().map(|wanted| wanted.listing);
    let wanted: BTreeSet<ListingId> = needs
        .listings
        .iter()
        .copied()
        .chain(in_carts)
        .chain(in_orders)
        .chain(book.holdings.listings())
        .collect();
    let lock = link.for_update();
    let sql = format!(
        "SELECT id, seller_id, kind, state, category_id, title, price, quantity \
         FROM listings WHERE id IN ({{}}) ORDER BY id{lock}"
    );
    let rows = link.rows_in(&sql, ids(wanted.into_iter().map(ListingId::uuid)), |row| {
        Ok(Offered {
            id: row.id(ListingId::new)?,
            seller: row.id(UserId::new)?,
            kind: row.take_as("read a listing's kind", ListingKind::from_number)?,
            state: row.take_as("read a listing's state", ListingState::from_number)?,
            category: CategoryId::new(row.take()?),
            title: row.take()?,
            price: row.tokens()?,
            quantity: row.count_optional()?,
        })
    });
    rows.await?.into_iter().for_each(|offered| book.load_listing(offered));
    Ok(())
}

/// Loads the accounts of everybody whom the batch may touch, and the vendor's
/// accounts with a floor if gifts or redemptions move. The other vendor accounts only
/// grow: nobody has to know their sums.
async fn load_accounts(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<HashSet<AccountId>, Fault> {
    let mut owners: BTreeSet<Uuid> = needs.users.iter().map(|user| user.uuid()).collect();
    owners.extend(book.users().map(UserId::uuid));
    owners.extend(book.listings().map(|offered| offered.seller.uuid()));
    owners.extend(book.orders().flat_map(|order| [order.buyer.uuid(), order.seller.uuid()]));
    owners.extend(book.gifts().map(|gift| gift.giver.uuid()));
    owners.extend(book.top_ups().map(|top_up| top_up.user.uuid()));
    owners.extend(book.redemptions.all().map(|redemption| redemption.user.uuid()));
    let lock = link.for_update();
    let read = |row: &mut Columns<'_>| {
        let owner = row.take()?;
        let kind = row.take_as("read an account's kind", AccountKind::from_number)?;
        Ok((AccountId { owner, kind }, Sums { debits: row.tokens()?, credits: row.tokens()? }))
    };
    let columns = "SELECT owner, kind, debits, credits FROM accounts WHERE";
    let sql = format!("{columns} owner IN ({{}}) ORDER BY owner, kind{lock}");
    let mut rows = link.rows_in(&sql, ids(owners), read).await?;
    let pending = [
        book.gifts().next().map(|_| AccountKind::Gifts),
        book.redemptions.all().next().map(|_| AccountKind::Payouts),
    ];
    for pending in pending.into_iter().flatten().map(AccountId::vendor) {
        let sql = format!("{columns} owner = $1 AND kind = $2{lock}");
        rows.extend(link.rows(sql, vec![pending.owner.into(), pending.kind.number().into()], read).await?);
    }
    let mut known = HashSet::new();
    for (account, sums) in rows {
        known.insert(account);
        book.balances.load(account, sums);
    }
    Ok(known)
}
