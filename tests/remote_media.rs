//! Pictures behind addresses through the real binary, for models whose vendor takes bytes only.

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Answer, Config, Gateway, Recorded, Reply, Upstream};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const PNG_BASE64: &str = "iVBORw0KGgoAAAANSUhEUg==";

/// A vendor in Ollama's form that also serves pictures.
fn vendor() -> Upstream {
    let talk = json!({
        "model": "llava", "created_at": "2026-01-01T00:00:00Z", "done": true, "done_reason": "stop",
        "message": {"role": "assistant", "content": "A dot."}, "prompt_eval_count": 3, "eval_count": 2,
    });
    Upstream::start(move |number, request: &Recorded| match request.path.split('?').next().unwrap_or_default() {
        "/a.png" => Reply::body(200, "image/png", PNG),
        "/untold" => Reply::body(200, "application/octet-stream", PNG),
        "/page" => Reply::body(200, "text/html", "<!doctype html>"),
        "/large" => Reply::body(200, "image/png", [PNG, &[0; 200_000]].concat()),
        "/slow" => Reply::body(200, "image/png", PNG).slowly(Duration::from_secs(20)),
        "/metadata" => Reply::body(302, "text/plain", "").header("location", "http://169.254.169.254/latest"),
        "/inside" => Reply::body(302, "text/plain", "").header("location", "http://127.0.0.2/a.png"),
        "/gone" => Reply::body(404, "text/plain", "no"),
        "/failing/api/chat" if number < 2 => Reply::json(500, &json!({"error": "busy"})),
        _ => Reply::json(200, &talk),
    })
}

fn config(vendor: &Upstream) -> Config {
    let entry = |group: &str, model: &str, base: String| json!({"model_name": group, "litellm_params": {"model": model, "api_base": base, "api_key": "k"}});
    Config::new()
        .deployment(&entry("llava", "ollama_chat/llava", vendor.url()))
        .deployment(&entry("failing", "ollama_chat/llava", format!("{}/failing", vendor.url())))
        .model("gpt", "openai/gpt-4o", vendor)
        .set("router_settings", "num_retries", json!(2))
        .set("environment_variables", "MAX_IMAGE_URL_DOWNLOAD_SIZE_MB", json!("0.1"))
}

fn allowing(vendor: &Upstream) -> Config {
    let host = vendor.url().replace("http://", "");
    config(vendor).set("litellm_settings", "user_url_allowed_hosts", json!([host]))
}

fn show(gateway: &Gateway, model: &str, address: &str) -> Answer {
    let parts = json!([{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": address}}]);
    let body = json!({"model": model, "messages": [{"role": "user", "content": parts}], "timeout": 3});
    gateway.post("/v1/chat/completions", &body)
}

fn paths(vendor: &Upstream) -> Vec<String> {
    vendor.requests().into_iter().map(|request| request.path).collect()
}

fn message(answer: &Answer) -> String {
    answer.json().pointer("/error/message").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn a_picture_is_fetched_once_and_sent_as_bytes_in_every_attempt() {
    let vendor = vendor();
    let gateway = Gateway::start(&allowing(&vendor));
    let answer = show(&gateway, "failing", &format!("{}/a.png?size=1", vendor.url()));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(paths(&vendor), ["/a.png?size=1", "/failing/api/chat", "/failing/api/chat"]);
    for request in vendor.requests().iter().skip(1) {
        assert_eq!(request.json().pointer("/messages/0/images"), Some(&json!([PNG_BASE64])), "{:?}", request.json());
    }
    let fetched = &vendor.requests()[0];
    assert_eq!(fetched.method, "GET");
    assert!(fetched.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("authorization")));
    let answer = show(&gateway, "llava", &format!("{}/untold", vendor.url()));
    assert_eq!(answer.status, 200, "its first bytes tell what it is: {}", answer.text());
}

#[test]
fn nothing_is_fetched_from_private_addresses_unless_the_operator_says_so() {
    let vendor = vendor();
    let secret = format!("{}/a.png?token=secret", vendor.url());
    let gateway = Gateway::start(&config(&vendor));
    let answer = show(&gateway, "llava", &secret);
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(message(&answer).contains("Unable to fetch media from 127.0.0.1"), "{}", message(&answer));
    assert!(!message(&answer).contains("secret"), "{}", message(&answer));
    let part = json!({"type": "image", "source": {"type": "url", "url": secret}});
    let body = json!({"model": "llava", "max_tokens": 9, "messages": [{"role": "user", "content": [part]}]});
    let answer = gateway.post("/v1/messages", &body);
    assert_eq!((answer.status, answer.json()["type"].as_str()), (400, Some("error")), "{}", answer.text());
    assert_eq!(paths(&vendor), Vec::<String>::new());
    let open = config(&vendor).set("litellm_settings", "user_url_validation", json!(false));
    let gateway = Gateway::start(&open);
    assert_eq!(show(&gateway, "llava", &secret).status, 200);
    let answer = show(&gateway, "llava", "http://169.254.169.254/latest/meta-data");
    assert_eq!(answer.status, 400, "never, whatever is set: {}", answer.text());
}

#[test]
fn what_is_no_picture_or_does_not_come_is_the_clients_error() {
    let vendor = vendor();
    let gateway = Gateway::start(&allowing(&vendor));
    for (path, words) in [
        ("/page", "neither a picture"),
        ("/large", "larger than"),
        ("/metadata", "not on the public internet"),
        ("/inside", "not on the public internet"),
        ("/gone", "answered 404"),
        ("/slow", "not there in time"),
    ] {
        let answer = show(&gateway, "llava", &format!("{}{path}", vendor.url()));
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert!(message(&answer).contains(words), "{path}: {}", message(&answer));
    }
    assert!(paths(&vendor).iter().all(|path| path != "/api/chat"), "the model was not asked");
}

#[test]
fn a_vendor_that_fetches_itself_gets_the_address() {
    let vendor = vendor();
    let gateway = Gateway::start(&config(&vendor));
    // What the vendor answers to a dialect that it does not speak is of no interest here.
    drop(show(&gateway, "gpt", "http://10.0.0.1/a.png"));
    let part = json!({"type": "image", "source": {"type": "url", "url": "https://example.com/b.png"}});
    let body = json!({"model": "gpt", "max_tokens": 9, "messages": [{"role": "user", "content": [part]}]});
    drop(gateway.post("/v1/messages", &body));
    let sent: Vec<String> = vendor.requests().iter().map(|request| request.json().to_string()).collect();
    assert!(sent.first().is_some_and(|body| body.contains("http://10.0.0.1/a.png")), "{sent:?}");
    assert!(sent.last().is_some_and(|body| body.contains("https://example.com/b.png")), "{sent:?}");
}
