//! What a client has to know of this store's keys.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::refusal::Refusal;

use crate::context::Ask;
use crate::error::{fault, refused};

/// The longest question for the time.
const QUESTION_CHARS_MAX: usize = 100;

/// The keys of this store.
#[derive(SimpleObject)]
pub(crate) struct StoreKeys {
    /// The store's name, which all signatures carry.
    store: String,
    /// The newest root in its PASERK text: new programs are built with it.
    root: String,
    /// Changes of the root, oldest first, each signed by the old and the new.
    roots: Vec<Vec<String>>,
    /// The newest key set, signed by the root.
    keys: String,
    /// What was taken back: the JSON text of a signed list with certificates.
    revoked: String,
}

/// Queries about keys.
#[derive(Default)]
pub(crate) struct KeysQuery;

#[Object]
impl KeysQuery {
    /// What a client has to know to check what this store signs. Everybody
    /// may ask; `GET /software/trust` says the same.
    async fn store_keys(&self, ctx: &Context<'_>) -> Result<StoreKeys> {
        let list = ctx.store().revocations().await.map_err(|failed| fault(ctx, failed))?;
        let revoked = ctx.keys().revoked(&list).map_err(|failed| fault(ctx, failed))?;
        let known = ctx.keys().known();
        let roots = known.roots.into_iter().map(Vec::from).collect();
        Ok(StoreKeys { store: known.store, root: known.root, roots, keys: known.keys, revoked })
    }

    /// What time it is here, signed: the JSON text of a signed message with
    /// certificates. Everybody may ask.
    async fn signed_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the answer repeats; 1 to 100 letters, digits, hyphens and underscores.")]
        nonce: String,
    ) -> Result<String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if nonce.is_empty() || nonce.len() > QUESTION_CHARS_MAX || !nonce.bytes().all(is_plain) {
            return Err(refused(&Refusal::invalid("nonce", "1 to 100 letters, digits and -_")));
        }
        ctx.keys().tell_time(&nonce).map_err(|failed| fault(ctx, failed))
    }

    /// A nonce for the next proof of a device; it holds five minutes.
    /// Everybody may ask.
    async fn device_nonce(&self, ctx: &Context<'_>) -> String {
        ctx.keys().nonce(ctx.store())
    }
}
