//! Waiting with a bound.

use std::thread;
use std::time::{Duration, Instant};

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none within the time; the message says what was awaited.
pub fn eventually<T>(what: &str, within: Duration, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = answer() {
            return found;
        }
        assert!(start.elapsed() < within, "not within {within:?}: {what}");
        pause(BETWEEN_QUESTIONS);
    }
}

/// Lets time pass on this thread.
#[expect(clippy::disallowed_methods, reason = "threads of tests run no asynchronous runtime")]
pub fn pause(time: Duration) {
    thread::sleep(time);
}

const BETWEEN_QUESTIONS: Duration = Duration::from_millis(20);
