//! Conversations as one prompt, for upstreams that take nothing else.

mod along;
mod answer;
mod template;

pub(crate) use along::along;
pub(crate) use answer::Answer;
pub(crate) use template::Family;

use crate::{DialectError, gemini};
use tianji_core::generate::{GenerateRequest, Message, Part, Role};
use tianji_core::{LossClass, Losses};

/// The messages as roles and texts.
///
/// # Errors
/// [`DialectError::Content`] for parts that are not text.
pub(crate) fn turns(request: &GenerateRequest, losses: &mut Losses) -> Result<Vec<(Role, String)>, DialectError> {
    let mut texts = Vec::with_capacity(request.messages.len());
    for (at, message) in request.messages.iter().enumerate() {
        if message.name.is_some() {
            losses.push(LossClass::Hint, format!("messages[{at}].name"), "a prompt has no speakers");
        }
        texts.push((message.role, text_of(message, at, losses)?));
    }
    Ok(texts)
}

/// Turns with their speakers, ending where the model is to go on.
pub(crate) fn transcript(turns: &[(Role, String)]) -> String {
    let mut prompt = String::new();
    for (role, text) in turns {
        prompt.push_str(match role {
            Role::System | Role::Developer => "",
            Role::User | Role::Tool => "User: ",
            Role::Assistant => "Assistant: ",
        });
        prompt.push_str(text);
        prompt.push_str("\n\n");
    }
    prompt.push_str("Assistant:");
    prompt
}

/// The instructions at the start, and the rest.
pub(crate) fn split_system(turns: &[(Role, String)]) -> (Option<String>, &[(Role, String)]) {
    let count = turns.iter().take_while(|(role, _)| is_system(*role)).count();
    let (system, rest) = turns.split_at(count);
    let texts: Vec<&str> = system.iter().map(|(_, text)| text.as_str()).collect();
    (Some(texts.join("\n\n")).filter(|text| !text.is_empty()), rest)
}

const fn is_system(role: Role) -> bool {
    matches!(role, Role::System | Role::Developer)
}

fn text_of(message: &Message, at: usize, losses: &mut Losses) -> Result<String, DialectError> {
    let mut text = String::new();
    for (place, part) in message.parts.iter().enumerate() {
        let path = || format!("messages[{at}].content[{place}]");
        match part {
            Part::Text(said) => {
                if said.cache.is_some() {
                    losses.push(LossClass::Hint, format!("{}.cache_control", path()), "no cache marks");
                }
                text.push_str(&said.text);
            }
            Part::Refusal(words) => text.push_str(words),
            Part::Thinking(_) | Part::RedactedThinking { .. } => {
                losses.push(LossClass::Hint, path(), "earlier thoughts are not part of a prompt");
            }
            Part::Opaque(own) if own.type_name == gemini::SIGNATURE => {
                losses.push(LossClass::Hint, path(), "another vendor's signature");
            }
            Part::Image(_)
            | Part::Audio(_)
            | Part::Video(_)
            | Part::File(_)
            | Part::ToolCall(_)
            | Part::ToolResult(_)
            | Part::Opaque(_) => {
                return Err(DialectError::Content { path: path(), reason: "a text completion takes text only".into() });
            }
        }
    }
    Ok(text)
}
