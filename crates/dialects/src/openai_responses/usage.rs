//! Usage, both ways (API reference, "The response object", `usage`; "Prompt caching" for the lives of cache writes).

use crate::lenient::{count, lenient};
use bytes::BytesMut;
use serde::Deserialize;
use std::fmt::Write as _;
use tianji_core::Usage;
use tianji_core::usage::UsageParts;

/// A `usage` object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    #[serde(deserialize_with = "lenient")]
    input_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    input_tokens_details: Option<InputDetails>,
    #[serde(deserialize_with = "lenient")]
    output_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    #[serde(deserialize_with = "lenient")]
    cached_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    cache_write_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    ttl_30m_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    ttl_12h_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    audio_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    image_tokens: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    #[serde(deserialize_with = "lenient")]
    reasoning_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    audio_tokens: Option<f64>,
}

impl WireUsage {
    /// In canonical buckets; `None` if it counts nothing known.
    pub(super) fn canonical(&self) -> Option<Usage> {
        if self.input_tokens.is_none() && self.output_tokens.is_none() {
            return None;
        }
        let input = self.input_tokens_details.as_ref();
        let output = self.output_tokens_details.as_ref();
        let of_input = |part: fn(&InputDetails) -> Option<f64>| count(input.and_then(part));
        let of_output = |part: fn(&OutputDetails) -> Option<f64>| count(output.and_then(part));
        let (half_hour, half_day) = (of_input(|it| it.ttl_30m_tokens), of_input(|it| it.ttl_12h_tokens));
        let parts = UsageParts {
            cached: of_input(|it| it.cached_tokens),
            // The total of cache writes includes those of known life.
            written: of_input(|it| it.cache_write_tokens).max(half_hour.saturating_add(half_day)),
            audio_in: of_input(|it| it.audio_tokens),
            image_in: of_input(|it| it.image_tokens),
            reasoning: of_output(|it| it.reasoning_tokens),
            audio_out: of_output(|it| it.audio_tokens),
            rejected: 0,
        };
        let mut usage = Usage::from_totals(count(self.input_tokens), count(self.output_tokens), parts);
        usage.cache_write_30m = half_hour.min(usage.cache_write_unspecified);
        usage.cache_write_unspecified -= usage.cache_write_30m;
        usage.cache_write_12h = half_day.min(usage.cache_write_unspecified);
        usage.cache_write_unspecified -= usage.cache_write_12h;
        Some(usage)
    }
}

/// Writes a `usage` object.
pub(super) fn write(usage: &Usage, out: &mut BytesMut) {
    let _ = write!(
        out,
        r#"{{"input_tokens":{},"input_tokens_details":{{"cached_tokens":{},"cache_write_tokens":{},"text_tokens":{}"#,
        usage.input(),
        usage.cache_read(),
        usage.cache_write(),
        usage.in_text
    );
    counts(
        out,
        &[
            ("ttl_30m_tokens", usage.cache_write_30m),
            ("ttl_12h_tokens", usage.cache_write_12h),
            ("audio_tokens", usage.in_audio),
            ("image_tokens", usage.in_image),
            ("video_tokens", usage.in_video),
        ],
    );
    let _ = write!(
        out,
        r#"}},"output_tokens":{},"output_tokens_details":{{"reasoning_tokens":{},"text_tokens":{}"#,
        usage.output(),
        usage.out_reasoning,
        usage.out_text
    );
    counts(
        out,
        &[("audio_tokens", usage.out_audio), ("image_tokens", usage.out_image), ("video_tokens", usage.out_video)],
    );
    let _ = write!(out, r#"}},"total_tokens":{}}}"#, usage.total());
}

fn counts(out: &mut BytesMut, named: &[(&str, u64)]) {
    for (name, count) in named.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(out, r#","{name}":{count}"#);
    }
}
