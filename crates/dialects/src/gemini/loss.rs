//! Parameters that only this dialect has, and what it means to another dialect that it cannot say them.

use tianji_core::generate::GenerateRequest;
use tianji_core::{LossClass, Losses};

/// Notes what of this dialect's own parameters another dialect leaves out.
pub(crate) fn unsaid(request: &GenerateRequest, losses: &mut Losses) {
    for (path, raw) in &request.gemini_only {
        let says_nothing =
            matches!(raw.text(), "null" | "{}" | "[]") || DEFAULTS.contains(&(path.as_str(), raw.text()));
        let hint = says_nothing || HINTS.contains(&path.as_str()) || path.starts_with("tools[");
        let class = if hint { LossClass::Hint } else { LossClass::Parameter };
        losses.push(class, path.as_str(), "a parameter that only Gemini has");
    }
}

/// Nothing that is asked for changes without them: filters are the vendor's, and so are labels on its bill.
const HINTS: &[&str] = &[
    "safetySettings",
    "labels",
    "generationConfig.thinkingConfig.includeThoughts",
    "generationConfig.mediaResolution",
    "generationConfig.audioTimestamp",
    "generationConfig.routingConfig",
    "toolConfig.functionCallingConfig.mode",
];

/// Values that say what happens anyway.
const DEFAULTS: &[(&str, &str)] =
    &[("generationConfig.responseModalities", r#"["TEXT"]"#), ("generationConfig.enableEnhancedCivicAnswers", "false")];
