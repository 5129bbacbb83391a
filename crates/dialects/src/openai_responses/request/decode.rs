//! Reads a client's request: everything but input and tools, which have files of their own.

use super::{input, tools};
use crate::DialectError;
use crate::openai_responses::echo::echo_of;
use crate::openai_responses::parameters;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tianji_core::generate::{Effort, GenerateRequest, Message, OutputFormat, Reasoning, Role};
use tianji_core::{DialectId, Extra, Json};
use tianji_wire::{JsonError, RawObject};

/// Reads a request.
pub(in crate::openai_responses) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let members: Extra = serde_json::from_slice(body)
        // The stricter reader knows better what is wrong and where.
        .map_err(|cause| RawObject::parse(body.clone()).err().unwrap_or_else(|| JsonError::from(cause)))?;
    let mut request = GenerateRequest::new(DialectId::OpenAiResponses);
    request.echo = echo_of(&members);
    let mut members = Members(members);
    request.model = members.take("model")?.unwrap_or_default();
    members.conversation(&mut request)?;
    members.sampling(&mut request)?;
    members.tools(&mut request)?;
    members.text(&mut request)?;
    members.reasoning(&mut request)?;
    request.stream = members.take("stream")?.unwrap_or(false);
    // Padding against traffic analysis: a matter between the client and OpenAI, meaningless for other vendors.
    members.raw("stream_options");
    request.include_usage = true;
    request.user = members.take("user")?;
    request.service_tier = members.take("service_tier")?;
    for name in OPENAI_ONLY.iter().chain(parameters::OWN) {
        if let Some(raw) = members.raw(name) {
            request.openai_only.insert((*name).to_owned(), raw);
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

    fn conversation(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        if let Some(instructions) = self.take::<String>("instructions")? {
            request.messages.push(Message::text(Role::System, instructions));
        }
        let stands_in = ["prompt", "previous_response_id", "conversation"];
        match self.raw("input") {
            Some(raw) => input::decode(&raw, request)?,
            None if stands_in.iter().any(|name| self.0.get(*name).is_some_and(|raw| !raw.is_null())) => {}
            None => return Err(DialectError::Missing { param: "input".to_owned() }),
        }
        Ok(())
    }

    fn sampling(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let sampling = &mut request.sampling;
        sampling.max_output_tokens = self.take("max_output_tokens")?;
        sampling.temperature = self.take("temperature")?;
        sampling.top_p = self.take("top_p")?;
        sampling.top_logprobs = self.take("top_logprobs")?;
        let included = self.0.get("include").and_then(|raw| raw.read::<Vec<String>>().ok()).unwrap_or_default();
        let asked = included.iter().any(|name| name == LOGPROBS);
        sampling.logprobs = (asked || sampling.top_logprobs.is_some()).then_some(true);
        Ok(())
    }

    fn tools(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        if let Some(raw) = self.raw("tools") {
            request.tools = tools::decode(&raw)?;
        }
        if let Some(raw) = self.raw("tool_choice") {
            request.tool_choice = tools::decode_choice(&raw)?;
            if request.tool_choice.is_none() {
                request.openai_only.insert("tool_choice".to_owned(), raw);
            }
        }
        request.parallel_tool_calls = self.take("parallel_tool_calls")?;
        Ok(())
    }

    /// `text`: the form of the answer, and how many words it makes.
    fn text(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let Some(mut text) = self.take::<Extra>("text")? else { return Ok(()) };
        let mut member = |name: &str| text.shift_remove(name).filter(|raw| !raw.is_null());
        if let Some(verbosity) = member("verbosity") {
            request.openai_only.insert("verbosity".to_owned(), verbosity);
        }
        if let Some(raw) = member("format") {
            let format: Format = raw.read().map_err(|cause| DialectError::invalid("text.format", cause.to_string()))?;
            request.output = match format.kind.as_str() {
                "text" => OutputFormat::Text,
                "json_object" => OutputFormat::JsonObject,
                "json_schema" => OutputFormat::JsonSchema {
                    name: format.name,
                    description: format.description,
                    schema: format.schema,
                    strict: format.strict,
                },
                other => return Err(DialectError::invalid("text.format.type", format!("`{other}` is not known"))),
            };
        }
        for (name, _) in text {
            request.unknown.push(format!("text.{name}"));
        }
        Ok(())
    }

    fn reasoning(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let Some(mut reasoning) = self.take::<Extra>("reasoning")? else { return Ok(()) };
        reasoning.retain(|_, raw| !raw.is_null());
        if let Some(raw) = reasoning.shift_remove("effort") {
            let word: Option<String> = raw.read().ok();
            let effort = word.as_deref().and_then(Effort::parse);
            let wrong = || DialectError::invalid("reasoning.effort", format!("{} is not known", raw.text()));
            request.reasoning = Some(Reasoning::Effort(effort.ok_or_else(wrong)?));
        }
        for (name, raw) in reasoning {
            let path = format!("reasoning.{name}");
            if parameters::OWN.contains(&path.as_str()) {
                request.openai_only.insert(path, raw);
            } else {
                request.unknown.push(path);
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    schema: Option<Json>,
    #[serde(default)]
    strict: Option<bool>,
}

/// What to include to get log probabilities.
pub(super) const LOGPROBS: &str = "message.output_text.logprobs";

/// Parameters of both of OpenAI's dialects that the canonical model has no word for.
pub(super) const OPENAI_ONLY: &[&str] = &[
    "metadata",
    "moderation",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "store",
];
