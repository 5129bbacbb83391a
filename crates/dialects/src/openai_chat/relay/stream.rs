//! Relays a stream, chunk by chunk.
//!
//! Most chunks carry a piece of text and nothing else. They are recognised by a few substring searches, and pass
//! without being parsed: the bytes up to the model's name (or from it on) are the same in all chunks of a stream, so
//! the edited ones are kept from the first. Chunks with an end, usage, tool calls or an error are parsed.

use super::chunk::{self, Choice};
use super::splice::Edits;
use crate::openai_chat::stream::{DONE, may_be_error, write_failure};
use crate::openai_chat::types::Chunk;
use crate::openai_chat::{error, finish, json, scan, usage};
use crate::{DialectError, Observed, StreamBridge};
use bytes::BytesMut;
use memchr::memmem::{self, Finder};
use serde_json::Value;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;
use tianji_core::Error;
use tianji_core::generate::ClientView;
use tianji_wire::Frame;

/// The relay of one stream.
#[derive(Debug)]
pub(in crate::openai_chat) struct ChatRelay {
    include_usage: bool,
    /// The model's name for the client, as JSON; empty if the upstream's own shall be shown.
    model: Vec<u8>,
    same: Same,
    choices: Vec<Choice>,
    /// The frame with the last report of usage, for the end of the stream.
    usage: BytesMut,
    terminated: bool,
    seen: Observed,
}

/// What is the same in all chunks of a stream, as it comes and as it goes out.
#[derive(Debug, Default)]
struct Same {
    /// From the beginning up to the model's name.
    lead: Vec<u8>,
    lead_out: Vec<u8>,
    /// From the model's name to the end.
    tail: Vec<u8>,
    tail_out: Vec<u8>,
    /// How often it was learnt: some vendors change it with every chunk, and learning would only cost.
    learnt: u8,
}

impl ChatRelay {
    /// Before the first frame.
    pub(in crate::openai_chat) fn new(view: ClientView) -> Self {
        let mut model = BytesMut::with_capacity(view.model.len() + 2);
        if !view.model.is_empty() {
            json::string(&view.model, &mut model);
        }
        Self {
            include_usage: view.include_usage,
            model: model.to_vec(),
            same: Same::default(),
            choices: Vec::with_capacity(1),
            usage: BytesMut::new(),
            terminated: false,
            seen: Observed::default(),
        }
    }

    /// A chunk that only brings text: passes unparsed.
    fn pass(&mut self, data: &[u8], out: &mut BytesMut) {
        self.seen.output_bytes += text_bytes(data);
        let cut = if self.include_usage { None } else { null_usage(data) };
        out.extend_from_slice(b"data: ");
        self.write(data, cut, out);
        out.extend_from_slice(b"\n\n");
    }

    /// Writes a chunk with the client's model name and perhaps without one range.
    fn write(&mut self, data: &[u8], cut: Option<Range<usize>>, out: &mut BytesMut) {
        let cut = cut.unwrap_or(data.len()..data.len());
        let same = &self.same;
        if !same.lead.is_empty() && data.starts_with(&same.lead) && cut.start >= same.lead.len() {
            out.extend_from_slice(&same.lead_out);
            out.extend_from_slice(data.get(same.lead.len()..cut.start).unwrap_or_default());
            return out.extend_from_slice(data.get(cut.end..).unwrap_or_default());
        }
        if !same.tail.is_empty() && data.ends_with(&same.tail) {
            let before = data.len() - same.tail.len();
            out.extend_from_slice(data.get(..before).unwrap_or_default());
            return out.extend_from_slice(&same.tail_out);
        }
        let mut edits = Edits::default();
        self.name_model(data, &mut edits);
        self.remember(data, &cut);
        edits.cut(cut);
        edits.apply(data, out);
    }

    fn name_model(&self, data: &[u8], edits: &mut Edits) {
        if self.model.is_empty() {
            return;
        }
        if let Some(model) = scan::member(data, 0, "model") {
            edits.replace(model.value, self.model.as_slice());
        } else if let Some(first) = scan::members(data, 0).next() {
            let at = first.key.start;
            edits.replace(at..at, [b"\"model\":".as_slice(), &self.model, b","].concat());
        }
    }

    /// Keeps the part of a chunk that does not change: the one without `choices`.
    fn remember(&mut self, data: &[u8], cut: &Range<usize>) {
        if self.same.learnt >= MOST_LEARNT || self.model.is_empty() {
            return;
        }
        self.same.learnt += 1;
        let (Some(model), Some(choices)) = (scan::member(data, 0, "model"), scan::member(data, 0, "choices")) else {
            return;
        };
        let same = &mut self.same;
        if model.key.start < choices.key.start {
            same.lead = data.get(..model.value.end).unwrap_or_default().to_vec();
            let before = data.get(..model.value.start).unwrap_or_default();
            same.lead_out = [before, &self.model].concat();
        } else if cut.start >= model.value.end {
            same.tail = data.get(model.key.start..).unwrap_or_default().to_vec();
            let key = data.get(model.key.start..model.value.start).unwrap_or_default();
            let middle = data.get(model.value.end..cut.start).unwrap_or_default();
            let end = data.get(cut.end..).unwrap_or_default();
            same.tail_out = [key, &self.model, middle, end].concat();
        }
    }

    /// A chunk with more than text: parsed, noted, edited.
    fn look(&mut self, data: &[u8], out: &mut BytesMut) -> Result<(), DialectError> {
        let mut chunk: Chunk<'_> = serde_json::from_slice(data).map_err(|cause| unreadable(&cause))?;
        self.note(&chunk);
        let counted = self.take_usage(data, &chunk);
        if chunk.choices.as_ref().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        self.seen.output_bytes += text_bytes(data);
        let mut edits = Edits::default();
        let verdict = chunk::choices(data, &mut chunk, &mut self.choices, &mut edits);
        if let Some(word) = verdict.finish {
            self.seen.finish = Some(finish::read(&word).reason);
        }
        if !verdict.says {
            return Ok(());
        }
        self.name_model(data, &mut edits);
        match counted {
            Some(member) => {
                edits.cut(scan::with_comma(data, &member));
                // Cerebras times the call beside its usage: both are metering.
                if let Some(times) = scan::member(data, 0, "time_info") {
                    edits.cut(scan::with_comma(data, &times));
                }
            }
            None if !self.include_usage => {
                if let Some(cut) = null_usage(data) {
                    edits.cut(cut);
                }
            }
            None => {}
        }
        out.extend_from_slice(b"data: ");
        edits.apply(data, out);
        out.extend_from_slice(b"\n\n");
        Ok(())
    }

    fn note(&mut self, chunk: &Chunk<'_>) {
        let seen = &mut self.seen;
        if seen.response_id.is_none() {
            seen.response_id = chunk.id.clone().filter(|id| !id.is_empty());
        }
        if seen.model.is_none() {
            seen.model = chunk.model.clone().filter(|model| !model.is_empty());
        }
        if chunk.service_tier.is_some() {
            seen.service_tier.clone_from(&chunk.service_tier);
        }
    }

    /// Notes usage and makes the frame that shows it, wherever the vendor put it. Returns the member that held it.
    fn take_usage(&mut self, data: &[u8], chunk: &Chunk<'_>) -> Option<scan::Member> {
        let groq = chunk.x_groq.as_ref().and_then(|extras| extras.usage);
        let (name, raw) = match (chunk.usage, groq) {
            (Some(raw), _) if raw.get() != "null" => ("usage", raw),
            (_, Some(raw)) => ("x_groq", raw),
            _ => return None,
        };
        let report = usage::read(raw.get())?;
        self.seen.usage = Some(report.usage);
        self.seen.reported_cost = report.cost.or(self.seen.reported_cost);
        if self.include_usage {
            self.usage.clear();
            self.usage.extend_from_slice(b"data: ");
            let own_form = name == "usage" && usage::is_openais(raw.get(), &report);
            if own_form && chunk.choices.as_ref().is_some_and(Vec::is_empty) {
                let mut edits = Edits::default();
                self.name_model(data, &mut edits);
                edits.apply(data, &mut self.usage);
            } else {
                self.make_usage_chunk(chunk, own_form.then_some(raw.get()), &report);
            }
            self.usage.extend_from_slice(b"\n\n");
        }
        scan::member(data, 0, name)
    }

    /// A usage chunk of its own: with the vendor's object, or with OpenAI's if the vendor counts in a form of its own.
    fn make_usage_chunk(&mut self, chunk: &Chunk<'_>, raw: Option<&str>, report: &usage::Report) {
        let frame = &mut self.usage;
        frame.extend_from_slice(br#"{"id":"#);
        json::string(chunk.id.as_deref().unwrap_or_default(), frame);
        let created = chunk.created.unwrap_or_default() as i64;
        let _ = write!(frame, r#","object":"chat.completion.chunk","created":{created},"model":"#);
        match self.model.as_slice() {
            [] => json::string(chunk.model.as_deref().unwrap_or_default(), frame),
            shown => frame.extend_from_slice(shown),
        }
        frame.extend_from_slice(br#","choices":[],"usage":"#);
        match raw {
            Some(raw) => frame.extend_from_slice(raw.as_bytes()),
            None => usage::write(&report.usage, usage::Extras::None, frame),
        }
        frame.extend_from_slice(b"}");
    }

    fn terminate(&mut self, out: &mut BytesMut) {
        self.terminated = true;
        out.extend_from_slice(&self.usage);
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    /// Whether a chunk is about no answer that was not seen before.
    fn knows_choices(&self, data: &[u8]) -> bool {
        INDEX.find_iter(data).all(|at| {
            let digits = value_at(data, at + INDEX.needle().len()).and_then(|at| data.get(at..)).unwrap_or_default();
            let index = digits
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .fold(0_u32, |index, digit| index.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
            self.choices.iter().any(|choice| choice.index == index)
        })
    }

    fn is_finished(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|choice| choice.finished)
    }
}

impl StreamBridge for ChatRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data: &[u8] = frame.data.trim_ascii();
        if data.is_empty() || self.terminated {
            return Ok(());
        }
        if data == DONE {
            if self.choices.is_empty() {
                return Err(DialectError::Cut.of_reply());
            }
            self.terminate(out);
            return Ok(());
        }
        if may_be_error(data) {
            let value: Value = serde_json::from_slice(data).map_err(|cause| unreadable(&cause).of_reply())?;
            if error::is_error(&value) {
                return Err(error::of_stream(&value));
            }
        }
        let running = !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.finished);
        if running && is_plain(data) && self.knows_choices(data) {
            self.pass(data, out);
            return Ok(());
        }
        self.look(data, out).map_err(DialectError::of_reply)
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        if self.terminated {
            return Ok(());
        }
        if !self.is_finished() {
            return Err(DialectError::Cut.of_reply());
        }
        self.terminate(out);
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_failure(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

/// Whether a chunk brings text and nothing that needs a look. In a JSON text a key in quotes, followed by a colon, is
/// never part of a string: there its quotes would be escaped.
fn is_plain(data: &[u8]) -> bool {
    TOOL_CALLS.find(data).is_none()
        && !any_opens(&FINISH, data, b'"')
        && !any_opens(&USAGE, data, b'{')
        && !empty_after(&CHOICES, data, b'[', b']')
        && !empty_after(&DELTA, data, b'{', b'}')
}

/// Whether some member of that name has a value that begins with that byte.
fn any_opens(name: &Finder<'_>, data: &[u8], first: u8) -> bool {
    name.find_iter(data).any(|at| value_at(data, at + name.needle().len()).and_then(|at| data.get(at)) == Some(&first))
}

/// Whether some member of that name has a list or an object without anything in it.
fn empty_after(name: &Finder<'_>, data: &[u8], open: u8, close: u8) -> bool {
    name.find_iter(data).any(|at| {
        let Some(start) = value_at(data, at + name.needle().len()) else { return false };
        let inside = data.get(start + 1..).unwrap_or_default().trim_ascii_start();
        data.get(start) == Some(&open) && inside.first() == Some(&close)
    })
}

/// Where the value begins after a key that ends at `at`.
fn value_at(data: &[u8], at: usize) -> Option<usize> {
    let rest = data.get(at..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    Some(data.len() - rest.len())
}

/// The `usage: null` that upstreams which were asked for usage put in every chunk, with its comma.
fn null_usage(data: &[u8]) -> Option<Range<usize>> {
    let key = USAGE.find(data)?;
    let value = value_at(data, key + USAGE.needle().len())?;
    let end = value + NULL.len();
    (data.get(value..end) == Some(NULL))
        .then(|| scan::with_comma(data, &scan::Member { key: key..key + USAGE.needle().len(), value: value..end }))
}

/// Bytes of generated text in a chunk, roughly: the first string under one of the names that hold some, as escaped.
fn text_bytes(data: &[u8]) -> u64 {
    let length = |name: &&LazyLock<Finder<'_>>| {
        let at = name.find(data)?;
        let start = value_at(data, at + name.needle().len())?;
        let text = scan::string_at(data, start)?;
        (text.len() > 2).then_some(text.len() as u64 - 2)
    };
    [&CONTENT, &REASONING, &ARGUMENTS].iter().find_map(length).unwrap_or(0)
}

fn unreadable(cause: &serde_json::Error) -> DialectError {
    DialectError::Reply(format!("a stream frame is not JSON: {cause}"))
}

/// After so many chunks with another beginning and another end, a stream is taken to have nothing in common.
const MOST_LEARNT: u8 = 4;

const NULL: &[u8] = b"null";

static CHOICES: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"choices\""));
static DELTA: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"delta\""));
static TOOL_CALLS: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"tool_calls\""));
static FINISH: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"finish_reason\""));
static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"usage\""));
static CONTENT: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"content\""));
static INDEX: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"index\""));
static ARGUMENTS: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"arguments\""));
static REASONING: LazyLock<Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"reasoning_content\""));
