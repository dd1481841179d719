//! A bare HTTP client on one kept connection, so that the client costs next
//! to nothing beside the server.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open from request to request.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer: its status, where it leads on to, and its body.
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// What asking comes to.
pub type Asked<T> = Result<T, Box<dyn Error + Send + Sync>>;

impl Client {
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1_024) })
    }

    pub async fn get(&mut self, path: &str) -> Asked<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    /// Asks as somebody whose page is made for them alone.
    pub async fn get_own(&mut self, path: &str) -> Asked<Answer> {
        let cookie = "cookie: farthing_theme=dark";
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{cookie}\r\n\r\n")).await
    }

    /// Sends a body with these further headers, each ended by a line break.
    pub async fn post(&mut self, path: &str, headers: &str, body: &str) -> Asked<Answer> {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n");
        self.send(&format!("{head}{headers}\r\n{body}")).await
    }

    /// Sends a part of an upload to a whole address.
    pub async fn patch(&mut self, url: &str, token: &str, body: &str) -> Asked<Answer> {
        let (path, length) = (path_of(url)?, body.len());
        self.send(&format!(
            "PATCH {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\nupload-offset: 0\r\n\
             content-type: application/offset+octet-stream\r\nauthorization: Bearer {token}\r\n\r\n{body}"
        ))
        .await
    }

    /// Asks the API, with a session token if there is one.
    pub async fn ask(&mut self, token: &str, query: &str) -> Asked<Value> {
        self.ask_about(token, query, &Value::Null).await
    }

    async fn ask_about(&mut self, token: &str, query: &str, input: &Value) -> Asked<Value> {
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let answer = self.post("/graphql", &asking(token, "application/json"), &body).await?;
        let told: Value = serde_json::from_slice(&answer.body)?;
        match told.get("errors") {
            Some(errors) => Err(format!("the API answers {}: {errors}", answer.status).into()),
            None => Ok(told["data"].clone()),
        }
    }

    /// Does what a mutation does; its payload, if it was not refused.
    pub async fn must(&mut self, token: &str, field: &str, input: Value, wanted: &str) -> Asked<Value> {
        let (first, rest) = field.split_at(1);
        let kind = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) {{ {wanted} userErrors {{ message }} }} }}"
        );
        let told = self.ask_about(token, &query, &input).await?[field].clone();
        match told["userErrors"].as_array().is_some_and(Vec::is_empty) {
            true => Ok(told),
            false => Err(format!("{field}: {told}").into()),
        }
    }

    /// Asks for the events of a subscription; they are read with
    /// [`Client::hears`].
    pub async fn listen(&mut self, token: &str, query: &str) -> Asked<()> {
        let body = json!({ "query": query }).to_string();
        let (headers, length) = (asking(token, "text/event-stream"), body.len());
        let head = format!("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n");
        self.stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).await?;
        self.buffer.clear();
        Ok(())
    }

    /// Waits until these words come, and forgets all up to them.
    pub async fn hears(&mut self, words: &str) -> Asked<()> {
        loop {
            if let Some(place) = find(&self.buffer, words.as_bytes()) {
                self.buffer.drain(..place + words.len());
                return Ok(());
            }
            self.read_more().await?;
        }
    }

    async fn send(&mut self, request: &str) -> Asked<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head_end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned);
        let head = head.to_ascii_lowercase();
        let status: u16 = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        // Neither has a body, nor a length of it.
        if status == 204 || status == 303 {
            return Ok(Answer { status, location, body: Vec::new() });
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let Some(length) = length else {
            while !self.buffer.ends_with(b"0\r\n\r\n") {
                self.read_more().await?;
            }
            return Ok(Answer { status, location, body: self.buffer[head_end..].to_vec() });
        };
        let length: usize = length.trim().parse()?;
        while self.buffer.len() < head_end + length {
            self.read_more().await?;
        }
        Ok(Answer { status, location, body: self.buffer[head_end..].to_vec() })
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// The path of a whole address.
///
/// # Errors
/// If it is none.
pub fn path_of(url: &str) -> Asked<&str> {
    let after = url.split_once("://").ok_or("no whole address")?.1;
    Ok(&after[after.find('/').ok_or("an address without a path")?..])
}

fn asking(token: &str, accept: &str) -> String {
    let bearer = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
    format!("content-type: application/json\r\naccept: {accept}\r\n{bearer}")
}
