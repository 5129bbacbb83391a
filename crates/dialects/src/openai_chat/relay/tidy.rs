//! Small habits of vendors that SDKs stumble over, put right in place.

use super::splice::Edits;
use crate::openai_chat::scan::{self, Member};
use crate::openai_chat::{finish, json};
use bytes::BytesMut;
use tianji_core::Usage;

/// Puts a whole reply's choices right.
pub(super) fn reply(body: &[u8], edits: &mut Edits) {
    let Some(choices) = scan::member(body, 0, "choices") else { return };
    for choice in scan::elements(body, choices.value.start) {
        extras(body, choice.start, edits);
        let message = scan::member(body, choice.start, "message");
        let calls = message.and_then(|message| scan::member(body, message.value.start, "tool_calls"));
        for call in calls.into_iter().flat_map(|calls| scan::elements(body, calls.value.start)) {
            call_type(body, call.start, edits);
        }
    }
}

/// Finish reasons that OpenAI does not have become the nearest of its own, and content-filter results (Azure) move, to
/// where the reference proxy keeps both: `provider_specific_fields`.
fn extras(text: &[u8], choice: usize, edits: &mut Edits) {
    let taken = scan::member(text, choice, "provider_specific_fields").is_some();
    let native = finish_reason(text, choice, edits);
    let mut native_member = BytesMut::new();
    if let Some((_, word)) = &native {
        native_member.extend_from_slice(br#""native_finish_reason":"#);
        json::string(word, &mut native_member);
    }
    if taken {
        return;
    }
    match (scan::member(text, choice, FILTER_RESULTS), native) {
        (Some(results), native) => {
            let at = results.key.start..results.key.start;
            edits.replace(at, br#""provider_specific_fields":{"#.as_slice());
            let comma = if native.is_some() { b",".as_slice() } else { b"" };
            edits.replace(results.value.end..results.value.end, [comma, &native_member, b"}"].concat());
        }
        (None, Some((reason, _))) => add_native(&reason, &native_member, edits),
        (None, None) => {}
    }
}

/// The same for the choice of a chunk.
pub(super) fn chunk_choice(text: &[u8], choice: usize, edits: &mut Edits) {
    let taken = scan::member(text, choice, "provider_specific_fields").is_some();
    let Some((reason, word)) = finish_reason(text, choice, edits).filter(|_| !taken) else { return };
    let mut native = BytesMut::from(&br#""native_finish_reason":"#[..]);
    json::string(&word, &mut native);
    add_native(&reason, &native, edits);
}

/// Replaces a finish reason that OpenAI does not have; gives back its place and the word.
fn finish_reason(text: &[u8], choice: usize, edits: &mut Edits) -> Option<(Member, String)> {
    let reason = scan::member(text, choice, "finish_reason")?;
    let word: String = serde_json::from_slice(text.get(reason.value.clone())?).ok()?;
    if word.is_empty() || finish::is_openais(&word) {
        return None;
    }
    let known = finish::word(finish::read(&word).reason, false);
    edits.replace(reason.value.clone(), format!("\"{known}\""));
    Some((reason, word))
}

fn add_native(reason: &Member, native: &[u8], edits: &mut Edits) {
    let at = reason.value.end..reason.value.end;
    edits.replace(at, [br#","provider_specific_fields":{"#.as_slice(), native, b"}"].concat());
}

/// Some vendors leave out a call's type (Mistral).
fn call_type(text: &[u8], call: usize, edits: &mut Edits) {
    let Some(first) = scan::members(text, call).next() else { return };
    if scan::member(text, call, "type").is_none() {
        let at = first.key.start..first.key.start;
        edits.replace(at, br#""type":"function","#.as_slice());
    }
}

/// A vendor that counts reasoning beside `completion_tokens` (xAI): the number becomes the sum, as OpenAI has it.
pub(super) fn completion_tokens(text: &[u8], usage: &Usage, edits: &mut Edits) {
    let place = scan::member(text, 0, "usage");
    let place = place.and_then(|place| scan::member(text, place.value.start, "completion_tokens"));
    let Some(place) = place else { return };
    let written = text.get(place.value.clone()).and_then(|number| std::str::from_utf8(number).ok());
    if written.and_then(|number| number.parse().ok()).is_some_and(|number: u64| number != usage.output()) {
        edits.replace(place.value, usage.output().to_string());
    }
}

const FILTER_RESULTS: &str = "content_filter_results";
