//! Questions and downloads over HTTP. Encrypted, except to this very computer;
//! a session's token goes to its store and nowhere else, so questions are not
//! redirected, and downloads carry none.

mod address;
mod fetch;

use std::io::{self, Read};
use std::time::Duration;

use ureq::Agent;

use crate::transport::{ANSWER_BYTES_MAX, Answer, Request, Transport};
pub use address::Address;
pub use fetch::{Fetch, Renew};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a question and its answer may take.
const ANSWER: Duration = Duration::from_secs(60);

/// How long nothing may come of a download.
const SILENCE: Duration = Duration::from_secs(30);

/// How often a download may be sent elsewhere.
const REDIRECTS_MAX: u32 = 3;

/// A line to one store.
#[derive(Clone, Debug)]
pub struct Http {
    address: Address,
    questions: Agent,
    downloads: Agent,
}

impl Http {
    /// A line to the store at that address. Proxies are taken from the
    /// environment, except to this computer.
    #[must_use]
    pub fn new(address: Address) -> Self {
        let with = |redirects| {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .https_only(!address.is_loopback())
                .max_redirects(redirects)
                .max_redirects_will_error(true)
                .user_agent(concat!("farthing-get/", env!("CARGO_PKG_VERSION")))
                .timeout_connect(Some(CONNECT));
            if address.is_loopback() { config.proxy(None) } else { config }
        };
        let questions = with(0).timeout_global(Some(ANSWER)).build().new_agent();
        let downloads =
            with(REDIRECTS_MAX).timeout_recv_response(Some(SILENCE)).timeout_per_read(Some(SILENCE));
        Self { questions, downloads: downloads.build().new_agent(), address }
    }

    /// Where the store is.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }
}

impl Transport for Http {
    fn send(&self, request: Request<'_>) -> io::Result<Answer> {
        let mut asked = self
            .questions
            .post(self.address.url(request.path))
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json, application/json;q=0.9");
        if let Some(bearer) = request.bearer {
            asked = asked.header("authorization", format!("Bearer {bearer}"));
        }
        if let Some(proof) = request.proof {
            asked = asked.header("farthing-device", proof.device).header("farthing-proof", proof.word);
        }
        let told = asked.send(request.body).map_err(failed)?;
        let status = told.status().as_u16();
        if (300..400).contains(&status) {
            return Err(io::Error::other("the store sends us elsewhere; give its new address"));
        }
        let nonce = told.headers().get("farthing-nonce").and_then(|nonce| nonce.to_str().ok());
        let (nonce, mut body) = (nonce.map(str::to_owned), Vec::new());
        told.into_body().into_reader().take(ANSWER_BYTES_MAX + 1).read_to_end(&mut body)?;
        match u64::try_from(body.len()).is_ok_and(|length| length <= ANSWER_BYTES_MAX) {
            true => Ok(Answer { status, body, nonce }),
            false => Err(io::Error::other("the answer is longer than any is")),
        }
    }
}

fn failed(error: ureq::Error) -> io::Error {
    error.into_io()
}

#[cfg(test)]
mod tests;
