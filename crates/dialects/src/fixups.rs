//! What a request encoder had to bend and the reply must bend back.
//!
//! A JSON-schema answer may have been asked for as a forced tool call; tool names may have been shortened. Both are
//! undone on the canonical model, so that no decoder and no encoder needs to know.

use std::collections::HashSet;
use tianji_core::Json;
use tianji_core::generate::{Delta, Finish, FinishReason, GenerateResponse, Part, PartKind, StreamEvent, ToolCallKind};

/// Things to undo in a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixups {
    /// A tool of this name was forced to get JSON: its arguments are the answer's text.
    pub json_tool: Option<String>,
    /// Tool names as sent and as the client knows them.
    pub tool_names: Vec<(String, String)>,
    /// Names of the client's custom (free-text) tools, which were sent as functions with one string `input`.
    pub custom_tools: Vec<String>,
}

impl Fixups {
    /// Whether there is nothing to undo.
    pub fn is_empty(&self) -> bool {
        self.json_tool.is_none() && self.tool_names.is_empty() && self.custom_tools.is_empty()
    }

    /// Undoes them in a whole reply.
    pub fn undo(&self, response: &mut GenerateResponse) {
        for choice in &mut response.choices {
            let mut unwrapped = false;
            for part in &mut choice.parts {
                let Part::ToolCall(call) = part else { continue };
                if self.json_tool.as_deref() == Some(call.name.as_str()) {
                    unwrapped = true;
                    *part = Part::text(spaced(&call.arguments));
                } else {
                    call.name = self.original(&call.name);
                    if self.custom_tools.contains(&call.name) {
                        call.kind = ToolCallKind::Custom;
                        call.arguments = custom_input(&call.arguments);
                    }
                }
            }
            let calls_left = choice.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
            if let (true, false, Some(finish)) = (unwrapped, calls_left, &mut choice.finish) {
                stop_instead_of_call(finish);
            }
        }
    }

    fn original(&self, sent: &str) -> String {
        let known = self.tool_names.iter().find(|(name, _)| name == sent);
        known.map_or(sent, |(_, original)| original).to_owned()
    }

    /// An undoer for one stream.
    pub fn stream(self) -> StreamFixups {
        StreamFixups { fixups: self, unwrapped: HashSet::new(), custom: Vec::new(), calls: 0 }
    }
}

/// The same for events, one at a time.
#[derive(Debug)]
pub struct StreamFixups {
    fixups: Fixups,
    unwrapped: HashSet<(u32, u32)>,
    /// Custom calls in flight: their JSON arguments are held back until the part ends.
    custom: Vec<((u32, u32), String)>,
    calls: usize,
}

impl StreamFixups {
    /// Bends one event back and emits what it becomes: mostly one event, none while a custom call is held back.
    pub fn undo(&mut self, event: StreamEvent, emit: &mut dyn FnMut(StreamEvent)) {
        if self.fixups.is_empty() {
            return emit(event);
        }
        match event {
            StreamEvent::PartStart { choice, index, kind: PartKind::ToolCall { id, name, kind } } => {
                emit(self.start_call(choice, index, id, &name, kind));
            }
            StreamEvent::Delta { choice, index, delta: Delta::Arguments(text) } => {
                if let Some(event) = self.arguments(choice, index, text) {
                    emit(event);
                }
            }
            StreamEvent::PartEnd { choice, index } => {
                if let Some(held) = self.held(choice, index) {
                    emit(StreamEvent::Delta { choice, index, delta: Delta::Arguments(custom_input(&held)) });
                }
                emit(StreamEvent::PartEnd { choice, index });
            }
            StreamEvent::Finish { choice, mut finish } => {
                if self.calls == 0 && !self.unwrapped.is_empty() {
                    stop_instead_of_call(&mut finish);
                }
                emit(StreamEvent::Finish { choice, finish });
            }
            other => emit(other),
        }
    }

    fn start_call(&mut self, choice: u32, index: u32, id: String, name: &str, kind: ToolCallKind) -> StreamEvent {
        if self.fixups.json_tool.as_deref() == Some(name) {
            self.unwrapped.insert((choice, index));
            return StreamEvent::PartStart { choice, index, kind: PartKind::Text };
        }
        self.calls += 1;
        let name = self.fixups.original(name);
        let custom = self.fixups.custom_tools.contains(&name);
        if custom {
            self.custom.push(((choice, index), String::new()));
        }
        let kind = if custom { ToolCallKind::Custom } else { kind };
        StreamEvent::PartStart { choice, index, kind: PartKind::ToolCall { id, name, kind } }
    }

    fn arguments(&mut self, choice: u32, index: u32, text: String) -> Option<StreamEvent> {
        if self.unwrapped.contains(&(choice, index)) {
            return Some(StreamEvent::Delta { choice, index, delta: Delta::Text(text) });
        }
        if let Some((_, held)) = self.custom.iter_mut().find(|(at, _)| *at == (choice, index)) {
            held.push_str(&text);
            return None;
        }
        Some(StreamEvent::Delta { choice, index, delta: Delta::Arguments(text) })
    }

    /// The held-back arguments of a custom call that ends now.
    fn held(&mut self, choice: u32, index: u32) -> Option<String> {
        let at = self.custom.iter().position(|(at, _)| *at == (choice, index))?;
        Some(self.custom.swap_remove(at).1)
    }
}

/// JSON with a blank after commas and colons, as the reference proxy prints an answer that came as a tool's input.
/// Texts that are no JSON stay as they are.
fn spaced(json: &str) -> String {
    let Ok(value) = serde_json::from_str::<Json>(json) else { return json.to_owned() };
    let (mut quoted, mut escaped) = (false, false);
    let mut out = String::with_capacity(json.len() + 16);
    for c in value.text().chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            out.push(c);
        } else if !c.is_ascii_whitespace() {
            quoted = c == '"';
            out.push(c);
            if matches!(c, ',' | ':') {
                out.push(' ');
            }
        }
    }
    out
}

/// The `input` member of a custom tool's JSON arguments; the text itself if it is not such an object.
fn custom_input(arguments: &str) -> String {
    serde_json::from_str::<serde_json::Value>(arguments)
        .ok()
        .and_then(|value| Some(value.get("input")?.as_str()?.to_owned()))
        .unwrap_or_else(|| arguments.to_owned())
}

fn stop_instead_of_call(finish: &mut Finish) {
    if finish.reason == FinishReason::ToolCalls {
        finish.reason = FinishReason::Stop;
        finish.native = "end_turn".to_owned();
    }
}
