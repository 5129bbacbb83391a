//! Messages → the operator's text and alternating turns.

use super::encode::Job;
use super::pieces;
use crate::DialectError;
use crate::gemini::written::{Piece, Written};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::borrow::Cow;
use tianji_core::generate::{GenerateRequest, Message, Part, Role, ToolResult};

/// The conversation as this dialect has it.
pub(super) struct Conversation<'a> {
    /// Parts of `systemInstruction`.
    pub(super) system: Vec<Written<'a>>,
    /// `contents`; no two neighbours of the same role, but for a turn that follows results of tools.
    pub(super) turns: Vec<Turn<'a>>,
}

/// One turn.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    role: &'static str,
    parts: Vec<Written<'a>>,
    /// It answers calls: what the user says then is a turn of its own.
    #[serde(skip)]
    answers: bool,
}

/// Builds the conversation.
pub(super) fn conversation<'a>(job: &mut Job<'a, '_>) -> Result<Conversation<'a>, DialectError> {
    let request = job.request;
    let (mut system, mut turns) = (Vec::new(), Vec::with_capacity(request.messages.len()));
    for (at, message) in request.messages.iter().enumerate() {
        let path = format!("messages[{at}]");
        if message.name.is_some() {
            job.hint(format!("{path}.name"), "this dialect has no names of speakers");
        }
        let answers = message.parts.iter().take_while(|part| matches!(part, Part::ToolResult(_))).count();
        let results = if job.own { 0 } else { answers };
        let (results, rest) = message.parts.split_at(results);
        if !results.is_empty() {
            let parts = pieces::encode(results, message.role, (&path, 0), job)?;
            push(&mut turns, "user", parts, job.own);
        }
        if rest.is_empty() && !results.is_empty() {
            continue;
        }
        let parts = pieces::encode(rest, message.role, (&path, results.len()), job)?;
        match message.role {
            // Models of other families (Gemma) take no instructions beside the conversation.
            Role::System | Role::Developer if job.target.capabilities.system_messages != Some(false) => {
                refuse_media(message, &path)?;
                system.extend(parts);
            }
            Role::System | Role::Developer if parts.is_empty() => {}
            Role::Assistant if parts.is_empty() => job.hint(path, "an empty turn of the assistant"),
            Role::Assistant => {
                let parts = answer(parts, job);
                push(&mut turns, "model", parts, job.own);
            }
            _ => {
                let parts = not_empty(parts, &path, job)?;
                push(&mut turns, "user", parts, job.own);
            }
        }
    }
    for turn in turns.iter_mut().filter(|turn: &&mut Turn<'_>| turn.role == "user") {
        // Results come first; what a result shows stays behind it.
        let last = turn.parts.iter().rposition(is_result).filter(|_| !turn.parts.first().is_some_and(is_result));
        if last.is_some() {
            turn.parts.sort_by_key(|part| !is_result(part));
        }
    }
    if turns.is_empty() && job.target.modify_params {
        turns.push(Turn { role: "user", parts: vec![Piece::text(PLACEHOLDER).into()], answers: false });
    }
    Ok(Conversation { system, turns })
}

/// The name of the function that a result answers, by the call's id.
pub(super) fn function_of<'a>(request: &'a GenerateRequest, result: &'a ToolResult) -> Option<&'a str> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let mut calls = parts.filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None });
    let called = calls.find(|call| !result.call_id.is_empty() && call.id == result.call_id);
    called.map(|call| call.name.as_str()).or(result.name.as_deref()).filter(|name| !name.is_empty())
}

/// Adds parts to the last turn if it is the same speaker's, else as a new turn. A turn that answers calls stays by itself,
/// unless a client of this very dialect wrote more into it.
fn push<'a>(turns: &mut Vec<Turn<'a>>, role: &'static str, parts: Vec<Written<'a>>, own: bool) {
    let answers = !own && parts.iter().any(is_result);
    match turns.last_mut() {
        Some(last) if last.role == role && (answers || !last.answers) => {
            last.answers |= answers;
            last.parts.extend(parts);
        }
        _ => turns.push(Turn { role, parts, answers }),
    }
}

/// Thoughts stand before what they led to, and the first call of a step bears a signature.
fn answer<'a>(mut parts: Vec<Written<'a>>, job: &Job<'a, '_>) -> Vec<Written<'a>> {
    if !job.own {
        parts.sort_by_key(|part| !matches!(part, Written::Piece(piece) if piece.thought == Some(true)));
    }
    let mut calls = parts.iter_mut().filter_map(|part| match part {
        Written::Piece(piece) if piece.function_call.is_some() => Some(piece),
        _ => None,
    });
    if let Some(first) = calls.next().filter(|first| job.model.is_third() && first.thought_signature.is_none()) {
        first.thought_signature = Some(Cow::Owned(STANDARD.encode(UNSIGNED)));
    }
    parts
}

fn not_empty<'a>(parts: Vec<Written<'a>>, path: &str, job: &Job<'a, '_>) -> Result<Vec<Written<'a>>, DialectError> {
    if !parts.is_empty() {
        return Ok(parts);
    }
    if job.target.modify_params {
        return Ok(vec![Piece::text(PLACEHOLDER).into()]);
    }
    let reason = format!("the message is empty, which {} does not take", job.target.provider);
    Err(DialectError::Content { path: format!("{path}.content"), reason })
}

fn refuse_media(message: &Message, path: &str) -> Result<(), DialectError> {
    let media = |part: &Part| matches!(part, Part::Image(_) | Part::Audio(_) | Part::Video(_) | Part::File(_));
    match message.parts.iter().position(media) {
        None => Ok(()),
        Some(at) => {
            let reason = "instructions of the operator are text".to_owned();
            Err(DialectError::Content { path: format!("{path}.content[{at}]"), reason })
        }
    }
}

fn is_result(part: &Written<'_>) -> bool {
    matches!(part, Written::Piece(piece) if piece.function_response.is_some())
}

/// Stands for an empty message where the operator allows repairs.
const PLACEHOLDER: &str = ".";

/// What the vendor takes in place of a signature for calls that another model made (Gemini API docs, "Thought
/// signatures", FAQ).
const UNSIGNED: &str = "skip_thought_signature_validator";
