//! Browsers and programs seen before, so that a sign-in from another one can
//! be told by mail. Kept only for users who have proven an address, and
//! nothing of the device itself is: a random number in a cookie marks it.

use domain::event::{Event, Notice};
use domain::id::{SessionId, UserId};
use domain::time::{Seconds, Timestamp};

use crate::Store;
use crate::error::Fault;
use crate::outbox::{Mail, record};
use crate::secrets::{device_mark, draw_session_token};
use crate::tx::Link;

/// How long a browser is to keep its number.
pub const DEVICE_LASTS: Seconds = Seconds::days(400);

/// A browser or program of one user.
pub(crate) struct Device {
    /// What it keeps.
    pub(crate) token: String,
    /// What is stored.
    pub(crate) mark: [u8; 32],
}

impl Store {
    /// The device that sent this token; a new one if it sent none that can
    /// be ours.
    pub(crate) fn device(&self, user: UserId, sent: Option<&str>) -> Device {
        let is_ours = |token: &&str| token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let token = sent.filter(is_ours).map(str::to_owned);
        let token = token.unwrap_or_else(|| draw_session_token(&self.0.world));
        let mark = device_mark(&self.0.secret, user, &token);
        Device { token, mark }
    }

    /// Whether devices are told apart in this market.
    pub(crate) fn knows_devices(&self) -> bool {
        self.0.mail == Mail::On
    }
}

impl Device {
    /// Keeps a device's mark.
    pub(crate) async fn keep(
        link: Link<'_>,
        user: UserId,
        mark: [u8; 32],
        now: Timestamp,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO known_devices (user_id, mark, seen_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (user_id, mark) DO UPDATE SET seen_at = excluded.seen_at";
        let values = vec![user.uuid().into(), mark.to_vec().into(), now.millis().into()];
        link.change(sql, values).await.map(|_| ())
    }

    /// Meets a device at a sign-in: if the user has proven an address, it is
    /// kept, and told of by mail if it is new. Tells whether it is kept.
    pub(crate) async fn meet(
        link: Link<'_>,
        user: UserId,
        mark: [u8; 32],
        (session, now): (SessionId, Timestamp),
    ) -> Result<bool, Fault> {
        let sql = "SELECT CASE WHEN d.mark IS NULL THEN 0 ELSE 1 END FROM mail_addresses a \
                   LEFT JOIN known_devices d ON d.user_id = a.user_id AND d.mark = $2 \
                   WHERE a.user_id = $1 AND a.confirmed_at IS NOT NULL";
        let values = vec![user.uuid().into(), mark.to_vec().into()];
        let Some(is_known) = link.row(sql, values, |row| row.take::<i32>()).await? else {
            return Ok(false);
        };
        Self::keep(link, user, mark, now).await?;
        if is_known == 0 {
            let event = Event::NewDevice { session, at: now };
            record(link, &[Notice { to: user, event, at: now }]).await?;
        }
        Ok(true)
    }
}
