//! Bodies in the form of the model's own vendor, which Bedrock's `InvokeModel` takes (Amazon Bedrock, "Inference request
//! parameters and response fields for foundation models"). They go up as they came and so does the reply: only what was
//! consumed is read.

use super::{Ask, Flow, Link, Told, Translator, hosts};
use crate::native::ModelName;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use tianji_core::{Counters, Error, Kind, Losses, Payload, Reply, Segment, Usage};

/// The translators of this kind that rows may name.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "bedrock" => &Bedrock,
        _ => return None,
    })
}

/// The client's error that nobody reads its body: the model is no one's whose form it could have.
pub fn unread_body() -> Error {
    let words = "InvokeModel takes the bodies of Anthropic's models for every model here, with 'anthropic_version'; those \
                 of other vendors go to their models on Bedrock only. Any model is asked through Converse.";
    Error::client(Kind::BadRequest, words)
}

/// What was consumed, from a chunk of a stream: the last one has the metrics of the whole invocation (Amazon Bedrock API
/// reference, "InvokeModelWithResponseStream"; User Guide, "Monitor model invocations").
pub fn usage_of_chunk(payload: &[u8]) -> Option<Usage> {
    #[derive(Deserialize)]
    struct Chunk<'a> {
        #[serde(borrow)]
        bytes: Cow<'a, str>,
    }
    #[derive(Deserialize)]
    struct Event {
        #[serde(rename = "amazon-bedrock-invocationMetrics")]
        metrics: Metrics,
    }
    let chunk: Chunk<'_> = serde_json::from_slice(payload).ok()?;
    let event = STANDARD.decode(chunk.bytes.as_bytes()).ok()?;
    memchr::memmem::find(&event, b"amazon-bedrock-invocationMetrics")?;
    let event: Event = serde_json::from_slice(&event).ok()?;
    event.metrics.usage()
}

#[derive(Debug)]
struct Bedrock;

impl Translator for Bedrock {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        if !ModelName::of(ask.target.model).is_invoked_in_its_own_form() {
            return Err(unread_body());
        }
        let verb = if ask.stream { "invoke-with-response-stream" } else { "invoke" };
        let body = Payload { segments: ask.body.to_chunks().into_iter().map(Segment::Bytes).collect() };
        let request = ask.request_to(&hosts::bedrock::model_url(ask, verb)?, body)?;
        if ask.stream {
            return Ok(Flow::relay(request, Usage::default()));
        }
        Ok(Flow::chain(Link::last(request, |reply| Ok(told(reply)))))
    }
}

fn told(reply: Reply) -> Told {
    let usage = counted(&reply.headers, &reply.body);
    let kind = reply.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let mut told = Told::json(reply.body, reply.headers, usage);
    if let Some(kind) = kind {
        told.content_type = Cow::Owned(kind);
    }
    told
}

/// Tokens stand in headers, for most vendors' models; pictures are in the reply.
fn counted(headers: &HeaderMap, body: &[u8]) -> Option<Usage> {
    let count = |name: &str| headers.get(name)?.to_str().ok()?.parse().ok();
    let metrics = Metrics {
        input_token_count: count("x-amzn-bedrock-input-token-count"),
        output_token_count: count("x-amzn-bedrock-output-token-count"),
        cache_read_input_token_count: count("x-amzn-bedrock-cache-read-input-token-count"),
        cache_write_input_token_count: count("x-amzn-bedrock-cache-write-input-token-count"),
    };
    let pictures = pictures(body);
    let tokens = metrics.usage();
    if pictures == 0 {
        return tokens;
    }
    let counters = Counters { images: pictures, ..Counters::default() };
    Some(Usage { counters, ..tokens.unwrap_or_default() })
}

fn pictures(body: &[u8]) -> u64 {
    #[derive(Default, Deserialize)]
    struct Drawn {
        #[serde(default)]
        images: Vec<IgnoredAny>,
    }
    serde_json::from_slice::<Drawn>(body).unwrap_or_default().images.len() as u64
}

/// Tokens by Bedrock's names. What was read from a cache or written to one is no part of the input.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metrics {
    input_token_count: Option<u64>,
    output_token_count: Option<u64>,
    cache_read_input_token_count: Option<u64>,
    cache_write_input_token_count: Option<u64>,
}

impl Metrics {
    fn usage(&self) -> Option<Usage> {
        let counts = [
            self.input_token_count,
            self.output_token_count,
            self.cache_read_input_token_count,
            self.cache_write_input_token_count,
        ];
        if counts.iter().all(Option::is_none) {
            return None;
        }
        let [in_text, out_text, cache_read_text, cache_write_unspecified] = counts.map(Option::unwrap_or_default);
        Some(Usage { in_text, out_text, cache_read_text, cache_write_unspecified, ..Usage::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_chunk_says_what_was_consumed() {
        let chunk = |event: &str| json!({ "bytes": STANDARD.encode(event), "p": "abc" }).to_string();
        let last = chunk(
            r#"{"generation":"","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":4,
                "cacheReadInputTokenCount":2,"invocationLatency":73}}"#,
        );
        let usage = Usage { in_text: 9, out_text: 4, cache_read_text: 2, ..Usage::default() };
        assert_eq!(usage_of_chunk(last.as_bytes()), Some(usage));
        for other in [chunk(r#"{"generation":"Hi"}"#), chunk("not JSON"), "{}".to_owned(), String::new()] {
            assert_eq!(usage_of_chunk(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn who_says_nothing_has_consumed_something_unknown() {
        let (mut headers, empty) = (HeaderMap::new(), HeaderMap::new());
        assert_eq!(counted(&empty, br#"{"images":null}"#), None);
        assert_eq!(counted(&empty, br#"{"generations":[]}"#), None);
        headers.insert("x-amzn-bedrock-output-token-count", http::HeaderValue::from_static("3"));
        assert_eq!(counted(&headers, b"{}"), Some(Usage { out_text: 3, ..Usage::default() }));
        let drawn = counted(&empty, br#"{"images":["QQ==","Qg=="]}"#).map(|usage| usage.counters.images);
        assert_eq!(drawn, Some(2));
    }
}
