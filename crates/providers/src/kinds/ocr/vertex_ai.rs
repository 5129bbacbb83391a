//! Mistral's OCR on Vertex AI (Google Cloud, "Mistral OCR"): the form itself below `:rawPredict`. Documents go along in
//! the call; the service fetches none.

use super::super::compat;
use super::super::given::json;
use super::super::hosts::vertex;
use super::super::{Ask, Flow, Link, Translator};
use super::mistral::{documented, members};
use serde_json::Value;
use tianji_core::{Error, Losses};

#[derive(Debug)]
pub(super) struct VertexAi;

impl Translator for VertexAi {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let model = ask.target.model.rsplit('/').next().unwrap_or(ask.target.model);
        let mut request =
            ask.request_to(&vertex::publisher_url(ask, "mistralai", "rawPredict")?, bytes::Bytes::new())?;
        let mut body = members(ask);
        body.insert("model".to_owned(), model.into());
        let read = compat::reader(ask);
        let elsewhere = ask.invalid("document", "The provider fetches no documents: send the document itself.");
        Ok(Flow::chain(documented(ask, body, move |body| {
            if body.get("document").is_some_and(is_elsewhere) {
                return Err(elsewhere);
            }
            request.body = json(&body)?;
            Ok(Link::last(request, read))
        })?))
    }
}

/// Whether a document is an address on the web.
fn is_elsewhere(document: &Value) -> bool {
    let url = ["document_url", "image_url"].into_iter().find_map(|name| document.get(name));
    let url = url.and_then(|url| url.as_str().or_else(|| url.get("url")?.as_str()));
    url.is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"))
}
