//! `/v2/models/{model}/generate`, `generate_stream` and `infer`. An entry's address may name the model, or one of its
//! endpoints, itself: then it says which form is spoken, and the model's name is not looked at.

use super::INFER;
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
    let base = connection.base.as_str();
    let verb = match operation {
        // Tensors do not come as a stream: for that, the model is asked by its other endpoint.
        Operation::Chat { stream: true } => "/generate_stream",
        Operation::Chat { stream: false } if base.ends_with(INFER) => INFER,
        Operation::Chat { stream: false } => "/generate",
        Operation::Embeddings if base.ends_with(EMBEDDINGS) => EMBEDDINGS,
        Operation::Embeddings => INFER,
        _ => return Err(provider.not_offered(operation, model)),
    };
    if let Some(place) = VERBS.iter().find_map(|known| base.strip_suffix(*known)) {
        return Ok(format!("{place}{verb}"));
    }
    if base.contains(MODELS) {
        return Ok(format!("{base}{verb}"));
    }
    // The name may come from a client (wildcard models): it must not lead to another path of the server's.
    if matches!(model, "" | "." | "..") {
        return Err(provider.not_offered(operation, model));
    }
    Ok(format!("{base}{MODELS}{}{verb}", utf8_percent_encode(model, ESCAPED)))
}

/// What addresses may end in.
const VERBS: &[&str] = &["/generate_stream", "/generate", INFER, EMBEDDINGS];
/// A path that operators put before a model's `/infer`.
const EMBEDDINGS: &str = "/embeddings";
const MODELS: &str = "/v2/models/";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
