//! Replies of both formats as OpenAI's. Events of a stream are messages in pieces.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde_json::{Map, Value, json};
use tianji_core::Extra;

/// The rule. It counts the calls of a stream: pieces of arguments that follow do not say whose they are.
#[derive(Debug)]
pub(super) struct Chat {
    id: String,
    calls: u64,
}

impl Chat {
    /// For a reply that is given this id if it has none.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned(), calls: 0 }
    }
}

impl ReplyRule for Chat {
    fn wants(&self, _: &str) -> bool {
        true
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        if frame.stream { self.event(frame) } else { self.whole(frame) }
    }
}

impl Chat {
    fn whole(&mut self, frame: &mut Frame) -> bool {
        let Some(reply) = frame.root.member::<Value>("chatResponse").filter(Value::is_object) else { return false };
        let choices: Vec<Value> = match reply.get("choices").and_then(Value::as_array) {
            Some(list) => list.iter().map(|choice| self.choice(choice, "message")).collect(),
            None => vec![self.cohere(&reply, "message", true)],
        };
        let created =
            reply.get("timeCreated").and_then(Value::as_str).and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let model = frame.root.json("modelId");
        let mut root = Extra::new();
        root.put("id", &self.id);
        root.put("object", "chat.completion");
        root.put("created", &created.map_or(0, jiff::Timestamp::as_second));
        if let Some(model) = model {
            root.put_json("model", model);
        }
        root.put("choices", &choices);
        // Newer replies count by choice.
        let of_choices = || reply.pointer("/choices/0/usage");
        if let Some(usage) = reply.get("usage").filter(|usage| usage.is_object()).or_else(of_choices).and_then(usage) {
            root.put("usage", &usage);
        }
        frame.root = root;
        true
    }

    fn event(&mut self, frame: &mut Frame) -> bool {
        let event: Map<String, Value> = frame.root.iter().map(|(name, value)| (name.clone(), value.value())).collect();
        let event = Value::from(event);
        let is_cohere =
            event.get("apiFormat").and_then(Value::as_str).is_some_and(|format| format.starts_with("COHERE"));
        let says = ["message", "finishReason", "text", "toolCalls"].iter().any(|name| event.get(*name).is_some());
        let spent = event.get("usage").and_then(usage);
        if !says && spent.is_none() {
            return false;
        }
        let choices = match (says, is_cohere) {
            (false, _) => Vec::new(),
            // The last event says the whole text once more.
            (true, true) => vec![self.cohere(&event, "delta", event.get("finishReason").is_none())],
            (true, false) => vec![self.choice(&event, "delta")],
        };
        let mut root = Extra::new();
        root.put("id", &self.id);
        root.put("object", "chat.completion.chunk");
        root.put("choices", &choices);
        if let Some(spent) = spent {
            root.put("usage", &spent);
        }
        frame.root = root;
        true
    }

    fn choice(&mut self, choice: &Value, part: &str) -> Value {
        let message = choice.get("message").unwrap_or(&Value::Null);
        let mut own = Map::new();
        own.insert("role".to_owned(), json!("assistant"));
        let contents = message.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text: String = contents.iter().filter_map(|one| one.get("text").and_then(Value::as_str)).collect();
        let is_said = contents.iter().any(|one| one.get("text").is_some());
        if is_said || part == "message" {
            own.insert("content".to_owned(), if is_said { text.into() } else { Value::Null });
        }
        for (name, known) in [("reasoningContent", "reasoning_content"), ("refusal", "refusal")] {
            if let Some(value) = message.get(name).filter(|value| value.is_string()) {
                own.insert(known.to_owned(), value.clone());
            }
        }
        let calls = message.get("toolCalls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let called: Vec<Value> = calls.iter().map(|call| self.call(call, part)).collect();
        let has_calls = !called.is_empty() || (part == "delta" && self.calls > 0);
        if !called.is_empty() {
            own.insert("tool_calls".to_owned(), called.into());
        }
        let reason = choice.get("finishReason").and_then(Value::as_str).map(|reason| finish(reason, has_calls));
        json!({ "index": choice.get("index").unwrap_or(&json!(0)), part: own, "finish_reason": reason })
    }

    /// A call begins with its name; what follows without one are more of its arguments.
    fn call(&mut self, call: &Value, part: &str) -> Value {
        let text = |name| call.get(name).and_then(Value::as_str).filter(|text: &&str| !text.is_empty());
        let begins = text("name").is_some();
        let index = if begins { self.calls } else { self.calls.saturating_sub(1) };
        self.calls = self.calls.saturating_add(u64::from(begins));
        let mut function = Map::new();
        if let Some(name) = text("name") {
            function.insert("name".to_owned(), name.into());
        }
        function.insert("arguments".to_owned(), text("arguments").unwrap_or_default().into());
        let mut own = Map::new();
        if part == "delta" {
            own.insert("index".to_owned(), index.into());
        }
        if begins {
            own.insert("id".to_owned(), text("id").map_or_else(|| format!("call_{index}"), str::to_owned).into());
            own.insert("type".to_owned(), json!("function"));
        }
        own.insert("function".to_owned(), function.into());
        own.into()
    }

    fn cohere(&mut self, reply: &Value, part: &str, with_text: bool) -> Value {
        let mut own = Map::new();
        own.insert("role".to_owned(), json!("assistant"));
        let text = reply.get("text").filter(|text| with_text && text.is_string());
        if let Some(text) = text {
            own.insert("content".to_owned(), text.clone());
        }
        let calls = reply.get("toolCalls").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let called: Vec<Value> = calls
            .iter()
            .map(|call| {
                let arguments = call.get("parameters").map_or_else(|| "{}".to_owned(), Value::to_string);
                self.call(&json!({ "name": call.get("name"), "arguments": arguments }), part)
            })
            .collect();
        let has_calls = !called.is_empty() || (part == "delta" && self.calls > 0);
        if !called.is_empty() {
            own.insert("tool_calls".to_owned(), called.into());
        }
        let reason = reply.get("finishReason").and_then(Value::as_str).map(|reason| finish(reason, has_calls));
        json!({ "index": 0, part: own, "finish_reason": reason })
    }
}

fn finish(reason: &str, has_calls: bool) -> &'static str {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "error_limit" => "length",
        "content_filter" | "error_toxic" => "content_filter",
        "tool_calls" | "tool_call" => "tool_calls",
        _ if has_calls => "tool_calls",
        _ => "stop",
    }
}

fn usage(usage: &Value) -> Option<Value> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let (input, output) = (count("promptTokens")?, count("completionTokens").unwrap_or(0));
    let mut own = json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": count("totalTokens").unwrap_or_else(|| input.saturating_add(output)),
    });
    let members = own.as_object_mut()?;
    if let Some(cached) = usage.pointer("/promptTokensDetails/cachedTokens").filter(|count| count.is_u64()) {
        members.insert("prompt_tokens_details".to_owned(), json!({ "cached_tokens": cached }));
    }
    if let Some(thought) = usage.pointer("/completionTokensDetails/reasoningTokens").filter(|count| count.is_u64()) {
        members.insert("completion_tokens_details".to_owned(), json!({ "reasoning_tokens": thought }));
    }
    Some(own)
}
