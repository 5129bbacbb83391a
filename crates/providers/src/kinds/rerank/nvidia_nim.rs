//! NVIDIA (NVIDIA, "Use NVIDIA NeMo Retriever Reranking NIM"): logits of passages. Those that NVIDIA hosts have an address
//! for each model; a server of one's own has `/v1/ranking`, which the prefix `ranking/` of a model asks for.

use super::call::payload;
use super::ranking::{Ranking, Scored, Spent, exact, parsed};
use super::{Call, Wire, begin};
use crate::kinds::hosts::model_path;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct NvidiaNim;

impl Translator for NvidiaNim {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for NvidiaNim {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut body = call.extras();
        let name = call.ask.target.model;
        let model = name.strip_prefix(RANKING).unwrap_or(name);
        let passages: Vec<Value> = call.texts()?.into_iter().map(|text| json!({ "text": text })).collect();
        body.set("model", model);
        body.set("query", &json!({ "text": call.query }));
        body.set("passages", &passages);
        call.ask.request_to(&address(&call.ask, name, model)?, payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let whole: Whole = parsed(reply)?;
        let results = whole
            .rankings
            .into_iter()
            .map(|one| Scored { logit: Some(one.logit), ..Scored::new(one.index, 1.0 / (1.0 + (-one.logit).exp())) });
        let tokens = whole.usage.and_then(|usage| usage.total_tokens);
        Ok(Ranking { id: None, results: results.collect(), spent: Spent::read(tokens) })
    }
}

fn address(ask: &Ask<'_>, name: &str, model: &str) -> Result<String, Error> {
    let base = ask.connection.base.as_str();
    let ranks = name.starts_with(RANKING);
    if base == CATALOGUE && !ranks {
        // Names have dots in bodies and underscores in addresses.
        return Ok(format!("{HOSTED}/{}/reranking", model_path(ask, &model.replace('.', "_"))?));
    }
    if base.contains("/retrieval/") || base.ends_with("/ranking") {
        return Ok(base.to_owned());
    }
    let root = base.strip_suffix("/v1").unwrap_or(base);
    if ranks {
        Ok(format!("{root}/v1/ranking"))
    } else {
        Ok(format!("{root}/v1/retrieval/{}/reranking", model_path(ask, model)?))
    }
}

#[derive(Deserialize)]
struct Whole {
    rankings: Vec<One>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    #[serde(deserialize_with = "exact")]
    logit: f64,
}

#[derive(Deserialize)]
struct Tokens {
    total_tokens: Option<u64>,
}

/// Prefix of a model that asks for `/v1/ranking`.
const RANKING: &str = "ranking/";
/// Where NVIDIA serves chat and embeddings.
const CATALOGUE: &str = "https://integrate.api.nvidia.com/v1";
/// Where NVIDIA serves rerankers.
const HOSTED: &str = "https://ai.api.nvidia.com/v1/retrieval";
