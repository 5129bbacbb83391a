//! DeepInfra (DeepInfra, "Reranker models"): a model of its own address, scores in the order of the documents.

use super::call::payload;
use super::ranking::{Ranking, Scored, Spent, parsed};
use super::{Call, Wire, begin};
use crate::kinds::hosts::model_path;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct DeepInfra;

impl Translator for DeepInfra {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for DeepInfra {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut body = call.extras();
        body.set("queries", &[&call.query]);
        body.set("documents", &call.texts()?);
        let base = call.ask.connection.base.as_str();
        let root = [OPENAI, "/v1"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
        let model = model_path(&call.ask, call.ask.target.model)?;
        call.ask.request_to(&format!("{root}/v1/inference/{model}"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let whole: Whole = parsed(reply)?;
        let results = whole.scores.into_iter().enumerate().map(|(index, score)| Scored::new(index, score));
        Ok(Ranking { id: whole.request_id, results: results.collect(), spent: Spent::read(whole.input_tokens) })
    }
}

#[derive(Deserialize)]
struct Whole {
    scores: Vec<f64>,
    input_tokens: Option<u64>,
    request_id: Option<String>,
}

/// Where its OpenAI-like interface is.
const OPENAI: &str = "/v1/openai";
