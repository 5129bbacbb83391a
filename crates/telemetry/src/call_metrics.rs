//! What is counted about calls, under the names that dashboards of the reference proxy know.
//!
//! Handles are looked up once per (deployment, key, status) and kept: after that a call costs a few atomic additions.

use crate::registry::Registry;
use metrics::{Counter, Gauge, Histogram, Label};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{CallRecord, CallStatus, CostStatus, Error, Kind};

/// Counters and histograms of calls.
#[derive(Debug)]
pub struct CallMetrics {
    registry: Registry,
    series: papaya::HashMap<SeriesKey, Arc<Series>>,
    unaccounted: Counter,
    in_flight: Gauge,
}

/// What tells one series from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SeriesKey {
    model_id: Arc<str>,
    model: Arc<str>,
    group: Arc<str>,
    token: Arc<str>,
    endpoint: Arc<str>,
    status: u16,
}

/// The first and the last letters of the deployment's id and of the key's hash tell nearly all series apart: there is
/// no need to go over all texts for every call.
impl Hash for SeriesKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ends = |text: &str| {
            let first = text.as_bytes().first_chunk().copied().map_or(0, u64::from_le_bytes);
            let last = text.as_bytes().last_chunk().copied().map_or(0, u64::from_le_bytes);
            first.rotate_left(1) ^ last
        };
        state.write_u64(ends(&self.model_id));
        state.write_u64(ends(&self.token) ^ u64::from(self.status));
    }
}

#[derive(Debug)]
struct Series {
    requests: Counter,
    failed: Option<Counter>,
    answered: Counter,
    spend: Gauge,
    total_tokens: Counter,
    input_tokens: Counter,
    output_tokens: Counter,
    total_latency: Histogram,
    provider_latency: Histogram,
    first_token: Histogram,
    overhead: Histogram,
    zero_cost: Counter,
}

impl CallMetrics {
    /// Metrics in a registry.
    pub fn new(registry: Registry) -> Self {
        Self {
            unaccounted: registry.counter("tianji_unaccounted_calls_total", Vec::new()),
            in_flight: registry.gauge("litellm_in_flight_requests", Vec::new()),
            series: papaya::HashMap::new(),
            registry,
        }
    }

    /// The registry.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Requests that are being served.
    pub const fn in_flight(&self) -> &Gauge {
        &self.in_flight
    }

    /// A call ended. `provider` is the time since its last attempt was sent.
    pub fn call(&self, record: &CallRecord, total: Duration, provider: Option<Duration>) {
        let series = self.series(record);
        series.requests.increment(1);
        if let Some(failed) = &series.failed {
            failed.increment(1);
        }
        series.total_latency.record(total.as_secs_f64());
        if let Some(provider) = provider {
            series.provider_latency.record(provider.as_secs_f64());
            series.overhead.record(total.saturating_sub(provider).as_secs_f64());
        }
        if let Some(first) = record.first_token_at.filter(|_| record.stream) {
            series.first_token.record(seconds(first.0 - record.started_at.0));
        }
        if record.status == CallStatus::Success {
            series.answered.increment(1);
        }
        series.spend.increment(dollars(record.cost.nanos()));
        series.total_tokens.increment(record.usage.total());
        series.input_tokens.increment(record.usage.input());
        series.output_tokens.increment(record.usage.output());
        if record.cost_status == CostStatus::UnknownPrice {
            series.zero_cost.increment(1);
        }
    }

    /// An attempt failed; the call may still succeed elsewhere.
    pub fn attempt_failed(&self, provider: &str, group: &str, kind: Kind) {
        let labels = vec![
            Label::new("api_provider", provider.to_owned()),
            Label::new("model_group", group.to_owned()),
            Label::new("exception_class", kind.class()),
        ];
        self.registry.counter("litellm_deployment_failure_responses_total", labels).increment(1);
    }

    /// Something of a request was lost because the target cannot say it. `path` is the member's name without indices.
    pub fn lost(&self, provider: &str, reason: &'static str) {
        let labels = vec![Label::new("api_provider", provider.to_owned()), Label::new("reason", reason)];
        self.registry.counter("tianji_losses_total", labels).increment(1);
    }

    /// A call was refused before it was let in.
    pub fn refused(&self, route: &'static str, error: &Error) {
        let labels = vec![
            Label::new("route", route),
            Label::new("status_code", error.status.as_u16().to_string()),
            Label::new("exception_class", error.kind.class()),
        ];
        self.registry.counter("tianji_refused_requests_total", labels).increment(1);
    }

    /// A finished call could not be written down.
    pub fn unaccounted(&self) {
        self.unaccounted.increment(1);
    }

    /// A response was kept in memory only, because the database is too far behind.
    pub fn unkept(&self) {
        self.registry.counter("tianji_unkept_responses_total", Vec::new()).increment(1);
    }

    fn series(&self, record: &CallRecord) -> Arc<Series> {
        let key = SeriesKey {
            model_id: Arc::clone(&record.model_id),
            model: Arc::clone(&record.model),
            group: Arc::clone(&record.model_group),
            token: Arc::clone(&record.token),
            endpoint: Arc::clone(&record.endpoint),
            status: record.http_status,
        };
        let known = self.series.pin();
        if let Some(series) = known.get(&key) {
            return Arc::clone(series);
        }
        let series = Arc::new(Series::new(&self.registry, record));
        if known.len() < MOST_SERIES {
            known.insert(key, Arc::clone(&series));
        }
        series
    }
}

impl Series {
    fn new(registry: &Registry, record: &CallRecord) -> Self {
        let labels = labels(record);
        let status = Label::new("status_code", record.http_status.to_string());
        let with_status = [labels.clone(), vec![status, Label::new("route", record.endpoint.to_string())]].concat();
        let failed = record.error_class.as_ref().map(|class| {
            let class = Label::new("exception_class", class.clone());
            registry.counter("litellm_proxy_failed_requests_metric_total", [with_status.clone(), vec![class]].concat())
        });
        Self {
            requests: registry.counter("litellm_proxy_total_requests_metric_total", with_status),
            failed,
            answered: registry.counter("litellm_requests_metric_total", labels.clone()),
            spend: registry.gauge("litellm_spend_metric_total", labels.clone()),
            total_tokens: registry.counter("litellm_total_tokens_metric_total", labels.clone()),
            input_tokens: registry.counter("litellm_input_tokens_metric_total", labels.clone()),
            output_tokens: registry.counter("litellm_output_tokens_metric_total", labels.clone()),
            total_latency: registry.histogram("litellm_request_total_latency_metric", labels.clone()),
            provider_latency: registry.histogram("litellm_llm_api_latency_metric", labels.clone()),
            first_token: registry.histogram("litellm_llm_api_time_to_first_token_metric", labels.clone()),
            overhead: registry.histogram("litellm_overhead_latency_metric", labels),
            zero_cost: registry.counter(
                "litellm_zero_cost_requests_total",
                vec![Label::new("reason", "no_price"), Label::new("model", record.model.to_string())],
            ),
        }
    }
}

/// Absent labels print `None`, as in the reference proxy.
fn labels(record: &CallRecord) -> Vec<Label> {
    let or_none = |text: &Option<Arc<str>>| text.as_deref().unwrap_or("None").to_owned();
    vec![
        Label::new("end_user", "None"),
        Label::new("hashed_api_key", record.token.to_string()),
        Label::new("api_key_alias", or_none(&record.key_alias)),
        Label::new("team", or_none(&record.team_id)),
        Label::new("user", or_none(&record.user_id)),
        Label::new("model", record.model.to_string()),
        Label::new("requested_model", record.model_group.to_string()),
        Label::new("model_id", record.model_id.to_string()),
        Label::new("api_provider", record.provider.to_string()),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "a metric; the ledger has the exact amount")]
fn dollars(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of one call fit")]
fn seconds(micros: i64) -> f64 {
    micros.max(0) as f64 / 1e6
}

/// Most series whose handles are kept; beyond that they are looked up each time.
const MOST_SERIES: usize = 50_000;
