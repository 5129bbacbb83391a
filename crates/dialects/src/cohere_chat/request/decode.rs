//! Reads a client's request: everything but messages, documents and tools, which have files of their own.

use super::{documents, messages, tools};
use crate::DialectError;
use crate::cohere_chat::parameters;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Number;
use tianji_core::generate::{GenerateRequest, Message, OutputFormat, Reasoning, Role, Sampling};
use tianji_core::{DialectId, Extra, Json};
use tianji_wire::{JsonError, RawObject};

/// Reads a request.
pub(in crate::cohere_chat) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let members: Extra = serde_json::from_slice(body)
        // The stricter reader knows better what is wrong and where.
        .map_err(|cause| RawObject::parse(body.clone()).err().unwrap_or_else(|| JsonError::from(cause)))?;
    let mut members = Members(members);
    let mut request = GenerateRequest::new(DialectId::CohereChat);
    request.include_usage = true;
    request.model = members.take("model")?.unwrap_or_default();
    members.conversation(&mut request)?;
    members.sampling(&mut request.sampling)?;
    members.tools(&mut request)?;
    members.output(&mut request)?;
    members.reasoning(&mut request)?;
    request.stream = members.take("stream")?.unwrap_or(false);
    for name in parameters::OWN {
        if let Some(raw) = members.raw(name) {
            request.cohere_only.insert((*name).to_owned(), raw);
        }
    }
    request.extra = members.0;
    Ok(request)
}

/// The members that are not read yet.
struct Members(Extra);

impl Members {
    /// Takes a member; `null` is absent.
    fn raw(&mut self, name: &str) -> Option<Json> {
        self.0.shift_remove(name).filter(|raw| !raw.is_null())
    }

    /// Takes a member of a type.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, DialectError> {
        self.raw(name).map(|raw| raw.read().map_err(|cause| DialectError::invalid(name, cause.to_string()))).transpose()
    }

    /// Messages, and documents as what the user shows with the last question.
    fn conversation(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let raw = self.raw("messages").ok_or_else(|| DialectError::Missing { param: "messages".to_owned() })?;
        request.messages = messages::decode(&raw, &mut request.unknown)?;
        let documents = self.raw("documents").map(|raw| documents::decode(&raw)).transpose()?.unwrap_or_default();
        match request.messages.iter_mut().rfind(|message| message.role == Role::User) {
            Some(message) => drop(message.parts.splice(..0, documents)),
            None if documents.is_empty() => {}
            None => request.messages.push(Message::of(Role::User, documents)),
        }
        Ok(())
    }

    fn sampling(&mut self, sampling: &mut Sampling) -> Result<(), DialectError> {
        sampling.max_output_tokens = self.take("max_tokens")?;
        sampling.temperature = self.take("temperature")?;
        sampling.top_p = self.take("p")?;
        sampling.top_k = self.take("k")?;
        sampling.frequency_penalty = self.take("frequency_penalty")?;
        sampling.presence_penalty = self.take("presence_penalty")?;
        sampling.seed = self.take("seed")?;
        sampling.stop = self.take("stop_sequences")?.unwrap_or_default();
        sampling.logprobs = self.take("logprobs")?;
        Ok(())
    }

    fn tools(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let strict: Option<bool> = self.take("strict_tools")?;
        if let Some(raw) = self.raw("tools") {
            request.tools = tools::decode(&raw, strict)?;
        }
        request.tool_choice =
            self.take::<String>("tool_choice")?.map(|word| tools::decode_choice(&word)).transpose()?;
        Ok(())
    }

    fn output(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let Some(format) = self.take::<ResponseFormat>("response_format")? else { return Ok(()) };
        request.output = match (format.kind.as_str(), format.json_schema.filter(|schema| !schema.is_null())) {
            ("text", _) => OutputFormat::Text,
            ("json_object", None) => OutputFormat::JsonObject,
            ("json_object", Some(schema)) => {
                OutputFormat::JsonSchema { name: None, description: None, schema: Some(schema), strict: None }
            }
            (other, _) => {
                return Err(DialectError::invalid("response_format.type", format!("`{other}` is not known")));
            }
        };
        Ok(())
    }

    fn reasoning(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let Some(thinking) = self.take::<ThinkingParam>("thinking")? else { return Ok(()) };
        request.reasoning = Some(match (thinking.kind.as_str(), thinking.token_budget) {
            ("disabled", _) => Reasoning::Disabled,
            ("enabled", Some(budget)) => Reasoning::Budget(budget),
            ("enabled", None) => Reasoning::Adaptive(None),
            (other, _) => return Err(DialectError::invalid("thinking.type", format!("`{other}` is not known"))),
        });
        Ok(())
    }
}

#[derive(Deserialize)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    /// The first version of the API called it `schema`.
    #[serde(default, alias = "schema")]
    json_schema: Option<Json>,
}

#[derive(Deserialize)]
struct ThinkingParam {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    token_budget: Option<Number>,
}
