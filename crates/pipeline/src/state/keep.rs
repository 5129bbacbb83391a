//! Keeping a response when it is complete.

use super::{Conversation, TTL};
use crate::call::{Admitted, Attempt, Plan};
use crate::shared::Shared;
use bytes::Bytes;
use memchr::memmem;
use serde_json::value::RawValue;
use std::sync::Arc;
use tianji_core::DialectId;
use tianji_storage::StoredResponse;
use tianji_wire::RawObject;

/// What has to be known of a call to keep its response.
#[derive(Debug)]
pub(crate) struct Keep {
    shared: Shared,
    token: Arc<str>,
    model_group: Arc<str>,
    /// Where the vendor keeps it.
    deployment: Option<Arc<str>>,
    /// What was put in, where we keep it.
    input: Option<Box<RawValue>>,
    done: bool,
}

impl Keep {
    /// `None` when nothing shall be kept: another kind of call, or `store: false`.
    pub(crate) fn of(shared: &Shared, call: &Admitted, attempt: &Attempt) -> Option<Self> {
        let Plan::Generate(sending) = &attempt.plan else { return None };
        if call.endpoint.dialect != DialectId::OpenAiResponses || call.body.bool("store") == Some(false) {
            return None;
        }
        let native = sending.way.dialect == DialectId::OpenAiResponses && attempt.deployment.mock_response.is_none();
        if let Some(run) = &call.background {
            // What became of it is written down by who makes it.
            if native {
                run.held_by(&attempt.deployment.id);
            }
            return None;
        }
        let input = if native { None } else { Some(super::items_of(&call.body)?) };
        Some(Self {
            shared: shared.clone(),
            token: Arc::clone(&call.caller.token),
            model_group: Arc::clone(&call.found.name),
            deployment: native.then(|| Arc::clone(&attempt.deployment.id)),
            input,
            done: false,
        })
    }

    /// Keeps a whole reply.
    pub(crate) fn whole(mut self, body: &Bytes) {
        self.response(body);
    }

    /// Looks for the event that ends a stream among bytes that are about to leave.
    pub(crate) fn events(&mut self, out: &[u8]) {
        if self.done {
            return;
        }
        let ends = [&b"\"type\":\"response.completed\""[..], b"\"type\":\"response.incomplete\""];
        let Some(at) = ends.iter().find_map(|end| memmem::find(out, end)) else { return };
        let (before, after) = (out.get(..at).unwrap_or_default(), out.get(at..).unwrap_or_default());
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |line| line + 1);
        let end = at + memchr::memchr(b'\n', after).unwrap_or(after.len());
        let line = out.get(start..end).unwrap_or_default();
        let data = Bytes::copy_from_slice(line.strip_prefix(b"data:").unwrap_or(line).trim_ascii());
        let event = RawObject::parse(data).ok();
        if let Some(response) = event.as_ref().and_then(|event| event.raw("response")) {
            self.response(&Bytes::copy_from_slice(response));
        }
    }

    fn response(&mut self, body: &Bytes) {
        self.done = true;
        let Some(object) = RawObject::parse(body.clone()).ok() else { return };
        let Some(id) = object.str("id").map(|id| id.into_owned()) else { return };
        let sealed = match self.input.take() {
            None => None,
            Some(input) => {
                let Ok(response) = serde_json::from_slice::<Box<RawValue>>(body) else { return };
                self.shared.responses.seal(&Conversation { input, response, upstream_id: None })
            }
        };
        let now = self.shared.clock.wall();
        let kept = self.shared.responses.put(StoredResponse {
            id,
            token: self.token.to_string(),
            deployment: self.deployment.as_deref().map(str::to_owned),
            model_group: self.model_group.to_string(),
            sealed,
            created_at: now,
            expires_at: now.plus(TTL),
            lease_until: None,
        });
        if !kept {
            self.shared.metrics.unkept();
        }
    }
}
