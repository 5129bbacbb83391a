//! Kinds of hosts that serve Foundry models.

/// What a base URL points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// `*.services.ai.azure.com`: the model inference API of a Foundry resource.
    Services,
    /// `*.openai.azure.com`: an Azure OpenAI resource.
    OpenAi,
    /// A serverless endpoint, or a host of the operator.
    Other,
}

impl Host {
    /// By the URL.
    pub(super) fn of(base: &str) -> Self {
        let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
        let host = rest.split(['/', ':']).next().unwrap_or(rest).to_ascii_lowercase();
        if host.ends_with(".services.ai.azure.com") {
            Self::Services
        } else if host.ends_with(".openai.azure.com") {
            Self::OpenAi
        } else {
            Self::Other
        }
    }
}
