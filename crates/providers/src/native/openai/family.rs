//! Model families of OpenAI that take fewer parameters (OpenAI, "Reasoning models" and the guides of GPT-5 and later).

use tianji_core::generate::Target;

/// What a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::native) struct Family {
    /// Takes `max_completion_tokens` in place of `max_tokens`.
    pub(super) completion_tokens: bool,
    /// When it takes temperature, `top_p`, penalties, logprobs and `logit_bias`.
    pub(super) sampling: Sampling,
    /// Takes `parallel_tool_calls: true`.
    pub(super) parallel: bool,
}

/// When a model takes sampling parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampling {
    /// Always.
    Always,
    /// Only when it does not think: `reasoning_effort` absent or `none`.
    WithoutEffort,
    /// Never.
    Never,
}

impl Family {
    /// By the model's name.
    pub(in crate::native) fn named(target: &Target<'_>) -> Self {
        Self::new(Kind::of(target.model), target)
    }

    /// By the model's name or, since deployments are named at will, by what its catalogue entry says.
    pub(in crate::native) fn deployed(target: &Target<'_>) -> Self {
        let kind = match Kind::of(target.model) {
            Kind::Classic if target.capabilities.reasoning == Some(true) => Kind::Reasoning,
            kind => kind,
        };
        Self::new(kind, target)
    }

    fn new(kind: Kind, target: &Target<'_>) -> Self {
        let sampling = match (target.capabilities.sampling_params, kind) {
            (Some(true), _) | (None, Kind::Classic | Kind::Chat) => Sampling::Always,
            (None, Kind::Switchable) => Sampling::WithoutEffort,
            (Some(false), _) | (None, Kind::Reasoning | Kind::O1) => Sampling::Never,
        };
        let parallel = match target.capabilities.parallel_function_calling {
            Some(known) => known || matches!(kind, Kind::Classic | Kind::Chat),
            None => kind != Kind::O1,
        };
        Self { completion_tokens: kind != Kind::Classic, sampling, parallel }
    }
}

/// What kind of model a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// GPT-4.1 and before, and everything that is not OpenAI's.
    Classic,
    /// `o1` and its variants.
    O1,
    /// Other o-series models, GPT-5.0, Codex.
    Reasoning,
    /// GPT-5.1 and later: thinking can be switched off.
    Switchable,
    /// `gpt-5-chat`: does not think.
    Chat,
}

impl Kind {
    fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let name = name.strip_prefix("ft:").map_or(name, |tuned| tuned.split(':').next().unwrap_or(tuned));
        if let Some(rest) = name.strip_prefix('o')
            && let Some(generation) = rest.bytes().next().filter(u8::is_ascii_digit)
        {
            let own = rest.get(1..).is_none_or(|rest| rest.is_empty() || rest.starts_with('-'));
            return if generation == b'1' && own { Self::O1 } else { Self::Reasoning };
        }
        if name.starts_with("codex-") || name == "chat-latest" {
            return Self::Reasoning;
        }
        let Some((version, rest)) = name.strip_prefix("gpt-").map(|rest| rest.split_once('-').unwrap_or((rest, "")))
        else {
            return Self::Classic;
        };
        let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
        let (Ok(major), Ok(minor)) = (major.parse::<u32>(), minor.parse::<u32>()) else { return Self::Classic };
        match (major, minor) {
            (..5, _) => Self::Classic,
            (5, 0) if rest.starts_with("chat") => Self::Chat,
            (5, 0) => Self::Reasoning,
            _ if ["chat", "codex", "pro"].iter().any(|kind| rest.starts_with(kind)) => Self::Reasoning,
            _ => Self::Switchable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn kinds_by_name() {
        for (name, want) in [
            ("gpt-4o", Kind::Classic),
            ("gpt-4.1-mini", Kind::Classic),
            ("gpt-3.5-turbo", Kind::Classic),
            ("gpt-oss-120b", Kind::Classic),
            ("omni-moderation-latest", Kind::Classic),
            ("ft:gpt-4o-2024-08-06:acme::x", Kind::Classic),
            ("Qwen/Qwen2.5-7B-Instruct", Kind::Classic),
            ("o1", Kind::O1),
            ("o1-mini-2024-09-12", Kind::O1),
            ("o3-mini", Kind::Reasoning),
            ("o4-mini", Kind::Reasoning),
            ("ft:o4-mini-2025-04-16:acme::x", Kind::Reasoning),
            ("openai/o3", Kind::Reasoning),
            ("gpt-5", Kind::Reasoning),
            ("gpt-5-mini-2025-08-07", Kind::Reasoning),
            ("gpt-5-chat-latest", Kind::Chat),
            ("gpt-5.1", Kind::Switchable),
            ("gpt-5.2-chat-latest", Kind::Reasoning),
            ("gpt-5.1-codex-max", Kind::Reasoning),
            ("gpt-5.4-mini", Kind::Switchable),
            ("gpt-6-sol", Kind::Switchable),
            ("codex-mini-latest", Kind::Reasoning),
        ] {
            assert_eq!(Kind::of(name), want, "{name}");
        }
    }
}
