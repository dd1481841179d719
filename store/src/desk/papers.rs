//! The numbered papers of an order, for who gets its tokens and for the staff.

use domain::access::Actor;
use domain::desk::{Details, Paper, PaperKind};
use domain::id::{PaperId, TopUpId};
use domain::market::Issuer;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::topup::TopUp;

use super::book::{DETAIL_COLUMNS, read_details};
use crate::Store;
use crate::book::top_ups::{TOP_UP_COLUMNS, read_top_up};
use crate::error::{Done, Fault};
use crate::tx::Columns;

/// A paper with all that it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperView {
    /// The paper.
    pub paper: Paper,
    /// The order it is about.
    pub top_up: TopUp,
    /// Who wrote it, as they were then.
    pub issuer: Issuer,
    /// What is known of the order beside it.
    pub details: Details,
    /// The number of the invoice of the order, if there is one.
    pub invoice: Option<String>,
    /// The payment that a receipt is for, if it came over the desk.
    pub payment: Option<PaperPayment>,
}

/// The payment of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperPayment {
    /// On which day it counts.
    pub value_date: Timestamp,
    /// What the bank or the till calls it.
    pub bank_reference: String,
    /// When it came back, if it did.
    pub bounced_at: Option<Timestamp>,
}

const PAPER_COLUMNS: &str =
    "p.id, p.kind, p.number, p.top_up_id, p.about, p.currency, p.amount_minor, p.due_at, p.issued_at";

fn read_paper(row: &mut Columns<'_>) -> Result<Paper, Fault> {
    Ok(Paper {
        id: row.id(PaperId::new)?,
        kind: row.take_as("read a kind of paper", PaperKind::from_number)?,
        number: row.take()?,
        top_up: row.id(TopUpId::new)?,
        about: row.take()?,
        amount: row.money()?,
        due_at: row.time_optional()?,
        at: row.time()?,
    })
}

fn read_payment(row: &mut Columns<'_>) -> Result<Option<PaperPayment>, Fault> {
    let (value_date, bank_reference): (_, Option<String>) = (row.time_optional()?, row.take()?);
    let bounced_at = row.time_optional()?;
    let payment = |value_date| Some(PaperPayment { value_date, bank_reference: bank_reference?, bounced_at });
    Ok(value_date.and_then(payment))
}

impl Store {
    /// The papers of an order, oldest first; for its user and the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`.
    pub async fn papers(&self, actor: &Actor, top_up: TopUpId) -> Done<Vec<Paper>> {
        self.top_up(actor, top_up).await?;
        let sql = format!(
            "SELECT {PAPER_COLUMNS} FROM papers p WHERE p.top_up_id = $1 \
             ORDER BY p.issued_at, p.kind, p.number LIMIT 400"
        );
        Ok(self.read().rows(sql, vec![top_up.uuid().into()], read_paper).await?)
    }

    /// A paper with all that it says; for the user of its order and the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`.
    pub async fn paper(&self, actor: &Actor, id: PaperId) -> Done<PaperView> {
        let user = actor.signed_in()?;
        let found = self.read_paper_view(id).await?;
        let is_theirs = |view: &PaperView| view.top_up.user == user.id || actor.staff().is_ok();
        Ok(found.filter(is_theirs).ok_or(Refusal::missing("paper"))?)
    }

    async fn read_paper_view(&self, id: PaperId) -> Result<Option<PaperView>, Fault> {
        let columns: Vec<String> =
            TOP_UP_COLUMNS.split(", ").map(|column| format!("t.{}", column.trim())).collect();
        // A top-up by card has no row of the desk.
        let sql = format!(
            "SELECT {PAPER_COLUMNS}, {}, m.value_date, m.bank_reference, b.bounced_at, i.number, \
             l.issuer, {DETAIL_COLUMNS} FROM papers p LEFT JOIN letterheads l ON l.id = p.letterhead_id JOIN top_ups t ON t.id = p.top_up_id \
             LEFT JOIN desk_orders o ON o.top_up_id = t.id LEFT JOIN desk_payments m ON m.id = p.about \
             LEFT JOIN desk_bounces b ON b.payment_id = m.id \
             LEFT JOIN papers i ON i.about = t.id AND i.kind = 2 WHERE p.id = $1",
            columns.join(", ")
        );
        let read = |row: &mut Columns<'_>| {
            let (paper, top_up) = (read_paper(row)?, read_top_up(row)?);
            let payment = read_payment(row)?;
            let invoice = row.take::<Option<i64>>()?.map(|number| PaperKind::Invoice.label(number));
            let issuer =
                row.take_optional("read who wrote a paper", |text: String| serde_json::from_str(&text).ok())?;
            let issuer = issuer.unwrap_or_else(|| self.market().issuer());
            Ok(PaperView { paper, top_up, issuer, details: read_details(row)?, invoice, payment })
        };
        self.read().row(sql, vec![id.uuid().into()], read).await
    }
}
