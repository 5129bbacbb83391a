//! Perplexity (Perplexity, "Create embeddings"): vectors are signed bytes in base64, never floats.

use super::compat::{body, payload, read};
use super::vector::{bytes_of, of_floats};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Perplexity;

impl Translator for Perplexity {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        if ask.body.str("encoding_format").is_some_and(|format| format.starts_with(OWN_FORMATS)) {
            begin::<AsGiven>(ask, losses)
        } else {
            begin::<Numbers>(ask, losses)
        }
    }
}

/// The client asked for one of the vendor's own encodings.
struct AsGiven;

impl Wire for AsGiven {
    fn takes_tokens() -> bool {
        true
    }

    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_INPUTS
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let base = call.ask.connection.base.trim_end_matches("/v1");
        call.ask.request_to(&format!("{base}/v1/embeddings"), payload(&body(call, items)))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        read(reply)
    }
}

/// Bytes become numbers.
struct Numbers;

impl Wire for Numbers {
    fn takes_tokens() -> bool {
        true
    }

    fn batch(ask: &Ask<'_>, items: &[Item<'_>]) -> usize {
        AsGiven::batch(ask, items)
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = body(call, items);
        // Signed bytes in base64 are what comes unasked.
        body.remove("encoding_format");
        let base = call.ask.connection.base.trim_end_matches("/v1");
        call.ask.request_to(&format!("{base}/v1/embeddings"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let Part { vectors, usage } = read(reply)?;
        let vectors: Result<Vec<Bytes>, Error> = vectors.iter().map(numbers).collect();
        Ok(Part { vectors: vectors?, usage })
    }
}

fn numbers(vector: &Bytes) -> Result<Bytes, Error> {
    if vector.starts_with(b"[") {
        return Ok(vector.clone());
    }
    let floats: Vec<f32> = bytes_of(vector)?.into_iter().map(|byte| f32::from(byte.cast_signed())).collect();
    of_floats(&floats)
}

/// How the vendor's own encodings begin: `base64_int8`, `base64_binary`.
const OWN_FORMATS: &str = "base64_";
/// Longest list of inputs (Perplexity, "Create embeddings").
const MOST_INPUTS: usize = 512;
