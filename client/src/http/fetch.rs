//! Downloads over HTTP: `Range` and `If-Range`, and no token.

use std::io;

use ureq::http::{HeaderMap, header};

use super::{Http, failed};
use crate::install::download::{Coming, From, Part, Source};

/// Asks the store for a new address when the one before no longer holds.
pub type Renew<'a> = Box<dyn FnMut() -> io::Result<String> + 'a>;

/// One file of a store, or of where the store points to.
pub struct Fetch<'a> {
    http: &'a Http,
    url: Option<String>,
    renew: Renew<'a>,
}

impl std::fmt::Debug for Fetch<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Fetch").field("url", &self.url).finish_non_exhaustive()
    }
}

impl<'a> Fetch<'a> {
    /// A file whose address is asked for with `renew`: first, and whenever the
    /// one before is over.
    #[must_use]
    pub fn new(http: &'a Http, renew: Renew<'a>) -> Self {
        Self { http, url: None, renew }
    }

    fn url(&mut self) -> io::Result<String> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let told = (self.renew)()?;
        let url = self.http.address.join(&told).ok_or_else(|| io::Error::other("the store points astray"))?;
        Ok(self.url.insert(url).clone())
    }
}

impl Source for Fetch<'_> {
    fn fetch(&mut self, from: From<'_>) -> io::Result<Coming> {
        let url = self.url()?;
        let mut asked = self.http.downloads.get(&url).header("accept-encoding", "identity");
        if let (true, Some(mark)) = (from.start > 0, from.mark) {
            asked = asked.header("range", format!("bytes={}-", from.start)).header("if-range", mark);
        }
        let told = asked.call().map_err(failed)?;
        let part = match told.status().as_u16() {
            200 => Part::Whole,
            206 => {
                part_of(told.headers()).ok_or_else(|| io::Error::other("a part comes without its place"))?
            }
            416 => Part::Nothing,
            status => {
                // The address may be over; the next try asks for another.
                self.url = None;
                return Err(io::Error::other(format!("the download was answered with status {status}")));
            }
        };
        let mark = text_of(told.headers(), header::ETAG).filter(|mark| !mark.starts_with("W/"));
        Ok(Coming { part, mark, body: Box::new(told.into_body().into_reader()) })
    }
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// `Content-Range: bytes START-END/SIZE`.
fn part_of(headers: &HeaderMap) -> Option<Part> {
    let text = text_of(headers, header::CONTENT_RANGE)?;
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end, size): (u64, u64, u64) = (start.parse().ok()?, end.parse().ok()?, size.parse().ok()?);
    (start <= end && end < size).then_some(Part::From { start, size })
}
