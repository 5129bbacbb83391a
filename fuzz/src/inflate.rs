//! Compressed bodies: the first byte chooses the coding, the second the size of the pieces.

use tianji_wire::Inflate;

/// What comes out does not depend on the pieces, and is never much more than what went in allows.
pub fn check(input: &[u8]) {
    let [coding, size, body @ ..] = input else { return };
    let coding = CODINGS[usize::from(*coding) % CODINGS.len()];
    let pieces = inflated(coding, body, usize::from(*size).max(1));
    let whole = inflated(coding, body, usize::MAX);
    if let (Some(pieces), Some(whole)) = (&pieces, &whole) {
        assert!(pieces == whole, "{coding}: {} bytes, then {}", whole.len(), pieces.len());
    }
    let most = FREE + body.len() * usize::from(RATIO) + PORTION * usize::from(RATIO);
    assert!(whole.is_none_or(|whole| whole.len() <= most), "{coding}");
}

fn inflated(coding: &str, body: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut inflate = Inflate::of(coding, u64::from(RATIO)).expect("a coding that is known")?;
    let mut out = Vec::new();
    for piece in body.chunks(size) {
        out.extend_from_slice(&inflate.push(piece).ok()?);
    }
    out.extend_from_slice(&inflate.finish().ok()?);
    Some(out)
}

const CODINGS: [&str; 5] = ["gzip", "deflate", "br", "zstd", "gzip, br"];

/// How many bytes may come of one.
const RATIO: u8 = 50;

/// Bytes that any body may become, with room to spare.
const FREE: usize = 1 << 20;

/// Bytes that are fed at once.
const PORTION: usize = 4096;
