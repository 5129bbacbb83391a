//! What Google's models of all kinds have in common: addresses, replies of `generateContent`, usage.

use super::Ask;
use super::compat::malformed;
use super::hosts::{model_path, vertex};
use serde::Deserialize;
use tianji_core::{Error, Kind, Reply, Upload, Usage};

/// The address of a model's method: below the entry's base, or on Vertex AI where the base follows from the place
/// (Google, "Gemini API: Models"; Google Cloud, "Vertex AI: publishers.models").
pub(super) fn model_url(ask: &Ask<'_>, method: &str) -> Result<String, Error> {
    if ask.provider.base_of_place {
        return vertex::model_url(ask, method);
    }
    let base = ask.connection.base.as_str();
    // An operator may have left the model on the base.
    if base.contains("/models/") {
        return Ok(format!("{base}:{method}"));
    }
    let model = ask.target.model;
    Ok(format!("{base}/models/{}:{method}", model_path(ask, model.strip_prefix("models/").unwrap_or(model))?))
}

/// The media type of a file, by what the client says or what stands in its first bytes.
pub(super) fn media_type(file: &Upload, otherwise: &'static str) -> String {
    let said = file.content_type.as_deref().filter(|kind| !kind.starts_with("application/octet-stream"));
    said.unwrap_or_else(|| sniffed(&file.head).unwrap_or(otherwise)).to_owned()
}

/// The media type of pictures, recordings and documents by their first bytes (WHATWG, "MIME Sniffing").
pub(super) fn sniffed(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] | [0xFF, 0xE0..=0xFF, ..] => "audio/mp3",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "audio/mp4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "audio/webm",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => return None,
    })
}

/// A reply of `generateContent` (Google, "Gemini API: GenerateContentResponse").
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Generated {
    #[serde(default)]
    candidates: Vec<Candidate>,
    usage_metadata: Option<Metadata>,
    prompt_feedback: Option<Feedback>,
    /// The vendor's id.
    #[serde(rename = "responseId")]
    pub(super) id: Option<String>,
}

impl Generated {
    /// Reads it; a refusal is an error.
    pub(super) fn read(reply: &Reply) -> Result<Self, Error> {
        let told: Self = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        if let Some(reason) = told.prompt_feedback.as_ref().and_then(|feedback| feedback.block_reason.as_deref()) {
            return Err(Error::provider(Kind::ContentPolicy, format!("the prompt was blocked: {reason}")));
        }
        Ok(told)
    }

    /// All text of the answer.
    pub(super) fn text(&self) -> String {
        self.parts().filter_map(|part| part.text.as_deref()).collect()
    }

    /// Pictures or sound of the answer, as base64 with their media types.
    pub(super) fn media(&self) -> impl Iterator<Item = (&str, &str)> {
        let media = self.parts().filter_map(|part| part.inline_data.as_ref());
        media.map(|media| (media.mime_type.as_deref().unwrap_or_default(), media.data.as_str()))
    }

    /// Why there is no more.
    pub(super) fn finish(&self) -> Option<&str> {
        self.candidates.iter().find_map(|candidate| candidate.finish_reason.as_deref())
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        let contents = self.candidates.iter().filter_map(|candidate| candidate.content.as_ref());
        contents.flat_map(|content| &content.parts).filter(|part| part.thought != Some(true))
    }

    /// Tokens by modality (Google, "Gemini API: UsageMetadata").
    pub(super) fn usage(&self) -> Option<Usage> {
        let told = self.usage_metadata.as_ref()?;
        let of = |list: &[Tokens], kind: &str| {
            list.iter().filter(|tokens| tokens.modality == kind).map(|tokens| tokens.token_count).sum::<u64>()
        };
        let (input, output) = (told.prompt_token_count, told.candidates_token_count);
        let in_audio = of(&told.prompt_tokens_details, "AUDIO").min(input);
        let in_image = of(&told.prompt_tokens_details, "IMAGE").min(input - in_audio);
        let out_audio = of(&told.candidates_tokens_details, "AUDIO").min(output);
        let out_image = of(&told.candidates_tokens_details, "IMAGE").min(output - out_audio);
        Some(Usage {
            in_text: input - in_audio - in_image,
            in_audio,
            in_image,
            out_text: output - out_audio - out_image,
            out_audio,
            out_image,
            out_reasoning: told.thoughts_token_count,
            ..Usage::default()
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    thought: Option<bool>,
    inline_data: Option<Media>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    mime_type: Option<String>,
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    prompt_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
    prompt_tokens_details: Vec<Tokens>,
    candidates_tokens_details: Vec<Tokens>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Tokens {
    modality: String,
    token_count: u64,
}
