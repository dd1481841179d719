//! Somebody who publishes software, by the names that are fixed.

use reqwest::Client;
use serde_json::{Value, json};

use crate::api::Api;
use crate::program::Program;

/// The most bytes of a part of an upload.
const PART_BYTES: usize = 8 << 20;

/// A program as it is uploaded, for the computer that runs the tests.
pub struct Packed {
    /// How it is packed: `tar.gz` or `binary`.
    pub packing: &'static str,
    /// The file to run.
    pub main: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Packed {
    /// A script of the shell: this text below its first line.
    #[must_use]
    pub fn script(main: &str, text: &str) -> Self {
        let bytes = format!("#!/bin/sh\n{text}\n").into_bytes();
        Self { packing: "binary", main: main.to_owned(), bytes }
    }
}

/// A publisher with a listing of software.
pub struct Publisher {
    /// The account.
    pub api: Api,
    /// The listing's id.
    pub listing: Value,
    product: String,
}

impl Publisher {
    /// Somebody new with a draft of a listing of that name.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn begins(market: &Program, product: &str) -> Self {
        let api = Api::opens_account(market).await;
        let input = json!({ "title": product, "categoryId": api.category().await, "kind": "SOFTWARE" });
        let listing = api.must("listItem", input, "listing { id }").await["listing"]["id"].clone();
        Self { api, listing, product: product.to_owned() }
    }

    /// Brings a version out.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn releases(&self, version: &str, packed: &Packed) {
        let input = json!({
            "listingId": self.listing, "version": version, "state": "DRAFT", "product": self.product,
        });
        let api = &self.api;
        let release = api.must("publishRelease", input, "release { id }").await["release"]["id"].clone();
        let input = json!({
            "releaseId": release, "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
            "packing": packed.packing, "main": packed.main, "sizeBytes": packed.bytes.len().to_string(),
        });
        let artifact =
            api.must("uploadArtifact", input, "artifact { id uploadUrl }").await["artifact"].clone();
        let url = artifact["uploadUrl"].as_str().expect("an address");
        let client = Client::builder().no_proxy().build().expect("a client without options builds");
        for (number, part) in packed.bytes.chunks(PART_BYTES).enumerate() {
            let sent = client.patch(url).bearer_auth(api.token().expect("a session"));
            let sent = sent.header("content-type", "application/offset+octet-stream");
            let sent = sent.header("upload-offset", number * PART_BYTES).body(part.to_vec()).send().await;
            assert!(sent.expect("the market answers").status().is_success(), "part {number}");
        }
        api.must("finishUpload", json!({ "artifactId": artifact["id"] }), "artifact { id }").await;
        let input = json!({ "listingId": self.listing, "version": version });
        api.must("publishRelease", input, "release { state }").await;
    }

    /// Offers it to everybody; the ids of the offers, in their order.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn offers(&self, offers: Value) -> Vec<String> {
        let input = json!({ "listingId": self.listing, "offers": offers });
        let set = self.api.must("setOffers", input, "offers { id }").await;
        self.api.must("publishListing", json!({ "listingId": self.listing }), "listing { id }").await;
        let ids = set["offers"].as_array().expect("a list").iter();
        ids.map(|offer| offer["id"].as_str().expect("an id").to_owned()).collect()
    }
}
