//! Hugging Face's Text Embeddings Inference (Hugging Face, "Text Embeddings Inference", `POST /rerank`).

use super::call::payload;
use super::ranking::{Ranking, Scored, Spent, exact, parsed};
use super::{Call, Wire, begin};
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct HuggingFace;

impl Translator for HuggingFace {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for HuggingFace {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let mut body = call.extras();
        body.set("query", &call.query);
        body.set("texts", &call.texts()?);
        if let Some(wanted) = call.return_documents {
            body.set("return_text", &wanted);
        }
        let base = call.ask.connection.base.as_str();
        let root = ["/v1", "/rerank"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
        call.ask.request_to(&format!("{root}/rerank"), payload(&body))
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let list: Vec<One> = parsed(reply)?;
        let results = list
            .into_iter()
            .map(|one| Scored { document: one.text.map(Into::into), ..Scored::new(one.index, one.score) });
        Ok(Ranking { id: None, results: results.collect(), spent: Spent::Unknown })
    }
}

#[derive(Deserialize)]
struct One {
    index: usize,
    #[serde(deserialize_with = "exact")]
    score: f64,
    text: Option<String>,
}
