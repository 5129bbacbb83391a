//! Google's ranking API (Google Cloud, "Rank and rerank documents with RAG", Discovery Engine).

use super::ranking::{Ranking, Scored, Spent, parsed};
use super::{Call, Wire, begin};
use crate::kinds::compat::malformed;
use crate::kinds::hosts::vertex;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct VertexAi;

impl Translator for VertexAi {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for VertexAi {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let texts = call.texts()?;
        let records: Vec<Value> = call
            .documents
            .iter()
            .zip(texts)
            .enumerate()
            .map(|(index, (raw, text))| record(index, raw.get(), &text))
            .collect();
        let mut body = json!({
            "model": call.ask.target.model,
            "query": call.query,
            "records": records,
            "ignoreRecordDetailsInResponse": true,
        });
        if let (Some(most), Some(body)) = (call.top_n, body.as_object_mut()) {
            body.insert("topN".to_owned(), most.into());
        }
        let own = call.ask.connection.base.as_str();
        let host = if own.is_empty() { HOST } else { own };
        let project = vertex::project(&call.ask)?;
        let url = format!("{host}/v1/projects/{project}/locations/global/rankingConfigs/default_ranking_config:rank");
        call.ask.request_to(&url, body.to_string())
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let whole: Whole = parsed(reply)?;
        let results: Result<Vec<Scored>, Error> = whole
            .records
            .into_iter()
            .map(|one| Ok(Scored::new(one.id.parse().map_err(|_| malformed())?, one.score)))
            .collect();
        Ok(Ranking { id: None, results: results?, spent: Spent::Searches })
    }
}

/// A document under its place in the list; titles of objects count too.
fn record(index: usize, raw: &str, text: &str) -> Value {
    let mut record = json!({ "id": index.to_string(), "content": text });
    let object: Option<Value> = serde_json::from_str(raw).ok();
    let title = object.as_ref().and_then(|object| object.get("title")).cloned();
    if let (Some(title), Some(record)) = (title, record.as_object_mut()) {
        record.insert("title".to_owned(), title);
    }
    record
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    records: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    id: String,
    // Zero is left out of Google's JSON.
    #[serde(default)]
    score: f64,
}

/// The service's address.
const HOST: &str = "https://discoveryengine.googleapis.com";
