//! Pictures in OpenAI's messages: in the form and in the place in which vendors take them.

use crate::body::Members;
use crate::messages::Pass;
use serde_json::json;
use tianji_core::{Extra, Json};

/// Whether somewhere in a text the member `image_url` is a string.
pub(super) fn has_bare(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, KEY).any(|at| {
        let mut rest = text.iter().skip(at + KEY.len()).filter(|byte| !byte.is_ascii_whitespace());
        rest.next() == Some(&b':') && rest.next() == Some(&b'"')
    })
}

/// Puts bare addresses into objects (OpenAI, "Create chat completion": `image_url.url`).
pub(super) fn objects(message: &mut Extra) -> bool {
    let Some(mut parts) = message.member::<Vec<Extra>>("content") else { return false };
    let mut changed = false;
    for part in &mut parts {
        if let Some(address) = part.member::<String>("image_url") {
            part.put("image_url", &json!({ "url": address }));
            changed = true;
        }
    }
    if changed {
        message.put("content", &parts);
    }
    changed
}

/// Takes pictures out of a tool's result, to be shown after the results.
pub(super) fn apart(message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    if message.member::<String>("role").is_none_or(|role| role != "tool") {
        return false;
    }
    let Some(parts) = message.member::<Vec<Json>>("content") else { return false };
    let is_picture = |part: &Json| {
        part.read::<Extra>().is_ok_and(|part| part.member::<String>("type").is_some_and(|kind| kind == "image_url"))
    };
    let (pictures, rest): (Vec<Json>, Vec<Json>) = parts.into_iter().partition(is_picture);
    if pictures.is_empty() {
        return false;
    }
    pass.shown.extend(pictures);
    if rest.is_empty() {
        message.put("content", ONLY_PICTURES);
    } else {
        message.put("content", &rest);
    }
    true
}

const KEY: &[u8] = br#""image_url""#;
/// Stands in a result of which nothing but pictures came, in the reference proxy's words.
const ONLY_PICTURES: &str = "[Tool returned an image - see the following user message]";
