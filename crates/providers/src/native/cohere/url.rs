//! The endpoints (Cohere, "Chat", "Embed" and "Rerank" of API version 2).

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let path = match operation {
        Operation::Chat { .. } => "/v2/chat",
        Operation::Embeddings => "/v2/embed",
        Operation::Rerank => "/v2/rerank",
        _ => return Err(provider.not_offered(operation, model)),
    };
    Ok(format!("{}{path}", connection.base))
}
