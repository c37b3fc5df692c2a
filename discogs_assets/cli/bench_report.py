"""Common parts of the `discogs bench` commands: running a benchmark over sizes, and reporting its figures."""

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discogs_assets.bench import dumps as bench_dumps
from discogs_assets.bench import figures
from discogs_assets.bench.conversion import BEYOND_XZ
from discogs_assets.bench.dumps import Dumps
from discogs_assets.bench.figures import ALL_ASSETS, GROWTH, Figure, Role
from discogs_assets.bench.rivals import RIVALS
from discogs_assets.cli import terminal
from discogs_assets.cli.bench_commands import Options
from discogs_assets.cli.sample import Report
from discogs_assets.cli.terminal import say
from discogs_assets.errors import SettingError
from discogs_assets.sample.generator import Plan

PREFIXES: dict[Role, str] = {"part": "of it ", "limit": "limit: ", "rival": "rival: "}
"""Prefixes of the rows listed below our step."""

COLUMNS = {
    "records": ("records", 1, 0),
    "s": ("seconds", 1, 1),
    "CPU s": ("processor", 1, 1),
    "servers' s": ("servers_processor", 1, 1),
    "records/s": ("records_per_second", 1, 0),
    "MB/s": ("megabytes_per_second", 1, 1),
    "peak MB": ("peak", 1e6, 0),
    "servers' MB": ("servers_peak", 1e6, 0),
    "disk MB": ("written", 1e6, 1),
    "ours: x": ("ours_times_as_fast", 1, 2),
    "MB/s a core beyond xz": (BEYOND_XZ, 1, 1),
    "growth, 1 = linear": (GROWTH, 1, 2),
    "median ms": ("median_ms", 1, 2),
    "p99 ms": ("p99_ms", 1, 2),
    "slowest ms": ("slowest_ms", 1, 2),
    "requests/s": ("requests_per_second", 1, 1),
    "errors": ("errors", 1, 0),
    "by an index": ("indexed", 1, 0),
}
"""Columns of a table by title: the name of a figure's value or further fact, its unit, and digits."""


def run(
    name: str,
    benchmark: Callable[..., Iterator[Figure]],
    options: Options,
    months: int = 1,
    against: str | None = None,
    unit: str = "releases",
    **more: Any,
) -> None:
    """Measure dumps at every size, print tables to stdout and write the requested files.

    The sizes are releases of Discogs, or artists of MusicBrainz, according to `unit`; `more` are further arguments of
    the benchmark. Raises SettingError if an option is invalid.
    """
    if options.dumps and len(options.releases) > 1:
        raise SettingError("--dumps has a size of its own; leave out --releases, or give one size")
    about = {"bench": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": figures.read_machine()}
    rival, versions = RIVALS[against] if against else None, figures.read_versions()
    if rival:
        more["rival"] = rival
        versions[rival.name] = rival.requirement.partition("==")[2]
    # SIGTERM ends everything that was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found: list[Figure] = []
    for size in sorted(set(options.releases)):
        plan = Plan(size, months=months, oddities=not (rival and rival.refuses))
        with (
            _open_dumps(options, plan)
            if unit == "releases"
            else bench_dumps.generate_export(size, options.keep, Report(), say, **more) as dumps
        ):
            say(f"measuring with {dumps.releases:,} {unit} …")
            found += benchmark(dumps, say, **more)
    inferred = figures.extrapolate(found) if unit == "releases" else []
    _show_all(found, unit)
    if inferred:
        show(f"inferred, not measured: {figures.WHOLE_DUMP:,} releases on this machine", inferred)
        say(figures.RULE)
    if options.json:
        measured = {"figures": figures.to_json(found), "inferred": figures.to_json(inferred)}
        options.json.write_text(json.dumps({**about, "versions": versions, **measured}, indent=1) + "\n")
        say(f"all figures are in {options.json}")
    if options.plot:
        plot(found, f"discogs bench {name}", options.plot)
        say(f"the plot is in {options.plot}")


def _open_dumps(options: Options, plan: Plan) -> AbstractContextManager[Dumps]:
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    if options.dumps:
        say(f"counting the releases of the newest dump in {options.dumps} …")
        return nullcontext(bench_dumps.find_dumps(options.dumps, options.keep))
    return bench_dumps.generate_dumps(plan, options.keep, Report(), say)


def _show_all(found: Sequence[Figure], unit: str) -> None:
    """Print tables of the steps and of the questions for each size."""
    for size in dict.fromkeys(each.releases for each in found):
        of_size = [each for each in found if each.releases == size]
        steps = [each for each in of_size if each.role != "question"]
        show(f"{size:,} {unit}; MB/s unpacked; servers' apart; ours: x = how many times as fast ours is", steps)
        show(f"questions asked of {size:,} {unit}", [each for each in of_size if each.role == "question"])


def show(heading: str, found: Sequence[Figure]) -> None:
    """Print a row for each figure, grouped by subject in order of appearance; columns without values are left out."""
    if not found:
        return
    subjects = list(dict.fromkeys(each.subject for each in found))
    ordered = sorted(found, key=lambda each: (subjects.index(each.subject), each.role in PREFIXES))
    rows = [_make_row(each) for each in figures.to_json(ordered)]
    columns = [title for title in rows[0] if any(row[title] is not None for row in rows)]
    terminal.heading(heading)
    terminal.table(columns, [[row[title] for title in columns] for row in rows], grouped=True)
    for each in ordered:
        if each.failure:
            say(f"{each.step} failed: {each.failure}")


def _make_row(figure: dict[str, Any]) -> dict[str, Any]:
    """Return a figure's cells by title; parts, limits and rivals are indented below our step."""
    subject, step, role = figure["subject"], figure["step"], figure["role"]
    label = subject if step == ALL_ASSETS else f"{subject}: {step}"
    row: dict[str, Any] = {"step": f"  {PREFIXES[role]}{step}" if role in PREFIXES else label}
    values = figure | figure["about"]
    for title, (name, unit, digits) in COLUMNS.items():
        value = values.get(name)
        row[title] = round(value / unit, digits or None) if value else None
    if role == "question":
        indexed = values.get("indexed")
        row |= {"s": None, "records/s": None, "by an index": None if indexed is None else "yes" if indexed else "no"}
    return row | ({"s": "failed"} if figure["failure"] else {})


def plot(found: Iterable[Figure], title: str, file: Path) -> None:
    """Plot seconds and peak memory, with the servers', against size to an SVG or PNG file; parts are left out."""
    from matplotlib.figure import Figure as Picture

    series: dict[str, list[tuple[float, ...]]] = {}
    for each in found:
        if each.seconds is not None and each.role in ("ours", "limit", "rival"):
            name = each.subject if each.role == "ours" else f"{each.subject}: {each.step}"
            point = (each.releases, each.seconds, (each.peak + each.servers_peak) / 1e6)
            series.setdefault(name, []).append(point)
    picture = Picture(figsize=(12, 5), layout="constrained")
    for column, label in enumerate(("seconds", "peak MB resident, servers included"), 1):
        axes = picture.add_subplot(1, 2, column)
        for name, points in series.items():
            style = "--" if ": " in name else "-"
            axes.plot([each[0] for each in points], [each[column] for each in points], style, marker="o", label=name)
        axes.set(xlabel="releases", ylabel=label, xlim=(0, None), ylim=(0, None))
        axes.set_axisbelow(True)
        axes.grid(alpha=0.3)
        axes.ticklabel_format(style="plain", axis="x")
    picture.axes[0].legend(fontsize="small")
    picture.suptitle(title)
    picture.savefig(file)
