//! The chunks of a relayed stream that need a closer look, and the edits they need.

use super::splice::Edits;
use super::tidy;
use crate::openai_chat::calls::{Calls, Step, minted_id};
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::scan::{self, Member};
use crate::openai_chat::types::{CallDelta, Chunk};
use bytes::BytesMut;
use std::fmt::Write as _;
use std::ops::Range;
use tianji_core::generate::ToolCallKind;

/// What is known of one answer.
#[derive(Debug)]
pub(super) struct Choice {
    /// Its number.
    pub(super) index: u32,
    /// Its end was seen.
    pub(super) finished: bool,
    calls: Calls,
}

/// What became of a chunk's choices.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// At least one choice says something.
    pub(super) says: bool,
    /// Native finish reason of the first answer, if it ended here.
    pub(super) finish: Option<String>,
}

/// Looks at the choices of a chunk and notes the edits they need: a missing role, irregular tool calls.
pub(super) fn choices(data: &[u8], chunk: &mut Chunk<'_>, known: &mut Vec<Choice>, edits: &mut Edits) -> Verdict {
    let mut verdict = Verdict::default();
    let reply = chunk.id.clone().unwrap_or_default();
    let array = scan::member(data, 0, "choices").map_or(data.len(), |member| member.value.start);
    let places = scan::elements(data, array);
    let list = chunk.choices.as_deref_mut().unwrap_or_default();
    for (position, (choice, place)) in (0..).zip(list.iter_mut().zip(places)) {
        let index = choice.index.unwrap_or(position);
        let fresh = !known.iter().any(|known| known.index == index);
        if fresh {
            known.push(Choice { index, finished: false, calls: Calls::default() });
        }
        let Some(state) = known.iter_mut().find(|known| known.index == index) else { continue };
        if state.finished {
            continue;
        }
        let delta = scan::member(data, place.start, "delta");
        let mut says = choice.logprobs.as_ref().is_some_and(|raw| !raw.is_null());
        let calls = choice.delta.as_mut().and_then(|delta| delta.tool_calls.take()).unwrap_or_default();
        if let Some(delta) = &delta {
            let rebuilt = (!calls.is_empty()).then(|| state.rebuild(&calls, &reply)).flatten();
            says |= fresh | edit_delta(data, delta, rebuilt, edits);
            if fresh && scan::member(data, delta.value.start, "role").is_none() {
                add_role(data, delta, edits);
            }
        }
        if let Some(word) = choice.finish_reason.take().filter(|word| !word.is_empty()) {
            says = true;
            state.finished = true;
            tidy::chunk_choice(data, place.start, edits);
            if index == 0 {
                verdict.finish = Some(word);
            }
        }
        verdict.says |= says;
    }
    verdict
}

/// Puts rebuilt tool calls in place; says whether the delta still says something.
fn edit_delta(data: &[u8], delta: &Member, rebuilt: Option<Vec<u8>>, edits: &mut Edits) -> bool {
    let mut members = 0;
    let mut calls = None;
    for member in scan::members(data, delta.value.start) {
        members += 1;
        if scan::is_key(data, &member, "tool_calls") {
            calls = Some(member);
        }
    }
    let (Some(array), Some(member)) = (rebuilt, calls) else { return members > 0 };
    if array == b"[]" {
        members -= 1;
        edits.cut(scan::with_comma(data, &member));
    } else {
        edits.replace(member.value, array);
    }
    members > 0
}

/// The first delta of an answer names its role.
fn add_role(data: &[u8], delta: &Member, edits: &mut Edits) {
    let at: Range<usize> = delta.value.start + 1..delta.value.start + 1;
    let empty = scan::members(data, delta.value.start).next().is_none();
    edits.replace(at, if empty { ROLE.to_vec() } else { [ROLE, b","].concat() });
}

impl Choice {
    /// The array of tool calls as OpenAI would send it; `None` if the upstream's own is that already.
    fn rebuild(&mut self, deltas: &[CallDelta<'_>], reply: &str) -> Option<Vec<u8>> {
        let steps: Vec<Step> = deltas.iter().map(|delta| self.calls.take(delta)).collect();
        if steps.iter().all(|step| step.regular) {
            return None;
        }
        let mut out = BytesMut::from(&b"["[..]);
        let mut commas = Commas::new();
        for step in steps {
            let Some(call) = self.calls.call(step.ordinal).filter(|call| !call.name.is_empty()) else { continue };
            if !step.starts && step.growth.is_empty() {
                continue;
            }
            commas.next(&mut out);
            let custom = call.kind == ToolCallKind::Custom;
            let (kind, input) = if custom { ("custom", "input") } else { ("function", "arguments") };
            let _ = write!(out, r#"{{"index":{}"#, step.ordinal);
            if step.starts {
                let minted = call.id.is_empty().then(|| minted_id(reply, self.index, step.ordinal));
                out.extend_from_slice(br#","id":"#);
                json::string(minted.as_deref().unwrap_or(&call.id), &mut out);
                let _ = write!(out, r#","type":"{kind}","{kind}":{{"name":"#);
                json::string(&call.name, &mut out);
                out.extend_from_slice(b",");
            } else {
                let _ = write!(out, r#","{kind}":{{"#);
            }
            let _ = write!(out, r#""{input}":"#);
            json::string(&step.growth, &mut out);
            out.extend_from_slice(b"}}");
        }
        out.extend_from_slice(b"]");
        Some(out.to_vec())
    }
}

const ROLE: &[u8] = br#""role":"assistant""#;
