//! `{base}/openai/deployments/{deployment}/{operation}?api-version=…`, or the versionless `{base}/openai/v1/{operation}`
//! (Microsoft Learn, "Azure OpenAI API version lifecycle").

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
    if base.contains("/openai/deployments/") {
        return Ok(format!("{base}{path}?api-version={}", encoded(version)));
    }
    let root = base.strip_suffix("/openai/v1").or_else(|| base.strip_suffix("/openai"));
    if VERSIONLESS.contains(&version) || base.ends_with("/openai/v1") {
        let query = if version == "preview" { "?api-version=preview" } else { "" };
        return Ok(format!("{}/openai/v1{path}{query}", root.unwrap_or(base)));
    }
    let (root, deployment) = (root.unwrap_or(base), encoded(model));
    Ok(format!("{root}/openai/deployments/{deployment}{path}?api-version={}", encoded(version)))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Versions that mean the API without versions.
const VERSIONLESS: &[&str] = &["v1", "latest", "preview"];
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
