//! Every stream fixture, cut everywhere, decoded, encoded and relayed.

use crate::golden::{check, files, frames, view, with_crlf};
use bytes::BytesMut;
use proptest::prelude::*;
use std::fmt::Write as _;
use tianji_core::generate::{ClientView, StreamEvent};
use tianji_core::{DialectId, Error, Usage};
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, Fixups, StreamBridge, bridge};
use tianji_wire::Frame;

#[test]
fn every_fixture_gives_its_golden_at_every_cut() {
    for (name, stream) in files("stream", "sse") {
        let golden = story(&frames(&stream, stream.len()));
        check(&format!("stream/{name}.golden"), &golden);
        for size in [1, 7, 64] {
            assert_eq!(story(&frames(&stream, size)), golden, "{name} by {size}");
        }
        let crlf = with_crlf(&stream);
        for size in [1, 7, crlf.len()] {
            assert_eq!(story(&frames(&crlf, size)), golden, "{name} with CRLF by {size}");
        }
    }
}

/// What a stream becomes, in all ways.
fn story(frames: &[Frame]) -> String {
    let with_usage = ClientView { include_usage: true, ..view() };
    let mut story = format!("# events\n{}", events(frames));
    let relay = OpenAiChat.stream_relay(view());
    let _ = write!(story, "\n# relayed\n{}", run(relay, frames));
    let relay = OpenAiChat.stream_relay(with_usage.clone());
    let _ = write!(story, "\n# relayed with usage\n{}", run(relay, frames));
    let _ = write!(story, "\n# translated\n{}", run(translator(with_usage), frames));
    story
}

/// A decoder and an encoder of this dialect, as fixups and upstreams with an accent need them.
fn translator(view: ClientView) -> Box<dyn StreamBridge> {
    bridge::translated_stream(DialectId::OpenAiChat, DialectId::OpenAiChat, view, Fixups::default())
}

fn events(frames: &[Frame]) -> String {
    let mut decoder = OpenAiChat.stream_decoder();
    let mut events = Vec::new();
    let mut failure = None;
    for frame in frames {
        if let Err(cause) = decoder.decode(frame, &mut events) {
            failure = Some(cause);
            break;
        }
    }
    let failure = failure.or_else(|| decoder.finish(&mut events).err());
    let mut text = String::new();
    for event in &events {
        match event {
            StreamEvent::Error(error) => drop(writeln!(text, "Error {}", shown(error))),
            StreamEvent::Usage(usage) => drop(writeln!(text, "Usage {}", counts(usage))),
            event => drop(writeln!(text, "{event:?}")),
        }
    }
    if let Some(cause) = failure {
        let _ = writeln!(text, "Err {cause:?}");
    }
    text
}

fn run(mut bridge: Box<dyn StreamBridge>, frames: &[Frame]) -> String {
    let mut out = BytesMut::new();
    let ended = frames.iter().try_for_each(|frame| bridge.frame(frame, &mut out)).and_then(|()| bridge.end(&mut out));
    if let Err(error) = &ended {
        bridge.fail(error, &mut out);
    }
    let mut text = String::from_utf8(out.to_vec()).unwrap();
    for data in text.split("\n\n").filter_map(|frame| frame.strip_prefix("data: ")).filter(|data| *data != "[DONE]") {
        serde_json::from_str::<serde_json::Value>(data).unwrap_or_else(|cause| panic!("{cause}: {data}"));
    }
    let seen = bridge.observed();
    let _ = writeln!(
        text,
        "seen: {:?} {:?} {} {:?} {:?} {} bytes",
        seen.response_id,
        seen.model,
        seen.usage.as_ref().map_or_else(|| "no usage".to_owned(), counts),
        seen.finish,
        seen.service_tier,
        seen.output_bytes
    );
    if let Err(error) = ended {
        let _ = writeln!(text, "failed: {}", shown(&error));
    }
    text
}

fn counts(usage: &Usage) -> String {
    let (input, output, cached, reasoning) = (usage.input(), usage.output(), usage.cache_read(), usage.out_reasoning);
    format!("{input} in ({cached} cached), {output} out ({reasoning} reasoning)")
}

fn shown(error: &Error) -> String {
    format!("{:?} {} {:?} {}", error.kind, error.status.as_u16(), error.type_name, error.message)
}

#[test]
fn the_relay_changes_nothing_but_the_model() {
    let (_, stream) = files("stream", "sse").into_iter().find(|(name, _)| name == "spaced").unwrap();
    let mut relay = OpenAiChat.stream_relay(ClientView { model: "m".to_owned(), include_usage: true, ..view() });
    let mut out = BytesMut::new();
    for frame in frames(&stream, stream.len()) {
        relay.frame(&frame, &mut out).unwrap();
    }
    relay.end(&mut out).unwrap();
    let expected = String::from_utf8(stream.to_vec()).unwrap().replace("gpt-4o-2024-08-06", "m");
    assert_eq!(String::from_utf8(out.to_vec()).unwrap(), expected);
}

proptest! {
    /// Decoder and relay never panic, whatever comes.
    #[test]
    fn mutated_streams_never_panic(which in 0usize..1000, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let fixtures = files("stream", "sse");
        let (_, stream) = &fixtures[which % fixtures.len()];
        let mut bytes = stream.to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let frames = frames(&bytes, bytes.len());
        let mut decoder = OpenAiChat.stream_decoder();
        let mut relay = OpenAiChat.stream_relay(view());
        let (mut events, mut out) = (Vec::new(), BytesMut::new());
        for frame in &frames {
            let _ = decoder.decode(frame, &mut events);
            let _ = relay.frame(frame, &mut out);
        }
        let _ = decoder.finish(&mut events);
        let _ = relay.end(&mut out);
    }
}
