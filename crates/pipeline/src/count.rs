//! Counting the tokens of a message without sending it to be answered: at the provider where it can, here otherwise.

use crate::credential;
use crate::door::Caller;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use crate::words;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use tianji_auth::{Denial, may_use_model};
use tianji_core::generate::{GenerateRequest, Part, Role, Tool};
use tianji_core::{DialectId, Error};
use tianji_dialects::{Dialect, DialectError, anthropic_messages, gemini, openai_chat, openai_responses};
use tianji_http::{Deadlines, OutBody};
use tianji_pricing::{Definition, Piece, count_pieces, is_expensive};
use tianji_providers::{EndpointKind, Operation, Unsigned};
use tianji_wire::RawObject;

/// A count and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Tokens.
    pub tokens: u64,
    /// `provider` or `local_estimate`.
    pub source: &'static str,
}

/// Counts the input tokens of an Anthropic-shaped body. A provider that fails is no error: the count is made here.
///
/// # Errors
/// When the body is no such request, or its model is unknown or not the caller's.
pub async fn count_tokens(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: Option<&Caller>,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Counted, Error> {
    let object = RawObject::parse(body.clone()).map_err(|cause| DialectError::from(cause).of_request())?;
    let seen = anthropic_messages::inspect(&object).map_err(DialectError::of_request)?;
    let model = seen.model.ok_or_else(|| words::unknown_model(None, snapshot))?;
    let found = allowed(snapshot, caller, &model)?;
    if let Some(tokens) = at_provider(shared, snapshot, &found, headers, object).await {
        return Ok(Counted { tokens, source: "provider" });
    }
    let request = anthropic_messages::AnthropicMessages.decode_request(&body).map_err(DialectError::of_request)?;
    let tokens = here(model, &request, body.len()).await;
    Ok(Counted { tokens, source: "local_estimate" })
}

/// A count by our own tokenizers, with the name of whose way of counting it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimated {
    /// Tokens.
    pub tokens: u64,
    /// Model that was counted for: the first deployment's own name.
    pub model: String,
    /// `openai_tokenizer`, `anthropic_tokenizer`.
    pub tokenizer: &'static str,
}

/// Counts the tokens of a prompt, or of messages with tools, in OpenAI's form. Nothing is sent.
///
/// # Errors
/// When the body names no model or holds nothing to count.
pub async fn estimate_tokens_of(snapshot: &Snapshot, body: Bytes) -> Result<Estimated, Error> {
    let object = RawObject::parse(body.clone()).map_err(|cause| DialectError::from(cause).of_request())?;
    let asked = object.str("model").map(std::borrow::Cow::into_owned);
    let asked = asked.ok_or_else(|| DialectError::Missing { param: "model".to_owned() }.of_request())?;
    let found = snapshot.find(&asked).and_then(|found| {
        let filled = found.filled(0).map(str::to_owned);
        filled.or_else(|| found.group.deployments.first().map(|deployment| deployment.model.to_string()))
    });
    let model = found.unwrap_or(asked);
    let tokenizer = tianji_pricing::Tokenizer::of(&model).kind.word();
    let tokens = if let Some(prompt) = object.str("prompt") {
        tianji_pricing::count_text(&model, &prompt)
    } else if object.contains("messages") {
        let request = openai_chat::OpenAiChat.decode_request(&body).map_err(DialectError::of_request)?;
        here(model.clone(), &request, body.len()).await
    } else {
        let words = "prompt or messages or contents must be provided";
        return Err(Error::client(tianji_core::Kind::BadRequest, words));
    };
    Ok(Estimated { tokens, model, tokenizer })
}

/// Counts the input of a request to the Responses API by our own tokenizers.
///
/// # Errors
/// When the body is no such request.
pub async fn count_input(snapshot: &Snapshot, body: Bytes) -> Result<u64, Error> {
    let request = openai_responses::OpenAiResponses.decode_request(&body).map_err(DialectError::of_request)?;
    let found = snapshot.find(&request.model);
    let own = found.and_then(|found| found.group.deployments.first().map(|deployment| deployment.model.to_string()));
    Ok(here(own.unwrap_or_else(|| request.model.clone()), &request, body.len()).await)
}

/// Counts the tokens of a request in Gemini's form by our own tokenizers.
///
/// # Errors
/// When the body is no such request, or its model is unknown or not the caller's.
pub async fn count_contents(
    snapshot: &Snapshot,
    caller: Option<&Caller>,
    model: String,
    body: &Bytes,
) -> Result<u64, Error> {
    let found = allowed(snapshot, caller, &model)?;
    let request = gemini::decode_count_request(body).map_err(DialectError::of_request)?;
    let own = found.group.deployments.first().map_or(model, |deployment| deployment.model.to_string());
    Ok(here(own, &request, body.len()).await)
}

fn allowed(snapshot: &Snapshot, caller: Option<&Caller>, model: &str) -> Result<Found, Error> {
    let found = snapshot.find(model).ok_or_else(|| words::unknown_model(Some(model), snapshot))?;
    let key = caller.and_then(|caller| caller.principal.key());
    if key.is_some_and(|key| !may_use_model(&key.models, &[model, &found.name, &found.group.name])) {
        return Err(Denial::Model(model.to_owned()).error());
    }
    Ok(found)
}

async fn here(model: String, request: &GenerateRequest, bytes: usize) -> u64 {
    let (pieces, tools) = (pieces(request), request.tools.iter().map(definition).collect::<Vec<_>>());
    if !is_expensive(bytes) {
        return count_pieces(&model, &pieces, &tools);
    }
    let counted = tokio::task::spawn_blocking(move || count_pieces(&model, &pieces, &tools)).await;
    counted.unwrap_or_else(|_| tianji_pricing::estimate_tokens(bytes))
}

/// The provider's own count, if the first deployment's provider counts and answers.
async fn at_provider(
    shared: &Shared,
    snapshot: &Snapshot,
    found: &Found,
    headers: &HeaderMap,
    mut body: RawObject,
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
    provider.edit_count(&mut body, &concrete.model);
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
    let text = reply.into_body().collect(MOST_REPLY).await.ok()?;
    anthropic_messages::decode_count_tokens(&text).ok()
}

fn pieces(request: &GenerateRequest) -> Vec<Piece> {
    request
        .messages
        .iter()
        .map(|message| {
            let mut text = String::new();
            message.parts.iter().for_each(|part| add(part, &mut text));
            Piece { role: role(message.role).to_owned(), text, named: message.name.is_some() }
        })
        .collect()
}

/// What a model is told about a tool.
fn definition(tool: &Tool) -> Definition {
    match tool {
        Tool::Function { name, description, schema, .. } => Definition {
            name: name.clone(),
            description: description.clone(),
            parameters: schema.as_ref().map(|schema| schema.text().to_owned()),
        },
        Tool::Custom { name, description, .. } => {
            Definition { name: name.clone(), description: description.clone(), parameters: None }
        }
        Tool::Server { type_name, raw, .. } => {
            Definition { name: type_name.clone(), description: Some(raw.text().to_owned()), parameters: None }
        }
        Tool::WebSearch { .. } => Definition { name: "web_search".to_owned(), ..Definition::default() },
    }
}

fn add(part: &Part, text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match part {
        Part::Text(part) => text.push_str(&part.text),
        Part::ToolCall(call) => {
            text.push_str(&call.name);
            text.push_str(&call.arguments);
        }
        Part::ToolResult(result) => result.parts.iter().for_each(|part| add(part, text)),
        Part::Thinking(thinking) => text.push_str(&thinking.text),
        Part::Refusal(words) => text.push_str(words),
        _ => {}
    }
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

/// How long a provider may take to count.
const COUNT_TIME: std::time::Duration = std::time::Duration::from_secs(10);
/// Longest reply that is read.
const MOST_REPLY: usize = 64 * 1024;
