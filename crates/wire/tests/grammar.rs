//! What counts as JSON: `serde_json` is the oracle for what is accepted, Python's `json` for what errors say.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use tianji_wire::{JsonErrorKind, JsonLimits, RawObject, check_json_ends, parse_value, raw_array_items};

/// Judges and spans of all three readers are those of `serde_json`.
fn judged_as_by_serde(text: &[u8]) -> Result<(), TestCaseError> {
    let object = RawObject::parse(Bytes::copy_from_slice(text));
    match serde_json::from_slice::<BTreeMap<String, &RawValue>>(text) {
        Ok(members) => {
            let object = object.map_err(|error| TestCaseError::fail(format!("{error} in {}", shown(text))))?;
            for (key, value) in members {
                prop_assert_eq!(object.raw(&key), Some(value.get().as_bytes()));
                let span = object.span_of(&key).unwrap();
                prop_assert_eq!(&text[span], value.get().as_bytes());
                if let Ok(value) = serde_json::from_str(value.get()) {
                    every_string_may_be_held(&object, &key, &value)?;
                }
            }
        }
        Err(error) => prop_assert!(object.is_err(), "{error} in {}", shown(text)),
    }
    match serde_json::from_slice::<Vec<&RawValue>>(text) {
        Ok(items) => {
            let items: Vec<&[u8]> = items.iter().map(|item| item.get().as_bytes()).collect();
            prop_assert_eq!(raw_array_items(text).unwrap(), items);
        }
        Err(error) => prop_assert!(raw_array_items(text).is_err(), "{error} in {}", shown(text)),
    }
    prop_assert_eq!(parse_value(text).ok(), serde_json::from_slice::<Value>(text).ok(), "{}", shown(text));
    Ok(())
}

/// Of strings that are written without escapes. That one is not there is said of some that are not.
fn every_string_may_be_held(object: &RawObject, key: &str, value: &Value) -> Result<(), TestCaseError> {
    let held = |string: &str| {
        let quoted = format!("\"{string}\"");
        let unescaped = serde_json::to_string(string).is_ok_and(|written| written == quoted);
        let stands = |raw| memchr::memmem::find(raw, quoted.as_bytes()).is_some();
        let plain = unescaped && object.raw(key).is_some_and(stands);
        prop_assert!(!plain || object.may_hold(key, string), "{string:?} under {key:?}");
        Ok(())
    };
    match value {
        Value::String(string) => held(string),
        Value::Array(items) => items.iter().try_for_each(|item| every_string_may_be_held(object, key, item)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            held(name)?;
            every_string_may_be_held(object, key, value)
        }),
        _ => Ok(()),
    }
}

fn shown(text: &[u8]) -> String {
    text.escape_ascii().to_string()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        "[a-zA-Z0-9+/]{0,200}[\"\\\\\n\u{1f}\u{7f}é]?[a-z]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".{0,9}", inner), 0..6).prop_map(|items| Value::Object(items.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let object =
        prop::collection::vec((".{0,6}", value()), 0..6).prop_map(|items| items.into_iter().collect::<Value>());
    (prop_oneof![3 => object, 1 => value()], any::<bool>()).prop_map(|(value, pretty)| {
        if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }
    })
}

/// Bits of JSON and of what is nearly JSON, in any order.
fn soup() -> impl Strategy<Value = String> {
    let bits = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\":",
        "\"\\u0061\"",
        "\"\\ud800\"",
        "\"\\ud83d\\ude00\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "\"",
        "\\",
        "0",
        "-",
        "1",
        "01",
        ".5",
        "1.",
        "1e",
        "1e+5",
        "-0.0E-1",
        "1e999",
        "true",
        "false",
        "null",
        "nul",
        "NaN",
        "Infinity",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u{c}",
        "\u{a0}",
        "\u{feff}",
        "é",
        "//",
        "'",
        "{\"a\":1,",
        "{\"b\":[",
        "{}",
        "[]",
        "[1,2]",
        ",\"c\":\"d\"}",
    ]);
    prop::collection::vec(bits, 0..14).prop_map(|bits| bits.concat())
}

fn mutated(mut text: Vec<u8>, edits: Vec<(Index, u8, u8)>) -> Vec<u8> {
    for (place, byte, how) in edits {
        let at = place.index(text.len() + 1);
        match how % 4 {
            0 => text.insert(at, byte),
            1 => text.truncate(at),
            _ if at == text.len() => text.push(byte),
            2 => drop(text.remove(at)),
            _ => text[at] = byte,
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn valid_texts(text in text()) {
        judged_as_by_serde(text.as_bytes())?;
    }

    #[test]
    fn mutated_texts(text in text(), edits in prop::collection::vec(any::<(Index, u8, u8)>(), 1..4)) {
        judged_as_by_serde(&mutated(text.into_bytes(), edits))?;
    }

    #[test]
    fn near_json(text in soup()) {
        judged_as_by_serde(text.as_bytes())?;
        judged_as_by_serde(format!("{{\"a\":{text}}}").as_bytes())?;
        judged_as_by_serde(format!("[{text}]").as_bytes())?;
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        judged_as_by_serde(&bytes)?;
    }

    /// The fast ways over a string end at the very byte, wherever it lies.
    #[test]
    fn long_strings(before in 0usize..300, after in 0usize..80, byte: u8) {
        let mut text = b"{\"a\":\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', before));
        text.push(byte);
        text.extend(std::iter::repeat_n(b'"', after.min(1)));
        text.extend(std::iter::repeat_n(b' ', after));
        text.push(b'}');
        judged_as_by_serde(&text)?;
    }
}

#[test]
fn every_pair_of_bytes_in_a_string() {
    for pair in 0..=u16::MAX {
        let [first, second] = pair.to_be_bytes();
        let text = [b"{\"a\":\"xx", &[first, second][..], b"yyyyyyyyyy\"}"].concat();
        let ours = RawObject::parse(Bytes::from(text.clone())).is_ok();
        assert_eq!(ours, serde_json::from_slice::<&RawValue>(&text).is_ok(), "{}", shown(&text));
    }
}

#[test]
fn says_what_is_wrong_and_where_as_python_does() {
    let cases = [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("  ", "Expecting value: line 1 column 3 (char 2)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"),
        ("{\"a\":", "Expecting value: line 1 column 6 (char 5)"),
        ("{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
        ("{a:1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{\"a\":\n tru}", "Expecting value: line 2 column 2 (char 7)"),
        ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\":1 \"b\":2}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"a\":1} x", "Extra data: line 1 column 9 (char 8)"),
        ("{\"a\":\"x", "Unterminated string starting at: line 1 column 6 (char 5)"),
        ("{\"a\":\"b\\", "Unterminated string starting at: line 1 column 6 (char 5)"),
        ("{\"a\":\"\\x\"}", "Invalid \\escape: line 1 column 7 (char 6)"),
        ("{\"a\":\"\\u12\"}", "Invalid \\uXXXX escape: line 1 column 8 (char 7)"),
        ("{\"a\":\"x\ny\"}", "Invalid control character at: line 1 column 8 (char 7)"),
        ("{\"a\":1.}", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
        ("{\"a\":01}", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
        ("{\"a\":1e}", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
        ("{\"a\":-}", "Expecting value: line 1 column 6 (char 5)"),
        ("{\"é\":\"é\" 1}", "Expecting ',' delimiter: line 1 column 10 (char 9)"),
        ("{\"a\":[1 2]}", "Expecting ',' delimiter: line 1 column 9 (char 8)"),
        ("{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"),
        ("{\"a\":[1,]}", "Expecting value: line 1 column 9 (char 8)"),
        ("{\"model\": \"x\", \"messages\": [", "Expecting value: line 1 column 29 (char 28)"),
    ];
    for (text, words) in cases {
        let error = RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap_err();
        assert_eq!(error.to_string(), words, "{text}");
    }
}

#[test]
fn other_kinds_of_errors() {
    let cases: [(&[u8], JsonErrorKind, usize); 7] = [
        (b" [1]", JsonErrorKind::NotAnObject, 1),
        (b"\"{}\"", JsonErrorKind::NotAnObject, 0),
        (b"[1", JsonErrorKind::Syntax("Expecting ',' delimiter"), 2),
        (b"1 2", JsonErrorKind::TrailingData, 2),
        (b"{} {}", JsonErrorKind::TrailingData, 3),
        (b"{\"a\":\"\xff\"}", JsonErrorKind::NotUtf8, 6),
        (b"{\"\\ud800\":1}", JsonErrorKind::Syntax("Invalid escape in a property name"), 10),
    ];
    for (text, kind, offset) in cases {
        let error = RawObject::parse(Bytes::from_static(text)).unwrap_err();
        assert_eq!((error.kind, error.offset), (kind, offset), "{}", shown(text));
    }
    assert_eq!(raw_array_items(b"{}").unwrap_err().kind, JsonErrorKind::NotAnArray);
    let error = parse_value(b"[\n1,\n 1e999]").unwrap_err();
    assert_eq!(error.kind, JsonErrorKind::Syntax("Number or string out of range"));
    assert_eq!(error.line, 3);
}

#[test]
fn depth_is_bounded() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let kind = |levels: usize| RawObject::parse(deep(levels).into()).err().map(|error| error.kind);
    assert_eq!(kind(127), None);
    assert_eq!(kind(128), Some(JsonErrorKind::TooDeep));
    assert_eq!(kind(1_000_000), Some(JsonErrorKind::TooDeep));
    assert_eq!(RawObject::parse("[".repeat(500_000).into()).unwrap_err().kind, JsonErrorKind::TooDeep);
    assert!(raw_array_items(format!("[{}]", deep(126)).as_bytes()).is_ok());
    assert_eq!(raw_array_items(format!("[{}]", deep(127)).as_bytes()).unwrap_err().kind, JsonErrorKind::TooDeep);
    assert!(parse_value(deep(126).as_bytes()).is_ok());
    assert_eq!(parse_value(deep(127).as_bytes()).unwrap_err().kind, JsonErrorKind::TooDeep);
    let member = RawObject::parse(deep(127).into()).unwrap();
    assert!(member.read::<Value>("a").unwrap().is_ok(), "every member that is let in can be read");
}

#[test]
fn values_and_digits_are_bounded_where_asked() {
    let kind = |text: &str, limits| {
        RawObject::parse_within(Bytes::copy_from_slice(text.as_bytes()), limits).err().map(|error| error.kind)
    };
    let few = JsonLimits { values: 4, ..JsonLimits::REQUEST };
    assert_eq!(kind("{\"a\":[1,2],\"b\":3}", few), None);
    assert_eq!(kind("{\"a\":[1,2],\"b\":{\"c\":3}}", few), Some(JsonErrorKind::TooManyValues));
    let shallow = JsonLimits { depth: 1, ..JsonLimits::REQUEST };
    assert_eq!(kind("{\"a\":1}", shallow), None);
    assert_eq!(kind("{\"a\":[]}", shallow), Some(JsonErrorKind::TooDeep));
    assert_eq!(kind("{}", JsonLimits { depth: 0, ..shallow }), Some(JsonErrorKind::TooDeep));
    let number = |digits: usize| format!("{{\"a\":-{}.5e-1}}", "1".repeat(digits - 2));
    assert_eq!(kind(&number(64), JsonLimits::REQUEST), None);
    assert_eq!(kind(&number(65), JsonLimits::REQUEST), Some(JsonErrorKind::NumberTooLong));
    assert_eq!(kind(&number(65), JsonLimits::DEPTH_ONLY), None);
    let many = format!("{{\"a\":[{}0]}}", "0,".repeat(1_000_000));
    assert_eq!(kind(&many, JsonLimits::REQUEST), Some(JsonErrorKind::TooManyValues));
    assert_eq!(kind(&many, JsonLimits::DEPTH_ONLY), None);
}

#[test]
fn what_is_no_utf8_is_noticed_wherever_it_stands() {
    for length in [1, 7, 8, 9, 63, 64, 127, 128, 129, 200, 257, 300] {
        for at in 0..length {
            let text = |foreign: &[u8]| {
                let mut inside = vec![b'x'; length];
                inside.splice(at..=at, foreign.iter().copied());
                [b"{\"a\":\"", inside.as_slice(), b"\"}"].concat()
            };
            let kind = |text: Vec<u8>| RawObject::parse(text.into()).err().map(|error| error.kind);
            assert_eq!(kind(text(b"\xff")), Some(JsonErrorKind::NotUtf8), "{at} of {length}");
            assert_eq!(kind(text("ü".as_bytes())), None, "{at} of {length}");
        }
    }
    for text in [&b"{\"\xc3\":1}"[..], b"{\"a\":\xff}", b"\xff{}", b"{}\xff", b"{\"a\":[\"\\n\xe2\x82\"]}"] {
        let kind = RawObject::parse(Bytes::copy_from_slice(text)).unwrap_err().kind;
        assert_eq!(kind, JsonErrorKind::NotUtf8, "{}", shown(text));
    }
}

#[test]
fn ends_of_outer_containers_are_noted() {
    let text = br#" {"a":[{"b":{"c":[[1],{}]}},{}, []],"s":"]}","d":{"e":[2]}} "#;
    let ends = check_json_ends(text).unwrap();
    let noted: Vec<&str> = (0..text.len())
        .filter_map(|start| text.get(start..ends.of(start)?).map(|value| std::str::from_utf8(value).unwrap()))
        .collect();
    let (whole, list) = (std::str::from_utf8(text).unwrap().trim(), r#"[{"b":{"c":[[1],{}]}},{}, []]"#);
    let inner = [r#"{"b":{"c":[[1],{}]}}"#, r#"{"c":[[1],{}]}"#, "[[1],{}]", r#"{"e":[2]}"#, "[2]"];
    // Of the sixth level nothing is noted.
    assert_eq!(noted, [&[whole, list][..], &inner].concat());
    assert!(check_json_ends(b"[1,").is_err());
}
