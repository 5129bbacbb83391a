//! Reads a client's request (API reference, "Converse").
//!
//! Members without a canonical word are kept as the client wrote them in `echo`, so that this dialect can say them again,
//! and their names in `unknown`, so that another dialect reports what it drops. What the client asks of the model itself
//! (`additionalModelRequestFields`) goes on to any upstream.

mod blocks;
mod tools;

use self::blocks::Reader;
use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place};
use bytes::Bytes;
use serde_json::Number;
use serde_json::value::RawValue;
use tianji_core::generate::{Effort, GenerateRequest, Message, OutputFormat, Part, Reasoning, Role};
use tianji_core::{DialectId, Json};

/// Reads a request.
pub(in crate::bedrock_converse) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let mut fields = Fields::parse(body)?;
    let root = Place::ROOT;
    let mut request = GenerateRequest::new(DialectId::BedrockConverse);
    request.include_usage = true;
    read_conversation(&mut fields, &mut request)?;
    read_inference(&mut fields, &mut request)?;
    tools::read(&mut fields, &mut request)?;
    read_output(&mut fields, &mut request)?;
    if let Some(raw) = fields.take("serviceTier") {
        let place = root.member("serviceTier");
        request.service_tier = Fields::of(raw, &place)?.string("type", &place)?;
    }
    if let Some(raw) = fields.take(ADDITIONAL) {
        request.echo.insert(ADDITIONAL.to_owned(), Json::from(raw));
        read_additional(raw, &mut request)?;
    }
    for (name, raw) in fields.rest() {
        request.unknown.push(name.to_string());
        request.echo.insert(name.into_owned(), Json::from(raw));
    }
    Ok(request)
}

/// Reads the content of a reply, which is made of the same blocks. What has no canonical word is left out.
pub(in crate::bedrock_converse) fn content(raw: &RawValue) -> Result<Vec<Part>, DialectError> {
    let mut unknown = Vec::new();
    Reader::of_reply(&mut unknown).content(raw, &Place::ROOT.member("content"))
}

fn read_conversation(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let mut reader = Reader::new(&mut request.unknown);
    if let Some(system) = fields.take("system") {
        let parts = reader.content(system, &root.member("system"))?;
        request.messages.push(Message::of(Role::System, parts));
    }
    let missing = || DialectError::Missing { param: "messages".to_owned() };
    let messages = fields.items("messages", &root)?.ok_or_else(missing)?;
    let list = root.member("messages");
    for (index, raw) in messages.into_iter().enumerate() {
        reader.message(raw, &list.item(index), &mut request.messages)?;
    }
    Ok(())
}

fn read_inference(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let Some(raw) = fields.take("inferenceConfig") else { return Ok(()) };
    let place = Place::ROOT;
    let place = place.member("inferenceConfig");
    let mut config = Fields::of(raw, &place)?;
    let mut number = |name: &str| config.read::<Number>(name, &place, "a number");
    request.sampling.max_output_tokens = number("maxTokens")?;
    request.sampling.temperature = number("temperature")?;
    request.sampling.top_p = number("topP")?;
    request.sampling.stop = config.read("stopSequences", &place, "a list of strings")?.unwrap_or_default();
    for (name, _) in config.rest() {
        request.unknown.push(place.member(&name).to_string());
    }
    Ok(())
}

/// `outputConfig.textFormat`, the schema of which is a text.
fn read_output(fields: &mut Fields<'_>, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let Some(raw) = fields.take("outputConfig") else { return Ok(()) };
    let (root, json_schema) = (Place::ROOT, "textFormat.structure.jsonSchema");
    let place = root.member("outputConfig");
    let mut config = Fields::of(raw, &place)?;
    let Some(raw) = config.take("textFormat") else { return Ok(()) };
    let format = place.member("textFormat");
    let Some(raw) = Fields::of(raw, &format)?.take("structure") else { return Ok(()) };
    let structure = format.member("structure");
    let Some(raw) = Fields::of(raw, &structure)?.take("jsonSchema") else { return Ok(()) };
    let place = place.member(json_schema);
    let mut schema = Fields::of(raw, &place)?;
    let text = schema.required("schema", &place)?;
    let parsed = Json::parse(text);
    request.output = OutputFormat::JsonSchema {
        name: schema.string("name", &place)?,
        description: schema.string("description", &place)?,
        schema: Some(
            parsed
                .map_err(|_| DialectError::invalid(place.member("schema").to_string(), "must be JSON in a string"))?,
        ),
        strict: None,
    };
    Ok(())
}

/// What the client asks of the model itself; the words that several vendors share become canonical.
fn read_additional(raw: &RawValue, request: &mut GenerateRequest) -> Result<(), DialectError> {
    let root = Place::ROOT;
    let place = root.member(ADDITIONAL);
    let mut fields = Fields::of(raw, &place)?;
    request.sampling.top_k = fields.read("top_k", &place, "a number")?;
    let effort = match fields.take("output_config") {
        Some(raw) => {
            let place = place.member("output_config");
            Fields::of(raw, &place)?.string("effort", &place)?.as_deref().and_then(Effort::parse)
        }
        None => None,
    };
    request.reasoning = match fields.take("thinking") {
        Some(raw) => read_thinking(raw, effort, &place.member("thinking"))?,
        None => effort.map(Reasoning::Effort),
    };
    for (name, raw) in fields.rest() {
        request.extra.insert(name.into_owned(), Json::from(raw));
    }
    Ok(())
}

/// Claude's `thinking` (Anthropic, "Extended thinking").
fn read_thinking(raw: &RawValue, effort: Option<Effort>, place: &Place<'_>) -> Result<Option<Reasoning>, DialectError> {
    let mut fields = Fields::of(raw, place)?;
    Ok(match fields.string("type", place)?.as_deref() {
        Some("enabled") => fields.read("budget_tokens", place, "a number")?.map(Reasoning::Budget),
        Some("adaptive") => Some(Reasoning::Adaptive(effort)),
        Some("disabled") => Some(Reasoning::Disabled),
        _ => None,
    })
}

/// Where the model's own parameters stand.
const ADDITIONAL: &str = "additionalModelRequestFields";
