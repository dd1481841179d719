//! Forms as Stripe wants them: nested names in brackets, percent-encoded.

use std::fmt::Display;
use std::fmt::Write as _;

/// Fields in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Adds a field whose name is a way through the tree:
    /// `["line_items", "0", "quantity"]` is sent as `line_items[0][quantity]`.
    pub(super) fn with(mut self, way: &[&str], value: impl Display) -> Self {
        let mut name = String::new();
        for (depth, part) in way.iter().enumerate() {
            match depth {
                0 => name.push_str(part),
                // Writing to a string cannot fail.
                _ => _ = write!(name, "[{part}]"),
            }
        }
        self.0.push((name, value.to_string()));
        self
    }

    /// The fields, encoded for a body or a query.
    pub(super) fn encode(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Percent-encoded but for what RFC 3986 leaves alone.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_nested_and_values_cannot_leave_their_place() {
        let form = Form::default()
            .with(&["mode"], "payment")
            .with(&["line_items", "0", "price_data", "unit_amount"], 1_250)
            .with(&["metadata", "note"], "a&b=c [d] é");
        let expected = "mode=payment&line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=1250\
            &metadata%5Bnote%5D=a%26b%3Dc%20%5Bd%5D%20%C3%A9";
        assert_eq!(form.encode(), expected);
        assert_eq!(Form::default().encode(), "");
    }
}
