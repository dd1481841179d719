//! How the desk calls things, for people.

use domain::desk::Deed;
use domain::topup::{Channel, Method, TopUpState};

/// How orders at the desk are paid.
pub(super) const METHODS: [Method; 6] =
    [Method::Invoice, Method::PurchaseOrder, Method::ProForma, Method::Wire, Method::Cheque, Method::Cash];

pub(super) const CHANNELS: [Channel; 5] =
    [Channel::Phone, Channel::Fax, Channel::Mail, Channel::Email, Channel::Counter];

pub(super) const STATES: [TopUpState; 12] = [
    TopUpState::Submitted,
    TopUpState::AwaitingApproval,
    TopUpState::Approved,
    TopUpState::Credited,
    TopUpState::PartPaid,
    TopUpState::Paid,
    TopUpState::Overdue,
    TopUpState::WrittenOff,
    TopUpState::Rejected,
    TopUpState::Cancelled,
    TopUpState::Expired,
    TopUpState::Reversed,
];

/// How a top-up is paid, in words.
pub(in crate::pages) const fn method_words(method: Method) -> &'static str {
    match method {
        Method::Card => "by card",
        Method::PurchaseOrder => "by purchase order, in advance",
        Method::ProForma => "in advance, on a pro-forma invoice",
        Method::Invoice => "on credit, by invoice",
        Method::Cheque => "by cheque",
        Method::Wire => "by bank transfer",
        Method::Cash => "in cash",
        Method::Voucher => "by voucher",
    }
}

pub(super) const fn channel_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "on the site",
        Channel::Phone => "by telephone",
        Channel::Fax => "by fax",
        Channel::Mail => "by letter",
        Channel::Email => "by e-mail",
        Channel::Counter => "over the counter",
    }
}

pub(in crate::pages) const fn state_words(state: TopUpState) -> &'static str {
    match state {
        TopUpState::Draft => "not complete",
        TopUpState::Submitted => "asked for",
        TopUpState::AwaitingApproval => "waits for agreement",
        TopUpState::Approved => "agreed, waits for money",
        TopUpState::Credited => "credited, not paid yet",
        TopUpState::PartPaid => "paid in part",
        TopUpState::Paid => "paid",
        TopUpState::Overdue => "overdue",
        TopUpState::WrittenOff => "written off",
        TopUpState::Rejected => "declined",
        TopUpState::Cancelled => "called off",
        TopUpState::Expired => "nobody agreed or paid in time",
        TopUpState::Reversed => "sent back",
        TopUpState::Review => "does not fit",
    }
}

pub(super) const fn deed_words(deed: Deed) -> &'static str {
    match deed {
        Deed::Entered => "Entered",
        Deed::Approved => "Agreed",
        Deed::Rejected => "Declined",
        Deed::Cancelled => "Called off",
        Deed::Paid => "Money came",
        Deed::FellDue => "Fell due",
        Deed::WrittenOff => "Written off",
        Deed::Expired => "Nobody agreed or paid in time",
        Deed::Reminded => "Reminded",
        Deed::Bounced => "A payment came back",
        Deed::Reversed => "Taken back",
        Deed::Moved => "Remainder moved",
        Deed::PaidBack => "Remainder paid back",
        Deed::Attached => "A scan was added",
    }
}
