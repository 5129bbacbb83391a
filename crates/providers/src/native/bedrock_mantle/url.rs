//! `https://bedrock-mantle.{region}.api.aws`, and the interface's path below it.

use super::family::Family;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let family = Family::of(model);
    let path = match operation {
        Operation::Messages { .. } if family == Family::Claude => Some("/messages"),
        Operation::Chat { .. } | Operation::Responses { .. } if family != Family::Claude => {
            operation.conventional_path()
        }
        _ => None,
    };
    let path = path.ok_or_else(|| provider.not_offered(operation, model))?;
    let base = if connection.base.is_empty() {
        let region = region(connection);
        // It becomes part of the host that the credential is sent to.
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(ConnectionError::InvalidBase {
                provider: provider.name.clone(),
                reason: "cannot be made from a region that is not one",
            });
        }
        format!("https://bedrock-mantle.{region}.api.aws")
    } else {
        connection.base.clone()
    };
    Ok(format!("{base}{}{path}", family.root()))
}

/// The region of the entry or of the environment.
pub(super) fn region(connection: &Connection) -> &str {
    connection.region.as_deref().filter(|region| !region.is_empty()).unwrap_or(DEFAULT_REGION)
}

const DEFAULT_REGION: &str = "us-east-1";
