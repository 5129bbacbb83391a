//! Writing `multipart/form-data` (RFC 7578) of text fields and files that stay where they are.

use bytes::Bytes;
use http::HeaderValue;
use tianji_core::{Payload, Upload};

/// A form and its content type. `boundary` must occur in no part.
pub fn multipart(fields: &[(String, Bytes)], files: &[(String, &Upload)], boundary: &str) -> (Payload, HeaderValue) {
    let mut body = Payload::default();
    for (name, value) in fields {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name));
        body.push(head);
        body.push(value.clone());
        body.push("\r\n");
    }
    for (name, file) in files {
        let kind = file.content_type.as_deref().filter(|kind| kind.bytes().all(|byte| byte >= b' '));
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(name),
            quoted(&file.filename),
            kind.unwrap_or("application/octet-stream"),
        );
        body.push(head);
        body.segments.extend(file.content.segments.iter().cloned());
        body.push("\r\n");
    }
    body.push(format!("--{boundary}--\r\n"));
    let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
    (body, kind.unwrap_or(HeaderValue::from_static("multipart/form-data")))
}

/// Quotes and line ends as browsers escape them (WHATWG HTML, "Multipart form data").
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
