//! One order at the desk: what is known of it, and what the staff does to it.

use axum::extract::{Multipart, Path};
use domain::desk::DeskOrder;
use domain::desk::attachment::{ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX};
use domain::id::{PaymentId, TopUpId};
use domain::money::Money;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use domain::topup::TopUp;
use store::desk::{Attachment, DeskEvent, DeskPayment, DeskView, NewMove, NewPayment};
use store::{Done, Error};
use uuid::Uuid;

use super::words::deed_words;
use super::{refused, row};
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::{Form as _, Problem};
use crate::page::Tone;
use crate::parts::Day;
use crate::posted::{Pairs, Posted};
use crate::routes;
use crate::trouble::{Trouble, sentence};
use crate::view::desk_order::{DeskOrderView, EventRow, May, MoveForm, PaymentForm, PaymentRow, ScanRow};

/// The forms of the page, as they come back when one was refused.
#[derive(Default)]
struct Forms {
    pay: PaymentForm,
    give: MoveForm,
    problem: Option<String>,
}

/// `GET /vendor/desk/order/{id}`
pub(in crate::pages) async fn order(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = crate::pages::id(&id, TopUpId::new, "top-up")?;
    show(&order_view(&ask, id, Forms::default()).await?)
}

async fn order_view(ask: &Ask, id: TopUpId, mut forms: Forms) -> Result<DeskOrderView, Trouble> {
    let (store, actor) = (&ask.site.store, &ask.actor);
    let view = store.desk_order(actor, id).await?;
    let standing = store.desk_standing(actor, id).await?;
    let by = ask.user()?.id.uuid();
    forms.pay.idempotency_key.value = ask.site.draw_key();
    forms.give.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page(&format!("Order {}", view.top_up.reference)).await?;
    page.path = routes::VendorDeskOrder::to(id).to_string();
    page.problems = forms.pay.problems();
    page.problems.extend(forms.give.problems());
    page.problems.extend(forms.problem.map(|message| Problem { id: None, message }));
    let (top_up, now) = (&view.top_up, store.world().now());
    let payments = store.desk_payments(actor, id).await?;
    Ok(DeskOrderView {
        row: row(top_up, &view.handle, now),
        facts: facts(&view, &standing),
        papers: crate::pages::paper::rows(&store.papers(actor, id).await?),
        payments: payments.into_iter().map(|payment| payment_row(payment, &standing, top_up, by)).collect(),
        scans: store.attachments(actor, id).await?.into_iter().map(scan_row).collect(),
        history: store.desk_events(actor, id).await?.into_iter().map(event).collect(),
        may: may(&standing, top_up, by, now),
        pay: forms.pay,
        give: forms.give,
        currency: top_up.agreed.due.currency().to_string(),
        page,
    })
}

/// What the asker may do now: exactly what would not be refused.
fn may(order: &DeskOrder, top_up: &TopUp, by: Uuid, now: Timestamp) -> May {
    May {
        agree: order.check_agree(top_up, by, now).is_ok(),
        reject: order.check_end(top_up).is_ok(),
        pay: order.check_pay(top_up, by).is_ok(),
        write_off: order.check_write_off(top_up, by).is_ok(),
        reverse: order.check_reverse(top_up, by).is_ok(),
        give: order.check_move(top_up, by).is_ok(),
    }
}

fn facts(view: &DeskView, order: &DeskOrder) -> Vec<(String, String)> {
    let details = &view.details;
    let currency = view.top_up.agreed.due.currency();
    let money = |minor| Money::new(minor, currency).filter(|money| !money.is_zero());
    let all = [
        ("Agreed", (view.needs > 0).then(|| format!("{} of {}", view.approvals, view.needs))),
        ("Came so far", (!view.paid.is_zero()).then(|| view.paid.to_string())),
        ("Paid too much", money(order.remainder_minor(&view.top_up)).map(|money| money.to_string())),
        ("Invoice", view.invoice_number.clone()),
        ("To be paid by", view.due_at.map(|at| Day(at).words())),
        ("Reminders sent", (order.reminded > 0).then(|| order.reminded.to_string())),
        ("Customer’s number", details.po_number.as_ref().map(|text| text.as_str().to_owned())),
        ("Papers are written to", details.bill_to.as_ref().map(|text| text.as_str().to_owned())),
        ("From", details.taken_from.as_ref().map(|text| text.as_str().to_owned())),
        ("Notes", details.notes.as_ref().map(|text| text.as_str().to_owned())),
    ];
    all.into_iter().filter_map(|(word, said)| Some((word.to_owned(), said?))).collect()
}

fn payment_row(payment: DeskPayment, order: &DeskOrder, top_up: &TopUp, by: Uuid) -> PaymentRow {
    PaymentRow {
        id: payment.id.uuid().to_string(),
        amount: payment.amount.to_string(),
        value_date: payment.value_date,
        bank_reference: payment.bank_reference,
        bounced_at: payment.bounced_at,
        can_bounce: order.check_bounce(top_up, payment.id, by).is_ok(),
    }
}

fn scan_row(scan: Attachment) -> ScanRow {
    ScanRow {
        id: scan.id,
        name: scan.name,
        what: format!("{}, {} KB", scan.kind.name(), scan.size_bytes.div_ceil(1_024)),
        sha256: scan.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn event(event: DeskEvent) -> EventRow {
    EventRow {
        at: event.at,
        what: deed_words(event.deed).to_owned(),
        by: event.by_handle.unwrap_or_else(|| "the market itself".to_owned()),
        detail: event.detail,
    }
}

fn payment_of(form: &Pairs) -> Result<NewPayment, Refusal> {
    let day = format!("{}T00:00:00Z", form.get("value_date").trim());
    let value_date = Timestamp::parse_rfc3339(&day);
    Ok(NewPayment {
        amount: form.get("amount").trim().to_owned(),
        currency: form.get("currency").to_owned(),
        value_date: value_date.ok_or(Refusal::invalid("valueDate", "a date such as 2027-12-31 is needed"))?,
        bank_reference: form.get("bank_reference").to_owned(),
    })
}

async fn act(ask: &Ask, id: TopUpId, form: &Pairs) -> Done<(DeskView, &'static str)> {
    let (store, actor) = (&ask.site.store, &ask.actor);
    let (reason, key) = (form.get("reason"), form.get("idempotency_key"));
    match form.get("act") {
        "approve" => Ok((store.approve_top_up_order(actor, id).await?, "You have agreed.")),
        "reject" => Ok((store.reject_top_up_order(actor, id, reason).await?, "Declined.")),
        "write-off" => Ok((store.write_off_top_up_order(actor, id).await?, "Written off.")),
        "reverse" => Ok((store.reverse_top_up_order(actor, id, reason).await?, "Taken back.")),
        "bounce" => {
            let payment = Uuid::parse_str(form.get("payment")).map_err(|_| Refusal::missing("payment"))?;
            let done = store.bounce_payment(actor, id, PaymentId::new(payment), reason).await?;
            Ok((done, "Recorded: the payment came back."))
        }
        "give" => {
            let new = NewMove {
                amount: form.get("move_amount").trim().to_owned(),
                currency: form.get("currency").to_owned(),
                to_order: form.get("to_order").to_owned(),
                bank_reference: form.get("paid_back_as").to_owned(),
            };
            Ok((store.move_remainder(actor, id, new, key).await?, "Recorded."))
        }
        "pay" => Ok((store.record_payment(actor, id, payment_of(form)?, key).await?, "Recorded.")),
        _ => Err(Refusal::invalid("act", "choose what to do").into()),
    }
}

/// The forms with what was typed; the one that was sent says what is wrong.
fn forms(pairs: &Pairs, refusal: &Refusal) -> Forms {
    match pairs.get("act") {
        "pay" => Forms { pay: refused(PaymentForm::default(), pairs, refusal), ..Forms::default() },
        "give" => {
            let refusal = match refusal {
                Refusal::InvalidInput { field, problem } if field == "amount" => {
                    Refusal::InvalidInput { field: "moveAmount".into(), problem: problem.clone() }
                }
                Refusal::InvalidInput { field, problem } if field == "bankReference" => {
                    Refusal::InvalidInput { field: "paidBackAs".into(), problem: problem.clone() }
                }
                Refusal::InvalidInput { field, problem } if field == "order" => {
                    Refusal::InvalidInput { field: "toOrder".into(), problem: problem.clone() }
                }
                other => other.clone(),
            };
            Forms { give: refused(MoveForm::default(), pairs, &refusal), ..Forms::default() }
        }
        _ => Forms { problem: Some(sentence(refusal)), ..Forms::default() },
    }
}

/// `POST /vendor/desk/order/{id}`
pub(in crate::pages) async fn work(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = crate::pages::id(&id, TopUpId::new, "top-up")?;
    match act(&ask, id, &pairs).await {
        Ok((_, said)) => Ok(ask.go_saying(routes::VendorDeskOrder::to(id), Tone::Good, said)),
        Err(Error::Refused(refusal)) => {
            // An order that is not there is told by the page itself.
            show_refused(&order_view(&ask, id, forms(&pairs, &refusal)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /vendor/desk/order/{id}/scan`
pub(in crate::pages) async fn attach(ask: Ask, Path(id): Path<String>, form: Multipart) -> Answer {
    ask.actor.staff()?;
    let id = crate::pages::id(&id, TopUpId::new, "top-up")?;
    let store = &ask.site.store;
    store.desk_order(&ask.actor, id).await?;
    let most = usize::try_from(ATTACHMENTS_MAX).unwrap_or(usize::MAX);
    let sent = crate::pages::upload::read_scans(&ask, form, (most, ATTACHMENT_BYTES_MAX)).await?;
    let mut done = 0_u32;
    for scan in sent {
        let attached = match scan {
            Ok((name, bytes)) => store.attach_scan(&ask.actor, id, &name, bytes).await,
            Err(refusal) => Err(refusal.into()),
        };
        match attached {
            Ok(_) => done += 1,
            Err(Error::Refused(refusal)) => {
                let forms = Forms { problem: Some(sentence(&refusal)), ..Forms::default() };
                return show_refused(&order_view(&ask, id, forms).await?);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let (tone, said) = match done {
        0 => (Tone::Bad, "Choose a file first."),
        1 => (Tone::Good, "The scan lies beside the order."),
        _ => (Tone::Good, "The scans lie beside the order."),
    };
    Ok(ask.go_saying(routes::VendorDeskOrder::to(id), tone, said))
}
