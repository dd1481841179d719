//! A program that listens: `graphql-transport-ws` over a real WebSocket, and
//! server-sent events.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::api::Api;
use crate::program::Program;

/// Far longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One end of a WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What the server sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// It closed the connection with this code.
    Closed(u16),
}

impl Socket {
    /// Connects with these headers; the HTTP status where that is refused.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn try_open(program: &Program, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let url = program.url("/graphql").replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("the address is one");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header can be sent");
            request.headers_mut().append(HeaderName::from_static(name), value);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the server takes no WebSocket: {error}"),
        }
    }

    /// Connects, speaking the protocol.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn open(program: &Program) -> Self {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        Self::try_open(program, &protocol).await.unwrap_or_else(|status| panic!("refused: {status}"))
    }

    /// Connects and signs in with a token.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn signed_in(program: &Program, token: &str) -> Self {
        let mut socket = Self::open(program).await;
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        socket.says(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hears().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket
    }

    /// Sends a message.
    ///
    /// # Panics
    /// If the connection is gone.
    pub async fn says(&mut self, message: &Value) {
        self.sends(Message::text(message.to_string())).await;
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// If the connection is gone.
    pub async fn sends(&mut self, frame: Message) {
        self.0.send(frame).await.expect("the connection takes a frame");
    }

    /// Asks for an operation under an id.
    ///
    /// # Panics
    /// If the connection is gone.
    pub async fn subscribes(&mut self, id: &str, query: &str) {
        self.says(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// The next that the server says.
    ///
    /// # Panics
    /// If it says nothing.
    pub async fn hears(&mut self) -> Heard {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message = serde_json::from_str(text.as_str()).expect("the server speaks JSON");
                        return Heard::Message(message);
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Heard::Closed(1006),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the server says something")
    }

    /// The payload of the next message of this kind for this operation.
    ///
    /// # Panics
    /// If it is another.
    pub async fn gets(&mut self, kind: &str, id: &str) -> Value {
        match self.hears().await {
            Heard::Message(message) if message["type"] == kind && message["id"] == id => {
                message["payload"].clone()
            }
            other => panic!("{kind} for {id} was awaited: {other:?}"),
        }
    }
}

/// A stream of server-sent events.
pub struct Events {
    answer: reqwest::Response,
    unread: String,
}

impl Events {
    /// Asks for an operation's events.
    ///
    /// # Panics
    /// If it is not answered by events.
    pub async fn of(api: &Api, query: &str) -> Self {
        let request = api.request().header("accept", "text/event-stream").json(&json!({ "query": query }));
        let answer = request.send().await.expect("the API answers");
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap_or_default());
        assert_eq!(kind, Some("text/event-stream"), "{query}");
        Self { answer, unread: String::new() }
    }

    /// All that comes up to and with these words.
    ///
    /// # Panics
    /// If they do not come.
    pub async fn reads_to(&mut self, end: &str) -> String {
        let read = async {
            loop {
                if let Some(at) = self.unread.find(end) {
                    let rest = self.unread.split_off(at + end.len());
                    return std::mem::replace(&mut self.unread, rest);
                }
                let chunk = self.answer.chunk().await.expect("the events go on");
                let chunk = chunk.unwrap_or_else(|| panic!("the events ended: {}", self.unread));
                self.unread.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("an event comes")
    }
}
