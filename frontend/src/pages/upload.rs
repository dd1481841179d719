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

/// The most bytes of one picture.
const PICTURE_BYTES_MAX: usize = 20 * 1_024 * 1_024;

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
    let mut sent = Sent { pairs: Pairs::default(), images: Vec::new(), picture_error: None, file: None };
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|_| Trouble::Unreadable)? else {
            check_csrf(ask, sent.pairs.get("csrf"))?;
            return Ok(sent);
        };
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            None => {
                let text = text_of(&bytes(field, TEXT_BYTES_MAX).await?.into());
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
                    "file" => sent.file = Some(spool(ask, file, field).await?),
                    _ => return Err(Trouble::Unreadable),
                }
            }
        }
    }
    Err(Trouble::Unreadable)
}

async fn take_picture(ask: &Ask, sent: &mut Sent, field: Field<'_>) -> Result<(), Trouble> {
    let bytes = bytes(field, PICTURE_BYTES_MAX).await?;
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

/// The whole of a field, up to `most` bytes.
async fn bytes(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut all = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| Trouble::Unreadable)? {
        if all.len() + piece.len() > most {
            let problem = format!("this is larger than {} MB", most / 1_048_576);
            return Err(Refusal::invalid("file", problem).into());
        }
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

/// Writes a file to the spool. How large it may be, the store says.
async fn spool(ask: &Ask, name: String, mut field: Field<'_>) -> Result<Spooled, Trouble> {
    let failed = |error: std::io::Error| Trouble::Failed(format!("spool a file: {error}"));
    // From here on the file is removed however this ends.
    let spooled = Spooled { name, path: ask.site.store.spool() };
    let mut out = tokio::fs::File::create(&spooled.path).await.map_err(failed)?;
    while let Some(piece) = field.chunk().await.map_err(|_| Trouble::Unreadable)? {
        out.write_all(&piece).await.map_err(failed)?;
    }
    out.flush().await.map_err(failed)?;
    Ok(spooled)
}
