"""All tables of PostgreSQL, and the sources that name the schemas of their views."""

from discogs_assets.schema import insights, musicbrainz_sheets, relations
from discogs_assets.schema.relations import Table
from discogs_assets.schema.sheet import Sheet

SOURCES = ("discogs", "musicbrainz", "insights")
"""Schemas of the views."""

SHEETS: tuple[Sheet, ...] = (*musicbrainz_sheets.SHEETS, *insights.INSIGHTS)
"""All flat tables."""

TABLES: tuple[Table, ...] = (*relations.TABLES.values(), *SHEETS)
"""All tables of all sources."""
