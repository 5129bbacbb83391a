//! A plan for getting a credential, as the source that the `http` crate asks.

use super::turn::{Conversation, Turn};
use sha2::{Digest, Sha256};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use tianji_core::{CredentialSource, Exchange, Granted, Micros};

/// How a credential is asked for. The plan's hash is its identity: all its members count, so that two plans share a
/// credential only if they are the same.
pub(super) trait Plan: fmt::Debug + Clone + Hash + Send + Sync + 'static {
    /// The first turn of the conversation.
    fn begin(self, now: Micros) -> Turn<Granted>;
}

/// A plan with its id.
struct Source<P> {
    id: String,
    plan: P,
}

/// Makes a source of a plan. `issuer` begins the id.
pub(super) fn source<P: Plan>(issuer: &str, plan: P) -> Arc<dyn CredentialSource> {
    let mut fingerprint = Fingerprint(Sha256::new());
    plan.hash(&mut fingerprint);
    Arc::new(Source { id: format!("{issuer}:{}", hex::encode(fingerprint.0.finalize())), plan })
}

impl<P: Plan> CredentialSource for Source<P> {
    fn id(&self) -> &str {
        &self.id
    }

    fn exchange(&self, now: Micros) -> Box<dyn Exchange<Output = Granted>> {
        Box::new(Conversation::new(self.plan.clone().begin(now)))
    }
}

/// The plan is not shown: it names accounts, and files of keys.
impl<P> fmt::Debug for Source<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("id", &self.id).finish_non_exhaustive()
    }
}

/// SHA-256 as a hasher: no two identities may collide, so the 64 bits of an ordinary one do not do.
struct Fingerprint(Sha256);

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: the whole hash is.
    fn finish(&self) -> u64 {
        0
    }
}
