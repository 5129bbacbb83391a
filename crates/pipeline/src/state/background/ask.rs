//! What a client may ask about a response in the making.

use super::{conclude, shape};
use crate::shared::Shared;
use crate::state::Conversation;
use bytes::Bytes;
use tianji_core::{Error, Kind};
use tianji_storage::StoredResponse;
use tianji_wire::RawObject;

/// The response as it is now.
pub(in crate::state) fn as_it_is(kept: &StoredResponse, conversation: &Conversation) -> Option<Bytes> {
    let response = conversation.response.get().as_bytes();
    if kept.lease_until.is_some() { shape::running(response) } else { Some(Bytes::copy_from_slice(response)) }
}

/// Ends a response that is being made, here or by another process. One that is made stays as it is.
///
/// # Errors
/// 400 when it is none of these; 503 when the database fails.
pub(in crate::state) async fn cancel(
    shared: &Shared,
    kept: &StoredResponse,
    conversation: &Conversation,
) -> Result<Bytes, Error> {
    let response = Bytes::copy_from_slice(conversation.response.get().as_bytes());
    let object = RawObject::parse(response.clone()).ok();
    if object.and_then(|object| object.bool("background")) != Some(true) {
        let words = "Only responses created with background=true can be cancelled.";
        return Err(Error::client(Kind::BadRequest, words));
    }
    if kept.lease_until.is_none() {
        return Ok(response);
    }
    let failed = || Error::gateway(Kind::ServiceUnavailable, "The response could not be cancelled.");
    let cancelled = shape::cancelled(&response).ok_or_else(failed)?;
    let first = conclude(shared, &kept.id, &conversation.input, &cancelled, (None, None)).await;
    abandon(shared, &kept.id);
    if first {
        return Ok(cancelled);
    }
    // It was complete in this very moment.
    let told = shared.store.response(&kept.id, shared.clock.wall()).await;
    let told = told.map_err(|cause| failed().with_source(cause))?.ok_or_else(failed)?;
    let conversation = shared.responses.open(&told).filter(|_| told.lease_until.is_none()).ok_or_else(failed)?;
    Ok(Bytes::copy_from_slice(conversation.response.get().as_bytes()))
}

/// The task that makes a response need not go on, if it is one of this process.
pub(in crate::state) fn abandon(shared: &Shared, id: &str) {
    if let Some(run) = shared.background.find(id) {
        run.cancel();
    }
}
