//! Writes a reply for a client.

use super::item::{self, Call, Content, Thought};
use super::shell::{self, Shell, State};
use crate::openai_chat::join_id;
use crate::openai_chat::json::{self, Commas};
use crate::openai_responses::{citations, finish, ids};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use tianji_core::generate::{Choice, ClientView, GenerateResponse, MediaSource, Part, TextPart, ToolCallKind};
use tianji_core::{DialectId, Json};

/// Writes a reply. This dialect has one answer: of several the first is shown.
pub(in crate::openai_responses) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let model = view.model_or(&response.model);
    let shell = Shell {
        id: ids::response(&response.id, view).into_owned(),
        created: response.created.unwrap_or(view.created),
        model: model.to_owned(),
    };
    let choice = response.choices.first();
    let incomplete = finish::incomplete(choice.and_then(|choice| choice.finish.as_ref()));
    let status = if incomplete.is_some() { "incomplete" } else { "completed" };
    let mut output = Output { shell: &shell, status, out: BytesMut::new(), commas: Commas::new(), count: 0 };
    if let Some(choice) = choice {
        output.choice(choice);
    }
    let state = State {
        status,
        incomplete,
        output: &output.out,
        usage: response.usage.as_ref(),
        service_tier: response.service_tier.as_deref(),
    };
    let mut out = BytesMut::with_capacity(1024 + state.output.len());
    shell::write(&shell, state, view, &mut out);
    out.freeze()
}

/// Log probabilities of this dialect from those of chat completions.
pub(in crate::openai_responses) fn logprobs(raw: Option<&Json>) -> Vec<Json> {
    #[derive(Deserialize)]
    struct Logprobs {
        #[serde(default)]
        content: Option<Vec<Json>>,
    }
    raw.and_then(|raw| raw.read::<Logprobs>().ok()?.content).unwrap_or_default()
}

struct Output<'a> {
    shell: &'a Shell,
    /// Status of the last message: the others are complete.
    status: &'a str,
    out: BytesMut,
    commas: Commas,
    count: usize,
}

impl Output<'_> {
    fn choice(&mut self, choice: &Choice) {
        let mut logprobs = logprobs(choice.logprobs.as_ref());
        let mut said: Vec<Content> = Vec::new();
        for part in &choice.parts {
            // An empty text beside calls says nothing.
            if matches!(part, Part::Text(text) if text.text.is_empty() && text.citations.is_empty()) {
                continue;
            }
            if let Some(content) = content(part, &mut logprobs) {
                said.push(content);
                continue;
            }
            self.message(&mut said, "completed");
            self.part(part);
        }
        self.message(&mut said, self.status);
    }

    fn message(&mut self, said: &mut Vec<Content>, status: &str) {
        if said.is_empty() {
            return;
        }
        let id = self.next("msg");
        item::message(&id, status, said, &mut self.out);
        said.clear();
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Thinking(thinking) => {
                let signature = thinking.signature.clone().filter(|signature| !signature.is_empty());
                let text = thinking.text.clone();
                self.thought(&Thought { text, signature, redacted: None });
            }
            Part::RedactedThinking { data } => {
                self.thought(&Thought { redacted: Some(data.clone()), ..Thought::default() });
            }
            Part::ToolCall(call) => {
                let id = self.next(item_prefix(call.kind));
                let call = Call {
                    call_id: join_id(&call.id, call.signature.as_deref()).unwrap_or_else(|| call.id.clone()),
                    name: call.name.clone(),
                    arguments: call.arguments.clone(),
                    kind: call.kind,
                };
                item::call(&id, "completed", &call, call.arguments(), &mut self.out);
            }
            Part::Image(image) => {
                if let MediaSource::Base64 { data, .. } = &image.source {
                    let id = self.next("ig");
                    item::picture(&id, data, &mut self.out);
                }
            }
            Part::Opaque(own) if own.dialect == DialectId::OpenAiResponses => {
                self.next("");
                json::value(&own.raw, &mut self.out);
            }
            // Blocks that only another vendor's clients can read; text, refusals and sound are said in messages.
            _ => {}
        }
    }

    fn thought(&mut self, thought: &Thought) {
        let minted = self.next("rs");
        thought.write(thought.own_id().unwrap_or(&minted), &mut self.out);
    }

    /// Begins an item; its id.
    fn next(&mut self, prefix: &str) -> String {
        self.commas.next(&mut self.out);
        let id = ids::item(prefix, &self.shell.id, self.count);
        self.count += 1;
        id
    }
}

/// What the id of a call's item begins with.
pub(in crate::openai_responses) const fn item_prefix(kind: ToolCallKind) -> &'static str {
    match kind {
        ToolCallKind::Function => "fc",
        ToolCallKind::Custom => "ctc",
    }
}

/// A part that stands in a message. The first text gets the log probabilities.
fn content(part: &Part, logprobs: &mut Vec<Json>) -> Option<Content> {
    Some(match part {
        Part::Text(TextPart { text, citations, .. }) => {
            let length = text.chars().count();
            let annotations = citations.iter().filter_map(|raw| citations::write(raw, length)).collect();
            Content::Text { text: text.clone(), annotations, logprobs: std::mem::take(logprobs) }
        }
        Part::Refusal(words) => Content::Refusal(words.clone()),
        Part::Audio(audio) => {
            Content::Audio { data: audio.data.clone(), transcript: audio.transcript.clone().unwrap_or_default() }
        }
        _ => return None,
    })
}
