//! Fetching by addresses that clients name: what is refused, what is bounded, what comes back.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tianji_http::egress::{Egress, EgressError};
use tianji_http::{FetchError, FetchSettings, Fetched, Fetcher, ProxySettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A server that answers by path, and the request lines that it saw.
struct Server {
    authority: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    let line = String::from_utf8(head).unwrap().lines().next().unwrap().to_owned();
                    let reply = answer(line.split(' ').nth(1).unwrap());
                    log.lock().unwrap().push(line);
                    let (text, open) = match reply.strip_suffix("<open>") {
                        Some(text) => (text.to_owned(), true),
                        None => (reply, false),
                    };
                    stream.write_all(text.as_bytes()).await.unwrap();
                    if open {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { authority, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn file(kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn settings(allowed: &[&str]) -> FetchSettings {
    let egress = Egress { public_only: true, allowed: allowed.iter().map(|entry| entry.parse().unwrap()).collect() };
    FetchSettings { egress, ..FetchSettings::default() }
}

async fn fetch(settings: FetchSettings, address: &str) -> Result<Fetched, FetchError> {
    let until = Instant::now() + Duration::from_secs(60);
    Fetcher::new(settings).fetch(address, usize::MAX, until).await
}

#[tokio::test]
async fn a_file_comes_with_the_type_that_its_server_says() {
    let server = Server::start(|_| file("Image/PNG; x=1", "png")).await;
    let address = format!("http://{}/a%20b.png?k=1#part", server.authority);
    let fetched = fetch(settings(&["127.0.0.1"]), &address).await.unwrap();
    assert_eq!((fetched.mime.as_deref(), &*fetched.bytes), (Some("image/png"), &b"png"[..]));
    assert_eq!(server.seen(), ["GET /a%20b.png?k=1 HTTP/1.1"]);
}

#[tokio::test]
async fn private_addresses_are_not_called_unless_the_operator_names_them() {
    let server = Server::start(|_| file("image/png", "png")).await;
    let port = server.authority.split(':').nth(1).unwrap();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"] {
        let refused = fetch(settings(&[]), &format!("http://{host}:{port}/a.png")).await.unwrap_err();
        assert!(matches!(refused, FetchError::Egress(EgressError::Private)), "{host}: {refused:?}");
    }
    assert_eq!(server.seen(), Vec::<String>::new());
    for allowed in [["127.0.0.1"], ["localhost"], ["127.0.0.0/8"]] {
        let host = if allowed == ["localhost"] { "localhost" } else { "127.0.0.1" };
        fetch(settings(&allowed), &format!("http://{host}:{port}/a.png")).await.unwrap();
    }
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    for (address, words) in [
        ("no address", "it is not a valid address"),
        ("file:///etc/passwd", "only http and https addresses can be fetched"),
        ("http://user:word@example.com/", "an address with credentials in it is not fetched"),
        ("http://example.com:22/", "its port is not one that is fetched from"),
        ("http://169.254.169.254/latest", "it is not on the public internet"),
        ("http://nowhere.invalid/", "its host cannot be found"),
    ] {
        assert_eq!(fetch(settings(&[]), address).await.unwrap_err().to_string(), words, "{address}");
    }
}

#[tokio::test]
async fn each_redirect_is_judged_and_few_are_followed() {
    let hidden = Server::start(|_| file("image/png", "secret")).await;
    let to = format!("http://{}/x", hidden.authority);
    let server = Server::start(move |path| match path {
        "/private" => moved(&to),
        "/metadata" => moved("http://169.254.169.254/latest"),
        "/file" => moved("file:///etc/passwd"),
        "/relative" => moved("deeper/a.png"),
        "/loop" => moved("/loop"),
        "/3" => moved("/2"),
        "/2" => moved("/1"),
        "/1" => moved("/0"),
        _ => file("image/png", "png"),
    })
    .await;
    let allowed = [server.authority.as_str()];
    let get = async |path: &str| fetch(settings(&allowed), &format!("http://{}{path}", server.authority)).await;
    assert!(matches!(get("/private").await, Err(FetchError::Egress(_))));
    assert!(matches!(get("/metadata").await, Err(FetchError::Egress(EgressError::Private))));
    assert!(matches!(get("/file").await, Err(FetchError::Redirects)));
    assert!(matches!(get("/loop").await, Err(FetchError::Redirects)));
    assert_eq!(hidden.seen(), Vec::<String>::new(), "nothing was fetched there");
    assert_eq!(&*get("/relative").await.unwrap().bytes, b"png");
    assert_eq!(&*get("/3").await.unwrap().bytes, b"png");
    let loops = server.seen().iter().filter(|line| line.contains("/loop")).count();
    assert_eq!(loops, 4, "the address and three redirects");
}

#[tokio::test]
async fn size_and_status_are_bounded() {
    let server = Server::start(|path| match path {
        "/said" => "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n<open>".to_owned(),
        "/unsaid" => {
            let pieces = "400\r\n".to_owned() + &"x".repeat(1024) + "\r\n";
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}<open>", pieces.repeat(3))
        }
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    })
    .await;
    let small = FetchSettings { most_bytes: 2000, ..settings(&["127.0.0.1"]) };
    for path in ["/said", "/unsaid"] {
        let refused = fetch(small.clone(), &format!("http://{}{path}", server.authority)).await.unwrap_err();
        assert!(matches!(refused, FetchError::TooLong(2000)), "{path}: {refused:?}");
    }
    let missing = fetch(small.clone(), &format!("http://{}/none", server.authority)).await.unwrap_err();
    assert_eq!(missing.to_string(), "the server answered 404");
    let off = FetchSettings { most_bytes: 0, ..small };
    assert!(matches!(fetch(off, "https://example.com/").await, Err(FetchError::Off)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_go_on_is_given_up() {
    for start in ["<open>", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc<open>"] {
        let server = Server::start(move |_| start.to_owned()).await;
        let address = format!("http://{}/a.png", server.authority);
        let late = fetch(settings(&["127.0.0.1"]), &address).await.unwrap_err();
        assert!(matches!(late, FetchError::Late), "{late:?}");
    }
}

#[tokio::test]
async fn a_proxy_is_asked_only_for_what_may_be_called() {
    let proxy = Server::start(|_| file("image/png", "by proxy")).await;
    let proxies = ProxySettings { http: Some(format!("http://{}", proxy.authority)), ..ProxySettings::default() };
    let through = FetchSettings { proxies, ..settings(&[]) };
    for address in ["http://10.0.0.1/a.png", "http://localhost/a.png", "http://nowhere.invalid/a.png"] {
        assert!(matches!(fetch(through.clone(), address).await, Err(FetchError::Egress(_))), "{address}");
    }
    assert_eq!(proxy.seen(), Vec::<String>::new());
    let fetched = fetch(through, "http://93.184.216.34/a.png").await.unwrap();
    assert_eq!(&*fetched.bytes, b"by proxy");
    assert_eq!(proxy.seen()[0], "GET http://93.184.216.34/a.png HTTP/1.1");
}
