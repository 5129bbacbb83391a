//! What a call consumed: disjoint token buckets and counters beside them.
//!
//! Every token is in exactly one bucket, so totals are derived and a price applies once.
//! Vendors report overlapping numbers (OpenAI's `prompt_tokens` includes cached ones, Anthropic's
//! `input_tokens` does not); the dialects translate.

use serde::{Deserialize, Serialize};

/// Tokens by bucket. All counts are tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Uncached text input.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_text: u64,
    /// Uncached audio input.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_audio: u64,
    /// Uncached image input.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_image: u64,
    /// Uncached video input.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_video: u64,
    /// Input that the vendor's own tools produced.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_tool_prompt: u64,
    /// Text read from a prompt cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_read_text: u64,
    /// Audio read from a prompt cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_read_audio: u64,
    /// Images read from a prompt cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_read_image: u64,
    /// Input written to a cache with a life of five minutes.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_5m: u64,
    /// Input written to a cache with a life of thirty minutes.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_30m: u64,
    /// Input written to a cache with a life of one hour.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_1h: u64,
    /// Input written to a cache with a life of twelve hours.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_12h: u64,
    /// Input written to a cache of unstated life.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_unspecified: u64,
    /// Visible text output (tool calls included).
    #[serde(skip_serializing_if = "is_zero")]
    pub out_text: u64,
    /// Reasoning output.
    #[serde(skip_serializing_if = "is_zero")]
    pub out_reasoning: u64,
    /// Audio output.
    #[serde(skip_serializing_if = "is_zero")]
    pub out_audio: u64,
    /// Image output.
    #[serde(skip_serializing_if = "is_zero")]
    pub out_image: u64,
    /// Video output.
    #[serde(skip_serializing_if = "is_zero")]
    pub out_video: u64,
    /// Predicted output that was rejected but is billed.
    #[serde(skip_serializing_if = "is_zero")]
    pub rejected_prediction: u64,
    /// Things counted outside the token sum.
    #[serde(skip_serializing_if = "Counters::is_zero")]
    pub counters: Counters,
    /// A sub-bucket was larger than its total and was cut.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub suspect: bool,
}

/// Billable units that are not tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Web searches that the vendor ran.
    #[serde(skip_serializing_if = "is_zero")]
    pub web_search: u64,
    /// Web pages that the vendor fetched.
    #[serde(skip_serializing_if = "is_zero")]
    pub web_fetch: u64,
    /// Search units (rerank).
    #[serde(skip_serializing_if = "is_zero")]
    pub search_units: u64,
    /// Pages (OCR).
    #[serde(skip_serializing_if = "is_zero")]
    pub pages: u64,
    /// Audio or video milliseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub milliseconds: u64,
    /// Characters (speech).
    #[serde(skip_serializing_if = "is_zero")]
    pub characters: u64,
    /// Images made.
    #[serde(skip_serializing_if = "is_zero")]
    pub images: u64,
    /// Thousandths of a vendor's credits (OCR).
    #[serde(skip_serializing_if = "is_zero")]
    pub milli_credits: u64,
}

impl Counters {
    /// Whether nothing was counted.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

impl Usage {
    /// Plain text in and out.
    pub fn of_text(in_text: u64, out_text: u64) -> Self {
        Self { in_text, out_text, ..Self::default() }
    }

    /// Builds from totals that include their parts, as OpenAI reports them; parts are cut to their totals.
    ///
    /// `cached`, `written`, `audio_in` are parts of `input`; `reasoning`, `audio_out` are parts of `output`.
    pub fn from_totals(input: u64, output: u64, parts: UsageParts) -> Self {
        let mut suspect = false;
        let mut take = |rest: &mut u64, part: u64| {
            let taken = part.min(*rest);
            suspect |= taken != part;
            *rest -= taken;
            taken
        };
        let mut rest_in = input;
        let cache_read_text = take(&mut rest_in, parts.cached);
        let cache_write_unspecified = take(&mut rest_in, parts.written);
        let in_audio = take(&mut rest_in, parts.audio_in);
        let in_image = take(&mut rest_in, parts.image_in);
        let mut rest_out = output;
        let out_reasoning = take(&mut rest_out, parts.reasoning);
        let out_audio = take(&mut rest_out, parts.audio_out);
        let rejected_prediction = take(&mut rest_out, parts.rejected);
        Self {
            in_text: rest_in,
            in_audio,
            in_image,
            cache_read_text,
            cache_write_unspecified,
            out_text: rest_out,
            out_reasoning,
            out_audio,
            rejected_prediction,
            suspect,
            ..Self::default()
        }
    }

    /// All input tokens, cached and written ones included.
    pub fn input(&self) -> u64 {
        sum(&[
            self.in_text,
            self.in_audio,
            self.in_image,
            self.in_video,
            self.in_tool_prompt,
            self.cache_read(),
            self.cache_write(),
        ])
    }

    /// All output tokens, reasoning included.
    pub fn output(&self) -> u64 {
        sum(&[
            self.out_text,
            self.out_reasoning,
            self.out_audio,
            self.out_image,
            self.out_video,
            self.rejected_prediction,
        ])
    }

    /// Input plus output.
    pub fn total(&self) -> u64 {
        self.input().saturating_add(self.output())
    }

    /// Tokens read from a cache.
    pub fn cache_read(&self) -> u64 {
        sum(&[self.cache_read_text, self.cache_read_audio, self.cache_read_image])
    }

    /// Tokens written to a cache.
    pub fn cache_write(&self) -> u64 {
        sum(&[
            self.cache_write_5m,
            self.cache_write_30m,
            self.cache_write_1h,
            self.cache_write_12h,
            self.cache_write_unspecified,
        ])
    }
}

/// Most counts are nothing; leaving them out halves what is written per call.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Vendors' numbers are hostile input: the sum stops at the type's end instead of wrapping.
fn sum(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |total, part| total.saturating_add(*part))
}

/// The parts of vendor totals for [`Usage::from_totals`], all in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageParts {
    /// Input read from a cache.
    pub cached: u64,
    /// Input written to a cache.
    pub written: u64,
    /// Audio input.
    pub audio_in: u64,
    /// Image input.
    pub image_in: u64,
    /// Reasoning output.
    pub reasoning: u64,
    /// Audio output.
    pub audio_out: u64,
    /// Rejected prediction.
    pub rejected: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_always_sum_to_the_totals(input in 0u64..1 << 40, output in 0u64..1 << 40, parts in prop::array::uniform7(0u64..1 << 41)) {
            let [cached, written, audio_in, image_in, reasoning, audio_out, rejected] = parts;
            let usage = Usage::from_totals(input, output, UsageParts { cached, written, audio_in, image_in, reasoning, audio_out, rejected });
            prop_assert_eq!(usage.input(), input);
            prop_assert_eq!(usage.output(), output);
            prop_assert_eq!(usage.suspect, cached + written + audio_in + image_in > input || reasoning + audio_out + rejected > output);
        }
    }
}
