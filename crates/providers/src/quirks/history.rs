//! Members of earlier messages that vendors need or refuse.

use crate::body::Members;
use crate::messages::Pass;
use serde::Deserialize;
use tianji_core::{Extra, LossClass};

#[derive(Deserialize)]
struct Call {
    id: String,
    function: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Thought {
    thinking: Option<String>,
}

/// Puts the tool's name, known from the call, on its result.
pub(super) fn name_on_tool(message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    for call in message.member::<Vec<Call>>("tool_calls").unwrap_or_default() {
        if let Some(function) = call.function {
            pass.tool_names.insert(call.id, function.name);
        }
    }
    let Some(id) = message.member::<String>("tool_call_id") else { return false };
    let Some(name) = pass.tool_names.get(&id).filter(|_| !message.contains_key("name")) else { return false };
    message.put("name", name);
    true
}

/// Removes the speaker's name from messages of other roles.
pub(super) fn name_only_on(wanted: &str, message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    let kept = message.member::<String>("role").is_some_and(|role| role == wanted);
    if kept || message.take("name").is_none() {
        return false;
    }
    pass.lose(LossClass::Hint, "name", "the provider takes names of one role only");
    true
}

/// Removes members of earlier replies that the vendor refuses to read back.
pub(super) fn strip(message: &mut Extra, members: &[String]) -> bool {
    if message.member::<String>("role").is_none_or(|role| role != "assistant") {
        return false;
    }
    let before = message.len();
    message.retain(|name, _| !members.contains(name));
    message.len() != before
}

/// Thinking blocks of an earlier reply become the vendor's `reasoning_content`.
pub(super) fn reasoning_echo(message: &mut Extra) -> bool {
    let Some(thoughts) = message.member::<Vec<Thought>>("thinking_blocks") else { return false };
    message.take("thinking_blocks");
    let text: String = thoughts.into_iter().filter_map(|thought| thought.thinking).collect();
    if !text.is_empty() && !message.contains_key("reasoning_content") {
        message.put("reasoning_content", &text);
    }
    true
}
