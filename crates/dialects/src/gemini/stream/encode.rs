//! Canonical events → frames for a client. Texts and thoughts leave as they come, calls whole; why the answers ended and
//! what was consumed stands in the last frame.

use crate::StreamEncoder;
use crate::gemini::array::Frames;
use crate::gemini::parts::signature_of;
use crate::gemini::response::{ANSWER_MEMBERS, Candidate, Content, Reply, client_id};
use crate::gemini::written::{Args, Call, Piece, Written};
use crate::gemini::{finish, logprobs, seal};
use crate::openai_chat::split_id;
use bytes::BytesMut;
use std::borrow::Cow;
use tianji_core::generate::{ClientView, Delta, Finish, Opaque, Part, PartKind, StreamEvent, Thinking, ToolCallKind};
use tianji_core::{DialectId, Error, Usage};

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::gemini) struct GeminiEncoder {
    view: ClientView,
    frames: Frames,
    id: String,
    model: String,
    calls: Vec<OpenCall>,
    finished: Vec<(u32, Finish)>,
    usage: Option<Usage>,
}

/// A call in the making.
#[derive(Debug)]
struct OpenCall {
    choice: u32,
    part: u32,
    id: String,
    name: String,
    kind: ToolCallKind,
    arguments: String,
    signature: Option<String>,
}

impl GeminiEncoder {
    /// Before the first event.
    pub(in crate::gemini) fn new(view: ClientView) -> Self {
        let (id, model) = (view.minted_id.clone(), view.model.clone());
        let frames = Frames::new(&view);
        Self { view, frames, id, model, calls: Vec::new(), finished: Vec::new(), usage: None }
    }

    fn piece(&mut self, choice: u32, piece: Piece<'_>, out: &mut BytesMut) {
        self.part(choice, piece.into(), out);
    }

    fn part(&mut self, choice: u32, part: Written<'_>, out: &mut BytesMut) {
        let candidate = Candidate { content: Content::of(vec![part]), index: choice, ..Candidate::default() };
        self.candidate(candidate, out);
    }

    fn candidate(&mut self, candidate: Candidate<'_>, out: &mut BytesMut) {
        let reply = Reply::new(vec![candidate], None, &self.model, &self.id).bytes();
        self.frames.write(&reply, out);
    }

    fn begin(&mut self, choice: u32, part: u32, kind: &PartKind, out: &mut BytesMut) {
        match kind {
            PartKind::ToolCall { id, name, kind } => {
                let (id, signature) = split_id(id);
                self.calls.push(OpenCall {
                    choice,
                    part,
                    id: id.to_owned(),
                    name: name.clone(),
                    kind: *kind,
                    arguments: String::new(),
                    signature: signature.map(str::to_owned),
                });
            }
            PartKind::RedactedThinking { data } => {
                let signature = seal::wrap(&Part::RedactedThinking { data: data.clone() });
                self.piece(choice, Piece::thought("", signature), out);
            }
            PartKind::Opaque(own) if own.dialect == DialectId::Gemini => self.own(choice, own, out),
            PartKind::Opaque(_) | PartKind::Text | PartKind::Thinking | PartKind::Refusal => {}
        }
    }

    fn own(&mut self, choice: u32, own: &Opaque, out: &mut BytesMut) {
        if let Some(signature) = signature_of(own) {
            let piece = Piece { thought_signature: Some(Cow::Owned(signature)), ..Piece::text("") };
            return self.piece(choice, piece, out);
        }
        match ANSWER_MEMBERS.iter().find(|(name, _)| *name == own.type_name) {
            Some((name, _)) => {
                let own = [(*name, &own.raw)].into_iter().collect();
                self.candidate(Candidate { index: choice, own, ..Candidate::default() }, out);
            }
            None => self.part(choice, Written::Own(&own.raw), out),
        }
    }

    fn grow(&mut self, choice: u32, part: u32, delta: &Delta, out: &mut BytesMut) {
        let call = self.calls.iter_mut().find(|call| call.choice == choice && call.part == part);
        match (delta, call) {
            (Delta::Arguments(text), Some(call)) => call.arguments.push_str(text),
            (Delta::Signature(signature), Some(call)) => call.signature = Some(signature.clone()),
            (Delta::Text(text) | Delta::Refusal(text), _) if !text.is_empty() => {
                self.piece(choice, Piece::text(text.as_str()), out);
            }
            (Delta::Thinking(text), _) if !text.is_empty() => self.piece(choice, Piece::thought(text, None), out),
            (Delta::Signature(signature), None) => {
                let signature = Some(signature.clone());
                let wrapped = seal::wrap(&Part::Thinking(Thinking { text: String::new(), signature }));
                self.piece(choice, Piece::thought("", wrapped), out);
            }
            // Citations of other dialects have no word here; those of this one came with their metadata.
            _ => {}
        }
    }

    fn end_part(&mut self, choice: u32, part: u32, out: &mut BytesMut) {
        let Some(at) = self.calls.iter().position(|call| call.choice == choice && call.part == part) else { return };
        let call = self.calls.remove(at);
        let piece = Piece {
            function_call: Some(Call {
                id: Some(call.id.as_str()).filter(|id| !id.is_empty()),
                name: Cow::Borrowed(&call.name),
                args: Args::of(&call.arguments, call.kind),
            }),
            thought_signature: call.signature.as_deref().map(Cow::Borrowed),
            ..Piece::default()
        };
        self.piece(choice, piece, out);
    }
}

impl StreamEncoder for GeminiEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, model, usage, .. } => {
                client_id(id, &self.view).clone_into(&mut self.id);
                if self.view.model.is_empty() {
                    self.model.clone_from(model);
                }
                self.usage = *usage;
            }
            StreamEvent::PartStart { choice, index, kind } => self.begin(*choice, *index, kind, out),
            StreamEvent::Delta { choice, index, delta } => self.grow(*choice, *index, delta, out),
            StreamEvent::PartEnd { choice, index } => self.end_part(*choice, *index, out),
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Finish { choice, finish } => {
                if self.finished.iter().all(|(known, _)| known != choice) {
                    self.finished.push((*choice, finish.clone()));
                }
            }
            StreamEvent::Logprobs { choice, raw } => {
                if let Some(raw) = logprobs::from_openai(raw) {
                    let logprobs_result = Some(raw);
                    self.candidate(Candidate { index: *choice, logprobs_result, ..Candidate::default() }, out);
                }
            }
            StreamEvent::Error(error) => self.fail(error, out),
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        while let Some((choice, part)) = self.calls.first().map(|call| (call.choice, call.part)) {
            self.end_part(choice, part, out);
        }
        let ended = self.finished.iter().map(|(index, finish)| Candidate {
            finish_reason: Some(finish::word(finish)),
            index: *index,
            ..Candidate::default()
        });
        let reply = Reply::new(ended.collect(), self.usage.as_ref(), &self.model, &self.id).bytes();
        self.frames.write(&reply, out);
        self.frames.end(out);
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        self.frames.fail(error, out);
    }
}
