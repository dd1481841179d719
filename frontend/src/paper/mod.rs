//! Numbered papers: what one says, in one model that the page and the PDF
//! both print, so that they never differ.

mod font;
mod pdf;
#[cfg(test)]
mod tests;

use domain::desk::PaperKind;
use domain::market::Market;
use domain::topup::{Agreed, Method};
use store::desk::PaperView;

use crate::parts::Day;
use crate::worth::grouped;

pub use pdf::write as write_pdf;

/// What a paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it is, with its number: "Invoice I-000012".
    pub title: String,
    /// Who wrote it, line by line.
    pub from: Vec<String>,
    /// To whom, line by line.
    pub to: Vec<String>,
    /// A word, and what it says.
    pub facts: Vec<(String, String)>,
    /// What it is for.
    pub items: Vec<Item>,
    /// What all of that comes to: a word, and the amount.
    pub total: (String, String),
    /// What else there is to say.
    pub notes: Vec<String>,
    /// Where to pay, line by line; empty where nothing is asked for.
    pub bank: Vec<String>,
    /// The foot, line by line.
    pub footer: Vec<String>,
    /// What a saved file is called, without an ending: letters, digits and
    /// hyphens only.
    pub file_name: String,
}

/// A line of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub what: String,
    /// What one costs; empty where that says nothing.
    pub each: String,
    /// What all of it costs.
    pub amount: String,
}

/// What a kind of paper is called.
pub(crate) const fn kind_words(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::ProForma => "Pro-forma invoice",
        PaperKind::Invoice => "Invoice",
        PaperKind::Receipt => "Receipt",
        PaperKind::CreditNote => "Credit note",
    }
}

/// What this paper says.
#[must_use]
pub fn sheet(view: &PaperView, market: &Market) -> Sheet {
    let paper = &view.paper;
    let head = &view.issuer.letterhead;
    let label = paper.label();
    let mut from = vec![view.issuer.name.clone()];
    from.extend(head.address.iter().cloned());
    from.extend(Some(&head.tax_id).filter(|id| !id.is_empty()).cloned());
    Sheet {
        title: format!("{} {label}", kind_words(paper.kind)),
        from,
        to: addressee(view),
        facts: facts(view),
        items: items(view, market),
        total: (total_word(paper.kind).to_owned(), paper.amount.to_string()),
        notes: notes(view, market),
        bank: if asks_for_money(paper.kind) { head.bank.clone() } else { Vec::new() },
        footer: head.footer.clone(),
        file_name: format!("{}-{label}", paper.kind.name()),
    }
}

const fn asks_for_money(kind: PaperKind) -> bool {
    matches!(kind, PaperKind::ProForma | PaperKind::Invoice)
}

const fn total_word(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::ProForma | PaperKind::Invoice => "To pay",
        PaperKind::Receipt => "Received",
        PaperKind::CreditNote => "Credited",
    }
}

/// Who wishes no name on it is known by the code of the order.
fn addressee(view: &PaperView) -> Vec<String> {
    match &view.details.bill_to {
        Some(bill_to) => bill_to.as_str().lines().map(str::to_owned).collect(),
        None => vec![format!("The holder of order {}", view.top_up.reference)],
    }
}

fn facts(view: &PaperView) -> Vec<(String, String)> {
    let (paper, payment) = (&view.paper, view.payment.as_ref());
    let day = |at| Day(at).words();
    let invoice = view.invoice.clone().filter(|_| !asks_for_money(paper.kind));
    let all = [
        ("Number", Some(paper.label())),
        ("Date", Some(day(paper.at))),
        ("Order", Some(view.top_up.reference.to_string())),
        ("Your number", view.details.po_number.as_ref().map(|number| number.as_str().to_owned())),
        ("On invoice", invoice),
        ("To be paid by", paper.due_at.map(day)),
        ("Paid on", payment.map(|payment| day(payment.value_date))),
        ("Payment", payment.map(|payment| payment.bank_reference.clone())),
        ("Paid", (payment.is_none() && paper.kind == PaperKind::Receipt).then(|| "by card".to_owned())),
    ];
    all.into_iter().filter_map(|(word, said)| Some((word.to_owned(), said?))).collect()
}

fn items(view: &PaperView, market: &Market) -> Vec<Item> {
    let Agreed { tokens, bonus, due, price, bundle } = view.top_up.agreed;
    let name = &market.token_name;
    let item = |what: String, amount: String| Item { what, each: String::new(), amount };
    let order = view.top_up.reference.as_str();
    match view.paper.kind {
        PaperKind::Receipt if view.payment.is_some() || view.paper.amount != due => {
            vec![item(
                format!("Payment for {} {name}, order {order}", grouped(tokens)),
                view.paper.amount.to_string(),
            )]
        }
        PaperKind::CreditNote if view.top_up.method == Method::Card => {
            let what = format!("Money back for {name}, order {order}");
            vec![item(what, view.paper.amount.to_string())]
        }
        PaperKind::CreditNote => {
            let on =
                view.invoice.as_ref().map_or(format!("order {order}"), |number| format!("invoice {number}"));
            vec![item(format!("Correction of {on}"), view.paper.amount.to_string())]
        }
        PaperKind::ProForma | PaperKind::Invoice | PaperKind::Receipt => {
            let each = match bundle {
                Some(_) => String::new(),
                None => format!("{price} {}", due.currency()),
            };
            let what = match bundle {
                Some(_) => format!("A bundle of {} {name}", grouped(tokens)),
                None => format!("{} {name}", grouped(tokens)),
            };
            let mut all = vec![Item { what, each, amount: due.to_string() }];
            if !bonus.is_zero() {
                all.push(item(
                    format!("{} {name} on top, to spend only", grouped(bonus)),
                    "no charge".to_owned(),
                ));
            }
            all
        }
    }
}

fn notes(view: &PaperView, market: &Market) -> Vec<String> {
    let code = &view.top_up.reference;
    let came_back = view.payment.as_ref().and_then(|payment| payment.bounced_at);
    match view.paper.kind {
        PaperKind::ProForma => vec![
            format!("Please name {code} when you pay; the {} come with the money.", market.token_name),
            "This is no invoice: each payment gets a receipt.".to_owned(),
        ],
        PaperKind::Invoice => vec![format!("Please name {code} when you pay.")],
        PaperKind::Receipt => match came_back {
            Some(at) => vec![format!("This payment came back on {}: it does not count.", Day(at).words())],
            None if view.top_up.method == Method::Card => Vec::new(),
            None => vec!["Thank you.".to_owned()],
        },
        PaperKind::CreditNote if view.top_up.method == Method::Card => {
            vec!["This amount goes back to the card. The tokens that it paid for were taken back.".to_owned()]
        }
        PaperKind::CreditNote => vec!["This amount is not asked for any more.".to_owned()],
    }
}
