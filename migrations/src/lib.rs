//! The database's shape, one file a step, for SQLite and PostgreSQL.
//!
//! A step is never edited after a release. Steps are written in SQL, because
//! CHECKs, triggers and partial indexes are what keeps the money safe; the
//! few words in which the two databases differ are filled in by `dialect`.

mod dialect;
mod m0001_people;
mod m0002_ledger;
mod m0003_market;
mod m0004_categories;
mod m0005_topups;
mod m0006_vouchers;
mod m0007_desk;
mod m0008_mail;
mod m0009_papers;
mod m0010_redemptions;
mod m0011_software;
mod m0012_licences;
mod m0013_guards;
mod m0014_comparisons;
mod m0015_suspensions;
mod m0016_seen_findings;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// All steps in their order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Step),
            Box::new(m0002_ledger::Step),
            Box::new(m0003_market::Step),
            Box::new(m0004_categories::Step),
            Box::new(m0005_topups::Step),
            Box::new(m0006_vouchers::Step),
            Box::new(m0007_desk::Step),
            Box::new(m0008_mail::Step),
            Box::new(m0009_papers::Step),
            Box::new(m0010_redemptions::Step),
            Box::new(m0011_software::Step),
            Box::new(m0012_licences::Step),
            Box::new(m0013_guards::Step),
            Box::new(m0014_comparisons::Step),
            Box::new(m0015_suspensions::Step),
            Box::new(m0016_seen_findings::Step),
        ]
    }
}
