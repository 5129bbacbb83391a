//! Google's Vertex AI (Google Cloud, "Text embeddings API", "Multimodal embeddings API").

use super::gemini::{fields, is_multimodal, read as read_contents};
use super::input::DataUrl;
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::vertex;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct VertexAi;

impl Translator for VertexAi {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        match ask.target.model {
            model if is_multimodal(model) => begin::<Contents>(ask, losses),
            model if model.contains("multimodalembedding") => begin::<Media>(ask, losses),
            _ => begin::<Texts>(ask, losses),
        }
    }
}

/// Text models: `:predict`.
struct Texts;

impl Wire for Texts {
    fn batch(ask: &Ask<'_>, _: &[Item<'_>]) -> usize {
        // Gemini's text model takes one text a request.
        if ask.target.model.starts_with("gemini-") { 1 } else { MOST_INSTANCES }
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let instances: Vec<Value> = items
            .iter()
            .map(|item| {
                let mut instance = Map::new();
                instance.insert("content".to_owned(), value(item.raw().get().as_bytes()));
                let task = call.member(&["task_type", "taskType"]).map(value);
                instance.extend(task.map(|task| ("task_type".to_owned(), task)));
                instance.extend(call.member(&["title"]).map(|title| ("title".to_owned(), value(title))));
                Value::Object(instance)
            })
            .collect();
        let mut parameters = Map::new();
        let size = call.dimensions().or_else(|| call.member(&["outputDimensionality"]));
        parameters.extend(size.map(|size| ("outputDimensionality".to_owned(), value(size))));
        let truncate = call.member(&["auto_truncate", "autoTruncate"]);
        parameters.extend(truncate.map(|truncate| ("autoTruncate".to_owned(), value(truncate))));
        let body = json!({ "instances": instances, "parameters": parameters });
        call.ask.request_to(&vertex::model_url(&call.ask, "predict")?, body.to_string())
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Predicted<'_> =
            serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let all = whole.predictions.iter().map(|one| &one.embeddings);
        let vectors = all.clone().map(|one| reply.body.slice_ref(one.values.get().as_bytes())).collect();
        let tokens: u64 = all.filter_map(|one| one.statistics.as_ref()).map(|told| told.token_count as u64).sum();
        Ok(Part { vectors, usage: Some(Usage::of_text(tokens, 0)).filter(|usage| usage.in_text > 0) })
    }
}

/// `multimodalembedding`: `:predict` with one instance.
struct Media;

impl Wire for Media {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let instances: Vec<Value> = items.iter().map(instance).collect();
        let mut body = json!({ "instances": instances });
        if let (Some(size), Some(body)) = (call.dimensions(), body.as_object_mut()) {
            body.insert("parameters".to_owned(), json!({ "dimension": value(size) }));
        }
        call.ask.request_to(&vertex::model_url(&call.ask, "predict")?, body.to_string())
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Seen<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let mut vectors: Vec<Bytes> = Vec::new();
        for one in &whole.predictions {
            let films = one.video_embeddings.iter().flatten().map(|film| film.embedding);
            let all = one.text_embedding.into_iter().chain(one.image_embedding).chain(films);
            vectors.extend(all.map(|vector| reply.body.slice_ref(vector.get().as_bytes())));
        }
        Ok(Part { vectors, usage: None })
    }
}

/// Gemini models for any content: `:embedContent` with one of them.
struct Contents;

impl Wire for Contents {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        1
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let item = items.first().ok_or_else(malformed)?;
        let body = Value::Object(fields(call, item)?);
        call.ask.request_to(&vertex::model_url(&call.ask, "embedContent")?, body.to_string())
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read_contents(reply)
    }
}

/// Pictures in `data:` URLs, files in Google's storage, texts; an object is in the vendor's form already.
fn instance(item: &Item<'_>) -> Value {
    let Some(text) = item.text() else { return value(item.raw().get().as_bytes()) };
    if let Some(url) = DataUrl::of(&text) {
        return json!({ "image": { "bytesBase64Encoded": url.base64 } });
    }
    if !text.starts_with("gs://") {
        return json!({ "text": text });
    }
    let ending = text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let medium = if FILMS.contains(&ending.as_str()) { "video" } else { "image" };
    json!({ medium: { "gcsUri": text } })
}

fn value(raw: &[u8]) -> Value {
    serde_json::from_slice(raw).unwrap_or_default()
}

#[derive(Deserialize)]
struct Predicted<'a> {
    #[serde(borrow)]
    predictions: Vec<Prediction<'a>>,
}

#[derive(Deserialize)]
struct Prediction<'a> {
    #[serde(borrow)]
    embeddings: Embeddings<'a>,
}

#[derive(Deserialize)]
struct Embeddings<'a> {
    #[serde(borrow)]
    values: &'a RawValue,
    statistics: Option<Statistics>,
}

/// The count comes as a float from some models.
#[derive(Deserialize)]
struct Statistics {
    #[serde(default)]
    token_count: f64,
}

#[derive(Deserialize)]
struct Seen<'a> {
    #[serde(borrow)]
    predictions: Vec<Made<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    #[serde(borrow)]
    text_embedding: Option<&'a RawValue>,
    #[serde(borrow)]
    image_embedding: Option<&'a RawValue>,
    #[serde(borrow)]
    video_embeddings: Option<Vec<Film<'a>>>,
}

#[derive(Deserialize)]
struct Film<'a> {
    #[serde(borrow)]
    embedding: &'a RawValue,
}

/// Most texts in a request (Google Cloud, "Text embeddings API").
const MOST_INSTANCES: usize = 250;
/// Endings of films (Google Cloud, "Multimodal embeddings API").
const FILMS: &[&str] = &["mp4", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "flv", "wmv"];
