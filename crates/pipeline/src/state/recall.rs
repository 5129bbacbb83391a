//! Going on from an earlier response: at the vendor that has it, or with its conversation put before the new input.

use super::{Conversation, background};
use crate::call::Admitted;
use crate::door::Caller;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::sync::Arc;
use tianji_auth::Role;
use tianji_core::{DialectId, Error, Kind};
use tianji_storage::StoredResponse;
use tianji_wire::RawObject;

/// Whether a call goes on from an earlier response.
pub(crate) fn continues(call: &Admitted) -> bool {
    call.endpoint.dialect == DialectId::OpenAiResponses && call.body.contains("previous_response_id")
}

/// Resolves `previous_response_id` of a call that [`continues`].
///
/// # Errors
/// 400 when there is no such response of this caller's, or it cannot be reached any more.
pub(crate) async fn recall(shared: &Shared, call: &mut Admitted) -> Result<(), Error> {
    let Some(id) = call.body.str("previous_response_id").map(std::borrow::Cow::into_owned) else { return Ok(()) };
    let Some(kept) = find(shared, &call.snapshot, &call.caller, &id).await else {
        if call.snapshot.settings.unmanaged_responses {
            return Ok(());
        }
        return Err(unknown(&id));
    };
    if kept.lease_until.is_some() {
        let words = format!("Previous response with id '{}' is not complete yet.", shown(&id));
        return Err(Error::client(Kind::BadRequest, words).with_param("previous_response_id"));
    }
    let conversation = match &kept.sealed {
        Some(_) => Some(shared.responses.open(&kept).ok_or_else(|| unknown(&id))?),
        None => None,
    };
    let holder = kept.deployment.as_deref().and_then(|id| call.snapshot.by_id.get(id));
    if let Some(group) = holder {
        call.found = Found { group: Arc::clone(group), name: kept.model_group.as_str().into(), filled: Vec::new() };
        if let Some(upstream_id) = conversation.and_then(|conversation| conversation.upstream_id) {
            call.body.set("previous_response_id", &upstream_id);
        }
        return Ok(());
    }
    let new = items_of(&call.body);
    let joined = conversation.and_then(|conversation| joined(&conversation, new.as_deref()));
    let input = joined.ok_or_else(|| unknown(&id))?;
    call.body.remove("previous_response_id");
    call.body.set_raw("input", input);
    Ok(())
}

/// A kept response that the caller may see: its own, all of them for admins and where owners are not told apart.
pub(super) async fn find(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: &Caller,
    id: &str,
) -> Option<Arc<StoredResponse>> {
    let kept = shared.responses.find(&shared.store, id, shared.clock.wall()).await?;
    let open = snapshot.settings.shared_responses || caller.principal.role() == Role::ProxyAdmin;
    let kept = Some(kept).filter(|kept| open || *kept.token == *caller.token)?;
    if kept.lease_until.is_none() {
        return Some(kept);
    }
    background::if_gone(shared, StoredResponse::clone(&kept)).await.map(Arc::new)
}

pub(super) fn unknown(id: &str) -> Error {
    Error::client(Kind::BadRequest, format!("Previous response with id '{}' not found.", shown(id)))
        .with_param("previous_response_id")
}

fn shown(id: &str) -> String {
    id.chars().take(128).collect()
}

/// A request's `input` as a list of items: a bare text is a user's message.
pub(crate) fn items_of(body: &RawObject) -> Option<Box<RawValue>> {
    let raw = body.raw("input")?;
    let text = if raw.first() == Some(&b'"') {
        let mut list = br#"[{"role":"user","content":"#.to_vec();
        list.extend_from_slice(raw);
        list.extend_from_slice(b"}]");
        list
    } else {
        raw.to_vec()
    };
    RawValue::from_string(String::from_utf8(text).ok()?).ok()
}

/// Earlier input, earlier output, new input: one list.
fn joined(conversation: &Conversation, new: Option<&RawValue>) -> Option<Bytes> {
    let response = RawObject::parse(Bytes::copy_from_slice(conversation.response.get().as_bytes())).ok()?;
    let output = response.raw("output").and_then(|raw| std::str::from_utf8(raw).ok()).unwrap_or("[]");
    let lists = [conversation.input.get(), output, new.map_or("[]", RawValue::get)];
    let inner = lists.iter().filter_map(|list| list.trim().strip_prefix('[')?.strip_suffix(']'));
    let parts: Vec<&str> = inner.map(str::trim).filter(|inner| !inner.is_empty()).collect();
    Some(Bytes::from(format!("[{}]", parts.join(","))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_conversation_goes_on_in_order() {
        let earlier = Conversation {
            input: raw(r#"[{"role":"user","content":"a"}]"#),
            response: raw(r#"{"id":"resp_1","output":[{"type":"message","content":[]}]}"#),
            upstream_id: None,
        };
        let body = RawObject::parse(Bytes::from_static(br#"{"input": "b"}"#)).unwrap();
        let input = joined(&earlier, items_of(&body).as_deref()).unwrap();
        assert_eq!(
            input,
            r#"[{"role":"user","content":"a"},{"type":"message","content":[]},{"role":"user","content":"b"}]"#
        );
        assert_eq!(
            joined(&Conversation { input: raw("[]"), response: raw("{}"), upstream_id: None }, None).unwrap(),
            "[]"
        );
    }
}
