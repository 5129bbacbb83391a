//! Writes a reply for a client.

use crate::cohere_chat::{citations, finish, logprobs, usage};
use crate::openai_chat::json::{self, Commas};
use bytes::{Bytes, BytesMut};
use std::borrow::Cow;
use tianji_core::generate::{Choice, ClientView, GenerateResponse, Part, TextPart, ToolCall, ToolCallKind};
use tianji_core::{DialectId, Json};

/// Writes a reply. This dialect has one answer; further ones are left out.
pub(in crate::cohere_chat) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let mut out = BytesMut::with_capacity(1024);
    out.extend_from_slice(br#"{"id":"#);
    json::string(client_id(&response.id, view), &mut out);
    let nothing = Choice::default();
    let choice = response.choices.first().unwrap_or(&nothing);
    out.extend_from_slice(br#","finish_reason":"#);
    json::optional_string(choice.finish.as_ref().map(|ended| finish::word(ended.reason)), &mut out);
    out.extend_from_slice(br#","message":"#);
    write_message(&choice.parts, &mut out);
    if let Some(consumed) = &response.usage {
        out.extend_from_slice(br#","usage":"#);
        usage::write(consumed, &mut out);
    }
    if let Some(raw) = &choice.logprobs {
        out.extend_from_slice(br#","logprobs":"#);
        logprobs::write_list(raw, &mut out);
    }
    out.extend_from_slice(b"}");
    out.freeze()
}

/// The id to show: the upstream's own if it has one.
pub(in crate::cohere_chat) fn client_id<'a>(id: &'a str, view: &'a ClientView) -> &'a str {
    if id.is_empty() { &view.minted_id } else { id }
}

/// Arguments as JSON: a function called without any gets an empty object, free text becomes a member.
fn arguments(call: &ToolCall) -> Cow<'_, str> {
    match call.kind {
        ToolCallKind::Custom => Cow::Owned(serde_json::json!({ "input": call.arguments }).to_string()),
        ToolCallKind::Function if call.arguments.trim().is_empty() => Cow::Borrowed("{}"),
        ToolCallKind::Function => Cow::Borrowed(&call.arguments),
    }
}

fn write_message(parts: &[Part], out: &mut BytesMut) {
    let mut message = Message::default();
    for part in parts {
        message.add(part);
    }
    let calls = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let plan = if calls { message.take_plan() } else { None };
    out.extend_from_slice(br#"{"role":"assistant""#);
    if let Some(plan) = plan {
        out.extend_from_slice(br#","tool_plan":"#);
        json::string(&plan.text, out);
    }
    write_calls(parts, out);
    let mut cited: Vec<Json> = Vec::new();
    if !message.said.is_empty() || !calls {
        write_content(&message.said, &mut cited, out);
    }
    cited
        .extend(plan.into_iter().flat_map(|plan| plan.citations.iter().filter_map(|raw| citations::write(raw, "", 0))));
    if !cited.is_empty() {
        out.extend_from_slice(br#","citations":"#);
        json::value(&cited, out);
    }
    out.extend_from_slice(b"}");
}

fn write_calls(parts: &[Part], out: &mut BytesMut) {
    let calls = parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(call),
        _ => None,
    });
    let mut open = false;
    for call in calls {
        out.extend_from_slice(if open { b"," } else { br#","tool_calls":["# });
        open = true;
        out.extend_from_slice(br#"{"id":"#);
        json::string(&call.id, out);
        out.extend_from_slice(br#","type":"function","function":{"name":"#);
        json::string(&call.name, out);
        out.extend_from_slice(br#","arguments":"#);
        json::string(&arguments(call), out);
        out.extend_from_slice(b"}}");
    }
    if open {
        out.extend_from_slice(b"]");
    }
}

fn write_content(said: &[Said<'_>], cited: &mut Vec<Json>, out: &mut BytesMut) {
    out.extend_from_slice(br#","content":["#);
    let mut commas = Commas::new();
    for (index, piece) in said.iter().enumerate() {
        commas.next(out);
        match piece {
            Said::Text(text) => {
                write_text(&text.text, out);
                cited.extend(text.citations.iter().filter_map(|raw| citations::write(raw, &text.text, index)));
            }
            Said::Words(words) => write_text(words, out),
            Said::Thought(thought) => {
                out.extend_from_slice(br#"{"type":"thinking","thinking":"#);
                json::string(thought, out);
                out.extend_from_slice(b"}");
            }
            Said::Own(raw) => json::value(raw, out),
        }
    }
    if said.is_empty() {
        // Clients read the first text without asking whether there is one.
        write_text("", out);
    }
    out.extend_from_slice(b"]");
}

fn write_text(text: &str, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"type":"text","text":"#);
    json::string(text, out);
    out.extend_from_slice(b"}");
}

/// What stands in the content of a message. Thoughts that only their vendor can read have no place in this dialect,
/// nor have signatures.
#[derive(Default)]
struct Message<'a> {
    said: Vec<Said<'a>>,
    /// Place of the last text before the first tool call.
    plan: Option<usize>,
    called: bool,
}

#[derive(Clone, Copy)]
enum Said<'a> {
    Text(&'a TextPart),
    Words(&'a str),
    Thought(&'a str),
    Own(&'a Json),
}

impl<'a> Message<'a> {
    fn add(&mut self, part: &'a Part) {
        match part {
            Part::Text(text) if text.text.is_empty() => {}
            Part::Text(text) => {
                if !self.called {
                    self.plan = Some(self.said.len());
                }
                self.said.push(Said::Text(text));
            }
            Part::Refusal(words) => self.said.push(Said::Words(words)),
            Part::Thinking(thinking) if !thinking.text.is_empty() => self.said.push(Said::Thought(&thinking.text)),
            Part::Opaque(own) if own.dialect == DialectId::CohereChat => self.said.push(Said::Own(&own.raw)),
            Part::ToolCall(_) => self.called = true,
            Part::Audio(audio) => self.said.extend(audio.transcript.as_deref().map(Said::Words)),
            Part::Thinking(_)
            | Part::Opaque(_)
            | Part::RedactedThinking { .. }
            | Part::Image(_)
            | Part::Video(_)
            | Part::File(_)
            | Part::ToolResult(_) => {}
        }
    }

    fn take_plan(&mut self) -> Option<&'a TextPart> {
        let plan = self.plan.take()?;
        match self.said.remove(plan) {
            Said::Text(text) => Some(text),
            _ => None,
        }
    }
}
