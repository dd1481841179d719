//! Using units: at once, as tasks, and taken along.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::licence::command::Counted;
use domain::licence::holding::{
    Lease as LeaseRow, LeaseState as Leased, Task as TaskRow, TaskState as Stands,
};
use domain::refusal::Refusal;
use domain::time::Seconds;
use store::Done;

use super::mutation::code;
use super::{device, read_licence};
use crate::context::Ask;
use crate::error::{UserError, settle};
use crate::listing::twin;
use crate::scalars::DateTime;

twin! {
    /// Where a task stands.
    TaskState of "Stands" {
        /// It has begun; its units are set aside.
        Open,
        /// It is done; its units are used.
        Committed,
        /// It was called off; its units are free.
        Aborted,
        /// Nobody ended it in time; its units are free.
        Lapsed,
    }
}

twin! {
    /// Where units stand that a device took along.
    LeaseState of "Leased" {
        /// The device has them.
        Open,
        /// What was spent is used, the rest is free.
        Settled,
        /// Nobody settled them in time: all are used, until somebody does.
        Charged,
        /// The software was bought: nothing is counted any more.
        Released,
        /// The device's journal was copied or set back: all are used.
        Forked,
    }
}

/// What to use.
#[derive(InputObject)]
pub(crate) struct ConsumeInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Of which meter: `use`, or a task that the publisher names.
    meter: String,
    /// How many units; 1 to 1000000.
    units: i32,
    /// Your name for it, 1 to 100 letters, digits and `-_.:`. The same name
    /// with the same input is the same use, however often it is sent.
    consume_id: String,
}

/// A task to begin.
#[derive(InputObject)]
pub(crate) struct BeginTaskInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Of which meter.
    meter: String,
    /// How many units; 1 if left out.
    units: Option<i32>,
    /// Your name for it, 1 to 100 letters, digits and `-_.:`. The same name
    /// with the same input is the same task, however often it is sent.
    task_id: String,
    /// How long it may take, in seconds, up to seven days; an hour if left
    /// out. Then its units are free again.
    seconds: Option<i32>,
}

/// A task that is done.
#[derive(InputObject)]
pub(crate) struct CommitTaskInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Your name for the task.
    task_id: String,
}

/// A task to call off.
#[derive(InputObject)]
pub(crate) struct AbortTaskInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Your name for the task.
    task_id: String,
}

/// Units to take along.
#[derive(InputObject)]
pub(crate) struct LeaseUnitsInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Of which meter.
    meter: String,
    /// How many units; 1 to 1000.
    units: i32,
    /// Your name for the lease, 1 to 100 letters, digits and `-_.:`. The same
    /// name with the same input is the same lease, however often it is sent.
    lease_id: String,
}

/// What was spent of a lease.
#[derive(InputObject)]
pub(crate) struct SettleLeaseInput {
    /// The global id of a licence, or the number that codes carry.
    licence_id: ID,
    /// Your name for the lease.
    lease_id: String,
    /// What the device's journal says, as JSON text: the lease, `used`,
    /// `seq`, `head`, and the `spendings` line by line. One whose last line
    /// gives the rest back closes the lease.
    report: String,
}

/// What is left on a meter.
#[derive(SimpleObject)]
pub(crate) struct MeterLeft {
    /// Of which meter.
    code: String,
    /// How many units are free; null if they are not counted.
    left: Option<u32>,
}

impl MeterLeft {
    fn of(code: &str, counted: Counted) -> Self {
        Self { code: code.to_owned(), left: counted.left }
    }
}

/// What came of using units.
#[derive(SimpleObject)]
pub(crate) struct ConsumePayload {
    /// What was left afterwards.
    meter: Option<MeterLeft>,
    /// Whether it had been used before under this name.
    is_repeated: Option<bool>,
    /// Why it was not done; empty if it was.
    user_errors: Vec<UserError>,
}

/// A task.
#[derive(SimpleObject)]
pub(crate) struct Task {
    /// Your name for it.
    id: String,
    /// Where it stands.
    state: TaskState,
    /// How many units it is worth.
    units: u32,
    /// The first moment at which it can no longer be committed.
    deadline: DateTime,
}

macro_rules! task_payloads {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {$(
        $(#[doc = $doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            /// The task as it is now.
            task: Option<Task>,
            /// What is left.
            meter: Option<MeterLeft>,
            /// Whether it had been done before.
            is_repeated: Option<bool>,
            /// Why it was not done; empty if it was.
            user_errors: Vec<UserError>,
        }

        impl $name {
            fn of(ctx: &Context<'_>, done: Done<(TaskRow, Counted)>) -> Result<Self> {
                let (done, user_errors) = settle(ctx, done)?;
                let is_repeated = done.as_ref().map(|(_, counted)| counted.is_repeated);
                let meter =
                    done.as_ref().map(|(row, counted)| MeterLeft::of(row.meter.as_str(), *counted));
                Ok(Self { task: done.map(|(row, _)| row.into()), meter, is_repeated, user_errors })
            }
        }
    )*};
}

task_payloads! {
    /// What came of beginning a task.
    BeginTaskPayload,
    /// What came of a task that is done.
    CommitTaskPayload,
    /// What came of calling a task off.
    AbortTaskPayload,
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            state: row.state.into(),
            units: row.units,
            deadline: row.deadline.into(),
        }
    }
}

/// Units that a device took along.
#[derive(SimpleObject)]
pub(crate) struct Lease {
    /// Your name for it.
    id: String,
    /// Of which meter.
    meter: String,
    /// How many units.
    units: u32,
    /// How many of them were told to be spent.
    used: u32,
    /// Where it stands.
    state: LeaseState,
    /// The first moment at which they are no longer to be spent. Nothing
    /// settled by then, all of them are used.
    settle_by: DateTime,
}

macro_rules! lease_payloads {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {$(
        $(#[doc = $doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            /// The lease as it is now.
            lease: Option<Lease>,
            /// What is left.
            meter: Option<MeterLeft>,
            /// A new code for the device with all that it has along; null
            /// where none can be made any more.
            code: Option<String>,
            /// Why it was not done; empty if it was.
            user_errors: Vec<UserError>,
        }

        impl $name {
            async fn of(ctx: &Context<'_>, licence: &ID, done: Done<(LeaseRow, Counted)>) -> Result<Self> {
                let (done, user_errors) = settle(ctx, done)?;
                let Some((row, counted)) = done else {
                    return Ok(Self { lease: None, meter: None, code: None, user_errors });
                };
                // A licence that is over gets no code, and is settled all the
                // same.
                let (code, _) = settle(ctx, code(ctx, licence, &row.kid).await)?;
                let meter = Some(MeterLeft::of(row.meter.as_str(), counted));
                Ok(Self { lease: Some(row.into()), meter, code, user_errors })
            }
        }
    )*};
}

lease_payloads! {
    /// What came of taking units along.
    LeaseUnitsPayload,
    /// What came of telling what was spent.
    SettleLeasePayload,
}

impl From<LeaseRow> for Lease {
    fn from(row: LeaseRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            meter: row.meter.as_str().to_owned(),
            units: row.units,
            used: row.used,
            state: row.state.into(),
            settle_by: row.settle_by.into(),
        }
    }
}

/// A number of units that cannot be negative.
fn units(units: i32) -> Result<u32, Refusal> {
    u32::try_from(units).map_err(|_| Refusal::invalid("units", "a number is at least 1"))
}

async fn consume(ctx: &Context<'_>, input: &ConsumeInput) -> Done<Counted> {
    let asked = (input.meter.as_str(), units(input.units)?, input.consume_id.as_str());
    let licence = read_licence(&input.licence_id)?;
    ctx.store().consume(ctx.actor(), device(ctx), licence, asked).await
}

async fn begin(ctx: &Context<'_>, input: &BeginTaskInput) -> Done<(TaskRow, Counted)> {
    let asked = (input.meter.as_str(), units(input.units.unwrap_or(1))?, input.task_id.as_str());
    let seconds = input.seconds.map(|seconds| {
        u32::try_from(seconds).map_err(|_| Refusal::invalid("seconds", "a task takes at least a second"))
    });
    let lasts = seconds.transpose()?.map(Seconds::new);
    let licence = read_licence(&input.licence_id)?;
    ctx.store().begin_task(ctx.actor(), device(ctx), licence, asked, lasts).await
}

async fn end(ctx: &Context<'_>, (licence, task): (&ID, &str), is_done: bool) -> Done<(TaskRow, Counted)> {
    let licence = read_licence(licence)?;
    ctx.store().end_task(ctx.actor(), device(ctx), licence, task, is_done).await
}

async fn lease(ctx: &Context<'_>, input: &LeaseUnitsInput) -> Done<(LeaseRow, Counted)> {
    let asked = (input.meter.as_str(), units(input.units)?, input.lease_id.as_str());
    let licence = read_licence(&input.licence_id)?;
    ctx.store().lease_units(ctx.actor(), device(ctx), licence, asked).await
}

async fn settle_lease(ctx: &Context<'_>, input: &SettleLeaseInput) -> Done<(LeaseRow, Counted)> {
    let licence = read_licence(&input.licence_id)?;
    ctx.store().settle_lease(ctx.actor(), device(ctx), licence, &input.lease_id, &input.report).await
}

/// Mutations that count.
#[derive(Default)]
pub(crate) struct CountingMutation;

#[Object]
impl CountingMutation {
    /// Uses units of a meter, once. Needs the licence's owner, or the proof of
    /// a device on which it is active.
    async fn consume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, how many, and your name for it.")] input: ConsumeInput,
    ) -> Result<ConsumePayload> {
        let (done, user_errors) = settle(ctx, consume(ctx, &input).await)?;
        Ok(ConsumePayload {
            meter: done.map(|counted| MeterLeft::of(&input.meter, counted)),
            is_repeated: done.map(|counted| counted.is_repeated),
            user_errors,
        })
    }

    /// Begins a task: sets its units aside. Needs the licence's owner, or the
    /// proof of a device on which it is active.
    async fn begin_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, how many, and your name for it.")] input: BeginTaskInput,
    ) -> Result<BeginTaskPayload> {
        BeginTaskPayload::of(ctx, begin(ctx, &input).await)
    }

    /// Says that a task is done: its units are used. One that began in time
    /// may be done until its deadline. Needs as for `beginTask`.
    async fn commit_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: CommitTaskInput,
    ) -> Result<CommitTaskPayload> {
        let named = (&input.licence_id, input.task_id.as_str());
        CommitTaskPayload::of(ctx, end(ctx, named, true).await)
    }

    /// Calls a task off: its units are free again. Needs as for `beginTask`.
    async fn abort_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: AbortTaskInput,
    ) -> Result<AbortTaskPayload> {
        let named = (&input.licence_id, input.task_id.as_str());
        AbortTaskPayload::of(ctx, end(ctx, named, false).await)
    }

    /// Takes units along on the device that asks, to be spent without a
    /// network. Needs the proof of a device on which the licence is active.
    async fn lease_units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, how many, and your name for it.")] input: LeaseUnitsInput,
    ) -> Result<LeaseUnitsPayload> {
        LeaseUnitsPayload::of(ctx, &input.licence_id, lease(ctx, &input).await).await
    }

    /// Tells what was spent of a lease. The same report again changes nothing;
    /// one that goes another way than an earlier one shows that the device
    /// was copied or set back. Needs the device's proof, or the licence's
    /// owner.
    async fn settle_lease(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lease, and what its journal says.")] input: SettleLeaseInput,
    ) -> Result<SettleLeasePayload> {
        SettleLeasePayload::of(ctx, &input.licence_id, settle_lease(ctx, &input).await).await
    }
}
