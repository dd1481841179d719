//! Listing something, changing it, and the seller's own listings.

use axum::extract::{Multipart, Path};
use domain::id::{CategoryId, ImageId, ListingId};
use domain::listing::{Condition, ListingKind, ListingState, check_price};
use domain::refusal::Refusal;
use domain::text::{Description, Title, parse_tags};
use domain::tokens::Tokens;
use store::Error;
use store::listings::{Listing, NewListing, Revision};
use store::shelves::Shelf;

use super::upload::{Sent, read};
use crate::ask::{Answer, Ask, show, show_refused};
use crate::form::Form;
use crate::page::Tone;
use crate::parts::{Choice, Picture};
use crate::posted::{Pairs, Posted};
use crate::trouble::{Trouble, sentence};
use crate::view::sell::{
    Artifact, FeePreview, MyListingsView, NextStep, OwnListing, SellForm, SellView, Uploaded,
};
use crate::{routes, show};

/// `GET /sell`: an empty form, or one that the query string begins to fill.
pub(super) async fn new(ask: Ask, query: Pairs) -> Answer {
    ask.user()?;
    let mut form = SellForm::default();
    form.fill(query.iter());
    show(&view(&ask, None, form, &[]).await?)
}

/// The asker's own listing in a path.
async fn own(ask: &Ask, text: &str) -> Result<Listing, Trouble> {
    let user = ask.user()?;
    let id = super::id(text, ListingId::new, "listing")?;
    let found = ask.site.store.find_listing(&ask.actor, id).await?;
    Ok(found.filter(|listing| listing.seller == user.id).ok_or(Refusal::missing("listing"))?)
}

/// `GET /sell/{id}`
pub(super) async fn edit(ask: Ask, Path(id): Path<String>) -> Answer {
    let listing = own(&ask, &id).await?;
    let images: Vec<ImageId> =
        ask.site.store.images_of(listing.id).await?.into_iter().map(|image| image.id).collect();
    let form = form_of(&listing);
    show(&view(&ask, Some(&listing), form, &images).await?)
}

/// The form as a listing fills it.
fn form_of(listing: &Listing) -> SellForm {
    let mut form = SellForm::default();
    form.kind.value = listing.kind.name().to_owned();
    form.title.value.clone_from(&listing.title);
    form.description.value.clone_from(&listing.description);
    form.category_id.value = listing.category.get().to_string();
    form.price.value = listing.price.to_string();
    form.quantity.value = listing.quantity.map(|left| left.to_string()).unwrap_or_default();
    form.condition.value = listing.condition.map(|condition| condition.name().to_owned()).unwrap_or_default();
    form.tags.value = listing.tags.join(", ");
    form
}

async fn view(
    ask: &Ask,
    listing: Option<&Listing>,
    form: SellForm,
    images: &[ImageId],
) -> Result<SellView, Trouble> {
    let chosen = ListingKind::from_name(&form.kind.value).unwrap_or(ListingKind::Goods);
    let offered = [
        (ListingKind::Goods, "Goods"),
        (ListingKind::Service, "A service"),
        (ListingKind::File, "A file"),
        (ListingKind::Software, "Software"),
    ];
    // The kind of a listing stays what it is.
    let kinds = offered.into_iter().filter(|(kind, _)| listing.is_none_or(|listing| listing.kind == *kind));
    let mut pictures = Vec::new();
    for id in images {
        if let Some(image) = ask.site.store.image(&ask.actor, *id).await? {
            let alt = format!("Picture {}", pictures.len() + 1);
            pictures.push(Uploaded { id: image.id, picture: show::image(&image, "10rem", alt) });
        }
    }
    let title = if listing.is_some() { "Change your listing" } else { "Sell something" };
    let mut page = ask.own_page(title).await?;
    page.problems = form.problems();
    Ok(SellView {
        page,
        listing: listing.map(|listing| listing.id),
        on_sale: listing.is_some_and(|listing| listing.state == ListingState::Published),
        quantity_was: listing
            .and_then(|listing| listing.quantity)
            .map(|left| left.to_string())
            .unwrap_or_default(),
        kinds: kinds.map(|(kind, label)| choice(kind.name(), label, kind == chosen)).collect(),
        categories: categories(ask, &form.category_id.value),
        conditions: conditions(&form.condition.value),
        pictures,
        artifact: listing
            .and_then(|listing| listing.file.as_ref())
            .map(|file| Artifact { name: file.name.clone(), size: show::bytes(file.size) }),
        fee: fee(ask, &form).await?,
        form,
    })
}

fn choice(value: &str, label: &str, chosen: bool) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen, count: None }
}

/// Every category, with its path as label.
pub(super) fn categories(ask: &Ask, chosen: &str) -> Vec<Choice> {
    let tree = ask.site.store.categories();
    let mut list: Vec<Choice> = tree
        .all()
        .iter()
        .map(|category| {
            let path: Vec<&str> = tree.path(category.id).iter().map(|step| step.name.as_str()).collect();
            let value = category.id.get().to_string();
            let is_chosen = value == chosen;
            Choice { value, label: path.join(" › "), chosen: is_chosen, count: None }
        })
        .collect();
    list.sort_by(|one, other| one.label.cmp(&other.label));
    list.insert(0, choice("", "Choose one", chosen.is_empty()));
    list
}

fn conditions(chosen: &str) -> Vec<Choice> {
    let named = Condition::ALL
        .map(|condition| choice(condition.name(), condition.name(), condition.name() == chosen));
    std::iter::once(choice("", "Not said", chosen.is_empty())).chain(named).collect()
}

/// What the seller would receive, once the price is one.
async fn fee(ask: &Ask, form: &SellForm) -> Result<Option<FeePreview>, Trouble> {
    let Ok(price) = Tokens::parse(form.price.value.trim()) else { return Ok(None) };
    let category = CategoryId::new(form.category_id.value.parse().unwrap_or_default());
    let fee = ask.site.store.fee_preview(price, category, ask.user()?.id).await?;
    Ok(Some(FeePreview {
        price: ask.price(price),
        fee: ask.price(fee.per_unit),
        rule: fee.explanation,
        receive: ask.price(price.saturating_sub(fee.per_unit)),
    }))
}

/// `POST /sell`
pub(super) async fn list(ask: Ask, form: Multipart) -> Answer {
    ask.user()?;
    let sent = read(&ask, form).await?;
    act(&ask, None, sent).await
}

/// `POST /sell/{id}`
pub(super) async fn revise(ask: Ask, Path(id): Path<String>, form: Multipart) -> Answer {
    let listing = own(&ask, &id).await?;
    let sent = read(&ask, form).await?;
    act(&ask, Some(&listing), sent).await
}

/// Does what the pressed button says.
async fn act(ask: &Ask, listing: Option<&Listing>, mut sent: Sent) -> Answer {
    let mut form = SellForm::default();
    form.fill(sent.pairs.iter());
    form.pictures.error.clone_from(&sent.picture_error);
    form.artifact.error.clone_from(&sent.file_error);
    let intent = sent.pairs.get("intent").to_owned();
    if let "draft" | "publish" = intent.as_str() {
        match save(ask, listing, &mut sent, intent == "publish").await {
            Ok(saved) => return Ok(saved),
            Err(Problem::Typed(refusals)) => refusals.iter().for_each(|refusal| form.refuse(refusal)),
            Err(Problem::Trouble(trouble)) => return Err(trouble),
        }
        lose_file(&mut form, &sent);
        return show_refused(&view(ask, listing, form, &sent.images).await?);
    }
    arrange(&mut sent.images, &intent);
    lose_file(&mut form, &sent);
    show(&view(ask, listing, form, &sent.images).await?)
}

/// A browser does not send a file twice, so the seller has to hear of it.
fn lose_file(form: &mut SellForm, sent: &Sent) {
    if sent.file.is_some() && form.artifact.error.is_none() {
        form.artifact.error = Some("Choose the file again when you save: it was not kept.".to_owned());
    }
}

/// Moves or removes the picture that a button names.
fn arrange(images: &mut Vec<ImageId>, intent: &str) {
    let Some((act, id)) = intent.split_once('-') else { return };
    let Some(at) = images.iter().position(|image| image.to_string() == id) else { return };
    match act {
        "earlier" if at > 0 => images.swap(at, at - 1),
        "later" if at + 1 < images.len() => images.swap(at, at + 1),
        "remove" => {
            images.remove(at);
        }
        _ => {}
    }
}

/// Why a listing was not saved.
enum Problem {
    /// What was typed or sent; the form says so.
    Typed(Vec<Refusal>),
    /// Anything else.
    Trouble(Trouble),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(Refusal::NotSignedIn) => Self::Trouble(Refusal::NotSignedIn.into()),
            Error::Refused(refusal) => Self::Typed(vec![refusal]),
            Error::Failed(fault) => Self::Trouble(fault.into()),
        }
    }
}

/// Saves the listing, then its file, then puts it on sale: a file listing
/// cannot be on sale without its file.
async fn save(
    ask: &Ask,
    listing: Option<&Listing>,
    sent: &mut Sent,
    publish: bool,
) -> Result<axum::response::Response, Problem> {
    let store = &ask.site.store;
    let kind =
        listing.map_or_else(|| ListingKind::from_name(sent.pairs.get("kind")), |listing| Some(listing.kind));
    let kind = kind.unwrap_or(ListingKind::Goods);
    let new = parse(ask, &sent.pairs, kind, sent.images.clone()).map_err(Problem::Typed)?;
    if sent.picture_error.is_some() || sent.file_error.is_some() {
        return Err(Problem::Typed(Vec::new()));
    }
    let saved = match listing {
        None => store.list_item(&ask.actor, new).await?,
        Some(old) => {
            let restocked = sent.pairs.get("quantity").trim() != sent.pairs.get("quantity_was");
            let revision = Revision {
                title: Some(new.title),
                description: Some(new.description),
                category: Some(new.category),
                // Of software the offers decide.
                price: Some(new.price).filter(|_| kind != ListingKind::Software),
                quantity: restocked.then_some(new.quantity),
                condition: Some(new.condition),
                tags: Some(new.tags),
                images: Some(new.images),
                publish: false,
            };
            store.revise_listing(&ask.actor, old.id, revision).await?
        }
    };
    // From here on the listing is there: what fails is said on its own form.
    let rest = finish(ask, &saved, sent, publish).await;
    match rest {
        Ok(()) if publish => Ok(ask.go_saying(
            routes::Listing::to(saved.id),
            Tone::Good,
            "It is on sale and will be found in a moment.",
        )),
        Ok(()) if kind == ListingKind::Software => Ok(ask.go_saying(
            routes::Software::to(saved.id),
            Tone::Good,
            "Kept. What is left are its offers and a release.",
        )),
        Ok(()) => Ok(ask.go_saying(
            routes::Revise::to(saved.id),
            Tone::Good,
            "Kept. Only you can see it while it is a draft.",
        )),
        Err(Error::Refused(refusal)) => {
            let said = format!("It is kept, but not on sale: {}", sentence(&refusal));
            match kind {
                ListingKind::Software => Ok(ask.go_saying(routes::Software::to(saved.id), Tone::Bad, &said)),
                ListingKind::Goods | ListingKind::Service | ListingKind::File => {
                    Ok(ask.go_saying(routes::Revise::to(saved.id), Tone::Bad, &said))
                }
            }
        }
        Err(error) => Err(error.into()),
    }
}

async fn finish(ask: &Ask, saved: &Listing, sent: &mut Sent, publish: bool) -> Result<(), Error> {
    if let Some(file) = sent.file.take() {
        ask.site.store.attach_file(&ask.actor, saved.id, &file.name, file.path.clone()).await?;
    }
    if publish && saved.state != ListingState::Published {
        ask.site.store.publish_listing(&ask.actor, saved.id).await?;
    }
    Ok(())
}

/// What was typed, as the store wants it; all that is wrong with it at once.
fn parse(
    ask: &Ask,
    pairs: &Pairs,
    kind: ListingKind,
    images: Vec<ImageId>,
) -> Result<NewListing, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let tags = pairs.get("tags").split(',').map(str::trim).filter(|tag| !tag.is_empty());
    let condition = Condition::from_name(pairs.get("condition")).filter(|_| kind == ListingKind::Goods);
    let title = told(Title::parse(pairs.get("title")), &mut refusals);
    let description = told(Description::parse(pairs.get("description")), &mut refusals);
    let category = told(parse_category(ask, pairs.get("category_id")), &mut refusals);
    let price = match kind {
        ListingKind::Software => Some(ask.site.store.market().price_step),
        ListingKind::Goods | ListingKind::Service | ListingKind::File => {
            told(parse_price(ask, pairs.get("price")), &mut refusals)
        }
    };
    let quantity = told(parse_pieces(kind, pairs.get("quantity")), &mut refusals);
    let tags = told(parse_tags(tags), &mut refusals);
    match (title, description, category, price, quantity, tags) {
        (Some(title), Some(description), Some(category), Some(price), Some(quantity), Some(tags)) => {
            Ok(NewListing {
                title: title.into_string(),
                description: description.into_string(),
                category,
                kind,
                price,
                quantity,
                condition,
                tags,
                images,
                publish: false,
            })
        }
        _ => Err(refusals),
    }
}

/// Keeps what is wrong with a field, so that the next one is looked at too.
fn told<T>(parsed: Result<T, Refusal>, refusals: &mut Vec<Refusal>) -> Option<T> {
    parsed.map_err(|refusal| refusals.push(refusal)).ok()
}

fn parse_category(ask: &Ask, typed: &str) -> Result<CategoryId, Refusal> {
    let id = typed.parse().map(CategoryId::new);
    let found = id.ok().filter(|id| ask.site.store.categories().find(*id).is_some());
    found.ok_or(Refusal::invalid("categoryId", "choose a category"))
}

fn parse_price(ask: &Ask, typed: &str) -> Result<Tokens, Refusal> {
    let price = Tokens::parse(typed.trim()).map_err(|bad| Refusal::invalid("price", bad.to_string()))?;
    check_price(price, ask.site.store.market().price_step)?;
    Ok(price)
}

fn parse_pieces(kind: ListingKind, typed: &str) -> Result<Option<u32>, Refusal> {
    let pieces = match typed.trim() {
        // A download never runs out, whatever stands in the field.
        _ if kind.is_instant() => None,
        "" => None,
        typed => {
            let whole = typed.parse();
            Some(whole.map_err(|_| Refusal::invalid("quantity", "write a whole number, such as 3"))?)
        }
    };
    kind.check_pieces(pieces)?;
    Ok(pieces)
}

/// `GET /listings`
pub(super) async fn mine(ask: Ask, query: Pairs) -> Answer {
    ask.user()?;
    let shelf = query.find("shelf").and_then(Shelf::from_name);
    let page = ask.site.store.own_listings(&ask.actor, shelf, super::window(&query)).await?;
    let tabs = tabs(shelf, ask.site.store.count_shelves(&ask.actor).await?);
    let path = tabs.iter().find(|tab| tab.chosen).map(|tab| tab.value.clone()).unwrap_or_default();
    show(&MyListingsView {
        page: ask.own_page("My listings").await?,
        tabs,
        rows: page.items.iter().map(|listing| row(&ask, listing)).collect(),
        pager: show::pager(&page, &path, |listing| listing.id.uuid()),
    })
}

/// All listings and each shelf, with its address as value.
fn tabs(chosen: Option<Shelf>, counts: [u32; 4]) -> Vec<Choice> {
    let all = Choice {
        value: routes::MyListings.to_string(),
        label: "All".to_owned(),
        chosen: chosen.is_none(),
        count: Some(counts.iter().map(|count| u64::from(*count)).sum()),
    };
    let each = Shelf::ALL.into_iter().zip(counts).map(|(shelf, count)| Choice {
        value: format!("{}?shelf={}", routes::MyListings, shelf.name()),
        label: shelf_word(shelf).to_owned(),
        chosen: chosen == Some(shelf),
        count: Some(u64::from(count)),
    });
    std::iter::once(all).chain(each).collect()
}

const fn shelf_word(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::OnSale => "On sale",
        Shelf::SoldOut => "Sold out",
        Shelf::Drafts => "Drafts",
        Shelf::Withdrawn => "Withdrawn",
    }
}

fn row(ask: &Ask, listing: &Listing) -> OwnListing {
    let (state, step) = match (listing.state, listing.quantity) {
        (ListingState::Draft, _) => ("Draft", NextStep::Publish),
        (ListingState::Withdrawn, _) => ("Withdrawn", NextStep::Publish),
        (ListingState::Published, Some(0)) => ("Sold out", NextStep::Withdraw),
        (ListingState::Published, _) => ("On sale", NextStep::Withdraw),
    };
    let left = listing.quantity.map(|left| format!("{left} left, ")).unwrap_or_default();
    OwnListing {
        id: listing.id,
        title: listing.title.clone(),
        picture: show::cover(listing, Picture::CARD),
        price: ask.price(listing.price),
        state: state.to_owned(),
        stock: format!("{left}{} sold", listing.sales),
        is_software: listing.kind == ListingKind::Software,
        step,
    }
}

/// `POST /listing/{id}/publish`
pub(super) async fn publish(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, ListingId::new, "listing")?;
    let done = ask.site.store.publish_listing(&ask.actor, id).await;
    after(&ask, id, done, "It is on sale and will be found in a moment.")
}

/// `POST /listing/{id}/withdraw`
pub(super) async fn withdraw(ask: Ask, Path(id): Path<String>, _: Posted) -> Answer {
    let id = super::id(&id, ListingId::new, "listing")?;
    let done = ask.site.store.withdraw_listing(&ask.actor, id).await;
    after(&ask, id, done, "It is no longer offered. You can put it on sale again at any time.")
}

fn after(ask: &Ask, id: ListingId, done: Result<Listing, Error>, said: &str) -> Answer {
    match done {
        Ok(_) => Ok(ask.go_saying(routes::MyListings, Tone::Good, said)),
        Err(Error::Refused(refusal)) if matches!(refusal.field(), Some("offers" | "release")) => {
            Ok(ask.go_saying(routes::Software::to(id), Tone::Bad, &sentence(&refusal)))
        }
        Err(Error::Refused(refusal @ Refusal::InvalidInput { .. })) => {
            Ok(ask.go_saying(routes::Revise::to(id), Tone::Bad, &sentence(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}
