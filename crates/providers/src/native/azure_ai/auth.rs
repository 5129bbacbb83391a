//! `api-key` on Microsoft's own hosts, a bearer key elsewhere. Claude takes `x-api-key` on any host, or a token of Entra
//! ID, and Anthropic's version (Microsoft Learn, "Deploy and use Claude models in Microsoft Foundry").

use super::host::Host;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::native::anthropic;
use crate::outgoing::{compat_authorise, credential};
use crate::provider::Provider;
use http::{HeaderMap, HeaderName};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    let of_claude = matches!(operation, Operation::Messages { .. } | Operation::CountTokens);
    if of_claude {
        anthropic::default_version(headers);
    }
    let name = match Host::of(&connection.base) {
        _ if of_claude => "x-api-key",
        Host::Services | Host::OpenAi => "api-key",
        Host::Other if matches!(operation, Operation::Images | Operation::ImageEdits) => "api-key",
        Host::Other => return compat_authorise(provider, connection, operation, headers),
    };
    match &connection.key {
        Some(key) => credential(provider, headers, HeaderName::from_static(name), key.expose()),
        None => compat_authorise(provider, connection, operation, headers),
    }
}
