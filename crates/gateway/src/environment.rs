//! The process's files and environment, for the configuration's loader.

use std::path::Path;
use tianji_config::{Source, SourceError};

/// The one place that reads environment variables.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessSource;

impl Source for ProcessSource {
    fn read(&self, path: &str) -> Result<String, SourceError> {
        std::fs::read_to_string(Path::new(path)).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => SourceError::Missing,
            _ => SourceError::Unreadable(cause.to_string()),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "the configuration's environment source")]
    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
