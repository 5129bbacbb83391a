//! Everything of a request that is neither the prompt nor sampling.

use crate::openai_responses::loss_elsewhere;
use crate::{cohere_chat, gemini, openai_text};
use tianji_core::generate::{GenerateRequest, OutputFormat, Reasoning, Target, ToolChoice};
use tianji_core::{Extra, LossClass, Losses};

/// Reports what a bare prompt has no room for; gives what goes along with it: parameters that nobody else knows, and
/// those that the entry allows.
pub(crate) fn along(request: &GenerateRequest, target: &Target<'_>, losses: &mut Losses) -> Extra {
    unsaid(request, losses);
    let allows = |name: &str| target.allowed_params.iter().any(|allowed| allowed == name);
    let mut kept = Extra::new();
    for (name, raw) in &request.openai_only {
        if allows(name) {
            kept.insert(name.clone(), raw.clone());
        } else if let Some(class) = loss_elsewhere(name, raw) {
            losses.push(class, name.as_str(), "a parameter that only the Responses API has");
        } else {
            let nothing = openai_text::says_nothing(name, raw.text()) || NOTHING.contains(&(name, raw.text()));
            let class = if nothing || HINTS.contains(&name.as_str()) { LossClass::Hint } else { LossClass::Parameter };
            losses.push(class, name.as_str(), UNKNOWN);
        }
    }
    for (name, raw) in request.anthropic_only.iter().chain(&request.cohere_only) {
        if allows(name) {
            kept.insert(name.clone(), raw.clone());
        } else if request.anthropic_only.contains_key(name) {
            losses.push(LossClass::Hint, name.as_str(), "a parameter that only Anthropic has");
        } else {
            losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
        }
    }
    gemini::unsaid(request, losses);
    kept.extend(request.extra.iter().map(|(name, raw)| (name.clone(), raw.clone())));
    kept
}

/// Canonical words that a bare prompt has no room for.
fn unsaid(request: &GenerateRequest, losses: &mut Losses) {
    let chooses = !matches!(request.tool_choice, None | Some(ToolChoice::Auto | ToolChoice::None));
    let several = request.sampling.n.as_ref().is_some_and(|n| n.as_f64() != Some(1.0));
    let probabilities = request.sampling.logprobs == Some(true);
    for (name, class, said) in [
        ("tools", LossClass::Parameter, !request.tools.is_empty()),
        ("tool_choice", LossClass::Parameter, chooses),
        ("response_format", LossClass::Parameter, request.output != OutputFormat::Text),
        ("n", LossClass::Parameter, several),
        ("logprobs", LossClass::Parameter, probabilities),
        ("top_logprobs", LossClass::Parameter, probabilities && request.sampling.top_logprobs.is_some()),
        ("reasoning_effort", LossClass::Hint, !matches!(request.reasoning, None | Some(Reasoning::Disabled))),
        ("service_tier", LossClass::Hint, request.service_tier.is_some()),
        ("cache_control", LossClass::Hint, request.cache.is_some()),
        ("user", LossClass::Hint, request.user.is_some()),
    ] {
        if said {
            losses.push(class, name, UNKNOWN);
        }
    }
    for path in &request.unknown {
        losses.push(LossClass::Hint, path.as_str(), "an unknown member");
    }
}

const UNKNOWN: &str = "not known to this dialect";

/// OpenAI's parameters that change nothing about the answer.
const HINTS: &[&str] = &[
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "stream_options",
];

/// Values that say what happens anyway.
const NOTHING: &[(&str, &str)] = &[("modalities", r#"["text"]"#), ("store", "false")];
