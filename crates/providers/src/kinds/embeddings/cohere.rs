//! Cohere (Cohere, "Embed API (v2)"): `POST /v2/embed`.

use super::compat::{list, payload};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::hosts;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tianji_core::{Counters, Error, Losses, Reply, Usage, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Cohere;

impl Translator for Cohere {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Cohere {
    fn batch(_: &Ask<'_>, items: &[Item<'_>]) -> usize {
        batch(items)
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = fields(call, items);
        match call.params.str("encoding_format") {
            Some(format) if !body.contains("embedding_types") => body.set("embedding_types", &[format]),
            _ => {}
        }
        body.set("model", call.ask.target.model);
        let root = hosts::cohere::root(&call.ask.connection.base);
        call.ask.request_to(&format!("{root}/v2/embed"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// Most inputs in one request: 96 texts, or one picture.
pub(super) fn batch(items: &[Item<'_>]) -> usize {
    if items.iter().all(is_plain_text) { MOST_TEXTS } else { 1 }
}

/// The members of a request but for the model.
pub(super) fn fields(call: &Call<'_>, items: &[Item<'_>]) -> RawObject {
    let mut body = call.vendor_params();
    if let Some(size) = call.dimensions() {
        body.set_raw("output_dimension", size.to_vec().into());
    }
    if items.iter().all(is_plain_text) {
        body.set_raw("texts", list(items));
    } else if items.iter().all(Item::is_data_url) {
        body.set_raw("images", list(items));
        body.set("input_type", "image");
    } else {
        body.set("inputs", &items.iter().map(content).collect::<Vec<_>>());
    }
    if !body.contains("input_type") {
        body.set("input_type", "search_document");
    }
    body
}

fn is_plain_text(item: &Item<'_>) -> bool {
    item.is_text() && !item.is_data_url()
}

/// An input of text and pictures together; an object is in the vendor's form already.
fn content(item: &Item<'_>) -> Value {
    match item.text() {
        Some(url) if item.is_data_url() => {
            json!({ "content": [{ "type": "image_url", "image_url": { "url": url } }] })
        }
        Some(text) => json!({ "content": [{ "type": "text", "text": text }] }),
        None => serde_json::to_value(item.raw()).unwrap_or_default(),
    }
}

/// Vectors by type, or a bare list of the older form.
pub(super) fn read(reply: &Reply) -> Result<Part, Error> {
    let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
    let list = match whole.embeddings {
        Embeddings::List(list) => list,
        Embeddings::ByType(mut types) => {
            let found = PREFERRED.iter().find_map(|name| types.remove(*name)).or_else(|| types.into_values().next());
            found.ok_or_else(malformed)?
        }
    };
    let vectors: Vec<Bytes> = list.iter().map(|vector| reply.body.slice_ref(vector.get().as_bytes())).collect();
    Ok(Part { vectors, usage: whole.meta.and_then(|meta| meta.billed_units).map(Units::usage) })
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    embeddings: Embeddings<'a>,
    meta: Option<Meta>,
}

enum Embeddings<'a> {
    List(Vec<&'a RawValue>),
    ByType(BTreeMap<String, Vec<&'a RawValue>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Embeddings<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?;
        let read = if raw.get().starts_with('[') {
            serde_json::from_str(raw.get()).map(Self::List)
        } else {
            serde_json::from_str(raw.get()).map(Self::ByType)
        };
        read.map_err(serde::de::Error::custom)
    }
}

#[derive(Deserialize)]
struct Meta {
    billed_units: Option<Units>,
}

/// Counts come as whole numbers or as floats.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Units {
    input_tokens: f64,
    image_tokens: f64,
    images: f64,
}

impl Units {
    fn usage(self) -> Usage {
        let counters = Counters { images: self.images as u64, ..Counters::default() };
        Usage { in_text: self.input_tokens as u64, in_image: self.image_tokens as u64, counters, ..Usage::default() }
    }
}

/// Most texts in one request (Cohere, "Embed API (v2)").
const MOST_TEXTS: usize = 96;
/// Which of several types is given to the client.
const PREFERRED: &[&str] = &["float", "base64"];
