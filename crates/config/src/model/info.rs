//! `model_list[].model_info`.

use std::time::Duration;

use indexmap::IndexMap;

use super::Prices;
use crate::raw::Value;
use crate::raw_object::RawObject;
use crate::read::Fields;

/// What is known about a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelInfo {
    /// The deployment's id, when it is given; otherwise one is derived from its parameters.
    pub id: Option<String>,
    /// What it does: `chat`, `embedding`, `rerank`, …
    pub mode: Option<String>,
    /// The model whose price and abilities count.
    pub base_model: Option<String>,
    /// Prices of this deployment alone.
    pub prices: Prices,
    /// Context window in tokens (older notation).
    pub max_tokens: Option<u64>,
    /// Largest input in tokens.
    pub max_input_tokens: Option<u64>,
    /// Largest output in tokens.
    pub max_output_tokens: Option<u64>,
    /// `supports_*` flags without their prefix; absent means unknown.
    pub supports: IndexMap<String, bool>,
    /// Names under which keys and teams may be given access.
    pub access_groups: Vec<String>,
    /// The team that the deployment belongs to.
    pub team_id: Option<String>,
    /// The name under which that team sees it.
    pub team_public_model_name: Option<String>,
    /// Whether it is taken out of service.
    pub blocked: bool,
    /// Failures per minute before it rests.
    pub allowed_fails: Option<u64>,
    /// How long it rests.
    pub cooldown_time: Option<Duration>,
    /// All other keys, kept and shown.
    pub extra: RawObject,
}

impl ModelInfo {
    pub(super) fn read(mut fields: Fields) -> Self {
        let flags = fields.drain(|name| name.starts_with("supports_")).into_iter();
        let supports = flags.filter_map(|(name, node)| match node.value {
            Value::Bool(value) => Some((name.strip_prefix("supports_")?.to_owned(), value)),
            _ => None,
        });
        Self {
            supports: supports.collect(),
            id: fields.text("id"),
            mode: fields.text("mode"),
            base_model: fields.text("base_model"),
            prices: Prices::read(&mut fields),
            max_tokens: fields.count("max_tokens"),
            max_input_tokens: fields.count("max_input_tokens"),
            max_output_tokens: fields.count("max_output_tokens"),
            access_groups: fields.texts("access_groups"),
            team_id: fields.text("team_id"),
            team_public_model_name: fields.text("team_public_model_name"),
            blocked: fields.flag("blocked").unwrap_or(false),
            allowed_fails: fields.count("allowed_fails"),
            cooldown_time: fields.seconds("cooldown_time"),
            extra: fields.rest(),
        }
    }
}
