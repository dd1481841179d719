//! One view a page: the data that its template shows, and nothing else.

pub mod account;
pub mod cart;
pub mod desk;
pub mod desk_order;
pub mod entry;
pub mod error;
pub mod gift;
pub mod handover;
pub mod help;
pub mod home;
pub mod library;
pub mod licence;
pub mod listing;
pub mod mail;
pub mod order;
pub mod paper;
pub mod redemption;
pub mod search;
pub mod sell;
pub mod sold;
pub mod storefront;
pub mod suspensions;
pub mod tariff;
pub mod topup;
pub mod trouble;
pub mod vendor;
pub mod voucher;
pub mod wallet;
pub mod wares;

/// What every view and its template use.
mod prelude {
    pub(super) use askama::Template;
    pub(super) use domain::id::ListingId;
    pub(super) use domain::time::Timestamp;
    pub(super) use domain::tokens::Tokens;

    pub(super) use crate::form::Field;
    pub(super) use crate::page::{Page, Theme, Tone};
    pub(super) use crate::parts::{
        Amount, Card, Change, Choice, Crumb, Day, Pager, Picture, Price, Timeline, When,
    };
    pub(super) use crate::{form, routes, worth};
}
