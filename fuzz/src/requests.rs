//! Requests of clients: read, and written for every upstream. The first byte chooses the client's dialect.

use super::choice::{ALL, chosen, is_json};
use bytes::Bytes;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Kind, Losses};
use tianji_dialects::{DialectError, bridge, dialect};

/// What is read can be written or is refused, in words that a client understands; what was written is JSON, and its own
/// dialect can read it.
pub fn check(input: &[u8]) {
    let Some((client, body)) = chosen(input) else { return };
    let body = Bytes::copy_from_slice(body);
    let request = match dialect(client).decode_request(&body) {
        Ok(request) => request,
        Err(cause) => return in_words(cause),
    };
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "x",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: true,
    };
    // What nobody knows is forwarded as it is, even if the upstream's dialect has another type under that name.
    let known = request.extra.is_empty() && request.openai_only.is_empty() && request.echo.is_empty();
    for upstream in ALL {
        match bridge::request(upstream, &request, &target, &mut Losses::default()) {
            Err(cause) => in_words(cause),
            Ok(encoded) => {
                let body = String::from_utf8_lossy(&encoded.body);
                assert!(is_json(&encoded.body), "{client:?} to {upstream:?}: {body}");
                let again = dialect(upstream).decode_request(&encoded.body);
                assert!(again.is_ok() || !known, "{client:?} to {upstream:?}: {again:?} of {body}");
            }
        }
    }
}

/// An error about a request is the client's, and does not speak of types of Rust's.
pub(crate) fn in_words(cause: DialectError) {
    let error = cause.of_request();
    assert_eq!(error.kind, Kind::BadRequest);
    let message = error.message.as_str();
    assert!(!message.is_empty() && message.len() < 10_000, "{message}");
    let foreign = FOREIGN.iter().find(|word| message.contains(*word));
    assert!(foreign.is_none(), "`{}` in {message}", foreign.copied().unwrap_or_default());
    for client in ALL {
        let shown = dialect(client).encode_error(&error);
        assert!(is_json(&shown), "{client:?}: {}", String::from_utf8_lossy(&shown));
    }
}

/// Words of serde's and of Rust's that mean nothing to who sends JSON.
const FOREIGN: &[&str] = &[
    "RawValue",
    "any variant of",
    "expected enum",
    "expected struct",
    "expected tuple",
    "newtype",
    "serde",
    "unit variant",
    "untagged",
    ": f64",
    ": i64",
    ": u32",
    ": u64",
    ": usize",
    "expected f64",
    "expected i64",
    "expected u32",
    "expected u64",
    "expected usize",
];
