//! What calls cost under an operator's prices and under the circumstances of the call, to the nano-dollar.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::collections::HashMap;
use tianji_testkit::{Answer, Config, Gateway, MASTER_KEY, Reply, Request, Upstream};

/// A group of one deployment: its model, members of its parameters and of its info, what its vendor answers, the call,
/// and what the call costs in nano-dollars.
struct Invoice {
    name: &'static str,
    model: &'static str,
    params: Value,
    info: Value,
    reply: Value,
    path: &'static str,
    call: Value,
    nanos: f64,
}

fn chat(usage: Value) -> Value {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
        "usage": usage,
    })
}

fn told(prompt: u64, completion: u64) -> Value {
    chat(json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}))
}

fn hello() -> Value {
    json!({"messages": [{"role": "user", "content": "hi"}], "max_tokens": 9})
}

const CHAT: &str = "/v1/chat/completions";

/// Prices of the entry's own.
fn own() -> Vec<Invoice> {
    let tiers = json!([
        {"range": [0, 32000], "input_cost_per_token": 1.2e-6, "output_cost_per_token": 6e-6},
        {"range": [32000, 128_000], "input_cost_per_token": 2.4e-6, "output_cost_per_token": 1.2e-5},
    ]);
    let always = json!({
        "input_cost_per_token": 1e-6, "windows": [{"hours_utc": "00:00-00:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}],
    });
    let mut flexible = told(100, 0);
    flexible.as_object_mut().unwrap().insert("service_tier".to_owned(), json!("flex"));
    let plain = |name, params, reply, nanos: u32| Invoice {
        name,
        model: "openai/of-my-own",
        params,
        info: json!({}),
        reply,
        path: CHAT,
        call: hello(),
        nanos: f64::from(nanos),
    };
    vec![
        plain("tokens", json!({"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}), told(10, 5), 20_000),
        plain(
            "tier",
            json!({"input_cost_per_token": 1e-6, "input_cost_per_token_above_200k_tokens": 2e-6}),
            told(200_001, 0),
            400_002_000,
        ),
        plain("table", json!({"tiered_pricing": tiers}), told(40_000, 1000), 108_000_000),
        plain("flex", json!({"input_cost_per_token": 2e-6, "input_cost_per_token_flex": 1e-6}), flexible, 100_000),
        plain("off-peak", json!({"input_cost_per_token": 2e-6, "off_peak_pricing": always}), told(100, 0), 100_000),
        plain(
            "request",
            json!({"input_cost_per_token": 1e-6, "output_cost_per_token": 0, "input_cost_per_request": 0.005}),
            told(10, 1),
            5_010_000,
        ),
        plain("spelt exactly", json!({"input_cost_per_token": "1.5e-07", "output_cost_per_token": 0}), told(1, 0), 150),
        Invoice {
            name: "cache of five minutes and of an hour",
            model: "anthropic/claude-of-my-own",
            params: json!({
                "input_cost_per_token": 3e-6, "output_cost_per_token": 1.5e-5, "cache_read_input_token_cost": 3e-7,
                "cache_creation_input_token_cost": 3.75e-6, "cache_creation_input_token_cost_above_1hr": 6e-6,
            }),
            info: json!({}),
            reply: json!({
                "id": "m", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
                "content": [{"type": "text", "text": "hi"}],
                "usage": {
                    "input_tokens": 1000, "output_tokens": 500, "cache_read_input_tokens": 40_000,
                    "cache_creation_input_tokens": 5000,
                    "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 3000},
                },
            }),
            path: "/v1/messages",
            call: hello(),
            nanos: 48_000_000.0,
        },
    ]
}

/// What is told by its name, its model and the model's mode, which stands in the entry.
fn unit(told: [&'static str; 3], params: Value, reply: Value, path: &'static str, call: Value, nanos: u32) -> Invoice {
    let [name, model, mode] = told;
    Invoice { name, model, params, info: json!({ "mode": mode }), reply, path, call, nanos: f64::from(nanos) }
}

/// Units that are no tokens.
fn units() -> Vec<Invoice> {
    vec![
        unit(
            ["characters", "openai/voice", "audio_speech"],
            json!({"input_cost_per_character": 1.5e-5}),
            json!("sound"),
            "/v1/audio/speech",
            json!({"input": "Hello", "voice": "alloy"}),
            75_000,
        ),
        unit(
            ["queries", "cohere/ranker", "rerank"],
            json!({"input_cost_per_query": 0.002}),
            json!({"results": [{"index": 0, "relevance_score": 0.5}], "meta": {"billed_units": {"search_units": 1}}}),
            "/v1/rerank",
            json!({"query": "a", "documents": ["b"]}),
            2_000_000,
        ),
        unit(
            ["pages", "mistral/reader", "ocr"],
            json!({"ocr_cost_per_page": 0.004}),
            json!({"pages": [], "model": "reader", "usage_info": {"pages_processed": 12}}),
            "/v1/ocr",
            json!({"document": {"type": "document_url", "document_url": "https://example.com/a.pdf"}}),
            48_000_000,
        ),
        unit(
            ["vectors", "openai/vectors", "embedding"],
            json!({"input_cost_per_token": 2e-8}),
            json!({
                "object": "list", "model": "v", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
                "usage": {"prompt_tokens": 3, "total_tokens": 3},
            }),
            "/v1/embeddings",
            json!({"input": "a"}),
            60,
        ),
    ]
}

/// Pictures and films.
fn media() -> Vec<Invoice> {
    vec![
        unit(
            ["pictures", "openai/painter", "image_generation"],
            json!({"output_cost_per_image": 0.04}),
            json!({"created": 1, "data": [{"url": "https://example.com/1"}, {"url": "https://example.com/2"}]}),
            "/v1/images/generations",
            json!({"prompt": "a cat", "n": 2}),
            80_000_000,
        ),
        unit(
            ["seconds of a film by its resolution", "openai/film", "video_generation"],
            json!({"output_cost_per_second": 0.1, "output_cost_per_second_1080p": 0.3}),
            json!({"id": "v", "object": "video", "status": "queued", "seconds": "8", "size": "1920x1080"}),
            "/v1/videos",
            json!({"prompt": "a cat", "seconds": "8", "size": "1920x1080"}),
            2_400_000_000,
        ),
    ]
}

/// The catalogue's prices, by what the call asks for; the operator's by provider; the vendor's own word.
fn circumstances() -> Vec<Invoice> {
    let with = |name, model, reply, path, call, nanos: u32| Invoice {
        name,
        model,
        params: json!({}),
        info: json!({}),
        reply,
        path,
        call,
        nanos: f64::from(nanos),
    };
    let cached = chat(json!({
        "prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16, "prompt_tokens_details": {"cached_tokens": 4},
    }));
    let reported = chat(json!({"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10, "cost": 0.0123}));
    vec![
        // 1024 × 1024 × 1.59263611e-07
        with(
            "a picture by quality and size",
            "azure/gpt-image-1",
            json!({"created": 1, "data": [{"b64_json": "QQ=="}]}),
            "/v1/images/generations",
            json!({"prompt": "a cat", "quality": "high", "size": "1024x1024"}),
            167_000_000,
        ),
        with(
            "a film of a high resolution",
            "openai/sora-2-pro",
            json!({"id": "v", "object": "video", "status": "queued", "seconds": "4", "size": "1024x1792"}),
            "/v1/videos",
            json!({"prompt": "a cat", "seconds": "4", "size": "1024x1792"}),
            2_000_000_000,
        ),
        with(
            "the catalogue's price beside one of an entry's own",
            "openai/gpt-4o",
            told(1000, 0),
            CHAT,
            hello(),
            2_500_000,
        ),
        with("a price by model", "openai/priced-by-name", told(1000, 0), CHAT, hello(), 7_000_000),
        with("what the vendor says", "openrouter/nobody/knows", reported, CHAT, hello(), 12_300_000),
        Invoice {
            params: json!({
                "input_cost_per_token": 1.5e-7, "cache_read_input_token_cost": 7.5e-8, "output_cost_per_token": 6e-7,
            }),
            ..with("discount and margin", "deepseek/of-my-own", cached, CHAT, hello(), 1_004_698)
        },
        Invoice {
            params: json!({"input_cost_per_token": 1e-6}),
            ..with("an entry's own price", "openai/gpt-4o", told(1000, 0), CHAT, hello(), 1_000_000)
        },
    ]
}

fn entry(invoice: &Invoice, place: usize, vendor: &Upstream) -> Value {
    let mut entry = json!({
        "model_name": format!("m{place}"), "model_info": invoice.info,
        "litellm_params": {"model": invoice.model, "api_key": "sk-x", "api_base": format!("{}/m{place}", vendor.url())},
    });
    let params = entry["litellm_params"].as_object_mut().unwrap();
    params.extend(invoice.params.as_object().unwrap().clone());
    entry
}

fn post(gateway: &Gateway, path: &str, model: &str, call: &Value) -> Answer {
    let mut call = call.clone();
    call["model"] = json!(model);
    gateway.send(&Request::post(path, &call).bearer(MASTER_KEY))
}

#[test]
fn calls_cost_what_they_cost() {
    let invoices: Vec<Invoice> = own().into_iter().chain(units()).chain(media()).chain(circumstances()).collect();
    let replies: HashMap<String, Value> =
        invoices.iter().enumerate().map(|(place, invoice)| (format!("m{place}"), invoice.reply.clone())).collect();
    let vendor = Upstream::start(move |_, asked| {
        let name = asked.path.split('/').nth(1).unwrap_or_default();
        Reply::json(200, replies.get(name).expect("a path of one of the entries"))
    });
    let mut config = Config::new()
        .set("litellm_settings", "drop_params", json!(true))
        .set("litellm_settings", "cost_discount_config", json!({"deepseek": 0.1}))
        .set("litellm_settings", "cost_margin_config", json!({"deepseek": {"percentage": 0.2, "fixed_amount": 0.001}}))
        .set("litellm_settings", "custom_pricing", json!({"openai/priced-by-name": {"input_cost_per_token": 7e-6}}));
    for (place, invoice) in invoices.iter().enumerate() {
        config = config.deployment(&entry(invoice, place, &vendor));
    }
    let gateway = Gateway::start(&config);
    let mut wrong = Vec::new();
    for (place, invoice) in invoices.iter().enumerate() {
        let answer = post(&gateway, invoice.path, &format!("m{place}"), &invoice.call);
        assert_eq!(answer.status, 200, "{}: {}", invoice.name, answer.text());
        let cost = answer.header("x-litellm-response-cost").to_owned();
        let nanos = cost.parse::<f64>().map(|cost| (cost * 1e9).round());
        if nanos.as_ref().ok() != Some(&invoice.nanos) {
            wrong.push(format!("{}: {cost:?} instead of {} nano-dollars", invoice.name, invoice.nanos));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_answer_says_what_was_taken_off_and_put_on() {
    let vendor = Upstream::always(Reply::json(200, &told(1000, 0)));
    let config = Config::new()
        .model("m", "openai/gpt-4o", &vendor)
        .set("litellm_settings", "cost_discount_config", json!({"openai": 0.1}))
        .set("litellm_settings", "cost_margin_config", json!({"global": 0.2}));
    let answer = post(&Gateway::start(&config), CHAT, "m", &hello());
    for (name, value) in [
        ("", "0.0027"),
        ("-original", "0.0025"),
        ("-input", "0.0025"),
        ("-discount-amount", "0.00025"),
        ("-margin-amount", "0.00045"),
        ("-margin-percent", "0.2"),
    ] {
        assert_eq!(answer.header(&format!("x-litellm-response-cost{name}")), value, "{name}");
    }
}

#[test]
fn a_model_without_a_price_can_be_refused() {
    let vendor = Upstream::always(Reply::json(200, &told(1, 1)));
    let refusing =
        |config: Config| config.set("litellm_settings", "block_requests_for_models_without_pricing", json!(true));
    let gateway = Gateway::start(&refusing(Config::new().model("free", "openai/nobody-knows", &vendor).model(
        "priced",
        "openai/gpt-4o-mini",
        &vendor,
    )));
    let answer = post(&gateway, CHAT, "free", &hello());
    assert_eq!((answer.status, answer.json()["error"]["param"].as_str()), (400, Some("model")), "{}", answer.text());
    assert!(vendor.requests().is_empty(), "the vendor was not asked");
    assert_eq!(post(&gateway, CHAT, "priced", &hello()).status, 200);
}
