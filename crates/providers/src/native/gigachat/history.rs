//! Calls and results of earlier turns: one call a message, named results, JSON on both sides.

use super::STATE;
use crate::body::Members;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use tianji_core::{Extra, LossClass, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, losses: &mut Losses) {
    let concerned = |raw: &[u8]| ["\"tool_call", "\"function_call\""].iter().any(|name| has(raw, name));
    if !body.raw("messages").is_some_and(concerned) {
        return;
    }
    let Some(messages) = body.member::<Vec<Extra>>("messages") else { return };
    let mut history = History { called: HashMap::new(), out: Vec::with_capacity(messages.len()) };
    for (index, message) in messages.into_iter().enumerate() {
        history.take(index, message, losses);
    }
    body.put("messages", &history.out);
}

fn has(raw: &[u8], name: &str) -> bool {
    memchr::memmem::find(raw, name.as_bytes()).is_some()
}

/// The history as the vendor has it.
struct History {
    /// Calls by id, and whether they are written already: only one fits into a message, so that others are written just
    /// before their results.
    called: HashMap<String, (Called, bool)>,
    out: Vec<Extra>,
}

/// A function's name and arguments.
#[derive(Clone, Deserialize)]
struct Called {
    name: String,
    #[serde(default)]
    arguments: Value,
}

impl History {
    fn take(&mut self, index: usize, mut message: Extra, losses: &mut Losses) {
        match message.member::<String>("role").as_deref() {
            Some("assistant") => self.calls(message),
            Some("tool") => self.result(index, message, losses),
            Some("function") => {
                let content = message.member::<String>("content").unwrap_or_default();
                message.put("content", &as_json(content));
                self.out.push(message);
            }
            _ => self.out.push(message),
        }
    }

    fn calls(&mut self, mut message: Extra) {
        #[derive(Deserialize)]
        struct Call {
            #[serde(default)]
            id: String,
            function: Called,
        }
        if let Some(called) = message.member::<Called>("function_call") {
            message.put("function_call", &written(&called));
        }
        let calls = message.member::<Vec<Call>>("tool_calls").unwrap_or_default();
        message.take("tool_calls");
        for (position, call) in calls.into_iter().enumerate() {
            if position == 0 {
                write(&mut message, &call.id, &call.function);
            }
            self.called.insert(call.id, (call.function, position == 0));
        }
        self.out.push(message);
    }

    fn result(&mut self, index: usize, message: Extra, losses: &mut Losses) {
        let id = message.member::<String>("tool_call_id").unwrap_or_default();
        let Some((called, is_written)) = self.called.get_mut(&id) else {
            let reason = "answers no call of the conversation, whose name the vendor wants";
            losses.push(LossClass::Content, format!("messages[{index}]"), reason);
            return;
        };
        if !*is_written {
            *is_written = true;
            let mut call = Extra::new();
            call.put("role", "assistant");
            write(&mut call, &id, called);
            self.out.push(call);
        }
        let content = message.member::<String>("content").unwrap_or_default();
        let mut result = Extra::new();
        result.put("role", "function");
        result.put("name", &called.name);
        result.put("content", &as_json(content));
        self.out.push(result);
    }
}

/// Puts a call on a message; content is a text there even if it says nothing.
fn write(message: &mut Extra, id: &str, called: &Called) {
    if message.get("content").is_none_or(|content| content.is_null()) {
        message.put("content", "");
    }
    message.put("function_call", &written(called));
    if let Some(state) = id.strip_prefix(STATE) {
        message.put("functions_state_id", state);
    }
}

/// Arguments are an object there, and a text that holds one in OpenAI's form.
fn written(called: &Called) -> Value {
    let arguments = match &called.arguments {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| json!({})),
        other => other.clone(),
    };
    let arguments = if arguments.is_object() { arguments } else { json!({}) };
    json!({ "name": called.name, "arguments": arguments })
}

/// Results must be JSON; other texts become one member of an object.
fn as_json(content: String) -> String {
    let object = serde_json::from_str::<Value>(&content).is_ok_and(|value| value.is_object());
    if object { content } else { json!({ "result": content }).to_string() }
}
