//! Forms (`multipart/form-data`) of clients. The first byte is the size of the pieces that a form arrives in; its boundary
//! is `b`.

use futures_util::stream;
use serde_json::{Map, Value};
use std::convert::Infallible;
use tianji_gateway::form::{Form, read};

/// What is read does not depend on the pieces, and text fields are an object of texts and lists of texts.
pub fn check(input: &[u8]) {
    let Some((size, body)) = input.split_first() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut forms = [usize::MAX, usize::from(*size).max(1)].map(|size| {
        let pieces: Vec<_> = body.chunks(size).map(|piece| Ok::<_, Infallible>(piece.to_vec().into())).collect();
        runtime.block_on(read(stream::iter(pieces), "b".to_owned(), MOST)).ok().map(|form| told(&form))
    });
    let [whole, pieces] = &mut forms;
    assert_eq!(whole, pieces, "in pieces of {size}");
}

type Told = (Map<String, Value>, Vec<(String, String, Option<String>, Vec<u8>)>);

fn told(form: &Form) -> Told {
    let fields: Map<String, Value> = serde_json::from_slice(&form.fields).expect("an object");
    let texts = |value: &Value| match value {
        Value::Array(list) => list.iter().all(Value::is_string),
        value => value.is_string(),
    };
    assert!(fields.values().all(texts), "{fields:?}");
    let files = form.files.iter().map(|file| {
        let content = file.content.bytes().map(|bytes| bytes.to_vec()).unwrap_or_default();
        assert_eq!(content, file.head);
        (file.field.clone(), file.filename.clone(), file.content_type.clone(), content)
    });
    (fields, files.collect())
}

/// Most bytes of a form.
const MOST: u64 = 2048;
