//! Runway's tasks (Runway, "API reference": "Get task detail"; `runwayml` SDK): what was ordered is asked for by its id,
//! and when it is there it is at addresses that anyone may fetch for a while.

use crate::kinds::compat::malformed;
use crate::kinds::given::{parsed, segment};
use crate::kinds::{Ask, Link};
use http::{HeaderMap, Uri};
use serde::Deserialize;
use tianji_core::{Error, Kind, Reply, WireRequest};

/// A task.
#[derive(Deserialize)]
pub(in crate::kinds) struct Task {
    pub(in crate::kinds) id: Option<String>,
    #[serde(default)]
    pub(in crate::kinds) status: String,
    pub(in crate::kinds) progress: Option<f64>,
    #[serde(default)]
    pub(in crate::kinds) output: Vec<String>,
    pub(in crate::kinds) failure: Option<String>,
    #[serde(rename = "failureCode")]
    pub(in crate::kinds) failure_code: Option<String>,
}

impl Task {
    /// Why it will never be finished.
    fn failed(self) -> Option<Error> {
        if !matches!(self.status.as_str(), "FAILED" | "CANCELLED") {
            return None;
        }
        let moderated = self.failure_code.is_some_and(|code| code.starts_with("SAFETY"));
        let kind = if moderated { Kind::ContentPolicy } else { Kind::InternalServer };
        Some(Error::provider(kind, self.failure.unwrap_or_else(|| "the task failed".to_owned())))
    }
}

/// Sends an order and goes on with the addresses of what it came to.
pub(in crate::kinds) fn made(
    ask: &Ask<'_>,
    order: WireRequest,
    then: impl FnOnce(Made) -> Result<Link, Error> + Clone + Send + 'static,
) -> Result<Link, Error> {
    let question = ask.get(&ask.connection.base)?;
    let base = ask.connection.base.clone();
    Ok(Link::send(order, move |reply| {
        let id = parsed::<Task>(&reply)?.id.ok_or_else(malformed)?;
        let uri: Uri = format!("{base}/tasks/{}", segment(&id)).parse().map_err(|_| malformed())?;
        Ok(Link::poll(WireRequest { uri, ..question }, move |reply: &Reply| {
            let task: Task = parsed(reply)?;
            if task.status == "SUCCEEDED" {
                let made = Made { id: id.clone(), output: task.output, headers: reply.headers.clone() };
                return (then.clone())(made).map(Some);
            }
            task.failed().map_or(Ok(None), Err)
        }))
    }))
}

/// What a task came to.
pub(in crate::kinds) struct Made {
    pub(in crate::kinds) id: String,
    /// Where it is.
    pub(in crate::kinds) output: Vec<String>,
    pub(in crate::kinds) headers: HeaderMap,
}
