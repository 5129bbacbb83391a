//! Replies: `response` is the answer, beside the history that has it once more. Nobody counts tokens.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde_json::json;
use tianji_core::Extra;

/// The rule.
#[derive(Debug)]
pub(super) struct Answered {
    id: String,
}

impl Answered {
    /// For a reply that is given this id.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned() }
    }
}

impl ReplyRule for Answered {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"response\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let Some(text) = frame.root.member::<String>("response") else { return false };
        let (object, part) =
            if frame.stream { ("chat.completion.chunk", "delta") } else { ("chat.completion", "message") };
        let mut choice = Extra::new();
        choice.put("index", &0);
        choice.put(part, &json!({ "role": "assistant", "content": text }));
        choice.put("finish_reason", "stop");
        let mut root = Extra::new();
        root.put("id", &self.id);
        root.put("object", object);
        root.put("created", &0);
        root.put("choices", &[choice]);
        frame.root = root;
        true
    }
}
