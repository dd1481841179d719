//! Who tells whom that a wallet has changed.
//!
//! While somebody listens, one task reads the chain on from where it was and
//! tells whose accounts its transfers touched: after each commit of this
//! program's writer, and from time to time for what other programs wrote to
//! the same database. The chain is the source, so whatever moves tokens is
//! told, by whichever server; and the numbers of the chain are given in the
//! order of commits, so nothing is skipped.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::access::{Actor, SignedIn};
use domain::id::UserId;
use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

use crate::error::{Done, Fault};
use crate::{Inner, Store, Writes};

/// How long the commits of another server on the same database stay unseen.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// So many commits wait for a slow listener; one that falls behind looks
/// again, which is all that it would have done.
const TOLD_MAX: usize = 64;

type Owners = Arc<HashSet<Uuid>>;

/// Whom to tell, and whether somebody looks already.
pub(crate) struct Told {
    owners: broadcast::Sender<Owners>,
    is_looking: Mutex<bool>,
}

impl Default for Told {
    fn default() -> Self {
        Self { owners: broadcast::channel(TOLD_MAX).0, is_looking: Mutex::new(false) }
    }
}

/// The changes of one user's wallet.
pub struct WalletChanges {
    user: Uuid,
    owners: broadcast::Receiver<Owners>,
}

impl WalletChanges {
    /// Ends once the wallet has, or may have, changed; false when no change
    /// will ever be told again.
    pub async fn changed(&mut self) -> bool {
        loop {
            match self.owners.recv().await {
                Ok(owners) if owners.contains(&self.user) => return true,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return true,
                Err(broadcast::error::RecvError::Closed) => return false,
            }
        }
    }
}

impl Store {
    /// The changes of the asker's wallet from now on.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn wallet_changes(&self, actor: &Actor) -> Done<WalletChanges> {
        let user = actor.signed_in()?.id;
        let mut is_looking = self.0.told.is_looking.lock().await;
        let owners = self.0.told.owners.subscribe();
        if !*is_looking {
            let head = self.head().await?;
            tokio::spawn(look(Arc::downgrade(&self.0), self.writes(), head));
            *is_looking = true;
        }
        Ok(WalletChanges { user: user.uuid(), owners })
    }

    /// Whether somebody's session still goes on: for those who hold on to an
    /// actor for longer than a request.
    ///
    /// # Errors
    /// A fault only.
    pub async fn is_signed_in(&self, user: &SignedIn) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2 AND expires_at > $3";
        let now = self.0.world.now().millis();
        let values = vec![user.session.uuid().into(), user.id.uuid().into(), now.into()];
        Ok(self.read().row(sql, values, |_| Ok(())).await?.is_some())
    }

    async fn head(&self) -> Result<i64, Fault> {
        let sql = "SELECT COALESCE(MAX(sequence), 0) FROM transactions";
        Ok(self.read().row(sql, vec![], |row| row.take::<i64>()).await?.unwrap_or(0))
    }

    /// Whose accounts were touched after that transaction, and by which one
    /// last.
    async fn touched(&self, after: i64) -> Result<(Owners, i64), Fault> {
        let sql = "SELECT sequence, debit_owner, credit_owner FROM transfers WHERE sequence > $1";
        let rows = self.read().rows(sql, vec![after.into()], |row| {
            Ok((row.take::<i64>()?, row.id(UserId::new)?, row.id(UserId::new)?))
        });
        let (mut owners, mut last) = (HashSet::new(), after);
        for (sequence, debit, credit) in rows.await? {
            owners.extend([debit.uuid(), credit.uuid()]);
            last = last.max(sequence);
        }
        Ok((Arc::new(owners), last))
    }
}

/// Looks on and tells, until nobody listens or the store is gone.
async fn look(store: Weak<Inner>, mut writes: Writes, mut last: i64) {
    loop {
        let Some(inner) = store.upgrade() else { return };
        match Store(Arc::clone(&inner)).touched(last).await {
            Ok((owners, seen)) => {
                last = seen;
                // Nobody may be listening at this moment.
                if !owners.is_empty() {
                    let _ = inner.told.owners.send(owners);
                }
            }
            // It is looked for again in a moment; nothing is skipped.
            Err(fault) => tracing::warn!(%fault, "changed wallets could not be looked up"),
        }
        {
            let mut is_looking = inner.told.is_looking.lock().await;
            if inner.told.owners.receiver_count() == 0 {
                *is_looking = false;
                return;
            }
        }
        drop(inner);
        tokio::select! {
            () = writes.next() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
