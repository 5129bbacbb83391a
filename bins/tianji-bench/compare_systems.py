"""Starts what compare.py sets against each other, each pinned to its core, and drives load through it."""

import argparse
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import tempfile
import time

CHUNKS = 200
BEHAVIOUR = f"/p/chunks={CHUNKS},chunk_bytes=40,delay_ms=5,text_bytes=200"
OPENAI_PATH, ANTHROPIC_PATH, COHERE_PATH = "/v1/chat/completions", "/v1/messages", "/v2/chat"
GEMINI, CONVERSE = "/v1beta/models/gemini-2.5-flash", "/model/amazon.nova-lite-v1:0"
# Large enough never to bind, so that the check is paid for and never refuses.
KEY_LIMITS = {"rpm_limit": 1_000_000_000, "tpm_limit": 1_000_000_000_000, "max_budget": 1_000_000_000.0}


class Failure(Exception):
    """Something that makes the figures worthless; the message says what."""


@dataclasses.dataclass
class System:
    """A running system under test."""

    port: int
    pid: int | None = None  # None: nothing stands between load and mock
    key: str | None = None
    start_ms: float | None = None
    idle_pss_kib: int | None = None
    rested_pss_kib: int | None = None

    def url(self, scenario) -> str:
        path = scenario.client_path if self.key else BEHAVIOUR + scenario.upstream_path
        return f"http://127.0.0.1:{self.port}{path}"


class Bench:
    """The arguments, and how the bench binary is called."""

    def __init__(self, args: argparse.Namespace, folder: pathlib.Path):
        self.args, self.folder = args, folder

    def pinned(self, core: int, *command) -> list[str]:
        return ["taskset", "-c", str(core), *map(str, command)]

    def tool(self, *command) -> list[str]:
        return self.pinned(self.args.load_core, self.args.bench, *command)

    def usage(self, pid: int) -> dict:
        """CPU time and memory of a process and its descendants."""
        return json.loads(subprocess.run(self.tool("cpu", "--pid", pid), check=True, capture_output=True).stdout)

    def load(self, system: System, scenario, seconds: float) -> subprocess.Popen:
        body = self.folder / f"{scenario.name}.json"
        if not body.exists():
            body.write_bytes(scenario.body())
        command = ["load", "--url", system.url(scenario), "--rate", scenario.rate, "--duration", f"{seconds}s",
                   "--connections", scenario.connections, "--body-file", body, "--timeout", "20s", "--json",
                   "--header", "anthropic-version: 2023-06-01"]
        if system.key:
            command += ["--header", f"authorization: Bearer {system.key}"]
        # Without this the answer is read to its end all the same; only its events are not looked at.
        if scenario.stream and (system.key or scenario.ends_with_event):
            command.append("--stream")
        return subprocess.Popen(self.tool(*command), stdout=subprocess.PIPE)

    @contextlib.contextmanager
    def process(self, name: str, command: list[str], environment: dict | None = None):
        """Runs a server; its output goes to a file that is shown when it fails to come up."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})})
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_until_up(self, name: str, process: subprocess.Popen, port: int, path: str, began: float) -> float:
        """Milliseconds from `began` to the first 200."""
        while time.monotonic() - began < 30 and process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if call(port, "GET", path)[0] == 200:
                    return (time.monotonic() - began) * 1000
            time.sleep(0.001)
        log = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
        raise Failure(f"{name} did not answer on {path}:\n{log}")


def call(port: int, method: str, path: str, body: dict | None = None, key: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def nginx_config(folder: pathlib.Path, port: int, mock_port: int) -> str:
    temporary = "".join(f"  {kind}_temp_path {folder}/{kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""{'user root;' if os.geteuid() == 0 else ''}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log warn;
events {{ worker_connections 4096; }}
http {{
{temporary}  access_log off;
  keepalive_requests 100000000;
  client_max_body_size 16m;
  client_body_buffer_size 2m;
  upstream mock {{ server 127.0.0.1:{mock_port}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(bench: Bench, mock_port: int):
    port, config = free_port(), bench.folder / "nginx.conf"
    config.write_text(nginx_config(bench.folder, port, mock_port))
    command = bench.pinned(bench.args.sut_core, find_nginx(), "-c", config, "-p", bench.folder)
    began = time.monotonic()
    with bench.process("nginx", command) as process:
        started = bench.wait_until_up("nginx", process, port, "/stats", began)
        yield System(port, process.pid, start_ms=started)


@contextlib.contextmanager
def tianji(bench: Bench, mock_port: int):
    port, master_key = free_port(), "sk-" + secrets.token_hex(24)
    mock = f"http://127.0.0.1:{mock_port}{BEHAVIOUR}"

    def deployment(name: str, model: str, base: str, **more) -> dict:
        params = {"model": model, "api_base": base} | (more or {"api_key": "sk-mock"})
        return {"model_name": name, "litellm_params": params}

    config = bench.folder / "tianji.yaml"
    # JSON is YAML.
    config.write_text(json.dumps({
        "model_list": [
            deployment("bench-openai", "openai/gpt-4o-mini", f"{mock}/v1"),
            deployment("bench-anthropic", "anthropic/claude-sonnet-4-5-20250929", mock),
            deployment("bench-gemini", "gemini/gemini-2.5-flash", f"{mock}/v1beta"),
            # With keys, so that each request is signed.
            deployment("bench-bedrock", "bedrock/amazon.nova-lite-v1:0", mock, aws_region_name="us-east-1",
                       aws_access_key_id="AKIAMOCK", aws_secret_access_key="mock"),
            deployment("bench-cohere", "cohere_chat/command-r-plus", mock),
        ],
        "general_settings": {"master_key": master_key},
        # The mock serves chat completions, and so does nearly every upstream of this dialect.
        "litellm_settings": {"use_chat_completions_url_for_anthropic_messages": True},
    }, indent=2))
    command = bench.pinned(bench.args.sut_core, bench.args.tianji, "--config", config, "--port", port)
    data = tempfile.mkdtemp(dir=bench.folder)
    began = time.monotonic()
    with bench.process("tianji", command, {"TIANJI_DATA_DIR": data}) as process:
        started = bench.wait_until_up("tianji", process, port, "/health/liveliness", began)
        status, answer = call(port, "POST", "/key/generate", KEY_LIMITS, master_key)
        if status != 200:
            raise Failure(f"/key/generate answered {status}: {answer[:500]!r}")
        key = json.loads(answer)["key"]
        check_ledger(port, master_key, key)
        yield System(port, process.pid, key, started)


def check_ledger(port: int, master_key: str, key: str) -> None:
    """Makes one call and waits for its cost to be booked: figures without the ledger at work would be flattering."""
    body = {"model": "bench-openai", "messages": [{"role": "user", "content": "hello"}]}
    status, answer = call(port, "POST", OPENAI_PATH, body, key)
    if status != 200:
        raise Failure(f"the first call was answered with {status}: {answer[:500]!r}")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status, answer = call(port, "GET", f"/key/info?key={key}", key=master_key)
        if status == 200 and json.loads(answer)["info"]["spend"] > 0:
            return
        time.sleep(0.2)
    raise Failure(f"the key's spend was not booked, so the ledger is not at work: {status} {answer[:500]!r}")


@contextlib.contextmanager
def direct(_bench: Bench, mock_port: int):
    yield System(mock_port)


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def nginx_version() -> str | None:
    if (path := find_nginx()) is None:
        return None
    return subprocess.run([path, "-v"], capture_output=True, text=True).stderr.strip().removeprefix("nginx version: ")


STARTERS = {"direct": direct, "nginx": nginx, "tianji": tianji}
