//! Nothing that a client sends makes the gateway fail: every bad request gets its status in the envelope of its
//! dialect, no upstream hears of it, and the process goes on.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Answer, Config, Gateway, MASTER_KEY, Request, Upstream, eventually, vendor};

#[test]
fn bodies_that_are_no_requests() {
    let mut stage = Stage::start();
    let user = json!([{"role": "user", "content": "x"}]);
    let deep = format!("{{\"model\":\"gpt\",\"messages\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_objects = format!("{{\"model\":\"gpt\",\"x\":{}1{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let bodies = [
        ("nothing", String::new()),
        ("a word", "model".to_owned()),
        ("half an object", "{\"model\": \"gpt\", \"messages\": [".to_owned()),
        ("an object and more", "{\"model\": \"gpt\"} {}".to_owned()),
        ("a list", "[1, 2, 3]".to_owned()),
        ("a string", "\"gpt\"".to_owned()),
        ("null", "null".to_owned()),
        ("10,000 lists deep", deep),
        ("10,000 objects deep", deep_objects),
        ("no model", json!({"messages": user, "max_tokens": 9}).to_string()),
        ("a model that is a number", json!({"model": 5, "messages": user, "max_tokens": 9}).to_string()),
        ("an unknown model", json!({"model": "nope", "messages": user, "max_tokens": 9}).to_string()),
        ("a model of 100,000 letters", json!({"model": "m".repeat(100_000), "messages": user}).to_string()),
    ];
    for (what, body) in &bodies {
        for (path, dialect) in ROUTES {
            let answer = stage.gateway.send(&Request::new("POST", path, body.as_str()).bearer(MASTER_KEY));
            assert_error(&format!("{what} on {path}"), &answer, 400, dialect);
        }
    }
    stage.assert_untouched();
}

#[test]
fn bytes_that_are_no_text() {
    let mut stage = Stage::start();
    for body in [&b"\xff\xfe{\x00}\x00"[..], b"{\"model\": \"gpt\xff\", \"messages\": []}", b"\x1f\x8b\x08\x00garbage"]
    {
        for (path, dialect) in ROUTES {
            let answer = stage.gateway.send(&Request::new("POST", path, body).bearer(MASTER_KEY));
            assert_error(&format!("{body:?} on {path}"), &answer, 400, dialect);
        }
    }
    stage.assert_untouched();
}

#[test]
fn compressed_bodies_are_read_and_bombs_and_unknown_codings_are_not() {
    use std::io::Write;
    let mut stage = Stage::start();
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
    };
    let post = |body: Vec<u8>, coding: &str| {
        Request::new("POST", ROUTES[0].0, body).bearer(MASTER_KEY).header("content-encoding", coding)
    };
    let unknown_model = json!({"model": "nope", "messages": [{"role": "user", "content": "x"}]}).to_string();
    let read = stage.gateway.send(&post(gzip(unknown_model.as_bytes()), "gzip"));
    assert_error("a compressed body", &read, 400, ROUTES[0].1);
    assert!(read.text().contains("nope"), "{}", read.text());
    let unknown = stage.gateway.send(&post(unknown_model.into_bytes(), "lzma"));
    assert_error("an unknown coding", &unknown, 415, ROUTES[0].1);
    let bomb = stage.gateway.send(&post(gzip(&vec![b' '; 64 << 20]), "gzip"));
    assert_error("a bomb", &bomb, 413, ROUTES[0].1);
    stage.assert_untouched();
}

/// What is not the gateway's business goes to a vendor of the same dialect as it is; where the request has to be
/// translated it must be understood.
#[test]
fn values_of_the_wrong_type() {
    let mut stage = Stage::start();
    let bodies = [
        json!({"messages": 5, "max_tokens": 9}),
        json!({"messages": "hello", "max_tokens": 9}),
        json!({"messages": [5], "max_tokens": 9}),
        json!({"messages": [{"role": 5, "content": "x"}], "max_tokens": 9}),
        json!({"messages": [{"role": "user", "content": 5}], "max_tokens": 9}),
        json!({"messages": [{"role": "user", "content": [{"type": "text", "text": {}}]}], "max_tokens": 9}),
        json!({"messages": [{"role": "user", "content": "x"}], "max_tokens": 9, "tools": "none"}),
    ];
    for body in &bodies {
        for (path, dialect, foreign) in
            [(ROUTES[0].0, Dialect::OpenAi, "claude"), (ROUTES[1].0, Dialect::Anthropic, "gpt")]
        {
            let mut body = body.clone();
            body["model"] = foreign.into();
            let answer = stage.gateway.post(path, &body);
            assert_error(&format!("{body} on {path}"), &answer, 400, dialect);
        }
    }
    stage.assert_untouched();
}

#[test]
fn a_missing_required_field() {
    let mut stage = Stage::start();
    let answer = stage.gateway.post("/v1/chat/completions", &json!({"model": "gpt"}));
    assert_error("no messages", &answer, 400, Dialect::OpenAi);
    assert_eq!(answer.json()["error"]["param"], "messages");
    let words = "/chat/completions: Missing required parameter: 'messages'.";
    assert_eq!(answer.json()["error"]["message"], words);
    let answer =
        stage.gateway.post("/v1/messages", &json!({"model": "claude", "messages": [{"role": "user", "content": "x"}]}));
    assert_error("no max_tokens", &answer, 400, Dialect::Anthropic);
    stage.assert_untouched();
}

#[test]
fn bodies_that_are_too_long() {
    let mut stage = Stage::start();
    let most = 100 << 20;
    for (path, dialect) in ROUTES {
        let announced =
            Request::new("POST", path, "{").header("content-length", &(most + 1).to_string()).bearer(MASTER_KEY);
        assert_error("announced", &stage.gateway.send(&announced), 413, dialect);

        let sent =
            format!("{{\"model\":\"gpt\",\"messages\":[{{\"role\":\"user\",\"content\":\"{}\"}}]}}", "x".repeat(most));
        let answer = stage.gateway.send(&Request::new("POST", path, sent).bearer(MASTER_KEY));
        assert_error("sent", &answer, 413, dialect);
    }
    stage.assert_untouched();
}

#[test]
fn routes_and_methods_that_do_not_exist() {
    let mut stage = Stage::start();
    for path in ["/nope", "/v1/nope", "/v1/chat/completions/more", "/v1/messages/nope/more", "/V1/Messages"] {
        let answer = stage.gateway.post(path, &json!({}));
        assert_eq!((answer.status, answer.json()), (404, json!({"detail": "Not Found"})), "{path}");
    }
    for path in ["/v1/%00", "/v1/chat%00", "/v1/../key/generate", "/v1/%2e%2e/key/generate"] {
        let answer = stage.gateway.post(path, &json!({}));
        assert_eq!((answer.status, answer.json()), (400, json!({"detail": "The path is ambiguous."})), "{path}");
    }
    for (method, path, allowed) in [
        ("GET", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/messages", "POST"),
        ("POST", "/health/liveliness", "GET"),
        ("PUT", "/v1/models", "GET"),
    ] {
        let answer = stage.gateway.send(&Request::new(method, path, "").bearer(MASTER_KEY));
        assert_eq!((answer.status, answer.json()), (405, json!({"detail": "Method Not Allowed"})), "{method} {path}");
        let allow = answer.header("allow");
        assert!(allow.split(", ").any(|known| known == allowed), "{method} {path}: allow: {allow}");
    }
    stage.assert_untouched();
}

#[test]
fn keys_that_open_nothing() {
    let mut stage = Stage::start();
    let blocked = stage.gateway.key(&json!({}));
    assert_eq!(stage.gateway.post("/key/block", &json!({"key": blocked})).status, 200);
    let deleted = stage.gateway.key(&json!({}));
    assert_eq!(stage.gateway.post("/key/delete", &json!({"keys": [deleted]})).status, 200);
    let bearer = |key: &str| Some(format!("Bearer {key}"));
    let cases = [
        (None, "auth_error", "Authentication Error, No api key passed in."),
        (
            bearer("no-sk-at-the-front"),
            "auth_error",
            "LiteLLM Virtual Key expected. Received=****, expected to start with 'sk-'.",
        ),
        (
            bearer("sk-nobody-knows-me"),
            "token_not_found_in_db",
            "Authentication Error, Invalid proxy server token passed.",
        ),
        (bearer(&deleted), "token_not_found_in_db", "Authentication Error, Invalid proxy server token passed."),
        (
            bearer(&blocked),
            "auth_error",
            "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
        ),
    ];
    for (authorization, kind, message) in &cases {
        for (path, dialect) in ROUTES {
            let mut request = Request::post(path, &chat("gpt"));
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            let answer = stage.gateway.send(&request);
            assert_error(message, &answer, 401, dialect);
            let error = &answer.json()["error"];
            assert_eq!(error["type"], *kind, "{error}");
            assert!(error["message"].as_str().is_some_and(|text| text.starts_with(message)), "{error}");
            assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("x-litellm")), "{:?}", answer.headers);
            assert!(!answer.text().contains("sk-nobody-knows-me"), "the key is repeated: {}", answer.text());
        }
    }
    assert_eq!(stage.gateway.post("/key/unblock", &json!({"key": blocked})).status, 200);
    let request = Request::post(ROUTES[0].0, &chat("gpt")).bearer(&blocked);
    assert_eq!(stage.gateway.send(&request).status, 200, "an unblocked key works again at once");
    stage.gateway.assert_alive();
}

#[test]
fn an_expired_key() {
    let mut stage = Stage::start();
    let key = stage.gateway.key(&json!({"duration": "1s"}));
    let refused = eventually("the key expires", Duration::from_secs(10), || {
        let answer = stage.gateway.send(&Request::post(ROUTES[0].0, &chat("gpt")).bearer(&key));
        (answer.status != 200).then_some(answer)
    });
    assert_error("expired", &refused, 401, Dialect::OpenAi);
    let error = &refused.json()["error"];
    assert_eq!(error["type"], "expired_key");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("Authentication Error - Expired Key. Key Expiry time "), "{message}");
    let shortened = format!("sk-...{}", key.get(key.len() - 4..).expect("a key is longer than that"));
    assert_eq!(error["param"], shortened.as_str());
    let refused = stage.gateway.send(&Request::post(ROUTES[1].0, &chat("gpt")).bearer(&key));
    assert_error("expired", &refused, 401, Dialect::Anthropic);
    stage.gateway.assert_alive();
}

#[test]
fn a_key_for_other_models() {
    let mut stage = Stage::start();
    let key = stage.gateway.key(&json!({"models": ["claude"]}));
    for (path, dialect) in ROUTES {
        let answer = stage.gateway.send(&Request::post(path, &chat("gpt")).bearer(&key));
        assert_error("another model", &answer, 403, dialect);
        let error = &answer.json()["error"];
        assert_eq!((&error["type"], &error["param"]), (&json!("key_model_access_denied"), &json!("model")));
    }
    let listed = stage.gateway.send(&Request::get("/v1/models").bearer(&key)).json();
    assert_eq!(listed["data"].as_array().expect("a list").iter().map(|m| &m["id"]).collect::<Vec<_>>(), ["claude"]);
    stage.assert_untouched();
}

#[test]
fn control_fields_that_would_lead_elsewhere() {
    let mut stage = Stage::start();
    let elsewhere = json!("http://127.0.0.1:9/v1");
    for field in ["api_base", "base_url", "api_key", "api_version", "user_config"] {
        for (path, dialect) in ROUTES {
            let mut body = chat("gpt");
            body[field] = elsewhere.clone();
            let answer = stage.gateway.post(path, &body);
            assert_error(&format!("{field} on {path}"), &answer, 401, dialect);
            let message = answer.json()["error"]["message"].to_string();
            assert!(message.contains(&format!("{field} is not allowed in request body")), "{message}");
        }
    }
    for body in [
        json!({"extra_body": {"api_base": elsewhere}}),
        json!({"fallbacks": [{"model": "claude", "api_base": elsewhere}]}),
    ] {
        let mut request = chat("gpt");
        for (name, value) in body.as_object().expect("fields") {
            request[name] = value.clone();
        }
        let answer = stage.gateway.post(ROUTES[0].0, &request);
        assert_error(&body.to_string(), &answer, 401, Dialect::OpenAi);
    }
    stage.assert_untouched();
}

/// The gateway between two vendors who would answer everything.
struct Stage {
    gateway: Gateway,
    openai: Upstream,
    anthropic: Upstream,
}

impl Stage {
    fn start() -> Self {
        let openai = Upstream::start(|_, request| vendor::openai::chat(&request.json(), "hello"));
        let anthropic = Upstream::start(|_, request| vendor::anthropic::messages(&request.json(), "hello"));
        let config = Config::new().model("gpt", "openai/gpt-4o", &openai).model(
            "claude",
            "anthropic/claude-sonnet-4-5",
            &anthropic,
        );
        Self { gateway: Gateway::start(&config), openai, anthropic }
    }

    /// No bad request went out, a good one still does.
    fn assert_untouched(&mut self) {
        self.gateway.assert_alive();
        assert!(self.openai.requests().is_empty(), "{:?}", self.openai.requests());
        assert!(self.anthropic.requests().is_empty(), "{:?}", self.anthropic.requests());
        for (path, _) in ROUTES {
            for model in ["gpt", "claude"] {
                let answer = self.gateway.post(path, &chat(model));
                assert_eq!(answer.status, 200, "{}", answer.text());
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Dialect {
    OpenAi,
    Anthropic,
}

/// The status, and the envelope that the SDKs of the dialect read.
fn assert_error(what: &str, answer: &Answer, status: u16, dialect: Dialect) {
    assert_eq!(answer.status, status, "{what}: {:.500}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    let body = answer.json();
    let error = &body["error"];
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {body}");
    match dialect {
        Dialect::OpenAi => {
            assert_eq!(error["code"], status.to_string().as_str(), "{what}: {body}");
            assert!(error.get("type").is_some() && error.get("param").is_some(), "{what}: {body}");
        }
        Dialect::Anthropic => {
            assert_eq!(body["type"], "error", "{what}: {body}");
            assert!(error["type"].is_string(), "{what}: {body}");
        }
    }
}

fn chat(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "x"}], "max_tokens": 9})
}

const ROUTES: [(&str, Dialect); 2] = [("/v1/chat/completions", Dialect::OpenAi), ("/v1/messages", Dialect::Anthropic)];
