//! Asking the real store for redemptions, and what its tables say of them.

use domain::access::Actor;
use domain::id::RedemptionId;
use domain::money::Money;
use store::Done;
use tests::databases::Direct;
use uuid::Uuid;

use super::super::drive::{Made, Real, units};
use super::super::model::Model;
use super::super::step::Number;
use super::{Redeem, Redemption, terms};

impl Real {
    fn redemption(&self, number: Number) -> RedemptionId {
        self.redemptions.get(number).copied().unwrap_or(RedemptionId::new(Uuid::max()))
    }

    fn told_redemption(&self, verb: &str, id: RedemptionId) -> String {
        let place = self.redemptions.iter().position(|known| *known == id);
        format!("{verb} {}", place.expect("a redemption that was asked for"))
    }

    /// What cannot be asked together with other steps.
    pub(in super::super) async fn ask_money(&mut self, step: &Redeem) -> Done<String> {
        let store = self.market.store.clone();
        match step {
            Redeem::Ask { by, units: amount, pay_to, key } => {
                let asked = store.request_redemption(&self.actor(*by), units(*amount), pay_to, key).await?;
                let id = asked.redemption.id;
                if !self.redemptions.contains(&id) {
                    self.redemptions.push(id);
                }
                Ok(self.told_redemption("asked", id))
            }
            Redeem::Send { by, key } => {
                let batch = store.send_redemptions(&self.actor(*by), key).await?;
                if !self.bank_files.contains(&batch) {
                    self.bank_files.push(batch);
                }
                let place = self.bank_files.iter().position(|known| *known == batch);
                Ok(format!("sent {}", 1 + place.expect("it was just put there")))
            }
            Redeem::ErasePayees { by } => {
                let actor = by.map_or(Actor::System, |by| self.actor(by));
                Ok(format!("erased {}", store.erase_payees(&actor, 1_000).await?))
            }
            other => panic!("{other:?} is asked like what moves tokens at once"),
        }
    }

    pub(in super::super) async fn ask_redemption(&self, step: &Redeem) -> Done<Made> {
        let store = &self.market.store;
        let (verb, view) = match step {
            Redeem::Cancel { by, redemption } => {
                let id = self.redemption(*redemption);
                ("called-off", store.cancel_redemption(&self.actor(*by), id).await?)
            }
            Redeem::Approve { by, redemption } => {
                let id = self.redemption(*redemption);
                ("agreed", store.approve_redemption(&self.actor(*by), id).await?)
            }
            Redeem::Reject { by, redemption, reason } => {
                let id = self.redemption(*redemption);
                ("declined", store.reject_redemption(&self.actor(*by), id, reason).await?)
            }
            Redeem::Paid { by, redemption, name, key } => {
                let id = self.redemption(*redemption);
                let name = if *name == 0 { String::new() } else { format!("OUT {name}") };
                ("paid", store.record_redemption_paid(&self.actor(*by), id, &name, key).await?)
            }
            Redeem::Failed { by, redemption, reason } => {
                let id = self.redemption(*redemption);
                ("failed", store.record_redemption_failed(&self.actor(*by), id, reason).await?)
            }
            other => panic!("{other:?} is asked alone"),
        };
        Ok(Made::Told(self.told_redemption(verb, view.redemption.id)))
    }

    /// What a user could redeem.
    pub(in super::super) async fn redeemable(&self, user: Number) -> i64 {
        let found = self.market.store.redeemable(&self.actor(user)).await;
        found.expect("everybody may look").units()
    }
}

/// What the model says.
pub(in super::super) fn of_model(model: &Model) -> Vec<String> {
    let told = |(place, it): (usize, &Redemption)| {
        let (handle, state, agreed) = (&model.users[it.user].handle, it.state.number(), it.agreed.len());
        let money = Money::new(it.units / 10_000, terms().currency).unwrap().minor();
        let name = it.paid_as.map_or("-".to_owned(), |name| format!("OUT {name}"));
        let Redemption { units, batch, .. } = it;
        let (needs, payee) = (it.needs(), u8::from(it.is_payee_known));
        format!("redemption {place} {handle} {state} {units} {money} {needs} {agreed} {batch} {name} {payee}")
    };
    model.redemptions.iter().enumerate().map(told).collect()
}

/// What the tables say, in the order of asking.
pub(in super::super) async fn of_tables(direct: &Direct) -> Vec<String> {
    let sql = "SELECT u.handle, CAST(r.state AS TEXT), CAST(r.tokens AS TEXT), CAST(r.amount_minor AS TEXT), \
               CAST(r.needs AS TEXT), CAST((SELECT COUNT(*) FROM redemption_approvals a \
               WHERE a.redemption_id = r.id) AS TEXT), CAST((SELECT COUNT(DISTINCT b.batch_id) \
               FROM redemptions b WHERE b.batch_id <= r.batch_id) AS TEXT), COALESCE(r.bank_reference, '-'), \
               CASE WHEN p.payee IS NULL THEN '0' ELSE '1' END FROM redemptions r \
               JOIN users u ON u.id = r.user_id LEFT JOIN redemption_payees p ON p.redemption_id = r.id \
               ORDER BY r.id";
    let told = |(place, row): (usize, Vec<Option<String>>)| {
        let row: Vec<String> = row.into_iter().flatten().collect();
        format!("redemption {place} {}", row.join(" "))
    };
    direct.texts(sql).await.into_iter().enumerate().map(told).collect()
}
