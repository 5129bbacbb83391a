//! Streams of runs: events named `messages` hold a piece of a message and what is known of it; others are about the run
//! (`langgraph-sdk`, `stream_mode` "messages-tuple").

use super::replies::{Failure, Message};
use crate::reply::StreamEdit;
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tianji_wire::Frame;

/// An editor that makes chunks of OpenAI's of a run's events.
pub(super) fn events() -> Box<dyn StreamEdit> {
    Box::new(Events::default())
}

#[derive(Default)]
struct Events {
    id: Option<String>,
    usage: Option<Value>,
    failed: bool,
}

impl StreamEdit for Events {
    fn edit(&mut self, frame: Frame, out: &mut Vec<Frame>) {
        let event = frame.event.as_deref().unwrap_or_default();
        if event == b"error" {
            self.failed = true;
            let failure = serde_json::from_slice::<Failure>(&frame.data);
            out.extend(failure.ok().map(|failure| made(&failure.told())));
            return;
        }
        // Of subgraphs, the name follows after a bar.
        if !event.starts_with(b"messages") {
            return;
        }
        let Ok((piece, _)) = serde_json::from_slice::<(Message, IgnoredAny)>(&frame.data) else { return };
        if !piece.is_answer() {
            return;
        }
        self.usage = piece.usage().or_else(|| self.usage.take());
        let text = piece.text();
        let first = self.id.is_none();
        let id = self.id.get_or_insert_with(|| piece.id.unwrap_or_else(|| UNNAMED.to_owned()));
        if first || !text.is_empty() {
            let delta =
                if first { json!({ "role": "assistant", "content": text }) } else { json!({ "content": text }) };
            out.push(chunk(id, &json!([{ "index": 0, "delta": delta, "finish_reason": null }]), None));
        }
    }

    fn end(&mut self, out: &mut Vec<Frame>) {
        if let (Some(id), false) = (&self.id, self.failed) {
            let choices = json!([{ "index": 0, "delta": {}, "finish_reason": "stop" }]);
            out.push(chunk(id, &choices, self.usage.take()));
        }
    }
}

fn chunk(id: &str, choices: &Value, usage: Option<Value>) -> Frame {
    let mut chunk = json!({ "id": id, "object": "chat.completion.chunk", "created": 0, "choices": choices });
    if let (Some(usage), Some(members)) = (usage, chunk.as_object_mut()) {
        members.insert("usage".to_owned(), usage);
    }
    made(&chunk)
}

fn made(data: &Value) -> Frame {
    Frame { raw: Bytes::new(), event: None, data: Bytes::from(data.to_string()) }
}

/// The id of answers that have none.
const UNNAMED: &str = "chatcmpl-run";
