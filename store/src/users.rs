//! Users: opening accounts, signing in, and what a user says of themselves.

use std::collections::HashMap;

use domain::access::{Actor, Role};
use domain::command::{Command, Request};
use domain::id::UserId;
use domain::refusal::Refusal;
use domain::text::{About, DisplayName, Handle, Passphrase};
use domain::time::Timestamp;
use domain::user::{Channel, HandleChoice, NewUser, Opening};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::load::handle;
use crate::devices::Device;
use crate::error::{Done, Error, Fault};
use crate::secrets::{draw_account_key, draw_session_token, hash_account_key, hash_token};
use crate::sessions::{role_from_number, role_number};
use crate::tx::{Columns, Link, ids, insert, marks};

/// A user, as others may see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Their public name.
    pub handle: Handle,
    /// What the account may do.
    pub role: Role,
    /// What they want to be called, if they said.
    pub display_name: Option<String>,
    /// What they tell about themselves, if anything.
    pub about: Option<String>,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// Whether a passphrase is set; for the user's own eyes.
    pub has_passphrase: bool,
}

/// What a new account is asked for; nothing is needed.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// A chosen handle.
    pub handle: Option<String>,
    /// A passphrase to sign in with beside the account key.
    pub passphrase: Option<String>,
    /// The one-time token that makes a member of the vendor's staff.
    pub invitation: Option<String>,
}

/// An account that was opened; the secrets are shown this once.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The new user.
    pub user: User,
    /// The key to sign in with.
    pub account_key: String,
    /// The token of the session that began, if one was asked for.
    pub session_token: Option<String>,
}

/// Somebody who has signed in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who.
    pub user: User,
    /// The token of the session that began.
    pub session_token: String,
    /// What the browser or program is to keep, so that its next sign-in is
    /// not told by mail as one from a new device; nothing if nobody is told.
    pub device_token: Option<String>,
}

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The account key.
    AccountKey(String),
    /// Handle and passphrase.
    Passphrase {
        /// The handle.
        handle: String,
        /// The passphrase.
        passphrase: String,
    },
}

/// Inserts accounts that were opened.
pub(crate) async fn insert_opened(link: Link<'_>, opened: &[&NewUser]) -> Result<(), Fault> {
    let values = opened.iter().flat_map(|user| {
        [
            Value::from(user.id.uuid()),
            user.handle.as_str().into(),
            role_number(user.opening.role).into(),
            user.opening.account_key_hash.to_vec().into(),
            user.opening.passphrase_hash.clone().into(),
            user.at.millis().into(),
        ]
    });
    let columns = "users (id, handle, role, account_key_hash, passphrase_hash, created_at)";
    insert(link, columns, 6, values.collect()).await
}

const USER: &str =
    "SELECT id, handle, role, display_name, about, created_at, passphrase_hash IS NOT NULL FROM users";

fn read_user(row: &mut Columns<'_>) -> Result<User, Fault> {
    Ok(User {
        id: row.id(UserId::new)?,
        handle: handle(row)?,
        role: row.take_as("read a role", role_from_number)?,
        display_name: row.take()?,
        about: row.take()?,
        created_at: row.time()?,
        has_passphrase: row.take()?,
    })
}

/// Adjectives and birds of random handles: 64 × 64 × 10,000 of them.
const CALM: &str = "amber autumn bold brave bright brisk calm candid clever clear cosy copper curious dapper deft \
    eager early evening fair fond frank gentle glad golden grand hazel honest humble idle jolly keen kind late \
    lively lucky lunar mellow merry mild misty modest morning neat nimble noble olive patient plain plucky polite \
    proud quick quiet rosy russet silver sleek snug spry steady sunny swift tidy warm";
const BIRDS: &str = "avocet bittern bunting chough coot corncrake crake crane crossbill cuckoo curlew dipper dotterel \
    dove dunlin dunnock eider finch fulmar gannet godwit goldfinch grebe grouse gull heron hobby hoopoe jackdaw jay \
    kestrel kite knot lapwing lark linnet magpie martin merlin nightjar nuthatch oriole osprey ouzel owl petrel \
    pipit plover puffin quail redstart robin rook ruff siskin skua snipe starling swallow swift teal tern thrush wren";

impl Store {
    fn random_handle(&self) -> Option<Handle> {
        let [calm, bird, high, low] = self.0.world.random::<4>();
        let pick = |words: &'static str, number: u8| words.split_whitespace().nth(usize::from(number) % 64);
        let number = (u32::from(high) << 8 | u32::from(low)) % 10_000;
        Handle::parse(&format!("{}-{}-{number:04}", pick(CALM, calm)?, pick(BIRDS, bird)?)).ok()
    }

    /// The handle that was typed, or random ones if none was.
    pub(crate) fn handle_choice(&self, typed: Option<&str>) -> Result<HandleChoice, Refusal> {
        Ok(match typed.map(str::trim).filter(|typed| !typed.is_empty()) {
            Some(typed) => HandleChoice::Chosen(Handle::parse(typed)?),
            None => HandleChoice::Random((0..4).filter_map(|_| self.random_handle()).collect()),
        })
    }

    /// Opens an account with its welcome tokens. Anybody may; the limits are
    /// on how often. Precedence: handle, passphrase, invitation, handle taken.
    ///
    /// # Errors
    /// In that precedence.
    pub async fn open_account(&self, _: &Actor, new: NewAccount, channel: Option<Channel>) -> Done<Opened> {
        let handle = self.handle_choice(new.handle.as_deref())?;
        let passphrase = new.passphrase.as_deref().filter(|typed| !typed.is_empty()).map(Passphrase::parse);
        let passphrase = passphrase.transpose()?;
        let role = match &new.invitation {
            Some(token) => self.use_invitation(token).await?,
            None => Role::User,
        };
        let opened = self.open_for(handle, passphrase, role, channel).await;
        if let (Err(_), Some(token)) = (&opened, &new.invitation) {
            self.give_invitation_back(token).await?;
        }
        opened
    }

    /// Makes a member of the vendor's staff. Only the command line does this;
    /// whoever can run it owns the data folder anyway.
    ///
    /// # Errors
    /// `Forbidden` for everybody but the program itself, then as for
    /// [`Store::open_account`].
    pub async fn add_vendor(&self, actor: &Actor, handle: &str) -> Done<Opened> {
        actor.system()?;
        self.open_for(HandleChoice::Chosen(Handle::parse(handle)?), None, Role::Staff, None).await
    }

    async fn open_for(
        &self,
        handle: HandleChoice,
        passphrase: Option<Passphrase>,
        role: Role,
        channel: Option<Channel>,
    ) -> Done<Opened> {
        let world = &self.0.world;
        let account_key = draw_account_key(world);
        let passphrase_hash = match passphrase {
            Some(passphrase) => Some(self.0.hashing.hash(passphrase, world.random()).await?),
            None => None,
        };
        let (session, session_token) = channel.map(|channel| self.draw_session(channel)).unzip();
        let opening = Opening {
            handle,
            account_key_hash: hash_account_key(&account_key)?,
            passphrase_hash,
            role,
            welcome: self.0.market.welcome,
            welcome_lasts: self.0.market.welcome_lasts,
            session,
            handover: None,
        };
        let request = Request {
            command: Command::OpenAccount(opening),
            actor: Uuid::nil(),
            mint: world.mint(),
            key: None,
        };
        let outcome = self.writer()?.command(request).await?;
        let id = outcome.user.ok_or(Fault::bug("open an account"))?;
        let user = self.user(id).await?.ok_or(Fault::bug("find an opened account"))?;
        Ok(Opened { user, account_key, session_token })
    }

    /// Draws a one-time token that makes whoever opens an account with it a
    /// member of the vendor's staff. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn invite_vendor(&self, actor: &Actor) -> Done<String> {
        actor.system()?;
        let token = draw_session_token(&self.0.world);
        let (hash, now) = (hash_token(&token), self.0.world.now().millis());
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    // One link at a time: a new one ends those before it.
                    link.change("DELETE FROM invitations WHERE used_at IS NULL", vec![]).await?;
                    let values = vec![hash.to_vec().into(), role_number(Role::Staff).into(), now.into()];
                    Ok(insert(link, "invitations (token_hash, role, created_at)", 3, values).await?)
                })
            })
            .await?;
        Ok(token)
    }

    async fn use_invitation(&self, token: &str) -> Done<Role> {
        let (hash, now) = (hash_token(token), self.0.world.now().millis());
        let writer = self.writer()?;
        writer
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE invitations SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL";
                    match link.change(sql, vec![now.into(), hash.to_vec().into()]).await? {
                        1 => Ok(Role::Staff),
                        _ => Err(Refusal::Expired.into()),
                    }
                })
            })
            .await
    }

    /// An invitation whose account was not opened can be used again.
    async fn give_invitation_back(&self, token: &str) -> Done<()> {
        let hash = hash_token(token);
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE invitations SET used_at = NULL WHERE token_hash = $1";
                    link.change(sql, vec![hash.to_vec().into()]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Whether an invitation can still be used.
    ///
    /// # Errors
    /// A fault only.
    pub async fn is_invitation_open(&self, token: &str) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM invitations WHERE token_hash = $1 AND used_at IS NULL";
        let found = self.read().row(sql, vec![hash_token(token).to_vec().into()], |_| Ok(()));
        Ok(found.await?.is_some())
    }

    /// Whether the vendor has anybody to work for it.
    ///
    /// # Errors
    /// A fault only.
    pub async fn has_staff(&self) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM users WHERE role = $1 LIMIT 1";
        Ok(self.read().row(sql, vec![role_number(Role::Staff).into()], |_| Ok(())).await?.is_some())
    }

    /// Begins a session. Whatever is wrong, the answer is the same. `device`
    /// is what the asker's browser or program keeps to be known again.
    ///
    /// # Errors
    /// `WrongCredentials`.
    pub async fn sign_in(
        &self,
        _: &Actor,
        credentials: Credentials,
        channel: Channel,
        device: Option<&str>,
    ) -> Done<Entered> {
        let user = match credentials {
            Credentials::AccountKey(key) => {
                let hash = hash_account_key(&key).map_err(|_| Refusal::WrongCredentials)?;
                let sql = format!("{USER} WHERE account_key_hash = $1");
                self.read().row(sql, vec![hash.to_vec().into()], read_user).await?
            }
            Credentials::Passphrase { handle, passphrase } => {
                self.check_passphrase(&handle, passphrase).await?
            }
        };
        let user = user.ok_or(Refusal::WrongCredentials)?;
        let (session, session_token) = self.draw_session(channel);
        let (id, now) = (user.id, self.0.world.now());
        let device = self.knows_devices().then(|| self.device(id, device));
        let mark = device.as_ref().map(|device| device.mark);
        let is_kept = self.writer()?.change(move |link| {
            Box::pin(async move {
                crate::sessions::insert_begun(link, [(id, session, now)].into_iter()).await?;
                Ok(match mark {
                    Some(mark) => Device::meet(link, id, mark, (session.id, now)).await?,
                    None => false,
                })
            })
        });
        let is_kept = is_kept.await?;
        let device_token = device.filter(|_| is_kept).map(|device| device.token);
        Ok(Entered { user, session_token, device_token })
    }

    async fn check_passphrase(&self, typed: &str, passphrase: String) -> Done<Option<User>> {
        let user = match Handle::parse(typed) {
            Ok(handle) => self.user_by_handle(&handle).await?,
            Err(_) => None,
        };
        let stored = match &user {
            Some(user) => {
                let sql = "SELECT passphrase_hash FROM users WHERE id = $1";
                let row =
                    self.read().row(sql, vec![user.id.uuid().into()], |row| row.take::<Option<String>>());
                row.await?.flatten()
            }
            None => None,
        };
        let is_set = stored.is_some();
        let fits = self.0.hashing.verify(passphrase, stored).await?;
        Ok(user.filter(|_| fits && is_set))
    }

    /// A user.
    ///
    /// # Errors
    /// A fault only.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        self.read().row(format!("{USER} WHERE id = $1"), vec![id.uuid().into()], read_user).await
    }

    /// The user with that handle.
    ///
    /// # Errors
    /// A fault only.
    pub async fn user_by_handle(&self, handle: &Handle) -> Result<Option<User>, Fault> {
        self.read().row(format!("{USER} WHERE handle = $1"), vec![handle.as_str().into()], read_user).await
    }

    /// These users; unknown ones are left out.
    ///
    /// # Errors
    /// A fault only.
    pub async fn users(&self, wanted: &[UserId]) -> Result<HashMap<UserId, User>, Fault> {
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let values = ids(wanted.iter().map(|id| id.uuid()));
        let sql = format!("{USER} WHERE id IN ({})", marks(0, values.len()));
        let rows = self.read().rows(sql, values, read_user).await?;
        Ok(rows.into_iter().map(|user| (user.id, user)).collect())
    }

    /// Changes the asker's handle. Links to the old one end.
    ///
    /// # Errors
    /// `NotSignedIn`, `InvalidInput`, `HandleTaken`.
    pub async fn change_handle(&self, actor: &Actor, typed: &str) -> Done<User> {
        let user = actor.signed_in()?;
        let handle = Handle::parse(typed)?;
        let changed = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "SELECT 1 FROM users WHERE handle = $1 AND id <> $2";
                let values = || vec![handle.as_str().into(), user.id.uuid().into()];
                if link.row(sql, values(), |_| Ok(())).await?.is_some() {
                    return Err(Error::from(Refusal::HandleTaken));
                }
                Ok(link.change("UPDATE users SET handle = $1 WHERE id = $2", values()).await?)
            })
        });
        changed.await?;
        self.own(user.id).await
    }

    /// Sets what the asker says of themselves; nothing is needed, and what is
    /// left empty is erased.
    ///
    /// # Errors
    /// `NotSignedIn`, `InvalidInput`.
    pub async fn revise_profile(&self, actor: &Actor, display_name: &str, about: &str) -> Done<User> {
        let user = actor.signed_in()?;
        let filled = |typed: &str| (!typed.trim().is_empty()).then(|| typed.to_owned());
        let name = filled(display_name).map(|typed| DisplayName::parse(&typed)).transpose()?;
        let about = filled(about).map(|typed| About::parse(&typed)).transpose()?;
        let changed = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "UPDATE users SET display_name = $1, about = $2 WHERE id = $3";
                let (name, about) = (name.map(DisplayName::into_string), about.map(About::into_string));
                Ok(link.change(sql, vec![name.into(), about.into(), user.id.uuid().into()]).await?)
            })
        });
        changed.await?;
        self.own(user.id).await
    }

    /// Sets a passphrase to sign in with beside the account key, and ends all
    /// other sessions, since a passphrase is often changed because somebody
    /// else knew it.
    ///
    /// # Errors
    /// `NotSignedIn`, `InvalidInput`.
    pub async fn set_passphrase(&self, actor: &Actor, typed: &str) -> Done<User> {
        let user = actor.signed_in()?;
        let hash = self.0.hashing.hash(Passphrase::parse(typed)?, self.0.world.random()).await?;
        let changed = self.writer()?.change(move |link| {
            Box::pin(async move {
                let sql = "UPDATE users SET passphrase_hash = $1 WHERE id = $2";
                link.change(sql, vec![hash.into(), user.id.uuid().into()]).await?;
                let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
                Ok(link.change(sql, vec![user.id.uuid().into(), user.session.uuid().into()]).await?)
            })
        });
        changed.await?;
        self.own(user.id).await
    }

    async fn own(&self, id: UserId) -> Done<User> {
        Ok(self.user(id).await?.ok_or(Fault::corrupt("find one's own account"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_random_handle_is_a_good_one() {
        let words = |list: &'static str| list.split_whitespace().collect::<Vec<_>>();
        let (calm, birds) = (words(CALM), words(BIRDS));
        assert_eq!((calm.len(), birds.len()), (64, 64));
        for (calm, bird) in calm.iter().zip(birds.iter().cycle()) {
            assert!(Handle::parse(&format!("{calm}-{bird}-0042")).is_ok(), "{calm}-{bird}");
        }
        assert!(birds.iter().all(|bird| bird.len() <= 12), "with the longest adjective it still fits");
    }
}
