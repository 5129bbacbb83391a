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
    let quirks: Vec<(&str, &Quirk)> = quirks.filter_map(|quirk| Some((quirk.message_needle()?, quirk))).collect();
    if quirks.is_empty() {
        return;
    }
    let Some(list) = body.json("messages") else { return };
    if !quirks.iter().any(|(needle, _)| list.text().contains(needle)) {
        return;
    }
    let Ok(messages) = list.read::<Vec<&RawValue>>() else { return };
    let mut pass = Pass { index: 0, tool_names: HashMap::new(), losses };
    let mut edited: Vec<Option<Json>> = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        pass.index = index;
        edited.push(one(message, &quirks, &mut pass));
    }
    if edited.iter().all(Option::is_none) {
        return;
    }
    let whole: Vec<&str> = messages
        .iter()
        .zip(&edited)
        .map(|(message, edited)| edited.as_ref().map_or_else(|| message.get(), |edited| edited.text()))
        .collect();
    if let Ok(json) = Json::parse(format!("[{}]", whole.join(","))) {
        body.put_json("messages", json);
    }
}

fn one(message: &RawValue, quirks: &[(&str, &Quirk)], pass: &mut Pass<'_>) -> Option<Json> {
    let concerned = |needle: &str| message.get().contains(needle);
    if !quirks.iter().any(|(needle, _)| concerned(needle)) {
        return None;
    }
    let mut members: Extra = serde_json::from_str(message.get()).ok()?;
    let mut changed = false;
    for (needle, quirk) in quirks {
        if concerned(needle) {
            changed |= quirk.edit_message(&mut members, pass);
        }
    }
    if changed { Json::of(&members).ok() } else { None }
}
