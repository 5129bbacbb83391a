//! Whose model it is, which decides the dialect and the path.

use crate::endpoint::EndpointKind;
use crate::ways::Way;
use tianji_core::DialectId;

/// Models by how they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's, in Anthropic's form.
    Claude,
    /// Cohere's Command, in Cohere's form.
    Cohere,
    /// All others, in OpenAI's form.
    Other,
}

impl Family {
    /// By the deployment's name: what Azure's catalogue calls the model, unless the operator says otherwise.
    pub(super) fn of(model: &str) -> Self {
        let name = model.to_ascii_lowercase();
        if name.contains("claude") {
            Self::Claude
        } else if name.starts_with("cohere-command") {
            Self::Cohere
        } else {
            Self::Other
        }
    }

    /// How such models can be asked.
    pub(super) fn ways(self) -> Vec<Way> {
        vec![match self {
            Self::Claude => Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages },
            Self::Cohere => Way { dialect: DialectId::CohereChat, kind: EndpointKind::Chat },
            Self::Other => Way { dialect: DialectId::OpenAiChat, kind: EndpointKind::Chat },
        }]
    }
}
