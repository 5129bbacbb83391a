//! Parts of the configuration that are passed on as they are.

use std::fmt;
use std::ops::Deref;

use serde_json::{Map, Value};

/// A JSON object as it stood in the file. `Debug` shows its keys only: values may be credentials.
#[derive(Clone, Default, PartialEq)]
pub struct RawObject(Map<String, Value>);

impl RawObject {
    /// Wraps an object.
    pub fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// The object itself.
    pub fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl Deref for RawObject {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for RawObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
