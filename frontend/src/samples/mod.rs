//! Samples of every view, rendered and looked over by one test.
//!
//! With `FARTHING_SAMPLES_OUT` set to a folder, the test also writes the
//! pages there, so that they can be looked at in a browser.

mod check;
mod desk;
mod entry;
mod handover;
mod licence;
mod mail;
mod market;
mod money;
mod redemption;
mod sold;
mod topup;
mod trade;
mod trouble;
mod vendor;
mod voucher;
mod wares;
mod world;

use askama::Template;

/// A page of a sample: its template, which sample it is, and its HTML.
pub(crate) struct Rendered {
    pub(crate) template: &'static str,
    pub(crate) sample: &'static str,
    pub(crate) html: String,
}

/// What every view offers for the test.
pub(crate) trait Samples: Sized + Template {
    /// The template's name without folder and ending.
    const TEMPLATE: &'static str;

    /// Named samples: the usual, the empty, the extreme, the hostile.
    fn samples() -> Vec<(&'static str, Self)>;
}

fn rendered<View: Samples>() -> Vec<Rendered> {
    let render = |(sample, view): (&'static str, View)| {
        let html = view.render().unwrap_or_else(|error| panic!("{}: {error}", View::TEMPLATE));
        Rendered { template: View::TEMPLATE, sample, html }
    };
    View::samples().into_iter().map(render).collect()
}

/// Every sample of every view.
pub(crate) fn all() -> Vec<Rendered> {
    use crate::view::*;
    [
        rendered::<home::HomeView>(),
        rendered::<search::SearchView>(),
        rendered::<listing::ListingView>(),
        rendered::<listing::BuyView>(),
        rendered::<sell::SellView>(),
        rendered::<sell::MyListingsView>(),
        rendered::<storefront::StorefrontView>(),
        rendered::<cart::CartView>(),
        rendered::<cart::ReceiptView>(),
        rendered::<wallet::WalletView>(),
        rendered::<gift::GiftsView>(),
        rendered::<gift::GiftLinkView>(),
        rendered::<gift::ClaimView>(),
        rendered::<gift::ClaimCodeView>(),
        rendered::<order::OrdersView>(),
        rendered::<order::OrderView>(),
        rendered::<paper::PaperView>(),
        rendered::<desk::BillView>(),
        rendered::<redemption::RedemptionsView>(),
        rendered::<redemption::RedemptionView>(),
        rendered::<topup::TopUpView>(),
        rendered::<topup::TopUpOrderView>(),
        rendered::<topup::SandboxView>(),
        rendered::<library::LibraryView>(),
        rendered::<licence::LicenceView>(),
        rendered::<licence::TillView>(),
        rendered::<licence::ProgramCodeView>(),
        rendered::<entry::SignInView>(),
        rendered::<entry::OpenAccountView>(),
        rendered::<entry::AccountKeyView>(),
        rendered::<account::AccountView>(),
        rendered::<mail::AccountMailView>(),
        rendered::<mail::MailStopView>(),
        rendered::<handover::TakeOverView>(),
        rendered::<voucher::RedeemView>(),
        rendered::<wares::SoftwareView>(),
        rendered::<wares::ReleaseView>(),
        rendered::<sold::SoldView>(),
        rendered::<sold::FiguresView>(),
        rendered::<sold::RefundGrantView>(),
        rendered::<help::HelpView>(),
        rendered::<help::ApiView>(),
        rendered::<error::ErrorView>(),
    ]
    .into_iter()
    .flatten()
    .chain(of_the_vendor())
    .collect()
}

/// Every sample of the console's views.
fn of_the_vendor() -> Vec<Rendered> {
    use crate::view::*;
    [
        rendered::<desk::QueueView>(),
        rendered::<desk_order::DeskOrderView>(),
        rendered::<desk::EnterView>(),
        rendered::<redemption::RedemptionQueueView>(),
        rendered::<trouble::TroubleView>(),
        rendered::<trouble::MisfitView>(),
        rendered::<trouble::FindingView>(),
        rendered::<tariff::TokensView>(),
        rendered::<mail::VendorMailView>(),
        rendered::<vendor::TodayView>(),
        rendered::<vendor::FeesView>(),
        rendered::<vendor::UsersView>(),
        rendered::<vendor::GrantView>(),
        rendered::<vendor::LedgerView>(),
        rendered::<handover::OpenForView>(),
        rendered::<handover::HandoverView>(),
        rendered::<voucher::VouchersView>(),
        rendered::<voucher::VouchersPrintView>(),
        rendered::<suspensions::VendorLicencesView>(),
        rendered::<suspensions::VendorLicenceView>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
