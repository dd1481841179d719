//! Letters as their users steer them: an address that may be left, proven
//! and taken away, and the kinds that are not wanted.

use domain::access::Actor;
use domain::event::{Event, Notice};
use domain::id::{LetterId, UserId};
use domain::mail::{CODE_LASTS, CODE_TRIES_MAX, CODES_A_DAY_MAX, MailAddress, MailKind};
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use sea_orm::Value;

use crate::Store;
use crate::devices::Device;
use crate::error::{Done, Fault};
use crate::outbox::{Mail, record, record_code};
use crate::secrets::{hash_mail_code, mail_code, read_stop_token};
use crate::tx::{Link, insert};

/// Where a user gets letters, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// Whether this market sends letters at all.
    pub mail: Mail,
    /// The address, if one was left.
    pub address: Option<LeftAddress>,
    /// The kinds that are not wanted.
    pub stopped: Vec<MailKind>,
}

/// An address that a user left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAddress {
    /// The address.
    pub address: MailAddress,
    /// When it was left.
    pub left_at: Timestamp,
    /// When it was proven, if it was. Nothing but the code is sent before.
    pub confirmed_at: Option<Timestamp>,
}

/// What came of typing a code.
enum Tried {
    Right,
    Wrong(Refusal),
}

impl Store {
    /// Where the asker gets letters, and which.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn mail_settings(&self, actor: &Actor) -> Done<MailSettings> {
        let user = actor.signed_in()?.id;
        let sql = "SELECT mailbox, left_at, confirmed_at FROM mail_addresses WHERE user_id = $1";
        let address = self.read().row(sql, vec![user.uuid().into()], |row| {
            Ok(LeftAddress {
                address: row.take_as("read an address", |text: String| MailAddress::parse(&text).ok())?,
                left_at: row.time()?,
                confirmed_at: row.time_optional()?,
            })
        });
        let address = address.await?;
        let sql = "SELECT kind FROM mail_opt_outs WHERE user_id = $1 ORDER BY kind";
        let stopped = self.read().rows(sql, vec![user.uuid().into()], |row| {
            row.take_as("read a kind of letter", MailKind::from_number)
        });
        Ok(MailSettings { mail: self.0.mail, address, stopped: stopped.await? })
    }

    /// Leaves an address in place of the one before; a code that proves it is
    /// sent there. The address that is proven already stays as it is.
    /// Precedence: whether letters are sent, address, how often.
    ///
    /// # Errors
    /// `NotSignedIn`, then `WrongState`, `InvalidInput`, `TooMany`.
    pub async fn leave_mail_address(&self, actor: &Actor, typed: &str) -> Done<MailSettings> {
        let user = actor.signed_in()?.id;
        if self.0.mail == Mail::Off {
            return Err(Refusal::wrong_state("this market sends no letters").into());
        }
        let address = MailAddress::parse(typed)?;
        let world = &self.0.world;
        let (letter, now) = (LetterId::new(world.mint().uuid(0)), world.now());
        let hash = hash_mail_code(&mail_code(&self.0.secret, letter))?;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    if is_proven(link, user, &address).await? {
                        return Ok(());
                    }
                    check_codes(link, user, now).await?;
                    put_address(link, user, &address, hash, now).await?;
                    let notice = Notice { to: user, event: Event::AddressLeft, at: now };
                    Ok(record_code(link, letter, &notice).await?)
                })
            })
            .await?;
        self.mail_settings(actor).await
    }

    /// Proves the asker's address by the code that was sent there. Proving it
    /// again changes nothing. `device` is what the asker's browser keeps to be
    /// known again; the answer tells what it is to keep from now on.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound` if no address was left, `InvalidInput` on
    /// `code`, `Expired` or `WrongState` if the code is worth nothing any more.
    pub async fn confirm_mail_address(
        &self,
        actor: &Actor,
        code: &str,
        device: Option<&str>,
    ) -> Done<(MailSettings, String)> {
        let user = actor.signed_in()?.id;
        let hash = hash_mail_code(code)?;
        let now = self.0.world.now();
        let device = self.device(user, device);
        let mark = device.mark;
        let tried = self.writer()?.change(move |link| {
            Box::pin(async move {
                let tried = try_code(link, user, hash, now).await?;
                if matches!(tried, Tried::Right) {
                    Device::keep(link, user, mark, now).await?;
                }
                Ok(tried)
            })
        });
        match tried.await? {
            Tried::Right => Ok((self.mail_settings(actor).await?, device.token)),
            Tried::Wrong(refusal) => Err(refusal.into()),
        }
    }

    /// Takes the asker's address away, with all that is kept for letters: the
    /// kinds that were not wanted, the browsers seen, the letters under way.
    /// Doing so again changes nothing.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn remove_mail_address(&self, actor: &Actor) -> Done<MailSettings> {
        let user = actor.signed_in()?.id;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    // Of letters that were sent only kind and time are left,
                    // and those count how many codes a day.
                    for sql in [
                        "DELETE FROM mail_addresses WHERE user_id = $1",
                        "DELETE FROM mail_opt_outs WHERE user_id = $1",
                        "DELETE FROM known_devices WHERE user_id = $1",
                        "DELETE FROM outbox WHERE user_id = $1 AND done_at IS NULL",
                    ] {
                        link.change(sql, vec![user.uuid().into()]).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.mail_settings(actor).await
    }

    /// Sets which kinds of letters the asker does not want.
    ///
    /// # Errors
    /// `NotSignedIn`, `InvalidInput` on `stopped` for a kind that cannot be
    /// stopped.
    pub async fn choose_mail(&self, actor: &Actor, stopped: &[MailKind]) -> Done<MailSettings> {
        let user = actor.signed_in()?.id;
        if stopped.iter().any(|kind| !kind.can_be_stopped()) {
            return Err(Refusal::invalid("stopped", "this kind of letter cannot be stopped").into());
        }
        let mut kinds = stopped.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        let now = self.0.world.now();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "DELETE FROM mail_opt_outs WHERE user_id = $1";
                    link.change(sql, vec![user.uuid().into()]).await?;
                    let row = |kind: &MailKind| {
                        [Value::from(user.uuid()), kind.number().into(), now.millis().into()]
                    };
                    let values = kinds.iter().flat_map(row).collect();
                    Ok(insert(link, "mail_opt_outs (user_id, kind, at)", 3, values).await?)
                })
            })
            .await?;
        self.mail_settings(actor).await
    }

    /// Which kind of letters the link with this token stops. Whoever has the
    /// token may ask.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn mail_behind(&self, token: &str) -> Result<MailKind, Refusal> {
        let found = read_stop_token(&self.0.secret, token);
        found.map(|(_, kind)| kind).ok_or(Refusal::missing("letter"))
    }

    /// Stops a kind of letters by the link in one of them. Whoever has the
    /// letter may, without signing in. Stopping it again changes nothing.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn stop_mail(&self, _: &Actor, token: &str) -> Done<MailKind> {
        let (user, kind) = read_stop_token(&self.0.secret, token).ok_or(Refusal::missing("letter"))?;
        let now = self.0.world.now().millis();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    // Where no address is left there is nothing to stop.
                    let sql = "INSERT INTO mail_opt_outs (user_id, kind, at) \
                               SELECT a.user_id, CAST($2 AS SMALLINT), CAST($3 AS BIGINT) FROM mail_addresses a \
                               WHERE a.user_id = $1 ON CONFLICT DO NOTHING";
                    let values = vec![user.uuid().into(), kind.number().into(), now.into()];
                    link.change(sql, values).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(kind)
    }
}

/// Whether this very address is proven already.
async fn is_proven(link: Link<'_>, user: UserId, address: &MailAddress) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM mail_addresses WHERE user_id = $1 AND mailbox = $2 AND confirmed_at IS NOT NULL";
    let values = vec![user.uuid().into(), address.reveal().into()];
    Ok(link.row(sql, values, |_| Ok(())).await?.is_some())
}

/// Refuses to send more codes than a day allows.
async fn check_codes(link: Link<'_>, user: UserId, now: Timestamp) -> Done<()> {
    let sql = "SELECT COUNT(*) FROM outbox WHERE user_id = $1 AND kind = $2 AND created_at > $3";
    let kind = MailKind::AddressConfirmation.number();
    let since = now.millis() - i64::from(Seconds::days(1).get()) * 1_000;
    let values = vec![user.uuid().into(), kind.into(), since.into()];
    let sent = link.row(sql, values, |row| row.count()).await?.unwrap_or(0);
    if sent >= CODES_A_DAY_MAX {
        return Err(Refusal::TooMany { what: "codes a day".into(), limit: CODES_A_DAY_MAX }.into());
    }
    Ok(())
}

/// Puts an unproven address in place of the one before. Letters under way to
/// that one are not for the new one: they are dropped, but codes stay to be
/// counted.
async fn put_address(
    link: Link<'_>,
    user: UserId,
    address: &MailAddress,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<(), Fault> {
    let code = MailKind::AddressConfirmation.number();
    let sql = "DELETE FROM outbox WHERE user_id = $1 AND kind <> $2 AND done_at IS NULL";
    link.change(sql, vec![user.uuid().into(), code.into()]).await?;
    let sql = "UPDATE outbox SET done_at = $1, dead_at = NULL, detail = '', error = NULL \
               WHERE user_id = $2 AND kind = $3 AND done_at IS NULL";
    link.change(sql, vec![now.millis().into(), user.uuid().into(), code.into()]).await?;
    let sql = "DELETE FROM mail_addresses WHERE user_id = $1";
    link.change(sql, vec![user.uuid().into()]).await?;
    let values = vec![
        user.uuid().into(),
        address.reveal().into(),
        hash.to_vec().into(),
        0i16.into(),
        now.after(CODE_LASTS).millis().into(),
        now.millis().into(),
    ];
    let columns = "mail_addresses (user_id, mailbox, code_hash, code_tries, code_expires_at, left_at)";
    insert(link, columns, 6, values).await
}

/// Tries a code. A wrong one counts, so it is no refusal that would undo the
/// count.
async fn try_code(link: Link<'_>, user: UserId, typed: [u8; 32], now: Timestamp) -> Done<Tried> {
    let sql = format!(
        "SELECT code_hash, code_tries, code_expires_at FROM mail_addresses WHERE user_id = $1{}",
        link.for_update()
    );
    let found = link.row(sql, vec![user.uuid().into()], |row| {
        let hash = row.hash_optional()?;
        let tries = row.take_as("read tries", |tries: i16| u16::try_from(tries).ok())?;
        Ok((hash, tries, row.time_optional()?))
    });
    let (hash, tries, expires_at) = found.await?.ok_or(Refusal::missing("address: leave one first"))?;
    let Some(hash) = hash else { return Ok(Tried::Right) };
    if expires_at.is_none_or(|expires_at| now >= expires_at) {
        return Ok(Tried::Wrong(Refusal::wrong_state("the code has run out: leave the address again")));
    }
    if tries >= CODE_TRIES_MAX {
        let state = "the code was typed wrong too often: leave the address again";
        return Ok(Tried::Wrong(Refusal::wrong_state(state)));
    }
    if hash != typed {
        let sql = "UPDATE mail_addresses SET code_tries = code_tries + 1 WHERE user_id = $1";
        link.change(sql, vec![user.uuid().into()]).await?;
        return Ok(Tried::Wrong(Refusal::invalid("code", "this is not the code that we sent")));
    }
    let sql = "UPDATE mail_addresses SET confirmed_at = $1, code_hash = NULL, code_expires_at = NULL \
               WHERE user_id = $2";
    link.change(sql, vec![now.millis().into(), user.uuid().into()]).await?;
    let notice = Notice { to: user, event: Event::AddressConfirmed { user }, at: now };
    record(link, &[notice]).await?;
    Ok(Tried::Right)
}
