//! Bodies: the conversation is the graph's input. Members that are not the form's (`config`, `context`, …) stay.

use crate::body::Members;
use crate::edit::EditError;
use serde_json::json;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    let invalid = EditError::Invalid { param: "messages", expected: "a list of messages" };
    let messages = body.take("messages").ok_or(invalid)?;
    let streams = body.member::<bool>("stream").unwrap_or(false);
    for name in ["model", "stream", "stream_options"] {
        body.remove(name);
    }
    body.put("assistant_id", target.model);
    body.put("input", &json!({ "messages": messages.value() }));
    if streams {
        body.put("stream_mode", &["messages-tuple"]);
    }
    Ok(())
}
