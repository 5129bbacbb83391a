//! Asking again for a response, what was put into it, cancelling and deleting it.

use super::background;
use super::recall::{find, unknown};
use crate::converse::signed;
use crate::credential;
use crate::door::Caller;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::words;
use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use std::time::Duration;
use tianji_core::{DialectId, Error, Kind, Payload, WireRequest};
use tianji_http::{Deadlines, HttpError};
use tianji_providers::Operation;
use tianji_storage::StoredResponse;

/// What is asked about a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The response itself.
    Response,
    /// What was put in.
    InputItems,
    /// Not to go on with it.
    Cancel,
    /// To forget it.
    Delete,
}

/// Answers a question about a response by its id. `query` is the client's, for a vendor that keeps it.
///
/// # Errors
/// 404 when it is not the caller's; what the vendor says.
pub async fn retrieve(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: &Caller,
    id: &str,
    asked: Asked,
    query: Option<&str>,
) -> Result<Bytes, Error> {
    let kept = find(shared, snapshot, caller, id).await.ok_or_else(|| missing(id))?;
    let told = match &kept.deployment {
        Some(deployment) if kept.sealed.is_none() => {
            at_vendor(shared, snapshot, deployment, &kept.id, asked, query).await?
        }
        _ => here(shared, snapshot, &kept, asked).await?,
    };
    if asked == Asked::Delete {
        let failed =
            |cause| Error::gateway(Kind::ServiceUnavailable, "The response could not be deleted.").with_source(cause);
        shared.responses.forget(&shared.store, id).await.map_err(failed)?;
    }
    Ok(told)
}

pub(super) fn missing(id: &str) -> Error {
    let words = unknown(id).message.replace("Previous response", "Response");
    Error::client(Kind::NotFound, words).with_status(StatusCode::NOT_FOUND)
}

async fn here(shared: &Shared, snapshot: &Snapshot, kept: &StoredResponse, asked: Asked) -> Result<Bytes, Error> {
    let conversation = shared.responses.open(kept).ok_or_else(|| missing(&kept.id));
    match asked {
        Asked::Response => background::as_it_is(kept, &conversation?).ok_or_else(|| missing(&kept.id)),
        Asked::InputItems => {
            let list = serde_json::json!({"object": "list", "data": conversation?.input, "has_more": false});
            Ok(list.to_string().into())
        }
        Asked::Cancel => background::cancel(shared, kept, &conversation?).await,
        Asked::Delete => {
            background::abandon(shared, &kept.id);
            if let (Some(deployment), Some(id)) = (&kept.deployment, conversation.ok().and_then(|it| it.upstream_id)) {
                forget_at_vendor(shared, snapshot, deployment, &id).await?;
            }
            Ok(serde_json::json!({"id": kept.id, "object": "response", "deleted": true}).to_string().into())
        }
    }
}

/// What the vendor has of a response is deleted too; a vendor that has it no more is as good.
async fn forget_at_vendor(shared: &Shared, snapshot: &Snapshot, deployment: &str, id: &str) -> Result<(), Error> {
    match at_vendor(shared, snapshot, deployment, id, Asked::Delete, None).await {
        Err(error) if error.kind != Kind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// OpenAI, "Responses": `GET`, `DELETE /responses/{id}`, `POST …/cancel`, `GET …/input_items`.
async fn at_vendor(
    shared: &Shared,
    snapshot: &Snapshot,
    deployment: &str,
    id: &str,
    asked: Asked,
    query: Option<&str>,
) -> Result<Bytes, Error> {
    let group = snapshot.by_id.get(deployment);
    let deployment = group.and_then(|group| group.deployments.first()).ok_or_else(|| missing(id))?;
    let provider = &deployment.provider;
    let outgoing = provider.outgoing(&deployment.connection, Operation::Responses { stream: false }, &deployment.model);
    let outgoing = outgoing.map_err(words::no_connection)?;
    let (method, tail) = match asked {
        Asked::Response => (Method::GET, ""),
        Asked::InputItems => (Method::GET, "/input_items"),
        Asked::Cancel => (Method::POST, "/cancel"),
        Asked::Delete => (Method::DELETE, ""),
    };
    let uri = address(&outgoing.uri, id, tail, query).ok_or_else(|| missing(id))?;
    let mut request = WireRequest { method, uri, headers: outgoing.headers, body: Payload::default() };
    let credential = credential::of(shared, deployment).await?;
    signed(shared, deployment, credential.as_deref(), &mut request)?;
    let deadlines = Deadlines { first_byte: TIME, between_bytes: TIME, ..Deadlines::default() };
    let reply = deployment.client(shared).send_wire(request, &deadlines).await.map_err(HttpError::into_error)?;
    let (head, body) = reply.into_parts();
    let body = body.collect(snapshot.settings.max_reply).await.map_err(HttpError::into_error)?;
    if !head.status.is_success() {
        let dialect = DialectId::OpenAiResponses;
        let error = words::upstream_error(dialect, head.status.as_u16(), &head.headers, &body);
        return Err(words::dress(error, provider, snapshot));
    }
    Ok(body)
}

/// The address of a response below the one that creates them; a query of the provider's own stays.
fn address(create: &Uri, id: &str, tail: &str, query: Option<&str>) -> Option<Uri> {
    let id = percent_encoding::utf8_percent_encode(id, ESCAPED).to_string();
    let (scheme, authority) = (create.scheme_str()?, create.authority()?);
    let queries: Vec<&str> = create.query().into_iter().chain(query).filter(|query| !query.is_empty()).collect();
    let mark = if queries.is_empty() { "" } else { "?" };
    format!("{scheme}://{authority}{}/{id}{tail}{mark}{}", create.path(), queries.join("&")).parse().ok()
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The first byte, and the longest silence.
const TIME: Duration = Duration::from_secs(60);
