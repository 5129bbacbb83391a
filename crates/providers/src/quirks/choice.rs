//! `tool_choice` in the words of vendors that lack some of OpenAI's.

use crate::body::Members;
use crate::params::refuse;
use serde_json::value::RawValue;
use tianji_core::generate::Target;
use tianji_core::{Json, Losses};
use tianji_wire::RawObject;

/// Mistral, "Function calling": `any` forces a call.
pub(super) fn any(body: &mut RawObject) {
    if is(body, "required") {
        body.put("tool_choice", "any");
    }
}

pub(super) fn auto_none(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
    if !is(body, "auto") && !is(body, "none") {
        refuse(body, "tool_choice", target, losses);
    }
}

/// Moonshot, "Tool use": `required` is not known; the documentation proposes to ask in words.
pub(super) fn by_word(body: &mut RawObject) {
    if !is(body, "required") {
        return;
    }
    body.put("tool_choice", "auto");
    let Some(messages) = body.json("messages") else { return };
    let Ok(mut list) = messages.read::<Vec<&RawValue>>() else { return };
    let Ok(ask) = Json::of(&serde_json::json!({ "role": "user", "content": ASK_FOR_A_TOOL })) else { return };
    let Ok(ask) = ask.read::<&RawValue>() else { return };
    list.push(ask);
    body.put("messages", &list);
}

fn is(body: &RawObject, word: &str) -> bool {
    body.member::<String>("tool_choice").is_some_and(|choice| choice == word)
}

/// What stands for `required`.
const ASK_FOR_A_TOOL: &str = "Answer by calling one of the tools.";
