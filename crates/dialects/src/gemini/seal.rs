//! Signatures of thoughts.
//!
//! This vendor's own signatures hang on calls and on texts. Clients of this dialect are also given thoughts of other
//! vendors: their signatures are wrapped, so that they are valid base64 in either alphabet (Google's SDKs decode and
//! encode them anew, RFC 4648 sections 4 and 5) and are known again when they come back.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use tianji_core::generate::Part;
use tianji_core::generate::Thinking;

/// A foreign thought's signature in a form that survives this dialect's clients.
pub(super) fn wrap(part: &Part) -> Option<String> {
    let (mark, sealed) = match part {
        Part::Thinking(thinking) => (SIGNED, thinking.signature.as_deref().filter(|signature| !signature.is_empty())?),
        Part::RedactedThinking { data } => (REDACTED, data.as_str()),
        _ => return None,
    };
    Some(URL_SAFE.encode(format!("{mark}{sealed}")))
}

/// The thought that a client brought back with a wrapped signature; `None` if the signature is this vendor's own.
pub(super) fn unwrap(text: &str, signature: &str) -> Option<Part> {
    let either = signature.replace('+', "-").replace('/', "_");
    let inner = String::from_utf8(URL_SAFE.decode(either).ok()?).ok()?;
    if let Some(data) = inner.strip_prefix(REDACTED) {
        return Some(Part::RedactedThinking { data: data.to_owned() });
    }
    let signature = Some(inner.strip_prefix(SIGNED)?.to_owned());
    Some(Part::Thinking(Thinking { text: text.to_owned(), signature }))
}

/// Written with padding, read with or without.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const SIGNED: &str = "tianji/signed:";
const REDACTED: &str = "tianji/redacted:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_signatures_survive_either_alphabet() {
        for sealed in ["Eq+/==", "rs_1#gAAA", "\u{1F980}"] {
            let thought = Part::Thinking(Thinking { text: "Hm".to_owned(), signature: Some(sealed.to_owned()) });
            let redacted = Part::RedactedThinking { data: sealed.to_owned() };
            for (part, text) in [(thought, "Hm"), (redacted, "")] {
                let wrapped = wrap(&part).unwrap();
                let standard = wrapped.replace('-', "+").replace('_', "/");
                for seen in [wrapped.clone(), standard, wrapped.trim_end_matches('=').to_owned()] {
                    assert_eq!(unwrap(text, &seen).unwrap(), part, "{seen}");
                }
            }
        }
        assert_eq!(unwrap("x", "c2ln"), None);
        assert_eq!(unwrap("x", "not base64 at all!"), None);
    }
}
