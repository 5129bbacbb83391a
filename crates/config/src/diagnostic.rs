//! What is wrong, or odd, with a configuration, and where.

use std::fmt;

use crate::raw::Position;

/// One finding about a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the configuration may be used all the same.
    pub severity: Severity,
    /// What kind of finding this is, for listings and tests.
    pub cause: Cause,
    /// The file as it was named; empty for values that came from no file.
    pub file: String,
    /// Line in the file, from 1; 0 when there is none.
    pub line: u32,
    /// Column in the line in characters, from 1; 0 when there is none.
    pub column: u32,
    /// The value's place in the tree, such as `model_list[2].litellm_params.timeout`; empty for the whole file.
    pub path: String,
    /// The finding in words, without any secret value.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
            if self.line > 0 {
                write!(f, "{}:", self.line)?;
            }
            f.write_str(" ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Whether a finding stops the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// The configuration works, perhaps not as meant.
    Warning,
}

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The file cannot be read, or is too large.
    Unreadable,
    /// The text is not YAML, or not a mapping, or expands without measure.
    Syntax,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// An included file is missing, included by itself, or nested too deep.
    Include,
    /// Both spellings of a key stand side by side.
    Spelling,
    /// An environment variable that a value refers to is not set.
    MissingVariable,
    /// A key that nothing knows.
    UnknownKey,
    /// A key that is known, but that this build does not act on.
    InactiveKey,
    /// A key whose feature does not exist here at all, such as a path to Python code.
    RefusedKey,
    /// A value of the wrong type, or outside its range.
    WrongType,
    /// A value of an older notation that is still understood, such as `yes` for `true`.
    OldNotation,
    /// A key that must be there is not.
    MissingKey,
    /// Values that are fine by themselves and contradict each other, such as an alias cycle.
    Contradiction,
}

/// Collects findings while a configuration is read.
#[derive(Default)]
pub(crate) struct Report {
    findings: Vec<(Position, Diagnostic)>,
    files: Vec<String>,
}

impl Report {
    /// Registers a file and gives its number for [`Position::file`].
    pub(crate) fn file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        u32::try_from(self.files.len()).unwrap_or(u32::MAX)
    }

    /// How many files were registered.
    pub(crate) fn file_count(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn error(&mut self, at: Position, path: &str, cause: Cause, message: impl Into<String>) {
        self.add(Severity::Error, at, path, cause, message.into());
    }

    pub(crate) fn warning(&mut self, at: Position, path: &str, cause: Cause, message: impl Into<String>) {
        self.add(Severity::Warning, at, path, cause, message.into());
    }

    fn add(&mut self, severity: Severity, at: Position, path: &str, cause: Cause, message: String) {
        let named = usize::try_from(at.file).ok().and_then(|file| file.checked_sub(1));
        let file = named.and_then(|index| self.files.get(index)).cloned().unwrap_or_default();
        let path = path.to_owned();
        let finding = Diagnostic { severity, cause, file, line: at.line, column: at.column, path, message };
        self.findings.push((at, finding));
    }

    /// Everything found, by file and line: `(errors, warnings, files)`.
    pub(crate) fn finish(mut self) -> (Vec<Diagnostic>, Vec<Diagnostic>, Vec<String>) {
        self.findings.sort_by_key(|(at, _)| (at.file, at.line, at.column));
        let all = self.findings.into_iter().map(|(_, finding)| finding);
        let (errors, warnings) = all.partition(|finding| finding.severity == Severity::Error);
        (errors, warnings, self.files)
    }
}

/// The path of the value in hand, grown and cut back while a tree is walked.
#[derive(Default)]
pub(crate) struct Trail(String);

impl Trail {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Goes down to a key of a mapping; `.` and `[` in keys are shown as they stand.
    pub(crate) fn key<T>(&mut self, key: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        if length > 0 {
            self.0.push('.');
        }
        self.0.push_str(key);
        let result = walk(self);
        self.0.truncate(length);
        result
    }

    /// Goes down to an item of a list.
    pub(crate) fn item<T>(&mut self, index: usize, walk: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        self.0.push_str(&format!("[{index}]"));
        let result = walk(self);
        self.0.truncate(length);
        result
    }
}
