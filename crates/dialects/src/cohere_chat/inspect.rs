//! A cheap look at a client's body.

use crate::{DialectError, Inspection};
use tianji_wire::RawObject;

/// Reads the top level of a request, without its conversation.
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
    // Whole numbers may come as floats; what is no limit at all is the vendor's to refuse.
    let limit = body.read::<f64>("max_tokens").and_then(Result::ok).filter(|limit| *limit >= 0.0);
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or(false),
        include_usage: true,
        max_output_tokens: limit.map(|limit| limit as u64),
        user: None,
    })
}

/// Whether a request leaves the model no choice but to call a tool (API reference, "Chat", `tool_choice`).
pub fn must_call(body: &RawObject) -> bool {
    body.str("tool_choice").is_some_and(|choice| choice.eq_ignore_ascii_case("REQUIRED"))
}
