"""A process that runs one query in Cypher or on the lake: it may be killed, and its memory is bounded.

It reads a request in JSON from stdin and writes the answer to stdout: `rows`, or `status` and `error`.
"""

import json
import os
import resource
import sys
import threading
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from discogs_assets.errors import DiscogsError, QuestionError, SupersededError, TransientError
from discogs_assets.stores.query_result import Document, Element

PROCESS_BYTES = 2 << 30
"""Memory that the process may allocate."""

DUCKDB_BYTES = 512 << 20
THREADS = 1

SLACK_SECONDS = 1.0
"""Time on top of the limit: for imports, and for Neo4j to end its transaction by itself."""

TEXT_LENGTH = 2_000
ANSWER_BYTES = 4 << 20


def main() -> None:
    """Answer the request on stdin."""
    resource.setrlimit(resource.RLIMIT_DATA, (PROCESS_BYTES, PROCESS_BYTES))
    request = json.load(sys.stdin)
    limit = threading.Timer(request["seconds"] + SLACK_SECONDS, _expire)
    limit.daemon = True
    limit.start()
    said = answer(request)
    limit.cancel()
    sys.stdout.write(said)


def answer(request: Mapping[str, Any]) -> str:
    """Return the answer to a request, in JSON."""
    try:
        return _encode({"rows": _read_cypher(request) if request["language"] == "cypher" else _read_lake(request)})
    except QuestionError as error:
        return _encode({"status": error.status, "error": str(error), "more": error.more})
    except TransientError as error:
        return _encode({"status": 410 if isinstance(error, SupersededError) else 503, "error": str(error)})
    except DiscogsError as error:
        return _encode({"status": 422, "error": "DuckDB rejects the query.", "more": {"error": str(error)}})
    except MemoryError:
        return _encode({"status": 422, "error": "the answer is too large"})


def _expire() -> None:
    """Answer that the time is over, and end the process whatever it does."""
    sys.stdout.write(json.dumps({"status": 504, "error": "the query took longer than the time limit."}))
    sys.stdout.flush()
    os._exit(0)


def _encode(answer: Mapping[str, Any]) -> str:
    said = json.dumps(answer, default=_encode_value)
    if len(said) > ANSWER_BYTES:
        raise QuestionError(422, f"the answer is larger than {ANSWER_BYTES:,} bytes. Return fewer or shorter columns.")
    return said


def _encode_value(value: Any) -> Any:
    match value:
        case Document():
            return json.loads(value.text)
        case Element():
            return value.json
    return str(value)


def _read_cypher(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    from discogs_assets.stores.neo4j.statements import read_rows

    url, user, password = request["address"]
    columns, rows = read_rows(
        (url, user, password), request["load"], request["statement"], request["seconds"], request["limit"]
    )
    return [_name(columns, row) for row in rows]


def _read_lake(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    from discogs_assets.settings import Settings
    from discogs_assets.stores.lake import duckdb, local_lake

    lake = local_lake.of(Settings(home=request["home"], lake=request["lake"]))
    with duckdb.asking(lake, request["month"], request["statement"], DUCKDB_BYTES, THREADS, sandboxed=True) as answer:
        return [_name(answer.columns, row) for row in islice(answer.rows, request["limit"])]


def _name(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """Return a row by name, the second column of a name as `name_2`; long texts are cut."""
    found: dict[str, Any] = {}
    for column, value in zip(columns, row, strict=True):
        times = sum(each == column or each.startswith(f"{column}_") for each in found)
        name = f"{column}_{times + 1}" if column in found else column
        long = isinstance(value, str) and len(value) > TEXT_LENGTH
        found[name] = f"{value[:TEXT_LENGTH]}…" if long else value
    return found


if __name__ == "__main__":
    main()
