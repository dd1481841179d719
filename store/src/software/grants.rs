//! Grants to download: one program, for one licence, for a quarter of an
//! hour. A grant is its own address, signed by the server's secret, so nothing
//! is stored and nobody has to be signed in where the bytes are fetched.

use domain::id::{ArtifactId, LicenceId, ListingId};
use domain::licence::offer::Coverage;
use domain::refusal::Refusal;
use domain::software::{DOWNLOAD_HOLDS, Version};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::Store;
use crate::error::{Done, Fault};
use crate::secrets::Secret;

/// Leave to fetch a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadGrant {
    /// The last part of the address that it is fetched from.
    pub token: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// The version that it belongs to.
    pub version: Version,
    /// The first moment at which the grant holds no longer.
    pub expires_at: Timestamp,
}

/// What a grant is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The program.
    pub artifact: ArtifactId,
    /// The licence that it was granted for.
    pub licence: LicenceId,
    /// What a download is called.
    pub name: String,
    /// The address of what is kept: BLAKE3 in hexadecimal digits.
    pub file_hash: String,
}

/// The bytes of a grant: program, licence, end, and the proof of all three.
const GRANT_BYTES: usize = 16 + 16 + 8 + 16;

fn write(secret: &Secret, artifact: ArtifactId, licence: LicenceId, end: Timestamp) -> String {
    let mut bytes = artifact.uuid().as_bytes().to_vec();
    bytes.extend(licence.uuid().as_bytes());
    bytes.extend(end.millis().to_be_bytes());
    let proof = secret.derive("download grant", &bytes);
    bytes.extend(proof.first_chunk::<16>().unwrap_or(&[0; 16]));
    package::disk::hex(&bytes)
}

/// Reads a grant that was written by us, over or not.
fn read(secret: &Secret, token: &str) -> Option<(ArtifactId, LicenceId, Timestamp)> {
    if token.len() != GRANT_BYTES * 2 || !token.is_ascii() {
        return None;
    }
    let digits = |at: usize| token.get(at * 2..at * 2 + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Vec<u8> = (0..GRANT_BYTES).map(digits).collect::<Option<_>>()?;
    let uuid = |from: usize| Some(Uuid::from_bytes(bytes.get(from..from + 16)?.try_into().ok()?));
    let (artifact, licence) = (ArtifactId::new(uuid(0)?), LicenceId::new(uuid(16)?));
    let end = Timestamp::from_millis(i64::from_be_bytes(bytes.get(32..40)?.try_into().ok()?));
    // Hashes of both, so that comparing tells nothing of the proof by its time.
    let made = write(secret, artifact, licence, end);
    let is_ours = blake3::hash(made.as_bytes()) == blake3::hash(token.as_bytes());
    is_ours.then_some((artifact, licence, end))
}

impl Store {
    /// Grants a licence to fetch a program: the one with that SHA-256 in a
    /// published release of its listing, best one that is covered. Nothing if
    /// there is none. Whether the licence allows it is decided by
    /// [`Store::authorize_download`].
    ///
    /// # Errors
    /// A fault only.
    pub async fn download_grant(
        &self,
        licence: LicenceId,
        listing: ListingId,
        sha256: &str,
        covers: &Coverage,
    ) -> Result<Option<DownloadGrant>, Fault> {
        // The same bytes may be in several releases.
        let sql = "SELECT a.id, a.size, r.version FROM artifacts a JOIN releases r ON r.id = a.release_id \
                   WHERE r.listing_id = $1 AND r.state = 2 AND a.state = 2 AND a.sha256 = $2";
        let found = self.read().rows(sql, vec![listing.uuid().into(), sha256.into()], |row| {
            let id = row.id(ArtifactId::new)?;
            let size = row.take_as("read a size", |size: i64| u64::try_from(size).ok())?;
            let version = row.take_as("read a version", |text: String| Version::parse(&text).ok())?;
            Ok((id, size, version))
        });
        let found = found.await?.into_iter().max_by_key(|(_, _, version)| covers.covers(version));
        Ok(found.map(|(artifact, size, version)| {
            let expires_at = self.0.world.now().after(DOWNLOAD_HOLDS);
            let token = write(&self.0.secret, artifact, licence, expires_at);
            DownloadGrant { token, size, sha256: sha256.to_owned(), version, expires_at }
        }))
    }

    /// What a grant is good for now.
    ///
    /// # Errors
    /// `NotFound` for what is no grant of ours, `Expired` when its time is
    /// over.
    pub async fn granted(&self, token: &str) -> Done<Granted> {
        let missing = || Refusal::missing("download");
        let (artifact, licence, end) = read(&self.0.secret, token).ok_or_else(missing)?;
        if end <= self.0.world.now() {
            return Err(Refusal::Expired.into());
        }
        let sql = "SELECT name, file_hash FROM artifacts WHERE id = $1 AND state = 2";
        let found = self.read().row(sql, vec![artifact.uuid().into()], |row| {
            Ok(Granted { artifact, licence, name: row.take()?, file_hash: row.take()? })
        });
        Ok(found.await?.ok_or_else(missing)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_for_just_that() {
        let secret = Secret::new([7; 32]);
        let (artifact, licence) = (ArtifactId::new(Uuid::from_u128(1)), LicenceId::new(Uuid::from_u128(2)));
        let end = Timestamp::from_millis(1_795_435_200_000);
        let token = write(&secret, artifact, licence, end);
        assert_eq!(read(&secret, &token), Some((artifact, licence, end)));
        assert_eq!(read(&Secret::new([8; 32]), &token), None);
        for at in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(read(&secret, &String::from_utf8(other).unwrap()), None, "{at}");
        }
        for text in ["", "0", &token[1..], &format!("{token}0"), &"é".repeat(56), &token.to_uppercase()] {
            assert_eq!(read(&secret, text), None, "{text}");
        }
    }
}
