//! Compressed bodies.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::io::Write;
use tianji_wire::{Inflate, InflateError};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn brotli(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 4096, 5, 20).write_all(text).unwrap();
    out
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).unwrap()
}

fn whole(header: &str, body: &[u8], cut: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflate = Inflate::of(header, 100).unwrap().unwrap();
    let mut out = Vec::new();
    for piece in body.chunks(cut) {
        out.extend_from_slice(&inflate.push(piece)?);
    }
    out.extend_from_slice(&inflate.finish()?);
    Ok(out)
}

/// Text that compresses a little, as prompts do.
fn text() -> Vec<u8> {
    (0..2000_u32).flat_map(|n| format!("line {n}, {}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

#[test]
fn every_coding_comes_back_however_it_is_cut() {
    let text = text();
    type Coder = fn(&[u8]) -> Vec<u8>;
    for (name, code) in [("gzip", gzip as Coder), ("deflate", deflate), ("br", brotli), ("zstd", zstd)] {
        for cut in [1, 7, 64, usize::MAX] {
            assert_eq!(whole(name, &code(&text), cut).unwrap(), text, "{name} in pieces of {cut}");
        }
    }
}

#[test]
fn codings_on_top_of_one_another_are_undone_in_order() {
    assert_eq!(whole("gzip, zstd", &zstd(&gzip(&text())), 100).unwrap(), text());
}

#[test]
fn nothing_to_undo_and_unknown_codings() {
    assert!(Inflate::of("identity", 100).unwrap().is_none());
    assert!(Inflate::of("", 100).unwrap().is_none());
    assert!(Inflate::of("lzma", 100).unwrap_err().to_string().contains("lzma"));
}

#[test]
fn damage_and_cuts_are_errors() {
    assert!(matches!(whole("gzip", b"no gzip at all", 5), Err(InflateError::Damaged(_))));
    let body = gzip(&text());
    assert!(whole("gzip", body.get(..body.len() / 2).unwrap(), 100).is_err());
    let body = brotli(&text());
    assert!(whole("br", body.get(..body.len() / 2).unwrap(), 100).is_err());
}

#[test]
fn a_bomb_does_not_go_off() {
    let zeros = vec![0_u8; 64 << 20];
    for (name, body) in [("gzip", gzip(&zeros)), ("zstd", zstd(&zeros))] {
        assert!(matches!(whole(name, &body, 65_536), Err(InflateError::Bomb(100))), "{name}");
    }
}
