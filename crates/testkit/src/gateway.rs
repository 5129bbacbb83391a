//! Starts, signals, kills and restarts the real binary.

use crate::client::{Answer, Open, Request, open, send};
use crate::config::{Config, MASTER_KEY};
use crate::folder::Folder;
use crate::wait::eventually;
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How the gateway is started.
#[derive(Debug)]
pub struct Launch {
    folder: Folder,
    config: PathBuf,
    arguments: Vec<String>,
}

impl Launch {
    /// With a configuration, written to a folder of its own.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[must_use]
    pub fn with(config: &Config) -> Self {
        let folder = Folder::new();
        let file = folder.file("config.yaml");
        fs::write(&file, config.text()).expect("the configuration can be written");
        Self { folder, config: file, arguments: Vec::new() }
    }

    /// With a file that is there already.
    #[must_use]
    pub fn with_file(config: &Path) -> Self {
        Self { folder: Folder::new(), config: config.to_path_buf(), arguments: Vec::new() }
    }

    /// Adds command line arguments.
    #[must_use]
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Starts it and waits until it is up.
    ///
    /// # Panics
    /// When the binary is missing, ends, or is not up within 30 s; the message holds what it printed.
    #[must_use]
    pub fn start(self) -> Gateway {
        let (child, address) = spawn(&self);
        let gateway = Gateway { launch: self, child, address };
        gateway.wait_until_up()
    }
}

/// A running gateway. Dropped, it is killed.
#[derive(Debug)]
pub struct Gateway {
    launch: Launch,
    child: Child,
    address: SocketAddr,
}

impl Gateway {
    /// Starts the gateway with a configuration.
    ///
    /// # Panics
    /// As [`Launch::start`].
    #[must_use]
    pub fn start(config: &Config) -> Self {
        Launch::with(config).start()
    }

    /// Its address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and reads the whole reply.
    ///
    /// # Panics
    /// When the connection fails.
    #[must_use]
    pub fn send(&self, request: &Request) -> Answer {
        send(self.address, request).unwrap_or_else(|error| panic!("{request:.200?}: {error}\n{}", self.output()))
    }

    /// Sends a request and reads the head of the reply.
    ///
    /// # Panics
    /// When the connection fails.
    #[must_use]
    pub fn open(&self, request: &Request) -> Open {
        open(self.address, request).unwrap_or_else(|error| panic!("{request:.200?}: {error}\n{}", self.output()))
    }

    /// `POST` of JSON with the master key.
    ///
    /// # Panics
    /// When the connection fails.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&Request::post(path, body).bearer(MASTER_KEY))
    }

    /// `GET` with the master key.
    ///
    /// # Panics
    /// When the connection fails.
    #[must_use]
    pub fn read(&self, path: &str) -> Answer {
        self.send(&Request::get(path).bearer(MASTER_KEY))
    }

    /// Makes a virtual key.
    ///
    /// # Panics
    /// When the gateway refuses.
    #[must_use]
    pub fn key(&self, fields: &Value) -> String {
        let answer = self.post("/key/generate", fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().get("key").and_then(Value::as_str).expect("a key in the reply").to_owned()
    }

    /// The rows of a key in the ledger, at most the last 100. They come about a second after the calls.
    ///
    /// # Panics
    /// When the gateway does not answer with rows.
    #[must_use]
    pub fn rows(&self, key: &str) -> Vec<Value> {
        let answer = self.read(&format!("/spend/logs?api_key={key}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().as_array().expect("a list of rows").clone()
    }

    /// Waits for the only row of a key.
    ///
    /// # Panics
    /// When it does not come within 10 s, or more than one comes.
    #[must_use]
    pub fn only_row(&self, key: &str) -> Value {
        let mut rows =
            eventually("a row in the ledger", ROW_TIME, || Some(self.rows(key)).filter(|rows| !rows.is_empty()));
        assert_eq!(rows.len(), 1, "{rows:#?}");
        rows.remove(0)
    }

    /// Asserts that the process is still there and answers.
    ///
    /// # Panics
    /// When it is not, or does not.
    pub fn assert_alive(&mut self) {
        let ended = self.child.try_wait().expect("the process can be asked");
        assert!(ended.is_none(), "ended: {ended:?}\n{}", self.output());
        let answer = self.send(&Request::get("/health/liveliness"));
        assert_eq!((answer.status, answer.json()), (200, json!("I'm alive!")));
    }

    /// The most memory that the process ever had resident, in KiB (Linux, proc_pid_status(5), `VmHWM`); none where the
    /// system does not say.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }

    /// The memory that the process has asked for and uses now, in KiB (Linux, proc_pid_status(5), `RssAnon`); none where
    /// the system does not say. The program's own pages do not count: other processes come and go that share them.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.status("RssAnon:")
    }

    /// Lets [`Gateway::peak_memory`] begin anew (Linux, proc_pid_clear_refs(5)); says whether the system can.
    #[must_use]
    pub fn forget_peak(&self) -> bool {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").is_ok()
    }

    /// Sends a signal (`TERM`).
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(status.expect("kill can be run").success(), "signal {name} was not sent");
    }

    /// Kills the process so that it can do nothing more (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Starts it again on the same data folder and waits until it is up.
    ///
    /// # Panics
    /// As [`Launch::start`].
    #[must_use]
    pub fn restart(self) -> Self {
        self.restart_at_once().wait_until_up()
    }

    /// Starts it again on the same data folder without waiting.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn restart_at_once(mut self) -> Self {
        // Harmless when it has ended.
        drop(self.child.kill());
        drop(self.child.wait());
        (self.child, self.address) = spawn(&self.launch);
        self
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When it does not within the time.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let child = &mut self.child;
        eventually("the end of the process", within, || child.try_wait().expect("the process can be asked"))
    }

    /// Writes another configuration over the file that it was started with.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn rewrite_config(&self, text: &str) {
        // At once, as editors and deployments do it.
        let fresh = self.launch.folder.file("config.new");
        fs::write(&fresh, text)
            .and_then(|()| fs::rename(&fresh, &self.launch.config))
            .expect("the file can be replaced");
    }

    /// What it printed so far, on both outputs.
    #[must_use]
    pub fn output(&self) -> String {
        let folder = &self.launch.folder;
        [STDOUT, STDERR].map(|name| fs::read_to_string(folder.file(name)).unwrap_or_default()).concat()
    }

    fn wait_until_up(mut self) -> Self {
        eventually("the gateway is up", START_TIME, || {
            let ended = self.child.try_wait().expect("the process can be asked");
            assert!(ended.is_none(), "the gateway ended: {ended:?}\n{}", self.output());
            send(self.address, &Request::get("/health/liveliness")).ok().filter(|answer| answer.status == 200)
        });
        self
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(launch: &Launch) -> (Child, SocketAddr) {
    let binary = binary();
    let binary = fs::canonicalize(&binary).unwrap_or_else(|error| {
        panic!("{}: {error}; build it first: cargo build --bin tianji", binary.display());
    });
    let address = free_address();
    let output = |name: &str| -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(launch.folder.file(name))
    };
    let child = Command::new(&binary)
        .arg("--config")
        .arg(&launch.config)
        .args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()])
        .arg("--data-dir")
        .arg(launch.folder.file("data"))
        .args(&launch.arguments)
        // Nothing of the machine's own settings and credentials.
        .env_clear()
        .current_dir(launch.folder.path())
        .stdin(Stdio::null())
        .stdout(output(STDOUT).expect("a file for the output"))
        .stderr(output(STDERR).expect("a file for the log"))
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
    (child, address)
}

/// The binary under test.
#[expect(clippy::disallowed_methods, reason = "the test script says here which binary it built")]
fn binary() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/tianji");
    std::env::var_os("TIANJI_TEST_BINARY").map_or_else(default, PathBuf::from)
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("the port's number")
}

const STDOUT: &str = "stdout.log";
const STDERR: &str = "stderr.log";
const START_TIME: Duration = Duration::from_secs(30);
const ROW_TIME: Duration = Duration::from_secs(10);
