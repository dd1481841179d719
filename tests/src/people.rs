//! People who do things in a market, in words; over the store's verbs.

use std::sync::Arc;

use domain::access::{Actor, Role, SignedIn};
use domain::id::{CategoryId, ListingId, OrderId, SessionId, UserId};
use domain::ledger::audit::{Finding, Totals};
use domain::listing::ListingKind;
use domain::market::Market as Rules;
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use domain::tokens::Tokens;
use domain::user::Channel;
use store::listings::{NewListing, Revision};
use store::outbox::Mail;
use store::secrets::Secret;
use store::users::NewAccount;
use store::wallet::Wallet;
use store::world::World;
use store::{Done, Error, Options, QueueSize, Store};

use crate::databases::Base;
use crate::spool::Spool;

/// When every made market begins: 23 November 2026, 12:00 UTC.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_795_435_200_000);

/// A category of the first migration: Furniture.
pub const FURNITURE: CategoryId = CategoryId::new(101);

/// A market on a database of its own, whose time stands still until told.
pub struct Market {
    /// The database, for looking past the store.
    pub base: Base,
    /// The store.
    pub store: Store,
    /// Its time and randomness.
    pub world: World,
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    store: Store,
    /// Who they are.
    pub id: UserId,
    /// How the store knows them.
    pub actor: Actor,
    /// Their public name.
    pub handle: String,
    /// What they sign in with.
    pub account_key: String,
}

/// An amount, as people write it.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn tokens(text: &str) -> Tokens {
    Tokens::parse(text).expect("a test writes amounts well")
}

/// The refusal that a verb answered with.
///
/// # Panics
/// If it succeeded or failed.
pub fn refused<T>(done: Done<T>) -> Refusal {
    match done {
        Err(Error::Refused(refusal)) => refusal,
        Err(Error::Failed(fault)) => panic!("a refusal was expected, not the fault: {fault}"),
        Ok(_) => panic!("a refusal was expected, and it was done"),
    }
}

impl Market {
    /// A market under the standard rules.
    pub async fn on(base: Base) -> Self {
        Self::under(Rules::default(), base).await
    }

    /// A market under `rules`.
    pub async fn under(rules: Rules, base: Base) -> Self {
        let world = World::made(1, BEGINNING);
        let store = open(&base, rules, world.clone()).await;
        Self { base, store, world }
    }

    /// A market under `rules` that sends letters.
    pub async fn with_mail_under(rules: Rules, base: Base) -> Self {
        let world = World::made(1, BEGINNING);
        let store = open_with(&base, rules, world.clone(), Mail::On).await;
        Self { base, store, world }
    }

    /// A market under the standard rules that sends letters.
    pub async fn with_mail(base: Base) -> Self {
        let world = World::made(1, BEGINNING);
        let store = open_with(&base, Rules::default(), world.clone(), Mail::On).await;
        Self { base, store, world }
    }

    /// Somebody opens an account under a handle.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn person(&self, handle: &str) -> Person {
        Person::open(&self.store, handle).await
    }

    /// Somebody works for the vendor.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn staff(&self, handle: &str) -> Person {
        let opened = self.store.add_vendor(&Actor::System, handle).await.expect("the vendor adds staff");
        Person::of(&self.store, &opened)
    }

    /// Somebody with an account and as many granted tokens as that.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn person_with(&self, handle: &str, whole_tokens: u32) -> Person {
        let person = self.person(handle).await;
        self.grant(&person, whole_tokens).await;
        person
    }

    /// The vendor grants whole tokens.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn grant(&self, to: &Person, whole_tokens: u32) {
        let id = UserId::new(uuid::Uuid::from_u128(0x57AF));
        let session = SessionId::new(uuid::Uuid::nil());
        let vendor = Actor::User(SignedIn { id, role: Role::Staff, session });
        let key = blake3::Hash::from(self.world.random::<32>()).to_hex();
        let amount = Tokens::whole(whole_tokens);
        let granted = self.store.grant_tokens(&vendor, &to.handle, amount, "to begin with", &key).await;
        granted.expect("the vendor may grant");
    }

    /// Time goes on by `seconds`.
    pub fn pass(&self, seconds: u32) {
        self.world.set_now(self.world.now().after(Seconds::new(seconds)));
    }

    /// The audit's answer.
    ///
    /// # Panics
    /// If it cannot read the database.
    pub async fn audit(&self) -> Result<Totals, Finding> {
        self.store.audit(|_| {}).await.expect("the audit can read")
    }

    /// The totals of an audit that finds nothing.
    ///
    /// # Panics
    /// If it finds something.
    pub async fn clean(&self) -> Totals {
        self.audit().await.unwrap_or_else(|finding| panic!("the audit found {finding}"))
    }
}

/// Opens a store on a database; several may be open on one.
///
/// # Panics
/// If the database cannot be opened.
pub async fn open(base: &Base, rules: Rules, world: World) -> Store {
    open_with(base, rules, world, Mail::Off).await
}

/// The same, with or without letters.
///
/// # Panics
/// If the database cannot be opened.
pub async fn open_with(base: &Base, rules: Rules, world: World, mail: Mail) -> Store {
    let options = Options {
        url: base.url().to_owned(),
        market: rules,
        secret: Secret::new([7; 32]),
        world,
        media: Arc::new(Spool::new(base.folder().to_owned())),
        readers: 4,
        queue: QueueSize::default(),
        mail,
    };
    Store::open(options).await.expect("a fresh database opens")
}

impl Person {
    /// Somebody opens an account under a handle.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn open(store: &Store, handle: &str) -> Self {
        let new = NewAccount { handle: Some(handle.to_owned()), ..NewAccount::default() };
        let opened = store.open_account(&Actor::Visitor(None), new, Some(Channel::Api)).await;
        Self::of(store, &opened.expect("anybody may open an account"))
    }

    fn of(store: &Store, opened: &store::users::Opened) -> Self {
        let session = SessionId::new(uuid::Uuid::nil());
        let (id, role) = (opened.user.id, opened.user.role);
        Self {
            store: store.clone(),
            id,
            actor: Actor::User(SignedIn { id, role, session }),
            handle: opened.user.handle.as_str().to_owned(),
            account_key: opened.account_key.clone(),
        }
    }

    /// The same person, asking another store.
    #[must_use]
    pub fn at(&self, store: &Store) -> Self {
        Self { store: store.clone(), ..self.clone() }
    }

    /// Lists something of any kind for everybody.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn lists(
        &self,
        kind: ListingKind,
        title: &str,
        price: u32,
        quantity: Option<u32>,
    ) -> ListingId {
        let new = NewListing {
            title: title.to_owned(),
            description: String::new(),
            category: FURNITURE,
            kind,
            price: Tokens::whole(price),
            quantity,
            condition: None,
            tags: vec![],
            images: vec![],
            publish: kind != ListingKind::File,
        };
        let listing = self.store.list_item(&self.actor, new).await.expect("a good listing is taken").id;
        if kind == ListingKind::File {
            let path = self.store.spool();
            std::fs::write(&path, title).expect("the spool can be written");
            let attached = self.store.attach_file(&self.actor, listing, "file.txt", path).await;
            attached.expect("a file is attached");
            self.store.publish_listing(&self.actor, listing).await.expect("a file listing is published");
        }
        listing
    }

    /// Lists goods.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn lists_goods(&self, title: &str, price: u32, quantity: u32) -> ListingId {
        self.lists(ListingKind::Goods, title, price, Some(quantity)).await
    }

    /// Lists a file.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn lists_file(&self, title: &str, price: u32) -> ListingId {
        self.lists(ListingKind::File, title, price, None).await
    }

    /// Sets another price.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn prices(&self, listing: ListingId, price: u32) {
        let revision = Revision { price: Some(Tokens::whole(price)), ..Revision::default() };
        self.store.revise_listing(&self.actor, listing, revision).await.expect("a seller sets prices");
    }

    /// Buys at the price that stands there now.
    ///
    /// # Errors
    /// As the verb.
    ///
    /// # Panics
    /// If there is no such listing.
    pub async fn buys(&self, listing: ListingId, quantity: u32, key: &str) -> Done<OrderId> {
        let found = self.store.listings(&[listing]).await?.into_iter().next();
        let price = found.expect("a test buys what is there").price;
        self.store.buy(&self.actor, listing, quantity, price, key).await
    }

    /// What they hold.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn wallet(&self) -> Wallet {
        self.store.wallet(self.id).await.expect("a wallet can be read")
    }

    /// What is shown as their balance.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn balance(&self) -> Tokens {
        self.wallet().await.balance()
    }
}
