//! Requests through a proxy, seen from the proxy's side.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use http::Request;
use tianji_http::{Deadlines, HttpClient, HttpSettings, OutBody, ProxySettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers the first request with `reply` and gives back its head.
async fn proxy(reply: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://user:word@{}", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(reply.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    (address, seen)
}

fn client(proxies: ProxySettings) -> HttpClient {
    HttpClient::new(HttpSettings { proxies, ..HttpSettings::default() })
}

#[tokio::test]
async fn plain_addresses_are_asked_of_the_proxy_in_absolute_form() {
    let (address, seen) = proxy("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let client = client(ProxySettings { http: Some(address), ..ProxySettings::default() });
    let request = Request::get("http://model.example/v1/x?y=1").body(OutBody::default()).unwrap();
    let reply = client.send(request, &Deadlines::default()).await.unwrap();
    assert_eq!(reply.into_body().collect(10).await.unwrap(), "ok");
    let head = seen.await.unwrap();
    assert!(head.starts_with("GET http://model.example/v1/x?y=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("host: model.example\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: Basic dXNlcjp3b3Jk\r\n"), "{head}");
}

#[tokio::test]
async fn secure_addresses_get_a_tunnel_and_a_refusal_is_an_error_without_the_password() {
    let (address, seen) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let client = client(ProxySettings { https: Some(address), ..ProxySettings::default() });
    let request = Request::get("https://model.example/v1/x").body(OutBody::default()).unwrap();
    let error = client.send(request, &Deadlines::default()).await.unwrap_err();
    assert!(!format!("{error:?}").contains("word"), "{error:?}");
    let head = seen.await.unwrap();
    assert!(head.starts_with("CONNECT model.example:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic dXNlcjp3b3Jk\r\n"), "{head}");
}
