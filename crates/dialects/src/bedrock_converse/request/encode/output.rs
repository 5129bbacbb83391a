//! The form of the answer: natively by schema, or by a tool that the model is made to call.
//!
//! Source: User Guide, "Get validated JSON results from models" (`outputConfig.textFormat`).

use super::Job;
use crate::anthropic_messages::request::encode::output::free_name;
use crate::anthropic_messages::request::encode::schema;
use crate::bedrock_converse::family::Family;
use serde_json::{Value, json};
use std::borrow::Cow;
use tianji_core::Json;
use tianji_core::generate::OutputFormat;

/// How the form of the answer is asked for.
pub(super) enum Output<'a> {
    /// Not at all: text, or JSON by what the prompt says.
    Free,
    /// By a schema.
    Native {
        /// Name of the schema.
        name: Option<&'a str>,
        /// What it is for.
        description: Option<&'a str>,
        /// The schema as text.
        schema: String,
    },
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
    pub(super) fn of(job: &mut Job<'a, '_>) -> Self {
        if job.request.output == OutputFormat::JsonObject {
            job.hint("response_format", "JSON without a schema is up to the prompt");
        }
        let OutputFormat::JsonSchema { name, description, schema, .. } = &job.request.output else { return Self::Free };
        let (name, description) = (name.as_deref(), description.as_deref());
        let can = job.target.capabilities;
        match schema {
            Some(schema) if job.own => Self::Native { name, description, schema: schema.text().to_owned() },
            Some(schema) if can.native_structured_output == Some(true) => {
                let schema = match job.family {
                    Family::Claude => schema::adapted(schema.value()).to_string(),
                    _ => schema.text().to_owned(),
                };
                Self::Native { name, description, schema }
            }
            _ if can.function_calling == Some(false) => {
                job.lose("response_format", "the model takes neither schemas nor tools");
                Self::Free
            }
            schema => Self::Tool { name: free_name(&job.request.tools), description, schema: schema.as_ref() },
        }
    }

    /// Name of the tool whose arguments are the answer.
    pub(super) fn tool_name(&self) -> Option<&str> {
        match self {
            Self::Tool { name, .. } => Some(name),
            _ => None,
        }
    }

    /// `outputConfig` on the wire.
    pub(super) fn member(&self) -> Option<Value> {
        let Self::Native { name, description, schema } = self else { return None };
        let mut definition = json!({ "schema": schema });
        for (member, text) in [("name", name), ("description", description)] {
            if let (Some(text), Some(definition)) = (text, definition.as_object_mut()) {
                definition.insert(member.to_owned(), Value::from(*text));
            }
        }
        Some(json!({ "textFormat": { "type": "json_schema", "structure": { "jsonSchema": definition } } }))
    }
}
