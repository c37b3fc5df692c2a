"""One run of `neo4j-admin database import full`: from Parquet files into a store that no server has opened yet."""

import errno
import json
import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psutil

from discogs_assets import failpoints, faults
from discogs_assets.errors import DiscogsError, LoadError, ServerError, SettingError
from discogs_assets.servers import json_state, process
from discogs_assets.servers.host_limits import GIB, MIB, share
from discogs_assets.servers.neo4j.jvm import ADMIN, QUICK, THROUGHPUT, Java
from discogs_assets.servers.neo4j.store_directory import DATABASE, StoreDirectory

Nodes = Mapping[str, Sequence[Path]]
Relationships = Sequence[tuple[str, Sequence[Path]]]

# Below this many bytes of Parquet, the run ends before an optimising compiler pays off.
_SMALL = 4 * MIB
# Bad entries counted before the tool gives up; one is enough to refuse the import.
_COUNTED = 1000
_SECONDS_BETWEEN_LINES = 5.0
# Exit status 70: the data was refused. 1 and 2: the arguments were; the labels and columns in them are not ours.
_REFUSED = (1, 2, 70)
_OUT_OF_MEMORY = "OutOfMemoryError"

_PHASE = re.compile(r"^\((\d)/(\d)\) (.+?) \d{4}-")
_PERCENT = re.compile(r"(\d+)% \S+\d")
_IMPORTED = re.compile(r"(\d+) nodes\s+(\d+) relationships\s+(\d+) properties")
_ID = re.compile(r":(ID|START_ID|END_ID)\(")


@dataclass(frozen=True)
class ImportResult:
    """Numbers of nodes, relationships and properties in a store after an import, and its duration in seconds."""

    nodes: int
    relationships: int
    properties: int
    seconds: float


def run_import(
    java: Java, store: StoreDirectory, nodes: Nodes, relationships: Relationships, log: Callable[[str], None]
) -> ImportResult:
    """Empty `store` and fill it from Parquet files, with a progress line to `log` every few seconds.

    A node file has a column `id:ID(Release)` (the id, kept as the integer property `id`) or `:ID(Genre)` (an id that is
    not kept); a relationship file has `:START_ID(Release)` and `:END_ID(Genre)`. Every other column is a property:
    text, integers, booleans, floats, dates and timestamps under the plain name, lists as `formats:string[]` or
    `years:int[]`. Nulls and empty texts set no property; a null inside a list is left out.

    The tool runs as our user, even if that is root: it serves nobody, and a lake may be closed to others. A server
    takes over the files when it starts.
    Raises LoadError if a file does not have this form, a node id occurs twice, an end of a relationship is not a node,
    or the counts of store and files differ; ServerError if the tool itself failed. After an error the store keeps its
    logs and nothing that could be served.
    """
    begun = time.monotonic()
    files = [*chain.from_iterable(nodes.values()), *chain.from_iterable(files for _, files in relationships)]
    size = sum(_require_importable(file).stat().st_size for file in files)
    expected = sum(map(_count_rows, nodes.values())), sum(_count_rows(files) for _, files in relationships)
    store.remove()
    try:
        text = _run(java, store, _arguments(store, nodes, relationships), QUICK if size < _SMALL else THROUGHPUT, log)
        _refuse_bad_entries(store)
        result = ImportResult(*_read_counts(store, text, expected), time.monotonic() - begun)
    except BaseException:
        store.remove_data()
        raise
    json_state.write(store.imported, asdict(result))
    return result


def _run(
    java: Java, store: StoreDirectory, arguments: list[str], profile: Sequence[str], log: Callable[[str], None]
) -> str:
    """Return the tool's output. Raises LoadError or ServerError, with its reason, if it failed."""
    store.configure()
    command = java.command(ADMIN, arguments, share(0.08, 512 * MIB, 4 * GIB), profile, store.scratch)
    environment = {"NEO4J_HOME": str(store.folder), "NEO4J_CONF": str(store.conf)}
    output = _output(store)
    started = process.spawn(command, output, store.folder, environment, bound=True)
    try:
        failpoints.reach("import")
        status = _follow(started, output, log)
    finally:
        process.stop(started, signal.SIGKILL)
    text = output.read_text(encoding="utf-8", errors="replace")
    if status:
        raise _failure(status, text, output, shutil.disk_usage(store.folder).free)
    return text


def _arguments(store: StoreDirectory, nodes: Nodes, relationships: Relationships) -> list[str]:
    groups = [("nodes", label, files) for label, files in nodes.items()]
    groups += [("relationships", kind, files) for kind, files in relationships]
    return [
        *("database", "import", "full", DATABASE, "--input-type=parquet", "--id-type=integer"),
        *("--path-pattern-style=none", "--overwrite-destination=true", f"--report-file={_report(store)}"),
        # Bad entries are counted, then refused by us: the tool alone would name the first one and stop.
        *("--skip-bad-relationships=true", "--skip-duplicate-nodes=true", f"--bad-tolerance={_COUNTED}"),
        f"--max-off-heap-memory={share(0.25, 256 * MIB, 64 * GIB)}",
        *(f"--{option}={name}={','.join(map(str, files))}" for option, name, files in groups if files),
    ]


def _follow(started: psutil.Process, output: Path, log: Callable[[str], None]) -> int:
    """Log the tool's phase and percentage every few seconds until it ends; return its exit status."""
    phase, last = "", time.monotonic()
    with output.open(encoding="utf-8", errors="replace") as stream:
        while True:
            with suppress(psutil.TimeoutExpired):
                return int(started.wait(timeout=0.1) or 0)
            percent = None
            for line in stream:
                if found := _PHASE.match(line):
                    phase, percent = f"import {found[1]}/{found[2]}, {found[3].lower()}", None
                elif found := _PERCENT.search(line):
                    percent = found[1]
            if phase and percent and time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                log(f"{phase}: {percent} %")


def _read_counts(store: StoreDirectory, text: str, expected: tuple[int, int]) -> tuple[int, int, int]:
    """Return the imported nodes, relationships and properties. Raises LoadError if they are not the `expected`."""
    found = _IMPORTED.search(text)
    if not found:
        raise ServerError(f"The import ended without its final counts. {process.last_words(_output(store))}")
    nodes, relationships, properties = map(int, found.groups())
    if (nodes, relationships) != expected:
        raise LoadError(
            f"{store.folder} has {nodes} nodes and {relationships} relationships, the files have "
            f"{expected[0]} and {expected[1]}. See {_output(store)}."
        )
    return nodes, relationships, properties


def _refuse_bad_entries(store: StoreDirectory) -> None:
    """Raise LoadError if there are bad entries, with the count of each kind and the first entry."""
    with suppress(FileNotFoundError):
        lines = _report(store).read_text(encoding="utf-8").splitlines()
        entries = [entry for line in lines if (entry := _parse(line))]
        if not entries:
            return
        counts = Counter(entry.get("problem", "unknown") for entry in entries)
        kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
        first = " ".join(str(entries[0].get("message")).split())
        raise LoadError(
            f"The import into {store.folder} was refused: {kinds} (counting ends at {_COUNTED}). The first: {first}. "
            f"Every node id must occur once, and both ends of a relationship must be nodes."
        )


def _parse(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


def _failure(status: int, text: str, output: Path, free: int) -> DiscogsError:
    end = text.rpartition("Command Failed")[2]
    reason = " ".join(line for line in end.splitlines()[-12:] if line.strip(" -"))
    if free < faults.ROOM or faults.names_full_disk(text):
        why = os.strerror(errno.ENOSPC)
        return faults.full(f"the import ended with {why!r}, with {free:,} bytes left, see {output}", output.parent)
    if status in _REFUSED and _OUT_OF_MEMORY not in text:
        return LoadError(f"The import was refused: {reason} See {output}.")
    return ServerError(f"The import tool {process.describe_end(status)}: {reason} See {output}.")


def _require_importable(file: Path) -> Path:
    if "," in str(file) or not file.is_absolute():
        raise SettingError(f"The import takes absolute paths without a comma, not {file}")
    if not file.exists():
        raise LoadError(f"{file} does not exist. The import needs it.")
    return file


def _count_rows(files: Iterable[Path]) -> int:
    """Return the number of rows in all files. Raises LoadError for a column that the tool would alter."""
    from pyarrow import parquet

    rows = 0
    for file in files:
        with parquet.ParquetFile(file) as opened:
            for field in opened.schema_arrow:
                _check_type(file, field)
            _check_ids(file, opened.metadata)
            rows += opened.metadata.num_rows
    return rows


def _check_type(file: Path, field: Any) -> None:
    from pyarrow import types

    if types.is_list(field.type) and not field.name.endswith("[]"):
        element = "string" if types.is_string(field.type.value_type) else str(field.type.value_type)
        raise LoadError(
            f"{file}: the list column {field.name!r} must name its type, as in '{field.name}:{element}[]'; "
            f"without it an empty list is imported as bytes"
        )
    if types.is_unsigned_integer(field.type):
        raise LoadError(f"{file}: column {field.name!r} is {field.type}, which is imported as signed; cast it to int64")


def _check_ids(file: Path, metadata: Any) -> None:
    """Raise LoadError for a null id: the tool would create a node without one."""
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            nulls = column.statistics.null_count if column.statistics else 0
            if nulls and _ID.search(column.path_in_schema):
                raise LoadError(f"{file}: {nulls} nulls in column {column.path_in_schema!r}, which must have none")


def _output(store: StoreDirectory) -> Path:
    return store.folder / "logs" / "import.log"


def _report(store: StoreDirectory) -> Path:
    return store.folder / "logs" / "import.report.json"
