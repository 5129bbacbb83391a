//! Response headers that tell clients what happened: `x-litellm-*`, `x-tianji-*`, and what the provider said.

use crate::call::{Admitted, Attempt};
use crate::receipt::Receipt;
use crate::settings::{HeaderPrefix, Settings};
use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Instant;
use tianji_auth::Role;
use tianji_core::{CallRecord, Error, Usd, write_digits};

/// Names of the two families.
struct Names {
    litellm: HeaderName,
    tianji: HeaderName,
}

macro_rules! names {
    ($($constant:ident = $name:literal;)*) => {
        $(const $constant: Names = Names {
            litellm: HeaderName::from_static(concat!("x-litellm-", $name)),
            tianji: HeaderName::from_static(concat!("x-tianji-", $name)),
        };)*
    };
}

names! {
    CALL_ID = "call-id";
    VERSION = "version";
    MODEL_ID = "model-id";
    MODEL_NAME = "model-name";
    MODEL_GROUP = "model-group";
    MODEL_API_BASE = "model-api-base";
    COST = "response-cost";
    COST_ORIGINAL = "response-cost-original";
    COST_INPUT = "response-cost-input";
    COST_OUTPUT = "response-cost-output";
    COST_CACHE_READ = "response-cost-cache-read";
    COST_CACHE_CREATION = "response-cost-cache-creation";
    COST_REASONING = "response-cost-reasoning";
    COST_TOOLS = "response-cost-tool-usage";
    COST_DISCOUNT = "response-cost-discount-amount";
    COST_MARGIN = "response-cost-margin-amount";
    MARGIN = "response-cost-margin-percent";
    KEY_SPEND = "key-spend";
    KEY_RPM = "key-rpm-limit";
    KEY_TPM = "key-tpm-limit";
    KEY_BUDGET = "key-max-budget";
    DURATION = "response-duration-ms";
    OVERHEAD = "overhead-duration-ms";
    RETRIES = "attempted-retries";
    FALLBACKS = "attempted-fallbacks";
    TIMEOUT = "timeout";
}

/// A header map being filled in the configured families.
struct Writer<'a> {
    prefix: HeaderPrefix,
    map: &'a mut HeaderMap,
    /// All values are slices of one piece of memory.
    room: BytesMut,
}

impl<'a> Writer<'a> {
    fn new(prefix: HeaderPrefix, map: &'a mut HeaderMap) -> Self {
        Self { prefix, map, room: BytesMut::with_capacity(ROOM) }
    }

    fn put(&mut self, names: Names, value: HeaderValue) {
        match self.prefix {
            HeaderPrefix::Litellm => drop(self.map.insert(names.litellm, value)),
            HeaderPrefix::Tianji => drop(self.map.insert(names.tianji, value)),
            HeaderPrefix::Both => {
                self.map.insert(names.litellm, value.clone());
                self.map.insert(names.tianji, value);
            }
            HeaderPrefix::None => {}
        }
    }

    /// Text that is no legal header value is left out.
    fn text(&mut self, names: Names, text: &str) {
        self.room.extend_from_slice(text.as_bytes());
        self.written(names);
    }

    /// Puts what stands in the room.
    fn written(&mut self, names: Names) {
        if let Ok(value) = HeaderValue::from_maybe_shared(self.room.split().freeze()) {
            self.put(names, value);
        }
    }

    fn count(&mut self, names: Names, count: u64) {
        // Memory takes everything.
        let _ = write_digits(count, 1, &mut self.room);
        self.written(names);
    }

    fn usd(&mut self, names: Names, usd: Usd) {
        if usd == Usd::ZERO {
            return self.put(names, NOTHING);
        }
        // Memory takes everything.
        let _ = usd.write_python(&mut self.room);
        self.written(names);
    }

    fn millis(&mut self, names: Names, since: Instant, until: Instant) {
        let micros = u64::try_from(until.saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX);
        let _ = write_digits(micros / 1000, 1, &mut self.room);
        self.room.extend_from_slice(b".");
        let _ = write_digits(micros % 1000, 3, &mut self.room);
        self.written(names);
    }

    fn uuid(&mut self, names: Names, id: uuid::Uuid) {
        self.text(names, &*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
    }
}

/// What every authorised call is told.
fn common(writer: &mut Writer<'_>, call: &Admitted, receipt: &Receipt, now: tianji_core::Micros) {
    writer.uuid(CALL_ID, receipt.record().call_id);
    writer.put(VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    let limits = &call.caller.limits;
    writer.usd(KEY_SPEND, receipt.key_spend().unwrap_or_else(|| call.caller.spent(now)));
    if let Some(limit) = limits.requests {
        writer.count(KEY_RPM, limit);
    }
    if let Some(limit) = limits.tokens {
        writer.count(KEY_TPM, limit);
    }
    if let Some(budget) = limits.budget {
        writer.usd(KEY_BUDGET, budget);
    }
}

/// Headers of an answered call. `upstream` are the provider's.
pub(crate) fn success(
    call: &Admitted,
    attempt: &Attempt,
    receipt: &Receipt,
    upstream: &HeaderMap,
    now: Instant,
) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(48);
    copy_upstream(upstream, &mut map);
    let mut writer = Writer::new(call.snapshot.settings.header_prefix, &mut map);
    let record = receipt.record();
    common(&mut writer, call, receipt, record.started_at);
    writer.text(MODEL_ID, &record.model_id);
    if let Some(name) = &attempt.concrete.header {
        writer.put(MODEL_NAME, name.clone());
    }
    writer.text(MODEL_GROUP, &attempt.group);
    writer.text(MODEL_API_BASE, shown_base(call, &record.api_base));
    writer.count(RETRIES, record.attempted_retries.into());
    writer.count(FALLBACKS, record.attempted_fallbacks.into());
    writer.millis(DURATION, receipt.started(), now);
    if let Some(sent) = receipt.sent() {
        writer.millis(OVERHEAD, receipt.started(), sent);
    }
    if call.stream {
        return map;
    }
    cost(&mut writer, attempt, record);
    map
}

/// What a call costs that has not ended yet, where that is known.
pub(crate) fn known_cost(settings: &Settings, cost: Usd, map: &mut HeaderMap) {
    let mut writer = Writer::new(settings.header_prefix, map);
    writer.usd(COST, cost);
    writer.usd(COST_ORIGINAL, cost);
}

/// What the call cost, of what that is made up, and what the operator took off and put on.
fn cost(writer: &mut Writer<'_>, attempt: &Attempt, record: &CallRecord) {
    let part =
        |wanted: &str| record.cost_parts.iter().filter(|(name, _)| name == wanted).map(|(_, usd)| *usd).sum::<Usd>();
    let (discount, margin) = (part("discount"), part("margin"));
    writer.usd(COST, record.cost);
    writer.usd(COST_ORIGINAL, record.cost - discount - margin);
    // Dashboards read these whether they say something or not.
    writer.usd(COST_INPUT, part("input"));
    writer.usd(COST_OUTPUT, part("output"));
    writer.usd(COST_TOOLS, part("tool_usage"));
    writer.usd(COST_DISCOUNT, -discount);
    writer.usd(COST_MARGIN, margin);
    match attempt.concrete.terms.adjust().and_then(|adjust| adjust.margin.as_ref()) {
        Some(fraction) => writer.text(MARGIN, &fraction.to_string()),
        None => writer.put(MARGIN, NOTHING),
    }
    for (name, usd) in &record.cost_parts {
        if let Some(names) = cost_part(name) {
            writer.usd(names, *usd);
        }
    }
}

/// Headers of a call that failed after it was let in.
pub(crate) fn failure(call: &Admitted, receipt: &Receipt) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(16);
    let mut writer = Writer::new(call.snapshot.settings.header_prefix, &mut map);
    common(&mut writer, call, receipt, receipt.record().started_at);
    writer.put(COST, HeaderValue::from_static("0"));
    writer.text(TIMEOUT, &format!("{:?}", call.timeout.as_secs_f64()));
    map
}

/// The call's id alone, for replies that come before a call was let in.
pub(crate) fn call_id(settings: &Settings, id: uuid::Uuid, map: &mut HeaderMap) {
    Writer::new(settings.header_prefix, map).uuid(CALL_ID, id);
}

/// Adds `retry-after` and whatever else an error carries.
pub(crate) fn of_error(error: &Error, map: &mut HeaderMap) {
    if let Some(wait) = error.retry_after {
        map.insert(http::header::RETRY_AFTER, wait.as_millis().div_ceil(1000).to_string().try_into().unwrap_or(ONE));
    }
    if let (Some(status), true) = (error.upstream_status, error.upstream_status != Some(error.status.as_u16())) {
        map.insert(HeaderName::from_static("x-tianji-upstream-status"), status.into());
    }
    for (name, value) in &error.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(&**name), HeaderValue::try_from(value)) {
            map.insert(name, value);
        }
    }
}

/// Parts that most calls do not have.
fn cost_part(name: &str) -> Option<Names> {
    Some(match name {
        "cache_read" => COST_CACHE_READ,
        "cache_creation" => COST_CACHE_CREATION,
        "reasoning" => COST_REASONING,
        _ => return None,
    })
}

/// Admins see the whole base, others the host only.
fn shown_base<'a>(call: &Admitted, base: &'a str) -> &'a str {
    if call.caller.principal.role() == Role::ProxyAdmin {
        return base;
    }
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

fn copy_upstream(upstream: &HeaderMap, map: &mut HeaderMap) {
    for (name, value) in upstream {
        if !is_shown(name) {
            continue;
        }
        if let Some(plain) = plain(name) {
            map.insert(plain, value.clone());
        }
        if let Ok(prefixed) = HeaderName::try_from(["llm_provider-", name.as_str()].concat()) {
            map.insert(prefixed, value.clone());
        }
    }
}

/// The name under which a provider's header is shown as it is, where that is of use to its own clients.
pub(crate) fn plain(name: &HeaderName) -> Option<HeaderName> {
    match name.as_str() {
        "x-request-id" | "request-id" => Some(HeaderName::from_static("request-id")),
        limit if limit.starts_with("x-ratelimit-") => Some(name.clone()),
        _ => None,
    }
}

/// Whether a provider's header may be shown to clients at all.
pub(crate) fn is_shown(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "set-cookie"
            | "authorization"
            | "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "content-length"
            | "content-encoding"
            | "date"
            | "server"
    )
}

/// Bytes of all values of a reply, roughly.
const ROOM: usize = 384;
/// No dollars.
const NOTHING: HeaderValue = HeaderValue::from_static("0.0");
const ONE: HeaderValue = HeaderValue::from_static("1");
