//! Earlier responses of the Responses API: asked for again, cancelled, deleted; input counted.

use super::llm::run;
use super::{Answer, Hit, KeyPlace, Route};
use crate::respond;
use serde_json::json;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::DialectId;
use tianji_pipeline::{Asked, count_input, error_response, resume, retrieve};
use tianji_providers::EndpointKind;

pub(super) const ROUTES: &[Route] = &[
    one(Verb::Get, "/v1/responses/{response_id}", "response_get", "A response", get),
    one(Verb::Get, "/openai/v1/responses/{response_id}", "response_get", "A response", get),
    one(Verb::Delete, "/v1/responses/{response_id}", "response_delete", "Forget a response", delete),
    one(Verb::Delete, "/openai/v1/responses/{response_id}", "response_delete", "Forget a response", delete),
    one(Verb::Post, "/v1/responses/{response_id}/cancel", "response_cancel", "Cancel a response", cancel),
    one(Verb::Post, "/openai/v1/responses/{response_id}/cancel", "response_cancel", "Cancel a response", cancel),
    one(Verb::Get, "/v1/responses/{response_id}/input_items", "response_input_items", "What was put in", input_items),
    one(
        Verb::Get,
        "/openai/v1/responses/{response_id}/input_items",
        "response_input_items",
        "What was put in",
        input_items,
    ),
    one(Verb::Post, "/v1/responses/compact", "responses_compact", "Make a conversation shorter", compact),
    one(Verb::Post, "/openai/v1/responses/compact", "responses_compact", "Make a conversation shorter", compact),
    one(Verb::Post, "/v1/responses/input_tokens", "response_input_tokens", "Count the tokens of an input", tokens),
    one(Verb::Post, "/openai/v1/responses/input_tokens", "response_input_tokens", "Count an input's tokens", tokens),
];

const fn one(
    method: Verb,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: fn(Hit) -> Answer,
) -> Route {
    let (permission, groups) = (Permission::Infer, &[RouteGroup::Llm, RouteGroup::OpenAi]);
    Route {
        method,
        path,
        name,
        summary,
        permission,
        groups,
        dialect: DialectId::OpenAiResponses,
        keys: KeyPlace::Headers,
        handler,
    }
}

fn get(hit: Hit) -> Answer {
    let query = hit.head.uri.query().unwrap_or_default();
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    if !matches!(value("stream"), Some("true" | "True" | "1")) {
        return ask(hit, Asked::Response);
    }
    let after = value("starting_after").and_then(|number| number.parse().ok());
    Box::pin(async move {
        let Some(caller) = &hit.caller else { return respond::not_found() };
        let id = hit.param("response_id").unwrap_or_default();
        let events = resume(&hit.gateway.shared, &hit.snapshot, caller, id, after).await;
        events.unwrap_or_else(|error| error_response(hit.route.dialect, &error))
    })
}

fn delete(hit: Hit) -> Answer {
    ask(hit, Asked::Delete)
}

fn cancel(hit: Hit) -> Answer {
    ask(hit, Asked::Cancel)
}

fn input_items(hit: Hit) -> Answer {
    ask(hit, Asked::InputItems)
}

fn ask(hit: Hit, asked: Asked) -> Answer {
    Box::pin(async move {
        let Some(caller) = &hit.caller else { return respond::not_found() };
        let id = hit.param("response_id").unwrap_or_default();
        let query = hit.head.uri.query();
        match retrieve(&hit.gateway.shared, &hit.snapshot, caller, id, asked, query).await {
            Ok(body) => respond::with_type(body, "application/json"),
            Err(error) => error_response(hit.route.dialect, &error),
        }
    })
}

fn compact(hit: Hit) -> Answer {
    run(hit, EndpointKind::ResponsesCompact, "acompact_responses")
}

fn tokens(hit: Hit) -> Answer {
    Box::pin(async move {
        match count_input(&hit.snapshot, hit.body).await {
            Ok(tokens) => respond::json(&json!({"object": "response.input_tokens", "input_tokens": tokens})),
            Err(error) => error_response(hit.route.dialect, &error),
        }
    })
}
