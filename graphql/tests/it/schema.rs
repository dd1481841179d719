//! The schema as clients see it: exported, described, and with the names that
//! they were written against.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::access::Actor;
use graphql::Api;
use serde_json::{Value, json};

use crate::house::House;

#[test]
fn the_exported_schema_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let sdl = Api::sdl();
    if std::env::var_os("FARTHING_BLESS").is_some() {
        std::fs::write(&file, &sdl).unwrap();
    }
    let exported = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        exported == sdl,
        "graphql/schema.graphql is stale: look at the change, then run with FARTHING_BLESS=1"
    );
}

/// All types but those of introspection.
async fn types() -> Vec<Value> {
    let query = "{ __schema { types { name kind description possibleTypes { name } enumValues { name description } \
                 inputFields { name description type { ...T } } fields { name description type { ...T } args { name description type { ...T } } } } } } \
                 fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
    let answer = House::open().await.ask(&Actor::Visitor(None), query, json!({})).await;
    let types = answer["data"]["__schema"]["types"].as_array().unwrap().clone();
    types.into_iter().filter(|kind| !name(kind).starts_with("__")).collect()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn base(kind: &Value) -> &str {
    kind["name"].as_str().unwrap_or_else(|| base(&kind["ofType"]))
}

#[tokio::test]
async fn everything_is_described() {
    let mut bare = Vec::new();
    let mut look = |place: String, value: &Value| {
        if value["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            bare.push(place);
        }
    };
    for kind in types().await {
        if ["Boolean", "Int", "String", "ID", "Float"].contains(&name(&kind)) {
            continue;
        }
        look(name(&kind).to_owned(), &kind);
        for member in ["fields", "inputFields", "enumValues"] {
            for value in list(&kind, member) {
                look(format!("{}.{}", name(&kind), name(value)), value);
                for argument in list(value, "args") {
                    look(format!("{}.{}({}:)", name(&kind), name(value), name(argument)), argument);
                }
            }
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

/// The names that independent clients were written against: they may be added
/// to, never taken away.
const FIXED: &[(&str, &str)] = &[
    ("Query", "node vendor me user listing categories search"),
    ("Vendor", "name tokenName tokenPrice currency feeBasisPoints welcomeTokens"),
    ("User", "id handle wallet cart orders sales"),
    ("Wallet", "balance spendable earned promo debt transfers"),
    ("Cart", "lines total shortfall balanceAfter"),
    ("CartLine", "id listing quantity price"),
    ("SearchConnection", "totalCount edges pageInfo facets priceHistogram"),
    ("SearchEdge", "cursor node"),
    ("UserError", "code message field"),
    ("InsufficientTokens", "shortfall balance"),
    ("OpenAccountInput", "handle passphrase"),
    ("OpenAccountPayload", "user accountKey sessionToken userErrors"),
    ("SignInInput", "accountKey handle passphrase"),
    ("SignInPayload", "user sessionToken userErrors"),
    ("SignOutPayload", "userErrors"),
    ("ListItemInput", "title description categoryId kind price quantity tags imageIds publish"),
    ("ListItemPayload", "listing userErrors"),
    ("ReviseListingPayload", "listing userErrors"),
    ("WithdrawListingPayload", "listing userErrors"),
    ("UploadImageInput", "file"),
    ("UploadImagePayload", "image userErrors"),
    ("AddToCartInput", "listingId quantity"),
    ("AddToCartPayload", "cart userErrors"),
    ("CheckoutInput", "expectedTotal idempotencyKey"),
    ("CheckoutPayload", "orders userErrors"),
    ("BuyInput", "listingId offerId quantity expectedPrice idempotencyKey"),
    ("BuyPayload", "order licence userErrors"),
    ("RentInput", "offerId expectedPrice idempotencyKey"),
    ("RentPayload", "licence userErrors"),
    ("ConsumeInput", "licenceId meter units consumeId"),
    ("AuthorizeInput", "licenceId device want artifact"),
    ("AuthorizePayload", "code download userErrors"),
    ("User", "licences"),
    ("Query", "licence"),
    ("ConfirmReceiptInput", "orderId"),
    ("CancelOrderInput", "orderId"),
    ("GiveTokensInput", "to amount message idempotencyKey"),
    ("GiveTokensPayload", "gift userErrors"),
    ("CreateGiftLinkInput", "amount message idempotencyKey"),
    ("CreateGiftLinkPayload", "gift userErrors"),
    ("Gift", "claimCode claimUrl"),
    ("ClaimGiftInput", "claimCode idempotencyKey"),
    ("GrantTokensInput", "to amount reason idempotencyKey"),
    ("TopUpInput", "bundleId tokens method returnTo idempotencyKey"),
    ("TopUpPayload", "topUpOrder userErrors"),
    ("TopUpOrder", "id reference state payUrl"),
    ("User", "topUpOrders"),
    ("Query", "tokenPrice tokenBundles"),
    ("RequestInvoiceInput", "bundleId tokens method billTo idempotencyKey"),
    ("SubmitPurchaseOrderInput", "bundleId tokens poNumber idempotencyKey"),
    ("EnterTopUpOrderInput", "to channel method bundleId tokens poNumber takenFrom notes idempotencyKey"),
    ("RecordPaymentInput", "topUpId amount currency valueDate bankReference idempotencyKey"),
    ("Vendor", "topUpDesk"),
    ("IssueVouchersInput", "name count tokens expiresAt idempotencyKey"),
    ("IssueVouchersPayload", "batch codes userErrors"),
    ("RedeemVoucherInput", "code idempotencyKey"),
    ("RedeemVoucherPayload", "redemption userErrors"),
    ("WithdrawVouchersInput", "batchId numbers"),
];

const MUTATIONS: &str = "openAccount signIn signOut listItem reviseListing withdrawListing uploadImage addToCart \
    setCartQuantity removeFromCart checkout buy confirmReceipt cancelOrder giveTokens createGiftLink claimGift \
    topUp setTokenPrice setBundles cancelGift grantTokens grantPromo setFeeRules issueVouchers redeemVoucher withdrawVouchers \
    requestInvoice submitPurchaseOrder enterTopUpOrder approveTopUpOrder rejectTopUpOrder recordPayment \
    bouncePayment reverseTopUpOrder moveRemainder attachScan \
    openAccountFor takeOverAccount eraseCustomer rent extendLicence convertLicence activateDevice deactivateDevice \
    consume beginTask commitTask abortTask leaseUnits settleLease createClaimCode authorize";

#[tokio::test]
async fn fixed_names_stay() {
    let types = types().await;
    let members: BTreeMap<&str, BTreeSet<&str>> = types
        .iter()
        .map(|kind| (name(kind), list(kind, "fields").chain(list(kind, "inputFields")).map(name).collect()))
        .collect();
    for (kind, names) in FIXED.iter().copied().chain([("Mutation", MUTATIONS)]) {
        for member in names.split_whitespace() {
            assert!(members.get(kind).is_some_and(|known| known.contains(member)), "{kind}.{member}");
        }
    }
    for scalar in ["Tokens", "DateTime", "Upload"] {
        assert!(members.contains_key(scalar), "{scalar}");
    }
    let mutation = types.iter().find(|kind| name(kind) == "Mutation").unwrap();
    for field in list(mutation, "fields") {
        let kind = format!("{}{}", name(field)[..1].to_uppercase(), &name(field)[1..]);
        assert_eq!(base(&field["type"]), format!("{kind}Payload"), "{field}");
        let inputs: Vec<&str> = list(field, "args").map(|argument| base(&argument["type"])).collect();
        assert!(inputs.is_empty() || inputs == [format!("{kind}Input")], "{field}");
        assert!(members[format!("{kind}Payload").as_str()].contains("userErrors"), "{kind}");
    }
}

/// The cost of a request counts pages by name.
#[tokio::test]
async fn every_list_that_is_asked_for_by_number_costs_by_number() {
    let known = include_str!("../../src/limits.rs");
    for kind in types().await {
        for field in list(&kind, "fields") {
            let is_page = list(field, "args").any(|argument| name(argument) == "first");
            let word = format!("\"{}\"", name(field));
            assert!(
                !is_page || name(field) == "suggest" || known.contains(&word),
                "{} is a page",
                name(field)
            );
        }
    }
}
