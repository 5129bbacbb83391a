//! Amazon SageMaker endpoints (AWS, "InvokeEndpoint"): Hugging Face containers take `inputs`, JumpStart's own models
//! `text_inputs`.

use super::compat::{self, list, payload};
use super::{Call, Item, Part, Wire, begin, huggingface};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct SageMaker;

impl Translator for SageMaker {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for SageMaker {
    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions", "user"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = call.vendor_params();
        let jumpstart = call.ask.target.model.contains("jumpstart");
        body.set_raw(if jumpstart { "text_inputs" } else { "inputs" }, list(items));
        call.ask.request(payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        if reply.body.trim_ascii_start().starts_with(b"[") {
            return Ok(Part { vectors: huggingface::vectors(&reply.body)?, usage: None });
        }
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        match whole.embedding.or(whole.embeddings) {
            Some(raw) => {
                let list: Bytes = reply.body.slice_ref(raw.get().as_bytes());
                Ok(Part { vectors: huggingface::vectors(&list)?, usage: None })
            }
            None => compat::read(reply),
        }
    }
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    embedding: Option<&'a RawValue>,
    #[serde(borrow)]
    embeddings: Option<&'a RawValue>,
}
