//! Asking a provider to count.

use crate::converse::signed;
use crate::credential;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use bytes::Bytes;
use http::{HeaderMap, Method};
use std::time::Duration;
use tianji_core::{DialectId, Payload, Segment, WireRequest};
use tianji_dialects::{anthropic_messages, bedrock_converse};
use tianji_http::Deadlines;
use tianji_providers::{EndpointKind, Operation, Provider};
use tianji_wire::RawObject;

/// What is to be counted, in the forms that there are of it.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    /// As a body of Anthropic's.
    pub(super) messages: Option<RawObject>,
    /// As a body of Bedrock's for counting, with whatever stands in it.
    pub(super) wrapped: Option<Bytes>,
}

/// The provider's own count, if the first deployment's provider counts and answers.
pub(super) async fn count(
    shared: &Shared,
    snapshot: &Snapshot,
    found: &Found,
    headers: &HeaderMap,
    prompt: Prompt,
) -> Option<u64> {
    let deployment = found.group.deployments.first()?;
    let provider = &deployment.provider;
    if !provider.endpoints.contains(&EndpointKind::CountTokens) || deployment.mock_response.is_some() {
        return None;
    }
    let concrete = deployment.concrete(found.filled(0), &snapshot.prices).ok()?;
    if !concrete.ways.iter().any(|way| way.dialect == DialectId::AnthropicMessages) {
        return None;
    }
    let mut outgoing = provider.outgoing(&deployment.connection, Operation::CountTokens, &concrete.model).ok()?;
    provider.client_headers(headers, &[], &mut outgoing.headers);
    let body = body(provider, &concrete.model, headers, prompt)?;
    let mut request = WireRequest { method: Method::POST, uri: outgoing.uri, headers: outgoing.headers, body };
    let credential = credential::of(shared, deployment).await.ok()?;
    signed(shared, deployment, credential.as_deref(), &mut request).ok()?;
    let deadlines = Deadlines { first_byte: TIME, between_bytes: TIME, ..Deadlines::default() };
    let reply = deployment.client(shared).send_wire(request, &deadlines).await.ok()?;
    if !reply.status().is_success() {
        return None;
    }
    let text = reply.into_body().collect(MOST_REPLY).await.ok()?;
    let told = match provider.counts_in() {
        DialectId::BedrockConverse => bedrock_converse::decode_count_tokens(&text),
        _ => anthropic_messages::decode_count_tokens(&text),
    };
    told.ok()
}

/// The body in the provider's form; `None` if the prompt is not there in one that can be brought into it.
fn body(provider: &Provider, model: &str, headers: &HeaderMap, prompt: Prompt) -> Option<Payload> {
    let wraps = provider.counts_in() == DialectId::BedrockConverse;
    if let Some(wrapped) = prompt.wrapped.filter(|_| wraps) {
        return Some(Payload::from(wrapped));
    }
    let mut messages = prompt.messages?;
    provider.edit_count(&mut messages, model, headers);
    if wraps {
        return Some(Payload::from(bedrock_converse::encode_count_of_invoke(&messages.to_bytes())));
    }
    Some(Payload { segments: messages.to_chunks().into_iter().map(Segment::Bytes).collect() })
}

/// How long a provider may take to count.
const TIME: Duration = Duration::from_secs(10);
/// Longest reply that is read.
const MOST_REPLY: usize = 64 * 1024;
