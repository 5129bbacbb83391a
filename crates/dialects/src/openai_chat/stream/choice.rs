//! One answer of a stream: deltas of this dialect → parts that begin, grow and end one after the other.

use crate::openai_chat::calls::{Calls, Step, is_complete, minted_id};
use crate::openai_chat::response::{annotations, content, thinking_blocks};
use crate::openai_chat::think::{Piece, ThinkSplitter};
use crate::openai_chat::types::{CallDelta, ChunkChoice, Said, string};
use crate::openai_chat::{finish, thought};
use std::collections::VecDeque;
use tianji_core::generate::{Delta, Finish, FinishReason, Part, PartKind, StreamEvent};

/// The decoder of one answer.
#[derive(Debug)]
pub(super) struct ChoiceDecoder {
    /// Which answer.
    pub(super) index: u32,
    next_part: u32,
    open: Option<Open>,
    calls: Calls,
    /// Calls that may not begin yet because the one before is not complete, with their arguments so far.
    waiting: VecDeque<(usize, String)>,
    /// Text that came while a call was incomplete.
    late_text: String,
    splitter: ThinkSplitter,
    thought: bool,
    finished: bool,
    /// Id of the reply, for calls that come without one.
    reply: String,
}

/// The part that grows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    part: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Text,
    Thinking,
    Refusal,
    Call(usize),
}

impl ChoiceDecoder {
    /// Before the first chunk.
    pub(super) fn new(index: u32, reply: &str) -> Self {
        Self {
            index,
            next_part: 0,
            open: None,
            calls: Calls::default(),
            waiting: VecDeque::new(),
            late_text: String::new(),
            splitter: ThinkSplitter::default(),
            thought: false,
            finished: false,
            reply: reply.to_owned(),
        }
    }

    /// Whether its end was seen.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Takes what a chunk says about this answer. Nothing counts after its end.
    pub(super) fn take(&mut self, chunk: ChunkChoice<'_>, events: &mut Vec<StreamEvent>) {
        if self.finished {
            return;
        }
        if let Some(said) = chunk.delta {
            self.said(said, events);
        }
        if let Some(raw) = chunk.logprobs.filter(|raw| !raw.is_null()) {
            events.push(StreamEvent::Logprobs { choice: self.index, raw });
        }
        if let Some(word) = chunk.finish_reason.filter(|word| !word.is_empty()) {
            let Finish { reason, native, .. } = finish::read(&word);
            self.finish(reason, &native, events);
        }
    }

    /// Ends the answer.
    pub(super) fn finish(&mut self, reason: FinishReason, native: &str, events: &mut Vec<StreamEvent>) {
        let mut rest = Vec::new();
        self.splitter.finish(&mut |piece| rest.push(piece));
        for piece in rest {
            self.piece(piece, events);
        }
        self.end_part(events);
        while let Some((ordinal, held)) = self.waiting.pop_front() {
            self.begin_call(ordinal, held, events);
            self.end_part(events);
        }
        let late = std::mem::take(&mut self.late_text);
        if !late.is_empty() {
            self.grow(What::Text, Delta::Text(late), events);
            self.end_part(events);
        }
        self.finished = true;
        let finish = finish::with_calls(Finish::new(reason, native), !self.calls.is_empty());
        events.push(StreamEvent::Finish { choice: self.index, finish });
    }

    fn said(&mut self, said: Said<'_>, events: &mut Vec<StreamEvent>) {
        let reasoning = string(said.reasoning_content).or_else(|| string(said.reasoning));
        let reasoned = reasoning.as_ref().is_some_and(|text| !text.is_empty());
        if let Some(text) = reasoning.filter(|text| !text.is_empty()) {
            self.think(text, events);
        }
        for block in thinking_blocks(said.thinking_blocks) {
            self.thinking_block(block, reasoned, events);
        }
        for part in content(said.content) {
            self.content(part, events);
        }
        if let Some(text) = string(said.refusal).filter(|text| !text.is_empty()) {
            self.grow(What::Refusal, Delta::Refusal(text), events);
        }
        for citation in annotations(said.annotations) {
            self.grow(What::Text, Delta::Citation(citation), events);
        }
        let legacy = said.function_call.map(CallDelta::legacy);
        for delta in said.tool_calls.unwrap_or_default().into_iter().chain(legacy) {
            let step = self.calls.take(&delta);
            self.call(step, events);
        }
    }

    fn content(&mut self, part: Part, events: &mut Vec<StreamEvent>) {
        match part {
            Part::Text(text) if text.text.is_empty() => {}
            Part::Text(text) if self.thought => self.piece(Piece::Text(text.text), events),
            Part::Text(text) => {
                let mut pieces = Vec::with_capacity(1);
                self.splitter.feed(text.text, &mut |piece| pieces.push(piece));
                for piece in pieces {
                    self.piece(piece, events);
                }
            }
            Part::Thinking(thinking) if !thinking.text.is_empty() => self.think(thinking.text, events),
            Part::Refusal(text) => self.grow(What::Refusal, Delta::Refusal(text), events),
            Part::Opaque(own) => self.whole(PartKind::Opaque(own), events),
            _ => {}
        }
    }

    fn piece(&mut self, piece: Piece, events: &mut Vec<StreamEvent>) {
        match piece {
            Piece::Thinking(text) => self.grow(What::Thinking, Delta::Thinking(text), events),
            Piece::Text(text) => {
                if self.is_busy() {
                    self.late_text.push_str(&text);
                } else {
                    self.grow(What::Text, Delta::Text(text), events);
                }
            }
        }
    }

    /// Thought that the vendor marks as such: from then on no tags are looked for.
    fn think(&mut self, text: String, events: &mut Vec<StreamEvent>) {
        self.thought = true;
        self.grow(What::Thinking, Delta::Thinking(text), events);
    }

    /// `told`: the same text came as `reasoning_content` beside it.
    fn thinking_block(&mut self, block: Part, told: bool, events: &mut Vec<StreamEvent>) {
        match block {
            Part::RedactedThinking { data } => self.whole(PartKind::RedactedThinking { data }, events),
            Part::Thinking(thinking) => {
                let open = matches!(self.open, Some(Open { what: What::Thinking, .. }));
                // A block that brings the signature repeats the thought that was streamed before it.
                let repeated = told || (open && thinking.signature.is_some());
                if !thinking.text.is_empty() && !repeated {
                    self.think(thinking.text, events);
                }
                if let Some(signature) = thinking.signature {
                    self.grow(What::Thinking, Delta::Signature(signature), events);
                    self.end_part(events);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, step: Step, events: &mut Vec<StreamEvent>) {
        let Step { ordinal, starts, growth, .. } = step;
        if let Some((_, held)) = self.waiting.iter_mut().find(|(waiting, _)| *waiting == ordinal) {
            held.push_str(&growth);
        } else if starts {
            if self.is_busy() || !self.waiting.is_empty() {
                self.waiting.push_back((ordinal, growth));
            } else {
                self.begin_call(ordinal, growth, events);
            }
        } else if self.open.is_some_and(|open| open.what == What::Call(ordinal)) && !growth.is_empty() {
            self.grow(What::Call(ordinal), Delta::Arguments(growth), events);
        }
        self.release(events);
    }

    /// Begins waiting calls as long as the one before is complete.
    fn release(&mut self, events: &mut Vec<StreamEvent>) {
        while let Some(Open { what: What::Call(open), .. }) = self.open {
            if self.waiting.is_empty() || !self.is_complete(open) {
                return;
            }
            if let Some((ordinal, held)) = self.waiting.pop_front() {
                self.begin_call(ordinal, held, events);
            }
        }
    }

    fn begin_call(&mut self, ordinal: usize, arguments: String, events: &mut Vec<StreamEvent>) {
        let Some(call) = self.calls.call(ordinal) else { return };
        let id = if call.id.is_empty() {
            minted_id(&self.reply, self.index, ordinal)
        } else {
            thought::split_id(&call.id).0.to_owned()
        };
        let kind = PartKind::ToolCall { id, name: call.name.clone(), kind: call.kind };
        self.begin(What::Call(ordinal), kind, events);
        if !arguments.is_empty() {
            self.grow(What::Call(ordinal), Delta::Arguments(arguments), events);
        }
    }

    /// Whether a call is open whose arguments are not complete.
    fn is_busy(&self) -> bool {
        matches!(self.open, Some(Open { what: What::Call(ordinal), .. }) if !self.is_complete(ordinal))
    }

    fn is_complete(&self, ordinal: usize) -> bool {
        self.calls.call(ordinal).is_some_and(|call| is_complete(&call.arguments))
    }

    /// A part that comes whole.
    fn whole(&mut self, kind: PartKind, events: &mut Vec<StreamEvent>) {
        self.end_part(events);
        let index = self.next_part;
        self.next_part += 1;
        events.push(StreamEvent::PartStart { choice: self.index, index, kind });
        events.push(StreamEvent::PartEnd { choice: self.index, index });
    }

    /// Lets the open part grow, or begins one of the right kind.
    fn grow(&mut self, what: What, delta: Delta, events: &mut Vec<StreamEvent>) {
        let part = match self.open {
            Some(open) if open.what == what => open.part,
            _ => {
                let kind = match what {
                    What::Thinking => PartKind::Thinking,
                    What::Refusal => PartKind::Refusal,
                    What::Text | What::Call(_) => PartKind::Text,
                };
                self.begin(what, kind, events)
            }
        };
        events.push(StreamEvent::Delta { choice: self.index, index: part, delta });
    }

    fn begin(&mut self, what: What, kind: PartKind, events: &mut Vec<StreamEvent>) -> u32 {
        self.end_part(events);
        let part = self.next_part;
        self.next_part += 1;
        self.open = Some(Open { part, what });
        events.push(StreamEvent::PartStart { choice: self.index, index: part, kind });
        part
    }

    fn end_part(&mut self, events: &mut Vec<StreamEvent>) {
        if let Some(open) = self.open.take() {
            events.push(StreamEvent::PartEnd { choice: self.index, index: open.part });
        }
    }
}
