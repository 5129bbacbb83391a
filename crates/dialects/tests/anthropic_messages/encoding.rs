//! Conversations of clients of another dialect.

use crate::golden::{encode, encode_for, encode_with, foreign};
use serde_json::{Value, json};
use tianji_core::generate::{
    AudioPart, CacheMark, Capabilities, FilePart, ImagePart, MediaSource, Message, Opaque, Part, Role, TextPart,
    Thinking, ToolCall, ToolResult, VideoPart,
};
use tianji_core::{DialectId, Json};
use tianji_dialects::DialectError;

fn user(text: &str) -> Message {
    Message::text(Role::User, text)
}

fn call(id: &str, arguments: &str) -> Part {
    Part::ToolCall(ToolCall { id: id.into(), name: "t".into(), arguments: arguments.into(), ..ToolCall::default() })
}

fn result(id: &str, parts: Vec<Part>, bare: bool) -> Message {
    let result = ToolResult { call_id: id.into(), name: None, parts, bare, is_error: None, cache: None };
    Message::of(Role::Tool, vec![Part::ToolResult(result)])
}

fn image(source: MediaSource) -> Part {
    Part::Image(ImagePart { source, detail: None, cache: None })
}

fn file(mime: &str, data: &str) -> Part {
    let source = MediaSource::Base64 { mime: mime.into(), data: data.into() };
    let filename = Some("name.x".into());
    Part::File(FilePart { source, filename, title: None, context: None, citations: None, cache: None })
}

fn turns(messages: Vec<Message>) -> Value {
    encode(&foreign(messages)).body["messages"].clone()
}

fn blocks(part: Part) -> Value {
    turns(vec![Message::of(Role::User, vec![part])])[0]["content"][0].clone()
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

#[test]
fn system_text_goes_to_the_top_unless_the_model_takes_it_in_between() {
    let system = |text: &str| Message::text(Role::System, text);
    let request = foreign(vec![system("A"), user("1"), Message::text(Role::Developer, "B"), user("2")]);
    let body = encode(&request).body;
    assert_eq!(body["system"], json!([text("A"), text("B")]));
    assert_eq!(body["messages"], json!([{ "role": "user", "content": [text("1"), text("2")] }]));

    let able = Capabilities { mid_conversation_system: Some(true), ..Capabilities::default() };
    let body = encode_for(&request, &able).unwrap().body;
    assert_eq!(body["system"], json!([text("A")]));
    assert_eq!(body["messages"][1], json!({ "role": "system", "content": [text("B")] }));

    let marked = Part::Text(TextPart { text: "B".into(), cache: Some(CacheMark { ttl: None }), citations: Vec::new() });
    let body = encode(&foreign(vec![Message::of(Role::System, vec![Part::text("A"), marked]), user("x")])).body;
    let expected = json!([text("A"), { "type": "text", "text": "B", "cache_control": { "type": "ephemeral" } }]);
    assert_eq!(body["system"], expected);
}

#[test]
fn empty_text_is_left_out_and_thoughts_come_first() {
    let thought = || Part::Thinking(Thinking { text: "Hm".into(), signature: Some("s+/=".into()) });
    let thinking = json!({ "type": "thinking", "thinking": "Hm", "signature": "s+/=" });
    let tool_use = json!({ "type": "tool_use", "id": "a", "name": "t", "input": {} });
    for (parts, expected) in [
        (vec![call("a", "")], json!([tool_use])),
        (vec![Part::text(""), call("a", "  ")], json!([tool_use])),
        (vec![Part::text(""), thought(), call("a", "{}")], json!([thinking, tool_use])),
        (vec![Part::text("T"), call("a", "{}"), thought()], json!([thinking, text("T"), tool_use])),
        (
            vec![
                Part::RedactedThinking { data: "D".into() },
                Part::Thinking(Thinking { text: String::new(), signature: Some("only".into()) }),
            ],
            json!([{ "type": "redacted_thinking", "data": "D" }, { "type": "thinking", "thinking": "", "signature": "only" }]),
        ),
    ] {
        let messages = vec![user("x"), Message::of(Role::Assistant, parts), result("a", vec![], false)];
        assert_eq!(turns(messages)[1]["content"], expected);
    }
}

#[test]
fn results_stand_before_what_the_user_says() {
    let picture = image(MediaSource::Base64 { mime: "image/jpg".into(), data: "AA".into() });
    let turns = turns(vec![
        user("x"),
        Message::of(Role::Assistant, vec![call("a", "{}"), call("b", "{}")]),
        user("wait"),
        result("a", vec![Part::text("22")], true),
        result("b", vec![Part::text(""), Part::text("11"), picture], false),
        user("And?"),
    ]);
    let expected = json!({ "role": "user", "content": [
        { "type": "tool_result", "tool_use_id": "a", "content": "22" },
        { "type": "tool_result", "tool_use_id": "b", "content": [
            text("11"),
            { "type": "image", "source": { "type": "base64", "media_type": "image/jpeg", "data": "AA" } },
        ] },
        text("wait"),
        text("And?"),
    ] });
    assert_eq!(turns[2], expected);
    assert_eq!(turns.as_array().unwrap().len(), 3);
}

#[test]
fn an_empty_message_is_refused_or_repaired() {
    let request = foreign(vec![user("x"), Message::text(Role::Assistant, ""), user(" \n")]);
    let cause = encode_for(&request, &Capabilities::default()).unwrap_err();
    assert!(matches!(&cause, DialectError::Content { path, .. } if path == "messages[2].content"), "{cause:?}");
    let repaired = encode_with(&request, &Capabilities::default(), &[], true).unwrap();
    assert_eq!(repaired.body["messages"], json!([{ "role": "user", "content": [text("x"), text(".")] }]));
    assert_eq!(repaired.losses, ["hint messages[1]"]);
    let nothing = encode_with(&foreign(Vec::new()), &Capabilities::default(), &[], true).unwrap();
    assert_eq!(nothing.body["messages"], json!([{ "role": "user", "content": [text(".")] }]));
}

#[test]
fn a_trailing_turn_of_the_assistant_is_trimmed_or_refused() {
    let request = foreign(vec![user("x"), Message::text(Role::Assistant, "So \n")]);
    assert_eq!(encode(&request).body["messages"][1]["content"], json!([text("So")]));
    let unable = Capabilities { assistant_prefill: Some(false), ..Capabilities::default() };
    let cause = encode_for(&request, &unable).unwrap_err();
    assert!(cause.to_string().contains("claude-x takes no trailing message"), "{cause}");
}

#[test]
fn arguments_must_be_json() {
    let message =
        |arguments: &str| vec![user("x"), Message::of(Role::Assistant, vec![call("call_7", arguments)]), user("y")];
    let cause = encode_for(&foreign(message("{\"a\":")), &Capabilities::default()).unwrap_err();
    assert!(cause.to_string().contains("call_7"), "{cause}");
    assert_eq!(cause.of_request().status, 400);
    for (arguments, input) in [("[1]", json!([1])), (" {\"a\": 1} ", json!({ "a": 1 })), ("\n", json!({}))] {
        assert_eq!(turns(message(arguments))[1]["content"][0]["input"], input);
    }
}

#[test]
fn media_find_their_source() {
    let url = "https://e.com/a".to_owned();
    let base64 = |kind: &str, mime: &str| json!({ "type": kind, "source": { "type": "base64", "media_type": mime, "data": "AA==" } });
    assert_eq!(
        blocks(image(MediaSource::Url(url.clone()))),
        json!({ "type": "image", "source": { "type": "url", "url": url } })
    );
    assert_eq!(blocks(file("image/png", "AA==")), base64("image", "image/png"));
    assert_eq!(blocks(file("application/pdf", "AA==")), base64("document", "application/pdf"));
    let plain = json!({ "type": "text", "media_type": "text/plain", "data": "a,b" });
    assert_eq!(blocks(file("text/csv", "YSxi"))["source"], plain);
    let by_id = foreign(vec![Message::of(Role::User, vec![image(MediaSource::FileId("file_1".into()))])]);
    let encoded = encode(&by_id);
    let expected = json!({ "type": "image", "source": { "type": "file", "file_id": "file_1" } });
    assert_eq!(encoded.body["messages"][0]["content"][0], expected);
    assert_eq!(encoded.rest.features, ["files-api-2025-04-14"]);
}

#[test]
fn content_that_cannot_be_said_is_refused() {
    let audio = AudioPart { data: "AA".into(), format: "wav".into(), id: None, transcript: None };
    let raw = Json::parse("{}").unwrap();
    for part in [
        Part::Audio(audio),
        Part::Video(VideoPart { source: MediaSource::Url("u".into()) }),
        file("application/zip", "//8="),
        Part::Opaque(Opaque { dialect: DialectId::OpenAiChat, type_name: "odd".into(), raw }),
    ] {
        let request = foreign(vec![Message::of(Role::User, vec![Part::text("x"), part])]);
        let cause = encode_for(&request, &Capabilities::default()).unwrap_err();
        assert!(
            matches!(&cause, DialectError::Content { path, .. } if path.starts_with("messages[0].content[1]")),
            "{cause:?}"
        );
    }
}

#[test]
fn hints_are_reported() {
    let mut named = user("x");
    named.name = Some("Ada".into());
    let detailed = Part::Image(ImagePart {
        source: MediaSource::Url("https://e.com".into()),
        detail: Some("high".into()),
        cache: None,
    });
    let unsigned = Part::Thinking(Thinking { text: "Hm".into(), signature: None });
    let spoken =
        AudioPart { data: String::new(), format: String::new(), id: Some("a".into()), transcript: Some("Hi".into()) };
    let said =
        Message::of(Role::Assistant, vec![unsigned, Part::text("T"), Part::Audio(spoken), Part::Refusal("No".into())]);
    let encoded = encode(&foreign(vec![named, Message::of(Role::User, vec![detailed]), said, user("y")]));
    assert_eq!(
        encoded.losses,
        [
            "hint messages[0].name",
            "hint messages[1].content[0].image_url.detail",
            "hint messages[2].reasoning_content",
            "hint messages[2].audio",
        ]
    );
    assert_eq!(encoded.body["messages"][1]["content"], json!([text("T"), text("Hi"), text("No")]));
}
