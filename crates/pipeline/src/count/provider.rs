//! A provider's own count: in the dialect that it counts in.

use crate::credential;
use crate::deployment::{Concrete, Deployment};
use crate::encode::BUDGETS;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use tianji_core::generate::{GenerateRequest, Target};
use tianji_core::{DialectId, Losses};
use tianji_dialects::{anthropic_messages, dialect, gemini};
use tianji_http::{Deadlines, OutBody};
use tianji_providers::{EndpointKind, Operation, Unsigned};
use tianji_wire::RawObject;

/// The provider's own count of a message in Anthropic's form (as it came, and read if it could be), if the first
/// deployment's provider counts and answers.
pub(super) async fn count(
    shared: &Shared,
    snapshot: &Snapshot,
    found: &Found,
    headers: &HeaderMap,
    (body, request): (RawObject, Option<&GenerateRequest>),
) -> Option<u64> {
    let deployment = found.group.deployments.first()?;
    let provider = &deployment.provider;
    if !provider.endpoints.contains(&EndpointKind::CountTokens) || deployment.mock_response.is_some() {
        return None;
    }
    let concrete = deployment.concrete(found.filled(0), &snapshot.prices).ok()?;
    let spoken = concrete.ways.iter().map(|way| way.dialect).find(|id| COUNTED.contains(id))?;
    let mut body = match spoken {
        DialectId::AnthropicMessages => body,
        _ => translated(request?, spoken, deployment, &concrete)?,
    };
    if spoken != DialectId::Gemini {
        provider.edit_count(&mut body, &concrete.model);
    }
    let mut outgoing = provider.outgoing(&deployment.connection, Operation::CountTokens, &concrete.model).ok()?;
    provider.client_headers(headers, &[], &mut outgoing.headers);
    let body = OutBody::of(body.to_chunks());
    if let Some(credential) = credential::of(shared, deployment).await.ok()? {
        let (method, uri, now) = (&Method::POST, &mut outgoing.uri, shared.clock.wall());
        let unsigned = Unsigned { method, uri, headers: &mut outgoing.headers, body: &body.slices(), now };
        provider.sign(&deployment.connection, &credential, unsigned).ok()?;
    }
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = outgoing.uri;
    *request.headers_mut() = outgoing.headers;
    let deadlines = Deadlines { first_byte: COUNT_TIME, between_bytes: COUNT_TIME, ..Deadlines::default() };
    let reply = shared.http.send(request, &deadlines).await.ok()?;
    if !reply.status().is_success() {
        return None;
    }
    number(spoken, &reply.into_body().collect(MOST_REPLY).await.ok()?)
}

/// The request in the dialect of a provider. What gets lost on the way is not counted there either.
fn translated(
    request: &GenerateRequest,
    spoken: DialectId,
    deployment: &Deployment,
    concrete: &Concrete,
) -> Option<RawObject> {
    let target = Target {
        provider: &deployment.provider.name,
        model: &concrete.model,
        capabilities: &concrete.capabilities,
        allowed_params: &[],
        budgets: &BUDGETS,
        modify_params: false,
    };
    let mut losses = Losses::default();
    let encoded = match spoken {
        DialectId::Gemini => gemini::encode_count_request(request, &target, &mut losses),
        _ => dialect(spoken).encode_request(request, &target, &mut losses).map(|encoded| encoded.body),
    };
    RawObject::parse(encoded.ok()?).ok()
}

fn number(spoken: DialectId, reply: &Bytes) -> Option<u64> {
    match spoken {
        DialectId::Gemini => gemini::decode_count_tokens(reply).ok(),
        DialectId::BedrockConverse => RawObject::parse(reply.clone()).ok()?.u64("inputTokens"),
        _ => anthropic_messages::decode_count_tokens(reply).ok(),
    }
}

/// Dialects whose providers count.
const COUNTED: &[DialectId] =
    &[DialectId::AnthropicMessages, DialectId::Gemini, DialectId::BedrockConverse, DialectId::OpenAiResponses];
/// How long a provider may take to count.
const COUNT_TIME: std::time::Duration = std::time::Duration::from_secs(10);
/// Longest reply that is read.
const MOST_REPLY: usize = 64 * 1024;
