//! The cheap look at a body and the edit for streams.

use bytes::Bytes;
use tianji_dialects::DialectError;
use tianji_dialects::openai_chat::{ask_for_usage, inspect};
use tianji_wire::RawObject;

fn object(text: &'static str) -> RawObject {
    RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap()
}

#[test]
fn the_top_level_is_read() {
    let seen = inspect(&object(
        r#"{"messages":[{"bad": 1}],"model":"a\"b","stream":true,"stream_options":{"include_usage":true,"x":1},"max_tokens":7,"max_completion_tokens":9.0,"user":"u"}"#,
    ))
    .unwrap();
    assert_eq!(seen.model.as_deref(), Some("a\"b"));
    assert_eq!((seen.stream, seen.include_usage, seen.max_output_tokens), (true, true, Some(9)));
    assert_eq!(seen.user.as_deref(), Some("u"));
    let seen =
        inspect(&object(r#"{"messages":[],"stream":null,"max_tokens":-1,"stream_options":3,"model":5}"#)).unwrap();
    assert_eq!((seen.model, seen.stream, seen.include_usage), (None, false, false));
    assert_eq!((seen.max_output_tokens, seen.user), (None, None));
}

#[test]
fn messages_must_be_a_list() {
    for text in [r#"{"model":"x"}"#, r#"{"messages":null}"#] {
        let error = inspect(&object(text)).unwrap_err();
        assert!(matches!(&error, DialectError::Missing { param } if param == "messages"), "{error:?}");
    }
    let error = inspect(&object(r#"{"messages":"hi"}"#)).unwrap_err();
    assert!(matches!(&error, DialectError::Invalid { param, .. } if param == "messages"), "{error:?}");
}

#[test]
fn streams_are_made_to_report_usage() {
    for (before, after) in [
        (r#"{"stream":true,"x":1.0}"#, r#"{"stream":true,"x":1.0, "stream_options": {"include_usage":true}}"#),
        (r#"{"stream":true,"stream_options":null}"#, r#"{"stream":true, "stream_options": {"include_usage":true}}"#),
        (
            r#"{"stream_options":{"include_usage":false,"include_obfuscation":false},"stream":true}"#,
            r#"{"stream_options": {"include_usage":true,"include_obfuscation":false}, "stream":true}"#,
        ),
        (
            r#"{"stream":true,"stream_options":{"include_usage":true}}"#,
            r#"{"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (r#"{"stream":false}"#, r#"{"stream":false}"#),
        (r#"{"messages":[]}"#, r#"{"messages":[]}"#),
    ] {
        let mut body = object(before);
        ask_for_usage(&mut body);
        assert_eq!(body.to_bytes(), after);
    }
}
