//! Log probabilities, both ways (API reference, "Chat", `logprobs`): the vendor reports them by chunk of text, the
//! canonical model has OpenAI's list of tokens.

use crate::lenient::lenient;
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::Json;

/// A chunk of text and the log probability of each of its tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogprobItem {
    #[serde(deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    logprobs: Option<Vec<f64>>,
}

/// In OpenAI's shape. How a chunk of several tokens divides is not said: it stands as one, with the probability of all
/// of them together.
pub(super) fn canonical(items: &[LogprobItem]) -> Option<Json> {
    let entries = items.iter().filter_map(|item| {
        let text = item.text.as_deref().unwrap_or_default();
        let sum: f64 = item.logprobs.as_ref().filter(|list| !list.is_empty())?.iter().sum();
        Some(json!({ "token": text, "logprob": sum, "bytes": text.as_bytes(), "top_logprobs": [] }))
    });
    let entries: Vec<Value> = entries.collect();
    if entries.is_empty() { None } else { Json::of(&json!({ "content": entries })).ok() }
}

/// Writes a list of chunks, one for each token.
pub(super) fn write_list(raw: &Json, out: &mut BytesMut) {
    let items: Vec<Value> = tokens(raw)
        .into_iter()
        .map(|(token, logprob)| json!({ "text": token, "token_ids": [], "logprobs": [logprob] }))
        .collect();
    crate::openai_chat::json::value(&items, out);
}

/// Writes one chunk of all tokens.
pub(super) fn write_chunk(raw: &Json, out: &mut BytesMut) {
    let (texts, logprobs): (Vec<String>, Vec<f64>) = tokens(raw).into_iter().unzip();
    let chunk = json!({ "text": texts.concat(), "token_ids": [], "logprobs": logprobs });
    crate::openai_chat::json::value(&chunk, out);
}

fn tokens(raw: &Json) -> Vec<(String, f64)> {
    #[derive(Deserialize)]
    struct Listed {
        content: Vec<Token>,
    }
    #[derive(Deserialize)]
    struct Token {
        token: String,
        logprob: f64,
    }
    let listed = raw.read::<Listed>().map(|listed| listed.content).unwrap_or_default();
    listed.into_iter().map(|token| (token.token, token.logprob)).collect()
}
