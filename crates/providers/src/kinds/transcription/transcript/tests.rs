use super::super::captions::Style;
use super::{Format, Transcript, Wanted, Word};
use http::HeaderMap;
use serde_json::{Value, json};

fn word(text: &str, start: f64, end: f64, speaker: Option<&str>) -> Word {
    Word { word: text.into(), start, end, speaker: speaker.map(str::to_owned) }
}

fn said() -> Transcript {
    Transcript {
        text: "Hello there. And you?".into(),
        duration: Some(3723.5),
        words: vec![
            word("Hello", 0.1, 0.5, Some("0")),
            word("there.", 0.6, 0.9, Some("0")),
            word("And", 1.0, 1.2, Some("0")),
            word("you?", 3722.25, 3723.0, Some("1")),
        ],
        ..Transcript::default()
    }
}

fn told(format: Format) -> String {
    let wanted = Wanted { format, language: Some("en".into()), task: "transcribe", milliseconds: Some(7) };
    let told = wanted.tell(said(), HeaderMap::new());
    assert_eq!(told.usage.unwrap().counters.milliseconds, 3_723_500, "the vendor's length wins");
    String::from_utf8(told.body.to_vec()).unwrap()
}

#[test]
fn captions_are_written_of_words() {
    assert_eq!(
        told(Format::Captions(Style::Srt)),
        "1\n00:00:00,100 --> 00:00:00,900\nHello there.\n\n2\n00:00:01,000 --> 00:00:01,200\nAnd\n\n\
         3\n01:02:02,250 --> 01:02:03,000\nyou?\n\n"
    );
    assert!(
        told(Format::Captions(Style::Vtt)).starts_with("WEBVTT\n\n00:00:00.100 --> 00:00:00.900\nHello there.\n\n")
    );
    assert_eq!(told(Format::Text), "Hello there. And you?\n");
}

#[test]
fn json_says_what_the_format_promises() {
    let plain: Value = serde_json::from_str(&told(Format::Json)).unwrap();
    assert_eq!(plain["words"][0], json!({"word": "Hello", "start": 0.1, "end": 0.5}));
    assert_eq!(plain.get("segments"), None);
    let verbose: Value = serde_json::from_str(&told(Format::Verbose)).unwrap();
    assert_eq!(verbose["language"], "en");
    assert_eq!(verbose["segments"][1], json!({"id": 1, "start": 1.0, "end": 1.2, "text": "And"}));
    let diarized: Value = serde_json::from_str(&told(Format::Diarized)).unwrap();
    assert_eq!(diarized["segments"][2]["speaker"], "1");
}

#[test]
fn without_a_length_of_the_vendor_the_container_counts() {
    let wanted = Wanted { format: Format::Text, language: None, task: "transcribe", milliseconds: Some(1500) };
    let told = wanted.tell(Transcript::default(), HeaderMap::new());
    assert_eq!(told.usage.unwrap().counters.milliseconds, 1500);
}
