//! The port through which configuration reaches files and the environment.

/// Where configuration text and environment variables come from.
///
/// The crate itself touches neither: a process hands in its own implementation, a test a map.
pub trait Source {
    /// The whole text of a file.
    ///
    /// # Errors
    /// [`SourceError::Missing`] when there is no such file (an include may then be looked for elsewhere),
    /// [`SourceError::Unreadable`] with the reason otherwise.
    fn read(&self, path: &str) -> Result<String, SourceError>;

    /// The value of an environment variable, `None` when it is not set.
    fn env(&self, name: &str) -> Option<String>;
}

/// Why a configuration file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is no file of that name.
    #[error("no such file")]
    Missing,
    /// The file exists but its text cannot be had; the reason is fit for the operator's eyes.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}
