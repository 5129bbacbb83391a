//! The bodies of a plan, built once; each vendor's shapes in a file of its own.

mod anthropic;
mod bedrock;
mod cohere;
mod gemini;
mod openai;

use bytes::Bytes;
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::plan::Dialect;

pub(crate) struct Replies {
    /// The whole answer to a call that is not streamed.
    pub(crate) json: Bytes,
    /// An error object in the dialect.
    pub(crate) error: Bytes,
    pub(crate) stream: StreamReply,
    /// The stream when the client asked for a usage chunk; other vendors always tell usage.
    pub(crate) stream_with_usage: StreamReply,
}

/// A stream is `head`, then `chunk` as often as the plan says, then `tail`.
#[derive(Clone)]
pub(crate) struct StreamReply {
    pub(crate) head: Bytes,
    pub(crate) chunk: Bytes,
    pub(crate) tail: Bytes,
}

impl Replies {
    pub(crate) fn build(dialect: Dialect, behaviour: &Behaviour) -> Self {
        let text = text(behaviour.text_bytes);
        let (whole, stream) = match dialect {
            Dialect::OpenAi => (openai::whole(&text), openai::stream(behaviour, false)),
            Dialect::Anthropic => (anthropic::whole(&text), anthropic::stream(behaviour)),
            Dialect::Gemini => (gemini::whole(&text), gemini::stream(behaviour)),
            Dialect::Bedrock => (bedrock::whole(&text), bedrock::stream(behaviour)),
            Dialect::Cohere => (cohere::whole(&text), cohere::stream(behaviour)),
        };
        let stream_with_usage =
            if dialect == Dialect::OpenAi { openai::stream(behaviour, true) } else { stream.clone() };
        let error = error_body(dialect, "the mock was told to fail");
        Self { json: bytes(&whole), error, stream, stream_with_usage }
    }
}

pub(crate) fn error_body(dialect: Dialect, message: &str) -> Bytes {
    bytes(&match dialect {
        Dialect::OpenAi => {
            json!({"error": {"message": message, "type": "server_error", "param": null, "code": null}})
        }
        Dialect::Anthropic => json!({"type": "error", "error": {"type": "api_error", "message": message}}),
        Dialect::Gemini => json!({"error": {"code": 500, "message": message, "status": "INTERNAL"}}),
        Dialect::Bedrock | Dialect::Cohere => json!({"message": message}),
    })
}

/// An event with a name.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn bytes(value: &Value) -> Bytes {
    value.to_string().into()
}

/// Plain ASCII text of exactly this length.
fn text(length: usize) -> String {
    WORDS.chars().cycle().take(length).collect()
}

/// A usual rule of thumb: a token is about four bytes of English.
fn tokens(length: usize) -> u64 {
    (length as u64).div_ceil(4)
}

const WORDS: &str = "the quick brown fox jumps over the lazy dog and then ";
const PROMPT_TOKENS: u64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour() -> Behaviour {
        Behaviour { chunks: 3, chunk_bytes: 8, text_bytes: 40, ..Behaviour::default() }
    }

    fn data(stream: &Bytes) -> Vec<String> {
        let text = std::str::from_utf8(stream).unwrap();
        text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    }

    #[test]
    fn openai_tells_usage_only_when_asked() {
        let replies = Replies::build(Dialect::OpenAi, &behaviour());
        assert_eq!(data(&replies.stream.tail).len(), 2);
        let tail = data(&replies.stream_with_usage.tail);
        assert_eq!(tail.len(), 3);
        assert_eq!(tail[2], "[DONE]");
        let usage: Value = serde_json::from_str(&tail[1]).unwrap();
        assert_eq!(usage["choices"], json!([]));
        assert_eq!(usage["usage"]["completion_tokens"], 6);
        let chunk: Value = serde_json::from_str(&data(&replies.stream_with_usage.chunk)[0]).unwrap();
        assert_eq!(chunk["choices"][0]["delta"]["content"], "the quic");
        assert_eq!(chunk["usage"], Value::Null);
    }

    #[test]
    fn anthropic_events_carry_their_name_twice() {
        let replies = Replies::build(Dialect::Anthropic, &behaviour());
        let whole = [&replies.stream.head[..], &replies.stream.chunk, &replies.stream.tail].concat();
        let text = String::from_utf8(whole).unwrap();
        let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        let types: Vec<String> = data(&text.clone().into())
            .iter()
            .map(|data| serde_json::from_str::<Value>(data).unwrap()["type"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, types);
        assert_eq!(
            names,
            [
                "message_start",
                "content_block_start",
                "ping",
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop"
            ]
        );
    }

    #[test]
    fn whole_answers_have_the_asked_length() {
        for (dialect, place) in [
            (Dialect::OpenAi, "/choices/0/message/content"),
            (Dialect::Anthropic, "/content/0/text"),
            (Dialect::Gemini, "/candidates/0/content/parts/0/text"),
            (Dialect::Bedrock, "/output/message/content/0/text"),
            (Dialect::Cohere, "/message/content/0/text"),
        ] {
            let whole: Value = serde_json::from_slice(&Replies::build(dialect, &behaviour()).json).unwrap();
            assert_eq!(whole.pointer(place).unwrap().as_str().unwrap().len(), 40, "{dialect:?}");
        }
    }

    #[test]
    fn bedrock_streams_are_messages_with_checksums() {
        let stream = Replies::build(Dialect::Bedrock, &behaviour()).stream;
        let mut splitter = tianji_wire::event_stream::EventStreamSplitter::default();
        splitter.push([&stream.head[..], &stream.chunk, &stream.tail].concat().into());
        let mut kinds = Vec::new();
        while let Some(frame) = splitter.next_frame().unwrap() {
            kinds.push(String::from_utf8(frame.event.unwrap().to_vec()).unwrap());
        }
        assert_eq!(kinds, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
    }
}
