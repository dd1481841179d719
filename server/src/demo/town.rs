//! The market while it is filled: its clock, and those who have an account.

use std::collections::HashMap;

use domain::access::Actor;
use domain::id::UserId;
use domain::text::Handle;
use domain::time::{Seconds, Timestamp};
use domain::tokens::Tokens;
use domain::user::Channel;
use store::tariff::BundleInput;
use store::users::{Credentials, NewAccount};
use store::{Done, Error, Store};

use super::Trouble;
use super::people::{PASSPHRASE, Person, STAFF};

/// How many days the market has been open.
pub(super) const DAYS: u32 = 60;

/// The market, some day in its past.
pub(super) struct Town {
    pub(super) store: Store,
    start: Timestamp,
    /// Somebody of the vendor's staff.
    staff: Actor,
    members: HashMap<&'static str, Actor>,
    keys: u32,
}

/// What a verb answered; a fault or a refusal ends the filling.
pub(super) fn must<T>(done: Done<T>, what: &str) -> Result<T, Trouble> {
    done.map_err(|error| format!("the demo could not be filled: {what}: {error}"))
}

/// What a verb answered; a refusal is part of the market's life, such as when
/// settings make something too dear.
pub(super) fn may<T>(done: Done<T>, what: &str) -> Result<Option<T>, Trouble> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Error::Refused(refusal)) => {
            tracing::debug!(%refusal, what, "somebody in the demo was refused");
            Ok(None)
        }
        Err(error) => must(Err(error), what),
    }
}

/// The beginning of a market that is `DAYS` old at `now`: a midnight, so that
/// people do things by day.
pub(super) fn beginning(now: Timestamp) -> Timestamp {
    const DAY_MILLIS: i64 = 86_400_000;
    let today = now.millis() - now.millis().rem_euclid(DAY_MILLIS);
    Timestamp::from_millis(today - i64::from(DAYS) * DAY_MILLIS)
}

impl Town {
    /// Opens the market office.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn found(store: Store) -> Result<Self, Trouble> {
        let start = store.world().now();
        let opened = must(store.add_vendor(&Actor::System, STAFF).await, "add staff")?;
        let key = Credentials::AccountKey(opened.account_key);
        let entered = must(store.sign_in(&Actor::System, key, Channel::Site, None).await, "sign in")?;
        let token = entered.session_token;
        let staff = signed_in(&store, &token).await?;
        must(store.set_passphrase(&staff, PASSPHRASE).await, "set a passphrase")?;
        let about = "We keep the books, the lamps and the bell. Ask at the counter for tokens.";
        must(store.revise_profile(&staff, "The market office", about).await, "write a profile")?;
        let bundle = |tokens, bonus, amount: &str| BundleInput {
            tokens: Tokens::whole(tokens),
            bonus: Tokens::whole(bonus),
            amount: amount.to_owned(),
        };
        let bundles = vec![bundle(500, 0, "5.00"), bundle(1_000, 25, "10.00"), bundle(5_000, 400, "48.00")];
        must(store.set_bundles(&staff, bundles, None).await, "set bundles")?;
        Ok(Self { store, start, staff, members: HashMap::new(), keys: 0 })
    }

    /// The time so many minutes into a day.
    pub(super) fn time(&self, day: u32, minute: u32) -> Timestamp {
        self.start.after(Seconds::new(day * 86_400 + minute * 60))
    }

    /// Goes on to a time.
    pub(super) fn go(&self, day: u32, minute: u32) {
        self.store.world().set_now(self.time(day, minute));
    }

    /// A fresh idempotency key.
    pub(super) fn key(&mut self) -> String {
        self.keys += 1;
        format!("demo-{}", self.keys)
    }

    /// The vendor's staff.
    pub(super) fn staff(&self) -> Actor {
        self.staff
    }

    /// Somebody who has come already.
    ///
    /// # Errors
    /// If nobody has that handle yet: a mistake in the story.
    pub(super) fn actor(&self, handle: &str) -> Result<Actor, Trouble> {
        self.members.get(handle).copied().ok_or_else(|| format!("the demo's {handle} has no account yet"))
    }

    /// The handle of somebody who has come.
    pub(super) fn handle_of(&self, id: UserId) -> Option<&'static str> {
        self.members.iter().find(|(_, actor)| actor.user_id() == Some(id)).map(|(handle, _)| *handle)
    }

    /// Somebody comes, opens an account and buys tokens at the counter.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn welcome(&mut self, person: &Person) -> Result<(), Trouble> {
        let new = NewAccount {
            handle: Some(person.handle.to_owned()),
            passphrase: Some(PASSPHRASE.to_owned()),
            invitation: None,
        };
        let visitor = Actor::Visitor(None);
        let opened =
            must(self.store.open_account(&visitor, new, Some(Channel::Site)).await, "open an account")?;
        let actor = signed_in(&self.store, opened.session_token.as_deref().unwrap_or_default()).await?;
        must(self.store.revise_profile(&actor, person.name, person.about).await, "write a profile")?;
        self.members.insert(person.handle, actor);
        self.sell_tokens(person.handle, person.purse, "Bought at the counter, paid in cash").await
    }

    /// Somebody gets tokens from the vendor.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn sell_tokens(&mut self, to: &str, amount: u32, reason: &str) -> Result<(), Trouble> {
        let key = self.key();
        let granted = self.store.grant_tokens(&self.staff, to, Tokens::whole(amount), reason, &key);
        must(granted.await, "grant tokens").map(|_| ())
    }

    /// What somebody can spend now.
    ///
    /// # Errors
    /// If the wallet cannot be read.
    pub(super) async fn purse(&self, handle: &str) -> Result<Tokens, Trouble> {
        let Some(id) = self.actor(handle)?.user_id() else { return Ok(Tokens::ZERO) };
        let wallet = self.store.wallet(id).await.map_err(Error::from);
        must(wallet, "look into a wallet").map(|wallet| wallet.to_spend())
    }

    /// Everybody goes home: no session of the filling stays open.
    ///
    /// # Errors
    /// If a verb fails.
    pub(super) async fn close(self) -> Result<(), Trouble> {
        let leaving = self.members.values().chain([&self.staff]).map(|actor| self.store.sign_out(actor));
        for left in futures_util::future::join_all(leaving).await {
            must(left, "sign out")?;
        }
        Ok(())
    }
}

async fn signed_in(store: &Store, token: &str) -> Result<Actor, Trouble> {
    let found = must(store.authenticate(token).await.map_err(Error::from), "authenticate")?;
    found.map(Actor::User).ok_or_else(|| "the demo could not be filled: a session was not found".to_owned())
}

/// Whether a filled market has the demo's staff, so that its accounts can be
/// told.
pub(super) async fn is_demo(store: &Store) -> bool {
    match Handle::parse(STAFF) {
        Ok(handle) => matches!(store.user_by_handle(&handle).await, Ok(Some(_))),
        Err(_) => false,
    }
}
