//! Finish reasons, both ways (Gemini API reference, `FinishReason` and `BlockReason`; Vertex AI adds `MODEL_ARMOR`).

use tianji_core::generate::{Finish, FinishReason};

/// Reads the vendor's word. A plain stop after calls means "call them": the vendor has no word for that.
pub(super) fn read(word: &str, calls: bool) -> Finish {
    let reason = match word {
        "STOP" if calls => FinishReason::ToolCalls,
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        word if FILTERED.contains(&word) || word.starts_with("IMAGE_") => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    };
    Finish::new(reason, word)
}

/// A prompt that was refused: there is no answer to say why it ended.
pub(super) fn blocked(word: &str) -> Finish {
    Finish::new(FinishReason::ContentFilter, word)
}

/// Whether a word is a real reason. `FINISH_REASON_UNSPECIFIED` is the default of the type.
pub(super) fn is_reason(word: &str) -> bool {
    !word.is_empty() && word != "FINISH_REASON_UNSPECIFIED"
}

/// The word for a client: the vendor's own where it is one of this dialect's.
pub(super) fn word(finish: &Finish) -> &str {
    match finish.reason {
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls | FinishReason::PauseTurn => "STOP",
        FinishReason::Length | FinishReason::ContextExceeded => "MAX_TOKENS",
        FinishReason::ContentFilter | FinishReason::Refusal if is_own(&finish.native) => &finish.native,
        FinishReason::ContentFilter | FinishReason::Refusal => "SAFETY",
        FinishReason::Other if is_own(&finish.native) => &finish.native,
        FinishReason::Other => "OTHER",
    }
}

/// This dialect's words are the only ones in capitals.
fn is_own(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Words for what a filter took.
const FILTERED: &[&str] =
    &["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "OTHER"];
