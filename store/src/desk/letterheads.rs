//! Who writes papers: the vendor's details as they were when a paper was
//! written. Each version stands once and never changes.

use domain::market::Issuer;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::error::Fault;
use crate::tx::Link;

/// Writes down who writes papers from now on, if that is new; returns the
/// number of the version. Safe to do twice.
pub(crate) async fn keep(link: Link<'_>, issuer: &Issuer, now: Timestamp) -> Result<Uuid, Fault> {
    let text = serde_json::to_string(issuer).map_err(|_| Fault::bug("write who writes papers"))?;
    let mut bytes = [0; 16];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut bytes);
    let id = Uuid::from_bytes(bytes);
    let sql = "INSERT INTO letterheads (id, issuer, used_from) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    link.change(sql, vec![id.into(), text.into(), now.millis().into()]).await?;
    Ok(id)
}
