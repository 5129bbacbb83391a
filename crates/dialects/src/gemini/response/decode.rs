//! Reads an upstream's reply.

use crate::DialectError;
use crate::gemini::types::{Count, WireCandidate, WireReply, WireUsage};
use crate::gemini::{error, finish, grounding, logprobs, model::Model, parts};
use crate::openai_chat::minted_id;
use bytes::Bytes;
use tianji_core::generate::{Choice, GenerateResponse, Part};
use tianji_core::{Extra, Json};

/// Reads a reply. A refused prompt is an answer without content that a filter ended.
pub(in crate::gemini) fn decode(body: &Bytes) -> Result<GenerateResponse, DialectError> {
    let reply: WireReply<'_> = serde_json::from_slice(body)
        .map_err(|cause| DialectError::Reply(format!("it is not what it should be: {cause}")))?;
    if let Some(raw) = reply.error {
        return Err(DialectError::Reply(error::words(raw)));
    }
    let blocked = reply.block_reason();
    let model = reply.model_version.unwrap_or_default();
    let mut usage = reply.usage_metadata.as_ref().map(WireUsage::canonical);
    let mut extra = Lists::default();
    let mut choices = Vec::with_capacity(1);
    let seed = match &reply.response_id {
        Some(id) if !id.is_empty() => id.clone(),
        // Without an id the whole reply tells calls without ids apart.
        _ => String::from_utf8_lossy(body).into_owned(),
    };
    for (at, candidate) in (0..).zip(reply.candidates.unwrap_or_default()) {
        if let (Some(usage), Some(raw)) = (&mut usage, &candidate.grounding_metadata) {
            usage.counters.web_search += grounding::searches(raw, Model::named(&model).is_third());
        }
        extra.note(&candidate);
        choices.push(choice(at, candidate, &seed)?);
    }
    match blocked {
        Some(word) if choices.is_empty() => {
            choices.push(Choice { finish: Some(finish::blocked(&word)), ..Choice::default() });
        }
        None if choices.is_empty() => return Err(DialectError::Reply("it has no candidates".to_owned())),
        _ => {}
    }
    let id = reply.response_id.unwrap_or_default();
    // The reference proxy lists nothing where nothing was said.
    let silent = choices.iter().all(|choice| choice.parts.is_empty());
    let extra = if silent { Extra::new() } else { extra.members() };
    Ok(GenerateResponse { id, model, created: None, choices, usage, service_tier: None, extra })
}

fn choice(at: u32, candidate: WireCandidate<'_>, seed: &str) -> Result<Choice, DialectError> {
    let index = candidate.index.and_then(|Count(index)| u32::try_from(index).ok()).unwrap_or(at);
    let mut said = Vec::new();
    let raws = candidate.content.and_then(|content| content.parts).unwrap_or_default();
    for (part, raw) in raws.into_iter().enumerate() {
        parts::read(raw, &format!("candidates[{at}].content.parts[{part}]"), &mut said)?;
    }
    let mut calls = 0;
    for part in &mut said {
        match part {
            Part::ToolCall(call) => {
                if call.id.is_empty() {
                    call.id = minted_id(seed, index, calls);
                }
                calls += 1;
            }
            // It is a block of thought all the same, which clients may send back.
            Part::Thinking(thinking) => {
                thinking.signature.get_or_insert_default();
            }
            _ => {}
        }
    }
    if let Some(raw) = &candidate.grounding_metadata {
        annotate(&mut said, raw);
    }
    let word = candidate.finish_reason.filter(|word| finish::is_reason(word));
    Ok(Choice {
        index,
        parts: said,
        finish: word.map(|word| finish::read(&word, calls > 0)),
        logprobs: candidate.logprobs_result.as_ref().and_then(logprobs::to_openai),
        extra: Extra::new(),
    })
}

/// Hangs citations on the last text.
fn annotate(parts: &mut [Part], raw: &Json) {
    let texts =
        parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.text.as_str()) } else { None });
    let whole: String = texts.collect();
    if let Some(Part::Text(last)) = parts.iter_mut().rev().find(|part| matches!(part, Part::Text(_))) {
        last.citations = grounding::annotations(raw, &whole);
    }
}

/// What hangs on the candidates, in the lists that the reference proxy puts beside the answers.
#[derive(Debug, Default)]
struct Lists([Vec<Json>; ANSWER_MEMBERS.len()]);

impl Lists {
    fn note(&mut self, candidate: &WireCandidate<'_>) {
        let found = [
            &candidate.grounding_metadata,
            &candidate.url_context_metadata,
            &candidate.safety_ratings,
            &candidate.citation_metadata,
        ];
        for (list, raw) in self.0.iter_mut().zip(found) {
            list.extend(raw.clone());
        }
    }

    fn members(self) -> Extra {
        let named = ANSWER_MEMBERS.iter().zip(self.0);
        named.filter_map(|((_, name), list)| Some(((*name).to_owned(), Json::of(&list).ok()?))).collect()
    }
}

/// Members of a candidate that OpenAI has no word for, and the members of the whole reply under which the reference
/// proxy lists them.
pub(crate) const ANSWER_MEMBERS: [(&str, &str); 4] = [
    ("groundingMetadata", "vertex_ai_grounding_metadata"),
    ("urlContextMetadata", "vertex_ai_url_context_metadata"),
    ("safetyRatings", "vertex_ai_safety_results"),
    ("citationMetadata", "vertex_ai_citation_metadata"),
];
