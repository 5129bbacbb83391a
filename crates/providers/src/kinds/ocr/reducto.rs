//! Reducto (Reducto, "Parse"; `reductoai` SDK): files are uploaded first; what is read comes in blocks that say their
//! page.

use super::super::given::{from_base64, json, parsed};
use super::super::google::sniffed;
use super::super::{Ask, Flow, Link, Told, Translator, multipart};
use super::mistral::members;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tianji_core::{Counters, Error, Kind, Losses, Payload, Reply, Upload, Usage, WireRequest};

#[derive(Debug)]
pub(super) struct Reducto;

impl Translator for Reducto {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.refuse(UNKNOWN, losses);
        let parse = ask.request_to(&format!("{}/parse", ask.connection.base), Payload::default())?;
        let (order, model) = (order_of(ask), ask.model.to_owned());
        let finish = move |input: Value| {
            let mut parse = parse;
            let mut order = order;
            order.insert("input".to_owned(), input);
            parse.body = json(&order)?;
            Ok(Link::last(parse, move |reply| told(&reply, &model)))
        };
        if let Some(file) = ask.file("file").or_else(|| ask.file("document")) {
            return Ok(Flow::chain(uploaded(ask, file, finish)?));
        }
        let document = members(ask).remove("document").ok_or_else(|| ask.missing("document"))?;
        let given = ["document_url", "image_url", "file"].into_iter().find_map(|name| document.get(name));
        let given = given.and_then(|given| given.as_str().or_else(|| given.get("url")?.as_str()));
        let given = given.ok_or_else(|| ask.missing("document"))?;
        let data = given.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).map(|(_, data)| data);
        if data.is_none() && given.contains("://") {
            return Ok(Flow::chain(finish(given.into())?));
        }
        let content = from_base64(data.unwrap_or(given))
            .map_err(|_| ask.invalid("document", "The document is neither an address nor base64."))?;
        let file = Upload {
            field: "file".to_owned(),
            filename: "document".to_owned(),
            content_type: sniffed(&content).map(str::to_owned),
            head: content.clone(),
            content: content.into(),
        };
        Ok(Flow::chain(uploaded(ask, &file, finish)?))
    }
}

/// The vendor's own members, and the pages that are asked for: it counts them from 1.
fn order_of(ask: &Ask<'_>) -> Map<String, Value> {
    let mut order = members(ask);
    for name in KNOWN.iter().chain(UNKNOWN) {
        order.remove(*name);
    }
    let pages: Option<Vec<u64>> = ask.value("pages").and_then(|pages| serde_json::from_value(pages).ok());
    if let Some(pages) = pages.filter(|pages| !pages.is_empty()) {
        let pages: Vec<u64> = pages.into_iter().map(|page| page.saturating_add(1)).collect();
        order.entry("settings").or_insert_with(|| json!({ "page_range": pages }));
    }
    order
}

fn uploaded(
    ask: &Ask<'_>,
    file: &Upload,
    finish: impl FnOnce(Value) -> Result<Link, Error> + Send + 'static,
) -> Result<Link, Error> {
    let (form, kind) = multipart(&[], &[("file".to_owned(), file)], ask.unique);
    let mut request: WireRequest = ask.request_to(&format!("{}/upload", ask.connection.base), form)?;
    request.headers.insert(CONTENT_TYPE, kind);
    Ok(Link::send(request, move |reply| finish(parsed::<Uploaded>(&reply)?.file_id.into())))
}

fn told(reply: &Reply, model: &str) -> Result<Told, Error> {
    let answer: Answer = parsed(reply)?;
    let chunks = answer.result.chunks.ok_or_else(|| {
        // A document too long for one reply lies at an address that is not read here.
        Error::provider(Kind::PayloadTooLarge, "the document is too long: ask for fewer pages")
    })?;
    let mut pages: BTreeMap<u64, String> = BTreeMap::new();
    for block in chunks.iter().flat_map(|chunk| &chunk.blocks) {
        let page = pages.entry(block.bbox.page.max(1) - 1).or_default();
        if !page.is_empty() {
            page.push_str("\n\n");
        }
        page.push_str(&block.content);
    }
    let count = answer.usage.num_pages.max(pages.len() as u64);
    let pages: Vec<Value> = pages
        .into_iter()
        .map(|(index, markdown)| json!({ "index": index, "markdown": markdown, "images": [], "dimensions": null }))
        .collect();
    let body = json!({
        "object": "ocr", "model": model, "pages": pages,
        "usage_info": { "pages_processed": count, "doc_size_bytes": null },
    });
    let credits = answer.usage.credits.filter(|credits| credits.is_finite() && *credits >= 0.0).unwrap_or(0.0);
    let milli_credits = (credits * 1000.0).round() as u64;
    let usage = Usage { counters: Counters { pages: count, milli_credits, ..Counters::default() }, ..Usage::default() };
    Ok(Told { id: answer.job_id, ..Told::json(body.to_string(), reply.headers.clone(), Some(usage)) })
}

#[derive(Deserialize)]
struct Uploaded {
    file_id: String,
}

#[derive(Deserialize)]
struct Answer {
    job_id: Option<String>,
    result: Parsed,
    #[serde(default)]
    usage: Used,
}

/// What was read, unless it lies elsewhere.
#[derive(Deserialize)]
struct Parsed {
    chunks: Option<Vec<Chunk>>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
struct Block {
    bbox: Place,
    content: String,
}

/// Pages are counted from 1.
#[derive(Deserialize)]
struct Place {
    page: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Used {
    num_pages: u64,
    credits: Option<f64>,
}

/// Members of the client's form that become others.
const KNOWN: &[&str] = &["document", "pages", "model", "user", "file"];
/// Members of the client's form without a counterpart.
const UNKNOWN: &[&str] = &[
    "include_image_base64",
    "image_limit",
    "image_min_size",
    "bbox_annotation_format",
    "document_annotation_format",
    "table_format",
];
