//! Writes tools and the choice among them (Gemini API docs, "Function calling").

use super::encode::Job;
use super::{schema, tools};
use crate::DialectError;
use crate::openai_chat::request::tools::constrains;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use tianji_core::generate::{Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json, LossClass};

/// `tools`: all functions in one entry, then the vendor's own tools.
pub(super) fn offer<'a>(job: &mut Job<'a, '_>) -> Result<Vec<Entry<'a>>, DialectError> {
    let request = job.request;
    let (mut functions, mut own) = (Vec::new(), Vec::new());
    for (at, tool) in request.tools.iter().enumerate() {
        match tool {
            Tool::Function { name, description, schema, strict, cache } => {
                if *strict == Some(true) {
                    job.hint(format!("tools[{at}].function.strict"), "schemas are not enforced strictly");
                }
                if cache.is_some() {
                    job.hint(format!("tools[{at}].cache_control"), "no cache marks");
                }
                let (parameters, parameters_json_schema) = parameters(schema.as_ref(), at, job)?;
                let name = job.names.sent(name);
                let description = description.as_deref();
                functions.push(Declaration { name, description, parameters, parameters_json_schema });
            }
            Tool::Custom { name, description, format } => {
                if format.as_ref().is_some_and(constrains) {
                    job.hint(format!("tools[{at}].custom.format"), "this dialect has no grammars");
                }
                functions.push(Declaration {
                    name: job.names.sent(name),
                    description: description.as_deref(),
                    parameters: Some(free_text()),
                    parameters_json_schema: None,
                });
            }
            Tool::WebSearch { context_size, user_location } => {
                if context_size.is_some() || user_location.is_some() {
                    job.hint("web_search_options", "the vendor's search has no options");
                }
                own.push(Entry::Named(json!({ "googleSearch": {} })));
            }
            Tool::Server { dialect: DialectId::Gemini | DialectId::OpenAiChat, type_name, raw }
                if tools::is_tool(type_name) =>
            {
                own.push(Entry::Own(canonical(raw)));
            }
            Tool::Server { type_name, .. } => match equivalent(type_name) {
                Some(name) => own.push(Entry::Named(json!({ name: {} }))),
                None => {
                    job.losses.push(LossClass::Parameter, format!("tools[{at}]"), "a tool that only its vendor has");
                }
            },
        }
    }
    if !functions.is_empty() {
        own.insert(0, Entry::Functions { function_declarations: functions });
    }
    Ok(own)
}

/// `toolConfig`; `None` if there is nothing to say.
pub(super) fn choice(job: &mut Job<'_, '_>, functions: bool) -> Option<Value> {
    let request = job.request;
    let mut config = nested(&request.gemini_only, "toolConfig.");
    let mut calling = nested(&request.gemini_only, "toolConfig.functionCallingConfig.");
    config.retain(|name, _| !name.starts_with("functionCallingConfig."));
    if let (Some(choice), true) = (&request.tool_choice, functions) {
        let (mode, names) = match choice {
            ToolChoice::Auto => ("AUTO", Vec::new()),
            ToolChoice::None => ("NONE", Vec::new()),
            ToolChoice::Required => ("ANY", Vec::new()),
            ToolChoice::Named(name) => ("ANY", vec![job.names.sent(name)]),
            ToolChoice::Allowed { required, names } => {
                let names = names.iter().map(|name| job.names.sent(name)).collect();
                (if *required { "ANY" } else { "AUTO" }, names)
            }
        };
        calling.entry("mode").or_insert_with(|| mode.into());
        if !names.is_empty() {
            calling.insert("allowedFunctionNames".to_owned(), json!(names));
        }
    }
    if request.parallel_tool_calls == Some(false) {
        forbid_parallel(job);
    }
    if !calling.is_empty() {
        config.insert("functionCallingConfig".to_owned(), Value::Object(calling));
    }
    (!config.is_empty()).then_some(Value::Object(config))
}

/// What of this dialect's own parameters stands below a path.
pub(super) fn nested(own: &Extra, path: &str) -> serde_json::Map<String, Value> {
    own.iter().filter_map(|(name, raw)| Some((name.strip_prefix(path)?.to_owned(), raw.value()))).collect()
}

/// One function is called once anyway. Clients of other dialects than chat forbid it as a matter of course.
fn forbid_parallel(job: &mut Job<'_, '_>) {
    let functions = job.request.tools.iter().filter(|tool| matches!(tool, Tool::Function { .. } | Tool::Custom { .. }));
    let asked = job.request.source == DialectId::OpenAiChat && functions.count() > 1;
    let class = if asked { LossClass::Parameter } else { LossClass::Hint };
    job.losses.push(class, "parallel_tool_calls", "several calls at once cannot be forbidden");
}

/// An entry of `tools`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Entry<'a> {
    /// Functions of the client.
    Functions {
        #[serde(rename = "functionDeclarations")]
        function_declarations: Vec<Declaration<'a>>,
    },
    /// A tool as the client wrote it.
    Own(Json),
    /// A tool that another dialect has a word for too.
    Named(Value),
}

/// One of `functionDeclarations`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Declaration<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters_json_schema: Option<&'a Json>,
}

/// The schema of a function's arguments in the form that says all of it. A function without arguments has none: the
/// vendor refuses an object without properties.
fn parameters<'a>(
    schema: Option<&'a Json>,
    at: usize,
    job: &Job<'_, '_>,
) -> Result<(Option<Value>, Option<&'a Json>), DialectError> {
    let Some(schema) = schema.filter(|schema| !schema.is_null()) else { return Ok((None, None)) };
    match schema::to_subset(schema) {
        Ok(subset) => {
            let properties = subset.get("properties").and_then(Value::as_object);
            let empty = properties.is_none_or(serde_json::Map::is_empty) && subset.get("anyOf").is_none();
            Ok((Some(subset).filter(|_| !empty), None))
        }
        Err(_) if job.model.takes_json_schema() => Ok((None, Some(schema))),
        Err(schema::Unsayable(reason)) => {
            Err(DialectError::invalid(format!("tools[{at}].function.parameters"), reason))
        }
    }
}

/// The schema of a tool that takes free text.
fn free_text() -> Value {
    json!({ "type": "object", "properties": { "input": { "type": "string" } }, "required": ["input"] })
}

/// A tool under its name in camelCase. A `type` that a client of chat wrote beside it is left out.
fn canonical(raw: &Json) -> Json {
    let members = raw.read::<Extra>().unwrap_or_default();
    let named = members.into_iter().filter(|(name, _)| tools::is_tool(name));
    let tool: Extra = named.map(|(name, raw)| (tools::canonical_name(&name), raw)).collect();
    Json::of(&tool).unwrap_or_else(|_| raw.clone())
}

/// The tool that does what another vendor's does. Those have dates in their names.
fn equivalent(type_name: &str) -> Option<&'static str> {
    let found = EQUIVALENTS.iter().find(|(known, _)| type_name.starts_with(known));
    found.map(|(_, name)| *name)
}

const EQUIVALENTS: &[(&str, &str)] = &[
    ("web_search", "googleSearch"),
    ("web_fetch", "urlContext"),
    ("code_execution", "codeExecution"),
    ("code_interpreter", "codeExecution"),
];
