//! Vendors that answer `POST {base}/rerank` in the form that Jina, Together, Fireworks, Infinity and vLLM share: `results`
//! or `data`, and usage as OpenAI tells it.

use super::call::payload;
use super::ranking::{Ranking, Scored, Spent, exact, parsed};
use super::{Call, Wire, begin};
use crate::kinds::compat::in_band;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::Value;
use tianji_core::{Error, Losses, Reply, WireRequest};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Compat;

impl Translator for Compat {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Compat {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        call.ask.request(payload(&body(call)))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        read(reply)
    }
}

/// The client's body with the upstream's model name.
pub(super) fn body(call: &Call<'_>) -> RawObject {
    let mut body = call.ask.body.clone();
    body.set("model", call.ask.target.model);
    let objects = call.documents.iter().any(|document| !document.get().starts_with('"'));
    // Most take texts alone. What has no text (a picture) is for the vendor to judge.
    if let (true, Ok(texts)) = (objects, call.texts()) {
        body.set("documents", &texts);
        body.remove("rank_fields");
    }
    body
}

/// Results and usage of the common form.
pub(super) fn read(reply: &Reply) -> Result<Ranking, Error> {
    if let Some(error) = RawObject::parse(reply.body.clone()).ok().as_ref().and_then(in_band) {
        return Err(error);
    }
    let whole: Whole = parsed(reply)?;
    let spent = match (whole.meta, whole.usage) {
        (Some(meta), _) if meta.is_object() => Spent::Meta(meta),
        (_, Some(usage)) => usage.spent(),
        _ => Spent::Unknown,
    };
    let results =
        whole.results.into_iter().map(|one| Scored { document: one.document, ..Scored::new(one.index, one.score) });
    Ok(Ranking { id: whole.id, results: results.collect(), spent })
}

#[derive(Deserialize)]
struct Whole {
    id: Option<String>,
    #[serde(alias = "data")]
    results: Vec<One>,
    meta: Option<Value>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    #[serde(alias = "relevance_score", deserialize_with = "exact")]
    score: f64,
    document: Option<Value>,
}

#[derive(Deserialize)]
struct Tokens {
    total_tokens: Option<u64>,
    prompt_tokens: Option<u64>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Tokens {
    /// Where only a total is told, all of it was read.
    fn spent(self) -> Spent {
        let Some(total) = self.total_tokens.or(self.prompt_tokens).or(self.input_tokens) else { return Spent::Unknown };
        let only = self.prompt_tokens.is_none().then_some(total);
        Spent::Tokens { total, input: self.input_tokens.or(only), output: self.output_tokens }
    }
}
