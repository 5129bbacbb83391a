//! Requests: there and back again.

use crate::CHATS;
use crate::meaning::Meaning;
use crate::words::{call, tool, words};
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Number;
use std::collections::BTreeSet;
use tianji_core::generate::{
    Capabilities, EffortBudgets, GenerateRequest, ImagePart, MediaSource, Message, Part, Role, Sampling, Target, Tool,
    ToolChoice, ToolResult,
};
use tianji_core::{DialectId, Losses};
use tianji_dialects::{bridge, dialect};

/// The body, and the paths of what is lost.
fn encode(to: DialectId, request: &GenerateRequest) -> (Bytes, Vec<String>) {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "x",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let mut losses = Losses::default();
    let encoded = bridge::request(to, request, &target, &mut losses).unwrap();
    (encoded.body, losses.iter().map(|loss| loss.path.clone()).collect())
}

fn shown() -> impl Strategy<Value = Part> {
    let source = MediaSource::Base64 { mime: "image/png".into(), data: "iVBORw0KGgo=".into() };
    prop_oneof![
        3 => words().prop_map(Part::text),
        1 => Just(Part::Image(ImagePart { source, detail: None, cache: None })),
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

fn sampling() -> impl Strategy<Value = Sampling> {
    (1u32..9000, prop::option::of(0u32..9), prop::option::of(1u32..9), vec("[A-Z]{1,3}", 0..3)).prop_map(
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
    let source = prop::sample::select(CHATS.to_vec());
    (source, prop::option::of(words()), vec(exchange(), 1..3), vec(tool(), 0..3), choice, sampling(), any::<bool>())
        .prop_map(|(source, system, exchanges, tools, tool_choice, sampling, stream)| {
            let mut request = GenerateRequest {
                messages: system
                    .map(|words| Message::text(Role::System, words))
                    .into_iter()
                    .chain(exchanges.into_iter().flatten())
                    .chain([Message::text(Role::User, "And?")])
                    .collect(),
                tools: once_each(tools),
                sampling,
                stream,
                ..GenerateRequest::new(source)
            };
            offer_what_was_called(&mut request);
            request.tool_choice = tool_choice.filter(|_| !request.tools.is_empty());
            number(&mut request);
            request
        })
}

fn once_each(tools: Vec<Tool>) -> Vec<Tool> {
    let mut names = BTreeSet::new();
    let name = |tool: &Tool| if let Tool::Function { name, .. } = tool { name.clone() } else { String::new() };
    tools.into_iter().filter(|tool| names.insert(name(tool))).collect()
}

/// What was called before is on offer: some vendors insist.
fn offer_what_was_called(request: &mut GenerateRequest) {
    let mut tools = std::mem::take(&mut request.tools);
    for part in request.messages.iter().flat_map(|message| &message.parts) {
        if let Part::ToolCall(call) = part {
            let name = call.name.clone();
            tools.push(Tool::Function { name, description: None, schema: None, strict: None, cache: None });
        }
    }
    request.tools = once_each(tools);
}

/// No id twice.
fn number(request: &mut GenerateRequest) {
    let (mut called, mut answered) = (0.., 0..);
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        match part {
            Part::ToolCall(call) => call.id = format!("call_{}", called.next().unwrap_or_default()),
            Part::ToolResult(result) => result.call_id = format!("call_{}", answered.next().unwrap_or_default()),
            _ => {}
        }
    }
}

fn read(by: DialectId, body: &Bytes) -> GenerateRequest {
    dialect(by).decode_request(body).unwrap()
}

/// A request of one user's words, which a prompt has room for.
fn prompt() -> impl Strategy<Value = GenerateRequest> {
    (words(), sampling(), any::<bool>()).prop_map(|(words, sampling, stream)| GenerateRequest {
        messages: vec![Message::text(Role::User, words)],
        sampling,
        stream,
        ..GenerateRequest::new(DialectId::OpenAiText)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_second_translation_changes_nothing(request in request()) {
        for own in CHATS {
            let first = encode(own, &request).0;
            let once = encode(own, &read(own, &first)).0;
            let twice = encode(own, &read(own, &once)).0;
            prop_assert_eq!(&once, &twice, "{:?} from {:?}", own, request.source);
        }
    }

    #[test]
    fn a_dialect_says_again_what_it_read(request in request()) {
        for own in CHATS {
            let once = read(own, &encode(own, &request).0);
            let (body, lost) = encode(own, &once);
            prop_assert_eq!(lost, [""; 0], "{:?}", own);
            prop_assert_eq!(Meaning::of(&read(own, &body)), Meaning::of(&once), "{:?}", own);
        }
    }

}

fn offers_tools(request: &GenerateRequest) -> bool {
    !request.tools.is_empty() && request.tool_choice != Some(ToolChoice::None)
}

fn calls_tools(request: &GenerateRequest) -> bool {
    let mut parts = request.messages.iter().flat_map(|message| &message.parts);
    parts.any(|part| matches!(part, Part::ToolCall(_) | Part::ToolResult(_)))
}

proptest! {
    // Every pair of dialects.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_another_dialect_can_say_comes_back(request in request()) {
        for client in CHATS {
            let asked = read(client, &encode(client, &request).0);
            for upstream in CHATS {
                // Bedrock takes no conversation about tools that are not on offer: it is told in words.
                if upstream == DialectId::BedrockConverse && !offers_tools(&asked) && calls_tools(&asked) {
                    continue;
                }
                let (there, mut lost) = encode(upstream, &asked);
                let (back, lost_again) = encode(client, &read(upstream, &there));
                lost.extend(lost_again);
                let meaning = |request: &GenerateRequest| {
                    let meaning = Meaning::of(request).without(&lost).without_offer();
                    if upstream.names_model_in_body() { meaning } else { meaning.without_address() }
                };
                prop_assert_eq!(meaning(&read(client, &back)), meaning(&asked), "{:?} by {:?}", client, upstream);
            }
        }
    }

    #[test]
    fn a_prompt_comes_back_from_every_dialect(request in prompt()) {
        let own = DialectId::OpenAiText;
        let (body, lost) = encode(own, &request);
        prop_assert_eq!(lost, [""; 0]);
        let asked = read(own, &body);
        prop_assert_eq!(&encode(own, &asked).0, &body);
        for upstream in CHATS {
            let (there, mut lost) = encode(upstream, &asked);
            let (back, lost_again) = encode(own, &read(upstream, &there));
            lost.extend(lost_again);
            let meaning = |request: &GenerateRequest| {
                let meaning = Meaning::of(request).without(&lost);
                if upstream.names_model_in_body() { meaning } else { meaning.without_address() }
            };
            prop_assert_eq!(meaning(&read(own, &back)), meaning(&asked), "{:?}", upstream);
        }
    }
}
