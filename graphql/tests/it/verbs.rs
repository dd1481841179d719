//! Whatever the site can do, a program can do: every verb of the store is
//! offered.

use std::collections::BTreeSet;
use std::path::Path;

use domain::access::Actor;
use serde_json::json;

use crate::house::House;

/// Each verb or read for an actor, and the field that offers it.
const OFFERED: &[(&str, &str)] = &[
    ("open_account", "Mutation.openAccount"),
    ("sign_in", "Mutation.signIn"),
    ("sign_out", "Mutation.signOut"),
    ("end_session", "Mutation.endSession"),
    ("end_other_sessions", "Mutation.endOtherSessions"),
    ("sessions", "User.sessions"),
    ("change_handle", "Mutation.changeHandle"),
    ("revise_profile", "Mutation.reviseProfile"),
    ("set_passphrase", "Mutation.setPassphrase"),
    ("list_item", "Mutation.listItem"),
    ("revise_listing", "Mutation.reviseListing"),
    ("publish_listing", "Mutation.publishListing"),
    ("withdraw_listing", "Mutation.withdrawListing"),
    ("attach_file", "Mutation.attachFile"),
    ("find_listing", "Query.listing"),
    ("listings_of", "User.listings"),
    ("own_listings", "User.listings"),
    ("count_shelves", "User.shelves"),
    ("upload_image", "Mutation.uploadImage"),
    ("image", "Query.node"),
    ("cart", "Query.cart"),
    ("cart_count", "Cart.count"),
    ("add_to_cart", "Mutation.addToCart"),
    ("set_cart_quantity", "Mutation.setCartQuantity"),
    ("remove_from_cart", "Mutation.removeFromCart"),
    ("join_cart", "Mutation.signIn"),
    ("checkout", "Mutation.checkout"),
    ("buy", "Mutation.buy"),
    ("confirm_receipt", "Mutation.confirmReceipt"),
    ("cancel_order", "Mutation.cancelOrder"),
    ("order", "Query.node"),
    ("orders", "User.orders"),
    ("library", "User.library"),
    ("download", "Listing.file"),
    ("give_tokens", "Mutation.giveTokens"),
    ("create_gift_link", "Mutation.createGiftLink"),
    ("claim_gift", "Mutation.claimGift"),
    ("cancel_gift", "Mutation.cancelGift"),
    ("gift", "Query.node"),
    ("gifts", "User.gifts"),
    ("statement", "Wallet.transfers"),
    ("wallet_changes", "Subscription.walletChanged"),
    ("grant_tokens", "Mutation.grantTokens"),
    ("grant_promo", "Mutation.grantPromo"),
    ("set_fee_rules", "Mutation.setFeeRules"),
    ("mail_settings", "User.mail"),
    ("leave_mail_address", "Mutation.leaveMailAddress"),
    ("confirm_mail_address", "Mutation.confirmMailAddress"),
    ("remove_mail_address", "Mutation.removeMailAddress"),
    ("choose_mail", "Mutation.chooseMail"),
    ("stop_mail", "Mutation.stopMail"),
    ("take_over_account", "Mutation.takeOverAccount"),
    ("customer", "User.customer"),
    ("erase_customer", "Mutation.eraseCustomer"),
    ("redeem_voucher", "Mutation.redeemVoucher"),
    ("top_up_by_card", "Mutation.topUp"),
    ("top_up", "Query.node"),
    ("top_ups", "User.topUpOrders"),
    ("refund_top_up", "Mutation.refundTopUp"),
    ("request_invoice", "Mutation.requestInvoice"),
    ("submit_purchase_order", "Mutation.submitPurchaseOrder"),
    ("cancel_top_up_order", "Mutation.cancelTopUpOrder"),
    ("set_offers", "Mutation.setOffers"),
    ("offers_of", "Software.offers"),
    ("product", "Listing.software"),
    ("product_named", "Query.software"),
    ("releases_of", "Software.releases"),
    ("own_release", "Mutation.publishRelease"),
    ("request_redemption", "Mutation.requestRedemption"),
    ("cancel_redemption", "Mutation.cancelRedemption"),
    ("own_redemptions", "User.redemptions"),
    ("redeemable", "User.redeemable"),
    ("redemption", "Vendor.redemptions"),
    ("redemption_events", "TokenRedemption.history"),
    ("authorization", "Mutation.authorize"),
    ("consume", "Mutation.consume"),
    ("begin_task", "Mutation.beginTask"),
    ("end_task", "Mutation.commitTask"),
    ("lease_units", "Mutation.leaseUnits"),
    ("settle_lease", "Mutation.settleLease"),
    ("activate_device", "Mutation.activateDevice"),
    ("deactivate_device", "Mutation.deactivateDevice"),
    ("create_claim_code", "Mutation.createClaimCode"),
    ("software_figures", "Software.figures"),
    ("licence", "Query.licence"),
    ("licences", "User.licences"),
    ("licences_sold", "Software.licencesSold"),
    ("refund_preview", "Query.grantRefund"),
    ("rent", "Mutation.rent"),
    ("buy_offer", "Mutation.buy"),
    ("extend_licence", "Mutation.extendLicence"),
    ("convert_licence", "Mutation.convertLicence"),
    ("refund_grant", "Mutation.refundGrant"),
    ("draft_release", "Mutation.publishRelease"),
    ("publish_release", "Mutation.publishRelease"),
    ("yank_release", "Mutation.publishRelease"),
    ("begin_upload", "Mutation.uploadArtifact"),
    ("upload", "Artifact.uploadUrl"),
    ("finish_upload", "Mutation.finishUpload"),
    ("upload_whole", "Mutation.uploadArtifact"),
    ("drop_artifact", "Mutation.removeArtifact"),
    ("own_artifact", "Artifact.uploadUrl"),
];

/// The same for the vendor's staff.
const OFFERED_TO_STAFF: &[(&str, &str)] = &[
    ("glance", "Vendor.glance"),
    ("find_users", "Vendor.users"),
    ("outbox_glance", "Vendor.outbox"),
    ("dead_letters", "Vendor.deadLetters"),
    ("try_letter_again", "Mutation.tryLetterAgain"),
    ("latest_orders", "Vendor.latestOrders"),
    ("sealed", "Vendor.seal"),
    ("open_account_for", "Mutation.openAccountFor"),
    ("enter_top_up_order", "Mutation.enterTopUpOrder"),
    ("approve_top_up_order", "Mutation.approveTopUpOrder"),
    ("reject_top_up_order", "Mutation.rejectTopUpOrder"),
    ("record_payment", "Mutation.recordPayment"),
    ("top_up_desk", "Vendor.topUpDesk"),
    ("desk_order", "TopUpOrder.desk"),
    ("desk_standing", "DeskOrder.remainder"),
    ("desk_events", "DeskOrder.history"),
    ("desk_payments", "DeskOrder.payments"),
    ("papers", "TopUpOrder.documents"),
    ("paper", "Document.url"),
    ("attachments", "DeskOrder.attachments"),
    ("attachment", "Attachment.url"),
    ("attach_scan", "Mutation.attachScan"),
    ("bounce_payment", "Mutation.bouncePayment"),
    ("reverse_top_up_order", "Mutation.reverseTopUpOrder"),
    ("move_remainder", "Mutation.moveRemainder"),
    ("write_off_top_up_order", "Mutation.writeOffTopUpOrder"),
    ("set_credit_limit", "Mutation.setCreditLimit"),
    ("issue_vouchers", "Mutation.issueVouchers"),
    ("withdraw_vouchers", "Mutation.withdrawVouchers"),
    ("voucher_batches", "Vendor.voucherBatches"),
    ("set_token_price", "Mutation.setTokenPrice"),
    ("set_bundles", "Mutation.setBundles"),
    ("price_history", "Vendor.tokenPrices"),
    ("approve_redemption", "Mutation.approveRedemption"),
    ("reject_redemption", "Mutation.rejectRedemption"),
    ("send_redemptions", "Mutation.sendRedemptions"),
    ("redemptions", "Vendor.redemptions"),
    ("redemption_batch", "SendRedemptionsPayload.redemptions"),
    ("record_redemption_paid", "Mutation.recordRedemptionPaid"),
    ("review_top_up", "Mutation.reviewTopUp"),
    ("misfits", "CardTrouble.misfits"),
    ("misfit", "ReviewTopUpPayload.misfit"),
    ("disputes", "CardTrouble.disputes"),
    ("compared_days", "CardTrouble.comparedDays"),
    ("comparison_findings", "CardTrouble.comparisonFindings"),
    ("comparison_finding", "MarkFindingSeenPayload.finding"),
    ("mark_finding_seen", "Mutation.markFindingSeen"),
    ("debts", "CardTrouble.debt"),
    ("record_redemption_failed", "Mutation.recordRedemptionFailed"),
    ("suspend_licence", "Mutation.suspendLicence"),
    ("reinstate_licence", "Mutation.reinstateLicence"),
    ("licences_of", "Vendor.licences"),
    ("licence_for_staff", "Vendor.licence"),
];

/// Verbs of the program itself: they refuse every other actor.
const OF_THE_PROGRAM: &[&str] = &[
    "add_vendor",
    "invite_vendor",
    "release_due",
    "fall_due",
    "expire_desk_orders",
    "return_due",
    "erase_payees",
    "import_listings",
    "take_letters",
    "letter_sent",
    "letter_failed",
    "begin_payment",
    "settle_top_up",
    "expire_promo",
    "end_refund",
    "put_refund_off",
    "receive_event",
    "close_event",
    "close_day",
    "end_due",
    "renew_releases",
    "sweep_uploads",
    "keep_movements",
    "open_sandbox_payment",
    "move_sandbox_payment",
    "sandbox_delivered",
];

/// The public functions of the store that take an actor.
fn verbs() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src");
    let mut found = BTreeSet::new();
    let rooms = ["", "comparisons", "desk", "licences", "redemptions", "software"];
    for entry in rooms.iter().flat_map(|room| std::fs::read_dir(root.join(room)).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for function in text.split("pub async fn ").skip(1) {
            let (name, rest) = function.split_once('(').unwrap();
            let arguments = rest.split_once("->").map_or(rest, |(arguments, _)| arguments);
            if arguments.contains("&Actor") {
                found.insert(name.split('<').next().unwrap().to_owned());
            }
        }
    }
    found
}

#[tokio::test]
async fn every_verb_is_offered() {
    let verbs = verbs();
    assert!(verbs.len() > 30, "{verbs:?}");
    let offered: Vec<(&str, &str)> = OFFERED.iter().chain(OFFERED_TO_STAFF).copied().collect();
    for verb in &verbs {
        let is_known =
            offered.iter().any(|(known, _)| known == verb) || OF_THE_PROGRAM.contains(&verb.as_str());
        assert!(is_known, "the API does not offer `{verb}`");
    }
    let house = House::open().await;
    for (verb, place) in offered {
        assert!(verbs.contains(verb), "there is no verb `{verb}` any more");
        let (kind, field) = place.split_once('.').unwrap();
        let query = "query($k: String!) { __type(name: $k) { fields { name } } }";
        let answer = house.ask(&Actor::Visitor(None), query, json!({ "k": kind })).await;
        let fields = answer["data"]["__type"]["fields"].as_array().unwrap();
        assert!(fields.iter().any(|known| known["name"] == field), "there is no {place}");
    }
}
