//! Paths of the three kinds of hosts, and of the vendors' own APIs beside them: Cohere's (Cohere docs, "Cohere on Azure"),
//! which Foundry resources have under `/providers/cohere` and serverless endpoints at the root, and Anthropic's under
//! `/anthropic` (Microsoft Learn, "Deploy and use Claude models in Microsoft Foundry").

use super::family::Family;
use super::host::Host;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::kinds::hosts;
use crate::native::azure::encoded;
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
        (Family::Claude, Operation::Chat { .. }) | (_, Operation::CountTokens) => None,
        (_, Operation::Images | Operation::ImageEdits) => {
            let path = operation.conventional_path().unwrap_or_default();
            return Ok(pictures(base, model, path, connection.api_version.as_deref()));
        }
        (_, Operation::Ocr) if !base.contains(SERVERLESS) => return Ok(format!("{}{OCR}", root(base))),
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

/// Models that draw have a deployment of their own (Microsoft Learn, "Use FLUX models in Microsoft Foundry").
fn pictures(base: &str, model: &str, path: &str, version: Option<&str>) -> String {
    let version = version.filter(|version| *version != DEFAULT_VERSION).unwrap_or(PICTURES_VERSION);
    let (root, model, version) = (root(base), encoded(model), encoded(version));
    format!("{root}/openai/deployments/{model}{path}?api-version={version}")
}

/// The resource, whichever of its APIs the base names.
fn root(base: &str) -> &str {
    OTHERS.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base)
}

/// The base may name Anthropic's API already, or the one of the other models beside it.
fn claude(base: &str, path: &str) -> String {
    if let Some(root) = base.strip_suffix("/v1/messages") {
        return format!("{root}/v1{path}");
    }
    format!("{}/anthropic/v1{path}", root(base))
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

/// Where Foundry resources have Mistral's OCR (Microsoft Learn, "Mistral Document AI").
const OCR: &str = "/providers/mistral/azure/ocr";
/// Hosts of serverless endpoints, which have it under the vendor's own path.
const SERVERLESS: &str = ".models.ai.azure.com";
/// The version that the row assumes for models of words.
const DEFAULT_VERSION: &str = "2024-05-01-preview";
/// The version that models have which draw.
const PICTURES_VERSION: &str = "2025-04-01-preview";
/// What may stand at the end of a base; longer ones first.
const OTHERS: &[&str] = &["/anthropic/v1", "/anthropic", "/openai/v1", "/models", "/v1"];
