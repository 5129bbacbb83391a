//! The signatures of AWS's own test suite ("aws-sig-v4-test-suite": key `AKIDEXAMPLE`, service `service`).

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use tianji_sign::sigv4::{Authorization, Keys, Scope, SignError, Unsigned, payload_hash, sign};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const AT: &str = "20150830T123600Z";
const SCOPE: Scope<'static> = Scope { region: "us-east-1", service: "service" };

fn keys(session_token: Option<&str>) -> Keys<'_> {
    Keys { access_key_id: "AKIDEXAMPLE", secret_access_key: SECRET, session_token }
}

fn signed(method: &str, uri: &str, headers: &[(&str, &str)], body: &[&str], token: Option<&str>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    }
    let body: Vec<Bytes> = body.iter().map(|slice| Bytes::copy_from_slice(slice.as_bytes())).collect();
    let method = Method::try_from(method).unwrap();
    let uri = Uri::try_from(format!("https://example.amazonaws.com{uri}")).unwrap();
    let request = Unsigned { method: &method, uri: &uri, headers: &mut map, body: &body };
    sign(request, &keys(token), SCOPE, AT).unwrap();
    map
}

fn authorization(headers: &HeaderMap) -> &str {
    headers.get("authorization").unwrap().to_str().unwrap()
}

#[test]
fn the_suites_signatures() {
    let form = "application/x-www-form-urlencoded";
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);
    let cases: [Case<'_>; 8] = [
        ("GET", "/", &[], &[], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", &[], &[], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            &[],
            &[],
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            &[],
            &[],
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        ("GET", "/example/..", &[], &[], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", "//", &[], &[], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "POST",
            "/",
            &[("content-type", form)],
            &["Param1=value1"],
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "POST",
            "/",
            &[("content-type", form), ("user-agent", "not signed")],
            &["Param1", "=", "value1"],
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ];
    for (method, uri, headers, body, signature) in cases {
        let map = signed(method, uri, headers, body, None);
        let read = Authorization::parse(authorization(&map)).unwrap();
        assert_eq!(read.signature, signature, "{method} {uri}");
        assert_eq!((read.access_key_id, read.date, read.scope), ("AKIDEXAMPLE", "20150830", SCOPE));
        assert_eq!(map.get("x-amz-date").unwrap(), AT);
    }
}

/// Folder `post-sts-token`, case `post-sts-header-before`: the token is signed too.
#[test]
fn temporary_credentials_send_their_token() {
    let token = concat!(
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTfl",
        "fKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFv",
        "lRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4",
        "rvx3iSIlTJabIQwj2ICCR/oLxBA=="
    );
    let map = signed("POST", "/", &[], &[], Some(token));
    assert_eq!(map.get("x-amz-security-token").unwrap(), token);
    let read = Authorization::parse(authorization(&map)).unwrap();
    assert_eq!(read.signature, "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
    assert_eq!(read.signed_headers, ["host", "x-amz-date", "x-amz-security-token"]);
}

#[test]
fn a_request_is_signed_anew_as_if_for_the_first_time() {
    let mut map = signed("POST", "/", &[("content-type", "a   b ")], &["x"], Some("old"));
    let uri = Uri::from_static("https://example.amazonaws.com/");
    let body = [Bytes::from_static(b"x")];
    let request = Unsigned { method: &Method::POST, uri: &uri, headers: &mut map, body: &body };
    sign(request, &keys(None), SCOPE, AT).unwrap();
    assert_eq!(map, signed("POST", "/", &[("content-type", "a   b ")], &["x"], None));
}

#[test]
fn what_cannot_be_signed_is_said() {
    let uri = Uri::from_static("/no-host");
    for at in ["20150830", "2015-08-30T12:36:00Z", "20150830T123600", "20150830T1236é0Z"] {
        let mut map = HeaderMap::new();
        let request = Unsigned { method: &Method::GET, uri: &uri, headers: &mut map, body: &[] };
        assert_eq!(sign(request, &keys(None), SCOPE, at), Err(SignError::Time));
    }
    let mut map = HeaderMap::new();
    let request = Unsigned { method: &Method::GET, uri: &uri, headers: &mut map, body: &[] };
    assert_eq!(sign(request, &keys(None), SCOPE, AT), Err(SignError::NoHost));
    let request = Unsigned { method: &Method::GET, uri: &uri, headers: &mut map, body: &[] };
    assert_eq!(sign(request, &keys(Some("a\nb")), SCOPE, AT), Err(SignError::Credential));
    assert!(!format!("{:?}", keys(None)).contains("EXAMPLE"));
}

#[test]
fn headers_of_other_kinds_are_no_signatures() {
    for value in [
        "",
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256X Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=x",
        "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/other, SignedHeaders=host, Signature=x",
        "AWS4-HMAC-SHA256 Credential=/20150830/r/s/aws4_request, SignedHeaders=host, Signature=x",
        "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, Signature=x",
    ] {
        assert_eq!(Authorization::parse(value), None, "{value}");
    }
    let value = "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request,SignedHeaders=content-type;host,Signature=x";
    assert_eq!(Authorization::parse(value).unwrap().signed_headers, ["content-type", "host"]);
}

#[test]
fn the_hash_of_nothing() {
    assert_eq!(payload_hash(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
