//! Paths of the three kinds of hosts.

use super::host::Host;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let chat = matches!(operation, Operation::Chat { .. });
    let foreign = chat && FOREIGN.iter().any(|family| model.to_ascii_lowercase().starts_with(family));
    let path = operation.conventional_path().filter(|_| !foreign);
    let path = path.ok_or_else(|| provider.not_offered(operation, model))?;
    let base = connection.base.as_str();
    Ok(match Host::of(base) {
        Host::Services => {
            let base = base.strip_suffix("/models").unwrap_or(base);
            let version = connection.api_version.as_deref().unwrap_or_default();
            format!("{base}/models{path}?api-version={version}")
        }
        Host::OpenAi => format!("{}/openai/v1{path}", base.strip_suffix("/openai/v1").unwrap_or(base)),
        Host::Other => format!("{}/v1{path}", base.strip_suffix("/v1").unwrap_or(base)),
    })
}

/// Families that do not speak OpenAI's dialect there.
const FOREIGN: &[&str] = &["claude", "cohere-command"];
