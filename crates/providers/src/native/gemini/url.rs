//! `{base}/models/{model}:{method}`. The key goes in a header, never into the address, where logs would keep it.

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
    let method = method(operation).ok_or_else(|| provider.not_offered(operation, model))?;
    let base = connection.base.as_str();
    // An operator may have left the model on the base.
    if base.contains("/models/") {
        return Ok(format!("{base}{method}"));
    }
    // Tuned models have a collection of their own.
    let named = model.starts_with("models/") || model.starts_with("tunedModels/");
    let collection = if named { "" } else { "models/" };
    Ok(format!("{base}/{collection}{}{method}", model_path(model)))
}

/// What is asked of a model of this family, as it stands behind the model's name.
pub(in crate::native) const fn method(operation: Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::Chat { stream: false } => ":generateContent",
        // Without `alt` the stream would come as one JSON array.
        Operation::Chat { stream: true } => ":streamGenerateContent?alt=sse",
        Operation::CountTokens => ":countTokens",
        _ => return None,
    })
}

/// A model's name as it stands in a path. Slashes separate, and `@` stands before versions.
pub(in crate::native) fn model_path(model: &str) -> String {
    utf8_percent_encode(model, ESCAPED).to_string()
}

/// All but the unreserved characters (RFC 3986, section 2.3), `@` and the slash.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@');
