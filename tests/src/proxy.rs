//! What stands between a client and a market: it writes down all that is
//! sent, and loses an answer if it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A wire that is listened to.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    market: Option<SocketAddr>,
    is_losing: bool,
    lost: usize,
    sent: Vec<Vec<u8>>,
}

impl Proxy {
    /// A wire to nowhere yet.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let shared = Shared { market: None, is_losing: false, lost: 0, sent: Vec::new() };
        let proxy = Self { address, shared: Arc::new(Mutex::new(shared)) };
        let taking = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(taking.clone().carry(client));
            }
        });
        proxy
    }

    fn shared<T>(&self, work: impl FnOnce(&mut Shared) -> T) -> T {
        work(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Leads to a market from now on.
    pub fn lead_to(&self, market: SocketAddr) {
        self.shared(|shared| shared.market = Some(market));
    }

    /// Where it is reached: an address of HTTP without a last slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Loses all answers from now on, or none.
    pub fn lose_answers(&self, is_losing: bool) {
        self.shared(|shared| shared.is_losing = is_losing);
    }

    /// How many answers were lost: the market had given them.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.shared(|shared| shared.lost)
    }

    /// All that clients sent, connection by connection.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.shared(|shared| {
            shared.sent.iter().map(|sent| String::from_utf8_lossy(sent).into_owned()).collect()
        })
    }

    async fn carry(self, client: TcpStream) {
        let Some(market) = self.shared(|shared| shared.market) else { return };
        let Ok(market) = TcpStream::connect(market).await else { return };
        let number = self.shared(|shared| {
            shared.sent.push(Vec::new());
            shared.sent.len() - 1
        });
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_market, mut to_market) = market.into_split();
        let asking = async {
            let mut bytes = vec![0; 16 << 10];
            while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
                let part = &bytes[..length];
                self.shared(|shared| shared.sent[number].extend_from_slice(part));
                if to_market.write_all(part).await.is_err() {
                    break;
                }
            }
            let _ = to_market.shutdown().await;
        };
        let answering = async {
            let mut bytes = vec![0; 16 << 10];
            while let Ok(length @ 1..) = from_market.read(&mut bytes).await {
                if self.shared(|shared| shared.is_losing) {
                    self.shared(|shared| shared.lost += 1);
                    return;
                }
                if to_client.write_all(&bytes[..length]).await.is_err() {
                    return;
                }
            }
        };
        // Whoever ends first ends both: the client sees a connection that broke.
        tokio::select! { () = asking => {}, () = answering => {} }
    }
}
