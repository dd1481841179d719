//! A link to one store: GraphQL over whatever carries it, and who asks.

mod answer;

use std::cell::RefCell;
use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::device::{Device, ProofClaims};
use crate::disk;
use crate::stop::Stop;
use crate::time::Moment;
use crate::transport::{Proof, Request, Transport};

/// Where all questions go.
const PATH: &str = "/graphql";

/// The code of an answer to a proof with a nonce that is too old.
const STALE: &str = "STALE_NONCE";

/// What a mutation answers when something is not done; asked for with each.
const USER_ERRORS: &str = "userErrors { __typename code message ... on Denied { verdict } \
    ... on PriceChanged { now } ... on InsufficientTokens { shortfall } }";

/// Who asks.
#[derive(Clone, Copy, Default)]
pub struct Who<'a> {
    /// A session's token.
    pub bearer: Option<&'a str>,
    /// A device that vouches for the question, for a store of that name, and
    /// the time by its clock.
    pub device: Option<(&'a Device, &'a str, Moment)>,
}

impl<'a> Who<'a> {
    /// Anybody.
    pub const NOBODY: Self = Self { bearer: None, device: None };

    /// Whoever has that session.
    #[must_use]
    pub const fn session(token: &'a str) -> Self {
        Self { bearer: Some(token), device: None }
    }
}

/// A link to one store.
pub struct Link {
    transport: Box<dyn Transport>,
    /// What the store asked to be repeated in proofs.
    nonce: RefCell<Option<String>>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Link").finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Question<'a, V> {
    query: &'a str,
    variables: &'a V,
}

#[derive(Serialize)]
struct Input<'a, I> {
    input: &'a I,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nonce {
    device_nonce: String,
}

impl Link {
    /// A link over that transport.
    #[must_use]
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, nonce: RefCell::new(None) }
    }

    /// Asks a query.
    ///
    /// # Errors
    /// [`Stop::Store`] for a no, [`Stop::Lost`] if no answer came that is one.
    pub fn ask<T: DeserializeOwned>(
        &self,
        query: &str,
        variables: &impl Serialize,
        who: Who<'_>,
    ) -> Result<T, Stop> {
        answer::queried(self.send(query, variables, who)?)
    }

    /// Has a mutation done: `fields` are those of its payload that are wanted.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub fn change<T: DeserializeOwned>(
        &self,
        mutation: &str,
        fields: &str,
        input: &impl Serialize,
        who: Who<'_>,
    ) -> Result<T, Stop> {
        // Inputs are named after their mutations.
        let (first, rest) = mutation.split_at_checked(1).unwrap_or_default();
        let query = format!(
            "mutation($input: {}{rest}Input!) {{ done: {mutation}(input: $input) {{ {fields} {USER_ERRORS} }} }}",
            first.to_uppercase()
        );
        let input = Input { input };
        answer::changed(self.send(&query, &input, who)?)
    }

    /// What the store asked to be repeated in proofs, if it came along with
    /// something else.
    pub fn note_nonce(&self, nonce: String) {
        *self.nonce.borrow_mut() = Some(nonce);
    }

    fn nonce(&self) -> Result<String, Stop> {
        if let Some(nonce) = self.nonce.borrow().clone() {
            return Ok(nonce);
        }
        let told: Nonce = self.ask("{ deviceNonce }", &(), Who::NOBODY)?;
        self.note_nonce(told.device_nonce.clone());
        Ok(told.device_nonce)
    }

    fn send(&self, query: &str, variables: &impl Serialize, who: Who<'_>) -> Result<answer::Told, Stop> {
        let body = serde_json::to_vec(&Question { query, variables }).map_err(io::Error::from)?;
        let told = self.send_once(&body, who)?;
        match told.code() {
            Some(STALE) if who.device.is_some() => {
                *self.nonce.borrow_mut() = None;
                self.send_once(&body, who)
            }
            Some(_) | None => Ok(told),
        }
    }

    fn send_once(&self, body: &[u8], who: Who<'_>) -> Result<answer::Told, Stop> {
        let Some((device, store, now)) = who.device else {
            let request = Request { path: PATH, body, bearer: who.bearer, proof: None };
            return answer::Told::read(&self.transport.send(request).map_err(Stop::Lost)?);
        };
        let (key, word) = (device.public().text(), self.prove(device, store, body, now)?);
        let proof = Some(Proof { device: &key, word: &word });
        let request = Request { path: PATH, body, bearer: who.bearer, proof };
        let answer = self.transport.send(request).map_err(Stop::Lost)?;
        if let Some(nonce) = &answer.nonce {
            self.note_nonce(nonce.clone());
        }
        answer::Told::read(&answer)
    }

    fn prove(&self, device: &Device, store: &str, body: &[u8], now: Moment) -> Result<String, Stop> {
        let says = ProofClaims {
            v: 1,
            typ: "proof".to_owned(),
            method: "POST".to_owned(),
            path: PATH.to_owned(),
            body: disk::sha256(body),
            nonce: self.nonce()?,
            iat: now,
        };
        Ok(device.prove(store, &says)?)
    }
}

#[cfg(test)]
mod tests;
