//! `/responses/compact` where the vendor has no such endpoint: the same model sums the conversation up, and the summary is
//! sealed into a `compaction` item that only this gateway can open.
//!
//! The form is OpenAI's (API reference, "Compact a response"): what the user said stays as it is, everything else is in
//! the one item. When such an item comes back, the summary stands in its place.

use crate::call::{Admitted, Attempt, Plan};
use crate::state::{Responses, items_of};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tianji_core::{DialectId, Error, Kind};
use tianji_providers::EndpointKind;
use tianji_wire::RawObject;

/// What is sealed.
#[derive(Deserialize, Serialize)]
struct Sealed {
    summary: String,
}

/// The request that has a conversation summed up.
///
/// # Errors
/// When its input is no conversation.
pub(crate) fn summing_up(body: &RawObject) -> Result<RawObject, Error> {
    let mut body = body.clone();
    let no_conversation = || Error::client(Kind::BadRequest, "`input` must be a text or a list").with_param("input");
    let mut items = items(&body).ok_or_else(no_conversation)?;
    let wish = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": WISH}]});
    items.push(wish);
    body.set("input", &items);
    body.set("store", &false);
    // Calls would be no summary.
    for name in ["tools", "tool_choice", "parallel_tool_calls", "text", "previous_response_id"] {
        body.remove(name);
    }
    Ok(body)
}

/// A whole reply to the client: where the model was asked to sum up, in the form of a compaction; any other as it is.
///
/// # Errors
/// When the model has said nothing.
pub(crate) fn whole(responses: &Responses, call: &Admitted, attempt: &Attempt, reply: Bytes) -> Result<Bytes, Error> {
    if is_wanted(call) && matches!(attempt.plan, Plan::Generate(_)) {
        compacted(responses, call, &reply)
    } else {
        Ok(reply)
    }
}

fn compacted(responses: &Responses, call: &Admitted, reply: &Bytes) -> Result<Bytes, Error> {
    let unusable = || Error::provider(Kind::InternalServer, "The model gave no summary of the conversation.");
    let reply = RawObject::parse(reply.clone()).map_err(|cause| unusable().with_source(cause))?;
    let said = reply.read::<Vec<Value>>("output").and_then(Result::ok).unwrap_or_default();
    let summary: String = said.iter().flat_map(texts).collect();
    let sealed = Some(Sealed { summary }).filter(|sealed| !sealed.summary.trim().is_empty());
    let sealed = sealed.and_then(|sealed| responses.seal_value(&sealed)).ok_or_else(unusable)?;
    let kept = items(&call.body).unwrap_or_default();
    let mut output: Vec<Value> = kept.into_iter().filter(|item| item.get("role") == Some(&json!("user"))).collect();
    let id = call.receipt.unique();
    output.push(json!({"id": format!("cmp_{id}"), "type": "compaction", "encrypted_content": sealed}));
    let compaction = json!({
        "id": format!("resp_{id}"),
        "object": "response.compaction",
        "created_at": call.receipt.record().started_at.seconds(),
        "output": output,
        "usage": reply.raw("usage").and_then(|usage| serde_json::from_slice::<Value>(usage).ok()),
    });
    Ok(compaction.to_string().into())
}

/// Puts summaries in the place of the items that hold them. Items of vendors stay.
pub(crate) fn open(responses: &Responses, call: &mut Admitted) {
    let body = &mut call.body;
    if call.endpoint.dialect != DialectId::OpenAiResponses || !body.may_hold("input", "compaction") {
        return;
    }
    let Some(mut items) = items(body) else { return };
    let mut opened = false;
    for item in &mut items {
        let sealed = item.get("encrypted_content").and_then(Value::as_str);
        let sealed = sealed.filter(|_| item.get("type") == Some(&json!("compaction")));
        if let Some(Sealed { summary }) = sealed.and_then(|sealed| responses.open_value(sealed)) {
            let text = format!("{OPENING}{summary}");
            *item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]});
            opened = true;
        }
    }
    if opened {
        body.set("input", &items);
    }
}

/// Whether a call wants a conversation made shorter.
pub(crate) fn is_wanted(call: &Admitted) -> bool {
    call.endpoint.kind == EndpointKind::ResponsesCompact
}

fn items(body: &RawObject) -> Option<Vec<Value>> {
    serde_json::from_str(items_of(body)?.get()).ok()
}

/// The texts of a message; of any other item none.
fn texts(item: &Value) -> impl Iterator<Item = &str> {
    let content = item.get("content").filter(|_| item.get("type") == Some(&json!("message")));
    let parts = content.and_then(Value::as_array).into_iter().flatten();
    parts.filter_map(|part| part.get("text")?.as_str())
}

/// What the model is asked for.
const WISH: &str = "Sum up this conversation so that it can go on from your summary alone. Keep every fact, decision, \
    name, number, file, command and result that may still matter, what was asked for, what has been done, and what is \
    left to do. Answer with the summary only.";
/// What stands before a summary.
const OPENING: &str = "Summary of the conversation so far:\n\n";
