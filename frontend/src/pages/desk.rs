//! The desk: asking to be billed, and the staff's queue, orders and entering.

use axum::extract::Path;
use domain::desk::Deed;
use domain::id::TopUpId;
use domain::refusal::Refusal;
use domain::tariff::Wanted;
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::topup::{Channel, Method, TopUp, TopUpState};
use store::desk::{DeskEvent, DeskFilter, DeskView, NewDeskOrder, NewPayment};
use store::{Done, Error};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::parts::{Choice, Day};
use crate::posted::{Pairs, Posted};
use crate::trouble::Trouble;
use crate::view::desk::{
    BillForm, BillView, DeskOrderView, EnterView, EventRow, OrderForm, PaymentForm, QueueRow, QueueView,
};
use crate::{routes, show};

/// How orders at the desk are paid.
const METHODS: [Method; 6] =
    [Method::Invoice, Method::PurchaseOrder, Method::ProForma, Method::Wire, Method::Cheque, Method::Cash];

const CHANNELS: [Channel; 5] =
    [Channel::Phone, Channel::Fax, Channel::Mail, Channel::Email, Channel::Counter];

const STATES: [TopUpState; 10] = [
    TopUpState::Submitted,
    TopUpState::AwaitingApproval,
    TopUpState::Approved,
    TopUpState::Credited,
    TopUpState::PartPaid,
    TopUpState::Paid,
    TopUpState::Overdue,
    TopUpState::WrittenOff,
    TopUpState::Rejected,
    TopUpState::Cancelled,
];

/// How a top-up is paid, in words.
pub(super) const fn method_words(method: Method) -> &'static str {
    match method {
        Method::Card => "by card",
        Method::PurchaseOrder => "by purchase order, in advance",
        Method::ProForma => "in advance, on a pro-forma invoice",
        Method::Invoice => "on credit, by invoice",
        Method::Cheque => "by cheque",
        Method::Wire => "by bank transfer",
        Method::Cash => "in cash",
        Method::Voucher => "by voucher",
    }
}

const fn channel_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "on the site",
        Channel::Phone => "by telephone",
        Channel::Fax => "by fax",
        Channel::Mail => "by letter",
        Channel::Email => "by e-mail",
        Channel::Counter => "over the counter",
    }
}

const fn state_words(state: TopUpState) -> &'static str {
    match state {
        TopUpState::Draft => "not complete",
        TopUpState::Submitted => "asked for",
        TopUpState::AwaitingApproval => "waits for agreement",
        TopUpState::Approved => "agreed, waits for money",
        TopUpState::Credited => "credited, not paid yet",
        TopUpState::PartPaid => "paid in part",
        TopUpState::Paid => "paid",
        TopUpState::Overdue => "overdue",
        TopUpState::WrittenOff => "written off",
        TopUpState::Rejected => "declined",
        TopUpState::Cancelled => "called off",
        TopUpState::Expired => "nobody paid",
        TopUpState::Reversed => "sent back",
        TopUpState::Review => "does not fit",
    }
}

const fn deed_words(deed: Deed) -> &'static str {
    match deed {
        Deed::Entered => "Entered",
        Deed::Approved => "Agreed",
        Deed::Rejected => "Declined",
        Deed::Cancelled => "Called off",
        Deed::Paid => "Money came",
        Deed::FellDue => "Fell due",
        Deed::WrittenOff => "Written off",
    }
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen, count: None }
}

fn methods(chosen: &str) -> Vec<Choice> {
    METHODS.iter().map(|method| choice(method.name(), method_words(*method), chosen)).collect()
}

fn method_of(form: &Pairs) -> Result<Method, Refusal> {
    let known = Method::from_name(form.get("method"));
    known.ok_or(Refusal::invalid("method", "choose one of those in the list"))
}

fn wanted_of(form: &Pairs) -> Result<Wanted, Refusal> {
    let tokens = Tokens::parse(form.get("tokens").trim());
    Ok(Wanted::Tokens(tokens.map_err(|bad| Refusal::invalid("tokens", bad.to_string()))?))
}

/// `GET /top-up/bill`
pub(super) async fn bill_form(ask: Ask) -> Answer {
    ask.user()?;
    show(&bill_view(&ask, BillForm::default()).await?)
}

async fn bill_view(ask: &Ask, mut form: BillForm) -> Result<BillView, Trouble> {
    form.idempotency_key.value = ask.site.draw_key();
    let tariff = ask.site.store.tariff();
    let mut page = ask.own_page("Tokens without a card").await?;
    page.path = routes::TopUpBill.to_string();
    page.problems = form.problems();
    let methods = methods(&form.method.value);
    Ok(BillView { page, form, methods, token_price: format!("{} {}", tariff.token_price(), tariff.currency) })
}

async fn ask_to_be_billed(ask: &Ask, form: &Pairs) -> Done<DeskView> {
    let (method, wanted, key) = (method_of(form)?, wanted_of(form)?, form.get("idempotency_key"));
    let store = &ask.site.store;
    match method {
        Method::PurchaseOrder => {
            store.submit_purchase_order(&ask.actor, wanted, form.get("po_number"), key).await
        }
        _ => store.request_invoice(&ask.actor, method, wanted, key).await,
    }
}

/// `POST /top-up/bill`
pub(super) async fn bill(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.user()?;
    match ask_to_be_billed(&ask, &pairs).await {
        Ok(view) => {
            let said = format!("We have your order {}. A person looks at it.", view.top_up.reference);
            Ok(ask.go_saying(routes::TopUpOrder::to(view.top_up.id), Tone::Good, &said))
        }
        Err(Error::Refused(refusal)) => {
            show_refused(&bill_view(&ask, refused(BillForm::default(), &pairs, &refusal)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The form with what was typed, and what is wrong with it.
fn refused<Typed: Form>(mut form: Typed, pairs: &Pairs, refusal: &Refusal) -> Typed {
    form.fill(pairs.iter());
    form.refuse(refusal);
    form
}

/// `GET /vendor/desk`
pub(super) async fn queue(ask: Ask, query: Pairs) -> Answer {
    ask.actor.staff()?;
    let chosen = query.get("state").to_owned();
    let filter = DeskFilter { state: TopUpState::from_name(&chosen), method: None };
    let page = ask.site.store.top_up_desk(&ask.actor, filter, super::window(&query)).await?;
    let now = ask.site.store.world().now();
    let all = std::iter::once(choice("", "all of them", &chosen));
    let states = STATES.iter().map(|state| choice(state.name(), state_words(*state), &chosen));
    let here = if chosen.is_empty() {
        routes::VendorDesk.to_string()
    } else {
        format!("{}?state={}", routes::VendorDesk, filter.state.map_or("", TopUpState::name))
    };
    show(&QueueView {
        page: ask.own_page("Desk").await?,
        has_redemption: ask.site.store.redemption_terms().is_on,
        states: all.chain(states).collect(),
        rows: page.items.iter().map(|view| row(&view.top_up, &view.handle, now)).collect(),
        pager: show::pager(&page, &here, |view| view.top_up.id.uuid()),
    })
}

fn row(top_up: &TopUp, handle: &str, now: Timestamp) -> QueueRow {
    let hours = now.millis().saturating_sub(top_up.at.millis()) / 3_600_000;
    let age = match hours {
        ..1 => "less than an hour old".to_owned(),
        1..48 => format!("{hours} hours old"),
        _ => format!("{} days old", hours / 24),
    };
    QueueRow {
        id: top_up.id,
        reference: top_up.reference.to_string(),
        handle: handle.to_owned(),
        how: format!("{}, {}", channel_words(top_up.channel), method_words(top_up.method)),
        state: state_words(top_up.state).to_owned(),
        age,
        tokens: top_up.agreed.tokens,
        due: top_up.agreed.due.to_string(),
    }
}

/// `GET /vendor/desk/order/{id}`
pub(super) async fn order(ask: Ask, Path(id): Path<String>) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, TopUpId::new, "top-up")?;
    show(&order_view(&ask, id, PaymentForm::default()).await?)
}

async fn order_view(ask: &Ask, id: TopUpId, mut form: PaymentForm) -> Result<DeskOrderView, Trouble> {
    let store = &ask.site.store;
    let view = store.desk_order(&ask.actor, id).await?;
    let history = store.desk_events(&ask.actor, id).await?;
    form.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page(&format!("Order {}", view.top_up.reference)).await?;
    page.path = routes::VendorDeskOrder::to(id).to_string();
    page.problems = form.problems();
    let (top_up, me) = (&view.top_up, ask.actor.user_id());
    let is_other = me != Some(top_up.user) && me.map(|id| id.uuid()) != Some(top_up.created_by);
    let waits = matches!(top_up.state, TopUpState::Submitted | TopUpState::AwaitingApproval);
    let is_agreed = matches!(
        top_up.state,
        TopUpState::Approved
            | TopUpState::Credited
            | TopUpState::PartPaid
            | TopUpState::Overdue
            | TopUpState::Paid
    );
    Ok(DeskOrderView {
        page,
        row: row(top_up, &view.handle, store.world().now()),
        facts: facts(&view),
        history: history.into_iter().map(event).collect(),
        can_agree: waits && is_other,
        can_reject: (waits || top_up.state == TopUpState::Approved) && view.paid.is_zero(),
        can_pay: is_agreed && me != Some(top_up.user),
        can_write_off: top_up.state == TopUpState::Overdue && is_other,
        form,
        currency: top_up.agreed.due.currency().to_string(),
    })
}

fn facts(view: &DeskView) -> Vec<(String, String)> {
    let details = &view.details;
    let all = [
        ("Agreed", (view.needs > 0).then(|| format!("{} of {}", view.approvals, view.needs))),
        ("Came so far", (!view.paid.is_zero()).then(|| view.paid.to_string())),
        ("Invoice", view.invoice_number.map(|number| number.to_string())),
        ("To be paid by", view.due_at.map(|at| Day(at).words())),
        ("Customer’s number", details.po_number.as_ref().map(|text| text.as_str().to_owned())),
        ("From", details.taken_from.as_ref().map(|text| text.as_str().to_owned())),
        ("Notes", details.notes.as_ref().map(|text| text.as_str().to_owned())),
    ];
    all.into_iter().filter_map(|(word, said)| Some((word.to_owned(), said?))).collect()
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
    match form.get("act") {
        "approve" => Ok((store.approve_top_up_order(actor, id).await?, "You have agreed.")),
        "reject" => Ok((store.reject_top_up_order(actor, id, form.get("reason")).await?, "Declined.")),
        "write-off" => Ok((store.write_off_top_up_order(actor, id).await?, "Written off.")),
        "pay" => {
            let key = form.get("idempotency_key");
            Ok((store.record_payment(actor, id, payment_of(form)?, key).await?, "Recorded."))
        }
        _ => Err(Refusal::invalid("act", "choose what to do").into()),
    }
}

/// `POST /vendor/desk/order/{id}`
pub(super) async fn work(ask: Ask, Path(id): Path<String>, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    let id = super::id(&id, TopUpId::new, "top-up")?;
    match act(&ask, id, &pairs).await {
        Ok((_, said)) => Ok(ask.go_saying(routes::VendorDeskOrder::to(id), Tone::Good, said)),
        Err(Error::Refused(refusal @ Refusal::NotFound { .. })) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => {
            show_refused(&order_view(&ask, id, refused(PaymentForm::default(), &pairs, &refusal)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /vendor/desk/enter`
pub(super) async fn enter_form(ask: Ask) -> Answer {
    ask.actor.staff()?;
    show(&enter_view(&ask, OrderForm::default()).await?)
}

async fn enter_view(ask: &Ask, mut form: OrderForm) -> Result<EnterView, Trouble> {
    form.idempotency_key.value = ask.site.draw_key();
    let mut page = ask.own_page("Enter an order").await?;
    page.path = routes::VendorDeskEnter.to_string();
    page.problems = form.problems();
    let channel = |channel: &Channel| choice(channel.name(), channel_words(*channel), &form.channel.value);
    let channels = CHANNELS.iter().map(channel).collect();
    let methods = methods(&form.method.value);
    Ok(EnterView { page, form, channels, methods })
}

async fn take(ask: &Ask, form: &Pairs) -> Done<DeskView> {
    let channel = Channel::from_name(form.get("channel")).filter(|channel| *channel != Channel::Web);
    let new = NewDeskOrder {
        handle: form.get("to").trim().to_owned(),
        channel: channel.ok_or(Refusal::invalid("channel", "choose one of those in the list"))?,
        method: method_of(form)?,
        wanted: wanted_of(form)?,
        po_number: form.get("po_number").to_owned(),
        taken_from: form.get("taken_from").to_owned(),
        notes: form.get("notes").to_owned(),
    };
    ask.site.store.enter_top_up_order(&ask.actor, new, form.get("idempotency_key")).await
}

/// `POST /vendor/desk/enter`
pub(super) async fn enter(ask: Ask, Posted(pairs): Posted) -> Answer {
    ask.actor.staff()?;
    match take(&ask, &pairs).await {
        Ok(view) => {
            let said = format!("Entered as {}. Name the code to the customer.", view.top_up.reference);
            Ok(ask.go_saying(routes::VendorDeskOrder::to(view.top_up.id), Tone::Good, &said))
        }
        Err(Error::Refused(Refusal::NotFound { .. })) => {
            let refusal = Refusal::invalid("to", "nobody has this handle");
            show_refused(&enter_view(&ask, refused(OrderForm::default(), &pairs, &refusal)).await?)
        }
        Err(Error::Refused(refusal)) => {
            show_refused(&enter_view(&ask, refused(OrderForm::default(), &pairs, &refusal)).await?)
        }
        Err(error) => Err(error.into()),
    }
}
