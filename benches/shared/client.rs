//! A bare HTTP client on one kept connection, so that the client costs next
//! to nothing beside the server.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open from request to request.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer: its status and its body.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1_024) })
    }

    pub async fn get(&mut self, path: &str) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    /// Asks as somebody whose page is made for them alone.
    pub async fn get_own(&mut self, path: &str) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let cookie = "cookie: farthing_theme=dark";
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{cookie}\r\n\r\n")).await
    }

    /// Asks the API, with a session token if there is one.
    pub async fn ask(
        &mut self,
        token: &str,
        query: &str,
    ) -> Result<serde_json::Value, Box<dyn Error + Send + Sync>> {
        let body = serde_json::json!({ "query": query }).to_string();
        let bearer =
            if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{bearer}\
             accept: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self.send(&request).await?;
        let told: serde_json::Value = serde_json::from_slice(&answer.body)?;
        match told.get("errors") {
            Some(errors) => Err(format!("the API answers {}: {errors}", answer.status).into()),
            None => Ok(told["data"].clone()),
        }
    }

    async fn send(&mut self, request: &str) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head_end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let Some(length) = length else {
            while !self.buffer.ends_with(b"0\r\n\r\n") {
                self.read_more().await?;
            }
            return Ok(Answer { status, body: self.buffer[head_end..].to_vec() });
        };
        let length: usize = length.trim().parse()?;
        while self.buffer.len() < head_end + length {
            self.read_more().await?;
        }
        Ok(Answer { status, body: self.buffer[head_end..].to_vec() })
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
