//! Members of a request body that speak to the gateway, not to the model: taken out before anything is forwarded.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use std::time::Duration;
use tianji_core::{DialectId, Error, Kind};
use tianji_router::FallbackTarget;
use tianji_wire::RawObject;

/// What the caller asked of the gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    /// Groups to try after the first; replaces the configured ones.
    pub(crate) fallbacks: Option<Vec<FallbackTarget>>,
    /// No fallbacks at all.
    pub(crate) disable_fallbacks: bool,
    /// Attempts after the first.
    pub(crate) num_retries: Option<u32>,
    /// The whole call.
    pub(crate) timeout: Option<Duration>,
    /// The first frame of a stream.
    pub(crate) stream_timeout: Option<Duration>,
    /// Silence of the stream after which a sign of life is wanted; zero: none.
    pub(crate) keep_alive: Option<Duration>,
    /// Drop what the target cannot say.
    pub(crate) drop_params: Option<bool>,
    /// Request members removed first, by path.
    pub(crate) additional_drop_params: Vec<String>,
    /// Parameters sent verbatim.
    pub(crate) allowed_params: Vec<String>,
    /// Members merged into the upstream body last.
    pub(crate) extra_body: Vec<(String, Bytes)>,
    /// Routing and spend tags.
    pub(crate) tags: Vec<String>,
    /// The caller's metadata as JSON text, bounded.
    pub(crate) metadata: Option<String>,
    /// Trace id.
    pub(crate) trace_id: Option<String>,
    /// Session id.
    pub(crate) session_id: Option<String>,
}

/// What a member of the body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    /// The model's.
    Model,
    /// The gateway's, acted on.
    Control,
    /// The gateway's, taken out without effect.
    Silent,
    /// Refused: would steer the gateway's credentials.
    Forbidden,
}

/// Takes the gateway's members out of a body. Refuses those that would steer credentials, at any depth.
pub(crate) fn take(body: &mut RawObject, dialect: DialectId) -> Result<Controls, Error> {
    let mut controls = Controls::default();
    let mut taken: Vec<(String, Member)> = Vec::new();
    for (name, _) in body.iter() {
        match member(name, dialect) {
            Member::Model => {}
            Member::Forbidden if name.starts_with(MOCK_TESTING) => return Err(no_testing(name)),
            Member::Forbidden => return Err(forbidden(name)),
            kind => taken.push((name.to_owned(), kind)),
        }
    }
    for (name, kind) in taken {
        let Some(raw) = body.remove(&name) else { continue };
        if matches!(raw.first(), Some(b'{' | b'[')) {
            guard(&name, &raw)?;
        }
        if kind == Member::Control {
            act(&mut controls, &name, &raw)?;
        }
    }
    share(body, dialect, &mut controls)?;
    Ok(controls)
}

/// `metadata` where the model has one too: the gateway reads it all, the model gets what its vendor takes. That is
/// `user_id` (Anthropic, "Create a Message") or texts (OpenAI, "Create a model response").
fn share(body: &mut RawObject, dialect: DialectId, controls: &mut Controls) -> Result<(), Error> {
    let takes: fn(&str, &Value) -> bool = match dialect {
        DialectId::AnthropicMessages => |name, _| name == "user_id",
        DialectId::OpenAiResponses => |_, value| value.is_string(),
        _ => return Ok(()),
    };
    let Some(Ok(mut fields)) = body.read::<serde_json::Map<String, Value>>("metadata") else { return Ok(()) };
    if fields.iter().all(|(name, value)| takes(name, value)) {
        return Ok(());
    }
    guard("metadata", body.raw("metadata").unwrap_or_default())?;
    controls.tags.extend(fields.get("tags").map(strings).unwrap_or_default());
    controls.metadata = Some(Value::Object(fields.clone()).to_string()).filter(|text| text.len() <= MOST_METADATA);
    fields.retain(|name, value| takes(name, value));
    if fields.is_empty() {
        body.remove("metadata");
    } else {
        body.set("metadata", &fields);
    }
    Ok(())
}

fn member(name: &str, dialect: DialectId) -> Member {
    match name {
        // Anthropic's own `metadata.user_id` belongs to the model; OpenAI's `metadata` belongs to the gateway.
        "metadata" if matches!(dialect, DialectId::AnthropicMessages | DialectId::OpenAiResponses) => Member::Model,
        // Cohere has a parameter of that name; elsewhere it steers the gateway's queue.
        "priority" if dialect == DialectId::CohereChat => Member::Model,
        _ if is_control(name) => Member::Control,
        _ if is_silent(name) => Member::Silent,
        _ if is_forbidden(name) => Member::Forbidden,
        _ => Member::Model,
    }
}

fn is_control(name: &str) -> bool {
    matches!(
        name,
        "fallbacks"
            | "disable_fallbacks"
            | "num_retries"
            | "max_retries"
            | "timeout"
            | "request_timeout"
            | "stream_timeout"
            | "keepalive_seconds"
            | "drop_params"
            | "additional_drop_params"
            | "allowed_openai_params"
            | "extra_body"
            | "tags"
            | "metadata"
            | "litellm_metadata"
            | "tianji_metadata"
            | "litellm_trace_id"
            | "tianji_trace_id"
            | "litellm_session_id"
            | "tianji_session_id"
    )
}

fn is_silent(name: &str) -> bool {
    name.starts_with("litellm_")
        || name.starts_with("tianji_")
        || matches!(
            name,
            "cache"
                | "caching"
                | "guardrails"
                | "guardrail_config"
                | "policies"
                | "context_window_fallbacks"
                | "content_policy_fallbacks"
                | "retry_policy"
                | "priority"
                | "mock_response"
                | "mock_tool_calls"
                | "base_model"
                | "context_window_fallback_dict"
                | "prompt_id"
                | "prompt_variables"
                | "prompt_version"
                | "prompt_label"
                | "no-log"
                | "model_info"
                | "_router_weights"
                | "vector_store_ids"
                | "proxy_server_request"
                | "preset_cache_key"
        )
}

fn is_forbidden(name: &str) -> bool {
    name.starts_with("aws_")
        || name.starts_with(MOCK_TESTING)
        || matches!(
            name,
            "api_key"
                | "api_base"
                | "base_url"
                | "api_version"
                | "organization"
                | "custom_llm_provider"
                | "user_config"
                | "extra_headers"
                | "vertex_credentials"
                | "vertex_project"
                | "vertex_location"
        )
}

fn act(controls: &mut Controls, name: &str, raw: &[u8]) -> Result<(), Error> {
    let value: Value = serde_json::from_slice(raw).map_err(|_| invalid(name, "is no JSON"))?;
    if value.is_null() {
        return Ok(());
    }
    match name {
        "fallbacks" => controls.fallbacks = Some(fallbacks(&value)?),
        "disable_fallbacks" => controls.disable_fallbacks = value.as_bool().unwrap_or(false),
        "num_retries" | "max_retries" => controls.num_retries = Some(count(name, &value)?),
        "timeout" | "request_timeout" => controls.timeout = Some(seconds(name, &value)?),
        "stream_timeout" => controls.stream_timeout = Some(seconds(name, &value)?),
        "keepalive_seconds" => controls.keep_alive = Some(interval(name, &value)?),
        "drop_params" => controls.drop_params = value.as_bool(),
        "additional_drop_params" => controls.additional_drop_params = strings(&value),
        "allowed_openai_params" => controls.allowed_params = strings(&value),
        "extra_body" => controls.extra_body = members(name, &value)?,
        "tags" => controls.tags.extend(strings(&value)),
        "litellm_trace_id" | "tianji_trace_id" => controls.trace_id = value.as_str().map(str::to_owned),
        "litellm_session_id" | "tianji_session_id" => controls.session_id = value.as_str().map(str::to_owned),
        _ => {
            controls.tags.extend(value.get("tags").map(strings).unwrap_or_default());
            controls.metadata = Some(value.to_string()).filter(|text| text.len() <= MOST_METADATA);
        }
    }
    Ok(())
}

/// Adds what the caller asks in headers (`x-litellm-timeout`, `x-tianji-tags` …); the body's word wins.
pub(crate) fn read_headers(headers: &HeaderMap, controls: &mut Controls) -> Result<(), Error> {
    // Most calls have none of them: one look at the names instead of fourteen.
    if !headers.keys().any(|name| name.as_str().starts_with("x-litellm-") || name.as_str().starts_with("x-tianji-")) {
        return Ok(());
    }
    let find = |name: &str| {
        let value = headers.get(format!("x-litellm-{name}")).or_else(|| headers.get(format!("x-tianji-{name}")));
        value.and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let time = |name: &str| find(name).map(|text| seconds(name, &Value::from(text))).transpose();
    controls.timeout = controls.timeout.or(time("timeout")?);
    controls.stream_timeout = controls.stream_timeout.or(time("stream-timeout")?);
    if let Some(text) = find("keepalive-seconds") {
        controls.keep_alive = controls.keep_alive.or(Some(interval("keepalive-seconds", &Value::from(text))?));
    }
    if let Some(text) = find("num-retries") {
        let value = text.parse::<u64>().map_or(Value::Null, Value::from);
        controls.num_retries = controls.num_retries.or(Some(count("num-retries", &value)?));
    }
    if let Some(text) = find("tags") {
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        controls.tags.extend(tags.take(MOST_TAGS).map(|tag| tag.chars().take(256).collect::<String>()));
    }
    controls.trace_id = controls.trace_id.take().or_else(|| find("trace-id"));
    controls.session_id = controls.session_id.take().or_else(|| find("session-id"));
    Ok(())
}

fn fallbacks(value: &Value) -> Result<Vec<FallbackTarget>, Error> {
    let items = value.as_array().ok_or_else(|| invalid("fallbacks", "must be a list"))?;
    let target = |item: &Value| match item {
        Value::String(name) => Ok(FallbackTarget::named(name)),
        Value::Object(fields) => {
            let mut overrides = fields.clone();
            match overrides.remove("model") {
                Some(Value::String(model)) => Ok(FallbackTarget { model, overrides }),
                _ => Err(invalid("fallbacks", "every item needs a model")),
            }
        }
        _ => Err(invalid("fallbacks", "items must be names or objects")),
    };
    let listed = items.iter().flat_map(|item| of_group(item).unwrap_or(std::slice::from_ref(item)));
    listed.take(MOST_FALLBACKS).map(target).collect()
}

/// The targets of an item in the form of the configuration, `{group: [targets]}`: here it can mean the called group only.
fn of_group(item: &Value) -> Option<&[Value]> {
    let fields = item.as_object().filter(|fields| fields.len() == 1)?;
    fields.values().next()?.as_array().map(Vec::as_slice)
}

fn members(name: &str, value: &Value) -> Result<Vec<(String, Bytes)>, Error> {
    let fields = value.as_object().ok_or_else(|| invalid(name, "must be an object"))?;
    Ok(fields.iter().map(|(key, value)| (key.clone(), Bytes::from(value.to_string()))).collect())
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).take(MOST_TAGS).map(|text| text.chars().take(256).collect()).collect()
}

fn count(name: &str, value: &Value) -> Result<u32, Error> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| invalid(name, "must be a whole number")).map(|number| number.min(MOST_RETRIES))
}

fn seconds(name: &str, value: &Value) -> Result<Duration, Error> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number
        .filter(|seconds| *seconds > 0.0 && *seconds < 1e9)
        .map(Duration::from_secs_f64)
        .ok_or_else(|| invalid(name, "must be a number of seconds above zero"))
}

/// Seconds, or nothing at all.
fn interval(name: &str, value: &Value) -> Result<Duration, Error> {
    let none = value.as_f64() == Some(0.0) || value.as_str().is_some_and(|text| text.parse() == Ok(0.0));
    if none { Ok(Duration::ZERO) } else { seconds(name, value) }
}

/// Looks for forbidden names inside a control object, at any depth that a body may have.
fn guard(name: &str, raw: &[u8]) -> Result<(), Error> {
    let value: Value = serde_json::from_slice(raw).map_err(|_| invalid(name, "is nested too deeply"))?;
    match first_forbidden(&value) {
        Some(inner) => Err(forbidden(inner)),
        None => Ok(()),
    }
}

fn first_forbidden(value: &Value) -> Option<&str> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, inner)| {
            let steers = matches!(member(name, DialectId::OpenAiChat), Member::Forbidden);
            if steers { Some(name.as_str()) } else { first_forbidden(inner) }
        }),
        Value::Array(items) => items.iter().find_map(first_forbidden),
        _ => None,
    }
}

fn forbidden(name: &str) -> Error {
    Error::client(
        Kind::Authentication,
        format!(
            "Authentication Error, Rejected Request: {name} is not allowed in request body. Ask your admin to allow it for this model with `configurable_clientside_auth_params`."
        ),
    )
    .with_type("auth_error")
    .with_param("None")
}

/// What is for tests of the gateway itself is no way to make it fail.
fn no_testing(name: &str) -> Error {
    Error::client(Kind::BadRequest, format!("Mock testing request params are disabled on this proxy: {name}."))
}

fn invalid(name: &str, reason: &str) -> Error {
    Error::client(Kind::BadRequest, format!("Invalid value for '{name}': {reason}")).with_param(name.to_owned())
}

/// Beginning of the names of members that let a test fail on purpose.
const MOCK_TESTING: &str = "mock_testing_";
/// Longest metadata kept, in bytes (storage sheet §4).
const MOST_METADATA: usize = 16 * 1024;
/// Most tags of a call (security sheet §2.4).
const MOST_TAGS: usize = 64;
/// Most client-side fallbacks.
const MOST_FALLBACKS: usize = 16;
/// Most retries a caller may ask for.
const MOST_RETRIES: u32 = 10;

#[cfg(test)]
mod tests;
