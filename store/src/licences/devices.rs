//! Devices, and the codes by which a program signs in without a passphrase.

use domain::access::Actor;
use domain::command::Command;
use domain::id::LicenceId;
use domain::licence::command::LicenceCommand;
use domain::licence::device::{DeviceKey, DeviceLabel};
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use domain::user::Channel;

use super::LicenceView;
use super::counting::speaker;
use crate::Store;
use crate::error::Done;
use crate::secrets::{draw_sign_in_code, hash_sign_in_code};
use crate::sessions::insert_begun;
use crate::users::User;

/// How long a code to sign in with is good for.
const CODE_LASTS: Seconds = Seconds::new(15 * 60);

/// So many codes of one user may wait to be used.
const CODES_MAX: u32 = 5;

/// A code by which a program signs in, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimCode {
    /// The code; it is not stored.
    pub code: String,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Store {
    /// Makes a licence of the asker's active on a device that has proven its
    /// key. Where it is active already nothing changes. Precedence: the proof,
    /// the label, not there (or not the asker's), the verdict, places.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence; `Denied` with the verdict.
    pub async fn activate_device(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        label: Option<&str>,
    ) -> Done<LicenceView> {
        let by = actor.signed_in()?.id;
        let device = device.cloned().ok_or(Refusal::denied(Verdict::DeviceNotActivated))?;
        let label = label.filter(|label| !label.trim().is_empty()).map(DeviceLabel::parse).transpose()?;
        let ask = LicenceCommand::Activate { licence, by, device, label };
        self.command(Some(by), Command::Licence(Box::new(ask)), None).await?;
        self.licence_view(licence).await
    }

    /// Gives a device free: the asker one of a licence of theirs, or a device
    /// itself. Precedence as for
    /// [`decide`](domain::licence::command::decide).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence; `TooMany` for who moves too
    /// often.
    pub async fn deactivate_device(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        kid: &str,
    ) -> Done<LicenceView> {
        // Who has signed in may give any device free, also from another one.
        let by = match (actor.signed_in(), device) {
            (Ok(_), Some(key)) if key.kid() != kid => speaker(actor, None)?,
            _ => speaker(actor, device)?,
        };
        let ask = LicenceCommand::Deactivate { licence, by, kid: kid.to_owned() };
        self.command(actor.user_id(), Command::Licence(Box::new(ask)), None).await?;
        self.licence_view(licence).await
    }

    /// Makes a code by which a program of the asker's signs in, once and soon.
    ///
    /// # Errors
    /// `NotSignedIn`; `TooMany` while others wait to be used.
    pub async fn create_claim_code(&self, actor: &Actor) -> Done<ClaimCode> {
        let user = actor.signed_in()?.id;
        let code = draw_sign_in_code(&self.0.world);
        let hash = hash_sign_in_code(&code)?.to_vec();
        let now = self.0.world.now();
        let expires_at = now.after(CODE_LASTS);
        let writer = self.writer()?;
        let made = writer.change(move |link| {
            Box::pin(async move {
                let sql = "DELETE FROM sign_in_codes WHERE expires_at <= $1";
                link.change(sql, vec![now.millis().into()]).await?;
                let sql = "SELECT COUNT(*) FROM sign_in_codes WHERE user_id = $1";
                let count = link.row(sql, vec![user.uuid().into()], |row| row.take::<i64>()).await?;
                if count.is_some_and(|count| count >= i64::from(CODES_MAX)) {
                    return Err(Refusal::TooMany { what: "codes that wait".into(), limit: CODES_MAX }.into());
                }
                let sql = "INSERT INTO sign_in_codes (hash, user_id, expires_at) VALUES ($1, $2, $3)";
                link.change(sql, vec![hash.into(), user.uuid().into(), expires_at.millis().into()]).await?;
                Ok(())
            })
        });
        made.await?;
        Ok(ClaimCode { code, expires_at })
    }

    /// Begins a session by a code, which is used up, and tells its token.
    /// Whatever is wrong with a well-formed code, the answer is the same.
    ///
    /// # Errors
    /// `InvalidInput` on `code` if it was mistyped, else `WrongCredentials`.
    pub async fn sign_in_by_code(&self, code: &str) -> Done<(User, String)> {
        let hash = hash_sign_in_code(code)?.to_vec();
        let (session, token) = self.draw_session(Channel::Api);
        let now = self.0.world.now();
        let writer = self.writer()?;
        let user = writer.change(move |link| {
            Box::pin(async move {
                let lock = link.for_update();
                let sql =
                    format!("SELECT user_id FROM sign_in_codes WHERE hash = $1 AND expires_at > $2{lock}");
                let values = vec![hash.clone().into(), now.millis().into()];
                let found = link.row(sql, values, |row| row.id(domain::id::UserId::new)).await?;
                let user = found.ok_or(Refusal::WrongCredentials)?;
                let used =
                    link.change("DELETE FROM sign_in_codes WHERE hash = $1", vec![hash.into()]).await?;
                if used != 1 {
                    return Err(Refusal::WrongCredentials.into());
                }
                insert_begun(link, [(user, session, now)].into_iter()).await?;
                Ok(user)
            })
        });
        let user = user.await?;
        Ok((self.user(user).await?.ok_or(Refusal::WrongCredentials)?, token))
    }
}
