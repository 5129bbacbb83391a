//! The numbers in a `usage` object, by one walk over its text.

use super::scan::{self, Member};
use serde_json::Value;
use tianji_core::Usd;

/// What stands in a `usage` object, by the places that vendors use. `None`: no number stands there.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) input: [Option<u64>; 2],
    pub(super) output: [Option<u64>; 2],
    pub(super) total: Option<u64>,
    pub(super) reasoning: [Option<u64>; 2],
    pub(super) cached: [Option<u64>; 5],
    pub(super) written: [Option<u64>; 3],
    pub(super) audio_in: Option<u64>,
    pub(super) image_in: Option<u64>,
    pub(super) audio_out: Option<u64>,
    pub(super) rejected: Option<u64>,
    pub(super) searches: Option<u64>,
    /// The vendor's own price.
    pub(super) cost: Option<Usd>,
}

impl Counts {
    /// Reads an object's text, which is known to be JSON; from anything else nothing is read.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut counts = Self::default();
        for member in scan::members(text, 0) {
            let number = || number(text, &member);
            match scan::key(text, &member) {
                b"prompt_tokens" => counts.input[0] = number(),
                b"input_tokens" => counts.input[1] = number(),
                b"completion_tokens" => counts.output[0] = number(),
                b"output_tokens" => counts.output[1] = number(),
                b"total_tokens" => counts.total = number(),
                b"reasoning_tokens" => counts.reasoning[1] = number(),
                b"prompt_cache_hit_tokens" => counts.cached[1] = number(),
                b"cache_read_input_tokens" => counts.cached[2] = number(),
                b"cached_tokens" => counts.cached[3] = number(),
                b"cache_creation_input_tokens" => counts.written[2] = number(),
                b"prompt_tokens_details" => counts.input_details(text, &member),
                b"completion_tokens_details" => counts.output_details(text, &member),
                b"input_tokens_details" => counts.cached[4] = inner(text, &member, "cached_tokens"),
                b"server_tool_use" => counts.searches = inner(text, &member, "web_search_requests"),
                b"cost" => counts.cost = value(text, &member).and_then(|value| dollars(&value)),
                _ => {}
            }
        }
        counts
    }

    fn input_details(&mut self, text: &[u8], details: &Member) {
        for member in scan::members(text, details.value.start) {
            let number = || number(text, &member);
            match scan::key(text, &member) {
                b"cached_tokens" => self.cached[0] = number(),
                b"cache_write_tokens" => self.written[0] = number(),
                b"cache_creation_tokens" => self.written[1] = number(),
                b"audio_tokens" => self.audio_in = number(),
                b"image_tokens" => self.image_in = number(),
                _ => {}
            }
        }
    }

    fn output_details(&mut self, text: &[u8], details: &Member) {
        for member in scan::members(text, details.value.start) {
            let number = || number(text, &member);
            match scan::key(text, &member) {
                b"reasoning_tokens" => self.reasoning[0] = number(),
                b"audio_tokens" => self.audio_out = number(),
                b"rejected_prediction_tokens" => self.rejected = number(),
                _ => {}
            }
        }
    }
}

/// The first of the places that holds a number; a zero only if no place holds more.
pub(super) fn first(places: &[Option<u64>]) -> Option<u64> {
    let mut found = places.iter().flatten().copied();
    let one = found.next()?;
    Some(if one > 0 { one } else { found.find(|count| *count > 0).unwrap_or(0) })
}

fn inner(text: &[u8], outer: &Member, name: &str) -> Option<u64> {
    number(text, &scan::member(text, outer.value.start, name)?)
}

/// A count, whether written as integer, float or string; negative ones are none.
fn number(text: &[u8], member: &Member) -> Option<u64> {
    let digits = text.get(member.value.clone())?;
    if digits.len() < MOST_DIGITS && digits.iter().all(u8::is_ascii_digit) {
        return Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
    match value(text, member)? {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok().or_else(|| whole(text.trim().parse().ok()?)),
        _ => None,
    }
}

fn value(text: &[u8], member: &Member) -> Option<Value> {
    serde_json::from_slice(text.get(member.value.clone())?).ok()
}

fn whole(float: f64) -> Option<u64> {
    // `as` saturates, and no vendor counts beyond 2^53.
    (float.is_finite() && float >= 0.0).then_some(float as u64)
}

/// A number of dollars (OpenRouter), perhaps in an object (Perplexity: `cost.total_cost`).
fn dollars(cost: &Value) -> Option<Usd> {
    match cost {
        Value::Number(dollars) => Usd::parse(&dollars.to_string()),
        Value::String(dollars) => Usd::parse(dollars),
        Value::Object(parts) => Usd::parse(&parts.get("total_cost")?.to_string()),
        _ => None,
    }
}

/// Numbers of so many digits may be too large.
const MOST_DIGITS: usize = 19;
