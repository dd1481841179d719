//! What codes say, and what was taken back.

use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::device::DeviceKey;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use domain::time::Timestamp;

use super::load::open_leases;
use super::{Authorization, LeasedUnits, LicenceView, Revocations};
use crate::Store;
use crate::error::{Done, Fault};
use crate::software::grants::DownloadGrant;

/// A list of what was taken back stands for a day.
const LIST_MILLIS: i64 = 86_400_000;

impl Store {
    /// What a code for a device says now. For the licence's owner and for the
    /// device. Precedence: not there (or not the asker's), the licence's
    /// verdict, a device on which it is not active, a product without a
    /// release.
    ///
    /// # Errors
    /// `NotSignedIn` for who is neither, then in that precedence; `Denied`
    /// with the verdict.
    pub async fn authorization(
        &self,
        actor: &Actor,
        device: Option<&DeviceKey>,
        licence: LicenceId,
        kid: &str,
    ) -> Done<(Authorization, LicenceView)> {
        let view = self.licence(actor, device, licence).await?;
        let now = self.0.world.now();
        match view.verdict(now) {
            Verdict::Valid => {}
            verdict => return Err(Refusal::denied(verdict).into()),
        }
        let is_other = device.is_some_and(|device| actor.user_id().is_none() && device.kid() != kid);
        let holding = &view.holding;
        let active = holding.device(kid).filter(|_| !is_other);
        active.ok_or(Refusal::denied(Verdict::DeviceNotActivated))?;
        let slug = view.slug.clone();
        let product = slug.ok_or(Refusal::wrong_state("nothing of this software was released yet"))?;
        let leases = open_leases(self.read(), licence).await?;
        let leases = leases.into_iter().filter(|lease| lease.kid == kid && now < lease.settle_by);
        let leases = leases.map(|lease| LeasedUnits {
            name: lease.id,
            meter: lease.meter,
            units: lease.units,
            settle_by: lease.settle_by,
        });
        let term = holding.licence.term().ok_or(Refusal::denied(Verdict::Revoked))?;
        let expires = self.expiry(&view, now);
        let half = |until: Timestamp| {
            let left = until.millis().saturating_sub(now.millis());
            Timestamp::from_millis(now.millis().saturating_add(left / 2))
        };
        let says = Authorization {
            id: self.0.world.mint().uuid(0),
            licence,
            generation: holding.licence.generation,
            product,
            publisher: view.publisher_handle.clone(),
            is_owned: holding.licence.is_owned(),
            device: kid.to_owned(),
            at: now,
            starts: term.starts.min(now),
            expires,
            ends: term.ends,
            versions: view.covers.to_string(),
            counted: holding.licence.counted().map(|meter| meter.code.clone()).collect(),
            leases: leases.collect(),
            refresh_after: expires.map(half),
        };
        Ok((says, view))
    }

    /// Grants a licence, for which a code was just given, to fetch a program of
    /// its software. Precedence: as for [`Store::authorization`], no such
    /// program, a version that the licence does not cover.
    ///
    /// # Errors
    /// In that precedence.
    pub async fn authorize_download(&self, view: &LicenceView, sha256: &str) -> Done<DownloadGrant> {
        let (licence, listing) = (view.holding.licence.id, view.holding.licence.listing);
        let grant = self.download_grant(licence, listing, sha256, &view.covers).await?;
        let grant = grant.ok_or(Refusal::missing("program"))?;
        match view.covers.covers(&grant.version) {
            true => Ok(grant),
            false => Err(Refusal::denied(Verdict::VersionNotCovered).into()),
        }
    }

    /// Until when a code holds. Of a rental, as long as programs may run
    /// without asking, and no longer than was paid; of a purchase, until its
    /// tokens no longer go back, and then for good.
    fn expiry(&self, view: &LicenceView, now: Timestamp) -> Option<Timestamp> {
        let (terms, holding) = (self.0.market.software, &view.holding);
        let purchase = holding.acquired.iter().rfind(|it| it.is_active() && it.offer.is_purchase());
        match purchase {
            Some(purchase) => Some(purchase.at.after(terms.refund)).filter(|until| now < *until),
            None => {
                let until = now.after(terms.offline);
                let ends = holding.licence.term().and_then(|term| term.ends);
                Some(ends.map_or(until, |ends| ends.min(until)))
            }
        }
    }

    /// What was taken back. Two lists of one number say the same.
    ///
    /// # Errors
    /// A fault only.
    pub async fn revocations(&self) -> Result<Revocations, Fault> {
        // Number, time and entries follow from the day and from how much was
        // taken back so far; both only grow, and so does their sum.
        let day = self.0.world.now().millis().div_euclid(LIST_MILLIS);
        let begins = Timestamp::from_millis(day.saturating_mul(LIST_MILLIS));
        let sql = "SELECT sequence, licence_id, generation, revoked_at FROM revocations ORDER BY sequence";
        let rows = self.read().rows(sql, vec![], |row| {
            Ok((row.take::<i64>()?, row.id(LicenceId::new)?, row.count()?, row.time()?))
        });
        let rows = rows.await?;
        let last = rows.last().map_or(0, |(sequence, ..)| *sequence);
        let at = rows.iter().map(|(.., at)| *at).max().map_or(begins, |latest| latest.max(begins));
        let mut entries = std::collections::BTreeMap::new();
        for (_, licence, generation, _) in rows {
            entries.insert(licence, generation);
        }
        Ok(Revocations {
            version: u64::try_from(day.saturating_add(last)).unwrap_or_default(),
            at,
            next: Timestamp::from_millis(begins.millis().saturating_add(2 * LIST_MILLIS)),
            entries: entries.into_iter().collect(),
        })
    }
}
