//! Whose model it is, which decides the dialect and the path.

use tianji_core::DialectId;

/// Models by where and how they are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Google's own, by name.
    Google,
    /// Anthropic's.
    Claude,
    /// A publisher's whose models are called one by one in OpenAI's dialect.
    Publisher(&'static str),
    /// A publisher's that is called by the common endpoint of OpenAI's dialect, as `publisher/model`.
    Open,
    /// Tuned Gemini, on an endpoint with a number.
    TunedGemini,
    /// Any model of the operator's that speaks OpenAI's dialect, on an endpoint with a number.
    Deployed,
}

impl Family {
    /// By the model's name as the operator wrote it.
    pub(super) fn of(model: &str) -> Self {
        let (publisher, name) = model.split_once('/').unwrap_or(("", model));
        let lower = name.to_ascii_lowercase();
        if is_endpoint(name) {
            return if publisher == "openai" { Self::Deployed } else { Self::TunedGemini };
        }
        if lower.starts_with("claude") {
            return Self::Claude;
        }
        if let Some((_, publisher)) = PUBLISHERS.iter().find(|(prefix, _)| lower.starts_with(prefix)) {
            return Self::Publisher(publisher);
        }
        if OPEN.contains(&publisher) { Self::Open } else { Self::Google }
    }

    /// The dialect that it speaks.
    pub(super) const fn dialect(self) -> DialectId {
        match self {
            Self::Google | Self::TunedGemini => DialectId::Gemini,
            Self::Claude => DialectId::AnthropicMessages,
            Self::Publisher(_) | Self::Open | Self::Deployed => DialectId::OpenAiChat,
        }
    }
}

/// Whether a name is the number of an endpoint.
fn is_endpoint(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Beginnings of names, and the publishers of such models.
const PUBLISHERS: &[(&str, &str)] =
    &[("mistral", "mistralai"), ("codestral", "mistralai"), ("ministral", "mistralai"), ("jamba", "ai21")];

/// Publishers whose models the common endpoint serves.
const OPEN: &[&str] = &["meta", "deepseek-ai", "qwen", "openai", "minimaxai", "moonshotai", "zai-org", "xai", "nvidia"];
