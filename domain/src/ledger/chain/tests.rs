use super::*;
use crate::id::UserId;
use crate::ledger::account::{AccountId, AccountKind};
use crate::ledger::transfer::{TransactionKind, TransferCode};
use crate::time::Timestamp;
use crate::tokens::Tokens;
use uuid::Uuid;

fn transaction() -> Transaction {
    let of = |number, kind| AccountId::of(UserId::new(Uuid::from_u128(number)), kind);
    let transfer = |debit, credit, units| Transfer {
        debit,
        credit,
        amount: Tokens::from_units(units).unwrap(),
        code: TransferCode::Gift,
    };
    Transaction {
        kind: TransactionKind::Gift,
        reference: Uuid::from_u128(7),
        actor: Uuid::from_u128(8),
        at: Timestamp::from_millis(9),
        detail: "ab".to_owned(),
        transfers: vec![
            transfer(of(1, AccountKind::Spendable), of(2, AccountKind::Spendable), 5),
            transfer(of(1, AccountKind::Earned), of(2, AccountKind::Spendable), 6),
        ],
    }
}

/// The same transaction with one thing changed, each in its turn.
fn altered() -> Vec<(&'static str, Transaction)> {
    let with = |change: fn(&mut Transaction)| {
        let mut altered = transaction();
        change(&mut altered);
        altered
    };
    vec![
        ("kind", with(|it| it.kind = TransactionKind::GiftLink)),
        ("reference", with(|it| it.reference = Uuid::from_u128(70))),
        ("actor", with(|it| it.actor = Uuid::from_u128(80))),
        ("at", with(|it| it.at = Timestamp::from_millis(10))),
        ("detail", with(|it| it.detail = "a".to_owned())),
        ("debit owner", with(|it| it.transfers[0].debit.owner = Uuid::from_u128(3))),
        ("debit kind", with(|it| it.transfers[0].debit.kind = AccountKind::Promo)),
        ("credit owner", with(|it| it.transfers[1].credit.owner = Uuid::from_u128(3))),
        ("credit kind", with(|it| it.transfers[1].credit.kind = AccountKind::Promo)),
        ("amount", with(|it| it.transfers[1].amount = Tokens::from_units(7).unwrap())),
        ("code", with(|it| it.transfers[0].code = TransferCode::Sale)),
        ("order of transfers", with(|it| it.transfers.swap(0, 1))),
        ("a transfer less", with(|it| _ = it.transfers.pop())),
        ("a transfer more", with(|it| it.transfers.push(it.transfers[0]))),
    ]
}

#[test]
fn every_recorded_thing_changes_the_seal() {
    let seal = Seal::GENESIS.next(1, &transaction());
    let mut seen = vec![seal, Seal::GENESIS.next(2, &transaction()), seal.next(1, &transaction())];
    for (what, altered) in altered() {
        let other = Seal::GENESIS.next(1, &altered);
        assert!(!seen.contains(&other), "{what} leaves the seal as it is, or makes it another's");
        seen.push(other);
    }
    assert_eq!(Seal::GENESIS.next(1, &transaction()), seal, "the same again is the same");
}

/// Seals are kept for ever: a change of their making breaks every chain.
#[test]
fn the_seal_is_made_as_ever() {
    let seal = Seal::GENESIS.next(1, &transaction());
    assert_eq!(seal.to_string(), "25fd17593ed9f939d45181abcc9572ac716dfa4b79aa7a5c2eab4ad2fee8fe35");
    assert_eq!(Seal::from_bytes(*seal.as_bytes()), seal);
}
