//! Canonical events → chunks for a client.

use crate::StreamEncoder;
use crate::gemini;
use crate::openai_chat::json;
use crate::openai_chat::response::{client_id, extras_field, write_image};
use crate::openai_chat::usage::{self, Extras};
use crate::openai_chat::{error, finish};
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{ClientView, Delta, Finish, Opaque, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{DialectId, Error, Json, Usage};

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::openai_chat) struct ChatEncoder {
    view: ClientView,
    /// What all chunks begin with, up to and including `"choices":[`.
    head: BytesMut,
    choices: Vec<Choice>,
    usage: Option<Usage>,
    extras: Extras,
}

#[derive(Debug)]
struct Choice {
    index: u32,
    calls: usize,
    images: usize,
    parts: Vec<Part>,
    finished: bool,
}

/// A part that has begun and not ended.
#[derive(Debug)]
struct Part {
    index: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Text, refusals and whatever came whole.
    Plain,
    /// The thought so far: the chunk with the signature repeats it, so that it is a block to send back as it is.
    Thinking(String),
    Call {
        ordinal: usize,
        custom: bool,
        silent: bool,
    },
}

impl ChatEncoder {
    /// Before the first event.
    pub(in crate::openai_chat) fn new(view: ClientView) -> Self {
        Self { view, head: BytesMut::new(), choices: Vec::with_capacity(1), usage: None, extras: Extras::default() }
    }

    fn start(&mut self, id: &str, model: &str, created: Option<i64>) {
        let head = &mut self.head;
        head.clear();
        head.extend_from_slice(br#"data: {"id":"#);
        json::string(client_id(id, &self.view), head);
        let created = created.unwrap_or(self.view.created);
        let _ = write!(head, r#","object":"chat.completion.chunk","created":{created},"model":"#);
        json::string(self.view.model_or(model), head);
        head.extend_from_slice(br#","choices":["#);
    }

    /// The answer with that number, announced by a chunk with its role; `None` once it has ended.
    fn choice(&mut self, index: u32, out: &mut BytesMut) -> Option<usize> {
        if self.head.is_empty() {
            self.start("", "", None);
        }
        if let Some(at) = self.choices.iter().position(|choice| choice.index == index) {
            return self.choices.get(at).filter(|choice| !choice.finished).map(|_| at);
        }
        self.choices.push(Choice { index, calls: 0, images: 0, parts: Vec::new(), finished: false });
        self.chunk(index, out, |out| out.extend_from_slice(br#""role":"assistant","content":"""#));
        Some(self.choices.len() - 1)
    }

    /// Writes a chunk whose delta has the members that `members` writes.
    fn chunk(&self, index: u32, out: &mut BytesMut, members: impl FnOnce(&mut BytesMut)) {
        out.extend_from_slice(&self.head);
        let _ = write!(out, r#"{{"index":{index},"delta":{{"#);
        members(out);
        out.extend_from_slice(b"},\"finish_reason\":null}]}\n\n");
    }

    fn text(&self, index: u32, name: &str, text: &str, out: &mut BytesMut) {
        if text.is_empty() {
            return;
        }
        self.chunk(index, out, |out| {
            let _ = write!(out, r#""{name}":"#);
            json::string(text, out);
        });
    }

    fn begin(&mut self, index: u32, part: u32, kind: &PartKind, out: &mut BytesMut) {
        let Some(at) = self.choice(index, out) else { return };
        let what = match kind {
            PartKind::Text | PartKind::Refusal => What::Plain,
            PartKind::Thinking => What::Thinking(String::new()),
            PartKind::RedactedThinking { data } => {
                self.chunk(index, out, |out| {
                    out.extend_from_slice(br#""thinking_blocks":[{"type":"redacted_thinking","data":"#);
                    json::string(data, out);
                    out.extend_from_slice(b"}]");
                });
                What::Plain
            }
            PartKind::Opaque(own) if own.dialect == DialectId::Gemini && self.gemini(index, own, out) => What::Plain,
            PartKind::Opaque(own) => {
                self.extras(index, extras_field(&own.type_name), &own.raw, true, out);
                What::Plain
            }
            PartKind::ToolCall { id, name, kind } => {
                let custom = *kind == ToolCallKind::Custom;
                let ordinal = self.choices.get(at).map_or(0, |choice| choice.calls);
                self.begin_call(index, ordinal, (id, name), custom, out);
                What::Call { ordinal, custom, silent: true }
            }
        };
        if let Some(choice) = self.choices.get_mut(at) {
            choice.calls += usize::from(matches!(what, What::Call { .. }));
            choice.parts.push(Part { index: part, what });
        }
    }

    fn begin_call(&self, index: u32, ordinal: usize, (id, name): (&str, &str), custom: bool, out: &mut BytesMut) {
        if self.is_beyond_legacy(ordinal) {
            return;
        }
        self.chunk(index, out, |out| {
            if self.view.legacy_functions {
                out.extend_from_slice(br#""function_call":{"name":"#);
                json::string(name, out);
                return out.extend_from_slice(br#","arguments":""}"#);
            }
            let (kind, input) = call_words(custom);
            let _ = write!(out, r#""tool_calls":[{{"index":{ordinal},"id":"#);
            json::string(id, out);
            let _ = write!(out, r#","type":"{kind}","{kind}":{{"name":"#);
            json::string(name, out);
            let _ = write!(out, r#","{input}":""}}}}]"#);
        });
    }

    /// Legacy `function_call` has room for one call.
    fn is_beyond_legacy(&self, ordinal: usize) -> bool {
        self.view.legacy_functions && ordinal > 0
    }

    fn arguments(&self, index: u32, ordinal: usize, custom: bool, text: &str, out: &mut BytesMut) {
        if self.is_beyond_legacy(ordinal) {
            return;
        }
        self.chunk(index, out, |out| {
            if self.view.legacy_functions {
                out.extend_from_slice(br#""function_call":{"arguments":"#);
                json::string(text, out);
                return out.extend_from_slice(b"}");
            }
            let (kind, input) = call_words(custom);
            let _ = write!(out, r#""tool_calls":[{{"index":{ordinal},"{kind}":{{"{input}":"#);
            json::string(text, out);
            out.extend_from_slice(b"}}]");
        });
    }

    fn delta(&mut self, index: u32, part: u32, delta: &Delta, out: &mut BytesMut) {
        let Some(at) = self.choice(index, out) else { return };
        let choice = self.choices.get_mut(at);
        let what = choice.and_then(|choice| choice.parts.iter_mut().find(|known| known.index == part));
        let what = what.map(|part| &mut part.what);
        match delta {
            Delta::Text(text) => self.text(index, "content", text, out),
            Delta::Refusal(text) => self.text(index, "refusal", text, out),
            Delta::Thinking(text) => {
                if let Some(What::Thinking(thought)) = what {
                    thought.push_str(text);
                }
                self.text(index, "reasoning_content", text, out);
            }
            Delta::Signature(signature) if matches!(what, Some(What::Call { .. })) => {
                let Some(What::Call { ordinal, .. }) = what else { return };
                let ordinal = *ordinal;
                self.call_signature(index, ordinal, signature, out);
            }
            Delta::Signature(signature) => {
                let thought = match what {
                    Some(What::Thinking(thought)) => std::mem::take(thought),
                    _ => String::new(),
                };
                self.signature(index, &thought, signature, out);
            }
            Delta::Arguments(text) if text.is_empty() => {}
            Delta::Arguments(text) => {
                let Some(What::Call { ordinal, custom, silent }) = what else { return };
                *silent = false;
                let (ordinal, custom) = (*ordinal, *custom);
                self.arguments(index, ordinal, custom, text, out);
            }
            Delta::Citation(raw) => self.citation(index, raw, out),
        }
    }

    fn signature(&self, index: u32, thought: &str, signature: &str, out: &mut BytesMut) {
        self.chunk(index, out, |out| {
            out.extend_from_slice(br#""thinking_blocks":[{"type":"thinking","thinking":"#);
            json::string(thought, out);
            out.extend_from_slice(br#","signature":"#);
            json::string(signature, out);
            out.extend_from_slice(b"}]");
        });
    }

    /// The signature of a call, beside the one that rides in its id unless it is too long for that.
    fn call_signature(&self, index: u32, ordinal: usize, signature: &str, out: &mut BytesMut) {
        if self.view.legacy_functions {
            return;
        }
        self.chunk(index, out, |out| {
            let _ =
                write!(out, r#""tool_calls":[{{"index":{ordinal},"provider_specific_fields":{{"thought_signature":"#);
            json::string(signature, out);
            out.extend_from_slice(b"}}]");
        });
    }

    /// What Gemini sends whole and the reference proxy has a place for: pictures, sound, and what an answer rests on.
    /// Says whether this is such a part.
    fn gemini(&mut self, index: u32, own: &Opaque, out: &mut BytesMut) -> bool {
        if let Some((_, member)) = gemini::ANSWER_MEMBERS.iter().find(|(name, _)| *name == own.type_name) {
            self.extras = Extras::Googles;
            out.extend_from_slice(&self.head);
            let _ = write!(out, r#"{{"index":{index},"delta":{{}},"finish_reason":null}}],"{member}":["#);
            json::value(&own.raw, out);
            out.extend_from_slice(b"]}\n\n");
            return true;
        }
        let Some((mime, data)) = gemini::inline_data(&own.raw) else { return false };
        let choice = self.choices.iter_mut().find(|choice| choice.index == index);
        let number = choice.map_or(0, |choice| {
            choice.images += usize::from(mime.starts_with("image/"));
            choice.images.saturating_sub(1)
        });
        self.chunk(index, out, |out| {
            if mime.starts_with("image/") {
                out.extend_from_slice(br#""images":["#);
                write_image(number, &mime, &data, out);
                return out.extend_from_slice(b"]");
            }
            out.extend_from_slice(br#""audio":{"data":"#);
            json::string(&data, out);
            out.extend_from_slice(b"}");
        });
        true
    }

    /// OpenAI's own citations are annotations; others stay in the field that the reference proxy has for them.
    fn citation(&self, index: u32, raw: &Json, out: &mut BytesMut) {
        let own = raw.text().contains("\"url_citation\"") || raw.text().contains("\"file_citation\"");
        if !own {
            return self.extras(index, "citation", raw, false, out);
        }
        self.chunk(index, out, |out| {
            out.extend_from_slice(br#""annotations":["#);
            json::value(raw, out);
            out.extend_from_slice(b"]");
        });
    }

    fn extras(&self, index: u32, field: &str, raw: &Json, list: bool, out: &mut BytesMut) {
        let (open, close) = if list { ("[", "]") } else { ("", "") };
        self.chunk(index, out, |out| {
            let _ = write!(out, r#""provider_specific_fields":{{"{field}":{open}"#);
            json::value(raw, out);
            let _ = write!(out, "{close}}}");
        });
    }

    fn end_part(&mut self, index: u32, part: u32, out: &mut BytesMut) {
        let Some(choice) = self.choices.iter_mut().find(|choice| choice.index == index && !choice.finished) else {
            return;
        };
        let Some(at) = choice.parts.iter().position(|known| known.index == part) else { return };
        let ended = choice.parts.swap_remove(at);
        // A function called without arguments: clients parse them, so they must be an object.
        if let What::Call { ordinal, custom: false, silent: true } = ended.what {
            self.arguments(index, ordinal, false, "{}", out);
        }
    }

    fn end_choice(&mut self, index: u32, finish: &Finish, out: &mut BytesMut) {
        let Some(at) = self.choice(index, out) else { return };
        out.extend_from_slice(&self.head);
        let word = finish::word(finish.reason, self.view.legacy_functions);
        let _ = write!(out, r#"{{"index":{index},"delta":{{}},"finish_reason":"{word}""#);
        if let Some(native) = finish::native(finish) {
            out.extend_from_slice(br#","provider_specific_fields":{"native_finish_reason":"#);
            json::string(native, out);
            out.extend_from_slice(b"}");
        } else if let Some(stop) = &finish.stop_sequence {
            out.extend_from_slice(br#","provider_specific_fields":{"stop_sequence":"#);
            json::string(stop, out);
            out.extend_from_slice(b"}");
        }
        out.extend_from_slice(b"}]}\n\n");
        if let Some(choice) = self.choices.get_mut(at) {
            choice.finished = true;
        }
    }

    fn logprobs(&mut self, index: u32, raw: &Json, out: &mut BytesMut) {
        if self.choice(index, out).is_none() {
            return;
        }
        out.extend_from_slice(&self.head);
        let _ = write!(out, r#"{{"index":{index},"delta":{{}},"logprobs":"#);
        json::value(raw, out);
        out.extend_from_slice(b",\"finish_reason\":null}]}\n\n");
    }
}

impl StreamEncoder for ChatEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, model, created, usage } => {
                self.start(id, model, *created);
                self.usage = *usage;
            }
            StreamEvent::PartStart { choice, index, kind } => self.begin(*choice, *index, kind, out),
            StreamEvent::Delta { choice, index, delta } => self.delta(*choice, *index, delta, out),
            StreamEvent::PartEnd { choice, index } => self.end_part(*choice, *index, out),
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Finish { choice, finish } => self.end_choice(*choice, finish, out),
            StreamEvent::Logprobs { choice, raw } => self.logprobs(*choice, raw, out),
            StreamEvent::Error(error) => self.fail(error, out),
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        if let (true, Some(usage)) = (self.view.include_usage, self.usage) {
            if self.head.is_empty() {
                self.start("", "", None);
            }
            out.extend_from_slice(&self.head);
            out.extend_from_slice(br#"],"usage":"#);
            usage::write(&usage, self.extras, out);
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_failure(error, out);
    }
}

/// Writes the frame that ends a stream that failed.
pub(crate) fn write_failure(error: &Error, out: &mut BytesMut) {
    out.extend_from_slice(b"data: ");
    error::write(error, out);
    out.extend_from_slice(b"\n\n");
}

/// The words for a call of that kind: its member and the member of its input.
fn call_words(custom: bool) -> (&'static str, &'static str) {
    if custom { ("custom", "input") } else { ("function", "arguments") }
}
