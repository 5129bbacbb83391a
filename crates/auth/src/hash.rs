//! The only form in which a virtual key is kept: its SHA-256.

use sha2::{Digest, Sha256};
use std::fmt;

/// SHA-256 of a whole key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Hashes a raw key.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Reads 64 hex digits.
    pub fn parse(hex_digits: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hex_digits, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// From a field or path that takes a raw key **or** its hash: 64 hex digits are never hashed again.
    pub fn of_key_or_hash(text: &str) -> Self {
        if text.starts_with("sk-") {
            return Self::of(text);
        }
        Self::parse(text).unwrap_or_else(|| Self::of(text))
    }

    /// Lower-case hex.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// The bytes, for constant-time comparison.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}
