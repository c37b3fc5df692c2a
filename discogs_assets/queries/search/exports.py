"""Releases by a filter as a file: a table, records, or a playlist of their videos."""

import asyncio
import csv
import io
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, Unpack

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError, ServerError
from discogs_assets.queries.question import RETRY_SECONDS, File, question
from discogs_assets.queries.search.facets import DEFAULT_SORT, Sort, describe_release
from discogs_assets.queries.search.filters import FilterText, Simple, read_filter

if TYPE_CHECKING:
    from discogs_assets.stores.search.documents import Hit

RELEASES = 50_000
"""Largest number of releases of a file."""

BATCH = 500
"""Releases that are read and written at once."""

BUSY_SECONDS = 20.0
"""Longest wait for PostgreSQL within a file; then the file is cut, so that the client sees an error."""

COLUMNS = (
    *("id", "title", "artist", "labels", "catnos", "year", "country"),
    *("formats", "descriptions", "genres", "styles", "master_releases"),
)
"""Columns of the table; several values are separated by `; `."""

VIDEOS = """
SELECT release_id, src, duration, title FROM {videos} AS video
WHERE release_id = ANY(%(ids)s) AND src IS NOT NULL ORDER BY release_id, ordinal"""

Media = Literal["csv", "json", "m3u", "jspf"]

TYPES: dict[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "m3u": "audio/x-mpegurl",
    "jspf": "application/jspf+json",
}
"""Media types by the names of files."""

Batch = Sequence["Hit"]


@question(
    "/facets/export",
    "search",
    "postgres",
    example={"media": "csv", "genre": "Jazz", "format": "Vinyl"},
    media=tuple(TYPES.values()),
)
async def export(
    at: Reading,
    media: Annotated[
        Media, Field(description="Table, records, or a playlist of the releases' videos in one of two forms.")
    ],
    filter: FilterText = None,  # noqa: A002
    sort: Sort = DEFAULT_SORT,
    limit: Annotated[int, Field(ge=1, le=RELEASES, description="Maximum number of releases.")] = 10_000,
    **simple: Unpack[Simple],
) -> File:
    """Return the releases that `facets` finds as a file.

    It has up to 50,000 releases in the order asked for. M3U and JSPF list the videos of each release in turn.
    """
    wanted = read_filter(filter, simple)
    total, hits = await asyncio.to_thread((await at.index()).facets.find, wanted, sort, limit)
    parts = _write(at, media, str(wanted or ""), total, hits)
    # A store that does not answer is an error before the file begins.
    return File(TYPES[media], f"releases.{media}", _chain(await anext(parts), parts))


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def _write(at: Reading, media: Media, text: str, total: int, hits: Iterator["Hit"]) -> AsyncIterator[bytes]:
    """Yield the file by batches of releases, so that memory is bounded however many there are."""
    opening, write, closing = _form(media, text, total)
    first, patience = True, 0.0
    while batch := await asyncio.to_thread(lambda: [*islice(hits, BATCH)]):
        videos = await _list_videos(at, batch, patience) if media in ("m3u", "jspf") else {}
        found = await asyncio.to_thread(write, batch, videos)
        # Items of a JSON list are separated by commas, lines of the other forms end by themselves.
        separator = "" if first or not found or not closing else ","
        yield f"{opening}{separator}{found}".encode()
        first, opening, patience = first and not found, "", BUSY_SECONDS
    yield f"{opening}{closing}".encode()


Videos = Mapping[int, Sequence[Mapping[str, Any]]]

Form = tuple[str, Callable[[Batch, Videos], str], str]


def _form(media: Media, text: str, total: int) -> Form:
    """Return the beginning of a file, the function that writes some of its releases, and the end."""
    match media:
        case "csv":
            return _table([COLUMNS]), _write_rows, ""
        case "json":
            return f'{{"filter":{json.dumps(text)},"total":{total},"releases":[', _write_records, "]}\n"
        case "m3u":
            return "#EXTM3U\n", _write_lines, ""
        case "jspf":
            title = json.dumps(text or "All releases")
            return f'{{"playlist":{{"title":{title},"track":[', _write_tracks, "]}}\n"


async def _list_videos(at: Reading, batch: Batch, patience: float) -> Videos:
    """Return the videos by release; a PostgreSQL that is busy or away is asked again for some seconds."""
    began = time.monotonic()
    while True:
        try:
            rows = await at.sql(VIDEOS, ids=[hit.id for hit in batch])
            break
        except (QuestionError, ServerError) as error:
            if getattr(error, "status", 503) != 503 or time.monotonic() - began >= patience:
                raise
            await asyncio.sleep(RETRY_SECONDS)
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["release_id"], []).append(row)
    return found


def _table(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write_rows(batch: Batch, _: Videos) -> str:
    return _table([_list_cells(hit) for hit in batch])


def _list_cells(hit: "Hit") -> list[Any]:
    labels = [name or "" for name in dict.fromkeys(name for _, name, _ in hit.labels)]
    several = [
        labels,
        [catno or "" for _, _, catno in hit.labels],
        hit.formats,
        hit.descriptions,
        hit.genres,
        hit.styles,
    ]
    names, catnos, *kinds = ["; ".join(values) for values in several]
    cells = [hit.id, hit.name, hit.subtitle, names, catnos, hit.year, hit.country, *kinds, hit.popularity]
    return [disarm(cell) if isinstance(cell, str) else cell for cell in cells]


def disarm(cell: str) -> str:
    """Return a text that a spreadsheet does not run as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _write_records(batch: Batch, _: Videos) -> str:
    return ",".join(describe_release(hit).model_dump_json() for hit in batch)


def _write_lines(batch: Batch, videos: Videos) -> str:
    lines = []
    for hit, video in _pair(batch, videos):
        title = " ".join((video["title"] or f"{hit.subtitle or ''} - {hit.name}").split())
        lines += [f"#EXTINF:{video['duration'] or -1},{title}\n{_line(video['src'])}\n"]
    return "".join(lines)


def _line(text: str) -> str:
    """Return a text without line ends, which would begin another entry."""
    return "".join(text.split())


def _write_tracks(batch: Batch, videos: Videos) -> str:
    tracks = []
    for hit, video in _pair(batch, videos):
        track = {
            "location": [video["src"]],
            "title": video["title"],
            "creator": hit.subtitle,
            "album": hit.name,
            "duration": (video["duration"] or 0) * 1000,
            "info": f"https://www.discogs.com/release/{hit.id}",
        }
        tracks.append(json.dumps({name: value for name, value in track.items() if value}, ensure_ascii=False))
    return ",".join(tracks)


def _pair(batch: Batch, videos: Videos) -> Iterator[tuple["Hit", Mapping[str, Any]]]:
    """Yield each release with each of its videos."""
    for hit in batch:
        for video in videos.get(hit.id or 0, ()):
            yield hit, video
