//! Counting tokens.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;
use tianji_dialects::bedrock_converse::{
    Countable, decode_count_request, decode_count_tokens, encode_count_of_invoke, encode_count_tokens,
};

#[test]
fn a_prompt_is_one_for_converse_or_one_for_invoke_model() {
    let converse = Bytes::from_static(br#"{"input":{ "converse" : {"messages": [] } }}"#);
    assert_eq!(decode_count_request(&converse).unwrap(), Countable::Converse(Bytes::from(r#"{"messages": [] }"#)));
    let invoked = r#"{"anthropic_version":"bedrock-2023-05-31","messages":[]}"#;
    let wrapped = encode_count_of_invoke(invoked.as_bytes());
    assert_eq!(decode_count_request(&wrapped).unwrap(), Countable::Invoke(Bytes::from(invoked)));
    for (body, words) in [
        (json!({}), "'input'"),
        (json!({ "input": {} }), "'input'"),
        (json!({ "input": [] }), "'input'"),
        (json!({ "input": { "invokeModel": {} } }), "'input.invokeModel.body'"),
        (json!({ "input": { "invokeModel": { "body": "{}" } } }), "base64"),
    ] {
        let refused = decode_count_request(&Bytes::from(body.to_string())).unwrap_err().to_string();
        assert!(refused.contains(words), "{body}: {refused}");
    }
}

#[test]
fn counts_go_both_ways() {
    assert_eq!(decode_count_tokens(&encode_count_tokens(12)).unwrap(), 12);
    for body in ["{}", "[]", "", r#"{"inputTokens":-1}"#] {
        assert!(decode_count_tokens(&Bytes::from(body)).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn any_body_comes_out_of_its_wrapping(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let wrapped = encode_count_of_invoke(&body);
        prop_assert_eq!(decode_count_request(&wrapped).unwrap(), Countable::Invoke(body.into()));
    }

    #[test]
    fn any_bytes_are_a_request_or_none(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode_count_request(&body.into());
    }
}
