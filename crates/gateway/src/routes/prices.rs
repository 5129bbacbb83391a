//! Which prices are in use, and reading them again.

use super::{Answer, Hit, Route, route};
use crate::prices::{self, Origin, ReloadError, Timetable};
use crate::respond::{self, Reply};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::{Error, Kind, Micros};
use tianji_pipeline::PriceNetwork;

pub(super) const ROUTES: &[Route] = &[
    change(Verb::Post, "/reload/model_cost_map", "reload_model_cost_map", "Read the prices again", reload),
    change(Verb::Post, SCHEDULE, "schedule_model_cost_map_reload", "Read the prices at an interval", schedule),
    change(Verb::Delete, SCHEDULE, "cancel_model_cost_map_reload", "Stop reading the prices at an interval", cancel),
    look("/schedule/model_cost_map_reload/status", "model_cost_map_reload_status", "When prices are read", status),
    look("/model/cost_map/source", "model_cost_map_source", "Which prices are in use", source),
];

const SCHEDULE: &str = "/schedule/model_cost_map_reload";
const ADMIN: &[RouteGroup] = &[RouteGroup::Admin];

const fn change(
    verb: Verb,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: fn(Hit) -> Answer,
) -> Route {
    route(verb, path, name, summary, Permission::AdminWrite, ADMIN, handler)
}

const fn look(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    route(Verb::Get, path, name, summary, Permission::AdminRead, ADMIN, handler)
}

fn reload(hit: Hit) -> Answer {
    Box::pin(async move {
        match prices::reload(&hit.gateway).await {
            Ok(count) => respond::json(&json!({
                "message": format!("Price data reloaded successfully! {count} models updated."),
                "status": "success", "models_count": count, "entries_kept": hit.gateway.prices.state().kept,
                "timestamp": now(&hit).rfc3339(),
            })),
            Err(error) => refused(&error),
        }
    })
}

fn refused(error: &ReloadError) -> Reply {
    let words = format!("The prices in use stay: {error}");
    respond::error(&match error {
        ReloadError::NoSource | ReloadError::Forbidden => Error::client(Kind::BadRequest, words),
        ReloadError::Busy => Error::client(Kind::Conflict, words),
        ReloadError::Read(_) | ReloadError::Catalogue(_) | ReloadError::Check => {
            Error::gateway(Kind::InternalServer, words)
        }
    })
}

#[derive(Deserialize)]
struct Hours {
    hours: u64,
}

fn schedule(hit: Hit) -> Answer {
    let asked = super::admin::from_query::<Hours>(hit.head.uri.query());
    let reply = match asked.map(|asked| asked.hours) {
        Err(error) => respond::error(&error),
        Ok(hours) if !(1..=MOST_HOURS).contains(&hours) => {
            let words = format!("Hours must be from 1 to {MOST_HOURS}");
            respond::error(&Error::client(Kind::BadRequest, words).with_param("hours"))
        }
        Ok(hours) => {
            let table = Timetable::every(Duration::from_secs(hours * 3600), now(&hit));
            hit.gateway.prices.schedule.set(Some(table));
            respond::json(&json!({
                "message": format!("Model cost map reload scheduled for every {hours} hours"),
                "status": "success", "interval_hours": hours, "timestamp": now(&hit).rfc3339(),
            }))
        }
    };
    Box::pin(async { reply })
}

fn cancel(hit: Hit) -> Answer {
    hit.gateway.prices.schedule.set(None);
    let reply = respond::json(&json!({
        "message": "Periodic reload job cancelled", "status": "success", "timestamp": now(&hit).rfc3339(),
    }));
    Box::pin(async { reply })
}

fn status(hit: Hit) -> Answer {
    let table = hit.gateway.prices.schedule.table();
    let reply = respond::json(&json!({
        "scheduled": table.is_some(),
        "interval_hours": table.map(|table| table.every.as_secs_f64() / 3600.0),
        "last_run": table.and_then(|table| table.last).map(Micros::rfc3339),
        "next_run": table.map(|table| table.next.rfc3339()),
        "last_error": hit.gateway.prices.state().failure,
    }));
    Box::pin(async { reply })
}

fn source(hit: Hit) -> Answer {
    let state = hit.gateway.prices.state();
    let settings = &hit.snapshot.settings.prices;
    let place = match &state.origin {
        Origin::Embedded => Value::Null,
        Origin::File(place) | Origin::Url(place) => json!(shown(place)),
    };
    let reply = respond::json(&json!({
        "source": if matches!(state.origin, Origin::Url(_)) { "remote" } else { "local" },
        "origin": state.origin.word(),
        "url": place,
        "configured": settings.location.as_deref().map(shown),
        "is_env_forced": settings.network == PriceNetwork::Never,
        "fallback_reason": state.failure,
        "model_count": hit.snapshot.prices.entries().count(),
        "entries_kept": state.kept,
        "loaded_at": state.read_at.map(Micros::rfc3339),
    }));
    Box::pin(async { reply })
}

/// A place without what may be a secret in it: user information and query.
fn shown(place: &str) -> String {
    let place = place.split_once('?').map_or(place, |(place, _)| place);
    match place.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://{rest}"),
        None => place.to_owned(),
    }
}

fn now(hit: &Hit) -> Micros {
    hit.gateway.shared.clock.wall()
}

/// A year.
const MOST_HOURS: u64 = 8760;

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn places_are_shown_without_secrets() {
        for (place, wanted) in [
            ("https://x.example/prices.json", "https://x.example/prices.json"),
            ("https://user:word@x.example/p?token=t", "https://x.example/p"),
            ("/etc/prices.json", "/etc/prices.json"),
        ] {
            assert_eq!(shown(place), wanted);
        }
    }
}
