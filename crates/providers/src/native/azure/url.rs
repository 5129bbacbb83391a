//! `{base}/openai/deployments/{deployment}/{operation}?api-version=…`, or the versionless `{base}/openai/v1/{operation}`
//! (Microsoft Learn, "Azure OpenAI API version lifecycle").
//!
//! Responses name their model in the body: `{base}/openai/responses?api-version=…`, or the versionless form, which is
//! also used where the version is older than they are (Microsoft Learn, "Azure OpenAI Responses API").

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
    let path = operation.conventional_path().ok_or_else(|| provider.not_offered(operation, model))?;
    let base = connection.base.as_str();
    let version = connection.api_version.as_deref().unwrap_or_default();
    if matches!(operation, Operation::Responses { .. } | Operation::ResponsesCompact) {
        return Ok(responses(base, version, path));
    }
    if matches!(operation, Operation::Video) {
        return Ok(films(base, version, path));
    }
    if base.contains("/openai/deployments/") {
        return Ok(format!("{base}{path}?api-version={}", encoded(version)));
    }
    let root = base.strip_suffix("/openai/v1").or_else(|| base.strip_suffix("/openai"));
    if VERSIONLESS.contains(&version) || base.ends_with("/openai/v1") {
        return Ok(versionless(root.unwrap_or(base), version, path));
    }
    let (root, deployment) = (root.unwrap_or(base), encoded(model));
    Ok(format!("{root}/openai/deployments/{deployment}{path}?api-version={}", encoded(version)))
}

/// The address of the resource, without what operators may have left behind it.
fn root(base: &str) -> &str {
    let root = base.find("/openai/deployments/").and_then(|at| base.get(..at));
    let root = root.or_else(|| base.strip_suffix("/openai/v1")).or_else(|| base.strip_suffix("/openai"));
    root.unwrap_or(base)
}

/// Films exist in the versionless form only (Microsoft Learn, "Sora video generation").
fn films(base: &str, version: &str, path: &str) -> String {
    versionless(root(base), version, path)
}

fn responses(base: &str, version: &str, path: &str) -> String {
    let root = root(base);
    let older = version.get(..OLDEST_RESPONSES.len()).is_none_or(|date| date < OLDEST_RESPONSES);
    if VERSIONLESS.contains(&version) || base.ends_with("/openai/v1") || older {
        return versionless(root, version, path);
    }
    format!("{root}/openai{path}?api-version={}", encoded(version))
}

fn versionless(root: &str, version: &str, path: &str) -> String {
    let query = if version == "preview" { "?api-version=preview" } else { "" };
    format!("{root}/openai/v1{path}{query}")
}

pub(in crate::native) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The first version that has responses.
const OLDEST_RESPONSES: &str = "2025-03-01";
/// Versions that mean the API without versions.
const VERSIONLESS: &[&str] = &["v1", "latest", "preview"];
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
