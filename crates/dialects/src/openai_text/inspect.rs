//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_wire::RawObject;

/// Reads the top level of a request, without its prompt.
///
/// # Errors
///
/// [`DialectError::Missing`] if there is nothing to go on from: neither `prompt` nor vLLM's `prompt_embeds`.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    let given = |name: &str| body.raw(name).is_some_and(|raw| raw != b"null");
    if !given("prompt") && !given("prompt_embeds") {
        return Err(DialectError::Missing { param: "prompt".to_owned() });
    }
    let options: StreamOptions = read(body, "stream_options").unwrap_or_default();
    let limit = read::<f64>(body, "max_tokens").filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or(false),
        include_usage: options.include_usage.unwrap_or(false),
        max_output_tokens: limit.map(|limit| limit as u64),
        user: body.str("user").map(|user| user.into_owned()),
    })
}

fn read<'a, T: Deserialize<'a>>(body: &'a RawObject, name: &str) -> Option<T> {
    body.raw(name).and_then(|raw| serde_json::from_slice(raw).ok())
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: Option<bool>,
}
