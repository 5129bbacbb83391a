//! Speech, searches and uploads through the real binary: long uploads, retries, sound that is passed on while it comes.

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Config, Folder, Gate, Gateway, Launch, Outcome, Reply, Request, Upstream};

/// A WAV file of `length` bytes of sound at 16000 bytes a second.
fn wav(length: usize) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data".to_vec();
    file.extend((length as u32).to_le_bytes());
    file.extend((0..length).map(|at| (at * 31 % 251) as u8));
    file
}

fn config(upstream: &Upstream) -> Config {
    Config::new().model("whisper", "openai/whisper-1", upstream).model("tts", "openai/tts-1", upstream).set(
        "router_settings",
        "num_retries",
        json!(2),
    )
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_long_upload_stays_out_of_memory_and_is_sent_again_byte_by_byte() {
    let failure = Reply::json(500, &json!({"error": {"message": "busy", "type": "server_error"}}));
    let upstream = Upstream::scripted([failure, Reply::json(200, &json!({"text": "A long talk."}))]);
    let gateway = Gateway::start(&config(&upstream));
    let key = gateway.key(&json!({}));
    let talk = wav(40 << 20);
    let form = |file: &[u8]| {
        let files = [("file", "talk.wav", "audio/wav", file)];
        Request::form("/v1/audio/transcriptions", &[("model", "whisper"), ("language", "de")], &files).bearer(&key)
    };
    let before = gateway.peak_memory();
    let answer = gateway.send(&form(&talk));
    assert_eq!((answer.status, answer.json()["text"].as_str()), (200, Some("A long talk.")), "{}", answer.text());
    let requests = upstream.requests();
    assert_eq!(requests.len(), 2, "the first attempt failed");
    for request in &requests {
        let start = request.body.windows(4).position(|window| window == b"RIFF").expect("the file");
        assert!(request.body[start..].starts_with(&talk), "not a byte is changed");
        assert!(contains(&request.body[..start], b"whisper-1"), "the model is the vendor's");
    }
    if let (Some(before), Some(after)) = (before, gateway.peak_memory()) {
        assert!(after.saturating_sub(before) < 32 << 10, "{before} KiB before, {after} KiB after");
    }
}

#[test]
fn the_container_says_how_long_a_recording_is() {
    let upstream = Upstream::always(Reply::json(200, &json!({"text": "Hi."})));
    let price = json!({
        "model_name": "priced",
        "litellm_params": {"model": "openai/whisper-1", "api_base": format!("{}/v1", upstream.url()), "api_key": "k"},
        "model_info": {"mode": "audio_transcription", "input_cost_per_second": 0.001, "output_cost_per_second": 0.0},
    });
    let gateway = Gateway::start(&config(&upstream).deployment(&price));
    let key = gateway.key(&json!({}));
    for path in ["/v1/audio/transcriptions", "/v1/audio/translations"] {
        // On the disk and in memory alike.
        for seconds in [2, 200] {
            let files = [("file", "a.wav", "audio/wav", &wav(seconds * 16_000)[..])];
            let answer = gateway.send(&Request::form(path, &[("model", "priced")], &files).bearer(&key));
            assert_eq!(answer.status, 200, "{}", answer.text());
            let cost: f64 = answer.header("x-litellm-response-cost").parse().expect("a cost");
            let due = f64::from(u32::try_from(seconds).expect("a short time")) * 0.001;
            assert!((cost - due).abs() < 1e-6, "{path}: {cost} for {seconds} s");
        }
    }
    let paths: Vec<String> = upstream.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths[0], "/v1/audio/transcriptions");
    assert_eq!(paths[2], "/v1/audio/translations");
}

#[test]
fn the_first_sound_is_passed_on_before_the_vendor_is_ready() {
    let gate = Gate::new();
    // Not a length: the vendor makes it while it goes.
    let sound = Reply::streamed(200, "audio/mpeg").then_bytes("ID3first").then_hold(&gate).then_bytes("last");
    let upstream = Upstream::always(sound);
    let gateway = Gateway::start(&config(&upstream));
    let key = gateway.key(&json!({}));
    let call = json!({"model": "tts", "input": "Hello world", "voice": "nova"});
    let mut open = gateway.open(&Request::post("/v1/audio/speech", &call).bearer(&key));
    assert_eq!(open.status, 200);
    let first = open.piece().expect("sound").expect("not the end");
    assert_eq!(first, b"ID3first");
    assert!(upstream.completed().is_empty(), "the vendor is still speaking");
    gate.open();
    let answer = open.finish().expect("the rest");
    assert_eq!((answer.header("content-type"), answer.body.as_slice()), ("audio/mpeg", &b"last"[..]));
    assert_eq!(upstream.outcome(0, Duration::from_secs(5)).0, Outcome::Completed);
    let row: Value = gateway.only_row(&key);
    assert_eq!(row["call_type"], "aspeech", "{row:#}");
}

#[test]
fn a_search_tool_is_found_by_its_name() {
    let found = json!({"results": [{"title": "T", "url": "https://a.com", "content": "C", "score": 0.9}]});
    let upstream = Upstream::always(Reply::json(200, &found));
    let tool = json!({
        "search_tool_name": "web",
        "litellm_params": {"search_provider": "tavily", "api_key": "tvly-key", "api_base": upstream.url()},
    });
    let dir = Folder::new();
    let file = dir.file("config.yaml");
    let mut config: Value = serde_json::from_str(&Config::new().text()).expect("JSON");
    config["search_tools"] = json!([tool]);
    std::fs::write(&file, config.to_string()).expect("the configuration can be written");
    let gateway = Launch::with_file(&file).start();
    let key = gateway.key(&json!({}));
    let ask = |path: &str, body: Value| gateway.send(&Request::post(path, &body).bearer(&key));
    for answer in [
        ask("/v1/search/web", json!({"query": "rust", "max_results": 3})),
        ask("/v1/search", json!({"query": "rust", "max_results": 3, "search_tool_name": "web"})),
    ] {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let results =
            json!([{"title": "T", "url": "https://a.com", "snippet": "C", "date": null, "last_updated": null}]);
        assert_eq!(answer.json(), json!({"object": "search", "results": results}));
    }
    for request in upstream.requests() {
        assert_eq!((request.path.as_str(), request.json()), ("/search", json!({"query": "rust", "max_results": 3})));
        assert_eq!(request.headers.get("authorization"), Some("Bearer tvly-key"));
    }
    assert_eq!(ask("/v1/search/unknown", json!({"query": "rust"})).status, 400);
}
