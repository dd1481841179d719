//! The keys that publishers sign with. The store keeps one for each of them
//! and signs when a release is published; its private half lies encrypted
//! under the server's secret, which is not in the database.

use domain::id::UserId;
use pasetors::Local;
use pasetors::keys::{AsymmetricKeyPair, AsymmetricSecretKey, Generate, SymmetricKey};
use pasetors::paserk::{FormatAsPaserk, Id};
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, PublicToken, V4};
use sea_orm::Value;

use crate::error::Fault;
use crate::secrets::Secret;
use crate::tx::{Link, insert};
use crate::world::World;

/// A publisher's key, open.
pub(super) struct PublisherKey {
    secret: AsymmetricSecretKey<V4>,
    /// Its name, `k4.pid.…`.
    pub(super) kid: String,
}

/// A key that was made, and is kept if the publisher has none.
#[derive(Clone)]
pub(super) struct FreshKey {
    kid: String,
    public: String,
    sealed: String,
}

/// What a sealed key is bound to beside its publisher.
const SEALED_FOR: &[u8] = b"publisher key";

fn broken() -> Fault {
    Fault::corrupt("open a publisher's key")
}

fn text_of(it: &impl FormatAsPaserk) -> String {
    let mut text = String::new();
    // Writing into a text does not fail.
    let _written = it.fmt(&mut text);
    text
}

fn seal_key(secret: &Secret, publisher: UserId) -> Result<SymmetricKey<V4>, Fault> {
    let derived = secret.derive("publisher key", publisher.uuid().as_bytes());
    SymmetricKey::from(&derived).map_err(|_| Fault::bug("derive a key"))
}

impl FreshKey {
    /// Draws a key for a publisher.
    pub(super) fn draw(secret: &Secret, publisher: UserId) -> Result<Self, Fault> {
        let pair = AsymmetricKeyPair::<V4>::generate().map_err(|_| Fault::bug("make a publisher's key"))?;
        let text = text_of(&pair.secret);
        let key = seal_key(secret, publisher)?;
        let sealed = LocalToken::encrypt(&key, text.as_bytes(), None, Some(SEALED_FOR));
        Ok(Self {
            kid: text_of(&Id::from(&pair.public)),
            public: text_of(&pair.public),
            sealed: sealed.map_err(|_| Fault::bug("seal a publisher's key"))?,
        })
    }
}

impl PublisherKey {
    /// The publisher's key that signs now; `fresh` becomes it if there is
    /// none.
    pub(super) async fn of(
        link: Link<'_>,
        secret: &Secret,
        publisher: UserId,
        fresh: FreshKey,
        world: &World,
    ) -> Result<Self, Fault> {
        let sql = "SELECT kid, sealed_key FROM publisher_keys WHERE publisher_id = $1 AND retired_at IS NULL";
        let known = link.row(sql, vec![publisher.uuid().into()], |row| {
            Ok((row.take::<String>()?, row.take::<Option<String>>()?))
        });
        let (kid, sealed) = match known.await? {
            Some((kid, sealed)) => (kid, sealed.ok_or_else(broken)?),
            None => {
                let values = vec![
                    Value::from(publisher.uuid()),
                    fresh.kid.as_str().into(),
                    fresh.public.into(),
                    fresh.sealed.as_str().into(),
                    world.now().millis().into(),
                ];
                let columns = "publisher_keys (publisher_id, kid, public_key, sealed_key, created_at)";
                insert(link, columns, 5, values).await?;
                (fresh.kid, fresh.sealed)
            }
        };
        let token = UntrustedToken::<Local, V4>::try_from(&sealed).map_err(|_| broken())?;
        let key = seal_key(secret, publisher)?;
        let opened = LocalToken::decrypt(&key, &token, None, Some(SEALED_FOR)).map_err(|_| broken())?;
        let secret = AsymmetricSecretKey::<V4>::try_from(opened.payload()).map_err(|_| broken())?;
        Ok(Self { secret, kid })
    }

    /// Signs what is said about a release: `v4.public`, the key's name in the
    /// footer, `STORE/release/v1` signed along.
    pub(super) fn sign(&self, store: &str, says: &[u8]) -> Result<String, Fault> {
        let footer = format!(r#"{{"kid":"{}"}}"#, self.kid);
        let assertion = format!("{store}/release/v1");
        PublicToken::sign(&self.secret, says, Some(footer.as_bytes()), Some(assertion.as_bytes()))
            .map_err(|_| Fault::bug("sign a release"))
    }
}
