//! The form of the answer: natively by schema, or by a tool that the model is made to call.
//!
//! Source: "Structured outputs"; for models without them "Tool use", "JSON output".

use super::schema;
use serde_json::Value;
use std::borrow::Cow;
use tianji_core::generate::{GenerateRequest, OutputFormat, Target, Tool};
use tianji_core::{DialectId, Json};

/// How the form of the answer is asked for.
pub(super) enum Output<'a> {
    /// Not at all: text, or JSON by what the prompt says.
    Free,
    /// As a client of this dialect wrote it.
    Own(Option<&'a Json>),
    /// By an adapted schema.
    Native(Value),
    /// By a tool whose arguments are the answer.
    Tool {
        /// Name of the tool.
        name: Cow<'static, str>,
        /// What the schema is for.
        description: Option<&'a str>,
        /// The schema.
        schema: Option<&'a Json>,
    },
}

impl<'a> Output<'a> {
    /// Decides by what the model can do.
    pub(super) fn of(request: &'a GenerateRequest, target: &Target<'_>) -> Self {
        let OutputFormat::JsonSchema { description, schema, .. } = &request.output else { return Self::Free };
        let native = target.capabilities.native_structured_output;
        if request.source == DialectId::AnthropicMessages && native != Some(false) {
            return Self::Own(schema.as_ref());
        }
        match (native, schema) {
            (Some(true), Some(schema)) => Self::Native(schema::adapted(schema.value())),
            (Some(true), None) => Self::Free,
            _ => Self::Tool {
                name: free_name(&request.tools),
                description: description.as_deref(),
                schema: schema.as_ref(),
            },
        }
    }

    /// Name of the tool whose arguments are the answer.
    pub(super) fn tool_name(&self) -> Option<&str> {
        match self {
            Self::Tool { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The adapted schema.
    pub(super) fn native_schema(&self) -> Option<&Value> {
        match self {
            Self::Native(schema) => Some(schema),
            _ => None,
        }
    }

    /// The schema as a client of this dialect wrote it.
    pub(super) fn own_schema(&self) -> Option<Option<&'a Json>> {
        match self {
            Self::Own(schema) => Some(*schema),
            _ => None,
        }
    }
}

/// Name of a tool whose arguments are the answer; made different if the client has a tool of that name.
pub(crate) fn free_name(tools: &[Tool]) -> Cow<'static, str> {
    let taken = |wanted: &str| {
        tools.iter().any(|tool| match tool {
            Tool::Function { name, .. } | Tool::Custom { name, .. } => name == wanted,
            Tool::Server { .. } | Tool::WebSearch { .. } => false,
        })
    };
    if !taken(JSON_TOOL) {
        return Cow::Borrowed(JSON_TOOL);
    }
    let numbered = (2..).map(|number: u32| format!("{JSON_TOOL}_{number}"));
    numbered.into_iter().find(|name| !taken(name)).map_or(Cow::Borrowed(JSON_TOOL), Cow::Owned)
}

/// The reference proxy's name for it.
const JSON_TOOL: &str = "json_tool_call";
