//! The root key: from the configuration or the environment, or made up for a first try on this machine only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tianji_core::Secret;

/// A key that was made for this data folder earlier, or a new one. The file is the owner's alone.
pub(crate) fn minted(data_dir: &Path) -> io::Result<Secret> {
    std::fs::create_dir_all(data_dir)?;
    let path = data_dir.join("master_key");
    match OpenOptions::new().read(true).open(&path) {
        Ok(mut file) => {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            return Ok(Secret::new(text.trim()));
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    let key = format!("sk-{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(key.as_bytes())?;
    Ok(Secret::new(key))
}
