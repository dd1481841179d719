//! What the server signs is what the client reads: the two share no types.

use client::code::{Ask, Bundle, PublicKey, Reading, Trust};
use client::time::Moment;
use client::verdict::Verdict as Theirs;
use client::world::World as TheirWorld;
use domain::id::LicenceId;
use domain::licence::device::ClientId;
use domain::licence::meter::MeterCode;
use domain::licence::verdict::Verdict as Ours;
use domain::time::{Seconds, Timestamp};
use server::keys::root::Roots;
use server::keys::{Keyring, Old, ROOT_FILE};
use store::licences::{Authorization, LeasedUnits, Revocations};
use store::world::World;
use tests::people::BEGINNING;
use uuid::Uuid;

const STORE: &str = "shop.example";

fn moment(at: Timestamp) -> Moment {
    Moment::from_millis(at.millis())
}

fn after(seconds: u32) -> Timestamp {
    BEGINNING.after(Seconds::new(seconds))
}

/// A rental of an hour with five uses taken along.
fn rental(device: &str) -> Authorization {
    let meter = MeterCode::uses();
    let name = ClientId::parse("leaseId", "lease-1").unwrap();
    Authorization {
        id: Uuid::from_u128(1),
        licence: LicenceId::new(Uuid::from_u128(2)),
        generation: 3,
        product: "inkwell".to_owned(),
        publisher: "ada".to_owned(),
        is_owned: false,
        device: device.to_owned(),
        at: BEGINNING,
        starts: BEGINNING,
        expires: Some(after(3_600)),
        ends: Some(after(7_200)),
        versions: "^1".to_owned(),
        counted: vec![meter.clone()],
        leases: vec![LeasedUnits { name, meter, units: 5, settle_by: after(1_800) }],
        refresh_after: Some(after(1_800)),
    }
}

struct Shop {
    folder: tempfile::TempDir,
    world: World,
    keys: Keyring,
}

impl Shop {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::made(1, BEGINNING);
        let keys = Keyring::open(folder.path(), STORE, world.clone()).unwrap();
        Self { folder, world, keys }
    }

    fn trust(&self) -> Trust {
        Trust::new(STORE, PublicKey::parse(&self.keys.trust().root).unwrap())
    }

    fn rotate(&self, old: Old) {
        self.keys.rotate(&self.folder.path().join(ROOT_FILE), old).unwrap();
    }
}

fn bundle(signed: &impl serde::Serialize) -> Bundle {
    Bundle::parse(&serde_json::to_string(signed).unwrap()).unwrap()
}

#[test]
fn verdicts_are_the_same_in_both_rooms() {
    let ours = Ours::ALL.map(|verdict| (verdict.code(), verdict.exit_code()));
    let theirs = Theirs::ALL.map(|verdict| (verdict.code(), verdict.exit_code()));
    assert_eq!(ours, theirs);
}

#[test]
fn a_code_is_checked_with_nothing_but_the_root() {
    let shop = Shop::open();
    let text = shop.keys.authorize(&rental("k4.pid.device")).unwrap();
    let code = shop.trust().read(&Bundle::parse(&text).unwrap(), moment(BEGINNING)).unwrap();
    let claims = code.claims();
    assert_eq!((claims.ent.as_str(), claims.generation), (Uuid::from_u128(2).to_string().as_str(), 3));
    assert_eq!((claims.prod.as_str(), claims.publisher.as_str()), ("inkwell", "ada"));
    assert_eq!((claims.exp, claims.rent_end), (Some(moment(after(3_600))), Some(moment(after(7_200)))));
    let lease = code.lease("use").unwrap();
    assert_eq!((lease.lease.as_str(), lease.units, lease.settle_by), ("lease-1", 5, moment(after(1_800))));
    let version = "1.2.3".parse().unwrap();
    let clock = Reading { now: moment(after(10)), is_set_back: false };
    let ask = Ask { product: "inkwell", version: &version, device: "k4.pid.device", clock };
    assert_eq!(code.check(&ask), Ok(()));
    let owned = Authorization {
        is_owned: true,
        expires: None,
        ends: None,
        counted: Vec::new(),
        ..rental("k4.pid.device")
    };
    let text = shop.keys.authorize(&owned).unwrap();
    let years = moment(Timestamp::from_millis(BEGINNING.millis() * 2));
    assert!(shop.trust().read(&Bundle::parse(&text).unwrap(), years).is_ok(), "it outlives its key");
}

#[test]
fn a_code_ends_with_its_key_at_the_latest() {
    let shop = Shop::open();
    let long = Authorization {
        expires: Some(after(86_400 * 300)),
        ends: Some(after(86_400 * 400)),
        ..rental("k4.pid.device")
    };
    let text = shop.keys.authorize(&long).unwrap();
    let code = shop.trust().read(&Bundle::parse(&text).unwrap(), moment(BEGINNING)).unwrap();
    assert!(code.claims().exp.unwrap() < moment(after(86_400 * 90)));
}

#[test]
fn keys_rotate_with_an_overlap_and_do_not_come_back() {
    let shop = Shop::open();
    let (mut online, offline) = (shop.trust(), shop.trust());
    let first_set = shop.keys.trust().keys;
    online.accept_keys(&first_set).unwrap();
    let old = Bundle::parse(&shop.keys.authorize(&rental("k4.pid.device")).unwrap()).unwrap();
    shop.rotate(Old::Kept);
    let new = Bundle::parse(&shop.keys.authorize(&rental("k4.pid.device")).unwrap()).unwrap();
    assert_ne!(old.keys, new.keys);
    let now = moment(after(1));
    for trust in [&online, &offline] {
        assert!(trust.read(&old, now).is_ok(), "it runs on");
        assert!(trust.read(&new, now).is_ok(), "its certificate is enough");
    }
    online.accept_keys(&shop.keys.trust().keys).unwrap();
    assert!(online.read(&old, now).is_ok());
    assert_eq!(online.accept_keys(&first_set).unwrap_err().verdict, Theirs::StateForked, "never back");
    shop.rotate(Old::Dropped);
    online.accept_keys(&shop.keys.trust().keys).unwrap();
    assert_eq!(online.read(&old, now).unwrap_err().verdict, Theirs::KeyUnknown);
    assert_eq!(online.read(&new, now).unwrap_err().verdict, Theirs::KeyUnknown);
}

#[test]
fn the_time_is_told_for_one_question() {
    let shop = Shop::open();
    let folder = tempfile::tempdir().unwrap();
    let world = TheirWorld::made(moment(after(86_400 * 5_000)));
    let mut clock = client::clock::Clock::open(folder.path().join("clock.json"), world.clone()).unwrap();
    clock.keep().unwrap();
    world.set_wall(moment(BEGINNING));
    assert!(clock.reading().is_set_back, "it was wrong ahead once");
    let question = clock.ask().unwrap();
    let answer = bundle(&shop.keys.tell_time(question.nonce()).unwrap());
    clock.heal(question, &answer, &shop.trust()).unwrap();
    assert!(!clock.reading().is_set_back, "healed");
    let other = clock.ask().unwrap();
    assert!(clock.heal(other, &answer, &shop.trust()).is_err(), "an old answer");
}

#[test]
fn what_was_taken_back_is_told_and_never_untold() {
    let shop = Shop::open();
    let mut trust = shop.trust();
    let bundle_of = |version, entries| {
        let list = Revocations { version, at: BEGINNING, next: after(86_400), entries };
        bundle(&shop.keys.revoked(&list).unwrap())
    };
    let licence = rental("k4.pid.device").licence;
    let (empty, taken) = (bundle_of(7, Vec::new()), bundle_of(8, vec![(licence, 4)]));
    trust.accept_revoked(&empty).unwrap();
    trust.accept_revoked(&taken).unwrap();
    assert_eq!(trust.accept_revoked(&empty).unwrap_err().verdict, Theirs::StateForked);
    shop.world.set_now(after(5));
    trust.accept_revoked(&bundle_of(8, vec![(licence, 4)])).unwrap();
    let code = Bundle::parse(&shop.keys.authorize(&rental("k4.pid.device")).unwrap()).unwrap();
    let code = trust.read(&code, moment(after(6))).unwrap();
    let version = "1.2.3".parse().unwrap();
    let clock = Reading { now: moment(after(6)), is_set_back: false };
    let ask = Ask { product: "inkwell", version: &version, device: "k4.pid.device", clock };
    assert_eq!(code.check(&ask).unwrap_err().verdict, Theirs::Revoked);
}

#[test]
fn a_new_root_is_followed_by_programs_that_know_the_old_or_the_new() {
    let shop = Shop::open();
    let list = Revocations { version: 1, at: BEGINNING, next: after(86_400), entries: Vec::new() };
    let now = moment(after(1));
    let code = || Bundle::parse(&shop.keys.authorize(&rental("k4.pid.device")).unwrap()).unwrap();
    let mut known = shop.trust();
    known.accept_keys(&shop.keys.trust().keys).unwrap();
    known.accept_revoked(&bundle(&shop.keys.revoked(&list).unwrap())).unwrap();
    let old = code();
    shop.keys.change_root(&Roots::default(), Old::Kept).unwrap();
    let told = shop.keys.trust();
    let new = code();
    assert_eq!(known.read(&new, now).unwrap_err().verdict, Theirs::KeyUnknown, "it has not heard of it");
    assert_eq!(known.follow_roots(&told.roots), Ok(1));
    known.accept_keys(&told.keys).unwrap();
    known.accept_revoked(&bundle(&shop.keys.revoked(&list).unwrap())).unwrap();
    // A program built anew: alone, and with what the older one kept.
    let root = PublicKey::parse(&told.root).unwrap();
    let fresh = Trust::new(STORE, root.clone());
    assert!(fresh.read(&new, now).is_ok() && fresh.read(&old, now).is_err());
    let opened = Trust::open(STORE, root, known.kept().clone()).unwrap();
    for trust in [&known, &opened] {
        assert!(trust.read(&old, now).is_ok() && trust.read(&new, now).is_ok(), "the old keys hold on");
    }
    // Once more, and the old keys go.
    shop.keys.change_root(&Roots::default(), Old::Dropped).unwrap();
    let told = shop.keys.trust();
    let mut late = opened;
    for trust in [&mut known, &mut late] {
        assert_eq!(trust.follow_roots(&told.roots), Ok(1));
        trust.accept_keys(&told.keys).unwrap();
        assert_eq!(trust.read(&new, now).unwrap_err().verdict, Theirs::KeyUnknown);
        assert!(trust.read(&code(), now).is_ok());
    }
}
