//! Taking in listings from elsewhere, many in one commit. Only the command
//! line does this.

use std::collections::{BTreeMap, HashMap};

use domain::access::{Actor, Role};
use domain::id::{CategoryId, ListingId, Mint, UserId};
use domain::listing::{Details, ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::text::{Description, Handle, Title};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;

use crate::Store;
use crate::book::load::handle;
use crate::error::{Done, Error, Fault};
use crate::feed;
use crate::secrets::{draw_account_key, hash_account_key};
use crate::sessions::role_number;
use crate::tx::{Link, insert, marks, row_marks};

/// A listing from elsewhere, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What it is called elsewhere: the same again is passed over.
    pub external_id: String,
    /// Its title.
    pub title: Title,
    /// Its description.
    pub description: Description,
    /// Its category here.
    pub category: CategoryId,
    /// What sort of thing.
    pub kind: ListingKind,
    /// The price of one unit.
    pub price: Tokens,
    /// How many there are; `None` if there is no end of them.
    pub quantity: Option<u32>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Who sells it; an account is made if there is none.
    pub seller: Handle,
    /// When it was listed.
    pub created_at: Timestamp,
    /// How many were sold elsewhere.
    pub sales: u32,
    /// The mean rating in hundredths.
    pub rating: Option<u16>,
}

impl Imported {
    /// Checks what the fields' own types cannot know.
    ///
    /// # Errors
    /// As for [`Details::check`].
    pub fn check(&self, price_step: Tokens) -> Result<(), Refusal> {
        let details = Details {
            title: self.title.clone(),
            description: self.description.clone(),
            category: self.category,
            kind: self.kind,
            price: self.price,
            quantity: self.quantity,
            condition: None,
            tags: self.tags.clone(),
        };
        details.check(price_step)
    }
}

impl Store {
    /// Takes in listings that were checked, all in one commit, and tells how
    /// many were new. At most a thousand at a time. Sellers without an account
    /// get one whose key nobody knows, and no welcome tokens.
    ///
    /// # Errors
    /// `Forbidden` for everybody but the program itself.
    pub async fn import_listings(&self, actor: &Actor, listings: Vec<Imported>) -> Done<u64> {
        actor.system()?;
        if listings.is_empty() {
            return Ok(0);
        }
        if listings.len() > 1_000 {
            return Err(Refusal::TooMany { what: "listings at once".into(), limit: 1_000 }.into());
        }
        let mint = self.0.world.mint();
        let mut sellers: BTreeMap<Handle, [u8; 32]> = BTreeMap::new();
        for listing in &listings {
            if !sellers.contains_key(&listing.seller) {
                let key = hash_account_key(&draw_account_key(&self.0.world))?;
                sellers.insert(listing.seller.clone(), key);
            }
        }
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let ids = find_sellers(link, &mint, sellers).await?;
                    insert_listings(link, &mint, listings, &ids).await.map_err(Error::from)
                })
            })
            .await
    }
}

/// The sellers' accounts, with those made that were not there.
async fn find_sellers(
    link: Link<'_>,
    mint: &Mint,
    sellers: BTreeMap<Handle, [u8; 32]>,
) -> Result<HashMap<Handle, UserId>, Fault> {
    let names: Vec<Value> = sellers.keys().map(|handle| Value::from(handle.as_str())).collect();
    let sql = format!("SELECT handle, id FROM users WHERE handle IN ({})", marks(0, names.len()));
    let found = link.rows(sql, names, |row| Ok((handle(row)?, row.id(UserId::new)?))).await?;
    let mut ids: HashMap<Handle, UserId> = found.into_iter().collect();
    let mut values: Vec<Value> = Vec::new();
    for (index, (handle, key)) in (0u32..).zip(sellers) {
        if ids.contains_key(&handle) {
            continue;
        }
        let id = UserId::new(mint.uuid(index));
        values.extend([
            Value::from(id.uuid()),
            handle.as_str().into(),
            role_number(Role::User).into(),
            key.to_vec().into(),
            mint.at().millis().into(),
        ]);
        ids.insert(handle, id);
    }
    insert(link, "users (id, handle, role, account_key_hash, created_at)", 5, values).await?;
    Ok(ids)
}

const WIDTH: usize = 15;

async fn insert_listings(
    link: Link<'_>,
    mint: &Mint,
    listings: Vec<Imported>,
    sellers: &HashMap<Handle, UserId>,
) -> Result<u64, Fault> {
    let mut values: Vec<Value> = Vec::with_capacity(listings.len() * WIDTH);
    let mut made = Vec::with_capacity(listings.len());
    for (index, listing) in (1_000u32..).zip(&listings) {
        let seller = sellers.get(&listing.seller).ok_or(Fault::bug("find the seller of a listing"))?;
        // The identity carries the time, so that old listings sort as old.
        let id = ListingId::new(Mint::new(listing.created_at, *mint.uuid(index).as_bytes()).uuid(0));
        let tags = serde_json::to_string(&listing.tags).map_err(|_| Fault::bug("write tags"))?;
        made.push(id);
        values.extend([
            Value::from(id.uuid()),
            seller.uuid().into(),
            listing.kind.number().into(),
            ListingState::Published.number().into(),
            listing.category.get().into(),
            listing.title.as_str().into(),
            listing.description.as_str().into(),
            listing.price.units().into(),
            listing.quantity.map(i64::from).into(),
            tags.into(),
            listing.external_id.as_str().into(),
            i64::from(listing.sales).into(),
            listing.rating.map(i64::from).into(),
            listing.created_at.millis().into(),
            mint.at().millis().into(),
        ]);
    }
    let rows = row_marks(0, WIDTH, values.len());
    let sql = format!(
        "INSERT INTO listings (id, seller_id, kind, state, category_id, title, description, price, quantity, tags, \
         external_id, sales, rating, created_at, revised_at) VALUES {rows} \
         ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING"
    );
    let inserted = link.change(sql, values).await?;
    let ids = crate::tx::ids(made.iter().map(|id| id.uuid()));
    let sql = format!("UPDATE listings SET published_at = created_at WHERE id IN ({})", marks(0, ids.len()));
    if link.change(sql, ids).await? > 0 {
        // A listing that was passed over is not there under its new identity;
        // the index finds nothing to change for it.
        feed::record(link, made.into_iter()).await?;
    }
    Ok(inserted)
}
