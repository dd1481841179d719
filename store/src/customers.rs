//! Accounts that the staff opens for somebody, how they are taken over, and
//! the personal data that was left with the staff.

use domain::access::{Actor, Role};
use domain::command::{Command, Request};
use domain::customer::{Customer, HANDOVER_LASTS, Handover};
use domain::id::UserId;
use domain::refusal::Refusal;
use domain::text::{CustomerName, Passphrase, PhoneNumber, PostalAddress};
use domain::time::Timestamp;
use domain::user::{Channel, NewUser, Opening};
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::secrets::{draw_account_key, handover_code, hash_account_key, hash_handover_code};
use crate::tx::{Link, insert};
use crate::users::{Opened, User};

/// What the staff was told by phone, fax or letter; all of it may be empty.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// A chosen handle.
    pub handle: Option<String>,
    /// What the user is called.
    pub name: String,
    /// Where letters reach the user.
    pub address: String,
    /// Where the user can be called.
    pub phone: String,
}

/// An account that was opened for somebody; the code is shown this once.
#[derive(Clone, Debug)]
pub struct OpenedFor {
    /// The new user.
    pub user: User,
    /// The code that takes the account over.
    pub claim_code: String,
    /// Until when it does.
    pub expires_at: Timestamp,
}

/// Inserts what belongs to accounts that were opened for somebody.
pub(crate) async fn insert_opened(link: Link<'_>, opened: &[&NewUser]) -> Result<(), Fault> {
    let (mut handovers, mut customers) = (Vec::new(), Vec::new());
    for user in opened {
        let Some(handover) = &user.opening.handover else { continue };
        handovers.extend([
            Value::from(user.id.uuid()),
            handover.code_hash.to_vec().into(),
            handover.by.uuid().into(),
            user.at.millis().into(),
            user.at.after(handover.lasts).millis().into(),
        ]);
        if !handover.customer.is_nobody() {
            let Customer { name, address, phone } = handover.customer.clone();
            customers.extend([
                Value::from(user.id.uuid()),
                name.map(CustomerName::into_string).into(),
                address.map(PostalAddress::into_string).into(),
                phone.map(PhoneNumber::into_string).into(),
                handover.by.uuid().into(),
                user.at.millis().into(),
            ]);
        }
    }
    let columns = "handovers (user_id, code_hash, opened_by, created_at, expires_at)";
    insert(link, columns, 5, handovers).await?;
    insert(link, "customers (user_id, name, address, phone, entered_by, entered_at)", 6, customers).await
}

impl Store {
    /// Opens an account for somebody who phones, faxes or writes, with its
    /// welcome tokens. Nobody can sign in before it is taken over by the code.
    /// Staff only. Precedence: handle, personal data, handle taken.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn open_account_for(&self, actor: &Actor, new: NewCustomer) -> Done<OpenedFor> {
        let by = actor.staff()?.id;
        let world = &self.0.world;
        let handle = self.handle_choice(new.handle.as_deref())?;
        let customer = Customer::parse(&new.name, &new.address, &new.phone)?;
        let claim_code = handover_code(world);
        let handover =
            Handover { code_hash: hash_handover_code(&claim_code)?, lasts: HANDOVER_LASTS, by, customer };
        let opening = Opening {
            handle,
            // A key that nobody was told: it cannot be signed in with.
            account_key_hash: hash_account_key(&draw_account_key(world))?,
            passphrase_hash: None,
            role: Role::User,
            welcome: self.0.market.welcome,
            welcome_lasts: self.0.market.welcome_lasts,
            session: None,
            handover: Some(Box::new(handover)),
        };
        let mint = world.mint();
        let expires_at = mint.at().after(HANDOVER_LASTS);
        let request = Request { command: Command::OpenAccount(opening), actor: by.uuid(), mint, key: None };
        let outcome = self.writer()?.command(request).await?;
        let id = outcome.user.ok_or(Fault::bug("open an account"))?;
        let user = self.user(id).await?.ok_or(Fault::bug("find an opened account"))?;
        Ok(OpenedFor { user, claim_code, expires_at })
    }

    /// Takes over an account that was opened by the staff: draws its key, sets
    /// a passphrase if one is given, and begins a session. Whoever has the
    /// code may, once. Precedence: passphrase, code.
    ///
    /// # Errors
    /// In that precedence; a code that is unknown, used or over is answered
    /// alike.
    pub async fn take_over_account(
        &self,
        _: &Actor,
        code: &str,
        passphrase: &str,
        channel: Channel,
    ) -> Done<Opened> {
        let passphrase = (!passphrase.is_empty()).then(|| Passphrase::parse(passphrase)).transpose()?;
        let hash = hash_handover_code(code)?;
        let world = &self.0.world;
        let passphrase_hash = match passphrase {
            Some(passphrase) => Some(self.0.hashing.hash(passphrase, world.random()).await?),
            None => None,
        };
        let account_key = draw_account_key(world);
        let key_hash = hash_account_key(&account_key)?;
        let (session, token) = self.draw_session(channel);
        let now = world.now();
        let taken = self.writer()?.change(move |link| {
            Box::pin(async move {
                let id = use_handover(link, hash, now).await?;
                let sql = "UPDATE users SET account_key_hash = $1, passphrase_hash = $2 WHERE id = $3";
                let values = vec![key_hash.to_vec().into(), passphrase_hash.into(), id.uuid().into()];
                link.change(sql, values).await?;
                crate::sessions::insert_begun(link, [(id, session, now)].into_iter()).await?;
                Ok(id)
            })
        });
        let id = taken.await?;
        let user = self.user(id).await?.ok_or(Fault::corrupt("find an account that was taken over"))?;
        Ok(Opened { user, account_key, session_token: Some(token) })
    }

    /// What a user left with the staff; nothing if nothing. For the user, and
    /// for the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound` for everybody else.
    pub async fn customer(&self, actor: &Actor, id: UserId) -> Done<Option<Customer>> {
        check_own(actor, id)?;
        let sql = "SELECT name, address, phone FROM customers WHERE user_id = $1";
        let found = self.read().row(sql, vec![id.uuid().into()], |row| {
            let what = "read what somebody left";
            Ok(Customer {
                name: row.take_optional(what, |text: String| CustomerName::parse(&text).ok())?,
                address: row.take_optional(what, |text: String| PostalAddress::parse(&text).ok())?,
                phone: row.take_optional(what, |text: String| PhoneNumber::parse(&text).ok())?,
            })
        });
        Ok(found.await?)
    }

    /// Erases what a user left with the staff: also whom papers were written
    /// to, who phoned, what the staff noted, scans, and where they were paid for
    /// redemptions that have ended. The account and the
    /// books stay. For the user, and for the staff. Erasing again changes
    /// nothing.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound` for everybody else.
    pub async fn erase_customer(&self, actor: &Actor, id: UserId) -> Done<()> {
        check_own(actor, id)?;
        let scans = self.files_of_customer(id).await?;
        let erased = self.writer()?.change(move |link| {
            Box::pin(async move {
                for sql in [
                    "DELETE FROM customers WHERE user_id = $1",
                    "UPDATE desk_orders SET taken_from = NULL, notes = NULL WHERE user_id = $1 \
                     AND (taken_from IS NOT NULL OR notes IS NOT NULL)",
                    "DELETE FROM bill_tos WHERE top_up_id IN \
                     (SELECT top_up_id FROM desk_orders WHERE user_id = $1)",
                    "DELETE FROM desk_attachments WHERE top_up_id IN \
                     (SELECT top_up_id FROM desk_orders WHERE user_id = $1)",
                    "DELETE FROM redemption_payees WHERE redemption_id IN \
                     (SELECT id FROM redemptions WHERE user_id = $1 AND closed_at IS NOT NULL)",
                ] {
                    link.change(sql, vec![id.uuid().into()]).await?;
                }
                Ok(())
            })
        });
        erased.await?;
        self.drop_files(scans).await
    }
}

fn check_own(actor: &Actor, id: UserId) -> Result<(), Refusal> {
    let asker = actor.signed_in()?;
    if asker.id == id || asker.role == Role::Staff { Ok(()) } else { Err(Refusal::missing("user")) }
}

/// Marks a code as used, and tells whose account it takes over.
async fn use_handover(link: Link<'_>, hash: [u8; 32], now: Timestamp) -> Result<UserId, Error> {
    let sql =
        "UPDATE handovers SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $3";
    let values = vec![now.millis().into(), hash.to_vec().into(), now.millis().into()];
    if link.change(sql, values).await? != 1 {
        return Err(Refusal::missing("code").into());
    }
    let sql = "SELECT user_id FROM handovers WHERE code_hash = $1";
    let found = link.row(sql, vec![hash.to_vec().into()], |row| row.id(UserId::new)).await?;
    Ok(found.ok_or(Fault::corrupt("find a code that was used"))?)
}
