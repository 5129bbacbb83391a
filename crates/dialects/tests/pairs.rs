//! Dialects put together: for each fixture what the upstream receives, what the client receives, and what is lost.
//!
//! `<case>.json` holds both sides' requests and replies. `<case>.upstream.sse` is an upstream's stream and
//! `<case>.client.sse` what the client gets; `.ndjson` where the dialect has lines of JSON. Binary streams stand there
//! as text, one event for each message. `TIANJI_WRITE_FIXTURES=1` writes the outcomes anew (one test at a time); the
//! difference is then read like code.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use bytes::{Bytes, BytesMut};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::path::PathBuf;
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, GenerateRequest, Target};
use tianji_core::{DialectId, Error, Framing, LossClass, Losses};
use tianji_dialects::{EncodedRequest, Fixups, Observed, bridge, dialect};
use tianji_wire::Frame;

#[path = "support/event_stream.rs"]
mod event_stream;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(deserialize_with = "by_name")]
    client: DialectId,
    #[serde(deserialize_with = "by_name")]
    upstream: DialectId,
    /// The upstream's name of the model.
    model: String,
    #[serde(default)]
    capabilities: Capabilities,
    request: Value,
    /// `null`: the request is refused.
    upstream_request: Option<Value>,
    #[serde(default)]
    features: Vec<String>,
    /// Class and path of each loss.
    #[serde(default)]
    losses: Vec<String>,
    reply: Option<Value>,
    client_reply: Option<Value>,
}

#[test]
fn requests_are_translated() {
    for (name, case) in cases() {
        let (request, encoded, losses) = translate(&case);
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        assert_eq!(losses, case.losses, "{name}");
        assert_eq!(encoded.features, case.features, "{name}");
        if let Some(expected) = &case.upstream_request {
            assert_eq!(&body, expected, "{name}: {body}");
        }
        assert_eq!(request.source, case.client);
    }
}

#[test]
fn replies_are_translated() {
    for (name, case) in cases() {
        let Some(reply) = &case.reply else { continue };
        let (request, encoded, _) = translate(&case);
        let body = Bytes::from(reply.to_string());
        let view = view(&request);
        let mut seen = Observed::default();
        let shown = bridge::response(case.upstream, case.client, &body, &view, &encoded.fixups, &mut seen).unwrap();
        let shown: Value = serde_json::from_slice(&shown).unwrap();
        assert_eq!(Some(&shown), case.client_reply.as_ref(), "{name}: {shown}");
        assert_eq!(seen.usage.is_some(), case.client_reply.as_ref().is_some_and(counts), "{name}");
        assert!(seen.finish.is_some() && seen.response_id.is_some(), "{name}");
    }
}

#[test]
fn streams_are_translated_however_they_arrive() {
    for (name, case) in cases() {
        let Ok(stream) = std::fs::read_to_string(stream_file(&name, "upstream", case.upstream)) else { continue };
        let expected = std::fs::read_to_string(stream_file(&name, "client", case.client)).unwrap_or_default();
        for text in [stream.clone(), stream.replace('\n', "\r\n")] {
            let bytes = event_stream::wire(case.upstream, text.as_bytes());
            for size in [1, 7, 64, bytes.len()] {
                let out = run(&case, &event_stream::frames(case.upstream, &bytes, size));
                assert!(out == expected, "{name}, by {size}:\n{out}");
            }
        }
    }
}

#[test]
fn the_upstreams_own_name_is_shown_where_no_other_is() {
    let view = ClientView { minted_id: "x".into(), include_usage: true, ..ClientView::default() };
    let usage = r#"{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}"#;
    let chat = format!(
        r#"{{"id":"x","model":"own","choices":[{{"index":0,"message":{{"content":"a"}},"finish_reason":"stop"}}],"usage":{usage}}}"#
    );
    let chunk = |delta: &str, finish: &str| {
        format!(
            "data: {{\"id\":\"x\",\"model\":\"own\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    let text = chunk(r#"{"content":"a"}"#, "null");
    let last = format!("data: {{\"id\":\"x\",\"model\":\"own\",\"choices\":[],\"usage\":{usage}}}\n\ndata: [DONE]\n\n");
    let chat_stream = text.repeat(3) + &chunk("{}", "\"stop\"") + &last;
    let message = r#"{"id":"msg_1","type":"message","role":"assistant","model":"own","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}"#;
    let message_stream = format!(
        "data: {{\"type\":\"message_start\",\"message\":{message}}}\n\n\
         data: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\"}},\"usage\":{{\"output_tokens\":1}}}}\n\n\
         data: {{\"type\":\"message_stop\"}}\n\n"
    );
    let upstreams = [
        (DialectId::OpenAiChat, chat, chat_stream),
        (DialectId::AnthropicMessages, message.to_owned(), message_stream),
    ];
    for (upstream, whole, stream) in &upstreams {
        for client in [DialectId::OpenAiChat, DialectId::AnthropicMessages] {
            let (fixups, mut seen) = (Fixups::default(), Observed::default());
            let body = Bytes::from(whole.clone());
            let shown = bridge::response(*upstream, client, &body, &view, &fixups, &mut seen).unwrap();
            let shown: Value = serde_json::from_slice(&shown).unwrap();
            assert_eq!(shown["model"], "own", "{upstream:?} to {client:?}");
            let mut bridge = bridge::stream(*upstream, client, view.clone(), fixups);
            let mut out = BytesMut::new();
            for frame in event_stream::frames(*upstream, stream.as_bytes(), stream.len()) {
                bridge.frame(&frame, &mut out).unwrap();
            }
            bridge.end(&mut out).unwrap();
            let out = String::from_utf8(out.to_vec()).unwrap();
            let named = out.matches(r#""model":"own""#).count();
            assert_eq!(named, out.matches(r#""model":"#).count(), "{upstream:?} to {client:?}: {out}");
            assert!(named > 0, "{upstream:?} to {client:?}: {out}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_ends_with_one_error_and_no_terminator() {
    for (name, case) in cases() {
        let Ok(stream) = std::fs::read(stream_file(&name, "upstream", case.upstream)) else { continue };
        let frames = event_stream::frames(case.upstream, &event_stream::wire(case.upstream, &stream), stream.len());
        let out = run(&case, &frames[..2]);
        let words = ["\"error\":{", "{\"error\":\"", "Exception\n"];
        let errors: usize = words.iter().map(|words| out.matches(words).count()).sum();
        assert_eq!(errors, 1, "{name}: {out}");
        let ends = ["[DONE]", "message_stop", "messageStop", "\"done\":true"];
        assert!(!ends.iter().any(|end| out.contains(end)), "{name}: {out}");
    }
}

#[test]
fn a_vendors_error_is_shown_in_the_clients_shape() {
    let (anthropic, openai) = (DialectId::AnthropicMessages, DialectId::OpenAiChat);
    for (upstream, client, status, body, shown) in [
        (
            openai,
            anthropic,
            400,
            r#"{"error":{"message":"This model's maximum context length is 32768 tokens.","type":"invalid_request_error","param":"messages","code":null}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"This model's maximum context length is 32768 tokens."}}"#,
        ),
        (
            openai,
            anthropic,
            429,
            r#"{"error":{"message":"Rate limit reached"}}"#,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}}"#,
        ),
        (
            anthropic,
            openai,
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#,
            r#"{"error":{"message":"Overloaded","type":"internal_server_error","param":null,"code":"500"}}"#,
        ),
        (
            anthropic,
            anthropic,
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            r#"{"type":"error","error":{"type":"api_error","message":"Overloaded"}}"#,
        ),
        (
            anthropic,
            openai,
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#,
            r#"{"error":{"message":"model: claude-9","type":"invalid_request_error","param":null,"code":"404"}}"#,
        ),
    ] {
        let read = dialect(upstream).decode_error(status, body.as_bytes());
        let mut error = Error::provider(read.kind, read.message).with_status(read.status);
        error.param = read.param.map(Into::into);
        let written = dialect(client).encode_error(&error);
        let (written, shown): (Value, Value) =
            (serde_json::from_slice(&written).unwrap(), serde_json::from_str(shown).unwrap());
        assert_eq!(written, shown, "{body}");
    }
}

/// Every vendor's way to refuse for too many requests, in every client's words, and read again by a client of that kind.
#[test]
fn refusals_mean_the_same_in_every_pair() {
    let refusals = [
        (
            DialectId::OpenAiChat,
            r#"{"error":{"message":"Slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        ),
        (
            DialectId::OpenAiResponses,
            r#"{"error":{"message":"Slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        ),
        (DialectId::AnthropicMessages, r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#),
        (DialectId::Gemini, r#"{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}"#),
        (DialectId::BedrockConverse, r#"{"message":"Slow down"}"#),
        (DialectId::CohereChat, r#"{"id":"1","message":"Slow down"}"#),
    ];
    for (upstream, body) in refusals {
        for (client, _) in refusals {
            let read = dialect(upstream).decode_error(429, body.as_bytes());
            let error = Error::provider(read.kind, read.message).with_status(read.status);
            let written = dialect(client).encode_error(&error);
            let again = dialect(client).decode_error(429, &written);
            assert_eq!(again.message, "Slow down", "{upstream:?} to {client:?}");
            assert_eq!((again.kind, again.status), (error.kind, error.status), "{upstream:?} to {client:?}");
        }
    }
}

#[test]
fn thoughts_survive_the_way_through_the_other_dialect() {
    let blocks = serde_json::json!([
        { "type": "thinking", "thinking": "Hm \u{1F980}", "signature": "Eq+/==" },
        { "type": "thinking", "thinking": "", "signature": "alone" },
        { "type": "redacted_thinking", "data": "EvcB+/" },
        { "type": "text", "text": "T" },
    ]);
    let reply = serde_json::json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": blocks, "stop_reason": "end_turn",
        "usage": { "input_tokens": 1, "output_tokens": 1 },
    });
    let (anthropic, openai) = (DialectId::AnthropicMessages, DialectId::OpenAiChat);
    let body = Bytes::from(reply.to_string());
    let view = ClientView { model: "m".into(), minted_id: "chatcmpl-1".into(), ..ClientView::default() };
    let shown =
        bridge::response(anthropic, openai, &body, &view, &Default::default(), &mut Observed::default()).unwrap();
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    let history = serde_json::json!({
        "model": "m",
        "messages": [{ "role": "user", "content": "x" }, shown["choices"][0]["message"], { "role": "user", "content": "y" }],
    });
    let request = dialect(openai).decode_request(&Bytes::from(history.to_string())).unwrap();
    let (encoded, losses) = encode(&request, anthropic, "m", &Capabilities::default());
    let sent: Value = serde_json::from_slice(&encoded.body).unwrap();
    assert_eq!(sent["messages"][1]["content"], blocks, "{losses:?}");
}

/// Whether a reply says what was consumed.
fn counts(reply: &Value) -> bool {
    ["usage", "usageMetadata", "eval_count"].iter().any(|name| reply.get(name).is_some())
}

fn by_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DialectId, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = [
        DialectId::OpenAiChat,
        DialectId::OpenAiText,
        DialectId::OpenAiResponses,
        DialectId::AnthropicMessages,
        DialectId::Gemini,
        DialectId::BedrockConverse,
        DialectId::CohereChat,
        DialectId::OllamaChat,
        DialectId::TextGeneration,
        DialectId::ReplicatePredictions,
    ];
    known.into_iter().find(|id| id.name() == name).ok_or_else(|| D::Error::custom(format!("no dialect {name}")))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pairs")
}

fn cases() -> Vec<(String, Case)> {
    let mut found: Vec<(String, Case)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let read = || serde_json::from_slice(&std::fs::read(&path).unwrap());
            let case = read().unwrap_or_else(|cause| panic!("{name}: {cause}"));
            if !is_writing() {
                return (name, case);
            }
            write_outcomes(&name, &case);
            (name.clone(), read().unwrap_or_else(|cause| panic!("{name}: {cause}")))
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(!found.is_empty());
    found
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
fn is_writing() -> bool {
    std::env::var("TIANJI_WRITE_FIXTURES").is_ok()
}

fn write_outcomes(name: &str, case: &Case) {
    let path = folder().join(format!("{name}.json"));
    let mut whole: Map<String, Value> = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let (request, encoded, losses) = translate(case);
    whole.insert("upstream_request".to_owned(), serde_json::from_slice(&encoded.body).unwrap());
    whole.insert("features".to_owned(), encoded.features.clone().into());
    whole.insert("losses".to_owned(), losses.into());
    if let Some(reply) = &case.reply {
        let (body, view) = (Bytes::from(reply.to_string()), view(&request));
        let mut seen = Observed::default();
        let shown = bridge::response(case.upstream, case.client, &body, &view, &encoded.fixups, &mut seen).unwrap();
        whole.insert("client_reply".to_owned(), serde_json::from_slice(&shown).unwrap());
    }
    std::fs::write(path, format!("{:#}\n", Value::Object(whole))).unwrap();
    if let Ok(stream) = std::fs::read(stream_file(name, "upstream", case.upstream)) {
        let bytes = event_stream::wire(case.upstream, &stream);
        let out = run(case, &event_stream::frames(case.upstream, &bytes, bytes.len()));
        std::fs::write(stream_file(name, "client", case.client), out).unwrap();
    }
}

fn translate(case: &Case) -> (GenerateRequest, EncodedRequest, Vec<String>) {
    let request = dialect(case.client).decode_request(&Bytes::from(case.request.to_string())).unwrap();
    let (encoded, losses) = encode(&request, case.upstream, &case.model, &case.capabilities);
    (request, encoded, losses)
}

fn encode(
    request: &GenerateRequest,
    upstream: DialectId,
    model: &str,
    capabilities: &Capabilities,
) -> (EncodedRequest, Vec<String>) {
    let budgets = EffortBudgets::default();
    let target =
        Target { provider: "x", model, capabilities, allowed_params: &[], budgets: &budgets, modify_params: false };
    let mut losses = Losses::default();
    let encoded = dialect(upstream).encode_request(request, &target, &mut losses).unwrap();
    let class = |class| match class {
        LossClass::Parameter => "parameter",
        LossClass::Hint => "hint",
        LossClass::Content => "content",
    };
    let losses = losses.iter().map(|loss| format!("{} {}", class(loss.class), loss.path)).collect();
    (encoded, losses)
}

fn view(request: &GenerateRequest) -> ClientView {
    let minted = match request.source {
        DialectId::OpenAiChat => "chatcmpl-minted",
        DialectId::OpenAiText => "cmpl-minted",
        DialectId::OllamaChat | DialectId::TextGeneration | DialectId::ReplicatePredictions => "minted",
        DialectId::OpenAiResponses => "resp_minted",
        DialectId::AnthropicMessages => "msg_minted",
        DialectId::Gemini => "gemini-minted",
        DialectId::BedrockConverse => "",
        DialectId::CohereChat => "minted",
    };
    ClientView::of(request, minted.to_owned(), 1_700_000_000)
}

/// Where the stream of one side stands.
fn stream_file(name: &str, side: &str, of: DialectId) -> PathBuf {
    let extension = if dialect(of).framing() == Framing::Ndjson { "ndjson" } else { "sse" };
    folder().join(format!("{name}.{side}.{extension}"))
}

/// Runs a stream through the bridge as the pipeline does.
fn run(case: &Case, frames: &[Frame]) -> String {
    let (request, encoded, _) = translate(case);
    let mut bridge = bridge::stream(case.upstream, case.client, view(&request), encoded.fixups);
    let mut out = BytesMut::new();
    let failed = frames.iter().find_map(|frame| bridge.frame(frame, &mut out).err());
    let failed = failed.or_else(|| bridge.end(&mut out).err());
    if let Some(error) = failed {
        bridge.fail(&error, &mut out);
    }
    event_stream::text(case.client, &out)
}
