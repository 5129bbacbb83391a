//! What becomes of native providers' replies, streams and errors on their way to a client of OpenAI's chat:
//! `fixtures/natives/<name>/{whole.json,stream.txt,error.json}` into `told.json`.
//!
//! `TIANJI_WRITE_FIXTURES=1 cargo test -p tianji-providers --test natives` writes the results anew.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tianji_core::DialectId;
use tianji_core::generate::ClientView;
use tianji_dialects::{Fixups, Observed, bridge, dialect};
use tianji_providers::{Catalogue, Provider, Way};
use tianji_wire::{Frame, Splitter, SseSplitter};

/// Folder, provider, model.
const CASES: &[(&str, &str, &str)] = &[
    ("gigachat", "gigachat", "GigaChat-2"),
    ("langgraph", "langgraph", "agent"),
    ("nlp_cloud", "nlp_cloud", "finetuned-llama-3-70b"),
    ("oci", "oci", "meta.llama-3.3-70b-instruct"),
    ("oci_cohere", "oci", "cohere.command-r-plus-08-2024"),
    ("predibase", "predibase", "qwen3-8b"),
    ("sap", "sap", "gpt-4o"),
    ("triton", "triton", "ensemble"),
    ("watsonx", "watsonx", "ibm/granite-3-8b-instruct"),
    ("watsonx_text", "watsonx_text", "ibm/granite-13b"),
];

fn view() -> ClientView {
    ClientView {
        model: "asked".to_owned(),
        minted_id: "chatcmpl-minted".to_owned(),
        created: 1,
        include_usage: true,
        ..ClientView::default()
    }
}

fn whole(provider: &Provider, way: Way, body: Bytes) -> Value {
    let body = provider.edit_reply(way.kind, &view().minted_id, &body).unwrap_or(body);
    let mut seen = Observed::default();
    let told = bridge::response(way.dialect, DialectId::OpenAiChat, &body, &view(), &Fixups::default(), &mut seen);
    serde_json::from_slice(&told.unwrap()).unwrap()
}

/// The stream as the client gets it, if the network cuts it into pieces of this size.
fn stream(provider: &Provider, way: Way, text: &Bytes, size: usize) -> Vec<String> {
    let mut edit = provider.stream_edit(way.kind, &view().minted_id);
    let mut bridge = bridge::stream(way.dialect, DialectId::OpenAiChat, view(), Fixups::default());
    let mut splitter = Splitter::Sse(SseSplitter::default());
    let mut out = BytesMut::new();
    let mut one = |frame: Frame, out: &mut BytesMut| {
        let mut edited = Vec::new();
        match edit.as_deref_mut() {
            Some(edit) => edit.edit(frame, &mut edited),
            None => edited.push(frame),
        }
        edited.iter().for_each(|frame| bridge.frame(frame, out).unwrap());
    };
    for piece in text.chunks(size) {
        splitter.push(Bytes::copy_from_slice(piece));
        while let Some(frame) = splitter.next_frame().unwrap() {
            one(frame, &mut out);
        }
    }
    while let Some(frame) = splitter.finish().unwrap() {
        one(frame, &mut out);
    }
    let mut held = Vec::new();
    if let Some(edit) = edit.as_deref_mut() {
        edit.end(&mut held);
    }
    held.iter().for_each(|frame| bridge.frame(frame, &mut out).unwrap());
    bridge.end(&mut out).unwrap();
    let text = String::from_utf8(out.to_vec()).unwrap();
    text.split("\n\n").filter(|event| !event.is_empty()).map(str::to_owned).collect()
}

#[test]
fn replies_reach_clients_as_written_down() {
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
    let write = std::env::var("TIANJI_WRITE_FIXTURES").is_ok();
    let catalogue = Catalogue::embedded().unwrap();
    for (folder, name, model) in CASES {
        let provider = catalogue.get(name).unwrap();
        let way = *provider.ways(model).first().unwrap();
        let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/natives").join(folder);
        let read = |name: &str| Bytes::from(std::fs::read(folder.join(name)).unwrap());
        let text = read("stream.txt");
        let streamed = stream(provider, way, &text, usize::MAX);
        for size in [1, 7, 64] {
            assert_eq!(stream(provider, way, &text, size), streamed, "{name} in pieces of {size}");
        }
        let error: Value = serde_json::from_slice(&read("error.json")).unwrap();
        let status = u16::try_from(error["status"].as_u64().unwrap()).unwrap();
        let error = dialect(way.dialect).decode_error(status, error["body"].to_string().as_bytes());
        let told = json!({
            "whole": whole(provider, way, read("whole.json")),
            "stream": streamed,
            "error": { "kind": format!("{:?}", error.kind), "status": error.status.as_u16(), "message": error.message },
        });
        let path = folder.join("told.json");
        if write {
            std::fs::write(&path, format!("{told:#}\n")).unwrap();
        }
        let wanted: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(told, wanted, "{name}");
    }
}
