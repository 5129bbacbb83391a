//! Counting the tokens of a message without sending it to be answered: at the provider where it can, here otherwise.

mod provider;

use self::provider::Prompt;
use crate::door::Caller;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use crate::words;
use bytes::Bytes;
use http::HeaderMap;
use tianji_auth::{Denial, may_use_model};
use tianji_core::generate::{GenerateRequest, Part, Role, Tool};
use tianji_core::{Error, Kind};
use tianji_dialects::bedrock_converse::{self, Countable};
use tianji_dialects::{Dialect, DialectError, anthropic_messages, gemini, openai_chat, openai_responses};
use tianji_pricing::{Definition, Piece, count_pieces, is_expensive};
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
    let prompt = Prompt { messages: Some(object), wrapped: None };
    if let Some(tokens) = provider::count(shared, snapshot, &found, headers, prompt).await {
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
        return Err(Error::client(Kind::BadRequest, words));
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

/// Counts the tokens of what would be sent to Bedrock, for whichever model. A provider that fails is no error here either.
///
/// # Errors
/// When the body is no such request or in a form that only its vendor reads, or its model is unknown or not the caller's.
pub async fn count_for_bedrock(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: Option<&Caller>,
    headers: &HeaderMap,
    model: String,
    body: Bytes,
) -> Result<u64, Error> {
    let found = allowed(snapshot, caller, &model)?;
    let (messages, request) = match bedrock_converse::decode_count_request(&body).map_err(DialectError::of_request)? {
        Countable::Converse(converse) => (None, bedrock_converse::BedrockConverse.decode_request(&converse)),
        Countable::Invoke(invoked) => {
            let messages = of_claude(invoked, &model)?;
            let request = anthropic_messages::AnthropicMessages.decode_request(&messages.to_bytes());
            (Some(messages), request)
        }
    };
    let request = request.map_err(DialectError::of_request)?;
    let size = body.len();
    let prompt = Prompt { messages, wrapped: Some(body) };
    match provider::count(shared, snapshot, &found, headers, prompt).await {
        Some(tokens) => Ok(tokens),
        None => {
            let own = found.group.deployments.first().map_or(model, |deployment| deployment.model.to_string());
            Ok(here(own, &request, size).await)
        }
    }
}

/// A body for `InvokeModel`, with what Bedrock adds taken off and the model named as Anthropic's bodies name it.
fn of_claude(invoked: Bytes, model: &str) -> Result<RawObject, Error> {
    let mut object = RawObject::parse(invoked).map_err(|cause| DialectError::from(cause).of_request())?;
    if anthropic_messages::invoke::unwrap(&mut object).is_none() {
        let words = "Only bodies with `anthropic_version` are counted here, and those of Converse.";
        return Err(Error::client(Kind::BadRequest, words).with_param("input.invokeModel.body"));
    }
    object.set("model", model);
    Ok(object)
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
