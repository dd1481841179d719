//! Software from its draft to what everybody may know of it.

use domain::access::Actor;
use serde_json::json;

use crate::house::House;

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
