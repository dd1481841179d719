//! Software from its draft to what everybody may know of it.

use domain::access::Actor;
use domain::id::LicenceId;
use domain::licence::device::DeviceKey;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::{House, Person};

#[tokio::test]
async fn a_publisher_brings_software_to_the_market() {
    let house = House::open().await;
    let ada = house.person("ada-writes").await;
    let release = house.release(&ada).await;
    let mine = house.look(&ada, "{ software(slug: \"inkwell\") { listing { id } } }").await;
    let listing = mine["software"]["listing"]["id"].clone();
    let program = json!({
        "releaseId": release, "os": "linux", "arch": "x86_64", "packing": "binary", "main": "inkwell",
    });
    let sent = house.send(&ada.actor, "uploadArtifact", program.clone(), b"#!/bin/sh\n").await;
    assert_eq!(sent["artifact"]["isUploaded"], true, "{sent}");
    assert_eq!((&sent["artifact"]["fileCount"], &sent["artifact"]["uploadUrl"]), (&json!(1), &json!(null)));
    let mut begun = program;
    begun["arch"] = json!("aarch64");
    begun["sizeBytes"] = json!("4");
    let begun = house.done(&ada, "uploadArtifact", begun, "artifact { id isUploaded uploadUrl }").await;
    assert_eq!(begun["artifact"]["isUploaded"], false);
    let url = begun["artifact"]["uploadUrl"].as_str().unwrap();
    assert!(url.starts_with("https://market.example/uploads/"), "{url}");

    let offers = json!([
        { "kind": "PURCHASE", "price": "40", "updates": "MAJOR", "devicesMax": 3 },
        { "kind": "RENT_TIME", "price": "3", "seconds": 604800, "creditBasisPoints": 5000 },
        { "kind": "RENT_UNITS", "price": "2", "units": 10, "meter": "export-pdf" },
    ]);
    let input = json!({ "listingId": listing, "offers": offers });
    let set = house
        .done(&ada, "setOffers", input, "offers { sentence price devicesMax updates creditBasisPoints }")
        .await;
    assert_eq!(set["offers"][0]["updates"], "MAJOR");
    assert_eq!(
        (&set["offers"][1]["sentence"], &set["offers"][1]["creditBasisPoints"]),
        (&json!("For 7 days"), &json!(5000))
    );
    let bad =
        json!({ "listingId": listing, "offers": [{ "kind": "RENT_TIME", "price": "3", "seconds": 5 }] });
    let refused = house.act(&ada.actor, "setOffers", bad, "offers { id }").await;
    assert_eq!(refused["userErrors"][0]["field"], "offers.0.seconds");

    let publish = json!({ "listingId": listing, "version": "1.0.0" });
    let early = house.act(&ada.actor, "publishRelease", publish.clone(), "release { id }").await;
    assert_eq!(early["userErrors"][0]["field"], "artifacts", "one program is not uploaded yet");
    let removed = json!({ "artifactId": begun["artifact"]["id"] });
    house.done(&ada, "removeArtifact", removed, "release { id artifacts { arch } }").await;
    let out = house
        .done(&ada, "publishRelease", publish.clone(), "release { state seq manifest publishedAt }")
        .await;
    assert_eq!((&out["release"]["state"], &out["release"]["seq"]), (&json!("PUBLISHED"), &json!("1")));
    assert!(out["release"]["manifest"].as_str().unwrap().starts_with("v4.public."));
    let mut late = publish;
    late["notes"] = json!("Other words");
    let late = house.act(&ada.actor, "publishRelease", late, "release { id }").await;
    assert_eq!(late["userErrors"][0]["code"], "WRONG_STATE", "what was published never changes");
    house.done(&ada, "publishListing", json!({ "listingId": listing }), "listing { id }").await;

    let query = "{ software(slug: \"inkwell\") { slug publisher publisherKey publisherKeyChanged listing { price isBuyable } \
                 release { version artifacts { os arch packing main sizeBytes } } offers { kind } releases { version } } }";
    let answer = house.ask(&Actor::Visitor(None), query, json!({})).await;
    let known = &answer["data"]["software"];
    assert!(known["publisherKey"].as_str().unwrap().starts_with("k4.public."), "{answer}");
    assert_eq!(known["listing"], json!({ "price": "2", "isBuyable": true }));
    assert_eq!(known["release"]["artifacts"][0]["main"], "inkwell");
    assert_eq!(known["offers"].as_array().unwrap().len(), 3);
}

/// Drafts a version, uploads a program for it and publishes it; the program's
/// SHA-256.
async fn puts_out(house: &House, publisher: &Person, listing: &Value, version: &str) -> Value {
    let draft = json!({ "listingId": listing, "version": version, "product": "inkwell", "state": "DRAFT" });
    let release = house.done(publisher, "publishRelease", draft, "release { id }").await;
    let program = json!({
        "releaseId": release["release"]["id"], "os": "linux", "arch": "x86_64", "packing": "binary",
        "main": "inkwell",
    });
    let sent = house.send(&publisher.actor, "uploadArtifact", program, version.as_bytes()).await;
    let publish = json!({ "listingId": listing, "version": version });
    house.done(publisher, "publishRelease", publish, "release { id }").await;
    sent["artifact"]["sha256"].clone()
}

#[tokio::test]
async fn a_licence_of_old_versions_fetches_the_newest_that_it_covers() {
    let house = House::open().await;
    let (ada, ben) = (house.person("ada-writes").await, house.person("ben-buys").await);
    house.grant(&house.staff("market-keeper").await, &ben, "50").await;
    let listing = house.software(&ada).await;
    let offers = json!([{ "kind": "PURCHASE", "price": "40", "updates": "MAJOR", "devicesMax": 1 }]);
    let set = json!({ "listingId": listing, "offers": offers });
    let offer = house.done(&ada, "setOffers", set, "offers { id }").await["offers"][0]["id"].clone();
    let old = puts_out(&house, &ada, &listing, "1.4.0").await;
    house.done(&ada, "publishListing", json!({ "listingId": listing }), "listing { id }").await;
    let buy = json!({ "offerId": offer, "expectedPrice": "40", "idempotencyKey": "b" });
    let bought = house.done(&ben, "buy", buy, "licence { id release { version } }").await;
    assert_eq!(bought["licence"]["release"]["version"], "1.4.0");
    house.world.set_now(house.world.now().after(domain::time::Seconds::new(60)));
    let new = puts_out(&house, &ada, &listing, "2.0.0").await;

    let query = "{ software(slug: \"inkwell\") { release { version } old: release(covers: \"^1\") { version seq } \
                 none: release(covers: \"<=1.3.9\") { version } odd: release(covers: \">1\") { version } } }";
    let known = house.ask(&Actor::Visitor(None), query, json!({})).await["data"]["software"].clone();
    let expected = json!({
        "release": { "version": "2.0.0" }, "old": { "version": "1.4.0", "seq": "1" }, "none": null, "odd": null,
    });
    assert_eq!(known, expected);

    let code =
        json!({ "licenceId": bought["licence"]["id"], "device": "k4.pid.d", "want": "CODE_AND_DOWNLOAD" });
    let with = |artifact: &Value| {
        let mut input = code.clone();
        input["artifact"] = artifact.clone();
        input
    };
    let select = "code download { sha256 } release { version manifest }";
    let early = house.act(&ben.actor, "authorize", with(&old), select).await;
    assert_eq!(
        (&early["userErrors"][0]["verdict"], &early["release"]),
        (&json!("DEVICE_NOT_ACTIVATED"), &json!(null))
    );
    let licences = "{ me { licences(first: 1) { edges { node { id } } } } }";
    assert_eq!(
        house.look(&ben, licences).await["me"]["licences"]["edges"][0]["node"]["id"],
        bought["licence"]["id"]
    );
    let id = store_id(&house, &ben).await;
    let device = DeviceKey::new("k4.pid.d".to_owned(), "k4.public.d".to_owned());
    house.store.activate_device(&ben.actor, Some(&device), id, None).await.unwrap();

    let refused = house.act(&ben.actor, "authorize", with(&new), select).await;
    assert_eq!(refused["userErrors"][0]["verdict"], "VERSION_NOT_COVERED");
    assert_eq!((&refused["code"], &refused["download"]), (&json!(null), &json!(null)));
    assert_eq!(refused["release"]["version"], "1.4.0", "the answer names what may be fetched instead");
    let given = house.done(&ben, "authorize", with(&old), select).await;
    assert_eq!((&given["download"]["sha256"], &given["release"]["version"]), (&old, &json!("1.4.0")));
    assert!(given["code"].is_string() && given["release"]["manifest"].is_string());
}

/// The number of somebody's only licence.
async fn store_id(house: &House, person: &Person) -> LicenceId {
    let window = store::page::Window::<Uuid>::first(1, None);
    house.store.licences(&person.actor, window).await.expect("they are read").items[0].id()
}
