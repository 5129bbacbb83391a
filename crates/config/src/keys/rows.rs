//! Smaller mappings: credentials, pass-through endpoints, tools, stores, prompts.

use super::Kind::{self, Any, Bool, Count, List, Map, Number, Seconds, Secret, Text, TextOrMap, Texts};
use super::{Key, Others, Section, active, inactive};

/// `credential_list[]`.
pub(super) static CREDENTIAL: Section = Section {
    name: "credential_list[]",
    keys: &[&[active("credential_info", Map), active("credential_name", Text), active("credential_values", Map)]],
    others: Others::Warn,
};

/// `custom_providers`: a row per provider, checked where the catalogue reads it.
pub(super) static CUSTOM_PROVIDERS: Section =
    Section { name: "custom_providers", keys: &[&[active("*", Map)]], others: Others::Keep };

/// `default_vertex_config`.
pub(super) static VERTEX: Section = Section {
    name: "default_vertex_config",
    keys: &[&[
        inactive("vertex_credentials", TextOrMap),
        inactive("vertex_location", Text),
        inactive("vertex_project", Text),
    ]],
    others: Others::Warn,
};

/// `pass_through_endpoints[]`, at the top and in `general_settings`.
pub(super) static PASS_THROUGH: Section =
    Section { name: "pass_through_endpoints[]", keys: &[PASS_THROUGH_KEYS], others: Others::Warn };

const PASS_THROUGH_KEYS: &[Key] = &[
    inactive("auth", Bool),
    inactive("cost_per_request", Kind::Price),
    inactive("default_query_params", Map),
    inactive("forward_headers", Bool),
    inactive("guardrails", Kind::ListOrMap),
    inactive("headers", Map),
    inactive("id", Text),
    inactive("include_subpath", Bool),
    inactive("merge_query_params", Bool),
    inactive("methods", Texts),
    inactive("path", Text),
    inactive("target", Text),
    inactive("timeout", Seconds),
];

/// `vector_store_registry[]`.
pub(super) static VECTOR_STORE: Section = Section {
    name: "vector_store_registry[]",
    keys: &[&[inactive("litellm_params", Map), inactive("vector_store_name", Text)]],
    others: Others::Forward,
};

/// `search_tools[]`.
pub(super) static SEARCH_TOOL: Section = Section {
    name: "search_tools[]",
    keys: &[&[active("litellm_params", Map), inactive("search_tool_info", Map), active("search_tool_name", Text)]],
    others: Others::Warn,
};

/// `prompts[]`.
pub(super) static PROMPT: Section = Section {
    name: "prompts[]",
    keys: &[&[inactive("litellm_params", Map), inactive("prompt_id", Text), inactive("prompt_info", Map)]],
    others: Others::Forward,
};

/// `files_settings[]` and `finetune_settings[]`: a provider and the parameters of its credentials.
pub(super) static PROVIDER_FILES: Section = Section {
    name: "files_settings[]",
    keys: &[&[
        inactive("api_base", Text),
        inactive("api_key", Secret),
        inactive("api_version", Text),
        inactive("custom_llm_provider", Text),
    ]],
    others: Others::Forward,
};

/// `assistant_settings`.
pub(super) static ASSISTANT: Section = Section {
    name: "assistant_settings",
    keys: &[&[
        inactive("api_base", Text),
        inactive("api_key", Secret),
        inactive("custom_llm_provider", Text),
        inactive("litellm_params", Map),
    ]],
    others: Others::Forward,
};

/// `general_settings.coordination_redis`.
pub(super) static COORDINATION_REDIS: Section = Section {
    name: "general_settings.coordination_redis",
    keys: &[&[
        inactive("aws_iam_*", Any),
        inactive("host", Text),
        inactive("password", Secret),
        inactive("port", Count),
        inactive("sentinel_nodes", List),
        inactive("sentinel_password", Secret),
        inactive("service_name", Text),
        inactive("ssl", Bool),
        inactive("startup_nodes", List),
        inactive("url", Secret),
        inactive("username", Text),
    ]],
    others: Others::Warn,
};

/// `general_settings.tls`.
pub(super) static TLS: Section = Section {
    name: "general_settings.tls",
    keys: &[&[inactive("cert", Text), inactive("client_ca", Text), inactive("key", Text)]],
    others: Others::Warn,
};

/// `router_settings.routing_groups[]`.
pub(super) static ROUTING_GROUP: Section = Section {
    name: "router_settings.routing_groups[]",
    keys: &[&[
        inactive("group_name", Text),
        inactive("model_priorities", Map),
        inactive("models", Texts),
        inactive("routing_strategy", Kind::Choice(super::router::STRATEGIES)),
        inactive("routing_strategy_args", Map),
    ]],
    others: Others::Warn,
};

/// `router_settings.router_general_settings`.
pub(super) static ROUTER_GENERAL: Section = Section {
    name: "router_settings.router_general_settings",
    keys: &[&[inactive("async_only_mode", Bool), inactive("pass_through_all_models", Bool)]],
    others: Others::Warn,
};

/// `hedge`, of the router or of one deployment.
pub(super) static HEDGE: Section = Section {
    name: "router_settings.hedge",
    keys: &[&[
        inactive("after_ms", Number),
        inactive("after_percentile", Number),
        inactive("max", Count),
        inactive("max_extra_cost_pct", Number),
    ]],
    others: Others::Warn,
};
