//! How the gateway is doing: for load balancers, for scrapers, for people.

use super::{Answer, Hit, Route, route};
use crate::respond;
use crate::{openapi, respond::Reply};
use http::StatusCode;
use serde_json::{Value, json};
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_router::Health;

pub(super) const ROUTES: &[Route] = &[
    public("/health/liveliness", "liveliness", "Whether the process runs", alive),
    public("/health/liveness", "liveness", "Whether the process runs", alive),
    public("/livez", "livez", "Whether the process runs", alive),
    public("/health/readiness", "readiness", "Whether requests should be sent here", ready),
    public("/readyz", "readyz", "Whether requests should be sent here", ready),
    route(Verb::Get, "/health", "health", "State of every deployment", Permission::AdminRead, ADMIN, health),
    route(Verb::Get, "/health/backlog", "backlog", "Requests in flight", Permission::AdminRead, ADMIN, backlog),
    route(Verb::Get, "/metrics", "metrics", "Prometheus metrics", Permission::Scrape, ADMIN, metrics),
    public("/openapi.json", "openapi", "This API as OpenAPI 3.1", describe),
];

const ADMIN: &[RouteGroup] = &[RouteGroup::Admin];

const fn public(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    route(Verb::Get, path, name, summary, Permission::Public, &[RouteGroup::Public], handler)
}

/// Touches nothing: a slow database must not kill the process.
fn alive(_: Hit) -> Answer {
    Box::pin(async { respond::json(&"I'm alive!") })
}

fn ready(hit: Hit) -> Answer {
    Box::pin(async move {
        if hit.gateway.is_draining() {
            let mut reply = respond::json(&json!({"status": "unhealthy", "reason": "draining"}));
            *reply.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return reply;
        }
        let asked = tokio::time::timeout(PATIENCE, hit.gateway.shared.store.ping()).await;
        let db = if matches!(asked, Ok(Ok(()))) { "connected" } else { "Not connected" };
        respond::json(&json!({"status": "healthy", "db": db}))
    })
}

/// Sorted by what the breakers know: a deployment that is left alone is unhealthy.
fn health(hit: Hit) -> Answer {
    Box::pin(async move {
        let now = hit.gateway.shared.millis();
        let (mut healthy, mut unhealthy) = (Vec::new(), Vec::new());
        for group in hit.snapshot.all_groups() {
            for deployment in &group.deployments {
                let model = format!("{}/{}", deployment.provider.name, deployment.model);
                let mut shown = json!({
                    "model": model, "model_name": group.name, "model_id": deployment.id,
                    "api_base": deployment.connection.base,
                });
                match deployment.health(now) {
                    Health::Open(millis) => {
                        insert(&mut shown, "error", json!(format!("cooling down for {millis} ms after failures")));
                        unhealthy.push(shown);
                    }
                    Health::Closed | Health::Probe => healthy.push(shown),
                }
            }
        }
        let counts = (healthy.len(), unhealthy.len());
        respond::json(&json!({
            "healthy_endpoints": healthy, "unhealthy_endpoints": unhealthy,
            "healthy_count": counts.0, "unhealthy_count": counts.1,
        }))
    })
}

fn insert(value: &mut Value, name: &str, inner: Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), inner);
    }
}

fn backlog(hit: Hit) -> Answer {
    Box::pin(async move {
        let pending = hit.gateway.shared.spool.pending();
        respond::json(&json!({
            "in_flight_requests": hit.gateway.in_flight(),
            "ledger_spool_records": pending.records, "ledger_spool_bytes": pending.bytes,
        }))
    })
}

fn metrics(hit: Hit) -> Answer {
    Box::pin(async move { scrape(&hit) })
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn scrape(hit: &Hit) -> Reply {
    let metrics = &hit.gateway.shared.metrics;
    metrics.in_flight().set(hit.gateway.in_flight() as f64);
    let pending = hit.gateway.shared.spool.pending();
    metrics.registry().gauge("tianji_ledger_spool_records", Vec::new()).set(pending.records as f64);
    metrics.registry().gauge("tianji_ledger_spool_bytes", Vec::new()).set(pending.bytes as f64);
    respond::with_type(metrics.registry().render(), "text/plain; version=0.0.4; charset=utf-8")
}

fn describe(_: Hit) -> Answer {
    Box::pin(async { respond::json(&openapi::document()) })
}

/// How long readiness waits for the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);
