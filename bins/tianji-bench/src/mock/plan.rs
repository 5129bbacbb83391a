//! A behaviour made ready to serve: its bodies built once, its faults counted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use http::Uri;

use super::behaviour::{Behaviour, BehaviourError, Fault, split_path};
use super::replies::Replies;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
    Gemini,
    Bedrock,
    Cohere,
}

impl Dialect {
    /// The dialect that a path speaks by its ending, if any.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        if path.ends_with("chat/completions") {
            Some(Self::OpenAi)
        } else if path.ends_with("messages") {
            Some(Self::Anthropic)
        } else if path.ends_with("enerateContent") {
            Some(Self::Gemini)
        } else if path.ends_with("/converse") || path.ends_with("/converse-stream") {
            Some(Self::Bedrock)
        } else if path.ends_with("v2/chat") {
            Some(Self::Cohere)
        } else {
            None
        }
    }
}

pub(crate) struct Plan {
    pub(crate) dialect: Dialect,
    /// Whether the path asks for a stream, with vendors whose bodies do not.
    pub(crate) streams: bool,
    pub(crate) behaviour: Behaviour,
    pub(crate) replies: Replies,
    calls: AtomicU64,
    faulty_calls: AtomicU64,
}

impl Plan {
    pub(crate) fn new(dialect: Dialect, streams: bool, behaviour: Behaviour) -> Self {
        let replies = Replies::build(dialect, &behaviour);
        Self { dialect, streams, behaviour, replies, calls: AtomicU64::new(0), faulty_calls: AtomicU64::new(0) }
    }

    /// Counts a call and says which fault it has; several faults take turns.
    pub(crate) fn next_fault(&self) -> Option<Fault> {
        if self.behaviour.faults.is_empty() {
            return None;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.behaviour.fault_share.picks(call) {
            return None;
        }
        let turn = self.faulty_calls.fetch_add(1, Ordering::Relaxed);
        let turn = usize::try_from(turn).unwrap_or(0) % self.behaviour.faults.len();
        self.behaviour.faults.get(turn).copied()
    }
}

/// The plans seen so far, by path and query.
#[derive(Default)]
pub(crate) struct Plans(RwLock<HashMap<Box<str>, Arc<Plan>>>);

impl Plans {
    /// The plan of a URL; `None` when no dialect is spoken there.
    ///
    /// # Errors
    /// When the URL's behaviour cannot be read.
    pub(crate) fn find(&self, uri: &Uri) -> Result<Option<Arc<Plan>>, BehaviourError> {
        let key = uri.path_and_query().map_or("/", |it| it.as_str());
        if let Some(plan) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Some(Arc::clone(plan)));
        }
        let (segment, rest) = split_path(uri.path());
        let Some(dialect) = Dialect::of_path(rest) else { return Ok(None) };
        let plan = Arc::new(Plan::new(dialect, is_stream(rest), Behaviour::parse(segment, uri.query())?));
        let mut plans = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() < MOST_PLANS {
            plans.insert(key.into(), Arc::clone(&plan));
        }
        Ok(Some(plan))
    }
}

/// Whether a path asks for a stream by its ending.
fn is_stream(path: &str) -> bool {
    path.ends_with(":streamGenerateContent") || path.ends_with("/converse-stream")
}

/// Above this, plans are built for each call anew (and their fault share starts over).
const MOST_PLANS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_its_plan_and_its_fault_count() {
        let plans = Plans::default();
        let uri = Uri::from_static("/p/fault=silent,status=503,fault_pct=50/v1/messages?beta=true");
        let faults: Vec<_> = (0..8).map(|_| plans.find(&uri).unwrap().unwrap().next_fault()).collect();
        let (silent, status) = (Some(Fault::Silent), Some(Fault::Status(http::StatusCode::SERVICE_UNAVAILABLE)));
        assert_eq!(faults, [None, silent, None, status, None, silent, None, status]);
    }

    #[test]
    fn the_dialect_follows_the_path() {
        let plans = Plans::default();
        let dialect = |uri| plans.find(&Uri::from_static(uri)).unwrap().map(|plan| plan.dialect);
        assert_eq!(dialect("/v1/chat/completions"), Some(Dialect::OpenAi));
        assert_eq!(dialect("/openai/deployments/d/chat/completions?api-version=1"), Some(Dialect::OpenAi));
        assert_eq!(dialect("/p/chunks=1/v1/messages"), Some(Dialect::Anthropic));
        assert_eq!(dialect("/v1beta/models/m:generateContent"), Some(Dialect::Gemini));
        assert_eq!(dialect("/model/m/converse-stream"), Some(Dialect::Bedrock));
        assert_eq!(dialect("/v2/chat"), Some(Dialect::Cohere));
        assert_eq!(dialect("/v1/embeddings"), None);
        let streams = |uri| plans.find(&Uri::from_static(uri)).unwrap().unwrap().streams;
        assert!(streams("/v1beta/models/m:streamGenerateContent?alt=sse") && streams("/model/m/converse-stream"));
        assert!(!streams("/v1beta/models/m:generateContent") && !streams("/model/m/converse"));
    }
}
