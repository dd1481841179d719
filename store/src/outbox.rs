//! The outbox: letters that are to be sent, written in the transaction of
//! what they tell, and delivered at least once by the program.

use domain::access::Actor;
use domain::event::{Event, Notice};
use domain::id::{LetterId, Mint, UserId};
use domain::mail::{LETTER_LEASE, MailAddress, MailKind, Undelivered, wait_after};
use domain::refusal::Refusal;
use domain::time::{Seconds, Timestamp};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::{Columns, Link, ids, insert, marks, row_marks};

/// Whether this market sends letters at all. If not, nothing about letters
/// is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mail {
    /// It does not.
    #[default]
    Off,
    /// It does.
    On,
}

/// A letter to deliver, as the program takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Which letter; a second copy of it has the same number.
    pub id: LetterId,
    /// To whom.
    pub to: UserId,
    /// Their handle.
    pub handle: String,
    /// Where it goes.
    pub address: MailAddress,
    /// What it tells.
    pub event: Event,
    /// When that happened.
    pub at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u16,
}

/// A letter that could not be delivered, as the vendor's staff sees it:
/// without its address and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Which letter.
    pub id: LetterId,
    /// Its kind.
    pub kind: MailKind,
    /// The handle of whom it was for.
    pub handle: String,
    /// What the last attempt failed for.
    pub error: String,
    /// How often it was tried.
    pub attempts: u16,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was given up.
    pub dead_at: Timestamp,
}

/// The outbox at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxGlance {
    /// Letters that wait to be sent, or to be tried again.
    pub waiting: u32,
    /// Letters sent in the last thirty days.
    pub sent: u32,
    /// Letters given up.
    pub dead: u32,
}

/// How long letters are remembered after they were sent.
const SENT_KEEPS: Seconds = Seconds::days(30);

/// How long letters are remembered after they were given up.
const DEAD_KEEPS: Seconds = Seconds::days(90);

/// The number of the letter that tells this: the same however often it is
/// worked out, so that no second one is written for the same matter.
fn number(notice: &Notice, matter: &[u8]) -> LetterId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(notice.to.uuid().as_bytes());
    hasher.update(&notice.event.kind().number().to_be_bytes());
    hasher.update(matter);
    let mut seed = [0; 16];
    hasher.finalize_xof().fill(&mut seed);
    LetterId::new(Mint::new(notice.at, seed).uuid(0))
}

/// A letter for `notice` under that number.
fn row(id: LetterId, notice: &Notice) -> Result<[Value; 7], Fault> {
    let detail = serde_json::to_string(&notice.event).map_err(|_| Fault::bug("write an event"))?;
    let at = notice.at.millis();
    Ok([
        id.uuid().into(),
        notice.event.kind().number().into(),
        notice.to.uuid().into(),
        detail.into(),
        0i16.into(),
        at.into(),
        at.into(),
    ])
}

const COLUMNS: &str = "outbox (id, kind, user_id, detail, attempts, created_at, due_at)";

/// Writes letters for those who want them: with a proven address, and not
/// opted out of the kind. Joins the transaction of what they tell.
pub(crate) async fn record(link: Link<'_>, notices: &[Notice]) -> Result<(), Fault> {
    let mut wanted = Vec::new();
    // As many people as one statement may name.
    for some in notices.chunks(10_000) {
        let people = ids(some.iter().map(|notice| notice.to.uuid()));
        let sql = format!(
            "SELECT a.user_id, o.kind FROM mail_addresses a \
             LEFT JOIN mail_opt_outs o ON o.user_id = a.user_id \
             WHERE a.confirmed_at IS NOT NULL AND a.user_id IN ({})",
            marks(0, people.len())
        );
        let read = |row: &mut Columns<'_>| Ok((row.id(UserId::new)?, row.take::<Option<i16>>()?));
        let reached = link.rows(sql, people, read).await?;
        let is_wanted = |notice: &&Notice| {
            let kind = notice.event.kind().number();
            reached.iter().any(|(user, _)| *user == notice.to) && !reached.contains(&(notice.to, Some(kind)))
        };
        wanted.extend(some.iter().filter(is_wanted));
    }
    let mut values = Vec::with_capacity(wanted.len() * 7);
    for notice in wanted {
        let matter = notice.event.matter().ok_or(Fault::bug("number a letter"))?;
        values.extend(row(number(notice, &matter), notice)?);
    }
    for chunk in values.chunks(7_000) {
        // Who was told of this matter is not told again.
        let sql =
            format!("INSERT INTO {COLUMNS} VALUES {} ON CONFLICT DO NOTHING", row_marks(0, 7, chunk.len()));
        link.change(sql, chunk.to_vec()).await?;
    }
    Ok(())
}

/// Writes the letter that proves an address, whoever does not want others.
pub(crate) async fn record_code(link: Link<'_>, id: LetterId, notice: &Notice) -> Result<(), Fault> {
    insert(link, COLUMNS, 7, row(id, notice)?.to_vec()).await
}

impl Store {
    /// Whether this market sends letters.
    #[must_use]
    pub fn mail(&self) -> Mail {
        self.0.mail
    }

    /// Takes letters that are due, at most `limit`, and leaves them to the
    /// caller for a while; what is neither sent nor failed by then is due
    /// again. Letters that nobody wants any more are dropped. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn take_letters(&self, actor: &Actor, limit: u32) -> Done<Vec<Letter>> {
        actor.system()?;
        let now = self.0.world.now();
        let due = "done_at IS NULL AND dead_at IS NULL AND due_at <= $1";
        // Nothing is due most of the time, and reading costs the writer nothing.
        let sql = format!("SELECT 1 FROM outbox WHERE {due} LIMIT 1");
        if self.read().row(sql, vec![now.millis().into()], |_| Ok(())).await?.is_none() {
            return Ok(Vec::new());
        }
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = format!(
                        "SELECT id FROM outbox WHERE {due} ORDER BY due_at, id LIMIT {limit}{}",
                        link.for_update()
                    );
                    let taken = link.rows(sql, vec![now.millis().into()], |row| row.take::<Uuid>()).await?;
                    Ok(take(link, &taken, now).await?)
                })
            })
            .await
    }

    /// Records that a letter was sent, and forgets its words. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn letter_sent(&self, actor: &Actor, id: LetterId) -> Done<()> {
        actor.system()?;
        let now = self.0.world.now().millis();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE outbox SET done_at = $1, dead_at = NULL, detail = '', error = NULL \
                               WHERE id = $2 AND done_at IS NULL";
                    link.change(sql, vec![now.into(), id.uuid().into()]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Records that an attempt failed: the letter is tried again later, or is
    /// dead. `error` must not hold an address. Only the program itself does
    /// this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn letter_failed(
        &self,
        actor: &Actor,
        letter: &Letter,
        why: Undelivered,
        error: String,
    ) -> Done<()> {
        actor.system()?;
        let (id, now) = (letter.id, self.0.world.now());
        let again_at = wait_after(letter.attempt, why).map(|wait| now.after(wait).millis());
        let dead_at = again_at.is_none().then(|| now.millis());
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE outbox SET error = $1, due_at = COALESCE($2, due_at), dead_at = $3 \
                               WHERE id = $4 AND done_at IS NULL";
                    let values = vec![error.into(), again_at.into(), dead_at.into(), id.uuid().into()];
                    link.change(sql, values).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Forgets letters and browsers of long ago. Returns how many.
    ///
    /// # Errors
    /// A fault only.
    pub async fn forget_letters(&self) -> Done<u64> {
        let ago = |length: Seconds| self.0.world.now().millis() - i64::from(length.get()) * 1_000;
        let (sent, dead, seen) = (ago(SENT_KEEPS), ago(DEAD_KEEPS), ago(Seconds::days(400)));
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let mut gone =
                        link.change("DELETE FROM outbox WHERE done_at <= $1", vec![sent.into()]).await?;
                    gone += link.change("DELETE FROM outbox WHERE dead_at <= $1", vec![dead.into()]).await?;
                    gone += link
                        .change("DELETE FROM known_devices WHERE seen_at <= $1", vec![seen.into()])
                        .await?;
                    Ok(gone)
                })
            })
            .await
    }

    /// Letters that could not be delivered, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn dead_letters(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<DeadLetter>> {
        actor.staff()?;
        let mut values = Vec::new();
        let clause = window.clause("o.id", &mut values);
        let sql = format!(
            "SELECT o.id, o.kind, u.handle, o.error, o.attempts, o.created_at, o.dead_at FROM outbox o \
             JOIN users u ON u.id = o.user_id WHERE o.dead_at IS NOT NULL{clause}"
        );
        let read = |row: &mut Columns<'_>| {
            Ok(DeadLetter {
                id: row.id(LetterId::new)?,
                kind: kind(row)?,
                handle: row.take()?,
                error: row.take::<Option<String>>()?.unwrap_or_default(),
                attempts: attempts(row)?,
                created_at: row.time()?,
                dead_at: row.time()?,
            })
        };
        Ok(window.page(self.read().rows(sql, values, read).await?))
    }

    /// The outbox at a glance. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn outbox_glance(&self, actor: &Actor) -> Done<OutboxGlance> {
        actor.staff()?;
        let count = async |which: &str| -> Result<u32, Fault> {
            let sql = format!("SELECT COUNT(*) FROM outbox WHERE {which}");
            Ok(self.read().row(sql, vec![], |row| row.count()).await?.unwrap_or(0))
        };
        Ok(OutboxGlance {
            waiting: count("done_at IS NULL AND dead_at IS NULL").await?,
            sent: count("done_at IS NOT NULL").await?,
            dead: count("dead_at IS NOT NULL").await?,
        })
    }

    /// Has a dead letter tried again from the start. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound` if no such letter is dead.
    pub async fn try_letter_again(&self, actor: &Actor, id: LetterId) -> Done<()> {
        actor.staff()?;
        let now = self.0.world.now().millis();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE outbox SET dead_at = NULL, attempts = 0, due_at = $1 \
                               WHERE id = $2 AND dead_at IS NOT NULL";
                    match link.change(sql, vec![now.into(), id.uuid().into()]).await? {
                        1 => Ok(()),
                        _ => Err(Refusal::missing("dead letter").into()),
                    }
                })
            })
            .await
    }
}

fn kind(row: &mut Columns<'_>) -> Result<MailKind, Fault> {
    row.take_as("read a kind of letter", MailKind::from_number)
}

fn attempts(row: &mut Columns<'_>) -> Result<u16, Fault> {
    row.take_as("read a number of attempts", |attempts: i16| u16::try_from(attempts).ok())
}

/// Counts the attempt, reads the letters, and drops those that nobody wants.
async fn take(link: Link<'_>, taken: &[Uuid], now: Timestamp) -> Result<Vec<Letter>, Fault> {
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![Value::from(now.after(LETTER_LEASE).millis())];
    values.extend(ids(taken.iter().copied()));
    let sql = format!(
        "UPDATE outbox SET attempts = attempts + 1, due_at = $1 WHERE id IN ({})",
        marks(1, taken.len())
    );
    link.change(sql, values).await?;
    // Only the code goes to an address that is not proven.
    let code = MailKind::AddressConfirmation.number();
    let sql = format!(
        "SELECT o.id, o.user_id, u.handle, a.mailbox, o.detail, o.created_at, o.attempts FROM outbox o \
         JOIN users u ON u.id = o.user_id JOIN mail_addresses a ON a.user_id = o.user_id \
         WHERE o.id IN ({}) AND (a.confirmed_at IS NOT NULL OR o.kind = {code}) AND NOT EXISTS ( \
             SELECT 1 FROM mail_opt_outs x WHERE x.user_id = o.user_id AND x.kind = o.kind) \
         ORDER BY o.id",
        marks(0, taken.len())
    );
    let found = link.rows(sql, ids(taken.iter().copied()), read_letter).await?;
    let unwanted = taken.iter().filter(|id| !found.iter().any(|(known, _)| known.uuid() == **id));
    let unwanted = ids(unwanted.copied());
    if !unwanted.is_empty() {
        let sql = format!("DELETE FROM outbox WHERE id IN ({})", marks(0, unwanted.len()));
        link.change(sql, unwanted).await?;
    }
    let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, letter)| letter.is_some());
    // One that another version of the program wrote holds up nobody else's.
    for (id, _) in bad {
        let sql = "UPDATE outbox SET dead_at = $1, error = 'the letter could not be read' WHERE id = $2";
        link.change(sql, vec![now.millis().into(), id.uuid().into()]).await?;
    }
    Ok(good.into_iter().filter_map(|(_, letter)| letter).collect())
}

fn read_letter(row: &mut Columns<'_>) -> Result<(LetterId, Option<Letter>), Fault> {
    let (id, to) = (row.id(LetterId::new)?, row.id(UserId::new)?);
    let (handle, mailbox): (String, String) = (row.take()?, row.take()?);
    let detail: String = row.take()?;
    let (at, attempt) = (row.time()?, attempts(row)?);
    let (address, event) = (MailAddress::parse(&mailbox).ok(), serde_json::from_str(&detail).ok());
    let letter =
        address.zip(event).map(|(address, event)| Letter { id, to, handle, address, event, at, attempt });
    Ok((id, letter))
}
