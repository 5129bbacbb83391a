//! One pass over the messages of a body for all quirks that edit messages. Messages that no quirk is about are neither
//! parsed nor written anew.

use crate::body::Members;
use crate::quirks::Quirk;
use serde_json::value::RawValue;
use std::collections::HashMap;
use tianji_core::{Extra, Json, LossClass, Losses};
use tianji_wire::RawObject;

/// What a message quirk may know and say.
pub(crate) struct Pass<'a> {
    /// Position of the message.
    pub(crate) index: usize,
    /// Tool names by call id, from the messages so far.
    pub(crate) tool_names: HashMap<String, String>,
    losses: &'a mut Losses,
}

impl Pass<'_> {
    /// Notes a loss at a member of the message.
    pub(crate) fn lose(&mut self, class: LossClass, member: &str, reason: &'static str) {
        self.losses.push(class, format!("messages[{}].{member}", self.index), reason);
    }
}

/// Runs the quirks over all messages. Anything that is not a list of objects is left for the vendor to judge.
pub(crate) fn edit<'q>(body: &mut RawObject, quirks: impl Iterator<Item = &'q Quirk>, losses: &mut Losses) {
    if let Some(edited) = edited(body, quirks, losses) {
        body.put_json("messages", edited);
    }
}

fn edited<'q>(body: &RawObject, quirks: impl Iterator<Item = &'q Quirk>, losses: &mut Losses) -> Option<Json> {
    let list = body.raw("messages")?;
    let may_hold = |word: &str| body.may_hold("messages", word) && holds(list, word);
    let quirks: Vec<&Quirk> = quirks.filter(|quirk| quirk.concerns(may_hold)).collect();
    if quirks.is_empty() {
        return None;
    }
    let list = std::str::from_utf8(list).ok()?;
    let messages: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let mut pass = Pass { index: 0, tool_names: HashMap::new(), losses };
    let (mut text, mut changed) = (String::with_capacity(list.len()), false);
    for (index, message) in messages.into_iter().enumerate() {
        pass.index = index;
        text.push(if index == 0 { '[' } else { ',' });
        match one(message.get(), &quirks, &mut pass) {
            Some(edited) => {
                text.push_str(edited.text());
                changed = true;
            }
            None => text.push_str(message.get()),
        }
    }
    text.push(']');
    if changed { Json::parse(text).ok() } else { None }
}

fn one(message: &str, quirks: &[&Quirk], pass: &mut Pass<'_>) -> Option<Json> {
    let concerns = |quirk: &&&Quirk| quirk.concerns(|word| holds(message.as_bytes(), word));
    if !quirks.iter().any(|quirk| concerns(&quirk)) {
        return None;
    }
    let mut members: Extra = serde_json::from_str(message).ok()?;
    let mut changed = false;
    for quirk in quirks.iter().filter(concerns) {
        changed |= quirk.edit_message(&mut members, pass);
    }
    if changed { Json::of(&members).ok() } else { None }
}

/// Whether a word stands in a text, in quotes.
fn holds(text: &[u8], word: &str) -> bool {
    let quoted = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        before == Some(&b'"') && text.get(at + word.len()) == Some(&b'"')
    };
    memchr::memmem::find_iter(text, word.as_bytes()).any(quoted)
}
