//! `toolConfig`, and what of tools stands among the model's own parameters (API reference, `ToolConfiguration`; User
//! Guide, "Anthropic Claude tool use").

use super::Job;
use super::blocks::CachePoint;
use super::output::Output;
use super::turns::Conversation;
use crate::anthropic_messages::request::encode::tools::{Schema, input_schema, is_allowed};
use crate::bedrock_converse::family::Family;
use crate::openai_chat::request::tools::constrains;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tianji_core::generate::{Part, Tool, ToolChoice};
use tianji_core::{DialectId, Json};

/// `toolConfig` on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Offer<'a> {
    tools: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
}

/// An entry of `tools`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Entry<'a> {
    ToolSpec(Spec<'a>),
    SystemTool {
        name: &'static str,
    },
    CachePoint(CachePoint<'a>),
    #[serde(untagged)]
    Own(&'a Json),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
struct InputSchema<'a> {
    json: Schema<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Choice<'a> {
    Auto {},
    Any {},
    Tool { name: &'a str },
}

/// Puts the offer together; `None` if nothing is offered. A model that `thinks` cannot be forced to call a tool.
pub(super) fn offer<'a>(
    job: &mut Job<'a, '_>,
    output: &'a Output<'a>,
    thinks: bool,
    conversation: &Conversation<'_>,
) -> Option<Offer<'a>> {
    let request = job.request;
    let mut tools = Vec::with_capacity(request.tools.len() + 1);
    let mut vendor = Vec::new();
    for (index, tool) in request.tools.iter().enumerate() {
        if is_allowed(tool, request.tool_choice.as_ref()) {
            entry(tool, index, job, &mut tools, &mut vendor);
        }
    }
    own_tools(&vendor, job);
    if matches!(request.tool_choice, Some(ToolChoice::Allowed { .. })) {
        job.hint("tool_choice.allowed_tools", "only the allowed tools are offered");
    }
    let history = conversation.has_tool_blocks();
    if request.tool_choice == Some(ToolChoice::None) && !history {
        tools.clear();
    }
    if tools.is_empty() && history && job.target.modify_params {
        tools.extend(called(job));
    }
    let mut choice = if tools.is_empty() { no_choice(job, !vendor.is_empty()) } else { choice(job) };
    if let Output::Tool { name, description, schema } = output {
        let alone = tools.is_empty() || request.tool_choice == Some(ToolChoice::None);
        let demands = matches!(choice, Some(Choice::Tool { .. }));
        tools.push(spec(name, description.or(Some(name)), schema_for(*schema, job), None));
        // The client's own demand stays where it names a tool: then that call is the answer.
        if !thinks && !demands {
            choice = Some(if alone { Choice::Tool { name } } else { Choice::Any {} });
        }
    }
    (!tools.is_empty()).then_some(Offer { tools, tool_choice: choice })
}

fn entry<'a>(
    tool: &'a Tool,
    index: usize,
    job: &mut Job<'a, '_>,
    tools: &mut Vec<Entry<'a>>,
    vendor: &mut Vec<&'a Json>,
) {
    match tool {
        Tool::Function { name, description, schema, strict, cache } => {
            let sent = job.names.sent(name);
            let strict = strict.filter(|strict| keeps_strict(*strict, index, job));
            // The vendor's own SDKs send a description with every tool; some models refuse one without.
            let description = description.as_deref().filter(|text| !text.is_empty());
            let description = description.or((!job.own).then_some(sent));
            let schema = match schema {
                Some(schema) if job.own => Schema::AsIs(schema),
                schema => schema_for(schema.as_ref(), job),
            };
            tools.push(spec(sent, description, schema, strict));
            if let Some(mark) = cache
                && let Some(point) = CachePoint::of(mark, &format!("tools[{index}].cache_control"), job)
            {
                tools.push(Entry::CachePoint(point));
            }
        }
        Tool::Custom { name, description, format } => {
            if format.as_ref().is_some_and(constrains) {
                job.hint(format!("tools[{index}].custom.format"), "this dialect has no grammars");
            }
            let schema = json!({
                "type": "object",
                "properties": { "input": { "type": "string" } },
                "required": ["input"],
            });
            let sent = job.names.sent(name);
            tools.push(spec(sent, description.as_deref().or(Some(sent)), Schema::Made(schema), None));
        }
        Tool::Server { dialect: DialectId::BedrockConverse, raw, .. } => tools.push(Entry::Own(raw)),
        Tool::Server { type_name, raw, .. }
            if job.family == Family::Claude && CLAUDES_TOOLS.iter().any(|(own, _)| type_name.starts_with(own)) =>
        {
            vendor.push(raw);
        }
        Tool::Server { .. } => job.lose(format!("tools[{index}]"), "a tool of another vendor"),
        Tool::WebSearch { .. } if job.family == Family::Nova => tools.push(Entry::SystemTool { name: GROUNDING }),
        Tool::WebSearch { .. } => job.lose("web_search_options", "the model does not search the web"),
    }
}

/// Nova takes three keywords at the top of a schema and refuses all others.
fn schema_for<'a>(schema: Option<&'a Json>, job: &Job<'a, '_>) -> Schema<'a> {
    let schema = input_schema(schema);
    if job.family != Family::Nova {
        return schema;
    }
    let value = match schema {
        Schema::AsIs(json) => json.value(),
        Schema::Made(value) => value,
    };
    Schema::Made(match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(name, _)| NOVAS_KEYWORDS.contains(&name.as_str())).collect())
        }
        other => other,
    })
}

fn spec<'a>(name: &'a str, description: Option<&'a str>, json: Schema<'a>, strict: Option<bool>) -> Entry<'a> {
    Entry::ToolSpec(Spec { name, description, input_schema: InputSchema { json }, strict })
}

/// Strict tools need the same machinery as structured outputs.
fn keeps_strict(strict: bool, index: usize, job: &mut Job<'_, '_>) -> bool {
    if job.own || !strict {
        return job.own;
    }
    let able = job.target.capabilities.native_structured_output == Some(true);
    if !able {
        job.hint(format!("tools[{index}].function.strict"), "arguments are not forced to follow the schema");
    }
    able
}

/// Tools that Claude knows by their type stand among its own parameters, with the beta feature that each belongs to.
fn own_tools(tools: &[&Json], job: &mut Job<'_, '_>) {
    if tools.is_empty() {
        return;
    }
    let kind = |tool: &&Json| tool.value().get("type").and_then(Value::as_str).map(str::to_owned);
    let kinds: Vec<String> = tools.iter().filter_map(kind).collect();
    let betas = CLAUDES_TOOLS.iter().filter(|(own, _)| kinds.iter().any(|kind| kind.starts_with(own)));
    let betas: BTreeSet<&str> = betas.map(|(_, beta)| *beta).filter(|beta| !beta.is_empty()).collect();
    let betas = Json::of(&betas).ok().filter(|_| !betas.is_empty());
    for (name, value) in [("tools", Json::of(tools).ok()), ("anthropic_beta", betas)] {
        if let Some(value) = value {
            job.additional.entry(name.to_owned()).or_insert(value);
        }
    }
}

/// A conversation with calls needs tools on offer: those that were called, as far as the history tells.
fn called<'a>(job: &Job<'a, '_>) -> Vec<Entry<'a>> {
    let parts = job.request.messages.iter().flat_map(|message| &message.parts);
    let names: BTreeSet<&str> = parts
        .filter_map(|part| match part {
            Part::ToolCall(call) => Some(job.names.sent(&call.name)),
            _ => None,
        })
        .collect();
    names.into_iter().map(|name| spec(name, Some(name), input_schema(None), None)).collect()
}

fn choice<'a>(job: &mut Job<'a, '_>) -> Option<Choice<'a>> {
    let request = job.request;
    let choice = match &request.tool_choice {
        Some(ToolChoice::Auto) => Some(Choice::Auto {}),
        Some(ToolChoice::Required | ToolChoice::Allowed { required: true, .. }) => Some(Choice::Any {}),
        Some(ToolChoice::Named(name)) => Some(Choice::Tool { name: job.names.sent(name) }),
        Some(ToolChoice::Allowed { required: false, .. }) => Some(Choice::Auto {}),
        Some(ToolChoice::None) => {
            job.hint("tool_choice", "tools must stay on offer while the history has calls");
            None
        }
        None => None,
    };
    if request.parallel_tool_calls == Some(false) {
        one_at_a_time(choice.as_ref(), job);
    }
    choice
}

/// Only Claude can be told to call one tool at a time, in its own words.
fn one_at_a_time(choice: Option<&Choice<'_>>, job: &mut Job<'_, '_>) {
    if job.family != Family::Claude {
        let reason = "the model cannot be told to call one tool at a time";
        match job.request.source {
            _ if job.allows("parallel_tool_calls") => {}
            DialectId::OpenAiChat => job.lose("parallel_tool_calls", reason),
            // Agents of the other dialects say it to every model.
            _ => job.hint("parallel_tool_calls", reason),
        }
        return;
    }
    let mut own = match choice {
        Some(Choice::Any {}) => json!({ "type": "any" }),
        Some(Choice::Tool { name }) => json!({ "type": "tool", "name": name }),
        Some(Choice::Auto {}) | None => json!({ "type": "auto" }),
    };
    if let Some(own) = own.as_object_mut() {
        own.insert("disable_parallel_tool_use".to_owned(), Value::Bool(true));
    }
    if let Ok(own) = Json::of(&own) {
        job.additional.insert("tool_choice".to_owned(), own);
    }
}

fn no_choice<'a>(job: &mut Job<'_, '_>, vendors: bool) -> Option<Choice<'a>> {
    let request = job.request;
    if request.tool_choice.as_ref().is_some_and(|choice| *choice != ToolChoice::None) && !vendors {
        job.hint("tool_choice", "there are no tools to choose from");
    }
    if request.parallel_tool_calls == Some(false) {
        job.hint("parallel_tool_calls", "there are no tools to call");
    }
    None
}

/// Keywords at the top of a tool's schema (Amazon Nova User Guide, "Defining a tool").
const NOVAS_KEYWORDS: &[&str] = &["type", "properties", "required"];

/// How the types of Claude's tools begin that Bedrock takes, and the beta feature of each.
const CLAUDES_TOOLS: &[(&str, &str)] = &[
    ("bash_20241022", "computer-use-2024-10-22"),
    ("bash_20250124", "computer-use-2025-01-24"),
    ("computer_20241022", "computer-use-2024-10-22"),
    ("computer_20250124", "computer-use-2025-01-24"),
    ("computer_20251124", "computer-use-2025-11-24"),
    ("memory_20250818", "context-management-2025-06-27"),
    ("text_editor_20241022", "computer-use-2024-10-22"),
    ("text_editor_20250124", "computer-use-2025-01-24"),
    ("text_editor_20250", ""),
];

/// Nova's tool that searches the web (Amazon Nova User Guide, "Web Grounding").
const GROUNDING: &str = "nova_grounding";
