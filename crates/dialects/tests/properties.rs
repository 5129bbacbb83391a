//! What holds for every dialect: translating twice changes no more than translating once, and a stream says what the
//! whole reply says.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Number, Value};
use tianji_core::generate::{
    Capabilities, Choice, ClientView, Delta, EffortBudgets, Finish, FinishReason, GenerateRequest, GenerateResponse,
    ImagePart, MediaSource, Message, Part, PartKind, Role, Sampling, StreamEvent, Target, Thinking, Tool, ToolCall,
    ToolCallKind, ToolChoice, ToolResult,
};
use tianji_core::usage::UsageParts;
use tianji_core::{DialectId, Json, Losses, Usage};
use tianji_dialects::{Dialect, dialect};
use tianji_wire::SseSplitter;

const ALL: [DialectId; 5] = [
    DialectId::OpenAiChat,
    DialectId::OpenAiResponses,
    DialectId::AnthropicMessages,
    DialectId::Gemini,
    DialectId::CohereChat,
];

fn encode(to: &dyn Dialect, request: &GenerateRequest) -> Bytes {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "x",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    to.encode_request(request, &target, &mut Losses::default()).unwrap().body
}

/// Words that need escaping, but no tags and no blanks at their ends: Anthropic's turns are trimmed.
fn words() -> impl Strategy<Value = String> {
    "[a-zé🦀\"\\\\]{1,8}"
}

fn call() -> impl Strategy<Value = ToolCall> {
    ("[a-z0-9]{1,6}", "[a-z]{1,6}", words()).prop_map(|(id, name, word)| ToolCall {
        id: format!("call_{id}"),
        name,
        arguments: serde_json::json!({ "x": word }).to_string(),
        ..ToolCall::default()
    })
}

fn shown() -> impl Strategy<Value = Part> {
    let image = |source| Part::Image(ImagePart { source, detail: None, cache: None });
    prop_oneof![
        words().prop_map(Part::text),
        Just(image(MediaSource::Url("https://x.example/a.png".into()))),
        Just(image(MediaSource::Base64 { mime: "image/png".into(), data: "AAAA".into() })),
    ]
}

/// A question, what the assistant did about it, and what came of that.
fn exchange() -> impl Strategy<Value = Vec<Message>> {
    (vec(shown(), 1..3), prop::option::of(words()), vec((call(), words()), 0..3)).prop_map(|(asked, said, called)| {
        let mut messages = vec![Message::of(Role::User, asked)];
        let mut parts: Vec<Part> = said.map(Part::text).into_iter().collect();
        parts.extend(called.iter().map(|(call, _)| Part::ToolCall(call.clone())));
        if !parts.is_empty() {
            messages.push(Message::of(Role::Assistant, parts));
        }
        for (call, answer) in called {
            let (call_id, parts) = (call.id, vec![Part::text(answer)]);
            let result = ToolResult { call_id, name: None, parts, bare: true, is_error: None, cache: None };
            messages.push(Message::of(Role::Tool, vec![Part::ToolResult(result)]));
        }
        messages
    })
}

fn tool() -> impl Strategy<Value = Tool> {
    ("[a-z]{1,6}", prop::option::of(words()), any::<bool>()).prop_map(|(name, description, typed)| Tool::Function {
        name,
        description,
        schema: typed.then(|| Json::parse(r#"{"type":"object","properties":{"x":{"type":"number"}}}"#).unwrap()),
        strict: None,
        cache: None,
    })
}

fn sampling() -> impl Strategy<Value = Sampling> {
    (1u32..9000, prop::option::of(0u32..9), prop::option::of(0u32..9), vec("[A-Z]{1,3}", 0..3)).prop_map(
        |(limit, temperature, top_k, stop)| Sampling {
            max_output_tokens: Some(Number::from(limit)),
            temperature: temperature.and_then(|tenths| Number::from_f64(f64::from(tenths) / 8.0)),
            top_k: top_k.map(Number::from),
            stop,
            ..Sampling::default()
        },
    )
}

fn request() -> impl Strategy<Value = GenerateRequest> {
    let choice = prop_oneof![Just(None), Just(Some(ToolChoice::Required)), Just(Some(ToolChoice::None))];
    let source = prop::sample::select(ALL.to_vec());
    (source, prop::option::of(words()), vec(exchange(), 1..3), vec(tool(), 0..3), choice, sampling(), any::<bool>())
        .prop_map(|(source, system, exchanges, tools, tool_choice, sampling, stream)| GenerateRequest {
            messages: system
                .map(|words| Message::text(Role::System, words))
                .into_iter()
                .chain(exchanges.into_iter().flatten())
                .chain([Message::text(Role::User, "And?")])
                .collect(),
            tool_choice: tool_choice.filter(|_| !tools.is_empty()),
            tools,
            sampling,
            stream,
            ..GenerateRequest::new(source)
        })
}

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

fn script() -> impl Strategy<Value = Script> {
    let counts = (0u64..5000, 0u64..5000, 0u64..5000);
    (vec(words(), 0..3), vec(words(), 1..4), vec(call(), 0..3), any::<bool>(), counts).prop_map(|mut script| {
        // A vendor gives no id twice within a reply: a second start of the same call repeats the first.
        for (place, call) in script.2.iter_mut().enumerate() {
            call.id = format!("call_{place}");
        }
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

/// Through a dialect's encoder and back through its decoder.
fn streamed(through: &dyn Dialect, events: &[StreamEvent]) -> Vec<StreamEvent> {
    let mut encoder = through.stream_encoder(view());
    let mut out = BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    encoder.finish(&mut out);
    let mut splitter = SseSplitter::default();
    splitter.push(out.freeze());
    let mut decoder = through.stream_decoder();
    let mut read = Vec::new();
    while let Some(frame) = splitter.next_frame().unwrap() {
        decoder.decode(&frame, &mut read).unwrap();
    }
    decoder.finish(&mut read).unwrap();
    read
}

fn view() -> ClientView {
    ClientView { model: "m".into(), minted_id: "minted".into(), include_usage: true, ..ClientView::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_second_translation_changes_nothing(request in request()) {
        for id in ALL {
            let own = dialect(id);
            let first = encode(own, &request);
            let once = encode(own, &own.decode_request(&first).unwrap());
            let twice = encode(own, &own.decode_request(&once).unwrap());
            prop_assert_eq!(&once, &twice, "{:?} from {:?}", id, request.source);
        }
    }

    #[test]
    fn a_stream_says_what_the_whole_reply_says(script in script()) {
        let expected = Said::of(&reply(&script));
        prop_assert_eq!(&Said::of_stream(&events(&script)), &expected);
        for id in ALL {
            let own = dialect(id);
            let body = own.encode_response(&reply(&script), &view()).unwrap();
            prop_assert_eq!(&Said::of(&own.decode_response(&body).unwrap()), &expected, "{:?}", id);
            prop_assert_eq!(&Said::of_stream(&streamed(own, &events(&script))), &expected, "{:?}", id);
        }
    }
}
