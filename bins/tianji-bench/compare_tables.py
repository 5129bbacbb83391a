"""Renders the rounds of compare.py as Markdown tables and finds their place in a document."""

import argparse
import datetime
import pathlib
import statistics

SYSTEMS = ("direct", "nginx", "tianji")
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def render(args: argparse.Namespace, environment: str, rounds: list[dict]) -> str:
    """The tables. A round holds `runs` by system and scenario, and `systems` with their start and memory figures."""
    lines = [
        f"Measured on {datetime.datetime.now(datetime.UTC):%Y-%m-%d} on {environment}; {len(rounds)} rounds of "
        f"{args.duration:g} s each, medians, in parentheses the lowest and highest round. CPU and added latency in µs; "
        "a stream's latency is that of its first frame.",
        "",
        "| scenario | unit | nginx CPU | tianji CPU | tianji / nginx | nginx added p50 / p99 | tianji added p50 / p99 "
        "| calls/s direct / nginx / tianji |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
        *(row(rounds, scenario) for scenario in args.scenarios),
        "",
        f"| system | start to first 200, ms | Pss idle, MiB | Pss under load, MiB | Pss {args.rest:g} s later, MiB |",
        "|---|--:|--:|--:|--:|",
        *(memory_row(rounds, name) for name in args.only if name != "direct"),
    ]
    return "\n".join(lines)


def write(path: pathlib.Path, tables: str) -> None:
    """Puts the tables between the marks of the document."""
    before, after = split(path)
    path.write_text(f"{before}\n{tables}\n{after}")


def split(path: pathlib.Path) -> tuple[str, str]:
    """The document up to and from the part that is replaced; raises ValueError when it has no such part."""
    text = path.read_text() if path.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} does not have the lines {BEGIN} and {END}")
    return before + BEGIN, END + after


def median(values: list) -> float | None:
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def figure(value: float | None, digits: int = 0) -> str:
    return "—" if value is None else f"{value:.{digits}f}"


def row(rounds: list[dict], scenario) -> str:
    def runs(system: str) -> list:
        return [it["runs"][system][scenario.name] for it in rounds if system in it["runs"]]

    def added(system: str, percentile: str) -> str:
        pairs = zip(runs(system), runs("direct"))
        return figure(median([getattr(run, percentile) - getattr(base, percentile) for run, base in pairs]))

    cells = [scenario.title, scenario.unit]
    for system in ("nginx", "tianji"):
        cells.append(figure(median([run.cpu_per_unit for run in runs(system)]), 1))
    ratios = [ours.cpu_per_unit / theirs.cpu_per_unit for ours, theirs in zip(runs("tianji"), runs("nginx"))
              if theirs.cpu_per_unit]
    cells.append(f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else "—")
    for system in ("nginx", "tianji"):
        cells.append(f"{added(system, 'p50')} / {added(system, 'p99')}")
    cells.append(" / ".join(figure(median([run.calls_per_s for run in runs(system)])) for system in SYSTEMS))
    return "| " + " | ".join(cells) + " |"


def memory_row(rounds: list[dict], name: str) -> str:
    systems = [it["systems"][name] for it in rounds if name in it["systems"]]
    peaks = [max(run.loaded_pss_kib for run in it["runs"][name].values()) for it in rounds if name in it["runs"]]
    idle, rested = (median([getattr(it, name) for it in systems]) for name in ("idle_pss_kib", "rested_pss_kib"))
    cells = [name, figure(median([it.start_ms for it in systems])),
             *(figure(value and value / 1024, 1) for value in (idle, median(peaks), rested))]
    return "| " + " | ".join(cells) + " |"
