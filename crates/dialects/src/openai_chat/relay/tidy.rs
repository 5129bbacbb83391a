//! Small habits of vendors that SDKs stumble over, put right in place.

use super::splice::Edits;
use crate::openai_chat::scan::{self, Member, Text};
use crate::openai_chat::{finish, json};
use bytes::BytesMut;
use tianji_core::Usage;

/// The members of a whole reply's choice that are looked at, found by one walk.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) finish_reason: Option<Member>,
    pub(super) message: Option<Member>,
    filter_results: Option<Member>,
    /// There are `provider_specific_fields` already.
    taken: bool,
}

impl Choice {
    /// Finds them in the choice that begins at `start`.
    pub(super) fn find(text: Text<'_>, start: usize) -> Self {
        let mut choice = Self::default();
        for member in text.members(start) {
            match scan::key(text.bytes, &member) {
                b"finish_reason" => choice.finish_reason = choice.finish_reason.or(Some(member)),
                b"message" => choice.message = choice.message.or(Some(member)),
                FILTER_RESULTS => choice.filter_results = choice.filter_results.or(Some(member)),
                b"provider_specific_fields" => choice.taken = true,
                _ => {}
            }
        }
        choice
    }

    /// Notes what puts it right. `calls` is the message's `tool_calls`.
    pub(super) fn tidy(self, text: &[u8], calls: Option<&Member>, edits: &mut Edits) {
        for call in calls.into_iter().flat_map(|calls| scan::elements(text, calls.value.start)) {
            call_type(text, call.start, edits);
        }
        self.extras(text, edits);
    }

    /// Finish reasons that OpenAI does not have become the nearest of its own, and content-filter results (Azure) move,
    /// to where the reference proxy keeps both: `provider_specific_fields`.
    fn extras(self, text: &[u8], edits: &mut Edits) {
        let native = self.finish_reason.and_then(|reason| native_reason(text, reason, edits));
        if self.taken {
            return;
        }
        let named = native.as_ref().map(|(_, word)| native_member(word));
        match (self.filter_results, native.zip(named)) {
            (Some(results), native) => {
                let at = results.key.start..results.key.start;
                edits.replace(at, br#""provider_specific_fields":{"#.as_slice());
                let close = native.map_or_else(|| b"}".to_vec(), |(_, named)| [b",".as_slice(), &named, b"}"].concat());
                edits.replace(results.value.end..results.value.end, close);
            }
            (None, Some(((reason, _), named))) => add_native(&reason, &named, edits),
            (None, None) => {}
        }
    }
}

/// The same for the choice of a chunk.
pub(super) fn chunk_choice(text: &[u8], choice: usize, edits: &mut Edits) {
    let Choice { finish_reason, taken, .. } = Choice::find(text.into(), choice);
    let native = finish_reason.and_then(|reason| native_reason(text, reason, edits));
    if let Some((reason, word)) = native.filter(|_| !taken) {
        add_native(&reason, &native_member(&word), edits);
    }
}

/// Replaces a finish reason that OpenAI does not have; gives back its place and the word.
fn native_reason(text: &[u8], reason: Member, edits: &mut Edits) -> Option<(Member, String)> {
    let raw = text.get(reason.value.clone())?;
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if std::str::from_utf8(inner).is_ok_and(finish::is_openais) {
        return None;
    }
    let word: String = serde_json::from_slice(raw).ok()?;
    if word.is_empty() || finish::is_openais(&word) {
        return None;
    }
    let known = finish::word(finish::read(&word).reason, false);
    edits.replace(reason.value.clone(), format!("\"{known}\""));
    Some((reason, word))
}

fn native_member(word: &str) -> BytesMut {
    let mut named = BytesMut::from(&br#""native_finish_reason":"#[..]);
    json::string(word, &mut named);
    named
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
/// `place` is where the reply's `usage` stands.
pub(super) fn completion_tokens(text: &[u8], place: &Member, usage: &Usage, edits: &mut Edits) {
    let Some(place) = scan::member(text, place.value.start, "completion_tokens") else { return };
    let written = text.get(place.value.clone()).and_then(|number| std::str::from_utf8(number).ok());
    if written.and_then(|number| number.parse().ok()).is_some_and(|number: u64| number != usage.output()) {
        edits.replace(place.value, usage.output().to_string());
    }
}

const FILTER_RESULTS: &[u8] = b"content_filter_results";
