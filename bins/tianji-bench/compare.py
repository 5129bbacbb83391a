#!/usr/bin/env python3
"""Sets tianji against nginx as a plain proxy, and both against no proxy at all.

Every system under test is pinned to one core, the mock upstream and the load generator to another. Rounds are
interleaved, so that a slow minute of the machine hits all systems alike. Figures are medians over the rounds:

* CPU per request, or per chunk of a stream: what the system's processes used between two readings of /proc, divided by
  the work done. The second reading is made after a pause, so that work put off (a ledger's flush) is charged too.
* Added latency: the percentile of the system minus the percentile of the direct run of the same round. Of a stream,
  the time to the first data frame.
* Memory: proportional set size (Pss), idle after the start and the highest while loaded.

tianji runs with all that a paying user has on: a virtual key with rate limits and a budget, the ledger, the metrics.
nginx does nothing but pass bytes on, and holds request bodies in memory, the cheapest of its ways. In the scenarios that translate between vendors' protocols nginx passes on the
upstream's own bytes, so the ratio there holds the translation as well.

    cargo build --release -p tianji -p tianji-bench && bins/tianji-bench/compare.py --write
"""

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
import sys
import tempfile
import time

import compare_tables
from compare_tables import SYSTEMS

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "benchmarks.md"

CHUNKS = 200
BEHAVIOUR = f"/p/chunks={CHUNKS},chunk_bytes=40,delay_ms=5,text_bytes=200"
OPENAI_PATH, ANTHROPIC_PATH = "/v1/chat/completions", "/v1/messages"
# Large enough never to bind, so that the check is paid for and never refuses.
KEY_LIMITS = {"rpm_limit": 1_000_000_000, "tpm_limit": 1_000_000_000_000, "max_budget": 1_000_000_000.0}


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One kind of call. `upstream_path` is what direct and nginx runs use; tianji gets `client_path` and `model`."""

    name: str
    title: str
    client_path: str
    upstream_path: str
    model: str
    connections: int = 64
    rate: float = 0  # calls per second; 0 is a closed loop
    stream: bool = False
    prompt_bytes: int = 200

    @property
    def unit(self) -> str:
        return "chunk" if self.stream else "request"

    def body(self) -> bytes:
        prompt = ("Tell me about the fox and the dog. " * (self.prompt_bytes // 35 + 1))[: self.prompt_bytes]
        body = {"model": self.model, "max_tokens": 1000, "messages": [{"role": "user", "content": prompt}]}
        if self.stream:
            body["stream"] = True
        return json.dumps(body).encode()


SCENARIOS = (
    Scenario("small", "small call, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=2000),
    Scenario("full-speed", "the same at full speed, closed loop", OPENAI_PATH, OPENAI_PATH, "bench-openai"),
    Scenario("stream", "stream, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=40, stream=True),
    Scenario("stream-to-anthropic", "stream, OpenAI client → Anthropic upstream", OPENAI_PATH, ANTHROPIC_PATH,
             "bench-anthropic", rate=40, stream=True),
    Scenario("stream-from-anthropic", "stream, Anthropic client → OpenAI upstream", ANTHROPIC_PATH, OPENAI_PATH,
             "bench-openai", rate=40, stream=True),
    Scenario("body-1mb", "1 MB request body, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=50,
             prompt_bytes=1_000_000),
)


@dataclasses.dataclass
class System:
    """A running system under test."""

    port: int
    pid: int | None = None  # None: nothing stands between load and mock
    key: str | None = None
    start_ms: float | None = None
    idle_pss_kib: int | None = None

    def url(self, scenario: Scenario) -> str:
        path = scenario.client_path if self.key else BEHAVIOUR + scenario.upstream_path
        return f"http://127.0.0.1:{self.port}{path}"


@dataclasses.dataclass(frozen=True)
class Run:
    """What one system did in one scenario in one round. Times in microseconds."""

    calls_per_s: float
    p50: int
    p99: int
    cpu_per_unit: float | None
    loaded_pss_kib: int | None


class Failure(Exception):
    """Something that makes the figures worthless; the message says what."""


class Bench:
    """The arguments, and how the bench binary is called."""

    def __init__(self, args: argparse.Namespace, folder: pathlib.Path):
        self.args, self.folder = args, folder

    def pinned(self, core: int, *command) -> list[str]:
        return ["taskset", "-c", str(core), *map(str, command)]

    def tool(self, *command) -> list[str]:
        return self.pinned(self.args.load_core, self.args.bench, *command)

    def usage(self, pid: int) -> dict:
        return json.loads(subprocess.run(self.tool("cpu", "--pid", pid), check=True, capture_output=True).stdout)

    def load(self, system: System, scenario: Scenario, seconds: float) -> subprocess.Popen:
        body = self.folder / f"{scenario.name}.json"
        if not body.exists():
            body.write_bytes(scenario.body())
        command = ["load", "--url", system.url(scenario), "--rate", scenario.rate, "--duration", f"{seconds}s",
                   "--connections", scenario.connections, "--body-file", body, "--timeout", "20s", "--json",
                   "--header", "anthropic-version: 2023-06-01"]
        if system.key:
            command += ["--header", f"authorization: Bearer {system.key}"]
        if scenario.stream:
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

    def deployment(name: str, model: str, base: str) -> dict:
        return {"model_name": name, "litellm_params": {"model": model, "api_base": base, "api_key": "sk-mock"}}

    config = bench.folder / "tianji.yaml"
    # JSON is YAML.
    config.write_text(json.dumps({
        "model_list": [
            deployment("bench-openai", "openai/gpt-4o-mini", f"{mock}/v1"),
            deployment("bench-anthropic", "anthropic/claude-sonnet-4-5-20250929", mock),
        ],
        "general_settings": {"master_key": master_key},
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


def measure(bench: Bench, mock_pid: int, name: str, system: System, scenario: Scenario) -> Run:
    args = bench.args
    bench.load(system, scenario, args.warmup).communicate()
    time.sleep(args.settle)
    before, mock_before = bench.usage(system.pid) if system.pid else None, bench.usage(mock_pid)
    load = bench.load(system, scenario, args.duration)
    time.sleep(args.duration * 0.6)
    loaded = bench.usage(system.pid)["pss_kib"] if system.pid else None
    report = json.loads(load.communicate()[0] or "null")
    mock_ms = bench.usage(mock_pid)["cpu_ms"] - mock_before["cpu_ms"]
    time.sleep(args.settle)
    where = f"{name}, {scenario.name}"
    if report is None or report["completed"] == 0 or report["errors"]:
        raise Failure(f"{where}: the load did not go through: {report}")
    busy = (report["generator_cpu_ms"] + mock_ms) / (args.duration * 1000)
    if scenario.rate and (report["unsent"] or busy > 0.9):
        print(f"warning: {where}: {report['unsent']} calls unsent, the load's core is {busy:.0%} busy", file=sys.stderr)
    units = report["completed"] * (CHUNKS if scenario.stream else 1)
    cpu = (bench.usage(system.pid)["cpu_ms"] - before["cpu_ms"]) * 1000 / units if system.pid else None
    latency = report["first_frame_us"] if scenario.stream else report["latency_us"]
    run = Run(report["achieved_rate"], latency["p50"], latency["p99"], cpu, loaded)
    print(f"{where}: {run.calls_per_s:.0f}/s, p50 {run.p50} us, p99 {run.p99} us"
          + (f", CPU {cpu:.2f} us" if cpu is not None else "") + f", load's core {busy:.0%} busy", file=sys.stderr)
    return run


def one_round(bench: Bench, number: int) -> dict:
    """Runs of one round by system and scenario, and the systems' start and memory figures."""
    start = {"direct": direct, "nginx": nginx, "tianji": tianji}
    runs: dict = {name: {} for name in bench.args.only}
    with contextlib.ExitStack() as stack:
        mock_port = free_port()
        mock = stack.enter_context(bench.process("mock", bench.tool("mock", "--listen", f"127.0.0.1:{mock_port}")))
        bench.wait_until_up("mock", mock, mock_port, "/stats", time.monotonic())
        systems = {}
        for name in bench.args.only:
            systems[name] = stack.enter_context(start[name](bench, mock_port))
        time.sleep(2)
        for system in systems.values():
            system.idle_pss_kib = bench.usage(system.pid)["pss_kib"] if system.pid else None
        for index, scenario in enumerate(bench.args.scenarios):
            # Another system begins each time, so that none always has the same place.
            turn = (number + index) % len(systems)
            order = list(systems)[turn:] + list(systems)[:turn]
            for name in order:
                runs[name][scenario.name] = measure(bench, mock.pid, name, systems[name], scenario)
    return {"runs": runs, "systems": systems}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--duration", type=float, default=8, help="seconds of each measured run")
    parser.add_argument("--warmup", type=float, default=1, help="seconds of load before each measured run")
    parser.add_argument("--settle", type=float, default=2, help="seconds in which work put off is still charged")
    parser.add_argument("--only", default=",".join(SYSTEMS), help="systems, comma-separated")
    parser.add_argument("--scenarios", default=",".join(it.name for it in SCENARIOS), help="names, comma-separated")
    parser.add_argument("--tianji", type=pathlib.Path, default=ROOT / "target/release/tianji")
    parser.add_argument("--bench", type=pathlib.Path, default=ROOT / "target/release/tianji-bench")
    parser.add_argument("--sut-core", type=int, default=0, help="core of the system under test")
    parser.add_argument("--load-core", type=int, default=1, help="core of the mock and the load")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {DOCUMENT.relative_to(ROOT)}")
    args = parser.parse_args()
    args.only = [name for name in SYSTEMS if name in args.only.split(",")]
    args.scenarios = [it for it in SCENARIOS if it.name in args.scenarios.split(",")]
    if not args.only or not args.scenarios or args.rounds < 1:
        parser.error("nothing to measure")
    if args.write and len(args.only) < len(SYSTEMS):
        parser.error("--write needs all systems")
    return args


def check_tools(args: argparse.Namespace) -> None:
    if "nginx" in args.only and not find_nginx():
        raise Failure("nginx is missing: apt-get install nginx")
    if not shutil.which("taskset"):
        raise Failure("taskset is missing: apt-get install util-linux")
    needed = [args.bench] + ([args.tianji] if "tianji" in args.only else [])
    for binary in needed:
        if not os.access(binary, os.X_OK):
            raise Failure(f"{binary} is missing: cargo build --release -p {binary.name}")
    if not {args.sut_core, args.load_core} <= os.sched_getaffinity(0):
        raise Failure(f"cores {args.sut_core} and {args.load_core} are not both available")
    if args.write:
        compare_tables.split(DOCUMENT)


def main() -> int:
    args = arguments()
    try:
        check_tools(args)
    except (Failure, ValueError) as failure:
        print(failure, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tianji-bench-") as folder:
        bench = Bench(args, pathlib.Path(folder))
        try:
            rounds = [one_round(bench, number) for number in range(args.rounds)]
        except Failure as failure:
            print(failure, file=sys.stderr)
            return 1
    tables = compare_tables.render(args, nginx_version(), rounds)
    print(tables)
    if args.write:
        compare_tables.write(DOCUMENT, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
