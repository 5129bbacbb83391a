//! Making and changing pictures by vendors with forms of their own (OpenAI, "Create image" and "Create image edit", are
//! the forms that clients see).

mod bedrock;
mod black_forest_labs;
mod dashscope;
mod fal_ai;
mod google;
mod modelscope;
mod openrouter;
mod pictures;
mod recraft;
mod replicate;
mod runwayml;
mod size;
mod sized;
mod stability;
mod topaz;

use super::{Ask, Translator};
use tianji_core::{Error, LossClass, Losses};

/// The translators of these kinds that rows may name.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "bedrock" => &bedrock::Bedrock,
        "black_forest_labs" => &black_forest_labs::BlackForestLabs,
        "dashscope" => &dashscope::DashScope,
        "fal_ai" => &fal_ai::FalAi,
        "google" => &google::Google,
        "modelscope" => &modelscope::ModelScope,
        "openrouter" => &openrouter::OpenRouter,
        "recraft" => &recraft::Recraft,
        "replicate" => &replicate::Replicate,
        "runwayml" => &runwayml::RunwayMl,
        "stability" => &stability::Stability,
        "topaz" => &topaz::Topaz,
        "nebius" => &sized::NEBIUS,
        "together" => &sized::TOGETHER,
        "xai" => &sized::XAI,
        _ => return None,
    })
}

/// What is to be seen.
fn prompt(ask: &Ask<'_>) -> Result<String, Error> {
    ask.text("prompt").ok_or_else(|| ask.missing("prompt"))
}

/// Refuses more than one picture, where a vendor makes one at a time.
fn only_one(ask: &Ask<'_>, losses: &mut Losses) {
    if ask.whole("n").is_some_and(|n| n > 1) {
        losses.push(LossClass::Parameter, "n", "the provider makes one picture a call");
    }
}

/// OpenAI's names of a call's members (OpenAI, "Create image", "Create image edit"); all others are a vendor's own.
const KNOWN: &[&str] = &[
    "prompt",
    "model",
    "n",
    "size",
    "quality",
    "style",
    "response_format",
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "partial_images",
    "stream",
    "user",
    "image",
    "image[]",
    "mask",
    "input_fidelity",
];
/// Those of them that hardly any other vendor has.
const OPENAI_ONLY: &[&str] = &["style", "background", "moderation", "output_compression", "partial_images", "user"];
