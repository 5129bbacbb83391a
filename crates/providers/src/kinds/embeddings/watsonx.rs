//! IBM watsonx.ai (IBM, "watsonx.ai API", "Generate embeddings").

use super::compat::{list, payload};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::watsonx;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Watsonx;

impl Translator for Watsonx {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Watsonx {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_INPUTS
    }

    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions", "user"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = watsonx::body(&call.ask, &call.vendor_params(), &["truncate_input_tokens", "return_options"]);
        body.set_raw("inputs", list(items));
        call.ask.request_to(&watsonx::url(&call.ask, "text/embeddings"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let vectors = whole.results.iter().map(|one| reply.body.slice_ref(one.embedding.get().as_bytes())).collect();
        Ok(Part { vectors, usage: whole.input_token_count.map(|tokens| Usage::of_text(tokens, 0)) })
    }
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    results: Vec<One<'a>>,
    input_token_count: Option<u64>,
}

#[derive(Deserialize)]
struct One<'a> {
    #[serde(borrow)]
    embedding: &'a RawValue,
}

/// Most texts in a request (IBM, "watsonx.ai API").
const MOST_INPUTS: usize = 1000;
