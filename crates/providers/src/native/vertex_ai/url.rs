//! `{host}/{version}/projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:{method}`, the common
//! endpoint `…/endpoints/openapi/chat/completions`, or the operator's own `…/endpoints/{number}` (Google Cloud,
//! "Vertex AI locations" and "Deployments and endpoints").

use super::family::Family;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::native::gemini::{method, model_path};
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let family = Family::of(model);
    let method = method_of(family, operation).ok_or_else(|| provider.not_offered(operation, model))?;
    let base = connection.base.as_str();
    // An operator may have left the model or the endpoint on the base.
    let counts = operation == Operation::CountTokens && family == Family::Claude;
    if let Some((place, _)) = base.split_once("/models/").filter(|_| counts) {
        return Ok(format!("{place}/models/{COUNTER}{method}"));
    }
    if base.contains("/models/") || base.contains("/endpoints/") {
        return Ok(format!("{base}{method}"));
    }
    let location = connection.region.as_deref().unwrap_or_else(|| default_location(model));
    // It becomes part of the host: nothing in it may end the host's name.
    if location.is_empty() || !location.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let reason = "follows from a location, and the one that is set is no name of a location";
        return Err(ConnectionError::InvalidBase { provider: provider.name.clone(), reason });
    }
    let place = if base.contains("/projects/") {
        base.to_owned()
    } else {
        let project = connection.project.as_deref().ok_or_else(|| ConnectionError::MissingProject {
            provider: provider.name.clone(),
            variables: provider.project_env.join(" or "),
        })?;
        let host = if base.is_empty() { host(location) } else { base.to_owned() };
        let version = connection.api_version.as_deref().unwrap_or(VERSION);
        let project = model_path(project);
        format!("{host}/{version}/projects/{project}/locations/{location}")
    };
    let name = if counts { COUNTER.into() } else { model_path(model.rsplit('/').next().unwrap_or(model)) };
    Ok(match family {
        Family::Google => format!("{place}/publishers/google/models/{name}{method}"),
        Family::Claude => format!("{place}/publishers/anthropic/models/{name}{method}"),
        Family::Publisher(publisher) => format!("{place}/publishers/{publisher}/models/{name}{method}"),
        Family::Open => format!("{place}/endpoints/openapi{method}"),
        Family::TunedGemini | Family::Deployed => format!("{place}/endpoints/{name}{method}"),
    })
}

/// What stands behind the model or the endpoint.
const fn method_of(family: Family, operation: Operation) -> Option<&'static str> {
    match (family, operation) {
        (Family::Google | Family::TunedGemini, _) => method(operation),
        (Family::Claude | Family::Publisher(_), Operation::Chat { stream: false })
        | (Family::Claude, Operation::CountTokens) => Some(":rawPredict"),
        (Family::Claude | Family::Publisher(_), Operation::Chat { stream: true }) => Some(":streamRawPredict"),
        (Family::Open | Family::Deployed, Operation::Chat { .. }) => Some("/chat/completions"),
        _ => None,
    }
}

/// The host of a location: the global one, one of the multi-regions, or a region's own.
fn host(location: &str) -> String {
    match location {
        "global" => "https://aiplatform.googleapis.com".to_owned(),
        "us" | "eu" => format!("https://aiplatform.{location}.rep.googleapis.com"),
        region => format!("https://{region}-aiplatform.googleapis.com"),
    }
}

/// Where no location is set: the reference proxy's default, but for models that are served globally only.
fn default_location(model: &str) -> &'static str {
    let name = model.rsplit('/').next().unwrap_or(model);
    if name.starts_with("gemini-3") { "global" } else { "us-central1" }
}

const VERSION: &str = "v1";
/// What counts for all of Claude's models (Google Cloud, "Count tokens for Claude models").
const COUNTER: &str = "count-tokens";
