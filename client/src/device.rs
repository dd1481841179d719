//! A device: a key made at random for one store and one product. It says
//! nothing about the computer or the person, so two products cannot be brought
//! together by it. A lost key is a new device.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use pasetors::keys::{AsymmetricKeyPair, AsymmetricPublicKey, AsymmetricSecretKey, Generate};
use pasetors::version4::V4;
use serde::{Deserialize, Serialize};

use crate::code::sealed::{self, Kind, PublicKey};
use crate::disk;
use crate::time::Moment;

/// The most bytes of a key's file.
const KEY_BYTES_MAX: u64 = 1_000;

/// A device's key.
pub struct Device {
    secret: AsymmetricSecretKey<V4>,
    public: PublicKey,
}

impl fmt::Debug for Device {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Device").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// A request that a device vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofClaims {
    /// Of the form: 1.
    pub v: u8,
    /// `proof`.
    pub typ: String,
    /// How it is asked, such as `POST`.
    pub method: String,
    /// Where, such as `/graphql`.
    pub path: String,
    /// SHA-256 of what is sent, in hexadecimal.
    pub body: String,
    /// What the server asked to be repeated, once.
    pub nonce: String,
    /// When, by the device's clock; for information only.
    pub iat: Moment,
}

impl Device {
    /// The device's key from its file; made at random if there is none.
    ///
    /// # Errors
    /// If the file cannot be read, others may read it (`PermissionDenied`), it
    /// is no key (`InvalidData`), or none can be made. A key that is there is
    /// never written over.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(known) = Self::read(path)? {
            return Ok(known);
        }
        let pair = AsymmetricKeyPair::<V4>::generate().map_err(|_| io::Error::other("no key can be made"))?;
        let folder = disk::folder_of(path)?;
        std::fs::create_dir_all(folder)?;
        // Two that begin at once agree on whichever file was there first.
        let text = sealed::text_of(&pair.secret);
        let mut aside = tempfile::Builder::new().prefix("key-").tempfile_in(folder)?;
        aside.write_all(text.as_bytes())?;
        aside.as_file().sync_all()?;
        match aside.persist_noclobber(path) {
            Ok(_file) => disk::sync_folder(folder)?,
            Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(lost) => return Err(lost.error),
        }
        Self::read(path)?.ok_or_else(|| disk::odd("the device's key vanished"))
    }

    fn read(path: &Path) -> io::Result<Option<Self>> {
        let Some(bytes) = disk::read(path, KEY_BYTES_MAX)? else { return Ok(None) };
        check_private(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| disk::odd("the device's key is no text"))?;
        // The seed of nothing but zeros is no key and makes the reader panic.
        if text.starts_with("k4.secret.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") {
            return Err(disk::odd("the device's key is none"));
        }
        let secret =
            AsymmetricSecretKey::<V4>::try_from(text).map_err(|_| disk::odd("the device's key is none"))?;
        let public = AsymmetricPublicKey::<V4>::try_from(&secret)
            .map_err(|_| disk::odd("the device's key is none"))?;
        Ok(Some(Self { secret, public: PublicKey::from_key(public) }))
    }

    /// The device's name, `k4.pid.…`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.public.kid()
    }

    /// The public half of its key.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Vouches for a request to a store.
    ///
    /// # Errors
    /// If the key does not sign.
    pub fn prove(&self, store: &str, says: &ProofClaims) -> io::Result<String> {
        sealed::sign(&self.secret, self.id(), store, Kind::Proof, says)
    }
}

#[cfg(unix)]
fn check_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(path)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::PermissionDenied, "others may read the device's key")),
    }
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{STORE, at};

    #[test]
    fn a_key_is_made_once_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/device.key");
        let made = Device::open(&path).unwrap();
        assert_eq!(Device::open(&path).unwrap().id(), made.id());
        assert!(made.id().starts_with("k4.pid."));
        assert!(!format!("{made:?}").contains("secret"));
        let other = Device::open(&folder.path().join("other.key")).unwrap();
        assert_ne!(other.id(), made.id(), "two products share nothing");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(Device::open(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        }
    }

    #[test]
    fn a_broken_key_is_kept_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let zeros = format!("k4.secret.{}", "A".repeat(86));
        for text in ["", "k4.secret.", "k4.public.AAAA", &zeros, &"x".repeat(2_000)] {
            disk::write(&path, text.as_bytes()).unwrap();
            assert!(Device::open(&path).is_err(), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), *text);
        }
    }

    #[test]
    fn many_that_begin_at_once_are_one_device() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let ids: Vec<String> = std::thread::scope(|scope| {
            let open = || Device::open(&path).unwrap().id().to_owned();
            let running: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            running.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| Some(id) == ids.first()), "{ids:?}");
    }

    #[test]
    fn a_proof_is_for_one_request() {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(&folder.path().join("device.key")).unwrap();
        let (method, path) = ("POST".to_owned(), "/graphql".to_owned());
        let (body, nonce) = ("00".repeat(32), "nonce-1".to_owned());
        let says = ProofClaims { v: 1, typ: "proof".to_owned(), method, path, body, nonce, iat: at(0) };
        let proof = device.prove(STORE, &says).unwrap();
        let read = |store, kind| sealed::open::<ProofClaims>(&proof, device.public(), store, kind);
        assert_eq!(read(STORE, Kind::Proof), Ok(says));
        assert!(read("other.example", Kind::Proof).is_err());
        assert!(read(STORE, Kind::Code).is_err());
    }
}
