//! Hugging Face: servers of one's own speak OpenAI's form (Hugging Face, "Text Embeddings Inference"), the shared ones
//! run the task `feature-extraction` (Hugging Face, "Inference Providers", "Feature Extraction").

use super::compat::{self, list, payload};
use super::vector::{floats, of_floats};
use super::{Call, Item, Part, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::model_path;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct HuggingFace;

impl Translator for HuggingFace {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        if ask.connection.base.contains(SHARED) {
            begin::<Task>(ask, losses)
        } else {
            begin::<compat::Compat>(ask, losses)
        }
    }
}

/// The task's own form.
struct Task;

impl Wire for Task {
    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions", "user"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = call.vendor_params();
        body.set_raw("inputs", list(items));
        let base = call.ask.connection.base.as_str();
        let root = base.strip_suffix("/v1").unwrap_or(base);
        // Without a provider in the address it is Hugging Face's own.
        let provider = if root.ends_with(SHARED) { "/hf-inference" } else { "" };
        let model = model_path(&call.ask, call.ask.target.model)?;
        call.ask.request_to(&format!("{root}{provider}/models/{model}/pipeline/feature-extraction"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        Ok(Part { vectors: vectors(&reply.body)?, usage: None })
    }
}

/// Vectors of a bare list: one an input, or one a token of each input, whose mean is taken.
pub(super) fn vectors(body: &Bytes) -> Result<Vec<Bytes>, Error> {
    let list: Vec<&RawValue> = serde_json::from_slice(body).map_err(|cause| malformed().with_source(cause))?;
    if list.first().is_some_and(|first| !first.get().starts_with('[')) {
        return Ok(vec![body.clone()]);
    }
    list.into_iter().map(|vector| one(body, vector)).collect()
}

fn one(body: &Bytes, vector: &RawValue) -> Result<Bytes, Error> {
    let text = vector.get();
    if !text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('[')) {
        return Ok(body.slice_ref(text.as_bytes()));
    }
    let tokens: Vec<&RawValue> = serde_json::from_str(text).map_err(|cause| malformed().with_source(cause))?;
    // A list around the list of token vectors.
    if let [only] = tokens.as_slice()
        && only.get().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('['))
    {
        return one(body, only);
    }
    mean(&tokens)
}

fn mean(tokens: &[&RawValue]) -> Result<Bytes, Error> {
    let mut sums: Vec<f64> = Vec::new();
    for token in tokens {
        let vector = floats(token.get().as_bytes())?;
        sums.resize(sums.len().max(vector.len()), 0.0);
        sums.iter_mut().zip(vector).for_each(|(sum, number)| *sum += f64::from(number));
    }
    let count = tokens.len() as f64;
    of_floats(&sums.into_iter().map(|sum| (sum / count) as f32).collect::<Vec<_>>())
}

/// The host that many share.
const SHARED: &str = "router.huggingface.co";

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn depths_of_lists() {
        for (body, want) in [
            ("[0.5, 1]", vec!["[0.5, 1]"]),
            ("[[0.5,1],[2,3]]", vec!["[0.5,1]", "[2,3]"]),
            ("[[[1,2],[3,4]],[[5,6]]]", vec!["[2.0,3.0]", "[5.0,6.0]"]),
            ("[[[[1,2],[3,4]]]]", vec!["[2.0,3.0]"]),
        ] {
            assert_eq!(vectors(&Bytes::from(body)).unwrap(), want, "{body}");
        }
        assert!(vectors(&Bytes::from("{}")).is_err());
    }
}
