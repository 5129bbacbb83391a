//! Cache marks: Anthropic's extension of OpenAI's messages and tools, which other vendors refuse.

use super::schema::edit_functions;
use crate::body::Members;
use crate::messages::Pass;
use tianji_core::{Extra, LossClass};
use tianji_wire::RawObject;

/// Removes marks from a message and its parts.
pub(super) fn strip_message(message: &mut Extra, pass: &mut Pass<'_>) -> bool {
    let mut found = message.take(MARK).is_some();
    if let Some(mut parts) = message.member::<Vec<Extra>>("content") {
        let marked = parts.iter_mut().filter_map(|part| part.take(MARK)).count();
        if marked > 0 {
            message.put("content", &parts);
            found = true;
        }
    }
    if found {
        pass.lose(LossClass::Hint, MARK, "the provider has no cache marks");
    }
    found
}

/// Removes marks from tools.
pub(super) fn strip_tools(body: &mut RawObject) {
    edit_functions(body, MARK, |function| function.take(MARK).is_some());
    let Some(tools) = body.json("tools").filter(|tools| tools.text().contains(MARK)) else { return };
    let Ok(mut tools) = tools.read::<Vec<Extra>>() else { return };
    let marked = tools.iter_mut().filter_map(|tool| tool.take(MARK)).count();
    if marked > 0 {
        body.put("tools", &tools);
    }
}

const MARK: &str = "cache_control";
