//! Vendors that speak OpenAI's form: `POST {base}/embeddings` (OpenAI, "Create embeddings").

use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::{in_band, malformed};
use crate::kinds::{Ask, Flow, Translator, usage_of};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Payload, Reply, Segment, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Compat;

impl Translator for Compat {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Compat {
    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &[]
    }

    fn takes_tokens() -> bool {
        true
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        call.ask.request(payload(&body(call, items)))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// The client's body with these inputs and the upstream's model name.
pub(super) fn body(call: &Call<'_>, items: &[Item<'_>]) -> RawObject {
    let mut body = call.params.clone();
    body.set("model", call.ask.target.model);
    let all = items.len() == call.count;
    let listed = call.ask.provider.embeddings.list_input && matches!(items, [only] if only.is_text());
    body.set_raw("input", if all && !listed { call.input.to_vec().into() } else { list(items) });
    body
}

/// Inputs as a list, each as it was written.
pub(super) fn list(items: &[Item<'_>]) -> Bytes {
    let texts: Vec<&str> = items.iter().map(|item| item.raw().get()).collect();
    format!("[{}]", texts.join(",")).into()
}

pub(super) fn payload(body: &RawObject) -> Payload {
    Payload { segments: body.to_chunks().into_iter().map(Segment::Bytes).collect() }
}

/// Vectors and usage of a reply in the form.
pub(super) fn read(reply: &Reply) -> Result<Part, Error> {
    let body = RawObject::parse(reply.body.clone()).map_err(|cause| malformed().with_source(cause))?;
    if let Some(error) = in_band(&body) {
        return Err(error);
    }
    let mut data: Vec<Datum<'_>> =
        body.raw("data").and_then(|raw| serde_json::from_slice(raw).ok()).ok_or_else(malformed)?;
    data.sort_by_key(|datum| datum.index);
    let vectors = data.iter().map(|datum| reply.body.slice_ref(datum.embedding.get().as_bytes())).collect();
    Ok(Part { vectors, usage: body.raw("usage").and_then(usage_of) })
}

#[derive(Deserialize)]
struct Datum<'a> {
    #[serde(default)]
    index: u64,
    // Multi-vector models of Jina name it in the plural.
    #[serde(borrow, alias = "embeddings")]
    embedding: &'a RawValue,
}
