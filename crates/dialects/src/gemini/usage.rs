//! Usage, both ways (Gemini API reference, `UsageMetadata`).
//!
//! The prompt's count includes what came from a cache, but neither what the vendor's tools added nor thoughts, which are
//! counted beside the candidates.

use super::types::{Count, ModalityCount, WireUsage};
use serde::Serialize;
use tianji_core::Usage;

impl WireUsage {
    /// In canonical buckets. Parts larger than their total are cut and flagged.
    pub(super) fn canonical(&self) -> Usage {
        let count = |count: Option<Count>| count.map_or(0, |Count(count)| count);
        let mut suspect = false;
        let mut take = |rest: &mut u64, part: u64| {
            let taken = part.min(*rest);
            suspect |= taken != part;
            *rest -= taken;
            taken
        };
        let prompt = Modalities::of(self.prompt_tokens_details.as_deref());
        let cache = Modalities::of(self.cache_tokens_details.as_deref());
        let mut rest = count(self.prompt_token_count);
        let mut cached = take(&mut rest, count(self.cached_content_token_count));
        let cache_read_audio = take(&mut cached, cache.audio);
        let cache_read_image = take(&mut cached, cache.image);
        let in_audio = take(&mut rest, prompt.audio.saturating_sub(cache_read_audio));
        let in_image = take(&mut rest, prompt.image.saturating_sub(cache_read_image));
        let in_video = take(&mut rest, prompt.video.saturating_sub(cache.video));
        let output = Modalities::of(self.candidates_tokens_details.as_deref());
        let mut answered = count(self.candidates_token_count);
        let mut out_reasoning = count(self.thoughts_token_count);
        if self.counts_thoughts_twice() {
            out_reasoning = take(&mut answered, out_reasoning);
        }
        let out_audio = take(&mut answered, output.audio);
        let out_image = take(&mut answered, output.image);
        let out_video = take(&mut answered, output.video);
        Usage {
            in_text: rest,
            in_audio,
            in_image,
            in_video,
            in_tool_prompt: count(self.tool_use_prompt_token_count),
            cache_read_text: cached,
            cache_read_audio,
            cache_read_image,
            out_text: answered,
            out_reasoning,
            out_audio,
            out_image,
            out_video,
            suspect,
            ..Usage::default()
        }
    }

    /// Some models count thoughts among the candidates' tokens, although they are named beside them: their total tells.
    fn counts_thoughts_twice(&self) -> bool {
        let count = |count: Option<Count>| count.map_or(0, |Count(count)| count);
        let known = [self.prompt_token_count, self.candidates_token_count, self.tool_use_prompt_token_count];
        let without: u64 = known.into_iter().map(count).fold(0, u64::saturating_add);
        let (thoughts, candidates) = (count(self.thoughts_token_count), count(self.candidates_token_count));
        thoughts > 0 && thoughts <= candidates && self.total_token_count == Some(Count(without))
    }
}

/// Tokens by kind. Documents count as text, as they are priced.
#[derive(Clone, Copy, Debug, Default)]
struct Modalities {
    audio: u64,
    image: u64,
    video: u64,
}

impl Modalities {
    fn of(list: Option<&[ModalityCount]>) -> Self {
        let mut all = Self::default();
        for entry in list.unwrap_or_default() {
            let count = entry.token_count.map_or(0, |Count(count)| count);
            let bucket = match entry.modality.as_deref() {
                Some("AUDIO") => &mut all.audio,
                Some("IMAGE") => &mut all.image,
                Some("VIDEO") => &mut all.video,
                _ => continue,
            };
            *bucket = bucket.saturating_add(count);
        }
        all
    }
}

/// `usageMetadata` as a client of this dialect reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsageMember {
    prompt_token_count: u64,
    candidates_token_count: u64,
    total_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    cached_content_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    tool_use_prompt_token_count: u64,
    #[serde(skip_serializing_if = "is_zero")]
    thoughts_token_count: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prompt_tokens_details: Vec<Modality>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache_tokens_details: Vec<Modality>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates_tokens_details: Vec<Modality>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Modality {
    modality: &'static str,
    token_count: u64,
}

impl UsageMember {
    /// From canonical buckets.
    pub(super) fn of(usage: &Usage) -> Self {
        let prompt = usage.input().saturating_sub(usage.in_tool_prompt);
        let text = prompt
            .saturating_sub(usage.in_audio)
            .saturating_sub(usage.in_image)
            .saturating_sub(usage.in_video)
            .saturating_sub(usage.cache_read_audio)
            .saturating_sub(usage.cache_read_image);
        let audio = usage.in_audio.saturating_add(usage.cache_read_audio);
        let image = usage.in_image.saturating_add(usage.cache_read_image);
        let answered = usage.output().saturating_sub(usage.out_reasoning);
        let spoken =
            answered.saturating_sub(usage.out_audio).saturating_sub(usage.out_image).saturating_sub(usage.out_video);
        Self {
            prompt_token_count: prompt,
            candidates_token_count: answered,
            total_token_count: usage.total(),
            cached_content_token_count: usage.cache_read(),
            tool_use_prompt_token_count: usage.in_tool_prompt,
            thoughts_token_count: usage.out_reasoning,
            prompt_tokens_details: details(text, audio, image, usage.in_video),
            cache_tokens_details: details(usage.cache_read_text, usage.cache_read_audio, usage.cache_read_image, 0),
            candidates_tokens_details: details(spoken, usage.out_audio, usage.out_image, usage.out_video),
        }
    }
}

fn details(text: u64, audio: u64, image: u64, video: u64) -> Vec<Modality> {
    let all = [("TEXT", text), ("AUDIO", audio), ("IMAGE", image), ("VIDEO", video)];
    let counted = all.into_iter().filter(|(_, token_count)| *token_count > 0);
    counted.map(|(modality, token_count)| Modality { modality, token_count }).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
