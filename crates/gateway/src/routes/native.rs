//! Front doors in the vendors' own forms: Bedrock's Converse, Cohere's chat.

use super::llm::{run, run_as};
use super::{Answer, Hit, KeyPlace, Route};
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_core::DialectId;
use tianji_providers::EndpointKind;

pub(super) const ROUTES: &[Route] = &[
    bedrock("/model/{model}/converse", "bedrock_converse", "Bedrock Converse", converse),
    bedrock("/model/{model}/converse-stream", "bedrock_converse_stream", "Bedrock Converse, streamed", converse_stream),
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

/// AWS's SDKs sign what they send: the access key id is the gateway's key.
const fn bedrock(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    Route { keys: KeyPlace::AwsSignature, handler, ..door(path, name, summary, DialectId::BedrockConverse) }
}

const fn cohere(path: &'static str) -> Route {
    door(path, "cohere_chat", "Cohere chat", DialectId::CohereChat)
}

fn chat(hit: Hit) -> Answer {
    Box::pin(run(hit, EndpointKind::Chat, "acompletion"))
}

fn converse(hit: Hit) -> Answer {
    Box::pin(run_as(hit, EndpointKind::Chat, "acompletion", Some(false)))
}

fn converse_stream(hit: Hit) -> Answer {
    Box::pin(run_as(hit, EndpointKind::Chat, "acompletion", Some(true)))
}
