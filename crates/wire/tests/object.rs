//! `RawObject`: reading members, and edits against a plain list of members as the model.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers may panic")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use tianji_wire::RawObject;

fn parse(text: &str) -> RawObject {
    RawObject::parse(Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

type Members = Vec<(String, Value)>;

fn listed(object: &RawObject) -> Members {
    object.iter().map(|(key, raw)| (key.to_owned(), serde_json::from_slice(raw).unwrap())).collect()
}

/// An object's text with blanks anywhere, escapes in keys, and keys that come more than once.
fn written(members: &Members, blank: &str, escape: bool) -> String {
    let member = |(key, value): &(String, Value)| {
        let units = key.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        let key =
            if escape { format!("\"{}\"", units.collect::<String>()) } else { Value::from(key.as_str()).to_string() };
        format!("{blank}{key}{blank}:{blank}{value}{blank}")
    };
    let members: Vec<String> = members.iter().map(member).collect();
    format!("{blank}{{{}}}{blank}", members.join(","))
}

fn members() -> impl Strategy<Value = Members> {
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("x".repeat(5000))),
        Just(json!({"x": [1, {"y": "},"}], "z": null})),
    ];
    prop::collection::vec(("[a-d]|.{0,2}", value), 0..7)
}

#[derive(Clone, Debug)]
enum Edit {
    Set(String, i32),
    Remove(String),
    Rename(String, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        ("[a-f]|\"é", any::<i32>()).prop_map(|(key, value)| Edit::Set(key, value)),
        "[a-e]".prop_map(Edit::Remove),
        ("[a-e]", "[a-f]").prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

/// What the documentation says, on a list.
fn model(members: &mut Members, edit: &Edit) {
    let last = |members: &Members, key: &str| members.iter().rposition(|(name, _)| name == key);
    match edit {
        Edit::Set(key, value) => match last(members, key) {
            Some(at) => {
                members[at].1 = json!(value);
                keep(members, key, Some(at));
            }
            None => members.push((key.clone(), json!(value))),
        },
        Edit::Remove(key) => keep(members, key, None),
        Edit::Rename(from, to) => match (last(members, from), last(members, to)) {
            _ if from == to => {}
            (Some(at), None) => {
                members[at].0.clone_from(to);
                keep(members, from, None);
            }
            _ => keep(members, from, None),
        },
    }
}

fn keep(members: &mut Members, key: &str, place: Option<usize>) {
    let mut at = 0;
    members.retain(|(name, _)| {
        at += 1;
        name != key || place == Some(at - 1)
    });
}

proptest! {
    #[test]
    fn reads_what_is_there(members in members(), blank in "[ \n\t\r]{0,2}", escape: bool) {
        let text = written(&members, &blank, escape);
        let raw = parse(&text);
        prop_assert_eq!(raw.to_bytes(), text.as_bytes());
        prop_assert_eq!(listed(&raw), members.clone());
        prop_assert_eq!(raw.len(), members.len());
        let tree: Value = serde_json::from_str(&text).unwrap();
        for (key, value) in tree.as_object().unwrap() {
            prop_assert_eq!(&raw.read::<Value>(key).unwrap().unwrap(), value);
            let string = raw.str(key);
            prop_assert_eq!(string.as_deref(), value.as_str());
            prop_assert_eq!(raw.u64(key), value.as_u64());
            prop_assert_eq!(raw.bool(key), value.as_bool());
        }
        prop_assert_eq!(raw.duplicate_key().is_some(), tree.as_object().unwrap().len() < members.len());
    }

    #[test]
    fn edits_as_on_a_list(
        members in members(),
        blank in "[ \n]{0,2}",
        escape: bool,
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let mut raw = parse(&written(&members, &blank, escape));
        let mut expected = members;
        for edit in &edits {
            model(&mut expected, edit);
            match edit {
                Edit::Set(key, value) => raw.set(key, value),
                Edit::Remove(key) => drop(raw.remove(key)),
                Edit::Rename(from, to) => raw.rename(from, to),
            }
            prop_assert_eq!(&listed(&raw), &expected);
            let text = raw.to_bytes();
            prop_assert_eq!(raw.to_chunks().concat(), text.clone());
            prop_assert_eq!(&listed(&RawObject::parse(text).unwrap()), &expected);
        }
    }
}

#[test]
fn typed_reads() {
    let body = parse(
        r#"{"s":"a\"é\ud83d\ude00","half":"\ud800","n":18446744073709551615,"f":1.0,"neg":-1,"t":true,"nul":null}"#,
    );
    assert_eq!(body.str("s").unwrap(), "a\"é😀");
    assert_eq!(body.str("half"), None, "half a surrogate pair is no text");
    assert_eq!(body.raw("half"), Some(&br#""\ud800""#[..]));
    assert_eq!((body.str("n"), body.str("nul"), body.str("no")), (None, None, None));
    assert_eq!((body.u64("n"), body.u64("f"), body.u64("neg"), body.u64("s")), (Some(u64::MAX), None, None, None));
    assert_eq!((body.bool("t"), body.bool("nul"), body.bool("n")), (Some(true), None, None));
    assert!(body.read::<u8>("t").unwrap().is_err());
    assert!(body.read::<u8>("absent").is_none());
    assert!(body.contains("nul") && !body.contains("absent") && !body.is_empty());
}

#[test]
fn strings_without_escapes_are_borrowed() {
    let body = parse(r#"{"model":"gpt","b":"a\nb"}"#);
    assert!(matches!(body.str("model"), Some(std::borrow::Cow::Borrowed("gpt"))));
    assert!(matches!(body.str("b"), Some(std::borrow::Cow::Owned(_))));
}

#[test]
fn numbers_and_spacing_survive_edits() {
    let mut body = parse(r#"{"model" : "a",  "temperature": 1.0, "seed": 9007199254740993, "t": 1e-07}"#);
    body.set("model", "gpt");
    assert_eq!(body.to_bytes(), r#"{"model": "gpt", "temperature": 1.0, "seed": 9007199254740993, "t": 1e-07}"#);
}

#[test]
fn places_are_kept() {
    let mut body = parse(r#"{"a":1,"max_tokens":2,"b":3}"#);
    body.rename("max_tokens", "max_completion_tokens");
    body.set_raw("b", Bytes::from_static(b"[3]"));
    body.set("c", &None::<u8>);
    assert_eq!(body.to_bytes(), r#"{"a":1, "max_completion_tokens": 2, "b": [3], "c": null}"#);
    assert_eq!(body.span_of("a"), Some(5..6));
    assert_eq!(body.span_of("b"), None, "set since");
    assert_eq!(body.remove("max_completion_tokens").unwrap(), "2");
    assert_eq!(body.remove("absent"), None);
    body.rename("a", "b");
    assert_eq!(body.to_bytes(), r#"{"b": [3], "c": null}"#, "the one that is there wins");
}

#[test]
fn the_last_of_two_wins_and_an_edit_leaves_one() {
    let mut body = parse(r#"{"a":1,"b":2,"\u0061":3}"#);
    assert_eq!((body.raw("a"), body.duplicate_key()), (Some(&b"3"[..]), Some("a")));
    body.set("a", &4);
    assert_eq!(body.to_bytes(), r#"{"b":2, "\u0061": 4}"#);
}

#[test]
fn empty_objects() {
    let mut body = parse(" { } ");
    assert_eq!((body.len(), body.to_bytes()), (0, Bytes::from_static(b" { } ")));
    body.set("a", "b");
    assert_eq!(body.to_bytes(), r#"{"a": "b"}"#);
    body.remove("a");
    assert_eq!(body.to_bytes(), "{}");
}

#[test]
fn what_cannot_be_written_changes_nothing() {
    let mut body = parse(r#"{"a":1}"#);
    body.set("a", &std::collections::BTreeMap::from([((1, 2), 3)]));
    assert_eq!(body.to_bytes(), r#"{"a":1}"#);
}

#[test]
fn a_long_body_is_not_copied() {
    let text = Bytes::from(format!(r#"{{"model":"a","messages":["{}"],"stream":true}}"#, "x".repeat(1 << 20)));
    let mut body = RawObject::parse(text.clone()).unwrap();
    assert_eq!(body.to_bytes().as_ptr(), text.as_ptr(), "untouched, it is the original");
    body.set("model", "b");
    let chunks = body.to_chunks();
    assert_eq!(chunks.len(), 3);
    assert_eq!(chunks[1].as_ptr(), text.slice(13..).as_ptr());
    assert_eq!(chunks[2], "}");
}

#[test]
fn debug_output_has_no_content() {
    let shown = format!("{:?}", parse(r#"{"secret":"words"}"#));
    assert_eq!(shown, "RawObject { bytes: 18, members: 1, edited: false }");
}
