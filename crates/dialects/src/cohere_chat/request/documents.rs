//! Documents, both ways: a text, or an object of texts with an id. In the canonical model they are plain-text files;
//! the object's JSON is the text, because keys and values alike are shown to the model.

use crate::DialectError;
use crate::openai_chat::json;
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::Map;
use serde_json::value::RawValue;
use tianji_core::Json;
use tianji_core::generate::{FilePart, MediaSource, Part};

/// Reads `documents`.
pub(super) fn decode(raw: &Json) -> Result<Vec<Part>, DialectError> {
    let items: Vec<&RawValue> = raw.read().map_err(|cause| DialectError::invalid("documents", cause.to_string()))?;
    items.into_iter().enumerate().map(|(at, raw)| read(raw, &format!("documents[{at}]")).map(Part::File)).collect()
}

/// Reads one document.
pub(super) fn read(raw: &RawValue, path: &str) -> Result<FilePart, DialectError> {
    #[derive(Deserialize)]
    struct Document<'a> {
        #[serde(borrow)]
        data: &'a RawValue,
        #[serde(default)]
        id: Option<String>,
    }
    let invalid = |cause: serde_json::Error| DialectError::invalid(path, cause.to_string());
    let (text, id) = if raw.get().starts_with('"') {
        (serde_json::from_str(raw.get()).map_err(invalid)?, None)
    } else {
        let Document { data, id } = serde_json::from_str(raw.get()).map_err(invalid)?;
        (serde_json::from_str::<String>(data.get()).unwrap_or_else(|_| data.get().to_owned()), id)
    };
    let source = MediaSource::Text(text);
    Ok(FilePart { source, filename: id, title: None, context: None, citations: None, cache: None })
}

/// Writes one document. `bare`: a text without a name may stand alone.
pub(super) fn write(file: &FilePart, text: &str, bare: bool, out: &mut BytesMut) {
    let named = file.filename.is_some() || file.title.is_some() || file.context.is_some();
    let object = is_object(text);
    if bare && !named && !object {
        return json::string(text, out);
    }
    out.extend_from_slice(br#"{"data":"#);
    if object {
        out.extend_from_slice(text.as_bytes());
    } else {
        let mut data = Map::new();
        for (name, value) in [("title", file.title.as_deref()), ("context", file.context.as_deref())] {
            data.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        data.insert("text".to_owned(), text.into());
        json::value(&data, out);
    }
    if let Some(id) = &file.filename {
        out.extend_from_slice(br#","id":"#);
        json::string(id, out);
    }
    out.extend_from_slice(b"}");
}

fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
