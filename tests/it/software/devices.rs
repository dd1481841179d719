//! Devices: proofs, codes, and what they take along, with the client's own
//! keys and journals.

use std::path::Path;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use client::code::{Bundle, PublicKey, Trust};
use client::device::{Device, ProofClaims};
use client::journal::{Journal, Lease};
use client::time::Moment;
use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::device::DeviceKey;
use domain::licence::holding::LeaseState;
use domain::licence::verdict::Verdict;
use domain::refusal::Refusal;
use server::keys::Keyring;
use server::keys::proof::{Asked, DEVICE, Gate, NotProven, PROOF, next_nonce};
use sha2::{Digest, Sha256};
use tests::databases::on_each_database;
use tests::people::{refused, tokens};

use super::shop::{GOOD, HOUR, Shop, USES};

const NOBODY: Actor = Actor::Visitor(None);

fn moment(at: domain::time::Timestamp) -> Moment {
    Moment::from_millis(at.millis())
}

fn key(device: &Device) -> DeviceKey {
    DeviceKey::new(device.id().to_owned(), device.public().text())
}

#[test]
fn a_device_proves_itself_for_one_request() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 1).await;
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::open(folder.path(), "shop.example", shop.market.world.clone()).unwrap();
        let gate = Gate::new(Arc::new(keys));
        let device = Device::open(&folder.path().join("device.key")).unwrap();
        let other = Device::open(&folder.path().join("other.key")).unwrap();
        let store = &shop.market.store;
        let body = b"{}";
        let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        let says = |nonce: String| ProofClaims {
            v: 1,
            typ: "proof".to_owned(),
            method: "POST".to_owned(),
            path: "/graphql".to_owned(),
            body: digest.clone(),
            nonce,
            iat: Moment::from_millis(0),
        };
        let heads = |signer: &Device, sent: &Device, store: &str, says: &ProofClaims| {
            let mut headers = HeaderMap::new();
            let value = |text: &str| HeaderValue::from_str(text).unwrap();
            headers.insert(DEVICE, value(&sent.public().text()));
            headers.insert(PROOF, value(&signer.prove(store, says).unwrap()));
            headers
        };
        let asked = Asked { method: "POST", path: "/graphql", body };
        let good = says(next_nonce(store));
        let headers = heads(&device, &device, "shop.example", &good);
        let found = gate.check(store, &headers, asked).unwrap().unwrap();
        assert_eq!((found.kid(), found.public()), (device.id(), device.public().text().as_str()));
        assert!(gate.check(store, &headers, asked).is_ok(), "again is harmless");
        assert_eq!(gate.check(store, &HeaderMap::new(), asked), Ok(None));
        let mut half = headers.clone();
        half.remove(PROOF);
        assert_eq!(gate.check(store, &half, asked), Err(NotProven::Headers));
        for (headers, asked) in [
            (headers.clone(), Asked { body: b"{ }", ..asked }),
            (headers.clone(), Asked { path: "/other", ..asked }),
            (headers.clone(), Asked { method: "GET", ..asked }),
            (heads(&other, &device, "shop.example", &good), asked),
            (heads(&device, &device, "other.example", &good), asked),
        ] {
            assert_eq!(gate.check(store, &headers, asked), Err(NotProven::Signature), "{asked:?}");
        }
        shop.market.pass(300);
        assert_eq!(gate.check(store, &headers, asked), Err(NotProven::Nonce));
        shop.done().await;
    });
}

#[test]
fn a_code_is_what_was_paid_for() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::open(folder.path(), "shop.example", shop.market.world.clone()).unwrap();
        let device = Device::open(&folder.path().join("device.key")).unwrap();
        let (store, finch, key) = (&shop.market.store, &shop.finch.actor, key(&device));
        let licence = shop.rents(HOUR, "4", "r").await;
        let early = store.authorization(finch, None, licence, device.id()).await;
        assert_eq!(refused(early), Refusal::denied(Verdict::DeviceNotActivated));
        store.activate_device(finch, Some(&key), licence, Some("my desk")).await.unwrap();
        let wren = store.authorization(&shop.wren.actor, None, licence, device.id()).await;
        assert_eq!(refused(wren), Refusal::missing("licence"));
        let trust = Trust::new("shop.example", PublicKey::parse(&keys.trust().root).unwrap());
        let now = || shop.market.world.now();
        let read = |says: &store::licences::Authorization| {
            let bundle = Bundle::parse(&keys.authorize(says).unwrap()).unwrap();
            trust.read(&bundle, moment(now())).unwrap().claims().clone()
        };
        // The device asks by itself.
        let (says, _) = store.authorization(&NOBODY, Some(&key), licence, device.id()).await.unwrap();
        let claims = read(&says);
        let end = moment(now().after(domain::time::Seconds::new(3_600)));
        assert_eq!((claims.exp, claims.rent_end, claims.generation), (Some(end), Some(end), 0));
        assert_eq!(claims.counted, Vec::<String>::new(), "time alone is not counted");
        assert_eq!((claims.prod.as_str(), claims.ver.to_string().as_str()), ("inkwell", "*"));
        let price = tokens("18");
        store.convert_licence(finch, licence, (shop.offer(GOOD), price), "c").await.unwrap();
        let (says, _) = store.authorization(&NOBODY, Some(&key), licence, device.id()).await.unwrap();
        let claims = read(&says);
        assert_eq!((claims.rent_end, claims.generation), (None, 1));
        assert_eq!(claims.ver.to_string(), "^1", "later versions of the same first number");
        assert!(claims.exp.is_some(), "it may yet go back");
        shop.market.pass(14 * 86_400);
        let (says, _) = store.authorization(&NOBODY, Some(&key), licence, device.id()).await.unwrap();
        assert_eq!(read(&says).exp, None, "now it holds for good");
        let before = store.revocations().await.unwrap();
        shop.market.grant(&shop.wren, 20).await;
        store.refund_grant(&shop.wren.actor, shop.order(licence).await).await.unwrap();
        let after = store.revocations().await.unwrap();
        assert!(after.version > before.version);
        assert_eq!(after.entries, [(licence, 2)]);
        shop.done().await;
    });
}

/// The journal of a lease of five uses, as the client keeps it.
fn journal(folder: &Path, name: &str, (licence, device): (LicenceId, &Device), settle_by: Moment) -> Journal {
    let lease = Lease {
        v: 1,
        lease: name.to_owned(),
        ent: licence.to_string(),
        dev: device.id().to_owned(),
        meter: "use".to_owned(),
        units: 5,
        settle_by,
    };
    Journal::open(&folder.join(name), lease).unwrap()
}

#[test]
fn what_the_clients_journal_tells_is_settled_and_charged_and_credited() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 100).await;
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(&folder.path().join("device.key")).unwrap();
        let (store, finch, key) = (&shop.market.store, &shop.finch.actor, key(&device));
        let licence = shop.rents(USES, "6", "r").await;
        store.activate_device(finch, Some(&key), licence, None).await.unwrap();
        let open =
            |name: &str, folder: &Path, settle_by| journal(folder, name, (licence, &device), settle_by);
        let place = folder.path();
        let take = |name: &'static str| store.lease_units(&NOBODY, Some(&key), licence, ("use", 5, name));
        let told = |journal: &mut Journal| serde_json::to_string(&journal.report().unwrap()).unwrap();

        let (lease, counted) = take("one").await.unwrap();
        assert_eq!((counted.left, lease.state), (Some(5), LeaseState::Open));
        let other = store.consume(finch, None, licence, ("use", 6, "x")).await;
        assert_eq!(refused(other), Refusal::denied(Verdict::UsesExhausted));
        let now = moment(shop.market.world.now());
        let mut journal = open("one", place, moment(lease.settle_by));
        journal.spend("a", 1, now).unwrap();
        journal.spend("b", 2, now).unwrap();
        let part = told(&mut journal);
        let (lease, _) = store.settle_lease(&NOBODY, Some(&key), licence, "one", &part).await.unwrap();
        assert_eq!((lease.state, lease.used), (LeaseState::Open, 3));
        assert_eq!(shop.used_by_figures().await, 3, "what was told is used");
        let sealed = serde_json::to_string(&journal.seal(now).unwrap()).unwrap();
        for round in 0..2 {
            let (lease, counted) =
                store.settle_lease(&NOBODY, Some(&key), licence, "one", &sealed).await.unwrap();
            assert_eq!((lease.state, lease.used, counted.left), (LeaseState::Settled, 3, Some(7)), "{round}");
        }
        assert_eq!((shop.uses(licence).await, shop.used_by_figures().await), ((10, 3, 0), 3));

        let (lease, _) = take("two").await.unwrap();
        let mut journal = open("two", place, moment(lease.settle_by));
        journal.spend("c", 2, now).unwrap();
        shop.market.pass(14 * 86_400);
        assert_eq!(store.end_due(&Actor::System, 10).await.unwrap(), 1);
        assert_eq!(store.end_due(&Actor::System, 10).await.unwrap(), 0, "again is harmless");
        assert_eq!(shop.uses(licence).await, (10, 8, 0), "charged in full");
        assert_eq!(shop.used_by_figures().await, 8);
        shop.market.pass(86_400);
        let late = told(&mut journal);
        for _ in 0..2 {
            store.settle_lease(&NOBODY, Some(&key), licence, "two", &late).await.unwrap();
            assert_eq!(shop.uses(licence).await, (10, 5, 0), "three are credited once");
            assert_eq!(shop.used_by_figures().await, 5, "nothing is counted twice");
        }

        let (lease, _) = take("three").await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        let mut one = open("three", place, moment(lease.settle_by));
        let mut two = open("three", copy.path(), moment(lease.settle_by));
        let now = moment(shop.market.world.now());
        one.spend("d", 1, now).unwrap();
        two.spend("e", 1, now).unwrap();
        store.settle_lease(&NOBODY, Some(&key), licence, "three", &told(&mut one)).await.unwrap();
        let (lease, _) =
            store.settle_lease(&NOBODY, Some(&key), licence, "three", &told(&mut two)).await.unwrap();
        assert_eq!(lease.state, LeaseState::Forked);
        assert_eq!(shop.uses(licence).await, (10, 10, 0), "one batch is what it costs");
        assert_eq!(shop.used_by_figures().await, 10);
        let edited = told(&mut one).replace("\"used\":1", "\"used\":0");
        let edited = store.settle_lease(&NOBODY, Some(&key), licence, "three", &edited).await;
        assert_eq!(refused(edited), Refusal::denied(Verdict::StateForked));
        shop.done().await;
    });
}

#[test]
fn a_code_signs_a_program_in_once_and_soon() {
    on_each_database(async |base| {
        let shop = Shop::with(base, 1).await;
        let store = &shop.market.store;
        assert_eq!(refused(store.create_claim_code(&NOBODY).await), Refusal::NotSignedIn);
        let made = store.create_claim_code(&shop.finch.actor).await.unwrap();
        let signs = made.code.chars().filter(char::is_ascii_alphanumeric).count();
        assert_eq!(signs, 27, "26 signs of base 32 and one that checks them");
        let (user, token) = store.sign_in_by_code(&made.code.to_lowercase()).await.unwrap();
        assert_eq!(user.id, shop.finch.id);
        assert_eq!(store.authenticate(&token).await.unwrap().unwrap().id, shop.finch.id);
        assert_eq!(refused(store.sign_in_by_code(&made.code).await), Refusal::WrongCredentials, "once");
        let late = store.create_claim_code(&shop.finch.actor).await.unwrap();
        shop.market.pass(900);
        assert_eq!(refused(store.sign_in_by_code(&late.code).await), Refusal::WrongCredentials, "soon");
        for _ in 0..5 {
            store.create_claim_code(&shop.finch.actor).await.unwrap();
        }
        assert_eq!(refused(store.create_claim_code(&shop.finch.actor).await).code(), "TOO_MANY");
        let direct = shop.market.base.connect().await;
        let hashes = direct.number("SELECT COUNT(*) FROM sign_in_codes").await;
        assert_eq!(hashes, 5, "what is over was forgotten");
        shop.done().await;
    });
}
