//! Canonical events → events for a client.
//!
//! Every item is added and done, in the order of its beginning; texts in a row are pieces of one message; a text or a
//! thought that stays empty is never begun.

use super::output::Output;
use crate::StreamEncoder;
use crate::openai_chat::json;
use crate::openai_responses::response::shell::{self, Shell, State};
use crate::openai_responses::{error, finish, ids};
use bytes::BytesMut;
use tianji_core::generate::{ClientView, Finish, StreamEvent};
use tianji_core::{Error, Usage};

/// The encoder of one stream.
#[derive(Debug)]
pub(in crate::openai_responses) struct ResponsesEncoder {
    view: ClientView,
    shell: Option<Shell>,
    output: Output,
    usage: Option<Usage>,
    finish: Option<Finish>,
}

impl ResponsesEncoder {
    /// Before the first event.
    pub(in crate::openai_responses) fn new(view: ClientView) -> Self {
        Self { view, shell: None, output: Output::default(), usage: None, finish: None }
    }

    fn start(&mut self, id: &str, model: &str, created: Option<i64>, out: &mut BytesMut) {
        if self.shell.is_some() {
            return;
        }
        let shown = self.view.model_or(model);
        let shell = Shell {
            id: ids::response(id, &self.view).into_owned(),
            created: created.unwrap_or(self.view.created),
            model: shown.to_owned(),
        };
        let state = State { status: "in_progress", incomplete: None, output: b"", usage: None, service_tier: None };
        for kind in ["response.created", "response.in_progress"] {
            let view = &self.view;
            self.output.sequence.event(kind, out, |out| {
                out.extend_from_slice(br#""response":"#);
                shell::write(&shell, state, view, out);
                out.extend_from_slice(b",");
            });
        }
        self.output.response.clone_from(&shell.id);
        self.shell = Some(shell);
    }
}

impl StreamEncoder for ResponsesEncoder {
    fn encode(&mut self, event: &StreamEvent, out: &mut BytesMut) {
        match event {
            StreamEvent::Start { id, model, created, usage } => {
                self.usage = *usage;
                self.start(id, model, *created, out);
            }
            // This dialect has one answer: of several the first is shown.
            StreamEvent::PartStart { choice: 0, index, kind } => {
                self.start("", "", None, out);
                self.output.begin(*index, kind, out);
            }
            StreamEvent::Delta { choice: 0, index, delta } => {
                self.start("", "", None, out);
                self.output.grow(*index, delta, out);
            }
            StreamEvent::PartEnd { choice: 0, index } => {
                if let Some(open) = self.output.parts.iter().position(|open| open.part == *index) {
                    self.output.end(open, out);
                }
            }
            StreamEvent::Usage(usage) => self.usage = Some(*usage),
            StreamEvent::Finish { choice: 0, finish } => self.finish = Some(finish.clone()),
            StreamEvent::Logprobs { choice: 0, raw } => self.output.probable(raw),
            StreamEvent::Error(error) => self.fail(error, out),
            StreamEvent::PartStart { .. }
            | StreamEvent::Delta { .. }
            | StreamEvent::PartEnd { .. }
            | StreamEvent::Finish { .. }
            | StreamEvent::Logprobs { .. } => {}
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.start("", "", None, out);
        let incomplete = finish::incomplete(self.finish.as_ref());
        let status = if incomplete.is_some() { "incomplete" } else { "completed" };
        self.output.close_all(status, out);
        let mut output = BytesMut::new();
        let mut commas = json::Commas::new();
        for whole in self.output.items.iter().filter_map(|item| item.done.as_ref()) {
            commas.next(&mut output);
            output.extend_from_slice(whole);
        }
        let state = State { status, incomplete, output: &output, usage: self.usage.as_ref(), service_tier: None };
        let kind = if incomplete.is_some() { "response.incomplete" } else { "response.completed" };
        if let Some(shell) = &self.shell {
            let view = &self.view;
            self.output.sequence.event(kind, out, |out| {
                out.extend_from_slice(br#""response":"#);
                shell::write(shell, state, view, out);
                out.extend_from_slice(b",");
            });
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        let minted = ids::response("", &self.view).into_owned();
        let failed = error::Failed {
            id: self.shell.as_ref().map_or(&minted, |shell| &shell.id),
            created: self.shell.as_ref().map_or(self.view.created, |shell| shell.created),
            model: self.shell.as_ref().map_or(&self.view.model, |shell| &shell.model),
            sequence: self.output.sequence.next(),
        };
        error::write(failed, error, out);
    }
}
