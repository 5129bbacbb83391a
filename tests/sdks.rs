//! The vendors' own SDKs against the gateway, each in front of both dialects. `scripts/test` prepares the Python that
//! has them and names it in `TIANJI_TEST_PYTHON`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise"
)]

use serde_json::{Value, json};
use std::process::Command;
use tianji_testkit::{Config, Gateway, MASTER_KEY, Recorded, Reply, Upstream, vendor};
use tianji_tests::workspace::root;

#[test]
fn openai_sdk() {
    run("openai_sdk.py");
}

#[test]
fn anthropic_sdk() {
    run("anthropic_sdk.py");
}

/// Twenty megabytes of sound, and as many back: the vendor says what it got.
#[test]
fn openai_sdk_long_recordings() {
    let upstream = Upstream::start(|_, request| {
        if request.path == "/v1/audio/speech" {
            return Reply::body(200, "audio/mpeg", recording());
        }
        let whole = request.body.windows(4).position(|window| window == b"RIFF").is_some_and(|start| {
            let end = start + 4 + RECORDING;
            request.body.get(start + 4..end).is_some_and(|sound| sound == recording())
        });
        Reply::json(200, &json!({"text": if whole { "every byte" } else { "something else" }}))
    });
    let config =
        Config::new().model("whisper", "openai/whisper-1", &upstream).model("speech", "openai/tts-1", &upstream);
    script("long_audio.py", &Gateway::start(&config));
}

/// Sound without a pattern that is a multiple of anything that pieces are cut by.
fn recording() -> Vec<u8> {
    (0..RECORDING).map(|at| (at % 251) as u8).collect()
}

const RECORDING: usize = 20 << 20;

/// Runs a script in front of one upstream of each dialect.
fn run(name: &str) {
    let openai = Upstream::start(|_, request| openai(request));
    let anthropic = Upstream::start(|_, request| anthropic(request));
    let config = Config::new().model("over-openai", "openai/gpt-4o", &openai).model(
        "over-anthropic",
        "anthropic/claude-sonnet-4-5",
        &anthropic,
    );
    if script(name, &Gateway::start(&config)) {
        assert!(!openai.requests().is_empty() && !anthropic.requests().is_empty(), "both vendors were asked");
    }
}

/// Runs a script, which is told what to ask for by its environment. False if there is no Python to run it.
fn script(script: &str, gateway: &Gateway) -> bool {
    let Some(python) = environment("TIANJI_TEST_PYTHON") else {
        let required = environment("TIANJI_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "{script} needs TIANJI_TEST_PYTHON; scripts/test sets it");
        println!("skipped: {script} needs a Python with the vendors' SDKs (TIANJI_TEST_PYTHON; scripts/test sets it)");
        return false;
    };
    let limited = gateway.key(&json!({"rpm_limit": 1}));
    let output = Command::new(python)
        .args(["-E", "-s", "-B"])
        .arg(root().join("tests/python").join(script))
        .env_clear()
        .env("GATEWAY_URL", gateway.url())
        .env("GATEWAY_KEY", MASTER_KEY)
        .env("LIMITED_KEY", limited)
        .output()
        .expect("python can be run");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}: {}\n{out}{err}\n{}", output.status, gateway.output());
    println!("{out}");
    true
}

/// OpenAI as a model that does what the last message says.
fn openai(request: &Recorded) -> Reply {
    let body = request.json();
    let streamed = body["stream"] == true;
    match word(&body) {
        "weather" if streamed => Reply::events(vendor::openai::tool_call_events()),
        "weather" => Reply::json(200, &vendor::openai::tool_call()),
        "fail-400" => Reply::json(
            400,
            &vendor::openai::error("max_tokens is too large", "invalid_request_error", "invalid_value"),
        ),
        "fail-429" => {
            let error = vendor::openai::error("Rate limit reached for gpt-4o", "requests", "rate_limit_exceeded");
            Reply::json(429, &error).header("retry-after", "1")
        }
        "person" => vendor::openai::chat(&body, PERSON),
        _ => vendor::openai::chat(&body, &format!("seen {}", seen(&body))),
    }
}

/// Anthropic as a model that does what the last message says.
fn anthropic(request: &Recorded) -> Reply {
    let body = request.json();
    if request.path.starts_with("/v1/messages/count_tokens") {
        return Reply::json(200, &json!({"input_tokens": 14}));
    }
    let streamed = body["stream"] == true;
    match word(&body) {
        "weather" if streamed => Reply::events(vendor::anthropic::tool_use_events()),
        "weather" => Reply::json(200, &vendor::anthropic::tool_use()),
        "think" if streamed => Reply::events(vendor::anthropic::thinking_events("Let me think.", "Thought.")),
        "think" => Reply::json(200, &vendor::anthropic::thinking("Let me think.", "Thought.")),
        "fail-400" => Reply::json(400, &vendor::anthropic::error("invalid_request_error", "max_tokens: too large")),
        "fail-429" => {
            let error = vendor::anthropic::error("rate_limit_error", "This request would exceed your rate limit");
            Reply::json(429, &error).header("retry-after", "1")
        }
        "person" => person(&body),
        _ => vendor::anthropic::messages(&body, &format!("seen {}", seen(&body))),
    }
}

/// Structured output: as text where the request asks for a format, as the forced tool's input where it has one.
fn person(body: &Value) -> Reply {
    let forced = &body["tool_choice"]["name"];
    let mut reply = vendor::anthropic::text(PERSON);
    if let Some(name) = forced.as_str() {
        reply["stop_reason"] = "tool_use".into();
        reply["content"] =
            json!([{"type": "tool_use", "id": "toolu_01", "name": name, "input": {"name": "Ada", "age": 36}}]);
    }
    Reply::json(200, &reply)
}

/// The first word of the last user message's text, if its content is text.
fn word(body: &Value) -> &str {
    let last = body["messages"].as_array().and_then(|messages| messages.last());
    let content = last.map_or(&Value::Null, |message| &message["content"]);
    let text = content.as_str().or_else(|| content.as_array()?.iter().find_map(|part| part["text"].as_str()));
    text.and_then(|text| text.split_whitespace().next()).unwrap_or_default()
}

/// What kinds of content the last message had when it arrived: proof that they got through the translation.
fn seen(body: &Value) -> String {
    let Some(last) = body["messages"].as_array().and_then(|messages| messages.last()) else { return String::new() };
    let mut kinds = vec![last["role"].as_str().unwrap_or("nobody").to_owned()];
    for part in last["content"].as_array().into_iter().flatten() {
        kinds.push(part["type"].as_str().unwrap_or("nothing").to_owned());
    }
    kinds.join(" ")
}

#[expect(clippy::disallowed_methods, reason = "the test script says here what the machine has")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

const PERSON: &str = "{\"name\":\"Ada\",\"age\":36}";
