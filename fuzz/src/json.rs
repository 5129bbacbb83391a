//! JSON texts: judged as `serde_json` judges them, and what is edited is still JSON.

use bytes::Bytes;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use tianji_wire::{JsonErrorKind, RawObject, check_json, parse_value, raw_array_items};

/// Both agree on objects, arrays and trees; only depth is judged more strictly here.
pub fn check(text: &[u8]) {
    let oracle = serde_json::from_slice::<BTreeMap<String, &RawValue>>(text);
    match (RawObject::parse(Bytes::copy_from_slice(text)), oracle) {
        (Ok(object), Ok(members)) => {
            for (key, value) in &members {
                assert_eq!(object.raw(key), Some(value.get().as_bytes()));
            }
            edited(object, &members);
        }
        (Err(error), Ok(_)) => assert_eq!(error.kind, JsonErrorKind::TooDeep),
        (Ok(_), Err(error)) => panic!("accepted, and serde_json says {error}"),
        (Err(_), Err(_)) => {}
    }
    match (raw_array_items(text), serde_json::from_slice::<Vec<&RawValue>>(text)) {
        (Ok(ours), Ok(theirs)) => assert!(ours.into_iter().eq(theirs.iter().map(|item| item.get().as_bytes()))),
        (Err(error), Ok(_)) => assert_eq!(error.kind, JsonErrorKind::TooDeep),
        (Ok(_), Err(error)) => panic!("accepted, and serde_json says {error}"),
        (Err(_), Err(_)) => {}
    }
    match (check_json(text), serde_json::from_slice::<&RawValue>(text)) {
        (Err(error), Ok(_)) => assert_eq!(error.kind, JsonErrorKind::TooDeep),
        (Ok(()), Err(error)) => panic!("accepted, and serde_json says {error}"),
        _ => {}
    }
    assert_eq!(parse_value(text).ok(), serde_json::from_slice(text).ok());
}

fn edited(mut object: RawObject, members: &BTreeMap<String, &RawValue>) {
    let keys: Vec<&String> = members.keys().collect();
    if let [first, .., last] = keys[..] {
        object.rename(first, "renamed");
        object.remove(last);
    }
    object.set("model", "m");
    let text = object.to_bytes();
    assert_eq!(object.to_chunks().concat(), text);
    let again = RawObject::parse(text).expect("an edited object is an object");
    assert!(again.iter().eq(object.iter()));
}
