//! A cheap look at a client's body, and the one edit that streaming needs, without reading the conversation.

use crate::{DialectError, Inspection};
use serde::Deserialize;
use tianji_core::{Extra, Json};
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
    let options: StreamOptions = read(body, "stream_options").unwrap_or_default();
    // Whole numbers may come as floats; what is no limit at all is the vendor's to refuse.
    let limit = read::<f64>(body, "max_completion_tokens").or_else(|| read(body, "max_tokens"));
    Ok(Inspection {
        model: body.str("model").map(|model| model.into_owned()),
        stream: body.bool("stream").unwrap_or(false),
        include_usage: options.include_usage.unwrap_or(false),
        max_output_tokens: limit.filter(|limit| *limit >= 0.0).map(|limit| limit as u64),
        user: body.str("user").map(|user| user.into_owned()),
    })
}

/// Makes a streaming request ask for usage, which the gateway meters by. Other stream options stay.
pub fn ask_for_usage(body: &mut RawObject) {
    if body.bool("stream") != Some(true) {
        return;
    }
    let mut options: Extra = read(body, "stream_options").unwrap_or_default();
    let asked = options.get("include_usage").is_some_and(|asked| asked.text() == "true");
    if asked {
        return;
    }
    if let Ok(yes) = Json::of(&true) {
        options.insert("include_usage".to_owned(), yes);
        body.set("stream_options", &options);
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a RawObject, name: &str) -> Option<T> {
    body.raw(name).and_then(|raw| serde_json::from_slice(raw).ok())
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: Option<bool>,
}
