//! `model_list[].model_info`.

use super::Kind::{Any, Bool, Choice, Count, List, Map, Number, Seconds, Text, Texts};
use super::{Key, Others, Section, active, inactive, prices};

/// What is known about a deployment. Other keys are kept and shown.
pub(super) static INFO: Section =
    Section { name: "model_list[].model_info", keys: &[KEYS, prices::PRICES], others: Others::Keep };

const KEYS: &[Key] = &[
    inactive("access_groups", Texts),
    inactive("access_windows", List),
    inactive("allow_fail_open", Bool),
    inactive("allowed_fails", Count),
    inactive("allowed_fails_policy", Map),
    active("base_model", Text),
    inactive("blocked", Bool),
    inactive("cooldown_time", Seconds),
    inactive("cost_per_ptu_per_hour", Number),
    active("created_*", Any),
    active("db_model", Bool),
    inactive("disable_background_health_check", Bool),
    inactive("discoverable", Bool),
    inactive("enable_tag_filtering", Bool),
    inactive("health_check_max_tokens", Count),
    inactive("health_check_model", Text),
    inactive("health_check_timeout", Seconds),
    active("id", Text),
    inactive("internal_router_model", Bool),
    active("max_input_tokens", Count),
    active("max_output_tokens", Count),
    active("max_tokens", Count),
    active("mode", Text),
    inactive("ptu_count", Number),
    inactive("ptu_effective_from", Text),
    inactive("ptu_effective_to", Text),
    active("supports_*", Bool),
    inactive("team_id", Text),
    inactive("team_public_model_name", Text),
    inactive("tier", Choice(&["free", "paid"])),
    active("updated_*", Any),
];
