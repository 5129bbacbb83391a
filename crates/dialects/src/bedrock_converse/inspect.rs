//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation. Model and stream stand in the URL.
///
/// # Errors
///
/// [`DialectError::Missing`] if there are no messages.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct InferenceConfig {
        max_tokens: Option<f64>,
    }

    let there = body.raw("messages").is_some_and(|raw| raw != b"null");
    if !there {
        return Err(DialectError::Missing { param: "messages".to_owned() });
    }
    let config = body.raw("inferenceConfig").and_then(|raw| serde_json::from_slice::<InferenceConfig>(raw).ok());
    let limit = config.and_then(|config| config.max_tokens).filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: None,
        stream: false,
        include_usage: true,
        max_output_tokens: limit.map(|limit| limit as u64),
        user: None,
    })
}
