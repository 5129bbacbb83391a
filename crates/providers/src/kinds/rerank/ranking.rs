//! The reply: results by score, most relevant first.

use super::call::Call;
use crate::kinds::Told;
use crate::kinds::compat::malformed;
use http::HeaderMap;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tianji_core::{Counters, Error, Exchange, Reply, Step, Usage, WireRequest};

/// What a vendor made of the documents.
#[derive(Default)]
pub(super) struct Ranking {
    /// The vendor's id of the reply.
    pub(super) id: Option<String>,
    /// Results in any order.
    pub(super) results: Vec<Scored>,
    /// What was consumed.
    pub(super) spent: Spent,
}

/// A document's score.
#[derive(Serialize)]
pub(super) struct Scored {
    /// Which document of the request.
    pub(super) index: usize,
    /// How relevant it is.
    pub(super) relevance_score: f64,
    /// The vendor's score before it was made comparable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logit: Option<f64>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<Value>,
}

impl Scored {
    pub(super) const fn new(index: usize, score: f64) -> Self {
        Self { index, relevance_score: score, logit: None, document: None }
    }
}

/// What was consumed, by the vendor's own measure.
#[derive(Default)]
pub(super) enum Spent {
    /// Nothing is told.
    #[default]
    Unknown,
    /// Tokens, read ones apart where the vendor tells.
    Tokens { total: u64, input: Option<u64>, output: Option<u64> },
    /// Searches of up to a hundred documents each (AWS, "Amazon Bedrock pricing"; Google Cloud, "Vertex AI Search pricing").
    Searches,
    /// `meta` of Cohere's form, as it came.
    Meta(Value),
}

impl Spent {
    /// Tokens of which all were read.
    pub(super) const fn read(tokens: Option<u64>) -> Self {
        match tokens {
            Some(total) => Self::Tokens { total, input: Some(total), output: None },
            None => Self::Unknown,
        }
    }

    fn meta(&self, documents: usize) -> Value {
        match self {
            Self::Unknown => json!({}),
            Self::Meta(meta) => meta.clone(),
            Self::Searches => json!({ "billed_units": { "search_units": searches(documents) } }),
            Self::Tokens { total, input, output } => {
                let mut tokens = serde_json::Map::new();
                tokens.extend(input.map(|count| ("input_tokens".to_owned(), count.into())));
                tokens.extend(output.map(|count| ("output_tokens".to_owned(), count.into())));
                json!({ "billed_units": { "total_tokens": total }, "tokens": tokens })
            }
        }
    }

    fn usage(&self, documents: usize) -> Option<Usage> {
        let searched = |count| {
            let counters = Counters { search_units: count, ..Counters::default() };
            Usage { counters, ..Usage::default() }
        };
        match self {
            Self::Unknown => None,
            Self::Tokens { total, .. } => Some(Usage::of_text(*total, 0)),
            Self::Searches => Some(searched(searches(documents))),
            Self::Meta(meta) => {
                let count = |path: &str| meta.pointer(path).and_then(Value::as_f64).map(|count| count as u64);
                let units = count("/billed_units/search_units").map(searched);
                let tokens = count("/billed_units/total_tokens").or_else(|| count("/tokens/input_tokens"));
                match (units, tokens) {
                    (Some(units), tokens) => Some(Usage { in_text: tokens.unwrap_or(0), ..units }),
                    (None, tokens) => tokens.map(|tokens| Usage::of_text(tokens, 0)),
                }
            }
        }
    }
}

const fn searches(documents: usize) -> u64 {
    documents.div_ceil(DOCUMENTS_A_SEARCH) as u64
}

/// One request and the reply that is put in order.
pub(super) struct Ranked {
    request: Option<WireRequest>,
    read: fn(&Reply) -> Result<Ranking, Error>,
    id: String,
    top_n: Option<u64>,
    return_documents: Option<bool>,
    /// The client's documents; empty if they are not to be shown.
    documents: Vec<Value>,
    count: usize,
}

impl Ranked {
    pub(super) fn new(
        request: WireRequest,
        read: fn(&Reply) -> Result<Ranking, Error>,
        call: &Call<'_>,
    ) -> Result<Self, Error> {
        let wanted = if call.return_documents == Some(true) { call.documents.as_slice() } else { &[] };
        let documents: Result<Vec<Value>, _> = wanted.iter().map(|raw| serde_json::from_str(raw.get())).collect();
        Ok(Self {
            request: Some(request),
            read,
            id: call.ask.unique.to_owned(),
            top_n: call.top_n,
            return_documents: call.return_documents,
            documents: documents
                .map_err(|cause| call.ask.invalid("documents", "`documents` cannot be read").with_source(cause))?,
            count: call.documents.len(),
        })
    }

    fn finish(&mut self, reply: Reply) -> Result<Told, Error> {
        let Ranking { id, mut results, spent } = (self.read)(&reply)?;
        if results.iter().any(|result| result.index >= self.count) {
            return Err(malformed());
        }
        results.sort_by(|one, other| other.relevance_score.total_cmp(&one.relevance_score));
        results.truncate(self.top_n.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX));
        for result in &mut results {
            let own = self.documents.get_mut(result.index).map(Value::take);
            let document = if self.return_documents == Some(false) { None } else { own.or(result.document.take()) };
            result.document = document.map(in_form);
        }
        let id = id.unwrap_or_else(|| std::mem::take(&mut self.id));
        let told = json!({ "id": id, "results": results, "meta": spent.meta(self.count) });
        let headers: HeaderMap = reply.headers;
        Ok(Told { id: Some(id), ..Told::json(told.to_string(), headers, spent.usage(self.count)) })
    }
}

impl Exchange for Ranked {
    type Output = Told;

    fn next(&mut self, reply: Option<Reply>) -> Step<Told> {
        match (self.request.take(), reply) {
            (Some(request), _) => Step::Send(request),
            (None, Some(reply)) => self.finish(reply).map_or_else(Step::Fail, Step::Done),
            (None, None) => Step::Fail(malformed()),
        }
    }
}

/// A document of the form is an object.
fn in_form(document: Value) -> Value {
    if document.is_object() { document } else { json!({ "text": document }) }
}

/// A number with all its digits.
pub(super) fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let raw = <&'de RawValue>::deserialize(deserializer)?;
    raw.get().parse().map_err(serde::de::Error::custom)
}

/// Reads a reply's body.
pub(super) fn parsed<'a, T: Deserialize<'a>>(reply: &'a Reply) -> Result<T, Error> {
    serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))
}

/// What one search may look at.
const DOCUMENTS_A_SEARCH: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_of_any_measure() {
        let of = |meta| Spent::Meta(meta).usage(1);
        let searches = of(json!({ "billed_units": { "search_units": 2.0 } }));
        assert_eq!(searches.map(|usage| usage.counters.search_units), Some(2));
        let tokens = of(json!({ "billed_units": { "total_tokens": 9 } }));
        assert_eq!(tokens.map(|usage| usage.in_text), Some(9));
        assert_eq!(of(json!({})), None);
        assert_eq!(Spent::Searches.usage(101).map(|usage| usage.counters.search_units), Some(2));
        assert_eq!(Spent::read(None).usage(1), None);
    }
}
