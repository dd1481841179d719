//! Sessions: sign-ins that have not ended. Only hashes of tokens are stored.

use domain::access::{Actor, Role, SignedIn};
use domain::id::{SessionId, UserId};
use domain::time::Timestamp;
use domain::user::{Channel, NewSession};
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::secrets::{draw_session_token, hash_token};
use crate::tx::{Link, insert};

/// A session as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// What it is used through.
    pub channel: Channel,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub used_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// A session that is used is marked at most this often.
const MARK_EVERY_MILLIS: i64 = 3_600_000;

/// A session that is used lasts anew at most this often, so that no more than
/// one cookie a day is sent.
const RENEW_EVERY_MILLIS: i64 = 86_400_000;

/// Whose session token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Who holds it.
    pub user: SignedIn,
    /// Whether a day of its time has been used up: see
    /// [`Store::renew_session`].
    pub is_renewable: bool,
}

/// Inserts the sessions that begin with an account or a sign-in.
pub(crate) async fn insert_begun(
    link: Link<'_>,
    begun: impl Iterator<Item = (UserId, NewSession, Timestamp)>,
) -> Result<(), Fault> {
    let values = begun.flat_map(|(user, session, at)| {
        [
            Value::from(session.id.uuid()),
            session.token_hash.to_vec().into(),
            user.uuid().into(),
            session.channel.number().into(),
            at.millis().into(),
            at.millis().into(),
            at.after(session.lasts).millis().into(),
        ]
    });
    let columns = "sessions (id, token_hash, user_id, channel, created_at, used_at, expires_at)";
    insert(link, columns, 7, values.collect()).await
}

/// A role as it stands in the table.
pub(crate) const fn role_number(role: Role) -> i16 {
    match role {
        Role::User => 1,
        Role::Staff => 2,
    }
}

/// The role with that number.
pub(crate) const fn role_from_number(number: i16) -> Option<Role> {
    match number {
        1 => Some(Role::User),
        2 => Some(Role::Staff),
        _ => None,
    }
}

impl Store {
    /// A session to begin, and the token that opens it.
    pub(crate) fn draw_session(&self, channel: Channel) -> (NewSession, String) {
        let world = &self.0.world;
        let token = draw_session_token(world);
        let session = NewSession {
            id: SessionId::new(world.mint().uuid(0)),
            token_hash: hash_token(&token),
            channel,
            lasts: self.0.market.session,
        };
        (session, token)
    }

    /// Who holds this session token; nobody if the session has ended. The
    /// session lasts anew.
    ///
    /// # Errors
    /// A fault only.
    pub async fn authenticate(&self, token: &str) -> Result<Option<SignedIn>, Fault> {
        let Some(found) = self.recognise(token).await? else { return Ok(None) };
        if found.is_renewable {
            self.renew_session(&found.user).await;
        }
        Ok(Some(found.user))
    }

    /// Who holds this session token, for those who can hand a renewed one
    /// out; nobody if the session has ended.
    ///
    /// # Errors
    /// A fault only.
    pub async fn recognise(&self, token: &str) -> Result<Option<Recognised>, Fault> {
        let now = self.0.world.now();
        let sql = "SELECT s.id, s.user_id, u.role, s.used_at, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id \
                   WHERE s.token_hash = $1 AND s.expires_at > $2";
        let found = self
            .read()
            .row(sql, vec![hash_token(token).to_vec().into(), now.millis().into()], |row| {
                let session = row.id(SessionId::new)?;
                let id = row.id(UserId::new)?;
                let role = row.take_as("read a role", role_from_number)?;
                Ok((SignedIn { id, role, session }, row.time()?, row.time()?))
            })
            .await?;
        let Some((user, used_at, expires_at)) = found else { return Ok(None) };
        if now.millis() - used_at.millis() > MARK_EVERY_MILLIS {
            self.mark_used(user.session, now, expires_at).await;
        }
        let used_up = now.after(self.0.market.session).millis() - expires_at.millis();
        Ok(Some(Recognised { user, is_renewable: used_up > RENEW_EVERY_MILLIS }))
    }

    /// Has a session last anew from now on. One that has ended stays ended.
    pub async fn renew_session(&self, user: &SignedIn) {
        let now = self.0.world.now();
        self.mark_used(user.session, now, now.after(self.0.market.session)).await;
    }

    async fn mark_used(&self, session: SessionId, now: Timestamp, expires_at: Timestamp) {
        let Ok(writer) = self.writer() else { return };
        let marked = writer.change(move |link| {
            Box::pin(async move {
                let sql =
                    "UPDATE sessions SET used_at = $1, expires_at = $2 WHERE id = $3 AND expires_at > $1";
                let values = vec![now.millis().into(), expires_at.millis().into(), session.uuid().into()];
                Ok(link.change(sql, values).await?)
            })
        });
        if let Err(error) = marked.await {
            // The session is good all the same; its next use marks it.
            tracing::warn!(%error, "a session was not marked as used");
        }
    }

    /// The asker's sessions, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn sessions(&self, actor: &Actor) -> Done<Vec<Session>> {
        let user = actor.signed_in()?;
        let sql = "SELECT id, channel, created_at, used_at, expires_at FROM sessions \
                   WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC LIMIT 100";
        let values = vec![user.id.uuid().into(), self.0.world.now().millis().into()];
        let rows = self.read().rows(sql, values, |row| {
            Ok(Session {
                id: row.id(SessionId::new)?,
                channel: row.take_as("read a channel", Channel::from_number)?,
                created_at: row.time()?,
                used_at: row.time()?,
                expires_at: row.time()?,
            })
        });
        Ok(rows.await?)
    }

    /// Ends the asker's session. Ending it again changes nothing.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn sign_out(&self, actor: &Actor) -> Done<()> {
        let user = actor.signed_in()?;
        self.end_sessions("id = $2", user, user.session).await
    }

    /// Ends one of the asker's sessions.
    ///
    /// # Errors
    /// `NotSignedIn`. An unknown session is as good as ended.
    pub async fn end_session(&self, actor: &Actor, session: SessionId) -> Done<()> {
        self.end_sessions("id = $2", actor.signed_in()?, session).await
    }

    /// Ends all of the asker's sessions but the one that asks.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn end_other_sessions(&self, actor: &Actor) -> Done<()> {
        let user = actor.signed_in()?;
        self.end_sessions("id <> $2", user, user.session).await
    }

    async fn end_sessions(
        &self,
        which: &'static str,
        user: SignedIn,
        session: SessionId,
    ) -> Result<(), Error> {
        let writer = self.writer()?;
        writer
            .change(move |link| {
                Box::pin(async move {
                    let sql = format!("DELETE FROM sessions WHERE user_id = $1 AND {which}");
                    link.change(sql, vec![user.id.uuid().into(), session.uuid().into()]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Forgets sessions that have run out. Returns how many.
    ///
    /// # Errors
    /// A fault only.
    pub async fn forget_sessions(&self) -> Done<u64> {
        let now = self.0.world.now().millis();
        let writer = self.writer()?;
        writer
            .change(move |link| {
                Box::pin(async move {
                    Ok(link.change("DELETE FROM sessions WHERE expires_at <= $1", vec![now.into()]).await?)
                })
            })
            .await
    }
}
