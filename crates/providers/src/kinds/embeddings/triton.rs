//! NVIDIA Triton Inference Server (KServe, "Open Inference Protocol V2"): texts as one tensor, vectors as the rows of
//! another. The tensors are called as the reference proxy calls them.

use super::compat::{list, payload};
use super::{Call, Item, Part, Wire, begin, huggingface};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Triton;

impl Translator for Triton {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Triton {
    fn unsupported(_: &Ask<'_>) -> &'static [&'static str] {
        &["dimensions", "user"]
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = call.vendor_params();
        let (count, data) = (items.len(), list(items));
        let head = format!(r#"[{{"name":"input_text","shape":[{count}],"datatype":"BYTES","data":"#);
        body.set_raw("inputs", [head.as_bytes(), data.as_ref(), b"}]".as_slice()].concat().into());
        call.ask.request(payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let output = whole.outputs.into_iter().next().ok_or_else(malformed)?;
        Ok(Part { vectors: rows(&output, &reply.body)?, usage: None })
    }
}

/// The rows of a tensor. Its values are nested, or in one list of which the last dimension says how it is cut.
fn rows(output: &Output<'_>, body: &Bytes) -> Result<Vec<Bytes>, Error> {
    let values: Vec<&RawValue> =
        serde_json::from_str(output.data.get()).map_err(|cause| malformed().with_source(cause))?;
    if values.first().is_some_and(|first| first.get().starts_with('[')) {
        return huggingface::vectors(&body.slice_ref(output.data.get().as_bytes()));
    }
    let width = output.shape.last().copied().filter(|width| *width > 0 && values.len().is_multiple_of(*width));
    let rows = values.chunks_exact(width.ok_or_else(malformed)?);
    Ok(rows
        .map(|row| {
            let numbers: Vec<&str> = row.iter().map(|number| number.get()).collect();
            format!("[{}]", numbers.join(",")).into()
        })
        .collect())
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    outputs: Vec<Output<'a>>,
}

#[derive(Deserialize)]
struct Output<'a> {
    shape: Vec<usize>,
    #[serde(borrow)]
    data: &'a RawValue,
}
