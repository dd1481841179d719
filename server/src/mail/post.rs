//! The way to the mail server: SMTP, encrypted, one connection a letter.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use domain::id::LetterId;
use domain::mail::{MailAddress, Undelivered};
use domain::time::Timestamp;
use frontend::letter::Written;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

use super::NotDelivered;
use crate::config::{MailSettings, Security};

/// How long the mail server may take for one step.
const STEP: Duration = Duration::from_secs(20);

/// How long it may take for a letter.
const LETTER: Duration = Duration::from_secs(60);

/// A mail server that takes our letters.
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

/// Why there is no way to a mail server.
#[derive(Debug)]
pub enum NoPost {
    /// The file of certificates.
    Trust(PathBuf, String),
    /// Whom letters are from, or how to encrypt.
    Settings(String),
}

impl fmt::Display for NoPost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trust(path, error) => write!(out, "could not read mail.trust {}: {error}", path.display()),
            Self::Settings(error) => write!(out, "could not use the settings of [mail]: {error}"),
        }
    }
}

impl std::error::Error for NoPost {}

impl Post {
    /// Prepares the way; nothing is sent yet.
    ///
    /// # Errors
    /// If the certificates cannot be read.
    pub fn open(settings: &MailSettings) -> Result<Self, NoPost> {
        let domain = settings.from.domain().to_owned();
        let bad = |error: &dyn fmt::Display| NoPost::Settings(error.to_string());
        let address: Address = settings.from.address.reveal().parse().map_err(|error| bad(&error))?;
        let tls = match settings.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(encryption(settings)?),
            Security::Tls => Tls::Wrapper(encryption(settings)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(STEP))
            .hello_name(ClientId::Domain(domain.clone()));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Self {
            transport: builder.build(),
            from: Mailbox::new(settings.from.name.clone(), address),
            domain,
        })
    }

    /// Hands a letter over. Its number stays the same however often it is
    /// sent.
    ///
    /// # Errors
    /// If the mail server did not say that it has taken it.
    pub async fn send(
        &self,
        id: LetterId,
        to: &MailAddress,
        written: &Written,
        at: Timestamp,
    ) -> Result<(), NotDelivered> {
        let message = self.message(id, to, written, at)?;
        match timeout(LETTER, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(NotDelivered::for_now("the mail server took too long")),
        }
    }

    fn message(
        &self,
        id: LetterId,
        to: &MailAddress,
        written: &Written,
        at: Timestamp,
    ) -> Result<Message, NotDelivered> {
        // The parser's own words would quote the address.
        let unfit =
            || NotDelivered { why: Undelivered::ForGood, error: "the address cannot be used".to_owned() };
        let to: Address = to.reveal().parse().map_err(|_| unfit())?;
        let since = Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0));
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&written.subject)
            .date(UNIX_EPOCH + since)
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .raw_header(header("Auto-Submitted", "auto-generated"));
        if let Some(stop) = &written.stop {
            // One press in the mail program (RFC 8058).
            builder = builder
                .raw_header(header("List-Unsubscribe", &format!("<{stop}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let parts = MultiPart::alternative()
            .boundary(format!("part-{id}"))
            .singlepart(SinglePart::plain(written.text.clone()))
            .singlepart(SinglePart::html(written.html.clone()));
        builder.multipart(parts).map_err(|_| unfit())
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// How the way to the mail server is encrypted: its name must stand in its
/// certificate, which is signed by who is known everywhere or by the file.
fn encryption(settings: &MailSettings) -> Result<TlsParameters, NoPost> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.trust {
        let unread = |error: &dyn fmt::Display| NoPost::Trust(path.clone(), error.to_string());
        let pem = std::fs::read(path).map_err(|error| unread(&error))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unread(&error))?);
    }
    builder.build().map_err(|error| NoPost::Settings(error.to_string()))
}

/// What a mail server says when there is no such mailbox and never will be
/// (RFC 5321, section 4.2.3). Other fives may be about us, and pass.
const NO_MAILBOX: [u16; 3] = [550, 551, 553];

/// What happened, in our own words: the mail server's often quote the
/// address.
fn told(error: &lettre::transport::smtp::Error) -> NotDelivered {
    if let Some(code) = error.status() {
        let why = match NO_MAILBOX.contains(&u16::from(code)) {
            true => Undelivered::ForGood,
            false => Undelivered::ForNow,
        };
        return NotDelivered { why, error: format!("the mail server answered {code}") };
    }
    NotDelivered::for_now(if error.is_tls() {
        "the mail server and we did not agree on how to encrypt"
    } else if error.is_timeout() {
        "the mail server took too long"
    } else if error.is_client() {
        "the mail server does not offer what the settings ask for"
    } else if error.is_response() {
        "the mail server broke off"
    } else {
        "the mail server could not be reached, or broke off"
    })
}
