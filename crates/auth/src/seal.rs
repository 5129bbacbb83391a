//! Sealing what is kept at rest: XSalsa20-Poly1305 (NaCl, `crypto_secretbox`) under a key from a passphrase.
//!
//! The form is `base64(nonce 24 bytes ‖ tag ‖ text)`, as PyNaCl's `SecretBox` writes it; of names, base64 as URLs have it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tianji_core::Secret;
use xsalsa20poly1305::aead::Aead;
use xsalsa20poly1305::{Key, KeyInit, Nonce, XSalsa20Poly1305};

/// Seals and opens. Whoever has the passphrase can open.
#[derive(Clone)]
pub struct SealBox {
    cipher: XSalsa20Poly1305,
    /// Nonces of names are made with it.
    names: [u8; 32],
}

/// Bytes of a nonce. One must never serve twice; random ones do not.
pub const NONCE_BYTES: usize = 24;

impl SealBox {
    /// A box whose key is the SHA-256 of a passphrase.
    pub fn new(passphrase: &Secret) -> Self {
        let key: [u8; 32] = Sha256::digest(passphrase.expose().as_bytes()).into();
        let names = Sha256::new().chain_update(b"names").chain_update(key).finalize().into();
        Self { cipher: XSalsa20Poly1305::new(&Key::from(key)), names }
    }

    /// Seals bytes.
    pub fn seal(&self, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Option<String> {
        self.sealed(plain, nonce).map(|whole| STANDARD.encode(whole))
    }

    /// Opens what was sealed under the same passphrase; `None` if it was not, or was changed.
    pub fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        self.opened(&STANDARD.decode(sealed).ok()?)
    }

    /// Seals bytes into a name that may stand in a path. The same bytes get the same name: their nonce is a keyed hash
    /// of them, so that one nonce serves one text only.
    pub fn name(&self, plain: &[u8]) -> Option<String> {
        let hash: [u8; 32] = Sha256::new().chain_update(self.names).chain_update(plain).finalize().into();
        let nonce = hash.first_chunk::<NONCE_BYTES>()?;
        self.sealed(plain, *nonce).map(|whole| URL_SAFE_NO_PAD.encode(whole))
    }

    /// Opens a name that was made under the same passphrase; `None` if it was not, or was changed.
    pub fn open_name(&self, name: &str) -> Option<Vec<u8>> {
        self.opened(&URL_SAFE_NO_PAD.decode(name).ok()?)
    }

    fn sealed(&self, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Option<Vec<u8>> {
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), plain).ok()?;
        let mut whole = nonce.to_vec();
        whole.extend_from_slice(&sealed);
        Some(whole)
    }

    fn opened(&self, whole: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = whole.split_first_chunk::<NONCE_BYTES>()?;
        self.cipher.decrypt(&Nonce::from(*nonce), text).ok()
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

    #[test]
    fn names_are_the_same_every_time_and_cannot_be_changed() {
        let seal = SealBox::new(&Secret::new("a passphrase"));
        let name = seal.name(b"words").unwrap();
        assert_eq!(seal.name(b"words").unwrap(), name);
        assert_ne!(seal.name(b"other").unwrap().get(..32), name.get(..32), "not even the nonce");
        assert_eq!(seal.open_name(&name).unwrap(), b"words");
        assert!(SealBox::new(&Secret::new("another")).open_name(&name).is_none());
        assert!(seal.open_name(&format!("{name}AA")).is_none());
    }

    /// PyNaCl 1.5: `SecretBox(sha256(b"salt").digest()).encrypt(b"hello", b"\0" * 24)`.
    #[test]
    fn the_form_is_nacls() {
        let text = SealBox::new(&Secret::new("salt")).seal(b"hello", [0; NONCE_BYTES]).unwrap();
        assert_eq!(text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGO8b3b462HVunGBUADRgSz3SWjs2");
    }
}
