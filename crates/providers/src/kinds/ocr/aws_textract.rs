//! Amazon Textract (AWS, "Amazon Textract API Reference": `DetectDocumentText`): a picture or a document of one page goes
//! along in the call; lines come back. Longer documents have to lie in S3, from where they are not read here.

use super::super::compat::malformed;
use super::super::given::{base64, json, parsed};
use super::super::{Ask, Flow, Link, Told, Translator};
use super::mistral::members;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tianji_core::{Counters, Error, Losses, Payload, Reply, Usage};

#[derive(Debug)]
pub(super) struct AwsTextract;

impl Translator for AwsTextract {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.refuse(UNKNOWN, losses);
        let mut request = ask.request(Payload::default())?;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        request.headers.insert("x-amz-target", HeaderValue::from_static("Textract.DetectDocumentText"));
        let model = ask.model.to_owned();
        let file = ask.file("file").or_else(|| ask.file("document")).cloned();
        let data = if file.is_none() { Some(data(ask)?) } else { None };
        let files: Vec<_> = file.into_iter().collect();
        Ok(Flow::chain(Link::with_files(&files, move |contents| {
            let uploaded = contents.first().map(|content| base64(content));
            let bytes = uploaded.or(data).ok_or_else(malformed)?;
            request.body = json(&json!({ "Document": { "Bytes": bytes } }))?;
            Ok(Link::last(request, move |reply| told(&reply, &model)))
        })?))
    }
}

/// The document of a call as base64.
fn data(ask: &Ask<'_>) -> Result<String, Error> {
    let document = members(ask).remove("document").ok_or_else(|| ask.missing("document"))?;
    let given = ["document_url", "image_url", "file"].into_iter().find_map(|name| document.get(name));
    let given = given.and_then(|given| given.as_str().or_else(|| given.get("url")?.as_str()));
    let given = given.ok_or_else(|| ask.missing("document"))?;
    if given.starts_with("http://") || given.starts_with("https://") {
        return Err(ask.invalid("document", "The provider fetches no documents: send the document itself."));
    }
    let held = given.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    Ok(held.map_or(given, |(_, data)| data).to_owned())
}

fn told(reply: &Reply, model: &str) -> Result<Told, Error> {
    let answer: Answer = parsed(reply)?;
    let mut pages: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for block in answer.blocks {
        let lines = pages.entry(block.page.unwrap_or(1).max(1) - 1).or_default();
        if block.kind == "LINE" {
            lines.extend(block.text);
        }
    }
    let count = answer.metadata.pages.max(pages.len() as u64);
    let pages: Vec<Value> = pages
        .into_iter()
        .map(|(index, lines)| json!({ "index": index, "markdown": lines.join("\n"), "images": [], "dimensions": null }))
        .collect();
    let body = json!({
        "object": "ocr", "model": model, "pages": pages,
        "usage_info": { "pages_processed": count, "doc_size_bytes": null },
    });
    let usage = Usage { counters: Counters { pages: count, ..Counters::default() }, ..Usage::default() };
    Ok(Told::json(body.to_string(), reply.headers.clone(), Some(usage)))
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "DocumentMetadata", default)]
    metadata: Metadata,
    #[serde(rename = "Blocks", default)]
    blocks: Vec<Block>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(rename = "Pages", default)]
    pages: u64,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "BlockType", default)]
    kind: String,
    #[serde(rename = "Text")]
    text: Option<String>,
    #[serde(rename = "Page")]
    page: Option<u64>,
}

/// Members of the client's form without a counterpart.
const UNKNOWN: &[&str] = &[
    "pages",
    "include_image_base64",
    "image_limit",
    "image_min_size",
    "bbox_annotation_format",
    "document_annotation_format",
    "table_format",
];
