//! A job at a vendor that goes on, and costs, until it has ended or is given up.

use crate::converse::signed;
use crate::credential;
use crate::deployment::Deployment;
use crate::shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{Error, WireRequest};
use tianji_http::{Deadlines, HttpError};
use tokio::runtime::Handle;

/// The duty to give a job up: dropped before it has ended, because the caller left, time was up or something failed, it
/// tells the vendor so.
pub(crate) struct Job(Option<Box<Running>>);

struct Running {
    shared: Shared,
    deployment: Arc<Deployment>,
    cancel: WireRequest,
}

impl Job {
    /// A job that this request gives up; without one there is no such duty.
    pub(crate) fn new(shared: &Shared, deployment: &Arc<Deployment>, cancel: Option<WireRequest>) -> Self {
        let running = |cancel| Running { shared: shared.clone(), deployment: Arc::clone(deployment), cancel };
        Self(cancel.map(running).map(Box::new))
    }

    /// It has ended.
    pub(crate) fn done(&mut self) {
        self.0 = None;
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // Without a runtime the process is on its way out.
        let (Some(running), Ok(runtime)) = (self.0.take(), Handle::try_current()) else { return };
        let tasks = running.shared.tasks.clone();
        tasks.spawn_on(
            async move {
                if let Err(error) = running.give_up().await {
                    tracing::debug!(%error, "a job could not be given up");
                }
            },
            &runtime,
        );
    }
}

impl Running {
    async fn give_up(self) -> Result<(), Error> {
        let Self { shared, deployment, mut cancel } = self;
        let credential = credential::of(&shared, &deployment).await?;
        signed(&shared, &deployment, credential.as_deref(), &mut cancel)?;
        let total = Some((shared.clock.now() + PATIENCE).into());
        let deadlines = Deadlines { connect: PATIENCE, first_byte: PATIENCE, between_bytes: PATIENCE, total };
        deployment.client(&shared).send_wire(cancel, &deadlines).await.map(drop).map_err(HttpError::into_error)
    }
}

/// How long the vendor may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
