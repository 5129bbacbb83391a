//! Speech to text by vendors with forms of their own (OpenAI, "Create transcription", is the form that clients see).

mod assemblyai;
mod azure_speech;
mod captions;
mod deepgram;
mod elevenlabs;
mod gemini;
mod nvidia_riva;
mod soniox;
mod transcript;
mod watsonx;
mod xai;

use super::{Ask, Translator};
use tianji_core::{Error, Upload};

/// The translators of this kind that rows may name.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "assemblyai" => &assemblyai::AssemblyAi,
        "azure_speech" => &azure_speech::AzureSpeech,
        "deepgram" => &deepgram::Deepgram,
        "elevenlabs" => &elevenlabs::ElevenLabs,
        "gemini" => &gemini::Gemini,
        "nvidia_riva" => &nvidia_riva::NvidiaRiva,
        "soniox" => &soniox::Soniox,
        "watsonx" => &watsonx::Watsonx,
        "xai" => &xai::Xai,
        _ => return None,
    })
}

/// The recording of a call.
fn recording<'a>(ask: &'a Ask<'_>) -> Result<&'a Upload, Error> {
    ask.file("file").ok_or_else(|| ask.missing("file"))
}

/// OpenAI's names of a call's members (OpenAI, "Create transcription"); all others are a vendor's own.
const KNOWN: &[&str] = &[
    "file",
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "timestamp_granularities",
    "timestamp_granularities[]",
    "include",
    "include[]",
    "stream",
    "chunking_strategy",
    "user",
];
