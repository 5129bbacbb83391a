//! `RawObject` against `serde_json` as the oracle.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tianji_wire::{JsonErrorKind, RawObject, parse_value, raw_array_items};

fn parse(text: &str) -> RawObject {
    RawObject::parse(Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

fn tree(object: &RawObject) -> Value {
    serde_json::from_slice(&object.to_bytes()).unwrap()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..6).prop_map(|items| Value::Object(items.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(("[a-d]|.{0,4}", value()), 0..6).prop_map(|items| items.into_iter().collect())
}

proptest! {
    #[test]
    fn reads_what_serde_writes(fields in object()) {
        let text = serde_json::to_string_pretty(&fields).unwrap();
        let raw = parse(&text);
        prop_assert_eq!(raw.to_bytes(), text.as_bytes());
        let keys: Vec<&str> = raw.keys().collect();
        prop_assert_eq!(keys, fields.keys().map(String::as_str).collect::<Vec<_>>());
        for (key, value) in &fields {
            prop_assert_eq!(&raw.read::<Value>(key).unwrap().unwrap(), value);
        }
    }

    #[test]
    fn edits_as_a_map_would(fields in object(), set in "[a-d]", removed in "[a-d]", from in "[a-d]", to in "[a-d]") {
        let mut raw = parse(&serde_json::to_string(&fields).unwrap());
        let mut expected = fields;
        raw.set(&set, &json!({"x": [1]}));
        expected.insert(set, json!({"x": [1]}));
        raw.remove(&removed);
        expected.shift_remove(&removed);
        raw.rename(&from, &to);
        if from != to && let Some(value) = expected.shift_remove(&from) {
            expected.entry(to).or_insert(value);
        }
        prop_assert_eq!(tree(&raw), Value::Object(expected));
        prop_assert_eq!(raw.to_chunks().concat(), raw.to_bytes());
    }

    #[test]
    fn accepts_exactly_what_serde_accepts(text in "[\\[\\]{}:,\"\\\\ \\t0-9eE+.truefalsn\\-u/a\u{1}]{0,24}") {
        let oracle = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(parse_value_accepts(&text), oracle, "{}", text);
    }

    #[test]
    fn mutated_json_is_judged_as_by_serde(fields in object(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut text = serde_json::to_vec(&fields).unwrap();
        let place = at.index(text.len());
        text[place] = byte;
        let oracle = std::str::from_utf8(&text).is_ok_and(|text| serde_json::from_str::<&RawValue>(text).is_ok());
        let ours = match RawObject::parse(Bytes::from(text.clone())) {
            Ok(_) => true,
            Err(cause) => cause.kind == JsonErrorKind::NotAnObject,
        };
        // A key whose escape is half a surrogate pair cannot be read as a string; serde only skips it.
        prop_assert!(ours == oracle || text.windows(2).any(|pair| pair == b"\\u"), "{:?}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = RawObject::parse(Bytes::from(bytes.clone()));
        let _ = raw_array_items(&bytes);
    }
}

/// Grammar only: `parse_value` builds the tree too and so refuses numbers that no float holds.
fn parse_value_accepts(text: &str) -> bool {
    let wrapped = format!("[{text}]");
    text.trim_matches([' ', '\t']) == text && raw_array_items(wrapped.as_bytes()).is_ok_and(|items| items.len() == 1)
        || text.trim_matches([' ', '\t']) != text
            && raw_array_items(wrapped.as_bytes()).is_ok_and(|items| items.len() == 1)
}

#[test]
fn says_what_is_wrong_and_where() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"[1]", "Expecting an object: line 1 column 4 (char 3)"),
        (b"{\"model\": \"x\", \"messages\": [", "Expecting value: line 1 column 29 (char 28)"),
        (b"{\"a\":\n tru}", "Expecting value: line 2 column 2 (char 7)"),
        (b"{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        (b"{\"a\":1 \"b\":2}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        (b"{\"a\":1} x", "Extra data: line 1 column 9 (char 8)"),
        (b"{a:1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"{\"a\":\"\xff\"}", "Invalid UTF-8: line 1 column 7 (char 6)"),
    ];
    for (text, words) in cases {
        let error = RawObject::parse(Bytes::from_static(text)).unwrap_err();
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn depth_is_bounded() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(RawObject::parse(deep(127).into()).is_ok());
    assert_eq!(RawObject::parse(deep(128).into()).unwrap_err().kind, JsonErrorKind::TooDeep);
    assert_eq!(RawObject::parse(deep(10_000).into()).unwrap_err().kind, JsonErrorKind::TooDeep);
    assert_eq!(parse_value(deep(10_000).as_bytes()).unwrap_err().kind, JsonErrorKind::TooDeep);
}

#[test]
fn numbers_and_spacing_survive_edits() {
    let mut body = parse(r#"{"model" : "a",  "temperature": 1.0, "seed": 9007199254740993, "t": 1}"#);
    body.set("model", "gpt");
    assert_eq!(body.to_bytes(), r#"{"model": "gpt", "temperature": 1.0, "seed": 9007199254740993, "t": 1}"#);
    assert_eq!((body.u64("seed"), body.bool("t")), (Some(9_007_199_254_740_993), None));
}

#[test]
fn the_last_of_two_wins_and_an_edit_leaves_one() {
    let mut body = parse(r#"{"a":1,"b":2,"a":3}"#);
    assert_eq!(body.raw("a"), Some(&b"3"[..]));
    body.set("a", &4);
    assert_eq!(body.to_bytes(), r#"{"b":2, "a": 4}"#);
}

#[test]
fn a_long_body_is_not_copied() {
    let text = format!(r#"{{"model":"a","messages":["{}"],"stream":true}}"#, "x".repeat(100_000));
    let mut body = parse(&text);
    body.set("model", "b");
    let chunks = body.to_chunks();
    assert_eq!(chunks.len(), 3);
    assert!(chunks[1].len() > 100_000);
}
