//! What a publisher signs about a release, as buyers' programs read it.

use domain::software::{MANIFEST_HOLDS, Packing};
use domain::time::Timestamp;
use package::Rule;
use serde::Serialize;

use super::signing::PublisherKey;
use super::{Artifact, Product, Release};
use crate::error::{Done, Fault};
use crate::tx::Link;
use domain::refusal::Refusal;

/// The most bytes of a signed release, as buyers' programs have it.
const MANIFEST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is said. The fields and their names are those of the client.
#[derive(Serialize)]
struct Claims<'a> {
    v: u8,
    typ: &'static str,
    iss: &'a str,
    prod: &'a str,
    #[serde(rename = "pub")]
    publisher: &'a str,
    seq: i64,
    version: String,
    channel: &'a str,
    iat: i64,
    exp: i64,
    artifacts: Vec<package::Artifact>,
    detect: &'a [Rule],
}

/// The packing in the words of packages.
pub(super) const fn packing(packing: Packing) -> package::Packing {
    match packing {
        Packing::Zip => package::Packing::Zip,
        Packing::TarGz => package::Packing::TarGz,
        Packing::Binary => package::Packing::Binary,
    }
}

fn listed(artifact: Artifact) -> Result<package::Artifact, Fault> {
    let missing = || Fault::corrupt("sign a program that was not uploaded");
    Ok(package::Artifact {
        os: artifact.computer.os.to_owned(),
        arch: artifact.computer.arch.to_owned(),
        kind: packing(artifact.packing),
        size: artifact.size,
        sha256: artifact.sha256.ok_or_else(missing)?,
        main: artifact.main,
        files: artifact.contents.ok_or_else(missing)?.files,
    })
}

/// A release to be signed.
pub(super) struct Signing<'a> {
    pub(super) store: &'a str,
    pub(super) product: &'a Product,
    pub(super) release: &'a Release,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) seq: i64,
    pub(super) now: Timestamp,
}

/// Signs a release and writes it onto its row, published from then on.
///
/// # Errors
/// `TooMany` if all its files together are more than one may sign.
pub(super) async fn sign(link: Link<'_>, key: &PublisherKey, signing: Signing<'_>) -> Done<()> {
    let Signing { store, product, release, artifacts, seq, now } = signing;
    let expires = now.after(MANIFEST_HOLDS);
    let claims = Claims {
        v: 1,
        typ: "release",
        iss: store,
        prod: product.slug.as_str(),
        publisher: &product.publisher_handle,
        seq,
        version: release.version.to_string(),
        channel: release.channel.as_str(),
        iat: now.millis(),
        exp: expires.millis(),
        artifacts: artifacts.into_iter().map(listed).collect::<Result<_, _>>()?,
        detect: &release.rules,
    };
    let says = serde_json::to_vec(&claims).map_err(|_| Fault::bug("write a release"))?;
    let token = key.sign(store, &says)?;
    if token.len() > MANIFEST_BYTES_MAX {
        return Err(
            Refusal::TooMany { what: "files in all programs of a release".into(), limit: 40_000 }.into()
        );
    }
    let sql = "UPDATE releases SET state = 2, published_at = COALESCE(published_at, $1), signed_at = $1, \
               expires_at = $2, seq = $3, kid = $4, manifest = $5 WHERE id = $6 AND state <> 3";
    let values = vec![
        now.millis().into(),
        expires.millis().into(),
        seq.into(),
        key.kid.as_str().into(),
        token.into(),
        release.id.uuid().into(),
    ];
    match link.change(sql, values).await? {
        1 => Ok(()),
        _ => Err(Fault::corrupt("publish a release that is there").into()),
    }
}
