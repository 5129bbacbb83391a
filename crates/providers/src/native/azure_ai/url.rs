//! Paths of the three kinds of hosts, and of Cohere's own API beside them (Cohere docs, "Cohere on Azure"): Foundry
//! resources have it under `/providers/cohere`, serverless endpoints at the root.

use super::family;
use super::host::Host;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::kinds::hosts;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let chat = matches!(operation, Operation::Chat { .. });
    let base = connection.base.as_str();
    if chat && family::is_cohere(model) {
        return cohere(base).ok_or_else(|| provider.not_offered(operation, model));
    }
    let path = operation.conventional_path().filter(|_| !(chat && family::is_claude(model)));
    let path = path.ok_or_else(|| provider.not_offered(operation, model))?;
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

fn cohere(base: &str) -> Option<String> {
    let root = hosts::cohere::root(base);
    let root = root.strip_suffix("/models").unwrap_or(root);
    match Host::of(base) {
        Host::Services if !root.contains("/providers/") => Some(format!("{root}/providers/cohere/v2/chat")),
        Host::Services | Host::Other => Some(format!("{root}/v2/chat")),
        Host::OpenAi => None,
    }
}
