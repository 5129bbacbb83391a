use super::*;

fn taken(text: &str) -> (Result<Controls, Error>, String) {
    let mut body = RawObject::parse(Bytes::copy_from_slice(text.as_bytes())).unwrap();
    let controls = take(&mut body, DialectId::OpenAiChat);
    (controls, String::from_utf8(body.to_bytes().to_vec()).unwrap())
}

#[test]
fn the_gateways_members_are_taken_out_and_all_others_stay() {
    let (controls, left) = taken(
        r#"{"model":"m","fallbacks":["b",{"model":"c","top_p":1}],"banana":1,"tags":["a"],"metadata":{"tags":["b"]},"timeout":2,"cache":{"no-cache":true},"litellm_x":1}"#,
    );
    let controls = controls.unwrap();
    assert_eq!(left, r#"{"model":"m", "banana":1}"#);
    assert_eq!(controls.fallbacks.map(|list| list.len()), Some(2));
    assert_eq!(controls.tags, ["a", "b"]);
    assert_eq!(controls.timeout, Some(Duration::from_secs(2)));
}

#[test]
fn metadata_of_two_readers_is_shared_between_them() {
    for (dialect, text, left, tags) in [
        (
            DialectId::AnthropicMessages,
            r#"{"metadata":{"user_id":"u","tags":["a"],"x":1}}"#,
            r#"{"metadata":{"user_id":"u"}}"#,
            1,
        ),
        (DialectId::AnthropicMessages, r#"{"metadata":{"user_id":"u"}}"#, r#"{"metadata":{"user_id":"u"}}"#, 0),
        (DialectId::OpenAiResponses, r#"{"metadata":{"k":"v","tags":["a","b"]}}"#, r#"{"metadata":{"k":"v"}}"#, 2),
        (DialectId::OpenAiResponses, r#"{"metadata":{"tags":["a"]}}"#, "{}", 1),
    ] {
        let mut body = RawObject::parse(Bytes::copy_from_slice(text.as_bytes())).unwrap();
        let controls = take(&mut body, dialect).unwrap();
        let written = String::from_utf8(body.to_bytes().to_vec()).unwrap().replace(": ", ":");
        assert_eq!(written, left, "{text}");
        assert_eq!(controls.tags.len(), tags, "{text}");
    }
}

#[test]
fn fallbacks_may_be_written_as_in_the_configuration() {
    let (controls, _) = taken(r#"{"fallbacks":[{"m":["b","c"]},"d"]}"#);
    let models: Vec<_> = controls.unwrap().fallbacks.unwrap().into_iter().map(|target| target.model).collect();
    assert_eq!(models, ["b", "c", "d"]);
}

#[test]
fn tests_of_the_gateway_are_refused() {
    for name in ["mock_testing_fallbacks", "mock_testing_rate_limit_error"] {
        let refusal = taken(&format!(r#"{{"{name}":true}}"#)).0.unwrap_err();
        assert_eq!(refusal.status, 400);
        assert!(refusal.message.contains(name), "{}", refusal.message);
    }
}

#[test]
fn credentials_cannot_be_steered_at_any_depth() {
    for text in [
        r#"{"api_base":"http://x"}"#,
        r#"{"aws_access_key_id":"x"}"#,
        r#"{"metadata":{"a":{"b":{"c":{"d":{"api_base":"http://x"}}}}}}"#,
        r#"{"extra_body":{"api_key":"x"}}"#,
        r#"{"fallbacks":[{"model":"a","api_base":"http://x"}]}"#,
        r#"{"fallbacks":[{"a":[{"model":"b","api_base":"http://x"}]}]}"#,
    ] {
        let (controls, _) = taken(text);
        let refusal = controls.unwrap_err();
        assert_eq!(refusal.status, 401, "{text}");
        assert!(refusal.message.contains("is not allowed in request body"), "{}", refusal.message);
    }
}
