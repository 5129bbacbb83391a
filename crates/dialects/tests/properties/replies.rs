//! A stream says what the whole reply says, also when both have been translated.

use crate::CHATS;
use crate::event_stream::frames;
use crate::words::{call, numbered, words};
use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use tianji_core::generate::{
    Choice, ClientView, Delta, Finish, FinishReason, GenerateResponse, Part, PartKind, StreamEvent, Thinking, ToolCall,
    ToolCallKind,
};
use tianji_core::usage::UsageParts;
use tianji_core::{DialectId, Usage};
use tianji_dialects::{Dialect, Fixups, Observed, bridge, dialect};

/// What a reply says, whichever way it came.
#[derive(Debug, Default, PartialEq)]
struct Said {
    thought: String,
    text: String,
    /// Id, name and arguments.
    calls: Vec<(String, String, Value)>,
    finish: Option<FinishReason>,
    /// Input, output, read from a cache.
    usage: Option<(u64, u64, u64)>,
}

impl Said {
    fn of(response: &GenerateResponse) -> Self {
        let mut said = Self::default();
        let choice = response.choices.first().unwrap();
        for part in &choice.parts {
            match part {
                Part::Text(text) => said.text.push_str(&text.text),
                Part::Thinking(thinking) => said.thought.push_str(&thinking.text),
                Part::ToolCall(call) => said.call(&call.id, &call.name, &call.arguments),
                _ => {}
            }
        }
        said.finish = choice.finish.as_ref().map(|finish| finish.reason);
        said.consumed(response.usage);
        said
    }

    fn of_stream(events: &[StreamEvent]) -> Self {
        let mut said = Self::default();
        let mut calls: Vec<(u32, String, String, String)> = Vec::new();
        let mut usage = None;
        for event in events {
            match event {
                StreamEvent::PartStart { index, kind: PartKind::ToolCall { id, name, .. }, .. } => {
                    calls.push((*index, id.clone(), name.clone(), String::new()));
                }
                StreamEvent::Delta { delta: Delta::Text(text), .. } => said.text.push_str(text),
                StreamEvent::Delta { delta: Delta::Thinking(text), .. } => said.thought.push_str(text),
                StreamEvent::Delta { index, delta: Delta::Arguments(text), .. } => {
                    calls.iter_mut().find(|(known, ..)| known == index).unwrap().3.push_str(text);
                }
                StreamEvent::Usage(reported) => usage = Some(*reported),
                StreamEvent::Finish { finish, .. } => said.finish = Some(finish.reason),
                _ => {}
            }
        }
        calls.iter().for_each(|(_, id, name, arguments)| said.call(id, name, arguments));
        said.consumed(usage);
        said
    }

    fn call(&mut self, id: &str, name: &str, arguments: &str) {
        self.calls.push((id.to_owned(), name.to_owned(), serde_json::from_str(arguments).unwrap()));
    }

    fn consumed(&mut self, usage: Option<Usage>) {
        self.usage = usage.map(|usage| (usage.input(), usage.output(), usage.cache_read()));
    }
}

/// Pieces of thought, pieces of text, calls, how it ended if nothing is called, and counts.
type Script = (Vec<String>, Vec<String>, Vec<ToolCall>, bool, (u64, u64, u64));

fn counts() -> impl Strategy<Value = (u64, u64, u64)> {
    (0u64..5000, 0u64..5000, 0u64..5000)
}

fn script() -> impl Strategy<Value = Script> {
    (vec(words(), 0..3), vec(words(), 1..4), vec(call(), 0..3), any::<bool>(), counts()).prop_map(|mut script| {
        numbered(&mut script.2);
        script
    })
}

fn finish_of((_, _, calls, cut, _): &Script) -> Finish {
    let ended = if *cut { FinishReason::Length } else { FinishReason::Stop };
    Finish::new(if calls.is_empty() { ended } else { FinishReason::ToolCalls }, "")
}

fn usage_of((.., (input, cached, output)): &Script) -> Usage {
    Usage::from_totals(input + cached, *output, UsageParts { cached: *cached, ..UsageParts::default() })
}

fn reply(script: &Script) -> GenerateResponse {
    let (thought, text, calls, ..) = script;
    let mut parts = Vec::new();
    if !thought.is_empty() {
        parts.push(Part::Thinking(Thinking { text: thought.concat(), signature: None }));
    }
    parts.push(Part::text(text.concat()));
    parts.extend(calls.iter().cloned().map(Part::ToolCall));
    let choice = Choice { parts, finish: Some(finish_of(script)), ..Choice::default() };
    let usage = Some(usage_of(script));
    GenerateResponse { id: "r".into(), choices: vec![choice], usage, ..GenerateResponse::default() }
}

fn events(script: &Script) -> Vec<StreamEvent> {
    let (thought, text, calls, ..) = script;
    let mut events = vec![StreamEvent::Start { id: "r".into(), model: "m".into(), created: None, usage: None }];
    let mut index = 0;
    let mut part = |kind: PartKind, deltas: Vec<Delta>| {
        events.push(StreamEvent::PartStart { choice: 0, index, kind });
        events.extend(deltas.into_iter().map(|delta| StreamEvent::Delta { choice: 0, index, delta }));
        events.push(StreamEvent::PartEnd { choice: 0, index });
        index += 1;
    };
    if !thought.is_empty() {
        part(PartKind::Thinking, thought.iter().cloned().map(Delta::Thinking).collect());
    }
    part(PartKind::Text, text.iter().cloned().map(Delta::Text).collect());
    for ToolCall { id, name, arguments, .. } in calls {
        let kind = PartKind::ToolCall { id: id.clone(), name: name.clone(), kind: ToolCallKind::Function };
        let (one, other) = arguments.split_at(1);
        part(kind, vec![Delta::Arguments(one.to_owned()), Delta::Arguments(other.to_owned())]);
    }
    events.push(StreamEvent::Finish { choice: 0, finish: finish_of(script) });
    events.push(StreamEvent::Usage(usage_of(script)));
    events
}

/// A dialect's stream that says it.
fn written(by: &dyn Dialect, events: &[StreamEvent]) -> Bytes {
    let mut encoder = by.stream_encoder(view());
    let mut out = BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    encoder.finish(&mut out);
    out.freeze()
}

fn read(by: &dyn Dialect, stream: &[u8]) -> Vec<StreamEvent> {
    let mut decoder = by.stream_decoder();
    let mut events = Vec::new();
    for frame in frames(by.id(), stream, stream.len()) {
        decoder.decode(&frame, &mut events).unwrap();
    }
    decoder.finish(&mut events).unwrap();
    events
}

/// A stream on its way from an upstream to a client.
fn bridged(upstream: DialectId, client: DialectId, stream: &[u8]) -> Bytes {
    let mut bridge = bridge::translated_stream(upstream, client, view(), Fixups::default());
    let mut out = BytesMut::new();
    for frame in frames(upstream, stream, stream.len()) {
        bridge.frame(&frame, &mut out).unwrap();
    }
    bridge.end(&mut out).unwrap();
    out.freeze()
}

fn view() -> ClientView {
    ClientView { model: "m".into(), minted_id: "minted".into(), include_usage: true, ..ClientView::default() }
}

/// What a dialect can say of it: text completions have neither thoughts nor calls, and Ollama gives calls no ids, does
/// not say that tools are called, and counts no cache.
fn sayable(by: DialectId, mut said: Said) -> Said {
    match by {
        DialectId::OllamaChat => {
            said.calls.iter_mut().for_each(|(id, ..)| id.clear());
            said.usage = said.usage.map(|(input, output, _)| (input, output, 0));
        }
        DialectId::Gemini => said.calls.iter_mut().for_each(|(id, ..)| id.clear()),
        _ => {}
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_stream_says_what_the_whole_reply_says(script in script()) {
        let expected = Said::of(&reply(&script));
        prop_assert_eq!(&Said::of_stream(&events(&script)), &expected);
        for id in CHATS {
            let own = dialect(id);
            let expected = sayable(id, Said::of(&reply(&script)));
            let body = own.encode_response(&reply(&script), &view()).unwrap();
            prop_assert_eq!(&sayable(id, Said::of(&own.decode_response(&body).unwrap())), &expected, "{:?}", id);
            let stream = written(own, &events(&script));
            prop_assert_eq!(&sayable(id, Said::of_stream(&read(own, &stream))), &expected, "{:?}", id);
        }
    }

}

proptest! {
    // Every pair of dialects.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_stream_and_a_whole_reply_are_translated_alike(script in script()) {
        for upstream in CHATS {
            for client in CHATS {
                let expected = sayable(client, sayable(upstream, Said::of(&reply(&script))));
                let body = dialect(upstream).encode_response(&reply(&script), &view()).unwrap();
                let mut seen = Observed::default();
                let shown =
                    bridge::translated_response(upstream, client, &body, &view(), &Fixups::default(), &mut seen).unwrap();
                let whole = sayable(upstream, sayable(client, Said::of(&dialect(client).decode_response(&shown).unwrap())));
                prop_assert_eq!(&whole, &expected, "{:?} to {:?}", upstream, client);
                let stream = bridged(upstream, client, &written(dialect(upstream), &events(&script)));
                let streamed = sayable(upstream, sayable(client, Said::of_stream(&read(dialect(client), &stream))));
                prop_assert_eq!(&streamed, &expected, "{:?} to {:?}", upstream, client);
            }
        }
    }

    #[test]
    fn a_text_completion_says_its_text_either_way(text in vec(words(), 1..4), cut in any::<bool>(), counts in counts()) {
        let script = (Vec::new(), text, Vec::new(), cut, counts);
        let (own, id) = (dialect(DialectId::OpenAiText), DialectId::OpenAiText);
        let expected = Said::of(&reply(&script));
        let body = own.encode_response(&reply(&script), &view()).unwrap();
        prop_assert_eq!(&Said::of(&own.decode_response(&body).unwrap()), &expected);
        prop_assert_eq!(&Said::of_stream(&read(own, &written(own, &events(&script)))), &expected);
        for upstream in CHATS {
            let stream = bridged(upstream, id, &written(dialect(upstream), &events(&script)));
            let expected = sayable(upstream, Said::of(&reply(&script)));
            prop_assert_eq!(&sayable(upstream, Said::of_stream(&read(own, &stream))), &expected, "{:?}", upstream);
        }
    }
}
