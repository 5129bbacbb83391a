//! Thinking as a switch, and thoughts as parts.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use serde_json::json;
use tianji_core::generate::Target;
use tianji_core::{Extra, Json};
use tianji_wire::RawObject;

#[derive(Deserialize)]
struct Switch {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Budget {
    #[serde(rename = "type")]
    kind: String,
    budget_tokens: Option<u64>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part {
    Text {
        text: String,
    },
    Thinking {
        thinking: Vec<Part>,
    },
    #[serde(other)]
    Other,
}

/// DeepSeek ("Thinking Mode"), Z.AI and Volcengine know thinking as on or off. An explicit `thinking` wins over an effort.
pub(super) fn effort_as_thinking(body: &mut RawObject) {
    let effort = body.take("reasoning_effort").and_then(|effort| {
        let word = |effort: &Json| effort.read::<String>().ok();
        word(&effort).or_else(|| effort.read::<Extra>().ok()?.get("effort").and_then(word))
    });
    let on = match body.member::<Switch>("thinking") {
        Some(switch) => switch.kind != "disabled",
        None => match effort {
            Some(effort) => effort != "none",
            None => return,
        },
    };
    body.put("thinking", &json!({ "type": if on { "enabled" } else { "disabled" } }));
}

/// vLLM ("Reasoning outputs") and others know efforts only: the highest one whose budget is covered.
pub(super) fn thinking_as_effort(body: &mut RawObject, target: &Target<'_>) {
    let Some(thinking) = body.take("thinking").and_then(|thinking| thinking.read::<Budget>().ok()) else { return };
    let Some(tokens) = thinking.budget_tokens.filter(|_| thinking.kind == "enabled") else { return };
    let efforts = [("high", target.budgets.high), ("medium", target.budgets.medium), ("low", target.budgets.low)];
    let effort = efforts.iter().find(|(_, budget)| tokens >= *budget).map_or("minimal", |(effort, _)| effort);
    if body.json("reasoning_effort").is_none_or(|set| set.is_null()) {
        body.put("reasoning_effort", effort);
    }
}

/// Mistral, "Reasoning": Magistral models answer with `thinking` and `text` parts.
#[derive(Debug)]
pub(super) struct ThinkingParts;

impl ReplyRule for ThinkingParts {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"thinking\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        frame.each_message(|_, message| {
            let Some(parts) = message.member::<Vec<Part>>("content") else { return false };
            let (mut thoughts, mut text) = (String::new(), String::new());
            for part in &parts {
                part.spell(&mut thoughts, &mut text, false);
            }
            message.put("content", &text);
            if !thoughts.is_empty() {
                message.put("reasoning_content", &thoughts);
            }
            true
        })
    }
}

impl Part {
    fn spell(&self, thoughts: &mut String, text: &mut String, thinking: bool) {
        match self {
            Self::Text { text: words } if thinking => thoughts.push_str(words),
            Self::Text { text: words } => text.push_str(words),
            Self::Thinking { thinking } => thinking.iter().for_each(|part| part.spell(thoughts, text, true)),
            Self::Other => {}
        }
    }
}
