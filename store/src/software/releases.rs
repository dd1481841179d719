//! Releases: drafting, publishing, yanking, and keeping signatures fresh.

use domain::access::Actor;
use domain::id::{ListingId, ReleaseId, UserId};
use domain::listing::ListingKind;
use domain::refusal::Refusal;
use domain::software::{
    Channel, MANIFEST_HOLDS, RELEASES_MAX, ReleaseState, Slug, Version, check_next_version,
};
use domain::text::ReleaseNotes;
use domain::time::Timestamp;
use package::rule::{RULES_MAX, Rule};
use sea_orm::Value;

use super::manifest::{self, Signing};
use super::signing::{FreshKey, PublisherKey};
use super::{Product, RELEASE, Release, artifacts_of, find_release, product_of, read_release};
use crate::Store;
use crate::error::{Done, Error, Fault};
use crate::feed;
use crate::secrets::Secret;
use crate::tx::{Link, insert};
use crate::world::World;

/// What a publisher says of a release, as typed. The version says which one of
/// a listing it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRelease {
    /// A semantic version.
    pub version: String,
    /// The channel; `stable` if nothing is said of a new release.
    pub channel: Option<String>,
    /// What is new.
    pub notes: Option<String>,
    /// How an installed copy is recognised, one rule a line, as
    /// [`Rule::parse_line`] reads them.
    pub rules: Option<Vec<String>>,
    /// The name of the product, with its first release.
    pub product: Option<String>,
}

/// A draft as it is written.
struct Draft {
    version: Version,
    channel: Option<Channel>,
    notes: Option<String>,
    rules: Option<String>,
}

impl Draft {
    fn read(new: NewRelease) -> Result<Self, Refusal> {
        let version = Version::parse(&new.version)?;
        let channel = new.channel.as_deref().map(Channel::parse).transpose()?;
        let notes = new.notes.as_deref().map(ReleaseNotes::parse).transpose()?;
        let rules = new.rules.map(|lines| read_rules(&lines)).transpose()?;
        let rules = rules.map(|rules| serde_json::to_string(&rules).unwrap_or_default());
        Ok(Self { version, channel, notes: notes.map(ReleaseNotes::into_string), rules })
    }
}

/// Reads rules, one a line; empty lines are passed over.
fn read_rules(lines: &[String]) -> Result<Vec<Rule>, Refusal> {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if lines.len() > RULES_MAX {
        return Err(Refusal::TooMany { what: "rules of one release".into(), limit: 32 });
    }
    let read = |(number, line): (usize, &&str)| {
        Rule::parse_line(line)
            .map_err(|problem| Refusal::invalid("rules", format!("line {number}: {problem}")))
    };
    (1..).zip(&lines).map(read).collect()
}

/// What signing needs inside the writer.
#[derive(Clone)]
struct Signer {
    store: String,
    secret: Secret,
    world: World,
}

impl Store {
    fn signer(&self) -> Signer {
        let (store, secret) = (self.0.market.store.clone(), self.0.secret.clone());
        Signer { store, secret, world: self.0.world.clone() }
    }

    /// Saves a draft of a release of the asker's listing, or changes the one
    /// of that version. The first one gives the product its name. Precedence:
    /// not there (or not the asker's), not software, version, channel, notes,
    /// rules, product, an unfinished version on `stable`, published already,
    /// the number of releases.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn draft_release(&self, actor: &Actor, listing: ListingId, new: NewRelease) -> Done<Release> {
        let publisher = actor.signed_in()?.id;
        let known = self.find_listing(actor, listing).await?.filter(|known| known.seller == publisher);
        let known = known.ok_or(Refusal::missing("listing"))?;
        if known.kind != ListingKind::Software {
            return Err(Refusal::invalid("listingId", "only software has releases").into());
        }
        let product = new.product.clone().filter(|name| !name.trim().is_empty());
        let draft = Draft::read(new)?;
        let slug = Slug::parse(&product.clone().unwrap_or_else(|| Slug::propose(&known.title)));
        let mint = self.0.world.mint();
        let (id, now) = (ReleaseId::new(mint.uuid(0)), mint.at());
        let saved = self.writer()?.change(move |link| {
            Box::pin(async move {
                match product_of(link, listing).await? {
                    Some(known) if product.is_some() && slug.as_ref() != Ok(&known.slug) => {
                        let problem = format!("this software is known as {} already", known.slug);
                        return Err(Refusal::invalid("product", problem).into());
                    }
                    Some(_) => {}
                    None => {
                        let slug = match product {
                            Some(_) => slug?,
                            None => free_name(link, slug?).await?,
                        };
                        make_product(link, listing, publisher, &slug, now).await?;
                    }
                }
                save(link, listing, id, draft, now).await
            })
        });
        self.own_release(actor, saved.await?).await
    }

    /// Publishes a draft of the asker's: its publisher's key signs what it
    /// holds, and everybody who has a licence gets it. Publishing what is
    /// published changes nothing. Precedence: not there, yanked, no program
    /// or one that was not uploaded wholly, a version that is not later than
    /// those on its channel.
    ///
    /// # Errors
    /// `NotSignedIn`, then in that precedence.
    pub async fn publish_release(&self, actor: &Actor, id: ReleaseId) -> Done<Release> {
        let release = self.own_release(actor, id).await?;
        let publisher = actor.signed_in()?.id;
        let (signer, fresh) = (self.signer(), FreshKey::draw(&self.0.secret, publisher)?);
        let published = self.writer()?.change(move |link| {
            Box::pin(async move {
                lock(link, release.listing).await?;
                let release = find_release(link, id).await?.ok_or(Refusal::missing("release"))?;
                match release.state {
                    ReleaseState::Published => return Ok(()),
                    ReleaseState::Yanked => return Err(yanked().into()),
                    ReleaseState::Draft => {}
                }
                check_programs(link, &release).await?;
                let others = published_versions(link, &release).await?;
                check_next_version(&release.version, &others)?;
                sign(link, &signer, &release, Some(fresh), NextSeq::Fresh).await
            })
        });
        published.await?;
        self.own_release(actor, id).await
    }

    /// Takes a published release of the asker's off: nobody gets it any more.
    /// The one before it on its channel is signed anew, so that programs take
    /// it for news, and those after it, so that they stay newer; without any,
    /// the listing is withdrawn. Yanking again changes nothing.
    ///
    /// # Errors
    /// `NotSignedIn`, `NotFound`, `WrongState` for a draft.
    pub async fn yank_release(&self, actor: &Actor, id: ReleaseId) -> Done<Release> {
        let release = self.own_release(actor, id).await?;
        let publisher = actor.signed_in()?.id;
        let (signer, fresh) = (self.signer(), FreshKey::draw(&self.0.secret, publisher)?);
        let done = self.writer()?.change(move |link| {
            Box::pin(async move {
                lock(link, release.listing).await?;
                let release = find_release(link, id).await?.ok_or(Refusal::missing("release"))?;
                match release.state {
                    ReleaseState::Yanked => return Ok(()),
                    ReleaseState::Draft => {
                        return Err(Refusal::wrong_state(
                            "a draft was never out: there is nothing to take back",
                        )
                        .into());
                    }
                    ReleaseState::Published => {}
                }
                let now = signer.world.now().millis();
                let sql = "UPDATE releases SET state = 3, yanked_at = $1 WHERE id = $2 AND state = 2";
                link.change(sql, vec![now.into(), id.uuid().into()]).await?;
                for next in followers(link, &release).await? {
                    sign(link, &signer, &next, Some(fresh.clone()), NextSeq::Fresh).await?;
                }
                if !has_published(link, release.listing).await? {
                    let sql = "UPDATE listings SET state = 3, revised_at = $1 WHERE id = $2 AND state = 2";
                    link.change(sql, vec![now.into(), release.listing.uuid().into()]).await?;
                    feed::record(link, [release.listing].into_iter()).await?;
                }
                Ok(())
            })
        });
        done.await?;
        self.own_release(actor, id).await
    }

    /// Signs releases anew whose signature is halfway to its end, at most
    /// `limit`. Safe to run late or twice. Only the program itself does this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub async fn renew_releases(&self, actor: &Actor, limit: u32) -> Done<u32> {
        actor.system()?;
        let half = domain::time::Seconds::new(MANIFEST_HOLDS.get() / 2);
        let before = self.0.world.now().after(half).millis();
        let sql = format!("SELECT id FROM releases WHERE state = 2 AND expires_at <= $1 LIMIT {limit}");
        let due = self.read().rows(sql, vec![before.into()], |row| row.id(ReleaseId::new)).await?;
        let mut renewed = 0;
        for id in due {
            let signer = self.signer();
            let done = self.writer()?.change(move |link| {
                Box::pin(async move {
                    let release = find_release(link, id).await?;
                    match release.filter(|release| release.state == ReleaseState::Published) {
                        Some(release) => sign(link, &signer, &release, None, NextSeq::Same).await,
                        None => Ok(()),
                    }
                })
            });
            done.await?;
            renewed += 1;
        }
        Ok(renewed)
    }
}

fn yanked() -> Refusal {
    Refusal::wrong_state("it was yanked: make a release with a later version")
}

/// Lets nobody else publish or yank of this listing until this is done.
async fn lock(link: Link<'_>, listing: ListingId) -> Result<(), Fault> {
    let sql = format!("SELECT id FROM listings WHERE id = $1{}", link.for_update());
    link.row(sql, vec![listing.uuid().into()], |_| Ok(())).await.map(|_| ())
}

/// The name, or one with a number behind it where others have it: nobody
/// asked for just this one.
async fn free_name(link: Link<'_>, slug: Slug) -> Result<Slug, Fault> {
    let numbered = |number: u32| Slug::parse(&format!("{slug}-{number}")).ok();
    let names = std::iter::once(slug.clone()).chain((2..NAMES_TRIED).filter_map(numbered));
    for name in names {
        if !is_taken(link, &name).await? {
            return Ok(name);
        }
    }
    Ok(slug)
}

/// How many numbers are tried behind a name.
const NAMES_TRIED: u32 = 50;

async fn is_taken(link: Link<'_>, slug: &Slug) -> Result<bool, Fault> {
    let sql = "SELECT COUNT(*) FROM products WHERE slug = $1";
    let taken = link.row(sql, vec![slug.as_str().into()], |row| row.count()).await?;
    Ok(taken.unwrap_or(0) > 0)
}

async fn make_product(
    link: Link<'_>,
    listing: ListingId,
    publisher: UserId,
    slug: &Slug,
    now: Timestamp,
) -> Done<()> {
    if is_taken(link, slug).await? {
        return Err(Refusal::invalid("product", "other software has this name: choose another").into());
    }
    let values =
        vec![Value::from(listing.uuid()), publisher.uuid().into(), slug.as_str().into(), now.millis().into()];
    Ok(insert(link, "products (listing_id, publisher_id, slug, created_at)", 4, values).await?)
}

async fn save(
    link: Link<'_>,
    listing: ListingId,
    id: ReleaseId,
    draft: Draft,
    now: Timestamp,
) -> Done<ReleaseId> {
    let Draft { version, channel, notes, rules } = draft;
    let sql = format!("{RELEASE} WHERE r.listing_id = $1 AND r.version = $2{}", link.for_update());
    let values = vec![listing.uuid().into(), version.to_string().into()];
    if let Some(known) = link.row(sql, values, read_release).await? {
        channel.as_ref().unwrap_or(&known.channel).check(&version)?;
        if known.state != ReleaseState::Draft {
            return Err(Refusal::wrong_state(
                "this version was published and never changes: make a release with a later version",
            )
            .into());
        }
        let sql = "UPDATE releases SET channel = COALESCE($1, channel), notes = COALESCE($2, notes), \
                   rules = COALESCE($3, rules) WHERE id = $4 AND state = 1";
        let channel = channel.map(|channel| channel.as_str().to_owned());
        link.change(sql, vec![channel.into(), notes.into(), rules.into(), known.id.uuid().into()]).await?;
        return Ok(known.id);
    }
    let channel = channel.unwrap_or_else(Channel::stable);
    channel.check(&version)?;
    let count = "SELECT COUNT(*) FROM releases WHERE listing_id = $1";
    let count = link.row(count, vec![listing.uuid().into()], |row| row.count()).await?;
    if count.unwrap_or(0) >= RELEASES_MAX {
        return Err(Refusal::TooMany { what: "releases".into(), limit: RELEASES_MAX }.into());
    }
    let values = vec![
        Value::from(id.uuid()),
        listing.uuid().into(),
        version.to_string().into(),
        channel.as_str().into(),
        notes.unwrap_or_default().into(),
        rules.unwrap_or_else(|| "[]".to_owned()).into(),
        ReleaseState::Draft.number().into(),
        now.millis().into(),
    ];
    let columns = "releases (id, listing_id, version, channel, notes, rules, state, created_at)";
    insert(link, columns, 8, values).await?;
    Ok(id)
}

async fn check_programs(link: Link<'_>, release: &Release) -> Done<()> {
    let programs = artifacts_of(link, release.id).await?;
    if programs.is_empty() {
        return Err(Refusal::invalid(
            "artifacts",
            "a release needs a program for at least one kind of computer",
        )
        .into());
    }
    match programs.iter().find(|program| program.contents.is_none()) {
        Some(waiting) => {
            let problem =
                format!("the program for {} is not uploaded yet: go on, or remove it", waiting.computer);
            Err(Refusal::invalid("artifacts", problem).into())
        }
        None => Ok(()),
    }
}

async fn published_versions(link: Link<'_>, release: &Release) -> Result<Vec<Version>, Fault> {
    let sql = format!("{RELEASE} WHERE r.listing_id = $1 AND r.channel = $2 AND r.state = 2");
    let values = vec![release.listing.uuid().into(), release.channel.as_str().into()];
    let rows = link.rows(sql, values, read_release).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// The published release before a yanked one on its channel, and all after
/// it, in their order. Licences that cover just the old ones fall back to the
/// first of them; nothing if there is none, since then nobody falls back.
async fn followers(link: Link<'_>, yanked: &Release) -> Result<Vec<Release>, Fault> {
    let sql = format!(
        "{RELEASE} WHERE r.listing_id = $1 AND r.channel = $2 AND r.state = 2 AND r.seq >= \
         (SELECT MAX(b.seq) FROM releases b WHERE b.listing_id = $1 AND b.channel = $2 AND b.state = 2 \
         AND b.seq < $3) ORDER BY r.seq"
    );
    let seq = yanked.seq.and_then(|seq| i64::try_from(seq).ok());
    let values = vec![yanked.listing.uuid().into(), yanked.channel.as_str().into(), seq.into()];
    link.rows(sql, values, read_release).await
}

async fn has_published(link: Link<'_>, listing: ListingId) -> Result<bool, Fault> {
    let sql = "SELECT COUNT(*) FROM releases WHERE listing_id = $1 AND state = 2";
    let count = link.row(sql, vec![listing.uuid().into()], |row| row.count()).await?;
    Ok(count.unwrap_or(0) > 0)
}

/// Which number a signature gets.
#[derive(Clone, Copy)]
enum NextSeq {
    /// The next of the product: it is news.
    Fresh,
    /// The one that it has: only the signature is renewed.
    Same,
}

async fn sign(
    link: Link<'_>,
    signer: &Signer,
    release: &Release,
    fresh: Option<FreshKey>,
    next: NextSeq,
) -> Result<(), Error> {
    let product: Product =
        product_of(link, release.listing).await?.ok_or(Fault::corrupt("find a product"))?;
    let fresh = match fresh {
        Some(fresh) => fresh,
        None => FreshKey::draw(&signer.secret, product.publisher)?,
    };
    let key = PublisherKey::of(link, &signer.secret, product.publisher, fresh, &signer.world).await?;
    let known = release.seq.and_then(|seq| i64::try_from(seq).ok());
    let seq = match (next, known) {
        (NextSeq::Same, Some(seq)) => seq,
        (NextSeq::Same | NextSeq::Fresh, _) => {
            let sql = "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM releases WHERE listing_id = $1";
            let last = link.row(sql, vec![release.listing.uuid().into()], |row| row.take::<i64>()).await?;
            last.unwrap_or(0).saturating_add(1)
        }
    };
    let artifacts = artifacts_of(link, release.id).await?;
    let (store, now) = (signer.store.as_str(), signer.world.now());
    manifest::sign(link, &key, Signing { store, product: &product, release, artifacts, seq, now }).await
}
