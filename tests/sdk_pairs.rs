//! Every vendor's SDK in front of every dialect: seven clients, seven kinds of upstream, all forty-nine
//! pairs.
//!
//! The upstreams of the gateway under test are the front doors of a second gateway, in front of one programmed
//! vendor. So each dialect is spoken by the vendor's own SDK on one side and read back on the other.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::process::Command;
use tianji_testkit::{Config, Gateway, MASTER_KEY, Recorded, Reply, Upstream, vendor};
use tianji_tests::workspace::root;

#[test]
fn every_sdk_in_front_of_every_dialect() {
    let Some(python) = environment("TIANJI_TEST_PYTHON") else {
        let required = environment("TIANJI_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "pairs.py needs TIANJI_TEST_PYTHON; scripts/test sets it");
        println!("skipped: pairs.py needs a Python with the vendors' SDKs (TIANJI_TEST_PYTHON; scripts/test sets it)");
        return;
    };
    let vendor = Upstream::start(|_, request| answer(request));
    let row = json!({"base_url": format!("{}/v1", vendor.url()), "no_auth": true, "endpoints": ["chat"]});
    let doors = Gateway::start(
        &Config::new()
            .set("custom_providers", "plain", row)
            .deployment(&json!({"model_name": "m", "litellm_params": {"model": "plain/m"}}))
            .deployment(&json!({"model_name": CLAUDE, "litellm_params": {"model": "plain/m"}})),
    );
    let gateway = Gateway::start(&config(&doors.url()));
    let output = Command::new(python)
        .args(["-E", "-s", "-B"])
        .arg(root().join("tests/python/pairs.py"))
        .env_clear()
        .env("GATEWAY_URL", gateway.url())
        .env("GATEWAY_KEY", MASTER_KEY)
        .env("LIMITED_KEY", "")
        .env("MODELS", UPSTREAMS.join(" "))
        .output()
        .expect("python can be run");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}");
    assert!(output.status.success(), "{}\n{out}{err}\n{}\n{}", output.status, gateway.output(), doors.output());
}

/// One group for each dialect, in front of that door of the other gateway.
fn config(doors: &str) -> Config {
    let openai = json!({"base_url": format!("{doors}/v1"), "endpoints": ["chat"]});
    let responses = json!({"base_url": format!("{doors}/v1"), "endpoints": ["chat"], "dialect": "openai_responses"});
    let key = json!({"api_key": MASTER_KEY});
    let with = |fields: Value| {
        let mut params = key.clone();
        for (name, value) in fields.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        params
    };
    let params = [
        with(json!({"model": "plain/m"})),
        with(json!({"model": "state/m"})),
        with(json!({"model": "anthropic/m", "api_base": doors})),
        with(json!({"model": "gemini/m", "api_base": format!("{doors}/v1beta")})),
        json!({
            "model": "bedrock/m", "api_base": doors, "aws_region_name": "eu-central-1",
            "aws_access_key_id": MASTER_KEY, "aws_secret_access_key": "anything",
        }),
        with(json!({"model": "cohere_chat/m", "api_base": doors})),
        json!({
            "model": format!("bedrock/invoke/{CLAUDE}"), "api_base": doors, "aws_region_name": "eu-central-1",
            "aws_access_key_id": MASTER_KEY, "aws_secret_access_key": "anything",
        }),
    ];
    let config = Config::new().set("custom_providers", "plain", openai).set("custom_providers", "state", responses);
    let config = config.deployment(&json!({"model_name": ARN, "litellm_params": with(json!({"model": "plain/m"}))}));
    UPSTREAMS.iter().zip(params).fold(config, |config, (group, params)| {
        config.deployment(&json!({"model_name": group, "litellm_params": params}))
    })
}

/// A model that calls a tool when it is asked for the weather and otherwise says whose message it saw last.
fn answer(request: &Recorded) -> Reply {
    let body = request.json();
    let last = body["messages"].as_array().and_then(|messages| messages.last()).cloned().unwrap_or_default();
    let text = last["content"].as_str().map(str::to_owned);
    let text =
        text.or_else(|| last["content"].as_array()?.iter().find_map(|part| part["text"].as_str()).map(str::to_owned));
    let weather = last["role"] == "user" && text.is_some_and(|text| text.starts_with("weather"));
    match (weather, body["stream"] == true) {
        (true, true) => Reply::events(vendor::openai::tool_call_events()),
        (true, false) => Reply::json(200, &vendor::openai::tool_call()),
        (false, _) => vendor::openai::chat(&body, &format!("seen {}", last["role"].as_str().unwrap_or("nobody"))),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test script says here what the machine has")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Groups by the dialect of their upstream.
const UPSTREAMS: [&str; 7] =
    ["to-chat", "to-responses", "to-messages", "to-gemini", "to-bedrock", "to-cohere", "to-invoke"];
/// A name with colons and a slash, which AWS's SDKs send encoded.
const ARN: &str = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc";
/// A name that Bedrock asks through `InvokeModel`.
const CLAUDE: &str = "anthropic.claude-m";
