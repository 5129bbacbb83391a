//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation. The model and whether to stream stand in the URL, so they
/// are left open.
///
/// # Errors
///
/// [`DialectError::Missing`] if there are no contents.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    if body.raw("contents").is_none_or(|raw| raw == b"null") {
        return Err(DialectError::Missing { param: "contents".to_owned() });
    }
    let config = body.raw("generationConfig").or_else(|| body.raw("generation_config"));
    Ok(Inspection {
        model: None,
        stream: false,
        include_usage: true,
        max_output_tokens: config.and_then(limit),
        user: None,
    })
}

/// The output limit. Whole numbers may come as floats; what is no limit at all is the vendor's to refuse.
fn limit(config: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Config {
        #[serde(alias = "max_output_tokens")]
        max_output_tokens: f64,
    }
    let config: Config = serde_json::from_slice(config).ok()?;
    (config.max_output_tokens >= 0.0).then_some(config.max_output_tokens as u64)
}
