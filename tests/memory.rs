//! A hundred megabytes through the real binary, up and down: they pass, and memory does not grow with them.

use serde_json::json;
use std::time::Duration;
use tianji_testkit::{Config, Gateway, Launch, Reply, Request, Upstream, eventually};

/// What a transfer may hold at once, in KiB: some buffers, never the file.
const MOST: u64 = 8 << 10;
const LONG: usize = 100 << 20;

#[test]
fn a_long_upload_is_not_held_in_memory() {
    let upstream = Upstream::always(Reply::json(200, &json!({"text": "A long talk."})));
    let gateway = start(&Config::new().model("whisper", "openai/whisper-1", &upstream));
    let key = gateway.key(&json!({}));
    let talk = |length| {
        let sound = vec![7; length];
        let files = [("file", "talk.mp3", "audio/mpeg", &sound[..])];
        let form = Request::form("/v1/audio/transcriptions", &[("model", "whisper")], &files).bearer(&key);
        let answer = gateway.send(&form);
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let grown = grown(&gateway, &key, || talk(4 << 20), || talk(LONG));
    let sent: Vec<usize> = upstream.requests().iter().map(|request| request.body.len()).collect();
    assert!(sent.last().is_some_and(|length| *length > LONG), "the vendor got all of it: {sent:?}");
    assert!(grown.is_none_or(|grown| grown < MOST), "{grown:?} KiB for an upload of {LONG} bytes");
}

#[test]
fn a_long_download_is_not_held_in_memory() {
    let upstream =
        Upstream::start(|call, _| Reply::body(200, "audio/mpeg", vec![7; if call == 0 { 4 << 20 } else { LONG }]));
    let gateway = start(&Config::new().model("tts", "openai/tts-1", &upstream));
    let key = gateway.key(&json!({}));
    let speech = |length: usize| {
        let call = json!({"model": "tts", "input": "A long text.", "voice": "alloy"});
        let mut open = gateway.open(&Request::post("/v1/audio/speech", &call).bearer(&key));
        let mut got = 0;
        while let Some(piece) = open.piece().expect("the sound goes on") {
            got += piece.len();
        }
        assert_eq!(got, length, "every byte arrives");
    };
    let grown = grown(&gateway, &key, || speech(4 << 20), || speech(LONG));
    assert!(grown.is_none_or(|grown| grown < MOST), "{grown:?} KiB for a download of {LONG} bytes");
}

/// With one worker, so that what is warm is warm for the next call.
fn start(config: &Config) -> Gateway {
    Launch::with(config).arguments(&["--workers", "1"]).start()
}

/// How far memory grew above what it was, in KiB, while something ran: the peak of resident memory, and what is kept
/// afterwards. `warm` does the same in small, so that pages of the program and buffers that are made
/// once are there before. None where the system does not say.
fn grown(gateway: &Gateway, key: &str, warm: impl Fn(), act: impl Fn()) -> Option<u64> {
    warm();
    // The first calls that reach the database set up what it keeps in memory.
    eventually("the calls are in the ledger", Duration::from_secs(20), || {
        (!gateway.rows(key).is_empty()).then_some(())
    });
    let held = gateway.memory();
    let before = gateway.forget_peak().then(|| gateway.peak_memory()).flatten();
    act();
    let peak = gateway.peak_memory()?.saturating_sub(before?);
    let kept = gateway.memory()?.saturating_sub(held?);
    Some(peak.max(kept))
}
