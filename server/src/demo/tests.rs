use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::Path;

use domain::access::Actor;
use domain::gift::GiftState;
use domain::licence::meter::MeterCode;
use domain::licence::offer::OfferKind;
use domain::listing::{ListingKind, ListingState};
use domain::order::OrderState;
use domain::text::{Handle, parse_tags};
use domain::user::Channel;
use store::orders::Side;
use store::page::Window;
use store::users::Credentials;

use super::*;
use crate::config::Sources;
use artifacts::Artifact;

/// A small demo: everything but most of the pictures.
const SMALL: Scale = Scale { pictures: 2 };

fn config(data: &Path) -> Config {
    Config::load(&Sources { data: Some(data.to_owned()), ..Sources::default() }).unwrap()
}

async fn open(config: &Config) -> House {
    House::open(config.clone(), World::system()).await.unwrap()
}

async fn sign_in(house: &House, handle: &str) -> Actor {
    let credentials =
        Credentials::Passphrase { handle: handle.to_owned(), passphrase: PASSPHRASE.to_owned() };
    let entered = house.store.sign_in(&Actor::Visitor(None), credentials, Channel::Site, None).await.unwrap();
    let token = entered.session_token;
    Actor::User(house.store.authenticate(&token).await.unwrap().unwrap())
}

#[test]
fn everything_said_in_the_demo_fits_the_rules() {
    let handles: HashSet<&str> = PEOPLE.iter().map(|person| person.handle).collect();
    assert_eq!(handles.len(), PEOPLE.len());
    for person in &PEOPLE {
        assert!(Handle::parse(person.handle).is_ok(), "{}", person.handle);
    }
    let mut titles = HashSet::new();
    for item in item::all() {
        assert!(handles.contains(item.seller), "{}", item.title);
        assert!(titles.insert(item.title), "{} is there twice", item.title);
        assert!(parse_tags(item.tags.split(',')).is_ok(), "{}", item.title);
        assert!(item.text.len() > 40, "{} says too little", item.title);
        assert_eq!(item.file.is_some(), item.kind == ListingKind::File, "{}", item.title);
    }
    for present in &story::PRESENTS {
        assert!(handles.contains(present.from), "{}", present.message);
    }
}

#[test]
fn files_are_what_they_say() {
    let begins = |artifact: Artifact, signature: &[u8]| {
        let made = artifact.make().unwrap();
        assert!(made.starts_with(signature), "{artifact:?}");
        assert_eq!(artifact.make().unwrap(), made, "{artifact:?} is the same each time");
        made
    };
    for artifact in [Artifact::Tiles, Artifact::Wren] {
        let svg = String::from_utf8(begins(artifact, b"<svg ")).unwrap();
        assert!(svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
    }
    let wav = begins(Artifact::Chimes, b"RIFF");
    let size = u32::from_le_bytes(wav[40..44].try_into().unwrap());
    assert_eq!(usize::try_from(size).unwrap() + 44, wav.len());
    assert!(wav[44..].iter().any(|byte| *byte != 0), "it is not silent");
    let font = String::from_utf8(begins(Artifact::Numerals, b"STARTFONT 2.1\n")).unwrap();
    assert_eq!(font.matches("STARTCHAR").count(), 10);
    for (artifact, rows) in [(Artifact::Sowing, 31), (Artifact::Budget, 22)] {
        let table = String::from_utf8(artifact.make().unwrap()).unwrap();
        assert_eq!(table.lines().count(), rows, "{artifact:?}");
        let columns: HashSet<usize> = table.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(columns.len(), 1, "{artifact:?} has as many columns in each row");
    }
    let widest = texts::WREN.lines().map(str::len).max();
    assert_eq!((widest, texts::WREN.lines().count()), (Some(21), 15), "as its listing says");
}

/// What the market holds, by kind and state.
async fn look_around(
    house: &House,
) -> (HashMap<ListingKind, u32>, HashMap<ListingState, u32>, Vec<OrderState>, Vec<GiftState>) {
    let (mut kinds, mut states) = (HashMap::new(), HashMap::new());
    let (mut orders, mut gifts) = (Vec::new(), HashMap::new());
    for person in &PEOPLE {
        let actor = sign_in(house, person.handle).await;
        let id = actor.user_id().unwrap();
        for listing in house.store.listings_of(&actor, id, Window::first(100, None)).await.unwrap().items {
            *kinds.entry(listing.kind).or_default() += 1;
            *states.entry(listing.state).or_default() += 1;
            assert_eq!(listing.file.is_some(), listing.kind == ListingKind::File, "{}", listing.title);
        }
        let sold = house.store.orders(&actor, Side::Sold, Window::first(100, None)).await.unwrap();
        orders.extend(sold.items.into_iter().map(|view| view.order.state));
        for view in house.store.gifts(&actor, Window::first(100, None)).await.unwrap().items {
            gifts.insert(view.gift.id, view.gift.state);
        }
    }
    (kinds, states, orders, gifts.into_values().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_market_is_filled_once_and_its_books_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    assert!(prepare(&config, SMALL).await.unwrap(), "it fills");
    assert!(!prepare(&config, SMALL).await.unwrap(), "the second start only serves");

    let house = open(&config).await;
    assert!(town::is_demo(&house.store).await);
    let totals = house.store.audit(|_| ()).await.unwrap().unwrap();
    assert!(totals.transactions > 200, "{totals:?}");
    let (kinds, states, orders, gifts) = look_around(&house).await;
    assert!(ListingKind::ALL.iter().all(|kind| kinds.contains_key(kind)), "{kinds:?}");
    assert!(ListingState::ALL.iter().all(|state| states.contains_key(state)), "{states:?}");
    assert!((90..=240).contains(&orders.len()), "{} orders", orders.len());
    assert!(OrderState::ALL.iter().all(|state| orders.contains(state)), "{orders:?}");
    for state in
        [GiftState::Given, GiftState::Pending, GiftState::Claimed, GiftState::Cancelled, GiftState::Expired]
    {
        assert!(gifts.contains(&state), "no gift is {state:?}");
    }
    assert_eq!(house.store.fee_rules().await.unwrap().as_slice().len(), 5);
    let found = house.search.listings().unwrap();
    assert_eq!(found.len(), usize::try_from(house.store.count_published().await.unwrap()).unwrap());

    software_is_sold(&house).await;

    let finch = sign_in(&house, "quiet-finch").await;
    assert_eq!(house.store.cart(&finch).await.unwrap().lines.len(), 3, "somebody has not made up their mind");
    let bought = house.store.orders(&finch, Side::Bought, Window::first(2, None)).await.unwrap();
    assert!(
        bought.items.iter().all(|view| view.order.state == OrderState::Held),
        "something is to be confirmed"
    );

    let staff = sign_in(&house, STAFF).await;
    assert!(staff.staff().is_ok());
    assert_eq!(house.store.sessions(&staff).await.unwrap().len(), 1, "only this test's own");
    let newest = house.store.newest_listings(100).await.unwrap();
    assert!(newest.iter().any(|listing| listing.quantity == Some(0)), "something is sold out");
    let welcome = house.store.market().welcome;
    let is_affordable =
        |listing: &&store::listings::Listing| listing.is_buyable() && listing.price <= welcome;
    assert!(newest.iter().filter(is_affordable).count() >= 3, "newcomers can buy something at once");
    let now = house.store.world().now();
    assert!(newest.iter().all(|listing| listing.published_at.unwrap() < now));
    house.store.close().await;
}

/// Programs are on sale in all four ways, and what people do with them is
/// seen by their publishers.
async fn software_is_sold(house: &House) {
    let mut kinds = HashSet::new();
    for program in &shelf_programs::PROGRAMS {
        let publisher = sign_in(house, program.seller).await;
        let product = house.store.product_named(&Actor::Visitor(None), program.name).await.unwrap().unwrap();
        assert!(product.key.is_some(), "{} is signed", program.name);
        let newest = house.store.newest_release(product.listing, &domain::software::Channel::stable()).await;
        assert_eq!(newest.unwrap().unwrap().version.to_string(), program.versions.last().unwrap().number);
        for offer in house.store.offers_of(&publisher, product.listing).await.unwrap() {
            kinds.insert(match offer.kind {
                OfferKind::Purchase { .. } => "to buy",
                OfferKind::RentTime(_) => "for a time",
                OfferKind::RentUnits { meter, .. } if meter == MeterCode::uses() => "by uses",
                OfferKind::RentUnits { .. } => "by tasks",
            });
        }
        let sold = house.store.licences_sold(&publisher, product.listing, Window::first(100, None)).await;
        assert!(sold.unwrap().items.len() >= 2, "{} is liked", program.name);
        let figures = house.store.software_figures(&publisher, product.listing, 60).await.unwrap();
        assert!(figures.days.iter().any(|day| !day.earned.is_zero()), "{} earns", program.name);
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

#[test]
fn programs_are_packed_the_same_each_time() {
    for program in &shelf_programs::PROGRAMS {
        for version in program.versions {
            let archive = publish::pack(program.name, version).unwrap();
            assert_eq!(archive, publish::pack(program.name, version).unwrap(), "{}", program.name);
            assert!(version.script.starts_with("#!/bin/sh\n"), "{}", program.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_filling_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    // Somebody pulls the plug after the first account.
    let Found::Nothing(filling) = folder::look(folder.path(), false).unwrap() else { panic!("it is empty") };
    let house = House::open(config.clone(), World::system()).await.unwrap();
    town::Town::found(house.store.clone()).await.unwrap();
    assert!(prepare(&config, SMALL).await.unwrap_err().contains("another program"), "it is locked");
    house.store.close().await;
    drop((house, filling));

    assert!(prepare(&config, Scale { pictures: 0 }).await.unwrap(), "it is filled anew");
    let house = open(&config).await;
    assert!(house.store.audit(|_| ()).await.unwrap().is_ok());
    assert!(house.store.count_published().await.unwrap() > 60);
    house.store.close().await;
}

#[tokio::test]
async fn nothing_of_others_is_touched() {
    // A folder with other things in it.
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pictures")).unwrap();
    fs::write(folder.path().join("pictures/holiday.jpg"), "sun").unwrap();
    let refused = prepare(&config(folder.path()), SMALL).await.unwrap_err();
    assert!(refused.contains("\"pictures\""), "{refused}");
    assert!(folder.path().join("pictures/holiday.jpg").exists());

    // A market of somebody else.
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let house = open(&config).await;
    house.store.open_account(&Actor::Visitor(None), store::users::NewAccount::default(), None).await.unwrap();
    house.store.close().await;
    drop(house);
    assert!(!prepare(&config, SMALL).await.unwrap(), "it is served as it is");

    // An empty database, as `migrate` makes one, is no market.
    let folder = tempfile::tempdir().unwrap();
    let config = self::config(folder.path());
    open(&config).await.store.close().await;
    assert!(has_nobody(&config).await.unwrap());
    let found = folder::look(folder.path(), true).unwrap();
    assert!(matches!(found, Found::Nothing(_)));
    assert!(File::open(folder.path().join("demo-unfinished")).is_ok());
}
