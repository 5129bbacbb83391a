//! `router_settings`, with the lists that may also stand in `litellm_settings`.

use std::time::Duration;

use indexmap::IndexMap;

use super::LitellmSettings;
use crate::diagnostic::{Cause, Report, Trail};
use crate::fallback::{FallbackLists, GroupAlias, aliases};
use crate::raw::{Map, Position, json};
use crate::read::Fields;

/// How deployments are chosen, retried and replaced. `None` = the gateway's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RouterSettings {
    /// Attempts after the first, per group (`num_retries`, else `max_retries`).
    pub num_retries: Option<u32>,
    /// The whole call.
    pub timeout: Option<Duration>,
    /// Until a stream's first token.
    pub stream_timeout: Option<Duration>,
    /// Between two frames of a stream.
    pub stream_idle_timeout: Option<Duration>,
    /// Until a connection stands.
    pub connect_timeout: Option<Duration>,
    /// Until a reply's first byte.
    pub first_byte_timeout: Option<Duration>,
    /// Least wait before a retry.
    pub retry_after: Option<Duration>,
    /// Groups tried after the first.
    pub max_fallbacks: Option<u32>,
    /// Attempts over all groups.
    pub max_total_attempts: Option<u32>,
    /// Failures per minute before a deployment rests.
    pub allowed_fails: Option<u32>,
    /// How long it rests.
    pub cooldown_time: Option<Duration>,
    /// Nothing ever rests.
    pub disable_cooldowns: bool,
    /// What comes after a failed group.
    pub fallbacks: FallbackLists,
    /// Other names of groups.
    pub model_group_alias: IndexMap<String, GroupAlias>,
    /// Shares by deployment id.
    pub weights: IndexMap<String, f64>,
}

impl RouterSettings {
    pub(crate) fn read(map: Map, litellm: &LitellmSettings, report: &mut Report) -> Self {
        let mut fields = Fields::new(map);
        let mut trail = Trail::default();
        let retries = fields.small("num_retries");
        let named = fields.map("model_group_alias").unwrap_or_default();
        strategy(&mut fields, report);
        trail.key("router_settings", |trail| Self {
            num_retries: retries.or_else(|| fields.small("max_retries")),
            timeout: fields.seconds("timeout"),
            stream_timeout: fields.seconds("stream_timeout"),
            stream_idle_timeout: fields.seconds("stream_idle_timeout"),
            connect_timeout: fields.seconds("connect_timeout"),
            first_byte_timeout: fields.seconds("first_byte_timeout"),
            retry_after: fields.seconds("retry_after"),
            max_fallbacks: fields.small("max_fallbacks").or(litellm.max_fallbacks),
            max_total_attempts: fields.small("max_total_attempts"),
            allowed_fails: fields.small("allowed_fails"),
            cooldown_time: fields.seconds("cooldown_time"),
            disable_cooldowns: fields.flag("disable_cooldowns").unwrap_or(false),
            fallbacks: FallbackLists::read(&mut fields, trail, report).or(litellm.fallbacks.clone()),
            model_group_alias: acyclic(trail.key("model_group_alias", |trail| aliases(named, trail, report)), report),
            weights: weights(fields.map("weights").unwrap_or_default()),
        })
    }
}

/// Only one strategy is built in; the others are known by name.
fn strategy(fields: &mut Fields, report: &mut Report) {
    let Some(node) = fields.node("routing_strategy") else { return };
    let known = node.text().is_some_and(|name| ["simple-shuffle", "shuffle", "weighted"].contains(&name));
    if !known {
        let message = "this strategy is not active in this build; simple-shuffle is used";
        report.warning(node.at, "router_settings.routing_strategy", Cause::InactiveKey, message);
    }
}

fn weights(map: Map) -> IndexMap<String, f64> {
    json::to_object(map).into_iter().filter_map(|(id, share)| Some((id, share.as_f64()?))).collect()
}

/// Leaves out aliases that lead back to themselves, with an error each.
fn acyclic(found: IndexMap<String, (GroupAlias, Position)>, report: &mut Report) -> IndexMap<String, GroupAlias> {
    let loops = |name: &String| {
        let mut at = name;
        (0..=found.len()).any(|_| match found.get(at) {
            Some((alias, _)) => {
                at = &alias.model;
                at == name
            }
            None => false,
        })
    };
    for (name, (_, at)) in found.iter().filter(|(name, _)| loops(name)) {
        let path = format!("router_settings.model_group_alias.{name}");
        report.error(*at, &path, Cause::Contradiction, "the alias leads back to itself");
    }
    found.into_iter().map(|(name, (alias, _))| (name, alias)).collect()
}
