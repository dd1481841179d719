//! Gifts: to a user, or behind a claim link.

use domain::access::Actor;
use domain::command::Command;
use domain::gift::{Gift, GiftLink, GiftState, Giving, Returner};
use domain::id::{GiftId, UserId};
use domain::refusal::Refusal;
use domain::text::{GiftMessage, Handle, IdempotencyKey};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::load::{GIFT_COLUMNS, read_gift};
use crate::error::{Done, Error, Fault};
use crate::orders::keyed;
use crate::page::{Page, Window};
use crate::secrets::{claim_code, hash_claim_code};
use crate::tx::Columns;

/// A gift as its giver or recipient sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftView {
    /// The gift.
    pub gift: Gift,
    /// The giver's handle.
    pub giver_handle: String,
    /// The recipient's handle, once there is one.
    pub recipient_handle: Option<String>,
    /// When it was claimed, taken back or ran out.
    pub closed_at: Option<Timestamp>,
}

impl GiftView {
    /// How much.
    #[must_use]
    pub fn amount(&self) -> Tokens {
        self.gift.split.total().unwrap_or_default()
    }
}

impl Store {
    /// Gives tokens to a user. Precedence: key, message, recipient's handle,
    /// then as for [`decide_give`](domain::gift::decide_give).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn give_tokens(
        &self,
        actor: &Actor,
        to: &str,
        amount: Tokens,
        message: &str,
        key: &str,
    ) -> Done<GiftView> {
        let giver = actor.signed_in()?.id;
        let key = keyed(giver, key, "giveTokens", &[to, &amount.to_string(), message])?;
        let message = GiftMessage::parse(message)?;
        let to = parse_recipient(to)?;
        let command = Command::Give { giver, giving: Giving { to, amount, message } };
        let outcome = self.command(Some(giver), command, key).await?;
        self.own_gift(outcome.gift).await
    }

    /// Puts tokens behind a claim link and tells its code. The code is not
    /// stored; the same key gives the same one again. Precedence: key,
    /// message, then as for [`decide_gift_link`](domain::gift::decide_gift_link).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn create_gift_link(
        &self,
        actor: &Actor,
        amount: Tokens,
        message: &str,
        key: &str,
    ) -> Done<(GiftView, String)> {
        let giver = actor.signed_in()?.id;
        let code = claim_code(
            &self.0.secret,
            format!("{giver} {}", IdempotencyKey::parse(key)?.as_str()).as_bytes(),
        );
        let key = keyed(giver, key, "createGiftLink", &[&amount.to_string(), message])?;
        let message = GiftMessage::parse(message)?;
        let link =
            GiftLink { amount, message, claim: hash_claim_code(&code)?, lasts: self.0.market.gift_link };
        let outcome = self.command(Some(giver), Command::CreateGiftLink { giver, link }, key).await?;
        Ok((self.own_gift(outcome.gift).await?, code))
    }

    /// Claims what lies behind a link. Precedence: key, code, then as for
    /// [`decide_claim`](domain::gift::decide_claim).
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence. A code that cannot be one is
    /// answered like one that is unknown.
    pub async fn claim_gift(&self, actor: &Actor, code: &str, key: &str) -> Done<GiftView> {
        let by = actor.signed_in()?.id;
        let key = keyed(by, key, "claimGift", &[code])?;
        let claim = hash_claim_code(code).map_err(|_| Refusal::missing("gift"))?;
        let outcome = self.command(Some(by), Command::ClaimGift { by, claim }, key).await?;
        self.own_gift(outcome.gift).await
    }

    /// Takes a pending gift back.
    ///
    /// # Errors
    /// `NotSignedIn`, then as for [`decide_return`](domain::gift::decide_return).
    pub async fn cancel_gift(&self, actor: &Actor, gift: GiftId) -> Done<GiftView> {
        let user = actor.signed_in()?.id;
        let command = Command::ReturnGift { gift, by: Returner::Giver(user) };
        let outcome = self.command(Some(user), command, None).await?;
        self.own_gift(outcome.gift).await
    }

    /// Sends back gifts that nobody claimed in time, at most `limit`. Safe to
    /// run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn return_due(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let sql = format!(
            "SELECT id FROM gifts WHERE state = 2 AND expires_at <= $1 ORDER BY expires_at LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        let due = self.read().rows(sql, vec![now.into()], |row| row.id(GiftId::new)).await?;
        let mut returned = 0;
        for gift in due {
            match self.command(None, Command::ReturnGift { gift, by: Returner::Timer }, None).await {
                Ok(_) => returned += 1,
                // Somebody was quicker.
                Err(Error::Refused(Refusal::AlreadyClaimed | Refusal::WrongState { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(returned)
    }

    /// What lies behind a claim code: whoever has the code may look.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn gift_behind(&self, code: &str) -> Done<GiftView> {
        let claim = hash_claim_code(code).map_err(|_| Refusal::missing("gift"))?;
        let rows = self.read_gifts("WHERE g.claim_hash = $1", vec![claim.0.to_vec().into()]).await?;
        let mut view = rows.into_iter().next().ok_or(Refusal::missing("gift"))?;
        let is_late = view.gift.expires_at.is_some_and(|at| at <= self.0.world.now());
        if view.gift.state == GiftState::Pending && is_late {
            view.gift.state = GiftState::Expired;
        }
        Ok(view)
    }

    /// A gift, for its giver and its recipient only.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn gift(&self, actor: &Actor, id: GiftId) -> Done<GiftView> {
        let user = actor.signed_in()?.id;
        let found = self.read_gifts("WHERE g.id = $1", vec![id.uuid().into()]).await?.into_iter().next();
        let own = found.filter(|view| view.gift.giver == user || view.gift.recipient == Some(user));
        Ok(own.ok_or(Refusal::missing("gift"))?)
    }

    /// Gifts that the asker gave or got, newest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn gifts(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<GiftView>> {
        let user: UserId = actor.signed_in()?.id;
        let mut values = vec![Value::from(user.uuid())];
        let clause = window.clause("g.id", &mut values);
        let tail = format!("WHERE (g.giver_id = $1 OR g.recipient_id = $1){clause}");
        Ok(window.page(self.read_gifts(&tail, values).await?))
    }

    async fn own_gift(&self, id: Option<GiftId>) -> Done<GiftView> {
        let id = id.ok_or(Fault::bug("make a gift"))?;
        let found = self.read_gifts("WHERE g.id = $1", vec![id.uuid().into()]).await?.into_iter().next();
        Ok(found.ok_or(Fault::corrupt("find a gift that was written"))?)
    }

    async fn read_gifts(&self, tail: &str, values: Vec<Value>) -> Result<Vec<GiftView>, Fault> {
        let columns = GIFT_COLUMNS.split(", ").map(|column| format!("g.{}", column.trim()));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns}, a.handle, b.handle, g.closed_at FROM gifts g \
             JOIN users a ON a.id = g.giver_id LEFT JOIN users b ON b.id = g.recipient_id {tail}"
        );
        let read = |row: &mut Columns<'_>| {
            Ok(GiftView {
                gift: read_gift(row)?,
                giver_handle: row.take()?,
                recipient_handle: row.take()?,
                closed_at: row.time_optional()?,
            })
        };
        self.read().rows(sql, values, read).await
    }
}

/// A handle typed as the recipient: what is wrong with it is said of `to`,
/// and one that cannot be is simply not there.
fn parse_recipient(typed: &str) -> Result<Handle, Refusal> {
    Handle::parse(typed).map_err(|_| Refusal::missing("user"))
}
