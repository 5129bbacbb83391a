//! Prompts, both ways.

use crate::{DialectError, prompt};
use serde_json::Value;
use tianji_core::generate::{GenerateRequest, Message, Part, Role};
use tianji_core::{DialectId, Json, Losses};

/// One user message for each prompt, as the reference proxy has it. One alone in a list is not bare: it stays a list.
///
/// # Errors
/// Token ids mean something to one model only: they can be forwarded, not translated.
pub(super) fn decode(raw: &Json) -> Result<Vec<Message>, DialectError> {
    let list = match raw.value() {
        Value::String(text) => return Ok(vec![Message::text(Role::User, text)]),
        Value::Array(list) if !list.is_empty() => list,
        _ => return Err(DialectError::invalid("prompt", "it must be a text or a list of texts")),
    };
    let alone = list.len() == 1;
    let message = |prompt: Value| match prompt {
        Value::String(text) if alone => Ok(Message::of(Role::User, vec![Part::text(text)])),
        Value::String(text) => Ok(Message::text(Role::User, text)),
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
    let texts = prompt::turns(request, losses)?;
    if request.source == DialectId::OpenAiText && !matches!(request.messages.as_slice(), [Message { bare: true, .. }]) {
        return Ok(Prompt::Many(texts.into_iter().map(|(_, text)| text).collect()));
    }
    Ok(Prompt::One(match texts.as_slice() {
        [(_, text)] => text.clone(),
        turns => prompt::transcript(turns),
    }))
}
