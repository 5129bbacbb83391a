//! Counts as vendors publish them.

use tianji_pricing::{
    CallText, ImageDetail, ImageRule, MessageText, Piece, TokenCounter, Tokenizer, TokenizerKind, ToolText, Vocabulary,
    count_pieces, count_text, estimate_tokens, is_expensive,
};

/// OpenAI Cookbook, "How to count tokens with tiktoken", and openai/tiktoken's own tests.
#[test]
fn texts_as_openai_publishes_them() {
    use Vocabulary::{Cl100kBase, O200kBase, P50kBase, R50kBase};
    for (text, counts) in [
        ("antidisestablishmentarianism", [5, 5, 6, 6]),
        ("2 + 2 = 4", [5, 5, 7, 7]),
        ("お誕生日おめでとう", [14, 14, 9, 8]),
        ("hello world", [2, 2, 2, 2]),
        ("", [0, 0, 0, 0]),
    ] {
        for (vocabulary, count) in [R50kBase, P50kBase, Cl100kBase, O200kBase].into_iter().zip(counts) {
            assert_eq!(vocabulary.count_text(text), count, "{text} in {vocabulary:?}");
        }
    }
    assert_eq!(count_text("gpt-4", "tiktoken is great!"), 6);
    assert!(O200kBase.count_text("<|endoftext|>") > 1, "marks are text");
}

/// More than two hundred texts in many scripts, counted by another implementation of the published vocabularies.
#[test]
fn texts_as_others_count_them() {
    let lines = include_str!("vocabularies.tsv").lines().filter(|line| !line.starts_with('#'));
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in lines {
        let [text, cl100k, o200k] = line.split('\t').collect::<Vec<_>>().try_into().expect("three columns");
        let text: String = serde_json::from_str(text).expect("a JSON string");
        for (vocabulary, count) in [(Vocabulary::Cl100kBase, cl100k), (Vocabulary::O200kBase, o200k)] {
            let found = vocabulary.count_text(&text);
            if found.to_string() != count {
                wrong.push(format!("{text:?} in {vocabulary:?}: {found} instead of {count}"));
            }
        }
        rows += 1;
    }
    assert!(rows >= 200, "{rows}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const HELLO: MessageText<'_> = MessageText { role: "user", name: None, texts: &["hello"], calls: &[] };

fn count(model: &str, messages: &[MessageText<'_>], tools: &[ToolText<'_>]) -> u64 {
    Tokenizer::of(model).count_call(&CallText { messages, tools })
}

/// OpenAI Cookbook, "How to count tokens with tiktoken": 127, 129 and 124 as the API reported them.
#[test]
fn a_conversation_as_openai_counts_it() {
    let named = |name, texts| MessageText { role: "system", name: Some(name), texts, calls: &[] };
    let messages = [
        MessageText {
            role: "system",
            texts: &[
                "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
            ],
            ..MessageText::default()
        },
        named("example_user", &["New synergies will help drive top-line growth."]),
        named("example_assistant", &["Things working well together will increase revenue."]),
        named(
            "example_user",
            &["Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."],
        ),
        named("example_assistant", &["Let's talk later when we're less busy about how to do better."]),
        MessageText {
            role: "user",
            texts: &["This late pivot means we don't have time to boil the ocean for the client deliverable."],
            ..MessageText::default()
        },
    ];
    for (model, expected) in [("gpt-3.5-turbo-0301", 127), ("gpt-3.5-turbo-0125", 129), ("gpt-4", 129), ("gpt-4o", 124)]
    {
        assert_eq!(count(model, &messages, &[]), expected, "{model}");
    }
}

/// Prompt tokens that OpenAI's API reported for gpt-3.5-turbo (hmarr/openai-chat-tokens, test vectors).
#[test]
fn tools_as_openai_counts_them() {
    let tool = |name, description, parameters| [ToolText { name, description, parameters: Some(parameters) }];
    let empty = r#"{"type": "object", "properties": {}}"#;
    let system = MessageText { role: "system", texts: &["Hello:"], ..MessageText::default() };
    let hi = MessageText { texts: &["Hi there"], ..HELLO };
    for (messages, tools, expected) in [
        (vec![HELLO], tool("foo", None, empty), 31),
        (vec![HELLO], tool("foo", Some("Do a foo"), empty), 36),
        (
            vec![HELLO],
            tool(
                "bing_bong",
                Some("Do a bing bong"),
                r#"{"type": "object", "properties": {"foo": {"type": "string"}}}"#,
            ),
            49,
        ),
        (
            vec![HELLO],
            tool(
                "bing_bong",
                Some("Do a bing bong"),
                r#"{"type": "object", "properties": {
            "foo": {"type": "string"}, "bar": {"type": "number", "description": "A number"}}}"#,
            ),
            57,
        ),
        (
            vec![HELLO],
            tool(
                "bing_bong",
                Some("Do a bing bong"),
                r#"{"type": "object", "properties": {"foo": {"type": "object",
            "properties": {"bar": {"type": "string", "enum": ["a", "b", "c"]}, "baz": {"type": "boolean"}}}}}"#,
            ),
            68,
        ),
        (
            vec![HELLO],
            tool(
                "get_recipe",
                None,
                r#"{"type": "object", "required": ["ingredients", "instructions", "time_to_cook"],
            "properties": {"ingredients": {"type": "array", "items": {"type": "object", "required": ["name", "unit", "amount"],
            "properties": {"name": {"type": "string"}, "unit": {"enum": ["grams", "ml", "cups", "pieces", "teaspoons"],
            "type": "string"}, "amount": {"type": "number"}}}}, "instructions": {"type": "array", "items": {"type": "string"},
            "description": "Steps to prepare the recipe (no numbering)"}, "time_to_cook": {"type": "number",
            "description": "Total time to prepare the recipe in minutes"}}}"#,
            ),
            106,
        ),
        (vec![system, hi], tool("do_stuff", None, empty), 35),
        (vec![MessageText { texts: &["Hello"], ..system }, hi], tool("do_stuff", None, empty), 35),
        (vec![system, MessageText { texts: &["Hello"], ..system }, hi], tool("do_stuff", None, empty), 40),
    ] {
        assert_eq!(count("gpt-3.5-turbo", &messages, &tools), expected, "{tools:?}");
    }
}

/// The same source: results and calls.
#[test]
fn calls_and_results_as_openai_counts_them() {
    let world = MessageText { texts: &["hello world"], ..HELLO };
    let result = |texts| MessageText { role: "function", name: Some("do_stuff"), texts, calls: &[] };
    let call = |calls| MessageText { role: "assistant", texts: &[""], calls, name: None };
    assert_eq!(count("gpt-3.5-turbo", &[HELLO], &[]), 8);
    assert_eq!(count("gpt-3.5-turbo", &[world, result(&["{}"])], &[]), 15);
    assert_eq!(count("gpt-3.5-turbo", &[world, result(&[r#"{"foo": "bar", "baz": 1.5}"#])], &[]), 28);
    assert_eq!(count("gpt-3.5-turbo", &[call(&[("do_stuff", r#"{"foo": "bar", "baz": 1.5}"#)])], &[]), 26);
}

#[test]
fn families_by_name() {
    for (model, vocabulary, percent) in [
        ("azure/gpt-4o-mini", Vocabulary::O200kBase, 100),
        ("gpt-4.1", Vocabulary::O200kBase, 100),
        ("gpt-5.6", Vocabulary::O200kBase, 100),
        ("o3-mini", Vocabulary::O200kBase, 100),
        ("gpt-4-turbo", Vocabulary::Cl100kBase, 100),
        ("azure/gpt-35-turbo", Vocabulary::Cl100kBase, 100),
        ("ft:gpt-3.5-turbo:org::id", Vocabulary::Cl100kBase, 100),
        ("text-embedding-3-small", Vocabulary::Cl100kBase, 100),
        ("text-davinci-003", Vocabulary::P50kBase, 100),
        ("davinci", Vocabulary::R50kBase, 100),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", Vocabulary::O200kBase, 115),
        ("gemini/gemini-2.5-flash", Vocabulary::O200kBase, 100),
        ("groq/meta-llama/llama-4-scout", Vocabulary::O200kBase, 105),
        ("mistral/codestral-latest", Vocabulary::O200kBase, 110),
        ("command-a-03-2025", Vocabulary::O200kBase, 105),
        ("qwen3-max", Vocabulary::O200kBase, 100),
        ("something-new", Vocabulary::O200kBase, 100),
    ] {
        let tokenizer = Tokenizer::of(model);
        assert_eq!((tokenizer.vocabulary, tokenizer.percent), (vocabulary, percent), "{model}");
    }
    assert_eq!(Tokenizer::of("claude-sonnet-4-5").kind, TokenizerKind::Anthropic);
    assert_eq!(count_text("claude-sonnet-4-5", "hello world"), 3, "2 × 1.15, rounded up");
    assert_eq!(Tokenizer::of("gemini-2.5-pro").audio_tokens(1500), 48);
}

#[test]
fn pieces_count_like_messages() {
    let piece = |role: &str, text: &str, named| Piece { role: role.to_owned(), text: text.to_owned(), named };
    assert_eq!(count_pieces("gpt-4o", &[piece("user", "hello", false)], &[]), count("gpt-4o", &[HELLO], &[]));
    assert_eq!(count_pieces("gpt-4o", &[piece("user", "hello", true)], &[]), count("gpt-4o", &[HELLO], &[]) + 1);
    assert_eq!(count_pieces("gpt-4o", &[], &[]), 3);
}

/// OpenAI, "Images and vision" (765 and 1105), Anthropic, "Vision" (about 1590 for 1092 × 1092), Gemini API.
#[test]
fn pictures_as_vendors_publish_them() {
    for (rule, size, detail, expected) in [
        (ImageRule::OpenAi, Some((1024, 1024)), ImageDetail::High, 765),
        (ImageRule::OpenAi, Some((2048, 4096)), ImageDetail::High, 1105),
        (ImageRule::OpenAi, Some((4096, 8192)), ImageDetail::Low, 85),
        (ImageRule::OpenAi, None, ImageDetail::High, 250),
        (ImageRule::Claude, Some((200, 200)), ImageDetail::High, 54),
        (ImageRule::Claude, Some((1000, 1000)), ImageDetail::High, 1334),
        (ImageRule::Claude, Some((1092, 1092)), ImageDetail::High, 1590),
        (ImageRule::Claude, Some((8000, 8000)), ImageDetail::High, 1600),
        (ImageRule::Gemini, Some((384, 384)), ImageDetail::High, 258),
        (ImageRule::Gemini, Some((1536, 768)), ImageDetail::High, 516),
        (ImageRule::Gemini, Some((0, 768)), ImageDetail::High, 250),
        (ImageRule::OpenAi, Some((u32::MAX, 1)), ImageDetail::High, 85 + 170 * 4),
    ] {
        assert_eq!(rule.tokens(size, detail), expected, "{rule:?} {size:?}");
    }
}

#[test]
fn long_texts_are_guessed() {
    let long = "é".repeat(2 * 1024 * 1024 + 1);
    assert_eq!(Vocabulary::O200kBase.count_text(&long), (2 * 1024 * 1024 + 1_u64).div_ceil(4));
    assert_eq!((estimate_tokens(0), estimate_tokens(1), estimate_tokens(4001)), (0, 1, 1001));
    assert_eq!((is_expensive(64 * 1024), is_expensive(64 * 1024 + 1)), (false, true));
}

#[test]
fn hostile_spaces_do_not_panic() {
    for text in [" ".repeat(60_000), "\n".repeat(60_000), "a".repeat(60_000)] {
        assert!(Vocabulary::O200kBase.count_text(&text) > 0);
    }
}
