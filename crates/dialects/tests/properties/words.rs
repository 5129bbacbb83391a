//! Words, calls and tools that every dialect can say.

use proptest::prelude::*;
use tianji_core::Json;
use tianji_core::generate::{Tool, ToolCall};

/// Words that need escaping, but no tags and no blanks at their ends: Anthropic's turns are trimmed.
pub(crate) fn words() -> impl Strategy<Value = String> {
    "[a-zé🦀\"\\\\]{1,8}"
}

/// A call of a tool.
pub(crate) fn call() -> impl Strategy<Value = ToolCall> {
    ("[a-z0-9]{1,6}", "[a-z]{1,6}", words()).prop_map(|(id, name, word)| ToolCall {
        id: format!("call_{id}"),
        name,
        arguments: serde_json::json!({ "x": word }).to_string(),
        ..ToolCall::default()
    })
}

/// Calls with ids of their own: a vendor gives none twice.
pub(crate) fn numbered(calls: &mut [ToolCall]) {
    for (place, call) in calls.iter_mut().enumerate() {
        call.id = format!("call_{place}");
    }
}

/// A tool on offer.
pub(crate) fn tool() -> impl Strategy<Value = Tool> {
    ("[a-z]{1,6}", prop::option::of(words()), any::<bool>()).prop_map(|(name, description, typed)| Tool::Function {
        name,
        description,
        schema: typed.then(|| Json::parse(r#"{"type":"object","properties":{"x":{"type":"number"}}}"#).unwrap()),
        strict: None,
        cache: None,
    })
}
