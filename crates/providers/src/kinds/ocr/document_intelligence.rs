//! Azure Document Intelligence (Microsoft Learn, "Document Models - Analyze Document"): an order, then questions.

use super::super::compat::malformed;
use super::super::given::{base64, json, same_site};
use super::super::{Ask, Flow, Link, Told, Translator};
use super::mistral::members;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::{Counters, Error, Kind, Losses, Payload, Reply, Usage, WireRequest};

#[derive(Debug)]
pub(super) struct DocumentIntelligence;

impl Translator for DocumentIntelligence {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.refuse(UNKNOWN, losses);
        let url = url(ask);
        let mut order = keyed(ask, ask.request_to(&url, Payload::default())?)?;
        let question = keyed(ask, ask.get(&url)?)?;
        let model = ask.model.to_owned();
        let body = members(ask);
        let file = ask.file("file").or_else(|| ask.file("document")).cloned();
        let source = body.get("document").and_then(source);
        if source.is_none() && file.is_none() {
            return Err(ask.missing("document"));
        }
        let files: Vec<_> = file.into_iter().collect();
        Ok(Flow::chain(Link::with_files(&files, move |contents| {
            let uploaded = contents.first().map(|content| json!({ "base64Source": base64(content) }));
            order.body = json(&uploaded.or(source))?;
            Ok(Link::send(order, move |reply| poll(&reply, &url, question, model)))
        })?))
    }
}

fn url(ask: &Ask<'_>) -> String {
    let model = ask.target.model.rsplit('/').next().unwrap_or(ask.target.model);
    let version = ask.text("api_version").unwrap_or_else(|| VERSION.to_owned());
    let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let mut url = format!(
        "{}/documentintelligence/documentModels/{}:analyze?api-version={}&outputContentFormat=markdown&stringIndexType=unicodeCodePoint",
        ask.connection.base,
        encoded(model),
        encoded(&version),
    );
    // Clients count pages from 0, the vendor from 1.
    let pages = members(ask).get("pages").and_then(|pages| serde_json::from_value::<Vec<u64>>(pages.clone()).ok());
    if let Some(pages) = pages.filter(|pages| !pages.is_empty()) {
        let pages: Vec<String> = pages.iter().map(|page| page.saturating_add(1).to_string()).collect();
        url.push_str(&format!("&pages={}", pages.join(",")));
    }
    url
}

/// The key stands in a header of its own.
fn keyed(ask: &Ask<'_>, mut request: WireRequest) -> Result<WireRequest, Error> {
    if let Some(key) = &ask.connection.key {
        let value = HeaderValue::try_from(key.expose());
        let mut value =
            value.map_err(|_| Error::gateway(Kind::Authentication, "the key cannot be sent in a header"))?;
        value.set_sensitive(true);
        request.headers.remove(AUTHORIZATION);
        request.headers.remove("api-key");
        request.headers.insert("ocp-apim-subscription-key", value);
    }
    Ok(request)
}

/// A document of the client's form: an address, or a URL that holds it.
fn source(document: &Value) -> Option<Value> {
    let given = ["document_url", "image_url", "file"].into_iter().find_map(|name| document.get(name));
    let url = given.and_then(|given| given.as_str().or_else(|| given.get("url")?.as_str()))?;
    if let Some((_, data)) = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        return Some(json!({ "base64Source": data }));
    }
    Some(if url.contains("://") { json!({ "urlSource": url }) } else { json!({ "base64Source": url }) })
}

fn poll(reply: &Reply, url: &str, question: WireRequest, model: String) -> Result<Link, Error> {
    let place = reply.headers.get("operation-location").and_then(|place| place.to_str().ok()).ok_or_else(malformed)?;
    if !same_site(url, place) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a result is not its own"));
    }
    let uri: Uri = place.parse().map_err(|_| malformed())?;
    Ok(Link::poll(WireRequest { uri, ..question }, move |reply| {
        let told: Operation = serde_json::from_slice(&reply.body).map_err(|cause| malformed().with_source(cause))?;
        match (told.status.as_str(), told.analyze_result) {
            ("succeeded", Some(result)) => {
                let usage = Counters { pages: result.pages.len() as u64, ..Counters::default() };
                let usage = Usage { counters: usage, ..Usage::default() };
                let body = body(&result, &model).to_string();
                Ok(Some(Link::Done(Box::new(Told::json(body, reply.headers.clone(), Some(usage))))))
            }
            ("failed" | "canceled", _) => {
                let words = told.error.and_then(|error| error.message);
                Err(Error::provider(Kind::BadRequest, words.unwrap_or_else(|| "the document could not be read".into())))
            }
            ("succeeded", None) => Err(malformed()),
            _ => Ok(None),
        }
    }))
}

fn body(result: &Analysis, model: &str) -> Value {
    let content: Vec<char> = result.content.chars().collect();
    let pages: Vec<Value> = result.pages.iter().enumerate().map(|(at, page)| of_page(at, page, &content)).collect();
    json!({
        "object": "ocr", "model": model, "pages": pages,
        "usage_info": { "pages_processed": result.pages.len(), "doc_size_bytes": null },
    })
}

fn of_page(at: usize, page: &Page, content: &[char]) -> Value {
    let piece = |span: &Span| content.iter().skip(span.offset).take(span.length).collect::<String>();
    let markdown: String = page.spans.iter().map(piece).collect();
    // Pages of PDF files are measured in inches.
    let scale = if page.unit.as_deref() == Some("inch") { DPI } else { 1.0 };
    let pixels = |length: f64| (length * scale).round() as u64;
    json!({
        "index": page.page_number.map_or(at, |number| number.saturating_sub(1)), "markdown": markdown, "images": [],
        "dimensions": { "dpi": DPI as u64, "width": pixels(page.width), "height": pixels(page.height) },
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: String,
    analyze_result: Option<Analysis>,
    error: Option<Words>,
}

#[derive(Deserialize)]
struct Words {
    message: Option<String>,
}

#[derive(Deserialize)]
struct Analysis {
    #[serde(default)]
    content: String,
    #[serde(default)]
    pages: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_number: Option<usize>,
    #[serde(default)]
    width: f64,
    #[serde(default)]
    height: f64,
    unit: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    offset: usize,
    length: usize,
}

/// Members of the client's form without a counterpart.
const UNKNOWN: &[&str] = &[
    "include_image_base64",
    "image_limit",
    "image_min_size",
    "bbox_annotation_format",
    "document_annotation_format",
    "table_format",
];
/// The version of the API whose replies are read here.
const VERSION: &str = "2024-11-30";
/// Pixels an inch.
const DPI: f64 = 96.0;
/// All but the unreserved characters (RFC 3986, section 2.3).
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
