//! How long and how large a film is to be, as clients say it and as prices depend on it.

use super::super::Ask;
use super::Film;
use tianji_core::{Counters, Error, Usage};

/// Seconds that are asked for: a whole number, which OpenAI's SDKs write as a text.
pub(super) fn seconds(ask: &Ask<'_>) -> Result<Option<u64>, Error> {
    if ask.body.raw("seconds").is_none_or(|raw| raw == b"null") {
        return Ok(None);
    }
    let asked = ask.whole("seconds").filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
    asked.map(Some).ok_or_else(|| ask.invalid("seconds", "`seconds` must be a whole number of seconds"))
}

/// Width and height of `1280x720`; vendors write other signs between them.
pub(super) fn pixels(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once(['x', 'X', '*', ':'])?;
    let side = |text: &str| text.trim().parse().ok().filter(|side| (1..=16_384).contains(side));
    Some((side(width)?, side(height)?))
}

/// The class that prices depend on: `720p`, `1080p`, `4k`. It is the shorter side that counts.
pub(super) fn resolution(size: &str) -> Option<String> {
    let (width, height) = pixels(size)?;
    Some(match width.min(height) {
        2160 => "4k".to_owned(),
        1440 => "2k".to_owned(),
        short => format!("{short}p"),
    })
}

/// What is consumed by so many films of a length.
pub(super) fn usage(film: &Film, count: u64) -> Option<Usage> {
    let seconds: f64 = film.seconds.as_deref()?.parse().ok().filter(|seconds: &f64| *seconds >= 0.0)?;
    let counters = Counters { milliseconds: (seconds * 1000.0).round() as u64 * count, ..Counters::default() };
    Some(Usage { counters, ..Usage::default() })
}

/// Longer films than any vendor makes.
const MOST_SECONDS: u64 = 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_put_into_classes() {
        let cases = [
            ("1280x720", Some("720p")),
            ("720x1280", Some("720p")),
            ("1080:1920", Some("1080p")),
            ("3840*2160", Some("4k")),
            ("2560x1440", Some("2k")),
            ("1792x1024", Some("1024p")),
            ("large", None),
            ("0x720", None),
            ("720", None),
        ];
        for (size, class) in cases {
            assert_eq!(resolution(size).as_deref(), class, "{size}");
        }
    }

    #[test]
    fn lengths_become_milliseconds() {
        let film = |seconds: &str| Film { seconds: Some(seconds.to_owned()), ..Film::default() };
        let length = |seconds: &str, count| usage(&film(seconds), count).map(|usage| usage.counters.milliseconds);
        assert_eq!((length("8", 1), length("7.5", 2)), (Some(8_000), Some(15_000)));
        assert_eq!((length("long", 1), length("-1", 1)), (None, None));
    }
}
