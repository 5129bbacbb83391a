//! Whose model it is, which decides the interfaces and their path.

use crate::endpoint::EndpointKind;
use crate::ways::Way;
use tianji_core::DialectId;

/// Models by how they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's.
    Claude,
    /// OpenAI's closed ones: Responses only, on a path of their own.
    Frontier,
    /// OpenAI's open ones: chat and Responses.
    Open,
    /// All others: chat.
    Other,
}

impl Family {
    /// By the model's id (`vendor.model`).
    pub(super) fn of(model: &str) -> Self {
        match model.split_once('.') {
            Some(("anthropic", _)) => Self::Claude,
            Some(("openai", name)) if name.starts_with("gpt-oss") => Self::Open,
            Some(("openai", _)) => Self::Frontier,
            _ => Self::Other,
        }
    }

    /// How such models can be asked.
    pub(super) fn ways(self) -> Vec<Way> {
        let chat = Way { dialect: DialectId::OpenAiChat, kind: EndpointKind::Chat };
        let responses = Way { dialect: DialectId::OpenAiResponses, kind: EndpointKind::Responses };
        let messages = Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages };
        match self {
            Self::Claude => vec![messages],
            Self::Frontier => vec![responses],
            Self::Open => vec![chat, responses],
            Self::Other => vec![chat],
        }
    }

    /// The path that their interfaces stand below.
    pub(super) const fn root(self) -> &'static str {
        match self {
            Self::Claude => "/anthropic/v1",
            Self::Frontier => "/openai/v1",
            Self::Open | Self::Other => "/v1",
        }
    }
}
