//! Replies: a function call as a tool call, and tokens that were cached.

use super::STATE;
use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde_json::{Value, json};
use tianji_core::Extra;

/// The rule, which gives replies the id that the vendor does not. It remembers that a function was called: the reason of an ending may come in a later frame.
#[derive(Debug)]
pub(super) struct Functions {
    id: String,
    called: bool,
}

impl Functions {
    /// For a reply that is given this id if it has none.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned(), called: false }
    }
}

impl ReplyRule for Functions {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"choices\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let stream = frame.stream;
        frame.each_choice(|_, choice, part| {
            let mut changed = false;
            if let Some(mut message) = choice.member::<Extra>(part)
                && call(&mut message, stream)
            {
                self.called |= message.contains_key("tool_calls");
                choice.put(part, &message);
                changed = true;
            }
            let reason = choice.member::<String>("finish_reason");
            let own = match reason.as_deref() {
                Some("function_call") => Some("tool_calls"),
                Some("stop") if self.called => Some("tool_calls"),
                Some("blacklist") => Some("content_filter"),
                _ => None,
            };
            if let Some(own) = own {
                choice.put("finish_reason", own);
            }
            changed || own.is_some()
        });
        usage(&mut frame.root);
        let is_bare = !frame.root.contains_key("id");
        if is_bare {
            frame.root.put("id", &self.id);
        }
        true
    }
}

/// The one call of a message; its arguments are an object there.
fn call(message: &mut Extra, stream: bool) -> bool {
    let state = message.member::<String>("functions_state_id");
    let state_was_there = message.take("functions_state_id").is_some();
    let Some(function) = message.member::<Value>("function_call").filter(Value::is_object) else {
        return state_was_there;
    };
    message.take("function_call");
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "{}".to_owned(),
        Some(object) => object.to_string(),
    };
    let name = function.get("name").and_then(Value::as_str).unwrap_or_default();
    // A message has one call, so that the name tells calls of one turn apart where the vendor gives no state.
    let id = state.map_or_else(|| format!("call_{name}"), |state| format!("{STATE}{state}"));
    let mut call = Extra::new();
    if stream {
        call.put("index", &0);
    }
    call.put("id", &id);
    call.put("type", "function");
    call.put("function", &json!({ "name": name, "arguments": arguments }));
    message.put("tool_calls", &[call]);
    true
}

/// Cached tokens are among those of the prompt, but not among the total, which is what is paid for.
fn usage(root: &mut Extra) {
    let Some(mut usage) = root.member::<Extra>("usage") else { return };
    let Some(cached) = usage.member::<u64>("precached_prompt_tokens") else { return };
    let count = |name: &str| usage.member::<u64>(name).unwrap_or(0);
    let total = count("prompt_tokens").saturating_add(count("completion_tokens"));
    usage.take("precached_prompt_tokens");
    usage.put("prompt_tokens_details", &json!({ "cached_tokens": cached }));
    usage.put("total_tokens", &total);
    root.put("usage", &usage);
}
