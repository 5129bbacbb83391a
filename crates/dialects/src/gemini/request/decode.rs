//! Reads a client's request: everything but contents and tools, which have files of their own.

use super::{contents, schema, thinking, tools};
use crate::DialectError;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tianji_core::generate::{GenerateRequest, OutputFormat};
use tianji_core::{DialectId, Extra, Json};
use tianji_wire::{JsonError, RawObject};

/// Reads a request.
pub(in crate::gemini) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let members: Extra = serde_json::from_slice(body).map_err(|cause| no_object(body, cause))?;
    let mut members = Members::of(members, "");
    let mut request = GenerateRequest::new(DialectId::Gemini);
    request.model = members.take("model")?.unwrap_or_default();
    if let Some(raw) = members.raw("systemInstruction") {
        request.messages.push(contents::system(&raw)?);
    }
    let raw = members.raw("contents").ok_or_else(|| DialectError::Missing { param: "contents".to_owned() })?;
    contents::decode(&raw, &mut request)?;
    if let Some(raw) = members.raw("tools") {
        tools::decode(&raw, &mut request)?;
    }
    if let Some(choice) = members.object("toolConfig")? {
        tools::decode_config(choice, &mut request)?;
    }
    if let Some(config) = members.object("generationConfig")? {
        read_config(config, &mut request)?;
    }
    let tier: Option<String> = members.take("serviceTier")?;
    request.service_tier = tier.map(|tier| if tier == "standard" { "default".to_owned() } else { tier });
    for name in OWN {
        if let Some(raw) = members.raw(name) {
            request.gemini_only.insert((*name).to_owned(), raw);
        }
    }
    request.extra = members.rest;
    Ok(request)
}

/// The members of an object that are not read yet, under their names in camelCase where those are known.
pub(super) struct Members {
    rest: Extra,
    path: &'static str,
}

impl Members {
    /// The members of the object at `path` (with the point at its end, or empty).
    pub(super) const fn of(rest: Extra, path: &'static str) -> Self {
        Self { rest, path }
    }

    /// Takes a member; `null` is absent.
    pub(super) fn raw(&mut self, name: &str) -> Option<Json> {
        let written = self.rest.shift_remove(name).or_else(|| self.rest.shift_remove(&snake(name)));
        written.filter(|raw| !raw.is_null())
    }

    /// Takes a member of a type.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, DialectError> {
        let path = self.path;
        let read =
            |raw: Json| raw.read().map_err(|cause| DialectError::invalid(format!("{path}{name}"), cause.to_string()));
        self.raw(name).map(read).transpose()
    }

    /// Takes an object.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Extra>, DialectError> {
        self.take(name)
    }

    /// What nobody took, without `null`s, under the names in camelCase.
    pub(super) fn rest(self) -> impl Iterator<Item = (String, Json)> {
        self.rest.into_iter().filter(|(_, raw)| !raw.is_null()).map(|(name, raw)| (camel(&name), raw))
    }

    /// Puts what nobody took where only this dialect finds it.
    pub(super) fn keep(self, own: &mut Extra) {
        let path = self.path;
        own.extend(self.rest().map(|(name, raw)| (format!("{path}{name}"), raw)));
    }
}

fn read_config(config: Extra, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let mut config = Members::of(config, "generationConfig.");
    let sampling = &mut request.sampling;
    sampling.max_output_tokens = config.take("maxOutputTokens")?;
    sampling.temperature = config.take("temperature")?;
    sampling.top_p = config.take("topP")?;
    sampling.top_k = config.take("topK")?;
    sampling.frequency_penalty = config.take("frequencyPenalty")?;
    sampling.presence_penalty = config.take("presencePenalty")?;
    sampling.seed = config.take("seed")?;
    sampling.n = config.take("candidateCount")?;
    sampling.stop = config.take("stopSequences")?.unwrap_or_default();
    sampling.logprobs = config.take("responseLogprobs")?;
    sampling.top_logprobs = config.take("logprobs")?;
    read_output(&mut config, request)?;
    if let Some(raw) = config.object("thinkingConfig")? {
        request.reasoning = thinking::decode(raw, &mut request.gemini_only)?;
    }
    config.keep(&mut request.gemini_only);
    Ok(())
}

fn read_output(config: &mut Members, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let mime: Option<String> = config.take("responseMimeType")?;
    let plain = config.raw("responseJsonSchema").or_else(|| config.raw("_responseJsonSchema"));
    let subset = config.raw("responseSchema");
    let is_json = mime.as_deref() == Some("application/json");
    request.output = match (plain.or_else(|| subset.as_ref().and_then(schema::to_json_schema)), is_json) {
        (Some(schema), true) => {
            OutputFormat::JsonSchema { name: None, description: None, schema: Some(schema), strict: None }
        }
        (None, true) => OutputFormat::JsonObject,
        (schema, false) => {
            // Forms that only this dialect has (`text/x.enum`), and schemas that no form gives a meaning.
            if let Some(schema) = subset.or(schema) {
                request.gemini_only.insert("generationConfig.responseSchema".to_owned(), schema);
            }
            OutputFormat::Text
        }
    };
    let own_form = mime.filter(|mime| !is_json && mime != "text/plain");
    if let Some(raw) = own_form.and_then(|mime| Json::of(&mime).ok()) {
        request.gemini_only.insert("generationConfig.responseMimeType".to_owned(), raw);
    }
    Ok(())
}

/// Says where a body is wrong in the words that clients know.
fn no_object(body: &Bytes, cause: serde_json::Error) -> JsonError {
    RawObject::parse(body.clone()).err().unwrap_or_else(|| JsonError::from(cause))
}

/// `maxOutputTokens` → `max_output_tokens`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// `max_output_tokens` → `maxOutputTokens`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut raise = false;
    for c in name.chars() {
        if c == '_' && !out.is_empty() {
            raise = true;
        } else {
            out.push(if raise { c.to_ascii_uppercase() } else { c });
            raise = false;
        }
    }
    out
}

/// Members at the top that only this dialect has (Vertex AI adds `labels` and `modelArmorConfig`).
const OWN: &[&str] = &["safetySettings", "cachedContent", "labels", "modelArmorConfig"];
