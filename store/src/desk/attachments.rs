//! Scans beside an order: what a customer sent by fax or letter.

use domain::access::Actor;
use domain::desk::Deed;
use domain::desk::attachment::{ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, AttachmentKind};
use domain::id::{ScanId, TopUpId, UserId};
use domain::refusal::Refusal;
use domain::text::FileName;
use domain::time::Timestamp;
use sea_orm::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::tx::{Columns, Link, insert};

/// A scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Which.
    pub id: ScanId,
    /// Beside which order.
    pub top_up: TopUpId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// How many bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// The address of its content.
    pub file: String,
    /// When it was added.
    pub at: Timestamp,
}

const COLUMNS: &str = "id, top_up_id, name, kind, size_bytes, sha256, file, added_at";

fn read_attachment(row: &mut Columns<'_>) -> Result<Attachment, Fault> {
    Ok(Attachment {
        id: row.id(ScanId::new)?,
        top_up: row.id(TopUpId::new)?,
        name: row.take()?,
        kind: row.take_as("read a kind of scan", AttachmentKind::from_number)?,
        size_bytes: row.take_as("read a size", |size: i64| u64::try_from(size).ok())?,
        sha256: row.hash()?,
        file: row.take()?,
        at: row.time()?,
    })
}

impl Store {
    /// Lays a scan beside an order. Staff only; the same bytes once. The name
    /// may be any text: it is only ever shown. Precedence: not there, too
    /// many, size, what it is, name.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, then in that precedence.
    pub async fn attach_scan(
        &self,
        actor: &Actor,
        top_up: TopUpId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Done<Attachment> {
        let by = actor.staff()?.id;
        let state = self.desk_view(top_up).await?.top_up.state;
        let known = self.read_attachments("top_up_id = $1", top_up.uuid()).await?;
        if u32::try_from(known.len()).is_ok_and(|count| count >= ATTACHMENTS_MAX) {
            return Err(
                Refusal::TooMany { what: "scans beside one order".into(), limit: ATTACHMENTS_MAX }.into()
            );
        }
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size_bytes > ATTACHMENT_BYTES_MAX {
            let problem = format!("a scan has at most {} MB", ATTACHMENT_BYTES_MAX >> 20);
            return Err(Refusal::invalid("attachment", problem).into());
        }
        let kind = AttachmentKind::of(&bytes)?;
        let name = scan_name(name, kind);
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        if let Some(same) = known.into_iter().find(|known| known.sha256 == sha256) {
            return Ok(same);
        }
        let file = self.0.media.keep_scan(bytes).await?;
        let mint = self.0.world.mint();
        let added = Attachment {
            id: ScanId::new(mint.uuid(0)),
            top_up,
            name,
            kind,
            size_bytes,
            sha256,
            file,
            at: mint.at(),
        };
        let (scan, line) = (added.clone(), mint.uuid(1));
        self.writer()?
            .change(move |link| {
                Box::pin(async move {
                    write_scan(link, &scan, by).await?;
                    // The next line of the history.
                    let sql = "INSERT INTO desk_events (id, top_up_id, deed, done_by, done_at, state, place, detail) \
                               SELECT $1, $2, $3, $4, $5, $6, COUNT(*) + 1, '' FROM desk_events \
                               WHERE top_up_id = $7";
                    let values = vec![
                        Value::from(line),
                        scan.top_up.uuid().into(),
                        Deed::Attached.number().into(),
                        by.uuid().into(),
                        scan.at.millis().into(),
                        state.number().into(),
                        scan.top_up.uuid().into(),
                    ];
                    link.change(sql, values).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(added)
    }

    /// The scans beside an order, oldest first; for its user and the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`.
    pub async fn attachments(&self, actor: &Actor, top_up: TopUpId) -> Done<Vec<Attachment>> {
        self.desk_order(actor, top_up).await?;
        Ok(self.read_attachments("top_up_id = $1", top_up.uuid()).await?)
    }

    /// A scan; for the user of its order and the staff.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`.
    pub async fn attachment(&self, actor: &Actor, id: ScanId) -> Done<Attachment> {
        actor.signed_in()?;
        let found = self.read_attachments("id = $1", id.uuid()).await?.into_iter().next();
        let found = found.ok_or(Refusal::missing("scan"))?;
        self.desk_order(actor, found.top_up).await.map_err(|error| match error {
            Error::Refused(Refusal::NotFound { .. }) => Refusal::missing("scan").into(),
            other => other,
        })?;
        Ok(found)
    }

    async fn read_attachments(&self, clause: &str, id: Uuid) -> Result<Vec<Attachment>, Fault> {
        let sql =
            format!("SELECT {COLUMNS} FROM desk_attachments WHERE {clause} ORDER BY added_at, id LIMIT 100");
        self.read().rows(sql, vec![id.into()], read_attachment).await
    }

    /// The addresses of all scans beside a user's orders.
    pub(crate) async fn files_of_customer(&self, user: UserId) -> Result<Vec<String>, Fault> {
        let sql = "SELECT DISTINCT a.file FROM desk_attachments a \
                   JOIN desk_orders o ON o.top_up_id = a.top_up_id WHERE o.user_id = $1";
        self.read().rows(sql, vec![user.uuid().into()], |row| row.take()).await
    }

    /// Removes scans from the disk that lie beside no order any more.
    pub(crate) async fn drop_files(&self, files: Vec<String>) -> Done<()> {
        for file in files {
            let sql = "SELECT 1 FROM desk_attachments WHERE file = $1";
            if self.read().row(sql, vec![file.as_str().into()], |_| Ok(())).await?.is_none() {
                self.0.media.drop_scan(file).await?;
            }
        }
        Ok(())
    }
}

/// The name without what would spoil the text around it; never empty.
fn scan_name(name: &str, kind: AttachmentKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|sign| FileName::parse(&format!("a{sign}a")).is_ok()).collect();
    let short: String = plain.trim().chars().take(120).collect();
    if short.is_empty() { format!("scan.{}", kind.name().to_lowercase()) } else { short }
}

async fn write_scan(link: Link<'_>, scan: &Attachment, by: UserId) -> Result<(), Fault> {
    let size = i64::try_from(scan.size_bytes).map_err(|_| Fault::bug("write a size"))?;
    let values = vec![
        Value::from(scan.id.uuid()),
        scan.top_up.uuid().into(),
        scan.name.as_str().into(),
        scan.kind.number().into(),
        size.into(),
        scan.sha256.to_vec().into(),
        scan.file.as_str().into(),
        scan.at.millis().into(),
        by.uuid().into(),
    ];
    insert(link, &format!("desk_attachments ({COLUMNS}, added_by)"), 9, values).await
}
