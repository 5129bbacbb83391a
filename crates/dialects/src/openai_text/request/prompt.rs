//! Prompts, both ways.

use crate::{DialectError, gemini};
use serde_json::Value;
use tianji_core::generate::{GenerateRequest, Message, Part, Role};
use tianji_core::{DialectId, Json, LossClass, Losses};

/// One user message for each prompt, as the reference proxy has it. A prompt of its own is bare, one of a list is not.
///
/// # Errors
/// Token ids mean something to one model only: they can be forwarded, not translated.
pub(super) fn decode(raw: &Json) -> Result<Vec<Message>, DialectError> {
    let list = match raw.value() {
        Value::String(text) => return Ok(vec![Message::text(Role::User, text)]),
        Value::Array(list) if !list.is_empty() => list,
        _ => return Err(DialectError::invalid("prompt", "it must be a text or a list of texts")),
    };
    let message = |prompt: Value| match prompt {
        Value::String(text) => Ok(Message::of(Role::User, vec![Part::text(text)])),
        Value::Number(_) | Value::Array(_) => {
            Err(DialectError::invalid("prompt", "token ids can only be sent to a model that takes text completions"))
        }
        _ => Err(DialectError::invalid("prompt", "it must be a text or a list of texts")),
    };
    list.into_iter().map(message).collect()
}

/// What a prompt is made of: what the client wrote, or a conversation told as text.
pub(super) enum Prompt {
    /// One prompt.
    One(String),
    /// Several prompts, each to be answered.
    Many(Vec<String>),
}

/// The prompt of a request.
///
/// # Errors
/// [`DialectError::Content`] for parts that are not text.
pub(super) fn encode(request: &GenerateRequest, losses: &mut Losses) -> Result<Prompt, DialectError> {
    let mut texts = Vec::with_capacity(request.messages.len());
    for (at, message) in request.messages.iter().enumerate() {
        if message.name.is_some() {
            losses.push(LossClass::Hint, format!("messages[{at}].name"), "a prompt has no speakers");
        }
        texts.push((message.role, text_of(message, at, losses)?));
    }
    if request.source == DialectId::OpenAiText && !matches!(request.messages.as_slice(), [Message { bare: true, .. }]) {
        return Ok(Prompt::Many(texts.into_iter().map(|(_, text)| text).collect()));
    }
    Ok(Prompt::One(match texts.as_slice() {
        [(_, text)] => text.clone(),
        turns => transcript(turns),
    }))
}

/// Turns with their speakers, ending where the model is to go on.
fn transcript(turns: &[(Role, String)]) -> String {
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

fn text_of(message: &Message, at: usize, losses: &mut Losses) -> Result<String, DialectError> {
    let mut text = String::new();
    for (place, part) in message.parts.iter().enumerate() {
        let path = || format!("messages[{at}].content[{place}]");
        match part {
            Part::Text(said) => {
                if said.cache.is_some() {
                    losses.push(LossClass::Hint, format!("{}.cache_control", path()), "no cache marks");
                }
                if !said.citations.is_empty() {
                    losses.push(LossClass::Hint, format!("{}.citations", path()), "a prompt has no citations");
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
