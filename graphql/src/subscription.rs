//! What happens while somebody listens.

use std::time::Duration;

use async_graphql::{Context, Result, Subscription};
use domain::access::{Actor, SignedIn};
use futures_util::stream::{Stream, unfold};
use store::Store;
use store::changes::WalletChanges;
use store::wallet::Wallet as Row;

use crate::context::Ask;
use crate::error::{answer, fault};
use crate::wallet::Wallet;

/// So often it is looked whether a listener's session still goes on.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// What can be listened to.
#[derive(Default)]
pub(crate) struct SubscriptionRoot;

/// What can be listened to, over `graphql-transport-ws` or server-sent events.
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Your wallet, each time that it has changed. Several changes in one
    /// moment may be told as one. Ends with the session. Needs a signed-in
    /// user.
    async fn wallet_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Whether to tell the wallet as it is now, too.")] now: bool,
    ) -> Result<impl Stream<Item = Result<Wallet>>> {
        let (store, actor) = (ctx.store().clone(), *ctx.actor());
        let changes = answer(ctx, store.wallet_changes(&actor).await)?;
        let user = answer(ctx, actor.signed_in().map_err(Into::into))?;
        let known = store.wallet(user.id).await.map_err(|failed| fault(ctx, failed))?;
        let following = Following { store, user, changes, known: (!now).then_some(known) };
        Ok(unfold(following, |mut following| async move {
            let row = following.next().await?;
            Some((Ok(Wallet::of(row, Actor::User(following.user))), following))
        }))
    }
}

/// Somebody who listens for their wallet.
struct Following {
    store: Store,
    user: SignedIn,
    changes: WalletChanges,
    /// What the listener knows.
    known: Option<Row>,
}

impl Following {
    /// The wallet, once it is another than the listener knows; nothing once
    /// the session has ended.
    async fn next(&mut self) -> Option<Row> {
        loop {
            if self.known.is_some() {
                tokio::select! {
                    is_more = self.changes.changed() => if !is_more { return None },
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
            match self.look().await {
                Ok(None) => return None,
                Ok(Some(row)) if self.known == Some(row) => {}
                Ok(Some(row)) => {
                    self.known = Some(row);
                    return Some(row);
                }
                Err(fault) => {
                    tracing::error!(%fault, "a changed wallet could not be read");
                    return None;
                }
            }
        }
    }

    async fn look(&self) -> Result<Option<Row>, store::Fault> {
        match self.store.is_signed_in(&self.user).await? {
            true => self.store.wallet(self.user.id).await.map(Some),
            false => Ok(None),
        }
    }
}
