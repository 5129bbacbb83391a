//! Packs `data/model_prices.json` into the form that the catalogue reads in place, so that start-up parses nothing.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

#[path = "src/members.rs"]
#[expect(dead_code, reason = "the script needs only the reader of objects")]
mod members;
#[path = "src/catalogue/pack.rs"]
mod pack;

#[expect(clippy::disallowed_methods, reason = "a build script is told its folders by the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data/model_prices.json");
    println!("cargo::rerun-if-changed=src/catalogue/pack.rs");
    println!("cargo::rerun-if-changed=src/members.rs");
    let folder = env::var("CARGO_MANIFEST_DIR")?;
    let text = fs::read_to_string(Path::new(&folder).join("data/model_prices.json"))?;
    let packed = pack::pack(&text)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("catalogue.txt"), packed.text)?;
    fs::write(Path::new(&out).join("catalogue.idx"), packed.index)?;
    Ok(())
}
