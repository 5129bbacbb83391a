//! Reads the content of a message or of a tool's result: a string or a list of parts.

use super::documents;
use crate::DialectError;
use crate::openai_chat::request::content::data_url;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{ImagePart, MediaSource, Opaque, Part, Thinking};
use tianji_core::{DialectId, Json};

/// Reads a content; the flag says that it was a bare string (or nothing).
pub(in crate::cohere_chat) fn read(raw: Option<&RawValue>, path: &str) -> Result<(Vec<Part>, bool), DialectError> {
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else { return Ok((Vec::new(), true)) };
    if let Ok(text) = serde_json::from_str::<String>(raw.get()) {
        return Ok((vec![Part::text(text)], true));
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| DialectError::invalid(path, "it must be a string or a list of parts"))?;
    let parts = items.into_iter().enumerate().map(|(at, raw)| part(raw, &format!("{path}[{at}]")));
    Ok((parts.collect::<Result<_, _>>()?, false))
}

fn part(raw: &RawValue, path: &str) -> Result<Part, DialectError> {
    if let Ok(text) = serde_json::from_str::<String>(raw.get()) {
        return Ok(Part::text(text));
    }
    let object: PartObject<'_> =
        serde_json::from_str(raw.get()).map_err(|cause| DialectError::invalid(path, cause.to_string()))?;
    let kind = object.kind.unwrap_or_default();
    let missing = || DialectError::Missing { param: format!("{path}.{kind}") };
    match kind.as_str() {
        "text" => object.text.map(Part::text).ok_or_else(missing),
        "thinking" => {
            let text = object.thinking.ok_or_else(missing)?;
            Ok(Part::Thinking(Thinking { text, signature: None }))
        }
        "image_url" => {
            let Address { url, detail } = Address::read(object.image_url.ok_or_else(missing)?).ok_or_else(missing)?;
            let source = match data_url(&url) {
                Some((mime, data)) => MediaSource::Base64 { mime, data },
                None => MediaSource::Url(url),
            };
            Ok(Part::Image(ImagePart { source, detail, cache: None }))
        }
        "document" => {
            documents::read(object.document.ok_or_else(missing)?, &format!("{path}.document")).map(Part::File)
        }
        _ => Ok(Part::Opaque(Opaque { dialect: DialectId::CohereChat, type_name: kind, raw: Json::from(raw) })),
    }
}

#[derive(Deserialize)]
struct PartObject<'a> {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
    #[serde(borrow, default)]
    image_url: Option<&'a RawValue>,
    #[serde(borrow, default)]
    document: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Address {
    url: String,
    #[serde(default)]
    detail: Option<String>,
}

impl Address {
    /// `{"url", "detail"}`, or the bare address.
    fn read(raw: &RawValue) -> Option<Self> {
        let bare = serde_json::from_str(raw.get()).ok().map(|url| Self { url, detail: None });
        bare.or_else(|| serde_json::from_str(raw.get()).ok())
    }
}
