//! The press: an uploaded picture goes in, a few small pictures come out.
//!
//! What a visitor sends is never kept or served. Only pixels survive: place,
//! camera, comments and colour profile stay behind. The press never touches
//! the disk; `files` keeps what it makes.
//!
//! Phases, in order; each may refuse, and nothing is left behind by one that
//! did:
//! 1. weigh and sniff the bytes, on the caller's task;
//! 2. wait for a place at the press (few, since each needs much memory);
//! 3. decode within the limits on pixels and memory;
//! 4. shrink to the widest size, and only then turn the small picture upright
//!    and convert its colours: a tenth of the work;
//! 5. shrink and encode size by size, each from the one before.

mod colour;
mod decode;
mod render;
mod sniff;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use domain::refusal::Refusal;
use tokio::sync::Semaphore;

use sniff::Picture;

/// The widths that the site asks for, in pixels, narrowest first.
pub const SLOTS: [u32; 3] = [320, 640, 1_280];

/// Pictures that may wait for a place at the press; more are told to retry.
const WAITING_MAX: usize = 16;

/// What the press accepts and how hard it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressLimits {
    /// The largest upload, in bytes.
    pub upload_bytes_max: usize,
    /// The longest side, in pixels.
    pub side_pixels_max: u32,
    /// The largest area, in pixels.
    pub area_pixels_max: u64,
    /// The most memory that the decoded picture may take, in bytes.
    pub decoded_bytes_max: u64,
    /// Pictures pressed at the same time.
    pub jobs: usize,
    /// The quality of lossy WebP, 1 to 100.
    pub quality: u8,
}

impl Default for PressLimits {
    fn default() -> Self {
        Self {
            upload_bytes_max: 20 * 1_024 * 1_024,
            side_pixels_max: 12_000,
            area_pixels_max: 50_000_000,
            decoded_bytes_max: 160 * 1_024 * 1_024,
            jobs: 2,
            quality: 80,
        }
    }
}

/// A picture, pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The content address: BLAKE3 over all renditions, in 64 hex digits. The
    /// same picture pressed by the same program has the same address.
    pub hash: String,
    /// The width of the widest rendition, in pixels.
    pub width: u32,
    /// The height of the widest rendition, in pixels.
    pub height: u32,
    /// One to three sizes, narrowest first.
    pub renditions: Vec<Rendition>,
}

/// One size of a pressed picture: lossy WebP without any metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Which of [`SLOTS`] it fills. A picture narrower than its slot is never
    /// blown up, and wider slots are then absent.
    pub slot: u32,
    /// The true width, in pixels; at most `slot`.
    pub width: u32,
    /// The true height, in pixels; at most twice `slot`.
    pub height: u32,
    /// The name under which `files` keeps it: `<hash>-<slot>.webp`.
    pub file_name: String,
    /// The encoded picture.
    pub bytes: Bytes,
}

/// A bounded number of places at which pictures are pressed.
#[derive(Clone, Debug)]
pub struct Press {
    limits: PressLimits,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Press {
    /// A press with `limits`. Zero jobs count as one.
    #[must_use]
    pub fn new(limits: PressLimits) -> Self {
        let jobs = limits.jobs.max(1);
        Self {
            limits,
            places: Arc::new(Semaphore::new(jobs)),
            queue: Arc::new(Semaphore::new(jobs + WAITING_MAX)),
        }
    }

    /// Makes the renditions of one upload.
    ///
    /// # Errors
    /// `InvalidInput` on `file` when it is too large, no JPEG, PNG or WebP,
    /// too big to decode, or damaged; `Busy` when too many already wait.
    pub async fn press(&self, upload: Bytes) -> Result<Pressed, Refusal> {
        let picture = self.admit(&upload)?;
        let in_queue = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Refusal::Busy)?;
        let limits = self.limits;
        let job = tokio::task::spawn_blocking(move || {
            // Both are given back when the work ends, also when the asker
            // has gone away meanwhile.
            let _held = (in_queue, place);
            press(upload, picture, &limits)
        });
        // A decoder that panics on hostile bytes takes only its own job down.
        job.await.unwrap_or_else(|failure| {
            tracing::warn!(panicked = failure.is_panic(), "a picture stopped the press");
            Err(unreadable())
        })
    }

    /// What needs no memory: size and format.
    fn admit(&self, upload: &[u8]) -> Result<Picture, Refusal> {
        if upload.len() > self.limits.upload_bytes_max {
            let most = self.limits.upload_bytes_max / (1_024 * 1_024);
            return Err(refuse(format!("The picture is larger than {most} MB, the most that can be sent")));
        }
        sniff::picture(upload)
            .map_err(|seen| refuse(format!("This is {seen}. Send a picture as JPEG, PNG or WebP")))
    }
}

/// Phases 3 to 5; blocking.
fn press(upload: Bytes, picture: Picture, limits: &PressLimits) -> Result<Pressed, Refusal> {
    let decoded = decode::decode(&upload, picture, limits)?;
    drop(upload);
    let made = render::render(decoded, limits.quality)?;
    let mut hasher = blake3::Hasher::new();
    for (slot, rendered) in &made {
        hasher.update(&slot.to_le_bytes());
        hasher.update(blake3::hash(&rendered.bytes).as_bytes());
    }
    let hash = hasher.finalize().to_hex().to_string();
    let (width, height) = made.last().map_or((0, 0), |(_, widest)| (widest.width, widest.height));
    let renditions = made
        .into_iter()
        .map(|(slot, rendered)| Rendition {
            slot,
            width: rendered.width,
            height: rendered.height,
            file_name: format!("{hash}-{slot}.webp"),
            bytes: rendered.bytes,
        })
        .collect();
    Ok(Pressed { hash, width, height, renditions })
}

/// A refusal that concerns the upload.
fn refuse(problem: String) -> Refusal {
    Refusal::invalid("file", problem)
}

/// The refusal for what claims to be a picture and is not.
fn unreadable() -> Refusal {
    refuse("The picture cannot be read: it is damaged or cut off".to_owned())
}
