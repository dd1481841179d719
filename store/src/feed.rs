//! The change feed of listings: which were changed, in the order of commits.
//! The search index follows it from its own cursor.

use domain::id::ListingId;
use sea_orm::Value;

use crate::error::Fault;
use crate::tx::{Link, insert};

/// Records that these listings changed. The head is locked from here to the
/// commit, so that numbers become visible in their order: a reader that has
/// seen one has seen all before it.
pub(crate) async fn record(link: Link<'_>, listings: impl Iterator<Item = ListingId>) -> Result<(), Fault> {
    let listings: Vec<ListingId> = listings.collect();
    if listings.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT sequence FROM heads WHERE name = 'listings'{}", link.for_update());
    let head = link.row(sql, vec![], |row| row.take::<i64>()).await?;
    let mut sequence = head.ok_or(Fault::corrupt("find the head of the change feed"))?;
    let mut values = Vec::with_capacity(listings.len() * 2);
    for listing in listings {
        sequence += 1;
        values.extend([Value::from(sequence), listing.uuid().into()]);
    }
    insert(link, "listing_changes (sequence, listing_id)", 2, values).await?;
    let sql = "UPDATE heads SET sequence = $1 WHERE name = 'listings'";
    link.change(sql, vec![sequence.into()]).await.map(|_| ())
}
