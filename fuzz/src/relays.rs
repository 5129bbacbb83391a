//! Streams of upstreams on their way to a client, as the pipeline drives them. The first byte chooses the upstream's
//! dialect, the second the client's.

use super::choice::{chosen, frames, view, wire};
use bytes::BytesMut;
use tianji_core::Error;
use tianji_dialects::{StreamBridge, bridge};
use tianji_wire::Frame;

/// Every stream ends: well, or with an error that is told once. What was seen is told without a panic.
pub fn check(input: &[u8]) {
    let Some((upstream, rest)) = chosen(input) else { return };
    let Some((client, text)) = chosen(rest) else { return };
    let (frames, _) = frames(upstream, &wire(upstream, text), usize::MAX);
    let passed = bridge::stream(upstream, client, view(), Default::default());
    let fixups = tianji_dialects::Fixups { json_tool: Some("f".to_owned()), ..Default::default() };
    let bent = bridge::translated_stream(upstream, client, view(), fixups);
    for mut bridge in [passed, bent] {
        let mut out = BytesMut::new();
        if let Some(error) = run(bridge.as_mut(), &frames, &mut out) {
            let before = out.len();
            bridge.fail(&error, &mut out);
            assert!(out.len() > before, "{upstream:?} to {client:?}: a failure without a word");
        }
        let seen = bridge.observed();
        assert!(seen.usage.is_none_or(|usage| usage.cache_read() <= usage.input()), "{:?}", seen.usage);
    }
}

fn run(bridge: &mut dyn StreamBridge, frames: &[Frame], out: &mut BytesMut) -> Option<Error> {
    frames.iter().find_map(|frame| bridge.frame(frame, out).err()).or_else(|| bridge.end(out).err())
}
