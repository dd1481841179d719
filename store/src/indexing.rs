//! What the search index is fed from: the change feed, and all that is
//! published.

use domain::id::ListingId;
use domain::listing::ListingState;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::listings::Listing;
use crate::tx::Columns;

/// Changes since a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Listings that everybody may find, as they are now.
    pub found: Vec<Listing>,
    /// Listings that nobody may find any more.
    pub gone: Vec<ListingId>,
    /// The cursor to ask with next.
    pub cursor: i64,
    /// Whether more changes wait.
    pub has_more: bool,
}

impl Store {
    /// The changes after `cursor`, at most `limit` of them.
    ///
    /// # Errors
    /// A fault only.
    pub async fn changes_after(&self, cursor: i64, limit: u32) -> Result<Changes, Fault> {
        let sql = format!(
            "SELECT sequence, listing_id FROM listing_changes WHERE sequence > $1 ORDER BY sequence LIMIT {}",
            limit.min(5_000)
        );
        let read = |row: &mut Columns<'_>| Ok((row.take::<i64>()?, row.id(ListingId::new)?));
        let rows = self.read().rows(sql, vec![cursor.into()], read).await?;
        let has_more = rows.len() >= usize::try_from(limit.min(5_000)).unwrap_or(usize::MAX);
        let cursor = rows.last().map_or(cursor, |(sequence, _)| *sequence);
        let mut wanted: Vec<ListingId> = rows.into_iter().map(|(_, listing)| listing).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let listings = self.listings(&wanted).await?;
        let (found, hidden): (Vec<_>, Vec<_>) =
            listings.into_iter().partition(|listing| listing.state == ListingState::Published);
        let gone = hidden.into_iter().map(|listing| listing.id).collect();
        Ok(Changes { found, gone, cursor, has_more })
    }

    /// The newest change's number, and the oldest that is still kept.
    ///
    /// # Errors
    /// A fault only.
    pub async fn changes_span(&self) -> Result<(i64, i64), Fault> {
        let sql = "SELECT sequence, (SELECT COALESCE(MIN(sequence), 0) FROM listing_changes) \
                   FROM heads WHERE name = 'listings'";
        let found = self.read().row(sql, vec![], |row| Ok((row.take()?, row.take()?))).await?;
        found.ok_or(Fault::corrupt("find the head of the change feed"))
    }

    /// Published listings after `from` by identity, at most `limit`: for a
    /// rebuild of the index.
    ///
    /// # Errors
    /// A fault only.
    pub async fn published_after(&self, from: Option<ListingId>, limit: u32) -> Result<Vec<Listing>, Fault> {
        let from = from.map_or(Uuid::nil(), ListingId::uuid);
        let sql = format!(
            "SELECT id FROM listings WHERE state = 2 AND id > $1 ORDER BY id LIMIT {}",
            limit.min(5_000)
        );
        let wanted = self.read().rows(sql, vec![from.into()], |row| row.id(ListingId::new)).await?;
        self.listings(&wanted).await
    }

    /// Forgets changes up to `cursor` but the newest `keep`. An index that is
    /// further behind is rebuilt.
    ///
    /// # Errors
    /// A fault only.
    pub async fn forget_changes(&self, cursor: i64, keep: i64) -> Done<u64> {
        let before = cursor - keep;
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    Ok(link
                        .change("DELETE FROM listing_changes WHERE sequence <= $1", vec![before.into()])
                        .await?)
                })
            })
            .await
    }
}
