//! What did not agree with a payment provider, and who of the staff has
//! looked at it. Both only grow; no balance depends on either.

use domain::access::Actor;
use domain::id::{TopUpId, UserId};
use domain::money::{Currency, Money};
use domain::refusal::Refusal;
use domain::text::DeskNote;
use domain::time::Timestamp;
use domain::topup::comparison::finding::{Finding, FindingName, check_seeing};
use domain::topup::comparison::{Day, Difference, DifferenceKind};
use domain::topup::{Provider, Reference};
use sea_orm::Value;

use super::only_staff;
use crate::Store;
use crate::error::{Done, Fault};
use crate::reviews::parse_note;
use crate::tx::{Columns, Link, insert};

/// Findings that are shown.
const SHOWN: u32 = 30;

/// Something that did not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// With whom, on which day, and which top-up the provider means.
    pub name: FindingName,
    /// Its code, if it is ours.
    pub reference: Option<Reference>,
    /// The provider's name of the payment, if one is known.
    pub payment: Option<String>,
    /// What.
    pub difference: Difference,
    /// Who has looked at it, if somebody has.
    pub seen: Option<Seen>,
}

/// What a member of the staff said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The handle of who did.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub note: String,
}

impl Store {
    /// What did not agree: first what nobody has looked at, then the rest, the
    /// newest days first. Staff, and the program itself.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`.
    pub async fn comparison_findings(&self, actor: &Actor) -> Done<Vec<Found>> {
        only_staff(actor)?;
        let tail = format!(
            "ORDER BY CASE WHEN s.seen_at IS NULL THEN 0 ELSE 1 END, f.day_at DESC, f.top_up_id LIMIT {SHOWN}"
        );
        Ok(self.read_findings(&tail, vec![]).await?)
    }

    /// One of them. Staff only.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, `NotFound`.
    pub async fn comparison_finding(&self, actor: &Actor, name: FindingName) -> Done<Found> {
        actor.staff()?;
        let tail = "WHERE f.provider = $1 AND f.day_at = $2 AND f.top_up_id = $3";
        let found = self.read_findings(tail, key(name)).await?.into_iter().next();
        Ok(found.ok_or(Refusal::missing("finding"))?)
    }

    /// Marks a finding as seen, with what came of it: it no longer counts as a
    /// warning, and stays listed. Once, by the staff, and not by whose payment
    /// it is. Precedence: note, then as for [`check_seeing`].
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn mark_finding_seen(&self, actor: &Actor, name: FindingName, note: &str) -> Done<Found> {
        let by = actor.staff()?.id;
        let note = parse_note(note)?;
        let now = self.0.world.now();
        self.writer()?.change(move |link| Box::pin(mark(link, name, (by, now), note))).await?;
        self.comparison_finding(actor, name).await
    }

    async fn read_findings(&self, tail: &str, values: Vec<Value>) -> Result<Vec<Found>, Fault> {
        let sql = format!(
            "SELECT f.provider, f.day_at, f.top_up_id, t.reference, f.payment_ref, f.kind, f.here_currency, \
             f.here_minor, f.there_currency, f.there_minor, u.handle, s.seen_at, s.note \
             FROM comparison_findings f LEFT JOIN top_ups t ON t.id = f.top_up_id \
             LEFT JOIN seen_findings s ON s.provider = f.provider AND s.day_at = f.day_at \
             AND s.top_up_id = f.top_up_id LEFT JOIN users u ON u.id = s.seen_by {tail}"
        );
        self.read().rows(&sql, values, read_found).await
    }
}

fn key(name: FindingName) -> Vec<Value> {
    let FindingName { provider, day, top_up } = name;
    vec![provider.number().into(), day.begin().millis().into(), top_up.uuid().into()]
}

fn read_found(row: &mut Columns<'_>) -> Result<Found, Fault> {
    let name = FindingName {
        provider: row.take_as("read a provider", Provider::from_number)?,
        day: Day::of(row.time()?),
        top_up: row.id(TopUpId::new)?,
    };
    let reference = row.take_optional("read a reference", |text: String| Reference::parse(&text).ok())?;
    let payment = row.take()?;
    let difference = Difference {
        kind: row.take_as("read a difference", DifferenceKind::from_number)?,
        here: money_optional(row)?,
        there: money_optional(row)?,
    };
    let (by, at, note): (Option<String>, _, Option<String>) =
        (row.take()?, row.time_optional()?, row.take()?);
    // Who has left the market has no name any more.
    let seen = at.zip(note).map(|(at, note)| Seen { by: by.unwrap_or_default(), at, note });
    Ok(Found { name, reference, payment, difference, seen })
}

fn money_optional(row: &mut Columns<'_>) -> Result<Option<Money>, Fault> {
    let currency = row.take_optional("read a currency", |text: String| Currency::parse(&text).ok())?;
    let minor: Option<i64> = row.take()?;
    Ok(currency.zip(minor).and_then(|(currency, minor)| Money::new(minor, currency)))
}

/// Asks the rules and writes, in one transaction: two who mark at once are
/// told apart here and by the table's key.
async fn mark(link: Link<'_>, name: FindingName, (by, now): (UserId, Timestamp), note: DeskNote) -> Done<()> {
    let sql = "SELECT t.user_id, s.seen_by FROM comparison_findings f LEFT JOIN top_ups t ON t.id = f.top_up_id \
               LEFT JOIN seen_findings s ON s.provider = f.provider AND s.day_at = f.day_at \
               AND s.top_up_id = f.top_up_id WHERE f.provider = $1 AND f.day_at = $2 AND f.top_up_id = $3";
    let finding = link.row(sql, key(name), |row| {
        Ok(Finding { owner: row.id_optional(UserId::new)?, seen_by: row.id_optional(UserId::new)? })
    });
    check_seeing(finding.await?, by)?;
    let mut values = key(name);
    values.extend([by.uuid().into(), now.millis().into(), Value::from(note.as_str().to_owned())]);
    let into = "seen_findings (provider, day_at, top_up_id, seen_by, seen_at, note)";
    insert(link, into, 6, values).await?;
    Ok(())
}
