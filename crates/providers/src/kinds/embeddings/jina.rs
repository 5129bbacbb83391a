//! Jina AI (Jina AI, "Embeddings API"): pictures are objects, and the encoding is called `embedding_type`.

use super::compat::{body, payload, read};
use super::input::DataUrl;
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::{Ask, Flow, Translator};
use serde_json::{Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Jina;

impl Translator for Jina {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Jina {
    fn takes_tokens() -> bool {
        true
    }

    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_INPUTS
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = body(call, items);
        if items.iter().any(Item::is_data_url) {
            let objects: Vec<Value> = items.iter().map(object).collect();
            body.set("input", &objects);
        }
        call.ask.request(payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// Pictures go as bare base64; beside them texts are objects too.
fn object(item: &Item<'_>) -> Value {
    match item.text() {
        Some(text) => match DataUrl::of(&text) {
            Some(url) => json!({ "image": url.base64 }),
            None => json!({ "text": text }),
        },
        None => serde_json::to_value(item.raw()).unwrap_or_default(),
    }
}

/// Longest list of inputs (Jina AI, "Embeddings API").
const MOST_INPUTS: usize = 2048;
