//! Usage, both ways (API reference, `TokenUsage`). Input is counted without what came from or went to a cache.

use super::types::{WireUsage, count};
use serde::Serialize;
use tianji_core::Usage;

impl WireUsage {
    /// In canonical buckets. `reasoning` is the part of the output that was thought, where the model says it. Parts
    /// larger than their total are cut and flagged.
    pub(super) fn canonical(&self, reasoning: Option<u64>) -> Usage {
        let mut suspect = false;
        let mut take = |rest: &mut u64, part: u64| {
            let taken = part.min(*rest);
            suspect |= taken != part;
            *rest -= taken;
            taken
        };
        let of_life = |ttl: &str| -> u64 {
            let details = self.cache_details.iter().flatten();
            details.filter(|detail| detail.ttl == ttl).map(|detail| count(detail.input_tokens)).sum()
        };
        let (hour, minutes) = (of_life("1h"), of_life("5m"));
        // Without a total the lives themselves are the total.
        let mut written =
            self.cache_write_input_tokens.map_or(hour.saturating_add(minutes), |total| count(Some(total)));
        let cache_write_1h = take(&mut written, hour);
        let cache_write_5m = take(&mut written, minutes);
        let mut out_text = count(self.output_tokens);
        let out_reasoning = take(&mut out_text, reasoning.unwrap_or_default());
        Usage {
            in_text: count(self.input_tokens),
            cache_read_text: count(self.cache_read_input_tokens),
            cache_write_5m,
            cache_write_1h,
            cache_write_unspecified: written,
            out_text,
            out_reasoning,
            suspect,
            ..Usage::default()
        }
    }
}

/// `usage` as a client of this dialect reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsageMember {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache_details: Vec<CacheDetail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CacheDetail {
    ttl: &'static str,
    input_tokens: u64,
}

impl UsageMember {
    /// From canonical buckets; caches only where something was counted.
    pub(super) fn of(usage: &Usage) -> Self {
        let positive = |count: u64| (count > 0).then_some(count);
        let lives = [("1h", usage.cache_write_1h), ("5m", usage.cache_write_5m)];
        let lives = lives.into_iter().filter(|(_, tokens)| *tokens > 0);
        Self {
            input_tokens: usage.input().saturating_sub(usage.cache_read()).saturating_sub(usage.cache_write()),
            output_tokens: usage.output(),
            total_tokens: usage.total(),
            cache_read_input_tokens: positive(usage.cache_read()),
            cache_write_input_tokens: positive(usage.cache_write()),
            cache_details: lives.map(|(ttl, input_tokens)| CacheDetail { ttl, input_tokens }).collect(),
        }
    }
}
