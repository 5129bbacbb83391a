//! Replies and pieces of streams as text generation has them: `text_output`, or the tensor of that name.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use serde_json::Value;
use tianji_core::Extra;

/// The rule.
#[derive(Debug)]
pub(super) struct Outputs;

impl ReplyRule for Outputs {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"text_output\"") || text.contains("\"outputs\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let said = frame.root.member::<Value>(TEXT).or_else(|| tensor(&frame.root));
        let Some(text) = said.and_then(joined) else { return false };
        let mut root = Extra::new();
        root.put("generated_text", &text);
        frame.root = root;
        true
    }
}

/// The values of the output that holds the text: the one of that name, else the first of texts.
fn tensor(root: &Extra) -> Option<Value> {
    let mut outputs: Vec<Output> = root.member("outputs")?;
    let named = outputs.iter().position(|output| output.name == TEXT);
    let at = named.or_else(|| outputs.iter().position(|output| output.datatype == "BYTES"))?;
    Some(outputs.swap_remove(at).data)
}

/// A text, or pieces of one.
fn joined(said: Value) -> Option<String> {
    match said {
        Value::String(text) => Some(text),
        Value::Array(pieces) => pieces.into_iter().map(joined).collect(),
        _ => None,
    }
}

/// KServe, "Open Inference Protocol V2", `response_output`.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    name: String,
    #[serde(default)]
    datatype: String,
    #[serde(default)]
    data: Value,
}

/// Name of the text in replies.
const TEXT: &str = "text_output";
