//! Disputed card payments: into the Book and out of it.

use domain::book::Book;
use domain::command::Needs;
use domain::id::UserId;

use crate::error::Fault;
use crate::tx::{Link, ids};

/// Loads which of those who spend or give may not.
pub(crate) async fn load_frozen(link: Link<'_>, book: &mut Book, needs: &Needs) -> Result<(), Fault> {
    let sql = "SELECT DISTINCT user_id FROM disputes WHERE closed_at IS NULL AND user_id IN ({})";
    let spenders = ids(needs.spenders.iter().map(|user| user.uuid()));
    for user in link.rows_in(sql, spenders, |row| row.id(UserId::new)).await? {
        book.load_frozen(user);
    }
    Ok(())
}
