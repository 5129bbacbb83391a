//! Tools on offer and the choice among them ("Tool use", "Web search tool").

use super::blocks::Mark;
use super::body::Body;
use super::output::Output;
use super::{Job, STRUCTURED_OUTPUTS, schema};
use crate::openai_chat::request::tools::constrains;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tianji_core::generate::{CacheMark, Message, Part, Tool, ToolChoice};
use tianji_core::{DialectId, Json, LossClass};

/// Tools and choice, ready to be written.
pub(super) struct Offer<'a> {
    tools: Vec<Entry<'a>>,
    choice: Option<Choice<'a>>,
}

/// An entry of `tools`.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Function(Function<'a>),
    Own(&'a Json),
    Search(Search),
}

#[derive(Serialize)]
struct Function<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    input_schema: Schema<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Mark<'a>>,
    /// What a client of this dialect wrote beside them.
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Json>,
}

/// The schema of a tool's input.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Schema<'a> {
    /// As the client wrote it.
    AsIs(&'a Json),
    /// One that had to be made or changed.
    Made(Value),
}

#[derive(Serialize)]
struct Search {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_uses: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct Choice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

impl Offer<'_> {
    /// Writes `tools` and `tool_choice`.
    pub(super) fn write(&self, body: &mut Body) {
        if !self.tools.is_empty() {
            body.put("tools", &self.tools);
        }
        if let Some(choice) = &self.choice {
            body.put("tool_choice", choice);
        }
    }
}

/// Puts the offer together. A model that `thinks` cannot be forced to call a tool.
pub(super) fn offer<'a>(job: &mut Job<'a, '_>, output: &'a Output<'a>, thinks: bool) -> Offer<'a> {
    let request = job.request;
    let mut tools = Vec::with_capacity(request.tools.len() + 1);
    for (index, tool) in request.tools.iter().enumerate() {
        if is_allowed(tool, request.tool_choice.as_ref()) {
            tools.extend(entry(tool, index, job));
        }
    }
    if matches!(request.tool_choice, Some(ToolChoice::Allowed { .. })) {
        job.hint("tool_choice.allowed_tools", "only the allowed tools are offered");
    }
    let mut choice = if tools.is_empty() { no_choice(job) } else { choice(job) };
    if tools.is_empty() && !job.own && speaks_of_tools(&request.messages) {
        tools.push(stand_in());
    }
    if let Output::Tool { name, description, schema } = output {
        let alone = tools.is_empty() || request.tool_choice == Some(ToolChoice::None);
        let forced = if alone { "tool" } else { "any" };
        tools.push(Entry::Function(Function {
            name: Cow::Borrowed(name.as_ref()),
            description: *description,
            input_schema: input_schema(*schema),
            kind: None,
            strict: None,
            cache_control: None,
            rest: BTreeMap::new(),
        }));
        let named = alone.then(|| Cow::Borrowed(name.as_ref()));
        let parallel = choice.as_ref().and_then(|choice| choice.disable_parallel_tool_use);
        // The client's own demand stays where it names a tool: then that call is the answer.
        let demands = choice.as_ref().is_some_and(|choice| choice.kind == "tool");
        if !thinks && !demands {
            choice = Some(Choice { kind: forced, name: named, disable_parallel_tool_use: parallel });
        }
    }
    Offer { tools, choice }
}

/// Whether tools were called in the conversation so far.
fn speaks_of_tools(messages: &[Message]) -> bool {
    let of_tool = |part: &Part| matches!(part, Part::ToolCall(_) | Part::ToolResult(_));
    messages.iter().any(|message| message.parts.iter().any(of_tool))
}

/// The vendor refuses a conversation about tools without any on offer. The reference proxy offers this one.
fn stand_in<'a>() -> Entry<'a> {
    Entry::Function(Function {
        name: Cow::Borrowed("dummy_tool"),
        description: Some("This is a dummy tool call"),
        input_schema: input_schema(None),
        kind: None,
        strict: None,
        cache_control: None,
        rest: BTreeMap::new(),
    })
}

/// Whether a tool may be offered under a choice.
pub(crate) fn is_allowed(tool: &Tool, choice: Option<&ToolChoice>) -> bool {
    let Some(ToolChoice::Allowed { names, .. }) = choice else { return true };
    match tool {
        Tool::Function { name, .. } | Tool::Custom { name, .. } => names.contains(name),
        Tool::Server { .. } | Tool::WebSearch { .. } => true,
    }
}

fn entry<'a>(tool: &'a Tool, index: usize, job: &mut Job<'a, '_>) -> Option<Entry<'a>> {
    match tool {
        Tool::Function { name, description, schema, strict, cache } => {
            let strict = strict.filter(|strict| keeps_strict(*strict, index, job));
            let prefix = format!("tools[{index}].");
            let rest = job.request.anthropic_only.iter();
            let rest = rest.filter_map(|(path, raw)| Some((path.strip_prefix(prefix.as_str())?, raw))).collect();
            let input_schema = match schema {
                Some(schema) if strict == Some(true) && !job.own => Schema::Made(schema::adapted(schema.value())),
                schema => input_schema(schema.as_ref()),
            };
            Some(function(name, description.as_deref(), input_schema, strict, cache.as_ref(), rest, job))
        }
        Tool::Custom { name, description, format } => {
            if format.as_ref().is_some_and(constrains) {
                job.hint(format!("tools[{index}].custom.format"), "this dialect has no grammars");
            }
            let schema = serde_json::json!({
                "type": "object",
                "properties": { "input": { "type": "string" } },
                "required": ["input"],
            });
            Some(function(name, description.as_deref(), Schema::Made(schema), None, None, BTreeMap::new(), job))
        }
        Tool::Server { dialect, type_name, raw } => {
            if *dialect != DialectId::AnthropicMessages && !OWN_TOOLS.iter().any(|own| type_name.starts_with(own)) {
                job.losses.push(LossClass::Parameter, format!("tools[{index}]"), "a tool of another vendor");
                return None;
            }
            for (_, feature) in FEATURES.iter().filter(|(kind, _)| type_name.starts_with(kind)) {
                job.needs(feature);
            }
            Some(Entry::Own(raw))
        }
        Tool::WebSearch { context_size, user_location } => Some(Entry::Search(Search {
            kind: "web_search_20250305",
            name: "web_search",
            max_uses: context_size.as_deref().and_then(max_uses),
            user_location: user_location.as_ref().and_then(location),
        })),
    }
}

fn function<'a>(
    name: &'a str,
    description: Option<&'a str>,
    input_schema: Schema<'a>,
    strict: Option<bool>,
    cache: Option<&'a CacheMark>,
    rest: BTreeMap<&'a str, &'a Json>,
    job: &Job<'a, '_>,
) -> Entry<'a> {
    Entry::Function(Function {
        name: Cow::Borrowed(job.names.sent(name)),
        description,
        input_schema,
        kind: Some("custom"),
        strict,
        cache_control: Mark::of(cache),
        rest,
    })
}

/// Strict tools need the same machinery as structured outputs ("Strict tool use").
fn keeps_strict(strict: bool, index: usize, job: &mut Job<'_, '_>) -> bool {
    if job.own || !strict {
        return job.own;
    }
    let able = job.target.capabilities.native_structured_output == Some(true);
    if able {
        job.needs(STRUCTURED_OUTPUTS);
    } else {
        job.hint(format!("tools[{index}].function.strict"), "arguments are not forced to follow the schema");
    }
    able
}

/// A schema that is an object's: the vendor asks for `type`.
pub(crate) fn input_schema(schema: Option<&Json>) -> Schema<'_> {
    let empty = || serde_json::json!({ "type": "object", "properties": {} });
    let Some(schema) = schema.filter(|schema| !schema.is_null()) else { return Schema::Made(empty()) };
    match schema.value() {
        Value::Object(members) if !members.contains_key("type") => {
            let mut typed = Map::new();
            typed.insert("type".to_owned(), Value::from("object"));
            typed.extend(members);
            Schema::Made(Value::Object(typed))
        }
        _ => Schema::AsIs(schema),
    }
}

/// How often the model may search, by how much context is wanted (the reference proxy's numbers).
fn max_uses(context_size: &str) -> Option<u8> {
    match context_size {
        "low" => Some(1),
        "medium" => Some(5),
        "high" => Some(10),
        _ => None,
    }
}

/// OpenAI nests the place under `approximate`, this dialect does not.
fn location(raw: &Json) -> Option<Map<String, Value>> {
    let Value::Object(mut location) = raw.value() else { return None };
    if let Some(Value::Object(place)) = location.remove("approximate") {
        location.extend(place);
    }
    location.entry("type").or_insert_with(|| Value::from("approximate"));
    location.retain(|_, value| !value.is_null());
    Some(location)
}

fn choice<'a>(job: &Job<'a, '_>) -> Option<Choice<'a>> {
    let request = job.request;
    let parallel = request.parallel_tool_calls.filter(|parallel| !(job.own && *parallel));
    let (kind, name) = match &request.tool_choice {
        Some(ToolChoice::Auto) => ("auto", None),
        Some(ToolChoice::None) => ("none", None),
        Some(ToolChoice::Required) => ("any", None),
        Some(ToolChoice::Named(name)) => ("tool", Some(Cow::Borrowed(job.names.sent(name)))),
        Some(ToolChoice::Allowed { required, .. }) => (if *required { "any" } else { "auto" }, None),
        None if parallel.is_some() => ("auto", None),
        None => return None,
    };
    let disabled = parallel.filter(|_| kind != "none").map(|parallel| !parallel);
    Some(Choice { kind, name, disable_parallel_tool_use: disabled })
}

/// The vendor refuses a choice among no tools.
fn no_choice<'a>(job: &mut Job<'_, '_>) -> Option<Choice<'a>> {
    let request = job.request;
    if request.tool_choice.as_ref().is_some_and(|choice| *choice != ToolChoice::None) {
        job.hint("tool_choice", "there are no tools to choose from");
    }
    if request.parallel_tool_calls == Some(false) {
        job.hint("parallel_tool_calls", "there are no tools to call");
    }
    None
}

/// How the types of this vendor's own tools begin, whichever route they came by.
const OWN_TOOLS: &[&str] = &[
    "bash_",
    "browser_toolset_",
    "code_execution_",
    "computer_",
    "mcp_toolset",
    "memory_",
    "text_editor_",
    "tool_search_tool_",
    "web_fetch_",
    "web_search_2",
];

/// Types of tools and the beta feature that they belong to (each tool's own page).
const FEATURES: &[(&str, &str)] = &[
    ("code_execution_20250522", "code-execution-2025-05-22"),
    ("code_execution_20250825", "code-execution-2025-08-25"),
    ("computer_20241022", "computer-use-2024-10-22"),
    ("computer_20250124", "computer-use-2025-01-24"),
    ("computer_20251124", "computer-use-2025-11-24"),
    ("mcp_toolset", "mcp-client-2025-11-20"),
    ("memory_20250818", "context-management-2025-06-27"),
    ("tool_search_tool_", "advanced-tool-use-2025-11-20"),
    ("web_fetch_20250910", "web-fetch-2025-09-10"),
];
