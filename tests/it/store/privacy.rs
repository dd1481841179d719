//! After the main job no table holds anything personal that nobody typed in:
//! no address of a machine, no user agent, no secret in the clear.

use domain::access::Actor;
use domain::user::Channel;
use store::users::NewAccount;
use tests::databases::on_each_database;

use super::lively::lively;
use super::tamper::columns_of_all_tables;

/// The only columns that hold words which people typed. Everything else is
/// numbers, times, random identities and hashes. A new column belongs here
/// only with a reason why it must be stored.
const TYPED: &[&str] = &[
    // What a buyer calls a device, if they like to.
    "activations.label",
    // What a publisher tells of a program.
    "artifacts.arch",
    "artifacts.main",
    "artifacts.name",
    "artifacts.os",
    "offers.meter",
    "products.slug",
    "releases.channel",
    "releases.notes",
    "releases.rules",
    "releases.version",
    // What the staff says of something that did not agree with the provider.
    "seen_findings.note",
    // Why the staff suspends a licence.
    "licence_suspensions.reason",
    // What a program calls its uses, so that a repeated one counts once.
    "lease_lines.consume_id",
    "leases.lease_id",
    "tasks.task_id",
    "usages.consume_id",
    // To whom papers are written, if somebody wished so; erased when asked.
    "bill_tos.bill_to",
    "categories.name",
    "categories.slug",
    // What somebody chose to leave with the staff: apart from the ledger, and
    // erased when asked.
    "customers.address",
    "customers.name",
    "customers.phone",
    // What orders that came off-line are known by, and paid with.
    "desk_attachments.name",
    "desk_moves.name",
    "desk_orders.notes",
    "desk_orders.po_number",
    "desk_orders.taken_from",
    "desk_payments.bank_reference",
    "fee_rules.name",
    "gifts.message",
    "listings.description",
    "listings.file_name",
    "listings.tags",
    "listings.title",
    // The one that is personal: to get letters, and erased when taken away.
    "mail_addresses.mailbox",
    "order_lines.fee_explanation",
    "order_lines.title",
    // Where a seller wants to be paid, erased some time after the end, and why
    // it came to nothing.
    "redemption_payees.payee",
    "redemption_events.note",
    "top_up_reviews.note",
    "redemptions.bank_reference",
    // What a letter tells, until it is sent.
    "outbox.detail",
    "transactions.detail",
    "users.about",
    "users.display_name",
    "users.handle",
    "voucher_batches.name",
];

/// Texts that we write ourselves.
const OURS: &[&str] = &[
    "activations.kid",
    "activations.public_key",
    "artifacts.file_hash",
    "artifacts.files",
    "artifacts.sha256",
    "bundles.currency",
    "comparison_findings.here_currency",
    "comparison_findings.payment_ref",
    "comparison_findings.there_currency",
    "credit_limits.currency",
    "desk_attachments.file",
    "desk_events.detail",
    "desk_moves.currency",
    "desk_payments.currency",
    "desk_series.name",
    "dispute_deadlines.provider_ref",
    "disputes.currency",
    "disputes.provider_ref",
    "heads.name",
    "idempotency_keys.answer",
    "images.hash",
    "images.widths",
    "inbox_events.error",
    "inbox_events.event_ref",
    "inbox_events.kind",
    "inbox_events.subject",
    "lease_lines.hash",
    "leases.kid",
    "leases.meter",
    "letterheads.issuer",
    "listings.cover",
    "listings.external_id",
    "listings.file_hash",
    "meters.code",
    "outbox.error",
    "papers.currency",
    "provider_movements.currency",
    "provider_movements.movement_ref",
    "provider_movements.payment_ref",
    "publisher_keys.kid",
    "publisher_keys.public_key",
    "publisher_keys.sealed_key",
    "redemptions.currency",
    "refunds.currency",
    "refunds.error",
    "refunds.provider_ref",
    "releases.kid",
    "releases.manifest",
    "revocation_series.name",
    "sandbox_events.kind",
    "sandbox_events.session_ref",
    "sandbox_payments.cancel_path",
    "sandbox_payments.currency",
    "sandbox_payments.dispute_ref",
    "sandbox_payments.payment_ref",
    "sandbox_payments.plan",
    "sandbox_payments.session_ref",
    "sandbox_payments.success_path",
    "tasks.meter",
    "token_prices.currency",
    "top_up_misfits.why",
    "top_ups.currency",
    "top_ups.intent",
    "top_ups.intent_result",
    "top_ups.payment_ref",
    "top_ups.reference",
    "top_ups.return_to",
    "top_ups.session_ref",
    "usages.meter",
    "users.passphrase_hash",
];

/// What is kept for letters.
const MAIL: [&str; 4] = ["mail_addresses", "mail_opt_outs", "known_devices", "outbox"];

/// Parts of names that columns with personal data would have.
const TELLING: [&str; 12] = [
    "address",
    "agent",
    "birth",
    "city",
    "country",
    "e_mail",
    "email",
    "host",
    "ip",
    "name_real",
    "phone",
    "street",
];

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn nothing_personal_is_stored() {
    on_each_database(async |base| {
        let lively = lively(base).await;
        let (store, direct) = (&lively.market.store, lively.market.base.connect().await);
        let opened =
            store.open_account(&Actor::Visitor(None), NewAccount::default(), Some(Channel::Site)).await;
        let opened = opened.unwrap();
        let new =
            NewAccount { passphrase: Some("correct horse battery".to_owned()), ..NewAccount::default() };
        store.open_account(&Actor::Visitor(None), new, None).await.unwrap();
        let token = opened.session_token.unwrap();
        let (link, code) = store
            .create_gift_link(&lively.finch.actor, domain::tokens::Tokens::whole(1), "hi", "k")
            .await
            .unwrap();
        assert!(link.gift.claim.is_some());

        let mut texts = Vec::new();
        for (table, column, kind) in columns_of_all_tables(&direct).await {
            let name = format!("{table}.{column}");
            let is_telling = |part: &&str| column.split('_').any(|word| word == *part);
            assert!(table == "customers" || !TELLING.iter().any(is_telling), "{name} sounds personal");
            let is_text =
                !["integer", "bigint", "smallint", "uuid", "bytea", "blob"].contains(&kind.as_str());
            if is_text {
                assert!(
                    TYPED.contains(&name.as_str()) || OURS.contains(&name.as_str()),
                    "{name}: say what it is for"
                );
                texts.push((table.clone(), column.clone()));
            }
            // No secret stands in any column in the clear, of whatever type.
            let read = match (kind.as_str(), direct.is_postgres()) {
                ("blob", _) => format!("hex({column})"),
                ("bytea", _) => format!("upper(encode({column}, 'hex'))"),
                _ => format!("CAST({column} AS TEXT)"),
            };
            let values =
                direct.texts(&format!("SELECT {read} FROM {table} WHERE {column} IS NOT NULL")).await;
            let secrets =
                [opened.account_key.as_str(), &token, &code, "correct horse battery", &code.replace('-', "")];
            // Half a secret is too much as well.
            let halves = secrets.map(|secret| secret.split_at(secret.len() / 2).0.to_owned());
            for value in values.into_iter().flatten().flatten() {
                let holds = |secret: &String| value.contains(secret) || value.contains(&hex(secret));
                assert!(!halves.iter().any(holds), "{name} holds a secret");
            }
        }
        assert_eq!(
            texts.len(),
            TYPED.len() + OURS.len(),
            "a column was taken away: take it off the list too"
        );
        // Letters are sent here, and nobody left an address.
        for table in MAIL {
            assert_eq!(direct.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        // Sessions say through what they are used, and nothing of the machine.
        let sessions = "SELECT CAST(COUNT(*) AS TEXT) FROM sessions WHERE channel NOT IN (1, 2)";
        assert_eq!(direct.texts(sessions).await[0][0].as_deref(), Some("0"));
        lively.market.store.close().await;
    });
}
