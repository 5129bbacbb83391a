//! Ends that are written down by whoever finds them: once, whoever comes first.

use super::shape;
use crate::shared::Shared;
use crate::state::Conversation;
use bytes::Bytes;
use serde_json::value::RawValue;
use std::time::Duration;
use tianji_storage::StoredResponse;

/// Writes down what became of a response. `held` are the deployment whose vendor has it too, and the vendor's id of it.
/// `false`: it was ended before, that end stays.
pub(in crate::state) async fn conclude(
    shared: &Shared,
    id: &str,
    input: &RawValue,
    response: &[u8],
    held: (Option<&str>, Option<String>),
) -> bool {
    let Ok(response) = serde_json::from_slice(response) else { return false };
    let (deployment, upstream_id) = held;
    let conversation = Conversation { input: input.to_owned(), response, upstream_id };
    let sealed = shared.responses.seal(&conversation);
    for attempt in 1..=ATTEMPTS {
        match shared.store.finish_response(id, deployment, sealed.as_deref()).await {
            Ok(first) => return first,
            Err(cause) => tracing::warn!(%cause, attempt, "the end of a response could not be written down"),
        }
        tokio::time::sleep(PAUSE * attempt).await;
    }
    shared.metrics.unkept();
    false
}

/// A response whose maker is gone, written down as failed; any other as it is.
pub(in crate::state) async fn if_gone(shared: &Shared, kept: StoredResponse) -> Option<StoredResponse> {
    if kept.lease_until.is_none_or(|until| until > shared.clock.wall()) {
        return Some(kept);
    }
    let conversation = shared.responses.open(&kept);
    let failed = conversation.as_ref().and_then(failed);
    let (Some(conversation), Some(response)) = (conversation, failed) else {
        // Sealed with what nobody has any more: it stays unreadable, but is not asked for again.
        let ended = shared.store.finish_response(&kept.id, None, kept.sealed.as_deref()).await;
        return ended.ok().map(|_| StoredResponse { lease_until: None, ..kept });
    };
    conclude(shared, &kept.id, &conversation.input, &response, (None, None)).await;
    shared.store.response(&kept.id, shared.clock.wall()).await.ok().flatten()
}

fn failed(conversation: &Conversation) -> Option<Bytes> {
    let words = "The process that made this response ended before it was complete.";
    shape::failed(conversation.response.get().as_bytes(), "server_error", words)
}

/// Writes responses down as failed whose maker is gone.
pub async fn fail_stale(shared: &Shared) {
    shared.background.tidy(shared.clock.now());
    let now = shared.clock.wall();
    let stale = match shared.store.stale_responses(now).await {
        Ok(stale) => stale,
        Err(cause) => return tracing::warn!(%cause, "responses whose maker is gone could not be looked for"),
    };
    for id in stale {
        if let Ok(Some(kept)) = shared.store.response(&id, now).await {
            if_gone(shared, kept).await;
        }
    }
}

/// Attempts of writing one end down.
const ATTEMPTS: u32 = 4;
/// Wait after the first failed one.
const PAUSE: Duration = Duration::from_millis(200);
