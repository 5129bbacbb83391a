//! Usage, both ways. This vendor counts input without what came from or went to a cache.

use super::types::{Count, WireUsage};
use serde::Serialize;
use tianji_core::{Counters, Usage};

impl WireUsage {
    /// Takes over what a later report says. Reports are cumulative, so nothing is added up.
    pub(super) fn update(&mut self, later: &Self) {
        let newer = |old: &mut Option<Count>, new: Option<Count>| *old = new.or(*old);
        newer(&mut self.input_tokens, later.input_tokens);
        newer(&mut self.output_tokens, later.output_tokens);
        newer(&mut self.cache_creation_input_tokens, later.cache_creation_input_tokens);
        newer(&mut self.cache_read_input_tokens, later.cache_read_input_tokens);
        self.cache_creation = later.cache_creation.or(self.cache_creation);
        self.server_tool_use = later.server_tool_use.or(self.server_tool_use);
        self.output_tokens_details = later.output_tokens_details.or(self.output_tokens_details);
    }

    /// In canonical buckets. Parts larger than their total are cut and flagged.
    pub(super) fn canonical(&self) -> Usage {
        let count = |count: Option<Count>| count.map_or(0, |Count(count)| count);
        let mut suspect = false;
        let mut take = |rest: &mut u64, part: u64| {
            let taken = part.min(*rest);
            suspect |= taken != part;
            *rest -= taken;
            taken
        };
        let lives = self.cache_creation.unwrap_or_default();
        let (five_minutes, one_hour) = (count(lives.ephemeral_5m_input_tokens), count(lives.ephemeral_1h_input_tokens));
        // Without a total the lives themselves are the total.
        let mut written =
            self.cache_creation_input_tokens.map_or(five_minutes.saturating_add(one_hour), |Count(total)| total);
        let cache_write_1h = take(&mut written, one_hour);
        let cache_write_5m = take(&mut written, five_minutes);
        let mut out_text = count(self.output_tokens);
        let details = self.output_tokens_details.unwrap_or_default();
        let out_reasoning = take(&mut out_text, count(details.thinking_tokens));
        let tools = self.server_tool_use.unwrap_or_default();
        Usage {
            in_text: count(self.input_tokens),
            cache_read_text: count(self.cache_read_input_tokens),
            cache_write_5m,
            cache_write_1h,
            cache_write_unspecified: written,
            out_text,
            out_reasoning,
            counters: Counters {
                web_search: count(tools.web_search_requests),
                web_fetch: count(tools.web_fetch_requests),
                ..Counters::default()
            },
            suspect,
            ..Usage::default()
        }
    }
}

/// `usage` as a client of this dialect reads it.
#[derive(Debug, Serialize)]
pub(super) struct UsageMember<'a> {
    input_tokens: u64,
    output_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_creation: Option<CacheCreation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens_details: Option<OutputDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_tool_use: Option<ServerToolUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct CacheCreation {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

#[derive(Debug, Serialize)]
struct OutputDetails {
    thinking_tokens: u64,
}

#[derive(Debug, Serialize)]
struct ServerToolUse {
    web_search_requests: u64,
    web_fetch_requests: u64,
}

impl<'a> UsageMember<'a> {
    /// From canonical buckets; caches and details only where something was counted.
    pub(super) fn of(usage: &Usage, service_tier: Option<&'a str>) -> Self {
        let positive = |count: u64| (count > 0).then_some(count);
        let (read, written) = (usage.cache_read(), usage.cache_write());
        let (five_minutes, one_hour) = (usage.cache_write_5m, usage.cache_write_1h);
        let searched = usage.counters.web_search > 0 || usage.counters.web_fetch > 0;
        Self {
            input_tokens: usage.input().saturating_sub(read).saturating_sub(written),
            output_tokens: usage.output(),
            cache_creation_input_tokens: positive(written),
            cache_read_input_tokens: positive(read),
            cache_creation: (five_minutes > 0 || one_hour > 0).then_some(CacheCreation {
                ephemeral_5m_input_tokens: five_minutes,
                ephemeral_1h_input_tokens: one_hour,
            }),
            output_tokens_details: positive(usage.out_reasoning)
                .map(|thinking_tokens| OutputDetails { thinking_tokens }),
            server_tool_use: searched.then_some(ServerToolUse {
                web_search_requests: usage.counters.web_search,
                web_fetch_requests: usage.counters.web_fetch,
            }),
            service_tier: service_tier.and_then(tier),
        }
    }

    /// The same with the cache counts said even where they are zero, as a stream's first report has them.
    pub(super) fn with_caches(mut self) -> Self {
        self.cache_creation_input_tokens.get_or_insert(0);
        self.cache_read_input_tokens.get_or_insert(0);
        self
    }
}

/// The vendor's word for a tier, whoever served; none if it has no such tier.
fn tier(name: &str) -> Option<&str> {
    match name {
        "default" => Some("standard"),
        "standard" | "priority" | "batch" => Some(name),
        _ => None,
    }
}
