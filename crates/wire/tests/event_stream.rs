//! AWS event streams: written messages are read back however they are cut; damage of any kind is an error.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_wire::event_stream::{EventStreamSplitter, is_failure, write_message};
use tianji_wire::{Frame, WireError};

fn split(stream: &[u8], size: usize) -> Result<Vec<Frame>, WireError> {
    let mut splitter = EventStreamSplitter::default();
    let mut frames = Vec::new();
    for chunk in stream.chunks(size.max(1)) {
        splitter.push(Bytes::copy_from_slice(chunk));
        while let Some(frame) = splitter.next_frame()? {
            frames.push(frame);
        }
    }
    while let Some(frame) = splitter.finish()? {
        frames.push(frame);
    }
    Ok(frames)
}

fn message(headers: &[(&str, &str)], payload: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    write_message(&mut out, headers, payload);
    out
}

fn event(name: &str, payload: &[u8]) -> BytesMut {
    message(&[(":event-type", name), (":content-type", "application/json"), (":message-type", "event")], payload)
}

/// The messages that AWS's SDKs test themselves with ("event stream" test vectors: `empty_message`, `payload_no_headers`,
/// `payload_one_str_header`).
#[test]
fn the_sdks_own_vectors() {
    assert_eq!(message(&[], b"")[..], hex::decode("000000100000000005c248eb7d98c8ff").unwrap());
    let bare = hex::decode("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
    assert_eq!(message(&[], b"{'foo':'bar'}")[..], bare.unwrap());
    let headed = hex::decode(concat!(
        "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e",
        "7b27666f6f273a27626172277d8d9c08b1"
    ));
    assert_eq!(message(&[("content-type", "application/json")], b"{'foo':'bar'}")[..], headed.unwrap());
}

#[test]
fn names_and_payloads_come_back() {
    let mut stream = event("messageStart", br#"{"role":"assistant"}"#);
    stream.extend(message(&[(":message-type", "exception"), (":exception-type", "throttlingException")], b"{}"));
    stream.extend(message(
        &[(":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "Oh")],
        b"",
    ));
    for size in [1, 7, 64, stream.len()] {
        let frames = split(&stream, size).unwrap();
        let told: Vec<_> = frames
            .iter()
            .map(|frame| (frame.event.as_deref().unwrap(), frame.data.as_ref(), is_failure(&frame.raw)))
            .collect();
        let expected: [(&[u8], &[u8], bool); 3] = [
            (b"messageStart", br#"{"role":"assistant"}"#, false),
            (b"throttlingException", b"{}", true),
            (b"InternalFailure", b"Oh", true),
        ];
        assert_eq!(told, expected, "by {size}");
        assert_eq!(frames.iter().map(|frame| frame.raw.len()).sum::<usize>(), stream.len());
    }
}

#[test]
fn every_type_of_header_is_passed_over() {
    // true, false, byte, short, integer, long, bytes, timestamp, uuid
    let values: [(u8, usize); 9] = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (6, 2), (8, 8), (9, 16)];
    let mut headers = Vec::new();
    for (kind, length) in values {
        headers.extend([1, b'x', kind]);
        headers.extend(std::iter::repeat_n(0, length));
    }
    headers.extend(b"\x0b:event-type\x07\x00\x04last");
    let frame = split(&sealed(&headers, b"p"), usize::MAX).unwrap().remove(0);
    assert_eq!((frame.event.as_deref(), &*frame.data), (Some(&b"last"[..]), &b"p"[..]));
    assert!(!is_failure(&frame.raw));
}

#[test]
fn malformed_headers_are_refused() {
    for headers in [&b"\x01x\x0a"[..], b"\x01x", b"\x09x", b"\x01x\x07\x00\x09v", b"\x01x\x05\x00"] {
        assert!(matches!(split(&sealed(headers, b""), usize::MAX), Err(WireError::Corrupt(_))), "{headers:?}");
    }
}

#[test]
fn long_messages_are_refused_before_they_come() {
    let stream = event("x", &[b' '; 100]);
    let mut splitter = EventStreamSplitter::new(stream.len() - 1);
    splitter.push(Bytes::copy_from_slice(&stream[..12]));
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(stream.len() - 1)));
    splitter.push(Bytes::copy_from_slice(&stream[12..]));
    assert_eq!(splitter.next_frame(), Err(WireError::FrameTooLarge(stream.len() - 1)));
}

#[test]
fn a_stream_that_ends_within_a_message_is_cut() {
    let stream = event("x", b"{}");
    for end in 1..stream.len() {
        assert!(split(&stream[..end], 5).is_err(), "{end}");
    }
    assert_eq!(split(b"", 1), Ok(Vec::new()));
}

/// A message with these very bytes as headers.
fn sealed(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let total = u32::try_from(16 + headers.len() + payload.len()).unwrap();
    let mut out = total.to_be_bytes().to_vec();
    out.extend(u32::try_from(headers.len()).unwrap().to_be_bytes());
    out.extend(crc32fast::hash(&out).to_be_bytes());
    out.extend(headers);
    out.extend(payload);
    out.extend(crc32fast::hash(&out).to_be_bytes());
    out
}

proptest! {
    #[test]
    fn what_was_written_is_read(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..5), size in 1usize..50) {
        let mut stream = BytesMut::new();
        for payload in &payloads {
            stream.extend(event("e", payload));
        }
        let frames = split(&stream, size).unwrap();
        let read: Vec<Vec<u8>> = frames.iter().map(|frame| frame.data.to_vec()).collect();
        prop_assert_eq!(read, payloads);
    }

    #[test]
    fn a_flipped_bit_is_noticed(at in 0usize..400, size in 1usize..50) {
        let mut stream = event("contentBlockDelta", br#"{"delta":{"text":"x"}}"#);
        let at = at % (stream.len() * 8);
        stream[at / 8] ^= 1 << (at % 8);
        prop_assert!(split(&stream, size).is_err());
    }

    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..200), size in 1usize..50) {
        let _ = split(&noise, size);
        let _ = is_failure(&noise);
        let _ = split(&sealed(&noise, b""), size);
    }
}
