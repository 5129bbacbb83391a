//! A client's call: a query, documents, and how many of them to show.

use crate::kinds::Ask;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::{Error, Payload, Segment};
use tianji_wire::RawObject;

/// A call whose documents have been looked at.
pub(super) struct Call<'a> {
    pub(super) ask: Ask<'a>,
    /// The query, as it was written.
    pub(super) query: Cow<'a, str>,
    /// The documents, as they were written.
    pub(super) documents: Vec<&'a RawValue>,
    /// Most results.
    pub(super) top_n: Option<u64>,
    /// Whether the client wants the documents back; `None` = as the vendor does.
    pub(super) return_documents: Option<bool>,
    /// Which members of documents count.
    rank_fields: Vec<String>,
}

impl<'a> Call<'a> {
    pub(super) fn new(ask: &Ask<'a>) -> Result<Self, Error> {
        let body = ask.body;
        let query = body.str("query").ok_or_else(|| ask.invalid("query", "`query` must be a string"))?;
        let documents = body.raw("documents").and_then(|raw| serde_json::from_slice(raw).ok());
        let documents: Vec<&RawValue> =
            documents.ok_or_else(|| ask.invalid("documents", "`documents` must be a list"))?;
        if documents.is_empty() {
            return Err(ask.invalid("documents", "`documents` must not be an empty list"));
        }
        let fields: Option<Vec<String>> = body.read("rank_fields").and_then(Result::ok);
        Ok(Self {
            ask: *ask,
            query,
            documents,
            top_n: body.u64("top_n").filter(|most| *most > 0),
            return_documents: body.bool("return_documents"),
            rank_fields: fields.unwrap_or_default(),
        })
    }

    /// The texts of the documents, for vendors that take nothing else.
    pub(super) fn texts(&self) -> Result<Vec<String>, Error> {
        self.documents.iter().map(|document| self.text(document)).collect()
    }

    /// A text is itself. Of an object, the ranked members as lines, or its `text`.
    fn text(&self, document: &RawValue) -> Result<String, Error> {
        let wrong = || self.ask.invalid("documents", "documents must be strings or objects with `text`");
        match serde_json::from_str(document.get()).map_err(|_| wrong())? {
            Value::String(text) => Ok(text),
            Value::Object(members) if !self.rank_fields.is_empty() => {
                let named = self.rank_fields.iter().filter_map(|name| Some((name, members.get(name)?)));
                let lines: Vec<String> = named.map(|(name, value)| format!("{name}: {}", plain(value))).collect();
                if lines.is_empty() { Err(wrong()) } else { Ok(lines.join("\n")) }
            }
            Value::Object(members) => members.get("text").and_then(Value::as_str).map(str::to_owned).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }

    /// The client's members that are the vendor's own business.
    pub(super) fn extras(&self) -> RawObject {
        let mut extras = self.ask.body.clone();
        for name in FORM {
            extras.remove(name);
        }
        extras
    }
}

fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

pub(super) fn payload(body: &RawObject) -> Payload {
    Payload { segments: body.to_chunks().into_iter().map(Segment::Bytes).collect() }
}

/// Members of the form.
const FORM: &[&str] = &[
    "model",
    "query",
    "documents",
    "top_n",
    "return_documents",
    "rank_fields",
    "max_chunks_per_doc",
    "max_tokens_per_doc",
    "user",
];
