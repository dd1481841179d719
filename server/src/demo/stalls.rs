//! Listing: drawing and uploading pictures, and putting things on offer.

use domain::access::Actor;
use domain::id::{ImageId, ListingId};
use domain::listing::{ListingKind, ListingState};
use domain::tokens::Tokens;
use futures_util::stream::{self, StreamExt as _};
use store::listings::NewListing;

use super::Trouble;
use super::artifacts::{Artifact, jpeg};
use super::chance::Chance;
use super::item::{Drawing, Item};
use super::scene::Scene;
use super::town::{Town, must};

/// Something on offer, as the filling keeps it in mind.
pub(super) struct Stall {
    pub(super) item: &'static Item,
    pub(super) id: ListingId,
    pub(super) price: Tokens,
    /// How many may still be sold, so that something is left to look at.
    pub(super) spare: Option<u32>,
}

/// One picture to be drawn.
#[derive(Clone, Copy)]
struct Shot {
    /// Which item.
    item: usize,
    /// Which picture of it.
    place: u8,
    name: &'static str,
    drawing: Drawing,
    mood: usize,
}

/// How large the pictures are: covers lie, some of the others are square.
const LYING: (u16, u16) = (960, 720);
const SQUARE: (u16, u16) = (800, 800);

fn draw(shot: Shot) -> Result<Vec<u8>, Trouble> {
    let mut form = Chance::named(&format!("{} form", shot.name));
    let size = if shot.place > 0 && form.happens(50) { SQUARE } else { LYING };
    let mut scene = Scene::new(shot.name, shot.mood, size);
    match shot.place {
        0 => {}
        // A closer look, and one in another room.
        1 => scene.look(1.75, (form.between(400.0, 520.0), form.between(340.0, 420.0))),
        _ => {
            scene.move_to(shot.mood + 3);
            scene.look(0.92, (480.0, 372.0));
        }
    }
    (shot.drawing)(&mut scene);
    jpeg(&scene.finish(), 92)
}

/// How many pictures the items have, at most `limit`.
pub(super) fn count_shots(items: &[&Item], limit: usize) -> usize {
    let shots = items.iter().filter_map(|item| item.pictures).map(|pictures| usize::from(pictures.shots));
    shots.sum::<usize>().min(limit)
}

/// Draws and uploads the pictures of all items, at most `limit`; tells after
/// each. The answer has the pictures of each item in their order.
///
/// # Errors
/// If one cannot be drawn or uploaded.
pub(super) async fn hang_pictures(
    town: &Town,
    items: &[&'static Item],
    (limit, at_once): (usize, usize),
    mut tell: impl FnMut(),
) -> Result<Vec<Vec<ImageId>>, Trouble> {
    let mut shots = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(pictures) = item.pictures else { continue };
        let seller = town.actor(item.seller)?;
        for place in 0..pictures.shots {
            let (name, drawing, mood) = (item.title, pictures.drawing, pictures.mood);
            shots.push((seller, Shot { item: index, place, name, drawing, mood }));
        }
    }
    shots.truncate(limit);
    let work = shots.into_iter().map(|(seller, shot)| hang(town, seller, shot));
    let mut work = stream::iter(work).buffer_unordered(at_once);
    let mut hung: Vec<Vec<(u8, ImageId)>> = vec![Vec::new(); items.len()];
    while let Some(done) = work.next().await {
        let (shot, image) = done?;
        if let Some(images) = hung.get_mut(shot.item) {
            images.push((shot.place, image));
        }
        tell();
    }
    for images in &mut hung {
        images.sort_by_key(|(place, _)| *place);
    }
    Ok(hung.into_iter().map(|images| images.into_iter().map(|(_, image)| image).collect()).collect())
}

async fn hang(town: &Town, seller: Actor, shot: Shot) -> Result<(Shot, ImageId), Trouble> {
    let drawn = tokio::task::spawn_blocking(move || draw(shot)).await;
    let bytes = drawn.map_err(|error| format!("a drawing broke off: {error}"))??;
    let image = must(town.store.upload_image(&seller, bytes).await, "upload a picture")?;
    Ok((shot, image.id))
}

/// The price as the vendor's step allows it: rounded down, at least a step.
pub(super) fn fit_price(tokens: u32, step: Tokens) -> Tokens {
    let units = Tokens::whole(tokens).units();
    let fitting = units - units.checked_rem(step.units()).unwrap_or(0);
    Tokens::from_units(fitting).filter(|price| !price.is_zero()).unwrap_or(step)
}

/// Lists an item with its pictures.
///
/// # Errors
/// If a verb fails.
pub(super) async fn set_up(town: &Town, item: &'static Item, images: Vec<ImageId>) -> Result<Stall, Trouble> {
    let slugs: Vec<&str> = item.category.split('/').collect();
    let category = town.store.categories().by_slugs(&slugs);
    let category = category.ok_or_else(|| format!("the demo knows no category {}", item.category))?;
    let seller = town.actor(item.seller)?;
    let is_shown = item.state != ListingState::Draft;
    let price = fit_price(item.price_tokens, town.store.market().price_step);
    let new = NewListing {
        title: item.title.to_owned(),
        description: item.text.to_owned(),
        category: category.id,
        kind: item.kind,
        price,
        quantity: item.quantity,
        condition: item.condition,
        tags: item.tags.split(',').map(|tag| tag.trim().to_owned()).collect(),
        images,
        publish: is_shown && item.kind != ListingKind::File,
    };
    let listed = must(town.store.list_item(&seller, new).await, item.title)?;
    if let Some((artifact, name)) = item.file {
        attach(town, &seller, listed.id, (artifact, name)).await?;
        if is_shown {
            must(town.store.publish_listing(&seller, listed.id).await, item.title)?;
        }
    }
    let spare = item.quantity.map(|quantity| quantity * 2 / 3);
    Ok(Stall { item, id: listed.id, price, spare })
}

async fn attach(
    town: &Town,
    seller: &Actor,
    listing: ListingId,
    (artifact, name): (Artifact, &str),
) -> Result<(), Trouble> {
    let made = tokio::task::spawn_blocking(move || artifact.make()).await;
    let bytes = made.map_err(|error| format!("the file {name} was not made: {error}"))??;
    let spooled = town.store.spool();
    let written = tokio::fs::write(&spooled, bytes).await;
    written.map_err(|error| format!("could not write {}: {error}", spooled.display()))?;
    must(town.store.attach_file(seller, listing, name, spooled).await, name).map(|_| ())
}
