//! Replies, which have the form of chat.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde_json::Value;
use tianji_core::Extra;

/// The rule.
#[derive(Debug)]
pub(super) struct Filled;

impl ReplyRule for Filled {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"choices\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let changed = frame.each_choice(|_, choice, part| {
            let Some(said) = choice.member::<Extra>(part) else { return false };
            choice.take(part);
            choice.put("text", &said.member::<String>("content").unwrap_or_default());
            if !choice.contains_key("logprobs") {
                choice.put("logprobs", &Value::Null);
            }
            true
        });
        if changed {
            frame.root.put("object", "text_completion");
        }
        changed
    }
}
