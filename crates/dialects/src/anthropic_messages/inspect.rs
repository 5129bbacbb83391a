//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation.
///
/// # Errors
///
/// [`DialectError::Missing`] if there are no messages.
pub fn inspect(body: &RawObject) -> Result<Inspection, DialectError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Metadata {
        user_id: Option<String>,
    }

    require(body, "messages")?;
    // Whole numbers may come as floats; what is no limit at all is the vendor's to refuse.
    let limit = read::<f64>(body, "max_tokens").filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or_default(),
        include_usage: true,
        max_output_tokens: limit.map(|limit| limit as u64),
        user: read::<Metadata>(body, "metadata").and_then(|metadata| metadata.user_id),
    })
}

/// Refuses a request for a reply that does not say how long it may be, as the vendor does. (Counting tokens needs none.)
///
/// # Errors
///
/// [`DialectError::Missing`].
pub fn require_max_tokens(body: &RawObject) -> Result<(), DialectError> {
    require(body, "max_tokens")
}

fn require(body: &RawObject, name: &str) -> Result<(), DialectError> {
    let there = body.raw(name).is_some_and(|raw| raw != b"null");
    if there { Ok(()) } else { Err(DialectError::Missing { param: name.to_owned() }) }
}

fn read<'a, T: Deserialize<'a>>(body: &'a RawObject, name: &str) -> Option<T> {
    body.raw(name).and_then(|raw| serde_json::from_slice(raw).ok())
}
