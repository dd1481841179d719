//! What the sandbox knows of its payments. It plays a processor, so nothing
//! of the market is decided by it: the market looks facts up here as it does
//! at a real one.

use domain::access::Actor;
use domain::id::TopUpId;
use domain::money::Money;
use domain::time::Timestamp;
use domain::topup::facts::{DisputeState, Progress};
use domain::topup::sandbox::SandboxPayment;
use sea_orm::Value;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::tx::{Columns, insert};

const COLUMNS: &str = "session_ref, top_up_id, currency, amount_minor, success_path, cancel_path, progress, \
     payment_ref, refunded_minor, dispute_ref, dispute_state, plan, plan_at";

const fn number(progress: Progress) -> i16 {
    match progress {
        Progress::Open => 1,
        Progress::Pending => 2,
        Progress::Paid => 3,
        Progress::Failed => 4,
        Progress::Expired => 5,
    }
}

const fn from_number(number: i16) -> Option<Progress> {
    match number {
        1 => Some(Progress::Open),
        2 => Some(Progress::Pending),
        3 => Some(Progress::Paid),
        4 => Some(Progress::Failed),
        5 => Some(Progress::Expired),
        _ => None,
    }
}

fn read(row: &mut Columns<'_>) -> Result<SandboxPayment, Fault> {
    let (session, top_up, asked) = (row.take()?, row.id(TopUpId::new)?, row.money()?);
    let (success_path, cancel_path) = (row.take()?, row.take()?);
    let progress = row.take_as("read a payment's progress", from_number)?;
    let payment = row.take()?;
    let refunded = row.take_as("read an amount of money", |minor| Money::new(minor, asked.currency()))?;
    let dispute: Option<String> = row.take()?;
    let state = row.take_optional("read a dispute's state", DisputeState::from_number)?;
    let (plan, plan_at): (Option<String>, _) = (row.take()?, row.time_optional()?);
    let (dispute, plan) = (dispute.zip(state), plan.zip(plan_at));
    Ok(SandboxPayment {
        session,
        top_up,
        asked,
        success_path,
        cancel_path,
        progress,
        payment,
        refunded,
        dispute,
        plan,
    })
}

impl Store {
    /// Opens a payment at the sandbox; a top-up has one. Only the program
    /// itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn open_sandbox_payment(&self, actor: &Actor, payment: SandboxPayment) -> Done<SandboxPayment> {
        actor.system()?;
        let top_up = payment.top_up;
        let at = self.0.world.now().millis();
        let values: Vec<Value> = vec![
            payment.session.into(),
            top_up.uuid().into(),
            payment.asked.currency().as_str().into(),
            payment.asked.minor().into(),
            payment.success_path.into(),
            payment.cancel_path.into(),
            number(payment.progress).into(),
            at.into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "INSERT INTO sandbox_payments (session_ref, top_up_id, currency, amount_minor, \
                               success_path, cancel_path, progress, refunded_minor, created_at) \
                               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) ON CONFLICT DO NOTHING";
                    link.change(sql, values).await?;
                    Ok(())
                })
            })
            .await?;
        let sql = format!("SELECT {COLUMNS} FROM sandbox_payments WHERE top_up_id = $1");
        let found = self.read().row(sql, vec![top_up.uuid().into()], read).await?;
        Ok(found.ok_or(Fault::corrupt("find a payment that was opened"))?)
    }

    /// A payment at the sandbox, for whoever knows its session.
    ///
    /// # Errors
    /// A fault only.
    pub async fn sandbox_payment(&self, session: &str) -> Result<Option<SandboxPayment>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM sandbox_payments WHERE session_ref = $1");
        self.read().row(sql, vec![session.into()], read).await
    }

    /// Payments at the sandbox whose test card does something now.
    ///
    /// # Errors
    /// A fault only.
    pub async fn sandbox_planned(&self, limit: u32) -> Result<Vec<SandboxPayment>, Fault> {
        let sql = format!(
            "SELECT {COLUMNS} FROM sandbox_payments WHERE plan_at <= $1 ORDER BY plan_at LIMIT {limit}"
        );
        self.read().rows(sql, vec![self.0.world.now().millis().into()], read).await
    }

    /// Writes how a payment at the sandbox stands, if it stood at `from`, and
    /// the message that will tell of it; tells whether it did. Only the
    /// program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn move_sandbox_payment(
        &self,
        actor: &Actor,
        from: &SandboxPayment,
        to: SandboxPayment,
        kind: &'static str,
    ) -> Done<bool> {
        actor.system()?;
        let mint = self.0.world.mint();
        let event: Vec<Value> =
            vec![mint.uuid(0).into(), to.session.clone().into(), kind.into(), mint.at().millis().into()];
        let (dispute, state) = to.dispute.unzip();
        let (plan, plan_at) = to.plan.unzip();
        let values: Vec<Value> = vec![
            number(to.progress).into(),
            to.payment.into(),
            to.refunded.minor().into(),
            dispute.into(),
            state.map(DisputeState::number).into(),
            plan.into(),
            plan_at.map(Timestamp::millis).into(),
            to.session.into(),
            number(from.progress).into(),
            from.refunded.minor().into(),
            from.dispute.as_ref().map_or(0, |(_, state)| state.number()).into(),
        ];
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE sandbox_payments SET progress = $1, payment_ref = $2, \
                               refunded_minor = $3, dispute_ref = $4, dispute_state = $5, plan = $6, \
                               plan_at = $7 WHERE session_ref = $8 AND progress = $9 AND \
                               refunded_minor = $10 AND COALESCE(dispute_state, 0) = $11";
                    if link.change(sql, values).await? != 1 {
                        return Ok(false);
                    }
                    insert(link, "sandbox_events (id, session_ref, kind, created_at)", 4, event).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Messages that the sandbox has not delivered, oldest first: number,
    /// session and kind.
    ///
    /// # Errors
    /// A fault only.
    pub async fn sandbox_events_due(&self, limit: u32) -> Result<Vec<(Uuid, String, String)>, Fault> {
        let sql = format!(
            "SELECT id, session_ref, kind FROM sandbox_events WHERE delivered_at IS NULL ORDER BY id LIMIT {limit}"
        );
        self.read().rows(sql, vec![], |row| Ok((row.take()?, row.take()?, row.take()?))).await
    }

    /// Records that a message of the sandbox was taken. Only the program
    /// itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn sandbox_delivered(&self, actor: &Actor, event: Uuid) -> Done<()> {
        actor.system()?;
        let at = self.0.world.now().millis();
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE sandbox_events SET delivered_at = $2 WHERE id = $1";
                    link.change(sql, vec![event.into(), at.into()]).await?;
                    Ok(())
                })
            })
            .await
    }
}
