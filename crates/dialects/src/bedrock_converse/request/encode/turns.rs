//! Messages → system text and alternating turns.

use super::Job;
use super::blocks::{self, Block, CachePoint, text_block};
use crate::DialectError;
use crate::anthropic_messages::request::encode::turns::nobody_speaks;
use serde::Serialize;
use tianji_core::generate::Role;

/// The conversation as this dialect has it.
pub(super) struct Conversation<'a> {
    /// Text above the turns.
    pub(super) system: Vec<Block<'a>>,
    /// The turns; no two neighbours of the same role.
    pub(super) turns: Vec<Turn<'a>>,
}

impl Conversation<'_> {
    /// Whether a tool is called or answered anywhere.
    pub(super) fn has_tool_blocks(&self) -> bool {
        self.turns.iter().flat_map(|turn| &turn.content).any(Block::is_of_tool)
    }
}

/// One turn.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
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
            Role::System | Role::Developer if job.target.capabilities.system_messages == Some(false) => {
                push(&mut turns, USER, blocks);
            }
            Role::System | Role::Developer => system.extend(blocks),
            Role::User | Role::Tool => {
                let blocks = not_empty(blocks, &path, job)?;
                push(&mut turns, USER, blocks);
            }
            Role::Assistant if blocks.is_empty() => job.hint(path, "an empty turn of the assistant"),
            Role::Assistant => {
                let blocks = if job.own { blocks } else { thoughts_first(blocks) };
                push(&mut turns, "assistant", blocks);
            }
        }
    }
    if !job.own {
        for turn in turns.iter_mut().filter(|turn| turn.role == USER) {
            turn.content = results_first(std::mem::take(&mut turn.content));
        }
        end(&mut turns, job)?;
    }
    Ok(Conversation { system, turns })
}

/// Adds blocks to the last turn if it is the same speaker's, else as a new turn.
fn push<'a>(turns: &mut Vec<Turn<'a>>, role: &'static str, blocks: Vec<Block<'a>>) {
    match turns.last_mut() {
        Some(last) if last.role == role => last.content.extend(blocks),
        _ if blocks.is_empty() => {}
        _ => turns.push(Turn { role, content: blocks }),
    }
}

fn not_empty<'a>(blocks: Vec<Block<'a>>, path: &str, job: &Job<'a, '_>) -> Result<Vec<Block<'a>>, DialectError> {
    if !blocks.is_empty() || job.own {
        return Ok(blocks);
    }
    if job.target.modify_params {
        return Ok(text_block(PLACEHOLDER).into_iter().collect());
    }
    let reason = format!("the message is empty, which {} does not take", job.target.provider);
    Err(DialectError::Content { path: format!("{path}.content"), reason })
}

/// Thoughts must stand before what they led to (Anthropic, "Preserving thinking blocks").
fn thoughts_first(mut blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    blocks.sort_by_key(|block| !block.is_thought());
    blocks
}

/// Answers of tools must stand before what is said besides; a cache point stays behind its block.
fn results_first(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let (mut results, mut rest) = (Vec::with_capacity(blocks.len()), Vec::new());
    let mut after_result = false;
    for block in blocks {
        after_result = block.is_of_tool() || (after_result && matches!(block, Block::CachePoint(_)));
        if after_result {
            results.push(block);
        } else {
            rest.push(block);
        }
    }
    results.append(&mut rest);
    results
}

/// Looks at the last turn: the assistant's is one to go on from, the user's is what a guardrail looks at.
fn end<'a>(turns: &mut Vec<Turn<'a>>, job: &mut Job<'a, '_>) -> Result<(), DialectError> {
    if turns.is_empty() && job.target.modify_params {
        turns.push(Turn { role: USER, content: text_block(PLACEHOLDER).into_iter().collect() });
    }
    let guarded = job.request.extra.get("guardrailConfig").is_some_and(|raw| !raw.is_null());
    let asked = job.request.cache.as_ref();
    let Some(last) = turns.last_mut() else { return Err(nobody_speaks(job.target)) };
    if last.role == USER {
        if guarded {
            guard(&mut last.content);
        }
        if let Some(point) = asked.and_then(|mark| CachePoint::of(mark, "cache_control", job)) {
            last.content.push(Block::CachePoint(point));
        }
        return Ok(());
    }
    if job.target.capabilities.assistant_prefill == Some(false) {
        let path = format!("messages[{}]", job.request.messages.len().saturating_sub(1));
        let reason = format!("{} takes no trailing message of the assistant to go on from", job.target.model);
        return Err(DialectError::Content { path, reason });
    }
    if let Some(Block::Text(text)) = last.content.last_mut() {
        *text = text.trim_end();
    }
    Ok(())
}

/// Marks the text for the guardrail, as the reference proxy does: otherwise it would look at the whole history with
/// every call (User Guide, "Use a guardrail with the Converse API").
fn guard(blocks: &mut [Block<'_>]) {
    if blocks.iter().any(|block| matches!(block, Block::GuardContent(_) | Block::Own(_))) {
        return;
    }
    for block in blocks {
        if let Block::Text(text) = *block {
            *block = Block::guarded(text);
        }
    }
}

const USER: &str = "user";

/// Stands for an empty message where the operator allows repairs.
const PLACEHOLDER: &str = ".";
