//! The desk: asking to be billed, and the staff's queue, orders and entering.

mod order;
pub(super) mod words;

use domain::id::BundleId;
use domain::refusal::Refusal;
use domain::tariff::{Bundle, Wanted};
use domain::time::Timestamp;
use domain::tokens::Tokens;
use domain::topup::{Channel, Method, TopUp, TopUpState};
use store::desk::{DeskFilter, DeskView, NewDeskOrder};
use store::{Done, Error};

use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::parts::Choice;
use crate::posted::{Pairs, Posted};
use crate::trouble::Trouble;
use crate::view::desk::{BillForm, BillView, EnterView, OrderForm, QueueRow, QueueView};
use crate::worth::grouped;
use crate::{routes, show};

pub(super) use order::{attach, order, work};
pub(super) use words::method_words;
use words::{CHANNELS, METHODS, STATES, channel_words, state_words};

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

/// A bundle, or so many tokens where none was chosen.
fn wanted_of(form: &Pairs) -> Result<Wanted, Refusal> {
    let bundle = form.get("bundle");
    if !bundle.is_empty() {
        let id = uuid::Uuid::parse_str(bundle);
        let id = id.map_err(|_| Refusal::invalid("bundle", "choose one of those in the list"))?;
        return Ok(Wanted::Bundle(BundleId::new(id)));
    }
    let tokens = Tokens::parse(form.get("tokens").trim());
    Ok(Wanted::Tokens(tokens.map_err(|bad| Refusal::invalid("tokens", bad.to_string()))?))
}

/// So many tokens as typed, or one of the bundles on offer.
async fn bundles(ask: &Ask, chosen: &str) -> Result<Vec<Choice>, Trouble> {
    let own = choice("", "so many tokens as below", chosen);
    let bundle = |bundle: &Bundle| {
        let bonus = match bundle.bonus.is_zero() {
            true => String::new(),
            false => format!(" and {} on top", grouped(bundle.bonus)),
        };
        let label = format!("{} tokens{bonus} for {}", grouped(bundle.tokens), bundle.cost);
        choice(&bundle.id.uuid().to_string(), &label, chosen)
    };
    let offered = ask.site.store.bundles().await?;
    Ok(std::iter::once(own).chain(offered.iter().map(bundle)).collect())
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
    let bundles = bundles(ask, &form.bundle.value).await?;
    Ok(BillView {
        page,
        form,
        methods,
        bundles,
        token_price: format!("{} {}", tariff.token_price(), tariff.currency),
    })
}

async fn ask_to_be_billed(ask: &Ask, form: &Pairs) -> Done<DeskView> {
    let (method, wanted, key) = (method_of(form)?, wanted_of(form)?, form.get("idempotency_key"));
    let (store, bill_to) = (&ask.site.store, form.get("bill_to"));
    match method {
        Method::PurchaseOrder => {
            store.submit_purchase_order(&ask.actor, wanted, form.get("po_number"), bill_to, key).await
        }
        _ => store.request_invoice(&ask.actor, method, wanted, bill_to, key).await,
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
    let bundles = bundles(ask, &form.bundle.value).await?;
    Ok(EnterView { page, form, channels, methods, bundles })
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
        bill_to: form.get("bill_to").to_owned(),
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
