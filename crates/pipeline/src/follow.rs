//! From a first reply that is not yet the reply to the reply.

use crate::call::{Admitted, Sending};
use crate::converse::signed;
use crate::credential;
use crate::deployment::Deployment;
use crate::job::Job;
use crate::shared::Shared;
use crate::words;
use bytes::Bytes;
use http::Response;
use std::sync::Arc;
use tianji_core::{Error, Reply, WireRequest};
use tianji_http::{Deadlines, HttpError, UpstreamBody, drive_with};
use tianji_providers::{Follow, Followed, Following, Taken};

/// The reply.
pub(crate) enum Arrived {
    /// Whole, in its dialect.
    Whole(Bytes),
    /// As it comes; not yet known to be a success. The job goes on with it.
    Coming(Box<Response<UpstreamBody>>, Job),
}

/// Follows the provider's conversation to its end, within the call's time.
pub(crate) async fn follow(
    shared: &Shared,
    call: &Admitted,
    deployment: &Arc<Deployment>,
    sending: &Sending,
    (follow, first): (Follow, Response<UpstreamBody>),
    deadlines: &Deadlines,
) -> Result<Arrived, Error> {
    let (head, body) = first.into_parts();
    let body = body.collect(call.snapshot.settings.max_reply).await.map_err(HttpError::into_error)?;
    let reply = Reply { status: head.status, headers: head.headers, body };
    let taken = Taken { connection: &deployment.connection, headers: &sending.headers, stream: call.stream, reply };
    let Following { mut exchange, cancel } = follow(taken);
    let mut job = Job::new(shared, deployment, cancel);
    let credential = credential::of(shared, deployment).await?;
    let mut sign = |request: &mut WireRequest| signed(shared, deployment, credential.as_deref(), request);
    let dialect = sending.way.dialect;
    let judge = |reply: &Reply| match reply.status.is_success() {
        true => Ok(()),
        false => Err(words::upstream_error(dialect, reply.status.as_u16(), &reply.headers, &reply.body)),
    };
    match drive_with(deployment.client(shared), exchange.as_mut(), deadlines, &mut sign, &judge).await? {
        Followed::Whole(body) => {
            job.done();
            Ok(Arrived::Whole(body))
        }
        Followed::Stream(mut request) => {
            sign(&mut request)?;
            let reply = deployment.client(shared).send_wire(request, deadlines).await.map_err(HttpError::into_error)?;
            Ok(Arrived::Coming(Box::new(reply), job))
        }
    }
}
