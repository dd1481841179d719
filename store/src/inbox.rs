//! Messages from payment providers. What arrived is on the disk before it is
//! acknowledged; a worker reads it later. Only what a message is about is
//! kept: its words may hold names and addresses that nobody here needs.

use domain::access::Actor;
use domain::time::Seconds;
use domain::topup::Provider;
use sea_orm::Value;

use crate::Store;
use crate::error::{Done, Fault};

/// A message of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who sent it.
    pub provider: Provider,
    /// The provider's name of it: what comes twice is kept once.
    pub reference: String,
    /// What sort of message, in the provider's words.
    pub kind: String,
    /// The session or payment it is about, by the provider's name.
    pub subject: String,
}

impl Store {
    /// Keeps a message; tells whether it is new. Only the program itself does
    /// this, after it has checked the signature.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn receive_event(&self, actor: &Actor, event: Event) -> Done<bool> {
        actor.system()?;
        let now = self.0.world.now().millis();
        let values: Vec<Value> = vec![
            event.provider.number().into(),
            event.reference.into(),
            event.kind.into(),
            event.subject.into(),
            now.into(),
            now.into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "INSERT INTO inbox_events (provider, event_ref, kind, subject, received_at, \
                               attempts, due_at) VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING";
                    Ok(link.change(sql, values).await? == 1)
                })
            })
            .await
    }

    /// Messages that have to be worked on now, with how often that was tried.
    ///
    /// # Errors
    /// A fault only.
    pub async fn events_due(&self, limit: u32) -> Result<Vec<(Event, u32)>, Fault> {
        let sql = format!(
            "SELECT provider, event_ref, kind, subject, attempts FROM inbox_events \
             WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT {limit}"
        );
        let now = self.0.world.now().millis();
        self.read()
            .rows(sql, vec![now.into()], |row| {
                let event = Event {
                    provider: row.take_as("read a provider", Provider::from_number)?,
                    reference: row.take()?,
                    kind: row.take()?,
                    subject: row.take()?,
                };
                Ok((event, row.count()?))
            })
            .await
    }

    /// Records that a message was worked on, or that it has to be tried again
    /// after `wait`. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn close_event(
        &self,
        actor: &Actor,
        event: &Event,
        again: Option<(Seconds, String)>,
    ) -> Done<()> {
        actor.system()?;
        let now = self.0.world.now();
        let done = again.is_none().then(|| now.millis());
        let due = again.as_ref().map_or(now, |(wait, _)| now.after(*wait)).millis();
        let error = again.map(|(_, error)| error.chars().take(200).collect::<String>());
        let values: Vec<Value> = vec![
            event.provider.number().into(),
            event.reference.clone().into(),
            done.into(),
            due.into(),
            error.into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE inbox_events SET attempts = attempts + 1, done_at = $3, due_at = $4, \
                               error = $5 WHERE provider = $1 AND event_ref = $2 AND done_at IS NULL";
                    link.change(sql, values).await?;
                    Ok(())
                })
            })
            .await
    }
}
