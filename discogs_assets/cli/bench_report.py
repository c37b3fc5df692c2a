"""Common parts of the `discogs bench` commands: running a benchmark over sizes, and reporting its figures."""

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discogs_assets.bench.dumps import Dumps, Source
from discogs_assets.bench.measuring import extrapolation, machine, plot, results
from discogs_assets.bench.measuring.extrapolation import Cost
from discogs_assets.bench.measuring.results import Figure, Role
from discogs_assets.bench.musicbrainz import BEYOND_XZ
from discogs_assets.bench.rivals import Rival, rival
from discogs_assets.cli import terminal
from discogs_assets.cli.sample import Report
from discogs_assets.cli.terminal import say
from discogs_assets.errors import SettingError

BESIDE: dict[Role, str] = {"part": "of it ", "limit": "limit: ", "rival": "rival: "}
"""Prefixes of the rows listed below our step."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Options of a benchmark: sizes and source of dumps, rival, and files for the figures and the plot."""

    sizes: Sequence[int]
    source: Source
    rival: Rival | None = None
    json: Path | None = None
    plot: Path | None = None


Benchmark = Callable[[Dumps], Iterator[Figure]]


def asked(
    sizes: Sequence[int],
    dumps: Path | None,
    keep: Path | None,
    against: str | None,
    json: Path | None,
    plot: Path | None,
) -> Asked:
    """Return the options with the rival looked up, and plain dumps if it needs them.

    Raises SettingError if an option is invalid.
    """
    other = rival(against) if against else None
    if dumps and len(sizes) > 1:
        raise SettingError("--dumps has a size of its own; leave out --releases, or give one size")
    if len(set(sizes)) < len(sizes) or min(sizes) < 1:
        raise SettingError(f"--releases {' '.join(map(str, sizes))}: expected different numbers, each 1 or more")
    plain = bool(other and other.refuses and not dumps)
    return Asked(sorted(sizes), Source(dumps, keep, plain), other, json, plot)


def run(name: str, wanted: Asked, months: int, benchmark: Benchmark) -> None:
    """Measure at every size; print tables to stdout and write all figures to the requested files."""
    if wanted.plot:
        plot.check(wanted.plot)
    if wanted.source.keep:
        wanted.source.keep.mkdir(parents=True, exist_ok=True)
    facts = machine.facts()
    with interruptible():
        found = [each for size in wanted.sizes for each in _measured(size, wanted.source, months, benchmark)]
    model = extrapolation.costs(found, facts["cores"])
    _show(found, model)
    if wanted.json:
        more = {"cost": extrapolation.said(model, facts["cores"])} if model else {}
        versions = {wanted.rival.name: wanted.rival.version} if wanted.rival else {}
        _keep(wanted.json, name, found, versions, more)
    if wanted.plot:
        plot.draw(found, f"discogs bench {name}, {facts['cores']} cores", wanted.plot)
        say(f"the picture is in {wanted.plot}")


def run_other(name: str, what: str, sizes: Sequence[int], measured: Iterable[Figure], file: Path | None) -> None:
    """Report a benchmark of another source than Discogs: tables on stdout, all figures in `file`.

    `what` is the unit of the sizes. Raises SettingError if a size is repeated or below 1.
    """
    if len(set(sizes)) < len(sizes) or min(sizes) < 1:
        raise SettingError(f"--{what} {' '.join(map(str, sizes))}: expected different numbers, each 1 or more")
    with interruptible():
        found = list(measured)
    _show(found, [], f"{what}; MB/s of raw JSON")
    if file:
        _keep(file, name, found, {}, {})


def _keep(file: Path, name: str, found: Sequence[Figure], versions: dict[str, str], more: dict[str, Any]) -> None:
    """Write all figures with the machine and the versions they were measured on."""
    about = {"bench": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine.facts()}
    whole = {**about, "versions": machine.versions(versions), "figures": results.said(found), **more}
    file.write_text(json.dumps(whole, indent=1) + "\n")
    say(f"all figures are in {file}")


def _measured(size: int, source: Source, months: int, benchmark: Benchmark) -> Iterator[Figure]:
    with source.dumps(size, months, Report(), say) as dumps:
        say(f"measuring with {dumps.releases:,} releases …")
        yield from benchmark(dumps)


@contextmanager
def interruptible() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C within the block, so that everything it started is ended first."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: its title, and the function that returns a row's value, None for an empty cell."""

    title: str
    value: Callable[[Figure], Any]
    needed: bool = field(default=False)
    """True if the column is shown even when all its cells are empty."""


def _columns(found: Sequence[Figure]) -> list[Column]:
    return [
        Column("step", lambda each: _label(each.subject, each.step, each.role), True),
        Column("records", lambda each: each.records or None),
        Column("s", lambda each: _round(each.seconds, 1) if each.seconds is not None else "failed", True),
        Column("CPU s", lambda each: _round(each.processor, 1)),
        Column("servers' s", lambda each: _round(each.servers_processor, 1)),
        Column("records/s", lambda each: _round(each.records_per_second)),
        Column("MB/s", lambda each: _round(each.megabytes_per_second, 1)),
        Column("MB/s a core beyond xz", lambda each: each.about.get(BEYOND_XZ)),
        Column("peak MB", lambda each: _round(each.peak / 1e6)),
        Column("one's MB", lambda each: _round(each.biggest / 1e6)),
        Column("servers' MB", lambda each: _round(each.servers_peak / 1e6)),
        Column("disk MB", lambda each: _round(each.written / 1e6, 1)),
        Column("ours: x", lambda each: _round(results.ratio(found, each), 2)),
    ]


def _label(subject: str, step: str, role: Role) -> str:
    """Return a row's label; parts, limits and rivals are indented below our step."""
    if role in BESIDE:
        return f"  {BESIDE[role]}{step}"
    return subject if step == results.WHOLE else f"{subject}: {step}"


def _grouped(found: Iterable[Figure]) -> list[Figure]:
    """Return the figures grouped by subject in order of appearance, our step first in each group."""
    by_subject: dict[str, list[Figure]] = {}
    for each in found:
        by_subject.setdefault(each.subject, []).append(each)
    return [each for group in by_subject.values() for each in sorted(group, key=lambda each: each.role in BESIDE)]


def _round(value: float | None, digits: int = 0) -> float | int | None:
    if not value:
        return None
    return round(value, digits) if digits else round(value)


def _show(found: Sequence[Figure], model: Sequence[Cost], what: str = "releases; MB/s of raw XML") -> None:
    for size in dict.fromkeys(each.releases for each in found):
        of_size = _grouped(each for each in found if each.releases == size and each.role != "question")
        terminal.heading(f"{size:,} {what}; servers' apart; ours: x = how many times as fast ours is")
        _table(of_size, _columns(of_size))
        for each in of_size:
            if each.failure:
                say(f"{each.step} failed: {each.failure}")
        _show_questions([each for each in found if each.releases == size and each.role == "question"])
    if model:
        _show_model(model)


def _show_questions(found: Sequence[Figure]) -> None:
    if not found:
        return
    terminal.heading(f"questions asked of {found[0].releases:,} releases; milliseconds")
    rows = [
        [
            each.step,
            each.records,
            each.about["median_ms"],
            each.about["slowest_ms"],
            "yes" if each.about["indexed"] else "no",
        ]
        for each in found
    ]
    terminal.table(["question", "rows", "median", "slowest", "by an index"], rows, grouped=True)


def _table(found: Sequence[Figure], columns: Iterable[Column]) -> None:
    shown = [each for each in columns if each.needed or any(each.value(row) is not None for row in found)]
    rows = [[column.value(row) for column in shown] for row in found]
    terminal.table([column.title for column in shown], rows, grouped=True)


def _show_model(model: Sequence[Cost]) -> None:
    terminal.heading("measured: seconds by releases, and growth from the smallest to the largest, 1.0 being linear")
    sizes = list(model[0].measured)
    columns = [
        "step",
        *(f"{size:,}" for size in sizes),
        "s: x linear",
        "CPU: x linear",
        "disk: x linear",
        "memory: x",
    ]
    rows = [_measured_row(each, sizes) for each in model]
    terminal.table(columns, rows, grouped=True)
    terminal.heading(
        f"inferred, not measured: {extrapolation.WHOLE:,} releases on this machine, and on {extrapolation.CORES} cores"
    )
    rows = [_inferred_row(each) for each in model]
    whole = [each for each in model if not each.part]
    total = [sum(each.whole[name] for each in whole) for name in ("seconds", "processor", "written")]
    many = sum(each.many for each in whole)
    rows.append(["all, one after the other", *_inferred(total[0], total[1], many), _round(total[2] / 1e9, 1), None])
    terminal.table(
        ["step", "minutes", "CPU minutes", f"on {extrapolation.CORES} cores", "disk GB", "peak MB"], rows, grouped=True
    )
    say(extrapolation.RULE.format(whole=extrapolation.WHOLE, cores=extrapolation.CORES))


def _measured_row(each: Cost, sizes: Sequence[int]) -> list[Any]:
    step = _label(each.subject, each.step, "part" if each.part else "ours")
    seconds = [_round(each.measured[size]["seconds"], 1) for size in sizes]
    memory = each.growth["peak"]
    flat = memory * sizes[-1] / sizes[0] if memory else None
    growths = [_round(each.growth[name], 2) for name in ("seconds", "processor", "written")]
    return [step, *seconds, *growths, _round(flat, 2)]


def _inferred_row(each: Cost) -> list[Any]:
    step = _label(each.subject, each.step, "part" if each.part else "ours")
    times = _inferred(each.whole["seconds"], each.whole["processor"], each.many)
    written = _round(each.whole["written"] / 1e9, 1)
    return [step, *times, written, _round((each.whole["peak"] + each.whole["servers_peak"]) / 1e6)]


def _inferred(seconds: float, processor: float, many: float) -> list[Any]:
    return [_round(value / 60, 1) for value in (seconds, processor, many)]
