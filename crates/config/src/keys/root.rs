//! The top level.

use super::Kind::{Any, Ignored, List, ListOrMap, Map, Number, Rows, Secret, Section as Inner, Texts};
use super::{Key, Others, Section, active, entry, general, inactive, router, rows, settings};

/// The whole file.
pub static ROOT: Section = Section { name: "", keys: &[KEYS], others: Others::Warn };

const KEYS: &[Key] = &[
    inactive("agent_list", List),
    inactive("agents", List),
    inactive("assistant_settings", Inner(&rows::ASSISTANT)),
    inactive("assistants_settings", Inner(&rows::ASSISTANT)),
    inactive("callback_settings", Map),
    inactive("classifier_plugin", Any),
    active("credential_list", Rows(&rows::CREDENTIAL)),
    active("custom_providers", Inner(&rows::CUSTOM_PROVIDERS)),
    inactive("default_vertex_config", Inner(&rows::VERTEX)),
    inactive("discord_webhook_url", Secret),
    active("environment_variables", Map),
    inactive("files_settings", Rows(&rows::PROVIDER_FILES)),
    inactive("finetune_settings", Rows(&rows::PROVIDER_FILES)),
    active("general_settings", Inner(&general::GENERAL)),
    inactive("guardrails", List),
    active("include", Texts),
    active("litellm_settings", Inner(&settings::SETTINGS)),
    inactive("mcp_servers", ListOrMap),
    inactive("mcp_tools", List),
    active("model_list", Rows(&entry::ENTRY)),
    inactive("pass_through_endpoints", Rows(&rows::PASS_THROUGH)),
    inactive("plugins", Any),
    inactive("policies", Map),
    inactive("policy_attachments", List),
    inactive("prompts", Rows(&rows::PROMPT)),
    inactive("ratelimit_alert_threshold", Number),
    active("router_settings", Inner(&router::ROUTER)),
    inactive("sandbox_tools", Any),
    active("search_tools", Rows(&rows::SEARCH_TOOL)),
    active("telemetry", Ignored),
    inactive("vector_store_registry", Rows(&rows::VECTOR_STORE)),
    inactive("worker_registry", Any),
];
