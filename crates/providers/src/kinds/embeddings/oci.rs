//! Oracle Cloud Infrastructure's Generative AI (Oracle, "Generative AI Service Inference API", `EmbedText`).

use super::compat::{list, payload};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use crate::native::oci_serving_mode;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, Usage, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Oci;

impl Translator for Oci {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Oci {
    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_INPUTS
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let params = call.vendor_params();
        let mut body = RawObject::default();
        for (name, raw) in params.iter() {
            let own = if name == "input_type" { "inputType" } else { name };
            match serde_json::from_slice::<String>(raw).ok().filter(|_| own == "inputType") {
                Some(word) => body.set(own, &word.to_ascii_uppercase()),
                None => body.set_raw(own, bytes::Bytes::copy_from_slice(raw)),
            }
        }
        if let Some(size) = call.dimensions() {
            body.set_raw("outputDimensions", bytes::Bytes::copy_from_slice(size));
        }
        body.set_raw("inputs", list(items));
        body.set("servingMode", &oci_serving_mode(call.ask.target.model));
        if let Some(compartment) = &call.ask.connection.project {
            body.set("compartmentId", compartment);
        }
        call.ask.request(payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let vectors = whole.embeddings.iter().map(|raw| reply.body.slice_ref(raw.get().as_bytes())).collect();
        let usage = whole.usage.and_then(|spent| spent.prompt_tokens.or(spent.total_tokens));
        Ok(Part { vectors, usage: usage.map(|tokens| Usage::of_text(tokens, 0)) })
    }
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    embeddings: Vec<&'a RawValue>,
    usage: Option<Spent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spent {
    prompt_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

/// Most texts in a request (Oracle, `EmbedTextDetails`).
const MOST_INPUTS: usize = 96;
