//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation.
///
/// # Errors
///
/// [`DialectError::Missing`] if there is nothing to answer: no `input`, and no `prompt` or earlier response that stands
/// in for it.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    let there = |name: &&str| body.raw(name).is_some_and(|raw| raw != b"null");
    if !["input", "prompt", "previous_response_id", "conversation"].iter().any(there) {
        return Err(DialectError::Missing { param: "input".to_owned() });
    }
    // Whole numbers may come as floats; what is no limit at all is the vendor's to refuse.
    let limit = read::<f64>(body, "max_output_tokens").filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or(false),
        include_usage: true,
        max_output_tokens: limit.map(|limit| limit as u64),
        user: body.str("user").map(|user| user.into_owned()),
    })
}

fn read<'a, T: Deserialize<'a>>(body: &'a RawObject, name: &str) -> Option<T> {
    body.raw(name).and_then(|raw| serde_json::from_slice(raw).ok())
}
