//! A conversation as the last input, a context, and pairs of what was said and answered before.

use crate::body::Members;
use crate::edit::EditError;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tianji_core::generate::Target;
use tianji_core::{LossClass, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, _: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    let invalid = EditError::Invalid { param: "messages", expected: "a list of messages with texts" };
    let messages: Vec<Message> = body.member("messages").ok_or(invalid)?;
    // The model stands in the address, and answers come whole.
    for name in ["messages", "model", "stream", "stream_options"] {
        body.remove(name);
    }
    let mut said = Conversation::default();
    for (index, message) in messages.into_iter().enumerate() {
        said.take(index, message, losses);
    }
    if said.input.is_none() {
        losses.push(LossClass::Content, "messages", "the vendor answers what a user said last");
    }
    body.put("input", said.input.as_deref().unwrap_or_default());
    if let Some(context) = &said.context {
        body.put("context", context);
    }
    if !said.history.is_empty() {
        body.put("history", &said.history);
    }
    Ok(())
}

/// A conversation as the vendor has it.
#[derive(Default)]
struct Conversation {
    context: Option<String>,
    history: Vec<Turn>,
    /// What the user said and nobody has answered yet.
    input: Option<String>,
}

#[derive(Serialize)]
struct Turn {
    input: String,
    response: String,
}

impl Conversation {
    fn take(&mut self, index: usize, message: Message, losses: &mut Losses) {
        if message.name.is_some() {
            losses.push(LossClass::Hint, format!("messages[{index}].name"), "the vendor knows no names of speakers");
        }
        if message.tool_calls.is_some_and(|calls| !calls.is_empty()) || message.function_call.is_some() {
            losses.push(LossClass::Content, format!("messages[{index}].tool_calls"), NO_TOOLS);
        }
        let text = message.content.unwrap_or_default();
        match message.role.as_str() {
            "system" | "developer" => add(&mut self.context, text),
            "assistant" => self.answer(text),
            "tool" | "function" => losses.push(LossClass::Content, format!("messages[{index}]"), NO_TOOLS),
            _ => add(&mut self.input, text),
        }
    }

    fn answer(&mut self, text: String) {
        if let Some(input) = self.input.take() {
            self.history.push(Turn { input, response: text });
            return;
        }
        match self.history.last_mut() {
            Some(last) => join(&mut last.response, &text),
            None => self.history.push(Turn { input: String::new(), response: text }),
        }
    }
}

fn add(texts: &mut Option<String>, more: String) {
    match texts {
        Some(before) => join(before, &more),
        None => *texts = Some(more),
    }
}

fn join(before: &mut String, more: &str) {
    before.push_str("\n\n");
    before.push_str(more);
}

/// A message, as far as it can be said.
#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<String>,
    name: Option<IgnoredAny>,
    tool_calls: Option<Vec<IgnoredAny>>,
    function_call: Option<IgnoredAny>,
}

const NO_TOOLS: &str = "the vendor's chatbot has no tools";
