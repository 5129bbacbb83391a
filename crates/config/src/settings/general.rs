//! `general_settings`.

use std::time::Duration;

use tianji_core::Secret;

use crate::raw::Map;
use crate::read::Fields;

/// The gateway as a server. `None` = the gateway's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeneralSettings {
    /// The root key.
    pub master_key: Option<Secret>,
    /// Start although the root key is weak.
    pub permit_weak_master_key: bool,
    /// Postgres or SQLite.
    pub database_url: Option<Secret>,
    /// Port to listen on.
    pub port: Option<u16>,
    /// Model for requests that name none.
    pub completion_model: Option<String>,
    /// Largest request body in MiB.
    pub max_request_size_mb: Option<u64>,
    /// Header that carries keys before all others.
    pub key_header_name: Option<String>,
    /// `litellm`, `tianji`, `both` or `none`.
    pub response_header_prefix: Option<String>,
    /// First word of error messages.
    pub error_message_prefix: Option<String>,
    /// How long running requests may take after SIGTERM.
    pub shutdown_grace: Option<Duration>,
    /// Always send the usage frame of a stream.
    pub always_include_stream_usage: bool,
    /// Put the call id into error bodies.
    pub include_call_id_in_error_body: bool,
    /// Responses are not told apart by owner (`disable_responses_id_security`).
    pub shared_responses: bool,
    /// Ids of unknown responses are passed on (`allow_unmanaged_response_ids`).
    pub unmanaged_responses: bool,
    /// Whether fallback targets must be allowed for the key.
    pub enforce_fallback_model_access: Option<bool>,
    /// Status that answers a spent budget.
    pub budget_exceeded_status_code: Option<u16>,
    /// Whether addresses that clients name must be public (`user_url_validation`).
    pub user_url_validation: Option<bool>,
    /// Hosts and networks that clients may name although they are not (`user_url_allowed_hosts`).
    pub user_url_allowed_hosts: Vec<String>,
}

impl GeneralSettings {
    pub(crate) fn read(map: Map) -> Self {
        let mut fields = Fields::new(map);
        Self {
            master_key: fields.secret("master_key").filter(|key| !key.is_empty()),
            permit_weak_master_key: fields.flag("dangerously_permit_weak_or_unset_master_key").unwrap_or(false),
            database_url: fields.secret("database_url").filter(|url| !url.is_empty()),
            port: fields.count("port").and_then(|port| port.try_into().ok()),
            completion_model: fields.text("completion_model"),
            max_request_size_mb: fields.count("max_request_size_mb"),
            key_header_name: fields.text("litellm_key_header_name"),
            response_header_prefix: fields.text("response_header_prefix"),
            error_message_prefix: fields.text("error_message_prefix"),
            shutdown_grace: fields.seconds("shutdown_grace_seconds"),
            always_include_stream_usage: fields.flag("always_include_stream_usage").unwrap_or(false),
            include_call_id_in_error_body: fields.flag("include_call_id_in_error_body").unwrap_or(false),
            shared_responses: fields.flag("disable_responses_id_security").unwrap_or(false),
            unmanaged_responses: fields.flag("allow_unmanaged_response_ids").unwrap_or(false),
            enforce_fallback_model_access: fields.flag("enforce_fallback_model_access"),
            budget_exceeded_status_code: fields
                .count("budget_exceeded_status_code")
                .and_then(|code| code.try_into().ok()),
            user_url_validation: fields.flag("user_url_validation"),
            user_url_allowed_hosts: fields.texts("user_url_allowed_hosts"),
        }
    }
}
