//! A programmable vendor: a server on a free port that answers as the test says and writes down what it got.

use crate::message::{Framing, Headers, read_head};
use crate::reply::{Reply, Step};
use crate::wait::{eventually, pause};
use serde_json::Value;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The server. Dropped, it closes its port and all connections.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// `POST`
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Header fields.
    pub headers: Headers,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// How the answer to a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still going on.
    Pending,
    /// Sent to its end.
    Completed,
    /// Broken off by the program.
    Cut,
    /// The caller closed the connection before the end.
    HungUp,
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was asked.
    pub request: Recorded,
    /// How it went.
    pub outcome: Outcome,
    /// When the answer ended.
    pub ended: Option<Instant>,
}

impl Upstream {
    /// Starts a server that asks `program` what to answer; it is given the request's number, from 0, and the request.
    ///
    /// # Panics
    /// When no port can be had.
    pub fn start(program: impl Fn(usize, &Recorded) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let shared = Arc::new(Shared {
            program: Box::new(program),
            stopped: AtomicBool::new(false),
            exchanges: Mutex::default(),
            connections: Mutex::default(),
        });
        let server = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &server));
        Self { address, shared }
    }

    /// A server that gives one answer after the other and then the last one again and again.
    ///
    /// # Panics
    /// When no answer is given, or as [`Self::start`].
    #[must_use]
    pub fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<_> = replies.into_iter().collect();
        assert!(!replies.is_empty(), "a script has a reply");
        Self::start(move |number, _| replies.get(number).or(replies.last()).cloned().unwrap_or_else(Reply::silence))
    }

    /// A server that always gives the same answer.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn always(reply: Reply) -> Self {
        Self::scripted([reply])
    }

    /// Its address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order in which they came.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    /// The requests alone.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.exchanges().into_iter().map(|exchange| exchange.request).collect()
    }

    /// The requests that were answered to the end.
    #[must_use]
    pub fn completed(&self) -> Vec<Recorded> {
        let exchanges = self.exchanges().into_iter();
        exchanges.filter(|exchange| exchange.outcome == Outcome::Completed).map(|exchange| exchange.request).collect()
    }

    /// Waits until the request with this number has come to its end, and says how and when.
    ///
    /// # Panics
    /// When it has not within the time.
    #[must_use]
    pub fn outcome(&self, number: usize, within: Duration) -> (Outcome, Instant) {
        eventually(&format!("the end of the upstream's request {number}"), within, || {
            let exchange = self.exchanges().into_iter().nth(number)?;
            exchange.ended.map(|ended| (exchange.outcome, ended))
        })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
        for connection in lock(&self.shared.connections).drain(..) {
            drop(connection.shutdown(Shutdown::Both));
        }
    }
}

type Program = dyn Fn(usize, &Recorded) -> Reply + Send + Sync;

struct Shared {
    program: Box<Program>,
    stopped: AtomicBool,
    exchanges: Mutex<Vec<Exchange>>,
    connections: Mutex<Vec<TcpStream>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("exchanges", &lock(&self.exchanges).len()).finish_non_exhaustive()
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn end(&self, number: usize, outcome: Outcome) {
        if let Some(exchange) = lock(&self.exchanges).get_mut(number) {
            exchange.outcome = outcome;
            exchange.ended = Some(Instant::now());
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept() {
        if shared.stopped() {
            return;
        }
        let Ok(copy) = stream.try_clone() else { continue };
        lock(&shared.connections).push(copy);
        let shared = Arc::clone(shared);
        // A broken connection ends its thread; what it meant is in the exchanges.
        thread::spawn(move || drop(connection(stream, &shared)));
    }
}

fn connection(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(head) = read_head(&mut reader)? {
        let body = Framing::of(&head.headers, Framing::Length(0))?.rest(&mut reader)?;
        let mut words = head.start.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let request = Recorded { method, path, headers: head.headers, body };
        let number = {
            let mut exchanges = lock(&shared.exchanges);
            exchanges.push(Exchange { request: request.clone(), outcome: Outcome::Pending, ended: None });
            exchanges.len() - 1
        };
        let reply = (shared.program)(number, &request);
        let outcome = play(&mut writer, &reply, shared).unwrap_or(Outcome::HungUp);
        shared.end(number, outcome);
        if outcome != Outcome::Completed {
            return writer.shutdown(Shutdown::Both);
        }
        writer.set_read_timeout(None)?;
    }
    Ok(())
}

fn play(stream: &mut TcpStream, reply: &Reply, shared: &Shared) -> io::Result<Outcome> {
    let length = reply.whole();
    if let Some((status, headers)) = &reply.head {
        let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match length {
            Some(length) => head.push_str(&format!("content-length: {length}\r\n\r\n")),
            None => head.push_str("transfer-encoding: chunked\r\n\r\n"),
        }
        stream.write_all(head.as_bytes())?;
    }
    let chunked = reply.head.is_some() && length.is_none();
    for step in &reply.steps {
        let went_on = match step {
            Step::Write(bytes) if chunked => {
                let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
                chunk.extend_from_slice(bytes);
                chunk.extend_from_slice(b"\r\n");
                stream.write_all(&chunk)?;
                true
            }
            Step::Write(bytes) => stream.write_all(bytes).map(|()| true)?,
            Step::Hold(gate) => wait(stream, shared, || gate.is_open())?,
            Step::Pause(time) => {
                let end = Instant::now() + *time;
                wait(stream, shared, || Instant::now() >= end)?
            }
            Step::Cut => return Ok(Outcome::Cut),
        };
        if !went_on {
            return Ok(Outcome::HungUp);
        }
    }
    if chunked {
        stream.write_all(b"0\r\n\r\n")?;
    }
    Ok(Outcome::Completed)
}

/// Waits until `over` says so; false when the caller closed the connection before.
fn wait(stream: &TcpStream, shared: &Shared, over: impl Fn() -> bool) -> io::Result<bool> {
    stream.set_read_timeout(Some(LOOK))?;
    while !over() {
        if shared.stopped() {
            return Ok(false);
        }
        match stream.peek(&mut [0]) {
            Ok(0) => return Ok(false),
            Ok(_) => pause(LOOK),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// A thread of the program that panicked has told its test so already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often a waiting answer looks for the end of its connection.
const LOOK: Duration = Duration::from_millis(5);
