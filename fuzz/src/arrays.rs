//! Streams of upstreams for Gemini's clients, as events and as one JSON array. The first byte chooses the upstream's
//! dialect.

use super::choice::{chosen, frames, view, wire};
use bytes::BytesMut;
use serde_json::value::RawValue;
use tianji_core::DialectId;
use tianji_core::generate::ClientView;
use tianji_dialects::{StreamBridge, bridge};
use tianji_wire::Frame;

/// However a stream ends, the array is one, and its elements are what the events say. What an upstream of the client's own
/// dialect says passes as it came, so that there an array is as sound as the upstream's frames.
pub fn check(input: &[u8]) {
    let Some((upstream, text)) = chosen(input) else { return };
    let (frames_of_upstream, _) = frames(upstream, &wire(upstream, text), usize::MAX);
    let sound = |frame: &Frame| serde_json::from_slice::<&RawValue>(&frame.data).is_ok();
    let sound = upstream != CLIENT || frames_of_upstream.iter().all(sound);
    let views = [false, true].map(|json_array| ClientView { json_array, ..view() });
    let passed = views.clone().map(|view| bridge::stream(upstream, CLIENT, view, Default::default()));
    let fixups = tianji_dialects::Fixups { json_tool: Some("f".to_owned()), ..Default::default() };
    let bent = views.map(|view| bridge::translated_stream(upstream, CLIENT, view, fixups.clone()));
    for [mut events, mut array] in [passed, bent] {
        let told = run(events.as_mut(), &frames_of_upstream);
        let array = run(array.as_mut(), &frames_of_upstream);
        if !sound {
            continue;
        }
        let elements: Vec<&RawValue> = serde_json::from_slice(&array)
            .unwrap_or_else(|cause| panic!("{upstream:?}: {cause}: {}", String::from_utf8_lossy(&array)));
        let (told, ended) = frames(CLIENT, &told, usize::MAX);
        assert!(ended.is_ok(), "{upstream:?}: {ended:?}");
        let events: Vec<&[u8]> = told.iter().map(|event| event.data.trim_ascii()).collect();
        let elements: Vec<&[u8]> = elements.into_iter().map(|element| element.get().as_bytes()).collect();
        assert_eq!(elements, events, "{upstream:?}");
    }
}

fn run(bridge: &mut dyn StreamBridge, frames: &[Frame]) -> BytesMut {
    let mut out = BytesMut::new();
    let failed = frames.iter().find_map(|frame| bridge.frame(frame, &mut out).err());
    if let Some(error) = failed.or_else(|| bridge.end(&mut out).err()) {
        bridge.fail(&error, &mut out);
    }
    out
}

const CLIENT: DialectId = DialectId::Gemini;
