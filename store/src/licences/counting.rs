//! Using units: at once, as tasks, and as leases.

use domain::access::Actor;
use domain::command::Command;
use domain::id::LicenceId;
use domain::licence::command::{Counted, LicenceCommand};
use domain::licence::count::TASK_LASTS;
use domain::licence::device::{ClientId, DeviceKey};
use domain::licence::holding::{Lease, Speaker, Task};
use domain::licence::journal::Report;
use domain::licence::meter::MeterCode;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::Seconds;

use super::load::{lease_by_name, task_by_name};
use crate::Store;
use crate::error::{Done, Error, Fault};

/// The most bytes of a report.
const REPORT_BYTES_MAX: usize = 512 * 1_024;

/// Who speaks for a licence: a device that has proven its key, or who has
/// signed in.
///
/// # Errors
/// `NotSignedIn` for everybody else.
pub(super) fn speaker(actor: &Actor, device: Option<&DeviceKey>) -> Result<Speaker, Refusal> {
    match device {
        Some(key) => Ok(Speaker::Device(key.clone())),
        None => actor.signed_in().map(|user| Speaker::Owner(user.id)),
    }
}

impl Store {
    async fn count(&self, actor: &Actor, command: LicenceCommand) -> Done<Counted> {
        let outcome = self.command(actor.user_id(), Command::Licence(Box::new(command)), None).await?;
        Ok(outcome.counted.ok_or(Fault::bug("count"))?)
    }

    /// Uses units of a meter, once under the client's name. Precedence: the
    /// name, the meter's name, then as for
    /// [`count`](domain::licence::count).
    ///
    /// # Errors
    /// `NotSignedIn` for who is neither signed in nor an active device, then
    /// in that precedence: `Denied` with the verdict, `IdReused`.
    pub async fn consume(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        (meter, units, id): (&str, u32, &str),
    ) -> Done<Counted> {
        let by = speaker(actor, device)?;
        let (id, meter) = (ClientId::parse("consumeId", id)?, MeterCode::parse(meter)?);
        self.count(actor, LicenceCommand::Consume { licence, by, meter, units, id }).await
    }

    /// Begins a task: sets units aside until it is ended or its time is over.
    /// Nothing said is an hour. Precedence as for [`Store::consume`].
    ///
    /// # Errors
    /// As for [`Store::consume`].
    pub async fn begin_task(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        (meter, units, id): (&str, u32, &str),
        lasts: Option<Seconds>,
    ) -> Done<(Task, Counted)> {
        let by = speaker(actor, device)?;
        let (task, meter) = (ClientId::parse("taskId", id)?, MeterCode::parse(meter)?);
        let lasts = lasts.unwrap_or(TASK_LASTS);
        let name = task.clone();
        let ask = LicenceCommand::Begin { licence, by, meter, units, task, lasts };
        let counted = self.count(actor, ask).await?;
        Ok((self.task(licence, &name).await?, counted))
    }

    /// Ends a task: done, or called off. Precedence as for
    /// [`count`](domain::licence::count).
    ///
    /// # Errors
    /// As for [`Store::consume`]; `Expired` after its deadline, `WrongState`
    /// for one that ended otherwise.
    pub async fn end_task(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        id: &str,
        is_done: bool,
    ) -> Done<(Task, Counted)> {
        let by = Some(speaker(actor, device)?);
        let task = ClientId::parse("taskId", id)?;
        let name = task.clone();
        let counted = self.count(actor, LicenceCommand::End { licence, by, task, is_done }).await?;
        Ok((self.task(licence, &name).await?, counted))
    }

    async fn task(&self, licence: LicenceId, name: &ClientId) -> Done<Task> {
        let found = task_by_name(self.read(), licence, name).await?;
        Ok(found.ok_or(Fault::bug("find a task that was begun"))?)
    }

    /// Takes units along on a device, to be spent without the store.
    /// Precedence as for [`lease`](domain::licence::lease).
    ///
    /// # Errors
    /// `Denied` without a device's proof, then in that precedence.
    pub async fn lease_units(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        (meter, units, id): (&str, u32, &str),
    ) -> Done<(Lease, Counted)> {
        let by = device.cloned().ok_or(Refusal::denied(Verdict::DeviceNotActivated))?;
        let (lease, meter) = (ClientId::parse("leaseId", id)?, MeterCode::parse(meter)?);
        let name = lease.clone();
        let lasts = self.0.market.software.offline;
        let ask = LicenceCommand::Lease { licence, by, meter, units, lease, lasts };
        let counted = self.count(actor, ask).await?;
        Ok((self.lease(licence, &name).await?, counted))
    }

    /// Tells what was spent of a lease, as the device's journal says it in
    /// JSON. Precedence: the name, the text, then as for
    /// [`lease`](domain::licence::lease).
    ///
    /// # Errors
    /// `NotSignedIn` for who is neither signed in nor the device, then in that
    /// precedence.
    pub async fn settle_lease(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        id: &str,
        report: &str,
    ) -> Done<(Lease, Counted)> {
        let by = speaker(actor, device)?;
        let lease = ClientId::parse("leaseId", id)?;
        let unreadable = || Refusal::invalid("report", "this is no report of a journal");
        if report.len() > REPORT_BYTES_MAX {
            return Err(unreadable().into());
        }
        let report: Report = serde_json::from_str(report).map_err(|_| unreadable())?;
        let name = lease.clone();
        let ask = LicenceCommand::Settle { licence, by, lease, report: Box::new(report) };
        let counted = self.count(actor, ask).await?;
        Ok((self.lease(licence, &name).await?, counted))
    }

    async fn lease(&self, licence: LicenceId, name: &ClientId) -> Done<Lease> {
        let found = lease_by_name(self.read(), licence, name).await?;
        Ok(found.ok_or(Fault::bug("find a lease that was made"))?)
    }

    /// Ends tasks whose deadline is over and charges leases that nobody
    /// settled, at most `limit` of each. Safe to run late or twice. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn end_due(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let due = |table: &str, name: &str, until: &str| {
            format!(
                "SELECT licence_id, {name} FROM {table} WHERE state = 1 AND {until} <= $1 ORDER BY {until} LIMIT {limit}"
            )
        };
        let now = self.0.world.now().millis();
        let mut ended = 0;
        for (sql, is_task) in
            [(due("tasks", "task_id", "deadline"), true), (due("leases", "lease_id", "settle_by"), false)]
        {
            let rows = self.read().rows(sql, vec![now.into()], |row| {
                let licence = row.id(LicenceId::new)?;
                Ok((licence, row.take_as("read a name", |text: String| ClientId::parse("id", &text).ok())?))
            });
            for (licence, name) in rows.await? {
                let ask = match is_task {
                    true => LicenceCommand::End { licence, by: None, task: name, is_done: false },
                    false => LicenceCommand::Charge { licence, lease: name },
                };
                match self.command(None, Command::Licence(Box::new(ask)), None).await {
                    Ok(_) => ended += 1,
                    // Its owner was quicker.
                    Err(Error::Refused(Refusal::WrongState { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(ended)
    }
}
