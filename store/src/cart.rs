//! Carts: what somebody means to buy, kept across sessions. A visitor's cart
//! is kept too, and joins the account at sign-in.

use domain::access::Actor;
use domain::id::{CartLineId, ListingId, VisitorId};
use domain::order::purchase::{LINES_MAX, check_offer, pieces_in_cart};
use domain::refusal::Refusal;
use domain::time::Seconds;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::listings::Listing;
use crate::tx::Link;

/// A visitor's cart is forgotten after this.
const VISITORS_CART_LASTS: Seconds = Seconds::days(30);

/// What lies in a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    /// The lines, oldest first.
    pub lines: Vec<CartLine>,
    /// What all of it costs.
    pub total: Tokens,
    /// What the owner can spend; nothing for visitors.
    pub balance: Tokens,
    /// How much is missing.
    pub shortfall: Tokens,
    /// What is left after buying; nothing if it does not suffice.
    pub balance_after: Tokens,
}

/// One listing in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// Which line.
    pub id: CartLineId,
    /// The listing as it is now.
    pub listing: Listing,
    /// How many.
    pub quantity: u32,
    /// The price of one when it was put in.
    pub price_shown: Tokens,
    /// The price of all of them now.
    pub total: Tokens,
    /// Whether that many can be bought now.
    pub is_available: bool,
}

struct Line {
    id: CartLineId,
    listing: ListingId,
    quantity: u32,
    price_shown: Tokens,
}

/// Whose cart.
#[derive(Clone, Copy)]
struct Owner {
    id: Uuid,
    is_visitor: bool,
}

impl Owner {
    /// Users have a cart, and visitors who brought a cookie.
    fn of(actor: &Actor) -> Result<Self, Refusal> {
        match actor {
            Actor::User(user) => Ok(Self { id: user.id.uuid(), is_visitor: false }),
            Actor::Visitor(Some(visitor)) => Ok(Self { id: visitor.uuid(), is_visitor: true }),
            Actor::Visitor(None) | Actor::System => Err(Refusal::NotSignedIn),
        }
    }
}

async fn load_lines(link: Link<'_>, owner: Uuid) -> Result<Vec<Line>, Fault> {
    let sql = "SELECT id, listing_id, quantity, price_shown FROM cart_lines WHERE owner_id = $1 ORDER BY id";
    link.rows(sql, vec![owner.into()], |row| {
        Ok(Line {
            id: row.id(CartLineId::new)?,
            listing: row.id(ListingId::new)?,
            quantity: row.count()?,
            price_shown: row.tokens()?,
        })
    })
    .await
}

impl Store {
    /// The asker's cart; an empty one for a visitor without a cookie.
    ///
    /// # Errors
    /// A fault only.
    pub async fn cart(&self, actor: &Actor) -> Result<Cart, Fault> {
        let Ok(owner) = Owner::of(actor) else { return Ok(Cart::default()) };
        let lines = load_lines(self.read(), owner.id).await?;
        let ids: Vec<ListingId> = lines.iter().map(|line| line.listing).collect();
        let mut listings = self.listings(&ids).await?.into_iter();
        let mut cart = Cart::default();
        for line in lines {
            // Listings come in the order of the lines; none is ever deleted.
            let listing = listings.next().ok_or(Fault::corrupt("find a listing in a cart"))?;
            let total = listing.price.checked_times(line.quantity).unwrap_or(Tokens::MAX_MOVED);
            let is_available = check_offer(&listing.offered(), actor.user_id(), line.quantity).is_ok();
            cart.total = cart.total.checked_add(total).unwrap_or(Tokens::MAX_MOVED);
            let (id, quantity, price_shown) = (line.id, line.quantity, line.price_shown);
            cart.lines.push(CartLine { id, listing, quantity, price_shown, total, is_available });
        }
        if let Some(user) = actor.user_id() {
            cart.balance = self.wallet(user).await?.to_spend();
        }
        cart.shortfall = cart.total.saturating_sub(cart.balance);
        cart.balance_after = cart.balance.saturating_sub(cart.total);
        Ok(cart)
    }

    /// How many pieces lie in the asker's cart.
    ///
    /// # Errors
    /// A fault only.
    pub async fn cart_count(&self, actor: &Actor) -> Result<u32, Fault> {
        let Ok(owner) = Owner::of(actor) else { return Ok(0) };
        let sql = "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM cart_lines WHERE owner_id = $1";
        Ok(self.read().row(sql, vec![owner.id.into()], |row| row.count()).await?.unwrap_or(0))
    }

    /// Puts a listing into the asker's cart; more of one that is in it
    /// already. Precedence: whose cart, then as for [`check_offer`], then the
    /// number of lines.
    ///
    /// # Errors
    /// In that precedence.
    pub async fn add_to_cart(&self, actor: &Actor, id: ListingId, quantity: u32) -> Done<Cart> {
        let owner = Owner::of(actor)?;
        let listing = self.find_listing(actor, id).await?.ok_or(Refusal::missing("listing"))?;
        let lines = load_lines(self.read(), owner.id).await?;
        let there = lines.iter().find(|line| line.listing == id);
        let sum = pieces_in_cart(listing.kind, there.map_or(0, |line| line.quantity), quantity);
        check_offer(&listing.offered(), actor.user_id(), sum)?;
        if there.is_none() && lines.len() >= LINES_MAX {
            return Err(Refusal::TooMany { what: "different things in one cart".into(), limit: 50 }.into());
        }
        let mint = self.0.world.mint();
        let values = vec![
            Value::from(mint.uuid(0)),
            owner.id.into(),
            id.uuid().into(),
            i64::from(sum).into(),
            listing.price.units().into(),
            mint.at().millis().into(),
            i16::from(owner.is_visitor).into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "INSERT INTO cart_lines \
                         (id, owner_id, listing_id, quantity, price_shown, added_at, is_visitors) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id, listing_id) \
                         DO UPDATE SET quantity = excluded.quantity, price_shown = excluded.price_shown";
                    Ok(link.change(sql, values).await?)
                })
            })
            .await?;
        Ok(self.cart(actor).await?)
    }

    /// Sets how many of a line are wanted; none removes it. Precedence: whose
    /// cart, not there, then as for [`check_offer`].
    ///
    /// # Errors
    /// In that precedence.
    pub async fn set_cart_quantity(&self, actor: &Actor, id: CartLineId, quantity: u32) -> Done<Cart> {
        if quantity == 0 {
            return self.remove_from_cart(actor, id).await;
        }
        let owner = Owner::of(actor)?;
        let lines = load_lines(self.read(), owner.id).await?;
        let line = lines.iter().find(|line| line.id == id).ok_or(Refusal::missing("line in your cart"))?;
        let listing = self.find_listing(actor, line.listing).await?.ok_or(Refusal::missing("listing"))?;
        check_offer(&listing.offered(), actor.user_id(), quantity)?;
        let price = listing.price.units();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE cart_lines SET quantity = $1, price_shown = $2 WHERE id = $3 AND owner_id = $4";
                    let values = vec![i64::from(quantity).into(), price.into(), id.uuid().into(), owner.id.into()];
                    Ok(link.change(sql, values).await?)
                })
            })
            .await?;
        Ok(self.cart(actor).await?)
    }

    /// Takes a line out of the asker's cart.
    ///
    /// # Errors
    /// `NotSignedIn` for nobody's cart, then `NotFound`.
    pub async fn remove_from_cart(&self, actor: &Actor, id: CartLineId) -> Done<Cart> {
        let owner = Owner::of(actor)?;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "DELETE FROM cart_lines WHERE id = $1 AND owner_id = $2";
                    match link.change(sql, vec![id.uuid().into(), owner.id.into()]).await? {
                        1 => Ok(()),
                        _ => Err(Error::from(Refusal::missing("line in your cart"))),
                    }
                })
            })
            .await?;
        Ok(self.cart(actor).await?)
    }

    /// Moves a visitor's cart into the asker's, at sign-in. What is in
    /// both keeps the account's number.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn join_cart(&self, actor: &Actor, visitor: VisitorId) -> Done<()> {
        let user = actor.signed_in()?;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    // Own listings are left behind: nobody buys from themselves.
                    let sql = "DELETE FROM cart_lines WHERE owner_id = $1 AND (listing_id IN \
                               (SELECT listing_id FROM cart_lines WHERE owner_id = $2) OR listing_id IN \
                               (SELECT id FROM listings WHERE seller_id = $2))";
                    let both = || vec![visitor.uuid().into(), user.id.uuid().into()];
                    link.change(sql, both()).await?;
                    let room = LINES_MAX.saturating_sub(load_lines(link, user.id.uuid()).await?.len());
                    let sql = format!(
                        "UPDATE cart_lines SET owner_id = $2, is_visitors = 0 WHERE id IN \
                         (SELECT id FROM cart_lines WHERE owner_id = $1 ORDER BY id LIMIT {room})"
                    );
                    link.change(sql, both()).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Forgets visitors' carts that have lain too long. Returns how many lines.
    ///
    /// # Errors
    /// A fault only.
    pub async fn forget_carts(&self) -> Done<u64> {
        let lasts = i64::from(VISITORS_CART_LASTS.get()) * 1_000;
        let before = self.0.world.now().millis() - lasts;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "DELETE FROM cart_lines WHERE is_visitors = 1 AND added_at < $1";
                    Ok(link.change(sql, vec![before.into()]).await?)
                })
            })
            .await
    }
}
