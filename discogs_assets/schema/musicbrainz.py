"""The four entities of the MusicBrainz JSON dumps that we read: every value, declared once.

What belongs here: names, places in the JSON, types and meanings of core data, which is CC0. What doesn't: how any of it
is parsed, stored or shown, and what is not CC0: annotations, genres, tags, ratings.
"""

from discogs_assets.schema.model import Entity, Field, Type

SOURCE = "musicbrainz"

UNAVAILABLE = "unavailable"
"""Stands for the sha256 of a dump that was not to be had."""


def _entity(name: str, node: str, doc: str, *parts: Field) -> Entity:
    mbid = Field("mbid", "id", "MusicBrainz' id.", Type.UUID, column="mbid", prop="mbid")
    return Entity(name, name, node, doc, (mbid, *parts), key="mbid", source=SOURCE)


ARTISTS = _entity("artist", "Artist", "A person, a group or another artist of MusicBrainz.")
LABELS = _entity("label", "Label", "A label of MusicBrainz.")
RELEASE_GROUPS = _entity("release-group", "Master", "A release group of MusicBrainz: all editions of an album.")
RELEASES = _entity("release", "Release", "A release of MusicBrainz: one edition.")

ENTITIES = (ARTISTS, LABELS, RELEASE_GROUPS, RELEASES)
"""The entities, each with the file of a run that holds it: `{name}.tar.xz`."""
