//! Settle: a call's record is written exactly once, however the call ends.

use crate::deployment::{Concrete, Deployment};
use crate::dispatch::estimated;
use crate::door::Caller;
use crate::invoice::{self, Asked};
use crate::shared::Shared;
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::Instant;
use tianji_core::{CallRecord, CallStatus, CostStatus, Error, Kind, Losses, UsageSource, Usd};
use tianji_dialects::Observed;
use tianji_limits::Permit;
use tianji_storage::Intent;
use uuid::Uuid;

/// Holds what a call holds and writes down how it ended. Dropped without a word it settles as cancelled.
#[derive(Debug)]
pub struct Receipt {
    shared: Shared,
    /// Alone in having it until it is settled, so that changes copy nothing.
    record: Arc<CallRecord>,
    permits: SmallVec<[Permit; 2]>,
    concrete: Option<Arc<Concrete>>,
    asked: Asked,
    started: Instant,
    first_token: Option<Instant>,
    sent: Option<Instant>,
    input_bytes: usize,
    intended: bool,
    settled: bool,
    /// Nothing is consumed, whatever passes.
    free: bool,
    spent: Option<Usd>,
}

impl Receipt {
    /// Opens a receipt for a call that was let in.
    pub(crate) fn open(
        shared: Shared,
        caller: &Caller,
        permits: SmallVec<[Permit; 2]>,
        call_id: Uuid,
        started: Instant,
    ) -> Self {
        let record = Arc::new(CallRecord {
            call_id,
            token: Arc::clone(&caller.token),
            key_alias: caller.alias.clone(),
            user_id: caller.user_id.clone(),
            team_id: caller.team_id.clone(),
            organization_id: caller.organization_id.clone(),
            started_at: shared.clock.wall(),
            http_status: 200,
            ..CallRecord::default()
        });
        Self {
            shared,
            record,
            permits,
            concrete: None,
            asked: Asked::default(),
            started,
            first_token: None,
            sent: None,
            input_bytes: 0,
            intended: false,
            settled: false,
            free: false,
            spent: None,
        }
    }

    /// The record so far.
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    pub(crate) fn record_mut(&mut self) -> &mut CallRecord {
        Arc::make_mut(&mut self.record)
    }

    /// Length of the request, for estimates where no usage is reported.
    pub(crate) fn estimate_input(&mut self, bytes: usize) {
        self.input_bytes = bytes;
    }

    /// What the call asks for that its price depends on.
    pub(crate) fn asks(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// The call consumes nothing: it asks how far something is that was paid for before.
    pub(crate) const fn free(&mut self) {
        self.free = true;
    }

    /// An attempt begins on a deployment.
    pub(crate) fn attempt(&mut self, deployment: &Deployment, concrete: &Arc<Concrete>, losses: &Losses) {
        let record = self.record_mut();
        record.model = Arc::clone(&concrete.full);
        record.model_id = Arc::clone(&deployment.id);
        record.provider = Arc::clone(&deployment.provider_name);
        record.api_base = Arc::clone(&deployment.base);
        record.losses = losses.iter().map(|loss| format!("{}={}", loss.path, loss.reason)).collect();
        self.concrete = Some(Arc::clone(concrete));
        self.sent = Some(self.shared.clock.now());
    }

    /// Writes down that the call will be sent, before it is: a crash after this leaves an interrupted call, not none.
    pub(crate) fn intend(&mut self) -> Result<(), Error> {
        if self.intended {
            return Ok(());
        }
        self.shared.spool.intent(Intent::of(&self.record)).map_err(|cause| {
            Error::gateway(Kind::ServiceUnavailable, "Accounting storage unavailable").with_source(cause)
        })?;
        self.intended = true;
        Ok(())
    }

    /// Bytes of the first frame are about to leave.
    pub(crate) fn first_token(&mut self) {
        self.first_token.get_or_insert_with(|| self.shared.clock.now());
    }

    /// What ids are made of that are this call's alone.
    pub(crate) fn unique(&self) -> String {
        self.record.call_id.simple().to_string()
    }

    /// When the request head was complete.
    pub(crate) const fn started(&self) -> Instant {
        self.started
    }

    /// When the last attempt was sent.
    pub(crate) const fn sent(&self) -> Option<Instant> {
        self.sent
    }

    /// The call ended well.
    pub(crate) fn succeed(&mut self, seen: &Observed) {
        self.settle(CallStatus::Success, Some(seen));
    }

    /// The call failed. `seen` is what a broken stream showed before it broke.
    pub(crate) fn fail(&mut self, error: &Error, seen: Option<&Observed>) {
        let record = self.record_mut();
        record.http_status = if seen.is_some() { 200 } else { error.status.as_u16() };
        record.error_class = Some(error.kind.class().to_owned());
        record.error_message = Some(error.message.chars().take(MOST_ERROR_CHARS).collect());
        self.settle(CallStatus::Failure, seen);
    }

    /// The client left in the middle of a stream.
    pub(crate) fn cancel(&mut self, seen: Option<&Observed>) {
        self.settle(CallStatus::Cancelled, seen);
    }

    /// What the key has spent after this call; known once settled.
    pub(crate) const fn key_spend(&self) -> Option<Usd> {
        self.spent
    }

    /// What the call costs so far, as far as the provider has said what was used and the price is known.
    pub(crate) fn cost_so_far(&self, seen: &Observed) -> Option<Usd> {
        let elapsed = self.shared.clock.now().saturating_duration_since(self.started);
        let bill = invoice::bill(
            self.concrete.as_deref()?,
            seen.usage.as_ref()?,
            (&self.asked, seen),
            &self.record,
            millis(elapsed),
        );
        bill.map(|bill| bill.total)
    }

    fn settle(&mut self, status: CallStatus, seen: Option<&Observed>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let now = self.shared.clock.now();
        let elapsed = now.saturating_duration_since(self.started);
        let first_token = self.first_token.map(|instant| instant.saturating_duration_since(self.started));
        let record = self.record_mut();
        record.ended_at = record.started_at.plus(elapsed);
        record.first_token_at = first_token.map(|after| record.started_at.plus(after));
        record.status = status;
        if let Some(seen) = seen {
            self.meter(seen, status, millis(elapsed));
        }
        let (tokens, second) = (self.record.usage.total(), self.shared.second());
        for permit in self.permits.drain(..) {
            let spent = permit.settle(tokens, self.record.cost, second);
            self.spent.get_or_insert(spent);
        }
        if let Err(cause) = self.shared.spool.settle(&self.record) {
            self.shared.metrics.unaccounted();
            tracing::error!(%cause, call_id = %self.record.call_id, "a finished call could not be written down");
        }
        self.shared.metrics.call(&self.record, elapsed, self.sent.map(|sent| now.saturating_duration_since(sent)));
        log(&self.record);
    }

    /// Usage and cost: the provider's report, or an estimate from what passed if it gave none.
    fn meter(&mut self, seen: &Observed, status: CallStatus, duration_ms: u64) {
        let Self { record, concrete, asked, input_bytes, .. } = self;
        let record = Arc::make_mut(record);
        record.response_id.clone_from(&seen.response_id);
        record.finish_reason = seen.finish.map(|finish| finish.word().to_owned());
        if self.free {
            record.cost_status = CostStatus::Free;
            return;
        }
        let reported = seen.usage.is_some();
        let generated = seen.output_bytes > 0 || status == CallStatus::Success;
        record.usage = match seen.usage {
            Some(usage) if status == CallStatus::Success || usage.output() > 0 || seen.output_bytes == 0 => usage,
            Some(usage) => tianji_core::Usage { out_text: seen.output_bytes.div_ceil(4), ..usage },
            None if generated => estimated(*input_bytes, seen.output_bytes),
            None => return,
        };
        record.usage_source = if reported { UsageSource::Provider } else { UsageSource::Estimated };
        let bill = concrete.as_deref();
        let bill = bill.and_then(|concrete| invoice::bill(concrete, &record.usage, (asked, seen), record, duration_ms));
        let Some(bill) = bill else {
            record.cost_status = CostStatus::UnknownPrice;
            return;
        };
        record.cost = bill.total;
        record.cost_parts = bill.parts.iter().map(|(name, usd)| ((*name).to_owned(), *usd)).collect();
        record.cost_status = if reported { bill.status } else { CostStatus::Estimated };
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.settle(CallStatus::Cancelled, None);
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// One access line per call; formatted only if somebody listens.
fn log(record: &CallRecord) {
    tracing::info!(
        target: "tianji::call",
        call_id = %record.call_id,
        route = %record.endpoint,
        status = record.http_status,
        outcome = ?record.status,
        model_group = %record.model_group,
        model_id = %record.model_id,
        provider = %record.provider,
        key = %record.token.get(..8).unwrap_or(&record.token),
        stream = record.stream,
        duration_ms = (record.ended_at.0 - record.started_at.0) / 1000,
        tokens = record.usage.total(),
        cost_usd = %record.cost,
        retries = record.attempted_retries,
        error = record.error_class.as_deref(),
        "call"
    );
}

/// Most characters of an error kept in the record.
const MOST_ERROR_CHARS: usize = 2000;
