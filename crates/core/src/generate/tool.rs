//! Tools a model may call and how it must choose.

use super::CacheMark;
use crate::{DialectId, Json};

/// A tool on offer.
#[derive(Clone, Debug, PartialEq)]
pub enum Tool {
    /// A function with a JSON schema.
    Function {
        /// Name.
        name: String,
        /// What it does.
        description: Option<String>,
        /// JSON schema of the arguments.
        schema: Option<Json>,
        /// Whether arguments must follow the schema exactly.
        strict: Option<bool>,
        /// Cache mark after this tool.
        cache: Option<CacheMark>,
    },
    /// OpenAI's custom tool: free text in, by an optional grammar.
    Custom {
        /// Name.
        name: String,
        /// What it does.
        description: Option<String>,
        /// Format of the input.
        format: Option<Json>,
    },
    /// A tool that the vendor runs or defines itself; only its own dialect can say it.
    Server {
        /// Whose word it is.
        dialect: DialectId,
        /// The vendor's `type`.
        type_name: String,
        /// The whole tool.
        raw: Json,
    },
    /// A web search by the vendor, which several dialects can say.
    WebSearch {
        /// `low`, `medium` or `high`.
        context_size: Option<String>,
        /// Approximate location, in OpenAI's shape.
        user_location: Option<Json>,
    },
}

/// How the model must choose among the tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// None at all.
    None,
    /// At least one.
    Required,
    /// This one.
    Named(String),
    /// Among these; `required` says whether one must be called.
    Allowed {
        /// Whether one must be called.
        required: bool,
        /// Names.
        names: Vec<String>,
    },
}

impl ToolChoice {
    /// Whether it leaves no choice but to call a tool.
    pub const fn is_required(&self) -> bool {
        matches!(self, Self::Required | Self::Named(_) | Self::Allowed { required: true, .. })
    }
}
