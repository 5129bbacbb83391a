//! Google's Gemini API (Google, "Embeddings", `models.batchEmbedContents` and `models.embedContent`).

use super::input::DataUrl;
use super::{Call, Item, Part, Wire, begin, not_carried};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::model_path;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Gemini;

impl Translator for Gemini {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        if is_multimodal(ask.target.model) { begin::<OneByOne>(ask, losses) } else { begin::<Listed>(ask, losses) }
    }
}

/// Text models take lists.
struct Listed;

impl Wire for Listed {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_REQUESTS
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let requests: Result<Vec<Value>, Error> = items
            .iter()
            .map(|item| {
                let mut one = fields(call, item)?;
                one.insert("model".to_owned(), format!("models/{}", model(call)).into());
                Ok(Value::Object(one))
            })
            .collect();
        let body = json!({ "requests": requests? });
        call.ask.request_to(&address(call, "batchEmbedContents")?, body.to_string())
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// Multimodal models take one content a request.
struct OneByOne;

impl Wire for OneByOne {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let item = items.first().ok_or_else(malformed)?;
        let mut body = fields(call, item)?;
        body.insert("model".to_owned(), format!("models/{}", model(call)).into());
        call.ask.request_to(&address(call, "embedContent")?, Value::Object(body).to_string())
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// Whether a model embeds more than text.
pub(super) fn is_multimodal(model: &str) -> bool {
    model.trim_start_matches("models/").starts_with(MULTIMODAL)
}

/// What one content is embedded with.
pub(super) fn fields(call: &Call<'_>, item: &Item<'_>) -> Result<Map<String, Value>, Error> {
    let mut fields = Map::new();
    fields.insert("content".to_owned(), json!({ "parts": parts(&call.ask, item)? }));
    let value = |raw: &[u8]| serde_json::from_slice::<Value>(raw).ok();
    for (name, raw) in [
        ("outputDimensionality", call.dimensions()),
        ("taskType", call.member(&["task_type", "taskType", "input_type"])),
        ("title", call.member(&["title"])),
    ] {
        fields.extend(raw.and_then(value).map(|value| (name.to_owned(), value)));
    }
    Ok(fields)
}

/// Texts, files in `data:` URLs and files in Google's storage; an object is a list of parts of the vendor's own.
fn parts(ask: &Ask<'_>, item: &Item<'_>) -> Result<Value, Error> {
    let Some(text) = item.text() else {
        let own: Option<Value> = serde_json::from_str(item.raw().get()).ok();
        let parts = own.as_ref().and_then(|own| own.get("parts")).cloned();
        return parts.ok_or_else(|| not_carried(ask, "inputs that are neither texts nor contents with `parts`"));
    };
    Ok(match DataUrl::of(&text) {
        Some(url) => json!([{ "inlineData": { "mimeType": url.media_type, "data": url.base64 } }]),
        None => json!([{ "text": text }]),
    })
}

fn model<'a>(call: &'a Call<'_>) -> &'a str {
    call.ask.target.model.trim_start_matches("models/")
}

fn address(call: &Call<'_>, verb: &str) -> Result<String, Error> {
    let base = call.ask.connection.base.as_str();
    // An operator may have left the model on the base.
    if base.contains("/models/") {
        return Ok(format!("{base}:{verb}"));
    }
    Ok(format!("{base}/models/{}:{verb}", model_path(&call.ask, model(call))?))
}

/// Vectors of both verbs; some models count tokens.
pub(super) fn read(reply: &Reply) -> Result<Part, Error> {
    let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let all = whole.embeddings.unwrap_or_default().into_iter().chain(whole.embedding);
    let vectors: Vec<Bytes> = all.map(|one| reply.body.slice_ref(one.values.get().as_bytes())).collect();
    let tokens = whole.usage_metadata.and_then(|usage| usage.prompt_token_count);
    Ok(Part { vectors, usage: tokens.map(|tokens| Usage::of_text(tokens, 0)) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    #[serde(borrow)]
    embeddings: Option<Vec<Values<'a>>>,
    #[serde(borrow)]
    embedding: Option<Values<'a>>,
    usage_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Values<'a> {
    #[serde(borrow)]
    values: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    prompt_token_count: Option<u64>,
}

/// Most requests in a batch (Google, "Embeddings").
const MOST_REQUESTS: usize = 100;
/// How names of models begin that embed more than text.
const MULTIMODAL: &str = "gemini-embedding-2";
