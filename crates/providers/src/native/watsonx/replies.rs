//! Replies of text generation as text completions. A stream has the same form: the texts of its events are pieces, and
//! the last one counts all tokens.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::Extra;

/// The rule. It keeps the input's count: only one event of a stream has it.
#[derive(Debug)]
pub(super) struct Generated {
    id: String,
    input: u64,
}

impl Generated {
    /// For a reply that is given this id if it has none.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned(), input: 0 }
    }
}

impl ReplyRule for Generated {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"results\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let Some(results) = frame.root.member::<Vec<Generation>>("results") else { return false };
        let mut output = 0;
        let mut choices = Vec::new();
        for (index, result) in results.iter().enumerate() {
            self.input = self.input.max(result.input_token_count);
            output = result.generated_token_count.saturating_add(output);
            choices.push(json!({
                "index": index,
                "text": result.generated_text,
                "finish_reason": result.stop_reason.as_deref().and_then(finish),
                "logprobs": null,
            }));
        }
        let ended = results.iter().any(|result| result.stop_reason.as_deref().and_then(finish).is_some());
        let created = frame.root.member::<String>("created_at").and_then(|stamp| stamp.parse::<jiff::Timestamp>().ok());
        let mut root = Extra::new();
        root.put("id", &self.id);
        root.put("object", "text_completion");
        root.put("created", &created.map_or(0, jiff::Timestamp::as_second));
        root.put("model", &frame.root.member::<String>("model_id"));
        root.put("choices", &choices);
        if !frame.stream || ended {
            let usage: Value = json!({
                "prompt_tokens": self.input,
                "completion_tokens": output,
                "total_tokens": self.input.saturating_add(output),
            });
            root.put("usage", &usage);
        }
        frame.root = root;
        true
    }
}

/// The end of a text; `None` where it goes on.
fn finish(reason: &str) -> Option<&'static str> {
    match reason.to_ascii_lowercase().as_str() {
        "not_finished" => None,
        "max_tokens" | "token_limit" | "time_limit" => Some("length"),
        _ => Some("stop"),
    }
}

/// IBM, "watsonx.ai API", `TextGenResult`.
#[derive(Debug, Deserialize)]
struct Generation {
    #[serde(default)]
    generated_text: String,
    #[serde(default)]
    generated_token_count: u64,
    #[serde(default)]
    input_token_count: u64,
    stop_reason: Option<String>,
}
