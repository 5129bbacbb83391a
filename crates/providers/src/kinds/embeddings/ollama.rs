//! Ollama (Ollama, "API", "Generate Embeddings"): `POST /api/embed`, which takes model options that its OpenAI-like
//! endpoint does not.

use super::compat::{list, payload};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Ollama;

impl Translator for Ollama {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Ollama {
    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = RawObject::default();
        body.set("model", call.ask.target.model);
        body.set_raw("input", list(items));
        let mut options: Map<String, Value> = call.params.read("options").and_then(Result::ok).unwrap_or_default();
        for (name, raw) in call.params.iter() {
            match name {
                "truncate" | "keep_alive" | "dimensions" => body.set_raw(name, raw.to_vec().into()),
                "options" | "encoding_format" | "user" => {}
                _ => options.extend(serde_json::from_slice(raw).ok().map(|value| (name.to_owned(), value))),
            }
        }
        if !options.is_empty() {
            body.set("options", &options);
        }
        let base = call.ask.connection.base.as_str();
        let root = base.strip_suffix("/v1").unwrap_or(base);
        call.ask.request_to(&format!("{root}/api/embed"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let vectors = whole.embeddings.iter().map(|vector| reply.body.slice_ref(vector.get().as_bytes())).collect();
        Ok(Part { vectors, usage: whole.prompt_eval_count.map(|tokens| Usage::of_text(tokens, 0)) })
    }
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    embeddings: Vec<&'a RawValue>,
    prompt_eval_count: Option<u64>,
}
