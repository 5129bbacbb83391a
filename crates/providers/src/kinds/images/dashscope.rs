//! Alibaba Cloud Model Studio (Model Studio, "Qwen-Image API reference", "Wan text-to-image API reference"): newer models
//! answer at once, older ones take an order and are asked for it. None of it is below the compatible endpoint.

use super::super::compat::malformed;
use super::super::given::{json, parsed, segment};
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, prompt, size};
use bytes::Bytes;
use http::{HeaderValue, Uri};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tianji_core::{Error, Kind, Losses, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct DashScope;

impl Translator for DashScope {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "output_format"], losses);
        let wanted = Wanted::of(ask);
        let base = ask.connection.base.as_str();
        let root = format!("{}/api/v1", base.strip_suffix(COMPATIBLE).unwrap_or(base));
        if ORDERED.iter().any(|family| ask.target.model.starts_with(family)) {
            return ordered(ask, &root, wanted);
        }
        let (input, parameters) = told_apart(ask);
        let content = json!([{ "text": prompt(ask)? }]);
        let mut input = Value::from(input);
        if let Some(members) = input.as_object_mut() {
            members.insert("messages".to_owned(), json!([{ "role": "user", "content": content }]));
        }
        let body = json(&json!({ "model": ask.target.model, "input": input, "parameters": parameters }))?;
        let url = format!("{root}/services/aigc/multimodal-generation/generation");
        Ok(Flow::chain(Link::send(ask.request_to(&url, body)?, move |reply| {
            let told: Answer = parsed(&reply)?;
            let choices = told.output.choices.unwrap_or_default().into_iter();
            let list = choices.flat_map(|choice| choice.message.content).filter_map(|part| part.image);
            let list = list.map(Picture::at).collect();
            wanted.finish(Pictures { list, usage: None, id: told.request_id }, reply.headers)
        })))
    }
}

/// An order, then questions until it is done.
fn ordered(ask: &Ask<'_>, root: &str, wanted: Wanted) -> Result<Flow, Error> {
    let (mut input, parameters) = told_apart(ask);
    input.insert("prompt".to_owned(), prompt(ask)?.into());
    let mut order = ask.request_to(&format!("{root}/services/aigc/text2image/image-synthesis"), Bytes::new())?;
    order.headers.insert("x-dashscope-async", HeaderValue::from_static("enable"));
    order.body = json(&json!({ "model": ask.target.model, "input": input, "parameters": parameters }))?;
    let question = ask.get(root)?;
    let root = root.to_owned();
    Ok(Flow::chain(Link::send(order, move |reply| {
        let id = parsed::<Answer>(&reply)?.output.task_id.ok_or_else(malformed)?;
        let uri: Uri = format!("{root}/tasks/{}", segment(&id)).parse().map_err(|_| malformed())?;
        Ok(Link::poll(WireRequest { uri, ..question }, move |reply| finished(reply, &wanted)))
    })))
}

fn finished(reply: &Reply, wanted: &Wanted) -> Result<Option<Link>, Error> {
    let told: Answer = parsed(reply)?;
    match told.output.task_status.as_deref() {
        Some("SUCCEEDED") => {
            let list = told.output.results.into_iter().filter_map(|result| result.url).map(Picture::at).collect();
            let pictures = Pictures { list, usage: None, id: told.request_id };
            wanted.clone().finish(pictures, reply.headers.clone()).map(Some)
        }
        Some("FAILED" | "CANCELED" | "UNKNOWN") => {
            let moderated = told.output.code.is_some_and(|code| code.contains("DataInspection"));
            let kind = if moderated { Kind::ContentPolicy } else { Kind::InternalServer };
            Err(Error::provider(kind, told.output.message.unwrap_or_else(|| "no picture was made".to_owned())))
        }
        _ => Ok(None),
    }
}

/// What is to be seen, and how it is made.
fn told_apart(ask: &Ask<'_>) -> (Map<String, Value>, Map<String, Value>) {
    let (mut input, mut parameters) = (Map::new(), Map::new());
    let apart =
        ask.target.model.starts_with("wan") || ORDERED.iter().any(|family| ask.target.model.starts_with(family));
    for (name, value) in ask.extras(KNOWN) {
        let of_input = OF_INPUT.contains(&name.as_str()) && apart;
        if of_input { &mut input } else { &mut parameters }.insert(name, value);
    }
    if let Some(n) = ask.whole("n") {
        parameters.entry("n").or_insert(n.into());
    }
    if let Some((width, height)) = ask.text("size").as_deref().and_then(size::pixels) {
        parameters.entry("size").or_insert(format!("{width}*{height}").into());
    }
    (input, parameters)
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    output: Output,
    request_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Output {
    task_id: Option<String>,
    task_status: Option<String>,
    code: Option<String>,
    message: Option<String>,
    results: Vec<Finished>,
    choices: Option<Vec<Choice>>,
}

/// One picture of an order, or why there is none.
#[derive(Deserialize)]
struct Finished {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    image: Option<String>,
}

/// The end of a base that stands for the compatible endpoint.
const COMPATIBLE: &str = "/compatible-mode/v1";
/// How names of models begin that take orders.
const ORDERED: &[&str] = &["wanx", "wan2.1", "wan2.2", "wan2.5", "flux", "stable-diffusion"];
/// Members that say what is to be seen.
const OF_INPUT: &[&str] = &["negative_prompt", "ref_img"];
