//! The pages' handlers: each asks the store, fills a view and shows it. No
//! rule lives here; what may be done, the verbs decide.

mod account;
mod browse;
mod cart;
mod desk;
mod entry;
mod fees;
mod finding;
mod gift;
mod handover;
mod help;
mod licence;
mod listing;
mod mail;
mod order;
mod paper;
mod redemption;
mod release;
mod sandbox;
mod search;
mod sell;
mod sold;
mod state;
mod suspensions;
mod tariff;
#[cfg(test)]
mod tests;
mod topup;
mod trouble;
mod upload;
mod vendor;
mod voucher;
mod wallet;
mod wares;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use domain::refusal::Refusal;

use crate::ask::{Answer, Ask, local};
use crate::routes::*;
use crate::site::Site;
use crate::trouble::{Trouble, dress};

/// The most bytes of a form without files: the longest description, each of
/// its characters encoded, and room to spare.
const FORM_BYTES_MAX: usize = 512 * 1_024;

/// How many rows a page of a list shows.
const ROWS: u32 = 20;

/// The site.
pub fn router(site: Site) -> Router {
    Router::new()
        .merge(market())
        .merge(own())
        .merge(vendors())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        // These take pictures and files; they count the bytes by themselves.
        .merge(
            Router::new()
                .route(Sell::PATTERN, get(sell::new).post(sell::list))
                .route(Revise::PATTERN, get(sell::edit).post(sell::revise))
                .route(ReleasePrograms::PATTERN, post(release::upload))
                .route(VendorDeskScan::PATTERN, post(desk::attach))
                .layer(DefaultBodyLimit::disable()),
        )
        .fallback(lost)
        .method_not_allowed_fallback(async || Trouble::from(Refusal::missing("page")))
        .layer(from_fn_with_state(site.clone(), dress))
        .with_state(site)
}

/// Where nothing is. A slash at the end of an address is forgiven.
async fn lost(ask: Ask) -> Answer {
    let (path, query) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
    match path.strip_suffix('/') {
        Some(trimmed) if !trimmed.is_empty() => {
            let sign = if query.is_empty() { "" } else { "?" };
            Ok(ask.go(local(Some(&format!("{trimmed}{sign}{query}")))))
        }
        _ => Err(Refusal::missing("page").into()),
    }
}

/// What everybody sees.
fn market() -> Router<Site> {
    Router::new()
        .route(Home::PATTERN, get(browse::home))
        .route(Search::PATTERN, get(search::search))
        .route(Listing::PATTERN, get(listing::listing))
        .route(Buy::PATTERN, get(listing::confirm).post(listing::buy))
        .route(TakeOffer::PATTERN, get(licence::offer).post(licence::take))
        .route(Storefront::PATTERN, get(browse::storefront))
        .route(Cart::PATTERN, get(cart::cart).post(cart::add))
        .route(CartLine::PATTERN, post(cart::change))
        .route(Checkout::PATTERN, post(cart::checkout))
        .route(Sandbox::PATTERN, get(sandbox::page).post(sandbox::act))
        .route(ClaimCode::PATTERN, get(gift::ask_code))
        .route(Claim::PATTERN, get(gift::open).post(gift::claim))
        .route(TakeOver::PATTERN, get(handover::take_over_form).post(handover::take_over))
        .route(Redeem::PATTERN, get(voucher::ask_code).post(voucher::redeem))
        .route(SignIn::PATTERN, get(entry::sign_in_form).post(entry::sign_in))
        .route(OpenAccount::PATTERN, get(entry::open_form).post(entry::open))
        .route(VendorStart::PATTERN, get(entry::vendor_start))
        .route(MailStop::PATTERN, get(mail::ask_stop).post(mail::stop))
        .route(Help::PATTERN, get(help::help))
        .route(Api::PATTERN, get(help::api))
        .route(Theme::PATTERN, post(help::theme))
        .route(Art::PATTERN, get(help::art))
        .route(Portrait::PATTERN, get(help::portrait))
        .route(Asset::PATTERN, get(help::asset))
        .route(Favicon::PATTERN, get(help::favicon))
        .route(Robots::PATTERN, get(help::robots))
}

/// What a signed-in user sees of their own.
fn own() -> Router<Site> {
    Router::new()
        .route(MyListings::PATTERN, get(sell::mine))
        .route(Software::PATTERN, get(wares::page))
        .route(SoftwareOffers::PATTERN, post(wares::offers))
        .route(SoftwareReleases::PATTERN, post(wares::draft))
        .route(SoftwareLicences::PATTERN, get(sold::licences))
        .route(SoftwareFigures::PATTERN, get(sold::figures))
        .route(RefundGrant::PATTERN, get(sold::refund_form).post(sold::refund))
        .route(Release::PATTERN, get(release::page).post(release::act))
        .route(Publish::PATTERN, post(sell::publish))
        .route(Withdraw::PATTERN, post(sell::withdraw))
        .route(Receipt::PATTERN, get(order::receipt))
        .route(Orders::PATTERN, get(order::bought))
        .route(Sales::PATTERN, get(order::sold))
        .route(Order::PATTERN, get(order::order))
        .route(Confirm::PATTERN, post(order::confirm))
        .route(Cancel::PATTERN, post(order::cancel))
        .route(Library::PATTERN, get(order::library))
        .route(Licence::PATTERN, get(licence::licence))
        .route(LicenceGrow::PATTERN, get(licence::grow).post(licence::pay_growth))
        .route(LicenceDevice::PATTERN, post(licence::device))
        .route(ProgramCode::PATTERN, post(licence::code))
        .route(Wallet::PATTERN, get(wallet::wallet))
        .route(Statement::PATTERN, get(wallet::statement))
        .route(Redemptions::PATTERN, get(redemption::own).post(redemption::request))
        .route(CancelRedemption::PATTERN, post(redemption::cancel))
        .route(TopUp::PATTERN, get(topup::ways))
        .route(Paper::PATTERN, get(paper::page))
        .route(PaperPdf::PATTERN, get(paper::pdf))
        .route(TopUpBill::PATTERN, get(desk::bill_form).post(desk::bill))
        .route(TopUpCard::PATTERN, post(topup::by_card))
        .route(TopUpOrder::PATTERN, get(topup::order))
        .route(TopUpRefund::PATTERN, post(topup::refund))
        .route(Gifts::PATTERN, get(gift::gifts))
        .route(Give::PATTERN, post(gift::give))
        .route(GiftLink::PATTERN, post(gift::make_link))
        .route(CancelGift::PATTERN, post(gift::cancel))
        .route(SignOut::PATTERN, post(entry::sign_out))
        .route(SignOutEverywhere::PATTERN, post(entry::sign_out_everywhere))
        .route(EraseCustomer::PATTERN, post(handover::erase))
        .route(Account::PATTERN, get(account::account))
        .route(AccountHandle::PATTERN, post(account::change_handle))
        .route(AccountProfile::PATTERN, post(account::revise_profile))
        .route(AccountPassphrase::PATTERN, post(account::set_passphrase))
        .route(EndSession::PATTERN, post(account::end_session))
        .route(AccountMail::PATTERN, get(mail::settings).post(mail::leave))
        .route(AccountMailConfirm::PATTERN, post(mail::confirm))
        .route(AccountMailKinds::PATTERN, post(mail::choose))
        .route(AccountMailRemove::PATTERN, post(mail::remove))
}

/// What the vendor's staff sees.
fn vendors() -> Router<Site> {
    Router::new()
        .route(Vendor::PATTERN, get(vendor::today))
        .route(VendorFees::PATTERN, get(fees::rules).post(fees::change))
        .route(VendorDesk::PATTERN, get(desk::queue))
        .route(VendorDeskEnter::PATTERN, get(desk::enter_form).post(desk::enter))
        .route(VendorDeskOrder::PATTERN, get(desk::order).post(desk::work))
        .route(VendorCards::PATTERN, get(trouble::all))
        .route(VendorCard::PATTERN, get(trouble::one).post(trouble::judge))
        .route(VendorFinding::PATTERN, get(finding::one).post(finding::mark))
        .route(VendorRedemptions::PATTERN, get(redemption::queue).post(redemption::send))
        .route(VendorRedemption::PATTERN, get(redemption::one).post(redemption::work))
        .route(RedemptionBatch::PATTERN, get(redemption::batch))
        .route(VendorTokens::PATTERN, get(tariff::tokens).post(tariff::set_price))
        .route(VendorBundles::PATTERN, post(tariff::set_bundles))
        .route(VendorUsers::PATTERN, get(vendor::users))
        .route(VendorLicences::PATTERN, get(suspensions::licences))
        .route(VendorLicence::PATTERN, get(suspensions::licence).post(suspensions::judge))
        .route(VendorGrant::PATTERN, get(vendor::grant_form).post(vendor::grant))
        .route(VendorPromo::PATTERN, post(vendor::promote))
        .route(VendorMail::PATTERN, get(mail::dead))
        .route(VendorMailAgain::PATTERN, post(mail::again))
        .route(VendorOpenAccount::PATTERN, get(handover::open_for_form).post(handover::open_for))
        .route(VendorVouchers::PATTERN, get(voucher::batches).post(voucher::issue))
        .route(WithdrawVouchers::PATTERN, post(voucher::withdraw))
        .route(VendorLedger::PATTERN, get(vendor::ledger))
}

/// Which part of a list the query string asks for.
fn window(pairs: &crate::posted::Pairs) -> store::page::Window<uuid::Uuid> {
    let key = |name: &str| pairs.find(name).and_then(|text| uuid::Uuid::parse_str(text).ok());
    match key("before") {
        Some(edge) => store::page::Window::last(ROWS, Some(edge)),
        None => store::page::Window::first(ROWS, key("after")),
    }
}

/// The id in a path; anything that is none is simply not there.
fn id<T>(text: &str, of: impl Fn(uuid::Uuid) -> T, what: &'static str) -> Result<T, Trouble> {
    uuid::Uuid::parse_str(text).map(of).map_err(|_| Refusal::missing(what).into())
}
