"""Tracks and videos of releases and masters."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page, read_rows
from discogs_assets.queries.question import Id, Offset, Result, question

RELEASES_READ = 2_000
"""Releases of a master that are searched for videos."""

ID = Annotated[Id, Field(description="Discogs id.")]
LIMIT = Annotated[int, Field(ge=1, le=1000, description="Rows of a page.")]
OFFSET = Annotated[Offset, Field(description="Rows to skip.")]


class Track(Result):
    """A track, a heading, an index track or a sub-track."""

    track: int
    """Number in the tracklist, from 1."""
    sub_track: int
    """Number of the sub-track in its index track, from 1; 0 for the track itself."""
    kind: Literal["track", "heading", "index", "sub-track"]
    """An index track has sub-tracks; a heading, an untimed entry without a position, has none."""
    position: str | None
    """Position as printed; null for headings."""
    title: str | None
    """Title of the track, or text of the heading."""
    duration: str | None
    """Duration as printed, mostly m:ss."""
    duration_seconds: int | None
    """The same in seconds; null if it is not of that form."""
    artists: list[dict[str, JsonValue]]
    """Artists of the track, if they differ from the release's."""


class Tracks(Page):
    """A page of the tracks of a release."""

    release_id: int
    tracks: list[Track]


TRACKS = """
SELECT t.*, CASE WHEN t.sub_track > 0 THEN 'sub-track'
    WHEN EXISTS (SELECT FROM {tracks} s WHERE release_id = %(id)s AND s.track = t.track AND sub_track > 0) THEN 'index'
    WHEN t.position IS NULL AND t.duration IS NULL THEN 'heading' ELSE 'track' END AS kind, ARRAY(
    SELECT jsonb_build_object('id', a.artist_id, 'name', a.name, 'anv', a.anv, 'join', a.join_string)
    FROM {track_artists} a WHERE a.release_id = %(id)s AND a.track = t.track AND a.sub_track = t.sub_track
    ORDER BY a.ordinal
) AS artists
FROM (
    SELECT track, sub_track, position, title, duration, duration_seconds FROM {tracks} t WHERE release_id = %(id)s
    ORDER BY track, sub_track LIMIT %(limit)s OFFSET %(offset)s
) t ORDER BY t.track, t.sub_track
"""


@question("/releases/{id}/tracks", "postgres", example={"id": 1873013}, rows="tracks")
async def release_tracks(at: Reading, id: ID, limit: LIMIT = 200, offset: OFFSET = 0) -> Tracks:  # noqa: A002
    """Return a page of a release's tracks, headings included, each index track before its sub-tracks."""
    await _require(at, "release", id)
    return await _find_tracks(at, id, limit, offset)


@question("/masters/{id}/tracks", "postgres", example={"id": 10362}, rows="tracks")
async def master_tracks(at: Reading, id: ID, limit: LIMIT = 200, offset: OFFSET = 0) -> Tracks:  # noqa: A002
    """Return a page of the tracks of a master's main release."""
    (row,) = await _require(at, "master", id)
    if row["main_release_id"] is None:
        raise QuestionError(404, f"the master {id} names no main release. Ask for a release: /api/expand lists them.")
    await _require(at, "release", row["main_release_id"])
    return await _find_tracks(at, row["main_release_id"], limit, offset)


async def _require(at: Reading, kind: str, id: int) -> list[dict[str, int | None]]:  # noqa: A002
    """Return the record's row. Raises QuestionError (404) if there is none."""
    shown = "main_release_id" if kind == "master" else "id"
    found = await at.sql(f"SELECT {shown} FROM {{{kind}s}} r WHERE id = %(id)s", id=id)
    if not found:
        raise QuestionError(404, f"there is no {kind} with the id {id} in {at.publication.month}")
    return found


async def _find_tracks(at: Reading, id: int, limit: int, offset: int) -> Tracks:  # noqa: A002
    rows, place = await read_rows(at, TRACKS, limit, offset, id=id)
    return Tracks(release_id=id, tracks=[Track(**row) for row in rows], **place)


class Video(Result):
    """A video."""

    src: str | None
    """URL of the video."""
    title: str | None
    """Title on the video site."""
    description: str | None
    """Description on the video site, truncated to 255 characters."""
    duration: int | None
    """Length in seconds."""
    embed: bool | None
    """True if other sites may embed it."""
    release_id: int | None
    """First release with the video; null if the master has it."""


class Videos(Page):
    """A page of videos."""

    id: int
    videos: list[Video]


RELEASE_VIDEOS = """
SELECT src, title, description, duration, embed, release_id FROM {videos} v WHERE release_id = %(id)s
ORDER BY ordinal LIMIT %(limit)s OFFSET %(offset)s
"""
# One video has several URLs: with http or https, as youtu.be, and with more parameters.
MASTER_VIDEOS = r"""
SELECT src, title, description, duration, embed, nullif(release_id, 0) AS release_id FROM (
    SELECT DISTINCT ON (coalesce(substring(src FROM '(?:[?&]v=|youtu\.be/)([\w-]{{11}})'), src)) * FROM (
        SELECT 0 AS release_id, ordinal, src, title, description, duration, embed
        FROM {master_videos} v WHERE master_id = %(id)s
        UNION ALL
        SELECT release_id, ordinal, src, title, description, duration, embed FROM {videos} v WHERE release_id IN (
            SELECT id FROM {releases} r WHERE master_id = %(id)s ORDER BY id LIMIT %(releases)s
        )
    ) AS every
    ORDER BY coalesce(substring(src FROM '(?:[?&]v=|youtu\.be/)([\w-]{{11}})'), src), release_id, ordinal
) AS once ORDER BY once.release_id, ordinal LIMIT %(limit)s OFFSET %(offset)s
"""


@question("/releases/{id}/videos", "postgres", example={"id": 4497851}, rows="videos")
async def release_videos(at: Reading, id: ID, limit: LIMIT = 200, offset: OFFSET = 0) -> Videos:  # noqa: A002
    """Return a page of a release's videos in the order of the record."""
    await _require(at, "release", id)
    return await _find_videos(at, RELEASE_VIDEOS, id, limit, offset)


@question("/masters/{id}/videos", "postgres", example={"id": 80343}, rows="videos")
async def master_videos(at: Reading, id: ID, limit: LIMIT = 200, offset: OFFSET = 0) -> Videos:  # noqa: A002
    """Return a page of the videos of a master and its first 2,000 releases by id, each video once.

    The master's own come first, then those of the releases by id.
    """
    await _require(at, "master", id)
    return await _find_videos(at, MASTER_VIDEOS, id, limit, offset)


async def _find_videos(at: Reading, statement: str, id: int, limit: int, offset: int) -> Videos:  # noqa: A002
    rows, place = await read_rows(at, statement, limit, offset, id=id, releases=RELEASES_READ)
    return Videos(id=id, videos=[Video(**row) for row in rows], **place)


MEDIA_QUESTIONS = (release_tracks, release_videos, master_tracks, master_videos)
"""Questions about tracks and videos."""
