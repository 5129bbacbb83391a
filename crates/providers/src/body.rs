//! Reading and writing members of a body as JSON text, so that numbers keep their digits.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tianji_core::{Extra, Json};
use tianji_wire::RawObject;

/// Members by name.
pub(crate) trait Members {
    /// The value as text.
    fn json(&self, name: &str) -> Option<Json>;
    /// Removes the value.
    fn take(&mut self, name: &str) -> Option<Json>;
    /// Sets the value, in its old place if it had one.
    fn put_json(&mut self, name: &str, value: Json);

    /// The value as `T`, if it is one.
    fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T>;

    /// Sets a value that can be written as JSON.
    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(json) = Json::of(value) {
            self.put_json(name, json);
        }
    }
}

impl Members for RawObject {
    fn json(&self, name: &str) -> Option<Json> {
        parsed(self.raw(name)?)
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        parsed(&self.remove(name)?)
    }

    fn put_json(&mut self, name: &str, value: Json) {
        self.set_raw(name, Bytes::copy_from_slice(value.text().as_bytes()));
    }

    fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(self.raw(name)?).ok()
    }
}

impl Members for Extra {
    fn json(&self, name: &str) -> Option<Json> {
        self.get(name).cloned()
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        self.shift_remove(name)
    }

    fn put_json(&mut self, name: &str, value: Json) {
        self.insert(name.to_owned(), value);
    }

    fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.get(name)?.read().ok()
    }
}

fn parsed(raw: &[u8]) -> Option<Json> {
    serde_json::from_slice(raw).ok()
}

/// A number as vendors write it: without a fraction where it has none.
pub(crate) fn number(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 && value.abs() < LARGEST_EXACT {
        return serde_json::Value::from(value as i64);
    }
    serde_json::Value::from(value)
}

/// Integers below 2^53 are exact in a double.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
