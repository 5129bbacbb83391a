//! Citations: annotations of this dialect, and those of others as far as they can be said in it.
//!
//! OpenAI's two dialects differ in one point: chat completions nest the members of a `url_citation` under that name,
//! responses have them flat (API reference, "The chat completion object", "The response object"). The canonical model
//! holds the nested form.

use serde_json::{Map, Value, json};
use tianji_core::Json;

/// An annotation in its canonical form.
pub(super) fn read(raw: Json) -> Json {
    let Value::Object(mut flat) = raw.value() else { return raw };
    let is_url = flat.get("type").and_then(Value::as_str) == Some(URL);
    if !is_url || flat.contains_key(URL) {
        return raw;
    }
    let kind = flat.shift_remove("type");
    let nested = Map::from_iter([("type".to_owned(), kind.unwrap_or_default()), (URL.to_owned(), Value::Object(flat))]);
    Json::of(&nested).unwrap_or(raw)
}

/// A citation as an annotation of a text that is `length` characters long so far; `None` if it names no source that
/// this dialect knows.
pub(super) fn write(raw: &Json, length: usize) -> Option<Json> {
    let value = raw.value();
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    match (kind, value.get(URL)) {
        (URL, Some(Value::Object(inner))) => {
            let mut flat = Map::from_iter([("type".to_owned(), Value::from(URL))]);
            flat.extend(inner.clone());
            Json::of(&flat).ok()
        }
        (URL | "file_citation" | "container_file_citation" | "file_path", _) => Some(raw.clone()),
        _ => {
            // Another vendor's: it cites for the whole of its block.
            let url = value.get("url")?.as_str()?;
            let title = value.get("title").and_then(Value::as_str).unwrap_or_default();
            Json::of(&json!({"type": URL, "url": url, "title": title, "start_index": 0, "end_index": length})).ok()
        }
    }
}

const URL: &str = "url_citation";
