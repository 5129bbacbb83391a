//! Front doors in the vendors' own forms: Gemini's generateContent, Bedrock's Converse, Cohere's chat.

use super::llm::{FromPath, run, run_as};
use super::{Answer, Hit, KeyPlace, Route};
use crate::respond;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::DialectId;
use tianji_dialects::{bedrock_converse, gemini};
use tianji_pipeline::{Envelope, error_response};
use tianji_providers::EndpointKind;

pub(super) const ROUTES: &[Route] = &[
    gemini("/v1beta/models/{*model}"),
    gemini("/v1/models/{*model}"),
    bedrock("/model/{model}/converse", "bedrock_converse", "Bedrock Converse", converse),
    bedrock("/bedrock/model/{model}/converse", "bedrock_converse", "Bedrock Converse", converse),
    converse_streamed("/model/{model}/converse-stream"),
    converse_streamed("/bedrock/model/{model}/converse-stream"),
    bedrock("/model/{model}/invoke", "bedrock_invoke", "Bedrock InvokeModel", invoke),
    bedrock("/bedrock/model/{model}/invoke", "bedrock_invoke", "Bedrock InvokeModel", invoke),
    invoke_streamed("/model/{model}/invoke-with-response-stream"),
    invoke_streamed("/bedrock/model/{model}/invoke-with-response-stream"),
    bedrock("/model/{model}/count-tokens", "bedrock_count_tokens", "Bedrock CountTokens", count_for_bedrock),
    bedrock("/bedrock/model/{model}/count-tokens", "bedrock_count_tokens", "Bedrock CountTokens", count_for_bedrock),
    cohere("/v2/chat"),
    cohere("/cohere/v2/chat"),
];

const fn door(path: &'static str, name: &'static str, summary: &'static str, dialect: DialectId) -> Route {
    let (permission, groups) = (Permission::Infer, &[RouteGroup::Llm]);
    Route {
        method: Verb::Post,
        path,
        name,
        summary,
        permission,
        groups,
        dialect,
        keys: KeyPlace::Headers,
        handler: chat,
    }
}

/// `{model}:generateContent`, `:streamGenerateContent`, `:countTokens` (Google AI, "Gemini API reference").
const fn gemini(path: &'static str) -> Route {
    let route = door(path, "gemini_generate_content", "Gemini generateContent", DialectId::Gemini);
    Route { keys: KeyPlace::Query, handler: gemini_verb, ..route }
}

/// AWS's SDKs sign what they send: the access key id is the gateway's key.
const fn bedrock(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    Route { keys: KeyPlace::AwsSignature, handler, ..door(path, name, summary, DialectId::BedrockConverse) }
}

const fn converse_streamed(path: &'static str) -> Route {
    bedrock(path, "bedrock_converse_stream", "Bedrock Converse, streamed", converse_stream)
}

const fn invoke_streamed(path: &'static str) -> Route {
    bedrock(path, "bedrock_invoke_stream", "Bedrock InvokeModel, streamed", invoke_stream)
}

const fn cohere(path: &'static str) -> Route {
    door(path, "cohere_chat", "Cohere chat", DialectId::CohereChat)
}

fn chat(hit: Hit) -> Answer {
    run(hit, EndpointKind::Chat, "acompletion")
}

fn converse(hit: Hit) -> Answer {
    converse_as(hit, false)
}

fn converse_stream(hit: Hit) -> Answer {
    converse_as(hit, true)
}

fn converse_as(hit: Hit, stream: bool) -> Answer {
    let model = hit.param("model").map(str::to_owned);
    let path = FromPath { model, stream: Some(stream), ..FromPath::default() };
    run_as(hit, EndpointKind::Chat, "acompletion", path)
}

fn invoke(hit: Hit) -> Answer {
    invoke_as(hit, false)
}

fn invoke_stream(hit: Hit) -> Answer {
    invoke_as(hit, true)
}

fn invoke_as(hit: Hit, stream: bool) -> Answer {
    let model = hit.param("model").map(str::to_owned);
    let envelope = Envelope::BedrockInvoke;
    let path = FromPath { model, stream: Some(stream), envelope, ..FromPath::default() };
    run_as(hit, EndpointKind::Messages, "anthropic_messages", path)
}

fn count_for_bedrock(hit: Hit) -> Answer {
    Box::pin(async move {
        let model = hit.param("model").unwrap_or_default().to_owned();
        let (caller, headers) = (hit.caller.as_ref(), &hit.head.headers);
        let shared = &hit.gateway.shared;
        match tianji_pipeline::count_for_bedrock(shared, &hit.snapshot, caller, headers, model, hit.body).await {
            Ok(tokens) => respond::with_type(bedrock_converse::encode_count_tokens(tokens), "application/json"),
            Err(error) => error_response(hit.route.dialect, &error),
        }
    })
}

fn gemini_verb(hit: Hit) -> Answer {
    let whole = hit.param("model").unwrap_or_default();
    let Some((model, verb)) = whole.rsplit_once(':').map(|(model, verb)| (model.to_owned(), verb.to_owned())) else {
        return Box::pin(async { respond::not_found() });
    };
    let events = hit.head.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "alt=sse"));
    let stream = match verb.as_str() {
        "generateContent" => false,
        "streamGenerateContent" => true,
        "countTokens" => return Box::pin(count(hit, model)),
        _ => return Box::pin(async { respond::not_found() }),
    };
    let json_array = stream && !events;
    let path = FromPath { model: Some(model), stream: Some(stream), json_array, ..FromPath::default() };
    run_as(hit, EndpointKind::Chat, "agenerate_content", path)
}

async fn count(hit: Hit, model: String) -> respond::Reply {
    let caller = hit.caller.as_ref();
    match tianji_pipeline::count_contents(&hit.snapshot, caller, model, &hit.body).await {
        Ok(tokens) => respond::with_type(gemini::encode_count_tokens(tokens), "application/json"),
        Err(error) => error_response(hit.route.dialect, &error),
    }
}
