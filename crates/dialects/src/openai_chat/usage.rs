//! Usage, both ways, with the variants that vendors of this dialect have.
//!
//! Sources: OpenAI API reference, "The chat completion object" (`usage`); DeepSeek API docs, "Create chat completion"
//! (`prompt_cache_hit_tokens`); Groq API reference (`x_groq.usage`); OpenRouter docs, "Usage accounting" (`cost`).

use super::counts::{Counts, first};
use bytes::BytesMut;
use serde_json::Value;
use std::fmt::Write as _;
use tianji_core::usage::UsageParts;
use tianji_core::{Usage, Usd};

/// What a `usage` object says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Tokens.
    pub(crate) usage: Usage,
    /// The vendor's own price.
    pub(crate) cost: Option<Usd>,
}

/// Reads a `usage` object; `None` if it counts nothing known.
pub(crate) fn read(text: &str) -> Option<Report> {
    let counts = Counts::read(text.as_bytes());
    let (input, output, total) = (first(&counts.input), first(&counts.output), counts.total);
    if input.is_none() && output.is_none() && total.is_none() {
        return None;
    }
    let input = input.or_else(|| Some(total?.saturating_sub(output.unwrap_or(0)))).unwrap_or(0);
    let reasoning = first(&counts.reasoning).unwrap_or(0);
    let mut output = output.or_else(|| Some(total?.saturating_sub(input))).unwrap_or(0);
    // xAI counts reasoning beside `completion_tokens`, not in it: its total tells.
    if reasoning > 0 && total == Some(input.saturating_add(output).saturating_add(reasoning)) {
        output = output.saturating_add(reasoning);
    }
    let parts = UsageParts {
        cached: first(&counts.cached).unwrap_or(0),
        written: first(&counts.written).unwrap_or(0),
        audio_in: counts.audio_in.unwrap_or(0),
        image_in: counts.image_in.unwrap_or(0),
        reasoning,
        audio_out: counts.audio_out.unwrap_or(0),
        rejected: counts.rejected.unwrap_or(0),
    };
    let mut usage = Usage::from_totals(input, output, parts);
    usage.counters.web_search = counts.searches.unwrap_or(0);
    Some(Report { usage, cost: counts.cost })
}

/// Whether a `usage` object counts as OpenAI does: in numbers, everything in the totals, cached tokens in the details.
pub(super) fn is_openais(text: &str, report: &Report) -> bool {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let same = |name: &str, count: u64| value.get(name).and_then(Value::as_u64) == Some(count);
    same("prompt_tokens", report.usage.input())
        && same("completion_tokens", report.usage.output())
        && value.get("prompt_cache_hit_tokens").is_none()
}

/// What the reference proxy adds to a `usage` object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extras {
    /// Nothing: the upstream speaks this dialect.
    None,
    /// Cache counts stand at the top too, as for vendors that report cache writes.
    #[default]
    Caches,
    /// The same, and searches that the vendor ran are counted in the details of the prompt, as for Google.
    Googles,
}

/// Writes a `usage` object.
pub(crate) fn write(usage: &Usage, extras: Extras, out: &mut BytesMut) {
    let (read, written) = (usage.cache_read(), usage.cache_write());
    let _ = write!(
        out,
        r#"{{"completion_tokens":{},"prompt_tokens":{},"total_tokens":{}"#,
        usage.output(),
        usage.input(),
        usage.total()
    );
    let _ = write!(
        out,
        r#","completion_tokens_details":{{"reasoning_tokens":{},"text_tokens":{}"#,
        usage.out_reasoning, usage.out_text
    );
    counts(
        out,
        &[
            ("audio_tokens", usage.out_audio),
            ("image_tokens", usage.out_image),
            ("video_tokens", usage.out_video),
            ("rejected_prediction_tokens", usage.rejected_prediction),
        ],
    );
    let _ = write!(
        out,
        r#"}},"prompt_tokens_details":{{"cached_tokens":{read},"cache_write_tokens":{written},"cache_creation_tokens":{written},"text_tokens":{}"#,
        usage.in_text
    );
    counts(
        out,
        &[("audio_tokens", usage.in_audio), ("image_tokens", usage.in_image), ("video_tokens", usage.in_video)],
    );
    write_cache_lives(usage, out);
    let counters = usage.counters;
    let in_details = extras == Extras::Googles;
    counts(out, &[("web_search_requests", if in_details { counters.web_search } else { 0 })]);
    out.extend_from_slice(b"}");
    if extras != Extras::None && (read > 0 || written > 0) {
        let _ = write!(out, r#","cache_creation_input_tokens":{written},"cache_read_input_tokens":{read}"#);
    }
    if !in_details && (counters.web_search > 0 || counters.web_fetch > 0) {
        let _ = write!(out, r#","server_tool_use":{{"web_search_requests":{}"#, counters.web_search);
        counts(out, &[("web_fetch_requests", counters.web_fetch)]);
        out.extend_from_slice(b"}");
    }
    out.extend_from_slice(b"}");
}

/// Cache writes by their lives, where the vendor told them apart.
fn write_cache_lives(usage: &Usage, out: &mut BytesMut) {
    if usage.cache_write_5m == 0 && usage.cache_write_1h == 0 {
        return;
    }
    let _ = write!(
        out,
        r#","cache_creation_token_details":{{"ephemeral_5m_input_tokens":{},"ephemeral_1h_input_tokens":{}}}"#,
        usage.cache_write_5m, usage.cache_write_1h
    );
}

fn counts(out: &mut BytesMut, named: &[(&str, u64)]) {
    for (name, count) in named.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(out, r#","{name}":{count}"#);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [u64; 6] {
        let usage = read(text).unwrap().usage;
        [usage.input(), usage.output(), usage.cache_read(), usage.cache_write(), usage.out_reasoning, usage.in_audio]
    }

    #[test]
    fn reads_every_variant() {
        for (text, expected) in [
            (r#"{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}"#, [19, 10, 0, 0, 0, 0]),
            (r#"{"prompt_tokens":"19","completion_tokens":10.0}"#, [19, 10, 0, 0, 0, 0]),
            (
                r#"{"prompt_tokens":60,"completion_tokens":30,"prompt_tokens_details":{"cached_tokens":5,"audio_tokens":40},"completion_tokens_details":{"reasoning_tokens":8}}"#,
                [60, 30, 5, 0, 8, 40],
            ),
            (r#"{"prompt_tokens":12,"completion_tokens":3,"prompt_cache_hit_tokens":8}"#, [12, 3, 8, 0, 0, 0]),
            (
                r#"{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":0},"prompt_cache_hit_tokens":8}"#,
                [12, 3, 8, 0, 0, 0],
            ),
            (
                r#"{"prompt_tokens":60,"completion_tokens":4,"cache_creation_input_tokens":20,"cache_read_input_tokens":30}"#,
                [60, 4, 30, 20, 0, 0],
            ),
            (
                r#"{"prompt_tokens":7,"completion_tokens":2,"total_tokens":14,"completion_tokens_details":{"reasoning_tokens":5}}"#,
                [7, 7, 0, 0, 5, 0],
            ),
            (r#"{"prompt_tokens":3,"completion_tokens":null,"prompt_tokens_details":null}"#, [3, 0, 0, 0, 0, 0]),
            (r#"{"prompt_tokens":-3,"completion_tokens":1}"#, [0, 1, 0, 0, 0, 0]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        for nothing in ["{}", "null", "[]", "x", r#"{"foo":1}"#, r#"{"prompt_tokens":"x"}"#] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_part_beyond_its_total_is_suspect() {
        let usage = read(r#"{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":9}}"#).unwrap().usage;
        assert!(usage.suspect);
        assert_eq!((usage.input(), usage.cache_read()), (3, 3));
    }

    #[test]
    fn reads_the_vendors_price() {
        for text in [r#"{"prompt_tokens":1,"cost":0.00095}"#, r#"{"prompt_tokens":1,"cost":{"total_cost":0.00095}}"#] {
            assert_eq!(read(text).unwrap().cost, Some(Usd::from_nanos(950_000)));
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let usage = Usage {
            in_text: 10,
            in_audio: 3,
            cache_read_text: 30,
            cache_write_unspecified: 20,
            out_text: 4,
            out_reasoning: 6,
            out_audio: 2,
            ..Usage::default()
        };
        let mut out = BytesMut::new();
        write(&usage, Extras::Caches, &mut out);
        let text = std::str::from_utf8(&out).unwrap();
        assert_eq!(read(text).unwrap().usage, usage, "{text}");
        assert!(text.contains(r#""prompt_tokens":63"#) && text.contains(r#""cache_read_input_tokens":30"#));
    }
}
