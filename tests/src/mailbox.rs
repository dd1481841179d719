//! A mail server in the test's own process: it takes letters and shows them,
//! or has one of the moods that real ones have.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::letter::Letter;

/// How long a letter may be under way before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How the mail server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes every letter.
    Takes,
    /// Is busy: 451 after the recipient.
    IsBusy,
    /// Takes the whole letter and breaks off without a word.
    BreaksOff,
    /// Offers to encrypt, and then will not: 454.
    RefusesTls,
    /// Does not even offer to encrypt.
    OffersNoTls,
    /// Knows nobody: 550 after the recipient.
    KnowsNobody,
}

struct Inner {
    mood: Mutex<Mood>,
    letters: Mutex<Vec<Letter>>,
    came: Notify,
    tls: TlsAcceptor,
}

/// A mail server of one test, on loopback.
pub struct Mailbox {
    inner: Arc<Inner>,
    address: SocketAddr,
    certificate: String,
    task: tokio::task::JoinHandle<()>,
}

impl Mailbox {
    /// A mail server that takes letters.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn open() -> Self {
        let (tls, certificate) = certified();
        let inner = Arc::new(Inner {
            mood: Mutex::new(Mood::Takes),
            letters: Mutex::default(),
            came: Notify::new(),
            tls,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("a listener has an address");
        let serving = Arc::clone(&inner);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever talks to it may break off; the letters tell.
                tokio::spawn(serve(Arc::clone(&serving), stream));
            }
        });
        Self { inner, address, certificate, task }
    }

    /// Its port on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Behaves like this from now on.
    pub fn turns(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Writes its own certificate into a folder, for those who are to trust
    /// it under the name `localhost`.
    ///
    /// # Panics
    /// If the folder cannot be written.
    #[must_use]
    pub fn certificate(&self, folder: &Path) -> PathBuf {
        let path = folder.join("mailbox.pem");
        std::fs::write(&path, &self.certificate).expect("the test's folder can be written");
        path
    }

    /// All letters so far, also those after which it broke off.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.inner.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until this is true of the letters.
    ///
    /// # Panics
    /// If that takes too long; `what` is waited for.
    pub async fn waits_until(&self, what: &str, mut is_so: impl FnMut(&[Letter]) -> bool) {
        let wait = async {
            loop {
                let came = self.inner.came.notified();
                if is_so(&self.letters()) {
                    return;
                }
                came.await;
            }
        };
        timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what}: waited in vain"));
    }

    /// Waits for the letter whose subject holds this.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn letter(&self, subject: &str) -> Letter {
        let found = async {
            loop {
                let came = self.inner.came.notified();
                if let Some(letter) = self.letters().into_iter().find(|it| it.subject().contains(subject)) {
                    return letter;
                }
                came.await;
            }
        };
        match timeout(PATIENCE, found).await {
            Ok(letter) => letter,
            Err(_) => {
                let came: Vec<String> = self.letters().iter().map(|letter| letter.subject()).collect();
                panic!("no letter about {subject:?} came, only {came:?}");
            }
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate for `localhost` that it made itself, as PEM.
fn certified() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate is made");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks the usual versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("its own key fits");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

/// Whether the talk goes on, and how.
enum Talk {
    Ended,
    Encrypt,
}

async fn serve(inner: Arc<Inner>, stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 mailbox.test").await?;
    match talk(&inner, &mut stream, false).await? {
        Talk::Ended => Ok(()),
        Talk::Encrypt => {
            let encrypted = inner.tls.accept(stream.into_inner()).await?;
            talk(&inner, &mut BufReader::new(encrypted), true).await.map(drop)
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), line: &str) -> io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// One talk: commands of RFC 5321, as far as they are needed.
async fn talk<S>(inner: &Inner, stream: &mut BufReader<S>, is_encrypted: bool) -> io::Result<Talk>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut recipient = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(Talk::Ended);
        }
        let mood = *inner.mood.lock().unwrap_or_else(PoisonError::into_inner);
        let command = line.trim_end().to_ascii_uppercase();
        let answer = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if is_encrypted || mood == Mood::OffersNoTls => "250 mailbox.test",
            "EHLO" => "250-mailbox.test\r\n250 STARTTLS",
            "STARTTLS" if mood == Mood::RefusesTls => "454 not now",
            "STARTTLS" => {
                say(stream, "220 go on").await?;
                return Ok(Talk::Encrypt);
            }
            "MAIL" | "NOOP" | "RSET" => "250 well",
            "RCPT" if mood == Mood::IsBusy => "451 too busy for wren@post.example, try again",
            "RCPT" if mood == Mood::KnowsNobody => "550 nobody here is called wren@post.example",
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 well"
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                let letter = Letter::read(&recipient, is_encrypted, &data(stream).await?);
                inner.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
                inner.came.notify_waiters();
                if mood == Mood::BreaksOff {
                    return Ok(Talk::Ended);
                }
                "250 taken"
            }
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Ok(Talk::Ended);
            }
            _ => "502 what?",
        };
        say(stream, answer).await?;
    }
}

/// The lines up to the one with a single dot.
async fn data(stream: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<String> {
    let mut all = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(all);
        }
        // A dot that begins a line was doubled on the way.
        all.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
