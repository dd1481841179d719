//! Top-ups: into the Book and out of it.

use std::collections::BTreeMap;

use domain::book::{Book, Change};
use domain::command::Needs;
use domain::id::{BundleId, TopUpId, UserId};
use domain::money::{Currency, Money, TokenPrice};
use domain::time::Timestamp;
use domain::topup::{Agreed, Card, Channel, Method, Provider, Reference, ReturnPath, TopUp, TopUpState};
use sea_orm::Value;

use crate::book::write::update;
use crate::error::Fault;
use crate::tx::{Columns, Link, ids, insert};

/// The columns that [`read_top_up`] reads.
pub(crate) const TOP_UP_COLUMNS: &str = "id, reference, user_id, channel, method, state, tokens, bonus, \
     currency, amount_minor, price_micros, bundle_id, provider, session_ref, payment_ref, credited, reversed, \
     bonus_reversed, return_to, intent, created_by, created_at, expires_at, closed_at";

/// A top-up.
pub(crate) fn read_top_up(row: &mut Columns<'_>) -> Result<TopUp, Fault> {
    Ok(TopUp {
        id: row.id(TopUpId::new)?,
        reference: row.take_as("read a reference", |text: String| Reference::parse(&text).ok())?,
        user: row.id(UserId::new)?,
        channel: row.take_as("read a channel", Channel::from_number)?,
        method: row.take_as("read a method", Method::from_number)?,
        state: row.take_as("read a top-up's state", TopUpState::from_number)?,
        agreed: read_agreed(row)?,
        card: read_card(row)?,
        credited: row.tokens()?,
        reversed: row.tokens()?,
        bonus_reversed: row.tokens()?,
        return_to: row.take_optional("read a path", |text: String| ReturnPath::parse(&text).ok())?,
        intent: row.take_optional("read an intent", |text: String| serde_json::from_str(&text).ok())?,
        created_by: row.take()?,
        at: row.time()?,
        expires_at: row.time_optional()?,
        closed_at: row.time_optional()?,
    })
}

fn read_agreed(row: &mut Columns<'_>) -> Result<Agreed, Fault> {
    Ok(Agreed {
        tokens: row.tokens()?,
        bonus: row.tokens()?,
        due: row.money()?,
        price: row.take_as("read a price", TokenPrice::from_micros)?,
        bundle: row.id_optional(BundleId::new)?,
    })
}

fn read_card(row: &mut Columns<'_>) -> Result<Option<Card>, Fault> {
    let provider = row.take_optional("read a provider", Provider::from_number)?;
    let (session, payment): (Option<String>, Option<String>) = (row.take()?, row.take()?);
    let card = |provider| Some(Card { provider, session: session?, payment });
    Ok(provider.and_then(card))
}

impl Columns<'_> {
    /// A currency and an amount of it.
    pub(crate) fn money(&mut self) -> Result<Money, Fault> {
        let currency = self.take_as("read a currency", |text: String| Currency::parse(&text).ok())?;
        self.take_as("read an amount of money", |minor| Money::new(minor, currency))
    }
}

/// Loads the top-ups that are needed.
pub(crate) async fn load(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    if needs.top_ups.is_empty() {
        return Ok(());
    }
    let lock = link.for_update();
    let sql = format!("SELECT {TOP_UP_COLUMNS} FROM top_ups WHERE id IN ({{}}) ORDER BY id{lock}");
    for top_up in link.rows_in(&sql, ids(needs.top_ups.iter().map(|id| id.uuid())), read_top_up).await? {
        book.load_top_up(top_up);
    }
    Ok(())
}

/// Writes those that were opened, and how those that moved stand at the end.
pub(crate) async fn write(link: Link<'_>, changes: &[Change]) -> Result<(), Fault> {
    let (mut made, mut moved) = (Vec::new(), BTreeMap::new());
    for change in changes {
        match change {
            Change::TopUpMade(top_up) => made.extend(values_of(top_up)?),
            Change::TopUpMoved(top_up) => _ = moved.insert(top_up.id, top_up),
            _ => {}
        }
    }
    insert(link, &format!("top_ups ({TOP_UP_COLUMNS})"), 24, made).await?;
    let values = moved.into_values().flat_map(|top_up| {
        [
            Value::from(top_up.id.uuid()),
            top_up.state.number().into(),
            top_up.credited.units().into(),
            top_up.reversed.units().into(),
            top_up.bonus_reversed.units().into(),
            top_up.card.as_ref().and_then(|card| card.payment.clone()).into(),
            top_up.closed_at.map(Timestamp::millis).into(),
        ]
    });
    let sql = "UPDATE top_ups SET state = v.column2, credited = v.column3, reversed = v.column4, \
               bonus_reversed = v.column5, payment_ref = COALESCE(v.column6, top_ups.payment_ref), \
               closed_at = v.column7 FROM (VALUES {}) AS v WHERE top_ups.id = v.column1";
    update(link, sql, 7, values.collect()).await
}

fn values_of(top_up: &TopUp) -> Result<[Value; 24], Fault> {
    let intent = top_up.intent.as_ref().map(serde_json::to_string).transpose();
    let card = top_up.card.as_ref();
    Ok([
        top_up.id.uuid().into(),
        top_up.reference.as_str().into(),
        top_up.user.uuid().into(),
        top_up.channel.number().into(),
        top_up.method.number().into(),
        top_up.state.number().into(),
        top_up.agreed.tokens.units().into(),
        top_up.agreed.bonus.units().into(),
        top_up.agreed.due.currency().as_str().into(),
        top_up.agreed.due.minor().into(),
        top_up.agreed.price.micros().into(),
        top_up.agreed.bundle.map(BundleId::uuid).into(),
        card.map(|card| card.provider.number()).into(),
        card.map(|card| card.session.clone()).into(),
        card.and_then(|card| card.payment.clone()).into(),
        top_up.credited.units().into(),
        top_up.reversed.units().into(),
        top_up.bonus_reversed.units().into(),
        top_up.return_to.as_ref().map(|path| path.as_str().to_owned()).into(),
        intent.map_err(|_| Fault::bug("store an intent"))?.into(),
        top_up.created_by.into(),
        top_up.at.millis().into(),
        top_up.expires_at.map(Timestamp::millis).into(),
        top_up.closed_at.map(Timestamp::millis).into(),
    ])
}
