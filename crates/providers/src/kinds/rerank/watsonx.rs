//! IBM watsonx.ai (IBM, "watsonx.ai API", "Generate rerank").

use super::call::payload;
use super::ranking::{Ranking, Scored, Spent, exact, parsed};
use super::{Call, Wire, begin};
use crate::kinds::hosts::watsonx;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Watsonx;

impl Translator for Watsonx {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Watsonx {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut params = call.extras();
        if let Some(most) = call.ask.body.u64("max_tokens_per_doc") {
            params.set("truncate_input_tokens", &most);
        }
        let mut options = json!({ "inputs": call.return_documents.unwrap_or(false) });
        if let (Some(most), Some(options)) = (call.top_n, options.as_object_mut()) {
            options.insert("top_n".to_owned(), most.into());
        }
        params.set("return_options", &options);
        let mut body = watsonx::body(&call.ask, &params, &["truncate_input_tokens", "return_options"]);
        let inputs: Vec<Value> = call.texts()?.into_iter().map(|text| json!({ "text": text })).collect();
        body.set("query", &call.query);
        body.set("inputs", &inputs);
        call.ask.request_to(&watsonx::url(&call.ask, "text/rerank"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let whole: Whole = parsed(reply)?;
        let results =
            whole.results.into_iter().map(|one| Scored { document: one.input, ..Scored::new(one.index, one.score) });
        Ok(Ranking { id: None, results: results.collect(), spent: Spent::read(whole.input_token_count) })
    }
}

#[derive(Deserialize)]
struct Whole {
    results: Vec<One>,
    input_token_count: Option<u64>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    #[serde(deserialize_with = "exact")]
    score: f64,
    input: Option<Value>,
}
