//! Dates in headers (RFC 9110, section 5.6.7), and how long `Retry-After` asks to wait (section 10.2.3).

use std::time::Duration;

/// Seconds from 1970 to a date in any of the three forms; `None` if it is none, or before.
pub fn http_date(text: &str) -> Option<u64> {
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).skip(1);
    let (first, second) = (words.next()?, words.next()?);
    let (day, month, year, time) = match month(first) {
        // `Sun Nov  6 08:49:37 1994`
        Some(month) => {
            let time = words.next()?;
            (second, month, words.next()?, time)
        }
        // `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`
        None => (first, self::month(second)?, words.next()?, words.next()?),
    };
    let day = number(day, 31).filter(|day| *day >= 1)?;
    let year = match (year.len(), number(year, 9999)?) {
        (2, short) if short < 70 => 2000 + short,
        (2, short) => 1900 + short,
        (_, year) => year,
    };
    let mut parts = time.split(':');
    let mut part = |most| number(parts.next()?, most);
    // A leap second is told as the 60th.
    let (hour, minute, second) = (part(23)?, part(59)?, part(60)?);
    Some(days(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second)
}

/// How long a server asks to wait: seconds, or a date that is counted from the reply's own `Date`. Waits of more than
/// twelve days are not believed.
pub fn retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (0.0..=MOST_WAIT).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let (until, now) = (http_date(text)?, http_date(date?.trim())?);
    let wait = Duration::from_secs(until.saturating_sub(now));
    (wait.as_secs_f64() <= MOST_WAIT).then_some(wait)
}

fn number(text: &str, most: u64) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= most)
}

/// From 1 on.
fn month(name: &str) -> Option<u64> {
    let at = MONTHS.iter().position(|known| known.eq_ignore_ascii_case(name))?;
    u64::try_from(at + 1).ok()
}

/// Days from 1970-01-01 to a date of the Gregorian calendar: years begin in March here, so that the leap day is a year's
/// last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let from_zero = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1;
    from_zero.checked_sub(BEFORE_1970)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Days from the first of March of the year 0 to 1970-01-01.
const BEFORE_1970: u64 = 719_468;
/// Longest wait that is believed, in seconds.
const MOST_WAIT: f64 = 1e6;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_of_all_forms() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(text), Some(784_111_777), "{text}");
        }
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("Thu, 29 Feb 2024 23:59:60 GMT"), Some(1_709_251_200));
        for text in [
            "",
            "Sun",
            "Sun, 06 Nov",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Sun, 06 Nov 1994 8h",
            "Sun, 06 Nov +994 08:49:37 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn waits() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let seconds = |text, date| retry_after(text, date).map(|wait| wait.as_secs_f64());
        for (text, date, wait) in [
            ("17", None, Some(17.0)),
            (" 0.5 ", None, Some(0.5)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", date, Some(30.0)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", date, Some(0.0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", None, None),
            ("Mon, 06 Nov 2034 08:50:07 GMT", date, None),
            ("-1", date, None),
            ("NaN", date, None),
            ("inf", date, None),
            ("1000001", date, None),
            ("soon", date, None),
        ] {
            assert_eq!(seconds(text, date), wait, "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_follow_one_another(year in 1970u64..9999, month in 1u64..=12, day in 1u64..=28) {
            let next = if day < 28 { (year, month, day + 1) } else { return Ok(()) };
            prop_assert_eq!(days(next.0, next.1, next.2).unwrap(), days(year, month, day).unwrap() + 1);
        }

        #[test]
        fn years_have_their_days(year in 1970u64..9998) {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let long = days(year + 1, 1, 1).unwrap() - days(year, 1, 1).unwrap();
            prop_assert_eq!(long, if leap { 366 } else { 365 });
        }
    }
}
