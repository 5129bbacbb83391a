//! The canonical request: the one form of a request over which both sides compute the signature.

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use std::borrow::Cow;

/// The canonical request, and the names of the signed headers, joined by `;`.
pub(super) fn request(
    method: &Method,
    uri: &Uri,
    host: &[u8],
    headers: &HeaderMap,
    payload_hash: &str,
) -> (Vec<u8>, String) {
    let mut signed: Vec<(&str, Vec<u8>)> = vec![(HOST.as_str(), trimmed(host))];
    for name in headers.keys().filter(|name| is_signed(name.as_str())) {
        let values: Vec<Vec<u8>> = headers.get_all(name).iter().map(|value| trimmed(value.as_bytes())).collect();
        signed.push((name.as_str(), values.join(&b',')));
    }
    signed.sort_unstable();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let mut out = format!("{method}\n{}\n{}\n", path(uri.path()), query(uri.query().unwrap_or_default())).into_bytes();
    for (name, value) in signed {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(&value);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("\n{names}\n{payload_hash}").as_bytes());
    (out, names)
}

fn is_signed(name: &str) -> bool {
    name == CONTENT_TYPE.as_str() || name.starts_with("x-amz-")
}

/// A header's value without blanks around it, and with one blank for several.
fn trimmed(value: &[u8]) -> Vec<u8> {
    let words = value.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    words.collect::<Vec<&[u8]>>().join(&b' ')
}

/// The path without `.`, `..` and doubled slashes, its segments encoded once more than they are sent: so all services
/// but S3 want it.
fn path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len() + 16);
    for segment in &segments {
        out.push('/');
        out.extend(utf8_percent_encode(segment, ESCAPED));
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|ending| path.ends_with(ending));
    if is_folder || segments.is_empty() {
        out.push('/');
    }
    out
}

/// The parameters, each encoded in the one strict form, sorted by name, then by value.
fn query(query: &str) -> String {
    let strict = |text: &str| -> String {
        let decoded: Cow<'_, [u8]> = percent_decode_str(text).into();
        percent_encode(&decoded, ESCAPED).collect()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (strict(name), strict(value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::{path, query};

    /// AWS's test suite, folder `normalize-path`.
    #[test]
    fn paths_are_normal() {
        for (sent, canonical) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("/./", "/"),
            ("/./example", "/example"),
            ("//example//", "/example/"),
            ("/example/", "/example/"),
            ("/example%20space/", "/example%2520space/"),
            ("/model/a.b-v1%3A0/converse", "/model/a.b-v1%253A0/converse"),
            ("/model/a.b-v1:0/converse", "/model/a.b-v1%3A0/converse"),
        ] {
            assert_eq!(path(sent), canonical, "{sent}");
        }
    }

    #[test]
    fn parameters_are_sorted_and_encoded() {
        for (sent, canonical) in [
            ("", ""),
            ("Param2=value2&Param1=value1", "Param1=value1&Param2=value2"),
            ("a=b&a=a&a", "a=&a=a&a=b"),
            ("x=a%2fb+c", "x=a%2Fb%2Bc"),
            ("%E1%88%B4=bar", "%E1%88%B4=bar"),
        ] {
            assert_eq!(query(sent), canonical, "{sent}");
        }
    }
}
