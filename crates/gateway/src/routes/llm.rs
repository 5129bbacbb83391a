//! Routes that call models.

use super::{Answer, Hit, KeyPlace, Route};
use crate::edge::DEFAULT_DIALECT;
use crate::respond;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::DialectId;
use tianji_dialects::anthropic_messages;
use tianji_pipeline::{Endpoint, Envelope, FilmAsk, Incoming, error_response, serve};
use tianji_providers::EndpointKind;

pub(super) const ROUTES: &[Route] = &[
    chat("/v1/chat/completions", "Chat completion"),
    chat("/engines/{model}/chat/completions", "Chat completion, model in the path"),
    chat("/openai/deployments/{model}/chat/completions", "Chat completion, Azure path"),
    completions("/v1/completions", "Text completion"),
    completions("/engines/{model}/completions", "Text completion, model in the path"),
    completions("/openai/deployments/{model}/completions", "Text completion, Azure path"),
    responses("/v1/responses"),
    responses("/openai/v1/responses"),
    Route {
        method: Verb::Post,
        path: "/v1/messages",
        name: "messages",
        summary: "Anthropic message",
        permission: Permission::Infer,
        groups: &[RouteGroup::Llm, RouteGroup::Anthropic],
        dialect: DialectId::AnthropicMessages,
        keys: KeyPlace::Headers,
        handler: messages,
    },
    Route {
        method: Verb::Post,
        path: "/v1/messages/count_tokens",
        name: "messages_count_tokens",
        summary: "Count the tokens of an Anthropic message",
        permission: Permission::Infer,
        groups: &[RouteGroup::Llm, RouteGroup::Anthropic],
        dialect: DialectId::AnthropicMessages,
        keys: KeyPlace::Headers,
        handler: count_tokens,
    },
];

const fn chat(path: &'static str, summary: &'static str) -> Route {
    Route {
        method: Verb::Post,
        path,
        name: "chat_completion",
        summary,
        permission: Permission::Infer,
        groups: &[RouteGroup::Llm, RouteGroup::OpenAi],
        dialect: DEFAULT_DIALECT,
        keys: KeyPlace::Headers,
        handler: chat_completion,
    }
}

const fn completions(path: &'static str, summary: &'static str) -> Route {
    Route {
        method: Verb::Post,
        path,
        name: "completion",
        summary,
        permission: Permission::Infer,
        groups: &[RouteGroup::Llm, RouteGroup::OpenAi],
        dialect: DialectId::OpenAiText,
        keys: KeyPlace::Headers,
        handler: text_completion,
    }
}

const fn responses(path: &'static str) -> Route {
    Route {
        method: Verb::Post,
        path,
        name: "responses",
        summary: "OpenAI response",
        permission: Permission::Infer,
        groups: &[RouteGroup::Llm, RouteGroup::OpenAi],
        dialect: DialectId::OpenAiResponses,
        keys: KeyPlace::Headers,
        handler: create_response,
    }
}

fn create_response(hit: Hit) -> Answer {
    run(hit, EndpointKind::Responses, "aresponses")
}

fn text_completion(hit: Hit) -> Answer {
    run(hit, EndpointKind::TextCompletion, "atext_completion")
}

fn chat_completion(hit: Hit) -> Answer {
    run(hit, EndpointKind::Chat, "acompletion")
}

fn messages(hit: Hit) -> Answer {
    run(hit, EndpointKind::Messages, "anthropic_messages")
}

/// Serves a call of a kind; the model may stand in the path.
pub(super) fn run(hit: Hit, kind: EndpointKind, call_type: &'static str) -> Answer {
    let model = hit.param("model").map(str::to_owned);
    run_as(hit, kind, call_type, FromPath { model, ..FromPath::default() })
}

/// What a path says about a call.
#[derive(Debug, Default)]
pub(super) struct FromPath {
    /// The model.
    pub(super) model: Option<String>,
    /// Whether a stream is asked for.
    pub(super) stream: Option<bool>,
    /// Whether it shall come as a JSON array.
    pub(super) json_array: bool,
    /// What request and reply are wrapped in.
    pub(super) envelope: Envelope,
    /// What is asked about films.
    pub(super) film: Option<FilmAsk>,
}

/// The same where the path says more. No `async fn`: those keep what they are given twice, once as it came.
pub(super) fn run_as(hit: Hit, kind: EndpointKind, call_type: &'static str, path: FromPath) -> Answer {
    let Some(caller) = hit.caller else { return Box::pin(std::future::ready(respond::not_found())) };
    let dialect = match path.envelope {
        Envelope::Plain => hit.route.dialect,
        Envelope::BedrockInvoke => DialectId::AnthropicMessages,
    };
    let endpoint = Endpoint {
        kind,
        dialect,
        envelope: path.envelope,
        call_type,
        template: hit.route.path,
        shows_upstream_model: path.model.is_some() && hit.route.dialect == DEFAULT_DIALECT,
    };
    let request = Incoming {
        endpoint,
        caller,
        call_id: uuid::Uuid::now_v7(),
        started: hit.started,
        headers: hit.head.headers,
        path_model: path.model,
        ip: Some(hit.peer),
        body: hit.body,
        files: hit.files,
        path_stream: path.stream,
        json_array: path.json_array,
        film: path.film,
    };
    let (gateway, snapshot) = (hit.gateway, hit.snapshot);
    Box::pin(async move { serve(&gateway.shared, snapshot, request).await })
}

fn count_tokens(hit: Hit) -> Answer {
    Box::pin(async move {
        match tianji_pipeline::count_tokens(
            &hit.gateway.shared,
            &hit.snapshot,
            hit.caller.as_ref(),
            &hit.head.headers,
            hit.body,
        )
        .await
        {
            Ok(counted) => {
                let body = anthropic_messages::encode_count_tokens(counted.tokens, counted.source);
                respond::with_type(body, "application/json")
            }
            Err(error) => error_response(hit.route.dialect, &error),
        }
    })
}
