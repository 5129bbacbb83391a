//! What there is, in the reference proxy's shapes: groups, deployments, parameters, providers.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tianji_testkit::{Config, Gateway, MASTER_KEY, Reply, Request, Upstream};

fn gateway() -> Gateway {
    let upstream = Upstream::always(Reply::json(200, &json!({})));
    let secret = json!({
        "model_name": "claude", "litellm_params": {
            "model": "anthropic/claude-opus-4-8", "api_key": "sk-ant-secret", "rpm": 5, "tpm": 700,
        },
        "model_info": {"id": "one"},
    });
    Gateway::start(&Config::new().model("mini", "openai/gpt-4o-mini", &upstream).deployment(&secret))
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn groups_and_deployments() {
    let gateway = gateway();
    let groups = gateway.read("/model_group/info?model_group=mini").json();
    let group = &groups["data"][0];
    let wanted = [
        "configurable_clientside_auth_params",
        "health_checked_at",
        "health_response_time",
        "health_status",
        "input_cost_per_pixel",
        "input_cost_per_token",
        "is_public_model_group",
        "itpm",
        "max_input_tokens",
        "max_output_tokens",
        "mode",
        "model_group",
        "otpm",
        "output_cost_per_token",
        "providers",
        "rpm",
        "supported_openai_params",
        "supported_reasoning_efforts",
        "supports_fast_mode",
        "supports_function_calling",
        "supports_parallel_function_calling",
        "supports_reasoning",
        "supports_url_context",
        "supports_vision",
        "supports_web_search",
        "tpm",
    ];
    assert_eq!(names(group), BTreeSet::from(wanted));
    assert_eq!((&group["input_cost_per_token"], &group["mode"]), (&json!(1.5e-7), &json!("chat")));
    assert_eq!((&group["supported_reasoning_efforts"], &group["rpm"]), (&json!([]), &Value::Null));
    let claude = &gateway.read("/model_group/info?model_group=claude").json()["data"][0];
    assert_eq!((&claude["rpm"], &claude["tpm"]), (&json!(5.0), &json!(700.0)));
    assert_eq!(claude["supported_reasoning_efforts"], json!(["low", "medium", "high", "xhigh", "max"]));
    assert_eq!(gateway.read("/model_group/info?model_group=nobody").status, 404);

    for path in ["/model/info", "/v1/model/info?healthy_only=true", "/v2/model/info?search=cla"] {
        let answer = gateway.read(path);
        assert!(!answer.text().contains("sk-ant-secret"), "{path}");
        let list = answer.json();
        let claude = list["data"].as_array().expect("a list").iter().find(|model| model["model_name"] == "claude");
        let claude = claude.expect("the deployment");
        assert_eq!(names(claude), BTreeSet::from(["litellm_params", "model_info", "model_name"]), "{path}");
        assert_eq!(claude["model_info"]["id"], "one");
        assert_eq!(claude["model_info"]["db_model"], false);
        assert!(claude["model_info"]["output_cost_per_token"].is_number(), "{claude}");
    }
}

#[test]
fn parameters() {
    let gateway = gateway();
    let of = |model: &str| gateway.read(&format!("/utils/supported_openai_params?model={model}"));
    for (model, takes, refuses) in [
        ("mini", "logprobs", "thinking"),
        ("claude", "thinking", "logprobs"),
        ("anthropic/claude-opus-4-8", "thinking", "logprobs"),
        ("groq/anything", "tools", "logprobs"),
        ("gpt-4o", "logprobs", "thinking"),
    ] {
        let list = of(model).json()["supported_openai_params"].clone();
        let list: BTreeSet<&str> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(
            list.contains(takes) && (model == "mini" || model == "gpt-4o" || !list.contains(refuses)),
            "{model}: {list:?}"
        );
    }
    assert_eq!(of("nobody-knows-me").status, 400);
    assert_eq!(of("").status, 400);
}

#[test]
fn providers() {
    let gateway = gateway();
    let open = |path: &str| gateway.send(&Request::get(path)).json();
    let (names, fields) = (open("/public/providers"), open("/public/providers/fields"));
    let names: Vec<&str> = names.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(names.len() > 100 && names.is_sorted(), "{names:?}");
    let forms = fields.as_array().expect("a list");
    assert_eq!(forms.len(), names.len());
    let form = |name: &str| forms.iter().find(|form| form["provider"] == name).expect("a provider").clone();
    let key = |form: &Value, key: &str| {
        form["credential_fields"].as_array().into_iter().flatten().find(|field| field["key"] == key).cloned()
    };
    let groq = form("groq");
    assert_eq!(
        key(&groq, "api_key").map(|field| (field["required"].clone(), field["field_type"].clone())),
        Some((json!(true), json!("password")))
    );
    assert_eq!(key(&form("hosted_vllm"), "api_base").map(|field| field["required"].clone()), Some(json!(true)));
    assert_eq!(key(&form("bedrock"), "region_name").map(|field| field["required"].clone()), Some(json!(false)));
    let endpoints = open("/public/endpoints");
    let chat = endpoints["endpoints"].as_array().into_iter().flatten().find(|kind| kind["key"] == "chat").cloned();
    assert_eq!(chat.expect("chat")["endpoint"], "/v1/chat/completions");
    assert_eq!(gateway.send(&Request::get("/model/cost_map/source")).status, 401);
    assert_eq!(gateway.send(&Request::get("/model/cost_map/source").bearer(MASTER_KEY)).status, 200);
}
