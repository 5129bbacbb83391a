//! Sealing what is kept at rest: XSalsa20-Poly1305 (NaCl, `crypto_secretbox`) under a key from a passphrase.
//!
//! The form is `base64(nonce 24 bytes ‖ tag ‖ text)`, as PyNaCl's `SecretBox` writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tianji_core::Secret;
use xsalsa20poly1305::aead::Aead;
use xsalsa20poly1305::{Key, KeyInit, Nonce, XSalsa20Poly1305};

/// Seals and opens. Whoever has the passphrase can open.
#[derive(Clone)]
pub struct SealBox(XSalsa20Poly1305);

/// Bytes of a nonce. One must never serve twice; random ones do not.
pub const NONCE_BYTES: usize = 24;

impl SealBox {
    /// A box whose key is the SHA-256 of a passphrase.
    pub fn new(passphrase: &Secret) -> Self {
        let key: [u8; 32] = Sha256::digest(passphrase.expose().as_bytes()).into();
        Self(XSalsa20Poly1305::new(&Key::from(key)))
    }

    /// Seals bytes.
    pub fn seal(&self, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Option<String> {
        let sealed = self.0.encrypt(&Nonce::from(nonce), plain).ok()?;
        let mut whole = nonce.to_vec();
        whole.extend_from_slice(&sealed);
        Some(STANDARD.encode(whole))
    }

    /// Opens what was sealed under the same passphrase; `None` if it was not, or was changed.
    pub fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let whole = STANDARD.decode(sealed).ok()?;
        let (nonce, text) = whole.split_first_chunk::<NONCE_BYTES>()?;
        self.0.decrypt(&Nonce::from(*nonce), text).ok()
    }
}

impl std::fmt::Debug for SealBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealBox(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_its_passphrase_only_and_unchanged_only() {
        let seal = SealBox::new(&Secret::new("a passphrase"));
        let text = seal.seal(b"words", [7; NONCE_BYTES]).unwrap();
        assert_eq!(seal.open(&text).unwrap(), b"words");
        assert!(SealBox::new(&Secret::new("another")).open(&text).is_none());
        let mut bytes = STANDARD.decode(&text).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        assert!(seal.open(&STANDARD.encode(bytes)).is_none());
        for broken in ["", "AAAA", "no base64!"] {
            assert!(seal.open(broken).is_none(), "{broken}");
        }
    }

    /// PyNaCl 1.5: `SecretBox(sha256(b"salt").digest()).encrypt(b"hello", b"\0" * 24)`.
    #[test]
    fn the_form_is_nacls() {
        let text = SealBox::new(&Secret::new("salt")).seal(b"hello", [0; NONCE_BYTES]).unwrap();
        assert_eq!(text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGO8b3b462HVunGBUADRgSz3SWjs2");
    }
}
