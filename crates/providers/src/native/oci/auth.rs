//! Signatures over date, target, host and body (Oracle Cloud Infrastructure, "Request Signatures").

use crate::connection::Connection;
use crate::rsa::signature;
use crate::sign::{Unsigned, wrong_kind};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use tianji_core::{Credential, Error, Kind};

pub(super) fn sign(_: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let Credential::Rsa { key_id, private_key } = credential else { return Err(wrong_kind()) };
    let mut hash = Sha256::new();
    request.body.iter().for_each(|slice| hash.update(slice));
    let length: usize = request.body.iter().map(bytes::Bytes::len).sum();
    let path = request.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let kind = HeaderValue::from_static("application/json");
    let kind = request.headers.entry(CONTENT_TYPE).or_insert(kind).to_str().unwrap_or_default().to_owned();
    let date = jiff::Timestamp::from_microsecond(request.now.0).ok();
    let date = date.and_then(|time| jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok());
    let signed = [
        ("date", date.ok_or_else(|| failed("the clock is out of range"))?),
        ("(request-target)", format!("{} {path}", request.method.as_str().to_ascii_lowercase())),
        ("host", request.uri.authority().map(ToString::to_string).unwrap_or_default()),
        ("content-length", length.to_string()),
        ("content-type", kind),
        ("x-content-sha256", BASE64_STANDARD.encode(hash.finalize())),
    ];
    let text: Vec<String> = signed.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let proof = signature(&text.join("\n"), private_key);
    let proof = proof.ok_or_else(|| failed("the private key is no RSA key in PEM without a passphrase"))?;
    let value = format!(
        r#"Signature version="1",headers="{}",keyId="{key_id}",algorithm="rsa-sha256",signature="{}""#,
        names.join(" "),
        BASE64_STANDARD.encode(proof)
    );
    for (name, value) in signed {
        let sent = match name {
            "date" => DATE,
            "content-length" => CONTENT_LENGTH,
            "x-content-sha256" => DIGEST,
            // The target is the request itself; the host is sent by the connection, the media type is there.
            _ => continue,
        };
        request.headers.insert(sent, HeaderValue::try_from(value).map_err(|_| unsendable())?);
    }
    let mut value = HeaderValue::try_from(value).map_err(|_| unsendable())?;
    value.set_sensitive(true);
    request.headers.insert(AUTHORIZATION, value);
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::gateway(Kind::Authentication, format!("the request to Oracle could not be signed: {why}"))
}

fn unsendable() -> Error {
    failed("a part of the signature cannot be sent in a header")
}

const DIGEST: HeaderName = HeaderName::from_static("x-content-sha256");
