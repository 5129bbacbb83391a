//! What speech, pictures, documents and searches become for each vendor, and what is made of the replies:
//! `fixtures/kinds/<kind>/<vendor>/<case>.json`.
//!
//! A case has the call (`provider`, `kind`, `model`, `body`, `files`, connection), the vendor's `replies`, and what must
//! come of them: `requests`, the reply that is `told` or the `error`, and `losses`. `TIANJI_WRITE_FIXTURES=1 cargo test
//! -p tianji-providers --test kinds_media` writes the latter anew; the difference is then read like code.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Error, Losses, Payload, Reply, Secret, Segment, Spooled, Step, Upload, WireRequest};
use tianji_providers::kinds::{Ask, Errand, Film, Filming, Flow, Names, Relay, Sought, Told};
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind};
use tianji_wire::RawObject;

const KINDS: &[&str] = &["transcription", "speech", "images", "ocr", "search", "video", "invoke"];

#[derive(Deserialize)]
struct Case {
    provider: String,
    kind: EndpointKind,
    model: String,
    body: Value,
    #[serde(default)]
    files: Vec<File>,
    api_base: Option<String>,
    region: Option<String>,
    project: Option<String>,
    /// What is asked about films, and about which one.
    #[serde(default)]
    errand: String,
    #[serde(default)]
    film: Film,
    replies: Vec<Answer>,
}

#[derive(Deserialize)]
struct File {
    field: String,
    filename: String,
    content_type: Option<String>,
    text: String,
    /// On the disk rather than in memory.
    #[serde(default)]
    spooled: bool,
}

#[derive(Deserialize)]
struct Answer {
    json: Option<Value>,
    text: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

#[derive(Debug)]
struct OnDisk(PathBuf);

impl Spooled for OnDisk {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl File {
    fn upload(&self) -> Upload {
        let head = Bytes::from(self.text.clone());
        let file = || Segment::File(Arc::new(OnDisk(PathBuf::from(&self.text))), self.text.len() as u64);
        let content = if self.spooled { Payload { segments: vec![file()] } } else { Payload::from(head.clone()) };
        let content_type = self.content_type.clone();
        Upload { field: self.field.clone(), filename: self.filename.clone(), content_type, content, head }
    }
}

impl Answer {
    fn reply(&self) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in &self.headers {
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        let body = self.json.as_ref().map(ToString::to_string).or_else(|| self.text.clone()).unwrap_or_default();
        Reply { status: StatusCode::OK, headers, body: body.into() }
    }
}

fn payload(payload: &Payload) -> String {
    let piece = |segment: &Segment| match segment {
        Segment::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Segment::File(file, length) => format!("<{length} bytes of {}>", file.path().display()),
    };
    payload.segments.iter().map(piece).collect()
}

fn request(request: &WireRequest) -> Value {
    let mut headers = serde_json::Map::new();
    for (name, value) in &request.headers {
        if name != "user-agent" {
            headers.insert(name.to_string(), json!(value.to_str().unwrap()));
        }
    }
    let text = payload(&request.body);
    let body = serde_json::from_str::<Value>(&text).unwrap_or_else(|_| json!(text.split("\r\n").collect::<Vec<_>>()));
    json!({ "method": request.method.as_str(), "url": request.uri.to_string(), "headers": headers, "body": body })
}

fn refused(error: &Error) -> Value {
    json!({ "kind": format!("{:?}", error.kind), "message": error.message, "param": error.param })
}

/// What becomes of a case, as a JSON object.
fn follow(case: &Case) -> Value {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get(&case.provider).unwrap();
    let key = Secret::new("sk-key".to_owned());
    let params = ConnectionParams {
        api_key: Some(&key),
        api_base: case.api_base.as_deref(),
        region: case.region.as_deref(),
        project: case.project.as_deref(),
        ..ConnectionParams::default()
    };
    let env = |name: &str| (name == "AZURE_SPEECH_REGION").then(|| "westus".to_owned());
    let connection = Connection::new(provider, &params, &env).unwrap();
    let body = RawObject::parse(case.body.to_string().into()).unwrap();
    let files: Vec<Upload> = case.files.iter().map(File::upload).collect();
    let capabilities = Capabilities::default();
    let budgets = EffortBudgets { minimal: 1, low: 2, medium: 3, high: 4, xhigh: 5, max: 6 };
    let target = Target {
        provider: &provider.name,
        model: &case.model,
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let names = Names::new(|film| Some(format!("named {}", json!(film))));
    let ask = Ask {
        provider,
        connection: &connection,
        target,
        kind: case.kind,
        body: &body,
        files: &files,
        model: "group",
        stream: body.bool("stream") == Some(true),
        unique: "b0undary",
        now: 1_700_000_000,
        filming: Some(Filming { errand: errand(&case.errand), film: &case.film, id: "video_of_client", names: &names }),
    };
    let mut losses = Losses::default();
    let translator = provider.translator(case.kind, &case.model).unwrap();
    let begun = translator.begin(&ask, &mut losses);
    let mut out = match begun {
        Ok(Flow::Relay(relay)) => json!({ "requests": [request(&relay.request)], "passed_on": relay.usage }),
        Ok(Flow::Converse(mut exchange)) => drive(exchange.as_mut(), &case.replies, |told| shown(&told)),
        Ok(Flow::Seek(mut exchange)) => drive(exchange.as_mut(), &case.replies, |sought| match sought {
            Sought::Whole(told) => shown(&told),
            Sought::PassedOn(Relay { request: last, foreign, .. }) => {
                json!({ "passed_on": request(&last), "foreign": foreign })
            }
        }),
        Err(error) => json!({ "error": refused(&error) }),
    };
    let losses: Vec<String> =
        losses.iter().map(|loss| format!("{:?} {}: {}", loss.class, loss.path, loss.reason)).collect();
    if !losses.is_empty() {
        out.as_object_mut().unwrap().insert("losses".to_owned(), json!(losses));
    }
    out
}

fn errand(name: &str) -> Errand {
    match name {
        "" | "create" => Errand::Create,
        "status" => Errand::Status,
        "content" => Errand::Content,
        "remix" => Errand::Remix,
        "delete" => Errand::Delete,
        "list" => Errand::List,
        other => panic!("no errand {other}"),
    }
}

fn shown(told: &Told) -> Value {
    let text = String::from_utf8_lossy(&told.body).into_owned();
    let body = serde_json::from_slice::<Value>(&told.body).unwrap_or_else(|_| json!(text));
    json!({
        "content_type": told.content_type, "body": body, "usage": told.usage, "id": told.id,
        "resolution": told.resolution,
    })
}

fn drive<T>(
    exchange: &mut dyn tianji_core::Exchange<Output = T>,
    replies: &[Answer],
    show: impl Fn(T) -> Value,
) -> Value {
    let (mut requests, mut reply, mut replies) = (Vec::new(), None, replies.iter());
    loop {
        match exchange.next(reply.take()) {
            Step::Send(sent) => requests.push(request(&sent)),
            Step::Wait(_, sent) => requests.push(request(&sent)),
            // The path of a spooled file is what stands in it.
            Step::Read(path) => {
                let body = Bytes::from(path.display().to_string());
                reply = Some(Reply { status: StatusCode::OK, headers: HeaderMap::new(), body });
                continue;
            }
            Step::Fail(error) => return json!({ "requests": requests, "error": refused(&error) }),
            Step::Done(told) => {
                assert!(replies.next().is_none(), "a reply was not asked for");
                return json!({ "requests": requests, "told": show(told) });
            }
        }
        reply = Some(replies.next().unwrap_or_else(|| panic!("no reply to {}", requests.last().unwrap())).reply());
    }
}

fn cases(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases(&path, out);
        } else {
            out.push(path);
        }
    }
}

#[test]
fn calls_and_replies_are_put_into_each_others_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/kinds");
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
    let write = std::env::var_os("TIANJI_WRITE_FIXTURES").is_some();
    let mut files = Vec::new();
    for kind in KINDS {
        cases(&root.join(kind), &mut files);
    }
    assert!(files.len() > 30, "the fixtures are there");
    let mut wrong = Vec::new();
    for file in files {
        let mut whole: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let case: Case =
            serde_json::from_value(whole.clone()).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
        let got = follow(&case);
        let want = whole.get("expected").cloned().unwrap_or_default();
        if write {
            whole.as_object_mut().unwrap().insert("expected".to_owned(), got);
            std::fs::write(&file, format!("{whole:#}\n")).unwrap();
        } else if got != want {
            wrong.push(format!("{}:\n{got:#}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
