//! What a request asks for, found without keeping a big body.

use std::borrow::Cow;

use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;

/// The few fields of a request that change the answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    /// OpenAI's `user` or Anthropic's `metadata.user_id`; not looked for in big bodies.
    pub(crate) user: Option<String>,
    /// Length of the body.
    pub(crate) bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("the request body is not the JSON of a generation request: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the request body broke off")]
    Broken(#[from] hyper::Error),
}

/// Drains a request body. Up to [`WHOLE`] bytes are parsed; of a longer body only its two ends are
/// kept and searched, since clients put their switches before or after the messages.
///
/// # Errors
/// When the body breaks off or a short one is no JSON object.
pub(crate) async fn read(mut body: Incoming) -> Result<Asked, RequestError> {
    let mut ends = Ends::default();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if ends.total == 0 && body.is_end_stream() {
            return parse(&data);
        }
        ends.push(&data);
    }
    ends.asked()
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(borrow, default)]
    user: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: Option<bool>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    user_id: Option<Cow<'a, str>>,
}

fn parse(body: &[u8]) -> Result<Asked, RequestError> {
    let fields: Fields<'_> = serde_json::from_slice(body)?;
    let include_usage = fields.stream_options.and_then(|options| options.include_usage);
    Ok(Asked {
        stream: fields.stream.unwrap_or(false),
        include_usage: include_usage.unwrap_or(false),
        user: fields.user.or(fields.metadata.and_then(|it| it.user_id)).map(Cow::into_owned),
        bytes: body.len() as u64,
    })
}

/// The beginning and the end of a body.
#[derive(Default)]
struct Ends {
    head: Vec<u8>,
    tail: Vec<u8>,
    total: u64,
}

impl Ends {
    fn push(&mut self, data: &Bytes) {
        self.total += data.len() as u64;
        let room = WHOLE.saturating_sub(self.head.len()).min(data.len());
        let (first, rest) = data.split_at(room);
        self.head.extend_from_slice(first);
        let kept = rest.get(rest.len().saturating_sub(TAIL)..).unwrap_or(rest);
        let surplus = (self.tail.len() + kept.len()).saturating_sub(TAIL);
        self.tail.drain(..surplus.min(self.tail.len()));
        self.tail.extend_from_slice(kept);
    }

    fn asked(&self) -> Result<Asked, RequestError> {
        if self.total <= WHOLE as u64 {
            return parse(&self.head);
        }
        // A key may lie across the seam of the two parts, so they are joined when they touch.
        let joined: Vec<u8>;
        let parts: [&[u8]; 2] = if self.total == (self.head.len() + self.tail.len()) as u64 {
            joined = [self.head.as_slice(), &self.tail].concat();
            [&joined, &[]]
        } else {
            [&self.head, &self.tail]
        };
        Ok(Asked {
            stream: parts.iter().any(|part| is_true(part, b"\"stream\"")),
            include_usage: parts.iter().any(|part| is_true(part, b"\"include_usage\"")),
            user: None,
            bytes: self.total,
        })
    }
}

/// Whether the quoted key is followed by `: true`. A quote inside a JSON string is escaped, so a
/// key within a message has a backslash before it and does not count.
fn is_true(text: &[u8], key: &[u8]) -> bool {
    text.windows(key.len()).enumerate().filter(|(_, window)| *window == key).any(|(at, _)| {
        let escaped = at > 0 && text.get(at - 1) == Some(&b'\\');
        let value = text.get(at + key.len()..).unwrap_or_default().trim_ascii_start();
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
        !escaped && value.starts_with(b"true")
    })
}

/// Bodies up to this many bytes are parsed whole.
const WHOLE: usize = 16 << 10;

/// So much of the end of a longer body is searched.
const TAIL: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(body: &str, size: usize) -> Asked {
        let mut ends = Ends::default();
        for piece in body.as_bytes().chunks(size) {
            ends.push(&Bytes::copy_from_slice(piece));
        }
        ends.asked().unwrap()
    }

    fn big(before: &str, after: &str) -> String {
        format!(r#"{{{before}"messages":[{{"role":"user","content":"{}"}}]{after}}}"#, "word ".repeat(200_000))
    }

    #[test]
    fn a_short_body_is_parsed() {
        let body = r#"{"stream": true, "stream_options":{"include_usage":true},"user":"u1","messages":[]}"#;
        let expected =
            Asked { stream: true, include_usage: true, user: Some("u1".to_owned()), bytes: body.len() as u64 };
        assert_eq!(parse(body.as_bytes()).unwrap(), expected);
        assert_eq!(in_pieces(body, 7), expected);
        let anthropic = parse(br#"{"metadata":{"user_id":"u2"},"stream":null}"#).unwrap();
        assert_eq!((anthropic.stream, anthropic.user.as_deref()), (false, Some("u2")));
        assert!(parse(b"[not json").is_err());
    }

    #[test]
    fn the_switches_of_a_big_body_are_found_at_either_end() {
        for size in [1000, 8192, 5_000_000] {
            assert!(in_pieces(&big(r#""stream" : true,"#, ""), size).stream, "{size}");
            let tail = in_pieces(&big("", r#","stream":true,"stream_options":{"include_usage": true}"#), size);
            assert!(tail.stream && tail.include_usage, "{size}");
            let body = big("", r#","stream":false"#);
            let plain = in_pieces(&body, size);
            assert_eq!(plain, Asked { bytes: body.len() as u64, ..Asked::default() }, "{size}");
        }
    }

    #[test]
    fn a_switch_across_the_seam_is_found() {
        let filling = "x".repeat(WHOLE - 20);
        let body = format!(r#"{{"a":"{filling}","stream":true,"b":"{}"}}"#, "y".repeat(100));
        assert!(body.len() > WHOLE);
        assert!(in_pieces(&body, 1 << 20).stream);
    }

    #[test]
    fn words_inside_a_message_are_no_switch() {
        assert!(!in_pieces(&big(r#""system":"say \"stream\": true","#, ""), 8192).stream);
    }
}
