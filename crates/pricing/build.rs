//! Turns the price table into a sorted text with an index, so that the running gateway parses nothing it does not need.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a build script fails by panicking and is told its folder by cargo"
)]

#[path = "src/packed.rs"]
mod packed;

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=data/model_prices.json");
    println!("cargo:rerun-if-changed=src/packed.rs");
    let table = std::fs::read_to_string("data/model_prices.json").expect("data/model_prices.json is readable");
    let packed = packed::pack(&table).expect("data/model_prices.json is an object of objects");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("catalogue.txt"), packed.text).expect("OUT_DIR is writable");
    let index: Vec<u8> = packed.starts.iter().flat_map(|start| start.to_le_bytes()).collect();
    std::fs::write(out.join("catalogue.idx"), index).expect("OUT_DIR is writable");
}
