//! The root key: compared in constant time, refused when the world knows it.

use crate::KeyHash;
use subtle::ConstantTimeEq;
use tianji_core::Secret;

/// The digest of the master key; the key itself is not kept.
#[derive(Clone, Debug)]
pub struct MasterKey(KeyHash);

/// Why a master key is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyFlaw {
    /// Nothing is set.
    #[error("no master key is set")]
    Unset,
    /// Too short to withstand guessing.
    #[error("the master key is shorter than 16 characters")]
    Short,
    /// Printed in documentation for all to read.
    #[error("the master key is a well-known example")]
    WellKnown,
}

impl MasterKey {
    /// Takes a key, with the flaw that it has, if any.
    pub fn new(key: &Secret) -> (Self, Option<MasterKeyFlaw>) {
        let text = key.expose();
        let flaw = if text.is_empty() {
            Some(MasterKeyFlaw::Unset)
        } else if WELL_KNOWN.contains(&text) {
            Some(MasterKeyFlaw::WellKnown)
        } else if text.chars().count() < SHORTEST {
            Some(MasterKeyFlaw::Short)
        } else {
            None
        };
        (Self(KeyHash::of(text)), flaw)
    }

    /// Whether a hashed key is this one.
    pub fn matches(&self, hash: &KeyHash) -> bool {
        self.0.bytes().ct_eq(hash.bytes()).into()
    }
}

/// Fewest characters of a master key (identity sheet §3).
const SHORTEST: usize = 16;

/// Keys from the reference proxy's documentation, from ours and from common examples.
const WELL_KNOWN: &[&str] = &[
    "changeme",
    "changemechangeme",
    "my-secret-master-key",
    "password",
    "secret",
    "sk-0000000000000000",
    "sk-1234",
    "sk-12345",
    "sk-123456",
    "sk-1234567890",
    "sk-1234567890abcdef",
    "sk-abcdefghijklmnop",
    "sk-admin",
    "sk-change-me",
    "sk-changeme",
    "sk-changemechangeme",
    "sk-litellm",
    "sk-litellm-master-key",
    "sk-master",
    "sk-master-key",
    "sk-my-master-key",
    "sk-my-secret-key",
    "sk-secret",
    "sk-test",
    "sk-tianji",
    "sk-tianji-master-key",
    "sk-your-master-key",
    "sk-your-secret-key",
];
