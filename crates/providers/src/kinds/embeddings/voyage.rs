//! Voyage AI (Voyage AI, "Text embedding models" and "Contextualized chunk embeddings"). The sizes of vectors are
//! `output_dimension`, which the row says; context models take documents as lists of their chunks.

use super::compat::{body, payload};
use super::{Call, Item, Part, Wanted, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::{Ask, Flow, Translator, usage_of};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Voyage;

impl Translator for Voyage {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Voyage {
    fn takes_tokens() -> bool {
        true
    }

    fn batch(_: &Ask<'_>, _: &[Item<'_>]) -> usize {
        MOST_INPUTS
    }

    fn request(call: &Call<'_>, items: &[Item<'_>]) -> Result<WireRequest, Error> {
        let mut body = body(call, items);
        // Numbers are meant where nothing is said; the word "float" is not taken.
        if call.wanted == Wanted::Floats {
            body.remove("encoding_format");
        }
        if !call.ask.target.model.starts_with(CONTEXT_MODELS) {
            return call.ask.request(payload(&body));
        }
        body.remove("input");
        let groups: Vec<String> = items.iter().map(group).collect();
        body.set_raw("inputs", format!("[{}]", groups.join(",")).into());
        let base = call.ask.connection.base.as_str();
        call.ask.request_to(&format!("{base}/contextualizedembeddings"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Part, Error> {
        let whole: Whole<'_> = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        let mut vectors = Vec::new();
        for datum in in_order(whole.data) {
            match datum {
                Datum { embedding: Some(vector), .. } => vectors.push(vector),
                Datum { data: Some(chunks), .. } => {
                    vectors.extend(in_order(chunks).into_iter().filter_map(|chunk| chunk.embedding));
                }
                _ => return Err(malformed()),
            }
        }
        let vectors = vectors.into_iter().map(|vector| reply.body.slice_ref(vector.get().as_bytes())).collect();
        Ok(Part { vectors, usage: whole.usage.and_then(|usage| usage_of(usage.get().as_bytes())) })
    }
}

/// A document is a list of chunks; a text is a document of one.
fn group(item: &Item<'_>) -> String {
    if item.is_text() { format!("[{}]", item.raw().get()) } else { item.raw().get().to_owned() }
}

fn in_order(mut data: Vec<Datum<'_>>) -> Vec<Datum<'_>> {
    data.sort_by_key(|datum| datum.index);
    data
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    data: Vec<Datum<'a>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Datum<'a> {
    #[serde(default)]
    index: u64,
    #[serde(borrow)]
    embedding: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<Vec<Datum<'a>>>,
}

/// Longest list of inputs (Voyage AI, "Text embedding models").
const MOST_INPUTS: usize = 1000;
/// How names of context models begin.
const CONTEXT_MODELS: &str = "voyage-context";
