//! Amazon Bedrock (AWS, "Rerank", Agents for Amazon Bedrock Runtime).

use super::ranking::{Ranking, Scored, Spent, exact, parsed};
use super::{Call, Wire, begin};
use crate::kinds::hosts::bedrock;
use crate::kinds::{Ask, Flow, Translator};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tianji_core::{Error, Losses, Reply, WireRequest};

/// The translator.
#[derive(Debug)]
pub(super) struct Bedrock;

impl Translator for Bedrock {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        begin::<Self>(ask, losses)
    }
}

impl Wire for Bedrock {
    fn request(call: &Call<'_>) -> Result<WireRequest, Error> {
        let sources: Vec<Value> = call.documents.iter().map(|document| source(document)).collect();
        let most = call.top_n.unwrap_or(u64::MAX).min(sources.len() as u64);
        let mut model = json!({ "modelArn": arn(&call.ask) });
        let extras: serde_json::Map<String, Value> =
            serde_json::from_slice(&call.extras().to_bytes()).unwrap_or_default();
        if let (false, Some(model)) = (extras.is_empty(), model.as_object_mut()) {
            model.insert("additionalModelRequestFields".to_owned(), extras.into());
        }
        let body = json!({
            "queries": [{ "type": "TEXT", "textQuery": { "text": call.query } }],
            "sources": sources,
            "rerankingConfiguration": {
                "type": "BEDROCK_RERANKING_MODEL",
                "bedrockRerankingConfiguration": { "modelConfiguration": model, "numberOfResults": most },
            },
        });
        let base = bedrock::base(&call.ask, AGENTS)?.replace("://bedrock-runtime.", "://bedrock-agent-runtime.");
        call.ask.request_to(&format!("{base}/rerank"), body.to_string())
    }

    fn read(reply: &Reply) -> Result<Ranking, Error> {
        let whole: Whole = parsed(reply)?;
        let results = whole.results.into_iter().map(|one| Scored::new(one.index, one.relevance_score));
        Ok(Ranking { id: None, results: results.collect(), spent: Spent::Searches })
    }
}

/// A text, or an object as JSON.
fn source(document: &RawValue) -> Value {
    let value: Value = serde_json::from_str(document.get()).unwrap_or_default();
    let inline = match value {
        Value::String(text) => json!({ "type": "TEXT", "textDocument": { "text": text } }),
        other => json!({ "type": "JSON", "jsonDocument": other }),
    };
    json!({ "type": "INLINE", "inlineDocumentSource": inline })
}

fn arn(ask: &Ask<'_>) -> String {
    let model = bedrock::model_id(ask);
    if model.starts_with("arn:") {
        return model.to_owned();
    }
    format!("arn:aws:bedrock:{}::foundation-model/{model}", bedrock::region(ask))
}

#[derive(Deserialize)]
struct Whole {
    results: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    index: usize,
    #[serde(deserialize_with = "exact")]
    relevance_score: f64,
}

/// The service's name in its host.
const AGENTS: &str = "bedrock-agent-runtime";
