//! Captions: words gathered into pieces that can be read, written as SubRip or WebVTT.

use super::transcript::{Segment, Word};
use std::fmt::Write as _;

/// How captions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// SubRip: numbered, a comma before the milliseconds.
    Srt,
    /// WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format", section 4).
    Vtt,
}

impl Style {
    /// The media type; OpenAI sends both as plain text.
    pub(super) const fn media_type(self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn time(self, seconds: f64) -> String {
        let all = (seconds.max(0.0) * 1000.0).round() as u64;
        let (hours, minutes, seconds, rest) = (all / 3_600_000, all / 60_000 % 60, all / 1000 % 60, all % 1000);
        let point = if self == Self::Srt { ',' } else { '.' };
        format!("{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}")
    }
}

/// Writes captions. A text without times is one caption for the whole recording.
pub(super) fn write(style: Style, text: &str, segments: &[Segment], duration: Option<f64>) -> String {
    let whole = [Segment { text: text.to_owned(), start: 0.0, end: duration.unwrap_or(0.0), speaker: None }];
    let segments = if segments.is_empty() && !text.is_empty() { &whole } else { segments };
    let mut out = String::from(if style == Style::Vtt { "WEBVTT\n\n" } else { "" });
    for (at, segment) in segments.iter().enumerate() {
        if style == Style::Srt {
            _ = writeln!(out, "{}", at + 1);
        }
        // An empty line would end the caption, and `-->` begin another.
        let text = segment.text.trim().replace("-->", "->");
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        _ = writeln!(out, "{} --> {}\n{}\n", style.time(segment.start), style.time(segment.end), lines.join("\n"));
    }
    out
}

/// Gathers words: a piece ends with a sentence, at a pause, where the speaker changes, or when it is long.
pub(super) fn segments(words: &[Word]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for word in words {
        match out.last_mut().filter(|open| goes_on(open, word)) {
            Some(open) => {
                open.text.push(' ');
                open.text.push_str(&word.word);
                open.end = word.end;
            }
            None => out.push(Segment {
                text: word.word.clone(),
                start: word.start,
                end: word.end,
                speaker: word.speaker.clone(),
            }),
        }
    }
    out
}

fn goes_on(open: &Segment, word: &Word) -> bool {
    let length = open.text.chars().count() + 1 + word.word.chars().count();
    open.speaker == word.speaker
        && !open.text.ends_with(['.', '!', '?', '…', '。', '！', '？'])
        && word.start - open.end < PAUSE
        && word.end - open.start <= LONGEST
        && length <= MOST_CHARACTERS
}

/// Silence that ends a piece, in seconds.
const PAUSE: f64 = 1.0;
/// Longest piece, in seconds.
const LONGEST: f64 = 7.0;
/// Longest piece, in characters: two lines of subtitles.
const MOST_CHARACTERS: usize = 84;
