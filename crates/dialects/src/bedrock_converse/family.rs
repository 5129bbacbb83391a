//! Families of models, by their ids: Converse is one form, but `additionalModelRequestFields` are each vendor's own.
//!
//! Source: Amazon Bedrock User Guide, "Inference request parameters and response fields for foundation models".

/// Whose words the additional fields are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's Claude; also models that are known by an account's ARN only, since nearly all that think are Claude.
    Claude,
    /// Amazon's Nova.
    Nova,
    /// OpenAI's open-weight models.
    OpenAi,
    /// Anything else: sampling by the common parameters only.
    Other,
}

impl Family {
    /// By a model's id, an inference profile's id, or an ARN that holds one of them.
    pub(super) fn of(model: &str) -> Self {
        if model.contains("anthropic.") || model.contains("claude") {
            Self::Claude
        } else if model.contains("amazon.nova") {
            Self::Nova
        } else if model.contains("openai.") || model.contains("gpt-oss") {
            Self::OpenAi
        } else if model.contains(":application-inference-profile/") || model.is_empty() {
            Self::Claude
        } else {
            Self::Other
        }
    }
}

/// Whether Nova thinks: the second generation does (Amazon Nova 2 User Guide, "Extended thinking").
pub(super) fn nova_thinks(model: &str) -> bool {
    model.contains("nova-2")
}

/// Whether a model keeps caches for an hour: Claude from 4.5 on (User Guide, "Prompt caching").
pub(super) fn caches_for_an_hour(model: &str) -> bool {
    Family::of(model) == Family::Claude && !SHORT_CACHES.iter().any(|name| model.contains(name))
}

/// Parts of the ids of Claude models whose caches live five minutes only.
const SHORT_CACHES: &[&str] =
    &["claude-3", "claude-instant", "claude-opus-4-1-", "claude-opus-4-2025", "claude-sonnet-4-2025", "claude-v2"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_all_forms() {
        for (model, family) in [
            ("anthropic.claude-3-5-sonnet-20240620-v1:0", Family::Claude),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Family::Claude),
            ("arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0", Family::Nova),
            ("arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2", Family::Claude),
            ("arn:aws:bedrock:us-east-1:1:imported-model/a1b2", Family::Other),
            ("openai.gpt-oss-120b-1:0", Family::OpenAi),
            ("meta.llama3-70b-instruct-v1:0", Family::Other),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
        assert!(caches_for_an_hour("global.anthropic.claude-sonnet-4-5-20250929-v1:0"));
        assert!(!caches_for_an_hour("us.anthropic.claude-sonnet-4-20250514-v1:0"));
        assert!(!caches_for_an_hour("amazon.nova-pro-v1:0"));
        assert!(nova_thinks("us.amazon.nova-2-lite-v1:0") && !nova_thinks("amazon.nova-lite-v1:0"));
    }
}
