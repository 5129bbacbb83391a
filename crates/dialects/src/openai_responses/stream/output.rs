//! The output in the making: items that have been added, and the parts in flight that they are made of.

use super::events::{At, Sequence};
use crate::openai_chat::json;
use crate::openai_responses::citations;
use crate::openai_responses::ids;
use crate::openai_responses::response::item::{self, Call, Content, Thought};
use crate::openai_responses::response::{item_prefix, logprobs};
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::generate::{Delta, PartKind, ToolCallKind};
use tianji_core::{DialectId, Json};

/// The output of one response.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Id of the response.
    pub(super) response: String,
    pub(super) sequence: Sequence,
    pub(super) items: Vec<Item>,
    pub(super) parts: Vec<OpenPart>,
}

/// An item of the output.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) what: What,
    /// The item as JSON, once it is done.
    pub(super) done: Option<BytesMut>,
}

#[derive(Debug)]
pub(super) enum What {
    Message(Vec<Content>),
    Thought(Thought),
    Call(Call),
    Whole,
}

/// A part that has begun and not yet ended.
#[derive(Debug)]
pub(super) struct OpenPart {
    pub(super) part: u32,
    pub(super) kind: Kind,
    /// Its item and its place in it, once that has begun.
    pub(super) place: Option<(usize, usize)>,
    /// What its growing events begin with.
    pub(super) head: BytesMut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Refusal,
    Thinking,
    Call,
}

impl Output {
    /// A part begins.
    pub(super) fn begin(&mut self, part: u32, kind: &PartKind, out: &mut BytesMut) {
        let kind = match kind {
            PartKind::Text => Kind::Text,
            PartKind::Refusal => Kind::Refusal,
            PartKind::Thinking => Kind::Thinking,
            PartKind::RedactedThinking { data } => {
                let thought = Thought { redacted: Some(data.clone()), ..Thought::default() };
                let at = self.add("rs", What::Thought(thought), out);
                return self.done(at, "completed", out);
            }
            PartKind::Opaque(own) if own.dialect == DialectId::OpenAiResponses => {
                let at = self.add_whole(own.raw.text().as_bytes(), out);
                return self.done(at, "completed", out);
            }
            PartKind::Opaque(_) => return,
            PartKind::ToolCall { id, name, kind } => {
                let call = Call { call_id: id.clone(), name: name.clone(), arguments: String::new(), kind: *kind };
                let delta = call_events(&call).0;
                let at = self.add(item_prefix(*kind), What::Call(call), out);
                let head = self.at(at, None).head(delta);
                return self.parts.push(OpenPart { part, kind: Kind::Call, place: Some((at, 0)), head });
            }
        };
        self.parts.push(OpenPart { part, kind, place: None, head: BytesMut::new() });
    }

    /// Adds an item; messages before it that no part is open in are done.
    fn add(&mut self, prefix: &str, what: What, out: &mut BytesMut) -> usize {
        self.close_idle(out);
        let at = self.items.len();
        let id = ids::item(prefix, &self.response, at);
        self.sequence.event("response.output_item.added", out, |out| {
            let _ = write!(out, r#""output_index":{at},"item":"#);
            match &what {
                What::Message(_) => item::message(&id, "in_progress", &[], out),
                What::Thought(_) => Thought::default().write(&id, out),
                What::Call(call) => item::call(&id, "in_progress", call, "", out),
                What::Whole => {}
            }
            out.extend_from_slice(b",");
        });
        self.items.push(Item { id, what, done: None });
        at
    }

    /// Adds an item of this dialect as it came.
    fn add_whole(&mut self, raw: &[u8], out: &mut BytesMut) -> usize {
        self.close_idle(out);
        let at = self.items.len();
        self.sequence.event("response.output_item.added", out, |out| {
            let _ = write!(out, r#""output_index":{at},"item":"#);
            out.extend_from_slice(raw);
            out.extend_from_slice(b",");
        });
        self.items.push(Item { id: String::new(), what: What::Whole, done: Some(BytesMut::from(raw)) });
        at
    }

    fn at(&self, item: usize, piece: Option<(&'static str, usize)>) -> At<'_> {
        let item_id = self.items.get(item).map(|item| item.id.as_str()).unwrap_or_default();
        At { item_id, output_index: item, piece }
    }

    /// A part grows.
    pub(super) fn grow(&mut self, part: u32, delta: &Delta, out: &mut BytesMut) {
        let (kind, growth) = match delta {
            Delta::Text(text) => (Kind::Text, text),
            Delta::Refusal(text) => (Kind::Refusal, text),
            Delta::Thinking(text) => (Kind::Thinking, text),
            Delta::Arguments(text) => (Kind::Call, text),
            Delta::Signature(signature) => return self.sign(part, signature, out),
            Delta::Citation(raw) => return self.cite(part, raw, out),
        };
        if growth.is_empty() {
            return;
        }
        let Some((open, (item, piece))) = self.placed(part, kind, out) else { return };
        if kind == Kind::Thinking {
            self.begin_summary(open, item, out);
        }
        match self.items.get_mut(item).map(|item| &mut item.what) {
            Some(What::Message(content)) => match content.get_mut(piece) {
                Some(Content::Text { text, .. } | Content::Refusal(text)) => text.push_str(growth),
                _ => return,
            },
            Some(What::Thought(thought)) => thought.text.push_str(growth),
            Some(What::Call(call)) => call.arguments.push_str(growth),
            Some(What::Whole) | None => return,
        }
        if let Some(open) = self.parts.get(open) {
            self.sequence.growth(&open.head, growth, out);
        }
    }

    /// The open part of that number, with its place in the output, where it begins now if it had not; one that ended
    /// too early begins anew.
    fn placed(&mut self, part: u32, kind: Kind, out: &mut BytesMut) -> Option<(usize, (usize, usize))> {
        let open = self.parts.iter().rposition(|open| open.part == part && open.kind == kind).or_else(|| {
            (kind != Kind::Call).then(|| {
                self.parts.push(OpenPart { part, kind, place: None, head: BytesMut::new() });
                self.parts.len() - 1
            })
        })?;
        let known = self.parts.get(open)?;
        if let Some(place) = known.place {
            return Some((open, place));
        }
        let (place, head) = match kind {
            Kind::Text | Kind::Refusal => self.begin_content(kind, out),
            Kind::Thinking => {
                let at = self.add("rs", What::Thought(Thought::default()), out);
                ((at, 0), BytesMut::new())
            }
            Kind::Call => return None,
        };
        let known = self.parts.get_mut(open)?;
        (known.place, known.head) = (Some(place), head);
        Some((open, place))
    }

    /// Begins a piece of a message: of the last one if that is the last item and idle.
    fn begin_content(&mut self, kind: Kind, out: &mut BytesMut) -> ((usize, usize), BytesMut) {
        let last = self.items.len().checked_sub(1).filter(|last| self.is_idle(*last));
        let at = last.unwrap_or_else(|| self.add("msg", What::Message(Vec::new()), out));
        let empty = if kind == Kind::Refusal {
            Content::Refusal(String::new())
        } else {
            Content::Text { text: String::new(), annotations: Vec::new(), logprobs: Vec::new() }
        };
        let piece = match self.items.get_mut(at).map(|item| &mut item.what) {
            Some(What::Message(content)) => {
                content.push(empty.clone());
                content.len() - 1
            }
            _ => 0,
        };
        let place = ("content_index", piece);
        let delta = if kind == Kind::Refusal { "response.refusal.delta" } else { "response.output_text.delta" };
        let head = self.at(at, Some(place)).head(delta);
        self.part_event("response.content_part.added", at, place, &empty, out);
        ((at, piece), head)
    }

    pub(super) fn part_event(
        &mut self,
        kind: &str,
        item: usize,
        piece: (&'static str, usize),
        part: &Content,
        out: &mut BytesMut,
    ) {
        let id = self.items.get(item).map(|item| item.id.as_str()).unwrap_or_default();
        let at = At { item_id: id, output_index: item, piece: Some(piece) };
        self.sequence.event(kind, out, |out| {
            at.write(out);
            out.extend_from_slice(br#""part":"#);
            part.write(out);
            out.extend_from_slice(b",");
        });
    }

    /// Begins the summary of a thought with its first words.
    fn begin_summary(&mut self, open: usize, item: usize, out: &mut BytesMut) {
        let begun = self.parts.get(open).is_none_or(|open| !open.head.is_empty());
        if begun {
            return;
        }
        let head = self.at(item, SUMMARY).head("response.reasoning_summary_text.delta");
        self.summary_event("response.reasoning_summary_part.added", item, "", out);
        if let Some(open) = self.parts.get_mut(open) {
            open.head = head;
        }
    }

    pub(super) fn summary_event(&mut self, kind: &str, item: usize, words: &str, out: &mut BytesMut) {
        let id = self.items.get(item).map(|item| item.id.as_str()).unwrap_or_default();
        let at = At { item_id: id, output_index: item, piece: SUMMARY };
        self.sequence.event(kind, out, |out| {
            at.write(out);
            out.extend_from_slice(br#""part":{"type":"summary_text","text":"#);
            json::string(words, out);
            out.extend_from_slice(b"},");
        });
    }

    fn sign(&mut self, part: u32, signature: &str, out: &mut BytesMut) {
        // The signature of a call rides in its id already.
        if self.parts.iter().any(|open| open.part == part && open.kind == Kind::Call) {
            return;
        }
        let Some((_, (item, _))) = self.placed(part, Kind::Thinking, out) else { return };
        if let Some(What::Thought(thought)) = self.items.get_mut(item).map(|item| &mut item.what) {
            thought.signature.get_or_insert_default().push_str(signature);
        }
    }

    fn cite(&mut self, part: u32, raw: &Json, out: &mut BytesMut) {
        let Some((_, (item, piece))) = self.placed(part, Kind::Text, out) else { return };
        let Some(What::Message(content)) = self.items.get_mut(item).map(|item| &mut item.what) else { return };
        let Some(Content::Text { text, annotations, .. }) = content.get_mut(piece) else { return };
        let Some(annotation) = citations::write(raw, text.chars().count()) else { return };
        let index = annotations.len();
        annotations.push(annotation.clone());
        let id = self.items.get(item).map(|item| item.id.as_str()).unwrap_or_default();
        let at = At { item_id: id, output_index: item, piece: Some(("content_index", piece)) };
        self.sequence.event("response.output_text.annotation.added", out, |out| {
            at.write(out);
            let _ = write!(out, r#""annotation_index":{index},"annotation":"#);
            json::value(&annotation, out);
            out.extend_from_slice(b",");
        });
    }

    /// Log probabilities of the last text, which was sent before they were known: they are told when it is done.
    pub(super) fn probable(&mut self, raw: &Json) {
        let last = self.items.iter_mut().rev().find_map(|item| match &mut item.what {
            What::Message(content) if item.done.is_none() => content.last_mut(),
            _ => None,
        });
        if let Some(Content::Text { logprobs: known, .. }) = last {
            known.extend(logprobs(Some(raw)));
        }
    }
}

/// The events of a call (growing, done) and the member that holds its arguments.
pub(super) const fn call_events(call: &Call) -> (&'static str, &'static str, &'static str) {
    match call.kind {
        ToolCallKind::Function => {
            ("response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments")
        }
        ToolCallKind::Custom => {
            ("response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input")
        }
    }
}

/// All of a thought is one piece of its summary.
pub(super) const SUMMARY: Option<(&str, usize)> = Some(("summary_index", 0));
