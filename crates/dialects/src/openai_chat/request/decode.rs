//! Reads a client's request: everything but messages and tools, which have files of their own.

use super::{messages, tools};
use crate::DialectError;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Number;
use tianji_core::generate::{Effort, GenerateRequest, OutputFormat, Reasoning, Sampling, Tool};
use tianji_core::{DialectId, Extra, Json};
use tianji_wire::{JsonError, RawObject};

/// Reads a request.
pub(in crate::openai_chat) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let mut members = Members::of(body)?;
    let mut request = GenerateRequest::new(DialectId::OpenAiChat);
    request.model = members.take("model")?.unwrap_or_default();
    let conversation = members.raw("messages").ok_or_else(|| DialectError::Missing { param: "messages".to_owned() })?;
    request.messages = messages::decode(&conversation, &mut request.unknown)?;
    members.sampling(&mut request.sampling)?;
    members.tools(&mut request)?;
    members.output(&mut request)?;
    members.reasoning(&mut request)?;
    members.stream(&mut request)?;
    request.user = members.take("user")?;
    request.service_tier = members.take("service_tier")?;
    for name in OPENAI_ONLY {
        if let Some(raw) = members.raw(name) {
            request.openai_only.insert((*name).to_owned(), raw);
        }
    }
    request.extra = members.rest();
    Ok(request)
}

/// Says where a body is wrong in the words that clients know.
fn no_object(body: &Bytes, cause: serde_json::Error) -> JsonError {
    RawObject::parse(body.clone()).err().unwrap_or_else(|| JsonError::from(cause))
}

/// The members that are not read yet.
pub(crate) struct Members(Extra);

impl Members {
    /// All members of a body.
    pub(crate) fn of(body: &Bytes) -> Result<Self, DialectError> {
        Ok(Self(serde_json::from_slice(body).map_err(|cause| no_object(body, cause))?))
    }

    /// The members of an object within a body.
    pub(crate) fn within(members: Extra) -> Self {
        Self(members)
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Extra {
        self.0
    }

    /// Takes a member; `null` is absent.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Json> {
        self.0.shift_remove(name).filter(|raw| !raw.is_null())
    }

    /// Takes a member of a type.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, DialectError> {
        self.raw(name).map(|raw| raw.read().map_err(|cause| DialectError::invalid(name, cause.to_string()))).transpose()
    }

    fn sampling(&mut self, sampling: &mut Sampling) -> Result<(), DialectError> {
        let newer: Option<Number> = self.take("max_completion_tokens")?;
        let older: Option<Number> = self.take("max_tokens")?;
        *sampling = Sampling {
            max_output_tokens: newer.or(older),
            logprobs: self.take("logprobs")?,
            top_logprobs: self.take("top_logprobs")?,
            ..self.common_sampling()?
        };
        Ok(())
    }

    /// The sampling that chat and text completions share.
    pub(crate) fn common_sampling(&mut self) -> Result<Sampling, DialectError> {
        Ok(Sampling {
            temperature: self.take("temperature")?,
            top_p: self.take("top_p")?,
            top_k: self.take("top_k")?,
            frequency_penalty: self.take("frequency_penalty")?,
            presence_penalty: self.take("presence_penalty")?,
            seed: self.take("seed")?,
            n: self.take("n")?,
            stop: self.take::<OneOrMany>("stop")?.map(OneOrMany::list).unwrap_or_default(),
            ..Sampling::default()
        })
    }

    fn tools(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        if let Some(raw) = self.raw("tools") {
            request.tools = tools::decode(&raw)?;
        }
        if let Some(raw) = self.raw("functions") {
            request.tools.append(&mut tools::decode_functions(&raw)?);
            request.legacy_functions = true;
        }
        if let Some(raw) = self.raw("tool_choice") {
            request.tool_choice = Some(tools::decode_choice(&raw)?);
        }
        if let Some(raw) = self.raw("function_call") {
            request.tool_choice = request.tool_choice.take().or(Some(tools::decode_function_call(&raw)?));
            request.legacy_functions = true;
        }
        request.parallel_tool_calls = self.take("parallel_tool_calls")?;
        if let Some(search) = self.take::<SearchOptions>("web_search_options")? {
            let SearchOptions { search_context_size: context_size, user_location } = search;
            request.tools.push(Tool::WebSearch { context_size, user_location });
        }
        Ok(())
    }

    fn output(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let Some(raw) = self.raw("response_format") else { return Ok(()) };
        let invalid = |cause: serde_json::Error| DialectError::invalid("response_format", cause.to_string());
        let format: ResponseFormat = raw.read().map_err(invalid)?;
        request.output = match (format.kind.as_str(), format.json_schema) {
            ("text", _) => OutputFormat::Text,
            // A schema beside `json_object` is the reference proxy's own older form.
            ("json_object", _) => match format.response_schema {
                Some(schema) => {
                    OutputFormat::JsonSchema { name: None, description: None, schema: Some(schema), strict: None }
                }
                None => OutputFormat::JsonObject,
            },
            ("json_schema", Some(schema)) => OutputFormat::JsonSchema {
                name: schema.name,
                description: schema.description,
                schema: schema.schema,
                strict: schema.strict,
            },
            ("json_schema", None) => {
                return Err(DialectError::Missing { param: "response_format.json_schema".to_owned() });
            }
            // Forms that only OpenAI has (`grammar`, `python`) or will have.
            _ => {
                request.openai_only.insert("response_format".to_owned(), raw);
                OutputFormat::Text
            }
        };
        Ok(())
    }

    fn reasoning(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        let mut effort = None;
        if let Some(raw) = self.raw("reasoning_effort") {
            let word = raw.read::<String>().ok().or_else(|| raw.read::<EffortObject>().ok()?.effort);
            effort = word.as_deref().and_then(Effort::parse);
            if effort.is_none() {
                request.openai_only.insert("reasoning_effort".to_owned(), raw);
            }
        }
        let thinking: Option<ThinkingParam> = self.take("thinking")?;
        request.reasoning = match thinking {
            None => effort.map(Reasoning::Effort),
            Some(thinking) => match (thinking.kind.as_str(), thinking.budget_tokens) {
                ("disabled", _) => Some(Reasoning::Disabled),
                ("enabled", Some(budget)) => Some(Reasoning::Budget(budget)),
                ("adaptive" | "auto" | "enabled", None) | ("adaptive" | "auto", Some(_)) => {
                    Some(Reasoning::Adaptive(effort))
                }
                (other, _) => {
                    return Err(DialectError::invalid("thinking.type", format!("`{other}` is not known")));
                }
            },
        };
        Ok(())
    }

    /// `stream` and its options.
    pub(crate) fn stream(&mut self, request: &mut GenerateRequest) -> Result<(), DialectError> {
        request.stream = self.take("stream")?.unwrap_or(false);
        let Some(mut options) = self.take::<Extra>("stream_options")? else { return Ok(()) };
        if let Some(asked) = options.shift_remove("include_usage") {
            let asked: Option<bool> = asked
                .read()
                .map_err(|cause| DialectError::invalid("stream_options.include_usage", cause.to_string()))?;
            request.include_usage = asked.unwrap_or(false);
        }
        // Padding against traffic analysis: a matter between the client and OpenAI, meaningless for other vendors.
        options.shift_remove("include_obfuscation");
        if !options.is_empty() {
            let rest =
                Json::of(&options).map_err(|cause| DialectError::invalid("stream_options", cause.to_string()))?;
            request.openai_only.insert("stream_options".to_owned(), rest);
        }
        Ok(())
    }
}

/// A string or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Deserialize)]
struct SearchOptions {
    #[serde(default)]
    search_context_size: Option<String>,
    #[serde(default)]
    user_location: Option<Json>,
}

#[derive(Deserialize)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    json_schema: Option<SchemaFormat>,
    #[serde(default)]
    response_schema: Option<Json>,
}

#[derive(Deserialize)]
struct SchemaFormat {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    schema: Option<Json>,
    #[serde(default)]
    strict: Option<bool>,
}

#[derive(Deserialize)]
struct EffortObject {
    #[serde(default)]
    effort: Option<String>,
}

/// `thinking` in Anthropic's shape, which the reference proxy takes on this route.
#[derive(Deserialize)]
struct ThinkingParam {
    #[serde(rename = "type", default = "enabled")]
    kind: String,
    #[serde(default)]
    budget_tokens: Option<Number>,
}

fn enabled() -> String {
    "enabled".to_owned()
}

/// Parameters of OpenAI's that the canonical model has no word for (API reference, "Create chat completion").
pub(super) const OPENAI_ONLY: &[&str] = &[
    "audio",
    "logit_bias",
    "metadata",
    "modalities",
    "moderation",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "store",
    "verbosity",
];
