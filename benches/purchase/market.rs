//! A market to buy in, opened through the store's verbs.

use std::error::Error;
use std::sync::Arc;

use domain::access::Actor;
use domain::id::{ListingId, UserId};
use domain::listing::ListingKind;
use domain::tokens::Tokens;
use domain::user::Channel;
use store::listings::NewListing;
use store::media::NoMedia;
use store::outbox::Mail;
use store::secrets::Secret;
use store::users::NewAccount;
use store::world::World;
use store::{Options, QueueSize, Store};

use benches::measure::{Cost, Meter};

/// How many people buy, and how many sell.
const BUYERS: usize = 512;
const SELLERS: usize = 64;

/// The price of everything.
pub(crate) const PRICE: Tokens = Tokens::whole(3);

/// A market with buyers who hold plenty.
pub(crate) struct Market {
    store: Store,
    buyers: Vec<Actor>,
    listings: Vec<(ListingId, UserId)>,
}

/// The people and things of a market, for the hand-written loop.
pub(crate) struct People {
    /// Who buys.
    pub(crate) buyers: Vec<UserId>,
    /// What is bought from whom.
    pub(crate) listings: Vec<(ListingId, UserId)>,
}

impl Market {
    /// Opens a fresh database and fills it.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        let world = World::system();
        let store = Store::open(Options {
            url: url.to_owned(),
            market: domain::market::Market::default(),
            secret: Secret::new(world.random()),
            world,
            media: Arc::new(NoMedia),
            readers: 2,
            queue: QueueSize::default(),
            mail: Mail::Off,
        })
        .await?;
        let staff = store.add_vendor(&Actor::System, "bench-vendor").await?;
        let staff = sign_in(&store, &staff.account_key).await?;
        let buyers = people(&store, BUYERS).await?;
        for (actor, handle) in &buyers {
            let amount = Tokens::whole(1_000_000);
            store.grant_tokens(&staff, handle, amount, "to buy with", handle).await?;
            let _ = actor;
        }
        let mut listings = Vec::new();
        for (actor, _) in people(&store, SELLERS).await? {
            let new = NewListing {
                title: "An hour of work".to_owned(),
                description: "To be bought again and again.".to_owned(),
                category: store.categories().all().first().ok_or("no category")?.id,
                kind: ListingKind::Service,
                price: PRICE,
                quantity: None,
                condition: None,
                tags: Vec::new(),
                images: Vec::new(),
                publish: true,
            };
            listings.push((store.list_item(&actor, new).await?.id, actor.user_id().ok_or("no seller")?));
        }
        Ok(Self { store, buyers: buyers.into_iter().map(|(actor, _)| actor).collect(), listings })
    }

    /// The same people and things, for whoever opens the file by hand.
    pub(crate) fn people(&self) -> People {
        People {
            buyers: self.buyers.iter().filter_map(Actor::user_id).collect(),
            listings: self.listings.clone(),
        }
    }

    /// Buys `count` times with so many callers at once, each waiting for its
    /// answer before it asks again.
    pub(crate) async fn run(
        &self,
        callers: usize,
        count: usize,
        meter: &Meter,
    ) -> Result<Cost, Box<dyn Error>> {
        let each = count / callers;
        let run = meter.begin();
        let mut tasks = Vec::new();
        for caller in 0..callers {
            let (store, listings) = (self.store.clone(), self.listings.clone());
            let buyer = *self.buyers.get(caller % self.buyers.len()).ok_or("no buyer")?;
            tasks.push(tokio::spawn(async move {
                for number in 0..each {
                    let (listing, _) = listings[(caller + number * 7) % listings.len()];
                    let key = format!("{caller}-{number}");
                    store.buy(&buyer, listing, 1, PRICE, &key).await?;
                }
                Ok::<(), store::Error>(())
            }));
        }
        for task in tasks {
            task.await??;
        }
        Ok(run.end(each * callers))
    }

    /// Closes the database.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

async fn people(store: &Store, count: usize) -> Result<Vec<(Actor, String)>, Box<dyn Error>> {
    let visitor = Actor::Visitor(None);
    let mut people = Vec::new();
    for _ in 0..count {
        let opened = store.open_account(&visitor, NewAccount::default(), Some(Channel::Api)).await?;
        let token = opened.session_token.ok_or("no session")?;
        let user = store.authenticate(&token).await?.ok_or("no user")?;
        people.push((Actor::User(user), opened.user.handle.to_string()));
    }
    Ok(people)
}

async fn sign_in(store: &Store, key: &str) -> Result<Actor, Box<dyn Error>> {
    let credentials = store::users::Credentials::AccountKey(key.to_owned());
    let token = store.sign_in(&Actor::Visitor(None), credentials, Channel::Api, None).await?.session_token;
    Ok(Actor::User(store.authenticate(&token).await?.ok_or("no staff")?))
}
