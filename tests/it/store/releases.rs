//! Releases: what publishers put out, what they sign, and what stays.

use client::code::PublicKey;
use client::release::{Expected, Release as Signed};
use client::time::Moment;
use domain::access::Actor;
use domain::id::{LicenceId, ListingId, ReleaseId};
use domain::licence::offer::{Coverage, OfferKind};
use domain::listing::{ListingKind, ListingState};
use domain::refusal::Refusal;
use domain::software::{Channel, ReleaseState};
use domain::time::Seconds;
use store::listings::NewListing;
use store::offers::NewOffer;
use store::software::releases::NewRelease;
use store::software::uploads::NewArtifact;
use tests::databases::on_each_database;
use tests::people::{FURNITURE, Market, Person, refused, tokens};
use uuid::Uuid;

async fn software(market: &Market, publisher: &Person, title: &str) -> ListingId {
    let new = NewListing {
        title: title.to_owned(),
        description: String::new(),
        category: FURNITURE,
        kind: ListingKind::Software,
        price: tokens("1"),
        quantity: None,
        condition: None,
        tags: vec![],
        images: vec![],
        publish: false,
    };
    market.store.list_item(&publisher.actor, new).await.unwrap().id
}

fn version(text: &str) -> NewRelease {
    NewRelease { version: text.to_owned(), ..NewRelease::default() }
}

fn program(arch: &str) -> NewArtifact {
    NewArtifact {
        os: "linux".to_owned(),
        arch: arch.to_owned(),
        packing: "binary".to_owned(),
        name: "inkwell.bin".to_owned(),
        main: "inkwell".to_owned(),
        size: 0,
        sha256: None,
    }
}

/// Uploads a program in one go.
async fn uploads(market: &Market, publisher: &Person, release: ReleaseId, bytes: &[u8]) {
    let path = market.store.spool();
    std::fs::write(&path, bytes).unwrap();
    let done = market.store.upload_whole(&publisher.actor, release, program("x86_64"), path).await;
    assert!(done.unwrap().contents.is_some());
}

/// Drafts, uploads and publishes.
async fn puts_out(market: &Market, publisher: &Person, listing: ListingId, text: &str) -> ReleaseId {
    let draft = market.store.draft_release(&publisher.actor, listing, version(text)).await.unwrap();
    uploads(market, publisher, draft.id, format!("#!/bin/sh\necho {text}\n").as_bytes()).await;
    market.store.publish_release(&publisher.actor, draft.id).await.unwrap().id
}

/// The newest release of the stable channel, read as a buyer's program does.
async fn newest(market: &Market, listing: ListingId, seen: Option<u64>) -> Signed {
    let product = market.store.product(&Actor::System, listing).await.unwrap();
    let product = product.expect("the listing is out");
    let release = market.store.newest_release(listing, &Channel::stable()).await.unwrap().unwrap();
    let manifest = market.store.manifest(release.id).await.unwrap().unwrap();
    let key = PublicKey::parse(&product.key.unwrap()).unwrap();
    let now = Moment::from_millis(market.world.now().millis());
    let (store, product) = ("market.example", product.slug.as_str());
    Signed::read(&manifest, &Expected { store, product, key: &key, seen, now }).unwrap()
}

#[test]
fn a_release_is_signed_as_buyers_programs_read_it() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, store) = (market.person("wren").await, &market.store);
        let listing = software(&market, &wren, "Inkwell & Sons").await;
        let new = NewRelease {
            rules: Some(vec!["path_exists | ${OPT}/inkwell/inkwell | 1.0.0".to_owned(), String::new()]),
            notes: Some("The first one.".to_owned()),
            ..version("1.0.0")
        };
        let draft = store.draft_release(&wren.actor, listing, new).await.unwrap();
        assert_eq!(store.product(&wren.actor, listing).await.unwrap().unwrap().slug.as_str(), "inkwell-sons");
        uploads(&market, &wren, draft.id, b"#!/bin/sh\n").await;
        store.publish_release(&wren.actor, draft.id).await.unwrap();
        let again = store.publish_release(&wren.actor, draft.id).await.unwrap();
        assert_eq!((again.state, again.seq), (ReleaseState::Published, Some(1)), "twice is once");
        let day = NewOffer {
            kind: OfferKind::RentTime(Seconds::days(1)),
            price: tokens("3"),
            devices_max: 1,
            is_extendable: true,
            credit: None,
        };
        store.set_offers(&wren.actor, listing, vec![day]).await.unwrap();
        assert_eq!(store.publish_listing(&wren.actor, listing).await.unwrap().state, ListingState::Published);

        let signed = newest(&market, listing, None).await;
        assert_eq!(
            (signed.prod.as_str(), signed.publisher.as_str(), signed.seq),
            ("inkwell-sons", "wren", 1)
        );
        let artifact = signed.artifact("linux", "x86_64").unwrap();
        assert_eq!((artifact.main.as_str(), artifact.size, artifact.files.len()), ("inkwell", 10, 1));
        assert_eq!(signed.detect.len(), 1);
        client::package::Listing::read(artifact).unwrap();

        let direct = market.base.connect().await;
        for (sql, said) in [
            ("UPDATE releases SET notes = 'x'", "a published release never changes"),
            ("UPDATE releases SET version = '9.9.9'", "a published release never changes"),
            ("UPDATE releases SET state = 1", "a published release never changes"),
            ("DELETE FROM releases", "a published release never changes"),
            ("UPDATE artifacts SET size = 5", "what was uploaded never changes"),
            ("UPDATE artifacts SET files = '[]'", "what was uploaded never changes"),
            ("UPDATE products SET slug = 'other'", "a product keeps its name"),
            ("UPDATE publisher_keys SET public_key = 'x'", "a publisher key stays"),
        ] {
            let error = direct.run(sql).await.expect_err(sql);
            assert!(error.contains(said), "{sql}\n{error}");
        }
        let sealed = direct.texts("SELECT sealed_key FROM publisher_keys").await;
        let sealed = sealed[0][0].clone().unwrap();
        assert!(sealed.starts_with("v4.local."), "the key lies there sealed");
        // Time goes by: the signature is renewed under the same number.
        let before = signed.exp;
        market.pass(100 * 86_400);
        assert_eq!(refused(store.renew_releases(&wren.actor, 9).await), Refusal::Forbidden);
        assert_eq!(store.renew_releases(&Actor::System, 9).await.unwrap(), 1);
        assert_eq!(store.renew_releases(&Actor::System, 9).await.unwrap(), 0);
        let renewed = newest(&market, listing, Some(1)).await;
        assert!(renewed.exp > before && renewed.seq == 1);
        store.close().await;
    });
}

#[test]
fn a_yanked_release_gives_way_to_the_one_before() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, store) = (market.person("wren").await, &market.store);
        let listing = software(&market, &wren, "Inkwell").await;
        let first = puts_out(&market, &wren, listing, "1.0.0").await;
        let second = puts_out(&market, &wren, listing, "1.1.0").await;
        let direct = market.base.connect().await;
        direct.run("UPDATE listings SET state = 2 WHERE kind = 4").await.unwrap();
        assert_eq!(newest(&market, listing, None).await.seq, 2);
        let older = store.draft_release(&wren.actor, listing, version("1.0.5")).await.unwrap();
        uploads(&market, &wren, older.id, b"old").await;
        assert_eq!(refused(store.publish_release(&wren.actor, older.id).await).field(), Some("version"));

        store.yank_release(&wren.actor, second).await.unwrap();
        store.yank_release(&wren.actor, second).await.unwrap();
        let back = newest(&market, listing, Some(2)).await;
        assert_eq!((back.version.to_string().as_str(), back.seq), ("1.0.0", 3), "programs take it for news");
        assert_eq!(refused(store.publish_release(&wren.actor, second).await).code(), "WRONG_STATE");
        store.yank_release(&wren.actor, first).await.unwrap();
        let left = store.find_listing(&wren.actor, listing).await.unwrap().unwrap();
        assert_eq!(left.state, ListingState::Withdrawn, "without a release nobody can install it");
        store.close().await;
    });
}

#[test]
fn licences_of_old_versions_find_the_newest_that_they_cover() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, store) = (market.person("wren").await, &market.store);
        let listing = software(&market, &wren, "Inkwell").await;
        let mut releases = Vec::new();
        for text in ["1.0.0", "1.1.0", "2.0.0"] {
            releases.push(puts_out(&market, &wren, listing, text).await);
        }
        let found = async |range: &str| {
            let covers = Coverage::parse(range).unwrap();
            let found = store.newest_covered(listing, &Channel::stable(), &covers).await.unwrap();
            found.map(|release| (release.version.to_string(), release.seq.unwrap()))
        };
        let is = |text: &str, seq| Some((text.to_owned(), seq));
        for (range, expected) in [
            ("*", is("2.0.0", 3)),
            ("^1", is("1.1.0", 2)),
            ("<=1.0.9", is("1.0.0", 1)),
            ("^2", is("2.0.0", 3)),
            ("<=0.9.0", None),
            ("^3", None),
        ] {
            assert_eq!(found(range).await, expected, "{range}");
        }
        assert!(
            store
                .newest_covered(listing, &Channel::parse("beta").unwrap(), &Coverage::All)
                .await
                .unwrap()
                .is_none()
        );
        // Who has seen number 2 does not take number 1 for a step back.
        store.yank_release(&wren.actor, releases[1]).await.unwrap();
        assert_eq!(found("^1").await, is("1.0.0", 4));
        assert_eq!(found("*").await, is("2.0.0", 5), "the newest stays the newest");
        store.yank_release(&wren.actor, releases[0]).await.unwrap();
        assert_eq!((found("^1").await, found("*").await), (None, is("2.0.0", 5)), "nobody falls back");

        // Bytes that are in several releases are had through one that is covered.
        let mut same = Vec::new();
        for text in ["2.1.0", "3.0.0"] {
            let draft = store.draft_release(&wren.actor, listing, version(text)).await.unwrap();
            uploads(&market, &wren, draft.id, b"the same").await;
            store.publish_release(&wren.actor, draft.id).await.unwrap();
            same.push(store.artifacts(&draft).await.unwrap()[0].sha256.clone().unwrap());
        }
        assert_eq!(same[0], same[1]);
        let licence = LicenceId::new(Uuid::from_u128(9));
        for (range, expected) in [("^2", "2.1.0"), ("^3", "3.0.0")] {
            let covers = Coverage::parse(range).unwrap();
            let grant = store.download_grant(licence, listing, &same[0], &covers).await.unwrap().unwrap();
            assert_eq!(grant.version.to_string(), expected, "{range}");
        }
        store.close().await;
    });
}

#[test]
fn what_is_uploaded_is_looked_at() {
    on_each_database(async |base| {
        let market = Market::on(base).await;
        let (wren, finch) = (market.person("wren").await, market.person("finch").await);
        let (store, listing) = (&market.store, software(&market, &wren, "Inkwell").await);
        let release = store.draft_release(&wren.actor, listing, version("1.0.0")).await.unwrap().id;
        let begin = |new: NewArtifact| store.begin_upload(&wren.actor, release, new);
        let sized = |size| NewArtifact { size, ..program("x86_64") };
        for (new, field) in [
            (NewArtifact { os: "beos".to_owned(), ..sized(5) }, "os"),
            (NewArtifact { arch: "z80".to_owned(), ..sized(5) }, "arch"),
            (NewArtifact { packing: "rar".to_owned(), ..sized(5) }, "packing"),
            (NewArtifact { main: "../x".to_owned(), ..sized(5) }, "main"),
            (NewArtifact { sha256: Some("x".to_owned()), ..sized(5) }, "sha256"),
            (sized(0), "size"),
            (sized(2 << 20), "size"),
        ] {
            assert_eq!(refused(begin(new).await).field(), Some(field));
        }
        assert_eq!(
            refused(store.begin_upload(&finch.actor, release, sized(5)).await),
            Refusal::missing("release")
        );

        let begun = begin(sized(10)).await.unwrap();
        assert_eq!(begin(sized(10)).await.unwrap().id, begun.id, "beginning again goes on");
        assert_eq!(refused(store.upload(&finch.actor, begun.id).await), Refusal::missing("program"));
        let upload = store.upload(&wren.actor, begun.id).await.unwrap();
        std::fs::write(&upload.path, b"#!/b").unwrap();
        assert_eq!(refused(store.finish_upload(&wren.actor, begun.id).await).field(), Some("file"));
        assert!(upload.path.exists(), "what came is kept for the rest");
        std::fs::write(&upload.path, b"#!/bin/sh\n").unwrap();
        let done = store.finish_upload(&wren.actor, begun.id).await.unwrap();
        assert_eq!(
            store.finish_upload(&wren.actor, begun.id).await.unwrap(),
            done,
            "finishing twice is once"
        );

        let hashed = NewArtifact { sha256: Some("0".repeat(64)), ..sized(4) };
        let other = begin(NewArtifact { arch: "arm".to_owned(), ..hashed }).await.unwrap();
        let path = store.upload(&wren.actor, other.id).await.unwrap().path;
        std::fs::write(&path, b"what").unwrap();
        assert!(refused(store.finish_upload(&wren.actor, other.id).await).to_string().contains("announced"));
        assert!(!path.exists(), "it has to be sent anew");
        assert_eq!(refused(store.publish_release(&wren.actor, release).await).field(), Some("artifacts"));
        market.pass(4 * 86_400);
        assert_eq!(store.sweep_uploads(&Actor::System, 9).await.unwrap(), 1, "nobody went on with it");
        store.publish_release(&wren.actor, release).await.unwrap();
        assert_eq!(refused(begin(sized(5)).await).code(), "WRONG_STATE");
        assert_eq!(refused(store.drop_artifact(&wren.actor, begun.id).await).code(), "WRONG_STATE");

        let sha256 = done.sha256.clone().unwrap();
        let licence = LicenceId::new(Uuid::from_u128(5));
        assert_eq!(
            store.download_grant(licence, listing, &"0".repeat(64), &Coverage::All).await.unwrap(),
            None
        );
        let grant = store.download_grant(licence, listing, &sha256, &Coverage::All).await.unwrap().unwrap();
        let granted = store.granted(&grant.token).await.unwrap();
        assert_eq!(
            (granted.artifact, granted.licence, granted.name.as_str()),
            (begun.id, licence, "inkwell.bin")
        );
        market.pass(15 * 60);
        assert_eq!(refused(store.granted(&grant.token).await), Refusal::Expired);
        store.close().await;
    });
}
