//! `/{model}/chatbot`. Before the model's name there may be a language (`fr/…`).

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    // The name may come from a client (wildcard models): it must not lead to another path of the vendor's.
    let astray = model.split('/').any(|segment| matches!(segment, "" | "." | ".."));
    if astray || !matches!(operation, Operation::Chat { .. }) {
        return Err(provider.not_offered(operation, model));
    }
    Ok(format!("{}/{}/chatbot", connection.base, utf8_percent_encode(model, ESCAPED)))
}

/// All but the unreserved characters (RFC 3986, section 2.3) and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
