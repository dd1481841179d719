//! Top-ups in trouble: in review, disputed, and what users owe.

use domain::access::Actor;
use domain::book::{Book, Change};
use domain::command::{Command, Needs};
use domain::id::{DisputeId, TopUpId, UserId};
use domain::money::Money;
use domain::refusal::Refusal;
use domain::text::DeskNote;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::topup::TopUp;
use domain::topup::facts::DisputeState;
use domain::topup::review::{Review, ReviewChange, Ruling};
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::error::{Done, Fault};
use crate::page::{Page, Window};
use crate::tx::{Columns, Link, ids, insert};

/// A top-up that does not fit, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The top-up.
    pub top_up: TopUp,
    /// The handle of who would get its tokens.
    pub handle: String,
    /// What did not fit, in our words; nothing if that was not kept.
    pub why: Option<String>,
    /// What the staff said, oldest first.
    pub said: Vec<Said>,
}

/// What a member of the staff said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The handle of who did.
    pub by_handle: Option<String>,
    /// Who did.
    pub by: UserId,
    /// What.
    pub ruling: Ruling,
    /// Why.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// A disputed card payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeView {
    /// Which.
    pub id: DisputeId,
    /// Over which top-up.
    pub top_up: TopUpId,
    /// The top-up's code.
    pub reference: String,
    /// The provider's name of the dispute.
    pub provider_reference: String,
    /// The handle of whose payment it is.
    pub handle: String,
    /// How far it has come.
    pub state: DisputeState,
    /// How much money.
    pub amount: Money,
    /// How many tokens that is.
    pub tokens: Tokens,
    /// Tokens that are kept back.
    pub held: Tokens,
    /// Tokens that were taken, or are owed.
    pub withdrawn: Tokens,
    /// Since when.
    pub at: Timestamp,
    /// Until when the provider takes evidence, if it names a day.
    pub answer_by: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// What users owe: tokens in the market that nobody has paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debts {
    /// All of it.
    pub total: Tokens,
    /// From where on the staff is warned.
    pub warn_from: Tokens,
    /// Who owes most, and how much.
    pub most: Vec<(String, Tokens)>,
}

impl Debts {
    /// Whether there is more than the vendor wants.
    #[must_use]
    pub fn is_too_much(&self) -> bool {
        self.total >= self.warn_from
    }
}

/// Users who owe most that are shown.
const OWERS: u32 = 20;

/// What the staff writes of a payment in trouble.
///
/// # Errors
/// `InvalidInput` on `note`.
pub(crate) fn parse_note(note: &str) -> Result<DeskNote, Refusal> {
    DeskNote::parse(note).map_err(|refusal| match refusal {
        Refusal::InvalidInput { problem, .. } => Refusal::InvalidInput { field: "note".into(), problem },
        other => other,
    })
}

impl Store {
    /// Says what is to become of a top-up in review. Two have to say that it
    /// is credited; one closes it. Staff only. Precedence: note, then as for
    /// [`decide_review`](domain::topup::review::decide_review).
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn review_top_up(
        &self,
        actor: &Actor,
        top_up: TopUpId,
        ruling: Ruling,
        note: &str,
    ) -> Done<Misfit> {
        let by = actor.staff()?.id;
        let note = parse_note(note)?;
        let review = Review { top_up, by, ruling, note, at: self.0.world.now() };
        self.command(Some(by), Command::ReviewTopUp(Box::new(review)), None).await?;
        self.misfit(actor, top_up).await
    }

    /// Top-ups in review, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn misfits(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<Misfit>> {
        actor.staff()?;
        let mut values = Vec::new();
        let clause = window.clause("t.id", &mut values);
        Ok(window.page(self.read_misfits(&format!("WHERE t.state = 14{clause}"), values).await?))
    }

    /// A top-up that is, or was, in review. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound`.
    pub async fn misfit(&self, actor: &Actor, id: TopUpId) -> Done<Misfit> {
        actor.staff()?;
        let tail = "WHERE t.id = $1 AND (t.state = 14 OR m.why IS NOT NULL)";
        let found = self.read_misfits(tail, vec![id.uuid().into()]).await?;
        Ok(found.into_iter().next().ok_or(Refusal::missing("top-up"))?)
    }

    async fn read_misfits(&self, tail: &str, values: Vec<Value>) -> Result<Vec<Misfit>, Fault> {
        let columns: Vec<String> =
            TOP_UP_COLUMNS.split(", ").map(|column| format!("t.{}", column.trim())).collect();
        let sql = format!(
            "SELECT {}, u.handle, m.why FROM top_ups t JOIN users u ON u.id = t.user_id \
             LEFT JOIN top_up_misfits m ON m.top_up_id = t.id {tail}",
            columns.join(", ")
        );
        let read = |row: &mut Columns<'_>| {
            let top_up = read_top_up(row)?;
            Ok(Misfit { top_up, handle: row.take()?, why: row.take()?, said: Vec::new() })
        };
        let mut misfits = self.read().rows(sql, values, read).await?;
        let sql = "SELECT r.top_up_id, u.handle, r.decided_by, r.ruling, r.note, r.decided_at \
                   FROM top_up_reviews r LEFT JOIN users u ON u.id = r.decided_by \
                   WHERE r.top_up_id IN ({}) ORDER BY r.decided_at";
        let keys = ids(misfits.iter().map(|misfit| misfit.top_up.id.uuid()));
        let said = self.read().rows_in(sql, keys, |row| {
            let top_up = row.id(TopUpId::new)?;
            let said = Said {
                by_handle: row.take()?,
                by: row.id(UserId::new)?,
                ruling: row.take_as("read a ruling", Ruling::from_number)?,
                note: row.take()?,
                at: row.time()?,
            };
            Ok((top_up, said))
        });
        for (top_up, said) in said.await? {
            misfits.iter_mut().filter(|it| it.top_up.id == top_up).for_each(|it| it.said.push(said.clone()));
        }
        Ok(misfits)
    }

    /// Disputed card payments, newest first. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn disputes(&self, actor: &Actor, window: Window<Uuid>) -> Done<Page<DisputeView>> {
        actor.staff()?;
        let mut values = Vec::new();
        let clause = window.clause("d.id", &mut values);
        let sql = format!(
            "SELECT d.id, d.top_up_id, t.reference, d.provider_ref, u.handle, d.state, d.currency, d.amount_minor, \
             d.tokens, d.held, d.withdrawn, d.opened_at, l.answer_by, d.closed_at FROM disputes d \
             LEFT JOIN dispute_deadlines l ON l.provider = d.provider AND l.provider_ref = d.provider_ref \
             JOIN top_ups t ON t.id = d.top_up_id JOIN users u ON u.id = d.user_id WHERE 1 = 1{clause}"
        );
        let read = |row: &mut Columns<'_>| {
            Ok(DisputeView {
                id: row.id(DisputeId::new)?,
                top_up: row.id(TopUpId::new)?,
                reference: row.take()?,
                provider_reference: row.take()?,
                handle: row.take()?,
                state: row.take_as("read a dispute's state", DisputeState::from_number)?,
                amount: row.money()?,
                tokens: row.tokens()?,
                held: row.tokens()?,
                withdrawn: row.tokens()?,
                at: row.time()?,
                answer_by: row.time_optional()?,
                closed_at: row.time_optional()?,
            })
        };
        Ok(window.page(self.read().rows(sql, values, read).await?))
    }

    /// What users owe. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn debts(&self, actor: &Actor) -> Done<Debts> {
        actor.staff()?;
        let sql = "SELECT CAST(COALESCE(SUM(debits - credits), 0) AS BIGINT) FROM accounts WHERE kind = 40";
        let total = self.read().row(sql, vec![], |row| row.tokens()).await?.unwrap_or_default();
        let sql = format!(
            "SELECT u.handle, a.debits - a.credits FROM accounts a JOIN users u ON u.id = a.owner \
             WHERE a.kind = 40 AND a.debits > a.credits ORDER BY a.debits - a.credits DESC, u.handle LIMIT {OWERS}"
        );
        let most = self.read().rows(sql, vec![], |row| Ok((row.take()?, row.tokens()?))).await?;
        Ok(Debts { total, warn_from: self.0.market.debt_warning, most })
    }
}

/// Loads what was said of the top-ups that a batch of requests needs.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = "SELECT top_up_id, decided_by, ruling, note, decided_at FROM top_up_reviews \
               WHERE top_up_id IN ({}) ORDER BY decided_at";
    let rows = link.rows_in(sql, ids(needs.top_ups.iter().map(|id| id.uuid())), |row| {
        Ok(Review {
            top_up: row.id(TopUpId::new)?,
            by: row.id(UserId::new)?,
            ruling: row.take_as("read a ruling", Ruling::from_number)?,
            note: row.take_as("read a note", |text: String| DeskNote::parse(&text).ok())?,
            at: row.time()?,
        })
    });
    rows.await?.into_iter().for_each(|review| book.reviews.load(review));
    Ok(())
}

/// Writes what did not fit, and what was said. Before the top-ups themselves:
/// the database counts who said that one is credited.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let (mut misfits, mut said): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for change in changes {
        let Change::Review(change) = change else { continue };
        match change.as_ref() {
            ReviewChange::Misfit { top_up, why, at } => {
                misfits.extend([Value::from(top_up.uuid()), why.as_str().into(), at.millis().into()]);
            }
            ReviewChange::Said(review) => said.extend([
                Value::from(review.top_up.uuid()),
                review.by.uuid().into(),
                review.ruling.number().into(),
                review.note.as_str().into(),
                review.at.millis().into(),
            ]),
        }
    }
    insert(link, "top_up_misfits (top_up_id, why, found_at)", 3, misfits).await?;
    insert(link, "top_up_reviews (top_up_id, decided_by, ruling, note, decided_at)", 5, said).await
}
