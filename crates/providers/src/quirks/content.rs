//! Content lists for vendors that take strings.

use crate::body::Members;
use crate::messages::Pass;
use serde::Deserialize;
use tianji_core::{Extra, LossClass};

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

/// A list of only text parts becomes one string.
pub(super) fn flatten_text(message: &mut Extra) -> bool {
    let Some(parts) = message.member::<Vec<Part>>("content") else { return false };
    if parts.is_empty() || parts.iter().any(|part| part.kind != "text") {
        return false;
    }
    message.put("content", &joined(&parts));
    true
}

/// Any list becomes one string. Parts that are not text stop the call.
pub(super) fn flatten_all(message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    let Some(parts) = message.member::<Vec<Part>>("content") else { return false };
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.kind != "text") {
        let member = format!("content[{at}].{}", part.kind);
        pass.lose(LossClass::Content, &member, "the provider takes only text");
    }
    message.put("content", &joined(&parts));
    true
}

/// Mistral refuses an empty `content` beside tool calls, and an assistant's turn that says nothing.
pub(super) fn drop_empty(message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    let said = |name: &str| message.get(name).is_some_and(|it| !matches!(it.text(), "\"\"" | "null" | "[]"));
    if said("content") || message.member::<String>("role").is_none_or(|role| role != "assistant") {
        return false;
    }
    pass.left_out = !said("tool_calls") && !said("refusal") && !said("prefix");
    message.take("content").is_some() || pass.left_out
}

fn joined(parts: &[Part]) -> String {
    parts.iter().filter_map(|part| part.text.as_deref()).collect()
}
