//! Whole replies of upstreams: read, written for every client, passed on, and read as errors. The first byte chooses the
//! upstream's dialect.

use super::choice::{ALL, chosen, is_json, view};
use bytes::Bytes;
use serde::de::IgnoredAny;
use tianji_core::Error;
use tianji_dialects::{DialectError, Observed, bridge, dialect};

/// What is read can be written for every client, as JSON that the client's dialect can read; an error stays an error.
pub fn check(input: &[u8]) {
    let Some((upstream, body)) = chosen(input) else { return };
    let body = Bytes::copy_from_slice(body);
    let empty = dialect(upstream).decode_response(&body).is_ok_and(|reply| reply.choices.is_empty());
    for client in ALL {
        let mut seen = Observed::default();
        let fixups = Default::default();
        match bridge::translated_response(upstream, client, &body, &view(), &fixups, &mut seen) {
            Err(cause) => drop(cause.of_reply()),
            Ok(shown) => {
                let text = String::from_utf8_lossy(&shown);
                assert!(is_json(&shown), "{upstream:?} to {client:?}: {text}");
                // A reply of nothing, or one that failed, is said so by some dialects.
                let again = dialect(client).decode_response(&shown);
                let failed = matches!(again, Err(DialectError::Failed(_)));
                assert!(again.is_ok() || failed || empty, "{upstream:?} to {client:?}: {again:?} of {text}");
            }
        }
    }
    if let Ok(shown) = dialect(upstream).relay_response(&body, &view(), &mut Observed::default()) {
        // Texts that nobody reads pass as they came.
        let whole = serde_json::from_slice::<IgnoredAny>(&shown).is_ok();
        assert!(whole, "{upstream:?}: {}", String::from_utf8_lossy(&shown));
    }
    for status in [400, 404, 429, 500, 999] {
        let read = dialect(upstream).decode_error(status, &body);
        assert!(read.status.as_u16() >= 400, "{status}: {read:?}");
        let error = Error::provider(read.kind, read.message).with_status(read.status);
        for client in ALL {
            let shown = dialect(client).encode_error(&error);
            assert!(is_json(&shown), "{upstream:?} to {client:?}: {}", String::from_utf8_lossy(&shown));
        }
    }
}
