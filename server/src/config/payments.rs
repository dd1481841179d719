//! `[payments]`

use super::problem::BadConfig;
use super::reader::Reader;
use super::sections::{PublicUrl, Secret};
use crate::payments::stripe::StripeKeys;

/// `[payments]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSettings {
    /// Whether the sandbox takes card payments: no money moves.
    pub is_sandbox: bool,
    /// Stripe, if it takes them.
    pub stripe: Option<StripeKeys>,
}

impl PaymentSettings {
    /// Reads the section. Left alone, the sandbox is on where the market is
    /// tried out, and off where the world reaches it over TLS.
    pub(super) fn read(reader: &mut Reader<'_>, url: &PublicUrl) -> Result<Self, BadConfig> {
        let stripe = stripe(reader, url)?;
        let sandbox = |text: &str| match text {
            "auto" => Ok(!url.is_https() && stripe.is_none()),
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err("\"auto\", \"on\" or \"off\""),
        };
        let is_sandbox = reader.text("payments.sandbox", sandbox)?;
        if is_sandbox && stripe.is_some() {
            reader.reject("payments.sandbox", "is \"on\"", "\"off\" or \"auto\" beside Stripe");
        }
        Ok(Self { is_sandbox, stripe })
    }
}

/// Stripe's keys: all of them, or none.
fn stripe(reader: &mut Reader<'_>, url: &PublicUrl) -> Result<Option<StripeKeys>, BadConfig> {
    let secret = |starts: &'static [&'static str], allowed: &'static str| {
        move |text: &str| match text {
            "" => Ok(None),
            _ if starts.iter().any(|start| text.starts_with(start))
                && text.bytes().all(|it| it.is_ascii_graphic()) =>
            {
                Ok(Some(Secret::from(text.to_owned())))
            }
            _ => Err(allowed),
        }
    };
    let key = secret(&["sk_", "rk_"], "a secret key of Stripe's, which begins with sk_ or rk_");
    let key = reader.text("payments.stripe_secret_key", key)?;
    let webhook =
        secret(&["whsec_"], "the signing secret of an endpoint at Stripe, which begins with whsec_");
    let webhook = reader.text("payments.stripe_webhook_secret", webhook)?;
    let api = reader.text("payments.stripe_api", |text| {
        let is_here = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
        let is_safe = text.starts_with("https://") || is_here.iter().any(|start| text.starts_with(start));
        let api = text.strip_suffix('/').unwrap_or(text);
        if is_safe { Ok(api.to_owned()) } else { Err("https:// and a host; http:// only on this machine") }
    })?;
    Ok(match (key, webhook) {
        (Some(secret_key), Some(webhook_secret)) => {
            Some(StripeKeys { secret_key, webhook_secret, api, origin: url.as_str().to_owned() })
        }
        (None, None) => None,
        (Some(_), None) => {
            reader.reject(
                "payments.stripe_webhook_secret",
                "is empty",
                "messages have to be told from forged ones",
            );
            None
        }
        (None, Some(_)) => {
            reader.reject(
                "payments.stripe_secret_key",
                "is empty",
                "it goes with payments.stripe_webhook_secret",
            );
            None
        }
    })
}
