//! Response headers that tell clients what happened: `x-litellm-*`, `x-tianji-*`, and what the provider said.

mod form;
mod names;
mod values;

use self::form::Form;
use self::names::{
    CALL_ID, COST, COST_CACHE_CREATION, COST_CACHE_READ, COST_DISCOUNT, COST_INPUT, COST_MARGIN, COST_ORIGINAL,
    COST_OUTPUT, COST_REASONING, COST_TOOLS, DURATION, FALLBACKS, KEY_BUDGET, KEY_RPM, KEY_SPEND, KEY_TPM, MARGIN,
    MODEL_API_BASE, MODEL_GROUP, MODEL_ID, MODEL_NAME, Names, OVERHEAD, RETRIES, TIMEOUT, VERSION,
};
use self::values::Values;
use crate::call::{Admitted, Attempt};
use crate::receipt::Receipt;
use crate::settings::{HeaderPrefix, Settings};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Instant;
use tianji_auth::Role;
use tianji_core::{CallRecord, Error, Usd};

/// A header map being filled in the configured families.
struct Writer<'a> {
    prefix: HeaderPrefix,
    map: &'a mut HeaderMap,
    values: Values,
}

impl<'a> Writer<'a> {
    fn new(prefix: HeaderPrefix, map: &'a mut HeaderMap) -> Self {
        Self { prefix, map, values: Values::new() }
    }

    /// A value that is none is left out.
    fn put(&mut self, names: Names, value: Option<HeaderValue>) {
        let Some(value) = value else { return };
        for name in names.of(self.prefix) {
            self.map.insert(name, value.clone());
        }
    }

    fn text(&mut self, names: Names, text: &str) {
        let value = self.values.text(text);
        self.put(names, value);
    }

    fn uuid(&mut self, id: uuid::Uuid) {
        let value = self.values.uuid(id);
        self.put(CALL_ID, value);
    }

    fn usd(&mut self, names: Names, usd: Usd) {
        let value = self.values.usd(usd);
        self.put(names, value);
    }

    fn count(&mut self, names: Names, count: u64) {
        let value = self.values.count(count);
        self.put(names, value);
    }
}

/// What the key may do.
fn limits(writer: &mut Writer<'_>, call: &Admitted) {
    let limits = &call.caller.limits;
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

fn key_spend(call: &Admitted, receipt: &Receipt) -> Usd {
    receipt.key_spend().unwrap_or_else(|| call.caller.spent(receipt.record().started_at))
}

/// Headers of an answered call. `upstream` are the provider's.
pub(crate) fn success(
    call: &Admitted,
    attempt: &Attempt,
    receipt: &Receipt,
    upstream: &HeaderMap,
    now: Instant,
) -> HeaderMap {
    let prefix = call.snapshot.settings.header_prefix;
    let record = receipt.record();
    let mut map = Form::blank(prefix, call.stream);
    let (mut form, mut values) = (Form::fill(prefix, &mut map), Values::new());
    form.put(CALL_ID, values.uuid(record.call_id));
    form.put(KEY_SPEND, values.usd(key_spend(call, receipt)));
    form.put(MODEL_ID, values.text(&record.model_id));
    form.put(MODEL_GROUP, values.text(&attempt.group));
    form.put(MODEL_API_BASE, values.text(shown_base(call, &record.api_base)));
    form.put(RETRIES, values.count(record.attempted_retries.into()));
    form.put(FALLBACKS, values.count(record.attempted_fallbacks.into()));
    form.put(DURATION, values.millis(receipt.started(), now));
    form.put(OVERHEAD, receipt.sent().and_then(|sent| values.millis(receipt.started(), sent)));
    let bill = (!call.stream).then(|| Bill::of(record));
    if let Some(bill) = &bill {
        form.put(COST, values.usd(record.cost));
        form.put(COST_ORIGINAL, values.usd(record.cost - bill.discount - bill.margin));
        form.put(COST_INPUT, values.usd(bill.input));
        form.put(COST_OUTPUT, values.usd(bill.output));
    }
    for name in form.illegal().into_iter().flat_map(|names| names.of(prefix)) {
        map.remove(name);
    }
    copy_upstream(upstream, &mut map);
    let mut writer = Writer { prefix, map: &mut map, values };
    writer.put(MODEL_NAME, attempt.concrete.header.clone());
    limits(&mut writer, call);
    if let Some(bill) = bill {
        seldom(&mut writer, &bill, attempt, record);
    }
    map
}

/// What a call costs that has not ended yet, where that is known.
pub(crate) fn known_cost(settings: &Settings, cost: Usd, map: &mut HeaderMap) {
    let mut writer = Writer::new(settings.header_prefix, map);
    writer.usd(COST, cost);
    writer.usd(COST_ORIGINAL, cost);
}

/// Of what a cost is made up.
#[derive(Default)]
struct Bill {
    input: Usd,
    output: Usd,
    tools: Usd,
    discount: Usd,
    margin: Usd,
}

impl Bill {
    fn of(record: &CallRecord) -> Self {
        let mut bill = Self::default();
        for (name, usd) in &record.cost_parts {
            let part = match &**name {
                "input" => &mut bill.input,
                "output" => &mut bill.output,
                "tool_usage" => &mut bill.tools,
                "discount" => &mut bill.discount,
                "margin" => &mut bill.margin,
                _ => continue,
            };
            *part += *usd;
        }
        bill
    }
}

/// What most calls' costs do not hold, and what the operator took off and put on.
fn seldom(writer: &mut Writer<'_>, bill: &Bill, attempt: &Attempt, record: &CallRecord) {
    for (names, usd) in [(COST_TOOLS, bill.tools), (COST_DISCOUNT, -bill.discount), (COST_MARGIN, bill.margin)] {
        if usd != Usd::ZERO {
            writer.usd(names, usd);
        }
    }
    if let Some(fraction) = attempt.concrete.terms.adjust().and_then(|adjust| adjust.margin.as_ref()) {
        writer.text(MARGIN, &fraction.to_string());
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
    writer.uuid(receipt.record().call_id);
    writer.put(VERSION, Some(HeaderValue::from_static(env!("CARGO_PKG_VERSION"))));
    writer.usd(KEY_SPEND, key_spend(call, receipt));
    limits(&mut writer, call);
    writer.put(COST, Some(HeaderValue::from_static("0")));
    writer.text(TIMEOUT, &format!("{:?}", call.timeout.as_secs_f64()));
    map
}

/// The call's id alone, for replies that come before a call was let in.
pub(crate) fn call_id(settings: &Settings, id: uuid::Uuid, map: &mut HeaderMap) {
    Writer::new(settings.header_prefix, map).uuid(id);
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

const ONE: HeaderValue = HeaderValue::from_static("1");
