//! Where the workspace's own files are, and how to ask cargo about them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The workspace's root folder.
#[must_use]
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Reads a file of the workspace, named by its path from the root.
///
/// # Errors
/// When the file cannot be read as UTF-8; the error names the path.
pub fn read(path: impl AsRef<Path>) -> io::Result<String> {
    let path = root().join(path);
    fs::read_to_string(&path).map_err(|error| named(&path, &error))
}

/// Names of the folders directly below `folder` (a path from the root), sorted.
///
/// # Errors
/// When the folder cannot be listed.
pub fn subfolders(folder: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in list(&root().join(folder))? {
        if entry.is_dir()
            && let Some(name) = entry.file_name()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// The production sources: every `.rs` file below `crates/*/src` and `bins/*/src`, except files named `tests.rs` and
/// files below a folder named `tests`. Paths count from the root, sorted.
///
/// # Errors
/// When a folder cannot be listed.
pub fn production_sources() -> io::Result<Vec<PathBuf>> {
    let root = root();
    let mut found = Vec::new();
    for area in ["crates", "bins"] {
        for package in subfolders(area)? {
            collect(&root.join(area).join(package).join("src"), &mut found)?;
        }
    }
    Ok(found.iter().filter_map(|path| path.strip_prefix(&root).ok()).map(Path::to_path_buf).collect())
}

/// Runs the cargo that built this crate, in the workspace's root, and returns what it printed.
///
/// # Errors
/// When cargo cannot be started or fails; the error holds cargo's own words.
pub fn cargo(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output()?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(io::Error::other);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("cargo {}: {said}", arguments.join(" "))))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for path in list(folder)? {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "tests" {
                collect(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    Ok(())
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| named(folder, &error))?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
