//! The form for listings as it comes in: fields, pictures, a file. Pictures
//! go to the store as they arrive; the file is written to a spool and gone
//! again unless a listing takes it.

use std::path::PathBuf;

use axum::extract::Multipart;
use axum::extract::multipart::Field;
use domain::id::ImageId;
use domain::refusal::Refusal;
use store::Error;
use tokio::io::AsyncWriteExt;

use crate::ask::Ask;
use crate::posted::{Pairs, check_csrf, text_of};
use crate::trouble::{Trouble, sentence};
use crate::view::sell::PICTURES_MAX;

/// The most bytes of one field of text.
const TEXT_BYTES_MAX: usize = 128 * 1_024;

/// So much of an upload that is too large is read on and thrown away: a
/// browser that is cut off while it sends never shows our answer.
const FREIGHT_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

/// The most parts of one form: its fields and twice the pictures allowed.
const PARTS_MAX: usize = 64;

/// The form as it came in.
pub(super) struct Sent {
    /// The fields.
    pub pairs: Pairs,
    /// The pictures, those from before and then the new ones.
    pub images: Vec<ImageId>,
    /// What is wrong with a new picture.
    pub picture_error: Option<String>,
    /// The file for sale.
    pub file: Option<Spooled>,
    /// What is wrong with it.
    pub file_error: Option<String>,
}

/// A file in the spool, gone when this is.
pub(super) struct Spooled {
    /// What its owner calls it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // A listing may have taken it: then there is nothing to remove.
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a spooled file was left behind");
        }
    }
}

/// Reads the form. Its token must come before any picture or file.
pub(super) async fn read(ask: &Ask, mut form: Multipart) -> Result<Sent, Trouble> {
    let pairs = Pairs::default();
    let mut sent = Sent { pairs, images: Vec::new(), picture_error: None, file: None, file_error: None };
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|_| Trouble::Unreadable)? else {
            check_csrf(ask, sent.pairs.get("csrf"))?;
            return Ok(sent);
        };
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            None => {
                let text = text_of(&bytes(field, TEXT_BYTES_MAX).await?.ok_or(Trouble::Unreadable)?.into());
                if name == "image_id" {
                    sent.images.extend(super::id(&text, ImageId::new, "picture").ok());
                }
                sent.pairs.0.push((name, text));
            }
            // A field for files that was left empty comes without a name.
            Some(file) if file.is_empty() => {}
            Some(file) => {
                check_csrf(ask, sent.pairs.get("csrf"))?;
                match name.as_str() {
                    "pictures" => take_picture(ask, &mut sent, field).await?,
                    "file" => take_file(ask, &mut sent, file, field).await?,
                    _ => return Err(Trouble::Unreadable),
                }
            }
        }
    }
    Err(Trouble::Unreadable)
}

/// The scans of a form: names and bytes, at most so many of so many bytes
/// each. The form's token must come first.
pub(super) async fn read_scans(
    ask: &Ask,
    mut form: Multipart,
    (most, bytes_max): (usize, u64),
) -> Result<Vec<Result<(String, Vec<u8>), Refusal>>, Trouble> {
    let (mut scans, mut csrf) = (Vec::new(), String::new());
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|_| Trouble::Unreadable)? else {
            check_csrf(ask, &csrf)?;
            return Ok(scans);
        };
        match field.file_name().map(str::to_owned) {
            None => {
                let is_token = field.name() == Some("csrf");
                let text = text_of(&bytes(field, TEXT_BYTES_MAX).await?.ok_or(Trouble::Unreadable)?.into());
                if is_token {
                    csrf = text;
                }
            }
            Some(name) if name.is_empty() => {}
            Some(name) => {
                check_csrf(ask, &csrf)?;
                if scans.len() >= most {
                    drain(field).await?;
                    continue;
                }
                let all = bytes(field, usize::try_from(bytes_max).unwrap_or(usize::MAX)).await?;
                let refused =
                    || Refusal::invalid("attachment", format!("a scan has at most {} MB", bytes_max >> 20));
                scans.push(all.map(|bytes| (name, bytes)).ok_or_else(refused));
            }
        }
    }
    Err(Trouble::Unreadable)
}

async fn take_picture(ask: &Ask, sent: &mut Sent, field: Field<'_>) -> Result<(), Trouble> {
    let most = ask.site.picture_bytes_max;
    let Some(bytes) = bytes(field, usize::try_from(most).unwrap_or(usize::MAX)).await? else {
        sent.picture_error = Some(too_large(most));
        return Ok(());
    };
    if sent.images.len() >= PICTURES_MAX {
        sent.picture_error = Some(format!("{PICTURES_MAX} pictures are the most; the others were left out."));
        return Ok(());
    }
    match ask.site.store.upload_image(&ask.actor, bytes).await {
        Ok(image) => sent.images.push(image.id),
        Err(Error::Refused(refusal)) => sent.picture_error = Some(sentence(&refusal)),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn too_large(most: u64) -> String {
    format!("This is larger than {} MB.", most >> 20)
}

/// The whole of a field, or nothing if that is more than `most` bytes.
async fn bytes(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, Trouble> {
    let mut all = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| Trouble::Unreadable)? {
        if all.len() + piece.len() > most {
            drain(field).await?;
            return Ok(None);
        }
        all.extend_from_slice(&piece);
    }
    Ok(Some(all))
}

/// Throws the rest of a field away.
async fn drain(mut field: Field<'_>) -> Result<(), Trouble> {
    let mut left = FREIGHT_BYTES_MAX;
    while let Some(piece) = field.chunk().await.map_err(|_| Trouble::Unreadable)? {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or(Trouble::Unreadable)?;
    }
    Ok(())
}

/// Writes a file to the spool. How much room the seller has left, the store
/// says; no file takes more than one may have.
async fn take_file(ask: &Ask, sent: &mut Sent, name: String, mut field: Field<'_>) -> Result<(), Trouble> {
    let failed = |error: std::io::Error| Trouble::Failed(format!("spool a file: {error}"));
    let most = ask.site.file_bytes_max;
    let mut left = most;
    // From here on the file is removed however this ends.
    let spooled = Spooled { name, path: ask.site.store.spool() };
    let mut out = tokio::fs::File::create(&spooled.path).await.map_err(failed)?;
    while let Some(piece) = field.chunk().await.map_err(|_| Trouble::Unreadable)? {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let Some(room) = left.checked_sub(length) else {
            sent.file_error = Some(too_large(most));
            return drain(field).await;
        };
        left = room;
        out.write_all(&piece).await.map_err(failed)?;
    }
    out.flush().await.map_err(failed)?;
    sent.file = Some(spooled);
    Ok(())
}
