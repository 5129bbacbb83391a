//! Paths of the three kinds of hosts, and of the vendors' own APIs beside them: Cohere's (Cohere docs, "Cohere on Azure"),
//! which Foundry resources have under `/providers/cohere` and serverless endpoints at the root, and Anthropic's under
//! `/anthropic` (Microsoft Learn, "Deploy and use Claude models in Microsoft Foundry").

use super::family::Family;
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
    let base = connection.base.as_str();
    let path = match (Family::of(model), operation) {
        (Family::Claude, Operation::Messages { .. }) => return Ok(claude(base, "/messages")),
        (Family::Claude, Operation::CountTokens) => return Ok(claude(base, "/messages/count_tokens")),
        (Family::Cohere, Operation::Chat { .. }) => {
            return cohere(base).ok_or_else(|| provider.not_offered(operation, model));
        }
        (Family::Claude, Operation::Chat { .. }) => None,
        _ => operation.conventional_path(),
    };
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

/// The base may name Anthropic's API already, or the one of the other models beside it.
fn claude(base: &str, path: &str) -> String {
    if let Some(root) = base.strip_suffix("/v1/messages") {
        return format!("{root}/v1{path}");
    }
    let root = OTHERS.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
    format!("{root}/anthropic/v1{path}")
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

/// What may stand at the end of a base; longer ones first.
const OTHERS: &[&str] = &["/anthropic/v1", "/anthropic", "/openai/v1", "/models", "/v1"];
