//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation. Where nothing is said of streams, one is wanted.
///
/// # Errors
///
/// [`DialectError::Missing`] if there are no messages, [`DialectError::Invalid`] if they are no list.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    match body.raw("messages") {
        None | Some(b"null") => return Err(DialectError::Missing { param: "messages".to_owned() }),
        Some(raw) if !raw.starts_with(b"[") => return Err(DialectError::invalid("messages", "it must be a list")),
        Some(_) => {}
    }
    let options: Option<Options> = body.raw("options").and_then(|raw| serde_json::from_slice(raw).ok());
    let limit = options.and_then(|options| options.num_predict).filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or(true),
        include_usage: true,
        max_output_tokens: limit.map(|limit| limit as u64),
        user: None,
    })
}

#[derive(Deserialize)]
struct Options {
    #[serde(default)]
    num_predict: Option<f64>,
}
