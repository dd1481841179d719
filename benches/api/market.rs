//! A market with people who have plenty, things to buy, and a program that
//! each of them has rented.

use std::net::SocketAddr;

use benches::client::{Asked, Client};
use serde_json::{Value, json};

use crate::deeds::Deed;

/// How many people do things at once.
pub(crate) const PEOPLE: usize = 64;

/// How many things there are to buy.
const LISTINGS: usize = 8;

/// The market as its people see it.
pub(crate) struct Market {
    pub(crate) address: SocketAddr,
    pub(crate) people: Vec<Member>,
    pub(crate) listings: Vec<String>,
}

/// Somebody with tokens and a licence.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) token: String,
    pub(crate) licence: String,
}

impl Market {
    /// Opens accounts, gives them plenty, and lists things for them.
    ///
    /// # Errors
    /// If the market refuses something.
    pub(crate) async fn fill(address: SocketAddr, key: &str) -> Asked<Self> {
        let mut client = Client::connect(address).await?;
        let staff = client.must("", "signIn", json!({ "accountKey": key }), "sessionToken").await?;
        let staff = text(&staff["sessionToken"])?;
        let told = client.ask("", "{ categories { id } }").await?;
        let category = text(&told["categories"][0]["id"])?;
        let mut listings = Vec::new();
        for _ in 0..LISTINGS {
            let (seller, _) = open(&mut client).await?;
            let input = json!({
                "title": "An hour", "description": "Of work.", "categoryId": category, "kind": "SERVICE",
                "price": "3", "publish": true,
            });
            let told = client.must(&seller, "listItem", input, "listing { id }").await?;
            listings.push(text(&told["listing"]["id"])?);
        }
        let offer = publish(&mut client, &category).await?;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            let (token, handle) = open(&mut client).await?;
            let grant = json!({
                "to": handle, "amount": "1000000", "reason": "to buy", "idempotencyKey": handle,
            });
            client.must(&staff, "grantTokens", grant, "").await?;
            let rent = json!({ "offerId": offer, "expectedPrice": "3", "idempotencyKey": "r" });
            let told = client.must(&token, "rent", rent, "licence { id }").await?;
            people.push(Member { token, licence: text(&told["licence"]["id"])? });
        }
        Ok(Self { address, people, listings })
    }

    /// All do the same, each on a connection of their own, until it is done
    /// `count` times.
    ///
    /// # Errors
    /// If one of them is refused.
    pub(crate) async fn all_do(&self, deed: Deed, count: usize, round: usize) -> Asked<()> {
        let mut tasks = Vec::new();
        for (place, member) in self.people.iter().cloned().enumerate() {
            let (address, listings) = (self.address, self.listings.clone());
            tasks.push(tokio::spawn(async move {
                let mut client = Client::connect(address).await?;
                for number in 0..count / PEOPLE {
                    let listing = &listings[(place + number) % listings.len()];
                    deed.is_done(&mut client, &member, listing, &format!("{round}-{number}")).await?;
                }
                Asked::Ok(())
            }));
        }
        for task in tasks {
            task.await??;
        }
        Ok(())
    }
}

/// Opens an account: its session and its handle.
async fn open(client: &mut Client) -> Asked<(String, String)> {
    let told = client.must("", "openAccount", json!({}), "sessionToken user { handle }").await?;
    Ok((text(&told["sessionToken"])?, text(&told["user"]["handle"])?))
}

/// Publishes a program that is rented by uses; its offer.
async fn publish(client: &mut Client, category: &str) -> Asked<String> {
    let (publisher, _) = open(client).await?;
    let input = json!({ "title": "Inkwell", "categoryId": category, "kind": "SOFTWARE" });
    let listing =
        client.must(&publisher, "listItem", input, "listing { id }").await?["listing"]["id"].clone();
    let release = json!({ "listingId": listing, "version": "1.0.0", "state": "DRAFT", "product": "inkwell" });
    let release = client.must(&publisher, "publishRelease", release, "release { id }").await?;
    let program = "#!/bin/sh\necho written\n";
    let artifact = json!({
        "releaseId": release["release"]["id"], "os": "linux", "arch": "x86_64", "packing": "binary",
        "main": "inkwell", "sizeBytes": program.len().to_string(),
    });
    let artifact = client.must(&publisher, "uploadArtifact", artifact, "artifact { id uploadUrl }").await?;
    let artifact = &artifact["artifact"];
    client.patch(&text(&artifact["uploadUrl"])?, &publisher, program).await?;
    client.must(&publisher, "finishUpload", json!({ "artifactId": artifact["id"] }), "").await?;
    let release = json!({ "listingId": listing, "version": "1.0.0" });
    client.must(&publisher, "publishRelease", release, "").await?;
    let offer = json!({ "kind": "RENT_UNITS", "price": "3", "units": 1_000_000 });
    let offers = json!({ "listingId": listing, "offers": [offer] });
    let told = client.must(&publisher, "setOffers", offers, "offers { id }").await?;
    client.must(&publisher, "publishListing", json!({ "listingId": listing }), "").await?;
    text(&told["offers"][0]["id"])
}

fn text(value: &Value) -> Asked<String> {
    Ok(value.as_str().ok_or_else(|| format!("a text was awaited: {value}"))?.to_owned())
}
