//! Citations (API reference, "Chat", `message.citations`): this dialect keeps them beside the content, the canonical
//! model hangs them on the text that cites.

use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::Json;
use tianji_core::generate::Part;

/// Hangs citations on the texts that they belong to. `plan` is the place of the tool plan among the parts; before it
/// stands the content.
pub(super) fn attach(citations: Vec<Json>, parts: &mut [Part], plan: Option<usize>) {
    for citation in citations {
        let place = Place::of(&citation);
        let named = if place.is_plan() { plan } else { place.content_index };
        let is_text = |at: &usize| matches!(parts.get(*at), Some(Part::Text(_)));
        let last = || parts.iter().rposition(|part| matches!(part, Part::Text(_)));
        let at = named.filter(is_text).or_else(last);
        if let Some(Part::Text(text)) = at.and_then(|at| parts.get_mut(at)) {
            text.citations.push(citation);
        }
    }
}

/// Where a citation belongs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Number of the content block; the first one's is often left out.
    pub(super) content_index: Option<usize>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Place {
    /// As a citation says.
    pub(super) fn of(citation: &Json) -> Self {
        citation.read().unwrap_or_default()
    }

    /// Whether it is the tool plan that cites.
    pub(super) fn is_plan(&self) -> bool {
        self.kind.as_deref() == Some("PLAN")
    }
}

/// A citation as this dialect says it: its own as they are, others if they name an address. `text` is what the block
/// with that number says, as far as it is known.
pub(super) fn write(raw: &Json, text: &str, content_index: usize) -> Option<Json> {
    let value = raw.value();
    if value.get("sources").is_some() {
        return Some(raw.clone());
    }
    // OpenAI nests the members under the citation's type.
    let inner = value.get("url_citation").unwrap_or(&value);
    let member = |name: &str| inner.get(name).and_then(Value::as_str);
    let url = member("url")?;
    let title = member("title").unwrap_or_default();
    let place = |name: &str| inner.get(name).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    let length = text.chars().count();
    let (start, end) = (place("start_index").unwrap_or(0), place("end_index").unwrap_or(length));
    let cited: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    Json::of(&json!({
        "start": start,
        "end": end,
        "text": cited,
        "sources": [{ "type": "document", "id": url, "document": { "id": url, "title": title, "url": url } }],
        "content_index": content_index,
        "type": "TEXT_CONTENT",
    }))
    .ok()
}
