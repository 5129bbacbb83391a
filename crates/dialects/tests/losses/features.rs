//! The requests of `fixtures/losses`.

use crate::ALL;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;
use tianji_core::DialectId;

/// A request that asks for one thing, and the same request without it.
pub(crate) struct Feature {
    pub(crate) what: String,
    pub(crate) body: Bytes,
    pub(crate) without: Bytes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: Map<String, Value>,
    features: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    what: String,
    /// Another feature that this one needs and is compared with.
    on: Option<String>,
    /// Members to set; objects are merged.
    with: Map<String, Value>,
}

/// What a client of that dialect can ask for.
pub(crate) fn features(client: DialectId) -> Vec<Feature> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/losses");
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, ALL.len(), "one file for each dialect");
    let text = std::fs::read_to_string(folder.join(format!("{}.json", client.name()))).unwrap();
    let file: File = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{}: {cause}", client.name()));
    file.features.iter().map(|feature| file.feature(feature)).collect()
}

impl File {
    fn feature(&self, written: &Written) -> Feature {
        let mut without = Value::Object(self.base.clone());
        if let Some(name) = &written.on {
            let ground = self.features.iter().find(|feature| feature.what == *name);
            let ground = ground.unwrap_or_else(|| panic!("{}: no feature `{name}`", written.what));
            assert!(ground.on.is_none() || ground.with.keys().eq(written.with.keys()), "{}", written.what);
            merge(&mut without, &ground.with);
        }
        let mut body = without.clone();
        merge(&mut body, &written.with);
        let bytes = |value: &Value| Bytes::from(value.to_string());
        Feature { what: written.what.clone(), body: bytes(&body), without: bytes(&without) }
    }
}

fn merge(into: &mut Value, from: &Map<String, Value>) {
    for (name, value) in from {
        match (&mut into[name], value) {
            (known @ Value::Object(_), Value::Object(members)) => merge(known, members),
            (known, value) => *known = value.clone(),
        }
    }
}
