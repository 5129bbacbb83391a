//! Streams cut anywhere give the same frames as uncut ones.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_wire::{LineSplitter, SseFrame, SseSplitter, WireError, write_event};

fn frames(text: &[u8], size: usize) -> Vec<SseFrame> {
    let mut splitter = SseSplitter::default();
    let mut found = Vec::new();
    for chunk in text.chunks(size.max(1)) {
        splitter.push(Bytes::copy_from_slice(chunk));
        while let Some(frame) = splitter.next_frame().unwrap() {
            found.push(frame);
        }
    }
    while let Some(frame) = splitter.finish().unwrap() {
        found.push(frame);
    }
    found
}

fn shown(text: &[u8], size: usize) -> Vec<(Option<String>, String)> {
    let text_of = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let keep = |frame: &SseFrame| !frame.data.is_empty() || frame.event.is_some();
    frames(text, size)
        .iter()
        .filter(|frame| keep(frame))
        .map(|frame| (frame.event.as_ref().map(text_of), text_of(&frame.data)))
        .collect()
}

#[test]
fn every_line_ending_and_every_split() {
    let event = |name: Option<&str>, data: &str| (name.map(str::to_owned), data.to_owned());
    let text = "\u{feff}: hello\n\ndata: {\"a\":1}\n\nevent: x\nid: 7\ndata:{\"b\":\ndata: 2}\n\n\ndata: é€\n\nretry: 3\n\ndata: [DONE]";
    let expected =
        vec![event(None, "{\"a\":1}"), event(Some("x"), "{\"b\":\n2}"), event(None, "é€"), event(None, "[DONE]")];
    for ending in ["\n", "\r\n", "\r"] {
        let text = text.replace('\n', ending);
        for size in [1, 2, 3, 7, 64, text.len()] {
            assert_eq!(shown(text.as_bytes(), size), expected, "{ending:?} {size}");
        }
    }
}

#[test]
fn raw_bytes_add_up_to_the_stream() {
    let text = b": c\n\ndata: 1\n\ndata: 2\r\n\r\n";
    for size in [5, 100] {
        let raw: Vec<u8> = frames(text, size).iter().flat_map(|frame| frame.raw.to_vec()).collect();
        assert_eq!(raw, text);
    }
}

#[test]
fn a_frame_within_a_chunk_is_not_copied() {
    let chunk = Bytes::from_static(b"data: 1\n\ndata: 2\n\n");
    let mut splitter = SseSplitter::default();
    splitter.push(chunk.clone());
    let first = splitter.next_frame().unwrap().unwrap();
    assert_eq!(first.data.as_ptr(), chunk.slice(6..).as_ptr());
}

#[test]
fn frames_are_bounded() {
    let mut splitter = SseSplitter::new(100);
    splitter.push(Bytes::from(format!("data: {}", "x".repeat(200))));
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(100)));
}

#[test]
fn long_frames_in_small_pieces() {
    let text = format!("data: {}\n\ndata: 2\n\n", "x".repeat(5 << 20));
    let found = frames(text.as_bytes(), 16 << 10);
    assert_eq!(found.iter().map(|frame| frame.data.len()).collect::<Vec<_>>(), [5 << 20, 1]);
}

#[test]
fn lines() {
    for size in [1, 3, 100] {
        let mut splitter = LineSplitter::new(100);
        let mut found = Vec::new();
        for chunk in b"{\"a\":1}\r\n\n{\"b\":2}\n{\"c\":3}".chunks(size) {
            splitter.push(Bytes::copy_from_slice(chunk));
            while let Some(line) = splitter.next_frame().unwrap() {
                found.push(line);
            }
        }
        while let Some(line) = splitter.finish().unwrap() {
            found.push(line);
        }
        assert_eq!(found, ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    }
}

proptest! {
    #[test]
    fn splits_never_change_the_frames(text in "[a-z:\\n\\r ]{0,80}", size in 1usize..20) {
        prop_assert_eq!(shown(text.as_bytes(), size), shown(text.as_bytes(), usize::MAX));
    }

    #[test]
    fn what_is_written_is_read(events in prop::collection::vec((prop::option::of("[a-z.]{1,8}"), "[^\\n\\r]{1,40}"), 1..8), size in 1usize..40) {
        let mut out = BytesMut::new();
        for (event, data) in &events {
            write_event(&mut out, event.as_deref(), data.as_bytes());
        }
        prop_assert_eq!(shown(&out, size), events);
    }
}
