//! The words of errors on the request path, in the forms that clients of the reference proxy know.

use crate::call::Admitted;
use crate::dispatch::lock;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use http::HeaderMap;
use http::header::{AsHeaderName, DATE, RETRY_AFTER};
use std::time::Duration;
use tianji_core::{DialectId, Error, Framing, Kind, Micros, Origin};
use tianji_dialects::dialect;
use tianji_providers::{ConnectionError, EndpointKind, Provider};
use tianji_router::{FallbackTarget, Health};
use tianji_wire::event_stream::EventStreamSplitter;
use tianji_wire::{LineSplitter, Splitter, SseSplitter};

/// A model that no group goes by.
pub(crate) fn unknown_model(model: Option<&str>, snapshot: &Snapshot) -> Error {
    let message = format!(
        "{}.BadRequestError: You passed in model={}. There are no healthy deployments for this model",
        snapshot.settings.error_prefix,
        model.map_or("None".into(), |model| model.chars().take(MOST_NAME).collect::<String>())
    );
    Error::client(Kind::BadRequest, message)
}

/// Every deployment of the group is cooling down or full.
pub(crate) fn all_cooling(call: &Admitted, found: &Found, shared: &Shared) -> Error {
    let now = shared.millis();
    let waits = found.group.deployments.iter().map(|deployment| match lock(deployment).health(now) {
        Health::Open(millis) => millis,
        Health::Closed | Health::Probe => 1000,
    });
    let seconds = waits.min().unwrap_or(1000).div_ceil(1000).max(1);
    let ids: Vec<String> = found.group.deployments.iter().map(|deployment| format!("'{}'", deployment.id)).collect();
    let message = format!(
        "No deployments available for selected model, Try again in {seconds} seconds. All deployments for selected model are in cooldown. Passed model={}. pre-call-checks=False, cooldown_list=[{}]",
        call.model,
        ids.join(", ")
    );
    Error::gateway(Kind::AllCooling, message).with_retry_after(Some(Duration::from_secs(seconds)))
}

/// A rate limit that is reached.
pub(crate) fn rate_limited(
    descriptor: &str,
    value: &str,
    unit: &'static str,
    limit: u64,
    remaining: u64,
    wait: u64,
    now: Micros,
) -> Error {
    let reset = now.plus(Duration::from_secs(wait)).python();
    let reset = format!("{} UTC", reset.split('.').next().unwrap_or_default());
    let message = format!(
        "Rate limit exceeded for {descriptor}: {value}. Limit type: {unit}. Current limit: {limit}, Remaining: {remaining}. Limit resets at: {reset}"
    );
    Error::client(Kind::RateLimit, message)
        .with_retry_after(Some(Duration::from_secs(wait)))
        .with_header("rate_limit_type", unit)
        .with_header("reset_at", reset)
}

/// The provider has no chat endpoint.
pub(crate) fn no_chat(provider: &Provider) -> Error {
    Error::gateway(Kind::NotImplemented, format!("{} does not support chat completions in this build", provider.name))
}

/// The provider does not do something.
pub(crate) fn not_offered(provider: &Provider, kind: EndpointKind) -> Error {
    if kind == EndpointKind::Invoke {
        return tianji_providers::kinds::unread_body();
    }
    let name = serde_json::to_value(kind).unwrap_or_default();
    let message = format!("{} does not support {} in this build", provider.name, name.as_str().unwrap_or("this"));
    Error::gateway(Kind::NotImplemented, message)
}

/// A canned answer is no answer to this.
pub(crate) fn no_mock() -> Error {
    Error::gateway(Kind::NotImplemented, "`mock_response` answers requests to generate text only")
}

/// The credential of a deployment is not set.
pub(crate) fn missing_key(provider: &Provider, variables: &str) -> Error {
    let message =
        format!("The api_key of {} is not set: set it in the model's parameters, or {variables}", provider.name);
    Error::provider(Kind::Authentication, message)
}

/// A model whose calls would cost nobody knows what.
pub(crate) fn unpriced(model: &str) -> Error {
    let message = format!(
        "There is no price for model={model}, and block_requests_for_models_without_pricing is on: set `input_cost_per_token` and `output_cost_per_token` in the model's parameters."
    );
    Error::client(Kind::BadRequest, message).with_param("model")
}

/// A deployment that cannot be addressed.
pub(crate) fn no_connection(cause: ConnectionError) -> Error {
    Error::gateway(Kind::InternalServer, cause.to_string()).with_source(cause)
}

/// Parameters that the target cannot say.
pub(crate) fn unsupported(provider: &Provider, model: &str, names: &[&str]) -> Error {
    let list: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let message = format!(
        "{} does not support parameters: [{}], for model={model}. To drop them, set `drop_params: true` in litellm_settings or in the request; to send them all the same, name them in `allowed_openai_params`.",
        provider.name,
        list.join(", ")
    );
    Error::client(Kind::UnsupportedParams, message)
}

/// An upstream's error reply.
pub(crate) fn upstream_error(upstream: DialectId, status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let told = dialect(upstream).decode_error(status, body);
    let mut error =
        Error::provider(told.kind, told.message).with_status(told.status).with_retry_after(retry_after(headers));
    // No single parameter is to blame for a conversation that is too long. Of the Responses API the reference proxy
    // names none at all.
    let blames = told.kind != Kind::ContextWindowExceeded && upstream != DialectId::OpenAiResponses;
    error.param = told.param.filter(|_| blames).map(Into::into);
    error.upstream_status = Some(status);
    for (name, value) in headers {
        if crate::headers::is_shown(name)
            && let Ok(value) = value.to_str()
        {
            error.headers.push((format!("llm_provider-{name}").into(), value.to_owned()));
            let plain = crate::headers::plain(name).map(|name| name.as_str().to_owned());
            error.headers.extend(plain.map(|name| (name.into(), value.to_owned())));
        }
    }
    error
}

/// Puts the class and the provider before a provider's words: `litellm.RateLimitError: RateLimitError: …`.
pub(crate) fn dress(mut error: Error, provider: &Provider, snapshot: &Snapshot) -> Error {
    let (prefix, class) = (&snapshot.settings.error_prefix, error.kind.class());
    error.message = match error.origin {
        Origin::Provider => format!("{prefix}.{class}: {class}: {}Exception - {}", provider.label, error.message),
        Origin::Gateway | Origin::Client => format!("{prefix}.{class}: {}", error.message),
    };
    error
}

/// Adds which group failed and what was tried after it.
pub(crate) fn name_group(error: &mut Error, group: &str, snapshot: &Snapshot, targets: &[FallbackTarget]) {
    if error.origin == Origin::Client {
        return;
    }
    let tried: Vec<&str> = targets.iter().map(|target| target.model.as_str()).collect();
    let rest = if tried.is_empty() {
        let known: Vec<&str> = snapshot.fallbacks.configured_groups().collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("it has no fallback; groups with fallbacks: {known}")
    } else {
        format!("its fallbacks failed too: {}", tried.join(", "))
    };
    error.message.push_str(&format!("\n\nModel group '{group}' failed as above and {rest}."));
}

/// Whether no other deployment could have done better.
pub(crate) const fn is_callers_fault(error: &Error) -> bool {
    matches!(error.origin, Origin::Client)
}

/// Whether a reply is a stream. In lines of JSON a whole reply is a stream too: of one line.
pub(crate) fn is_stream(framing: Framing, headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    framing == Framing::Ndjson || kind.is_none_or(|kind| !kind.starts_with(b"application/json"))
}

/// What cuts a stream into frames: as the reply says, else as the dialect does.
pub(crate) fn splitter(headers: &HeaderMap, upstream: DialectId) -> Splitter {
    let said = headers.get(http::header::CONTENT_TYPE).map(http::HeaderValue::as_bytes).unwrap_or_default();
    match framing_of(said).unwrap_or_else(|| dialect(upstream).framing()) {
        // No upstream is asked for an array: Google's are asked for events.
        Framing::Sse | Framing::JsonArray => Splitter::Sse(SseSplitter::default()),
        Framing::Ndjson => Splitter::Ndjson(LineSplitter::default()),
        Framing::EventStream => Splitter::EventStream(EventStreamSplitter::default()),
    }
}

/// The framing of a stream of a media type.
pub(crate) fn framing_of(media_type: &[u8]) -> Option<Framing> {
    [Framing::Sse, Framing::Ndjson, Framing::EventStream].into_iter().find(|framing| {
        let essence = framing.content_type().split(';').next().unwrap_or_default();
        media_type.starts_with(essence.as_bytes())
    })
}

/// A header as text.
pub(crate) fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// How long the vendor asks to wait: milliseconds in fields of its own, or as RFC 9110 says (section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let millis = header_text(headers, "retry-after-ms").or_else(|| header_text(headers, "x-ms-retry-after-ms"));
    if let Some(millis) = millis.and_then(|text| text.parse::<u64>().ok()) {
        return Some(Duration::from_millis(millis));
    }
    tianji_wire::retry_after(&header_text(headers, RETRY_AFTER)?, header_text(headers, DATE).as_deref())
}

/// Longest model name that is repeated to a client.
const MOST_NAME: usize = 256;
