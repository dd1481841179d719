//! What is asked of the ledger, parsed; which rows that needs; and the answer.

use std::collections::BTreeSet;

use blake3::Hasher;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::book::{Book, Decision, Facts};
use crate::desk::{self, DeskCommand, MoveTo, PaperKind};
use crate::gift::{self, ClaimHash, GiftLink, Giving, Returner};
use crate::id::{
    GiftId, LicenceId, ListingId, Mint, OfferId, OrderId, RedemptionBatchId, RedemptionId, TopUpId, UserId,
    VoucherBatchId, VoucherId,
};
use crate::licence;
use crate::licence::command::{Counted, LicenceCommand};
use crate::licence::device::ClientId;
use crate::order::purchase::{self, Basket, Terms};
use crate::order::settle::{self, Releaser};
use crate::promo::{self, Promotion};
use crate::redemption::{self, RedemptionCommand};
use crate::refusal::Refusal;
use crate::text::{Handle, IdempotencyKey};
use crate::topup;
use crate::user::{self, Grant, HandleChoice, Opening};
use crate::voucher::{self, Issuing, VoucherHash, Which};

/// Everything that moves tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Opens an account with its welcome tokens.
    OpenAccount(Opening),
    /// Grants tokens to a user.
    Grant(Grant),
    /// Gives promo tokens to some users.
    Promote(Promotion),
    /// Buys one listing or the cart.
    Purchase {
        /// Who buys.
        buyer: UserId,
        /// What.
        basket: Basket,
        /// Under which terms.
        terms: Terms,
    },
    /// Releases held tokens to the seller.
    Release {
        /// Of which order.
        order: OrderId,
        /// Who says so.
        by: Releaser,
    },
    /// Calls an order off.
    Cancel {
        /// Which order.
        order: OrderId,
        /// Who says so.
        by: UserId,
    },
    /// Gives tokens to a user.
    Give {
        /// Who gives.
        giver: UserId,
        /// What to whom.
        giving: Giving,
    },
    /// Puts tokens behind a claim link.
    CreateGiftLink {
        /// Who gives.
        giver: UserId,
        /// What.
        link: GiftLink,
    },
    /// Claims what lies behind a link.
    ClaimGift {
        /// Who claims.
        by: UserId,
        /// The hash of the code.
        claim: ClaimHash,
    },
    /// Sends a pending gift back.
    ReturnGift {
        /// Which gift.
        gift: GiftId,
        /// Who says so.
        by: Returner,
    },
    /// Opens a top-up.
    OpenTopUp(Box<topup::open::Opening>),
    /// Settles a card top-up by what its provider says.
    SettleTopUp(Box<topup::settle::Settling>),
    /// Sends a top-up back that is still whole.
    RefundTopUp {
        /// Which.
        top_up: TopUpId,
        /// Who asks.
        by: UserId,
    },
    /// Ends a refund as the provider answered.
    EndRefund(topup::settle::RefundAnswer),
    /// Lets promo tokens expire whose time is over.
    ExpirePromo(UserId),
    /// Buys, rents and uses software.
    Licence(Box<LicenceCommand>),
    /// Works at the desk: top-ups that are not paid by card.
    Desk(Box<DeskCommand>),
    /// Issues a batch of vouchers.
    IssueVouchers {
        /// Which member of the staff.
        by: UserId,
        /// What.
        issuing: Issuing,
    },
    /// Turns a voucher into tokens.
    RedeemVoucher {
        /// Who gets them.
        by: UserId,
        /// The hash of the code.
        code: VoucherHash,
    },
    /// Takes unused vouchers back.
    WithdrawVouchers {
        /// Of which batch.
        batch: VoucherBatchId,
        /// Which of them.
        which: Which,
    },
    /// Says what is to become of a payment that does not fit.
    ReviewTopUp(Box<topup::review::Review>),
    /// Turns earned tokens back into money.
    Redemption(Box<RedemptionCommand>),
}

/// A command with all that its decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub command: Command,
    /// Who asks; nil for the program itself.
    pub actor: Uuid,
    /// When, and where new identities come from.
    pub mint: Mint,
    /// The client's name for this attempt, and what was asked under it.
    pub key: Option<(KeyId, Fingerprint)>,
}

/// What was done; on repetition of a key, what was done then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The orders that were made or closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderId>,
    /// The gift that was made or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift: Option<GiftId>,
    /// The user whose account was opened or credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The top-up that was opened, credited or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up: Option<TopUpId>,
    /// The voucher that was redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<VoucherId>,
    /// The licence that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceId>,
    /// What was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// The batch of vouchers that was issued or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<VoucherBatchId>,
    /// The redemption that was asked for, agreed to or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redemption: Option<RedemptionId>,
    /// The redemptions that the bank is told of together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redemption_batch: Option<RedemptionBatchId>,
}

/// What a command is answered with.
pub type Answer = Result<Outcome, Refusal>;

/// An idempotency key of one actor, as it stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    /// The key of this actor: two actors' equal keys are different.
    #[must_use]
    pub fn of(actor: Uuid, key: &IdempotencyKey) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(actor.as_bytes());
        hasher.update(key.as_str().as_bytes());
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Self(bytes)
    }

    /// The number in the table.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        Uuid::from_bytes(self.0)
    }

    /// The key with that number.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid.into_bytes())
    }
}

/// What was asked under a key, as a hash of the verb and its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a verb and its inputs, in a fixed order.
    #[must_use]
    pub fn of(verb: &str, inputs: &[&str]) -> Self {
        let mut hasher = Hasher::new();
        for part in std::iter::once(&verb).chain(inputs) {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finalize().into())
    }

    /// The bytes, for tables.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The fingerprint with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The rows that a batch of requests needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Idempotency keys.
    pub keys: BTreeSet<KeyId>,
    /// Users whose accounts are debited or credited.
    pub users: BTreeSet<UserId>,
    /// Handles that name users.
    pub handles: BTreeSet<Handle>,
    /// Carts.
    pub carts: BTreeSet<UserId>,
    /// Listings, besides those in the carts.
    pub listings: BTreeSet<ListingId>,
    /// Orders.
    pub orders: BTreeSet<OrderId>,
    /// Gifts by number.
    pub gifts: BTreeSet<GiftId>,
    /// Gifts by claim code.
    pub claims: BTreeSet<ClaimHash>,
    /// Top-ups.
    pub top_ups: BTreeSet<TopUpId>,
    /// Users whose lots of promo tokens are counted.
    pub lots: BTreeSet<UserId>,
    /// Users who spend or give: a dispute may forbid it.
    pub spenders: BTreeSet<UserId>,
    /// Top-ups with what the desk knows of them.
    pub desk: BTreeSet<TopUpId>,
    /// Users whose credit is looked at.
    pub credits: BTreeSet<UserId>,
    /// Customers' own numbers of orders.
    pub po_numbers: BTreeSet<(UserId, String)>,
    /// Names of payments.
    pub bank_references: BTreeSet<String>,
    /// Licences.
    pub licences: BTreeSet<LicenceId>,
    /// Licences of users for listings, all of them.
    pub licences_of: BTreeSet<(UserId, ListingId)>,
    /// Licences by an order that gave something.
    pub granted_by: BTreeSet<OrderId>,
    /// Offers of software.
    pub offers: BTreeSet<OfferId>,
    /// Things that were used.
    pub usages: BTreeSet<(LicenceId, ClientId)>,
    /// Tasks.
    pub tasks: BTreeSet<(LicenceId, ClientId)>,
    /// Licences with the leases that are open.
    pub leasing: BTreeSet<LicenceId>,
    /// Leases by name, besides those that are open.
    pub leases: BTreeSet<(LicenceId, ClientId)>,
    /// Papers whose next numbers are given.
    pub papers: BTreeSet<PaperKind>,
    /// Vouchers by code.
    pub vouchers: BTreeSet<VoucherHash>,
    /// Vouchers by their batch, all of it.
    pub batches: BTreeSet<VoucherBatchId>,
    /// Redemptions.
    pub redemptions: BTreeSet<RedemptionId>,
    /// What the bank calls payments of redemptions.
    pub redemption_references: BTreeSet<String>,
}

impl Needs {
    /// Adds what one request needs.
    pub fn add(&mut self, request: &Request) {
        if let Some((key, _)) = request.key {
            self.keys.insert(key);
        }
        match &request.command {
            Command::OpenAccount(opening) => match &opening.handle {
                HandleChoice::Chosen(handle) => self.handles.extend([handle.clone()]),
                HandleChoice::Random(handles) => self.handles.extend(handles.iter().cloned()),
            },
            Command::Grant(grant) => self.handles.extend([grant.to.clone()]),
            Command::Promote(promotion) => self.handles.extend(promotion.to.iter().cloned()),
            Command::Purchase { buyer, basket, .. } => {
                self.users.insert(*buyer);
                self.spenders.insert(*buyer);
                match basket {
                    Basket::One(wanted) => self.listings.insert(wanted.listing),
                    Basket::Cart { .. } => self.carts.insert(*buyer),
                };
            }
            Command::Release { order, .. } | Command::Cancel { order, .. } => self.orders.extend([*order]),
            Command::Give { giver, giving } => {
                self.users.insert(*giver);
                self.spenders.insert(*giver);
                self.handles.insert(giving.to.clone());
            }
            Command::CreateGiftLink { giver, .. } => {
                self.users.insert(*giver);
                self.spenders.insert(*giver);
            }
            Command::ClaimGift { by, claim } => {
                self.users.insert(*by);
                self.claims.insert(*claim);
            }
            Command::ReturnGift { gift, .. } => self.gifts.extend([*gift]),
            Command::OpenTopUp(_) => {}
            Command::SettleTopUp(settling) => {
                self.top_ups.insert(settling.top_up);
                self.papers.extend([PaperKind::Receipt, PaperKind::CreditNote]);
                self.orders.extend(settling.orders.iter().copied());
            }
            Command::RefundTopUp { top_up, by } => {
                self.top_ups.insert(*top_up);
                self.spenders.insert(*by);
            }
            Command::EndRefund(answer) => {
                self.top_ups.insert(answer.top_up);
                self.papers.insert(PaperKind::CreditNote);
            }
            Command::ExpirePromo(user) => {
                self.users.insert(*user);
                self.lots.insert(*user);
            }
            Command::Licence(command) => command.need(self),
            Command::Desk(command) => self.add_desk(command),
            Command::IssueVouchers { .. } => {}
            Command::RedeemVoucher { by, code } => {
                self.users.insert(*by);
                self.vouchers.insert(*code);
            }
            Command::WithdrawVouchers { batch, .. } => self.batches.extend([*batch]),
            Command::ReviewTopUp(review) => {
                self.top_ups.insert(review.top_up);
                self.papers.insert(PaperKind::Receipt);
            }
            Command::Redemption(command) => self.add_redemption(command),
        }
    }
}

impl Needs {
    fn add_redemption(&mut self, command: &RedemptionCommand) {
        self.redemptions.extend(command.redemptions());
        if let RedemptionCommand::Ask { user, .. } = command {
            self.users.insert(*user);
            self.spenders.insert(*user);
        }
        if let RedemptionCommand::Paid { bank_reference, .. } = command {
            self.redemption_references.insert(bank_reference.as_str().to_owned());
        }
    }

    fn add_desk(&mut self, command: &DeskCommand) {
        match command {
            DeskCommand::Enter { opening, details, .. } => {
                self.users.insert(opening.user);
                self.credits.insert(opening.user);
                let number = details.po_number.as_ref().map(|number| number.as_str().to_owned());
                self.po_numbers.extend(number.map(|number| (opening.user, number)));
            }
            DeskCommand::Pay { payment, .. } => {
                self.bank_references.insert(payment.bank_reference.as_str().to_owned());
            }
            DeskCommand::Move { to: MoveTo::Customer(name), .. } => {
                self.bank_references.insert(name.as_str().to_owned());
            }
            DeskCommand::Move { to: MoveTo::Order(_), .. }
            | DeskCommand::Approve { .. }
            | DeskCommand::Reject { .. }
            | DeskCommand::Cancel { .. }
            | DeskCommand::FallDue { .. }
            | DeskCommand::Expire { .. }
            | DeskCommand::Bounce { .. }
            | DeskCommand::Reverse { .. }
            | DeskCommand::WriteOff { .. } => {}
        }
        let orders = command.top_up().into_iter().chain(command.other());
        orders.for_each(|top_up| {
            self.top_ups.insert(top_up);
            self.desk.insert(top_up);
        });
        self.papers.extend(command.papers());
    }
}

impl Command {
    /// Decides on the Book; changes nothing.
    ///
    /// # Errors
    /// The refusals of the verb, in its precedence.
    pub fn decide(&self, book: &Book, facts: &Facts<'_>) -> Result<Decision, Refusal> {
        match self {
            Self::OpenAccount(opening) => user::decide_open_account(book, facts, opening),
            Self::Grant(grant) => user::decide_grant(book, facts, grant),
            Self::Promote(promotion) => promo::decide_promote(book, facts, promotion),
            Self::Purchase { buyer, basket, terms } => {
                purchase::decide_purchase(book, facts, *buyer, basket, *terms)
            }
            Self::Release { order, by } => settle::decide_release(book, facts, *order, *by),
            Self::Cancel { order, by } => settle::decide_cancel(book, facts, *order, *by),
            Self::Give { giver, giving } => gift::decide_give(book, facts, *giver, giving),
            Self::CreateGiftLink { giver, link } => gift::decide_gift_link(book, facts, *giver, link),
            Self::ClaimGift { by, claim } => gift::decide_claim(book, facts, *claim, *by),
            Self::ReturnGift { gift, by } => gift::decide_return(book, facts, *gift, *by),
            Self::SettleTopUp(settling) => topup::settle::decide_settle(book, facts, settling),
            Self::RefundTopUp { top_up, by } => topup::settle::decide_refund(book, facts, *top_up, *by),
            Self::EndRefund(answer) => topup::settle::decide_refund_answer(book, facts, *answer),
            Self::ExpirePromo(user) => promo::decide_expire(book, facts, *user),
            Self::OpenTopUp(opening) => topup::open::decide_open(book, facts, opening),
            Self::Licence(command) => licence::command::decide(book, facts, command),
            Self::Desk(command) => desk::decide(book, facts, command),
            Self::ReviewTopUp(review) => topup::review::decide_review(book, facts, review),
            Self::Redemption(command) => redemption::decide(book, facts, command),
            Self::IssueVouchers { by, issuing } => voucher::decide_issue(facts, *by, issuing),
            Self::RedeemVoucher { by, code } => voucher::decide_redeem(book, facts, *code, *by),
            Self::WithdrawVouchers { batch, which } => voucher::decide_withdraw(book, facts, *batch, which),
        }
    }
}
