//! What carries questions to the store and brings its answers. The crate has
//! none but over HTTP ([`crate::http`], if built with it); a program may bring
//! its own.

use std::io;

/// The most bytes of an answer.
pub const ANSWER_BYTES_MAX: u64 = 32 << 20;

/// A question: JSON, sent by `POST`.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Where, beginning with `/`.
    pub path: &'a str,
    /// The whole of it.
    pub body: &'a [u8],
    /// The session that asks; never written down by a transport.
    pub bearer: Option<&'a str>,
    /// A device's word for it.
    pub proof: Option<Proof<'a>>,
}

/// A device's word for a question.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// Its public key, for the header `Farthing-Device`.
    pub device: &'a str,
    /// The signed word, for the header `Farthing-Proof`.
    pub word: &'a str,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// The whole of it.
    pub body: Vec<u8>,
    /// What the next proof has to repeat: the header `Farthing-Nonce`.
    pub nonce: Option<String>,
}

/// Whatever carries questions. It waits for a limited time, and does not ask
/// again by itself.
pub trait Transport: Send {
    /// Asks one store, the one that it was made for.
    ///
    /// # Errors
    /// If no answer came; whether the question arrived is then not known.
    fn send(&self, request: Request<'_>) -> io::Result<Answer>;
}

impl<T: Transport + Sync> Transport for std::sync::Arc<T> {
    fn send(&self, request: Request<'_>) -> io::Result<Answer> {
        T::send(self, request)
    }
}
