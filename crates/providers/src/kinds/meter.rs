//! Usage as OpenAI-like replies of the other endpoint kinds report it.

use serde::Deserialize;
use tianji_core::{Counters, Usage};

/// The usage in a reply's `usage` member (or in an event's): tokens by modality, or seconds.
///
/// OpenAI, "Embeddings object", "The image generation response", "Transcription object": embeddings say
/// `prompt_tokens`, pictures and transcriptions `input_tokens` and `output_tokens` with details, Whisper `seconds`;
/// Jina and Voyage say `total_tokens` only.
pub fn usage_of(raw: &[u8]) -> Option<Usage> {
    let told: Reported = serde_json::from_slice(raw).ok()?;
    if let Some(seconds) = told.seconds.filter(|seconds| *seconds >= 0.0) {
        let counters = Counters { milliseconds: (seconds * 1000.0) as u64, ..Counters::default() };
        return Some(Usage { counters, ..Usage::default() });
    }
    let output = told.output_tokens.or(told.completion_tokens).unwrap_or(0);
    let input = told.input_tokens.or(told.prompt_tokens).or_else(|| Some(told.total_tokens?.saturating_sub(output)))?;
    let details = told.input_tokens_details.or(told.prompt_tokens_details).unwrap_or_default();
    let (audio, image) = (details.audio_tokens.min(input), details.image_tokens.unwrap_or(0).min(input));
    // Who counts pictures going in and does not say what came out made nothing but pictures.
    let made = told.output_tokens_details.map(|made| made.image_tokens.unwrap_or(0));
    let out_image = made.or(details.image_tokens.map(|_| output)).unwrap_or(0).min(output);
    Some(Usage {
        in_text: input.saturating_sub(audio).saturating_sub(image),
        in_audio: audio,
        in_image: image,
        out_text: output.saturating_sub(out_image),
        out_image,
        ..Usage::default()
    })
}

/// The usage of a response (OpenAI, "The response object"): what was read from the cache and what was thought are parts
/// of what went in and came out.
pub(super) fn usage_of_response(raw: &[u8]) -> Option<Usage> {
    let told: OfResponse = serde_json::from_slice(raw).ok()?;
    let cached = told.input_tokens_details.unwrap_or_default().cached_tokens.min(told.input_tokens);
    let thought = told.output_tokens_details.unwrap_or_default().reasoning_tokens.min(told.output_tokens);
    Some(Usage {
        in_text: told.input_tokens - cached,
        cache_read_text: cached,
        out_text: told.output_tokens - thought,
        out_reasoning: thought,
        ..Usage::default()
    })
}

#[derive(Deserialize)]
struct OfResponse {
    input_tokens: u64,
    output_tokens: u64,
    input_tokens_details: Option<Parts>,
    output_tokens_details: Option<Parts>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Parts {
    cached_tokens: u64,
    reasoning_tokens: u64,
}

#[derive(Deserialize)]
struct Reported {
    prompt_tokens: Option<u64>,
    input_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    seconds: Option<f64>,
    // Transcriptions write it without the plural.
    #[serde(alias = "input_token_details")]
    input_tokens_details: Option<Details>,
    prompt_tokens_details: Option<Details>,
    output_tokens_details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    audio_tokens: u64,
    image_tokens: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_responses_usage_are_not_counted_twice() {
        let raw = br#"{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,
                       "output_tokens_details":{"reasoning_tokens":2},"total_tokens":15}"#;
        let counted = Usage { in_text: 6, cache_read_text: 4, out_text: 3, out_reasoning: 2, ..Usage::default() };
        assert_eq!(usage_of_response(raw), Some(counted));
        let plain = Usage { in_text: 1, out_text: 2, ..Usage::default() };
        assert_eq!(usage_of_response(br#"{"input_tokens":1,"output_tokens":2}"#), Some(plain));
        assert_eq!(usage_of_response(b"null"), None);
    }
}
