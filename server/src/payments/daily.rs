//! The daily comparison with the provider's own account of our money. What
//! differs is looked up once more, in case a message was lost; what differs
//! even then is written down for a person. Nothing else is changed.

use std::sync::Arc;

use domain::access::Actor;
use domain::time::Seconds;
use domain::topup::comparison::Day;
use store::comparisons::Comparison;
use store::{Done, Fault};

use super::Payments;
use super::provider::{Provider, Span};

/// Days that one round compares, after a time away.
const DAYS_MAX: u32 = 40;

/// So far back the account is read again: lines may come late.
const OVERLAP: Seconds = Seconds::new(6 * 3_600);

/// Lines that are written at once.
const CHUNK: usize = 500;

impl Payments {
    /// Compares the days whose time has come; tells how many. A day is
    /// compared once, whoever asks and however often.
    ///
    /// # Errors
    /// If the database fails, or the provider does not tell.
    pub async fn compare(&self) -> Done<u32> {
        let Some(provider) = &self.provider else { return Ok(0) };
        let which = provider.which();
        let mut days = 0;
        while days < DAYS_MAX
            && let Some(day) = self.store.day_to_compare(which).await?
        {
            if !self.read_account(provider, day).await? {
                return Ok(days);
            }
            let mut found = self.store.compare_day(which, day).await?;
            if !found.differing.is_empty() {
                self.look_again(&found).await;
                self.read_account(provider, day).await?;
                found = self.store.compare_day(which, day).await?;
            }
            let differing = found.differing.len();
            if self.store.close_day(&Actor::System, which, day, found).await? && differing > 0 {
                tracing::error!(
                    day = day.text(),
                    differing,
                    "the provider's account differs: a person has to look"
                );
            }
            days += 1;
        }
        Ok(days)
    }

    /// Reads the provider's account up to now, as far as it was not read yet;
    /// tells whether it keeps one.
    async fn read_account(&self, provider: &Arc<dyn Provider>, day: Day) -> Done<bool> {
        let which = provider.which();
        // Whoever compared the day before has read up to this one.
        let newest = self.store.newest_movement(which).await?.unwrap_or(day.begin()).max(day.begin());
        let (mut from, now) = (newest.before(OVERLAP), self.store.world().now().after(Seconds::new(1)));
        while from < now {
            let until = Day::of(from).end().min(now);
            let told = provider.movements(Span { from, until }).await.map_err(|fault| {
                tracing::warn!(%fault, "the provider's account could not be read");
                Fault::unavailable("read the payment provider's account")
            })?;
            let Some(movements) = told else { return Ok(false) };
            for chunk in movements.chunks(CHUNK) {
                self.store.keep_movements(&Actor::System, which, chunk.to_vec()).await?;
            }
            from = until;
        }
        Ok(true)
    }

    /// Looks the payments up that differ: a message may have been lost.
    async fn look_again(&self, found: &Comparison) {
        for (id, ..) in &found.differing {
            if let Err(error) = self.settle(*id).await {
                tracing::warn!(%error, top_up = %id, "a payment that differs could not be looked up");
            }
        }
    }
}
