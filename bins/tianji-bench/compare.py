#!/usr/bin/env python3
"""Sets tianji against nginx as a plain proxy, and both against no proxy at all.

Every system under test is pinned to one core, the mock upstream and the load generator to another. Rounds are
interleaved, so that a slow minute of the machine hits all systems alike. Figures are medians over the rounds:

* CPU per request, or per chunk of a stream: what the system's processes used between two readings of /proc, divided by
  the work done. The second reading is made after a pause, so that work put off (a ledger's flush) is charged too.
* Added latency: the percentile of the system minus the percentile of the direct run of the same round. Of a stream,
  the time to the first data frame.
* Memory: proportional set size (Pss), idle after the start, the highest while loaded, and after a rest.

tianji runs with all that a paying user has on: a virtual key with rate limits and a budget, the ledger, the metrics.
nginx does nothing but pass bytes on, and holds request bodies in memory, the cheapest of its ways. In the scenarios
that translate between vendors' protocols nginx passes on the upstream's own bytes, so the ratio there holds the
translation as well.

    scripts/dist && bins/tianji-bench/compare.py --write
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import compare_tables
from compare_systems import (ANTHROPIC_PATH, CHUNKS, COHERE_PATH, CONVERSE, GEMINI, OPENAI_PATH, STARTERS, Bench, Failure,
                             System, find_nginx, free_port)

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "benchmarks.md"


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
    # Whether the upstream's streams end with an event that the load generator knows.
    ends_with_event: bool = True

    @property
    def unit(self) -> str:
        return "chunk" if self.stream else "request"

    def body(self) -> bytes:
        prompt = ("Tell me about the fox and the dog. " * (self.prompt_bytes // 35 + 1))[: self.prompt_bytes]
        body = {"model": self.model, "max_tokens": 1000, "messages": [{"role": "user", "content": prompt}]}
        if self.stream:
            body["stream"] = True
        return json.dumps(body).encode()


def translated(vendor: str, title: str, whole: str, streamed: str, ends_with_event: bool = False) -> list[Scenario]:
    """A client of OpenAI's with an upstream of another vendor, whole and streamed."""
    title, model = f"OpenAI client → {title} upstream", f"bench-{vendor}"
    return [
        Scenario(f"to-{vendor}", f"small call, {title}", OPENAI_PATH, whole, model, rate=1000),
        Scenario(f"stream-to-{vendor}", f"stream, {title}", OPENAI_PATH, streamed, model, rate=40, stream=True,
                 ends_with_event=ends_with_event),
    ]


SCENARIOS = (
    Scenario("small", "small call, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=2000),
    Scenario("full-speed", "the same at full speed, closed loop", OPENAI_PATH, OPENAI_PATH, "bench-openai"),
    Scenario("stream", "stream, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=40, stream=True),
    *translated("anthropic", "Anthropic", ANTHROPIC_PATH, ANTHROPIC_PATH, ends_with_event=True),
    *translated("gemini", "Gemini", f"{GEMINI}:generateContent", f"{GEMINI}:streamGenerateContent?alt=sse"),
    *translated("bedrock", "Bedrock", f"{CONVERSE}/converse", f"{CONVERSE}/converse-stream"),
    *translated("cohere", "Cohere", COHERE_PATH, COHERE_PATH, ends_with_event=True),
    Scenario("from-anthropic", "small call, Anthropic client → OpenAI upstream", ANTHROPIC_PATH, OPENAI_PATH,
             "bench-openai", rate=1000),
    Scenario("stream-from-anthropic", "stream, Anthropic client → OpenAI upstream", ANTHROPIC_PATH, OPENAI_PATH,
             "bench-openai", rate=40, stream=True),
    Scenario("body-1mb", "1 MB request body, OpenAI → OpenAI", OPENAI_PATH, OPENAI_PATH, "bench-openai", rate=50,
             prompt_bytes=1_000_000),
)


@dataclasses.dataclass(frozen=True)
class Run:
    """What one system did in one scenario in one round. Times in microseconds."""

    calls_per_s: float
    p50: int
    p99: int
    cpu_per_unit: float | None
    loaded_pss_kib: int | None


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
    if scenario.rate and (report["unsent"] > report["completed"] / 1000 or busy > 0.9):
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
    runs: dict = {name: {} for name in bench.args.only}
    with contextlib.ExitStack() as stack:
        mock_port = free_port()
        mock = stack.enter_context(bench.process("mock", bench.tool("mock", "--listen", f"127.0.0.1:{mock_port}")))
        bench.wait_until_up("mock", mock, mock_port, "/stats", time.monotonic())
        systems = {}
        for name in bench.args.only:
            systems[name] = stack.enter_context(STARTERS[name](bench, mock_port))
        time.sleep(2)
        for system in systems.values():
            system.idle_pss_kib = bench.usage(system.pid)["pss_kib"] if system.pid else None
        for index, scenario in enumerate(bench.args.scenarios):
            # Another system begins each time, so that none always has the same place.
            turn = (number + index) % len(systems)
            order = list(systems)[turn:] + list(systems)[:turn]
            for name in order:
                runs[name][scenario.name] = measure(bench, mock.pid, name, systems[name], scenario)
        time.sleep(bench.args.rest)
        for system in systems.values():
            system.rested_pss_kib = bench.usage(system.pid)["pss_kib"] if system.pid else None
    return {"runs": runs, "systems": systems}


def environment() -> str:
    """The machine and the versions that the figures belong to."""
    def line(*command) -> str:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        return (done.stdout + done.stderr).strip() if done.returncode == 0 else ""

    cpu = next((text.split(":", 1)[1].strip() for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if text.startswith("model name")), "unknown CPU")
    commit, nginx = line("git", "rev-parse", "--short", "HEAD"), find_nginx()
    parts = [f"{cpu} ({os.cpu_count()} cores)", f"Linux {os.uname().release}",
             nginx and line(nginx, "-v").removeprefix("nginx version: "), commit and f"commit {commit}"]
    return ", ".join(part for part in parts if part)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--duration", type=float, default=8, help="seconds of each measured run")
    parser.add_argument("--warmup", type=float, default=1, help="seconds of load before each measured run")
    parser.add_argument("--settle", type=float, default=2, help="seconds in which work put off is still charged")
    parser.add_argument("--rest", type=float, default=60, help="seconds of rest before the last memory reading")
    parser.add_argument("--only", default=",".join(STARTERS), help="systems, comma-separated")
    parser.add_argument("--scenarios", default=",".join(it.name for it in SCENARIOS), help="names, comma-separated")
    parser.add_argument("--tianji", type=pathlib.Path, default=ROOT / "target/optimised/tianji")
    parser.add_argument("--bench", type=pathlib.Path, default=ROOT / "target/dist/tianji-bench")
    parser.add_argument("--sut-core", type=int, default=0, help="core of the system under test")
    parser.add_argument("--load-core", type=int, default=1, help="core of the mock and the load")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {DOCUMENT.relative_to(ROOT)}")
    args = parser.parse_args()
    args.only = [name for name in STARTERS if name in args.only.split(",")]
    args.scenarios = [it for it in SCENARIOS if it.name in args.scenarios.split(",")]
    if not args.only or not args.scenarios or args.rounds < 1:
        parser.error("nothing to measure")
    if args.write and len(args.only) < len(STARTERS):
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
            raise Failure(f"{binary} is missing: scripts/dist")
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
    tables = compare_tables.render(args, environment(), rounds)
    print(tables)
    if args.write:
        compare_tables.write(DOCUMENT, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
