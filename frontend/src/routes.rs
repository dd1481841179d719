//! Every path of the site, each exactly once, as a type.
//!
//! A type's `PATTERN` is what the router takes; its `Display` is the link.
//! Text in a link is percent-encoded, so a link may stand in an attribute as
//! it is. Nothing else in this crate spells a path.

use std::fmt::{self, Write as _};

use askama::filters::HtmlSafe;
use domain::id::{
    CartLineId, GiftId, LetterId, LicenceId, ListingId, OfferId, OrderId, PaperId, RedemptionBatchId,
    RedemptionId, ReleaseId, ScanId, SessionId, TopUpId, UserId, VoucherBatchId,
};
use domain::topup::comparison::finding::FindingName;

use crate::lent::Lent;

/// A value inside a path or a query, percent-encoded (RFC 3986, unreserved
/// characters stay).
pub struct Encoded<T>(pub T);

impl<T: fmt::Display> fmt::Display for Encoded<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.to_string().bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.write_char(char::from(byte))?;
            } else {
                write!(out, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

impl<T: fmt::Display> HtmlSafe for Encoded<T> {}

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident $(($field:ident: $ty:ty))? = $pattern:literal;)*) => {
        $(routes!(@one $(#[$doc])* $name $(($field: $ty))? = $pattern);)*

        /// Every pattern, for the test that compares them with the router.
        pub const PATTERNS: &[&str] = &[$($name::PATTERN),*];
    };
    (@one $(#[$doc:meta])* $name:ident = $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $name {
            /// What the router takes.
            pub const PATTERN: &str = $pattern;
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(Self::PATTERN)
            }
        }

        impl HtmlSafe for $name {}
    };
    (@one $(#[$doc:meta])* $name:ident($field:ident: $ty:ty) = $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name($ty);

        impl $name {
            /// What the router takes.
            pub const PATTERN: &str = $pattern;

            /// The link to this one.
            #[must_use]
            pub fn to($field: impl Lent<$ty>) -> Self {
                Self($field.lent().clone())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, $pattern, $field = Encoded(&self.0))
            }
        }

        impl HtmlSafe for $name {}
    };
}

routes! {
    /// The front page.
    Home = "/";
    /// Search results; the query string holds the whole state.
    Search = "/search";
    /// One listing.
    Listing(id: ListingId) = "/listing/{id}";
    /// The confirmation before buying a listing in one step, and the purchase.
    Buy(id: ListingId) = "/listing/{id}/buy";
    /// Puts a draft or withdrawn listing on sale.
    Publish(id: ListingId) = "/listing/{id}/publish";
    /// Takes a listing off sale.
    Withdraw(id: ListingId) = "/listing/{id}/withdraw";
    /// The form for a new listing.
    Sell = "/sell";
    /// The form for a listing that exists.
    Revise(id: ListingId) = "/sell/{id}";
    /// The publisher's page of a piece of software: offers and releases.
    Software(id: ListingId) = "/sell/{id}/software";
    /// Adds an offer to it, or takes one back.
    SoftwareOffers(id: ListingId) = "/sell/{id}/software/offers";
    /// Drafts a release of it.
    SoftwareReleases(id: ListingId) = "/sell/{id}/software/releases";
    /// The licences that were sold of it.
    SoftwareLicences(id: ListingId) = "/sell/{id}/software/licences";
    /// How it sells and is used; `?days=` says how far back.
    SoftwareFigures(id: ListingId) = "/sell/{id}/software/figures";
    /// One release, for its publisher.
    Release(id: ReleaseId) = "/release/{id}";
    /// Takes a program for it.
    ReleasePrograms(id: ReleaseId) = "/release/{id}/programs";
    /// The confirmation before buying or renting by an offer.
    TakeOffer(id: OfferId) = "/offer/{id}";
    /// The seller's own listings.
    MyListings = "/listings";
    /// The cart, which is also the checkout.
    Cart = "/cart";
    /// Changes or removes a line of the cart.
    CartLine(id: CartLineId) = "/cart/{id}";
    /// Pays for the cart.
    Checkout = "/checkout";
    /// What was just bought; `?order=` once for each order.
    Receipt = "/receipt";
    /// What the user has bought.
    Orders = "/orders";
    /// What the user has sold.
    Sales = "/sales";
    /// One order, for its buyer and its seller.
    Order(id: OrderId) = "/order/{id}";
    /// The buyer says that everything has come.
    Confirm(id: OrderId) = "/order/{id}/confirm";
    /// The seller calls the order off.
    Cancel(id: OrderId) = "/order/{id}/cancel";
    /// The confirmation before a software order's grant is taken back, and
    /// doing so.
    RefundGrant(id: OrderId) = "/order/{id}/refund";
    /// Files that the user has bought.
    Library = "/library";
    /// One licence, for its owner.
    Licence(id: LicenceId) = "/library/licence/{id}";
    /// The confirmation before extending or converting a licence, and doing so.
    LicenceGrow(id: LicenceId) = "/library/licence/{id}/grow";
    /// Gives a device of a licence free.
    LicenceDevice(id: LicenceId) = "/library/licence/{id}/device";
    /// Makes a code by which a program signs in.
    ProgramCode = "/library/code";
    /// The file of a listing, for those who bought it; the server sends it.
    Download(id: ListingId) = "/library/{id}/download";
    /// Balance and statement.
    Wallet = "/wallet";
    /// Asking for money for earned tokens.
    Redemptions = "/wallet/redemptions";
    /// Calls such a request off.
    CancelRedemption(id: RedemptionId) = "/wallet/redemptions/{id}/cancel";
    /// All ways to get tokens.
    TopUp = "/top-up";
    /// Asking for tokens without a card.
    TopUpBill = "/top-up/bill";
    /// Asks for tokens that are paid by card.
    TopUpCard = "/top-up/card";
    /// One top-up, for its user.
    TopUpOrder(id: TopUpId) = "/top-up/order/{id}";
    /// Sends a top-up back that is still whole.
    TopUpRefund(id: TopUpId) = "/top-up/order/{id}/refund";
    /// A numbered paper about a top-up.
    Paper(id: PaperId) = "/paper/{id}";
    /// The same as PDF.
    PaperPdf(id: PaperId) = "/paper/{id}/pdf";
    /// A scan beside an order at the desk; the server sends it.
    Scan(id: ScanId) = "/scan/{id}";
    /// The way to the payment provider's page; the server finds it.
    Pay(id: TopUpId) = "/pay/{id}";
    /// The way back from there; the server looks the payment up.
    PayBack(id: TopUpId) = "/pay/{id}/back";
    /// Where payment providers send their messages; the server takes them.
    PaymentMessages(provider: String) = "/payments/{provider}";
    /// The sandbox's page for paying.
    Sandbox(session: String) = "/sandbox/{session}";
    /// The statement as CSV.
    Statement = "/wallet/statement.csv";
    /// Giving tokens, and gifts given and received.
    Gifts = "/gifts";
    /// Gives tokens to a handle.
    Give = "/gifts/give";
    /// Puts tokens behind a claim link.
    GiftLink = "/gifts/link";
    /// Takes a gift back that nobody has claimed.
    CancelGift(id: GiftId) = "/gifts/{id}/cancel";
    /// Asks for a claim code.
    ClaimCode = "/claim";
    /// A gift behind a claim code.
    Claim(code: String) = "/claim/{code}";
    /// Turns a printed code into tokens.
    Redeem = "/redeem";
    /// Signing in.
    SignIn = "/sign-in";
    /// Signing out.
    SignOut = "/sign-out";
    /// Signing out on every device.
    SignOutEverywhere = "/sign-out/everywhere";
    /// Opening an account.
    OpenAccount = "/open-account";
    /// Taking over an account that the staff opened.
    TakeOver = "/take-over";
    /// Erases what the user left with the staff.
    EraseCustomer = "/account/customer/erase";
    /// The user's own settings.
    Account = "/account";
    /// Changes the handle.
    AccountHandle = "/account/handle";
    /// Changes the public profile.
    AccountProfile = "/account/profile";
    /// Sets or changes the passphrase.
    AccountPassphrase = "/account/passphrase";
    /// Where the user gets letters by mail, and which.
    AccountMail = "/account/mail";
    /// Proves the address by the code that was sent there.
    AccountMailConfirm = "/account/mail/confirm";
    /// Sets which letters are not wanted.
    AccountMailKinds = "/account/mail/kinds";
    /// Takes the address away.
    AccountMailRemove = "/account/mail/remove";
    /// Stops a kind of letters, by the link in one of them.
    MailStop(token: String) = "/mail/stop/{token}";
    /// Ends one session.
    EndSession(id: SessionId) = "/account/sessions/{id}/end";
    /// What a user sells.
    Storefront(handle: String) = "/u/{handle}";
    /// The vendor's day at a glance.
    Vendor = "/vendor";
    /// The vendor's cut.
    VendorFees = "/vendor/fees";
    /// Users, for the vendor.
    VendorUsers = "/vendor/users";
    /// A user's licences, for the vendor; `?handle=` says whose.
    VendorLicences = "/vendor/licences";
    /// One licence, suspended or reinstated by the vendor.
    VendorLicence(id: LicenceId) = "/vendor/licences/{id}";
    /// What tokens cost, for the vendor.
    VendorTokens = "/vendor/tokens";
    /// The bundles, for the vendor.
    VendorBundles = "/vendor/tokens/bundles";
    /// Granting tokens to a user.
    VendorGrant = "/vendor/grant";
    /// Gives promo tokens to some users.
    VendorPromo = "/vendor/promo";
    /// Letters that could not be delivered.
    VendorMail = "/vendor/mail";
    /// Tries a letter again.
    VendorMailAgain(id: LetterId) = "/vendor/mail/{id}/again";
    /// Orders that are not paid by card.
    VendorDesk = "/vendor/desk";
    /// Entering one that came off-line.
    VendorDeskEnter = "/vendor/desk/enter";
    /// One of them, with its history.
    VendorDeskOrder(id: TopUpId) = "/vendor/desk/order/{id}";
    /// Card payments in trouble: those that do not fit, disputes, debts.
    VendorCards = "/vendor/cards";
    /// One that does not fit.
    VendorCard(id: TopUpId) = "/vendor/cards/{id}";
    /// One that does not agree with the provider's account.
    VendorFinding(name: FindingName) = "/vendor/cards/findings/{name}";
    /// Earned tokens that are to become money, and telling the bank of them.
    VendorRedemptions = "/vendor/redemptions";
    /// One of them, with its history.
    VendorRedemption(id: RedemptionId) = "/vendor/redemptions/{id}";
    /// A file for the bank.
    RedemptionBatch(id: RedemptionBatchId) = "/vendor/redemptions/batch/{id}";
    /// Lays a scan beside it.
    VendorDeskScan(id: TopUpId) = "/vendor/desk/order/{id}/scan";
    /// Opening an account for somebody who phones, faxes or writes.
    VendorOpenAccount = "/vendor/open-account";
    /// Batches of printed codes, and printing one.
    VendorVouchers = "/vendor/vouchers";
    /// Takes unused vouchers of a batch back.
    WithdrawVouchers(id: VoucherBatchId) = "/vendor/vouchers/{id}/withdraw";
    /// Totals of the ledger, for the vendor.
    VendorLedger = "/vendor/ledger";
    /// The one-time link that makes the first vendor account.
    VendorStart(code: String) = "/vendor/start/{code}";
    /// How it works.
    Help = "/help";
    /// How programs use the market.
    Api = "/api";
    /// GraphiQL; served by the API's own room.
    Graphiql = "/graphiql";
    /// The GraphQL endpoint; served by the API's own room.
    Graphql = "/graphql";
    /// Chooses light, dark or the system's colours.
    Theme = "/theme";
    /// The drawing that stands for a listing without a picture.
    Art(id: ListingId) = "/art/{id}";
    /// The drawing that stands for a user.
    Portrait(id: UserId) = "/portrait/{id}";
    /// A picture of a listing; the server sends it.
    Media(name: String) = "/media/{name}";
    /// Style, script and mark, under names that change with their content.
    Asset(file: String) = "/assets/{file}";
    /// The mark, where browsers look for it unasked.
    Favicon = "/favicon.svg";
    /// What crawlers may read.
    Robots = "/robots.txt";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_path_is_there_once() {
        let distinct: BTreeSet<_> = PATTERNS.iter().collect();
        assert_eq!(distinct.len(), PATTERNS.len());
    }

    #[test]
    fn text_in_a_path_cannot_leave_its_place() {
        for (handle, link) in [
            ("quiet-wren-4821", "/u/quiet-wren-4821"),
            ("a/b?c#d", "/u/a%2Fb%3Fc%23d"),
            ("\"><script>", "/u/%22%3E%3Cscript%3E"),
            ("Müller 1", "/u/M%C3%BCller%201"),
        ] {
            assert_eq!(Storefront::to(handle.to_owned()).to_string(), link);
        }
    }
}
