//! Counting a whole request: messages with their frames, tool calls, tool definitions.

use super::{TokenCounter, Tokenizer, function_signatures};

/// The text of a request, free of any dialect.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallText<'a> {
    /// Messages in order, system text included.
    pub messages: &'a [MessageText<'a>],
    /// Tool definitions.
    pub tools: &'a [ToolText<'a>],
}

/// The text of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageText<'a> {
    /// `system`, `user` …
    pub role: &'a str,
    /// Who speaks, if named.
    pub name: Option<&'a str>,
    /// Text parts, thinking included.
    pub texts: &'a [&'a str],
    /// Tool calls: names and arguments.
    pub calls: &'a [(&'a str, &'a str)],
}

/// A tool definition.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToolText<'a> {
    /// Name.
    pub name: &'a str,
    /// What it is for.
    pub description: Option<&'a str>,
    /// JSON schema of its arguments.
    pub parameters: Option<&'a str>,
}

impl Tokenizer {
    /// Tokens of a request's text. The numbers around tool calls and definitions were found by experiment against
    /// OpenAI's reported usage (hmarr/openai-chat-tokens).
    pub fn count_call(&self, call: &CallText<'_>) -> u64 {
        let mut frame: i64 = 0;
        let mut text: u64 = 0;
        let count = |text: &str| self.vocabulary.count_text(text);
        let mut system = call.tools.is_empty();
        for message in call.messages {
            frame += i64::try_from(self.per_message).unwrap_or(i64::MAX);
            text += count(message.role) + message.texts.iter().map(|part| count(part)).sum::<u64>();
            if let Some(name) = message.name {
                text += count(name);
                frame += self.per_name;
            }
            text += message.calls.iter().map(|(name, arguments)| count(name) + count(arguments)).sum::<u64>();
            frame += message.calls.len() as i64 * CALL_FRAME;
            if message.role == "function" {
                frame -= FUNCTION_ROLE_SAVES;
            }
            if message.role == "system" && !std::mem::replace(&mut system, true) {
                text += ended(message, count);
                frame -= SYSTEM_WITH_TOOLS_SAVES;
            }
        }
        if !call.tools.is_empty() {
            text += count(&function_signatures(call.tools));
            frame += TOOLS_FRAME;
        }
        let frame = u64::try_from(frame).unwrap_or(0);
        self.scaled(text).saturating_add(frame).saturating_add(self.reply)
    }
}

/// A turn of a conversation with its text in one piece, owned so that it can go to another thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Role; counted as text.
    pub role: String,
    /// All text of the turn.
    pub text: String,
    /// Whether it has a name, which the text holds.
    pub named: bool,
}

/// A tool definition, owned so that it can go to another thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// JSON schema of its arguments.
    pub parameters: Option<String>,
}

/// Tokens of a conversation and its tools for a model, frames included.
pub fn count_pieces(model: &str, pieces: &[Piece], tools: &[Definition]) -> u64 {
    let tokenizer = Tokenizer::of(model);
    let texts: Vec<[&str; 1]> = pieces.iter().map(|piece| [piece.text.as_str()]).collect();
    let messages: Vec<MessageText<'_>> = pieces
        .iter()
        .zip(&texts)
        // an empty name counts as a name and adds no text
        .map(|(piece, texts)| MessageText { role: &piece.role, name: piece.named.then_some(""), texts, calls: &[] })
        .collect();
    let tools: Vec<ToolText<'_>> = tools
        .iter()
        .map(|tool| ToolText {
            name: &tool.name,
            description: tool.description.as_deref(),
            parameters: tool.parameters.as_deref(),
        })
        .collect();
    tokenizer.count_call(&CallText { messages: &messages, tools: &tools })
}

/// Tokens of a text for a model.
pub fn count_text(model: &str, text: &str) -> u64 {
    Tokenizer::of(model).count_text(text)
}

/// Tokens that the line end adds which parts a system message from the definitions after it.
fn ended(message: &MessageText<'_>, count: impl Fn(&str) -> u64) -> u64 {
    let last = message.texts.last().copied().unwrap_or_default();
    count(&format!("{last}\n")).saturating_sub(count(last))
}

/// Tokens around a tool call.
const CALL_FRAME: i64 = 3;

/// A message of role `function` has a smaller frame.
const FUNCTION_ROLE_SAVES: i64 = 2;

/// Tokens around a set of tool definitions (the reference proxy's `FUNCTION_DEFINITION_TOKEN_COUNT`).
const TOOLS_FRAME: i64 = 9;

/// Definitions share the frame of a system message.
const SYSTEM_WITH_TOOLS_SAVES: i64 = 4;
