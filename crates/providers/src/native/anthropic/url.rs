//! Messages, and counting their tokens (Anthropic, "Create a Message" and "Count tokens in a Message").

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
        Operation::Chat { .. } => "/v1/messages",
        Operation::CountTokens => "/v1/messages/count_tokens",
        _ => return Err(provider.not_offered(operation, model)),
    };
    Ok(format!("{}{path}", connection.base))
}
