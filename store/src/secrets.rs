//! Secrets: drawn, shown once, and stored as hashes.
//!
//! Account keys, session tokens and claim codes carry 128 bits and more, so a
//! plain fast hash keeps them safe. Passphrases are chosen by people: they
//! get argon2id, on a blocking thread, a few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::code;
use domain::gift::ClaimHash;
use domain::id::{GiftId, LetterId, UserId};
use domain::mail::MailKind;
use domain::refusal::Refusal;
use domain::text::Passphrase;
use domain::voucher::VoucherHash;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::{Done, Fault};
use crate::world::World;

/// The server's own secret: 32 random bytes in a file beside the database.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A token for `purpose` that only this server can make.
    #[must_use]
    pub fn derive(&self, purpose: &str, of: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(purpose.as_bytes());
        hasher.update(&[0]);
        hasher.update(of);
        hasher.finalize().into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// The bytes of an account key: 160 bits.
const ACCOUNT_KEY_BYTES: usize = 20;

/// A new account key, as its owner keeps it.
pub(crate) fn draw_account_key(world: &World) -> String {
    code::write(&world.random::<ACCOUNT_KEY_BYTES>())
}

/// What is stored of an account key.
///
/// # Errors
/// `InvalidInput` on `accountKey` if it was mistyped.
pub(crate) fn hash_account_key(typed: &str) -> Result<[u8; 32], Refusal> {
    let bytes = code::read("accountKey", typed, ACCOUNT_KEY_BYTES)?;
    Ok(hash("account key", &bytes))
}

/// A new session token: 256 bits.
pub(crate) fn draw_session_token(world: &World) -> String {
    blake3::Hash::from(world.random::<32>()).to_hex().to_string()
}

/// What is stored of a session token or invitation.
pub(crate) fn hash_token(token: &str) -> [u8; 32] {
    hash("session token", token.as_bytes())
}

fn hash(purpose: &str, secret: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(purpose.as_bytes());
    hasher.update(&[0]);
    hasher.update(secret);
    hasher.finalize().into()
}

/// The bytes of a claim code: 120 bits, which is 24 signs and the check.
const CLAIM_CODE_BYTES: usize = 15;

/// The claim code of the gift that a key of this giver makes. It follows from
/// the server's secret, so that repeating the key gives the same code though
/// only its hash is stored.
pub(crate) fn claim_code(secret: &Secret, key: &[u8]) -> String {
    let derived = secret.derive("claim code", key);
    code::write(derived.first_chunk::<CLAIM_CODE_BYTES>().unwrap_or(&[0; CLAIM_CODE_BYTES]))
}

/// What is stored of a claim code.
///
/// # Errors
/// `InvalidInput` on `claimCode` if it was mistyped.
pub(crate) fn hash_claim_code(typed: &str) -> Result<ClaimHash, Refusal> {
    let bytes = code::read("claimCode", typed, CLAIM_CODE_BYTES)?;
    Ok(ClaimHash(hash("claim code", &bytes)))
}

/// The bytes of a code that proves a mail address: 40 bits, which is 8 signs
/// and the check. It is tried a few times only.
const MAIL_CODE_BYTES: usize = 5;

/// The code in the letter with this number. It follows from the server's
/// secret, so that the letter can be written when it is sent though only the
/// code's hash is stored.
#[must_use]
pub fn mail_code(secret: &Secret, letter: LetterId) -> String {
    let derived = secret.derive("mail code", letter.uuid().as_bytes());
    code::write(derived.first_chunk::<MAIL_CODE_BYTES>().unwrap_or(&[0; MAIL_CODE_BYTES]))
}

/// What is stored of a code that proves a mail address.
///
/// # Errors
/// `InvalidInput` on `code` if it was mistyped.
pub(crate) fn hash_mail_code(typed: &str) -> Result<[u8; 32], Refusal> {
    Ok(hash("mail code", &code::read("code", typed, MAIL_CODE_BYTES)?))
}

/// The token of a link that stops letters of one kind to one user: it works
/// without signing in, and nobody else can make it.
#[must_use]
pub fn stop_token(secret: &Secret, user: UserId, kind: MailKind) -> String {
    let mut bytes = user.uuid().as_bytes().to_vec();
    bytes.extend(kind.number().to_be_bytes());
    let proof = secret.derive("stop mail", &bytes);
    bytes.extend(proof.first_chunk::<16>().unwrap_or(&[0; 16]));
    code::write(&bytes)
}

/// Whose letters of which kind a link stops.
pub(crate) fn read_stop_token(secret: &Secret, token: &str) -> Option<(UserId, MailKind)> {
    let bytes = code::read("token", token, 34).ok()?;
    let user = UserId::new(uuid::Uuid::from_bytes(*bytes.first_chunk::<16>()?));
    let kind = MailKind::from_number(i16::from_be_bytes(bytes.get(16..18)?.try_into().ok()?))?;
    // Hashes of both, so that comparing tells nothing of the token by its time.
    let (made, sent) = (stop_token(secret, user, kind), code::write(&bytes));
    let is_ours =
        kind.can_be_stopped() && hash("stop mail", made.as_bytes()) == hash("stop mail", sent.as_bytes());
    is_ours.then_some((user, kind))
}

/// The bytes of a code by which a program signs in: 128 bits, which is 26
/// signs and the check.
const SIGN_IN_CODE_BYTES: usize = 16;

/// A code by which a program signs in.
pub(crate) fn draw_sign_in_code(world: &World) -> String {
    code::write(&world.random::<SIGN_IN_CODE_BYTES>())
}

/// What is stored of it.
///
/// # Errors
/// `InvalidInput` on `code` if it was mistyped.
pub(crate) fn hash_sign_in_code(typed: &str) -> Result<[u8; 32], Refusal> {
    Ok(hash("sign-in code", &code::read("code", typed, SIGN_IN_CODE_BYTES)?))
}

/// What is stored of a browser that was seen before: it cannot be told from
/// it what the cookie was, nor that two users sit at the same browser.
pub(crate) fn device_mark(secret: &Secret, user: UserId, token: &str) -> [u8; 32] {
    let mut bytes = user.uuid().as_bytes().to_vec();
    bytes.extend(token.as_bytes());
    secret.derive("device", &bytes)
}

/// The bytes of a voucher's code: as many as of a claim code, so that a code
/// of one sort typed for the other is told apart from a slip of the pen.
const VOUCHER_CODE_BYTES: usize = 15;

/// The code of voucher `number` of the batch that a key of the staff makes.
/// Like a claim code it follows from the server's secret.
pub(crate) fn voucher_code(secret: &Secret, series: &str, number: u32) -> String {
    let derived = secret.derive("voucher", format!("{number} {series}").as_bytes());
    code::write(derived.first_chunk::<VOUCHER_CODE_BYTES>().unwrap_or(&[0; VOUCHER_CODE_BYTES]))
}

/// What is stored of a voucher's code.
///
/// # Errors
/// `InvalidInput` on `code` if it was mistyped.
pub(crate) fn hash_voucher_code(typed: &str) -> Result<VoucherHash, Refusal> {
    let bytes = code::read("code", typed, VOUCHER_CODE_BYTES)?;
    Ok(VoucherHash(hash("voucher", &bytes)))
}

/// A code that takes over an account which the staff opened: 120 bits.
pub(crate) fn handover_code(world: &World) -> String {
    code::write(&world.random::<CLAIM_CODE_BYTES>())
}

/// What is stored of a code that takes over an account.
///
/// # Errors
/// `InvalidInput` on `code` if it was mistyped.
pub(crate) fn hash_handover_code(typed: &str) -> Result<[u8; 32], Refusal> {
    Ok(hash("handover", &code::read("code", typed, CLAIM_CODE_BYTES)?))
}

/// A reference that people can read to each other: the gift's last digits.
#[must_use]
pub fn short_reference(gift: GiftId) -> String {
    let text = gift.to_string();
    text.get(text.len().saturating_sub(8)..).unwrap_or_default().to_uppercase()
}

/// Hashing of passphrases, a few at a time: each takes 19 MiB of memory.
#[derive(Clone)]
pub(crate) struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

/// OWASP's least parameters for argon2id: 19 MiB, two passes, one lane
/// (cheatsheetseries.owasp.org, Password Storage).
fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Fault::bug("set up argon2"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl Hashing {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let permit =
            self.0.clone().acquire_owned().await.map_err(|_| Fault::unavailable("hash a passphrase"))?;
        let done = spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| Fault::bug("hash a passphrase"))?
    }

    /// What is stored of a passphrase.
    pub(crate) async fn hash(&self, passphrase: Passphrase, salt: [u8; 16]) -> Result<String, Fault> {
        self.run(move || {
            let hashed = argon2()?.hash_password_with_salt(passphrase.reveal().as_bytes(), &salt);
            hashed.map(|hashed| hashed.to_string()).map_err(|_| Fault::bug("hash a passphrase"))
        })
        .await
    }

    /// Whether a passphrase is the one that was stored. With nothing stored
    /// the same work is done in vain, so that the time tells nothing.
    pub(crate) async fn verify(&self, typed: String, stored: Option<String>) -> Done<bool> {
        let done = self.run(move || {
            let stored = stored.as_deref().unwrap_or(NOBODYS);
            Ok(argon2()?.verify_password(typed.as_bytes(), stored).is_ok())
        });
        Ok(done.await?)
    }
}

/// The hash of a passphrase that nobody has.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                       AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
