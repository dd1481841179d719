//! Uploading the programs of a release: begun with what is to come, sent in
//! parts that may be repeated, finished when all of it is there and a look
//! inside shows that buyers' programs will take it.
//!
//! The parts lie in a file of their own until then; how long that is says how
//! far the upload has come, so nothing has to be written down.

use std::path::PathBuf;

use domain::access::Actor;
use domain::id::{ArtifactId, ReleaseId, UserId};
use domain::refusal::Refusal;
use domain::software::{ARTIFACTS_MAX, Computer, Packing, ReleaseState, UPLOAD_KEPT};
use domain::text::FileName;
use domain::time::Timestamp;
use sea_orm::Value;
use tokio::task::spawn_blocking;

use super::{ARTIFACT, Artifact, Release, artifacts_of, find_release, read_artifact};
use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::tx::{Link, insert};

/// A program that is to be uploaded, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewArtifact {
    /// The operating system.
    pub os: String,
    /// The processor.
    pub arch: String,
    /// How it is packed: zip, tar.gz or binary.
    pub packing: String,
    /// What its file is called.
    pub name: String,
    /// The file to run; for a binary the name that it gets.
    pub main: String,
    /// How many bytes will come.
    pub size: u64,
    /// Their SHA-256, if it is known already; then it has to be that.
    pub sha256: Option<String>,
}

/// A program that waits for its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The program.
    pub artifact: ArtifactId,
    /// Where its bytes are gathered; appended to by who takes them.
    pub path: PathBuf,
    /// How many bytes it will have.
    pub size: u64,
}

/// A program as it is written.
struct Begun {
    computer: Computer,
    packing: Packing,
    name: String,
    main: String,
    size: i64,
    sha256: Option<String>,
}

impl Begun {
    fn read(new: NewArtifact, largest: u64) -> Result<Self, Refusal> {
        let computer = Computer::parse(&new.os, &new.arch)?;
        let packing = Packing::parse(&new.packing)?;
        let name = FileName::parse(&new.name)?.into_string();
        let main = new.main.trim().to_owned();
        package::name::parse(main.as_bytes()).map_err(|problem| Refusal::invalid("main", problem))?;
        if new.size == 0 {
            return Err(Refusal::invalid("size", "an empty file is no program"));
        }
        if new.size > largest {
            let most = largest / (1_024 * 1_024);
            return Err(Refusal::invalid("size", format!("a program is at most {most} MB large")));
        }
        let sha256 = new.sha256.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        if sha256.as_deref().is_some_and(|text| !package::listing::is_hash(text)) {
            return Err(Refusal::invalid("sha256", "a SHA-256 has 64 hexadecimal digits"));
        }
        let size = i64::try_from(new.size).map_err(|_| Refusal::invalid("size", "it is too large"))?;
        Ok(Self { computer, packing, name, main, size, sha256 })
    }

    /// Whether an upload that waits is for just this.
    fn is_same(&self, known: &Artifact) -> bool {
        known.contents.is_none()
            && i64::try_from(known.size) == Ok(self.size)
            && (known.packing, &known.name, &known.main) == (self.packing, &self.name, &self.main)
            && known.sha256 == self.sha256
    }
}

/// What all files of a seller take, those that are on their way too.
pub(crate) async fn bytes_used(link: Link<'_>, seller: UserId) -> Result<u64, Fault> {
    let sum = |sql: &'static str| async move {
        let sum = link.row(sql, vec![seller.uuid().into()], |row| row.take::<i64>()).await?;
        u64::try_from(sum.unwrap_or(0)).map_err(|_| Fault::corrupt("sum up files"))
    };
    let files =
        sum("SELECT CAST(COALESCE(SUM(file_size), 0) AS BIGINT) FROM listings WHERE seller_id = $1").await?;
    let programs = sum(
        "SELECT CAST(COALESCE(SUM(a.size), 0) AS BIGINT) FROM artifacts a JOIN releases r ON r.id = a.release_id \
         JOIN products p ON p.listing_id = r.listing_id WHERE p.publisher_id = $1 AND a.state <> 3",
    );
    Ok(files.saturating_add(programs.await?))
}

impl Store {
    /// A draft of the asker's.
    async fn own_draft(&self, actor: &Actor, id: ReleaseId) -> Done<Release> {
        let release = self.own_release(actor, id).await?;
        match release.state {
            ReleaseState::Draft => Ok(release),
            ReleaseState::Published | ReleaseState::Yanked => Err(Refusal::wrong_state(
                "this release was published and never changes: make one with a later version",
            )
            .into()),
        }
    }

    /// Begins the upload of a program for a draft of the asker's, in place of
    /// the one for the same kind of computer. Beginning just the same again
    /// goes on where the last one stopped. Precedence: not there, not a
    /// draft, what was typed, the number of programs, the seller's space.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn begin_upload(&self, actor: &Actor, release: ReleaseId, new: NewArtifact) -> Done<Artifact> {
        let publisher = actor.signed_in()?.id;
        self.own_draft(actor, release).await?;
        let begun = Begun::read(new, self.0.media.largest())?;
        let known = artifacts_of(self.read(), release).await?;
        if let Some(waiting) =
            known.iter().find(|known| begun.is_same(known) && known.computer == begun.computer)
        {
            return Ok(waiting.clone());
        }
        let replaced = known.iter().find(|known| known.computer == begun.computer);
        if replaced.is_none() && known.len() >= ARTIFACTS_MAX {
            return Err(Refusal::TooMany { what: "programs of one release".into(), limit: 16 }.into());
        }
        let used = bytes_used(self.read(), publisher).await?;
        let freed = replaced.map_or(0, |replaced| replaced.size);
        let needed = used.saturating_sub(freed).saturating_add(u64::try_from(begun.size).unwrap_or(u64::MAX));
        if needed > self.0.media.space() {
            return Err(Refusal::invalid(
                "size",
                "your space for files is used up: remove what is not needed",
            )
            .into());
        }
        let mint = self.0.world.mint();
        let (id, now) = (ArtifactId::new(mint.uuid(0)), mint.at());
        let replaced = replaced.map(|replaced| replaced.id);
        let written = self.writer()?.change(move |link| {
            Box::pin(async move {
                still_draft(link, release).await?;
                if let Some(replaced) = replaced {
                    drop_row(link, replaced).await?;
                }
                let others = artifacts_of(link, release).await?;
                if others.iter().any(|other| other.computer == begun.computer) {
                    return Err(
                        Refusal::wrong_state("another upload for this kind of computer has begun").into()
                    );
                }
                Ok(write_begun(link, (id, release), begun, now).await?)
            })
        });
        written.await?;
        if let Some(replaced) = replaced {
            self.forget_parts(replaced);
        }
        self.artifact(id).await
    }

    /// An upload of the asker's that waits for bytes: where they go.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`, `WrongState` when it is finished.
    pub async fn upload(&self, actor: &Actor, id: ArtifactId) -> Done<Upload> {
        let found = self.own_artifact(actor, id).await?;
        match found.contents {
            None => Ok(Upload { artifact: id, path: self.0.media.upload(id), size: found.size }),
            Some(_) => Err(Refusal::wrong_state("this program was uploaded already").into()),
        }
    }

    /// Finishes an upload of the asker's: looks through it and keeps it.
    /// Finishing again changes nothing. Precedence: not there, not a draft,
    /// not all there, not what was announced, what no buyer's program would
    /// take.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence. What was refused for what it
    /// holds is thrown away: it has to be sent anew.
    pub async fn finish_upload(&self, actor: &Actor, id: ArtifactId) -> Done<Artifact> {
        let publisher = actor.signed_in()?.id;
        let waiting = self.own_artifact(actor, id).await?;
        if waiting.contents.is_some() {
            return Ok(waiting);
        }
        self.own_draft(actor, waiting.release).await?;
        let path = self.0.media.upload(id);
        let there = tokio::fs::metadata(&path).await.map_or(0, |facts| facts.len());
        if there < waiting.size {
            let problem = format!("{there} of {} bytes are there: send the rest first", waiting.size);
            return Err(Refusal::invalid("file", problem).into());
        }
        let looked = look_through(waiting.clone(), path.clone()).await;
        // Held until it is kept, so that no part is added after the look.
        let (found, held) = match looked {
            Err(Error::Refused(refusal @ Refusal::InvalidInput { .. })) => {
                self.forget_parts(id);
                return Err(refusal.into());
            }
            looked => looked?,
        };
        let used = bytes_used(self.read(), publisher).await?.saturating_sub(waiting.size);
        let (file_hash, _) = self.0.media.keep(path, used).await?;
        drop(held);
        let now = self.0.world.now();
        let written = self.writer()?.change(move |link| {
            Box::pin(async move {
                still_draft(link, waiting.release).await?;
                Ok(write_finished(link, id, &found, file_hash, now).await?)
            })
        });
        written.await?;
        Ok(self.find_artifact(id).await?.ok_or(Refusal::missing("program"))?)
    }

    /// Uploads a program in one go: `spooled` is where it was written to.
    ///
    /// # Errors
    /// As [`Store::begin_upload`] and [`Store::finish_upload`].
    pub async fn upload_whole(
        &self,
        actor: &Actor,
        release: ReleaseId,
        new: NewArtifact,
        spooled: PathBuf,
    ) -> Done<Artifact> {
        let facts = tokio::fs::metadata(&spooled).await;
        let size = facts.map_err(|_| Refusal::invalid("file", "no file came with the request"))?.len();
        let begun = self.begin_upload(actor, release, NewArtifact { size, ..new }).await?;
        let path = self.0.media.upload(begun.id);
        tokio::fs::rename(&spooled, &path).await.map_err(|_| Fault::unavailable("keep an upload"))?;
        self.finish_upload(actor, begun.id).await
    }

    /// Takes a program out of a draft of the asker's; doing so again is
    /// answered as not there.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`, `WrongState` once it is published.
    pub async fn drop_artifact(&self, actor: &Actor, id: ArtifactId) -> Done<Release> {
        let found = self.own_artifact(actor, id).await?;
        self.own_draft(actor, found.release).await?;
        let dropped = self.writer()?.change(move |link| {
            Box::pin(async move {
                still_draft(link, found.release).await?;
                Ok(drop_row(link, id).await?)
            })
        });
        dropped.await?;
        self.forget_parts(id);
        self.own_release(actor, found.release).await
    }

    /// Drops uploads that nobody has gone on with for days, at most `limit`,
    /// and tells how many. Safe to run late or twice. Only the program itself
    /// does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn sweep_uploads(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let before = self.0.world.now().before(UPLOAD_KEPT).millis();
        let sql = format!("SELECT id FROM artifacts WHERE state = 1 AND begun_at < $1 LIMIT {limit}");
        let stale = self.read().rows(sql, vec![before.into()], |row| row.id(ArtifactId::new)).await?;
        for id in &stale {
            let id = *id;
            let dropped = self.writer()?.change(move |link| {
                Box::pin(async move {
                    let sql = "UPDATE artifacts SET state = 3 WHERE id = $1 AND state = 1";
                    Ok(link.change(sql, vec![id.uuid().into()]).await?)
                })
            });
            if dropped.await? > 0 {
                self.forget_parts(id);
            }
        }
        Ok(u32::try_from(stale.len()).unwrap_or(u32::MAX))
    }

    /// A program of a release of the asker's.
    ///
    /// # Errors
    /// `NotSignedIn`, then `NotFound`.
    pub async fn own_artifact(&self, actor: &Actor, id: ArtifactId) -> Done<Artifact> {
        actor.signed_in()?;
        let missing = || Error::from(Refusal::missing("program"));
        let found = self.find_artifact(id).await?.ok_or_else(missing)?;
        match self.own_release(actor, found.release).await {
            Ok(_) => Ok(found),
            Err(Error::Refused(_)) => Err(missing()),
            Err(fault) => Err(fault),
        }
    }

    async fn find_artifact(&self, id: ArtifactId) -> Result<Option<Artifact>, Fault> {
        let sql = format!("{ARTIFACT} WHERE a.id = $1 AND a.state <> 3");
        self.read().row(sql, vec![id.uuid().into()], read_artifact).await
    }

    async fn artifact(&self, id: ArtifactId) -> Done<Artifact> {
        Ok(self.find_artifact(id).await?.ok_or(Fault::corrupt("find a program that was written"))?)
    }

    /// Removes the bytes of an upload that is over.
    fn forget_parts(&self, id: ArtifactId) {
        if let Err(error) = std::fs::remove_file(self.0.media.upload(id))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // The next sweep may find it.
            tracing::warn!(%error, "the parts of an upload were not cleared away");
        }
    }
}

fn still_coming() -> Refusal {
    Refusal::wrong_state("a part of it is still being written, or another request finishes it: ask again")
}

/// Looks through what was uploaded, where that may take its time.
async fn look_through(waiting: Artifact, path: PathBuf) -> Done<(package::Artifact, std::fs::File)> {
    let done = spawn_blocking(move || {
        let mut file = std::fs::File::open(path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let kind = super::manifest::packing(waiting.packing);
        let Computer { os, arch } = waiting.computer;
        let found = package::survey(&mut file, package::Survey { os, arch, kind, main: &waiting.main })?;
        let is_announced = found.size == waiting.size
            && waiting.sha256.as_ref().is_none_or(|announced| *announced == found.sha256);
        match is_announced {
            true => Ok(Some((found, file))),
            false => Err(package::Stop::refused("what came is not what was announced")),
        }
    });
    match done.await.map_err(|_| Fault::bug("look through an upload"))? {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Error::from(still_coming())),
        Err(package::Stop::Refused(why)) => {
            Err(Refusal::invalid("file", format!("this cannot be taken: {why}")).into())
        }
        Err(package::Stop::Fault(error)) => {
            tracing::error!(%error, "an upload could not be read");
            Err(Fault::unavailable("read an upload").into())
        }
    }
}

/// Checks inside the writer that a release is a draft still.
async fn still_draft(link: Link<'_>, release: ReleaseId) -> Done<()> {
    match find_release(link, release).await? {
        Some(Release { state: ReleaseState::Draft, .. }) => Ok(()),
        Some(_) | None => Err(Refusal::wrong_state("this release was published meanwhile").into()),
    }
}

async fn drop_row(link: Link<'_>, id: ArtifactId) -> Result<(), Fault> {
    let sql = "UPDATE artifacts SET state = 3 WHERE id = $1 AND state <> 3";
    link.change(sql, vec![id.uuid().into()]).await.map(drop)
}

async fn write_begun(
    link: Link<'_>,
    (id, release): (ArtifactId, ReleaseId),
    begun: Begun,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = vec![
        Value::from(id.uuid()),
        release.uuid().into(),
        begun.computer.os.into(),
        begun.computer.arch.into(),
        begun.packing.number().into(),
        begun.name.into(),
        begun.main.into(),
        1_i16.into(),
        begun.size.into(),
        begun.sha256.into(),
        now.millis().into(),
    ];
    let columns = "artifacts (id, release_id, os, arch, packing, name, main, state, size, sha256, begun_at)";
    insert(link, columns, 11, values).await
}

async fn write_finished(
    link: Link<'_>,
    id: ArtifactId,
    found: &package::Artifact,
    file_hash: String,
    now: Timestamp,
) -> Result<(), Fault> {
    let unpacked = found.files.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.size));
    let unpacked = unpacked.and_then(|bytes| i64::try_from(bytes).ok()).ok_or(Fault::bug("sum up files"))?;
    let files = serde_json::to_string(&found.files).map_err(|_| Fault::bug("write a list of files"))?;
    let sql = "UPDATE artifacts SET state = 2, sha256 = $1, unpacked_size = $2, files = $3, file_hash = $4, \
               uploaded_at = $5 WHERE id = $6 AND state = 1";
    let values = vec![
        found.sha256.as_str().into(),
        unpacked.into(),
        files.into(),
        file_hash.into(),
        now.millis().into(),
        id.uuid().into(),
    ];
    // Whoever was quicker found the same.
    link.change(sql, values).await.map(drop)
}
