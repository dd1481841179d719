//! Letters that could not be delivered, for the vendor's staff.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use store::outbox::{DeadLetter as Row, OutboxGlance};

use crate::context::Ask;
use crate::error::{UserError, settle};
use crate::id::{global, read};
use crate::mail::MailKind;
use crate::scalars::DateTime;

/// The outbox at a glance.
#[derive(SimpleObject)]
pub(crate) struct Outbox {
    /// Letters that wait to be sent, or to be tried again.
    waiting: u32,
    /// Letters sent in the last thirty days.
    sent: u32,
    /// Letters given up.
    dead: u32,
}

impl From<OutboxGlance> for Outbox {
    fn from(glance: OutboxGlance) -> Self {
        Self { waiting: glance.waiting, sent: glance.sent, dead: glance.dead }
    }
}

/// A letter that could not be delivered. Neither its address nor its words
/// are shown.
pub(crate) struct DeadLetter(Row);

impl From<Row> for DeadLetter {
    fn from(row: Row) -> Self {
        Self(row)
    }
}

/// A letter that could not be delivered. Neither its address nor its words
/// are shown.
#[Object]
impl DeadLetter {
    /// The global id, for `tryLetterAgain`.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its kind.
    async fn kind(&self) -> MailKind {
        self.0.kind.into()
    }

    /// The handle of whom it was for.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// What the last attempt failed for.
    async fn error(&self) -> &str {
        &self.0.error
    }

    /// How often it was tried.
    async fn attempts(&self) -> u16 {
        self.0.attempts
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was given up.
    async fn dead_at(&self) -> DateTime {
        self.0.dead_at.into()
    }
}

/// A letter to try again.
#[derive(InputObject)]
pub(crate) struct TryLetterAgainInput {
    /// The global id of a dead letter.
    letter_id: ID,
}

/// What came of trying a letter again.
#[derive(SimpleObject)]
pub(crate) struct TryLetterAgainPayload {
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// Mutations of the outbox.
#[derive(Default)]
pub(crate) struct OutboxMutation;

#[Object]
impl OutboxMutation {
    /// Has a dead letter tried again from the start. For the vendor's staff.
    async fn try_letter_again(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which letter.")] input: TryLetterAgainInput,
    ) -> Result<TryLetterAgainPayload> {
        let done = async {
            ctx.actor().staff()?;
            ctx.store().try_letter_again(ctx.actor(), read(&input.letter_id)?).await
        };
        let (_, user_errors) = settle(ctx, done.await)?;
        Ok(TryLetterAgainPayload { user_errors })
    }
}
