//! Streams cut anywhere give the same frames as uncut ones, and those that the standard's own steps give.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use proptest::sample::select;
use tianji_wire::{Frame, LineSplitter, Splitter, SseSplitter, WireError, write_event};

/// The stream's frames when it comes in chunks of these sizes, over and over.
fn frames(text: &[u8], sizes: &[usize], max: usize) -> (Vec<Frame>, Option<WireError>) {
    let mut splitter = SseSplitter::new(max);
    let mut found = Vec::new();
    for chunk in chunks(text, sizes) {
        splitter.push(chunk);
        loop {
            match splitter.next_frame() {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    loop {
        match splitter.finish() {
            Ok(Some(frame)) => found.push(frame),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

fn chunks(text: &[u8], sizes: &[usize]) -> Vec<Bytes> {
    let mut rest = text;
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, tail) = rest.split_at((*size).clamp(1, rest.len()));
        chunks.push(Bytes::copy_from_slice(chunk));
        rest = tail;
    }
    chunks
}

fn whole(text: &[u8]) -> Vec<Frame> {
    frames(text, &[usize::MAX], usize::MAX).0
}

type Told = (Option<String>, String);

/// What events say, without those that say nothing.
fn told(frames: &[Frame]) -> Vec<Told> {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let told = frames.iter().map(|frame| (frame.event.as_ref().map(text), text(&frame.data)));
    told.filter(|(event, data)| event.is_some() || !data.is_empty()).collect()
}

/// The steps of the standard, taken one after the other: decode, cut into lines, read the fields.
fn by_the_book(text: &str) -> Vec<Told> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut found = Vec::new();
    let mut event = None;
    let mut data: Vec<&str> = Vec::new();
    for line in text.split_terminator('\n') {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "" if line.is_empty() => found.push((event.take(), std::mem::take(&mut data).join("\n"))),
            "data" => data.push(value),
            "event" => event = Some(value.to_owned()).filter(|name| !name.is_empty()),
            _ => {}
        }
    }
    let unfinished = (event, data.join("\n"));
    if !unfinished.1.is_empty() {
        found.push(unfinished);
    }
    found.retain(|(event, data)| event.is_some() || !data.is_empty());
    found
}

fn stream() -> impl Strategy<Value = String> {
    let bits = select(vec![
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\r\n\r\n",
        "\r\r",
        "\r\r\n",
        "data: ",
        "data:",
        "data",
        "data:  x",
        "event: ",
        "event:",
        "event: ping",
        "id: 7",
        "retry: 3",
        ": comment",
        ":",
        "{\"a\":1}",
        "é€😀",
        "[DONE]",
        "x",
        " ",
        "\u{feff}",
        "datas: 1",
    ]);
    (any::<bool>(), prop::collection::vec(bits, 0..24))
        .prop_map(|(mark, bits)| format!("{}{}", if mark { "\u{feff}" } else { "" }, bits.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn events_by_the_book(text in stream()) {
        prop_assert_eq!(told(&whole(text.as_bytes())), by_the_book(&text));
    }

    #[test]
    fn any_cut_gives_the_same_frames(text in stream(), sizes in prop::collection::vec(1usize..9, 1..6)) {
        let text = text.as_bytes();
        let expected = whole(text);
        for sizes in [&sizes[..], &[1], &[2], &[7], &[64]] {
            prop_assert_eq!(&frames(text, sizes, usize::MAX).0, &expected);
        }
    }

    #[test]
    fn any_bytes_in_any_cut(text in prop::collection::vec(select(b"\n\r: da\xEF\xBB\xBF\xFF".to_vec()), 0..60), size in 1usize..9) {
        prop_assert_eq!(&frames(&text, &[size], usize::MAX).0, &whole(&text));
    }

    #[test]
    fn the_bound_does_not_depend_on_the_cut(text in stream(), size in 1usize..9, max in 1usize..30) {
        prop_assert_eq!(frames(text.as_bytes(), &[size], max), frames(text.as_bytes(), &[usize::MAX], max));
    }

    #[test]
    fn raw_bytes_add_up_to_the_stream(text in stream(), size in 1usize..9) {
        let (found, _) = frames(text.as_bytes(), &[size], usize::MAX);
        let raw: Vec<u8> = found.iter().flat_map(|frame| frame.raw.to_vec()).collect();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let tail = text.as_bytes().strip_prefix(&raw[..]).unwrap();
        // Not at the start of a stream, where a byte order mark would be left out.
        prop_assert_eq!(told(&whole(&[b"\n", tail].concat())), []);
    }

    #[test]
    fn what_is_written_is_read(
        events in prop::collection::vec((prop::option::of("[a-z.]{1,8}"), "[^\r]{1,40}"), 1..8),
        size in 1usize..40,
    ) {
        let mut out = BytesMut::new();
        for (event, data) in &events {
            write_event(&mut out, event.as_deref(), data.as_bytes());
        }
        prop_assert_eq!(told(&frames(&out, &[size], usize::MAX).0), events);
    }

    #[test]
    fn lines_in_any_cut(text in "[ab\r\n ]{0,60}", size in 1usize..9, max in 1usize..12) {
        prop_assert_eq!(lines(text.as_bytes(), &[size], max), lines(text.as_bytes(), &[usize::MAX], max));
        let expected: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
        let expected: Vec<&str> = expected.into_iter().filter(|line| !line.trim_ascii().is_empty()).collect();
        prop_assert_eq!(lines(text.as_bytes(), &[size], usize::MAX).0, expected);
    }
}

#[test]
fn a_stream_with_everything() {
    let event = |name: Option<&str>, data: &str| (name.map(str::to_owned), data.to_owned());
    let text = "\u{feff}: hello\n\ndata: {\"a\":1}\n\nevent: x\nid: 7\ndata:{\"b\":\ndata: 2}\n\n\ndata: é€\n\nretry: 3\n\ndata: [DONE]";
    let expected =
        vec![event(None, "{\"a\":1}"), event(Some("x"), "{\"b\":\n2}"), event(None, "é€"), event(None, "[DONE]")];
    for ending in ["\n", "\r\n", "\r"] {
        let text = text.replace('\n', ending);
        for size in [1, 2, 3, 7, 64, text.len()] {
            let (found, error) = frames(text.as_bytes(), &[size], usize::MAX);
            assert_eq!((told(&found), error), (expected.clone(), None), "{ending:?} {size}");
        }
    }
}

#[test]
fn comments_and_empty_events_are_kept() {
    let found = whole(b": ping\n\n\nid: 1\n\n");
    let raw: Vec<&[u8]> = found.iter().map(|frame| &frame.raw[..]).collect();
    assert_eq!(raw, [&b": ping\n\n"[..], b"\n", b"id: 1\n\n"]);
    assert!(found.iter().all(|frame| frame.data.is_empty() && frame.event.is_none()));
}

#[test]
fn raw_bytes_hold_the_whole_blank_line() {
    let raw =
        |text: &[u8], size| frames(text, &[size], usize::MAX).0.into_iter().map(|frame| frame.raw).collect::<Vec<_>>();
    for size in [1, 2, 7, 64] {
        assert_eq!(raw(b"data: 1\r\n\r\ndata: 2\r\n\r\n", size), ["data: 1\r\n\r\n", "data: 2\r\n\r\n"]);
        assert_eq!(raw(b"data: 1\r\rdata: 2\r\r", size), ["data: 1\r\r", "data: 2\r\r"]);
        assert_eq!(raw(b"data: 1\n\r\ndata: 2\n\n", size), ["data: 1\n\r\n", "data: 2\n\n"]);
        assert_eq!(raw(b"\xEF\n\n", size), [&b"\xEF\n\n"[..]], "a third of a byte order mark is a line");
        assert_eq!(raw(b"\xEF\xBB\xBF\n\n", size), ["\n", "\n"]);
    }
}

#[test]
fn an_event_is_out_as_soon_as_it_is_complete() {
    for ending in ["\n\n", "\r\n\r\n", "\r\r"] {
        let mut splitter = SseSplitter::default();
        splitter.push(Bytes::from(format!("data: 1{ending}")));
        assert_eq!(splitter.next_frame().unwrap().unwrap().data, "1", "{ending:?}");
        assert_eq!(splitter.next_frame(), Ok(None));
        assert_eq!(splitter.finish(), Ok(None));
    }
}

#[test]
fn an_event_within_a_chunk_is_not_copied() {
    let first = Bytes::from_static(b"data: 1\n\ndata: 2\n\nda");
    let second = Bytes::from_static(b"ta: 3\n\ndata: 4\n\n");
    let mut splitter = SseSplitter::default();
    splitter.push(first.clone());
    splitter.push(second.clone());
    let mut next = || splitter.next_frame().unwrap().unwrap();
    assert_eq!(next().data.as_ptr(), first.slice(6..).as_ptr());
    assert_eq!(next().raw.as_ptr(), first.slice(9..).as_ptr());
    assert_eq!(next().data, "3");
    assert_eq!(next().raw.as_ptr(), second.slice(7..).as_ptr(), "also after one that spans chunks");
}

#[test]
fn unfinished_events() {
    let rest = |text: &[u8]| told(&whole(text));
    assert_eq!(rest(b"data: [DONE]"), [(None, "[DONE]".to_owned())]);
    assert_eq!(rest(b"event: done\r\ndata: 1\r\n"), [(Some("done".to_owned()), "1".to_owned())]);
    assert_eq!(rest(b"event: message_st"), []);
    assert_eq!(whole(b": only a comment"), []);
    assert_eq!(whole(b"\xEF\xBB"), []);
    assert_eq!(whole(b""), []);
}

#[test]
fn events_are_bounded() {
    let mut splitter = SseSplitter::new(16);
    splitter.push(Bytes::from_static(b"data: 12345678\n\ndata: 123456789\n\ndata: 1\n\n"));
    assert_eq!(splitter.next_frame().unwrap().unwrap().data, "12345678");
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(16)));
    splitter.push(Bytes::from_static(b"data: 1\n\n"));
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(16)), "the stream cannot be read on");
    assert_eq!(splitter.finish(), Err(WireError::FrameTooLarge(16)));

    let mut splitter = SseSplitter::default();
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    for _ in 0..32 {
        splitter.push(piece.clone());
        assert_eq!(splitter.next_frame(), Ok(None));
    }
    splitter.push(piece);
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(32 << 20)));
}

#[test]
fn long_events_in_small_pieces() {
    let text = format!("data:{}\r\n\r\ndata: 2\r\n\r\n", "x".repeat(5 << 20));
    for size in [1400, 16 << 10, 64 << 10, usize::MAX] {
        let (found, error) = frames(text.as_bytes(), &[size], 32 << 20);
        assert_eq!((found.iter().map(|frame| frame.data.len()).collect::<Vec<_>>(), error), (vec![5 << 20, 1], None));
    }
}

#[test]
fn written_events() {
    let written = |event, data: &[u8]| {
        let mut out = BytesMut::new();
        write_event(&mut out, event, data);
        String::from_utf8(out.to_vec()).unwrap()
    };
    assert_eq!(written(None, b"[DONE]"), "data: [DONE]\n\n");
    assert_eq!(written(Some("ping"), b"{}"), "event: ping\ndata: {}\n\n");
    assert_eq!(written(None, b""), "data: \n\n");
    assert_eq!(
        written(None, b"a\nb\r\n\rc\n"),
        "data: a\ndata: b\ndata: \ndata: c\ndata: \n\n",
        "nothing escapes its event"
    );
}

fn lines(text: &[u8], sizes: &[usize], max: usize) -> (Vec<Bytes>, Option<WireError>) {
    let mut splitter = LineSplitter::new(max);
    let mut found = Vec::new();
    for chunk in chunks(text, sizes) {
        splitter.push(chunk);
        loop {
            match splitter.next_frame() {
                Ok(Some(line)) => found.push(line),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    loop {
        match splitter.finish() {
            Ok(Some(line)) => found.push(line),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

#[test]
fn lines_of_json() {
    let text = b"{\"a\":1}\r\n\n{\"b\":2}\n  \n{\"c\":3}";
    for size in [1, 3, 7, 64] {
        let (found, error) = lines(text, &[size], 9);
        assert_eq!((found, error), (vec!["{\"a\":1}".into(), "{\"b\":2}".into(), "{\"c\":3}".into()], None));
    }
    assert_eq!(lines(text, &[64], 8), (Vec::new(), Some(WireError::FrameTooLarge(8))));
    let chunk = Bytes::from_static(b"[1]\n[2]\n");
    let mut splitter = LineSplitter::default();
    splitter.push(chunk.clone());
    splitter.next_frame().unwrap();
    assert_eq!(splitter.next_frame().unwrap().unwrap().as_ptr(), chunk.slice(4..).as_ptr());
}

#[test]
fn a_line_is_a_frame_without_a_name() {
    let mut splitter = Splitter::Ndjson(LineSplitter::default());
    splitter.push(Bytes::from_static(b"{\"a\":1}\r\n{\"b\""));
    let frame = splitter.next_frame().unwrap().unwrap();
    assert_eq!((frame.event, frame.data), (None, Bytes::from_static(b"{\"a\":1}")));
    assert_eq!(splitter.next_frame().unwrap(), None);
    splitter.push(Bytes::from_static(b":2}"));
    assert_eq!(splitter.next_frame().unwrap(), None);
    assert_eq!(splitter.finish().unwrap().unwrap().data, "{\"b\":2}");
    assert_eq!(splitter.finish().unwrap(), None);
    let mut splitter = Splitter::Sse(SseSplitter::default());
    splitter.push(Bytes::from_static(b"data: {}\n\n"));
    assert_eq!(splitter.next_frame().unwrap().unwrap().data, "{}");
}
