//! How the mock answers, read from the URL.
//!
//! A path may begin with `/p/<key=value,...>/`; the same keys may stand in the query and win
//! over the path. An unknown key in the path is an error, in the query it is left alone (vendors
//! have query parameters of their own).
//!
//! | key | means | default |
//! |---|---|---|
//! | `chunks` | content chunks of a stream | 20 |
//! | `chunk_bytes` | bytes of text in each chunk | 40 |
//! | `text_bytes` | bytes of text in an answer that is not streamed | 200 |
//! | `delay_ms` | pause before each content chunk | 0 |
//! | `head_delay_ms` | pause before the response head | 0 |
//! | `fault` | `cut@N` closes the connection after N chunks, `silent` never answers, `garbage` is a 200 that is no JSON, `status` an error; may be repeated, then faulty calls take turns | none |
//! | `status` | the status of `fault=status`; alone it implies that fault | 500 |
//! | `fault_pct` | share of the calls that are faulty | 100 |

use std::time::Duration;

use http::StatusCode;

use crate::share::Share;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Behaviour {
    pub(crate) chunks: u32,
    pub(crate) chunk_bytes: usize,
    pub(crate) text_bytes: usize,
    pub(crate) delay: Duration,
    pub(crate) head_delay: Duration,
    pub(crate) faults: Vec<Fault>,
    pub(crate) fault_share: Share,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Cut { after_chunks: u32 },
    Silent,
    Garbage,
    Status(StatusCode),
}

/// Why a URL does not name a behaviour.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BehaviourError {
    #[error("`{0}` in the behaviour segment is not key=value")]
    NotAPair(String),
    #[error("unknown key `{0}` in the behaviour segment")]
    UnknownKey(String),
    #[error("`{value}` is no value for `{key}`")]
    BadValue { key: String, value: String },
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            chunks: 20,
            chunk_bytes: 40,
            text_bytes: 200,
            delay: Duration::ZERO,
            head_delay: Duration::ZERO,
            faults: Vec::new(),
            fault_share: Share::ALL,
        }
    }
}

impl Behaviour {
    /// Reads the behaviour segment of a path and the query.
    ///
    /// # Errors
    /// When a pair is malformed, a path key unknown or a value out of its range.
    pub(crate) fn parse(segment: Option<&str>, query: Option<&str>) -> Result<Self, BehaviourError> {
        let mut draft = Draft::default();
        for pair in segment.unwrap_or("").split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| BehaviourError::NotAPair(pair.to_owned()))?;
            if !draft.set(key, value)? {
                return Err(BehaviourError::UnknownKey(key.to_owned()));
            }
        }
        for (key, value) in query.unwrap_or("").split('&').filter_map(|pair| pair.split_once('=')) {
            draft.set(key, value)?;
        }
        Ok(draft.finish())
    }
}

/// Splits a path into its behaviour segment, if it begins with one, and the rest.
pub(crate) fn split_path(path: &str) -> (Option<&str>, &str) {
    match path.strip_prefix(PREFIX).and_then(|rest| rest.split_once('/')) {
        Some((segment, rest)) => (Some(segment), rest),
        None => (None, path),
    }
}

#[derive(Default)]
struct Draft {
    behaviour: Behaviour,
    status: Option<StatusCode>,
    status_fault: bool,
}

impl Draft {
    /// Whether the key is known.
    fn set(&mut self, key: &str, value: &str) -> Result<bool, BehaviourError> {
        let bad = || BehaviourError::BadValue { key: key.to_owned(), value: value.to_owned() };
        let number = |most: u32| value.parse::<u32>().ok().filter(|n| *n <= most).ok_or_else(bad);
        match key {
            "chunks" => self.behaviour.chunks = number(MOST_CHUNKS)?,
            "chunk_bytes" => self.behaviour.chunk_bytes = number(MOST_BYTES)? as usize,
            "text_bytes" => self.behaviour.text_bytes = number(MOST_BYTES)? as usize,
            "delay_ms" => self.behaviour.delay = Duration::from_millis(number(u32::MAX)?.into()),
            "head_delay_ms" => self.behaviour.head_delay = Duration::from_millis(number(u32::MAX)?.into()),
            "fault" => match value.split_once('@') {
                Some(("cut", after)) => {
                    let after_chunks = after.parse().map_err(|_| bad())?;
                    self.behaviour.faults.push(Fault::Cut { after_chunks });
                }
                None if value == "silent" => self.behaviour.faults.push(Fault::Silent),
                None if value == "garbage" => self.behaviour.faults.push(Fault::Garbage),
                None if value == "status" => self.status_fault = true,
                _ => return Err(bad()),
            },
            "status" => self.status = Some(final_status(value).ok_or_else(bad)?),
            "fault_pct" => self.behaviour.fault_share = value.parse().map_err(|_| bad())?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(mut self) -> Behaviour {
        if self.status_fault || self.status.is_some() {
            self.behaviour.faults.push(Fault::Status(self.status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)));
        }
        self.behaviour
    }
}

/// A 1xx status does not end an exchange, so it cannot be the answer.
fn final_status(text: &str) -> Option<StatusCode> {
    text.parse::<StatusCode>().ok().filter(|status| (200..600).contains(&status.as_u16()))
}

const PREFIX: &str = "/p/";

/// Bounds on what one URL can make the mock build.
const MOST_CHUNKS: u32 = 1_000_000;
const MOST_BYTES: u32 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_segment_is_left_whole() {
        assert_eq!(split_path("/v1/chat/completions"), (None, "/v1/chat/completions"));
        assert_eq!(split_path("/p/chunks=3"), (None, "/p/chunks=3"));
        assert_eq!(Behaviour::parse(None, None).unwrap(), Behaviour::default());
    }

    #[test]
    fn every_key_of_the_segment_is_read() {
        let path = "/p/chunks=200,chunk_bytes=41,text_bytes=7,delay_ms=5,head_delay_ms=9,fault=cut@50,status=503,fault_pct=5/v1/messages";
        let (segment, rest) = split_path(path);
        assert_eq!(rest, "v1/messages");
        assert_eq!(
            Behaviour::parse(segment, None).unwrap(),
            Behaviour {
                chunks: 200,
                chunk_bytes: 41,
                text_bytes: 7,
                delay: Duration::from_millis(5),
                head_delay: Duration::from_millis(9),
                faults: vec![Fault::Cut { after_chunks: 50 }, Fault::Status(StatusCode::SERVICE_UNAVAILABLE)],
                fault_share: "5".parse().unwrap(),
            }
        );
    }

    #[test]
    fn faults_have_their_spellings() {
        let faults = |segment| Behaviour::parse(Some(segment), None).unwrap().faults;
        assert_eq!(faults("fault=silent"), [Fault::Silent]);
        assert_eq!(faults("fault=garbage"), [Fault::Garbage]);
        assert_eq!(faults("fault=status"), [Fault::Status(StatusCode::INTERNAL_SERVER_ERROR)]);
        assert_eq!(faults("status=429"), [Fault::Status(StatusCode::TOO_MANY_REQUESTS)]);
        assert_eq!(faults("fault=silent,fault=cut@0"), [Fault::Silent, Fault::Cut { after_chunks: 0 }]);
    }

    #[test]
    fn the_query_wins_and_may_hold_foreign_keys() {
        let behaviour = Behaviour::parse(Some("chunks=5,delay_ms=1"), Some("beta=true&chunks=9&flag")).unwrap();
        assert_eq!((behaviour.chunks, behaviour.delay), (9, Duration::from_millis(1)));
    }

    #[test]
    fn mistakes_are_named() {
        let error = |segment| Behaviour::parse(Some(segment), None).unwrap_err();
        let bad = |key: &str, value: &str| BehaviourError::BadValue { key: key.to_owned(), value: value.to_owned() };
        assert_eq!(error("chunks"), BehaviourError::NotAPair("chunks".to_owned()));
        assert_eq!(error("chonks=1"), BehaviourError::UnknownKey("chonks".to_owned()));
        assert_eq!(error("chunks=-1"), bad("chunks", "-1"));
        assert_eq!(error("fault=cut"), bad("fault", "cut"));
        assert_eq!(error("fault=cut@x"), bad("fault", "cut@x"));
        assert_eq!(error("fault=silent@1"), bad("fault", "silent@1"));
        assert_eq!(error("status=100"), bad("status", "100"));
        assert_eq!(error("fault_pct=101"), bad("fault_pct", "101"));
        assert_eq!(error("text_bytes=67108865"), bad("text_bytes", "67108865"));
    }
}
