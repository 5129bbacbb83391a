//! Films through the real binary: made once and paid for once, found again by everybody who may, passed on while they
//! come.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use tianji_testkit::{Config, Gate, Gateway, MASTER_KEY, Outcome, Recorded, Reply, Request, Upstream, eventually};
use tianji_tests::workspace::root;

fn film(id: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "video", "created_at": 1_745_000_000, "status": status, "model": "sora-2",
        "progress": if status == "completed" { 100 } else { 0 }, "seconds": "4", "size": "1280x720",
    })
}

/// OpenAI, "Videos", as a vendor whose films are ready at once.
fn sora(request: &Recorded) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default();
    match (request.method.as_str(), path.strip_prefix("/v1/videos").expect("a path of videos")) {
        ("POST", "") => Reply::json(200, &film("video_one", "queued")),
        ("GET", "") => {
            Reply::json(200, &json!({"object": "list", "data": [film("video_one", "completed")], "has_more": false}))
        }
        ("POST", "/video_one/remix") => {
            let mut made = film("video_two", "queued");
            made["remixed_from_video_id"] = json!("video_one");
            Reply::json(200, &made)
        }
        ("DELETE", "/video_one") => {
            Reply::json(200, &json!({"id": "video_one", "object": "video.deleted", "deleted": true}))
        }
        ("GET", "/video_one/content" | "/video_two/content") => Reply::body(200, "video/mp4", "the film of sora"),
        ("GET", "/video_one") => Reply::json(200, &film("video_one", "completed")),
        ("GET", "/video_two") => Reply::json(200, &film("video_two", "completed")),
        (method, path) => Reply::json(404, &json!({"error": {"message": format!("no {method} {path}")}})),
    }
}

/// Google, "Generate videos with Veo": an operation, and a file beside it.
fn veo(request: &Recorded) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default();
    let operation = "models/veo-3.1-generate-preview/operations/op1";
    if path.ends_with(":predictLongRunning") {
        return Reply::json(200, &json!({"name": operation}));
    }
    if path.ends_with(":download") {
        assert_eq!(request.headers.get("x-goog-api-key"), Some("test-key"), "the vendor's own file wants the key");
        return Reply::body(200, "video/mp4", "the film of veo");
    }
    let uri = format!("http://{}/files/f1:download?alt=media", request.headers.get("host").expect("a host"));
    let response = json!({"generateVideoResponse": {"generatedSamples": [{"video": {"uri": uri}}]}});
    Reply::json(200, &json!({"name": operation, "done": true, "response": response}))
}

/// Runway, "Tasks".
fn runway(request: &Recorded) -> Reply {
    if request.path.ends_with("/film.mp4") {
        assert_eq!(request.headers.get("authorization"), None, "the key stays with the vendor");
        return Reply::body(200, "video/mp4", "the film of runway");
    }
    assert_eq!(request.headers.get("x-runway-version"), Some("2024-11-06"));
    if request.method == "POST" {
        return Reply::json(200, &json!({"id": "t1"}));
    }
    let output = format!("http://{}/film.mp4", request.headers.get("host").expect("a host"));
    Reply::json(200, &json!({"id": "t1", "status": "SUCCEEDED", "output": [output]}))
}

fn entry(name: &str, model: &str, base: &str) -> Value {
    json!({
        "model_name": name,
        "litellm_params": {"model": model, "api_base": base, "api_key": "test-key"},
        "model_info": {"mode": "video_generation", "output_cost_per_second": 0.1},
    })
}

#[test]
fn openai_sdk() {
    let Some(python) = environment("TIANJI_TEST_PYTHON") else {
        let required = environment("TIANJI_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "TIANJI_TEST_PYTHON is needed; scripts/test sets it");
        println!("skipped: this needs a Python with the vendors' SDKs (TIANJI_TEST_PYTHON; scripts/test sets it)");
        return;
    };
    let vendors = [
        Upstream::start(|_, request| sora(request)),
        Upstream::start(|_, request| veo(request)),
        Upstream::start(|_, request| runway(request)),
    ];
    let config = Config::new()
        .deployment(&entry("sora", "openai/sora-2", &format!("{}/v1", vendors[0].url())))
        .deployment(&entry("veo", "gemini/veo-3.1-generate-preview", &vendors[1].url()))
        .deployment(&entry("runway", "runwayml/gen4_turbo", &format!("{}/v1", vendors[2].url())));
    let gateway = Gateway::start(&config);
    let output = Command::new(python)
        .args(["-E", "-s", "-B"])
        .arg(root().join("tests/python/videos.py"))
        .env_clear()
        .env("GATEWAY_URL", gateway.url())
        .env("GATEWAY_KEY", MASTER_KEY)
        .env("LIMITED_KEY", gateway.key(&json!({})))
        .env("MODELS", "sora veo runway")
        .output()
        .expect("python can be run");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}{err}\n{}", output.status, gateway.output());
    println!("{out}");
}

#[test]
fn a_film_is_paid_for_once_and_is_its_owners() {
    let upstream = Upstream::start(|_, request| sora(request));
    let other = Upstream::always(Reply::json(500, &json!({"error": {"message": "not here"}})));
    let base = |upstream: &Upstream| format!("{}/v1", upstream.url());
    let config = Config::new().deployment(&entry("films", "openai/sora-2", &base(&upstream))).deployment(&entry(
        "others",
        "openai/sora-2",
        &base(&other),
    ));
    let gateway = Gateway::start(&config);
    let (mine, yours) = (gateway.key(&json!({})), gateway.key(&json!({})));
    let order = json!({"model": "films", "prompt": "A cat", "seconds": "4", "size": "1280x720"});
    let made = gateway.send(&Request::post("/v1/videos", &order).bearer(&mine));
    assert_eq!(made.status, 200, "{}", made.text());
    let cost: f64 = made.header("x-litellm-response-cost").parse().expect("a cost");
    assert!((cost - 0.4).abs() < 1e-9, "4 seconds at 0.1: {cost}");
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let path = |tail: &str| format!("/v1/videos/{id}{tail}");
    for _ in 0..5 {
        let told = gateway.send(&Request::get(&path("")).bearer(&mine));
        assert_eq!((told.status, told.json()["id"].as_str()), (200, Some(id.as_str())), "{}", told.text());
    }
    for (method, tail) in [("GET", ""), ("GET", "/content"), ("DELETE", "")] {
        let foreign = gateway.send(&Request::new(method, &path(tail), "").bearer(&yours));
        assert_eq!(foreign.status, 404, "{method} {tail}: {}", foreign.text());
    }
    let foreign = gateway.send(&Request::post(&path("/remix"), &json!({"prompt": "x"})).bearer(&yours));
    assert_eq!(foreign.status, 404, "{}", foreign.text());
    assert_eq!(gateway.send(&Request::get("/v1/videos").bearer(&mine)).status, 403, "a list is for admins");
    for broken in ["video_one", "video_AAAA"] {
        let nothing = gateway.send(&Request::get(&format!("/v1/videos/{broken}")).bearer(MASTER_KEY));
        assert_eq!(nothing.status, 404, "{broken}: {}", nothing.text());
    }
    let short = gateway.send(&Request::get(&format!("/videos/{id}")).bearer(MASTER_KEY));
    assert_eq!(short.status, 200, "admins see everybody's, and the prefix may be left out: {}", short.text());
    assert_eq!(upstream.requests().len(), 7, "strangers and broken ids reach nobody");
    assert!(other.requests().is_empty());
    // One for the order, five for questions about it, one for the list that was refused.
    let rows = || Some(gateway.rows(&mine)).filter(|rows| rows.len() == 7);
    let rows = eventually("a row for each call", Duration::from_secs(10), rows);
    let spent: Vec<f64> = rows.iter().filter_map(|row| row["spend"].as_f64()).filter(|spend| *spend > 0.0).collect();
    assert_eq!(spent.len(), 1, "{rows:#?}");
    let types: Vec<&str> = rows.iter().filter_map(|row| row["call_type"].as_str()).collect();
    assert_eq!(types.iter().filter(|kind| **kind == "avideo_retrieve").count(), 5, "{types:?}");

    // Another replica, which has kept nothing but its passphrase, finds it too.
    let mut gateway = gateway;
    gateway.signal("TERM");
    gateway.ended(Duration::from_secs(20));
    let gateway = gateway.restart();
    let told = gateway.send(&Request::get(&path("")).bearer(&mine));
    assert_eq!(told.status, 200, "{}", told.text());
}

#[test]
fn a_film_is_passed_on_while_it_comes() {
    let gate = Gate::new();
    let held = gate.clone();
    let upstream = Upstream::start(move |_, request| {
        if request.path.ends_with("/content") {
            return Reply::streamed(200, "video/mp4").then_bytes("first").then_hold(&held).then_bytes("last");
        }
        sora(request)
    });
    let config = Config::new().deployment(&entry("films", "openai/sora-2", &format!("{}/v1", upstream.url())));
    let gateway = Gateway::start(&config);
    let key = gateway.key(&json!({}));
    let made = gateway.send(&Request::post("/v1/videos", &json!({"model": "films", "prompt": "A cat"})).bearer(&key));
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let mut open = gateway.open(&Request::get(&format!("/v1/videos/{id}/content")).bearer(&key));
    assert_eq!(open.status, 200);
    assert_eq!(open.piece().expect("a film").expect("not the end"), b"first");
    assert_eq!(upstream.completed().len(), 1, "the vendor is still sending");
    gate.open();
    let answer = open.finish().expect("the rest");
    assert_eq!((answer.header("content-type"), answer.body.as_slice()), ("video/mp4", &b"last"[..]));
    assert_eq!(upstream.outcome(1, Duration::from_secs(5)).0, Outcome::Completed);
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where Python is")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
