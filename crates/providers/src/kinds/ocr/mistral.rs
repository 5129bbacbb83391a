//! Mistral (Mistral, "OCR"): the form itself, but for documents that come as files.

use super::super::given::{base64, json};
use super::super::google::media_type;
use super::super::{Ask, Flow, Link, Translator, compat};
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct Mistral;

impl Translator for Mistral {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let mut body = members(ask);
        body.insert("model".to_owned(), json!(ask.target.model));
        let mut request = ask.request(bytes::Bytes::new())?;
        let read = compat::reader(ask);
        Ok(Flow::chain(documented(ask, body, move |body| {
            request.body = json(&body)?;
            Ok(Link::last(request, read))
        })?))
    }
}

/// Goes on with the members of a call and its document in the vendor's words, an uploaded one as well.
pub(super) fn documented(
    ask: &Ask<'_>,
    mut body: Map<String, Value>,
    then: impl FnOnce(Map<String, Value>) -> Result<Link, Error> + Send + 'static,
) -> Result<Link, Error> {
    if let Some(file) = ask.file("file").or_else(|| ask.file("document")).cloned() {
        let kind = media_type(&file, "application/pdf");
        return Link::with_files(&[file], move |contents| {
            let data = contents.first().map(|content| base64(content)).unwrap_or_default();
            body.insert("document".to_owned(), inline(&kind, &data));
            then(body)
        });
    }
    if let Some(document) = body.get("document").and_then(as_file) {
        body.insert("document".to_owned(), document);
    }
    then(body)
}

/// The members of a call; a form's texts are what their JSON says.
pub(super) fn members(ask: &Ask<'_>) -> Map<String, Value> {
    let mut body = ask.extras(&["file"]);
    if ask.files.is_empty() {
        return body;
    }
    for value in body.values_mut() {
        let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        if let Some(parsed) = parsed {
            *value = parsed;
        }
    }
    body
}

/// A document as a URL that holds it (RFC 2397).
fn inline(kind: &str, data: &str) -> Value {
    let url = format!("data:{kind};base64,{data}");
    if kind.starts_with("image/") {
        json!({ "type": "image_url", "image_url": url })
    } else {
        json!({ "type": "document_url", "document_url": url })
    }
}

/// `{"type": "file", "file": base64 or data URL, "mime_type"?}`, which the vendor does not know, as what it knows.
fn as_file(document: &Value) -> Option<Value> {
    if document.get("type")?.as_str()? != "file" {
        return None;
    }
    let file = document.get("file")?.as_str()?;
    let named = document.get("mime_type").and_then(Value::as_str);
    match file.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        Some((kind, data)) => Some(inline(kind, data)),
        None => Some(inline(named.unwrap_or("application/pdf"), file)),
    }
}
