"""All tables of PostgreSQL, and the sources that name the schemas of their views."""

from discogs_assets.schema import changes, child_tables, insights, musicbrainz_tables
from discogs_assets.schema.child_tables import Table
from discogs_assets.schema.flat_table import Sheet

SOURCES = ("discogs", "musicbrainz", "insights")
"""Schemas of the views."""

SHEETS: tuple[Sheet, ...] = (*musicbrainz_tables.SHEETS, *insights.INSIGHTS, changes.CHANGES)
"""All flat tables."""

TABLES: tuple[Table, ...] = (*child_tables.TABLES.values(), *SHEETS)
"""All tables of all sources."""
