//! Messages → system text and alternating turns.

use super::Job;
use super::blocks::{self, Block, Content, text_block};
use crate::DialectError;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use tianji_core::generate::{Message, Role, Target};

/// The conversation as this dialect has it.
pub(super) struct Conversation<'a> {
    /// Text above the turns.
    pub(super) system: System<'a>,
    /// The turns; no two neighbours of the same role.
    pub(super) turns: Vec<Turn<'a>>,
}

/// Text above the turns: blocks, or a bare string as the client wrote it.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct System<'a> {
    content: Content<'a>,
}

impl System<'_> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.content, Content::Blocks(blocks) if blocks.is_empty())
    }
}

/// One turn.
pub(super) struct Turn<'a> {
    role: &'static str,
    blocks: Vec<Block<'a>>,
    /// The client wrote a bare string.
    bare: bool,
}

impl Serialize for Turn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut turn = serializer.serialize_struct("Turn", 2)?;
        turn.serialize_field("role", self.role)?;
        match self.blocks.as_slice() {
            [Block::Text { text, .. }] if self.bare => turn.serialize_field("content", text)?,
            blocks => turn.serialize_field("content", blocks)?,
        }
        turn.end()
    }
}

/// Builds the conversation.
pub(super) fn conversation<'a>(job: &mut Job<'a, '_>) -> Result<Conversation<'a>, DialectError> {
    let request = job.request;
    let mut system = Vec::new();
    let mut turns: Vec<Turn<'a>> = Vec::with_capacity(request.messages.len());
    for (index, message) in request.messages.iter().enumerate() {
        let path = format!("messages[{index}]");
        if message.name.is_some() {
            job.hint(format!("{path}.name"), "this dialect has no names of speakers");
        }
        let blocks = blocks::encode(&message.parts, message.role, &path, job)?;
        match message.role {
            Role::System | Role::Developer if !turns.is_empty() && keeps_system(job) => {
                push(&mut turns, "system", blocks, job.own && message.bare);
            }
            Role::System | Role::Developer => system.extend(blocks),
            Role::User | Role::Tool => {
                let blocks = not_empty(blocks, &path, job)?;
                push(&mut turns, "user", blocks, job.own && message.bare);
            }
            Role::Assistant if blocks.is_empty() => job.hint(path, "an empty turn of the assistant"),
            Role::Assistant => {
                let blocks = if job.own { blocks } else { thoughts_first(blocks) };
                push(&mut turns, "assistant", blocks, job.own && message.bare);
            }
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == "user") {
        turn.blocks.sort_by_key(|block| !block.is_result());
    }
    end(&mut turns, job)?;
    Ok(Conversation { system: System { content: system_content(system, job) }, turns })
}

/// Whether system text may stay in mid-conversation.
fn keeps_system(job: &Job<'_, '_>) -> bool {
    job.target.capabilities.mid_conversation_system.unwrap_or(job.own)
}

/// A client of this dialect gets its bare string back.
fn system_content<'a>(blocks: Vec<Block<'a>>, job: &Job<'a, '_>) -> Content<'a> {
    let request = job.request;
    let bare = |message: &&Message| job.own && message.bare && message.role == Role::System;
    match (blocks.as_slice(), request.messages.first().filter(bare)) {
        ([Block::Text { text, .. }], Some(_)) => Content::Bare(text),
        _ => Content::Blocks(blocks),
    }
}

/// Adds blocks to the last turn if it is the same speaker's, else as a new turn.
fn push<'a>(turns: &mut Vec<Turn<'a>>, role: &'static str, blocks: Vec<Block<'a>>, bare: bool) {
    match turns.last_mut() {
        Some(last) if last.role == role => {
            last.blocks.extend(blocks);
            last.bare = false;
        }
        _ => turns.push(Turn { role, blocks, bare }),
    }
}

fn not_empty<'a>(blocks: Vec<Block<'a>>, path: &str, job: &Job<'a, '_>) -> Result<Vec<Block<'a>>, DialectError> {
    if !blocks.is_empty() {
        return Ok(blocks);
    }
    if job.target.modify_params {
        return Ok(text_block(PLACEHOLDER).into_iter().collect());
    }
    let reason = format!("the message is empty, which {} does not take", job.target.provider);
    Err(DialectError::Content { path: format!("{path}.content"), reason })
}

/// Thoughts must stand before what they led to ("Extended thinking", "Preserving thinking blocks").
fn thoughts_first(mut blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    blocks.sort_by_key(|block| !block.is_thought());
    blocks
}

/// Looks at the last turn: the assistant's is one to go on from ("Prefill Claude's response").
fn end<'a>(turns: &mut Vec<Turn<'a>>, job: &Job<'a, '_>) -> Result<(), DialectError> {
    if turns.is_empty() && job.target.modify_params {
        turns.push(Turn { role: "user", blocks: text_block(PLACEHOLDER).into_iter().collect(), bare: false });
    }
    if turns.is_empty() && !job.own {
        return Err(nobody_speaks(job.target));
    }
    let Some(last) = turns.last_mut().filter(|turn| turn.role == "assistant") else { return Ok(()) };
    if job.target.capabilities.assistant_prefill == Some(false) {
        let path = format!("messages[{}]", job.request.messages.len().saturating_sub(1));
        let reason = format!("{} takes no trailing message of the assistant to go on from", job.target.model);
        return Err(DialectError::Content { path, reason });
    }
    if let Some(Block::Text { text, .. }) = last.blocks.last_mut() {
        *text = text.trim_end();
    }
    Ok(())
}

/// The vendor asks for a turn of somebody else than the system's.
pub(crate) fn nobody_speaks(target: &Target<'_>) -> DialectError {
    let reason = format!("{} needs at least one message that is not the system's", target.provider);
    DialectError::Content { path: "messages".to_owned(), reason }
}

/// Stands for an empty message where the operator allows repairs.
const PLACEHOLDER: &str = ".";
